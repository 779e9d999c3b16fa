/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control thread's event loop: libvirt's default loop, with work posted
 * to it by other threads and blocking work handed to helper threads.
 *
 * Everything here runs callbacks on the loop's thread, except the work of
 * ft_loop_async. All functions but ft_loop_post must be called on that thread.
 */
#ifndef FT_VIRT_LOOP_H
#define FT_VIRT_LOOP_H

#include <stdint.h>

typedef void (*ft_loop_call)(void *opaque);
typedef void (*ft_loop_ready)(int fd, void *opaque);

/* Registers libvirt's default loop. 0 or -errno. Once a process. */
int ft_loop_init(void);

/* Runs for that time only, as a wait in which nothing else stands still. */
void ft_loop_turn(int ms);

/* Runs until ft_loop_quit. */
void ft_loop_run(void);
void ft_loop_quit(void);

/* Runs call(opaque) on the loop's thread, in order of posting. Any thread. */
int ft_loop_post(ft_loop_call call, void *opaque);

/*
 * Runs work(opaque) on a thread of its own, then done(opaque) on the loop.
 * The caller keeps opaque alive until then. 0 or -errno.
 */
int ft_loop_async(ft_loop_call work, ft_loop_call done, void *opaque);

/* Calls ready when fd is readable, hung up or broken. Watch id or -1. */
int ft_loop_watch(int fd, ft_loop_ready ready, void *opaque);
/* Also (or no longer) when it is writable. */
void ft_loop_watch_writable(int watch, int on);
void ft_loop_unwatch(int watch);

/* A timer, not yet running. Timer id or -1. */
int ft_loop_timer(ft_loop_call call, void *opaque);
/* Fires every interval_ms from now (0: at once, again and again; -1: stopped). */
void ft_loop_timer_set(int timer, int interval_ms);
void ft_loop_timer_free(int timer);

#endif
