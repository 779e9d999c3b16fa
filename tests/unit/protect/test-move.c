/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VM that runs alone leaves its pair for another one: nothing of the old pair is
 * touched before the new standby is ready, and what fails afterwards says so.
 */
#include "config.h"

#include "protect/protect-private.h"
#include "tests/unit/protect/fake-hosts.h"

#define OTHER_PAIR "0b1e1c1e-7d4f-4a0e-9b52-8a4d6c2f9e10"

static struct ft_plan plan;
static char notes[2048];

static void
on_note(void *data, const char *text)
{
    (void)data;
    assert_true(strlen(notes) + 300 < sizeof(notes));
    sprintf(notes + strlen(notes), "%.250s\n", text);
}

static const struct ft_progress progress = { .note = on_note };

/* h1 has the VM, alone, for h2 was installed anew. */
static void
lose_standby(void)
{
    protect_by_hand();
    hosts[H1].alone = true;
    hosts[H2].installed = hosts[H2].running = false;
    hosts[H2].pair[0] = '\0';
}

static int
prepare(struct ft_error *err)
{
    struct ft_plan_choices choices = { .vm = "vm1",
                                       .pair = OTHER_PAIR,
                                       .settings = FT_PAIR_SETTINGS_INIT };

    fleet_anew();
    notes[0] = trace[0] = '\0';
    ft_plan_free(&plan);
    return ft_protect_prepare(&fleet, &choices, &journal, &plan, NULL, err);
}

static int
move(struct ft_error *err)
{
    if (prepare(err))
        fail_msg("%s", err->text);
    return ft_protect_apply(&fleet, &plan, &progress, &journal, err);
}

static void
assert_moved(void)
{
    assert_string_equal(hosts[H1].pair, OTHER_PAIR);
    assert_string_equal(hosts[H2].pair, OTHER_PAIR);
    assert_string_equal(hosts[H1].key, hosts[H2].key);
    assert_string_equal(hosts[W1].witness_pair, OTHER_PAIR);
    assert_has(book.text, "end:done");
}

static void
assert_before(const char *first, const char *second)
{
    assert_has(trace, first);
    assert_has(strstr(trace, first), second);
}

static int
forget_plan(void **state)
{
    ft_plan_free(&plan);
    return end(state);
}

static void
test_installed_anew(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    lose_standby();
    if (move(&err))
        fail_msg("%s", err.text);
    assert_string_equal(plan.leaves.pair, PAIR_UUID);
    assert_false(plan.leaves.silent);
    assert_before("h2:pair-set", "h1:pair-remove");
    assert_before("h1:pair-remove", "h1:pair-set");
    assert_moved();
}

/* One that does not run may have its part of the pair on its disk. */
static void
test_engine_that_does_not_run(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    lose_standby();
    hosts[H2].installed = true;
    assert_int_equal(prepare(&err), -EEXIST);
    assert_has(err.hint, "Start ftengine on h2");
    hosts[H2].running = true;
    assert_int_equal(prepare(&err), 0);
}

static void
test_silent(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    lose_standby();
    hosts[H2].away = true;
    assert_int_equal(prepare(&err), -EEXIST);
    assert_has(err.hint, "--standby HOST");
    assert_string_equal(hosts[H1].pair, PAIR_UUID);
}

static void
test_not_alone(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    lose_standby();
    hosts[H1].alone = false;
    assert_int_equal(prepare(&err), -EEXIST);
    assert_has(err.hint, "Nothing to do");
}

/* What fails before it lets go, or at that: all is as before. */
static void
test_fails_before(void **state)
{
    static const struct {
        const char *host, *verb;
    } cases[] = { { "h2", "install" },
                  { "h2", "pair-set" },
                  { "w1", "witness-pair-set" },
                  { "h1", "pair-remove" } };

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_error err = FT_ERROR_INIT;

        end(state);
        begin(state);
        lose_standby();
        rule.host = cases[i].host;
        rule.verb = cases[i].verb;
        rule.nth = rule.times = 1;
        rule.code = EPERM;
        assert_int_equal(move(&err), -EPERM);
        assert_string_equal(hosts[H1].pair, PAIR_UUID);
        assert_string_equal(hosts[H2].pair, "");
        assert_has(book.text, "end:rolled-back");
        assert_null(strstr(notes, "UNPROTECTED"));
        if (!strcmp(cases[i].verb, "pair-remove"))
            assert_has(book.text, "not-left");
    }
}

static void
fail_after(void)
{
    struct ft_error err = FT_ERROR_INIT;

    lose_standby();
    rule.host = "h1";
    rule.verb = "pair-set";
    rule.nth = rule.times = 1;
    rule.code = EPERM;
    assert_int_equal(move(&err), -EPERM);
    assert_string_equal(hosts[H1].pair, "");
    assert_string_equal(hosts[H2].pair, "");
    assert_has(notes, "UNPROTECTED");
    assert_has(notes, "ftadmin resume");
    assert_has(book.text, "end:partly");
    book.unfinished = book.entry;
}

static void
test_fails_after_and_is_resumed(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    fail_after();
    if (move(&err))
        fail_msg("%s", err.text);
    assert_string_equal(plan.leaves.pair, "");
    assert_moved();
}

/* Again and again: that it is in none stays known. */
static void
test_fails_after_twice(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    fail_after();
    rule.nth = rule.times = 1;
    assert_int_equal(move(&err), -EPERM);
    assert_has(notes, "UNPROTECTED");
}

static void
test_fails_after_and_is_taken_back(void **state)
{
    struct ft_rollback_result result = { .left_count = 0 };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    fail_after();
    fleet_anew();
    assert_int_equal(ft_protect_rollback(&fleet, &book.entry, &progress,
                                         &journal, &result, &err),
                     0);
    assert_true(result.released);
    assert_int_equal(result.left_count, 0);
    assert_has(book.text, "end:rolled-back");
}

/* ftadmin dies wherever it writes something down. Until h1 has let go the VM is in the
 * pair that it was in, which nothing is to end then. */
static void
test_each_death_is_taken_back(void **state)
{
    int n = 1, kept = 0, released = 0;

    for (;; n++) {
        struct ft_rollback_result result = { .left_count = 0 };
        struct ft_error err = FT_ERROR_INIT;
        bool before;

        ft_plan_free(&plan);
        end(state);
        begin(state);
        lose_standby();
        book.fail_at = n;
        book.fail_code = EINTR;
        book.dies = true;
        if (move(&err) == 0)
            break;
        book.fail_at = 0;
        book.dies = false;
        before = !strcmp(hosts[H1].pair, PAIR_UUID);
        fleet_anew();
        if (ft_protect_rollback(&fleet, &book.entry, &progress, &journal,
                                &result, &err))
            fail_msg("%d: %s", n, err.text);
        assert_int_equal(result.left_count, 0);
        assert_string_equal(hosts[H1].pair, before ? PAIR_UUID : "");
        assert_string_equal(hosts[H2].pair, "");
        if (result.released == before)
            fail_msg("%d: %s", n, book.text);
        if (before && *book.left)
            assert_has(book.text, "not-left");
        kept += before;
        released += !before;
    }
    assert_true(kept > 0 && released > 0);
}

#define MOVE_TEST(function) \
    cmocka_unit_test_setup_teardown(function, begin, forget_plan)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        MOVE_TEST(test_installed_anew),
        MOVE_TEST(test_engine_that_does_not_run),
        MOVE_TEST(test_silent),
        MOVE_TEST(test_not_alone),
        MOVE_TEST(test_fails_before),
        MOVE_TEST(test_fails_after_and_is_resumed),
        MOVE_TEST(test_fails_after_twice),
        MOVE_TEST(test_fails_after_and_is_taken_back),
        MOVE_TEST(test_each_death_is_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
