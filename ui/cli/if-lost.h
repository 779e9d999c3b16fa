/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ftadmin status --if-lost`: what would become of each VM. One thread. */
#ifndef FT_UI_CLI_IF_LOST_H
#define FT_UI_CLI_IF_LOST_H

#include "ui/cli/cli.h"
#include "ui/work/status.h"

/*
 * Prints the outcomes for all VMs if what the user named were lost now.
 * FT_EXIT_OK: all go on; FT_EXIT_UNPROTECTED: one stops or is cut off;
 * FT_EXIT_UNREACHABLE: of one nobody can tell; or an error.
 */
enum ft_exit ft_status_if_lost(struct ft_cli *cli, const json_t *pairs,
                               struct ft_work_status *status);

#endif
