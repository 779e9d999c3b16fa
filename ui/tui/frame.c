/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame that all views share: where one is, the sentence, keys, the
 * command and the last message; and what lies over a view.
 */
#include "config.h"

#include "ui/tui/frame.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/text/glyph.h"
#include "ui/text/text.h"
#include "ui/tui/account.h"
#include "ui/tui/backup-form.h"
#include "ui/tui/complete.h"
#include "ui/tui/doing.h"
#include "ui/tui/film.h"
#include "ui/tui/past.h"
#include "ui/tui/sheet.h"
#include "ui/tui/help.h"
#include "ui/tui/login.h"
#include "ui/tui/state.h"

#define WIDTH_LEAST 41
#define HEIGHT_LEAST 13
#define MENU_REST \
    4 /* of a window's lines: the verdict, and what is around the menu */
#define MESSAGE_MS 30000 /* then it is no news any more */

static void
freshness(const struct ft_console *console, char out[64])
{
    const struct ft_page *page = &console->pages[console->depth - 1];
    const struct ft_picture *p = console->picture;
    char age[24];

    if (page->view->id == FT_VIEW_FILM) {
        ft_film_age(console, page, out, 64);
    } else if (console->past) {
        ft_past_age(console, out, 64);
    } else if (!json_array_size(p->hosts)) {
        snprintf(out, 64, "no hosts yet");
    } else if (p->from_store) {
        ft_format_age(p->age_s, age);
        snprintf(out, 64, "from the database, %s old", age);
    } else if (p->age_s < 3) {
        snprintf(out, 64, "live %.1f s", p->age_s);
    } else {
        snprintf(out, 64, "stale %.0f s", p->age_s);
    }
}

static int
draw_verdict(const struct ft_console *console, const struct ft_verdict *verdict,
             struct ft_grid *grid)
{
    enum ft_look look = ft_look_of_severity(verdict->severity);
    const char *glyph = ft_severity_glyph(verdict->severity, console->utf8);
    const char *word = ft_severity_word(verdict->severity);
    int x = 1;

    x = ft_grid_text(grid, x, 1, 2, look, glyph) + 1;
    if (strcmp(word, glyph) != 0) {
        x = ft_grid_text(grid, x, 1, 8, look, word) + 2;
    }
    ft_grid_print(grid, x, 1, FT_LOOK_PLAIN, "%s", verdict->sentence);
    if (verdict->move < FT_MOVE_LATER || !*verdict->command)
        return 2;
    x = ft_grid_print(grid, 3, 2, FT_LOOK_TITLE, "%s",
                      verdict->move == FT_MOVE_LATER ? "Your move, no hurry: "
                                                     : "Your move: ");
    ft_grid_print(grid, x, 2, FT_LOOK_PLAIN, "%s", verdict->command);
    return 3;
}

/* What does not fit is left out key by key, from the end; blanks part them. */
static void
fit_keys(char *keys, int room)
{
    while ((int)strlen(keys) > room) {
        char *end = keys;

        for (char *gap = keys; (gap = strstr(gap, "  "));
             gap += strspn(gap, " "))
            end = gap;
        *end = '\0';
    }
}

static void
draw_keys(const struct ft_console *console, const struct ft_page *page,
          struct ft_grid *grid, int y)
{
    static const char tail[] = "? keys  q";
    int end = grid->width - (int)sizeof(tail);
    int x = 1;
    char own[256] = "";

    if (page->view->bar) {
        page->view->bar(console, page, own, sizeof(own));
        fit_keys(own, end - 2);
        x = ft_grid_text(grid, x, y, end - 2, FT_LOOK_PLAIN, own) + 2;
    }

    if (console->past && !*own) {
        x = ft_grid_print(grid, x, y, FT_LOOK_KEY, "Esc");
        x = ft_grid_print(grid, x + 1, y, FT_LOOK_PLAIN, "now") + 2;
        x = ft_grid_print(grid, x, y, FT_LOOK_KEY, "[ ]");
        x = ft_grid_print(grid, x + 1, y, FT_LOOK_PLAIN, "time") + 2;
    }
    for (size_t i = 0; i < ft_binding_count; i++) {
        const struct ft_binding *b = &ft_bindings[i];
        int width = (int)(strcspn(b->keys, " ") + 1 + strlen(b->word));

        if (*own || !*b->word || b->action == FT_DO_HELP ||
            b->action == FT_DO_LEAVE ||
            !(b->scopes & (1u << page->view->scope)) ||
            !ft_page_enabled(console, page, b->action))
            continue;
        if (b->action == FT_DO_BACK && (console->depth == 1 || console->past))
            continue;
        if (console->past &&
            (b->action == FT_DO_EARLIER || b->action == FT_DO_LATER))
            continue;
        if (x + width > end - 1)
            break;
        x = ft_grid_print(grid, x, y, FT_LOOK_KEY, "%.*s",
                          (int)strcspn(b->keys, " "), b->keys);
        x = ft_grid_print(grid, x + 1, y, FT_LOOK_PLAIN, "%s", b->word) + 2;
    }
    ft_grid_print(grid, end, y, FT_LOOK_KEY, "?");
    ft_grid_print(grid, end + 2, y, FT_LOOK_PLAIN, "keys  ");
    ft_grid_print(grid, end + 8, y, FT_LOOK_KEY, "q");
}

static void
draw_command(const struct ft_console *console, const struct ft_page *page,
             const struct ft_verdict *verdict, struct ft_grid *grid, int y)
{
    struct ft_words words = { 0 };
    char command[512] = "";
    int room = grid->width - 4, message;

    if (page->view->twin)
        page->view->twin(console, page, &words);
    if (verdict->move >= FT_MOVE_LATER && *verdict->command &&
        page->view->id == FT_VIEW_OVERVIEW)
        snprintf(command, sizeof(command), "%s", verdict->command);
    else if (words.count)
        ft_words_text(&words, command, sizeof(command));
    message = console->now->wall_ms - console->message_ms < MESSAGE_MS
                  ? (int)ft_text_width(console->message)
                  : 0;
    if (message)
        room -= FT_MIN(message, grid->width / 2) + 2;
    if (*command) {
        ft_grid_print(grid, 1, y, FT_LOOK_HINT, "$");
        ft_grid_name(grid, 3, y, room, FT_LOOK_PLAIN, command);
    }
    if (page->order_old && !message)
        ft_grid_right(grid, 0, y, grid->width - 1, FT_LOOK_HINT,
                      "order: new, o sorts");
    ft_grid_name(grid, grid->width - 1 - FT_MIN(message, grid->width / 2), y,
                 FT_MIN(message, grid->width / 2),
                 console->message_severity == FT_SEVERITY_OK
                     ? FT_LOOK_PLAIN
                     : ft_look_of_severity(console->message_severity),
                 console->message);
}

/* ---- overlays ---- */

static void
draw_entry(struct ft_console *console, struct ft_grid *grid)
{
    static const char *const signs[] = {
        [FT_OVERLAY_COMMAND] = ":",
        [FT_OVERLAY_SEARCH] = "/",
        [FT_OVERLAY_FILTER] = "\\",
    };
    int y = grid->height - 1;

    ft_grid_fill(grid, 0, y, grid->width, FT_LOOK_PLAIN, " ");
    ft_grid_text(grid, 1, y, 1, FT_LOOK_KEY, signs[console->overlay]);
    ft_entry_draw(&console->entry, grid, 2, y, grid->width - 3, FT_LOOK_PLAIN,
                  false);
    ft_grid_fill(grid, 0, y - 1, grid->width, FT_LOOK_PLAIN, " ");
    ft_grid_print(grid, 1, y - 1, FT_LOOK_HINT, "%s",
                  console->overlay == FT_OVERLAY_COMMAND
                      ? "Enter runs it   Tab completes   Up Down earlier ones   "
                        "Esc away"
                  : console->overlay == FT_OVERLAY_SEARCH
                      ? "Enter finds it, n and N the next and the one before   "
                        "Esc away"
                      : "TEXT or state=, host=, vm=TEXT   Enter keeps it   Esc "
                        "shows all");
    if (console->overlay == FT_OVERLAY_COMMAND)
        ft_complete_draw(console, grid, y - 1);
}

/* Which letter of what was typed is none of the name's; 0: none yet. */
static unsigned
letter_that_differs(const char *typed, const char *name)
{
    unsigned letter = 1;

    for (; *typed && *typed == *name; typed++, name++)
        letter += ((unsigned char)typed[1] & 0xc0) != 0x80; /* UTF-8 */
    return *typed ? letter : 0;
}

static void
draw_name(const struct ft_console *console, struct ft_grid *grid, int y)
{
    const char *typed = console->entry.text;
    unsigned letter = letter_that_differs(typed, console->question.name);
    int x =
        ft_grid_print(grid, 1, y, FT_LOOK_TITLE, "Type its name, then Enter: ");

    ft_entry_draw(&console->entry, grid, x, y, FT_MAX(grid->width - x - 2, 1),
                  FT_LOOK_FIELD_IN_USE, false);
    if (letter)
        ft_grid_print(grid, 1, y + 1, FT_LOOK_WARN,
                      "Esc no   that is not the name, from letter %u on",
                      letter);
    else
        ft_grid_print(grid, 1, y + 1, FT_LOOK_HINT,
                      "Esc no   nothing is done before the name is typed");
}

static void
draw_question(struct ft_console *console, struct ft_grid *grid)
{
    const struct ft_question *q = &console->question;
    const json_t *row = q->deed->host ? ft_console_host(console, q->subject)
                                      : ft_console_vm(console, q->subject);
    bool severe = q->deed->care == FT_DEED_SEVERE;
    char title[300], text[512] = "It is not there any more.", command[512];
    int y, x;

    snprintf(title, sizeof(title), "%s%s %s", severe ? "SEVERE  " : "",
             q->deed->title, q->name);
    if (row)
        q->deed->means(row, text, sizeof(text));
    ft_words_text(&q->shown, command, sizeof(command));
    y = ft_grid_room(grid, 6, title);
    ft_grid_print(grid, 1, y++, FT_LOOK_PLAIN, "%s", text);
    ft_grid_print(grid, 1, y++, FT_LOOK_PLAIN, "%s", q->deed->worst);
    ft_grid_print(grid, 1, y + 2, FT_LOOK_HINT, "$");
    ft_grid_name(grid, 3, y + 2, grid->width - 4, FT_LOOK_PLAIN, command);
    if (severe) {
        draw_name(console, grid, y);
        return;
    }
    x = ft_grid_print(grid, 1, y, q->yes ? FT_LOOK_PLAIN : FT_LOOK_FIELD_IN_USE,
                      "[ No ]");
    grid->cursor_x = q->yes ? x + 2 : 1;
    ft_grid_print(grid, x + 2, y, q->yes ? FT_LOOK_FIELD_IN_USE : FT_LOOK_PLAIN,
                  "[ %s %s ]", q->deed->title, q->name);
    grid->cursor_y = y;
    ft_grid_print(grid, 1, y + 1, FT_LOOK_HINT,
                  "Tab chooses   Enter takes it   Esc no");
}

static void
draw_deed(const struct ft_console *console, struct ft_grid *grid, int y,
          const json_t *row, const struct ft_deed *deed)
{
    const char *why = "", *refusal = ft_console_refusal(console);
    bool can = !refusal && deed->possible(row, &why);
    bool chosen = deed == console->menu_choice;
    char text[512];

    if (can)
        deed->means(row, text, sizeof(text));
    else
        snprintf(text, sizeof(text), "not now: %s", refusal ? refusal : why);
    if (chosen)
        ft_grid_select(grid, 0, y);
    ft_grid_print(grid, 0, y, FT_LOOK_PLAIN, "%s", chosen ? ">" : " ");
    ft_grid_print(grid, 2, y, FT_LOOK_KEY, "%c", deed->letter);
    ft_grid_print(grid, 5, y, can ? FT_LOOK_PLAIN : FT_LOOK_HINT, "%s%s",
                  deed->title, deed->care == FT_DEED_HARMLESS ? "" : "...");
    ft_grid_clip(grid, 27, y, grid->width - 27,
                 can ? FT_LOOK_PLAIN : FT_LOOK_HINT, text);
}

static void
draw_menu(struct ft_console *console, struct ft_grid *grid)
{
    const json_t *row = ft_doing_row(console);
    const struct ft_deed *list[FT_DEEDS_MAX];
    int y, first, chosen = 0, count, shown;
    char title[300];

    if (!row)
        return;
    count = (int)ft_deeds_of(row, ft_console_refusal(console) != NULL, list);
    while (chosen < count - 1 && list[chosen] != console->menu_choice)
        chosen++;
    /* in a low window those around the chosen one */
    shown = FT_MIN(count, FT_MAX(grid->height - MENU_REST, 1));
    first = FT_MIN(FT_MAX(chosen - shown / 2, 0), count - shown);
    snprintf(title, sizeof(title), "what can be done with %s", ft_row_name(row));
    y = ft_grid_room(grid, shown + 3, title);
    for (int i = first; i < first + shown; i++, y++)
        draw_deed(console, grid, y, row, list[i]);
    ft_grid_print(grid, 1, y + 1, FT_LOOK_HINT,
                  "letter or Enter chooses (... asks first)   Esc nothing");
}

static void
draw_too_small(const struct ft_console *console, struct ft_grid *grid)
{
    const struct ft_picture *p = console->picture;
    enum ft_severity severity = p->verdict.severity;
    char fresh[64];

    freshness(console, fresh);
    ft_grid_print(grid, 0, 0, ft_look_of_severity(severity), "%s %s",
                  ft_severity_glyph(severity, console->utf8),
                  ft_severity_word(severity));
    if (grid->height < 3 || grid->width < 20)
        return;
    ft_grid_print(grid, 10, 0, FT_LOOK_PLAIN, "%zu/%zu protected  %s",
                  p->totals.well + p->totals.at_risk, p->totals.pairs, fresh);
    if (severity != FT_SEVERITY_OK) {
        ft_grid_print(grid, 0, 2, FT_LOOK_PLAIN, "%s", p->verdict.sentence);
        return;
    }
    ft_grid_print(grid, 2, 2, FT_LOOK_PLAIN, "This window is %dx%d. The console",
                  grid->width, grid->height);
    ft_grid_print(grid, 2, 3, FT_LOOK_PLAIN, "needs %dx%d, better 80x24.",
                  WIDTH_LEAST, HEIGHT_LEAST);
    ft_grid_print(grid, 2, 5, FT_LOOK_PLAIN, "Nothing is lost: it comes back.");
    ft_grid_print(grid, 0, grid->height - 1, FT_LOOK_HINT, "q quit");
}

static void
draw_overlay(struct ft_console *console, struct ft_grid *grid)
{
    switch (console->overlay) {
    case FT_OVERLAY_NONE:
        break;
    case FT_OVERLAY_MENU:
        draw_menu(console, grid);
        break;
    case FT_OVERLAY_QUESTION:
        draw_question(console, grid);
        break;
    case FT_OVERLAY_LOGIN:
        ft_login_draw(console, grid);
        break;
    case FT_OVERLAY_ACCOUNT:
        ft_account_draw(console, grid);
        break;
    case FT_OVERLAY_BACKUP:
        ft_backup_form_draw(console, grid);
        break;
    default:
        draw_entry(console, grid);
        break;
    }
}

/*
 * Parts with three blanks between: those go whole for which there is no room,
 * but for counts as "4/4 hosts", which say enough without their word.
 */
static void
fit_parts(char *text, int width)
{
    while ((int)ft_text_width(text) > width) {
        char *last = NULL;
        size_t count;

        for (char *at = text; (at = strstr(at, "   ")); at++)
            last = at;
        if (!last)
            return;
        count = 3 + strspn(last + 3, "0123456789/");
        if (count > 3 && last[count] == ' ' && strchr(last, '/'))
            last[count] = '\0';
        else
            *last = '\0';
    }
}

void
ft_console_draw(struct ft_console *console, struct ft_grid *grid)
{
    struct ft_page *page = ft_console_page(console);
    struct ft_verdict verdict = console->picture->verdict;
    struct ft_area area = { 0, grid->height - 2 };
    char text[512] = "", fresh[64];

    ft_grid_wipe(grid);
    if (grid->width < WIDTH_LEAST || grid->height < HEIGHT_LEAST) {
        draw_too_small(console, grid);
        return;
    }
    page->view->where(console, page, text, sizeof(text));
    freshness(console, fresh);
    fit_parts(text, grid->width - 4 - (int)strlen(fresh));
    ft_grid_text(grid, 1, 0, grid->width - 4 - (int)strlen(fresh),
                 FT_LOOK_TITLE, text);
    ft_grid_right(grid, 0, 0, grid->width - 1,
                  !strncmp(fresh, "PAST", 4)  ? FT_LOOK_PAST
                  : strncmp(fresh, "live", 4) ? FT_LOOK_UNKNOWN
                                              : FT_LOOK_PLAIN,
                  fresh);
    if (page->view->say)
        page->view->say(console, page, &verdict);
    area.top = draw_verdict(console, &verdict, grid);
    ft_grid_rule(grid, area.top++, NULL);
    page->view->draw(console, page, grid, area);
    draw_keys(console, page, grid, grid->height - 2);
    draw_command(console, page, &verdict, grid, grid->height - 1);
    draw_overlay(console, grid);
}
