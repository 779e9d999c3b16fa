/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/run.h"

#include <errno.h>
#include <langinfo.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "ui/model/pace.h"
#include "ui/tui/copy.h"
#include "ui/tui/frame.h"
#include "ui/tui/memory.h"
#include "ui/tui/owner.h"
#include "ui/tui/page.h"
#include "ui/tui/shell.h"
#include "ui/tui/state.h"
#include "ui/tui/screen.h"
#include "ui/tui/terminal.h"

#define TICK_MS 1000 /* ages grow, and the database may have changed */
#define WAITS_MS 250 /* something has happened */

struct app {
    struct ft_owner owner; /* the first: the data of what the console asks for */
    struct ft_screen *screen;
    const char *type; /* of the terminal, as it is taken for */
    struct ft_grid grid;
    const struct ft_tui_options *options;
    int64_t drawn_ns, pace_ns; /* data is drawn no more often than that */
    unsigned baud;
    bool dirty, redraw_all;
};

/* ---- what the console asks for ---- */

static void
op_complete(void *data, const struct ft_words *before, const char *part,
            struct ft_completion *completion)
{
    const struct ft_tui_options *options = ((struct app *)data)->options;

    if (options->complete)
        options->complete(options->commands, before, part, completion);
}

static void
op_copy(void *data, const char *text)
{
    struct app *app = data;
    char path[512];

    ft_copy_to_terminal(app->screen, text);
    if (ft_copy_to_file(text, "copy.txt", path, sizeof(path)))
        ft_console_say(&app->owner.console, FT_SEVERITY_WARN,
                       "copied to the terminal; no file: %s", strerror(errno));
    else
        ft_console_say(&app->owner.console, FT_SEVERITY_OK,
                       "copied, also to %s", path);
}

static void
op_shell(void *data, const struct ft_words *program)
{
    struct app *app = data;

    ft_screen_leave(app->screen);
    ft_shell_run(program);
    ft_screen_return(app->screen);
}

static void
op_suspend(void *data)
{
    struct app *app = data;

    ft_screen_leave(app->screen);
    ft_terminal_suspend();
    ft_screen_return(app->screen);
}

/* ---- the loop ---- */

static int
fit(struct app *app)
{
    int width = 80, height = 24;

    ft_terminal_size(&width, &height);
    ft_grid_close(&app->grid);
    ft_screen_resize(app->screen, width, height);
    app->redraw_all = app->dirty = true;
    return ft_grid_open(&app->grid, width, height, app->owner.console.utf8);
}

static void
draw(struct app *app)
{
    int64_t begin;

    ft_console_draw(&app->owner.console, &app->grid);
    begin = ft_clock_ns();
    ft_screen_show(app->screen, &app->grid, app->redraw_all);
    app->redraw_all = app->dirty = false;
    app->drawn_ns = ft_clock_ns();
    app->pace_ns = ft_pace_draw_ns(app->baud, app->drawn_ns - begin);
}

static int
read_keys(struct app *app)
{
    struct ft_key key;
    int rc;

    while ((rc = ft_screen_key(app->screen, &key)) > 0) {
        if (key.code == FT_KEY_CTRL('L'))
            app->redraw_all = true;
        else
            ft_console_key(&app->owner.console, &key);
        app->dirty = true;
        if (app->owner.console.leave)
            break;
    }
    if (ft_terminal_resized() && fit(app))
        return -ENOMEM;
    if (app->dirty) /* keys are seen at once */
        draw(app);
    return rc < 0 ? rc : 0;
}

static int
wait_ms(const struct app *app)
{
    int64_t since = ft_clock_ns() - app->drawn_ns;
    int64_t until = app->dirty ? app->pace_ns - since : TICK_MS * FT_NS_PER_MS;

    if (ft_work_source_is_busy(app->owner.source))
        return 0;
    if (ft_work_source_waits(app->owner.source))
        until = FT_MIN(until, WAITS_MS * FT_NS_PER_MS);
    if (ft_console_moves(&app->owner.console))
        until = FT_MIN(until, app->pace_ns);
    if (ft_runs_any(app->owner.runs))
        until = FT_MIN(until, 50 * FT_NS_PER_MS);
    return until > 0 ? (int)(until / FT_NS_PER_MS) + 1 : 0;
}

static int
turn(struct app *app)
{
    struct pollfd polls[2 + 3 * FT_RUNS_MAX];
    nfds_t count = 2;
    int rc;

    polls[0] = (struct pollfd){ STDIN_FILENO, POLLIN, 0 };
    polls[1] = (struct pollfd){ ft_work_source_descriptor(app->owner.source),
                                POLLIN, 0 };
    count += ft_runs_poll(app->owner.runs, &polls[count]);
    rc = ft_terminal_poll(polls, count, wait_ms(app));
    if (rc && rc != -EINTR)
        return rc;
    if (ft_terminal_must_stop())
        op_suspend(app);
    if (ft_terminal_resized() && fit(app))
        return -ENOMEM;
    rc = !rc && polls[0].revents ? read_keys(app) : 0;
    app->dirty |= ft_runs_read(app->owner.runs);
    app->dirty |=
        ft_console_tick(&app->owner.console, ft_clock_ns() / FT_NS_PER_MS);
    ft_memory_keep(&app->owner.console);
    if (ft_work_source_take(app->owner.source)) {
        ft_console_set_picture(&app->owner.console,
                               ft_work_source_picture(app->owner.source));
        app->dirty = true; /* drawn at the next turn: keys come first */
    } else if (app->dirty && ft_clock_ns() - app->drawn_ns >= app->pace_ns)
        draw(app);
    return rc;
}

static int
loop(struct app *app)
{
    int rc = fit(app);

    app->baud = ft_terminal_baud();
    if (!rc)
        draw(app);
    while (!rc && !app->owner.console.leave)
        rc = turn(app);
    return rc;
}

/* Before any host is asked. */
static int
choose_type(struct app *app, struct ft_error *err)
{
    const char *term = getenv("TERM");

    app->type = ft_screen_type(term);
    if (app->type)
        return 0;
    return ft_fail(err, ENOTTY, "Use ftadmin status --watch, or set TERM.",
                   "no full screen on a terminal of type %s",
                   term && *term ? term : "(none)");
}

static int
open_screen(struct app *app, struct ft_error *err)
{
    const char *term = getenv("TERM");
    struct ft_screen_options options = {
        STDIN_FILENO,
        STDOUT_FILENO,
        app->type,
        app->options->mono || (getenv("NO_COLOR") && *getenv("NO_COLOR")),
    };
    int rc;

    rc = ft_screen_open(&options, &app->screen, err);
    if (!rc && strcmp(options.type, term) != 0)
        ft_console_say(&app->owner.console, FT_SEVERITY_WARN,
                       "TERM %s unknown: using %s", term, options.type);
    return rc;
}

static int
run_screen(struct app *app, struct ft_error *err)
{
    struct ft_console *console = &app->owner.console;
    struct ft_console_ops ops = {
        .complete = op_complete,
        .copy = op_copy,
        .shell = op_shell,
        .suspend = op_suspend,
    };
    bool utf8 = !app->options->ascii && !strcmp(nl_langinfo(CODESET), "UTF-8");
    int rc;

    ft_owner_ops(&app->owner, &ops);
    rc = ft_console_open(console, &ops,
                         ft_work_source_picture(app->owner.source), utf8);
    if (rc)
        return rc;
    console->readonly = app->options->readonly;
    ft_memory_recall(console);
    if (app->options->notice && *app->options->notice)
        ft_console_say(console, FT_SEVERITY_WARN, "%s", app->options->notice);
    rc = open_screen(app, err);
    if (!rc)
        rc = loop(app);
    ft_screen_close(app->screen);
    ft_grid_close(&app->grid);
    ft_memory_save(console);
    return rc;
}

int
ft_tui_run(const struct ft_work *work, const struct ft_tui_options *options,
           struct ft_error *err)
{
    struct app app = { .options = options };
    int rc = choose_type(&app, err);

    if (rc)
        return rc;
    mallopt(M_MXFAST, 0); /* what is freed is merged then, not all at once */
    rc = ft_owner_open(&app.owner, work, &options->common, err);
    if (!rc)
        rc = run_screen(&app, err);
    if (!rc || rc == -EPIPE) /* nobody waits for a word about it */
        ft_terminal_let_go(rc != 0);
    ft_owner_close(&app.owner);
    if (rc == -ENOMEM && !err->code)
        ft_fail(err, ENOMEM, NULL, "no memory for the console");
    if (rc == -EPIPE && !err->code)
        ft_fail(err, EPIPE, NULL, "the terminal went away");
    return rc;
}
