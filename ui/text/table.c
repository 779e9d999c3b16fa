/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/text/table.h"

#include <errno.h>
#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "ui/model/cell.h"
#include "ui/text/glyph.h"
#include "ui/text/text.h"

#define CELL_SIZE 512
#define COLOUR_END "\033[0m"

struct ft_style
ft_style_for(FILE *stream, enum ft_output output)
{
    const char *term = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");
    struct ft_style style = { .output = output };

    style.colour = output == FT_OUTPUT_TABLE && isatty(fileno(stream)) &&
                   !(no_colour && *no_colour) && term && strcmp(term, "dumb");
    style.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
    return style;
}

static void
format_number(const json_t *value, char *out, size_t size)
{
    if (json_is_integer(value))
        snprintf(out, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        snprintf(out, size, "%.1f", json_real_value(value));
}

/* For people. */
static void
format_units(const struct ft_column *column, const json_t *value, char *out,
             size_t size)
{
    double number = json_number_value(value);

    if (!json_is_number(value) || isnan(number))
        snprintf(out, size, "-");
    else if (column->kind == FT_COLUMN_BYTES && size >= 16)
        ft_format_bytes(number, out);
    else if (column->kind == FT_COLUMN_AGE && size >= 24)
        ft_format_age(number, out);
    else if (column->kind == FT_COLUMN_MS)
        snprintf(out, size, "%.1f ms", number);
    else
        format_number(value, out, size);
}

static void
format_severity(const char *word, bool human, bool utf8, char *out, size_t size)
{
    enum ft_severity severity = ft_severity_of(word);

    if (human)
        snprintf(out, size, "%s %s", ft_severity_glyph(severity, utf8),
                 ft_severity_word(severity));
    else
        snprintf(out, size, "%s", ft_severity_word(severity));
}

static void
format_verdict(const char *word, bool human, bool utf8, char *out, size_t size)
{
    char safe[64];

    ft_text_safe(word, utf8 || !human, safe, sizeof(safe));
    if (human)
        snprintf(out, size, "%s %s", ft_word_glyph(word, utf8), safe);
    else
        snprintf(out, size, "%s", safe);
}

void
ft_column_text(const struct ft_column *column, const json_t *row, bool human,
               bool utf8, char *out, size_t size)
{
    const json_t *value = ft_row_member(row, column->key);
    const char *text = json_string_value(value);

    if (column->kind == FT_COLUMN_SEVERITY)
        format_severity(text, human, utf8, out, size);
    else if (column->kind == FT_COLUMN_VERDICT && text && *text)
        format_verdict(text, human, utf8, out, size);
    else if (!value || (text && !*text))
        snprintf(out, size, "%s", human ? "-" : "");
    else if (text)
        ft_text_safe(text, utf8 || !human, out, size);
    else if (json_is_boolean(value))
        snprintf(out, size, "%s", json_is_true(value) ? "yes" : "no");
    else if (human)
        format_units(column, value, out, size);
    else if (json_is_number(value))
        format_number(value, out, size);
    else
        snprintf(out, size, "%s", human ? "-" : "");
}

static bool
right_aligned(const struct ft_column *column)
{
    return column->kind == FT_COLUMN_NUMBER ||
           column->kind == FT_COLUMN_BYTES || column->kind == FT_COLUMN_MS ||
           column->kind == FT_COLUMN_AGE;
}

static void
pad(FILE *stream, size_t columns)
{
    while (columns--)
        putc(' ', stream);
}

static const char *
colour_of(const struct ft_style *style, const struct ft_column *column,
          const json_t *row)
{
    const char *word = json_string_value(ft_row_member(row, column->key));

    if (!style->colour || (column->kind != FT_COLUMN_SEVERITY &&
                           column->kind != FT_COLUMN_VERDICT))
        return NULL;
    return word && !strcmp(word, "info")
               ? NULL
               : ft_severity_colour(ft_severity_of(word));
}

/* The last column is not padded, so that no line ends in blanks. */
static void
print_cell(FILE *stream, const struct ft_column *column, const char *text,
           const char *colour, size_t width, bool last)
{
    size_t own = ft_text_width(text);
    size_t blanks = width > own ? width - own : 0;

    if (right_aligned(column))
        pad(stream, blanks);
    if (colour)
        fputs(colour, stream);
    fputs(text, stream);
    if (colour)
        fputs(COLOUR_END, stream);
    if (!right_aligned(column) && !last)
        pad(stream, blanks);
    fputs(last ? "\n" : "  ", stream);
}

static void
measure(const struct ft_style *style, const struct ft_column *columns,
        size_t count, const json_t *rows, size_t *widths)
{
    const json_t *row;
    size_t r;

    for (size_t i = 0; i < count; i++)
        widths[i] = ft_text_width(columns[i].title);
    json_array_foreach(rows, r, row) {
        for (size_t i = 0; i < count; i++) {
            char text[CELL_SIZE];
            size_t width;

            ft_column_text(&columns[i], row, true, style->utf8, text,
                           sizeof(text));
            width = ft_text_width(text);
            widths[i] = FT_MAX(widths[i], width);
        }
    }
}

static void
print_aligned(FILE *stream, const struct ft_style *style,
              const struct ft_column *columns, size_t count, const json_t *rows,
              const size_t *widths)
{
    const json_t *row;
    size_t r;

    for (size_t i = 0; i < count; i++)
        print_cell(stream, &columns[i], columns[i].title, NULL, widths[i],
                   i + 1 == count);
    json_array_foreach(rows, r, row) {
        for (size_t i = 0; i < count; i++) {
            char text[CELL_SIZE];

            ft_column_text(&columns[i], row, true, style->utf8, text,
                           sizeof(text));
            print_cell(stream, &columns[i], text,
                       colour_of(style, &columns[i], row), widths[i],
                       i + 1 == count);
        }
    }
}

static void
print_plain(FILE *stream, const struct ft_column *columns, size_t count,
            const json_t *rows)
{
    const json_t *row;
    size_t r;

    json_array_foreach(rows, r, row) {
        for (size_t i = 0; i < count; i++) {
            char text[CELL_SIZE];

            ft_column_text(&columns[i], row, false, true, text, sizeof(text));
            fprintf(stream, "%s%c", text, i + 1 == count ? '\n' : '\t');
        }
    }
}

static int
stream_result(FILE *stream)
{
    errno = 0;
    if (fflush(stream) == EOF || ferror(stream))
        return errno ? -errno : -EIO;
    return 0;
}

int
ft_table_print(FILE *stream, const struct ft_style *style,
               const struct ft_column *columns, size_t count, const json_t *rows)
{
    FT_AUTOFREE size_t *widths = calloc(count, sizeof(*widths));

    if (!widths)
        return -ENOMEM;
    if (style->output == FT_OUTPUT_PLAIN) {
        print_plain(stream, columns, count, rows);
    } else if (json_array_size(rows)) {
        measure(style, columns, count, rows, widths);
        print_aligned(stream, style, columns, count, rows, widths);
    }
    return stream_result(stream);
}

static void
print_line(FILE *stream, const struct ft_style *style,
           const struct ft_column *column, const json_t *row, size_t width)
{
    bool human = style->output != FT_OUTPUT_PLAIN;
    const char *colour = colour_of(style, column, row);
    char text[CELL_SIZE * 2];

    ft_column_text(column, row, human, style->utf8, text, sizeof(text));
    if (!human) {
        fprintf(stream, "%s\t%s\n", column->key, text);
        return;
    }
    if (!strcmp(text, "-"))
        return;
    fputs(column->title, stream);
    pad(stream, width - ft_text_width(column->title) + 2);
    fprintf(stream, "%s%s%s\n", colour ? colour : "", text,
            colour ? COLOUR_END : "");
}

int
ft_record_print(FILE *stream, const struct ft_style *style,
                const struct ft_column *columns, size_t count, const json_t *row)
{
    size_t width = 0;

    for (size_t i = 0; i < count; i++)
        width = FT_MAX(width, ft_text_width(columns[i].title));
    for (size_t i = 0; i < count; i++)
        print_line(stream, style, &columns[i], row, width);
    return stream_result(stream);
}

int
ft_print_json(FILE *stream, const json_t *document)
{
    size_t flags = isatty(fileno(stream)) ? JSON_INDENT(2) : JSON_COMPACT;

    if (json_dumpf(document, stream, flags | JSON_ENSURE_ASCII) < 0)
        return -EIO;
    putc('\n', stream);
    return stream_result(stream);
}
