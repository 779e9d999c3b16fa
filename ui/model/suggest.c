/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

static size_t
min3(size_t a, size_t b, size_t c)
{
    return FT_MIN(FT_MIN(a, b), c);
}

static size_t
cost_of(char a, char b)
{
    unsigned char x = a, y = b;

    if (tolower(x) == tolower(y))
        return 0;
    return isdigit(x) && isdigit(y) ? 2 : 1;
}

static bool
exchanged(const char *a, const char *b, size_t i, size_t j)
{
    return i > 1 && j > 1 && !cost_of(a[i - 1], b[j - 2]) &&
           !cost_of(a[i - 2], b[j - 1]);
}

/* Three rows of the usual matrix: for i - 2, i - 1 and i characters of a. */
static size_t
distance(const char *a, const char *b, size_t count)
{
    size_t rows[3][FT_SUGGEST_LENGTH + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2], *free_row;
    size_t length = strlen(a);

    for (size_t j = 0; j <= count; j++)
        before[j] = last[j] = j;
    for (size_t i = 1; i <= length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= count; j++) {
            row[j] = min3(last[j] + 1, row[j - 1] + 1,
                          last[j - 1] + cost_of(a[i - 1], b[j - 1]));
            if (exchanged(a, b, i, j))
                row[j] = FT_MIN(row[j], before[j - 2] + 1);
        }
        free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[count];
}

size_t
ft_edit_distance(const char *a, const char *b, size_t limit)
{
    size_t left = strnlen(a, FT_SUGGEST_LENGTH + 1);
    size_t right = strnlen(b, FT_SUGGEST_LENGTH + 1);
    size_t apart = left > right ? left - right : right - left;

    if (left > FT_SUGGEST_LENGTH || right > FT_SUGGEST_LENGTH || apart > limit)
        return limit + 1;
    return FT_MIN(distance(a, b, right), limit + 1);
}

static size_t
limit_for(const char *typed, const char *name)
{
    size_t typed_length = strlen(typed), name_length = strlen(name);
    size_t longer = FT_MAX(typed_length, name_length);

    if (longer <= 2)
        return 0;
    return longer <= 5 ? 1 : longer <= 12 ? 2 : 3;
}

/* Without control characters, those of ISO 6429's upper half included. */
static bool
harmless(const char *name)
{
    for (const unsigned char *at = (const unsigned char *)name; *at; at++)
        if (*at < 0x20 || *at == 0x7f || (*at == 0xc2 && at[1] < 0xa0))
            return false;
    return true;
}

void
ft_suggest(struct ft_suggestion *best, const char *typed, const char *name)
{
    size_t limit = limit_for(typed, name);
    size_t edits = ft_edit_distance(typed, name, limit);

    if (edits > limit || !*name || !harmless(name) ||
        (*best->name && best->distance <= edits))
        return;
    snprintf(best->name, sizeof(best->name), "%s", name);
    best->distance = edits;
}

void
ft_suggest_tell(const struct ft_suggestion *best, struct ft_error *err)
{
    size_t used = strlen(err->text);

    if (*best->name)
        snprintf(err->text + used, sizeof(err->text) - used,
                 "; did you mean %s?", best->name);
}
