/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/pick.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/cell.h"
#include "ui/model/columns.h"

/* ---- what is asked for ---- */

static void
lower(char *text)
{
    for (; *text; text++)
        *text = (char)tolower((unsigned char)*text);
}

static int
add_term(struct ft_pick *pick, const char *word, size_t size,
         struct ft_error *err)
{
    const char *equals = memchr(word, '=', size);
    size_t key = equals ? (size_t)(equals - word) : 0;
    const char *text = equals ? equals + 1 : word;
    size_t length = size - (size_t)(text - word);

    if (pick->count == FT_PICK_TERMS || key >= sizeof(pick->terms[0].key) ||
        length >= FT_PICK_TEXT)
        return ft_fail(err, EINVAL, NULL,
                       "a filter has at most %d words, none very long",
                       FT_PICK_TERMS);
    if (equals && (!key || !length))
        return ft_fail(err, EINVAL, "write it as state=alone, host=h1, or text",
                       "\"%.*s\" is no filter", (int)size, word);
    memcpy(pick->terms[pick->count].key, word, key);
    memcpy(pick->terms[pick->count].text, text, length);
    lower(pick->terms[pick->count].key);
    lower(pick->terms[pick->count++].text);
    return 0;
}

static int
parse_filter(const char *filter, struct ft_pick *pick, struct ft_error *err)
{
    int rc = 0;

    while (!rc && *(filter += strspn(filter, " \t"))) {
        size_t size = strcspn(filter, " \t");

        rc = add_term(pick, filter, size, err);
        filter += size;
    }
    return rc;
}

static int
parse_sort(const char *sort, const struct ft_columns *columns,
           struct ft_pick *pick, struct ft_error *err)
{
    char names[256] = "";
    size_t used = 0;

    pick->descending = *sort == '-';
    pick->sort = ft_column_find(columns, sort + pick->descending);
    if (pick->sort)
        return 0;
    for (size_t i = 0; i < columns->count && used < sizeof(names); i++)
        used += snprintf(names + used, sizeof(names) - used, "%s%s",
                         i ? ", " : "", columns->list[i].title);
    return ft_fail(err, EINVAL, names, "there is no column \"%.100s\"",
                   sort + pick->descending);
}

int
ft_pick_parse(const char *filter, const char *sort, bool problems,
              const struct ft_columns *columns, struct ft_pick *pick,
              struct ft_error *err)
{
    int rc = 0;

    memset(pick, 0, sizeof(*pick));
    pick->problems = problems;
    if (filter)
        rc = parse_filter(filter, pick, err);
    return rc || !sort ? rc : parse_sort(sort, columns, pick, err);
}

/* ---- does it fit? ---- */

/* part is in lower case already. */
static bool
contains(const char *text, const char *part)
{
    size_t size = strlen(part);

    for (; *text; text++) {
        size_t i = 0;

        while (i < size && tolower((unsigned char)text[i]) == part[i])
            i++;
        if (i == size)
            return true;
    }
    return !size;
}

/* "at-risk" is "at risk" where blanks end a word. */
static bool
begins(const char *text, const char *with)
{
    for (; *with; text++, with++)
        if (tolower((unsigned char)*text) != *with &&
            !(*text == ' ' && *with == '-'))
            return false;
    return true;
}

static bool
has_text(const json_t *row, const char *text, const struct ft_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        const json_t *value = ft_row_member(row, columns->list[i].key);

        if (json_is_string(value) && contains(json_string_value(value), text))
            return true;
    }
    return false;
}

static bool
has_state(const json_t *row, const char *text)
{
    return begins(ft_json_string(row, "standing",
                                 ft_json_string(row, "state", "")),
                  text);
}

static bool
has_host(const json_t *row, const char *text)
{
    static const char *const keys[] = { "primary", "standby", "witness", "host",
                                        "name" };

    for (size_t i = 0; i < FT_ARRAY_SIZE(keys); i++) {
        const char *name = ft_json_string(row, keys[i], "");

        if (strlen(name) == strlen(text) && begins(name, text))
            return true;
    }
    return false;
}

static bool
is_well(const json_t *row)
{
    const char *health = ft_json_string(row, "health", NULL);

    return ft_severity_of(health ? health : ft_json_string(row, "state", "")) ==
           FT_SEVERITY_OK;
}

static bool
fits(const json_t *row, const struct ft_columns *columns,
     const struct ft_pick *pick)
{
    bool all = !pick->problems || !is_well(row);

    for (unsigned i = 0; all && i < pick->count; i++) {
        const char *key = pick->terms[i].key, *text = pick->terms[i].text;

        if (!*key)
            all = has_text(row, text, columns);
        else if (!strcmp(key, "state"))
            all = has_state(row, text);
        else if (!strcmp(key, "host"))
            all = has_host(row, text);
        else
            all = contains(ft_json_string(row, key, ""), text);
    }
    return all;
}

/* ---- the order ---- */

struct place {
    json_t *row;
    struct ft_cell cell;
    size_t index;
    bool by_severity, descending;
};

static int
compare_cells(const struct ft_cell *a, const struct ft_cell *b, bool by_severity)
{
    if (by_severity)
        return ft_severity_rank(b->severity) - ft_severity_rank(a->severity);
    if (a->kind == FT_CELL_TEXT && b->kind == FT_CELL_TEXT)
        return strverscmp(a->text, b->text);
    if (a->kind == b->kind && a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return (int)a->kind - (int)b->kind;
}

static int
compare(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    bool none_a = a->cell.kind == FT_CELL_NONE;
    bool none_b = b->cell.kind == FT_CELL_NONE;
    int order = 0;

    if (none_a != none_b)
        return none_a - none_b;
    if (!none_a)
        order = compare_cells(&a->cell, &b->cell, a->by_severity);
    if (order)
        return a->descending ? -order : order;
    return a->index < b->index ? -1 : a->index > b->index;
}

static size_t
collect(const json_t *rows, const struct ft_columns *columns,
        const struct ft_pick *pick, struct place *places)
{
    size_t used = 0, index;
    json_t *row;

    json_array_foreach((json_t *)rows, index, row) {
        struct place *place = &places[used];

        if (!fits(row, columns, pick))
            continue;
        *place = (struct place){ .row = row,
                                 .index = used++,
                                 .descending = pick->descending };
        if (!pick->sort)
            continue;
        ft_cell_read(pick->sort, row, &place->cell);
        place->by_severity = pick->sort->kind == FT_COLUMN_SEVERITY ||
                             pick->sort->kind == FT_COLUMN_VERDICT;
    }
    return used;
}

json_t *
ft_pick_rows(const json_t *rows, const struct ft_columns *columns,
             const struct ft_pick *pick)
{
    FT_AUTOFREE struct place *places =
        calloc(json_array_size(rows) + 1, sizeof(*places));
    FT_AUTOJSON json_t *picked = json_array();
    size_t count;

    if (!places || !picked)
        return NULL;
    count = collect(rows, columns, pick, places);
    if (pick->sort && count)
        qsort(places, count, sizeof(*places), compare);
    for (size_t i = 0; i < count; i++)
        if (json_array_append(picked, places[i].row))
            return NULL;
    return FT_STEAL(picked);
}
