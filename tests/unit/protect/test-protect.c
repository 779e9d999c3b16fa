/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protect: steps in their order, each of them failing, and what then is left.
 */
#include "config.h"

#include "protect/protect-private.h"
#include "tests/unit/protect/fake-hosts.h"

/* The steps of a plan with a witness, and the call that makes each of them. */
static const struct {
    enum ft_step_kind kind;
    const char *host, *verb;
} steps[] = {
    { FT_STEP_ENGINE, "h1", "install" },
    { FT_STEP_ENGINE, "h2", "install" },
    { FT_STEP_ENGINE, "w1", "install" },
    { FT_STEP_WITNESS, "w1", "witness-start" },
    { FT_STEP_WITNESS_PAIR, "w1", "witness-pair-set" },
    { FT_STEP_STANDBY, "h2", "pair-set" },
    { FT_STEP_PRIMARY, "h1", "pair-set" },
    { FT_STEP_SYNC, "h1", NULL },
};

#define STEPS FT_ARRAY_SIZE(steps)

static struct ft_plan plan;

static int
prepare(const char *witness, bool *resumed, struct ft_error *err)
{
    struct ft_plan_choices choices = { .vm = "vm1",
                                       .standby = "h2",
                                       .witness = witness,
                                       .pair = PAIR_UUID,
                                       .settings = FT_PAIR_SETTINGS_INIT };

    return ft_protect_prepare(&fleet, &choices, &journal, &plan, resumed, err);
}

static int
begin_prepared(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    begin(state);
    if (prepare("w1", NULL, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int
end_prepared(void **state)
{
    ft_plan_free(&plan);
    return end(state);
}

/* Progress: what was said, and when the user wants out. */
static struct {
    char steps[2048], notes[2048];
    int patience; /* -1: endless */
} shown;

static void
show_step(void *data, size_t index, size_t count, const char *description,
          enum ft_step_state state)
{
    (void)data;
    assert_true(index < count);
    assert_true(description[0] != '\0');
    sprintf(shown.steps + strlen(shown.steps), "%zu:%s ", index,
            ft_step_state_name(state));
}

static void
show_note(void *data, const char *text)
{
    (void)data;
    sprintf(shown.notes + strlen(shown.notes), "%.200s\n", text);
}

static int
interrupted(void *data)
{
    (void)data;
    return shown.patience >= 0 && shown.patience-- == 0;
}

static int
apply(int patience, struct ft_error *err)
{
    const struct ft_progress progress = { .step = show_step,
                                          .note = show_note,
                                          .interrupted = interrupted };

    memset(&shown, 0, sizeof(shown));
    shown.patience = patience;
    trace[0] = '\0';
    return ft_protect_apply(&fleet, &plan, &progress, &journal, err);
}

/* Nothing is on a host that was not before. */
static void
assert_untouched(void)
{
    for (int i = 0; i < HOSTS; i++) {
        assert_false(hosts[i].installed);
        assert_false(hosts[i].running);
        assert_false(hosts[i].witness);
        assert_string_equal(hosts[i].pair, "");
        assert_string_equal(hosts[i].witness_pair, "");
    }
}

static void
test_prepare_touches_nothing(void **state)
{
    (void)state;
    assert_string_equal(trace, "");
    assert_untouched();
    assert_string_equal(plan.primary, "h1");
    assert_string_equal(plan.standby, "h2");
    assert_string_equal(plan.witness, "w1");
    assert_int_equal(plan.step_count, STEPS);
    for (size_t i = 0; i < STEPS; i++) {
        assert_int_equal(plan.steps[i].kind, steps[i].kind);
        assert_string_equal(plan.steps[i].host, steps[i].host);
    }
}

static void
test_success(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    if (apply(-1, &err))
        fail_msg("%s", err.text);
    assert_string_equal(trace,
                        "h1:install h2:install w1:install w1:witness-start "
                        "w1:witness-pair-remove w1:witness-pair-set "
                        "h2:pair-set h1:pair-set ");
    assert_string_equal(book.text, "begin 0:started found:engine 0:done "
                                   "1:started found:engine 1:done "
                                   "2:started found:engine 2:done "
                                   "3:started found:witness 3:done "
                                   "4:started found:witness-pair 4:done "
                                   "5:started found:standby 5:done "
                                   "6:started found:primary 6:done "
                                   "7:started 7:done end:done ");
    assert_has(shown.steps, "0:started 0:done 1:started");
    assert_has(shown.steps, "7:done");
    assert_string_equal(book.entry.verb, "protect");
    assert_string_equal(book.entry.pair, PAIR_UUID);
    assert_string_equal(book.entry.vm_uuid, VM_UUID);
    assert_string_equal(book.entry.witness, "w1");

    assert_string_equal(hosts[H1].pair, PAIR_UUID);
    assert_string_equal(hosts[H1].role, "primary");
    assert_string_equal(hosts[H2].role, "standby");
    assert_string_equal(hosts[W1].witness_pair, PAIR_UUID);
    assert_string_equal(hosts[W1].owner, "h1");
}

/* One key for the link and another for the witness, each where it belongs. */
static void
test_keys(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char old[65];

    (void)state;
    assert_int_equal(apply(-1, &err), 0);
    assert_int_equal(strlen(hosts[H1].key), 64);
    assert_int_equal(strspn(hosts[H1].key, "0123456789abcdef"), 64);
    assert_string_equal(hosts[H1].key, hosts[H2].key);
    assert_string_equal(hosts[H1].witness_key, hosts[H2].witness_key);
    assert_string_equal(hosts[H1].witness_key, hosts[W1].pair_key);
    assert_int_equal(strlen(hosts[W1].pair_key), 64);
    assert_string_not_equal(hosts[H1].key, hosts[H1].witness_key);
    /* no secret in what is kept */
    assert_null(memmem(&book.entry, sizeof(book.entry), hosts[H1].key, 64));
    strcpy(old, hosts[H1].key);
    assert_int_equal(apply(-1, &err), 0);
    assert_string_not_equal(hosts[H1].key, old);
}

static void
test_without_witness(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_plan_free(&plan);
    assert_int_equal(prepare("none", NULL, &err), 0);
    assert_int_equal(apply(-1, &err), 0);
    assert_string_equal(trace, "h1:install h2:install h2:pair-set h1:pair-set ");
    assert_string_equal(hosts[H1].witness_key, "");
    assert_string_equal(hosts[H2].witness_key, "");
}

/* The steps that were undone, by the journal: each one lower than the last. */
static void
assert_undone_in_reverse(size_t first)
{
    const char *at = book.text;
    size_t expected = first;

    while ((at = strstr(at, ":undone"))) {
        size_t index = (size_t)(at[-1] - '0');

        assert_int_equal(index, expected);
        expected = index - 1;
        at++;
    }
    assert_int_equal(expected, (size_t)-1);
}

/*
 * Every step fails, before it has done anything, and after: then its answer is
 * lost, and nobody knows. All is as before, and the error is the step's.
 */
static void
test_each_step_fails(void **state)
{
    (void)state;
    for (int after = 0; after < 2; after++)
        for (size_t i = 0; i + 1 < STEPS; i++) {
            struct ft_error err = FT_ERROR_INIT;
            char expected[40];

            book_anew();
            fleet_anew();
            memset(&rule, 0, sizeof(rule));
            rule.host = steps[i].host;
            rule.verb = steps[i].verb;
            rule.nth = rule.times = 1;
            rule.code = after ? ETIMEDOUT : EREMOTEIO;
            rule.after = after;
            assert_int_equal(apply(-1, &err), -rule.code);
            assert_has(err.text, "fails as told");
            assert_untouched();
            snprintf(expected, sizeof(expected), "%zu:failed", i);
            assert_has(book.text, expected);
            assert_has(shown.steps, expected);
            assert_undone_in_reverse(i);
            assert_has(book.text, "end:rolled-back");
            assert_null(strstr(book.text, "end:done"));
        }
}

/*
 * The connection breaks in each step once, before it has done anything or after:
 * it is tried again, said so, and the pair comes about. One key stays one key.
 */
static void
test_each_step_is_tried_again(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < STEPS; i++) {
        struct ft_error err = FT_ERROR_INIT;

        end_prepared(state);
        begin_prepared(state);
        ft_fleet_set_watch(&fleet, &watch);
        memset(&watched, 0, sizeof(watched));
        rule.host = steps[i].host;
        rule.verb = steps[i].verb;
        rule.nth = rule.times = 1;
        rule.reach = i % 2 ? FT_REACH_LOST : FT_REACH_ENGINE_SILENT;
        rule.reach =
            steps[i].kind == FT_STEP_ENGINE ? FT_REACH_LOST : rule.reach;
        rule.code = ft_reach_code(rule.reach);
        rule.after = i != 4;
        if (apply(-1, &err))
            fail_msg("%s", err.text);
        assert_int_equal(rule.times, 0);
        assert_int_equal(watched.told, 1);
        assert_has(watched.text, "tried again in 0.25 s");
        assert_has(watched.text, steps[i].host);
        assert_has(book.text, "end:done");
        assert_string_equal(hosts[H1].key, hosts[H2].key);
        assert_string_equal(hosts[H1].witness_key, hosts[W1].pair_key);
    }
}

/* Not when the user wants out: then the step has failed, and all is undone. */
static void
test_trying_again_is_interrupted(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_fleet_set_watch(&fleet, &watch);
    memset(&watched, 0, sizeof(watched));
    watched.enough = true;
    rule.host = "h2";
    rule.verb = "pair-set";
    rule.nth = rule.times = 1;
    rule.code = EPIPE;
    rule.reach = FT_REACH_LOST;
    assert_int_equal(apply(-1, &err), -EPIPE);
    assert_int_equal(watched.told, 0);
    assert_untouched();
}

/* The engines have begun, and then the primary is none: all of it goes. */
static void
test_sync_fails(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    hosts[H1].demoted = true;
    assert_int_equal(apply(-1, &err), -EIO);
    assert_has(err.text, "not the primary any more");
    assert_untouched();
    assert_has(book.text, "7:failed 6:undone 5:undone");
    assert_has(book.text, "end:rolled-back");
}

/* An answer that does not come is no failure yet: it is asked again. */
static void
test_sync_is_patient(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    rule.host = "h1";
    rule.verb = "status";
    rule.nth = 2; /* the first is that of the first step */
    rule.times = 1;
    rule.code = EPROTO;
    assert_int_equal(apply(-1, &err), 0);
    assert_int_equal(rule.times, 0);
    assert_string_equal(hosts[H1].pair, PAIR_UUID);
}

/* A worker that has just started protects nothing yet, and is not one that gave up. */
static void
test_sync_waits_for_a_worker(void **state)
{
    static const struct {
        const char *status;
        bool gave_up;
    } cases[] = {
        { "{\"state\":\"syncing\"}", false },
        { "{\"state\":\"unprotected\"}", true },
        { "{\"state\":\"unprotected\",\"starting\":false}", true },
        { "{\"state\":\"unprotected\",\"starting\":true}", false },
        { "{\"state\":\"failed\",\"starting\":true}", true },
        { "{}", false },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *status = json_loads(cases[i].status, 0, NULL);

        assert_int_equal(ft_sync_gave_up(status), cases[i].gave_up);
    }
}

/* The journal fails: without a trace nothing is begun, and nothing left. */
static void
test_journal_fails(void **state)
{
    int n = 0, rc;

    (void)state;
    do {
        struct ft_error err = FT_ERROR_INIT;

        fleet_anew();
        book_anew();
        book.fail_at = ++n;
        rc = apply(-1, &err);
        if (!rc)
            break;
        assert_int_equal(rc, -ENOSPC);
        if (n == 1)
            assert_string_equal(trace, "");
        if (n < 25) /* its very end: the pair is there */
            assert_untouched();
    } while (n < 100);
    assert_int_equal(n, 3 * STEPS + 2);
}

/* What was there before stays: engines, and a witness of other pairs. */
static void
test_keeps_what_was_there(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    hosts[H2].installed = hosts[H2].running = true;
    hosts[W1].installed = hosts[W1].running = hosts[W1].witness = true;
    rule.host = "h1";
    rule.verb = "pair-set";
    rule.nth = rule.times = 1;
    rule.code = EREMOTEIO;
    assert_int_equal(apply(-1, &err), -EREMOTEIO);
    assert_false(hosts[H1].installed);
    assert_true(hosts[H2].running);
    assert_true(hosts[W1].running);
    assert_true(hosts[W1].witness);
    assert_string_equal(hosts[H2].pair, "");
    assert_string_equal(hosts[W1].witness_pair, "");
    assert_has(book.text, "end:rolled-back");
}

/* One undoing fails: the others are done, and what is left is said. */
static void
test_undo_fails(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    hosts[W1].installed = hosts[W1].running = true;
    rule.host = "w1";
    rule.verb = "witness-pair-remove"; /* once in the step, then to undo it */
    rule.nth = 2;
    rule.times = 1;
    rule.code = EBUSY;
    book.fail_at = 20; /* "6:started" */
    assert_int_equal(apply(-1, &err), -ENOSPC);
    assert_has(err.text, "database is full");
    assert_string_equal(hosts[W1].witness_pair, PAIR_UUID);
    assert_false(hosts[W1].witness);
    assert_string_equal(hosts[H2].pair, "");
    assert_false(hosts[H1].installed);
    assert_has(shown.notes, "could not be undone");
    assert_has(shown.notes, "ftadmin rollback");
    assert_has(book.text, "end:partly");
    assert_null(strstr(book.text, "4:undone"));
    assert_has(book.text, "3:undone");
}

/* A host goes in the middle, and cannot be reached to clean up either. */
static void
test_host_vanishes(void **state)
{
    static const struct {
        const char *host, *verb;
        int code;
    } cases[] = {
        { "h2", "pair-set", EPIPE },      { "h2", "pair-set", ETIMEDOUT },
        { "w1", "witness-start", EPIPE }, { "w1", "witness-pair-set", EPIPE },
        { "h2", "install", EPIPE },       { "h1", "install", ETIMEDOUT },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_error err = FT_ERROR_INIT;
        struct fake_host *gone = host_named(cases[i].host);

        book_anew();
        fleet_anew();
        rule.host = cases[i].host;
        rule.verb = cases[i].verb;
        rule.nth = 1;
        rule.times = FOREVER;
        rule.code = cases[i].code;
        rule.after = rule.vanish = true;
        assert_true(apply(-1, &err) < 0);
        assert_true(err.text[0] != '\0');
        assert_has(book.text, "end:partly");
        assert_has(shown.notes, "could not be undone");
        for (int k = 0; k < HOSTS; k++)
            if (&hosts[k] != gone)
                assert_false(hosts[k].installed);
        end(state);
        begin(state);
    }
}

/*
 * The user wants out, whenever we ask, also within an upload: nothing is
 * undone, and the journal stays open.
 */
static void
test_interrupted(void **state)
{
    int n = 0, rc;

    (void)state;
    do {
        struct ft_error err = FT_ERROR_INIT;

        fleet_anew();
        book_anew();
        rc = apply(n, &err);
        if (n == 0) {
            assert_string_equal(trace, "");
            assert_string_equal(book.text, "begin ");
            assert_has(err.hint, "ftadmin resume goes on");
            assert_has(err.hint, "ftadmin rollback");
        }
        assert_true(rc == -EINTR || !rc);
        assert_null(strstr(book.text, "undone"));
        assert_null(strstr(book.text, "failed"));
        if (rc)
            assert_null(strstr(book.text, "end:"));
    } while (rc && n++ < 50);
    assert_int_equal(n, STEPS + 3); /* each step, and the three uploads */
}

/* While it copies, too: the engines go on by themselves. */
static void
test_interrupted_while_copying(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    copying = true;
    assert_int_equal(apply(STEPS + 3, &err), -EINTR);
    assert_has(err.text, "the engines go on");
    assert_null(strstr(book.text, "undone"));
    assert_null(strstr(book.text, "end:"));
    assert_string_equal(hosts[H1].pair, PAIR_UUID);
    assert_string_equal(hosts[H2].pair, PAIR_UUID);
}

/* And the next protect goes on where this one was, with keys of its own. */
static void
test_continued(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    bool resumed = false;
    char old[65];

    (void)state;
    assert_int_equal(apply(-1, &err), 0);
    strcpy(old, hosts[H2].key);
    forget(&hosts[H1]); /* as if it had never got there */
    book.unfinished = book.entry;
    ft_plan_free(&plan);
    fleet_anew();
    if (prepare(NULL, &resumed, &err))
        fail_msg("%s", err.text);
    assert_true(resumed);
    assert_string_equal(plan.witness, "w1");
    if (apply(-1, &err))
        fail_msg("%s", err.text);
    assert_has(trace, "h2:pair-remove h2:pair-set h1:pair-set ");
    assert_string_not_equal(hosts[H2].key, old);
    assert_string_equal(hosts[H1].key, hosts[H2].key);
    assert_string_equal(hosts[W1].pair_key, hosts[H1].witness_key);
}

/* Both engines have it already: only the copying is waited for. */
static void
test_continued_while_copying(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    bool resumed = false;

    (void)state;
    assert_int_equal(apply(-1, &err), 0);
    book.unfinished = book.entry;
    ft_plan_free(&plan);
    fleet_anew();
    assert_int_equal(prepare("w1", &resumed, &err), 0);
    assert_true(resumed);
    assert_int_equal(plan.step_count, 1);
    assert_int_equal(plan.steps[0].kind, FT_STEP_SYNC);
    assert_int_equal(apply(-1, &err), 0);
    assert_string_equal(trace, "");
}

/* One that was to have no witness gets none, also when there is one by now. */
static void
test_continued_without_witness(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_plan_free(&plan);
    assert_int_equal(prepare("none", NULL, &err), 0);
    assert_int_equal(apply(2, &err), -EINTR);
    book.unfinished = book.entry;
    hosts[W1].installed = hosts[W1].running = hosts[W1].witness = true;
    ft_plan_free(&plan);
    fleet_anew();
    assert_int_equal(prepare(NULL, NULL, &err), 0);
    assert_string_equal(plan.witness, "");
}

static void
test_continued_otherwise(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    bool resumed = false;

    (void)state;
    ft_plan_free(&plan);
    strcpy(book.unfinished.pair, PAIR_UUID);
    strcpy(book.unfinished.vm, "vm1");
    strcpy(book.unfinished.primary, "h1");
    strcpy(book.unfinished.standby, "h3");
    strcpy(book.unfinished.verb, "protect");
    assert_int_equal(prepare("w1", &resumed, &err), -EPERM);
    assert_has(err.text, "h3");
    ft_plan_free(&plan);
    strcpy(book.unfinished.standby, "h2");
    strcpy(book.unfinished.verb, "unprotect");
    assert_int_equal(prepare("w1", &resumed, &err), -EPERM);
    assert_has(err.text, "unprotect is not finished");
    assert_string_equal(trace, "");
}

/* A host asked for by name must answer; an error is that host's. */
static void
test_prepare_needs_named_hosts(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    for (int i = H2; i <= W1; i++) {
        ft_plan_free(&plan);
        fleet_anew();
        hosts[i].away = true;
        assert_int_equal(prepare("w1", NULL, &err), -EHOSTUNREACH);
        assert_has(err.text, hosts[i].name);
        hosts[i].away = false;
    }
}

#define PREPARED(function) \
    cmocka_unit_test_setup_teardown(function, begin_prepared, end_prepared)

/* A pair looked at with its own standby named is that pair; a witness that is named is
 * looked at. */
static void
test_check_of_a_pair(void **state)
{
    static const char *const standbys[] = { NULL, "h2" };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(standbys); i++) {
        struct ft_plan_choices choices = { .vm = "vm1",
                                           .standby = standbys[i],
                                           .witness = "w1",
                                           .pair = "",
                                           .settings = FT_PAIR_SETTINGS_INIT };
        struct ft_error err = FT_ERROR_INIT;
        struct ft_plan found;

        protect_by_hand();
        fleet_anew();
        if (ft_protect_check(&fleet, &choices, &found, &err))
            fail_msg("%s", err.text);
        assert_string_equal(found.standby, "h2");
        assert_string_equal(found.witness, "w1");
        /* its copy has its memory already */
        assert_null(ft_findings_find(&found.findings, FT_CHECK_STANDBY_MEMORY));
        ft_plan_free(&found);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(test_check_of_a_pair),
        PREPARED(test_prepare_touches_nothing),
        PREPARED(test_success),
        PREPARED(test_keys),
        PREPARED(test_without_witness),
        PREPARED(test_each_step_fails),
        PREPARED(test_each_step_is_tried_again),
        PREPARED(test_trying_again_is_interrupted),
        PREPARED(test_sync_fails),
        PREPARED(test_sync_is_patient),
        cmocka_unit_test(test_sync_waits_for_a_worker),
        PREPARED(test_journal_fails),
        PREPARED(test_keeps_what_was_there),
        PREPARED(test_undo_fails),
        PREPARED(test_host_vanishes),
        PREPARED(test_interrupted),
        PREPARED(test_interrupted_while_copying),
        PREPARED(test_continued),
        PREPARED(test_continued_while_copying),
        PREPARED(test_continued_without_witness),
        PREPARED(test_continued_otherwise),
        PREPARED(test_prepare_needs_named_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
