/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rehearsal of a takeover: the copy of one epoch run apart for some seconds, and
 * what is to be thought of it. What was seen goes in, a verdict comes out; and the
 * last one as a JSON object, which a pair keeps. Pure.
 */
#ifndef FT_PAIR_REHEARSAL_H
#define FT_PAIR_REHEARSAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

#define FT_REHEARSAL_SECONDS 10 /* it runs, unless said otherwise */
#define FT_REHEARSAL_SECONDS_MIN 1
#define FT_REHEARSAL_SECONDS_MAX 600

/*
 * What all virtual CPUs together have run at least, for one to have run at all. The same
 * for a second and for ten minutes, and whatever the pair's settings want shown: an idle
 * guest sleeps nearly all of its time, so that no share of it says anything, but its
 * first memory accesses alone, a fault of the host's page tables each, cost more than
 * this; a virtual CPU that is never let into the guest costs the few wake-ups, of some
 * 10 us, by which QEMU asks its thread for something. What a guest does with the time is
 * for its agent and its console to show.
 */
#define FT_REHEARSAL_VCPU_NS INT64_C(1000000)

/* Fixed names; to status and record as ft_rehearsal_step_name says. */
enum ft_rehearsal_step {
    FT_REHEARSAL_NOT,
    FT_REHEARSAL_MAKES,  /* the other QEMU is being started */
    FT_REHEARSAL_COPIES, /* it gets the memory */
    FT_REHEARSAL_LOADS,  /* and the device state */
    FT_REHEARSAL_RUNS,
    FT_REHEARSAL_ENDS,
    FT_REHEARSAL_STEPS
};

enum ft_rehearsal_outcome {
    FT_REHEARSAL_OPEN, /* not decided yet */
    FT_REHEARSAL_PASSED,
    FT_REHEARSAL_FAILED,       /* a takeover would probably have, too */
    FT_REHEARSAL_INCONCLUSIVE, /* nothing is known: it was not tried out */
    FT_REHEARSAL_OUTCOMES
};

/* How the domain is, as libvirt tells. */
enum ft_rehearsal_guest {
    FT_REHEARSAL_GUEST_RUNS,
    FT_REHEARSAL_GUEST_GONE,     /* shut down, reset, or QEMU died */
    FT_REHEARSAL_GUEST_PANICKED, /* as its panic device said */
    FT_REHEARSAL_GUEST_IO_ERROR, /* QEMU stopped it for a disk's error */
    FT_REHEARSAL_GUEST_WATCHDOG, /* its watchdog fired */
    FT_REHEARSAL_GUEST_PAUSED,   /* by somebody else */
    FT_REHEARSAL_GUESTS
};

enum ft_rehearsal_agent {
    FT_REHEARSAL_AGENT_NONE, /* it had none open at that epoch */
    FT_REHEARSAL_AGENT_SILENT,
    FT_REHEARSAL_AGENT_ANSWERS,
    FT_REHEARSAL_AGENTS
};

/* What was to be shown by its console. */
enum ft_rehearsal_console {
    FT_REHEARSAL_CONSOLE_NONE, /* it was not asked for */
    FT_REHEARSAL_CONSOLE_MISSED,
    FT_REHEARSAL_CONSOLE_SEEN,
    FT_REHEARSAL_CONSOLES
};

struct ft_rehearsal_seen {
    enum ft_rehearsal_step step;
    /* why a step came to nothing; code 0: it did not */
    struct ft_error problem;
    /* who wants it ended, or has ended what it reads; code 0: nobody */
    struct ft_error stopped;
    bool overflowed; /* it wrote more than is kept for it */
    /* its QEMU is dead, and was or may have been killed for want of memory */
    bool over_its_limit, host_short;
    enum ft_rehearsal_guest guest;
    int64_t ran_ns, wanted_ns; /* since it was let run */
    int64_t vcpu_ns;           /* what its vCPUs have run since, together */
    int64_t waited_ns;         /* were ready to, and had no processor */
    bool agent_wanted;         /* it has to answer */
    enum ft_rehearsal_agent agent;
    enum ft_rehearsal_console console;
};

struct ft_rehearsal_verdict {
    enum ft_rehearsal_outcome outcome;
    char why[512]; /* empty: it passed */
};

void ft_rehearsal_judge(const struct ft_rehearsal_seen *seen,
                        struct ft_rehearsal_verdict *out);

const char *ft_rehearsal_step_name(enum ft_rehearsal_step step);
const char *ft_rehearsal_outcome_name(enum ft_rehearsal_outcome outcome);

/* The last one of a pair. */
struct ft_rehearsal_record {
    struct ft_rehearsal_verdict verdict; /* open: there was none */
    char at[32];                         /* when it ended, ISO 8601 */
    int64_t at_ms;                       /* the same, since 1970 */
    int64_t epoch;
    double seconds; /* it ran */
    double took_ms; /* from its beginning to its end */
    enum ft_rehearsal_agent agent;
    enum ft_rehearsal_console console;
};

/*
 * Whether the next one is due now, where there is to be one every so many days (0:
 * none). One that told nothing is tried again after FT_REHEARSAL_AGAIN_MS.
 */
#define FT_REHEARSAL_DAYS_MAX 365
#define FT_REHEARSAL_AGAIN_MS (INT64_C(3600) * 1000)

bool ft_rehearsal_is_due(const struct ft_rehearsal_record *last, unsigned days,
                         int64_t now_ms);

/* What was shown beside that it ran, as ", its guest agent answered"; may be empty. */
void ft_rehearsal_proofs(const struct ft_rehearsal_record *record, char *out,
                         size_t size);

/*
 * {"outcome","why","at","age_s","epoch","seconds","took_ms","agent","console"}; agent:
 * "silent", "answered" or null, console: "missed", "seen" or null; null where there
 * was none; new. now_ms since 1970.
 */
json_t *ft_rehearsal_to_json(const struct ft_rehearsal_record *record,
                             int64_t now_ms);

/* What of that is kept, without the age. -EINVAL: it is none. */
int ft_rehearsal_from_json(const json_t *json, struct ft_rehearsal_record *out);

#endif
