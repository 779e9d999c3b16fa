/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of what hosts were: only what differs, and what is told of it.
 */
#include "config.h"

#include "tests/unit/inventory-fixture.h"
#include "tests/unit/scratch.h"

#include "db/facts-history.h"
#include "ui/work/host-past.h"

struct past {
    struct ft_work work;
    int64_t host;
    json_t *facts;
};

static void
look(struct past *p, int64_t at)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_store_facts_put(p->work.store, p->host, p->facts, &err) ||
        ft_work_host_past_keep(p->work.store, p->host, at, p->facts, &err))
        fail_msg("%s", err.text);
}

static int
begin(void **state)
{
    struct past *p = calloc(1, sizeof(*p));
    struct ft_store_host host = { .name = "h1", .address = "h1", .added_at = 1 };
    struct ft_error err = FT_ERROR_INIT;

    unlink("past.db");
    if (!p || ft_store_open("past.db", FT_STORE_CREATE, &p->work.store, &err) ||
        ft_store_host_put(p->work.store, &host, &err))
        return -1;
    p->host = host.id;
    p->facts = make_facts("h1", 1, 1, domain_facts);
    *state = p;
    return 0;
}

static int
end(void **state)
{
    struct past *p = *state;

    json_decref(p->facts);
    ft_store_close(p->work.store);
    free(p);
    return 0;
}

static size_t
kept(struct past *p)
{
    FT_AUTOFREE struct ft_store_past_facts *list = NULL;
    struct ft_error err = FT_ERROR_INIT;
    size_t count = 0;

    assert_int_equal(ft_store_past_facts_list(p->work.store, p->host, &list,
                                              &count, &err),
                     0);
    return count;
}

static void
set_kernel(struct past *p, const char *release)
{
    json_object_set_new(json_object_get(p->facts, "kernel"), "release",
                        json_string(release));
}

static void
set_carrier(struct past *p, size_t nic, bool carrier)
{
    json_t *nics = json_object_get(p->facts, "nics");

    json_object_set_new(json_array_get(nics, nic), "carrier",
                        json_boolean(carrier));
}

/* libvirt's own bridge has a carrier while a VM is on it; another is news. */
static void
test_carriers(void **state)
{
    struct past *p = *state;

    look(p, 1000);
    set_carrier(p, 3, true); /* virbr0 */
    look(p, 2000);
    assert_int_equal(kept(p), 1);
    set_carrier(p, 0, false); /* br0 */
    look(p, 3000);
    assert_int_equal(kept(p), 2);
}

/* Free memory, the time and VMs are no news; a kernel is. */
static void
test_only_what_differs(void **state)
{
    struct past *p = *state;
    FT_AUTOJSON json_t *past = NULL;
    struct ft_error err = FT_ERROR_INIT;
    int64_t at;

    look(p, 1000);
    assert_int_equal(kept(p), 1);
    json_object_set_new(json_object_get(p->facts, "memory"), "available",
                        json_integer(7));
    json_object_set_new(p->facts, "realtime_ns", json_integer(99));
    json_object_set_new(p->facts, "domains", json_array());
    look(p, 2000);
    assert_int_equal(kept(p), 1);
    set_kernel(p, "6.13.0");
    look(p, 3000);
    look(p, 4000);
    assert_int_equal(kept(p), 2);
    assert_int_equal(ft_store_past_facts_get(p->work.store, p->host, 0, &past,
                                             &at, &err),
                     0);
    assert_int_equal(at, 3000);
    assert_null(json_object_get(past, "domains"));
    json_object_set_new(p->facts, "hostname", json_integer(7)); /* malformed */
    look(p, 5000); /* is kept as it is, for what it is worth */
    assert_int_equal(kept(p), 3);
}

static void
test_told(void **state)
{
    struct past *p = *state;
    FT_AUTOJSON json_t *rows = NULL;
    struct ft_error err = FT_ERROR_INIT;
    const json_t *change;

    look(p, 1000);
    set_kernel(p, "6.13.0");
    look(p, 2000);
    set_kernel(p, "6.14.0");
    json_object_set_new(json_array_get(json_object_get(p->facts, "pools"), 0),
                        "autostart", json_false());
    look(p, 3000);
    assert_int_equal(ft_work_host_past_list(&p->work, "h1", &rows, &err), 0);
    assert_int_equal(json_array_size(rows), 3);
    change = json_object_get(json_array_get(rows, 0), "changes");
    assert_int_equal(json_array_size(change), 2);
    change = json_array_get(change, 0);
    assert_string_equal(ft_json_string(change, "what", ""), "kernel");
    assert_string_equal(ft_json_string(change, "a", ""), "6.13.0");
    assert_string_equal(ft_json_string(change, "b", ""), "6.14.0");
    assert_string_equal(ft_json_string(json_array_get(rows, 0), "at", ""),
                        "1970-01-01T00:00:03Z");
    assert_true(
        json_is_null(json_object_get(json_array_get(rows, 2), "changes")));
    json_decref(rows);
    rows = NULL;
    assert_int_equal(ft_work_host_past_list(&p->work, "h9", &rows, &err),
                     -ENOENT);
}

static void
test_compared_with_then(void **state)
{
    static const struct {
        int64_t at, number; /* the latter: of the list, from its end */
        int rc;
        size_t differences;
        int64_t then;
    } cases[] = {
        { 999, 0, -ENOENT, 0, 0 }, { 1000, 0, 0, 1, 1000 },
        { 1999, 0, 0, 1, 1000 },   { 2000, 0, 0, 1, 2000 },
        { 3000, 0, 0, 0, 3000 },   { 9000, 0, 0, 0, 3000 },
        { 0, 1, 0, 1, 1000 },      { 0, 3, 0, 0, 3000 },
        { 0, 99, -ENOENT, 0, 0 },
    };
    struct past *p = *state;

    look(p, 1000);
    set_kernel(p, "6.13.0");
    look(p, 2000);
    set_kernel(p, "6.14.0");
    look(p, 3000);
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *rows = NULL;
        struct ft_error err = FT_ERROR_INIT;
        int64_t then = 0;

        assert_int_equal(ft_work_host_past_diff(&p->work, "h1", cases[i].at,
                                                cases[i].number, &then, &rows,
                                                &err),
                         cases[i].rc);
        if (json_array_size(rows) != cases[i].differences ||
            then != cases[i].then)
            fail_msg("case %zu", i);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_carriers, begin, end),
        cmocka_unit_test_setup_teardown(test_only_what_differs, begin, end),
        cmocka_unit_test_setup_teardown(test_told, begin, end),
        cmocka_unit_test_setup_teardown(test_compared_with_then, begin, end),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
