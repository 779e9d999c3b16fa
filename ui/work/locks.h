/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may work on what (db/lock.h): what is done to a VM is done by one, and
 * shares its hosts with whoever works on other VMs there; a host that is added
 * or removed is its one's alone. The engine of a host is installed by one at a
 * time.
 *
 * doing is what others are told, "protect vm1". Locks end with the store. The
 * store's thread. Errors: those of ft_store_lock.
 */
#ifndef FT_UI_WORK_LOCKS_H
#define FT_UI_WORK_LOCKS_H

#include "db/lock.h"
#include "protect/fleet.h"
#include "ui/work/work.h"

/* vm is a name or a uuid; the lock is on its uuid, where one is known. */
int ft_work_lock_vm(const struct ft_work *work, const char *vm,
                    const char *doing, struct ft_error *err);

int ft_work_lock_host(const struct ft_work *work, const char *host,
                      enum ft_lock_kind kind, const char *doing,
                      struct ft_error *err);

/* Shares the hosts of a pair; NULL and empty names are none. */
int ft_work_share_hosts(const struct ft_work *work, const char *const hosts[],
                        size_t count, const char *doing, struct ft_error *err);

/* Whoever works with engines of hosts, and on what. */
struct ft_work_engines {
    const struct ft_work *work;
    const char *doing;
};

/*
 * For ft_fleet_set_guard: waits for those who install the engine of a host now;
 * -EINTR the user wants out. A lock that cannot be had for another reason than
 * another ftadmin is none that anything depends on. engines outlives the guard.
 */
struct ft_engine_guard ft_work_engine_guard(struct ft_work_engines *engines);

/* Gives everything back. */
void ft_work_unlock(const struct ft_work *work);

#endif
