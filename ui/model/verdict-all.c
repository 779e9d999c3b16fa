/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict of everything: the worst row's, and of the hosts behind them. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ui/model/sentence.h"
#include "ui/model/verdict.h"

static void
say(struct ft_verdict *verdict, enum ft_severity severity, enum ft_move move,
    const char *sentence, const char *command, const struct ft_filler *fillers)
{
    memset(verdict, 0, sizeof(*verdict));
    verdict->severity = severity;
    verdict->move = move;
    ft_sentence(sentence, fillers, FT_VERDICT_COLUMNS, verdict->sentence,
                sizeof(verdict->sentence));
    ft_sentence(command, fillers, sizeof(verdict->command) - 1,
                verdict->command, sizeof(verdict->command));
}

static bool
uses(const json_t *pair, const char *host)
{
    return !strcmp(ft_json_string(pair, "primary", ""), host) ||
           !strcmp(ft_json_string(pair, "standby", ""), host) ||
           !strcmp(ft_json_string(pair, "witness", ""), host);
}

static size_t
users_of(const json_t *pairs, const char *host)
{
    const json_t *pair;
    size_t index, count = 0;

    json_array_foreach(pairs, index, pair)
        count += uses(pair, host);
    return count;
}

/* A host that is needed and does not answer us, whatever the pairs say. */
static void
of_host(const json_t *pairs, const json_t *host, struct ft_verdict *worst)
{
    const char *name = ft_json_string(host, "name", "");
    size_t users = users_of(pairs, name);
    bool answers = !strcmp(ft_json_string(host, "state", ""), "ok");
    char count[24];
    const struct ft_filler fillers[] = { { "host", name },
                                         { "count", count },
                                         { NULL, NULL } };
    struct ft_verdict verdict;

    if (!users || answers)
        return;
    snprintf(count, sizeof(count),
             users == 1 ? "%zu VM has it" : "%zu VMs have it", users);
    say(&verdict, FT_SEVERITY_WARN, FT_MOVE_OURS,
        "{host} is not seen from here; {count} in its pair.",
        "ftadmin host show {host}", fillers);
    if (ft_verdict_compare(&verdict, worst) > 0)
        *worst = verdict;
}

static bool
any_answers(const json_t *hosts)
{
    const json_t *host;
    size_t index;

    json_array_foreach(hosts, index, host)
        if (!strcmp(ft_json_string(host, "state", ""), "ok"))
            return true;
    return false;
}

/* Without pairs there is nothing else that could be said. */
static void
of_no_pairs(const json_t *hosts, struct ft_verdict *verdict)
{
    const struct ft_filler fillers[] = {
        { "host", ft_json_string(json_array_get(hosts, 0), "name", "?") },
        { NULL, NULL },
    };

    if (!json_array_size(hosts))
        say(verdict, FT_SEVERITY_UNKNOWN, FT_MOVE_LATER,
            "No host is known yet, and so no VM.", "ftadmin host add HOST...",
            fillers);
    else if (!any_answers(hosts))
        say(verdict, FT_SEVERITY_UNKNOWN, FT_MOVE_OURS,
            json_array_size(hosts) == 1
                ? "{host} does not answer."
                : "Neither {host} nor any other host answers.",
            "ftadmin status", fillers);
    else
        say(verdict, FT_SEVERITY_OK, FT_MOVE_LATER, "No VM is protected yet.",
            "ftadmin protect VM", fillers);
}

static void
of_well(size_t pairs, struct ft_verdict *verdict)
{
    char count[24];
    const struct ft_filler fillers[] = { { "count", count }, { NULL, NULL } };

    snprintf(count, sizeof(count), "%zu", pairs);
    say(verdict, FT_SEVERITY_OK, FT_MOVE_NOBODY,
        pairs == 1 ? "Nothing to do: the only protected VM has its copy."
                   : "Nothing to do: all {count} protected VMs have their copy.",
        "ftadmin status", fillers);
}

void
ft_verdict_of_all(const json_t *pairs, const json_t *hosts,
                  struct ft_verdict *verdict)
{
    struct ft_verdict each;
    const json_t *row;
    size_t index;

    if (!json_array_size(pairs)) {
        of_no_pairs(hosts, verdict);
        return;
    }
    of_well(json_array_size(pairs), verdict);
    json_array_foreach(pairs, index, row) {
        ft_verdict_of_pair(row, &each);
        if (each.severity != FT_SEVERITY_OK &&
            ft_verdict_compare(&each, verdict) > 0)
            *verdict = each;
    }
    json_array_foreach(hosts, index, row)
        of_host(pairs, row, verdict);
}
