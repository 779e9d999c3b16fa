/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/plug.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/what-if.h"

static size_t
find(const json_t *hosts, const char *name)
{
    const json_t *host;
    size_t index;

    json_array_foreach(hosts, index, host)
        if (!strcmp(ft_json_string(host, "name", ""), name))
            return index;
    return SIZE_MAX;
}

static void
lose(const json_t *pair, const json_t *hosts, size_t index, struct ft_plug *plug)
{
    struct ft_what_if what;
    struct ft_loss loss;

    if (ft_loss_parse(ft_json_string(json_array_get(hosts, index), "name", ""),
                      hosts, &loss, NULL))
        return;
    ft_what_if(pair, &loss, &what);
    plug->doubt |= what.outcome == FT_OUTCOME_CANNOT_TELL;
    plug->stop +=
        what.outcome == FT_OUTCOME_STOPS || what.outcome == FT_OUTCOME_HELD;
}

void
ft_plug_count(const json_t *pairs, const json_t *vms, const json_t *hosts,
              struct ft_plug *plugs, size_t count)
{
    static const char *const roles[] = { "primary", "standby", "witness" };
    const json_t *row;
    size_t index, host;

    memset(plugs, 0, count * sizeof(*plugs));
    json_array_foreach(pairs, index, row)
        for (size_t i = 0; i < FT_ARRAY_SIZE(roles); i++) {
            host = find(hosts, ft_json_string(row, roles[i], ""));
            if (host < count)
                lose(row, hosts, host, &plugs[host]);
        }
    json_array_foreach(vms, index, row) {
        host = find(hosts, ft_json_string(row, "host", ""));
        if (host < count &&
            !strcmp(ft_json_string(row, "protection", ""), "none") &&
            strcmp(ft_json_string(row, "state", ""), "off") != 0)
            plugs[host].others++;
    }
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
