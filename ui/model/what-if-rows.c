/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answers for all VMs as rows, the worst first. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/what-if.h"

static json_t *
make_row(const char *vm, const struct ft_what_if *what)
{
    return json_pack("{s:s,s:s,s:s?,s:o,s:s}", "vm", vm, "outcome",
                     ft_outcome_word(what->outcome), "on", what->on, "after_ms",
                     what->after_ms > 0 ? json_real(what->after_ms)
                                        : json_null(),
                     "reason", what->reason);
}

static int
add_pairs(json_t *rows, const json_t *pairs, const struct ft_loss *loss)
{
    struct ft_what_if what;
    const json_t *pair;
    size_t index;
    int rc = 0;

    json_array_foreach(pairs, index, pair) {
        ft_what_if(pair, loss, &what);
        if (!rc)
            rc = json_array_append_new(rows,
                                       make_row(ft_json_string(pair, "vm", "?"),
                                                &what));
    }
    return rc;
}

static bool
stops(const json_t *vm, const struct ft_loss *loss)
{
    return loss->kind == FT_LOSS_HOST &&
           !strcmp(ft_json_string(vm, "protection", ""), "none") &&
           !strcmp(ft_json_string(vm, "host", ""), loss->host) &&
           strcmp(ft_json_string(vm, "state", ""), "off") != 0;
}

static int
add_unprotected(json_t *rows, const json_t *vms, const struct ft_loss *loss)
{
    const struct ft_what_if what = { FT_OUTCOME_STOPS, NULL, 0,
                                     "it is not protected" };
    const json_t *vm;
    size_t index;
    int rc = 0;

    json_array_foreach(vms, index, vm)
        if (!rc && stops(vm, loss))
            rc = json_array_append_new(rows,
                                       make_row(ft_json_string(vm, "vm", "?"),
                                                &what));
    return rc;
}

static enum ft_outcome
outcome_of(const json_t *row)
{
    const char *word = ft_json_string(row, "outcome", "");
    unsigned i = 0;

    while (i + 1 < FT_OUTCOME_COUNT && strcmp(ft_outcome_word(i), word) != 0)
        i++;
    return i;
}

static int
compare(const void *a, const void *b)
{
    const json_t *left = *(json_t *const *)a, *right = *(json_t *const *)b;
    int by_outcome = (int)outcome_of(right) - (int)outcome_of(left);

    return by_outcome ? by_outcome
                      : strcmp(ft_json_string(left, "vm", ""),
                               ft_json_string(right, "vm", ""));
}

static json_t *
sorted(const json_t *rows)
{
    size_t count = json_array_size(rows);
    FT_AUTOFREE json_t **list = calloc(count + 1, sizeof(json_t *));
    FT_AUTOJSON json_t *array = json_array();

    if (!list || !array)
        return NULL;
    for (size_t i = 0; i < count; i++)
        list[i] = json_array_get(rows, i);
    qsort(list, count, sizeof(json_t *), compare);
    for (size_t i = 0; i < count; i++)
        if (json_array_append(array, list[i]))
            return NULL;
    return FT_STEAL(array);
}

json_t *
ft_what_if_rows(const json_t *pairs, const json_t *vms,
                const struct ft_loss *loss)
{
    FT_AUTOJSON json_t *rows = json_array();

    if (!rows || add_pairs(rows, pairs, loss) ||
        add_unprotected(rows, vms, loss))
        return NULL;
    return sorted(rows);
}

enum ft_outcome
ft_what_if_worst(const json_t *rows)
{
    enum ft_outcome worst = FT_OUTCOME_UNTOUCHED;
    const json_t *row;
    size_t index;

    json_array_foreach(rows, index, row)
        worst = FT_MAX(worst, outcome_of(row));
    return worst;
}
