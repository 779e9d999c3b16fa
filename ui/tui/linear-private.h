/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make up linear.h; not for others.
 *
 *     linear.c       what is told, and asked
 *     linear-take.c  what a typed line does
 */
#ifndef FT_UI_TUI_LINEAR_PRIVATE_H
#define FT_UI_TUI_LINEAR_PRIVATE_H

#include "ui/tui/linear.h"

/* The first lines of text; the others are kept for an Enter. */
void ft_linear_tell_part(struct ft_linear *linear, const char *text);
void ft_linear_tell_page(struct ft_linear *linear);

/* What a line has led to, and the prompt. */
void ft_linear_tell_changes(struct ft_linear *linear);
void ft_linear_ask(struct ft_linear *linear);

/* From "Enter look at 4   Space mark": "look at 4". False: it is not said. */
bool ft_linear_enter_does(const struct ft_linear *linear, char *out,
                          size_t size);

/* On no page does Enter change a host unless it says so by these words. */
bool ft_linear_enter_changes(const struct ft_linear *linear);

#endif
