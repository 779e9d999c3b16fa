/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan leaves on the hosts, for people. One thread. */
#ifndef FT_UI_CLI_EFFECTS_H
#define FT_UI_CLI_EFFECTS_H

#include "plan/effects.h"
#include "ui/cli/cli.h"

/* By hosts, then by what takes it away; on cli->out. */
void ft_cli_print_effects(struct ft_cli *cli, const struct ft_effects *effects);

#endif
