/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Going back in time: the console has one time, and in the past its picture is
 * one that ui/model/then.h makes. Nothing can be changed from there. Pure.
 *
 * Ownership: the console owns its past. Threads: the console's.
 */
#ifndef FT_UI_TUI_PAST_H
#define FT_UI_TUI_PAST_H

#include "ui/tui/state.h"

/* One step of the page's window back (-1) or on (1); behind the last is now. */
void ft_past_step(struct ft_console *console, int by);

/* To a moment, ms since 1970; where nothing is known of it nothing changes. */
void ft_past_go(struct ft_console *console, int64_t at_ms);

/* Back to now. */
void ft_past_leave(struct ft_console *console);

/* The picture of now is another one. */
void ft_past_refresh(struct ft_console *console);

/* Does this view show the past? */
bool ft_past_has(enum ft_view_id view);

/* Does the key something that the past has not, or that would change things? */
bool ft_past_forbids(enum ft_do action);

/* "PAST 84 min ago" */
void ft_past_age(const struct ft_console *console, char *out, size_t size);

#endif
