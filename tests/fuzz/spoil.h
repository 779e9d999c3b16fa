/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON of a host that says what it likes: hardly any change of its bytes is JSON again,
 * so that its values are changed. The same state makes the same of it.
 */
#ifndef FT_TESTS_FUZZ_SPOIL_H
#define FT_TESTS_FUZZ_SPOIL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/cleanup.h"

static inline uint32_t
chance(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static inline json_t *
odd_value(uint32_t r)
{
    static const char *const strings[] = {
        "",
        "\033[2J\a",
        "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac",
        "\xcc\x81\xcc\x82 marks",
        "a name that is much longer than any column of any view could ever be, "
        "and then some more of it, so that it has to be cut somewhere",
        "line\nline\r\ttab",
        "'quoted' \"name\" $(x) \\",
        "\xe2\x80\x8f",
    };

    switch (r % 12) {
    case 0:
        return json_null();
    case 1:
        return json_integer(INT64_MIN + (r >> 4) % 2);
    case 2:
        return json_integer(INT64_MAX);
    case 3:
        return json_real(-1e308);
    case 4:
        return json_real(1e308);
    case 5:
        return json_array();
    case 6:
        return json_object();
    case 7:
        return json_boolean(r >> 4 & 1);
    default:
        return json_string(strings[(r >> 4) % FT_ARRAY_SIZE(strings)]);
    }
}

enum spoil_kinds {
    SPOIL_ANY,   /* a value of any kind becomes one of any other */
    SPOIL_TEXTS, /* only strings, which stay strings */
    SPOIL_SAME,  /* each stays of its kind: what a strict decoder lets pass */
};

static inline bool
may_become(const json_t *item, const json_t *other, enum spoil_kinds kinds)
{
    if (kinds == SPOIL_ANY)
        return true;
    if (kinds == SPOIL_TEXTS)
        return json_is_string(item) && json_is_string(other);
    return json_typeof(item) == json_typeof(other) ||
           (json_is_boolean(item) && json_is_boolean(other));
}

/* One in so many of its values becomes another. */
static inline void
spoil(json_t *value, enum spoil_kinds kinds, unsigned one_in, uint32_t *state)
{
    const char *key;
    json_t *item;
    size_t index;
    void *more;

    if (json_is_array(value))
        json_array_foreach(value, index, item)
            spoil(item, kinds, one_in, state);
    json_object_foreach_safe(value, more, key, item) {
        uint32_t r = chance(state);

        if (r % one_in == 0) {
            json_t *other = odd_value(chance(state));

            if (may_become(item, other, kinds))
                json_object_set(value, key, other);
            json_decref(other);
        } else {
            spoil(item, kinds, one_in, state);
        }
    }
}

#endif
