/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form in which a command of the console is told a password, a passphrase
 * or what else SSH asks for. What is typed is seen by nobody and is nowhere but
 * in the entry, which the owner has in locked memory and wipes. Pure.
 */
#ifndef FT_UI_TUI_LOGIN_H
#define FT_UI_TUI_LOGIN_H

#include "ui/tui/state.h"

/* What is asked; id: that of ops.answer. Texts are copied. */
struct ft_login_wish {
    unsigned id;
    const char *prompt;     /* as the host or the key has it */
    const char *command;    /* that wants to know: "ftadmin host add hv" */
    bool again;             /* the answer before was wrong */
    struct ft_entry *entry; /* empty; borrowed until it is answered */
};

/* Opens the form; false: something else is open, it has to wait. */
bool ft_login_open(struct ft_console *console, const struct ft_login_wish *wish);

/* Nobody wants to know any more. */
void ft_login_gone(struct ft_console *console, unsigned id);

void ft_login_key(struct ft_console *console, const struct ft_key *key);
void ft_login_draw(struct ft_console *console, struct ft_grid *grid);

#endif
