/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/linear-run.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ui/tui/linear.h"
#include "ui/tui/memory.h"
#include "ui/tui/owner.h"
#include "ui/tui/shell.h"
#include "ui/tui/terminal.h"

#define TICK_MS 1000
#define WAITS_MS 250 /* something has happened */
#define RUNS_MS 50   /* while commands are under way */
#define PASTE_MS 100 /* between lines of one paste, at most */

struct app {
    struct ft_owner owner; /* the first: the data of what the console asks for */
    struct ft_linear linear;
    char line[FT_LINEAR_LINE];
    size_t used;
    bool too_long;
};

static int64_t
now_ms(void)
{
    return ft_clock_ns() / FT_NS_PER_MS;
}

/* ---- what the console asks for ---- */

/* No escape sequence goes out, so there is no clipboard. */
static void
op_copy(void *data, const char *text)
{
    ft_owner_write(data, text, "copy.txt");
}

static void
op_shell(void *data, const struct ft_words *program)
{
    (void)data;
    ft_shell_run(program);
}

/* The terminal does it: Ctrl-Z is no text. */
static void
op_suspend(void *data)
{
    (void)data;
}

/* ---- lines ---- */

static void
take_line(struct app *app)
{
    app->line[app->used] = '\0';
    if (app->too_long || strlen(app->line) != app->used)
        ft_linear_take(&app->linear, "\a"); /* refused: no text */
    else
        ft_linear_take(&app->linear, app->line);
    explicit_bzero(app->line, sizeof(app->line)); /* it may be a secret */
    app->used = 0;
    app->too_long = false;
}

/* Is another line there behind this one? Nobody types that fast. */
static bool
another_has_come(void)
{
    struct pollfd input = { STDIN_FILENO, POLLIN, 0 };

    return poll(&input, 1, PASTE_MS) > 0;
}

/* A line that answers a question has come alone. */
static void
end_line(struct app *app, bool more)
{
    if (ft_linear_asks(&app->linear) && (more || another_has_come())) {
        tcflush(STDIN_FILENO, TCIFLUSH);
        explicit_bzero(app->line, sizeof(app->line));
        app->used = 0;
        app->too_long = false;
        ft_linear_refuse(&app->linear);
    } else {
        take_line(app);
    }
}

/*
 * Every line, until one asks for something that would be changed: what was typed
 * before that, or pasted behind it, is dropped.
 */
static void
take_bytes(struct app *app, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size && !app->owner.console.leave; i++) {
        if (bytes[i] == '\n') {
            end_line(app, i + 1 < size);
            if (ft_linear_asks(&app->linear)) {
                tcflush(STDIN_FILENO, TCIFLUSH);
                return;
            }
        } else if (bytes[i] != '\r') {
            if (app->used + 1 < sizeof(app->line))
                app->line[app->used++] = bytes[i];
            else
                app->too_long = true;
        }
    }
}

/* 0, or -EPIPE: nobody is there any more. */
static int
read_lines(struct app *app)
{
    char bytes[4096];
    ssize_t size = read(STDIN_FILENO, bytes, sizeof(bytes));

    if (size < 0)
        return errno == EINTR || errno == EAGAIN ? 0 : -EPIPE;
    if (size == 0)
        app->owner.console.leave = true;
    take_bytes(app, bytes, (size_t)size);
    explicit_bzero(bytes, sizeof(bytes));
    return 0;
}

/* ---- the loop ---- */

/*
 * What was told is seen at once, and not before: who sees a question answers it
 * after what was typed too early was dropped, and unseen where it is a secret.
 */
static int
show(void)
{
    return fflush(stdout) ? -EPIPE : 0;
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
    rc = ft_terminal_poll(polls, count,
                          ft_work_source_is_busy(app->owner.source) ? 0
                          : ft_runs_any(app->owner.runs)            ? RUNS_MS
                          : ft_work_source_waits(app->owner.source) ? WAITS_MS
                                                                    : TICK_MS);
    if (rc && rc != -EINTR)
        return rc;
    if (ft_terminal_must_stop()) {
        ft_terminal_suspend();
        ft_linear_again(&app->linear);
    }
    rc = !rc && polls[0].revents ? read_lines(app) : 0;
    ft_memory_keep(&app->owner.console);
    ft_runs_read(app->owner.runs);
    ft_terminal_silence(ft_linear_asks_secret(&app->linear)); /* then asked */
    if (ft_work_source_take(app->owner.source))
        ft_console_set_picture(&app->owner.console,
                               ft_work_source_picture(app->owner.source));
    if (!rc && !app->owner.console.leave)
        ft_linear_news(&app->linear, now_ms());
    return rc ? rc : show();
}

static int
run_console(struct app *app, const struct ft_tui_options *options)
{
    struct ft_console_ops ops = { .copy = op_copy,
                                  .shell = op_shell,
                                  .suspend = op_suspend };
    bool utf8 = !options->ascii && !strcmp(nl_langinfo(CODESET), "UTF-8");
    int rc;

    ft_owner_ops(&app->owner, &ops);
    rc = ft_console_open(&app->owner.console, &ops,
                         ft_work_source_picture(app->owner.source), utf8);
    if (rc)
        return rc;
    app->owner.console.readonly = options->readonly;
    ft_memory_recall(&app->owner.console);
    ft_linear_begin(&app->linear, &app->owner.console, stdout, now_ms());
    rc = show();
    while (!rc && !app->owner.console.leave)
        rc = turn(app);
    if (!rc)
        putchar('\n');
    show();
    ft_terminal_silence(false);
    ft_linear_end(&app->linear);
    ft_memory_save(&app->owner.console);
    return rc;
}

int
ft_linear_run(const struct ft_work *work, const struct ft_tui_options *options,
              struct ft_error *err)
{
    FT_AUTOFREE struct app *app = calloc(1, sizeof(*app));
    int rc;

    if (!app)
        return ft_fail(err, ENOMEM, NULL, "no memory for the console");
    setvbuf(stdout, NULL, _IOFBF, BUFSIZ); /* show() shows */
    rc = ft_owner_open(&app->owner, work, &options->common, err);
    if (!rc)
        rc = run_console(app, options);
    if (!rc || rc == -EPIPE) /* nobody waits for a word about it */
        ft_terminal_let_go(rc != 0);
    ft_owner_close(&app->owner);
    if (rc && !err->code)
        ft_fail(err, -rc, NULL, "%s",
                rc == -EPIPE ? "the terminal went away" : strerror(-rc));
    return rc;
}
