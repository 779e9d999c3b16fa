/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal is given back as it was, however the console dies.
 *
 * Once at the start its settings are saved and a child is forked that goes on
 * as the console; its parent only waits, passes signals on, stops when the child
 * stops, and mends the terminal when the child was killed. In the child, signals
 * that end a process (SEGV, BUS, ILL, FPE, ABRT, TERM, HUP, INT, QUIT) first
 * write the restoring sequences and set the saved settings, by async-signal-safe
 * calls on a stack of their own, then take their ordinary way.
 *
 * Threads: one. Sources: terminfo(5), termios(3), signal-safety(7),
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (2004).
 */
#ifndef FT_UI_TUI_TERMINAL_H
#define FT_UI_TUI_TERMINAL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Saves fd's settings and forks; fd is the one that is typed at, or drawn on. Returns 0 in the child; the parent never
 * returns, it exits as the child does. -ENOTTY, -EAGAIN.
 */
int ft_terminal_guard(int fd, struct ft_error *err);

/*
 * What has to be written to leave the screen; copied. Called when the screen
 * is up, with "" when it is down. While it is up, a standard error that is a
 * terminal goes nowhere.
 */
void ft_terminal_leaves_by(const char *sequences);

/*
 * Line by line: what is typed is not echoed, and no key stops or ends it so;
 * what was typed before is dropped. Given back as all else is.
 */
void ft_terminal_silence(bool yes);

/*
 * poll(2), at most timeout_ms; the only place where SIGWINCH and SIGTSTP come
 * in. 0 or -errno (-EINTR).
 */
int ft_terminal_poll(struct pollfd *polls, size_t count, int timeout_ms);

/* SIGTSTP came since the last call: somebody wants the job to stop. */
bool ft_terminal_must_stop(void);

/*
 * Stops the whole job, as the shell's Ctrl-Z does; returns when it goes on, at
 * once where nobody could continue it (an orphaned group).
 */
void ft_terminal_suspend(void);

/* In a child, before it becomes another program: signals as that expects. */
void ft_terminal_lend(void);

/* A program that had the terminal has ended. */
void ft_terminal_take_back(void);

/*
 * The screen is down, and what is left is to let go of hosts: the process ends
 * within a second, also where one of them is waited for, then with status.
 */
void ft_terminal_let_go(int status);

/* SIGWINCH came since the last call, or others had the terminal. */
bool ft_terminal_resized(void);

/* Of a line so slow that it matters (19,200 at most), else 0. */
unsigned ft_terminal_baud(void);

/* fd's real size, whatever LINES and COLUMNS say. False when not known. */
bool ft_terminal_size(int *width, int *height);

#endif
