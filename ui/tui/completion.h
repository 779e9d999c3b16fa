/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a word of the ':' line could become (complete.h). Pure; plain data of the
 * caller.
 */
#ifndef FT_UI_TUI_COMPLETION_H
#define FT_UI_TUI_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>

#define FT_COMPLETIONS_MAX 64 /* more are not offered */

struct ft_completion {
    struct {
        char word[128], help[160];
    } list[FT_COMPLETIONS_MAX];
    size_t count;
    bool more;         /* that are left out */
    char argument[64]; /* what may stand here by the table: "VM", "HOST|none" */
    char title[160]; /* of what: "protect --standby HOST   host of the copy" */
    long chosen;     /* -1: none of them yet */
    size_t at, length; /* the word in the line that they would replace, bytes */
};

/* Adds a word if it begins with part. */
void ft_completion_add(struct ft_completion *completion, const char *part,
                       const char *word, const char *help);

#endif
