/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/fit.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MORE_SIZE 32 /* of what stands for the rest */

static bool
ends_item(const char *at)
{
    return (*at == ',' || *at == ';' || *at == '.') && at[1] == ' ';
}

static size_t
count_items(const char *text)
{
    size_t count = 1;

    for (const char *at = text; *at != '\0'; at++)
        count += ends_item(at);
    return count;
}

static size_t
more(char end, size_t left, char out[MORE_SIZE])
{
    return (size_t)snprintf(out, MORE_SIZE,
                            end == '.' ? "%c And %zu more." : "%c and %zu more",
                            end, left);
}

/* Not in the middle of a character: RFC 3629, 10xxxxxx goes on with one. */
static void
cut(char *out, size_t size, const char *text)
{
    size_t kept = size - sizeof("...");

    while (kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
        kept--;
    memcpy(out, text, kept);
    strcpy(out + kept, "...");
}

void
ft_text_fit(char *out, size_t size, const char *text)
{
    size_t kept = 0, kept_items = 0, items, seen = 0;
    char rest[MORE_SIZE];

    assert(size >= MORE_SIZE);
    if (strlen(text) < size) {
        strcpy(out, text);
        return;
    }
    items = count_items(text);
    for (size_t i = 0; i < size; i++) {
        if (!ends_item(text + i))
            continue;
        seen++;
        if (i + more(text[i], items - seen, rest) >= size)
            break;
        kept = i;
        kept_items = seen;
    }
    if (kept == 0) {
        cut(out, size, text);
        return;
    }
    more(text[kept], items - kept_items, rest);
    memcpy(out, text, kept);
    strcpy(out + kept, rest);
}
