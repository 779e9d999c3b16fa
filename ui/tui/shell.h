/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that has the terminal for a while: the user's shell, or ssh(1). The
 * screen is down before, and back after it. One thread.
 */
#ifndef FT_UI_TUI_SHELL_H
#define FT_UI_TUI_SHELL_H

#include "ui/tui/words.h"

/*
 * Runs it and waits for its end; NULL: $SHELL. A program that ended with an
 * error has said so on the terminal, so that Enter is waited for.
 */
void ft_shell_run(const struct ft_words *program);

#endif
