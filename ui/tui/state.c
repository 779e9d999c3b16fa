/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ui/model/pair-rows.h"

void
ft_console_say(struct ft_console *console, enum ft_severity severity,
               const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(console->message, sizeof(console->message), format, args);
    va_end(args);
    console->message_severity = severity;
    console->message_ms = console->now->wall_ms;
}

struct ft_page *
ft_console_page(struct ft_console *console)
{
    return &console->pages[console->depth - 1];
}

const json_t *
ft_console_row(const struct ft_console *console)
{
    const struct ft_page *page = &console->pages[console->depth - 1];

    return page->view->rows ? json_array_get(page->rows, page->list.position)
                            : NULL;
}

const json_t *
ft_console_vm(const struct ft_console *console, const char *name)
{
    const json_t *row = ft_pair_find(console->picture->pairs, name);

    return row ? row : ft_pair_find(console->picture->vms, name);
}

const json_t *
ft_console_host(const struct ft_console *console, const char *name)
{
    const json_t *row;
    size_t index;

    json_array_foreach(console->picture->hosts, index, row)
        if (!strcmp(ft_json_string(row, "name", ""), name))
            return row;
    return NULL;
}

const char *
ft_console_refusal(const struct ft_console *console)
{
    return console->readonly ? "this console is read-only"
           : console->past   ? FT_PAST_REFUSAL
                             : NULL;
}
