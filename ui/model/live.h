/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live state: what every host says now, and when it said so, beside what
 * the database has. Whoever hears the hosts (ui/work) puts their words in;
 * rows and verdicts come out (live-rows.h).
 *
 * Nothing that a host says is trusted: what is of another type counts as not
 * said, and it has at most FT_LIVE_PAIRS pairs.
 *
 * Pure. Memory: a live state owns all that is below it, and counts its own
 * references to JSON that is put in. Threads: one at a time.
 *
 * Times: now_ms is a clock that never goes back, wall_ms CLOCK_REALTIME, both
 * in milliseconds.
 */
#ifndef FT_UI_MODEL_LIVE_H
#define FT_UI_MODEL_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "db/store.h"

#define FT_LIVE_PAIRS 1024 /* of one host */

/* What a host's worker said last about its side of a pair. */
struct ft_live_word {
    char pair[FT_STORE_UUID];
    json_t *status;
    int64_t said_ms;
    int64_t since_ms; /* in this state and reason; 0: longer than we look */
    bool named;       /* by the last whole answer */
};

enum ft_live_reach {
    FT_LIVE_CONNECTING,
    FT_LIVE_ANSWERS, /* stale, when that was too long ago */
    FT_LIVE_GONE,    /* error says why */
};

struct ft_live_host {
    struct ft_store_host stored;
    enum ft_live_reach reach;
    bool reached;     /* SSH answers, if the engine does not */
    bool polled;      /* an engine that cannot be followed is asked again */
    int64_t heard_ms; /* its last line; 0: none yet */
    struct ft_error error;
    char engine[FT_STORE_WORD]; /* version, by its own word */
    bool witness_runs;
    bool maintenance_known; /* by its own word, maintenance_at; else as stored */
    int64_t maintenance_at; /* ms since 1970; 0: not */
    struct ft_live_word *words;
    size_t word_count;
    bool clock_known;
    double clock_ms; /* by how much its clock is ahead of ours */
    json_t *machine; /* its last answer to the verb of that name, or NULL */
    int64_t machine_ms;
};

/* A pair of the database, with what was heard of it last. */
struct ft_live_stored {
    struct ft_store_pair pair;
    json_t *status; /* NULL: nothing ever */
    json_t *estimate; /* what was predicted of its VM (outcome.h); NULL: nothing */
    int64_t at_ms;    /* wall clock */
    bool at_work;     /* a job that runs does something to it */
};

struct ft_live {
    struct ft_live_host *hosts;
    size_t host_count;
    struct ft_live_stored *stored; /* ordered by the pair's uuid */
    size_t stored_count;
    struct ft_store_vm *vms;
    size_t vm_count;
    unsigned revision; /* another one whenever stored is */
};

void ft_live_free(struct ft_live *live);

/*
 * What the database has. hosts, pairs and vms are taken over (free(3)), also
 * on failure; hosts that are known stay as they are, others go. 0 or -ENOMEM.
 */
int ft_live_set_hosts(struct ft_live *live, struct ft_store_host *hosts,
                      size_t count);
int ft_live_set_pairs(struct ft_live *live, struct ft_store_pair *pairs,
                      size_t count);
void ft_live_set_vms(struct ft_live *live, struct ft_store_vm *vms,
                     size_t count);

/* NULL: the database has no such pair. */
struct ft_live_stored *ft_live_find_stored(const struct ft_live *live,
                                           const char *pair);

/* NULL: no such host. It stays where it is until ft_live_set_hosts. */
struct ft_live_host *ft_live_find(struct ft_live *live, const char *name);

/* Any sign of life of the host's engine. */
void ft_live_heard(struct ft_live_host *host, int64_t now_ms);

/* A whole answer of "status" or "watch": all that it does not name is gone. */
int ft_live_take_reply(struct ft_live_host *host, const json_t *reply,
                       int64_t now_ms);

/* One STATUS. 0, -EBADMSG, -ENOSPC (too many pairs) or -ENOMEM. */
int ft_live_take_status(struct ft_live_host *host, const json_t *status,
                        int64_t now_ms);

/*
 * Figures of a pair, to be laid over its last STATUS, which is changed in
 * place: rows made before may not be in use any more. 0, -ENOENT, -ENOMEM.
 */
int ft_live_take_figures(struct ft_live_host *host, const char *pair,
                         const json_t *figures, int64_t now_ms);

/*
 * Its clock as it spoke (ms since 1970), and ours as it was heard: what comes
 * late makes a clock look slow, never fast, so the largest difference of late
 * is nearest.
 */
void ft_live_take_clock(struct ft_live_host *host, int64_t at_ms,
                        int64_t wall_ms);

/* {PAIR: ms}: how long ago the workers last spoke. */
void ft_live_take_ages(struct ft_live_host *host, const json_t *ages,
                       int64_t now_ms);

void ft_live_remove(struct ft_live_host *host, const char *pair);

/* Since when it is under maintenance ("maintenance" of ft-protocol(7)); NULL: it does
 * not say. */
void ft_live_take_maintenance(struct ft_live_host *host, const json_t *said);

/* By its own word, or the database's; seconds, negative: it is not. */
double ft_live_maintenance_s(const struct ft_live_host *host, int64_t wall_ms);

/* A light look at the machine: VMs, memory, load, pools ("machine"). */
void ft_live_take_machine(struct ft_live_host *host, const json_t *machine,
                          int64_t now_ms);

/*
 * It does not answer; what it said is no more than its last word. reached: by
 * SSH it does.
 */
void ft_live_gone(struct ft_live_host *host, const struct ft_error *err,
                  bool reached);

/* Does its word count now? */
bool ft_live_is_live(const struct ft_live_host *host, int64_t now_ms);

#endif
