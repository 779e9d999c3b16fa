/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of the first start: where one is, what is said of it, and the ladder
 * to the first protected VM.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/found.h"
#include "ui/text/glyph.h"
#include "ui/text/text.h"
#include "ui/tui/figure.h"
#include "ui/tui/first-private.h"
#include "ui/tui/view.h"

#define LADDER_LINES 2
#define EVIDENCE_LINES 8
#define HEIGHT_WITH_EVIDENCE 15 /* of the view's area */

/* ---- what is listed ---- */

bool
ft_first_chooses(const struct ft_console *console)
{
    return console->first && console->first->choosing;
}

static json_t *
rows(const struct ft_console *console, const struct ft_page *page)
{
    (void)page;
    if (!console->first)
        return json_array();
    return ft_first_chooses(console) ? ft_first_vms(console)
                                     : json_copy(console->first->rows);
}

static const char *
identity(const json_t *row)
{
    return ft_json_string(row, "uuid", ft_json_string(row, "name", ""));
}

/* ---- words ---- */

static unsigned
step_of(const struct ft_console *console, const struct ft_first_count *count)
{
    if (ft_first_chooses(console) || count->adding)
        return 3;
    return console->first && console->first->contacted ? 2 : 1;
}

static void
where(const struct ft_console *console, const struct ft_page *page, char *out,
      size_t size)
{
    const char *name =
        json_array_size(console->picture->hosts) ? "machines" : "first start";
    struct ft_first_count c;

    (void)page;
    ft_first_count(console, &c);
    if (!console->first || !console->first->contacted)
        snprintf(out, size, "%s   nothing contacted yet", name);
    else if (c.adding)
        snprintf(out, size, "%s   %zu being added", name, c.adding);
    else
        snprintf(out, size, "%s   %zu asked, %zu answered, %zu waiting", name,
                 c.looked + c.failed + c.asking, c.looked, c.asking);
}

/* "kvm1, kvm2 and 3 more" of those that Enter would add. */
static void
name_added(const struct ft_console *console, size_t all, char *out, size_t size)
{
    size_t used = 0, names = 0, index;
    const json_t *row;

    *out = '\0';
    json_array_foreach(console->first->rows, index, row) {
        if (!ft_first_is_marked(row) || !ft_first_can_be_added(console, row) ||
            names == 3 || used >= size)
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s%.24s",
                                 !names             ? ""
                                 : names + 1 == all ? " and "
                                                    : ", ",
                                 ft_json_string(row, "name", ""));
        names++;
    }
    if (all > 3 && used < size)
        snprintf(out + used, size - used, " and %zu more", all - 3);
}

/* The first machine that needs somebody. */
static const json_t *
needing(const struct ft_console *console)
{
    const json_t *row;
    size_t index;

    json_array_foreach(console->first->rows, index, row)
        if (!strcmp(ft_json_string(row, "state", ""), "failed") ||
            !strcmp(ft_json_string(row, "state", ""), "refused"))
            return row;
    return NULL;
}

const char *
ft_first_standing(const struct ft_console *console, const json_t *row)
{
    if (ft_first_is_added(console, row))
        return "added";
    if (!strcmp(ft_json_string(row, "state", ""), "refused"))
        return "not added";
    return ft_found_standing(row);
}

static void
say_looked(const struct ft_console *console, const struct ft_first_count *c,
           struct ft_verdict *verdict)
{
    const json_t *row = needing(console);
    char names[160] = "";
    size_t used = 0;

    verdict->severity = row ? FT_SEVERITY_WARN : FT_SEVERITY_OK;
    if (c->to_add) {
        name_added(console, c->to_add, names, sizeof(names));
        used = (size_t)snprintf(verdict->sentence, sizeof(verdict->sentence),
                                "%s can be added.", names);
    } else {
        used = (size_t)snprintf(verdict->sentence, sizeof(verdict->sentence),
                                "%zu looked at, none is marked to be added.",
                                c->looked);
        verdict->severity = FT_SEVERITY_WARN;
    }
    if (row && used < sizeof(verdict->sentence))
        snprintf(verdict->sentence + used, sizeof(verdict->sentence) - used,
                 " %.40s needs you: %s.", ft_json_string(row, "name", ""),
                 ft_first_standing(console, row));
}

static void
say_vms(const struct ft_console *console, struct ft_verdict *verdict)
{
    FT_AUTOJSON json_t *vms = ft_first_vms(console);

    if (console->picture->totals.pairs) {
        *verdict = console->picture->verdict;
        return;
    }
    verdict->severity = FT_SEVERITY_WARN;
    if (json_array_size(vms))
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "No VM is protected yet. %.60s could be the first one.",
                 ft_json_string(json_array_get(vms, 0), "vm", "?"));
    else
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "No VM is protected yet, and none is known.");
}

static void
say(const struct ft_console *console, const struct ft_page *page,
    struct ft_verdict *verdict)
{
    struct ft_first_count c;

    (void)page;
    memset(verdict, 0, sizeof(*verdict));
    verdict->severity = FT_SEVERITY_UNKNOWN;
    if (!console->first)
        return;
    ft_first_count(console, &c);
    if (ft_first_chooses(console))
        say_vms(console, verdict);
    else if (c.adding)
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "The engine is being installed on %zu; one that fails stops "
                 "no other.",
                 c.adding);
    else if (c.asking)
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Asking %zu machine%s; nothing is changed on any of them.",
                 c.asking, c.asking == 1 ? "" : "s");
    else if (c.to_look || !console->first->contacted)
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Which machines may I look at? Looking changes nothing.");
    else
        say_looked(console, &c, verdict);
}

/* ---- drawing ---- */

static void
draw_ladder(const struct ft_console *console, struct ft_grid *grid, int y)
{
    struct ft_first_count c;
    char text[128];

    ft_first_count(console, &c);
    ft_grid_rule(grid, y, NULL);
    snprintf(text, sizeof(text), "you are at step %u", step_of(console, &c));
    if (grid->width >= 76)
        ft_grid_right(grid, 0, y + 1, grid->width - 1, FT_LOOK_PLAIN, text);
    ft_grid_print(grid, 1, y + 1, FT_LOOK_PLAIN,
                  grid->utf8 ? "machine \u2500\u2500\u25ba looked at "
                               "\u2500\u2500\u25ba engine there "
                               "\u2500\u2500\u25ba VM protected"
                             : "machine --> looked at --> engine there --> VM "
                               "protected");
}

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    int ladder = area.bottom - LADDER_LINES;
    bool roomy = area.bottom - area.top >= HEIGHT_WITH_EVIDENCE;
    int end = roomy ? ladder - EVIDENCE_LINES : ladder;

    if (!console->first)
        return;
    ft_first_draw_list(console, page, grid, area.top, end);
    if (roomy)
        ft_first_draw_evidence(console, grid, end + 1,
                               ft_first_chooses(console) ||
                                       !console->first->contacted
                                   ? ladder
                                   : ladder - 1);
    if (roomy && !ft_first_chooses(console) && console->first->contacted)
        ft_first_draw_pair(console, grid, ladder - 1);
    draw_ladder(console, grid, ladder);
}

/* ---- keys and command ---- */

static void
bar(const struct ft_console *console, const struct ft_page *page, char *out,
    size_t size)
{
    const json_t *row = ft_console_row(console);
    struct ft_first_count c;
    char enter[64] = "";

    (void)page;
    ft_first_count(console, &c);
    if (ft_first_chooses(console)) {
        snprintf(out, size, "%sEsc machines   1 overview",
                 row ? "Enter protect it   " : "");
        return;
    }
    if (c.to_look)
        snprintf(enter, sizeof(enter), "Enter look at %zu   ", c.to_look);
    else if (c.asking || c.adding)
        snprintf(enter, sizeof(enter), "wait   ");
    else if (c.to_add)
        snprintf(enter, sizeof(enter), "Enter add %zu   ", c.to_add);
    else if (json_array_size(console->picture->hosts))
        snprintf(enter, sizeof(enter), "Enter choose a VM   ");
    snprintf(out, size, "%sSpace mark   A others   %s%sEsc back", enter,
             !strcmp(ft_json_string(row, "reach", ""), "key-unknown")
                 ? "t trust   "
             : ft_first_wants_login(row) ? "i log in   "
                                         : "",
             console->first && console->first->contacted ? "r again   " : "");
}

static void
twin(const struct ft_console *console, const struct ft_page *page,
     struct ft_words *words)
{
    const json_t *row = ft_console_row(console);
    struct ft_first_count c;

    (void)page;
    if (!console->first)
        return;
    ft_first_count(console, &c);
    if (ft_first_chooses(console)) {
        ft_words_add(words, "protect");
        ft_words_add(words, ft_json_string(row, "vm", "VM"));
    } else if (c.to_look) {
        ft_first_all_words(console, true, words);
    } else if (!c.asking && c.to_add) {
        ft_first_all_words(console, false, words);
    } else if (!strcmp(ft_json_string(row, "reach", ""), "key-unknown")) {
        ft_first_trust_words(row, words);
    } else {
        ft_words_add(words, "discover");
    }
}

const struct ft_view ft_view_first = {
    .id = FT_VIEW_FIRST,
    .name = "First start",
    .scope = FT_SCOPE_FIRST,
    .where = where,
    .say = say,
    .rows = rows,
    .identity = identity,
    .draw = draw,
    .twin = twin,
    .bar = bar,
    .key = ft_first_key,
};
