/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/completion.h"

#include <stdio.h>
#include <string.h>

void
ft_completion_add(struct ft_completion *c, const char *part, const char *word,
                  const char *help)
{
    if (!*word || strncmp(word, part, strlen(part)) != 0 ||
        strlen(word) >= sizeof(c->list[0].word))
        return;
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->list[i].word, word))
            return;
    if (c->count == FT_COMPLETIONS_MAX) {
        c->more = true;
        return;
    }
    snprintf(c->list[c->count].word, sizeof(c->list[0].word), "%s", word);
    snprintf(c->list[c->count++].help, sizeof(c->list[0].help), "%s", help);
}
