/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How `ftadmin status` shows what it found. One thread.
 */
#ifndef FT_UI_CLI_STATUS_PRINT_H
#define FT_UI_CLI_STATUS_PRINT_H

#include "ui/cli/cli.h"
#include "ui/model/totals.h"

/* What is shown. All is borrowed. */
struct ft_status_view {
    const json_t *pairs;              /* rows, those that were picked */
    const json_t *hosts;              /* rows */
    const json_t *maintenance;        /* rows of ft_maintenance_rows */
    bool one;                         /* a VM was named: all about it */
    bool some;                        /* rows were left out by choice */
    const struct ft_totals *totals;   /* of all rows */
    const struct ft_verdict *verdict; /* the same */
};

/* Tables, --plain or --json. FT_EXIT_OK, or why it could not be written. */
enum ft_exit ft_status_print(struct ft_cli *cli,
                             const struct ft_status_view *view);

/* One line for a monitoring system. */
enum ft_exit ft_status_print_line(struct ft_cli *cli,
                                  const struct ft_status_view *view);

#endif
