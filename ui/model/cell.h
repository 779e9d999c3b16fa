/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell: one value of a row, with all that must be known to judge it: unit,
 * age, severity, and whose word it is. Tables, sorting and the console take
 * values from here.
 *
 * Pure; any thread. A cell's strings belong to the row or are constant.
 */
#ifndef FT_UI_MODEL_CELL_H
#define FT_UI_MODEL_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "ui/model/column.h"
#include "ui/model/severity.h"

enum ft_cell_kind {
    FT_CELL_NONE, /* not known, or not there */
    FT_CELL_TEXT,
    FT_CELL_NUMBER,
    FT_CELL_BOOLEAN,
};

struct ft_cell {
    enum ft_cell_kind kind;
    const char *text; /* of TEXT */
    double number;    /* of NUMBER; 0 or 1 of BOOLEAN */
    const char *unit; /* "ms", "B", "s", "1/s", or "" */
    double age_s;     /* since it was said; negative: not known */
    enum ft_severity severity;
    const char *source; /* the host that said it; NULL: the database */
};

/* The member at a path with dots; NULL when it is missing or null. Borrowed. */
const json_t *ft_row_member(const json_t *row, const char *path);

/*
 * The value that column shows of row. Age and source are those of the row
 * (members "age_s" and "heard_from").
 */
void ft_cell_read(const struct ft_column *column, const json_t *row,
                  struct ft_cell *cell);

#endif
