/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict of everything: the worst row's, and of the hosts behind them. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/maintenance.h"
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

/* One more pair, in which a host may have two roles. */
static void
count_users(struct ft_verdict_sum *sum, const json_t *row)
{
    static const char *const roles[] = { "primary", "standby", "witness" };
    const char *names[FT_ARRAY_SIZE(roles)];

    if (!sum->users)
        sum->users = json_object();
    for (size_t i = 0; i < FT_ARRAY_SIZE(roles); i++) {
        bool again = false;
        json_t *count;

        names[i] = ft_json_string(row, roles[i], "");
        for (size_t k = 0; k < i; k++)
            again |= !strcmp(names[i], names[k]);
        if (again || !*names[i])
            continue;
        count = json_object_get(sum->users, names[i]);
        if (count)
            json_integer_set(count, json_integer_value(count) + 1);
        else
            json_object_set_new(sum->users, names[i], json_integer(1));
    }
}

/* A host that is needed and does not answer us, whatever the pairs say; not one under
 * maintenance, of which that is expected. */
static void
of_host(const json_t *host, struct ft_verdict_sum *sum)
{
    const char *name = ft_json_string(host, "name", "");
    size_t users = (size_t)json_integer_value(json_object_get(sum->users, name));
    bool answers = !strcmp(ft_json_string(host, "state", ""), "ok");
    char count[24];
    const struct ft_filler fillers[] = { { "host", name },
                                         { "count", count },
                                         { NULL, NULL } };
    struct ft_verdict verdict;

    if (!users || answers ||
        json_is_number(json_object_get(host, "maintenance_s")))
        return;
    snprintf(count, sizeof(count),
             users == 1 ? "%zu VM has it" : "%zu VMs have it", users);
    say(&verdict, FT_SEVERITY_WARN, FT_MOVE_OURS,
        "{host} is not seen from here; {count} in its pair.",
        "ftadmin host show {host}", fillers);
    if (ft_verdict_compare(&verdict, &sum->worst) > 0)
        sum->worst = verdict;
}

/* States of hosts (src/remote/reach.h) that only a person ends. */
static bool
wants_a_person(const char *state)
{
    static const char *const states[] = { "key-unknown", "key-changed",
                                          "login-refused", "shell-unusable",
                                          "no-sudo" };

    for (size_t i = 0; i < FT_ARRAY_SIZE(states); i++)
        if (!strcmp(states[i], state))
            return true;
    return false;
}

/* One that no pair needs, and of which nothing will be known by waiting. */
static void
of_unused_host(const json_t *host, struct ft_verdict_sum *sum)
{
    const char *name = ft_json_string(host, "name", "");
    char state[32];
    const struct ft_filler fillers[] = { { "host", name },
                                         { "state", state },
                                         { NULL, NULL } };
    struct ft_verdict verdict;

    snprintf(state, sizeof(state), "%s", ft_json_string(host, "state", ""));
    if (!wants_a_person(state) || json_object_get(sum->users, name))
        return;
    for (char *at = state; *at; at++)
        if (*at == '-')
            *at = ' ';
    say(&verdict, FT_SEVERITY_WARN, FT_MOVE_LATER,
        "{host} lets nobody in: {state}; no pair needs it.",
        "ftadmin host show {host}", fillers);
    if (ft_verdict_compare(&verdict, &sum->worst) > 0)
        sum->worst = verdict;
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

/* All is well, but for an upgrade that was not finished. */
static void
of_older_host(const json_t *host, struct ft_verdict_sum *sum)
{
    const struct ft_filler fillers[] = {
        { "host", ft_json_string(host, "name", "?") }, { NULL, NULL }
    };
    const char *older = ft_json_string(host, "older", "");

    if (!*older || sum->worst.severity != FT_SEVERITY_OK ||
        sum->worst.move != FT_MOVE_NOBODY)
        return;
    say(&sum->worst, FT_SEVERITY_OK, FT_MOVE_LATER,
        !strcmp(older, "engine")
            ? "All have their copy; the engine of {host} is older than others."
            : "All have their copy; workers on {host} outlived an upgrade.",
        "ftadmin host upgrade {host}", fillers);
}

/* All is well, and one host is out of it. */
static void
of_host_under_maintenance(const json_t *host, struct ft_verdict_sum *sum)
{
    const json_t *seconds = json_object_get(host, "maintenance_s");
    char text[FT_MAINTENANCE_TEXT];
    const struct ft_filler fillers[] = { { "host",
                                           ft_json_string(host, "name", "?") },
                                         { "text", text },
                                         { NULL, NULL } };

    if (!json_is_number(seconds) || sum->worst.severity != FT_SEVERITY_OK)
        return;
    ft_maintenance_text(json_number_value(seconds), text);
    say(&sum->worst, FT_SEVERITY_OK, FT_MOVE_LATER, "{host} is {text}.",
        "ftadmin maintenance {host} off", fillers);
}

void
ft_verdict_sum_pair(struct ft_verdict_sum *sum, const json_t *row)
{
    struct ft_verdict each;

    sum->pairs++;
    count_users(sum, row);
    ft_verdict_of_pair(row, &each);
    if (each.severity != FT_SEVERITY_OK &&
        (!*sum->worst.sentence || ft_verdict_compare(&each, &sum->worst) > 0))
        sum->worst = each;
}

void
ft_verdict_sum_end(struct ft_verdict_sum *sum, const json_t *hosts)
{
    const json_t *row;
    size_t index;

    if (!sum->pairs)
        of_no_pairs(hosts, &sum->worst);
    else if (!*sum->worst.sentence)
        of_well(sum->pairs, &sum->worst);
    json_array_foreach(hosts, index, row) {
        of_host(row, sum);
        if (sum->pairs)
            of_unused_host(row, sum);
        of_older_host(row, sum);
        of_host_under_maintenance(row, sum);
    }
    json_decref(sum->users);
    sum->users = NULL;
}

void
ft_verdict_of_all(const json_t *pairs, const json_t *hosts,
                  struct ft_verdict *verdict)
{
    struct ft_verdict_sum sum = { .pairs = 0 };
    const json_t *row;
    size_t index;

    json_array_foreach(pairs, index, row)
        ft_verdict_sum_pair(&sum, row);
    ft_verdict_sum_end(&sum, hosts);
    *verdict = sum.worst;
}
