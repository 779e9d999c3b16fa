/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/cell.h"

#include <string.h>

#include "base/json.h"
#include "ui/model/meaning.h"
#include "ui/model/risk.h"

const json_t *
ft_row_member(const json_t *row, const char *path)
{
    char name[64];

    while (row && *path) {
        size_t size = strcspn(path, ".");

        if (size >= sizeof(name))
            return NULL;
        memcpy(name, path, size);
        name[size] = '\0';
        row = json_object_get(row, name);
        path += size + (path[size] == '.');
    }
    return json_is_null(row) ? NULL : row;
}

static void
take_value(const json_t *value, struct ft_cell *cell)
{
    if (json_is_string(value) && *json_string_value(value)) {
        cell->kind = FT_CELL_TEXT;
        cell->text = json_string_value(value);
    } else if (json_is_number(value)) {
        cell->kind = FT_CELL_NUMBER;
        cell->number = json_number_value(value);
    } else if (json_is_boolean(value)) {
        cell->kind = FT_CELL_BOOLEAN;
        cell->number = json_is_true(value);
    }
}

static enum ft_severity
severity_of(const struct ft_column *column, const json_t *row,
            const struct ft_cell *cell)
{
    if (column->kind == FT_COLUMN_SEVERITY ||
        column->kind == FT_COLUMN_VERDICT || !strcmp(column->key, "standing"))
        return ft_severity_of(cell->text);
    if (!strcmp(column->key, "clock_lag_ms") && ft_clocks_lag(row))
        return FT_SEVERITY_WARN;
    return FT_SEVERITY_OK;
}

void
ft_cell_read(const struct ft_column *column, const json_t *row,
             struct ft_cell *cell)
{
    const struct ft_meaning *meaning = ft_meaning_of(column->key);
    const json_t *age = ft_row_member(row, "age_s");

    memset(cell, 0, sizeof(*cell));
    take_value(ft_row_member(row, column->key), cell);
    cell->unit = meaning ? meaning->unit : "";
    cell->age_s = json_is_number(age) ? json_number_value(age) : -1;
    cell->source = ft_json_string(row, "heard_from", NULL);
    cell->severity = severity_of(column, row, cell);
}
