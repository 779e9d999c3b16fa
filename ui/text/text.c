/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/text/text.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/cleanup.h"

static int
continuation(const unsigned char *at, int count, unsigned value, unsigned least,
             unsigned *character)
{
    for (int i = 1; i <= count; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return -1;
        value = value << 6 | (at[i] & 0x3f);
    }
    if (value < least || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return -1;
    *character = value;
    return count + 1;
}

int
ft_utf8_decode(const char *text, unsigned *character)
{
    const unsigned char *at = (const unsigned char *)text;

    if (*at < 0x80) {
        *character = *at;
        return *at ? 1 : 0;
    }
    if ((*at & 0xe0) == 0xc0)
        return continuation(at, 1, *at & 0x1f, 0x80, character);
    if ((*at & 0xf0) == 0xe0)
        return continuation(at, 2, *at & 0x0f, 0x800, character);
    if ((*at & 0xf8) == 0xf0)
        return continuation(at, 3, *at & 0x07, 0x10000, character);
    return -1;
}

/* Marks that turn the direction of what follows, and line ends of Unicode. */
static bool
is_format(unsigned character)
{
    return character == 0x61c || character == 0x200e || character == 0x200f ||
           (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069);
}

int
ft_character_width(unsigned character)
{
    if (character < 0x20 || (character >= 0x7f && character < 0xa0) ||
        is_format(character))
        return -1;
    return character < 0x7f ? 1 : wcwidth((wchar_t)character);
}

int
ft_text_next(const char *text, bool utf8, char out[FT_TEXT_GLYPH], int *columns)
{
    unsigned character = 0;
    int size = ft_utf8_decode(text, &character);

    out[0] = '\0';
    *columns = size > 0 ? ft_character_width(character) : -1;
    if (!size)
        return 0;
    if (size < 0)
        character = (unsigned char)*text;
    if (*columns < 0) {
        *columns =
            snprintf(out, FT_TEXT_GLYPH,
                     character < 0x100 ? "\\x%02x" : "\\u%04x", character);
    } else if (!utf8 && character >= 0x80) {
        *columns = *columns ? 1 : 0;
        strcpy(out, *columns ? "?" : "");
    } else {
        memcpy(out, text, (size_t)size);
        out[size] = '\0';
    }
    return size > 0 ? size : 1;
}

size_t
ft_text_width(const char *text)
{
    char glyph[FT_TEXT_GLYPH];
    size_t width = 0;
    int columns, size;

    for (; (size = ft_text_next(text, true, glyph, &columns)); text += size)
        width += (size_t)columns;
    return width;
}

void
ft_text_safe(const char *text, bool utf8, char *out, size_t size)
{
    char glyph[FT_TEXT_GLYPH];
    size_t used = 0, length;
    int columns, taken;

    for (; (taken = ft_text_next(text, utf8, glyph, &columns)); text += taken) {
        length = strlen(glyph);
        if (used + length >= size)
            break;
        memcpy(out + used, glyph, length);
        used += length;
    }
    out[used] = '\0';
}

size_t
ft_text_fold(const char *text, size_t columns)
{
    char glyph[FT_TEXT_GLYPH];
    size_t used = 0, width = 0, blank = 0;
    int own, taken;

    while ((taken = ft_text_next(text + used, true, glyph, &own))) {
        if (text[used] == ' ' && width <= columns)
            blank = used;
        width += (size_t)own;
        if (width > columns && used && text[used] != ' ')
            return blank ? blank : used;
        used += (size_t)taken;
    }
    return width > columns && blank ? blank : used;
}

void
ft_format_bytes(double bytes, char out[16])
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
    size_t unit = 0;

    while (bytes >= 1024 && unit + 1 < FT_ARRAY_SIZE(units)) {
        bytes /= 1024;
        unit++;
    }
    snprintf(out, 16, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

void
ft_format_age(double seconds, char out[24])
{
    if (seconds < 1)
        snprintf(out, 24, "now");
    else if (seconds < 120)
        snprintf(out, 24, "%.0f s", seconds);
    else if (seconds < 7200)
        snprintf(out, 24, "%.0f min", seconds / 60);
    else if (seconds < 172800)
        snprintf(out, 24, "%.0f h", seconds / 3600);
    else
        snprintf(out, 24, "%.0f d", seconds / 86400);
}
