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
#include "ui/tui/console.h"
#include "ui/tui/copy.h"
#include "ui/tui/frame.h"
#include "ui/tui/memory.h"
#include "ui/tui/page.h"
#include "ui/tui/runs.h"
#include "ui/tui/shell.h"
#include "ui/tui/state.h"
#include "ui/tui/screen.h"
#include "ui/work/secrets.h"
#include "ui/work/source.h"
#include "ui/tui/terminal.h"

#define TICK_MS 1000 /* ages grow, and the database may have changed */
#define WAITS_MS 250 /* something has happened */
#define RATE_MS 1000

struct app {
    struct ft_console console;
    struct ft_work_source *source;
    struct ft_work_secrets *secrets;
    struct ft_screen *screen;
    const char *type; /* of the terminal, as it is taken for */
    struct ft_grid grid;
    const struct ft_tui_options *options;
    struct ft_runs *runs;
    int64_t drawn_ns, pace_ns; /* data is drawn no more often than that */
    unsigned baud;
    bool dirty, redraw_all;
};

/* ---- what the console asks for ---- */

static void
op_run(void *data, const struct ft_words *words, const struct ft_words *shown,
       bool show)
{
    struct app *app = data;

    ft_runs_run(app->runs, words, shown, show);
}

static bool
op_ask(void *data, unsigned ticket, const struct ft_words *words)
{
    struct app *app = data;

    return ft_runs_ask(app->runs, ticket, words);
}

static void
op_first(void *data, enum ft_first_what what, const struct ft_words *words,
         bool may_ask)
{
    struct app *app = data;

    ft_runs_first(app->runs, what, words, may_ask);
}

static void
op_answer(void *data, unsigned id, const char *secret, bool same)
{
    struct app *app = data;

    ft_runs_answer(app->runs, id, secret, same);
}

static void
op_ask_again(void *data)
{
    struct app *app = data;

    ft_runs_ask_again(app->runs);
}

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
        ft_console_say(&app->console, FT_SEVERITY_WARN,
                       "copied to the terminal; no file: %s", strerror(errno));
    else
        ft_console_say(&app->console, FT_SEVERITY_OK, "copied, also to %s",
                       path);
}

static void
op_write(void *data, const char *text)
{
    struct app *app = data;
    char path[512];
    int rc = ft_copy_to_file(text, NULL, path, sizeof(path));

    if (rc)
        ft_console_say(&app->console, FT_SEVERITY_CRIT, "not written: %s",
                       strerror(-rc));
    else
        ft_console_say(&app->console, FT_SEVERITY_OK, "written to %s", path);
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
    return ft_grid_open(&app->grid, width, height, app->console.utf8);
}

static void
draw(struct app *app)
{
    int64_t begin;

    ft_console_draw(&app->console, &app->grid);
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
            ft_console_key(&app->console, &key);
        app->dirty = true;
        if (app->console.leave)
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

    if (ft_work_source_is_busy(app->source))
        return 0;
    if (ft_work_source_waits(app->source))
        until = FT_MIN(until, WAITS_MS * FT_NS_PER_MS);
    if (ft_console_moves(&app->console))
        until = FT_MIN(until, app->pace_ns);
    if (ft_runs_any(app->runs))
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
    polls[1] =
        (struct pollfd){ ft_work_source_descriptor(app->source), POLLIN, 0 };
    count += ft_runs_poll(app->runs, &polls[count]);
    rc = ft_terminal_poll(polls, count, wait_ms(app));
    if (rc && rc != -EINTR)
        return rc;
    if (ft_terminal_must_stop())
        op_suspend(app);
    if (ft_terminal_resized() && fit(app))
        return -ENOMEM;
    rc = !rc && polls[0].revents ? read_keys(app) : 0;
    app->dirty |= ft_runs_read(app->runs);
    app->dirty |= ft_console_tick(&app->console, ft_clock_ns() / FT_NS_PER_MS);
    ft_memory_keep(&app->console);
    if (ft_work_source_take(app->source)) {
        ft_console_set_picture(&app->console,
                               ft_work_source_picture(app->source));
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
    while (!rc && !app->console.leave)
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
        ft_console_say(&app->console, FT_SEVERITY_WARN,
                       "TERM %s unknown: using %s", term, options.type);
    return rc;
}

static int
run_screen(struct app *app, struct ft_error *err)
{
    struct ft_console_ops ops = {
        .run = op_run,
        .ask_again = op_ask_again,
        .ask = op_ask,
        .first = op_first,
        .answer = op_answer,
        .complete = op_complete,
        .copy = op_copy,
        .write = op_write,
        .shell = op_shell,
        .suspend = op_suspend,
        .data = app,
    };
    bool utf8 = !app->options->ascii && !strcmp(nl_langinfo(CODESET), "UTF-8");
    int rc;

    app->runs = ft_runs_open(&app->console, app->source, app->secrets,
                             &app->options->common);
    rc = app->runs ? ft_console_open(&app->console, &ops,
                                     ft_work_source_picture(app->source), utf8)
                   : -ENOMEM;
    app->console.readonly = app->options->readonly;
    if (!rc)
        ft_memory_recall(&app->console);
    if (!rc && app->options->notice && *app->options->notice)
        ft_console_say(&app->console, FT_SEVERITY_WARN, "%s",
                       app->options->notice);
    if (!rc)
        rc = open_screen(app, err);
    if (!rc)
        rc = loop(app);
    ft_screen_close(app->screen);
    ft_runs_close(app->runs);
    ft_grid_close(&app->grid);
    if (app->console.history && app->console.drafts)
        ft_memory_save(&app->console);
    ft_console_close(&app->console);
    return rc;
}

int
ft_tui_run(const struct ft_work *work, const struct ft_tui_options *options,
           struct ft_error *err)
{
    struct app app = { .options = options };
    struct ft_work ours = *work; /* what is typed here is known there */
    int rc = choose_type(&app, err);

    mallopt(M_MXFAST, 0); /* what is freed is merged then, not all at once */

    if (rc)
        return rc;
    app.secrets = ft_work_secrets_open();
    if (app.secrets)
        ours.prompts = ft_work_secrets_prompts(app.secrets, &work->prompts);
    rc = ft_work_source_open(&ours, RATE_MS, &app.source, err);
    if (!rc)
        rc = run_screen(&app, err);
    if (!rc || rc == -EPIPE) /* nobody waits for a word about it */
        ft_terminal_let_go(rc != 0);
    ft_work_source_close(app.source);
    ft_work_secrets_close(app.secrets);
    if (rc == -ENOMEM && !err->code)
        ft_fail(err, ENOMEM, NULL, "no memory for the console");
    if (rc == -EPIPE && !err->code)
        ft_fail(err, EPIPE, NULL, "the terminal went away");
    return rc;
}
