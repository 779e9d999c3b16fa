/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protect, unprotect, switchover, start, verify: plans carried out over a fleet.
 *
 * One thread, that of the fleet. Nothing here prints: it calls back. Codes that
 * the command line maps to exit codes: EPERM refused for safety or a check
 * failed, EINTR interrupted (detached: the engines go on), ENOENT not found,
 * EEXIST already so, ETIMEDOUT, EHOSTUNREACH, EACCES, EPROTO.
 */
#ifndef FT_PROTECT_PROTECT_H
#define FT_PROTECT_PROTECT_H

#include "plan/plan.h"
#include "protect/fleet.h"
#include "protect/journal.h"

/* How work is shown. Any callback may be NULL. */
struct ft_progress {
    /* A step changes its state; index from 0 of count. */
    void (*step)(void *data, size_t index, size_t count,
                 const char *description, enum ft_step_state state);
    /*
     * Within a step: phase "upload", "disk", "memory"; bytes; bytes_per_s 0
     * when unknown.
     */
    void (*bytes)(void *data, const char *phase, uint64_t done, uint64_t total,
                  uint64_t bytes_per_s);
    /* A line worth reading. */
    void (*note)(void *data, const char *text);
    /* Nonzero: the user wants out. Asked between steps and polls. */
    int (*interrupted)(void *data);
    void *data;
    bool no_wait; /* return as soon as the engines have begun to copy */
};

/*
 * Looks at every member that can be reached (its error says why not), checks,
 * places and plans. Touches nothing. Errors as ft_plan_make; plan is to be
 * released in every case, before the fleet.
 *
 * When the journal holds an unfinished protect of this VM, it is continued
 * with the same pair, standby and witness, and *resumed is set (journal and
 * resumed may be NULL).
 */
int ft_protect_prepare(struct ft_fleet *fleet,
                       const struct ft_plan_choices *choices,
                       const struct ft_journal_ops *journal,
                       struct ft_plan *plan, bool *resumed,
                       struct ft_error *err);

/*
 * Measures the VM of a plan, which need not be one that can be carried out, on the
 * host that runs it, for so many seconds, as ft_install_measure, which has the
 * errors. It is not protected by that, and nothing is installed.
 */
int ft_protect_measure_vm(struct ft_fleet *fleet, const struct ft_plan *plan,
                          int seconds, json_t **measured, struct ft_error *err);

/*
 * Does on its host what mends a finding, or takes it back. *changed, also with an
 * error: by this, or it is not known; not where it was so before, nor where it could
 * not be done. -ENOENT: no such host; -EREMOTEIO: it went wrong there.
 */
int ft_protect_fix(struct ft_fleet *fleet, const struct ft_fix *fix, bool undo,
                   bool *changed, struct ft_error *err);

/*
 * Only the checks, of a VM that is protected as it is: its own standby and witness,
 * unless others are chosen; what its copy takes there is not asked for again. Touches
 * nothing. 0 also when checks fail; plan->findings has them. Errors as ft_plan_check;
 * plan is to be released in every case.
 */
int ft_protect_check(struct ft_fleet *fleet,
                     const struct ft_plan_choices *choices,
                     struct ft_plan *plan, struct ft_error *err);

/*
 * Carries the plan out until the pair's state is "protected". What a step finds on
 * its host is in the journal before it changes anything there. When a step
 * fails everything is undone in reverse and the step's error returned; what
 * could not be undone is noted and stays pending. -EINTR: the user
 * detached; the engines go on.
 */
int ft_protect_apply(struct ft_fleet *fleet, const struct ft_plan *plan,
                     const struct ft_progress *progress,
                     const struct ft_journal_ops *journal, struct ft_error *err);

struct ft_rollback_result {
    bool released;     /* the VM has left another pair for it, and is in none */
    size_t left_count; /* hosts where something remains */
    char left[FT_FOUND_MAX][FT_NAME_SIZE];
    struct ft_error errors[FT_FOUND_MAX]; /* why, for each of them */
};

/* Whether it is a protect, and no unprotect, which is not taken back: -EPERM. */
int ft_protect_can_roll_back(const struct ft_journal_entry *entry,
                             struct ft_error *err);

/*
 * Takes an unfinished protect back, so that every host is as it was before, by what
 * the journal has of it. 0 also with left_count > 0 (exit 7): it stays pending, and
 * goes on when given again. -EPERM: it is none, or an epoch may have been committed,
 * which is for unprotect to end (and is then no longer pending); -EHOSTUNREACH the
 * host of the VM cannot be asked; -EINTR: the user wanted out, and what is not
 * taken back yet stays: given again it goes on.
 */
int ft_protect_rollback(struct ft_fleet *fleet,
                        const struct ft_journal_entry *entry,
                        const struct ft_progress *progress,
                        const struct ft_journal_ops *journal,
                        struct ft_rollback_result *result, struct ft_error *err);

/* Which pair, from status or the database. Strings are the caller's. */
struct ft_pair_ref {
    const char *pair;
    const char *vm;
    const char *hosts[2];
    const char *witness; /* NULL or empty: none */
};

struct ft_unprotect_result {
    char runs_on[FT_NAME_SIZE]; /* empty: not known */
    char since[32];             /* of its last takeover, UTC; empty: none */
    /* Of each host that let go, what its engine said ("pair-remove" in
     * ft-protocol(7)) and "host". Owned. */
    json_t *said;
    size_t left_count; /* hosts where something remains */
    char left[3][FT_NAME_SIZE];
    struct ft_error errors[3]; /* why, for each of them */
};

/*
 * Ends protection: pair-remove on the current primary, then on the standby,
 * then at the witness. The VM goes on where it runs; what is old of it on the
 * other host is put away there. result is to be released in every case. When the
 * primary does not let go, its error is returned (-EHOSTUNREACH: neither it nor
 * its libvirt answers), the pair is kept and the removal stays pending. Any other
 * host that cannot be reached is left over: 0 with result->left_count > 0 (exit
 * 7). -EPERM when the
 * primary cannot be reached and the standby holds the only living copy,
 * unless force. -EINTR: the user wanted out, and what is not removed stays;
 * given again it goes on.
 */
int ft_unprotect(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                 bool force, const struct ft_progress *progress,
                 const struct ft_journal_ops *journal,
                 struct ft_unprotect_result *result, struct ft_error *err);

void ft_unprotect_result_free(struct ft_unprotect_result *result);

struct ft_switchover_result {
    double outage_ms;
    int64_t generation;
    char primary[FT_NAME_SIZE]; /* the new one */
};

/* Waits until it is done, at most timeout_ms (0: 120 s). */
int ft_switchover(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                  int timeout_ms, struct ft_switchover_result *result,
                  struct ft_error *err);

struct ft_start_result {
    int64_t generation;
    char primary[FT_NAME_SIZE];
    char started_by[16]; /* engine; other: not by us; peer: it took over; copy:
                          * from the copy, with its memory */
};

/*
 * Starts a VM that no host runs, from the disks of the host that has the say,
 * or of on (NULL: not named). discard_newer: also where the other host may have
 * newer data, which is given up; on a standby lets its copy run. Waits at most
 * timeout_ms (0: 120 s). -EPERM where the other host has the say; -EBUSY where it
 * answers, and a copy was to run; -EALREADY when it runs.
 */
int ft_start(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
             const char *on, bool discard_newer, int timeout_ms,
             struct ft_start_result *result, struct ft_error *err);

/*
 * Changes settings of a pair that is protected ("pair-settings" in
 * ft-protocol(7)), first on its primary, hosts[0] of pair, where they matter at
 * once. changes is borrowed. 0 also when the other host could not be told: then
 * left has a code, and its text says that it has the old ones. timeout_ms is of
 * each host (0: 15 s).
 */
int ft_change_settings(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                       const json_t *changes, int timeout_ms,
                       struct ft_error *left, struct ft_error *err);

/*
 * Tells both hosts of a pair what of its VM is accepted ("pair-waivers" in
 * ft-protocol(7)), in the place of what they knew; waivers as ft_waivers_to_json has
 * them, borrowed. The error of the first host that could not be told; the other one is
 * told all the same.
 */
int ft_tell_waivers(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                    const json_t *waivers, struct ft_error *err);

/*
 * Compares the whole copy with the VM, which stands still meanwhile, at most
 * timeout_ms (0: 600 s). hosts[0] of pair is its primary, which is asked.
 * *result is a new reference, the engine's reply ("verify" in ft-protocol(7));
 * *differs tells whether anything does.
 */
int ft_verify(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
              int timeout_ms, json_t **result, bool *differs,
              struct ft_error *err);

struct ft_rehearse_options {
    int seconds;         /* to run; 0: the engine's default */
    int keep_mib;        /* of what is overwritten meanwhile; 0: the same */
    bool agent;          /* its guest agent has to answer */
    const char *console; /* has to be shown there; NULL: nothing */
};

/*
 * Has the copy run apart for some seconds, on its own host, hosts[1] of pair; at most
 * timeout_ms (0: 15 min more than it is to run). *result is a new reference, the
 * engine's reply ("rehearse" in ft-protocol(7)), also where it failed.
 */
int ft_rehearse(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                const struct ft_rehearse_options *how, int timeout_ms,
                json_t **result, struct ft_error *err);

#endif
