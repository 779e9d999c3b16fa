/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/login.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

bool
ft_login_open(struct ft_console *console, const struct ft_login_wish *wish)
{
    struct ft_login *login = &console->login;

    if (console->overlay != FT_OVERLAY_NONE)
        return false;
    memset(login, 0, sizeof(*login));
    login->id = wish->id;
    login->again = wish->again;
    login->entry = wish->entry;
    snprintf(login->prompt, sizeof(login->prompt), "%s", wish->prompt);
    snprintf(login->command, sizeof(login->command), "%s", wish->command);
    console->overlay = FT_OVERLAY_LOGIN;
    return true;
}

void
ft_login_gone(struct ft_console *console, unsigned id)
{
    if (console->overlay != FT_OVERLAY_LOGIN || console->login.id != id)
        return;
    ft_entry_wipe(console->login.entry);
    console->overlay = FT_OVERLAY_NONE;
    ft_console_say(console, FT_SEVERITY_WARN,
                   "nothing was sent: who asked for it has ended");
}

static void
answer(struct ft_console *console, bool given)
{
    struct ft_login *login = &console->login;

    console->overlay = FT_OVERLAY_NONE;
    console->ops.answer(console->ops.data, login->id,
                        given ? login->entry->text : NULL, login->same);
    ft_entry_wipe(login->entry);
    login->entry = NULL;
}

void
ft_login_key(struct ft_console *console, const struct ft_key *key)
{
    struct ft_login *login = &console->login;

    if (key->code == FT_KEY_ESC || key->code == FT_KEY_CTRL('C')) {
        answer(console, false);
        ft_console_say(console, FT_SEVERITY_OK, "nothing was sent");
    } else if (key->code == FT_KEY_TAB) {
        login->same = !login->same;
    } else if (key->code != FT_KEY_ENTER) {
        ft_entry_key(login->entry, key);
    } else if (login->entry->length) { /* an Enter too many is no password */
        answer(console, true);
    }
}

void
ft_login_draw(struct ft_console *console, struct ft_grid *grid)
{
    const struct ft_login *login = &console->login;
    int width = FT_MIN(32, grid->width - 4);
    int y = ft_grid_room(grid, 9, "log in");

    ft_grid_name(grid, 1, y++, grid->width - 2, FT_LOOK_TITLE, login->prompt);
    ft_grid_print(grid, 1, y, FT_LOOK_PLAIN, "[");
    ft_entry_draw(login->entry, grid, 2, y, width - 2, FT_LOOK_FIELD_IN_USE,
                  true);
    ft_grid_print(grid, width, y, FT_LOOK_PLAIN, "]");
    ft_grid_print(grid, width + 2, y++,
                  login->again ? FT_LOOK_WARN : FT_LOOK_HINT,
                  login->again ? "the one before was not taken"
                               : "not shown, not stored");
    ft_grid_print(grid, 1, y++, FT_LOOK_PLAIN,
                  "[%s] the same for other hosts that this command asks about",
                  login->same ? "x" : " ");
    ft_grid_print(grid, 1, y++, FT_LOOK_HINT, "Asked by");
    ft_grid_name(grid, 10, y - 1, grid->width - 11, FT_LOOK_PLAIN,
                 login->command);
    y++;
    ft_grid_print(grid, 1, y++, FT_LOOK_HINT,
                  "Kept in locked memory until this console ends, sent through "
                  "SSH only.");
    ft_grid_print(grid, 1, y++, FT_LOOK_HINT, "%s",
                  strncmp(login->prompt, "Password of ", 12) != 0 ||
                          strstr(login->prompt, " for sudo ")
                      ? ""
                      : "A key is better: ssh-copy-id USER@HOST");
    ft_grid_print(grid, 1, y, FT_LOOK_PLAIN,
                  "Enter send   Tab the same for others   Esc send nothing");
}
