/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the ownership machine, ownership*.c, share. Not for anybody
 * else. Memory and threads: those of ownership.h.
 */
#ifndef FT_PAIR_OWNERSHIP_PRIVATE_H
#define FT_PAIR_OWNERSHIP_PRIVATE_H

#include "pair/ownership.h"

#define FT_NEVER INT64_MAX

/* One event under way. */
struct ft_step {
    struct ft_ownership *own;
    int64_t now;
    const struct ft_ownership_event *event;
    struct ft_ownership_actions *out;
};

/* Appends an action, zeroed but for its kind. */
struct ft_ownership_action *ft_own_emit(struct ft_step *s,
                                        enum ft_ownership_action_kind kind);
void ft_own_persist(struct ft_step *s);
void ft_own_send(struct ft_step *s, enum ft_ownership_message message,
                 uint64_t generation);
void ft_own_hold(struct ft_step *s);
void ft_own_open(struct ft_step *s);
void ft_own_phase(struct ft_step *s, enum ft_ownership_phase phase);

/* Wants a generation: asks now, and again with back-off until WON or LOST. */
void ft_own_want(struct ft_step *s);

/* Wants nothing more; an answer under way will be ignored. */
void ft_own_forget_question(struct ft_ownership *own);

/* No sign of life for that long, and this process was not the sleeper. */
bool ft_own_silent(const struct ft_step *s, int64_t limit_ns);

/* When a primary suspects, and a standby looks whether only the path failed. */
int64_t ft_own_early_silence(const struct ft_ownership *own);

/* The two roles. Deadlines: without those of the questions. */
void ft_primary_event(struct ft_step *s);
int64_t ft_primary_deadline(const struct ft_ownership *own);
uint64_t ft_primary_expected(const struct ft_ownership *own);
enum ft_pair_state ft_primary_state(const struct ft_ownership *own,
                                    enum ft_ownership_reason *reason);

/* Shared by the primary's files; explained where they are defined. */
bool ft_primary_vm_alive(const struct ft_ownership *own);
void ft_primary_try_commit(struct ft_step *s);
void ft_primary_suspect(struct ft_step *s);
void ft_primary_discard(struct ft_step *s);
void ft_primary_grant(struct ft_step *s);
void ft_primary_end_switchover(struct ft_step *s, bool ok);
void ft_primary_finish_leaving(struct ft_step *s);
void ft_primary_demote(struct ft_step *s, uint64_t generation);
void ft_primary_become_sole(struct ft_step *s, uint64_t generation);
void ft_primary_go_alone(struct ft_step *s, uint64_t generation);
void ft_primary_on_won(struct ft_step *s, uint64_t generation);
void ft_primary_on_lost(struct ft_step *s);
void ft_primary_on_witness_seen(struct ft_step *s);
void ft_primary_on_witness_removed(struct ft_step *s);
void ft_primary_drop_forgotten_question(struct ft_step *s);
void ft_primary_on_tick(struct ft_step *s);
void ft_primary_on_link_closed(struct ft_step *s);
void ft_primary_on_switchover(struct ft_step *s);
void ft_primary_on_final_failed(struct ft_step *s);
void ft_primary_on_resume_failed(struct ft_step *s);
void ft_primary_on_vm_gone(struct ft_step *s);
void ft_primary_on_vm_off(struct ft_step *s);
void ft_primary_on_vm_started(struct ft_step *s);
void ft_primary_cold_begin(struct ft_step *s);
bool ft_primary_cold_waits(const struct ft_ownership *own);
void ft_primary_cold_ask(struct ft_step *s);
void ft_primary_cold_witness(struct ft_step *s);
void ft_primary_cold_start(struct ft_step *s);
int64_t ft_primary_cold_deadline(const struct ft_ownership *own);
void ft_primary_cold_ended(struct ft_step *s);
void ft_primary_on_start_failed(struct ft_step *s);
void ft_primary_on_start_asked(struct ft_step *s);
void ft_primary_on_unprotect(struct ft_step *s);
void ft_primary_on_give_up(struct ft_step *s);
void ft_primary_on_sync_failed(struct ft_step *s);
void ft_primary_overrule_peer(struct ft_step *s);
bool ft_primary_is_overruled(const struct ft_ownership *own,
                             uint64_t generation);
void ft_primary_tell_overruled(struct ft_step *s, uint64_t theirs);
void ft_primary_note_generation(struct ft_ownership *own, uint64_t theirs);
void ft_primary_peer_does_not_run(struct ft_ownership *own);

void ft_standby_event(struct ft_step *s);
void ft_standby_take_over(struct ft_step *s, uint64_t generation);
void ft_standby_on_start_asked(struct ft_step *s);
int64_t ft_standby_deadline(const struct ft_ownership *own);
enum ft_pair_state ft_standby_state(const struct ft_ownership *own,
                                    enum ft_ownership_reason *reason);

#endif
