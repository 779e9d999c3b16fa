/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rehearsal, inside: rehearsal.c (asked for, ended, told of), rehearsal-run.c (one
 * from its beginning to its end, on a thread of its own), rehearsal-watch.c (how its
 * guest does), rehearsal-console.h (what that shows).
 */
#ifndef FT_STANDBY_REHEARSAL_PRIVATE_H
#define FT_STANDBY_REHEARSAL_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/oom-kills.h"
#include "pair/console-watch.h"
#include "pair/rehearsal.h"
#include "standby/replica-snapshot.h"
#include "standby/standby-private.h"
#include "virt/rehearsal.h"
#include "virt/vm.h"

struct ft_rehearsal_console_end;
struct ft_snapshot_export;

struct ft_rehearsal {
    struct ft_standby *standby;
    atomic_int step;      /* enum ft_rehearsal_step */
    pthread_mutex_t lock; /* of what follows; for a moment only */
    bool under_way;
    int pidfd;               /* of its QEMU; -1: none yet, or no more */
    struct ft_error stopped; /* who wants it ended; code 0: nobody */
    struct ft_rehearsal_record last;
};

struct ft_rehearsal_order {
    int seconds; /* to run */
    uint64_t keep; /* bytes, of what is overwritten meanwhile, and of what it writes */
    bool agent; /* its guest agent has to answer */
    char console[FT_CONSOLE_PATTERN_MAX + 1]; /* has to be shown; may be empty */
};

/* Does it, and says what came of it; ends what it began, whatever happens. */
void ft_rehearsal_run(struct ft_rehearsal *r,
                      const struct ft_rehearsal_order *order,
                      struct ft_rehearsal_record *out);

struct ft_rehearsal_run { /* one, on its thread */
    struct ft_rehearsal *r;
    struct ft_standby *s;
    virConnectPtr conn; /* the worker's */
    char name[FT_REHEARSAL_NAME_SIZE], socket[160], console_socket[160],
        nvram[160];
    const struct ft_rehearsal_order *order;
    virDomainPtr dom;
    struct ft_vm vm; /* what runs there */
    struct ft_oom_watch oom;
    struct ft_replica_snapshot snapshot;
    struct ft_snapshot_export *export;
    struct ft_rehearsal_console_end *console; /* NULL: nobody reads it */
    int64_t let_run_ns, vcpu_before_ns;
    bool agent_asked;
    struct ft_rehearsal_seen seen;
};

/* Whether the host has so many bytes of memory to spare. */
bool ft_rehearsal_fits(uint64_t bytes);

/* rehearsal-watch.c. What is to be thought of it now; then, until that is decided. */
void ft_rehearsal_judge_run(struct ft_rehearsal_run *run,
                            struct ft_rehearsal_verdict *verdict);
void ft_rehearsal_watch(struct ft_rehearsal_run *run,
                        struct ft_rehearsal_verdict *verdict);

/* Its QEMU: killed with the rehearsal, at once where that has been stopped
 * already. pidfd is taken; -1: it is to be no more, and is killed if it still is. */
void ft_rehearsal_has(struct ft_rehearsal *r, int pidfd);

/* Whether its QEMU has died, by whatever. */
bool ft_rehearsal_is_dead(struct ft_rehearsal *r);

/* Whether somebody wants it ended, and why; out may be NULL. */
bool ft_rehearsal_is_stopped(struct ft_rehearsal *r, struct ft_error *out);

#endif
