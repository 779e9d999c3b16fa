/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became worse on the host of a copy since it was made, as status of one VM says
 * it: as protect and check say what they found.
 */
#ifndef FT_UI_CLI_DRIFT_H
#define FT_UI_CLI_DRIFT_H

#include <jansson.h>

#include "ui/cli/cli.h"

/* Of a row of status; nothing where there is nothing to say. */
void ft_cli_print_drift(struct ft_cli *cli, const json_t *row);

#endif
