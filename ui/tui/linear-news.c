/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/linear-news.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/change.h"
#include "ui/model/utc.h"
#include "ui/tui/console.h"
#include "ui/tui/deeds.h"
#include "ui/tui/linear-page.h"

char *
ft_linear_page_text(struct ft_console *console)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    ft_linear_page(console, out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

void
ft_linear_told(struct ft_told *told, struct ft_console *console, char *page)
{
    const struct ft_page *top = ft_console_page(console);
    const struct ft_picture *picture = console->picture;

    free(told->page);
    told->page = page;
    told->view = top->view->id;
    told->depth = console->depth;
    told->text = console->text;
    memcpy(told->subject, top->subject, sizeof(told->subject));
    json_decref(told->pairs);
    json_decref(told->hosts);
    told->pairs = json_incref(picture->pairs);
    told->hosts = json_incref(picture->hosts);
    snprintf(told->sentence, sizeof(told->sentence), "%s",
             picture->verdict.sentence);
}

bool
ft_linear_is_another(const struct ft_told *told, struct ft_console *console)
{
    const struct ft_page *top = ft_console_page(console);

    return told->view != top->view->id || told->depth != console->depth ||
           strcmp(told->subject, top->subject) != 0 ||
           (top->view->id == FT_VIEW_TEXT && told->text != console->text);
}

/* ---- lines ---- */

/* Equal but for their figures? */
static bool
alike(const char *a, const char *b, bool figures)
{
    while (*a && *a != '\n' && *b && *b != '\n') {
        if (!figures && isdigit((unsigned char)*a) &&
            isdigit((unsigned char)*b)) {
            a += strspn(a, "0123456789.,");
            b += strspn(b, "0123456789.,");
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return (!*a || *a == '\n') && (!*b || *b == '\n');
}

static bool
has_line(const char *text, const char *line, bool figures)
{
    while (text && *text) {
        if (alike(text, line, figures))
            return true;
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return false;
}

/* Where something goes on while one waits: lines are news there. */
static bool
goes_on(const struct ft_page *page)
{
    return page->view->id == FT_VIEW_FIRST || page->view->id == FT_VIEW_SHEET ||
           page->view->id == FT_VIEW_JOBS || page->view->id == FT_VIEW_CHECKS;
}

struct news {
    const struct ft_console *console;
    FILE *out;
    char clock[16];
    unsigned lines, more;
};

/* May one line more be said? */
static bool
may_say(struct news *news)
{
    if (news->lines >= FT_LINEAR_NEWS_LINES) {
        news->more++;
        return false;
    }
    if (!news->lines++)
        fprintf(news->out, "%s\n", news->clock);
    return true;
}

static void
say_page(struct ft_told *told, struct ft_console *console, int64_t now_ms,
         struct news *news)
{
    FT_AUTOFREE char *text = ft_linear_page_text(console);
    bool figures = now_ms - told->figures_ms >= FT_LINEAR_FIGURES_MS;
    const char *line, *end;

    for (line = text; line && *line; line = end + (*end == '\n')) {
        end = line + strcspn(line, "\n");
        if (!has_line(told->page, line, figures) && may_say(news))
            fprintf(news->out, "%.*s\n", (int)(end - line), line);
    }
    if (!text)
        return;
    if (figures)
        told->figures_ms = now_ms;
    if (figures || news->lines) {
        free(told->page);
        told->page = FT_STEAL(text);
    }
}

/* ---- how things stand ---- */

static const char *
before(const json_t *rows, const json_t *row, const char *member)
{
    const char *key = ft_row_is_host(row) ? "name" : "pair";
    const json_t *old;
    size_t index;

    json_array_foreach(rows, index, old)
        if (!strcmp(ft_json_string(old, key, ""), ft_json_string(row, key, "?")))
            return ft_json_string(old, member, "");
    return "";
}

static void
say_row(struct news *news, const json_t *old, const json_t *row)
{
    bool host = ft_row_is_host(row);
    const char *member = host ? "state" : "standing";
    const char *was = before(old, row, member);
    const char *is = ft_json_string(row, member, "unknown");
    const char *why = ft_json_string(row, host ? "error" : "sentence", "");
    FT_AUTOFREE char *text = NULL;

    if (!may_say(news))
        return;
    if (asprintf(&text, "%s: %s%s%s%s%s", ft_row_name(row),
                 strcmp(was, is) ? was : "",
                 *was && strcmp(was, is) ? " to " : "", is, *why ? ". " : ".",
                 why) < 0)
        text = NULL;
    if (text)
        ft_linear_text(news->console, text, news->out);
    putc('\n', news->out);
}

static void
say_rows(struct news *news, const json_t *old, const json_t *now)
{
    FT_AUTOJSON json_t *changed = ft_rows_changed(old, now);
    const json_t *row;
    size_t index;

    json_array_foreach(changed, index, row)
        say_row(news, old, row);
}

static void
say_sentence(const struct ft_told *told, const struct ft_console *console,
             struct news *news)
{
    const struct ft_verdict *verdict = &console->picture->verdict;

    if (alike(told->sentence, verdict->sentence, false) || !may_say(news))
        return;
    fprintf(news->out, "%s: ", ft_severity_word(verdict->severity));
    ft_linear_text(console, verdict->sentence, news->out);
    putc('\n', news->out);
}

static void
say_standing(struct ft_told *told, const struct ft_console *console,
             struct news *news)
{
    const struct ft_picture *picture = console->picture;

    say_sentence(told, console, news);
    say_rows(news, told->pairs, picture->pairs);
    say_rows(news, told->hosts, picture->hosts);
    json_decref(told->pairs);
    json_decref(told->hosts);
    told->pairs = json_incref(picture->pairs);
    told->hosts = json_incref(picture->hosts);
    snprintf(told->sentence, sizeof(told->sentence), "%s",
             picture->verdict.sentence);
}

char *
ft_linear_news_text(struct ft_told *told, struct ft_console *console,
                    int64_t now_ms)
{
    struct news news = { .console = console };
    char *text = NULL, utc[32];
    size_t size = 0;

    if (now_ms - told->news_ms < FT_LINEAR_NEWS_MS)
        return NULL;
    told->news_ms = now_ms;
    news.out = open_memstream(&text, &size);
    if (!news.out)
        return NULL;
    ft_format_utc(console->picture->wall_ms, utc);
    snprintf(news.clock, sizeof(news.clock), "%.8s UTC",
             strlen(utc) > 11 ? utc + 11 : "");
    say_standing(told, console, &news);
    if (goes_on(ft_console_page(console)) && console->overlay == FT_OVERLAY_NONE)
        say_page(told, console, now_ms, &news);
    if (news.more)
        fprintf(news.out, "%u more changes: Enter tells the page.\n", news.more);
    if (fclose(news.out) || !news.lines) {
        free(text);
        return NULL;
    }
    return text;
}

void
ft_linear_forget(struct ft_told *told)
{
    free(told->page);
    json_decref(told->pairs);
    json_decref(told->hosts);
    memset(told, 0, sizeof(*told));
}
