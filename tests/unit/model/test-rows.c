/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows about hosts, VMs and events, and what the database keeps of facts. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/event-rows.h"
#include "ui/model/host-rows.h"
#include "ui/model/topology.h"
#include "ui/model/vm-rows.h"

static const struct ft_store_host host = {
    .name = "h1",
    .address = "root@h1",
    .hypervisor = true,
    .engine_version = "0.1.0",
    .seen_at = 5000,
};

static const char *
text(const json_t *row, const char *key)
{
    return ft_json_string(row, key, "(none)");
}

static double
number(const json_t *row, const char *key)
{
    return json_number_value(json_object_get(row, key));
}

static void
test_age(void **state)
{
    FT_AUTOJSON json_t *never = ft_row_age(0, 9000);
    FT_AUTOJSON json_t *ago = ft_row_age(5000, 9000);
    FT_AUTOJSON json_t *later = ft_row_age(9000, 5000);

    (void)state;
    assert_true(json_is_null(never));
    assert_true(json_real_value(ago) == 4);
    assert_true(json_is_real(later) && json_real_value(later) == 0);
}

static void
test_host_list(void **state)
{
    struct ft_store_host witness = host;
    FT_AUTOJSON json_t *row = ft_host_list_row(&host, 2, 9000);
    FT_AUTOJSON json_t *record = ft_host_record(&host, 9000);
    FT_AUTOJSON json_t *other = NULL;

    (void)state;
    witness.hypervisor = false;
    other = ft_host_list_row(&witness, 0, 9000);
    assert_string_equal(text(row, "name"), "h1");
    assert_string_equal(text(row, "kind"), "hypervisor");
    assert_string_equal(text(other, "kind"), "witness");
    assert_true(number(row, "vms") == 2 && number(row, "age_s") == 4);
    assert_true(json_is_array(json_object_get(record, "nics")));
    assert_true(json_is_array(json_object_get(record, "vms")));
    assert_string_equal(text(record, "address"), "root@h1");
}

static void
test_host_added(void **state)
{
    struct ft_error error = { EACCES, "did not let root in", "",
                              "login-refused" };
    struct ft_host facts = { .domain_count = 3 };
    FT_AUTOJSON json_t *good = ft_host_added_row(&host, NULL, &facts);
    FT_AUTOJSON json_t *bad = ft_host_added_row(&host, &error, NULL);

    (void)state;
    assert_string_equal(text(good, "result"), "added");
    assert_string_equal(text(good, "kind"), "hypervisor");
    assert_true(number(good, "vms") == 3);
    assert_string_equal(text(bad, "result"), "failed");
    assert_true(json_is_null(json_object_get(bad, "kind")));
    assert_true(json_is_null(json_object_get(bad, "vms")));
    assert_string_equal(text(bad, "error"), "did not let root in");
}

static void
test_vms(void **state)
{
    static const struct ft_store_vm vms[] = {
        { .uuid = "u1", .name = "a", .host_name = "h1", .state = "running" },
        { .uuid = "u1", .name = "a", .host_name = "h2", .state = "paused" },
        { .uuid = "u2", .name = "b", .host_name = "h2", .state = "off" },
    };
    FT_AUTOJSON json_t *pairs =
        json_pack("[{s:s,s:s,s:s,s:s}]", "pair", "p", "uuid", "u1", "primary",
                  "h1", "state", "protected");
    FT_AUTOJSON json_t *rows = ft_vm_rows(vms, 3, pairs, 9000);
    FT_AUTOJSON json_t *unpaired = ft_vm_rows(vms, 3, NULL, 9000);

    (void)state;
    assert_int_equal(json_array_size(rows), 2); /* not the waiting copy */
    assert_string_equal(text(json_array_get(rows, 0), "protection"),
                        "protected");
    assert_string_equal(text(json_array_get(rows, 0), "host"), "h1");
    assert_string_equal(text(json_array_get(rows, 1), "protection"), "none");
    assert_int_equal(json_array_size(unpaired), 3);
}

static void
test_event_untrusted(void **state)
{
    FT_AUTOJSON json_t *odd = json_pack("{s:i,s:i,s:s,s:n}", "seq", -3, "at", 5,
                                        "severity", "fatal", "text");
    FT_AUTOJSON json_t *good =
        json_pack("{s:i,s:s,s:s,s:s}", "seq", 7, "at", "2026-11-28", "severity",
                  "crit", "kind", "link");
    struct ft_store_event event;

    (void)state;
    ft_event_from_json("h1", odd, &event);
    assert_int_equal(event.seq, 0);
    assert_string_equal(event.at, "");
    assert_string_equal(event.severity, "info");
    ft_event_from_json("h1", good, &event);
    assert_int_equal(event.seq, 7);
    assert_string_equal(event.severity, "crit");
    assert_string_equal(event.host, "h1");
    ft_event_from_json("h1", NULL, &event);
    assert_string_equal(event.severity, "info");
}

static void
test_event_order(void **state)
{
    struct ft_store_event events[] = {
        { .id = 3, .at = "2026-11-28T10:00:02Z", .text = "third" },
        { .id = 2, .at = "2026-11-28T10:00:01Z", .text = "second" },
        { .id = 1, .at = "2026-11-28T10:00:01Z", .text = "first" },
    };
    FT_AUTOJSON json_t *rows = ft_event_rows(events, 3);
    FT_AUTOJSON json_t *none = ft_event_rows(NULL, 0);

    (void)state;
    assert_string_equal(text(json_array_get(rows, 0), "text"), "first");
    assert_string_equal(text(json_array_get(rows, 1), "text"), "second");
    assert_string_equal(text(json_array_get(rows, 2), "text"), "third");
    assert_int_equal(json_array_size(none), 0);
}

static void
test_topology(void **state)
{
    struct ft_nic nics[] = { { .name = "br0", .is_bridge = true, .up = true },
                             { .name = "eth0", .speed_mbps = -1 } };
    struct ft_network networks[] = { { .name = "default", .bridge = "virbr0" } };
    struct ft_pool pools[] = { { .name = "pool", .capacity = UINT64_MAX } };
    struct ft_host facts = { .nics = nics,
                             .nic_count = 2,
                             .networks = networks,
                             .network_count = 1,
                             .pools = pools,
                             .pool_count = 1 };
    struct ft_topology made;

    (void)state;
    assert_int_equal(ft_topology_make(&facts, &made, NULL), 0);
    assert_int_equal(made.rows.nic_count, 2);
    assert_int_equal(made.nics[1].speed_mbit, 0);
    assert_int_equal(made.rows.network_count, 2);
    assert_string_equal(made.networks[0].kind, "bridge");
    assert_true(made.networks[0].active);
    assert_string_equal(made.networks[1].kind, "libvirt");
    assert_int_equal(made.pools[0].capacity, INT64_MAX);
    assert_int_equal(made.rows.vm_count, 0);
    ft_topology_free(&made);
    ft_topology_free(&made);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_host_list),
        cmocka_unit_test(test_host_added),
        cmocka_unit_test(test_vms),
        cmocka_unit_test(test_event_untrusted),
        cmocka_unit_test(test_event_order),
        cmocka_unit_test(test_topology),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
