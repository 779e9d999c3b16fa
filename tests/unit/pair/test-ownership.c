/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ownership step by step: each test is a short story of events, and after
 * each event exactly these actions, in this order. What happens over many
 * stories at once is tests/sim's business.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pair/ownership.h"

#define MS INT64_C(1000000)

static struct ft_ownership own;
static struct ft_ownership_actions actions;
#define S (1000 * MS)

static int64_t now;

/* "PERSIST(2 h0 primary may) OPEN_GATE SEND(DISCARD 1)"; REPORT left out. */
static void
describe(char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < actions.count; i++) {
        const struct ft_ownership_action *a = &actions.list[i];
        const char *name = ft_ownership_action_name(a->kind);
        char text[128];

        if (a->kind == FT_ACTION_REPORT)
            continue;
        snprintf(text, sizeof(text), "%s", name);
        if (a->kind == FT_ACTION_PERSIST)
            snprintf(text, sizeof(text), "PERSIST(%lu h%d %s%s%s%s%s)",
                     (unsigned long)a->record.generation, a->record.owner,
                     ft_role_name(a->record.role),
                     a->record.peer_may_take_over ? " may" : "",
                     a->record.unrun ? " unrun" : "",
                     a->record.offered ? " offered" : "",
                     a->record.off ? " off" : "");
        else if (a->kind == FT_ACTION_SEND)
            snprintf(text, sizeof(text), "SEND(%s %lu)",
                     ft_ownership_message_name(a->message),
                     (unsigned long)a->generation);
        else if (a->kind == FT_ACTION_ASK_WITNESS)
            snprintf(text, sizeof(text), "ASK(%lu %lu h%d%s)",
                     (unsigned long)a->expected, (unsigned long)a->generation,
                     a->owner, a->offered ? " offered" : "");
        else if (a->kind == FT_ACTION_RELEASE_EPOCH ||
                 a->kind == FT_ACTION_SEND_ACK)
            snprintf(text, sizeof(text), "%s(%lu)", name,
                     (unsigned long)a->epoch);
        else if (a->kind == FT_ACTION_TELL_REMOVED)
            snprintf(text, sizeof(text), "%s(%lu h%d)", name,
                     (unsigned long)a->generation, a->owner);
        else if (a->kind == FT_ACTION_DESTROY_COPY && a->ok)
            snprintf(text, sizeof(text), "DESTROY_COPY(alive)");
        else if (a->kind == FT_ACTION_SWITCHOVER_ENDED)
            snprintf(text, sizeof(text), "SWITCHOVER_ENDED(%d)", a->ok);
        used += (size_t)snprintf(out + used, size - used, "%s%s",
                                 used ? " " : "", text);
    }
}

static void
give(const struct ft_ownership_event *event, const char *expected)
{
    char found[1024];

    ft_ownership_event(&own, now, event, &actions);
    describe(found, sizeof(found));
    if (strcmp(found, expected))
        fail_msg(
            "after %s at %.1f ms in %s:\n  found    \"%s\"\n  expected \"%s\"",
            ft_ownership_event_name(event->kind), (double)now / 1e6,
            ft_ownership_phase_name(own.phase), found, expected);
}

#define GIVE(expected, ...) \
    give(&(struct ft_ownership_event){ __VA_ARGS__ }, expected)
#define EVENT(name, expected) GIVE(expected, .kind = FT_EVENT_##name)
#define MESSAGE(name, number, expected)                                    \
    GIVE(expected, .kind = FT_EVENT_MESSAGE, .message = FT_MESSAGE_##name, \
         .generation = (number))
#define WON(expected) GIVE(expected, .kind = FT_EVENT_WON, .ask = own.ask)
#define LOST(number, who, expected)                       \
    GIVE(expected, .kind = FT_EVENT_LOST, .ask = own.ask, \
         .generation = (number), .owner = (who))
#define UNREACHABLE(expected) \
    GIVE(expected, .kind = FT_EVENT_UNREACHABLE, .ask = own.ask)
#define MEET(who, number, whole, expected)   \
    GIVE(expected, .kind = FT_EVENT_LINK_UP, \
         .peer = { FT_ROLE_##who, (number), (whole) })
#define ACKED(number, last, expected) \
    GIVE(expected, .kind = FT_EVENT_ACKED, .epoch = (number), .final = (last))
#define HELD(number, expected) \
    GIVE(expected, .kind = FT_EVENT_EPOCH_HELD, .epoch = (number))
#define PHASE(name) \
    assert_string_equal(ft_ownership_phase_name(own.phase), #name)
#define STATE(name)                                                         \
    assert_string_equal(ft_pair_state_name(ft_ownership_state(&own, NULL)), \
                        name)

/* Goes to the deadline that the machine wants and ticks. */
static void
tick(int64_t in, const char *expected)
{
    assert_int_equal(ft_ownership_deadline(&own) - now, in);
    now += in;
    EVENT(TICK, expected);
}

/* For the machines made next; 0: the default. */
static int64_t silence_ns;

static void
make(enum ft_role role, uint64_t generation, int owner, bool may, bool witness,
     bool alone, enum ft_vm_state vm, const char *expected)
{
    struct ft_ownership_config config = FT_OWNERSHIP_CONFIG_INIT;
    struct ft_ownership_record record = { .generation = generation,
                                          .owner = owner,
                                          .role = role,
                                          .peer_may_take_over = may };

    config.self = role == FT_ROLE_STANDBY;
    config.witness = witness;
    config.alone_without_witness = alone;
    if (silence_ns)
        config.silence_ns = silence_ns;
    now = 1000 * MS;
    ft_ownership_init(&own, &config, &record);
    GIVE(expected, .kind = FT_EVENT_START, .vm = vm);
}

static void
new_primary(bool witness, bool alone)
{
    make(FT_ROLE_PRIMARY, 1, 0, false, witness, alone, FT_VM_RUNNING,
         "OPEN_GATE CONNECT");
}

/* The first protection, with a witness; ends in PROTECTED at generation 2. */
static void
protected_primary(void)
{
    new_primary(true, false);
    STATE("alone");
    MEET(STANDBY, 1, false, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1, "START_SYNC ASK(1 2 h0)");
    STATE("syncing");
    WON("PERSIST(2 h0 primary)");
    EVENT(SYNC_DONE, "PERSIST(2 h0 primary may) HOLD_GATE SEND(GENERATION 2) "
                     "ALLOW_COMMIT");
    STATE("syncing");
    ACKED(1, false, "RELEASE_EPOCH(1)");
    STATE("protected");
    PHASE(PROTECTED);
}

static void
protected_without_witness(bool alone)
{
    new_primary(false, alone);
    MEET(STANDBY, 1, false, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1, "START_SYNC PERSIST(2 h0 primary)");
    EVENT(SYNC_DONE, "PERSIST(2 h0 primary may) HOLD_GATE SEND(GENERATION 2) "
                     "ALLOW_COMMIT");
    ACKED(1, false, "RELEASE_EPOCH(1)");
    PHASE(PROTECTED);
}

static void
valid_standby(bool witness)
{
    make(FT_ROLE_STANDBY, 1, 0, false, witness, false, FT_VM_GONE, "");
    STATE("unprotected");
    MEET(PRIMARY, 1, false, "");
    MESSAGE(DISCARD, 1, "SEND(DISCARDED 1)");
    STATE("syncing");
    HELD(1, ""); /* not named yet: not to be trusted */
    MESSAGE(GENERATION, 2, "PERSIST(2 h0 standby)");
    HELD(1, "SEND_ACK(1)");
    HELD(2, "SEND_ACK(2)");
    HELD(2, "");
    STATE("protected");
    PHASE(VALID);
}

/* --- primary ----------------------------------------------------------------- */

static void
first_protection(void **state)
{
    (void)state;
    protected_primary();
    ACKED(2, false, "RELEASE_EPOCH(2)");
    ACKED(2, false, "");
    ACKED(1, false, "");
}

static void
standby_lost_before_the_first_commit(void **state)
{
    (void)state;
    new_primary(true, false);
    MEET(STANDBY, 1, false, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1, "START_SYNC ASK(1 2 h0)");
    EVENT(LINK_CLOSED, "CONNECT"); /* the gate was never held */
    PHASE(ALONE);
    STATE("alone");
}

static void
standby_lost_while_committing(void **state)
{
    (void)state;
    new_primary(true, false);
    MEET(STANDBY, 1, false, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1, "START_SYNC ASK(1 2 h0)");
    WON("PERSIST(2 h0 primary)");
    EVENT(SYNC_DONE, "PERSIST(2 h0 primary may) HOLD_GATE SEND(GENERATION 2) "
                     "ALLOW_COMMIT");
    /* its ACK may be lost: it may be valid, so win before speaking */
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    WON("PERSIST(3 h0 primary) OPEN_GATE");
    PHASE(ALONE);
}

static void
first_commit_waits_for_the_witness(void **state)
{
    (void)state;
    new_primary(true, false);
    MEET(STANDBY, 1, false, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1, "START_SYNC ASK(1 2 h0)");
    UNREACHABLE("");
    EVENT(SYNC_DONE, "");
    assert_int_equal(own.reason, FT_REASON_WAITING_WITNESS);
    tick(50 * MS, "ASK(1 2 h0)");
    UNREACHABLE("");
    tick(100 * MS, "ASK(1 2 h0)"); /* backs off */
    EVENT(HEARD, "");
    /* somebody won it and never used it: R1 takes it from there */
    LOST(2, 1, "ASK(2 3 h0)");
    WON("PERSIST(3 h0 primary) PERSIST(3 h0 primary may) HOLD_GATE "
        "SEND(GENERATION 3) ALLOW_COMMIT");
}

static void
silence_then_alone(void **state)
{
    (void)state;
    protected_primary();
    tick(150 * MS, "ASK(2 3 h0)");
    WON("DISCONNECT CONNECT PERSIST(3 h0 primary) OPEN_GATE");
    STATE("alone");
    MEET(STANDBY, 2, true, "SEND(DISCARD 2)");
    MESSAGE(DISCARDED, 1, "");
    MESSAGE(DISCARDED, 2, "START_SYNC"); /* the generation is fresh */
    STATE("resyncing");
}

static void
silence_then_heard_again(void **state)
{
    (void)state;
    protected_primary();
    tick(150 * MS, "ASK(2 3 h0)");
    EVENT(HEARD, "");
    WON("PERSIST(3 h0 primary may) SEND(GENERATION 3)");
    PHASE(PROTECTED);
    ACKED(2, false, "RELEASE_EPOCH(2)");
}

static void
starvation_restarts_suspicion(void **state)
{
    (void)state;
    protected_primary();
    now += 140 * MS;
    GIVE("", .kind = FT_EVENT_STARVED, .gap_ns = 130 * MS);
    tick(150 * MS, "ASK(2 3 h0)");
    protected_primary();
    now += 1000 * MS; /* a TICK that comes far too late */
    EVENT(TICK, "");
    tick(150 * MS, "ASK(2 3 h0)");
}

static void
cut_off_primary_holds(void **state)
{
    (void)state;
    protected_primary();
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    UNREACHABLE("");
    STATE("failed");
    tick(50 * MS, "ASK(2 3 h0)");
    LOST(3, 1, "");
    PHASE(SUPERSEDED);
    assert_int_equal(ft_ownership_deadline(&own), INT64_MAX);
    MEET(PRIMARY, 3, false,
         "DESTROY_COPY(alive) PERSIST(3 h1 standby) EXIT_FOR_ROLE");
    PHASE(ENDED);
}

static void
superseded_by_one_that_never_ran(void **state)
{
    (void)state;
    protected_primary();
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    LOST(3, 1, "");
    MEET(STANDBY, 3, false, "SEND(DISCARD 2)");
    MESSAGE(DISCARDED, 1, "");
    MESSAGE(DISCARDED, 2,
            "PERSIST(2 h0 primary) OPEN_GATE START_SYNC "
            "ASK(3 4 h0)");
    WON("PERSIST(4 h0 primary)");
}

static void
stale_answers_do_nothing(void **state)
{
    (void)state;
    protected_primary();
    GIVE("", .kind = FT_EVENT_WON, .ask = own.ask);
    GIVE("", .kind = FT_EVENT_LOST, .ask = own.ask, .generation = 9, .owner = 1);
    tick(150 * MS, "ASK(2 3 h0)");
    GIVE("", .kind = FT_EVENT_WON, .ask = own.ask - 1);
    PHASE(PROTECTED);
}

static void
forgetful_witness_is_no_verdict(void **state)
{
    (void)state;
    protected_primary();
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    LOST(1, 0, "");
    PHASE(HELD);
    STATE("failed");
}

static void
no_witness_alone_allowed(void **state)
{
    (void)state;
    protected_without_witness(true);
    tick(150 * MS, "DISCONNECT CONNECT PERSIST(3 h0 primary) OPEN_GATE");
    STATE("alone");
}

static void
no_witness_alone_forbidden(void **state)
{
    (void)state;
    protected_without_witness(false);
    tick(150 * MS, "");
    STATE("failed");
    assert_int_equal(own.reason, FT_REASON_HELD_NO_WITNESS);
    EVENT(HEARD, "");
    STATE("protected");
    EVENT(LINK_CLOSED, "CONNECT");
    STATE("failed");
    MEET(STANDBY, 2, true, "SEND(DISCARD 2)");
    MESSAGE(DISCARDED, 1, "");
    MESSAGE(DISCARDED, 2,
            "PERSIST(2 h0 primary) OPEN_GATE START_SYNC "
            "PERSIST(3 h0 primary)");
}

static void
restarted_worker(void **state)
{
    (void)state;
    /* never committed: it alone can speak */
    make(FT_ROLE_PRIMARY, 4, 0, false, true, false, FT_VM_RUNNING,
         "OPEN_GATE CONNECT");
    /* committed: held until the peer or the witness has spoken */
    make(FT_ROLE_PRIMARY, 4, 0, true, true, false, FT_VM_RUNNING,
         "HOLD_GATE CONNECT");
    MEET(STANDBY, 4, true, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1,
            "PERSIST(4 h0 primary) OPEN_GATE START_SYNC "
            "ASK(4 5 h0)");
    make(FT_ROLE_PRIMARY, 4, 0, true, true, false, FT_VM_STOPPED,
         "HOLD_GATE CONNECT");
    tick(150 * MS, "ASK(4 5 h0)");
    WON("PERSIST(5 h0 primary) RESUME_VM OPEN_GATE");
}

static void
rebooted_primary(void **state)
{
    (void)state;
    /* winning would void a copy that may be whole, so it does not ask yet */
    make(FT_ROLE_PRIMARY, 4, 0, true, true, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    assert_int_equal(ft_ownership_deadline(&own) - now, 5 * S);
    MEET(STANDBY, 4, true, "PERSIST(5 h1 primary may) SEND(GRANT 5)");
    PHASE(GIVEN);
    MESSAGE(TOOK_OVER, 5, "DESTROY_COPY PERSIST(5 h1 standby) EXIT_FOR_ROLE");
    make(FT_ROLE_PRIMARY, 4, 0, true, true, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    MEET(PRIMARY, 5, false, "DESTROY_COPY PERSIST(5 h1 standby) EXIT_FOR_ROLE");
}

static void
won_but_never_ran(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 5, 0, false, true, false, FT_VM_WAITING,
         "PERSIST(5 h0 standby) EXIT_FOR_ROLE");
    PHASE(ENDED);
}

static void
given_away_and_restarted(void **state)
{
    struct ft_ownership_hello hello;

    (void)state;
    make(FT_ROLE_PRIMARY, 5, 1, true, true, false, FT_VM_STOPPED,
         "HOLD_GATE CONNECT");
    ft_ownership_hello(&own, &hello);
    assert_int_equal(hello.generation, 0);
    /* the peer never took it: void its copy, take the VM back */
    MEET(STANDBY, 4, true, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1,
            "PERSIST(6 h0 primary) RESUME_VM OPEN_GATE START_SYNC "
            "ASK(6 7 h0)");
    make(FT_ROLE_PRIMARY, 5, 1, true, true, false, FT_VM_STOPPED,
         "HOLD_GATE CONNECT");
    MEET(PRIMARY, 5, false, "DESTROY_COPY PERSIST(5 h1 standby) EXIT_FOR_ROLE");
}

static void
switchover_by_witness(void **state)
{
    (void)state;
    protected_primary();
    EVENT(SWITCHOVER, "FINAL_EPOCH");
    ACKED(2, false, "RELEASE_EPOCH(2)");
    ACKED(3, true, "RELEASE_EPOCH(3) SEND(HANDOVER 2)");
    PHASE(HANDING);
    MESSAGE(TOOK_OVER, 3,
            "DESTROY_COPY PERSIST(3 h1 standby) "
            "SWITCHOVER_ENDED(1) EXIT_FOR_ROLE");
}

static void
switchover_by_grant(void **state)
{
    (void)state;
    protected_without_witness(false);
    EVENT(SWITCHOVER, "FINAL_EPOCH");
    ACKED(2, true, "RELEASE_EPOCH(2) PERSIST(3 h1 primary may) SEND(GRANT 3)");
    MESSAGE(TOOK_OVER, 3,
            "DESTROY_COPY PERSIST(3 h1 standby) "
            "SWITCHOVER_ENDED(1) EXIT_FOR_ROLE");
}

static void
switchover_falls_back(void **state)
{
    (void)state;
    protected_primary();
    EVENT(SWITCHOVER, "FINAL_EPOCH");
    EVENT(FINAL_FAILED, "RESUME_VM SWITCHOVER_ENDED(0)");
    PHASE(PROTECTED);
    EVENT(SWITCHOVER, "FINAL_EPOCH");
    ACKED(2, true, "RELEASE_EPOCH(2) SEND(HANDOVER 2)");
    /* it could not resume and says so */
    MESSAGE(DISCARDED, 1,
            "PERSIST(2 h0 primary) RESUME_VM OPEN_GATE "
            "SWITCHOVER_ENDED(0) SEND(DISCARD 2)");
    protected_primary();
    EVENT(SWITCHOVER, "FINAL_EPOCH");
    ACKED(2, true, "RELEASE_EPOCH(2) SEND(HANDOVER 2)");
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    WON("PERSIST(3 h0 primary) RESUME_VM OPEN_GATE SWITCHOVER_ENDED(0)");
    /* the target won an offer, and died before it ran */
    protected_primary();
    EVENT(SWITCHOVER, "FINAL_EPOCH");
    ACKED(2, true, "RELEASE_EPOCH(2) SEND(HANDOVER 2)");
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    GIVE("ASK(3 4 h0)", .kind = FT_EVENT_LOST, .ask = own.ask, .generation = 3,
         .owner = 1, .offered = true);
    UNREACHABLE("");
    tick(50 * MS, "ASK(2 3 h0)"); /* whatever it is by now */
    GIVE("ASK(3 4 h0)", .kind = FT_EVENT_LOST, .ask = own.ask, .generation = 3,
         .owner = 1, .offered = true);
    WON("PERSIST(4 h0 primary) RESUME_VM OPEN_GATE SWITCHOVER_ENDED(0)");
    PHASE(ALONE);
    /* it runs there after all */
    protected_primary();
    EVENT(SWITCHOVER, "FINAL_EPOCH");
    ACKED(2, true, "RELEASE_EPOCH(2) SEND(HANDOVER 2)");
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    GIVE("ASK(3 4 h0)", .kind = FT_EVENT_LOST, .ask = own.ask, .generation = 3,
         .owner = 1, .offered = true);
    LOST(4, 1, "");
    PHASE(SUPERSEDED);
    new_primary(true, false);
    EVENT(SWITCHOVER, "SWITCHOVER_ENDED(0)");
}

static void
qemu_dies(void **state)
{
    (void)state;
    protected_primary();
    EVENT(VM_GONE, "PERSIST(3 h1 primary may) SEND(GRANT 3)");
    MESSAGE(DISCARDED, 1, "PERSIST(4 h0 primary) OPEN_GATE START_VM");
    STATE("failed");
    new_primary(true, false);
    EVENT(VM_GONE, "");
    STATE("failed");
    tick(1 * S, "START_VM");
}

static void
guest_shuts_down(void **state)
{
    (void)state;
    protected_primary();
    EVENT(VM_OFF, "PERSIST(2 h0 primary may off) SEND(OFF 2)");
    MESSAGE(DISCARDED, 2, "PERSIST(2 h0 primary off) OPEN_GATE");
    STATE("unprotected");
    EVENT(VM_STARTED, "PERSIST(2 h0 primary) SEND(DISCARD 3)");
    MESSAGE(DISCARDED, 3, "START_SYNC ASK(2 3 h0)");
    STATE("resyncing");
}

static void
unprotect(void **state)
{
    (void)state;
    protected_primary();
    EVENT(UNPROTECT, "SEND(GOODBYE 2)");
    MESSAGE(DISCARDED, 2,
            "PERSIST(2 h0 primary) OPEN_GATE TELL_REMOVED(2 h0) REMOVED");
    PHASE(ENDED);
    protected_primary();
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    EVENT(UNPROTECT, "");
    WON("PERSIST(3 h0 primary) OPEN_GATE TELL_REMOVED(3 h0) REMOVED");
    new_primary(true, false);
    EVENT(UNPROTECT, "TELL_REMOVED(1 h0) REMOVED");
    protected_without_witness(false);
    EVENT(LINK_CLOSED, "CONNECT");
    EVENT(UNPROTECT, "PERSIST(3 h0 primary) OPEN_GATE REMOVED");
}

static void
daemon_gives_up(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 4, 0, true, true, false, FT_VM_RUNNING,
         "HOLD_GATE CONNECT");
    EVENT(GIVE_UP, "ASK(4 5 h0)");
    WON("PERSIST(5 h0 primary) OPEN_GATE");
    STATE("unprotected");
    assert_int_equal(own.reason, FT_REASON_GAVE_UP);
}

static void
two_owners_both_hold(void **state)
{
    (void)state;
    new_primary(true, false);
    MEET(PRIMARY, 1, false, "HOLD_GATE");
    STATE("failed");
    new_primary(true, false);
    MEET(PRIMARY, 0, false, ""); /* gave it away: claims nothing */
    STATE("alone");
}

static void
resync_on_demand(void **state)
{
    (void)state;
    protected_primary();
    EVENT(SYNC_FAILED, "SEND(DISCARD 2)");
    MESSAGE(DISCARDED, 1, ""); /* of the sync before */
    MESSAGE(DISCARDED, 2,
            "PERSIST(2 h0 primary) OPEN_GATE START_SYNC "
            "ASK(2 3 h0)");
    MESSAGE(DISCARDED, 2, "SEND(DISCARD 3)"); /* it gave up by itself */
}

/* However the link ends: it is not ours to take, alone or not. */
static void
given_away_is_given_away(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 3, 1, true, false, true, FT_VM_STOPPED,
         "HOLD_GATE CONNECT");
    PHASE(GIVEN);
    MEET(STANDBY, 3, false, "SEND(DISCARD 1)");
    EVENT(LINK_CLOSED, "CONNECT");
    PHASE(GIVEN);
    MEET(STANDBY, 3, false, "SEND(DISCARD 2)");
    tick(2000 * MS, "DISCONNECT CONNECT"); /* no word of it: it may run there */
    PHASE(GIVEN);
    MEET(STANDBY, 3, false, "SEND(DISCARD 3)");
    MESSAGE(DISCARDED, 3,
            "PERSIST(4 h0 primary) RESUME_VM OPEN_GATE START_SYNC "
            "PERSIST(5 h0 primary)");
}

/* QEMU is gone here, and the standby could not run what it had. */
static void
a_failed_pair_can_be_removed(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 3, 0, true, true, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    STATE("failed");
    MEET(STANDBY, 4, false, "SEND(DISCARD 1)");
    EVENT(UNPROTECT, "SEND(GOODBYE 2)");
    MESSAGE(DISCARDED, 2,
            "PERSIST(3 h0 primary) OPEN_GATE TELL_REMOVED(3 h0) REMOVED");
    make(FT_ROLE_PRIMARY, 3, 0, true, true, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    MEET(STANDBY, 4, false, "SEND(DISCARD 1)");
    EVENT(UNPROTECT, "SEND(GOODBYE 2)");
    EVENT(LINK_CLOSED, "CONNECT REMOVED");
    PHASE(ENDED);
    /* it became sole while it left, and the link ended */
    protected_primary();
    EVENT(UNPROTECT, "SEND(GOODBYE 2)");
    tick(150 * MS, "ASK(2 3 h0)");
    WON("PERSIST(3 h0 primary) OPEN_GATE");
    EVENT(LINK_CLOSED, "CONNECT TELL_REMOVED(3 h0) REMOVED");
    PHASE(ENDED);
}

#define REMOVED(number, who, expected)                                       \
    GIVE(expected, .kind = FT_EVENT_WITNESS_REMOVED, .generation = (number), \
         .owner = (who))
#define COPY_ENDS(number) "DESTROY_COPY PERSIST(" number " h1 standby) REMOVED"
#define LIVING_ENDS(number) \
    "DESTROY_COPY(alive) PERSIST(" number " h1 standby) REMOVED"

/*
 * Cut off, it was overtaken, and the pair was removed before it came back: its
 * copy, or what is left of it, ends by the peer's last word, and by no other.
 */
static void
an_old_primary_hears_that_the_pair_was_removed(void **state)
{
    (void)state;
    protected_primary();
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    REMOVED(2, 1, ""); /* not above what this side has */
    REMOVED(1, 0, ""); /* its own, but of before all that was done since */
    UNREACHABLE("");
    PHASE(HELD);
    REMOVED(3, 1, LIVING_ENDS("3"));
    PHASE(ENDED);
    /* it has lost already */
    protected_primary();
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    LOST(3, 1, "");
    PHASE(SUPERSEDED);
    REMOVED(5, 1, LIVING_ENDS("5"));
    /* its host was off, and it waits for word of newer data */
    make(FT_ROLE_PRIMARY, 3, 0, true, true, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    REMOVED(4, 1, COPY_ENDS("4"));
    /* it gave the VM away, whatever the peer made of that */
    make(FT_ROLE_PRIMARY, 3, 1, true, true, false, FT_VM_STOPPED,
         "HOLD_GATE CONNECT");
    REMOVED(2, 1, COPY_ENDS("2"));
    /* somebody asked for its end before: that is how it ends */
    protected_primary();
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    EVENT(UNPROTECT, "");
    REMOVED(3, 1, LIVING_ENDS("3"));
}

/* It was said in a former life, and came when the pair was protected again. */
static void
an_own_last_word_that_is_late_counts(void **state)
{
    (void)state;
    protected_primary();
    REMOVED(2, 0,
            "DISCONNECT CONNECT PERSIST(2 h0 primary) OPEN_GATE "
            "TELL_REMOVED(2 h0) REMOVED");
    PHASE(ENDED);
    protected_primary();
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    REMOVED(2, 0, "PERSIST(2 h0 primary) OPEN_GATE TELL_REMOVED(2 h0) REMOVED");
}

/* Who is sole goes on, but for an administrator's word for the peer. */
static void
a_sole_owner_is_not_removed_by_the_peer(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 3, 0, false, true, false, FT_VM_RUNNING,
         "OPEN_GATE CONNECT");
    REMOVED(4, 1, "");
    REMOVED(3 + FT_FORCED_STEP / 2, 1, "");
    PHASE(ALONE);
    REMOVED(3 + FT_FORCED_STEP, 1,
            "HOLD_GATE DESTROY_COPY "
            "PERSIST(1048579 h1 standby) REMOVED");
}

/* It told the witness, and its process ended before the rest was done. */
static void
an_owner_ends_what_it_began(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 3, 0, false, true, false, FT_VM_RUNNING,
         "OPEN_GATE CONNECT");
    REMOVED(2, 0, ""); /* of an earlier time: a witness never says that */
    REMOVED(3, 0, "TELL_REMOVED(3 h0) REMOVED");
    PHASE(ENDED);
    /* its host was off since: first it runs again */
    make(FT_ROLE_PRIMARY, 3, 0, false, true, false, FT_VM_GONE,
         "OPEN_GATE CONNECT");
    REMOVED(3, 0, "");
    tick(3000 * MS, "START_VM");
    REMOVED(3, 0, "");
    EVENT(VM_STARTED, "");
    REMOVED(3, 0, "TELL_REMOVED(3 h0) REMOVED");
}

#define SEEN(number, expected) \
    GIVE(expected, .kind = FT_EVENT_WITNESS_SEEN, .generation = (number))

/* It was, while a question to it was open: the standby's epochs tell enough. */
static void
a_forgotten_question_is_dropped(void **state)
{
    (void)state;
    protected_primary();
    tick(150 * MS, "ASK(2 3 h0)");
    EVENT(HEARD, "");
    LOST(1, 0, "");
    ACKED(2, false, "RELEASE_EPOCH(2)"); /* too early: it may have won */
    for (int i = 0; i < 5; i++) {        /* asked again, with back-off */
        now += 100 * MS;
        ft_ownership_event(&own, now,
                           &(struct ft_ownership_event){ .kind =
                                                             FT_EVENT_HEARD },
                           &actions);
        if (own.asking)
            LOST(1, 0, "");
    }
    ACKED(3, false, "RELEASE_EPOCH(3)"); /* begun before */
    ACKED(6, false, "RELEASE_EPOCH(6)");
    ACKED(7, false, "RELEASE_EPOCH(7) RAISE_WITNESS");
    PHASE(PROTECTED);
    SEEN(2, "");
}

/* --- cold start (R7) ---------------------------------------------------------- */

static void
alone_and_down(bool witness, const char *expected)
{
    make(FT_ROLE_PRIMARY, 4, 0, false, witness, false, FT_VM_GONE, expected);
    PHASE(ALONE);
    STATE("failed");
    assert_int_equal(own.reason, FT_REASON_COLD_START);
}

static void
who_was_alone_starts_again(void **state)
{
    (void)state;
    alone_and_down(false, "OPEN_GATE CONNECT START_VM");
    EVENT(VM_STARTED, "");
    STATE("alone");
    EVENT(VM_STARTED, ""); /* libvirt says it too */
    MEET(STANDBY, 4, false, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1, "START_SYNC PERSIST(5 h0 primary)");

    /* with a witness it looks whether an administrator has decided otherwise */
    alone_and_down(true, "OPEN_GATE CONNECT");
    SEEN(4, "START_VM");
    alone_and_down(true, "OPEN_GATE CONNECT");
    EVENT(WITNESS_UNSEEN, "START_VM");
    alone_and_down(true, "OPEN_GATE CONNECT");
    tick(3 * S, "START_VM");
    assert_int_equal(ft_ownership_deadline(&own), INT64_MAX);
}

static void
what_does_not_start_is_tried_again(void **state)
{
    (void)state;
    alone_and_down(false, "OPEN_GATE CONNECT START_VM");
    EVENT(START_FAILED, "");
    STATE("failed");
    assert_int_equal(own.reason, FT_REASON_START_FAILED);
    tick(1 * S, "START_VM");
    EVENT(START_FAILED, "");
    tick(2 * S, "START_VM");
    for (int i = 0; i < 5; i++) {
        EVENT(START_FAILED, "");
        now = ft_ownership_deadline(&own);
        EVENT(TICK, "START_VM");
    }
    EVENT(START_FAILED, "");
    tick(60 * S, "START_VM");
    /* one that ends at once waits as long; one that lasted does not */
    EVENT(VM_STARTED, "");
    now += 5 * S;
    EVENT(VM_GONE, "");
    tick(60 * S, "START_VM");
    EVENT(VM_STARTED, "");
    now += 3600 * S;
    EVENT(VM_GONE, "");
    tick(1 * S, "START_VM");
}

static void
what_was_shut_down_stays_off(void **state)
{
    struct ft_ownership_config config = FT_OWNERSHIP_CONFIG_INIT;
    struct ft_ownership_record record = { .generation = 4, .off = true };

    (void)state;
    now = 1000 * MS;
    ft_ownership_init(&own, &config, &record);
    GIVE("OPEN_GATE CONNECT", .kind = FT_EVENT_START, .vm = FT_VM_GONE);
    STATE("unprotected");
    assert_int_equal(own.reason, FT_REASON_VM_OFF);
    assert_int_equal(ft_ownership_start_progress(&own), FT_START_REFUSED);
    EVENT(START_ASKED, "PERSIST(4 h0 primary) START_VM");
    assert_int_equal(ft_ownership_start_progress(&own), FT_START_WAITS);
    EVENT(VM_STARTED, "");
    assert_int_equal(ft_ownership_start_progress(&own), FT_START_RUNS);

    /* unless it is one that starts with its host, which has booted */
    ft_ownership_init(&own, &config, &record);
    GIVE("PERSIST(4 h0 primary) OPEN_GATE CONNECT START_VM",
         .kind = FT_EVENT_START, .vm = FT_VM_GONE, .wanted = true);

    /* libvirt remembers what we did not see */
    make(FT_ROLE_PRIMARY, 4, 0, false, false, false, FT_VM_OFF,
         "PERSIST(4 h0 primary off) OPEN_GATE CONNECT");
}

static void
both_hosts_return(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 4, 0, true, false, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    STATE("failed");
    assert_int_equal(own.reason, FT_REASON_PEER_NEWER);
    assert_int_equal(ft_ownership_deadline(&own), INT64_MAX);
    MEET(STANDBY, 4, false, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1, "PERSIST(4 h0 primary) OPEN_GATE START_VM");
    EVENT(VM_STARTED, "SEND(DISCARD 2)");
    MESSAGE(DISCARDED, 2, "START_SYNC PERSIST(5 h0 primary)");

    /* what it gave away was never taken */
    make(FT_ROLE_PRIMARY, 4, 1, true, true, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    STATE("failed");
    assert_int_equal(own.reason, FT_REASON_GIVEN_AWAY);
    assert_int_equal(ft_ownership_deadline(&own), INT64_MAX);
    MEET(STANDBY, 4, false, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1, "PERSIST(5 h0 primary) OPEN_GATE START_VM");
}

static void
only_this_host_returns(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 4, 0, true, true, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    tick(5 * S, "ASK(4 5 h0)");
    WON("PERSIST(5 h0 primary) OPEN_GATE START_VM");

    /* older data is never started by itself */
    make(FT_ROLE_PRIMARY, 4, 0, true, true, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    tick(5 * S, "ASK(4 5 h0)");
    LOST(5, 1, "");
    PHASE(SUPERSEDED);
    EVENT(START_ASKED, "");
    assert_int_equal(ft_ownership_start_progress(&own), FT_START_REFUSED);

    /* a whole copy at the peer is better than a boot, until the last moment */
    make(FT_ROLE_PRIMARY, 4, 0, true, true, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    tick(5 * S, "ASK(4 5 h0)");
    MEET(STANDBY, 4, true, "PERSIST(6 h1 primary may) SEND(GRANT 6)");

    /* the administrator has allowed it */
    make(FT_ROLE_PRIMARY, 4, 0, true, false, true, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    tick(5 * S, "PERSIST(5 h0 primary) OPEN_GATE START_VM");
}

static void
administrator_discards_what_is_newer(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 4, 0, true, true, false, FT_VM_GONE,
         "HOLD_GATE CONNECT");
    tick(5 * S, "ASK(4 5 h0)");
    LOST(7, 1, "");
    GIVE("PERSIST(1048583 h0 primary) OPEN_GATE START_VM",
         .kind = FT_EVENT_START_ASKED, .force = true);
    EVENT(VM_STARTED, "");
    GIVE("RAISE_WITNESS", .kind = FT_EVENT_WITNESS_SEEN, .generation = 7,
         .owner = 1);
    /* the peer, when it returns, was overruled: it does not start its own */
    make(FT_ROLE_PRIMARY, 7, 0, false, true, false, FT_VM_GONE,
         "OPEN_GATE CONNECT");
    GIVE("PERSIST(7 h0 primary may) HOLD_GATE", .kind = FT_EVENT_WITNESS_SEEN,
         .generation = 1048583, .owner = 1);
    PHASE(SUPERSEDED);
    MEET(PRIMARY, 1048583, false,
         "DESTROY_COPY PERSIST(1048583 h1 standby) EXIT_FOR_ROLE");
}

/* The same of a standby, whose copy then goes on (R8). */
static void
administrator_lets_the_copy_run(void **state)
{
    static const bool witness[] = { false, true };

    (void)state;
    for (int i = 0; i < 2; i++) {
        valid_standby(witness[i]); /* generation 2 */
        GIVE("", .kind = FT_EVENT_START_ASKED, .force = true);
        assert_false(ft_ownership_may_force(&own)); /* it is heard */
        EVENT(LINK_CLOSED, "PING");
        EVENT(START_ASKED, "");
        assert_true(ft_ownership_may_force(&own));
        GIVE("PERSIST(1048578 h1 primary unrun) LOAD_VM",
             .kind = FT_EVENT_START_ASKED, .force = true);
        GIVE("", .kind = FT_EVENT_START_ASKED, .force = true);
        MEET(PRIMARY, 3, false, "DISCONNECT");
        EVENT(LOADED, "PERSIST(1048578 h1 primary) RESUME_VM");
        EVENT(RESUMED, "EXIT_FOR_ROLE");
    }
    /* what is not whole does not run */
    make(FT_ROLE_STANDBY, 3, 0, false, false, false, FT_VM_GONE, "");
    GIVE("", .kind = FT_EVENT_START_ASKED, .force = true);
    PHASE(IDLE);
}

/* Or could not: the primary goes above it once the standby has said that. */
static void
a_copy_that_could_not_run_is_filled_again(void **state)
{
    (void)state;
    valid_standby(false);
    EVENT(LINK_CLOSED, "PING");
    GIVE("PERSIST(1048578 h1 primary unrun) LOAD_VM",
         .kind = FT_EVENT_START_ASKED, .force = true);
    EVENT(RESUME_FAILED, "PERSIST(1048578 h1 standby)");

    make(FT_ROLE_PRIMARY, 3, 0, true, false, false, FT_VM_RUNNING,
         "HOLD_GATE CONNECT");
    MEET(STANDBY, 1048579, false, "SEND(DISCARD 1)");
    EVENT(LINK_CLOSED,
          "CONNECT"); /* it may run by now: nothing is gone beyond */
    MEET(STANDBY, 1048579, false, "SEND(DISCARD 2)");
    MESSAGE(DISCARDED, 2,
            "PERSIST(3 h0 primary) OPEN_GATE START_SYNC "
            "PERSIST(1048580 h0 primary)");

    /* with a witness that is asked for it */
    make(FT_ROLE_PRIMARY, 3, 0, true, true, false, FT_VM_RUNNING,
         "HOLD_GATE CONNECT");
    MEET(STANDBY, 1048579, false, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1,
            "PERSIST(3 h0 primary) OPEN_GATE START_SYNC ASK(3 1048580 h0)");
}

/* It may have been told, by a HELLO of before that word, that all is as it was. */
static void
a_primary_of_before_that_word_is_told(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 1048583, 0, false, true, false, FT_VM_RUNNING,
         "OPEN_GATE CONNECT");
    MEET(PRIMARY, 7, false, "SEND(TOOK_OVER 1048583)");
    make(FT_ROLE_PRIMARY, 7, 0, false, true, false, FT_VM_RUNNING,
         "OPEN_GATE CONNECT");
    MEET(PRIMARY, 6, false, "");
    MESSAGE(TOOK_OVER, 8, ""); /* no word, and this side is sole */
    MESSAGE(TOOK_OVER, 1048583,
            "HOLD_GATE DESTROY_COPY PERSIST(1048583 h1 standby) EXIT_FOR_ROLE");
}

/* The witness was set back to a snapshot. */
static void
a_witness_that_forgot_is_told_again(void **state)
{
    (void)state;
    protected_primary(); /* generation 2 */
    SEEN(2, "");
    SEEN(1, "RAISE_WITNESS");
    assert_false(actions.list[0].ok);
    assert_int_equal(actions.list[0].expected, 1);
    assert_int_equal(actions.list[0].generation, 2);
    tick(150 * MS, "ASK(2 3 h0)"); /* the standby is silent: who knows */
    SEEN(1, "");
    UNREACHABLE("");
    SEEN(1, "");
    ACKED(2, false, "RELEASE_EPOCH(2)");
    tick(50 * MS, "ASK(2 3 h0)");
    WON("PERSIST(3 h0 primary may) SEND(GENERATION 3)");
    SEEN(2, "RAISE_WITNESS");
    new_primary(true, false);
    SEEN(1, "");
    valid_standby(true);
    SEEN(1, ""); /* not ours to say */
}

/* It gave the pair to the standby, which may not have heard, and forgot that. */
static void
a_witness_that_forgot_its_verdict_is_told_it(void **state)
{
    (void)state;
    protected_primary();
    EVENT(LINK_CLOSED, "CONNECT ASK(2 3 h0)");
    LOST(3, 1, "");
    SEEN(3, "");
    SEEN(1, "RAISE_WITNESS");
    assert_int_equal(actions.list[0].expected, 1);
    assert_int_equal(actions.list[0].generation, 3);
    assert_int_equal(actions.list[0].owner, 1);
    PHASE(SUPERSEDED);
}

/* A question of a former life came to it late: the standby would only lose. */
static void
a_witness_that_is_ahead_is_followed(void **state)
{
    (void)state;
    protected_primary(); /* generation 2 */
    SEEN(3, "ASK(2 3 h0)");
    LOST(3, 0, "PERSIST(3 h0 primary may) SEND(GENERATION 3)");
    SEEN(3, "");
    GIVE("", .kind = FT_EVENT_WITNESS_SEEN, .generation = 4, .owner = 1);
    tick(150 * MS, "ASK(3 4 h0)"); /* the standby is silent */
    new_primary(true, false);
    SEEN(3, ""); /* the next sync asks anyway */
}

static void
a_vm_that_could_not_go_on(void **state)
{
    (void)state;
    make(FT_ROLE_PRIMARY, 5, 0, false, true, false, FT_VM_STOPPED,
         "RESUME_VM OPEN_GATE CONNECT");
    EVENT(RESUME_FAILED, "");
    STATE("failed");
    assert_int_equal(own.reason, FT_REASON_STANDS);
    MEET(STANDBY, 1, false, "SEND(DISCARD 1)");
    MESSAGE(DISCARDED, 1, "START_SYNC ASK(5 6 h0)");
    WON("PERSIST(6 h0 primary)");
    EVENT(SYNC_DONE, ""); /* a guest that stands is not committed */
    now += 900 * MS;
    EVENT(HEARD, "");
    tick(100 * MS, "RESUME_VM PERSIST(6 h0 primary may) HOLD_GATE "
                   "SEND(GENERATION 6) ALLOW_COMMIT");
    EVENT(RESUMED, "");
    STATE("syncing");
}

/* The witness was away when the standby was silent for a moment. */
static void
a_question_that_stays_open_is_no_failure(void **state)
{
    (void)state;
    protected_primary();
    tick(150 * MS, "ASK(2 3 h0)");
    UNREACHABLE("");
    STATE("failed");
    ACKED(2, false, "RELEASE_EPOCH(2)");
    STATE("protected");
    tick(50 * MS, "ASK(2 3 h0)");
}

/* --- standby ------------------------------------------------------------------ */

static void
takeover_by_silence(void **state)
{
    (void)state;
    valid_standby(true);
    now += 100 * MS;
    EVENT(HEARD, "");
    tick(150 * MS, "PING");
    tick(50 * MS, "ASK(2 3 h1)");
    EVENT(PING_SILENT, "");
    HELD(3, "SEND_ACK(3)"); /* not won yet: still counts */
    WON("PERSIST(3 h1 primary unrun) LOAD_VM");
    HELD(4, ""); /* R3 */
    MEET(PRIMARY, 2, false, "DISCONNECT");
    EVENT(LOADED, "PERSIST(3 h1 primary) RESUME_VM");
    EVENT(RESUMED, "EXIT_FOR_ROLE");
    PHASE(ENDED);
}

/* A primary whose host answers by another path is the first to ask. */
static void
a_path_fails_and_the_host_answers(void **state)
{
    (void)state;
    valid_standby(true);
    tick(150 * MS, "PING");
    EVENT(PING_ALIVE, "");
    tick(150 * MS, "ASK(2 3 h1)");
    valid_standby(true);
    tick(150 * MS, "PING");
    EVENT(HEARD, "");
    EVENT(PING_ALIVE, ""); /* of the silence before: no more patience */
    tick(150 * MS, "PING");
    tick(50 * MS, "ASK(2 3 h1)");
    EVENT(PING_ALIVE, ""); /* late: what is asked stays asked */
    WON("PERSIST(3 h1 primary unrun) LOAD_VM");
}

/* A daemon without the pair's worker is no primary that may have asked. */
static void
no_patience_with_a_daemon_that_has_no_worker(void **state)
{
    (void)state;
    valid_standby(true);
    tick(150 * MS, "PING");
    EVENT(PING_NO_WORKER, "");
    tick(50 * MS, "ASK(2 3 h1)");
    valid_standby(true);
    EVENT(LINK_CLOSED, "PING");
    EVENT(PING_NO_WORKER, ""); /* it is started again: as before */
    tick(100 * MS, "PING");
    MEET(PRIMARY, 2, false, "");
}

/* Its host has booted: what the primary was is gone, whatever answers there. */
static void
a_host_that_has_booted_is_suspected_at_once(void **state)
{
    (void)state;
    valid_standby(true);
    EVENT(LINK_CLOSED, "PING");
    EVENT(PING_REBOOTED, "ASK(2 3 h1)");
    WON("PERSIST(3 h1 primary unrun) LOAD_VM");
    valid_standby(true);
    tick(150 * MS, "PING");
    EVENT(PING_REBOOTED, "ASK(2 3 h1)");
    WON("PERSIST(3 h1 primary unrun) LOAD_VM");
    valid_standby(true);
    tick(150 * MS, "PING");
    EVENT(HEARD, "");
    EVENT(PING_REBOOTED, ""); /* it was heard since: of a time before */
    valid_standby(true);
    MESSAGE(DISCARD, 2, "SEND(DISCARDED 2)");
    EVENT(PING_REBOOTED, ""); /* nothing here to take over with */
    valid_standby(false);
    EVENT(LINK_CLOSED, "PING");
    EVENT(PING_REBOOTED, ""); /* without a witness never by itself */
    STATE("failed");
}

/* The kernel's time of the last byte is coarse, so old news may come late. */
static void
a_silence_begins_when_the_last_byte_came(void **state)
{
    struct ft_ownership_event heard = { .kind = FT_EVENT_HEARD };

    (void)state;
    protected_primary();
    heard.heard_ns = now;
    now += 100 * MS;
    give(&heard, "");
    tick(50 * MS, "ASK(2 3 h0)");
}

static void
takeover_after_eof(void **state)
{
    (void)state;
    valid_standby(true);
    EVENT(LINK_CLOSED, "PING");
    EVENT(PING_REFUSED, "ASK(2 3 h1)");
    valid_standby(true);
    EVENT(LINK_CLOSED, "PING");
    EVENT(PING_ALIVE, "");
    tick(100 * MS, "PING");
    EVENT(PING_SILENT, "ASK(2 3 h1)");
    valid_standby(true);
    EVENT(LINK_CLOSED, "PING");
    for (int i = 0; i < 19; i++) {
        EVENT(PING_ALIVE, "");
        tick(100 * MS, "PING");
    }
    EVENT(PING_ALIVE, "");
    tick(100 * MS, "ASK(2 3 h1)"); /* 2 s of patience are over */
}

/* However long the silence may last, the link is not given up before. */
static void
takeover_after_a_long_silence(void **state)
{
    (void)state;
    silence_ns = 10000 * MS;
    valid_standby(true);
    silence_ns = 0;
    tick(7500 * MS, "PING");
    tick(2500 * MS, "ASK(2 3 h1)");
    WON("PERSIST(3 h1 primary unrun) LOAD_VM");
    PHASE(RESUMING);
}

static void
worker_of_the_primary_comes_back(void **state)
{
    (void)state;
    valid_standby(true);
    EVENT(LINK_CLOSED, "PING");
    EVENT(PING_ALIVE, "");
    MEET(PRIMARY, 2, false, "");
    MESSAGE(DISCARD, 1, "SEND(DISCARDED 1)");
    PHASE(FILLING);
    EVENT(PING_REFUSED, "");
}

static void
invalid_never_takes_over(void **state)
{
    (void)state;
    valid_standby(true);
    MESSAGE(DISCARD, 2, "SEND(DISCARDED 2)");
    assert_int_equal(ft_ownership_deadline(&own) - now, 2000 * MS);
    tick(2000 * MS, "DISCONNECT");
    PHASE(IDLE);
    assert_int_equal(ft_ownership_deadline(&own), INT64_MAX);
    MEET(PRIMARY, 2, false, "");
    MESSAGE(HANDOVER, 2, "SEND(DISCARDED 0)");
    MESSAGE(GRANT, 9, "SEND(DISCARDED 0)");
}

static void
lost_keeps_the_copy_for_a_grant(void **state)
{
    struct ft_ownership_hello hello;

    (void)state;
    valid_standby(true);
    EVENT(LINK_CLOSED, "PING");
    EVENT(PING_SILENT, "ASK(2 3 h1)");
    LOST(3, 0, "");
    assert_false(ft_ownership_valid(&own));
    assert_int_equal(ft_ownership_deadline(&own), INT64_MAX);
    ft_ownership_hello(&own, &hello);
    assert_true(hello.valid);
    MEET(PRIMARY, 2, false, "");
    MESSAGE(GRANT, 4, "PERSIST(4 h1 primary unrun) LOAD_VM");
}

static void
generation_revalidates(void **state)
{
    (void)state;
    valid_standby(true);
    tick(150 * MS, "PING");
    tick(50 * MS, "ASK(2 3 h1)");
    MESSAGE(GENERATION, 3, "PERSIST(3 h0 standby)");
    LOST(3, 0, ""); /* an answer to a question forgotten */
    assert_true(ft_ownership_valid(&own));
    tick(150 * MS, "PING");
    tick(50 * MS, "ASK(3 4 h1)");
    MESSAGE(GENERATION, 2, "DISCONNECT");
    PHASE(IDLE);
}

static void
planned_on_the_standby(void **state)
{
    (void)state;
    valid_standby(true);
    MESSAGE(HANDOVER, 2, "ASK(2 3 h1 offered)");
    UNREACHABLE("");
    tick(50 * MS, "ASK(2 3 h1 offered)");
    WON("PERSIST(3 h1 primary unrun offered) LOAD_VM");
    EVENT(LOADED, "ASK(3 4 h1)");
    UNREACHABLE("");
    tick(50 * MS, "ASK(3 4 h1)");
    WON("PERSIST(4 h1 primary) RESUME_VM");
    EVENT(RESUMED, "SEND(TOOK_OVER 4) EXIT_FOR_ROLE");
    /* too slow: the primary has taken it back */
    valid_standby(true);
    MESSAGE(HANDOVER, 2, "ASK(2 3 h1 offered)");
    WON("PERSIST(3 h1 primary unrun offered) LOAD_VM");
    EVENT(LOADED, "ASK(3 4 h1)");
    LOST(4, 0,
         "PERSIST(3 h1 standby) SEND(DISCARDED 1) DISCONNECT "
         "DESTROY_COPY");
    PHASE(IDLE);
    /* the witness was set back: nobody can say any more whose the offer is */
    valid_standby(true);
    MESSAGE(HANDOVER, 2, "ASK(2 3 h1 offered)");
    WON("PERSIST(3 h1 primary unrun offered) LOAD_VM");
    EVENT(LOADED, "ASK(3 4 h1)");
    LOST(2, 0,
         "PERSIST(3 h1 standby) SEND(DISCARDED 1) DISCONNECT "
         "DESTROY_COPY");
    PHASE(IDLE);
    valid_standby(false);
    MESSAGE(GRANT, 3, "PERSIST(3 h1 primary unrun) LOAD_VM");
    EVENT(RESUME_FAILED, "PERSIST(3 h1 standby) SEND(DISCARDED 1)");
    STATE("failed");
    MESSAGE(DISCARD, 2, "SEND(DISCARDED 2)");
    STATE("resyncing");
}

/* A loaded guest may run whatever an error says: the next process looks. */
static void
an_error_of_the_start_is_no_proof(void **state)
{
    (void)state;
    valid_standby(true);
    tick(150 * MS, "PING");
    tick(50 * MS, "ASK(2 3 h1)");
    WON("PERSIST(3 h1 primary unrun) LOAD_VM");
    EVENT(RESUMED, ""); /* before LOADED: cannot be */
    EVENT(LOADED, "PERSIST(3 h1 primary) RESUME_VM");
    EVENT(LOADED, "");
    EVENT(RESUME_FAILED, "EXIT_FOR_ROLE");
    PHASE(ENDED);
}

/* The witness died between the two: the guest goes on where it was. */
static void
an_offer_that_is_not_confirmed_goes_back(void **state)
{
    (void)state;
    valid_standby(true);
    MESSAGE(HANDOVER, 2, "ASK(2 3 h1 offered)");
    WON("PERSIST(3 h1 primary unrun offered) LOAD_VM");
    now += 10000 * MS; /* however long it loads */
    EVENT(HEARD, "");
    EVENT(LOADED, "ASK(3 4 h1)");
    UNREACHABLE("");
    EVENT(LINK_CLOSED, "");
    for (int64_t in = 50; in < 8000; in *= 2) {
        tick((in < 1000 ? in : 1000) * MS, "ASK(3 4 h1)");
        UNREACHABLE("");
    }
    tick(450 * MS, "PERSIST(3 h1 standby) DESTROY_COPY"); /* after 5 s */
    PHASE(IDLE);
    EVENT(LOADED, "");
}

/* R6: what a process finds that won in its former life. */
static void
won_is_not_ran(void **state)
{
    static const struct {
        enum ft_vm_state vm;
        bool unrun;
        bool offered;
        const char *expected;
    } cases[] = {
        { FT_VM_GONE, true, false, "PERSIST(5 h0 standby) EXIT_FOR_ROLE" },
        { FT_VM_OFF, true, false, "PERSIST(5 h0 standby) EXIT_FOR_ROLE" },
        { FT_VM_WAITING, true, false, "PERSIST(5 h0 standby) EXIT_FOR_ROLE" },
        { FT_VM_STOPPED, true, false,
          "PERSIST(5 h0 primary) RESUME_VM OPEN_GATE CONNECT" },
        { FT_VM_RUNNING, true, false,
          "PERSIST(5 h0 primary) OPEN_GATE CONNECT" },
        { FT_VM_GONE, false, false, "OPEN_GATE CONNECT" },
        { FT_VM_STOPPED, false, false, "RESUME_VM OPEN_GATE CONNECT" },
        /* an offer may be the peer's again, loaded or not */
        { FT_VM_STOPPED, true, true, "PERSIST(5 h0 standby) EXIT_FOR_ROLE" },
    };
    struct ft_ownership_config config = FT_OWNERSHIP_CONFIG_INIT;

    (void)state;
    config.witness = true;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ft_ownership_record record = { .generation = 5,
                                              .was_protected = true,
                                              .unrun = cases[i].unrun,
                                              .offered = cases[i].offered };

        ft_ownership_init(&own, &config, &record);
        GIVE(cases[i].expected, .kind = FT_EVENT_START, .vm = cases[i].vm);
    }
}

static void
no_witness_no_takeover(void **state)
{
    (void)state;
    valid_standby(false);
    tick(200 * MS, "");
    tick(1800 * MS, "DISCONNECT");
    assert_int_equal(ft_ownership_deadline(&own), INT64_MAX);
    PHASE(VALID);
}

static void
standby_is_removed(void **state)
{
    (void)state;
    valid_standby(true);
    EVENT(UNPROTECT, "SEND(DISCARDED 1) DESTROY_COPY REMOVED");
    make(FT_ROLE_STANDBY, 3, 0, false, true, false, FT_VM_RUNNING,
         "DESTROY_COPY");
}

/* It was away when the primary said GOODBYE. */
static void
a_standby_hears_that_the_pair_was_removed(void **state)
{
    (void)state;
    valid_standby(true);
    now += 5 * S;
    REMOVED(4, 0, ""); /* linked: the primary says so itself */
    EVENT(LINK_CLOSED, "PING");
    REMOVED(1, 0, "");
    REMOVED(4, 1, "");
    REMOVED(4, 0, "DESTROY_COPY REMOVED");
    PHASE(ENDED);
    /* who removes it may be about to ask this side */
    make(FT_ROLE_STANDBY, 3, 0, false, true, false, FT_VM_GONE, "");
    now += 5 * S - 1;
    REMOVED(3, 0, "");
    now++;
    REMOVED(3, 0, "DESTROY_COPY REMOVED");
    /* it has handed back what it had won, and the witness was set back */
    make(FT_ROLE_STANDBY, 3, 1, false, true, false, FT_VM_GONE, "");
    now += 5 * S;
    REMOVED(2, 0, "DESTROY_COPY REMOVED");
    /* won: it has nothing to hear of a peer that was not it */
    valid_standby(true);
    EVENT(LINK_CLOSED, "PING");
    EVENT(PING_REFUSED, "ASK(2 3 h1)");
    WON("PERSIST(3 h1 primary unrun) LOAD_VM");
    now += 5 * S;
    REMOVED(4, 0, "");
    PHASE(RESUMING);
}

static void
standby_goes_idle_on_shutdown(void **state)
{
    (void)state;
    valid_standby(true);
    MESSAGE(OFF, 2, "SEND(DISCARDED 2)");
    PHASE(IDLE);
    assert_int_equal(own.reason, FT_REASON_VM_OFF);
}

/* --- any event at any time ------------------------------------------------------ */

static void
any_order_is_survived(void **state)
{
    (void)state;
    srandom(7);
    for (int run = 0; run < 3000; run++) {
        struct ft_ownership_config config = FT_OWNERSHIP_CONFIG_INIT;
        struct ft_ownership_record record = { (uint64_t)(1 + random() % 3),
                                              (int)(random() % 2),
                                              (enum ft_role)(random() % 2),
                                              random() % 2,
                                              random() % 2,
                                              random() % 2,
                                              random() % 2,
                                              random() % 2 };

        config.self = (int)(random() % 2);
        config.witness = random() % 2;
        config.alone_without_witness = random() % 2;
        ft_ownership_init(&own, &config, &record);
        now = 0;
        for (int i = 0; i < 300; i++) {
            struct ft_ownership_event event = {
                .kind =
                    i ? (enum ft_ownership_event_kind)(random() % FT_EVENT_COUNT)
                      : FT_EVENT_START,
                .vm = (enum ft_vm_state)(random() % FT_VM_STATE_COUNT),
                .gap_ns = random(),
                .peer = { (enum ft_role)(random() % 2),
                          (uint64_t)(random() % 6), random() % 2 },
                .message =
                    (enum ft_ownership_message)(random() % FT_MESSAGE_COUNT),
                .generation = (uint64_t)(random() % 6),
                .owner = (int)(random() % 2),
                .ask = own.ask - (uint64_t)(random() % 2),
                .epoch = (uint64_t)(random() % 9),
                .final = random() % 2
            };

            now += random() % (50 * MS);
            ft_ownership_event(&own, now, &event, &actions);
            assert_true(actions.count <= FT_OWNERSHIP_ACTIONS_MAX);
            /* whoever may be overtaken never opens the gate */
            for (unsigned j = 0; j < actions.count; j++)
                if (actions.list[j].kind == FT_ACTION_OPEN_GATE)
                    assert_false(own.record.peer_may_take_over);
        }
    }
}

/* --- the tables and their manual ------------------------------------------------- */

static char *manual;

static void
in_manual(const char *item, const char *text)
{
    char entry[512];
    size_t n = (size_t)snprintf(entry, sizeof(entry), ".It Sy %s\n", item);

    /* as in the table, wrapped at spaces by whoever edits it */
    for (const char *at = strstr(manual, entry); at;
         at = strstr(at + 1, entry)) {
        const char *a = at + n, *b = text;

        while (*a && *b && (*a == *b || (*a == '\n' && *b == ' ')))
            a++, b++;
        if (!*b)
            return;
    }
    fail_msg("ft-states(7) lacks \"%s\": %s", item, text);
}

static void
manual_has_the_tables(void **state)
{
    const char *folder = getenv("srcdir");
    char path[1024];
    FILE *file;

    (void)state;
    snprintf(path, sizeof(path), "%s/man/ft-states.7", folder ? folder : ".");
    file = fopen(path, "r");
    if (!file)
        fail_msg("cannot open %s", path);
    manual = calloc(1, 65536);
    assert_non_null(manual);
    assert_true(fread(manual, 1, 65535, file) > 0);
    fclose(file);
#define ROW_1(name, text) in_manual(#name, text);
#define ROW_2(name, word, text) in_manual(word, text);
#define ROW_3(name, fields, text) in_manual(#name, text);
    FT_PAIR_STATES(ROW_2)
    FT_VM_STATES(ROW_2)
    FT_OWNERSHIP_PHASES(ROW_1)
    FT_OWNERSHIP_MESSAGES(ROW_1)
    FT_OWNERSHIP_EVENTS(ROW_3)
    FT_OWNERSHIP_ACTIONS(ROW_3)
    free(manual);
}

static void
names(void **state)
{
    (void)state;
    assert_string_equal(ft_pair_state_name(FT_PAIR_RESYNCING), "resyncing");
    assert_string_equal(ft_pair_state_name((enum ft_pair_state)99), "?");
    assert_string_equal(ft_ownership_event_name(FT_EVENT_GIVE_UP), "GIVE_UP");
    assert_string_equal(ft_ownership_action_name(
                            (enum ft_ownership_action_kind) - 1),
                        "?");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_protection),
        cmocka_unit_test(standby_lost_before_the_first_commit),
        cmocka_unit_test(standby_lost_while_committing),
        cmocka_unit_test(first_commit_waits_for_the_witness),
        cmocka_unit_test(silence_then_alone),
        cmocka_unit_test(silence_then_heard_again),
        cmocka_unit_test(starvation_restarts_suspicion),
        cmocka_unit_test(cut_off_primary_holds),
        cmocka_unit_test(superseded_by_one_that_never_ran),
        cmocka_unit_test(stale_answers_do_nothing),
        cmocka_unit_test(forgetful_witness_is_no_verdict),
        cmocka_unit_test(no_witness_alone_allowed),
        cmocka_unit_test(no_witness_alone_forbidden),
        cmocka_unit_test(restarted_worker),
        cmocka_unit_test(rebooted_primary),
        cmocka_unit_test(won_but_never_ran),
        cmocka_unit_test(given_away_and_restarted),
        cmocka_unit_test(switchover_by_witness),
        cmocka_unit_test(switchover_by_grant),
        cmocka_unit_test(switchover_falls_back),
        cmocka_unit_test(qemu_dies),
        cmocka_unit_test(guest_shuts_down),
        cmocka_unit_test(unprotect),
        cmocka_unit_test(daemon_gives_up),
        cmocka_unit_test(two_owners_both_hold),
        cmocka_unit_test(resync_on_demand),
        cmocka_unit_test(given_away_is_given_away),
        cmocka_unit_test(a_failed_pair_can_be_removed),
        cmocka_unit_test(an_old_primary_hears_that_the_pair_was_removed),
        cmocka_unit_test(an_own_last_word_that_is_late_counts),
        cmocka_unit_test(a_witness_that_forgot_its_verdict_is_told_it),
        cmocka_unit_test(a_sole_owner_is_not_removed_by_the_peer),
        cmocka_unit_test(an_owner_ends_what_it_began),
        cmocka_unit_test(a_forgotten_question_is_dropped),
        cmocka_unit_test(who_was_alone_starts_again),
        cmocka_unit_test(what_does_not_start_is_tried_again),
        cmocka_unit_test(what_was_shut_down_stays_off),
        cmocka_unit_test(both_hosts_return),
        cmocka_unit_test(only_this_host_returns),
        cmocka_unit_test(administrator_discards_what_is_newer),
        cmocka_unit_test(administrator_lets_the_copy_run),
        cmocka_unit_test(a_copy_that_could_not_run_is_filled_again),
        cmocka_unit_test(a_primary_of_before_that_word_is_told),
        cmocka_unit_test(a_witness_that_forgot_is_told_again),
        cmocka_unit_test(a_witness_that_is_ahead_is_followed),
        cmocka_unit_test(a_vm_that_could_not_go_on),
        cmocka_unit_test(a_question_that_stays_open_is_no_failure),
        cmocka_unit_test(takeover_by_silence),
        cmocka_unit_test(a_path_fails_and_the_host_answers),
        cmocka_unit_test(no_patience_with_a_daemon_that_has_no_worker),
        cmocka_unit_test(a_host_that_has_booted_is_suspected_at_once),
        cmocka_unit_test(a_silence_begins_when_the_last_byte_came),
        cmocka_unit_test(takeover_after_eof),
        cmocka_unit_test(takeover_after_a_long_silence),
        cmocka_unit_test(worker_of_the_primary_comes_back),
        cmocka_unit_test(invalid_never_takes_over),
        cmocka_unit_test(lost_keeps_the_copy_for_a_grant),
        cmocka_unit_test(generation_revalidates),
        cmocka_unit_test(planned_on_the_standby),
        cmocka_unit_test(an_error_of_the_start_is_no_proof),
        cmocka_unit_test(an_offer_that_is_not_confirmed_goes_back),
        cmocka_unit_test(won_is_not_ran),
        cmocka_unit_test(no_witness_no_takeover),
        cmocka_unit_test(standby_is_removed),
        cmocka_unit_test(a_standby_hears_that_the_pair_was_removed),
        cmocka_unit_test(standby_goes_idle_on_shutdown),
        cmocka_unit_test(any_order_is_survived),
        cmocka_unit_test(manual_has_the_tables),
        cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
