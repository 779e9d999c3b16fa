/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scheduling of threads whose lateness would be taken for a failure.
 *
 * They act on the calling thread unless said otherwise; where the process may
 * not, nothing changes.
 */
#ifndef FT_BASE_PRIORITY_H
#define FT_BASE_PRIORITY_H

/*
 * Before every ordinary thread (SCHED_RR, lowest priority), as cluster engines
 * do: for threads that do little and must do it in time. Threads and processes
 * that this thread starts are ordinary again (SCHED_RESET_ON_FORK, sched(7)).
 */
void ft_priority_urgent(void);

/*
 * The whole process, and those it starts: the last to go when the host runs out
 * of memory (oom_score_adj, proc(5)); without it a guest would lose its output.
 */
void ft_priority_spare_from_oom(void);

/* Ahead of ordinary threads, but fair to them: for threads that move data. */
void ft_priority_brisk(void);

#endif
