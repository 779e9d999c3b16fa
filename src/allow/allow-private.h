/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the walk over a tree (allow.c) and the kinds of values (values.c, files.c). */
#ifndef FT_ALLOW_ALLOW_PRIVATE_H
#define FT_ALLOW_ALLOW_PRIVATE_H

#include <string.h>

#include "allow/allow.h"

#define FT_ALLOW_DIGITS "0123456789"
#define FT_ALLOW_HEX FT_ALLOW_DIGITS "abcdefABCDEF"
#define FT_ALLOW_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define FT_ALLOW_WORD FT_ALLOW_LETTERS FT_ALLOW_DIGITS "_.:+-"

/* What a kind must know beside the value: whose definition it is, and where. */
struct ft_allow_place {
    const struct ft_allow_terms *terms;
    const char *name; /* of the VM; "" when the XML has none */
    xmlNodePtr node;
};

struct ft_allow_kind {
    const char *name;
    bool (*holds)(const struct ft_allow_place *place, const char *value);
    const char *must; /* "must be ...": what holds */
    const char *remedy;
};

/* All kinds: those of values.c, and those of files.c. */
extern const struct ft_allow_kind ft_allow_value_kinds[];
extern const size_t ft_allow_value_kinds_count;
extern const struct ft_allow_kind ft_allow_file_kinds[];
extern const size_t ft_allow_file_kinds_count;

static inline bool
ft_allow_consists(const char *value, const char *characters, size_t max)
{
    size_t length = strlen(value);

    return length > 0 && length <= max && strspn(value, characters) == length;
}

static inline bool
ft_allow_begins(const char *value, const char *with)
{
    return strncmp(value, with, strlen(with)) == 0;
}

static inline bool
ft_allow_any_of(const char *value, const char *const *words, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (!strcmp(value, words[i]))
            return true;
    return false;
}

#endif
