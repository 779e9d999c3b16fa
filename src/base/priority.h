/*
 * Scheduling of threads whose lateness would be taken for a failure.
 *
 * Both act on the calling thread; where the process may not, nothing changes.
 */
#ifndef FT_BASE_PRIORITY_H
#define FT_BASE_PRIORITY_H

/*
 * Before every ordinary thread (SCHED_RR, lowest priority), as cluster engines
 * do: for threads that do little and must do it in time. Threads and processes
 * that this thread starts are ordinary again (SCHED_RESET_ON_FORK, sched(7)).
 */
void ft_priority_urgent(void);

/* Ahead of ordinary threads, but fair to them: for threads that move data. */
void ft_priority_brisk(void);

#endif
