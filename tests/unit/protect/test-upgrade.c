/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another engine for hosts that protect a VM: one after the other, and what an
 * interruption leaves to the next run.
 */
#include "config.h"

#include "tests/unit/protect/fake-hosts.h"

#include "protect/upgrade.h"

static int
begin_older(void **state)
{
    begin(state);
    protect_by_hand();
    for (int i = 0; i < HOSTS; i++)
        hosts[i].older = true;
    return 0;
}

static char notes[4096];

static void
take_note(void *data, const char *text)
{
    size_t n = strlen(notes);

    (void)data;
    snprintf(notes + n, sizeof(notes) - n, "%s\n", text);
}

static int left_alone; /* polls until the user wants out; 0: never */

static int
wants_out(void *data)
{
    (void)data;
    return left_alone && --left_alone == 0;
}

static const struct ft_progress shown = { .note = take_note,
                                          .interrupted = wants_out };

static int
upgrade(const char *host, int patience_ms, struct ft_upgrade_result *result,
        struct ft_error *err)
{
    notes[0] = '\0';
    return ft_upgrade_host(&fleet, ft_fleet_find(&fleet, host), patience_ms,
                           &shown, result, err);
}

static void
look(const char *host, bool engine, size_t workers, size_t vms)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_upgrade_look found;

    assert_int_equal(ft_upgrade_look(&fleet, ft_fleet_find(&fleet, host),
                                     &found, &err),
                     0);
    assert_int_equal(found.engine, engine);
    assert_int_equal(found.workers, workers);
    assert_int_equal(found.protected_vms, vms);
}

static void
test_one_after_the_other(void **state)
{
    static const char *const order[] = { "w1", "h1", "h2" };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_upgrade_result result;

    (void)state;
    look("w1", true, 0, 0);
    look("h1", true, 1, 1);
    for (size_t i = 0; i < FT_ARRAY_SIZE(order); i++) {
        assert_int_equal(upgrade(order[i], 0, &result, &err), 0);
        assert_true(result.engine);
        assert_int_equal(result.workers, i ? 1 : 0);
        assert_int_equal(result.left, 0);
        assert_int_equal(resync, 0); /* it is through with it */
    }
    assert_has(notes, "vm1: its worker on h2 is replaced; it has no copy until "
                      "that is filled anew\nvm1 is resyncing\n");
    assert_true(result.longest_s > 0 && result.longest_s < 20);
    assert_string_equal(trace, "w1:install h1:install h1:worker-replace "
                               "h2:install h2:worker-replace ");
    /* and nothing is left to do */
    look("h1", false, 0, 0);
    trace[0] = '\0';
    assert_int_equal(upgrade("h1", 0, &result, &err), 0);
    assert_false(result.engine);
    assert_int_equal(result.workers, 0);
    assert_string_equal(trace, "h1:install "); /* which finds it there */
}

/* Whatever goes wrong, the same command does what is left. */
static void
test_again(void **state)
{
    static const struct {
        const char *verb;
        bool after;
    } cases[] = {
        { "install", false },
        { "install", true },
        { "worker-replace", false },
        { "worker-replace", true },
    };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_upgrade_result result;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        hosts[H1].older = true;
        hosts[H1].worker_older = false;
        rule.host = "h1";
        rule.verb = cases[i].verb;
        rule.nth = rule.times = 1;
        rule.code = EIO;
        rule.after = cases[i].after;
        assert_int_equal(upgrade("h1", 0, &result, &err), -EIO);
        assert_has(err.text, "fails as told");
        fleet_anew();
        assert_int_equal(upgrade("h1", 0, &result, &err), 0);
        assert_false(hosts[H1].older || hosts[H1].worker_older);
        assert_int_equal(resync, 0);
    }
}

static void
test_interrupted(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_upgrade_result result;

    (void)state;
    left_alone = 2;
    assert_int_equal(upgrade("h1", 0, &result, &err), -EINTR);
    assert_has(err.text, "h1: interrupted");
    assert_has(err.hint, "the same command does what is left");
    assert_int_equal(upgrade("h1", 0, &result, &err), 0);
    assert_false(hosts[H1].worker_older);
    assert_int_equal(resync, 0);
}

/* What is copied now is not disturbed; and a silence has its end. */
static void
test_waits_before(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_upgrade_result result;

    (void)state;
    resync = 4;
    assert_int_equal(upgrade("h1", 0, &result, &err), 0);
    assert_has(notes, "vm1 is resyncing\nvm1: its worker on h1");
    fleet_anew();
    hosts[H2].older = copying = true;
    trace[0] = '\0';
    assert_int_equal(upgrade("h2", 1000, &result, &err), -ETIMEDOUT);
    assert_has(err.text, "h2: nothing went on for 1 s: vm1 is syncing");
    assert_string_equal(trace, ""); /* nothing was touched */
}

static void
test_no_engine(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_upgrade_look found;

    (void)state;
    hosts[H2].installed = hosts[H2].running = false;
    assert_int_equal(ft_upgrade_look(&fleet, ft_fleet_find(&fleet, "h2"),
                                     &found, &err),
                     -ENOENT);
    assert_has(err.hint, "host add");
}

#define OLDER_TEST(function) \
    cmocka_unit_test_setup_teardown(function, begin_older, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        OLDER_TEST(test_one_after_the_other), OLDER_TEST(test_again),
        OLDER_TEST(test_interrupted),         OLDER_TEST(test_waits_before),
        OLDER_TEST(test_no_engine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
