/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks: one for each subject (a VM, a host), so that what has nothing to do
 * with each other goes on side by side. Some share a subject (all who work
 * with a host), or one has it alone (who installs or removes it). The kernel
 * keeps a lock, on DATABASE.lock, and ends it with its process; a row of the
 * database says whose it is, and a row without a living holder means nothing.
 *
 * Locks belong to the store that took them and are released with it, at the
 * latest. A store nests: what it has taken twice is released by the second
 * unlock. Two stores exclude each other also in one process.
 *
 * Threads: those of the store. Nobody ever waits here.
 */
#ifndef FT_DB_LOCK_H
#define FT_DB_LOCK_H

#include "base/error.h"

struct ft_store;

enum ft_lock_kind {
    FT_LOCK_SHARED,
    FT_LOCK_ALONE,
};

/*
 * doing is shown to the others: "protect vm1". -EBUSY somebody else has it;
 * the text says who, from where, for how long and doing what. -EBADMSG and
 * others where nothing may be changed: see ft_store_is_copy, ft_check_begin.
 * One that is held shared may be taken alone, and is alone from then on.
 */
int ft_store_lock(struct ft_store *store, const char *subject,
                  enum ft_lock_kind kind, const char *doing,
                  struct ft_error *err);

/* One level; nothing where it is not held. */
void ft_store_unlock(struct ft_store *store, const char *subject);

/* All levels of all that this store holds. */
void ft_store_unlock_all(struct ft_store *store);

#endif
