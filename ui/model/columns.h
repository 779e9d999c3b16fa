/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of everything that is listed, once for the command line and the
 * console. Constant; any thread.
 */
#ifndef FT_UI_MODEL_COLUMNS_H
#define FT_UI_MODEL_COLUMNS_H

#include "ui/model/column.h"

extern const struct ft_columns ft_pair_columns;     /* rows of ft_pair_row */
extern const struct ft_columns ft_pair_details;     /* the same, one of them */
extern const struct ft_columns ft_side_columns;     /* their "sides" */
extern const struct ft_columns ft_path_columns;     /* their "paths" */
extern const struct ft_columns ft_host_columns;     /* ft_host_status_row */
extern const struct ft_columns ft_vm_columns;       /* ft_vm_rows */
extern const struct ft_columns ft_event_columns;    /* ft_event_row */
extern const struct ft_columns ft_estimate_columns; /* ft_estimate_rows */
extern const struct ft_columns ft_outcome_columns;  /* ft_outcome_rows */
extern const struct ft_columns ft_finding_columns;  /* ft_findings_to_json */
extern const struct ft_columns ft_check_list_columns; /* "checks" */
extern const struct ft_columns ft_check_columns;      /* but for the remedy */
extern const struct ft_columns ft_if_lost_columns;    /* ft_what_if_rows */

/*
 * By key or title, upper and lower case being the same; blanks, '-' and '_'
 * too: "p99" as well as "pause_ms.p99". NULL: there is no such column.
 */
const struct ft_column *ft_column_find(const struct ft_columns *columns,
                                       const char *name);

#endif
