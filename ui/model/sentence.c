/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/sentence.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"

#define LEAST_CHARACTERS 4

struct text {
    char *out;
    size_t used, size; /* bytes; size without the NUL */
    size_t width;      /* characters that were wanted, also beyond size */
};

static bool
continues(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Bytes of the first character. */
static size_t
character_size(const char *text)
{
    size_t size = 1;

    while (*text && continues(text[size]))
        size++;
    return size;
}

size_t
ft_sentence_width(const char *text)
{
    size_t width = 0;

    for (; *text; text++)
        width += !continues(*text);
    return width;
}

static void
add_character(struct text *text, const char *from, size_t size)
{
    text->width++;
    if (text->used + size > text->size)
        return;
    memcpy(text->out + text->used, from, size);
    text->used += size;
    text->out[text->used] = '\0';
}

static void
add(struct text *text, const char *from, size_t limit)
{
    bool cut = ft_sentence_width(from) > limit;

    for (size_t i = 0; *from && i + cut < limit; i++) {
        size_t size = character_size(from);

        add_character(text, from, size);
        from += size;
    }
    if (cut)
        add_character(text, "~", 1);
}

static const char *
filler_of(const struct ft_filler *fillers, const char *name, size_t size)
{
    for (; fillers->name; fillers++)
        if (strlen(fillers->name) == size && !memcmp(fillers->name, name, size))
            return fillers->text;
    return "?";
}

/* Returns how many characters it would have. */
static size_t
expand(const char *pattern, const struct ft_filler *fillers, size_t limit,
       char *out, size_t size)
{
    struct text text = { out, 0, size - 1, 0 };
    size_t bytes;

    *out = '\0';
    for (; *pattern; pattern += bytes) {
        bytes = character_size(pattern);
        if (*pattern != '{') {
            add_character(&text, pattern, bytes);
            continue;
        }
        bytes = strcspn(pattern, "}");
        add(&text, filler_of(fillers, pattern + 1, bytes - 1), limit);
        bytes += pattern[bytes] == '}';
    }
    return text.width;
}

static void
cut_end(char *text, size_t columns)
{
    for (size_t width = 1; *text && width < columns; width++)
        text += character_size(text);
    if (*text)
        memcpy(text, "~", 2);
}

void
ft_sentence(const char *pattern, const struct ft_filler *fillers,
            size_t columns, char *out, size_t size)
{
    size_t limit = columns;

    while (expand(pattern, fillers, limit, out, size) > columns &&
           limit > LEAST_CHARACTERS)
        limit--;
    if (ft_sentence_width(out) > columns)
        cut_end(out, columns);
}
