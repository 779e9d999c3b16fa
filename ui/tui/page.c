/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/columns.h"
#include "ui/model/pick.h"
#include "ui/tui/below.h"
#include "ui/tui/state.h"

/* ---- rows ---- */

struct rows {
    const struct ft_view *view;
    const json_t *array;
};

static const char *
identity(const void *data, size_t index)
{
    const struct rows *rows = data;

    return rows->view->identity(json_array_get(rows->array, index));
}

struct ranked {
    json_t *row; /* borrowed */
    size_t place;
    int rank;
    const char *name;
};

static int
compare(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    int by_name;

    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    by_name = strcmp(left->name, right->name);
    if (by_name)
        return by_name;
    return left->place < right->place ? -1 : left->place > right->place;
}

/* Its place in the order that is held; what is new comes after all. */
static size_t
place_in(const json_t *places, const char *identity, size_t due, size_t count)
{
    const json_t *place = json_object_get(places, identity);

    return place ? (size_t)json_integer_value(place) : count + due;
}

/* A new array of the same rows: by their rank, or by places when held. */
static json_t *
sorted(const struct ft_view *view, const json_t *rows, const json_t *places)
{
    size_t count = json_array_size(rows);
    FT_AUTOFREE struct ranked *list = calloc(count + 1, sizeof(*list));
    json_t *result = json_array();

    for (size_t i = 0; list && i < count; i++) {
        json_t *row = json_array_get(rows, i);

        list[i] = (struct ranked){ .row = row, .place = i, .name = "" };
        if (places)
            list[i].place = place_in(places, view->identity(row), i, count);
        else
            list[i].rank = view->rank(row, &list[i].name);
    }
    if (list)
        qsort(list, count, sizeof(*list), compare);
    for (size_t i = 0; list && i < count; i++)
        json_array_append(result, list[i].row);
    return result;
}

static json_t *
picked(struct ft_console *console, struct ft_page *page, const json_t *rows)
{
    const struct ft_columns *columns = page->view->columns;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pick pick;

    if (!columns)
        return json_copy((json_t *)(uintptr_t)rows);
    if (ft_pick_parse(page->filter, NULL, page->problems, columns, &pick, &err)) {
        if (console->overlay != FT_OVERLAY_FILTER)
            ft_console_say(console, FT_SEVERITY_WARN, "%s", err.text);
        ft_pick_parse(NULL, NULL, page->problems, columns, &pick, NULL);
    }
    if (!pick.count && !pick.problems && !page->sort)
        return json_copy((json_t *)(uintptr_t)rows);
    if (page->sort)
        pick.sort = &columns->list[page->sort - 1];
    pick.descending = page->descending;
    return ft_pick_rows(rows, columns, &pick);
}

static json_t *
places_of(const struct ft_page *page, const json_t *rows)
{
    json_t *places = json_object();
    json_t *row;
    size_t index;

    json_array_foreach(rows, index, row)
        json_object_set_new(places, page->view->identity(row),
                            json_integer((json_int_t)index));
    return places;
}

/* Of the same rows: are they in the same order? */
static bool
same_order(const json_t *a, const json_t *b)
{
    for (size_t i = 0; i < json_array_size(a); i++)
        if (json_array_get(a, i) != json_array_get(b, i))
            return false;
    return true;
}

/* The order that is held, over the one that is due. */
static json_t *
in_order(struct ft_page *page, json_t *due)
{
    json_t *held;

    page->order_old = false;
    if (!page->order)
        return due;
    held = sorted(page->view, due, page->order);
    page->order_old = !same_order(held, due);
    json_decref(due);
    return held;
}

void
ft_page_refresh(struct ft_console *console, struct ft_page *page)
{
    const struct ft_view *view = page->view;
    struct rows rows = { view, NULL };
    json_t *all, *some;

    if (!view || !view->rows)
        return;
    all = view->rows(console, page);
    some = picked(console, page, all);
    json_decref(all);
    if (some && !page->sort && view->rank) {
        all = some;
        some = sorted(view, all, NULL);
        json_decref(all);
    }
    if (!some)
        return; /* no memory: what was there stays */
    json_decref(page->rows);
    ft_below_forget(page);
    page->rows = in_order(page, some);
    rows.array = page->rows;
    ft_list_follow(&page->list, identity, &rows, json_array_size(page->rows),
                   FT_GRID_HEIGHT_MAX);
    if (view->id == FT_VIEW_EVENTS && page->follow) /* the newest is selected */
        ft_list_move(&page->list, identity, &rows, json_array_size(page->rows),
                     1L << 30);
    else if (page->list.lost)
        ft_console_say(console, FT_SEVERITY_WARN,
                       "what was selected is not there any more");
}

/* ---- moving ---- */

void
ft_page_move(struct ft_console *console, struct ft_page *page, long by)
{
    struct rows rows = { page->view, page->rows };

    (void)console;
    if (!page->view->rows) {
        page->scroll += by;
        page->scroll = FT_MAX(page->scroll, 0L);
        page->scroll = FT_MIN(page->scroll, (long)FT_TEXT_LINES_MAX);
        return;
    }
    ft_list_move(&page->list, identity, &rows, json_array_size(page->rows), by);
    page->follow = page->list.position + 1 == json_array_size(page->rows);
    if (!page->order && page->view->rank)
        page->order = places_of(page, page->rows);
}

static bool
has_text(const json_t *row, const char *text)
{
    FT_AUTOFREE char *all = json_dumps(row, JSON_COMPACT);

    return all && strcasestr(all, text);
}

/* In a text: to the line. */
static bool
search_text(struct ft_console *console, struct ft_page *page, int by)
{
    const char *line = console->text ? console->text : "";
    long number = 0, found = -1;

    for (; *line; number++) {
        size_t length = strcspn(line, "\n");
        FT_AUTOFREE char *copy = strndup(line, length);

        if (copy && strcasestr(copy, page->search) &&
            (by > 0 ? number > page->scroll && found < 0
                    : number < page->scroll))
            found = number;
        line += length + (line[length] == '\n');
    }
    if (found >= 0)
        page->scroll = found;
    return found >= 0;
}

void
ft_page_search(struct ft_console *console, struct ft_page *page, int by)
{
    size_t count = json_array_size(page->rows);
    bool found = false;

    if (!page->search[0])
        return;
    if (page->view->id == FT_VIEW_TEXT)
        found = search_text(console, page, by);
    for (size_t i = 1; !found && i <= count; i++) {
        size_t at = (page->list.position + (by > 0 ? i : count - i)) % count;

        found = has_text(json_array_get(page->rows, at), page->search);
        if (found)
            ft_page_move(console, page, (long)at - (long)page->list.position);
    }
    if (!found)
        ft_console_say(console, FT_SEVERITY_WARN, "\"%s\" is not here",
                       page->search);
}

void
ft_page_zoom(struct ft_page *page, int by)
{
    static const double windows[] = { 120, 600, 900, 3600, 14400, 86400, 604800 };
    size_t i = 0, count = FT_ARRAY_SIZE(windows);

    while (i + 1 < count && windows[i] < page->window_s)
        i++;
    if (by > 0 && i + 1 < count)
        i++;
    else if (by < 0 && i)
        i--;
    page->window_s = windows[i];
}
