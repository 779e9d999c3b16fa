/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/tui/below.h"
#include "ui/tui/page.h"
#include "ui/tui/past.h"
#include "ui/tui/state.h"

static void
close_page(struct ft_page *page)
{
    ft_list_close(&page->list);
    json_decref(page->rows);
    json_decref(page->order);
    ft_below_forget(page);
    memset(page, 0, sizeof(*page));
}

void
ft_console_push(struct ft_console *console, enum ft_view_id view,
                const char *subject)
{
    struct ft_page *page;

    if (console->past && !ft_past_has(view))
        ft_past_leave(console);
    if (console->depth == FT_PAGES_MAX) { /* the oldest but the first goes */
        close_page(&console->pages[1]);
        memmove(&console->pages[1], &console->pages[2],
                (FT_PAGES_MAX - 2) * sizeof(*page));
        memset(&console->pages[--console->depth], 0, sizeof(*page));
    }
    page = &console->pages[console->depth++];
    page->view = console->views[view];
    page->window_s = 900;
    page->follow = true;
    snprintf(page->subject, sizeof(page->subject), "%s", subject ? subject : "");
    ft_page_refresh(console, page);
}

void
ft_console_pop(struct ft_console *console, bool all)
{
    if (console->depth > !all)
        close_page(&console->pages[--console->depth]);
}

void
ft_console_show_text(struct ft_console *console, const char *title, char *text)
{
    free(console->text);
    console->text = text;
    snprintf(console->text_title, sizeof(console->text_title), "%s", title);
    if (ft_console_page(console)->view->id != FT_VIEW_TEXT)
        ft_console_push(console, FT_VIEW_TEXT, NULL);
    ft_console_page(console)->scroll = 0;
}

void
ft_console_go_to(struct ft_console *console, enum ft_view_id view,
                 const char *subject)
{
    char kept[FT_IDENTITY];

    snprintf(kept, sizeof(kept), "%s", subject ? subject : "");
    while (console->depth > 1)
        ft_console_pop(console, false);
    if (view != FT_VIEW_OVERVIEW)
        ft_console_push(console, view, kept);
    else
        ft_page_refresh(console, ft_console_page(console));
}
