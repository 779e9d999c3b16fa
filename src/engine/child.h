/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of this program, with other arguments, until it ends: one that is started
 * here, or that an older daemon has left. Daemon only, loop thread only.
 */
#ifndef FT_ENGINE_CHILD_H
#define FT_ENGINE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * It has ended, and is forgotten: the next one may start at once. how is "exit status
 * 1", "signal 9", or "exited" of what was no child of this process.
 */
typedef void (*ft_child_ended)(void *opaque, pid_t pid, const char *how);

struct ft_child {
    pid_t pid; /* 0: none */
    int pidfd, watch;
    ft_child_ended ended;
    void *opaque;
};

#define FT_CHILD_INIT(when_it_ends, data) \
    ((struct ft_child){                   \
        .pidfd = -1, .watch = -1, .ended = (when_it_ends), .opaque = (data) })

/*
 * Starts this program with argv, whose end is NULL. bound: it is told to end (SIGTERM)
 * when this process does. 0 or -errno.
 */
int ft_child_start(struct ft_child *child, const char *const argv[], bool bound);

/* That process is there already. */
void ft_child_adopt(struct ft_child *child, pid_t pid);

/* It is not heard of any more; the process goes on. */
void ft_child_forget(struct ft_child *child);

#endif
