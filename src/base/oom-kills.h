/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the kernel has ended processes for want of memory since a moment, where one
 * process is that may have been among them: in its cgroup, as memory.events of that
 * counts, or else on this host, as /proc/vmstat does. Sources: cgroups(7),
 * Documentation/admin-guide/cgroup-v2.rst ("oom_kill"), mm/oom_kill.c.
 *
 * Threads: plain data of the caller, one at a time.
 */
#ifndef FT_BASE_OOM_KILLS_H
#define FT_BASE_OOM_KILLS_H

#include <stdint.h>
#include <sys/types.h>

enum ft_oom {
    FT_OOM_NONE,
    FT_OOM_CGROUP, /* in its cgroup, by the limit of that */
    FT_OOM_HOST,   /* somewhere on this host: it may have been another */
};

struct ft_oom_watch {     /* zeroed: of nothing */
    int events;           /* of its cgroup, while begun; -1: it has none */
    int64_t cgroup, host; /* counted at the beginning; -1: not known */
    int begun;
};

/* From now on, of a process that lives. Then: what there was since. */
void ft_oom_begin(pid_t pid, struct ft_oom_watch *watch);
enum ft_oom ft_oom_look(const struct ft_oom_watch *watch);

/* Zeroed: a no-op. */
void ft_oom_end(struct ft_oom_watch *watch);

/* Of a text with lines "NAME COUNT": that of oom_kill; -1: there is none. Pure. */
int64_t ft_oom_kills_of(const char *text);

/*
 * memory.events of group, a path as /proc/PID/cgroup has it, or of the nearest one above
 * it that has such a file, below root, where cgroup2 is mounted. The descriptor, or -1.
 */
int ft_oom_open_events(const char *root, const char *group);

#endif
