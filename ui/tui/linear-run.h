/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The linear console at work (linear.h): the one thread that reads lines,
 * takes what hosts say, and tells it. It never waits for a host, and leaves the
 * terminal's settings alone. Ends at the end of its input.
 */
#ifndef FT_UI_TUI_LINEAR_RUN_H
#define FT_UI_TUI_LINEAR_RUN_H

#include "ui/tui/run.h"

/* As ft_tui_run. */
int ft_linear_run(const struct ft_work *work,
                  const struct ft_tui_options *options, struct ft_error *err);

#endif
