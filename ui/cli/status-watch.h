/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ftadmin status --watch`. One thread. */
#ifndef FT_UI_CLI_STATUS_WATCH_H
#define FT_UI_CLI_STATUS_WATCH_H

#include "ui/cli/cli.h"
#include "ui/model/pick.h"

/*
 * Shows how things are until Ctrl-C: drawn anew on a terminal, a line for each
 * change elsewhere (with --json an object a line). vm NULL: all that pick
 * takes. FT_EXIT_INTERRUPTED, or an error.
 */
enum ft_exit ft_status_watch(struct ft_cli *cli, const struct ft_pick *pick,
                             const char *vm);

#endif
