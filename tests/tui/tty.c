/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/tui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define ARGUMENTS_MAX 32
#define RAW_MAX (64u << 20)

/* What the session leader says, one at a time. */
struct report {
    enum { BEGUN, STOPPED, ENDED } what;
    int value; /* a process, a status */
};

/* ---- the session leader ---- */

static void
report(int fd, int what, int value)
{
    struct report r = { what, value };

    if (write(fd, &r, sizeof(r)) != sizeof(r))
        _exit(1);
}

static void
execute(const struct tty_options *options)
{
    const char *argv[ARGUMENTS_MAX + 2] = { options->program ? options->program
                                                             : "./ftadmin" };

    for (int i = 0; options->arguments[i] && i < ARGUMENTS_MAX; i++)
        argv[i + 1] = options->arguments[i];
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

static void
set_environment(const struct tty_options *options)
{
    const char *home = getenv("HOME"), *path = getenv("PATH");
    FT_AUTOFREE char *home_copy = strdup(home ? home : "/");
    FT_AUTOFREE char *path_copy = strdup(path ? path : "/bin:/usr/bin");

    clearenv();
    setenv("HOME", home_copy, 1);
    setenv("PATH", path_copy, 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("SHELL", "/bin/sh", 1);
    setenv("PS1", TTY_PROMPT " ", 1);
    setenv("TERM", options->term ? options->term : "xterm-256color", 1);
    for (size_t i = 0; options->set && options->set[i]; i++)
        putenv((char *)(uintptr_t)options->set[i]);
}

static void
set_foreground(pid_t group)
{
    tcsetpgrp(STDIN_FILENO, group);
}

static void __attribute__((noreturn))
lead(const struct tty_options *options, int orders, int reports)
{
    pid_t child;
    char order;

    set_environment(options);
    signal(SIGTTOU, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* to tell how it ended */
    child = fork();
    if (child == 0) {
        setpgid(0, 0);
        set_foreground(getpid());
        execute(options);
    }
    setpgid(child, child);
    set_foreground(child);
    report(reports, BEGUN, child);
    for (;;) {
        int status = 0;

        if (waitpid(child, &status, WUNTRACED) != child)
            _exit(1);
        set_foreground(getpgrp());
        if (!WIFSTOPPED(status)) {
            report(reports, ENDED, status);
            break;
        }
        report(reports, STOPPED, status);
        if (read(orders, &order, 1) != 1)
            break;
        set_foreground(child);
        kill(-child, SIGCONT);
    }
    while (read(orders, &order, 1) < 0 && errno == EINTR)
        ;
    _exit(0);
}

/* ---- the terminal's side ---- */

static int
on_property(VTermProp property, VTermValue *value, void *user)
{
    struct tty *tty = user;

    if (property == VTERM_PROP_ALTSCREEN)
        tty->modes.alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE)
        tty->modes.cursor_hidden = !value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_property };

static void
start(struct tty *tty, const struct tty_options *options)
{
    int orders[2], reports[2];

    assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
    assert_int_equal(pipe2(reports, O_CLOEXEC), 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* whoever is left is ours to see */
    tty->leader = fork();
    assert_true(tty->leader >= 0);
    if (tty->leader == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* and so the terminal hangs up */
        setsid();
        if (!options->foreign)
            ioctl(tty->slave, TIOCSCTTY, 0);
        for (int fd = 0; fd <= 2; fd++)
            dup2(tty->slave, fd);
        close(orders[1]);
        close(reports[0]);
        close(tty->master);
        close(tty->slave);
        lead(options, orders[0], reports[1]);
    }
    close(orders[0]);
    close(reports[1]);
    tty->orders = orders[1];
    tty->reports = reports[0];
}

void
tty_open(struct tty *tty, const struct tty_options *options)
{
    struct winsize size = {
        .ws_col = (unsigned short)(options->width ? options->width : 80),
        .ws_row = (unsigned short)(options->height ? options->height : 24)
    };

    memset(tty, 0, sizeof(*tty));
    assert_int_equal(openpty(&tty->master, &tty->slave, NULL, NULL, &size), 0);
    fcntl(tty->master, F_SETFD, FD_CLOEXEC);
    fcntl(tty->slave, F_SETFD, FD_CLOEXEC);
    assert_int_equal(tcgetattr(tty->slave, &tty->before), 0);
    tty->vterm = vterm_new(size.ws_row, size.ws_col);
    vterm_set_utf8(tty->vterm, 1);
    tty->screen = vterm_obtain_screen(tty->vterm);
    vterm_screen_enable_altscreen(tty->screen, 1);
    vterm_screen_set_callbacks(tty->screen, &callbacks, tty);
    vterm_screen_reset(tty->screen, 1);
    start(tty, options);
}

/* Not across two pieces: the console writes them whole. */
static void
watch_pastes(struct tty *tty, const char *bytes, size_t size)
{
    for (const char *at = bytes;
         (at = memmem(at, size - (size_t)(at - bytes), "\033[?2004", 7));) {
        at += 7;
        if (at < bytes + size)
            tty->modes.pastes = *at == 'h';
    }
}

static void
take_output(struct tty *tty)
{
    char bytes[65536];
    ssize_t n = read(tty->master, bytes, sizeof(bytes));

    if (n <= 0)
        return;
    assert_true(tty->raw_size + (size_t)n < RAW_MAX);
    tty->raw = realloc(tty->raw, tty->raw_size + (size_t)n);
    assert_non_null(tty->raw);
    memcpy(tty->raw + tty->raw_size, bytes, (size_t)n);
    tty->raw_size += (size_t)n;
    watch_pastes(tty, bytes, (size_t)n);
    vterm_input_write(tty->vterm, bytes, (size_t)n);
}

static void
take_report(struct tty *tty)
{
    struct report r;

    if (read(tty->reports, &r, sizeof(r)) != sizeof(r)) {
        close(tty->reports);
        tty->reports = -1;
        return;
    }
    if (r.what == BEGUN)
        tty->pid = r.value;
    tty->stopped = r.what == STOPPED;
    if (r.what == ENDED) {
        tty->ended = true;
        tty->status = r.value;
    }
}

/* Something came within so long; what it was is taken. */
static bool
take_one(struct tty *tty, int ms)
{
    struct pollfd polls[] = { { tty->master, POLLIN, 0 },
                              { tty->reports, POLLIN, 0 } };

    if (tty->reports < 0 && tty->master < 0)
        return false;
    if (poll(polls, 2, ms) <= 0)
        return false;
    if (polls[0].revents)
        take_output(tty);
    else if (polls[1].revents) /* all output before the end is known */
        take_report(tty);
    return true;
}

static int
left_ms(int64_t until)
{
    int64_t left = until - ft_clock_ns();

    return left > 0 ? (int)(left / FT_NS_PER_MS) + 1 : 0;
}

static int64_t
in_ms(int ms)
{
    return ft_clock_ns() + ms * FT_NS_PER_MS;
}

void
tty_take(struct tty *tty, int ms)
{
    int64_t until = in_ms(ms);

    while (left_ms(until) > 0)
        take_one(tty, left_ms(until));
    while (take_one(tty, 0)) /* what had come before the time was over */
        ;
}

void
tty_step(struct tty *tty, int ms)
{
    take_one(tty, ms);
}

void
tty_send(struct tty *tty, const char *keys)
{
    size_t size = strlen(keys), done = 0;

    while (done < size) {
        ssize_t n = write(tty->master, keys + done, size - done);

        assert_true(n > 0);
        done += (size_t)n;
    }
}

void
tty_resize(struct tty *tty, int width, int height)
{
    struct winsize size = { .ws_col = (unsigned short)width,
                            .ws_row = (unsigned short)height };

    tty_take(tty, 1);
    vterm_set_size(tty->vterm, height, width);
    assert_int_equal(ioctl(tty->master, TIOCSWINSZ, &size), 0);
}

/* ---- what is seen ---- */

static size_t
utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

static size_t
cell_text(struct tty *tty, int x, int y, char *out)
{
    VTermScreenCell cell;
    size_t used = 0;

    if (!vterm_screen_get_cell(tty->screen, (VTermPos){ y, x }, &cell) ||
        cell.chars[0] == (uint32_t)-1) /* the right half of a wide one */
        return 0;
    if (!cell.chars[0])
        out[used++] = ' ';
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
        used += utf8(cell.chars[i], out + used);
    return used;
}

const char *
tty_text(struct tty *tty)
{
    int height, width;
    size_t used = 0;

    vterm_get_size(tty->vterm, &height, &width);
    free(tty->text);
    tty->text = malloc((size_t)height * ((size_t)width * 24 + 1) + 1);
    assert_non_null(tty->text);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            used += cell_text(tty, x, y, tty->text + used);
        while (used && tty->text[used - 1] == ' ')
            used--;
        tty->text[used++] = '\n';
    }
    tty->text[used] = '\0';
    return tty->text;
}

bool
tty_shows(struct tty *tty, const char *text, int ms)
{
    int64_t until = in_ms(ms);

    while (!strstr(tty_text(tty), text)) {
        if (!left_ms(until))
            return false;
        take_one(tty, left_ms(until));
    }
    return true;
}

void
tty_expect(struct tty *tty, const char *text)
{
    if (tty_shows(tty, text, TTY_WAIT_MS))
        return;
    fprintf(stderr, "%s", tty_text(tty));
    fail_msg("\"%s\" does not come", text);
}

void
tty_await_screen(struct tty *tty, bool alternate)
{
    int64_t until = in_ms(TTY_WAIT_MS);

    while (tty->modes.alternate != alternate && left_ms(until))
        take_one(tty, left_ms(until));
    if (tty->modes.alternate != alternate)
        fail_msg("the full screen does not %s", alternate ? "come" : "go");
}

bool
tty_was_sent(const struct tty *tty, const char *bytes)
{
    return tty->raw &&
           memmem(tty->raw, tty->raw_size, bytes, strlen(bytes)) != NULL;
}

/* One parameter of "CSI ... m": 30 to 49 but 39 and 49, 90 to 107. */
static bool
sets_colour(long n)
{
    return (n >= 30 && n <= 48 && n != 39) || (n >= 90 && n <= 107);
}

bool
tty_was_coloured(const struct tty *tty)
{
    const char *end = tty->raw + tty->raw_size;
    long n = 0;

    for (const char *at = tty->raw;
         at && (at = memmem(at, (size_t)(end - at), "\033[", 2));) {
        bool any = false;

        for (at += 2, n = 0;
             at < end && ((*at >= '0' && *at <= '9') || *at == ';'); at++) {
            any = any || (*at == ';' && sets_colour(n));
            n = *at == ';' ? 0 : n * 10 + *at - '0';
        }
        if (at < end && *at == 'm' && (any || sets_colour(n)))
            return true;
    }
    return false;
}

/* ---- its end ---- */

int
tty_end(struct tty *tty)
{
    int64_t until = in_ms(TTY_WAIT_MS);

    while (!tty->ended && left_ms(until))
        take_one(tty, left_ms(until));
    if (!tty->ended) {
        fprintf(stderr, "%s", tty_text(tty));
        fail_msg("ftadmin does not end");
    }
    while (tty->master >= 0 && take_one(tty, 20) && tty->reports >= 0)
        ;
    return tty->status;
}

void
tty_stop(struct tty *tty)
{
    int64_t until = in_ms(TTY_WAIT_MS);

    while (!tty->stopped && left_ms(until))
        take_one(tty, left_ms(until));
    if (!tty->stopped)
        fail_msg("ftadmin does not stop");
}

void
tty_continue(struct tty *tty)
{
    tty->stopped = false;
    assert_int_equal(write(tty->orders, "c", 1), 1);
}

pid_t
tty_process(struct tty *tty, int which)
{
    char path[64], line[64] = "";
    FILE *file;

    while (!tty->pid && take_one(tty, TTY_WAIT_MS))
        ;
    if (!which)
        return tty->pid;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", tty->pid,
             tty->pid);
    file = fopen(path, "re");
    if (file && !fgets(line, sizeof(line), file))
        line[0] = '\0';
    if (file)
        fclose(file);
    return (pid_t)strtol(line, NULL, 10);
}

void
tty_kill(struct tty *tty, int which, int number)
{
    pid_t pid = tty_process(tty, which);

    assert_true(pid > 1);
    assert_int_equal(kill(pid, number), 0);
}

static void
same_settings(const struct termios *a, const struct termios *b)
{
    assert_int_equal(a->c_iflag, b->c_iflag);
    assert_int_equal(a->c_oflag, b->c_oflag);
    assert_int_equal(a->c_cflag, b->c_cflag);
    assert_int_equal(a->c_lflag, b->c_lflag);
    assert_memory_equal(a->c_cc, b->c_cc, sizeof(a->c_cc));
}

void
tty_is_restored(struct tty *tty)
{
    VTermState *state = vterm_obtain_state(tty->vterm);
    struct termios now;
    VTermValue value = { 0 };

    assert_int_equal(tcgetattr(tty->slave, &now), 0);
    same_settings(&tty->before, &now);
    assert_false(tty->modes.alternate);
    assert_false(tty->modes.cursor_hidden);
    assert_false(tty->modes.pastes);
    vterm_state_get_penattr(state, VTERM_ATTR_BOLD, &value);
    assert_false(value.boolean);
    vterm_state_get_penattr(state, VTERM_ATTR_REVERSE, &value);
    assert_false(value.boolean);
    vterm_state_get_penattr(state, VTERM_ATTR_FOREGROUND, &value);
    assert_true(VTERM_COLOR_IS_DEFAULT_FG(&value.color));
}

void
tty_hang_up(struct tty *tty)
{
    close(tty->slave);
    close(tty->master);
    tty->slave = tty->master = -1;
}

void
tty_close(struct tty *tty)
{
    pid_t pid = tty->ended ? 0 : tty_process(tty, 0);

    if (pid) {
        kill(-pid, SIGKILL);
        tty_end(tty);
    }
    if (tty->orders >= 0)
        close(tty->orders);
    waitpid(tty->leader, NULL, 0);
    if (tty->reports >= 0)
        close(tty->reports);
    if (tty->master >= 0)
        tty_hang_up(tty);
    vterm_free(tty->vterm);
    free(tty->raw);
    free(tty->text);
    memset(tty, 0, sizeof(*tty));
}

/* ---- what it costs ---- */

static double
cpu_of(pid_t pid)
{
    char path[64], line[1024] = "";
    unsigned long user = 0, system = 0;
    const char *at;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    file = fopen(path, "re");
    if (file && fgets(line, sizeof(line), file) && (at = strrchr(line, ')')))
        sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
               &user, &system);
    if (file)
        fclose(file);
    return (double)(user + system) * 1000 / (double)sysconf(_SC_CLK_TCK);
}

double
tty_cpu_ms(struct tty *tty)
{
    return cpu_of(tty_process(tty, 0)) + cpu_of(tty_process(tty, 1));
}

static long
resident_of(pid_t pid)
{
    char path[64], line[256];
    long kib = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        sscanf(line, "VmRSS: %ld", &kib);
    if (file)
        fclose(file);
    return kib;
}

long
tty_resident_kib(struct tty *tty)
{
    pid_t child = tty_process(tty, 1);

    return resident_of(child ? child : tty_process(tty, 0));
}

void
tty_leave(struct tty *tty, const char *keys)
{
    int status;

    tty_send(tty, keys);
    status = tty_end(tty);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    tty_is_restored(tty);
    tty_close(tty);
}
