/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unprotect in the order that keeps the VM single, with hosts missing; the
 * planned switchover.
 */
#include "config.h"

#include "tests/unit/protect/fake-hosts.h"

static struct ft_unprotect_result result;
static struct ft_switchover_result switched;

static const struct ft_pair_ref pair = { PAIR_UUID, "vm1", { "h1", "h2" }, "w1" };

static int
begin_protected(void **state)
{
    begin(state);
    protect_by_hand();
    return 0;
}

static int
unprotect(bool force, struct ft_error *err)
{
    trace[0] = '\0';
    ft_unprotect_result_free(&result);
    return ft_unprotect(&fleet, &pair, force, NULL, &journal, &result, err);
}

/* The roles as after a takeover. */
static void
swap_roles(void)
{
    strcpy(hosts[H1].role, "standby");
    strcpy(hosts[H2].role, "primary");
    hosts[H1].generation = hosts[H2].generation = 2;
}

static void
fail_call(const char *host, const char *verb, int code)
{
    rule.host = host;
    rule.verb = verb;
    rule.nth = 1;
    rule.times = FOREVER;
    rule.code = code;
}

static void
assert_left(size_t index, const char *host, int code)
{
    assert_true(result.left_count > index);
    assert_string_equal(result.left[index], host);
    assert_int_equal(result.errors[index].code, code);
    assert_true(result.errors[index].text[0] != '\0');
}

static void
test_order(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(unprotect(false, &err), 0);
    assert_string_equal(trace,
                        "h1:pair-remove h2:pair-remove w1:witness-pair-remove ");
    assert_int_equal(result.left_count, 0);
    assert_string_equal(book.text,
                        "begin 0:started 0:done 1:started 1:done 2:started "
                        "2:done end:done ");
    assert_string_equal(book.entry.verb, "unprotect");
    assert_string_equal(hosts[H1].pair, "");
    assert_string_equal(hosts[H2].pair, "");
    assert_string_equal(hosts[W1].witness_pair, "");
    /* again: there is nothing left to do, and that is no error */
    assert_int_equal(unprotect(false, &err), 0);
    assert_int_equal(result.left_count, 0);
}

/* The user has enough after so many questions. */
static int
enough(void *data)
{
    return (*(int *)data)-- <= 0;
}

/* It may be stopped between any two hosts, and goes on in the same order. */
static void
test_stopped(void **state)
{
    int patience;
    const struct ft_progress progress = { .interrupted = enough,
                                          .data = &patience };

    (void)state;
    for (int asked = 0; asked < 4; asked++) {
        struct ft_error err = FT_ERROR_INIT;

        patience = asked;
        trace[0] = '\0';
        memset(&book, 0, sizeof(book));
        assert_int_equal(ft_unprotect(&fleet, &pair, false, &progress, &journal,
                                      &result, &err),
                         -EINTR);
        assert_has(err.text, "interrupted");
        assert_null(strstr(book.text, "end:"));
        if (asked == 0)
            assert_string_equal(book.text, ""); /* nothing is begun yet */
    }
    assert_string_equal(hosts[H1].pair, "");
    assert_string_equal(hosts[H2].pair, "");
    assert_int_equal(unprotect(false, &(struct ft_error)FT_ERROR_INIT), 0);
    assert_string_equal(hosts[W1].witness_pair, "");
    assert_has(book.text, "end:done");
}

/* An answer that got lost is asked for again; what was done stays done. */
static void
test_tried_again(void **state)
{
    static const struct {
        const char *host, *verb;
    } steps[] = { { "h1", "pair-remove" },
                  { "h2", "pair-remove" },
                  { "w1", "witness-pair-remove" } };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(steps); i++) {
        struct ft_error err = FT_ERROR_INIT;

        end(state);
        begin_protected(state);
        ft_fleet_set_watch(&fleet, &watch);
        memset(&watched, 0, sizeof(watched));
        /* as whoever looks for the pair does before */
        for (int h = 0; h < HOSTS; h++)
            assert_int_equal(ft_member_status(&fleet, fleet.members[h], &err),
                             0);
        fail_call(steps[i].host, steps[i].verb, EPIPE);
        rule.times = 1;
        rule.reach = FT_REACH_LOST;
        rule.after = true;
        assert_int_equal(unprotect(false, &err), 0);
        assert_int_equal(watched.told, 1);
        assert_int_equal(result.left_count, 0);
        assert_string_equal(hosts[H1].pair, "");
        assert_string_equal(hosts[H2].pair, "");
        assert_string_equal(hosts[W1].witness_pair, "");
        assert_has(book.text, "end:done");
    }
}

/* The primary lets go first, wherever the VM runs by now. */
static void
test_order_after_a_takeover(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    swap_roles();
    assert_int_equal(unprotect(false, &err), 0);
    assert_string_equal(trace,
                        "h2:pair-remove h1:pair-remove w1:witness-pair-remove ");
    assert_string_equal(result.runs_on, "h2");
    assert_string_equal(result.since, TAKEOVER_AT);
    assert_string_equal(hosts[H2].runs_on, "h2");
    assert_string_equal(hosts[H1].runs_on, "h2");
    assert_int_equal(json_array_size(result.said), 2);
    assert_string_equal(ft_json_string(json_array_get(result.said, 0), "host",
                                       ""),
                        "h2");
}

/*
 * An old primary that was away comes back after the other one let go: it calls
 * itself primary, and is told where the VM runs all the same.
 */
static void
test_old_primary_away(void **state)
{
    static const struct ft_pair_ref moved = {
        PAIR_UUID, "vm1", { "h2", "h1" }, "w1"
    };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    swap_roles();
    strcpy(hosts[H1].role, "primary");
    hosts[H1].generation = 1;
    hosts[H1].away = true;
    trace[0] = '\0';
    assert_int_equal(ft_unprotect(&fleet, &moved, false, NULL, &journal,
                                  &result, &err),
                     0);
    assert_string_equal(trace, "h2:pair-remove w1:witness-pair-remove ");
    assert_true(hosts[W1].host_left); /* h1 has yet to hear of it */
    assert_string_equal(result.runs_on, "h2");
    assert_left(0, "h1", EHOSTUNREACH);
    ft_unprotect_result_free(&result);
    /* and again, before it is back */
    assert_int_equal(ft_unprotect(&fleet, &moved, false, NULL, &journal,
                                  &result, &err),
                     0);
    assert_true(hosts[W1].host_left);
    assert_left(0, "h1", EHOSTUNREACH);
    ft_unprotect_result_free(&result);
    hosts[H1].away = false;
    assert_int_equal(ft_unprotect(&fleet, &moved, false, NULL, &journal,
                                  &result, &err),
                     0);
    assert_string_equal(hosts[H1].runs_on, "h2");
    assert_string_equal(result.runs_on, "h2");
    assert_int_equal(result.left_count, 0);
    assert_false(hosts[W1].host_left);
    ft_unprotect_result_free(&result);
}

/* Two call themselves primary: the later one is. */
static void
test_two_primaries(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    swap_roles();
    strcpy(hosts[H1].role, "primary");
    hosts[H1].generation = 1;
    assert_int_equal(unprotect(false, &err), 0);
    assert_string_equal(trace,
                        "h2:pair-remove h1:pair-remove w1:witness-pair-remove ");
    assert_string_equal(hosts[H1].runs_on, "h2");
}

/*
 * A standby that cannot be asked might take over: the primary lets go only when
 * that cannot be, and the witness remembers it for the standby.
 */
static void
test_standby_away(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    hosts[H2].away = true;
    assert_int_equal(unprotect(false, &err), 0);
    assert_string_equal(trace, "h1:pair-remove w1:witness-pair-remove ");
    assert_true(hosts[W1].host_left);
    assert_int_equal(result.left_count, 1);
    assert_left(0, "h2", EHOSTUNREACH);
    assert_has(book.text, "end:partly");
    /* once it is back, the rest goes */
    hosts[H2].away = false;
    assert_int_equal(unprotect(false, &err), 0);
    assert_string_equal(hosts[H2].pair, "");
    assert_false(hosts[W1].host_left);
    assert_int_equal(result.left_count, 0);
    assert_has(book.text, "end:done");
}

/* The copy may be the only one that lives: it goes only by force. */
static void
test_primary_away(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    hosts[H1].away = true;
    assert_int_equal(unprotect(false, &err), -EPERM);
    assert_has(err.text, "h2");
    assert_has(err.hint, "--force");
    assert_string_equal(trace, "");
    assert_string_equal(book.text, "");
    assert_int_equal(unprotect(true, &err), 0);
    assert_string_equal(trace, "w1:witness-pair-remove h2:pair-remove ");
    assert_int_equal(result.left_count, 1);
    assert_left(0, "h1", EHOSTUNREACH);
}

static void
test_primary_away_after_a_takeover(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    swap_roles();
    hosts[H2].away = true;
    assert_int_equal(unprotect(false, &err), -EPERM);
    assert_string_equal(trace, "");
}

static void
test_both_away(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    hosts[H1].away = hosts[H2].away = true;
    assert_int_equal(unprotect(true, &err), -EHOSTUNREACH);
    assert_string_equal(book.text, "");
}

/* A host of the pair that is not in the database any more. */
static void
test_unknown_host(void **state)
{
    static const struct ft_pair_ref other = {
        PAIR_UUID, "vm1", { "h1", "h7" }, "w1"
    };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_unprotect(&fleet, &other, false, NULL, &journal,
                                  &result, &err),
                     0);
    assert_string_equal(hosts[H1].pair, "");
    assert_int_equal(result.left_count, 1);
    assert_left(0, "h7", EHOSTUNREACH);
}

/* While the primary still replicates, its standby and its witness stay. */
static void
test_primary_will_not(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    fail_call("h1", "pair-remove", EBUSY);
    assert_int_equal(unprotect(false, &err), -EBUSY);
    assert_has(err.text, "the protection of vm1 is not ended");
    assert_string_equal(trace, "h1:pair-remove ");
    assert_int_equal(result.left_count, 0);
    assert_string_equal(hosts[H2].pair, PAIR_UUID);
    assert_string_equal(hosts[W1].witness_pair, PAIR_UUID);
    assert_has(book.text, "0:failed");
    assert_has(book.text, "end:partly");
}

/* Nor when its standby is away: it may need the witness to become sole. */
static void
test_primary_cannot(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    hosts[H2].away = true;
    fail_call("h1", "pair-remove", ETIMEDOUT);
    assert_int_equal(unprotect(false, &err), -ETIMEDOUT);
    assert_string_equal(trace, "h1:pair-remove ");
    assert_int_equal(result.left_count, 0);
    assert_string_equal(hosts[W1].witness_pair, PAIR_UUID);
    assert_has(book.text, "end:partly");
}

static void
test_others_will_not(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    hosts[W1].away = true;
    fail_call("h2", "pair-remove", EIO);
    assert_int_equal(unprotect(false, &err), 0);
    assert_string_equal(hosts[H1].pair, "");
    assert_int_equal(result.left_count, 2);
    assert_left(0, "h2", EIO);
    assert_left(1, "w1", EHOSTUNREACH);
    assert_has(book.text, "1:failed 2:started 2:failed end:partly");
}

/* An engine that is installed but does not run is started, to let go. */
static void
test_engine_stopped(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    hosts[H2].running = false;
    assert_int_equal(unprotect(false, &err), 0);
    assert_has(trace, "h2:install h1:pair-remove h2:pair-remove");
    assert_int_equal(result.left_count, 0);
}

/* No engine is there any more: nothing of ours runs on that host. */
static void
test_engine_gone(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    hosts[H2].running = hosts[H2].installed = false;
    assert_int_equal(unprotect(false, &err), 0);
    assert_string_equal(hosts[H1].pair, "");
    assert_string_equal(hosts[W1].witness_pair, "");
    assert_false(hosts[H2].installed);
    assert_int_equal(result.left_count, 0);
}

static void
test_without_witness(void **state)
{
    static const struct ft_pair_ref none = {
        PAIR_UUID, "vm1", { "h1", "h2" }, ""
    };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_unprotect(&fleet, &none, false, NULL, &journal, &result,
                                  &err),
                     0);
    assert_string_equal(trace, "h1:pair-remove h2:pair-remove ");
    assert_string_equal(hosts[W1].witness_pair, PAIR_UUID);
    assert_int_equal(result.left_count, 0);
    assert_has(book.text, "end:done");
}

/* The journal fails at every call: the error comes up, and what comes next not. */
static void
test_journal_fails(void **state)
{
    int n = 0, rc;

    do {
        struct ft_error err = FT_ERROR_INIT;

        end(state);
        begin_protected(state);
        book.fail_at = ++n;
        rc = unprotect(false, &err);
        assert_true(!rc || rc == -ENOSPC);
        if (rc && n <= 2)
            assert_string_equal(trace, "");
        if (rc && n <= 4)
            assert_string_equal(hosts[H2].pair, PAIR_UUID);
    } while (rc && n < 50);
    assert_int_equal(n, 1 + 2 * 3 + 1 + 1);
}

/* ---- switchover ---- */

static void
test_switchover(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_switchover(&fleet, &pair, 0, &switched, &err), 0);
    assert_string_equal(trace, "h1:switchover ");
    assert_true(switched.outage_ms == 12.5);
    assert_int_equal(switched.generation, 2);
    assert_string_equal(switched.primary, "h2");
    /* to the primary of now */
    swap_roles();
    trace[0] = '\0';
    assert_int_equal(ft_switchover(&fleet, &pair, 0, &switched, &err), 0);
    assert_string_equal(trace, "h2:switchover ");
}

static void
test_switchover_refused(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    /* only the standby answers */
    hosts[H1].away = true;
    assert_int_equal(ft_switchover(&fleet, &pair, 0, &switched, &err),
                     -EHOSTUNREACH);
    assert_has(err.text, "cannot be asked");
    /* nobody knows the pair */
    hosts[H1].away = false;
    forget(&hosts[H1]);
    forget(&hosts[H2]);
    fleet_anew();
    assert_int_equal(ft_switchover(&fleet, &pair, 0, &switched, &err), -ENOENT);
    assert_has(err.text, "not protected");
    assert_string_equal(trace, "");
    assert_string_equal(switched.primary, "");
}

/* It is never asked twice: the first time may have worked. */
static void
test_switchover_is_asked_once(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    fail_call("h1", "switchover", EPIPE);
    assert_int_equal(ft_switchover(&fleet, &pair, 0, &switched, &err), -EPIPE);
    assert_string_equal(trace, "h1:switchover ");
}

#define PROTECTED(function) \
    cmocka_unit_test_setup_teardown(function, begin_protected, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PROTECTED(test_order),
        PROTECTED(test_stopped),
        PROTECTED(test_tried_again),
        PROTECTED(test_order_after_a_takeover),
        PROTECTED(test_old_primary_away),
        PROTECTED(test_two_primaries),
        PROTECTED(test_standby_away),
        PROTECTED(test_primary_away),
        PROTECTED(test_primary_away_after_a_takeover),
        PROTECTED(test_both_away),
        PROTECTED(test_unknown_host),
        PROTECTED(test_primary_will_not),
        PROTECTED(test_primary_cannot),
        PROTECTED(test_others_will_not),
        PROTECTED(test_engine_stopped),
        PROTECTED(test_engine_gone),
        PROTECTED(test_without_witness),
        PROTECTED(test_journal_fails),
        PROTECTED(test_switchover),
        PROTECTED(test_switchover_refused),
        PROTECTED(test_switchover_is_asked_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
