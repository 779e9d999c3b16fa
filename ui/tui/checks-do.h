/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be done about the checks of a VM. Pure; the console's thread.
 */
#ifndef FT_UI_TUI_CHECKS_DO_H
#define FT_UI_TUI_CHECKS_DO_H

#include "ui/tui/state.h"

/*
 * Puts the line that accepts what is warned of here, or takes that back, where commands
 * are typed, and the one that mends what ftadmin can: seen, and only begun by Enter.
 */
void ft_checks_waive(struct ft_console *console);
void ft_checks_mend(struct ft_console *console);

#endif
