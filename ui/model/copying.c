/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/copying.h"

#include "ui/model/left.h"

#define RATE "bytes_per_s"
#define SLOWER "slower_bytes_per_s"
#define FASTER "faster_bytes_per_s"

static double
number_of(const json_t *progress, const char *key)
{
    const json_t *value = json_object_get(progress, key);

    return json_is_number(value) ? json_number_value(value) : -1;
}

bool
ft_copying_left(const json_t *progress, int64_t *from, int64_t *to)
{
    double done = number_of(progress, "done");
    double total = number_of(progress, "total");
    bool told = json_object_get(progress, SLOWER) != NULL;
    double slower = number_of(progress, told ? SLOWER : RATE);
    double faster = number_of(progress, told ? FASTER : RATE);

    *from = *to = -1;
    return done >= 0 && total > done && faster >= 0 &&
           ft_left_between(total - done, slower, faster, from, to);
}

static json_t *
seconds(int64_t value)
{
    return value < 0 ? json_null() : json_integer((json_int_t)value);
}

int
ft_copying_complete(json_t *row)
{
    json_t *progress = json_object_get(row, "progress");
    int64_t from, to;
    char text[48];
    bool known;

    if (!json_is_object(progress))
        return 0;
    known = ft_copying_left(progress, &from, &to);
    ft_left_text(from, to, text);
    progress = json_deep_copy(progress);
    if (!progress)
        return -1;
    json_object_set_new(progress, "left_s",
                        known ? json_pack("[o,o]", seconds(from), seconds(to))
                              : json_null());
    json_object_set_new(progress, "left",
                        known ? json_string(text) : json_null());
    return json_object_set_new(row, "progress", progress);
}
