/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real ./ftadmin in a pty, with keys in and a terminal (libvterm) that shows
 * what comes out. Between this program and ftadmin stands a session leader, as
 * a shell would: it makes ftadmin a job of its own in the foreground, sees it
 * stop and end, and continues it.
 *
 * Ownership: tty_close ends everything. Threads: one. Anything that cannot be
 * done fails the test (cmocka). Times in ms; what is waited for is waited for at
 * most that long.
 */
#ifndef FT_TESTS_TUI_TTY_H
#define FT_TESTS_TUI_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include <vterm.h>

#define TTY_WAIT_MS 45000 /* longer than anything takes on a busy machine */
#define TTY_PROMPT "shell of the test>"

struct tty_options {
    int width, height;      /* 0: 80, 24 */
    const char *term;       /* NULL: xterm-256color */
    const char *const *set; /* more "NAME=value", ended by NULL; or NULL */
    const char *program;    /* NULL: ./ftadmin */
    const char *const *arguments; /* of it, ended by NULL */
    bool foreign;                 /* the pty is nobody's controlling terminal */
};

/* Modes of the terminal, by what was written to it. */
struct tty_modes {
    bool alternate, cursor_hidden, pastes;
};

struct tty {
    VTerm *vterm;
    VTermScreen *screen;
    int master, slave;   /* the slave keeps the settings readable */
    int orders, reports; /* to and from the session leader */
    pid_t leader, pid;   /* pid: ftadmin's, the leader's child */
    struct termios before;
    struct tty_modes modes;
    bool ended, stopped;
    int status; /* of wait(2), once ended */
    char *raw;  /* all that was written, not ended by a NUL */
    size_t raw_size;
    char *text; /* of tty_text */
};

void tty_open(struct tty *tty, const struct tty_options *options);
/* Ends ftadmin if it is there still. */
void tty_close(struct tty *tty);

/* Takes what comes for so long; or only what comes first. */
void tty_take(struct tty *tty, int ms);
void tty_step(struct tty *tty, int ms);

void tty_send(struct tty *tty, const char *keys);
void tty_resize(struct tty *tty, int width, int height);

/* The screen, rows ended by newlines; until the next call. */
const char *tty_text(struct tty *tty);
/* Fails with the screen when text does not come. */
void tty_expect(struct tty *tty, const char *text);
/* Waits until the program has the full screen, or has given it back. */
void tty_await_screen(struct tty *tty, bool alternate);
bool tty_shows(struct tty *tty, const char *text, int ms);
/* Was this written to the terminal? */
bool tty_was_sent(const struct tty *tty, const char *bytes);
/* Has any sequence that sets a colour been written? */
bool tty_was_coloured(const struct tty *tty);

/* Fails when it does not end; gives its status of wait(2). */
int tty_end(struct tty *tty);
/* Ends it by these keys: with status 0, and the terminal as before. */
void tty_leave(struct tty *tty, const char *keys);
void tty_stop(struct tty *tty);
/* Brings the stopped job to the foreground, as fg does. */
void tty_continue(struct tty *tty);
/* A signal to ftadmin's first process (0) or to the one that draws (1). */
void tty_kill(struct tty *tty, int which, int number);
pid_t tty_process(struct tty *tty, int which);

/* The terminal is as it was before; fails with what is not. */
void tty_is_restored(struct tty *tty);

/* Of both processes: processor time used; of the one that draws: memory. */
double tty_cpu_ms(struct tty *tty);
long tty_resident_kib(struct tty *tty);

/* The far end goes away. */
void tty_hang_up(struct tty *tty);

#endif
