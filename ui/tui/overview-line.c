/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/overview-line.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/utc.h"
#include "ui/text/glyph.h"
#include "ui/tui/below.h"
#include "ui/tui/deeds.h"
#include "ui/tui/figure.h"

#define NAME_LEAST 11
#define NAME_MOST 24
#define STATE_WIDTH 13
#define PAIR_FORM_WIDTH 27
#define RUNS_WIDTH 10
#define SAME_S 10 /* two times of one thing are no further apart */

/* ---- drawing: where the columns stand ---- */

static int
longest_name(struct ft_page *page)
{
    const struct ft_below *below = ft_below_of(page);

    return FT_MIN(FT_MAX(below ? below->longest : 0, NAME_LEAST), NAME_MOST);
}

/* Hosts that run or keep VMs: a witness has no column. */
size_t
ft_vm_line_hosts(const struct ft_console *console, const char **names,
                 size_t most)
{
    const json_t *host;
    size_t index, count = 0;

    json_array_foreach(console->picture->hosts, index, host)
        if (strcmp(ft_json_string(host, "kind", "hypervisor"), "witness") != 0) {
            if (count < most)
                names[count] = ft_json_string(host, "name", "");
            count++;
        }
    return count;
}

static bool
answers(const struct ft_console *console, const char *name)
{
    const json_t *host = ft_console_host(console, name);
    const char *state = ft_json_string(host, "state", "silent");

    /* of the past little is known: there only silence is none */
    return host && (!strcmp(state, "ok") ||
                    (console->past && !strcmp(state, "unknown")));
}

/* Both hosts by name, or where there is no room for that the one it runs on. */
static void
plan_names(int width, int figures, struct ft_vm_line_plan *plan)
{
    int room = width - STATE_WIDTH - figures - 4;

    plan->copy_fits = room >= NAME_LEAST + PAIR_FORM_WIDTH;
    plan->name =
        FT_MAX(NAME_LEAST,
               FT_MIN(plan->name,
                      room - (plan->copy_fits ? PAIR_FORM_WIDTH : RUNS_WIDTH)));
    plan->hosts = plan->name + 3;
    plan->state = plan->hosts + (plan->copy_fits ? PAIR_FORM_WIDTH : RUNS_WIDTH);
}

void
ft_vm_line_place(const struct ft_console *console, struct ft_page *page,
                 int width, struct ft_vm_line_plan *plan)
{
    const char *names[FT_RAILS_HOSTS_MAX];
    size_t count = ft_vm_line_hosts(console, names, FT_ARRAY_SIZE(names));
    int figures = width >= 64 ? 17 : 0, chart = width >= 78 ? 10 : 0;

    memset(plan, 0, sizeof(*plan));
    plan->name = longest_name(page);
    plan->hosts = plan->name + 3;
    plan->rails_fit = count && count <= FT_ARRAY_SIZE(names) &&
                      ft_rails_place(&plan->rails, (int)count, plan->hosts,
                                     width - figures - chart - STATE_WIDTH - 1);
    for (size_t i = 0; plan->rails_fit && i < count; i++)
        plan->rails.silent[i] = !answers(console, names[i]);
    if (plan->rails_fit)
        plan->state = plan->rails.columns[count - 1] +
                      FT_MAX(6, FT_MIN((int)strlen(names[count - 1]), 8) + 2);
    else
        plan_names(width, figures, plan);
    if (plan->state + STATE_WIDTH + 17 > width)
        return;
    plan->lag = plan->state + STATE_WIDTH;
    plan->pause = plan->lag + 8;
    plan->chart = plan->pause + 9;
    plan->chart_width = FT_MAX(0, FT_MIN(width - plan->chart - 1, 40));
}

/* ---- drawing: a row ---- */

static int
column_of(const struct ft_console *console, const char *name)
{
    const char *names[FT_RAILS_HOSTS_MAX];
    size_t count = ft_vm_line_hosts(console, names, FT_ARRAY_SIZE(names));

    for (size_t i = 0; i < FT_MIN(count, FT_ARRAY_SIZE(names)); i++)
        if (!strcmp(names[i], name))
            return (int)i;
    return -1;
}

static bool
one_path_of_two(const json_t *row)
{
    const json_t *paths = json_object_get(row, "paths");
    const json_t *path;
    size_t index, up = 0;

    json_array_foreach(paths, index, path)
        up += ft_json_bool(path, "up", 0) != 0;
    return up < 2;
}

static struct ft_rail
rail_of(const struct ft_console *console, const json_t *row)
{
    const char *standing = ft_json_string(row, "standing", "");
    const char *on =
        ft_json_string(row, "primary", ft_json_string(row, "host", ""));
    const char *to = ft_json_string(row, "standby", "");
    struct ft_rail rail = { column_of(console, on),
                            column_of(console, to),
                            FT_RAIL_RUNS,
                            FT_RAIL_WAITS,
                            FT_RAIL_DOTS,
                            false,
                            false };
    bool on_live = answers(console, on), to_live = answers(console, to);

    if (!ft_vm_line_is_pair(row)) {
        rail.line = FT_RAIL_NONE;
        rail.to_end = FT_RAIL_NOTHING;
        rail.from_end = on_live ? FT_RAIL_RUNS : FT_RAIL_UNKNOWN;
        return rail;
    }
    if (!on_live)
        rail.from_end = to_live ? FT_RAIL_GONE : FT_RAIL_UNKNOWN;
    if (!to_live)
        rail.to_end = on_live ? FT_RAIL_GONE : FT_RAIL_UNKNOWN;
    if (console->past && !strcmp(standing, "unknown"))
        rail.from_end = rail.to_end = FT_RAIL_UNKNOWN;
    rail.at_risk = !strcmp(standing, "at risk");
    if (!strcmp(standing, "protected") || rail.at_risk)
        rail.line = one_path_of_two(row) ? FT_RAIL_ONE_PATH : FT_RAIL_TWO_PATHS;
    else if (!strcmp(standing, "alone")) {
        rail.to_end = FT_RAIL_GONE;
        rail.arrived =
            json_is_object(json_object_get(row, "last_takeover")) && !to_live;
    }
    return rail;
}

static void
draw_state(const json_t *row, struct ft_grid *grid, int x, int y)
{
    enum ft_severity severity =
        ft_severity_of(ft_json_string(row, "health", "unknown"));
    const char *word = ft_json_string(row, "standing", "none");
    enum ft_look look = ft_look_of_severity(severity);

    if (!ft_vm_line_is_pair(row)) {
        ft_grid_print(grid, x, y, FT_LOOK_HINT, "- none");
        return;
    }
    ft_grid_text(grid, x, y, 1, look, ft_severity_glyph(severity, grid->utf8));
    ft_grid_text(grid, x + 2, y, STATE_WIDTH - 2, look, word);
}

static void
draw_figures(const struct ft_console *console, const struct ft_page *page,
             const struct ft_vm_line_plan *plan, const json_t *row,
             struct ft_grid *grid, int y)
{
    const struct ft_picture *picture = console->picture;
    struct ft_history history;
    char text[FT_FIGURE];

    if (!plan->lag)
        return;
    ft_figure_ms(ft_figure_of(row, "lag_ms"), text);
    ft_grid_right(grid, plan->lag, y, 7, FT_LOOK_PLAIN, text);
    ft_figure_ms(ft_figure_of(row, "pause_ms.p99"), text);
    ft_grid_right(grid, plan->pause, y, 7, FT_LOOK_PLAIN, text);
    if (plan->chart_width > 3 && picture->history &&
        picture->history(picture->data, ft_json_string(row, "pair", ""),
                         "lag_ms", picture->wall_ms, page->window_s, &history))
        ft_chart_draw(&history, grid, plan->chart, y, plan->chart_width);
}

/* In place of figures, which a troubled VM has none of that mattered. */
static void
draw_whose_move(const struct ft_vm_line_plan *plan, const json_t *row,
                struct ft_grid *grid, int y)
{
    double since = ft_figure_of(row, "since_s");
    char text[FT_FIGURE] = "";

    if (!plan->lag)
        return;
    if (since >= 0)
        ft_figure_age(since, text);
    ft_grid_right(grid, plan->lag, y, 7, FT_LOOK_PLAIN, text);
    ft_grid_text(grid, plan->pause + 1, y, 18, FT_LOOK_PLAIN,
                 ft_json_string(row, "move", ""));
}

static void
draw_copying(const struct ft_vm_line_plan *plan, const json_t *row,
             struct ft_grid *grid, int y)
{
    double done = ft_figure_of(row, "progress.done");
    double total = ft_figure_of(row, "progress.total");
    char text[FT_FIGURE];

    if (!plan->lag || total <= 0 || done < 0) {
        draw_whose_move(plan, row, grid, y);
        return;
    }
    snprintf(text, sizeof(text), "%.0f %%", 100 * done / total);
    ft_grid_right(grid, plan->lag, y, 7, FT_LOOK_PLAIN, text);
    ft_bar_draw(done / total, grid, plan->pause + 1, y,
                FT_MAX(6, plan->chart_width + 6));
}

static void
draw_none(const struct ft_vm_line_plan *plan, const json_t *row,
          struct ft_grid *grid, int y)
{
    const char *state = ft_json_string(row, "state", "");

    if (!plan->lag)
        return;
    ft_grid_text(grid, plan->lag, y, 26, FT_LOOK_HINT,
                 strcmp(state, "running") ? state : "one host; p protects it");
}

static void
draw_hosts(const struct ft_console *console, const struct ft_vm_line_plan *plan,
           const json_t *row, struct ft_grid *grid, int y)
{
    struct ft_rail rail = rail_of(console, row);
    const char *on =
        ft_json_string(row, "primary", ft_json_string(row, "host", ""));

    if (plan->rails_fit) {
        ft_rails_draw(&plan->rails, &rail, grid, y);
        return;
    }
    ft_grid_name(grid, plan->hosts, y, 8, FT_LOOK_PLAIN, on);
    if (!plan->copy_fits)
        return;
    ft_rail_draw_short(&rail, grid, plan->hosts + 9, y);
    ft_grid_name(grid, plan->hosts + 17, y, 8, FT_LOOK_PLAIN,
                 ft_json_string(row, "standby", ""));
}

void
ft_vm_line_draw(struct ft_console *console, struct ft_page *page,
                const struct ft_vm_line_plan *plan, const json_t *row,
                struct ft_grid *grid, int y)
{
    const char *standing = ft_json_string(row, "standing", "");
    bool selected = !strcmp(ft_vm_line_identity(row), page->list.selected);

    if (selected)
        ft_grid_select(grid, 0, y);
    ft_grid_text(grid, 0, y, 1, FT_LOOK_PLAIN, selected ? ">" : " ");
    if (ft_list_marked(&page->list, ft_vm_line_identity(row)))
        ft_grid_text(grid, 0, y, 1, FT_LOOK_TITLE, "*");
    ft_grid_name(grid, 1, y, plan->name, FT_LOOK_PLAIN, ft_row_name(row));
    draw_hosts(console, plan, row, grid, y);
    draw_state(row, grid, plan->state, y);
    if (!ft_vm_line_is_pair(row))
        draw_none(plan, row, grid, y);
    else if (strstr(standing, "sync"))
        draw_copying(plan, row, grid, y);
    else if (!strcmp(standing, "protected") || !strcmp(standing, "at risk"))
        draw_figures(console, page, plan, row, grid, y);
    else
        draw_whose_move(plan, row, grid, y);
}

/* Is it alone since it was taken over? Where that is not known, no. */
static bool
came_over(const struct ft_console *console, const json_t *row)
{
    const json_t *record = json_object_get(row, "last_takeover");
    double since = ft_figure_of(row, "since_s");
    int64_t at = ft_parse_utc(ft_json_string(record, "at", ""));
    double ago = (double)(console->picture->wall_ms - at) / 1000;

    return at >= 0 && since >= 0 && ago > since - SAME_S &&
           ago < since + SAME_S &&
           !strcmp(ft_json_string(row, "standing", ""), "alone") &&
           json_object_get(record, "detect_ms");
}

static void
tell_takeover(const json_t *row, char *out, size_t size)
{
    static const char *const parts[] = {
        "last_takeover.detect_ms",
        "last_takeover.win_ms",
        "last_takeover.apply_ms",
        "last_takeover.resume_ms",
    };
    double ms = 0;

    for (size_t i = 0; i < FT_ARRAY_SIZE(parts); i++)
        ms += FT_MAX(ft_figure_of(row, parts[i]), 0.0);
    snprintf(out, size, "taken over in %.2f s; T tells how", ms / 1000);
}

void
ft_vm_line_draw_reason(const struct ft_console *console,
                       const struct ft_vm_line_plan *plan, const json_t *row,
                       struct ft_grid *grid, int y)
{
    const char *why = ft_json_string(row, "reason", "");
    int x = plan->state + 2;
    char told[80];

    if (plan->rails_fit)
        ft_rails_draw(&plan->rails, NULL, grid, y);
    if (came_over(console, row)) {
        tell_takeover(row, told, sizeof(told));
        why = told;
    }
    if (!*why)
        why = ft_json_string(row, "sentence", "");
    if ((int)strlen(why) > grid->width - x)
        x = FT_MAX(3, grid->width - 1 - (int)strlen(why));
    ft_grid_fill(grid, x - 1, y, grid->width - x + 1, FT_LOOK_PLAIN, " ");
    ft_grid_print(grid, x, y, FT_LOOK_PLAIN, "%s", why);
}

void
ft_vm_line_draw_heads(const struct ft_console *console,
                      const struct ft_page *page,
                      const struct ft_vm_line_plan *plan, struct ft_grid *grid,
                      int y)
{
    const char *names[FT_RAILS_HOSTS_MAX];
    size_t count = ft_vm_line_hosts(console, names, FT_ARRAY_SIZE(names));
    char span[FT_FIGURE + 16] = "";

    ft_grid_text(grid, 1, y, 10, FT_LOOK_TITLE, "VM");
    for (size_t i = 0; plan->rails_fit && i < count; i++) {
        int room = i + 1 < count
                       ? plan->rails.columns[i + 1] - plan->rails.columns[i] - 1
                       : 6;
        int end = ft_grid_name(grid, plan->rails.columns[i], y,
                               plan->rails.silent[i] ? room - 2 : room,
                               FT_LOOK_TITLE, names[i]);

        if (plan->rails.silent[i])
            ft_grid_text(grid, end + 1, y, 1, FT_LOOK_CRIT,
                         grid->utf8 ? "\u2717" : "X");
    }
    if (!plan->rails_fit) {
        ft_grid_text(grid, plan->hosts, y, 8, FT_LOOK_TITLE, "runs");
        if (plan->copy_fits)
            ft_grid_text(grid, plan->hosts + 17, y, 8, FT_LOOK_TITLE, "copy");
    }
    ft_grid_text(grid, plan->state, y, STATE_WIDTH, FT_LOOK_TITLE, "state");
    if (!plan->lag)
        return;
    ft_grid_right(grid, plan->lag, y, 7, FT_LOOK_TITLE, "lag");
    ft_grid_right(grid, plan->pause, y, 7, FT_LOOK_TITLE, "pause");
    ft_figure_age(page->window_s, span);
    if (plan->chart_width > 12)
        ft_grid_print(grid, plan->chart + 2, y, FT_LOOK_TITLE, "lag, %s", span);
}
