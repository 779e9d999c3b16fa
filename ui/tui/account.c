/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/account.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/host-name.h"
#include "ui/tui/deeds.h"
#include "ui/tui/doing.h"
#include "ui/tui/first.h"

#define ROWS 7         /* of the form at least, with its rule */
#define PROBLEM_ROWS 2 /* more, in a window that has them */

/* ---- opening ---- */

static void
open_form(struct ft_console *console, const char *host, const char *address,
          const char *user, const char *identity)
{
    struct ft_account *a = &console->account;

    memset(a, 0, sizeof(*a));
    snprintf(a->host, sizeof(a->host), "%s", host);
    if (ft_host_name_split(address, &a->parts))
        snprintf(a->parts.host, sizeof(a->parts.host), "%.255s", address);
    if (!*user)
        user = a->parts.user;
    ft_entry_set(&a->user, user);
    ft_entry_set(&a->identity, identity);
    snprintf(a->user_before, sizeof(a->user_before), "%s", a->user.text);
    snprintf(a->identity_before, sizeof(a->identity_before), "%s",
             a->identity.text);
    console->overlay = FT_OVERLAY_ACCOUNT;
}

void
ft_account_of_host(struct ft_console *console, const json_t *row)
{
    const char *name = ft_row_name(row);

    open_form(console, name, ft_json_string(row, "address", name), "",
              ft_json_string(row, "identity", ""));
    console->account.known = true;
    snprintf(console->account.problem, sizeof(console->account.problem), "%s",
             ft_json_string(row, "error", ""));
}

void
ft_account_of_machine(struct ft_console *console, const json_t *row,
                      size_t others)
{
    const char *name = ft_json_string(row, "name", "");

    open_form(console, name, name, ft_json_string(row, "login", ""),
              ft_json_string(row, "key_file", ""));
    console->account.others = others;
    snprintf(console->account.problem, sizeof(console->account.problem), "%s",
             ft_json_string(row, "error", ""));
}

/* ---- what it stands for ---- */

bool
ft_account_changed(const struct ft_account *a)
{
    return strcmp(a->user.text, a->user_before) != 0 ||
           strcmp(a->identity.text, a->identity_before) != 0;
}

void
ft_account_ssh(const struct ft_account *a, struct ft_words *words)
{
    memset(words, 0, sizeof(*words));
    ft_words_add(words, "ssh");
    if (*a->parts.port) {
        ft_words_add(words, "-p");
        ft_words_add(words, a->parts.port);
    }
    if (*a->identity.text) {
        ft_words_add(words, "-i");
        ft_words_add(words, a->identity.text);
    }
    if (*a->user.text) {
        ft_words_add(words, "-l");
        ft_words_add(words, a->user.text);
    }
    ft_words_add(words, "--");
    ft_words_add(words, a->parts.host);
}

/* "name=host:port", with brackets where they are needed. */
static void
add_destination(const struct ft_account *a, struct ft_words *words)
{
    bool brackets = *a->parts.port && strchr(a->parts.host, ':');
    char text[FT_WORD_SIZE * 2];

    snprintf(text, sizeof(text), "%s=%s%s%s%s%s", a->host, brackets ? "[" : "",
             a->parts.host, brackets ? "]" : "", *a->parts.port ? ":" : "",
             a->parts.port);
    ft_words_add(words, text);
}

/* As it is now: by looking there, which asks for a password if it wants one. */
static void
same_words(const struct ft_account *a, const json_t *row, struct ft_words *words)
{
    ft_words_add(words, "discover");
    if (*a->identity.text) {
        ft_words_add(words, "--identity");
        ft_words_add(words, a->identity.text);
    }
    ft_words_add(words, ft_json_string(row, "address", a->host));
}

static void
host_words(const struct ft_account *a, const json_t *row, struct ft_words *words)
{
    memset(words, 0, sizeof(*words));
    if (!ft_account_changed(a)) {
        same_words(a, row, words);
        return;
    }
    ft_words_add(words, "host");
    ft_words_add(words, "add");
    if (*a->user.text) {
        ft_words_add(words, "--user");
        ft_words_add(words, a->user.text);
    }
    if (strcmp(a->identity.text, a->identity_before) != 0) {
        ft_words_add(words, "--identity");
        ft_words_add(words, *a->identity.text ? a->identity.text : "none");
    }
    add_destination(a, words);
}

/* ---- keys ---- */

/* NULL: both can be used. */
static const char *
wrong(const struct ft_account *a)
{
    if (*a->user.text == '-' || strpbrk(a->user.text, " @/:'\"\\"))
        return "no user is called so";
    if (*a->identity.text == '-')
        return "a file whose name begins with - is given as ./-name";
    if (a->user.length >= FT_WORD_SIZE || a->identity.length >= FT_WORD_SIZE)
        return "that is too long";
    return NULL;
}

static void
finish_host(struct ft_console *console)
{
    const struct ft_account *a = &console->account;
    const json_t *row = ft_console_host(console, a->host);
    const char *refusal = ft_console_refusal(console);
    struct ft_words words;

    if (!row) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s is not there any more",
                       a->host);
    } else if (refusal && ft_account_changed(a)) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s", refusal);
    } else {
        host_words(a, row, &words);
        ft_doing_run(console, &words, &words, false);
    }
}

static void
finish(struct ft_console *console)
{
    const char *why = wrong(&console->account);

    if (why) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s", why);
        return;
    }
    console->overlay = FT_OVERLAY_NONE;
    if (console->account.known)
        finish_host(console);
    else
        ft_first_log_in(console, &console->account);
}

static int
last_field(const struct ft_account *a)
{
    return a->others ? FT_ACCOUNT_OTHERS : FT_ACCOUNT_KEY;
}

static void
run_ssh(struct ft_console *console)
{
    const char *why = wrong(&console->account);
    struct ft_words words;

    if (why) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s", why);
        return;
    }
    ft_account_ssh(&console->account, &words);
    console->ops.shell(console->ops.data, &words);
}

void
ft_account_key(struct ft_console *console, const struct ft_key *key)
{
    struct ft_account *a = &console->account;
    int fields = last_field(a) + 1;

    switch (key->code) {
    case FT_KEY_ESC:
    case FT_KEY_CTRL('C'):
        console->overlay = FT_OVERLAY_NONE;
        ft_console_say(console, FT_SEVERITY_OK, "nothing was changed");
        break;
    case FT_KEY_TAB:
    case FT_KEY_DOWN:
        a->field = (a->field + 1) % fields;
        break;
    case FT_KEY_BACK_TAB:
    case FT_KEY_UP:
        a->field = (a->field + fields - 1) % fields;
        break;
    case FT_KEY_F5:
        run_ssh(console);
        break;
    case FT_KEY_ENTER:
        if (a->field < last_field(a))
            a->field++;
        else
            finish(console);
        break;
    default:
        if (a->field == FT_ACCOUNT_OTHERS)
            a->for_all ^= key->code == ' ';
        else
            ft_entry_key(a->field == FT_ACCOUNT_USER ? &a->user : &a->identity,
                         key);
        break;
    }
}

/* ---- how it looks ---- */

static void
draw_field(const struct ft_account *a, int field, const char *label,
           const char *note, struct ft_grid *grid, int y)
{
    const struct ft_entry *entry =
        field == FT_ACCOUNT_USER ? &a->user : &a->identity;
    int width = FT_MIN(32, grid->width - 15);
    int x = grid->cursor_x, row = grid->cursor_y;

    ft_grid_print(grid, 1, y, FT_LOOK_PLAIN, "%s", label);
    ft_grid_print(grid, 12, y, FT_LOOK_PLAIN, "[");
    ft_entry_draw(entry, grid, 13, y, width,
                  a->field == field ? FT_LOOK_FIELD_IN_USE : FT_LOOK_FIELD,
                  false);
    ft_grid_print(grid, 13 + width, y, FT_LOOK_PLAIN, "]");
    ft_grid_print(grid, 15 + width, y, FT_LOOK_HINT, "%s", note);
    if (a->field != field) { /* the cursor stands in the one in use */
        grid->cursor_x = x;
        grid->cursor_y = row;
    }
}

static void
draw_others(const struct ft_account *a, struct ft_grid *grid, int y)
{
    if (a->field == FT_ACCOUNT_OTHERS)
        ft_grid_select(grid, 1, y);
    ft_grid_print(grid, 1, y, FT_LOOK_PLAIN,
                  "[%s] %zu other%s that let nobody in, too (Space)",
                  a->for_all ? "x" : " ", a->others, a->others == 1 ? "" : "s");
}

static void
draw_command(const struct ft_console *console, struct ft_grid *grid, int y)
{
    const struct ft_account *a = &console->account;
    const json_t *row = ft_console_host(console, a->host);
    struct ft_words words = { 0 };
    char text[512];

    if (a->known)
        host_words(a, row, &words);
    else
        ft_first_log_in_words(console, a, &words);
    ft_words_text(&words, text, sizeof(text));
    ft_grid_print(grid, 1, y, FT_LOOK_HINT, "$ ");
    ft_grid_name(grid, 3, y, grid->width - 4, FT_LOOK_PLAIN, text);
}

void
ft_account_draw(struct ft_console *console, struct ft_grid *grid)
{
    const struct ft_account *a = &console->account;
    const char *why = wrong(a);
    bool problem = *a->problem && grid->height > 16;
    char title[300];
    int y;

    snprintf(title, sizeof(title), "log in on %.200s", a->host);
    y = ft_grid_room(grid, ROWS + (problem ? PROBLEM_ROWS : 0) + (a->others > 0),
                     title);
    if (problem)
        ft_grid_wrapped(grid, 1, y, y + PROBLEM_ROWS, a->problem);
    y += problem ? PROBLEM_ROWS : 0;
    draw_field(a, FT_ACCOUNT_USER, "log in as", "root, or who may use sudo",
               grid, y++);
    draw_field(a, FT_ACCOUNT_KEY, "key file", "tried first; empty: as ssh does",
               grid, y++);
    if (a->others)
        draw_others(a, grid, y++);
    if (why)
        ft_grid_print(grid, 1, y++, FT_LOOK_WARN, "%s", why);
    else
        ft_grid_print(grid, 1, y++, FT_LOOK_HINT, "%s",
                      grid->width >= 70
                          ? "A password is asked for next, where one is wanted: "
                            "by SSH, by sudo."
                          : "Passwords are asked for next.");
    draw_command(console, grid, y++);
    ft_grid_print(grid, 1, grid->height - 1, FT_LOOK_PLAIN, "Enter %s%s",
                  a->field == last_field(a) ? "log in" : "next",
                  grid->width >= 60 ? "   Tab field   F5 ssh there   Esc back"
                                    : "  Tab field  F5 ssh  Esc back");
}

void
ft_account_ask(const struct ft_account *a, char *out, size_t size)
{
    switch (a->field) {
    case FT_ACCOUNT_USER:
        snprintf(out, size, "Log in on %s as (Enter: %s): ", a->host,
                 *a->user.text ? a->user.text : "as ssh does");
        break;
    case FT_ACCOUNT_KEY:
        snprintf(out, size, "Key file, or - for none (Enter: %s): ",
                 *a->identity.text ? a->identity.text : "as ssh does");
        break;
    default:
        snprintf(out, size,
                 "The same for %zu other%s that let nobody in? yes, or Enter "
                 "for no: ",
                 a->others, a->others == 1 ? "" : "s");
        break;
    }
}
