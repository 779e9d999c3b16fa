/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/deeds.h"

#define ROWS_MAX 8

/* ---- what may stand there ---- */

static void
add_vms(const struct ft_console *console, const char *part,
        struct ft_completion *c)
{
    const json_t *row;
    size_t index;

    json_array_foreach(console->picture->vms, index, row) {
        const json_t *now =
            ft_console_vm(console, ft_json_string(row, "uuid", ""));
        char help[160];

        snprintf(help, sizeof(help), "%.40s on %.60s",
                 ft_json_string(now, "standing", "not protected"),
                 ft_json_string(now, "primary",
                                ft_json_string(row, "host", "?")));
        ft_completion_add(c, part, ft_row_name(row), help);
    }
}

static void
add_hosts(const struct ft_console *console, const char *part,
          struct ft_completion *c)
{
    const json_t *row;
    size_t index;

    json_array_foreach(console->picture->hosts, index, row) {
        char help[160];

        snprintf(help, sizeof(help), "%.40s, %.40s",
                 ft_json_string(row, "kind", "host"),
                 ft_json_string(row, "state", "?"));
        ft_completion_add(c, part, ft_row_name(row), help);
    }
}

/* Views have names too. */
static void
add_views(const char *part, struct ft_completion *c)
{
    ft_completion_add(c, part, "overview", "the first page");
    ft_completion_add(c, part, "hosts", "the page of the hosts");
    ft_completion_add(c, part, "quit", "leave; protection and jobs go on");
}

static int
by_word(const void *a, const void *b)
{
    return strcmp(a, b); /* the word comes first in what is listed */
}

static void
find(struct ft_console *console, const struct ft_words *before,
     const char *part, struct ft_completion *c)
{
    if (console->ops.complete)
        console->ops.complete(console->ops.data, before, part, c);
    if (!before->count)
        add_views(part, c);
    if (strstr(c->argument, "VM"))
        add_vms(console, part, c);
    if (strstr(c->argument, "HOST"))
        add_hosts(console, part, c);
    if (strstr(c->argument, "|none"))
        ft_completion_add(c, part, "none", "nobody");
    qsort(c->list, c->count, sizeof(c->list[0]), by_word);
}

/* ---- into the line ---- */

/* A name as a shell would want it; true: it had to be quoted. */
static void
quoted(const char *word, char *out, size_t size)
{
    struct ft_words words = { 0 };
    char text[600];

    ft_words_add(&words, word);
    ft_words_text(&words, text, sizeof(text));
    snprintf(out, size, "%s", text + strlen("ftadmin "));
}

static void
put(struct ft_console *console, const char *word, bool whole)
{
    struct ft_completion *c = &console->completion;
    char line[FT_ENTRY_MAX], text[600];

    if (whole)
        quoted(word, text, sizeof(text));
    else
        snprintf(text, sizeof(text), "%s", word);
    if (c->at + strlen(text) + 2 >= sizeof(line))
        return;
    snprintf(line, sizeof(line), "%.*s%s%s", (int)c->at, console->entry.text,
             text, whole && c->count == 1 ? " " : "");
    ft_entry_set(&console->entry, line);
    c->length = strlen(console->entry.text) - c->at;
}

/* As much as all of them begin with. */
static void
put_common(struct ft_console *console)
{
    struct ft_completion *c = &console->completion;
    char common[128];
    size_t length;

    snprintf(common, sizeof(common), "%s", c->list[0].word);
    for (size_t i = 1; i < c->count; i++) {
        length = 0;
        while (common[length] && common[length] == c->list[i].word[length])
            length++;
        while (length && (common[length] & 0xc0) == 0x80)
            length--; /* not in the midst of a character */
        common[length] = '\0';
    }
    if (strlen(common) > c->length && !strpbrk(common, " '\"$\\"))
        put(console, common, false);
}

/* Words before the one at the end of the line, and where that begins. */
static bool
split(struct ft_console *console, struct ft_words *before, char part[128])
{
    const char *line = console->entry.text;
    struct ft_completion *c = &console->completion;
    size_t size = strlen(line);
    char head[FT_ENTRY_MAX];

    c->at = size;
    while (c->at && line[c->at - 1] != ' ')
        c->at--;
    c->length = size - c->at;
    snprintf(head, sizeof(head), "%.*s", (int)c->at, line);
    if (ft_words_split(head, before) || c->length >= 128 ||
        strpbrk(line + c->at, "'\""))
        return false;
    snprintf(part, 128, "%s", line + c->at);
    return true;
}

static void
begin(struct ft_console *console)
{
    struct ft_completion *c = &console->completion;
    struct ft_words before;
    char part[128];

    memset(c, 0, sizeof(*c));
    c->chosen = -1;
    if (!split(console, &before, part))
        return;
    if (before.count && !strcmp(before.list[0], "ftadmin"))
        memmove(before.list, before.list + 1,
                sizeof(before.list[0]) * --before.count);
    find(console, &before, part, c);
    if (!c->count) {
        ft_console_say(console, FT_SEVERITY_OK,
                       "nothing here begins with \"%s\"", part);
    } else if (c->count == 1) {
        put(console, c->list[0].word, true);
        c->count = 0;
    } else {
        put_common(console);
    }
}

void
ft_complete(struct ft_console *console, int by)
{
    struct ft_completion *c = &console->completion;
    long count = (long)c->count;

    if (!count) {
        begin(console);
        return;
    }
    c->chosen = c->chosen < 0 ? (by > 0 ? 0 : count - 1)
                              : (c->chosen + by + count) % count;
    put(console, c->list[c->chosen].word, true);
}

void
ft_complete_end(struct ft_console *console)
{
    console->completion.count = 0;
}

static void
clear_row(struct ft_grid *grid, int y)
{
    ft_grid_fill(grid, 0, y, grid->width, FT_LOOK_PLAIN, " ");
    for (int x = 0; x < grid->width; x++) {
        struct ft_grid_cell *cell = ft_grid_at(grid, x, y);

        if (cell)
            cell->selected = false;
    }
}

void
ft_complete_draw(const struct ft_console *console, struct ft_grid *grid, int y)
{
    const struct ft_completion *c = &console->completion;
    long count = (long)c->count;
    long rows = FT_MIN(FT_MIN(count, (long)ROWS_MAX), (long)y - 2);
    long top = FT_MAX(FT_MIN(c->chosen - rows + 1, count - rows), 0L);
    char more[64];
    int width = 0;

    if (rows < 1)
        return;
    for (long i = 0; i < count; i++)
        width = FT_MAX(width, (int)strlen(c->list[i].word));
    width = FT_MIN(width, 32);
    for (long i = -1; i < rows; i++)
        clear_row(grid, y - (int)(rows - i));
    ft_grid_rule(grid, y - (int)rows - 1, c->title);
    snprintf(more, sizeof(more), " %ld of %ld%s ", rows, count,
             c->more ? " and more" : "");
    if (rows < count)
        ft_grid_right(grid, 0, y - (int)rows - 1, grid->width - 2, FT_LOOK_HINT,
                      more);
    for (long i = 0; i < rows; i++) {
        long at = top + i;
        int row = y - (int)(rows - i);

        if (at == c->chosen)
            ft_grid_select(grid, 1, row);
        ft_grid_print(grid, 0, row, FT_LOOK_PLAIN, "%s",
                      at == c->chosen ? ">" : " ");
        ft_grid_name(grid, 1, row, width, FT_LOOK_PLAIN, c->list[at].word);
        ft_grid_print(grid, 3 + width, row, FT_LOOK_HINT, "%s",
                      c->list[at].help);
    }
}
