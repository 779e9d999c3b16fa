/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The views. Constant. Pure: a view reads console and picture, and draws. */
#ifndef FT_UI_TUI_VIEW_H
#define FT_UI_TUI_VIEW_H

#include "ui/tui/state.h"

extern const struct ft_view ft_view_overview;
extern const struct ft_view ft_view_vm;
extern const struct ft_view ft_view_hosts;
extern const struct ft_view ft_view_host;
extern const struct ft_view ft_view_events;
extern const struct ft_view ft_view_event;
extern const struct ft_view ft_view_film;
extern const struct ft_view ft_view_jobs;
extern const struct ft_view ft_view_what_if;
extern const struct ft_view ft_view_checks;
extern const struct ft_view ft_view_check;
extern const struct ft_view ft_view_text;
extern const struct ft_view ft_view_sheet;
extern const struct ft_view ft_view_first;

#endif
