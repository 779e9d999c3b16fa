/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/vm-drift.h"

#include "base/json.h"
#include "ui/text/glyph.h"
#include "ui/tui/look.h"

static bool
is_waived(const json_t *finding)
{
    return ft_json_string(finding, "waived", NULL) != NULL;
}

static void
draw_finding(const json_t *finding, struct ft_grid *grid, int y)
{
    const char *verdict =
        is_waived(finding) ? "waived" : ft_json_string(finding, "verdict", "");
    enum ft_look look = ft_look_of_severity(ft_severity_of(verdict));
    int x = ft_grid_print(grid, 1, y, look, "%s %s",
                          ft_word_glyph(verdict, grid->utf8),
                          ft_json_string(finding, "id", ""));

    ft_grid_print(grid, x + 1, y, FT_LOOK_PLAIN, "%s%s",
                  is_waived(finding) ? "waived: " : "",
                  ft_json_string(finding, "evidence", ""));
}

bool
ft_vm_drift_draw(const json_t *row, struct ft_grid *grid, int y, int end)
{
    const json_t *drift = json_object_get(row, "drift"), *finding;
    const json_t *findings = json_object_get(drift, "findings");
    size_t count = json_array_size(findings), room, i;

    if (count == 0 || y + 1 >= end)
        return false;
    room = (size_t)(end - y - 1);
    /* the worst comes first, and what is waived last */
    ft_grid_print(grid, 1, y, FT_LOOK_TITLE,
                  is_waived(json_array_get(findings, 0)) ? "WAIVED OF %s"
                                                         : "%s HAS DRIFTED",
                  ft_json_string(row, "standby", "the standby"));
    ft_grid_print(grid, 37, y, FT_LOOK_HINT,
                  count > room ? "%zu found, the worst first" : "%zu found",
                  count);
    json_array_foreach(findings, i, finding)
        if (i < room)
            draw_finding(finding, grid, y + 1 + (int)i);
    return true;
}
