/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way back: ftadmin dies wherever it writes something down, before or after a
 * step changes anything, and another one takes everything back, or goes on.
 */
#include "config.h"

#include "protect/protect-private.h"
#include "tests/unit/protect/fake-hosts.h"

/* What is written down: "begin", three times for each step, and the end. */
#define SYNC_BEGINS 23
#define THE_END 25

static struct ft_plan plan;
static char notes[2048];

static int
prepare(bool *resumed, struct ft_error *err)
{
    struct ft_plan_choices choices = { .vm = "vm1",
                                       .pair = PAIR_UUID,
                                       .settings = FT_PAIR_SETTINGS_INIT };

    return ft_protect_prepare(&fleet, &choices, &journal, &plan, resumed, err);
}

static void
on_note(void *data, const char *text)
{
    (void)data;
    assert_true(strlen(notes) + 300 < sizeof(notes));
    sprintf(notes + strlen(notes), "%.250s\n", text);
}

static const struct ft_progress progress = { .note = on_note };

/* Runs protect until the n-th time that it writes something down; 0: to its end. */
static int
protect_until(int n)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc;

    fleet_anew();
    book.calls = 0;
    book.fail_at = n;
    book.fail_code = EINTR; /* nothing is undone, as after a SIGKILL */
    book.unfinished = book.entry;
    ft_plan_free(&plan);
    rc = prepare(NULL, &err);
    if (!rc)
        rc = ft_protect_apply(&fleet, &plan, &progress, &journal, &err);
    if (rc && rc != -EINTR)
        fail_msg("%s", err.text);
    book.fail_at = 0;
    return rc;
}

static int
roll_back(struct ft_rollback_result *result, struct ft_error *err)
{
    fleet_anew();
    trace[0] = notes[0] = '\0';
    return ft_protect_rollback(&fleet, &book.entry, &progress, &journal, result,
                               err);
}

static void
must_roll_back(void)
{
    struct ft_rollback_result result = { .left_count = 0 };
    struct ft_error err = FT_ERROR_INIT;

    if (roll_back(&result, &err))
        fail_msg("%s", err.text);
    assert_int_equal(result.left_count, 0);
    assert_has(book.text, "end:rolled-back");
    assert_int_equal(book.found_count, 0);
}

/* What of a host is there before and after. */
struct state {
    bool installed, running, witness;
};

/* Nothing anywhere; all engines; and a witness of others, too. */
static const struct state befores[][HOSTS] = {
    { { false, false, false }, { false, false, false }, { false, false, false } },
    { { true, true, false }, { false, false, false }, { true, true, false } },
    { { true, true, false }, { true, true, false }, { true, true, true } },
};

static void
set_before(const struct state before[HOSTS])
{
    for (int i = 0; i < HOSTS; i++) {
        hosts[i].installed = before[i].installed;
        hosts[i].running = before[i].running;
        hosts[i].witness = before[i].witness;
    }
}

static void
assert_before(const struct state before[HOSTS])
{
    for (int i = 0; i < HOSTS; i++) {
        assert_int_equal(hosts[i].installed, before[i].installed);
        assert_int_equal(hosts[i].running, before[i].running);
        assert_int_equal(hosts[i].witness, before[i].witness);
        assert_string_equal(hosts[i].pair, "");
        assert_string_equal(hosts[i].witness_pair, "");
    }
}

static void
anew(void **state, const struct state before[HOSTS])
{
    ft_plan_free(&plan);
    end(state);
    begin(state);
    set_before(before);
}

static void
test_each_death_is_taken_back(void **state)
{
    for (size_t b = 0; b < FT_ARRAY_SIZE(befores); b++) {
        int n = 1;

        for (;; n++) {
            anew(state, befores[b]);
            if (!protect_until(n))
                break;
            must_roll_back();
            assert_before(befores[b]);
        }
        assert_int_equal(n, THE_END + 1);
    }
}

/* An engine that gave way comes back, whenever; and goes when all is done. */
static void
test_renewed_engine_comes_back(void **state)
{
    int n = 1;

    for (;; n++) {
        anew(state, befores[2]);
        hosts[H2].older = true;
        if (!protect_until(n))
            break;
        must_roll_back();
        assert_before(befores[2]);
        assert_true(hosts[H2].older);
        assert_false(hosts[H2].kept);
    }
    assert_false(hosts[H2].older);
    assert_false(hosts[H2].kept);
}

/* Not under the workers of others. */
static void
test_renewed_engine_stays(void **state)
{
    anew(state, befores[2]);
    hosts[W1].older = true;
    assert_int_equal(protect_until(20), -EINTR);
    assert_true(hosts[W1].kept);
    strcpy(hosts[W1].pair, "another one");
    strcpy(hosts[W1].role, "primary");
    must_roll_back();
    assert_false(hosts[W1].older);
    assert_has(notes, "w1: the engine stays renewed");
    *hosts[W1].pair = '\0';
}

/* The second one finds what the first one made, and does not take it for old. */
static void
test_second_death_is_taken_back(void **state)
{
    for (size_t b = 0; b < FT_ARRAY_SIZE(befores); b++)
        for (int first = 2; first <= THE_END; first += 3)
            for (int second = 1; second <= THE_END; second++) {
                anew(state, befores[b]);
                assert_int_equal(protect_until(first), -EINTR);
                if (!protect_until(second))
                    break;
                must_roll_back();
                assert_before(befores[b]);
            }
}

static void
test_each_death_is_resumed(void **state)
{
    for (int n = 2; n <= THE_END; n++) {
        anew(state, befores[0]);
        assert_int_equal(protect_until(n), -EINTR);
        assert_int_equal(protect_until(0), 0);
        assert_has(book.text, "end:done");
        assert_string_equal(hosts[H1].pair, PAIR_UUID);
        assert_string_equal(hosts[H1].key, hosts[H2].key);
        assert_string_equal(hosts[H1].witness_key, hosts[W1].pair_key);
    }
}

/* What was chosen by hand is chosen again, without being named. */
static void
test_resumed_as_chosen(void **state)
{
    struct ft_plan_choices choices = { .vm = "vm1",
                                       .pair = PAIR_UUID,
                                       .settings = FT_PAIR_SETTINGS_INIT };
    struct ft_error err = FT_ERROR_INIT;
    const json_t *settings;

    (void)state;
    ft_settings_set_silence(&choices.settings, 3000);
    choices.settings.cpu_budget_percent = 12;
    choices.silence_named = true;
    if (ft_protect_prepare(&fleet, &choices, &journal, &plan, NULL, &err))
        fail_msg("%s", err.text);
    book.fail_at = 4;
    book.fail_code = EINTR;
    assert_int_equal(ft_protect_apply(&fleet, &plan, &progress, &journal, &err),
                     -EINTR);
    assert_int_equal(protect_until(0), 0);
    settings = json_object_get(hosts[H2].config, "settings");
    assert_int_equal(ft_json_int(settings, "silence_ms", 0, 9999, 0), 3000);
    assert_int_equal(ft_json_int(settings, "cpu_budget_percent", 0, 99, 0), 12);
}

static void
test_late(void **state)
{
    struct ft_rollback_result result = { .left_count = 0 };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    for (int side = H1; side <= H2; side++) {
        anew(state, befores[0]);
        assert_int_equal(protect_until(THE_END), -EINTR);
        hosts[side].committed = true;
        assert_int_equal(roll_back(&result, &err), -EPERM);
        assert_has(err.hint, "ftadmin unprotect");
        assert_string_equal(trace, "");
        assert_string_equal(hosts[H1].pair, PAIR_UUID);
        assert_has(book.text, "end:done"); /* and it is not pending any more */
    }
}

/* The engine of before is of no use any more, whoever ends the protect that has none
 * to end it: a rollback that is refused, a resume that fails, an unprotect. */
static void
test_late_settles(void **state)
{
    const struct ft_pair_ref pair = {
        .pair = PAIR_UUID, .vm = "vm1", .hosts = { "h1", "h2" }, .witness = "w1"
    };
    struct ft_rollback_result rolled = { .left_count = 0 };
    struct ft_unprotect_result removed;

    for (int way = 0; way < 3; way++) {
        struct ft_error err = FT_ERROR_INIT;

        anew(state, befores[2]);
        hosts[H2].older = true;
        assert_int_equal(protect_until(THE_END), -EINTR);
        assert_true(hosts[H2].kept);
        hosts[H2].committed = true;
        fleet_anew();
        if (way == 0) {
            assert_int_equal(roll_back(&rolled, &err), -EPERM);
        } else if (way == 1) {
            hosts[H1].demoted = true;
            strcpy(hosts[H1].role, "standby");
            notes[0] = '\0';
            assert_true(
                ft_protect_apply(&fleet, &plan, &progress, &journal, &err) < 0);
        } else {
            assert_int_equal(ft_unprotect(&fleet, &pair, false, &progress,
                                          &journal, &removed, &err),
                             0);
            ft_unprotect_result_free(&removed);
        }
        assert_false(hosts[H2].kept);
        assert_false(hosts[H2].older);
    }
}

/* Also where a step fails by itself: what could take over is not thrown away. */
static void
test_late_failure(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(protect_until(THE_END), -EINTR);
    hosts[H2].committed = true;
    hosts[H1].demoted = true;
    strcpy(hosts[H1].role, "standby");
    fleet_anew();
    trace[0] = notes[0] = '\0';
    assert_int_equal(ft_protect_apply(&fleet, &plan, &progress, &journal,
                                      &err) < 0,
                     true);
    assert_string_equal(hosts[H2].pair, PAIR_UUID);
    assert_has(notes, "ready to take over");
    assert_has(book.text, "7:failed end:done");
}

static void
test_not_an_unprotect(void **state)
{
    struct ft_rollback_result result = { .left_count = 0 };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(protect_until(20), -EINTR);
    strcpy(book.entry.verb, "unprotect");
    assert_int_equal(roll_back(&result, &err), -EPERM);
    assert_has(err.hint, "ftadmin resume");
    assert_string_equal(trace, "");
}

/* What others came to use meanwhile stays, and that is said. */
static void
test_shared(void **state)
{
    (void)state;
    assert_int_equal(protect_until(20), -EINTR);
    book.shared = "h2";
    strcpy(hosts[W1].others_pair, "another one");
    must_roll_back();
    assert_false(hosts[H1].installed);
    assert_true(hosts[H2].installed);
    assert_true(hosts[W1].installed);
    assert_true(hosts[W1].witness);
    assert_string_equal(hosts[W1].witness_pair, "");
    assert_has(notes, "h2: the engine stays");
    assert_has(notes, "w1: the witness stays");
}

/* Nobody knows who uses an engine that hangs: it is not removed, with all it keeps. */
static void
test_engine_hangs(void **state)
{
    struct ft_rollback_result result = { .left_count = 0 };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(protect_until(11), -EINTR);
    assert_true(hosts[W1].installed);
    assert_string_equal(hosts[W1].witness_pair, "");
    rule.host = "w1";
    rule.verb = "status";
    rule.nth = 1;
    rule.times = FOREVER;
    rule.code = ETIMEDOUT;
    assert_int_equal(roll_back(&result, &err), 0);
    assert_int_equal(result.left_count, 1);
    assert_string_equal(result.left[0], "w1");
    assert_true(hosts[W1].installed);
    assert_has(book.text, "end:partly");
    rule.times = 0;
    must_roll_back();
    assert_before(befores[0]);
}

/* While the primary cannot be asked its standby and its witness stay. */
static void
test_primary_away(void **state)
{
    struct ft_rollback_result result = { .left_count = 0 };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    copying = true;
    assert_int_equal(protect_until(SYNC_BEGINS), -EINTR);
    hosts[H1].away = true;
    assert_int_equal(roll_back(&result, &err), -EHOSTUNREACH);
    assert_has(err.text, "nothing is undone");
    assert_string_equal(trace, "");
    hosts[H1].away = false;
    rule.host = "h1";
    rule.verb = "pair-remove";
    rule.nth = rule.times = 1;
    rule.code = EBUSY;
    assert_int_equal(roll_back(&result, &err), 0);
    assert_int_equal(result.left_count, 1);
    assert_string_equal(result.left[0], "h1");
    assert_string_equal(hosts[H2].pair, PAIR_UUID);
    assert_has(book.text, "end:partly");
    must_roll_back();
    assert_before(befores[0]);
}

/* Another host away: its part is left, and goes when it is given again. */
static void
test_standby_away(void **state)
{
    struct ft_rollback_result result = { .left_count = 0 };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    copying = true;
    assert_int_equal(protect_until(SYNC_BEGINS), -EINTR);
    hosts[H2].away = true;
    assert_int_equal(roll_back(&result, &err), 0);
    assert_int_equal(result.left_count, 1);
    assert_string_equal(result.left[0], "h2");
    assert_int_equal(result.errors[0].code, EHOSTUNREACH);
    assert_false(hosts[H1].installed);
    assert_false(hosts[W1].installed);
    assert_string_equal(hosts[H2].pair, PAIR_UUID);
    hosts[H2].away = false;
    must_roll_back();
    assert_before(befores[0]);
}

/* The rollback dies, too: the next one goes on where it was. */
static void
test_order(void **state)
{
    (void)state;
    copying = true;
    assert_int_equal(protect_until(SYNC_BEGINS), -EINTR);
    must_roll_back();
    assert_string_equal(trace,
                        "h1:pair-remove h2:pair-remove w1:witness-pair-remove "
                        "w1:witness-stop w1:remove h2:remove h1:remove ");
}

static int
begin_one(void **state)
{
    memset(&plan, 0, sizeof(plan));
    return begin(state);
}

static int
end_one(void **state)
{
    ft_plan_free(&plan);
    return end(state);
}

#define ROLLBACK(function) \
    cmocka_unit_test_setup_teardown(function, begin_one, end_one)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ROLLBACK(test_each_death_is_taken_back),
        ROLLBACK(test_second_death_is_taken_back),
        ROLLBACK(test_renewed_engine_comes_back),
        ROLLBACK(test_renewed_engine_stays),
        ROLLBACK(test_each_death_is_resumed),
        ROLLBACK(test_resumed_as_chosen),
        ROLLBACK(test_late),
        ROLLBACK(test_late_settles),
        ROLLBACK(test_late_failure),
        ROLLBACK(test_not_an_unprotect),
        ROLLBACK(test_shared),
        ROLLBACK(test_engine_hangs),
        ROLLBACK(test_primary_away),
        ROLLBACK(test_standby_away),
        ROLLBACK(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
