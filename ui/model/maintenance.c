/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/maintenance.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

void
ft_maintenance_text(double seconds, char out[FT_MAINTENANCE_TEXT])
{
    static const char before[] = "under maintenance for";

    out[0] = '\0';
    if (seconds < 0)
        return;
    if (seconds < 100)
        snprintf(out, FT_MAINTENANCE_TEXT, "%s %.0f s", before, seconds);
    else if (seconds < 100 * 60)
        snprintf(out, FT_MAINTENANCE_TEXT, "%s %.0f min", before, seconds / 60);
    else if (seconds < 48 * 3600)
        snprintf(out, FT_MAINTENANCE_TEXT, "%s %.0f h", before, seconds / 3600);
    else
        snprintf(out, FT_MAINTENANCE_TEXT, "%s %.0f d", before,
                 FT_MIN(seconds / 86400, 1e6));
}

bool
ft_row_is_maintained(const json_t *row, const char *role)
{
    return json_is_number(
        json_object_get(json_object_get(row, "maintenance"), role));
}

static void
add_vm(json_t *maintained, const char *key, const json_t *pair)
{
    json_array_append_new(json_object_get(maintained, key),
                          ft_json_text(ft_json_string(pair, "vm", "?")));
}

/* What it means for one pair that this host is out. */
static void
add_pair(json_t *maintained, const json_t *pair)
{
    const char *host = ft_json_string(maintained, "host", "");
    bool is_protected = !strcmp(ft_json_string(pair, "state", ""), "protected");

    if (!strcmp(ft_json_string(pair, "primary", ""), host))
        add_vm(maintained, "there", pair);
    else if (!strcmp(ft_json_string(pair, "standby", ""), host) && !is_protected)
        add_vm(maintained, "no_copy", pair);
    else if (!strcmp(ft_json_string(pair, "witness", ""), host))
        add_vm(maintained, "no_witness", pair);
}

static json_t *
row_of(const json_t *host, const json_t *pairs)
{
    json_t *row = json_pack("{s:s,s:O,s:[],s:[],s:[]}", "host",
                            ft_json_string(host, "name", "?"), "for_s",
                            json_object_get(host, "maintenance_s"), "no_copy",
                            "there", "no_witness");
    const json_t *pair;
    size_t i;

    json_array_foreach(pairs, i, pair)
        add_pair(row, pair);
    return row;
}

json_t *
ft_maintenance_rows(const json_t *pairs, const json_t *hosts)
{
    FT_AUTOJSON json_t *rows = json_array();
    const json_t *host;
    size_t i;

    json_array_foreach(hosts, i, host)
        if (json_is_number(json_object_get(host, "maintenance_s")) &&
            json_array_append_new(rows, row_of(host, pairs)))
            return NULL;
    return FT_STEAL(rows);
}

/* "vm1, vm2 and 3 more run without a copy"; nothing for none. */
static size_t
add_names(char *out, size_t size, const char *before, const json_t *names,
          const char *one, const char *many)
{
    size_t count = json_array_size(names), used = 0;

    for (size_t i = 0; i < FT_MIN(count, (size_t)3) && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%.40s",
                                 i ? ", " : before,
                                 json_string_value(json_array_get(names, i)));
    if (count > 3 && used < size)
        used += (size_t)snprintf(out + used, size - used, " and %zu more",
                                 count - 3);
    if (count && used < size)
        used += (size_t)snprintf(out + used, size - used, " %s",
                                 count == 1 ? one : many);
    return FT_MIN(used, size - 1);
}

void
ft_maintenance_sentence(const json_t *row, char *out, size_t size)
{
    const json_t *there = json_object_get(row, "there"),
                 *no_copy = json_object_get(row, "no_copy"),
                 *no_witness = json_object_get(row, "no_witness");
    char text[FT_MAINTENANCE_TEXT];
    size_t used;

    ft_maintenance_text(json_number_value(json_object_get(row, "for_s")), text);
    used = (size_t)snprintf(out, size, "%.60s is %s",
                            ft_json_string(row, "host", "?"), text);
    used = FT_MIN(used, size - 1);
    used += add_names(out + used, size - used, ": ", there, "still runs there",
                      "still run there");
    used +=
        add_names(out + used, size - used, json_array_size(there) ? "; " : ": ",
                  no_copy, "runs without a copy", "run without a copy");
    used += add_names(out + used, size - used,
                      json_array_size(there) || json_array_size(no_copy) ? "; "
                                                                         : ": ",
                      no_witness, "has its witness there",
                      "have their witness there");
    snprintf(out + used, size - used, ".");
}
