/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another witness for a pair, and what fails on the way: at no time does one host ask
 * only the old one and the other only the new one (fake-hosts.h looks at that), and said
 * again it ends.
 */
#include "config.h"

#define HOSTS 4
#include "protect/witness.h"
#include "tests/unit/protect/fake-hosts.h"

#define W2 3

static struct ft_witness_move moved;
static const struct ft_pair_ref ref = {
    .pair = PAIR_UUID, .vm = "vm1", .hosts = { "h1", "h2" }, .witness = "w1"
};

static void
begin_with_witness(void)
{
    protect_by_hand();
    for (int i = H1; i <= H2; i++) {
        strcpy(hosts[i].asks, "w1");
        hosts[i].next[0] = '\0';
        hosts[i].blind = false;
    }
    strcpy(hosts[W2].witness_pair, "");
}

static int
go(const char *to, struct ft_error *err)
{
    *err = (struct ft_error)FT_ERROR_INIT;
    fleet_anew();
    trace[0] = '\0';
    return ft_move_witness(&fleet, &ref, to, NULL, &moved, err);
}

static void
assert_moved(void)
{
    assert_int_equal(stage_of(&hosts[H1]), 2);
    assert_int_equal(stage_of(&hosts[H2]), 2);
    assert_string_equal(hosts[W2].witness_pair, PAIR_UUID);
    assert_string_equal(hosts[W2].owner, "h1");
}

static void
test_moves(void **state)
{
    struct ft_error err;

    (void)state;
    begin_with_witness();
    if (go("w2", &err))
        fail_msg("%s", err.text);
    assert_moved();
    assert_string_equal(moved.from, "w1");
    assert_string_equal(moved.to, "w2");
    assert_false(moved.left);
    assert_string_equal(hosts[W1].witness_pair, "");
    assert_has(trace, "w2:witness-pair-set h2:pair-witness h1:pair-witness "
                      "h1:pair-witness h2:pair-witness w1:witness-pair-remove");
    assert_int_equal(go("w2", &err), -EEXIST);
    begin_with_witness();
    assert_int_equal(go("best", &err), 0);
    assert_moved();
}

static void
test_refused(void **state)
{
    struct ft_error err;

    (void)state;
    begin_with_witness();
    assert_int_equal(go("w1", &err), -EEXIST);
    assert_int_equal(go("h2", &err), -EPERM);
    assert_int_equal(go("nobody", &err), -ENOENT);
    hosts[H2].worker_older = true;
    assert_int_equal(go("w2", &err), -EPERM);
    hosts[H2].worker_older = false;
    hosts[H2].away = true;
    assert_true(go("w2", &err) < 0);
    hosts[H2].away = false;
    hosts[H1].asks[0] = hosts[H2].asks[0] = '\0'; /* it has none */
    assert_int_equal(go("w2", &err), -EPERM);
    assert_string_equal(hosts[W1].witness_pair, PAIR_UUID);
}

/* A dead one is in nobody's way, and keeps what it has. */
static void
test_dead_witness(void **state)
{
    struct ft_error err;

    (void)state;
    begin_with_witness();
    hosts[W1].away = true;
    if (go("w2", &err))
        fail_msg("%s", err.text);
    assert_moved();
    assert_true(moved.left);
    hosts[W1].away = false;
}

/* What any call leaves behind when it fails is gone on with, or taken back. */
static void
test_failures(void **state)
{
    static const struct {
        const char *host, *verb;
        int calls;
    } calls[] = {
        { "w2", "witness-start", 1 },
        { "w2", "witness-pair-set", 1 },
        { "h1", "pair-witness", 2 },
        { "h2", "pair-witness", 2 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(calls); i++)
        for (int nth = 1; nth <= calls[i].calls; nth++)
            for (int after = 0; after < 2; after++) {
                struct ft_error err;

                begin_with_witness();
                memset(&rule, 0, sizeof(rule));
                rule.host = calls[i].host;
                rule.verb = calls[i].verb;
                rule.nth = nth;
                rule.times = 1;
                rule.code = EIO;
                rule.after = after;
                assert_int_equal(go("w2", &err), -EIO);
                memset(&rule, 0, sizeof(rule));
                if (stage_of(&hosts[H1]) == 2 && stage_of(&hosts[H2]) != 2)
                    assert_int_equal(go("w1", &err), -EPERM);
                if (go("w2", &err) && err.code != EEXIST)
                    fail_msg("%s:%s %d, %s: %s", calls[i].host, calls[i].verb,
                             nth, after ? "after" : "before", err.text);
                assert_moved();
            }
}

/* One that was left with both goes back by the name of the old one. */
static void
test_taken_back(void **state)
{
    struct ft_error err;

    (void)state;
    begin_with_witness();
    strcpy(hosts[H2].next, "w2");
    assert_int_equal(go("w1", &err), 0);
    assert_true(moved.back);
    assert_int_equal(stage_of(&hosts[H1]), 0);
    assert_int_equal(stage_of(&hosts[H2]), 0);
    assert_string_equal(hosts[W1].witness_pair, PAIR_UUID);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_TEST(test_moves),        FAKE_TEST(test_refused),
        FAKE_TEST(test_dead_witness), FAKE_TEST(test_failures),
        FAKE_TEST(test_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
