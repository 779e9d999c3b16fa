/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of what the pair has made here (made.h), and its undo. Control thread,
 * or the receiver's during a set-up.
 */
#ifndef FT_WORKER_WORKER_MADE_H
#define FT_WORKER_WORKER_MADE_H

#include "worker/made.h"
#include "worker/worker.h"

struct ft_vm;

/* Durable when it returns, before the thing is made. 0 or -ENOMEM. */
int ft_worker_make(struct ft_worker *worker, const struct ft_made *made,
                   struct ft_error *err);

/* It is gone, or was never made. */
void ft_worker_unmade(struct ft_worker *worker, enum ft_made_kind kind,
                      const char *target);

/* Marks all of disks as used: the VM runs here. Not durable yet. */
void ft_worker_made_used(struct ft_worker *worker);

/*
 * The VM that runs here has no such disk any more, and did have it here: what it
 * was on is its administrator's from now on.
 */
void ft_worker_made_release(struct ft_worker *worker, const struct ft_vm *vm);

enum ft_undo {
    FT_UNDO_COPY,     /* no copy waits here any more */
    FT_UNDO_OLD_COPY, /* the same, and the VM's own images here are old */
    FT_UNDO_HERE,     /* the VM goes on here: what it does not use */
    FT_UNDO_DISKS,    /* disks that it no longer has, see below */
};

/*
 * Takes away what is to go, and the list of it; images have their names again that
 * no VM of the pair ran beside, but with FT_UNDO_OLD_COPY. disks: of
 * FT_UNDO_DISKS, objects with the "target" of each that the VM still has. What
 * cannot be done is told, in left as well unless that is NULL, and stays listed.
 */
void ft_worker_undo_made(struct ft_worker *worker, enum ft_undo what,
                         const json_t *disks, json_t *left);

#endif
