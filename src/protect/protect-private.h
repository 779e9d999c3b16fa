/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make up protect.h; not for others.
 */
#ifndef FT_PROTECT_PRIVATE_H
#define FT_PROTECT_PRIVATE_H

#include "plan/connections.h"
#include "protect/protect.h"

/* Removing a pair waits for the mirror to end and the replica to be deleted. */
#define FT_PAIR_REMOVE_MS 120000
#define FT_PAIR_FORGET_MS 15000

bool ft_progress_interrupted(const struct ft_progress *progress);
void ft_progress_note(const struct ft_progress *progress, const char *text);

/*
 * A fresh status of the member's engine, which is started where it is installed but
 * does not run. Without one its status is NULL. Errors as ft_member_status.
 */
int ft_protect_ask(struct ft_fleet *fleet, struct ft_member *member,
                   struct ft_error *err);

/*
 * pair-remove on a host, and then waits until its engine has really forgotten
 * the pair: it answers while the worker still cleans up, and a pair-set in
 * between would be lost. An unknown pair is no error. runs_on is the host that
 * has the VM, NULL: not known. *said, a new reference, is its answer; both may
 * be NULL.
 */
int ft_remove_pair(struct ft_fleet *fleet, struct ft_member *member,
                   const char *pair, const char *runs_on, json_t **said,
                   struct ft_error *err);

/*
 * The VM leaves the pair that the plan says (plan->leaves): its primary lets go, then
 * the witness, whose last word is for the host that is away. That one stays to be
 * finished in the journal (FT_JOURNAL_PARTLY). Errors as ft_unprotect; the pair is as
 * before then, as far as its primary could say so.
 */
int ft_protect_release(struct ft_fleet *fleet, const struct ft_plan *plan,
                       const struct ft_progress *progress,
                       const struct ft_journal_ops *journal,
                       struct ft_error *err);

/* Who is told what becomes of the undoing; data is theirs, and any may be NULL. */
struct ft_undo_watch {
    /* of count: begun, undone, or failed; text is ft_undo_describe */
    void (*step)(void *data, size_t index, size_t count,
                 const struct ft_found *found, const char *text,
                 enum ft_step_state state);
    /* It stays as it is; why. */
    void (*left)(void *data, const struct ft_found *found, const char *text,
                 const struct ft_error *why);
    /* A line worth reading. */
    void (*note)(void *data, const char *text);
    /* Nonzero: the user wants out. Asked between steps. */
    int (*interrupted)(void *data);
    void *data;
};

/*
 * Takes back what the steps of an unfinished protect have made, the last first, by
 * what the journal has of what they found. *left counts what could not be undone,
 * and stays in the journal; as all of it does where the primary does not let go.
 * -EPERM: an epoch may have been committed; -EHOSTUNREACH: the primary cannot be
 * asked; nothing was undone then. -EINTR: what is not undone yet stays.
 */
int ft_undo_all(struct ft_fleet *fleet, const struct ft_journal_entry *entry,
                const struct ft_journal_ops *journal,
                const struct ft_undo_watch *watch, size_t *left,
                struct ft_error *err);

/*
 * The operation has come to its end (FT_JOURNAL_DONE) in the journal, and there is no
 * way back: engines that gave way for it are not kept any more on hosts that answer.
 * Errors of the journal.
 */
int ft_protect_end(struct ft_fleet *fleet, const struct ft_journal_entry *entry,
                   const struct ft_journal_ops *journal, struct ft_error *err);

/*
 * Asks every host but the VM's own, which libvirt runs on and facts are known
 * of, for the files that the VM uses (plan/host-files.h), into those facts. What
 * cannot be asked stays unknown. -ENOMEM.
 */
int ft_protect_look_at_files(struct ft_fleet *fleet,
                             const struct ft_inventory *inventory,
                             const char *vm, struct ft_error *err);

/*
 * Tries the connections of the pair that these choices make, for the plan, into
 * connections and the inventory; none where a check fails, and untried where a host
 * cannot be asked. Takes half a second, a second more for each that is not answered.
 */
void ft_protect_measure(struct ft_fleet *fleet, struct ft_inventory *inventory,
                        const struct ft_plan_choices *choices,
                        struct ft_connection connections[FT_CONNECTIONS_MAX]);

/*
 * And what each network that the two hosts of the first of these connections share
 * carries (plan/throughput.h), both ways, into rates and the inventory; not of a pair that
 * is there, nor where the first let nobody in. An engine of before, or one that does not
 * run, is not measured. Takes two seconds for each at most, more where one is not
 * answered; what was measured a minute ago is taken again.
 */
void ft_protect_measure_rates(struct ft_fleet *fleet,
                              struct ft_inventory *inventory,
                              struct ft_link_rate rates[FT_LINKS_MAX]);

/*
 * And how long the storage of the pool takes that the copy's disks would be in
 * (plan/flushes.h), into the facts of the second host of these connections; not of a
 * pair that is there. Takes a second at most, or three where the storage hangs.
 */
void ft_protect_measure_pool(struct ft_fleet *fleet,
                             const struct ft_inventory *inventory,
                             const struct ft_plan_choices *choices);

/*
 * And whether libvirt there can give the VM its CPU (plan/cpu-question.h), into the
 * same facts; not asked where there is no question, or by an engine of before.
 */
void ft_protect_ask_cpu(struct ft_fleet *fleet,
                        const struct ft_inventory *inventory, const char *vm);

/*
 * Whether the engine whose status of the pair this is goes on no more: it failed,
 * or protects nothing. Not while its worker starts, however long that takes.
 */
bool ft_sync_gave_up(const json_t *status);

/*
 * Polls the primary until the pair's state is "protected". -EINTR when the user
 * wants out, -EIO when the engine gave up, -ETIMEDOUT when the two engines do
 * not find each other, -ENOENT when the pair vanished, or what the connection
 * to the primary says after some patience.
 */
int ft_follow_sync(struct ft_fleet *fleet, const struct ft_plan *plan,
                   struct ft_member *primary,
                   const struct ft_progress *progress, struct ft_error *err);

#endif
