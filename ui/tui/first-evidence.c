/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first start: what the selected machine answered, or what Enter will do.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/figure.h"
#include "ui/tui/first-private.h"

/* Has a host that is known named it? */
static bool
is_neighbour(const json_t *row)
{
    return *ft_json_string(row, "neighbour", "") != '\0';
}

/* Does ~/.ssh/config name nobody? */
static bool
only_known_hosts(const struct ft_console *console)
{
    const json_t *machines = console->first ? console->first->rows : NULL;
    const json_t *row;
    size_t index;

    json_array_foreach(machines, index, row)
        if (!is_neighbour(row) &&
            strncmp(ft_json_string(row, "source", ""), "known_hosts", 11) != 0)
            return false;
    return json_array_size(machines) > 0;
}

static bool
any_neighbour(const struct ft_console *console)
{
    const json_t *machines = console->first ? console->first->rows : NULL;
    const json_t *row;
    size_t index;

    json_array_foreach(machines, index, row)
        if (is_neighbour(row))
            return true;
    return false;
}

static bool
is_hypervisor(const json_t *row)
{
    return !strcmp(ft_json_string(row, "state", ""), "looked") &&
           ft_json_bool(row, "kvm", 0) && *ft_json_string(row, "qemu", "") &&
           *ft_json_string(row, "libvirt", "");
}

/* Two that run the same QEMU, if there are. */
void
ft_first_draw_pair(const struct ft_console *console, struct ft_grid *grid, int y)
{
    const json_t *all = console->first->rows;
    size_t count = json_array_size(all);

    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1;
             is_hypervisor(json_array_get(all, i)) && k < count; k++) {
            const json_t *a = json_array_get(all, i);
            const json_t *b = json_array_get(all, k);

            if (!is_hypervisor(b) || strcmp(ft_json_string(a, "qemu", ""),
                                            ft_json_string(b, "qemu", "")) != 0)
                continue;
            ft_grid_print(grid, 1, y, FT_LOOK_PLAIN,
                          "Good for a pair: %.24s and %.24s run the same QEMU.",
                          ft_json_string(a, "name", ""),
                          ft_json_string(b, "name", ""));
            return;
        }
}

static void
draw_before(const struct ft_console *console, struct ft_grid *grid, int y,
            int end)
{
    struct ft_first_count c;

    ft_first_count(console, &c);
    ft_grid_print(grid, 1, y++, FT_LOOK_PLAIN, "%s",
                  only_known_hosts(console)
                      ? "Marked are those of known_hosts that seem to be of "
                        "this site."
                      : "Marked are names of ~/.ssh/config that no other entry "
                        "uses as a jump host.");
    if (any_neighbour(console))
        ft_grid_print(grid, 1, y++, FT_LOOK_PLAIN,
                      "Marked, too, are neighbours: known hosts have pairs with "
                      "them.");
    if (console->first && console->first->left[0])
        ft_grid_print(grid, 1, y, FT_LOOK_PLAIN, "%s", console->first->left);
    y += 2;
    if (!c.to_look)
        return;
    ft_grid_print(grid, 1, y++, FT_LOOK_TITLE,
                  "What happens on Enter, on these %zu and nowhere else:",
                  c.to_look);
    ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN,
                  "ssh, one connection each, as ssh(1) would; unknown host keys "
                  "are shown");
    if (y < end)
        ft_grid_print(grid, 3, y, FT_LOOK_PLAIN,
                      "read: CPU, KVM, memory, libvirt, QEMU, VMs      write: "
                      "nothing");
}

static void
draw_keys_of(const json_t *row, struct ft_grid *grid, int y, int end)
{
    bool changed = !strcmp(ft_json_string(row, "reach", ""), "key-changed");
    const json_t *key;
    size_t index;

    if (changed) {
        y = ft_grid_wrapped(grid, 3, y, end, ft_json_string(row, "error", ""));
        ft_grid_wrapped(grid, 3, y, end, ft_json_string(row, "hint", ""));
        return;
    }
    ft_grid_print(grid, 1, y++, FT_LOOK_TITLE,
                  "%s shows an SSH host key that this machine has never seen",
                  ft_json_string(row, "name", ""));
    json_array_foreach(json_object_get(row, "keys"), index, key)
        if (y < end)
            ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "%s",
                          json_string_value(key));
    if (y + 2 < end) {
        ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN,
                      "Compare on its own console: ssh-keygen -lf "
                      "/etc/ssh/ssh_host_ed25519_key.pub");
        ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN,
                      "t trusts the first of them, and no other, and writes it "
                      "to known_hosts.");
    }
}

static void
draw_looked(const json_t *row, struct ft_grid *grid, int y, int end)
{
    char memory[FT_FIGURE], names[400] = "";
    const json_t *vm;
    size_t index, used = 0;

    ft_figure(ft_figure_of(row, "memory_bytes"), "B", memory);
    json_array_foreach(json_object_get(row, "vm_names"), index, vm)
        if (used < sizeof(names))
            used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
                                     index ? ", " : "", json_string_value(vm));
    ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "%s, Linux %s",
                  ft_json_string(row, "system", "system not told"),
                  ft_json_string(row, "kernel", "?"));
    ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "%.0f CPUs %s, %s memory",
                  FT_MAX(ft_figure_of(row, "cpus"), 0.0),
                  ft_json_string(row, "cpu", ""), memory);
    ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN,
                  "/dev/kvm %s, libvirt %s, QEMU %s, engine %s",
                  ft_json_bool(row, "kvm", 0) ? "is there" : "is not there",
                  ft_json_string(row, "libvirt", "none"),
                  ft_json_string(row, "qemu", "none"),
                  ft_json_string(row, "engine", "none"));
    if (*names && y < end)
        ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "runs: %s", names);
    if (y < end)
        ft_grid_print(grid, 3, y++, FT_LOOK_HINT, "host key %s",
                      ft_json_string(row, "host_key", "not known"));
    if (y < end && *ft_json_string(row, "error", ""))
        ft_grid_wrapped(grid, 3, y, end, ft_json_string(row, "error", ""));
}

void
ft_first_draw_evidence(const struct ft_console *console, struct ft_grid *grid,
                       int y, int end)
{
    const json_t *row = ft_console_row(console);
    const char *state = ft_json_string(row, "state", "");
    const char *reach = ft_json_string(row, "reach", "");

    if (ft_first_chooses(console)) {
        ft_grid_print(grid, 1, y, FT_LOOK_PLAIN,
                      "Enter opens the sheet that protects it: nothing is "
                      "changed before Apply.");
        ft_grid_print(grid, 1, y + 1, FT_LOOK_PLAIN,
                      "Until a VM is protected, a dead host stops it.");
    } else if (!console->first || !console->first->contacted) {
        draw_before(console, grid, y, end);
    } else if (!row) {
        return;
    } else if (!strncmp(reach, "key-", 4)) {
        draw_keys_of(row, grid, y, end);
    } else if (!strcmp(state, "looked") || !strcmp(state, "adding")) {
        draw_looked(row, grid, y, end);
    } else {
        y = ft_grid_wrapped(grid, 3, y, end, ft_json_string(row, "error", ""));
        ft_grid_wrapped(grid, 3, y, end, ft_json_string(row, "hint", ""));
    }
}
