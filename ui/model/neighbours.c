/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/neighbours.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/host-name.h"

static json_t *
row_of(const json_t *rows, const char *name)
{
    json_t *row;
    size_t index;

    json_array_foreach(rows, index, row)
        if (!strcmp(ft_json_string(row, "name", ""), name))
            return row;
    return NULL;
}

/* It came from a host: nothing that is more than a name. */
static bool
is_name(const char *text)
{
    struct ft_store_host host;

    return strcmp(text, "none") != 0 && /* nobody */
           !ft_host_name_parse(text, NULL, 0, &host, NULL) &&
           !strcmp(host.name, text);
}

static int
add(json_t *rows, const char *name, const char *teller)
{
    json_t *row = row_of(rows, name);

    if (row && json_object_get(row, "neighbour"))
        return 0;
    if (!row) {
        char source[300];

        if (json_array_size(rows) >= FT_NEIGHBOURS_MAX)
            return 0;
        snprintf(source, sizeof(source), "told by %.250s", teller);
        row = json_pack("{s:s,s:s,s:s}", "name", name, "source", source,
                        "state", "named");
        if (json_array_append_new(rows, row))
            return -ENOMEM;
    }
    json_object_set_new(row, "marked", json_true());
    return json_object_set_new(row, "neighbour", json_string(teller)) ? -ENOMEM
                                                                      : 0;
}

int
ft_neighbours_add(const json_t *hosts, const json_t *pairs, json_t *rows)
{
    static const char *const members[] = { "primary", "standby", "witness" };
    const json_t *pair;
    size_t index;
    int rc = 0;

    json_array_foreach(pairs, index, pair) {
        const char *teller = NULL;

        for (size_t k = 0; k < 2 && !teller; k++) { /* a witness tells nothing */
            const char *name = ft_json_string(pair, members[k], "");

            teller = row_of(hosts, name) ? name : NULL;
        }
        for (size_t k = 0; !rc && teller && k < FT_ARRAY_SIZE(members); k++) {
            const char *name = ft_json_string(pair, members[k], "");

            if (*name && !row_of(hosts, name) && is_name(name))
                rc = add(rows, name, teller);
        }
    }
    return rc;
}
