/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One column model for everything that is listed: rows are JSON objects (the
 * ones --json prints), columns say which member to show and how. The aligned
 * table, --plain and the console's views all come from the same columns, so
 * they cannot disagree with the JSON.
 *
 * Memory: columns are constant, rows stay the caller's. Threads: any, each
 * with its own FILE. Text from hosts and guests is never trusted: control
 * characters are escapes (ft_text_next), so a VM's name cannot drive the
 * terminal.
 */
#ifndef FT_UI_TEXT_TABLE_H
#define FT_UI_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "ui/model/column.h"

enum ft_output { FT_OUTPUT_TABLE, FT_OUTPUT_PLAIN, FT_OUTPUT_JSON };

struct ft_style {
    enum ft_output output;
    bool colour;
    bool utf8;
};

/*
 * The style for this stream: colour only on a terminal that is not dumb and
 * without NO_COLOR (https://no-color.org); UTF-8 when the locale says so.
 */
struct ft_style ft_style_for(FILE *stream, enum ft_output output);

/*
 * The text of one cell for people (human) or scripts, cut to size bytes
 * at a character's border. A missing or null member gives "-" (scripts: "").
 */
void ft_column_text(const struct ft_column *column, const json_t *row,
                    bool human, bool utf8, char *out, size_t size);

/*
 * Prints rows (a JSON array of objects) as table with a header, or tab
 * separated without one. Without rows it prints nothing. Not for
 * FT_OUTPUT_JSON: see ft_print_json.
 * 0 or -errno of the stream.
 */
int ft_table_print(FILE *stream, const struct ft_style *style,
                   const struct ft_column *columns, size_t count,
                   const json_t *rows);

/*
 * Prints one object as lines of title and value, without those that have none,
 * or plain: all as "key<TAB>value".
 */
int ft_record_print(FILE *stream, const struct ft_style *style,
                    const struct ft_column *columns, size_t count,
                    const json_t *row);

/* One JSON document and a newline: indented on a terminal, one line elsewhere. */
int ft_print_json(FILE *stream, const json_t *document);

#endif
