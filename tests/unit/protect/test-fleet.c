/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts ftadmin works with: calls over connections that get lost, and which
 * of two that know a pair is believed.
 */
#include "config.h"

#include "tests/unit/protect/fake-hosts.h"

static int
begin_protected(void **state)
{
    begin(state);
    protect_by_hand();
    return 0;
}

static void
test_names(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_member *member = NULL;
    char large[FT_NAME_SIZE + 1];

    (void)state;
    memset(large, 'x', sizeof(large));
    large[FT_NAME_SIZE] = '\0';
    assert_int_equal(ft_fleet_add(&fleet, "", NULL, NULL, &err), -EINVAL);
    assert_int_equal(ft_fleet_add(&fleet, large, NULL, NULL, &err), -EINVAL);
    assert_int_equal(ft_fleet_add(&fleet, "h9", large, NULL, &err), -EINVAL);
    assert_int_equal(ft_fleet_add(&fleet, "h1", "elsewhere", NULL, &err),
                     -EEXIST);
    assert_int_equal(fleet.count, HOSTS);
    large[FT_NAME_SIZE - 1] = '\0';
    assert_int_equal(ft_fleet_add(&fleet, large, "root@there", &member, &err),
                     0);
    assert_string_equal(member->destination, "root@there");
    assert_ptr_equal(ft_fleet_find(&fleet, large), member);
    assert_null(ft_fleet_find(&fleet, "h9"));
    /* members stay where they are */
    member = ft_fleet_find(&fleet, "h1");
    for (int i = 0; i < 100; i++) {
        char name[16];

        snprintf(name, sizeof(name), "more-%d", i);
        assert_int_equal(ft_fleet_add(&fleet, name, NULL, NULL, &err), 0);
    }
    assert_ptr_equal(ft_fleet_find(&fleet, "h1"), member);
}

static int
call(struct ft_member *member, const char *verb, struct ft_error *err)
{
    trace[0] = '\0';
    return ft_member_call(&fleet, member, verb,
                          json_pack("{s:s}", "pair", PAIR_UUID), NULL, 0, err);
}

static void
fail_call(const char *verb, int times, int code)
{
    rule.host = "h1";
    rule.verb = verb;
    rule.nth = 1;
    rule.times = times;
    rule.code = code;
}

/* What was sent may have been done: whoever asked decides about another time. */
static void
test_call_once(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_member *h1 = ft_fleet_find(&fleet, "h1");
    static const int codes[] = { EPIPE, ETIMEDOUT, EBUSY };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(codes); i++) {
        assert_int_equal(ft_member_control(&fleet, h1, &err), 0);
        assert_true(ft_member_reached(h1));
        fail_call("pair-remove", 1, codes[i]);
        assert_int_equal(call(h1, "pair-remove", &err), -codes[i]);
        assert_string_equal(trace, "h1:pair-remove ");
        assert_int_equal(h1->error.code, codes[i]);
        assert_has(err.text, "fails as told");
        /* a lost connection is there again for the next one */
        assert_int_equal(ft_member_reached(h1), codes[i] != EPIPE);
    }
    assert_int_equal(call(h1, "pair-remove", &err), 0);
    assert_int_equal(h1->error.code, 0);
}

static void
test_unreachable(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_member *h2 = ft_fleet_find(&fleet, "h2");

    (void)state;
    hosts[H2].away = true;
    assert_int_equal(call(h2, "pair-remove", &err), -EHOSTUNREACH);
    assert_int_equal(h2->error.code, EHOSTUNREACH);
    assert_int_equal(ft_member_probe(&fleet, h2, false, &err), -EHOSTUNREACH);
    assert_null(h2->facts);
    /* it is back, and the error gone */
    hosts[H2].away = false;
    assert_int_equal(ft_member_probe(&fleet, h2, false, &err), 0);
    assert_int_equal(h2->error.code, 0);
    assert_string_equal(h2->facts->name, "h2");
    assert_non_null(ft_member_pair(h2, PAIR_UUID));
}

static void
test_probe_without_engine(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_member *h1 = ft_fleet_find(&fleet, "h1");

    (void)state;
    hosts[H1].installed = hosts[H1].running = false;
    assert_int_equal(ft_member_probe(&fleet, h1, false, &err), 0);
    assert_non_null(h1->facts);
    assert_null(h1->status);
    assert_string_equal(trace, "");
    /* what is known is not asked for again, unless it is to be fresh */
    hosts[H1].away = true;
    assert_int_equal(ft_member_probe(&fleet, h1, false, &err), 0);
    ft_member_disconnect(h1);
    assert_int_equal(ft_member_probe(&fleet, h1, true, &err), -EHOSTUNREACH);
    assert_non_null(h1->facts);
}

static void
ask_all(void)
{
    struct ft_error err = FT_ERROR_INIT;

    for (size_t i = 0; i < fleet.count; i++)
        assert_int_equal(ft_member_status(&fleet, fleet.members[i], &err), 0);
}

static void
assert_pair_at(const char *name, const char *host)
{
    struct ft_member *where = NULL;
    const json_t *found = NULL;

    assert_int_equal(ft_fleet_pair(&fleet, name, &found, &where), 0);
    assert_string_equal(where->name, host);
    assert_string_equal(ft_json_string(found, "pair", ""), PAIR_UUID);
}

/* The later generation is believed, and in one generation the primary. */
static void
test_which_is_believed(void **state)
{
    const json_t *found;
    struct ft_member *where;

    (void)state;
    ask_all();
    assert_pair_at("vm1", "h1");
    assert_pair_at(VM_UUID, "h1");
    assert_pair_at(PAIR_UUID, "h1");
    assert_int_equal(ft_fleet_pair(&fleet, "vm2", &found, &where), -ENOENT);
    assert_null(found);
    assert_null(where);

    strcpy(hosts[H1].role, "standby");
    strcpy(hosts[H2].role, "primary");
    ask_all();
    assert_pair_at("vm1", "h2");
    /* both say that they are, for a moment */
    strcpy(hosts[H1].role, "primary");
    hosts[H2].generation = 2;
    ask_all();
    assert_pair_at("vm1", "h2");
    hosts[H1].generation = 3;
    ask_all();
    assert_pair_at("vm1", "h1");
    /* a standby that knows of a later generation than the old primary */
    strcpy(hosts[H2].role, "standby");
    hosts[H2].generation = 4;
    ask_all();
    assert_pair_at("vm1", "h2");
}

/* Both hosts report a pair: the planner sees it once. */
static void
test_inventory(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_inventory inventory;

    (void)state;
    assert_int_equal(ft_fleet_inventory(&fleet, &inventory), 0);
    assert_int_equal(inventory.host_count, 0);
    assert_int_equal(inventory.pair_count, 0);
    ft_fleet_inventory_free(&inventory);
    hosts[W1].away = true;
    for (size_t i = 0; i < fleet.count; i++)
        ft_member_probe(&fleet, fleet.members[i], false, &err);
    assert_int_equal(ft_fleet_inventory(&fleet, &inventory), 0);
    assert_int_equal(inventory.host_count, 2);
    assert_int_equal(inventory.pair_count, 1);
    assert_string_equal(inventory.pairs[0].vm, "vm1");
    assert_string_equal(inventory.pairs[0].primary, "h1");
    ft_fleet_inventory_free(&inventory);
}

#define PROTECTED(function) \
    cmocka_unit_test_setup_teardown(function, begin_protected, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_TEST(test_names),
        PROTECTED(test_call_once),
        PROTECTED(test_unreachable),
        PROTECTED(test_probe_without_engine),
        PROTECTED(test_which_is_believed),
        PROTECTED(test_inventory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
