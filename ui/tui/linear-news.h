/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is new since it was told last: how VMs and hosts stand, the sentence,
 * and lines of the page that were not there. Pure.
 */
#ifndef FT_UI_TUI_LINEAR_NEWS_H
#define FT_UI_TUI_LINEAR_NEWS_H

#include "ui/tui/state.h"

#define FT_LINEAR_NEWS_MS 2000
#define FT_LINEAR_FIGURES_MS 30000 /* lines of which only figures changed */
#define FT_LINEAR_NEWS_LINES 8

/* What was told last. Freed by ft_linear_forget. */
struct ft_told {
    enum ft_view_id view;
    size_t depth;
    char subject[FT_IDENTITY];
    const char *text; /* of the text view; only compared */
    char *page;
    json_t *pairs, *hosts;
    char sentence[FT_VERDICT_SENTENCE];
    int64_t news_ms, figures_ms;
};

/* The page as it is told (malloc); NULL without memory. */
char *ft_linear_page_text(struct ft_console *console);

/* The page was told, by this text, which is taken over. */
void ft_linear_told(struct ft_told *told, struct ft_console *console,
                    char *page);

/* Is the page on top another one than was told? */
bool ft_linear_is_another(const struct ft_told *told,
                          struct ft_console *console);

/*
 * Lines that say what is new (malloc), or NULL: nothing, or it is too early.
 * now_ms: of any steady clock, as told->news_ms is.
 */
char *ft_linear_news_text(struct ft_told *told, struct ft_console *console,
                          int64_t now_ms);

void ft_linear_forget(struct ft_told *told);

#endif
