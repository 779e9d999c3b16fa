/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events --film: a takeover, told. */
#ifndef FT_UI_CLI_EVENTS_FILM_H
#define FT_UI_CLI_EVENTS_FILM_H

#include "ui/cli/cli.h"

/* until: ISO 8601, or NULL for the last takeover. */
enum ft_exit ft_events_film(struct ft_cli *cli, const char *until);

#endif
