/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/flags.h"

#include <stdio.h>
#include <string.h>

bool
ft_flags_have(const char *list, const char *word, size_t length)
{
    for (const char *at = list; (at = strstr(at, word)) != NULL; at++)
        if ((at == list || at[-1] == ' ') &&
            (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

size_t
ft_flags_missing(const char *ours, const char *theirs, char *out, size_t size)
{
    size_t count = 0;
    size_t used = 0;
    char word[64];

    *out = '\0';
    while (*ours != '\0') {
        size_t length = strcspn(ours, " ");

        snprintf(word, sizeof(word), "%.*s", (int)length, ours);
        if (length > 0 && length < sizeof(word) &&
            !ft_flags_have(theirs, word, length)) {
            count++;
            if (used < size)
                used += (size_t)snprintf(out + used, size - used, " %s", word);
        }
        ours += length;
        ours += strspn(ours, " ");
    }
    return count;
}
