/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command of ours: the words after "ftadmin". Pure; plain memory of the
 * caller.
 */
#ifndef FT_UI_TUI_WORDS_H
#define FT_UI_TUI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define FT_WORDS_MAX 112 /* a command about all VMs of a sheet */
#define FT_WORD_SIZE 300 /* bytes with NUL */

struct ft_words {
    size_t count;
    char list[FT_WORDS_MAX][FT_WORD_SIZE];
};

/* Appends a word; too many or too long ones are left out. */
void ft_words_add(struct ft_words *words, const char *word);

#define FT_WORDS_NEXT "\x1e" /* a word that ends a command: another follows */

/*
 * "ftadmin protect 'my vm'": as it is typed in a shell; several commands with
 * "; " between them.
 */
void ft_words_text(const struct ft_words *words, char *out, size_t size);

/*
 * Splits a line by blanks, quotes as in a shell. -EINVAL: a quote without its
 * end, or too many words.
 */
int ft_words_split(const char *line, struct ft_words *words);

/* Whether the command could change something. */
bool ft_words_change(const struct ft_words *words);

#endif
