/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/plug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

#define NAME_MOST 60 /* bytes of one VM among the names */

void
ft_plugs_begin(struct ft_plugs *plugs, const json_t *hosts)
{
    const json_t *row;
    size_t index;

    plugs->count = 0;
    plugs->list = calloc(json_array_size(hosts) + 1, sizeof(*plugs->list));
    if (!plugs->list)
        return;
    json_array_foreach(hosts, index, row)
        ft_loss_parse(ft_json_string(row, "name", ""), hosts,
                      &plugs->list[plugs->count++].loss, NULL);
}

void
ft_plugs_free(struct ft_plugs *plugs)
{
    free(plugs->list);
    memset(plugs, 0, sizeof(*plugs));
}

static struct ft_plug *
find(const struct ft_plugs *plugs, const char *host)
{
    for (size_t i = 0; *host && i < plugs->count; i++)
        if (!strcmp(plugs->list[i].loss.host, host))
            return &plugs->list[i];
    return NULL;
}

const struct ft_plug *
ft_plugs_find(const struct ft_plugs *plugs, const char *host)
{
    return find(plugs, host);
}

static void
note(struct ft_plug *plug, enum ft_outcome outcome, const char *vm,
     const char *on)
{
    char *names = plug->names[outcome];
    size_t *used = &plug->used[outcome];
    bool elsewhere = outcome == FT_OUTCOME_ELSEWHERE && on;

    plug->outcomes[outcome]++;
    if (*used + NAME_MOST > FT_PLUG_NAMES)
        return;
    plug->named[outcome]++;
    *used += (size_t)snprintf(names + *used, FT_PLUG_NAMES - *used,
                              "%s%.24s%s%.12s", *used ? ", " : "", vm,
                              elsewhere ? " on " : "", elsewhere ? on : "");
}

static void
lose(struct ft_plug *plug, const json_t *pair)
{
    struct ft_what_if what;

    ft_what_if(pair, &plug->loss, &what);
    plug->doubt |= what.outcome == FT_OUTCOME_CANNOT_TELL;
    plug->stop +=
        what.outcome == FT_OUTCOME_STOPS || what.outcome == FT_OUTCOME_HELD;
    note(plug, what.outcome, ft_json_string(pair, "vm", "?"), what.on);
}

void
ft_plugs_add_pair(struct ft_plugs *plugs, const json_t *row)
{
    static const char *const roles[] = { "primary", "standby", "witness" };
    struct ft_plug *done[FT_ARRAY_SIZE(roles)] = { NULL };

    for (size_t i = 0; i < FT_ARRAY_SIZE(roles); i++) {
        struct ft_plug *plug = find(plugs, ft_json_string(row, roles[i], ""));

        if (plug && plug != done[0] && plug != done[1])
            lose(plug, row);
        done[i] = plug;
    }
}

void
ft_plugs_add_vm(struct ft_plugs *plugs, const json_t *row)
{
    struct ft_plug *plug = find(plugs, ft_json_string(row, "host", ""));

    if (!plug || strcmp(ft_json_string(row, "protection", ""), "none") != 0 ||
        !strcmp(ft_json_string(row, "state", ""), "off"))
        return;
    plug->others++;
    if (plug->loss.kind == FT_LOSS_HOST)
        note(plug, FT_OUTCOME_STOPS, ft_json_string(row, "vm", "?"), NULL);
}

void
ft_plug_word(const struct ft_plug *plug, const json_t *host, char out[32])
{
    char others[32] = "";

    if (strcmp(ft_json_string(host, "state", ""), "ok") != 0) {
        snprintf(out, 32, "silent");
        return;
    }
    if (plug->others)
        snprintf(others, sizeof(others), " (%zu)", plug->others % 10000);
    if (plug->stop)
        snprintf(out, 32, "NO %zu%s", plug->stop % 10000, others);
    else
        snprintf(out, 32, "%s%s", plug->doubt ? "?" : "yes", others);
}

void
ft_plug_list(const struct ft_plug *plug, enum ft_outcome outcome, char *out,
             size_t size)
{
    size_t more = plug->outcomes[outcome] - plug->named[outcome];

    if (more)
        snprintf(out, size, "%s and %zu more", plug->names[outcome], more);
    else
        snprintf(out, size, "%s", plug->names[outcome]);
}
