/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a worker asks others than its peer's worker: the witness, and the peer's
 * daemon. Asked on helper threads, answered by an event; control thread.
 */
#ifndef FT_WORKER_WORKER_QUESTIONS_H
#define FT_WORKER_WORKER_QUESTIONS_H

#include "worker/worker.h"

/*
 * FT_ACTION_ASK_WITNESS: the answer is WON, LOST or UNREACHABLE; where the pair
 * was removed, WITNESS_REMOVED comes before that.
 */
void ft_worker_ask_witness(struct ft_worker *worker,
                           const struct ft_ownership_action *action);

/*
 * witness_timer's call: looks whether the witness answers, and with what, which is
 * WITNESS_SEEN, or WITNESS_REMOVED; opaque is the worker. Sets the timer to when
 * it looks next: in 5 s, or 1 s after it had no answer.
 */
void ft_worker_check_witness(void *opaque);

/* FT_ACTION_RAISE_WITNESS: no event; the next look shows it. */
void ft_worker_raise_witness(struct ft_worker *worker,
                             const struct ft_ownership_action *action);

/* FT_ACTION_TELL_REMOVED: done, or told to have failed, when it returns. */
void ft_worker_tell_removed(struct ft_worker *worker,
                            const struct ft_ownership_action *action);

/* FT_ACTION_PING: the answer is one of PING_*. */
void ft_worker_ping_peer(struct ft_worker *worker,
                         const struct ft_ownership_action *action);

#endif
