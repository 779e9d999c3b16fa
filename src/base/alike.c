/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/alike.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const char *const units[] = {
    "ns", "us",    "ms",    "s",     "min",    "h",      "days",  "%",
    "B",  "KiB",   "MiB",   "GiB",   "TiB",    "KB",     "MB",    "GB",
    "TB", "KiB/s", "MiB/s", "GiB/s", "kbit/s", "Mbit/s", "Gbit/s"
};

static bool
is_unit(const char *text)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(units); i++) {
        size_t size = strlen(units[i]);

        if (!strncmp(text, units[i], size) && text[size] != '/' &&
            !isalnum((unsigned char)text[size]))
            return true;
    }
    return false;
}

/* How many characters of a decimal number are there; 0: none. */
static size_t
number(const char *text)
{
    size_t whole = strspn(text, "0123456789"), rest = 0;

    if (whole && text[whole] == '.')
        rest = strspn(text + whole + 1, "0123456789");
    return rest ? whole + 1 + rest : whole;
}

static const char *
skip(const char *text, const char *word)
{
    size_t size = strlen(word);

    return strncmp(text, word, size) ? NULL : text + size;
}

/* How long the figure at text is, which begins where nothing else does; 0: none. */
static size_t
figure(const char *start, const char *text)
{
    size_t size = number(text), second;
    const char *next;

    if (!size || (text > start && !strchr(" (,;", text[-1])))
        return 0;
    next = text + size;
    if (*next == ' ' && is_unit(next + 1))
        return size;
    next = skip(text + size, " to ");
    if (!next)
        next = skip(text + size, " and ");
    second = next ? number(next) : 0;
    return second && next[second] == ' ' && is_unit(next + second + 1) ? size
                                                                       : 0;
}

static bool
are_near(double a, double b, double times)
{
    return a == b || (a > 0 && b > 0 && a <= b * times && b <= a * times) ||
           times > 1e300;
}

bool
ft_text_alike(const char *a, const char *b, double times)
{
    const char *const first = a, *const second = b;

    for (;;) {
        size_t in_a = figure(first, a), in_b = figure(second, b);

        if (in_a && in_b) {
            if (!are_near(strtod(a, NULL), strtod(b, NULL), times))
                return false;
            a += in_a;
            b += in_b;
        } else if (*a != *b) {
            return false;
        } else if (!*a) {
            return true;
        } else {
            a++;
            b++;
        }
    }
}
