/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form in which one says as whom to log in on a machine, and with which key
 * file; no secret is in it, those are asked for by who needs them (login.h). Of
 * a machine of the first start it is used for looking and adding, of a host that
 * is known it is stored with it by the command that is shown. Pure.
 */
#ifndef FT_UI_TUI_ACCOUNT_H
#define FT_UI_TUI_ACCOUNT_H

#include "ui/tui/state.h"

/* Which field is typed into. */
enum {
    FT_ACCOUNT_USER,
    FT_ACCOUNT_KEY,
    FT_ACCOUNT_OTHERS, /* only where there are others */
};

/* Of a host that is known, by its row. */
void ft_account_of_host(struct ft_console *console, const json_t *row);

/* Of a machine of the first start; others: that let nobody in, too. */
void ft_account_of_machine(struct ft_console *console, const json_t *row,
                           size_t others);

void ft_account_key(struct ft_console *console, const struct ft_key *key);
void ft_account_draw(struct ft_console *console, struct ft_grid *grid);

/* The field as a question, for who is told it. */
void ft_account_ask(const struct ft_account *account, char *out, size_t size);

/* ssh(1) to it, as the fields are now. */
void ft_account_ssh(const struct ft_account *account, struct ft_words *words);

/* Does that change how it is logged in? */
bool ft_account_changed(const struct ft_account *account);

#endif
