/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rows are shown, and in which order. Quick enough for a key stroke:
 * 5,000 rows in a few milliseconds. Pure; any thread.
 */
#ifndef FT_UI_MODEL_PICK_H
#define FT_UI_MODEL_PICK_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "ui/model/column.h"

#define FT_PICK_TERMS 8
#define FT_PICK_TEXT 128

struct ft_pick {
    struct {
        char key[32]; /* "state", "host", a member; empty: any text */
        char text[FT_PICK_TEXT]; /* lower case */
    } terms[FT_PICK_TERMS];      /* a row must fit them all */
    unsigned count;
    bool problems;                /* only rows that are not well */
    const struct ft_column *sort; /* NULL: as they are */
    bool descending;
};

/*
 * filter (may be NULL): words, each "TEXT" or "KEY=TEXT". TEXT alone fits where
 * it is a part of any text shown; state=TEXT where the state begins so (also
 * "at-risk"); host=TEXT where it is the name of a host of the pair, or of the
 * row; another key where that member's text has it as a part. Upper and lower
 * case are the same.
 * sort (may be NULL): a column (ft_column_find); with '-' before it descending.
 * -EINVAL for what is none of that. pick refers to columns.
 */
int ft_pick_parse(const char *filter, const char *sort, bool problems,
                  const struct ft_columns *columns, struct ft_pick *pick,
                  struct ft_error *err);

/*
 * The rows that fit, sorted: numbers by size, severities the worst first,
 * other texts by name with numbers in them as numbers (vm9, vm10), what has no
 * value last, equal ones as they were. A new array that shares the rows; NULL
 * without memory.
 */
json_t *ft_pick_rows(const json_t *rows, const struct ft_columns *columns,
                     const struct ft_pick *pick);

#endif
