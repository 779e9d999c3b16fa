/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scheduling of threads whose lateness would be taken for a failure.
 *
 * They act on the calling thread unless said otherwise; where the process may
 * not, nothing changes.
 */
#ifndef FT_BASE_PRIORITY_H
#define FT_BASE_PRIORITY_H

#include <sys/types.h>

/*
 * Before every ordinary thread (SCHED_RR, lowest priority), as cluster engines
 * do: for threads that do little and must do it in time. Threads and processes
 * that this thread starts are ordinary again (SCHED_RESET_ON_FORK, sched(7)).
 */
void ft_priority_urgent(void);

/*
 * How soon a process goes when the host runs out of memory (oom_score_adj,
 * proc(5)), inherited by those it starts: the engine is the last; its workers
 * come back by themselves, and so are as good as anybody; QEMU of a protected
 * VM is large, and must not be the first for that. pid 0: this process.
 */
#define FT_OOM_ORDINARY 0
#define FT_OOM_FIRST 900
#define FT_OOM_GUEST (-500)
#define FT_OOM_LAST (-900)

void ft_priority_set_oom(pid_t pid, int score);

/* Sets it only where it is from: somebody else's choice stays. */
void ft_priority_change_oom(pid_t pid, int from, int score);

/* Ahead of ordinary threads, but fair to them: for threads that move data. */
void ft_priority_brisk(void);

#endif
