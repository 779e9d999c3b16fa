/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A copy of the VM that somebody runs on a host that may not run it. */
#ifndef FT_WORKER_WORKER_INTRUDER_H
#define FT_WORKER_WORKER_INTRUDER_H

#include "worker/worker.h"

/* Says that it was ended; failed: that it could not be, and why. Any thread. */
void ft_worker_note_intruder(struct ft_worker *w, const struct ft_error *failed);

/*
 * Ends the domain of this VM's UUID that runs here now, unless it is our waiting
 * copy. True when there was one. Asks libvirt, and so may wait. Any thread.
 */
bool ft_worker_end_intruder(struct ft_worker *w);

/*
 * From now on, looks after each start of a domain of that UUID on a thread of
 * its own, and ends one that has no right. Control thread; of a standby.
 */
void ft_worker_watch_intruders(struct ft_worker *w);

#endif
