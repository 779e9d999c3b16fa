/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/keymap.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/tui/key.h"

#define FT_DO_ROW_(name, keys, scopes, word, meaning, twin) \
    { FT_DO_##name, keys, scopes, word, meaning, twin },
const struct ft_binding ft_bindings[] = { FT_DOINGS(FT_DO_ROW_) };
#undef FT_DO_ROW_
const size_t ft_binding_count = FT_ARRAY_SIZE(ft_bindings);

int
ft_keymap_has(const char *keys, uint32_t code)
{
    char word[16];
    int used;

    for (; sscanf(keys, "%15s%n", word, &used) == 1; keys += used)
        if (ft_key_by_name(word) == code)
            return 1;
    return 0;
}

enum ft_do
ft_keymap_find(enum ft_scope scope, uint32_t code)
{
    for (size_t i = 0; i < ft_binding_count; i++)
        if ((ft_bindings[i].scopes & (1u << scope)) &&
            ft_keymap_has(ft_bindings[i].keys, code))
            return ft_bindings[i].action;
    return FT_DO_NONE;
}

const struct ft_binding *
ft_keymap_of(enum ft_do action)
{
    return action > FT_DO_NONE && action < FT_DO_COUNT
               ? &ft_bindings[action - 1]
               : NULL;
}
