/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of a VM: both its halves in one drawing, with the paths between
 * them; one epoch as guest, engine and client feel it, or what became worse of the
 * copy's host; charts on one axis.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/cell.h"
#include "ui/model/outcome.h"
#include "ui/model/standing.h"
#include "ui/text/text.h"
#include "ui/tui/deeds.h"
#include "ui/tui/figure.h"
#include "ui/tui/loss.h"
#include "ui/tui/pages.h"
#include "ui/tui/state.h"
#include "ui/tui/view.h"
#include "ui/tui/vm-charts.h"
#include "ui/tui/vm-copying.h"
#include "ui/model/rehearsal.h"
#include "ui/tui/vm-drift.h"

#define BOX_WIDTH 25

/* ---- who says what ---- */

static const json_t *
row_of(const struct ft_console *console, const struct ft_page *page)
{
    return ft_console_vm(console, page->subject);
}

/* What the host of this role says of itself; NULL when it is not heard. */
static const json_t *
side(const json_t *row, const char *role)
{
    const json_t *sides = json_object_get(row, "sides");
    const json_t *one;
    size_t index;

    json_array_foreach(sides, index, one)
        if (!strcmp(ft_json_string(one, "role", ""), role))
            return one;
    return NULL;
}

/* What is said of the two hosts: only what the state says for certain. */
struct halves {
    const char *before, *between, *after; /* their names, the primary first */
    const char *primary, *standby;        /* what each of them does */
};

static const struct halves *
halves_of(const json_t *row, bool was)
{
    static const struct halves certain[] = {
        [FT_PAIR_PROTECTED] = { "runs on ", ", its copy waits on ", "", "runs",
                                "copy waits" },
        [FT_PAIR_SYNCING] = { "runs on ", ", ", " is filled", "runs",
                              "is filled" },
        [FT_PAIR_RESYNCING] = { "runs on ", ", ", " is filled", "runs",
                                "is filled" },
        [FT_PAIR_ALONE] = { "runs on ", ", no copy on ", "", "runs", "no copy" },
    };
    static const struct halves roles = { "primary ", ", standby ", "",
                                         "primary", "standby" };
    static const struct halves past = { "ran on ", ", its copy was on ", "", "",
                                        "" };
    enum ft_pair_state state = ft_said_state(row);

    if (was)
        return &past;
    return ft_json_bool(row, "heard", 0) &&
                   (size_t)state < FT_ARRAY_SIZE(certain) &&
                   certain[state].before
               ? &certain[state]
               : &roles;
}

static void
where(const struct ft_console *console, const struct ft_page *page, char *out,
      size_t size)
{
    const json_t *row = row_of(console, page);
    const char *witness = ft_json_string(row, "witness", "");
    const struct halves *h = row ? halves_of(row, console->past) : NULL;

    if (!row) {
        snprintf(out, size, "%s is in no pair any more", page->subject);
        return;
    }
    snprintf(out, size, "%s   %s%s%s%s%s%s%s", ft_row_name(row), h->before,
             ft_json_string(row, "primary", "?"), h->between,
             ft_json_string(row, "standby", "?"), h->after,
             *witness ? ", " : "", witness);
    if (*witness)
        strncat(out, " decides", size - strlen(out) - 1);
}

static void
say(const struct ft_console *console, const struct ft_page *page,
    struct ft_verdict *verdict)
{
    const json_t *row = row_of(console, page);
    const struct ft_then then = { .at_ms = console->picture->wall_ms };

    if (row && console->past)
        ft_then_say(&then, row, verdict);
    else if (row)
        ft_verdict_of_pair(row, verdict);
}

/* ---- the drawing ---- */

static void
box_line(struct ft_grid *grid, int x, int y, const char *left,
         const char *middle, const char *right)
{
    bool utf8 = grid->utf8;

    ft_grid_text(grid, x, y, 1, FT_LOOK_RULE, utf8 ? left : "+");
    for (int i = 1; i < BOX_WIDTH - 1; i++)
        ft_grid_text(grid, x + i, y, 1, FT_LOOK_RULE, utf8 ? middle : "-");
    ft_grid_text(grid, x + BOX_WIDTH - 1, y, 1, FT_LOOK_RULE,
                 utf8 ? right : "+");
}

static void
box(struct ft_grid *grid, int x, int y, int lines, const char *title)
{
    box_line(grid, x, y, "\u250c", "\u2500", "\u2510");
    ft_grid_text(grid, x + 1, y, 1, FT_LOOK_PLAIN, " ");
    x = ft_grid_name(grid, x + 2, y, BOX_WIDTH - 5, FT_LOOK_TITLE, title) - 2 -
        (int)FT_MIN(ft_text_width(title), (size_t)BOX_WIDTH - 5);
    ft_grid_text(grid,
                 x + 2 +
                     (int)FT_MIN(ft_text_width(title), (size_t)BOX_WIDTH - 5),
                 y, 1, FT_LOOK_PLAIN, " ");
    for (int i = 1; i <= lines; i++) {
        const char *edge = grid->utf8 ? "\u2502" : "|";

        ft_grid_text(grid, x, y + i, 1, FT_LOOK_RULE, edge);
        ft_grid_text(grid, x + BOX_WIDTH - 1, y + i, 1, FT_LOOK_RULE, edge);
    }
    box_line(grid, x, y + lines + 1, "\u2514", "\u2500", "\u2518");
}

static void
in_box(struct ft_grid *grid, int x, int y, const char *text)
{
    ft_grid_text(grid, x + 2, y, BOX_WIDTH - 3, FT_LOOK_PLAIN, text);
}

/* A half whose host is silent has no figures: only that it is, and since when. */
static bool
silent_half(const struct ft_console *console, const char *host,
            struct ft_grid *grid, int x, int y)
{
    const json_t *row = ft_console_host(console, host);
    const char *state = ft_json_string(row, "state", "unknown");
    double age = ft_figure_of(row, "age_s");
    char text[64], since[FT_FIGURE];

    if (!row || !strcmp(state, "ok"))
        return false;
    ft_figure_age(age, since);
    snprintf(text, sizeof(text), "%.12s, %s ago", state,
             age < 0 ? "never" : since);
    in_box(grid, x, y + 1, "no answer");
    in_box(grid, x, y + 2, text);
    return true;
}

/* In the lower edge of its box: that it runs in an older QEMU than its host has. */
static void
draw_older_qemu(const json_t *row, struct ft_grid *grid, int x, int y)
{
    const json_t *qemu = json_object_get(row, "qemu");
    char text[64];

    if (!*ft_json_string(row, "qemu_note", ""))
        return;
    snprintf(text, sizeof(text), " older QEMU %.9s ",
             ft_json_string(qemu, "runs", ""));
    ft_grid_text(grid, x, y, BOX_WIDTH - 4, FT_LOOK_HINT, text);
}

static void
running_half(const struct ft_console *console, const json_t *row,
             struct ft_grid *grid, int x, int y)
{
    const char *host = ft_json_string(row, "primary", "?");
    const json_t *s = side(row, "primary");
    const json_t *vm = NULL, *each;
    char text[128], figure[FT_FIGURE], more[FT_FIGURE];
    size_t index;

    snprintf(text, sizeof(text), "%.14s %s", host,
             halves_of(row, false)->primary);
    box(grid, x, y, 4, text);
    if (silent_half(console, host, grid, x, y))
        return;
    json_array_foreach(console->picture->vms, index, each)
        if (!strcmp(ft_json_string(each, "uuid", ""),
                    ft_json_string(row, "uuid", "?")))
            vm = each;
    ft_figure(ft_figure_of(vm, "memory"), "B", figure);
    if (vm) {
        snprintf(text, sizeof(text), "%.0f vCPU  %s", ft_figure_of(vm, "vcpus"),
                 figure);
        in_box(grid, x, y + 1, text);
    }
    snprintf(text, sizeof(text), "epoch %.0f",
             FT_MAX(ft_figure_of(row, "epoch"), 0.0));
    in_box(grid, x, y + 2, text);
    ft_figure(ft_figure_of(s, "held_packets"), "1", figure);
    ft_figure_ms(ft_figure_of(s, "held_ms"), more);
    snprintf(text, sizeof(text), "holds %s packets", figure);
    if (ft_figure_of(s, "held_packets") > 0)
        snprintf(text, sizeof(text), "holds %s pkt, %s", figure, more);
    in_box(grid, x, y + 3, text);
    ft_figure(ft_figure_of(s, "cpu_percent"), "1", figure);
    snprintf(text, sizeof(text), "engine %s %% CPU", figure);
    in_box(grid, x, y + 4, text);
    draw_older_qemu(row, grid, x + 2, y + 5);
}

/* In the lower edge of its box: whether the copy was ever tried out, and when. */
static void
draw_rehearsal(const json_t *said, struct ft_grid *grid, int x, int y)
{
    enum ft_rehearsal_outcome outcome = ft_rehearsal_said(said);
    char age[FT_FIGURE], text[64];

    if (*ft_json_string(said, "step", "")) {
        ft_grid_text(grid, x, y, BOX_WIDTH - 4, FT_LOOK_HINT, " rehearsing ");
        return;
    }
    if (outcome == FT_REHEARSAL_OPEN)
        return;
    ft_figure_age(ft_figure_of(said, "age_s"), age);
    snprintf(text, sizeof(text), " %s %s ago ",
             outcome == FT_REHEARSAL_PASSED   ? "rehearsed"
             : outcome == FT_REHEARSAL_FAILED ? "DID NOT RUN"
                                              : "not tried out",
             age);
    ft_grid_text(grid, x, y, BOX_WIDTH - 4,
                 outcome == FT_REHEARSAL_PASSED   ? FT_LOOK_PLAIN
                 : outcome == FT_REHEARSAL_FAILED ? FT_LOOK_CRIT
                                                  : FT_LOOK_WARN,
                 text);
}

/* What the other half says of itself, once it has a copy. */
static void
draw_copy(const json_t *s, struct ft_grid *grid, int x, int y)
{
    char text[128], figure[FT_FIGURE];

    snprintf(text, sizeof(text), "epoch %.0f held",
             FT_MAX(ft_figure_of(s, "epoch_held"), 0.0));
    in_box(grid, x, y + 1, text);
    snprintf(text, sizeof(text), "epoch %.0f applied",
             FT_MAX(ft_figure_of(s, "epoch"), 0.0));
    in_box(grid, x, y + 2, text);
    ft_figure(ft_figure_of(s, "staged_bytes"), "B", figure);
    snprintf(text, sizeof(text), "staged %s", figure);
    in_box(grid, x, y + 3, text);
}

static void
waiting_half(const struct ft_console *console, const json_t *row,
             struct ft_grid *grid, int x, int y)
{
    const char *host = ft_json_string(row, "standby", "?");
    const json_t *s = side(row, "standby");
    char text[128], figure[FT_FIGURE];

    snprintf(text, sizeof(text), "%.14s %s", host,
             halves_of(row, false)->standby);
    box(grid, x, y, 4, text);
    if (silent_half(console, host, grid, x, y) || !s)
        return;
    if (!ft_vm_copying_draw(row, grid, x + 2, y + 1, BOX_WIDTH - 3))
        draw_copy(s, grid, x, y);
    ft_figure(ft_figure_of(s, "cpu_percent"), "1", figure);
    snprintf(text, sizeof(text), "engine %s %% CPU", figure);
    in_box(grid, x, y + 4, text);
    draw_rehearsal(json_object_get(row, "rehearsal"), grid, x + 2, y + 5);
}

/* Of the past there are figures of the pair only, and how exact they are. */
static void
past_halves(const json_t *row, struct ft_grid *grid, int right, int y)
{
    double of_s = ft_figure_of(row, "measured_s");
    char text[64], figure[FT_FIGURE];

    snprintf(text, sizeof(text), "%.14s ran it",
             ft_json_string(row, "primary", "?"));
    box(grid, 1, y, 4, text);
    ft_figure_ms(ft_figure_of(row, "lag_ms"), figure);
    snprintf(text, sizeof(text), "lag %s", figure);
    in_box(grid, 1, y + 1, text);
    ft_figure_ms(ft_figure_of(row, "pause_ms.p99"), figure);
    snprintf(text, sizeof(text), "pause %s", figure);
    in_box(grid, 1, y + 2, text);
    in_box(grid, 1, y + 3,
           of_s >= 3600 ? "medians of that hour"
           : of_s >= 60 ? "medians of that minute"
           : of_s > 0   ? "means of that second"
                        : "nothing was measured");
    if (right < BOX_WIDTH + 8)
        return;
    snprintf(text, sizeof(text), "%.14s its copy",
             ft_json_string(row, "standby", "?"));
    box(grid, right, y, 4, text);
    in_box(grid, right, y + 1, ft_json_string(row, "standing", "unknown"));
    ft_figure_age(ft_figure_of(row, "since_s"), figure);
    snprintf(text, sizeof(text), "for %s then", figure);
    if (ft_figure_of(row, "since_s") >= 0)
        in_box(grid, right, y + 2, text);
}

static void
draw_path(const json_t *path, char letter, struct ft_grid *grid, int from,
          int to, int y)
{
    const json_t *up = json_object_get(path, "up");
    bool in_use = ft_json_bool(path, "in_use", 0);
    bool answered = ft_json_bool(path, "answered", 1);
    char rtt[FT_FIGURE], text[64];
    enum ft_look look = !json_is_false(up) ? FT_LOOK_PLAIN
                        : answered         ? FT_LOOK_CRIT
                                           : FT_LOOK_WARN;
    int x;

    ft_figure_ms(ft_figure_of(path, "rtt_ms"), rtt);
    if (json_is_false(up))
        snprintf(text, sizeof(text), answered ? " down " : " never answered ");
    else
        snprintf(text, sizeof(text), " %s%s ", rtt, in_use ? "" : " ready");
    ft_grid_fill(grid, from, y, to - from, look,
                 json_is_false(up) ? grid->utf8 ? "\u00b7" : "."
                 : in_use          ? grid->utf8 ? "\u2550" : "="
                 : grid->utf8      ? "\u2500"
                                   : "-");
    ft_grid_print(grid, from, y, FT_LOOK_KEY, "%c", letter);
    x = from + 3;
    ft_grid_text(grid, x, y, FT_MAX(to - x - 1, 0), look, text);
    ft_grid_text(grid, to - 1, y, 1, look, grid->utf8 ? "\u25ba" : ">");
}

static void
draw_paths(const json_t *row, struct ft_grid *grid, int from, int to, int y)
{
    const json_t *paths = json_object_get(row, "paths");
    const json_t *path;
    size_t index;

    json_array_foreach(paths, index, path)
        if (index < 3)
            draw_path(path, (char)('A' + index), grid, from, to, y + (int)index);
    if (!json_array_size(paths))
        ft_grid_text(grid, from + 1, y, to - from - 1, FT_LOOK_WARN,
                     ft_json_bool(row, "peer_connected", 0) ? "linked"
                                                            : "no link");
}

static void
draw_halves(const struct ft_console *console, const json_t *row,
            struct ft_grid *grid, int y)
{
    int right = grid->width - BOX_WIDTH - 2;
    char text[128];

    if (console->past) {
        past_halves(row, grid, right, y);
        return;
    }
    running_half(console, row, grid, 1, y);
    if (right < BOX_WIDTH + 8)
        return;
    waiting_half(console, row, grid, right, y);
    draw_paths(row, grid, BOX_WIDTH + 1, right, y + 1);
    snprintf(text, sizeof(text), "%.14s%s generation %.0f",
             ft_json_string(row, "witness", "no witness"),
             json_is_false(json_object_get(row, "witness_reachable"))
                 ? " silent,"
                 : ":",
             FT_MAX(ft_figure_of(row, "generation"), 0.0));
    ft_grid_text(grid, BOX_WIDTH + 3, y + 4, right - BOX_WIDTH - 4,
                 json_is_false(json_object_get(row, "witness_reachable"))
                     ? FT_LOOK_WARN
                     : FT_LOOK_PLAIN,
                 text);
}

/* ---- one epoch ---- */

static double
phase(const json_t *s, const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "phases_ms.%s", name);
    return FT_MAX(ft_figure_of(s, path), 0.0);
}

/* From a time to another, in columns of scale ms. */
static int
span(struct ft_grid *grid, int x, int y, double from, double to, double scale,
     int width, enum ft_look look, const char *character)
{
    int a = (int)(from / scale), b = (int)(to / scale + 0.999);

    b = FT_MIN(FT_MAX(b, a + (to > from)), width);
    if (b > a)
        ft_grid_fill(grid, x + a, y, b - a, look, character);
    return b;
}

static void
draw_epoch(const json_t *row, struct ft_grid *grid, int y)
{
    const json_t *p = side(row, "primary"), *w = side(row, "standby");
    double stop = phase(p, "stop"), scan = phase(p, "scan");
    double copy = phase(p, "copy"), state = phase(p, "state");
    double ship = phase(p, "ship"), ack = phase(p, "ack");
    double stands = scan + copy + state, runs = stop + stands;
    double out = runs + ship + ack;
    double apply = FT_MAX(ft_figure_of(w, "apply_ms"), 0.0);
    int x = 11, width = FT_MIN(grid->width - x - 26, 100);
    double scale = FT_MAX(FT_MAX(out, runs + ship + apply), 1.0) / width;
    double said = ft_outcome_predicted(row, FT_ESTIMATE_PAUSE_P50);
    char then[48] = "then runs";
    bool u = grid->utf8;

    ft_grid_print(grid, 1, y, FT_LOOK_TITLE,
                  "ONE EPOCH, mean of the last second");
    if (!json_is_object(json_object_get(p, "phases_ms"))) {
        ft_grid_print(grid, 37, y, FT_LOOK_HINT, "not measured now");
        return;
    }
    ft_grid_print(grid, 37, y, FT_LOOK_PLAIN, "%.1f epochs/s, one every %.0f ms",
                  FT_MAX(ft_figure_of(row, "epochs_per_s"), 0.0),
                  phase(p, "epoch"));
    ft_grid_print(grid, 1, y + 1, FT_LOOK_PLAIN, "guest");
    span(grid, x, y + 1, 0, out, scale, width, FT_LOOK_RULE, u ? "\u2500" : "-");
    span(grid, x, y + 1, stop, runs, scale, width, FT_LOOK_CHART,
         u ? "\u2593" : "#");
    if (said >= 0)
        snprintf(then, sizeof(then),
                 said < 9.95 ? "predicted %.1f" : "predicted %.0f", said);
    ft_grid_print(grid, x + width + 1, y + 1, FT_LOOK_PLAIN, "stands %.1f, %s",
                  stands, then);
    ft_grid_print(grid, 1, y + 2, FT_LOOK_PLAIN, "engine");
    span(grid, x, y + 2, 0, stop, scale, width, FT_LOOK_PLAIN, "s");
    span(grid, x, y + 2, stop, stop + scan + copy, scale, width, FT_LOOK_PLAIN,
         "c");
    span(grid, x, y + 2, stop + scan + copy, runs, scale, width, FT_LOOK_PLAIN,
         "d");
    span(grid, x, y + 2, runs, runs + ship, scale, width, FT_LOOK_PLAIN, "h");
    span(grid, x, y + 2, runs + ship, out, scale, width, FT_LOOK_PLAIN, ".");
    ft_grid_print(grid, x + width + 1, y + 2, FT_LOOK_PLAIN,
                  "%.1f %.1f %.1f %.1f .%.1f", stop, scan + copy, state, ship,
                  ack);
    ft_grid_print(grid, 1, y + 3, FT_LOOK_PLAIN, "client");
    span(grid, x, y + 3, 0, out, scale, width, FT_LOOK_STALE,
         u ? "\u2591" : ":");
    ft_grid_print(grid, x + width + 1, y + 3, FT_LOOK_PLAIN,
                  "answer leaves at %.1f", out);
}

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    const json_t *row = row_of(console, page);
    int y = area.top;

    if (!row || !json_object_get(row, "pair")) {
        ft_grid_print(grid, 1, y, FT_LOOK_PLAIN,
                      "It is in no pair. Esc goes back, p protects it.");
        return;
    }
    draw_halves(console, row, grid, y);
    y += 6;
    if (console->past)
        ft_before_draw(console, row, grid, y, FT_MIN(y + 4, area.bottom));
    else if (y + 4 < area.bottom && !ft_vm_drift_draw(row, grid, y, y + 4))
        draw_epoch(row, grid, y);
    y += 4;
    if (y + 3 < area.bottom)
        ft_vm_charts_draw(console, page, row, grid, y, area.bottom);
}

static void
open_events(struct ft_console *console, const json_t *row)
{
    const struct ft_page *page = ft_console_page(console);

    (void)row;
    row = row_of(console, page);
    if (row)
        ft_console_push(console, FT_VIEW_EVENTS, ft_row_name(row));
}

static void
twin(const struct ft_console *console, const struct ft_page *page,
     struct ft_words *words)
{
    const json_t *row = row_of(console, page);

    if (console->past) /* no command shows how it was */
        return;
    ft_words_add(words, "status");
    ft_words_add(words, row ? ft_row_name(row) : page->subject);
}

const struct ft_view ft_view_vm = {
    .id = FT_VIEW_VM,
    .name = "VM",
    .scope = FT_SCOPE_VM,
    .where = where,
    .say = say,
    .draw = draw,
    .open = open_events,
    .twin = twin,
};
