/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page of the console as lines for who listens or reads a log: no frames, no
 * drawings, no sign without its word, every figure with its name. Lists and the
 * page of a VM are told from the rows that the screen draws too; every other
 * page is drawn into a grid as ever, of which the text is taken. Pure.
 */
#ifndef FT_UI_TUI_LINEAR_PAGE_H
#define FT_UI_TUI_LINEAR_PAGE_H

#include <stdio.h>

#include "ui/tui/state.h"

/* The page on top: where one is, the sentence, whose move, and what is there. */
void ft_linear_page(struct ft_console *console, FILE *out);

/* What lies over it: the menu or the question; nothing where none does. */
void ft_linear_overlay(struct ft_console *console, FILE *out);

/* The selected row as its list tells it; nothing without one. */
void ft_linear_selected(const struct ft_console *console, FILE *out);

/* A text as it may reach this terminal. */
void ft_linear_text(const struct ft_console *console, const char *text,
                    FILE *out);

#endif
