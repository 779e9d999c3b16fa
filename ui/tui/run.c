/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/run.h"

#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "ui/tui/console.h"
#include "ui/tui/copy.h"
#include "ui/tui/first.h"
#include "ui/tui/frame.h"
#include "ui/tui/memory.h"
#include "ui/tui/page.h"
#include "ui/tui/runner.h"
#include "ui/tui/pages.h"
#include "ui/tui/state.h"
#include "ui/tui/screen.h"
#include "ui/tui/sheet.h"
#include "ui/work/source.h"
#include "ui/tui/terminal.h"

#define RUNS_MAX 8
#define OUTPUT_MAX (1 << 20)
#define DRAW_NS (100 * FT_NS_PER_MS) /* data is drawn no more often than this */
#define TICK_MS 1000                 /* ages grow on the screen */
#define RATE_MS 1000

enum purpose { FOR_NOTHING, FOR_READING, FOR_A_PLAN, FOR_FIRST };

struct running {
    struct ft_run *run; /* NULL: free */
    enum purpose purpose;
    enum ft_first_what what;    /* with FOR_FIRST */
    struct ft_console *console; /* the same */
    bool news;                  /* a line has come */
    char title[512];
    char *text; /* what it printed, for reading or the plan */
    size_t used;
    char message[512]; /* its last message */
    char hint[512];
};

struct app {
    struct ft_console console;
    struct ft_work_source *source;
    struct ft_screen *screen;
    const char *type; /* of the terminal, as it is taken for */
    struct ft_grid grid;
    const struct ft_tui_options *options;
    struct running runs[RUNS_MAX];
    int64_t drawn_ns;
    bool dirty, redraw_all;
};

/* ---- commands ---- */

static struct running *
start(struct app *app, const struct ft_words *words,
      const struct ft_words *shown, enum purpose purpose)
{
    const struct ft_words *common = &app->options->common;
    const char *arguments[2 * FT_WORDS_MAX + 1];
    struct ft_error err = FT_ERROR_INIT;
    struct running *r = app->runs;
    size_t n = 0;

    while (r < app->runs + RUNS_MAX && r->run)
        r++;
    if (r == app->runs + RUNS_MAX) {
        ft_console_say(&app->console, FT_SEVERITY_WARN,
                       "%d commands are at work already", RUNS_MAX);
        return NULL;
    }
    for (size_t i = 0; i < words->count; i++)
        arguments[n++] = words->list[i];
    for (size_t i = 0; i < common->count; i++)
        arguments[n++] = common->list[i];
    arguments[n] = NULL;
    memset(r, 0, sizeof(*r));
    r->purpose = purpose;
    ft_words_text(shown, r->title, sizeof(r->title));
    if (ft_run_start(arguments, &r->run, &err))
        ft_console_say(&app->console, FT_SEVERITY_CRIT, "%s", err.text);
    return r->run ? r : NULL;
}

static void
on_line(void *data, const char *line, bool error)
{
    struct running *r = data;
    size_t size = strlen(line);
    char *larger;

    if (error && !strncmp(line, "  hint: ", 8))
        snprintf(r->hint, sizeof(r->hint), "%s", line + 8);
    else if (error)
        snprintf(r->message, sizeof(r->message), "%s",
                 strncmp(line, "ftadmin: ", 9) ? line : line + 9);
    if (r->purpose == FOR_FIRST && r->what == FT_FIRST_LOOK) {
        if (!error)
            ft_first_line(r->console, line);
        r->news = true;
        return;
    }
    if (r->purpose == FOR_NOTHING || (error && r->purpose >= FOR_A_PLAN) ||
        r->used + size + 2 > OUTPUT_MAX)
        return;
    larger = realloc(r->text, r->used + size + 2);
    if (!larger)
        return;
    r->text = larger;
    memcpy(r->text + r->used, line, size);
    r->used += size;
    r->text[r->used++] = '\n';
    r->text[r->used] = '\0';
}

static void
ended(struct app *app, struct running *r, int status)
{
    if (r->purpose == FOR_A_PLAN) {
        FT_AUTOJSON json_t *plan = r->text ? json_loads(r->text, 0, NULL) : NULL;

        ft_sheet_answer(&app->console, plan, status, r->message);
    } else if (r->purpose == FOR_FIRST) {
        FT_AUTOJSON json_t *document =
            r->text ? json_loads(r->text, 0, NULL) : NULL;

        ft_first_ended(&app->console, r->what, document, status, r->message);
    } else if (r->purpose == FOR_READING && r->used) {
        ft_console_show_text(&app->console, r->title, FT_STEAL(r->text));
    } else if (status) {
        ft_console_say(&app->console, FT_SEVERITY_CRIT, "%s",
                       *r->message ? r->message : "it failed");
    } else {
        ft_console_say(&app->console, FT_SEVERITY_OK, "done: %s",
                       r->title + strlen("ftadmin "));
    }
    ft_run_close(r->run);
    free(r->text);
    memset(r, 0, sizeof(*r));
    ft_work_source_ask_again(app->source);
    app->dirty = true;
}

static void
read_runs(struct app *app)
{
    for (size_t i = 0; i < RUNS_MAX; i++) {
        struct running *r = &app->runs[i];
        int status;

        if (!r->run)
            continue;
        ft_run_read(r->run, on_line, r);
        app->dirty |= r->news;
        r->news = false;
        if (ft_run_ended(r->run, &status))
            ended(app, r, status);
    }
}

/* ---- what the console asks for ---- */

static void
op_run(void *data, const struct ft_words *words, const struct ft_words *shown,
       bool show)
{
    start(data, words, shown, show ? FOR_READING : FOR_NOTHING);
}

static void
op_plan(void *data, const struct ft_words *words)
{
    start(data, words, words, FOR_A_PLAN);
}

static void
op_first(void *data, enum ft_first_what what, const struct ft_words *words)
{
    struct app *app = data;
    struct running *r = start(app, words, words, FOR_FIRST);

    if (!r) {
        ft_first_ended(&app->console, what, NULL, 1, "it could not be begun");
        return;
    }
    r->what = what;
    r->console = &app->console;
}

static void
op_ask_again(void *data)
{
    struct app *app = data;

    ft_work_source_ask_again(app->source);
    ft_console_say(&app->console, FT_SEVERITY_OK, "asking again");
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
op_shell(void *data)
{
    struct app *app = data;
    const char *shell = getenv("SHELL");
    pid_t pid;

    if (!shell || !*shell)
        shell = "/bin/sh";
    ft_screen_leave(app->screen);
    pid = fork();
    if (pid == 0) {
        ft_terminal_lend();
        execlp(shell, shell, (char *)NULL);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    ft_terminal_take_back();
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
    ft_console_draw(&app->console, &app->grid);
    ft_screen_show(app->screen, &app->grid, app->redraw_all);
    app->redraw_all = app->dirty = false;
    app->drawn_ns = ft_clock_ns();
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
    int64_t until =
        app->dirty ? DRAW_NS - since : TICK_MS * FT_NS_PER_MS - since;

    for (size_t i = 0; i < RUNS_MAX; i++)
        if (app->runs[i].run && until > 50 * FT_NS_PER_MS)
            until = 50 * FT_NS_PER_MS; /* its end makes no descriptor ready */
    return until > 0 ? (int)(until / FT_NS_PER_MS) + 1 : 0;
}

static int
turn(struct app *app)
{
    struct pollfd polls[2 + 2 * RUNS_MAX];
    nfds_t count = 2;
    int rc;

    polls[0] = (struct pollfd){ STDIN_FILENO, POLLIN, 0 };
    polls[1] =
        (struct pollfd){ ft_work_source_descriptor(app->source), POLLIN, 0 };
    for (size_t i = 0; i < RUNS_MAX; i++)
        if (app->runs[i].run) {
            ft_run_poll(app->runs[i].run, &polls[count]);
            count += 2;
        }
    rc = ft_terminal_poll(polls, count, wait_ms(app));
    if (rc && rc != -EINTR)
        return rc;
    if (ft_terminal_must_stop())
        op_suspend(app);
    if (ft_terminal_resized() && fit(app))
        return -ENOMEM;
    rc = !rc && polls[0].revents ? read_keys(app) : 0;
    read_runs(app);
    if (ft_work_source_take(app->source)) {
        ft_console_set_picture(&app->console,
                               ft_work_source_picture(app->source));
        app->dirty = true;
    }
    if (app->dirty && ft_clock_ns() - app->drawn_ns >= DRAW_NS)
        draw(app);
    return rc;
}

static int
loop(struct app *app)
{
    int rc = fit(app);

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

/* What is known of this user from the last time. */
static void
remember(struct app *app)
{
    FT_AUTOJSON json_t *memory = ft_memory_load();
    const json_t *line;
    size_t index;

    snprintf(app->console.left_at, sizeof(app->console.left_at), "%s",
             ft_json_string(memory, "left", ""));
    json_array_foreach(json_object_get(memory, "typed"), index, line)
        if (json_is_string(line) && index < FT_TYPED_MAX)
            json_array_append(app->console.history, (json_t *)(uintptr_t)line);
}

static int
run_screen(struct app *app, struct ft_error *err)
{
    struct ft_console_ops ops = { op_run,   op_ask_again, op_plan,
                                  op_first, op_copy,      op_write,
                                  op_shell, op_suspend,   app };
    bool utf8 = !app->options->ascii && !strcmp(nl_langinfo(CODESET), "UTF-8");
    int rc = ft_console_open(&app->console, &ops,
                             ft_work_source_picture(app->source), utf8);

    app->console.readonly = app->options->readonly;
    if (!rc)
        remember(app);
    if (!rc)
        rc = open_screen(app, err);
    if (!rc)
        rc = loop(app);
    ft_screen_close(app->screen);
    for (size_t i = 0; i < RUNS_MAX; i++) {
        ft_run_close(app->runs[i].run);
        free(app->runs[i].text);
    }
    ft_grid_close(&app->grid);
    if (app->console.history)
        ft_memory_save(app->console.history);
    ft_console_close(&app->console);
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
    rc = ft_work_source_open(work, RATE_MS, &app.source, err);
    if (!rc)
        rc = run_screen(&app, err);
    if (!rc || rc == -EPIPE) /* nobody waits for a word about it */
        ft_terminal_let_go(rc != 0);
    ft_work_source_close(app.source);
    if (rc == -ENOMEM && !err->code)
        ft_fail(err, ENOMEM, NULL, "no memory for the console");
    if (rc == -EPIPE && !err->code)
        ft_fail(err, EPIPE, NULL, "the terminal went away");
    return rc;
}
