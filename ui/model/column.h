/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A column: which member of a row is shown, under which title, and how. Rows
 * are JSON objects, those that --json prints, so a table cannot disagree with
 * it. Constant; any thread.
 */
#ifndef FT_UI_MODEL_COLUMN_H
#define FT_UI_MODEL_COLUMN_H

#include <stddef.h>

enum ft_column_kind {
    FT_COLUMN_TEXT,
    FT_COLUMN_NUMBER,   /* integer or real as it is, right aligned */
    FT_COLUMN_BYTES,    /* "4.0 MiB" */
    FT_COLUMN_MS,       /* "2.8 ms" */
    FT_COLUMN_AGE,      /* seconds: "now", "12 s", "3 min", "2 h", "5 d" */
    FT_COLUMN_YESNO,    /* a boolean */
    FT_COLUMN_SEVERITY, /* a state word: glyph and severity, coloured */
    FT_COLUMN_VERDICT,  /* the same, but the word stays as it is: "fail" */
};

struct ft_column {
    const char *title;
    const char *key; /* member, or path with dots: "pause_ms.p50" */
    enum ft_column_kind kind;
};

struct ft_columns {
    const struct ft_column *list;
    size_t count;
};

#endif
