/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/change.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

/* What counts; "reason" of a risk has figures in it, "at_risk" has none. */
static const char *const members[] = {
    "standing", "health", "at_risk", "primary", "standby", "witness",
    "move",     "state",  "engine",  "older",   "polled",
};

static const char *
name_of(const json_t *row)
{
    return ft_json_string(row, "pair", ft_json_string(row, "name", ""));
}

static bool
is_pair(const json_t *row)
{
    return ft_json_string(row, "pair", NULL) != NULL;
}

static const json_t *
find(const json_t *rows, const char *name)
{
    const json_t *row;
    size_t index;

    json_array_foreach(rows, index, row)
        if (!strcmp(name_of(row), name))
            return row;
    return NULL;
}

static bool
same(const json_t *a, const json_t *b)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(members); i++) {
        const json_t *left = json_object_get(a, members[i]);
        const json_t *right = json_object_get(b, members[i]);

        if (left != right && !json_equal(left, right))
            return false;
    }
    return json_is_string(json_object_get(a, "at_risk")) ||
           !strcmp(ft_json_string(a, "reason", ""),
                   ft_json_string(b, "reason", ""));
}

static json_t *
gone(const json_t *row)
{
    FT_AUTOJSON json_t *copy = json_copy((json_t *)row);

    return json_object_set_new(copy, is_pair(row) ? "standing" : "state",
                               json_string("gone"))
               ? NULL
               : FT_STEAL(copy);
}

json_t *
ft_rows_changed(const json_t *before, const json_t *now)
{
    FT_AUTOJSON json_t *changed = json_array();
    json_t *row;
    size_t index;
    int rc = changed ? 0 : -1;

    json_array_foreach((json_t *)now, index, row) {
        const json_t *old = find(before, name_of(row));

        if (!rc && !(old && same(old, row)))
            rc = json_array_append(changed, row);
    }
    json_array_foreach((json_t *)before, index, row)
        if (!rc && !find(now, name_of(row)))
            rc = json_array_append_new(changed, gone(row));
    return rc ? NULL : FT_STEAL(changed);
}
