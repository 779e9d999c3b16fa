/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/order.h"

#include "ui/model/columns.h"
#include "ui/tui/page.h"

static void
put_in_order(struct ft_console *console, struct ft_page *page)
{
    json_decref(page->order);
    page->order = NULL;
    ft_page_refresh(console, page);
    ft_console_say(console, FT_SEVERITY_OK, "ordered %s%s%s",
                   page->sort ? "by " : "",
                   page->sort ? page->view->columns->list[page->sort - 1].title
                              : "worst first",
                   page->sort && page->descending ? ", the largest first" : "");
}

void
ft_order_by_next(struct ft_console *console, struct ft_page *page)
{
    const struct ft_columns *columns = page->view->columns;

    if (!columns)
        return;
    if (page->order_old)
        page->order_old = false; /* the first time: what is due */
    else
        page->sort = (page->sort + 1) % ((unsigned)columns->count + 1);
    put_in_order(console, page);
}

void
ft_order_by(struct ft_console *console, struct ft_page *page, enum ft_do action)
{
    unsigned count =
        page->view->columns ? (unsigned)page->view->columns->count : 0;

    if (!count)
        return;
    if (action == FT_DO_SORT_NONE)
        page->sort = 0;
    else if (action == FT_DO_SORT_LEFT)
        page->sort = page->sort > 1 ? page->sort - 1 : count;
    else if (action == FT_DO_SORT_RIGHT)
        page->sort = page->sort % count + 1;
    if (action != FT_DO_SORT_TURN)
        page->descending = false;
    else if (page->sort)
        page->descending = !page->descending;
    put_in_order(console, page);
}
