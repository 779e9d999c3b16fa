/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said of the networks between two hosts that were measured.
 */
#include "config.h"

#include "plan/connections.h"
#include "plan/plan.h"
#include "plan/throughput.h"
#include "tests/unit/inventory-fixture.h"

static void
test_text(void **state)
{
    static const struct {
        double bytes_per_s;
        const char *text;
    } cases[] = {
        { 1.1766e9 / 10, "900 Mbit/s" }, /* 941 on a 1 Gbit/s Ethernet */
        { 112e6, "800 Mbit/s" },
        { 125e6, "1 Gbit/s" },
        { 1.25e9, "10 Gbit/s" },
        { 12.4e9, "90 Gbit/s" },
        { 1.2e6, "9 Mbit/s" },
        { 1e3, "0.008 Mbit/s" },
        { 0.01, "0 Mbit/s" },
        { 1e300, "1e+06 Gbit/s" },
    };
    char text[FT_RATE_TEXT];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        ft_link_rate_text(cases[i].bytes_per_s, text);
        assert_string_equal(text, cases[i].text);
    }
}

#define TIB (UINT64_C(1) << 40)

static void
test_what_is_said(void **state)
{
    static const struct {
        double taken, other; /* bytes a second; 0: not measured */
        uint64_t memory;
        enum ft_verdict verdict; /* FT_VERDICTS: nothing */
        const char *evidence, *remedy;
    } cases[] = {
        { 1.2e9, 0, GIB_BYTES, FT_PASS,
          "h1 to h2 over eth1: 9 Gbit/s, which takes less than a second for the "
          "guest's memory",
          "" },
        { 117e6, 1.2e9, GIB_BYTES, FT_PASS,
          "h1 to h2 over eth1: 900 Mbit/s, which takes 10 s for the guest's "
          "memory; over br0 9 Gbit/s",
          "" },
        { 99e6, 0, GIB_BYTES, FT_WARN, "over eth1: 700 Mbit/s", "ethtool" },
        { 11.7e6, 117e6, GIB_BYTES, FT_WARN,
          "over eth1: 90 Mbit/s, which takes 95 s for the guest's memory; over br0 "
          "900 Mbit/s",
          "Or another network: --address 10.77.0.2." },
        { 11.7e6, 20e6, GIB_BYTES, FT_WARN, "over br0 100 Mbit/s", "a tunnel." },
        { 1.2e9, 0, TIB, FT_PASS, "takes 16 min", "" },
        { 117e6, 0, TIB, FT_WARN, "takes 163 min", "ethtool" },
        { 0, 1.2e9, GIB_BYTES, FT_VERDICTS, "", "" },
        { 0, 0, GIB_BYTES, FT_VERDICTS, "", "" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        struct ft_link_rate rates[2];
        const struct ft_finding *found;
        size_t count = 0;

        if (cases[i].taken > 0)
            rates[count++] =
                (struct ft_link_rate){ .address = "10.78.0.2",
                                       .nic = "eth1",
                                       .bytes_per_s = cases[i].taken };
        if (cases[i].other > 0)
            rates[count++] =
                (struct ft_link_rate){ .address = "10.77.0.2",
                                       .nic = "br0",
                                       .bytes_per_s = cases[i].other };
        assert_int_equal(ft_throughput_check(rates, count, "10.78.0.2",
                                             cases[i].memory, "h1", "h2",
                                             &findings),
                         0);
        found = ft_findings_find(&findings, FT_CHECK_LINK_THROUGHPUT);
        if ((found ? found->verdict : FT_VERDICTS) != cases[i].verdict)
            fail_msg("%zu: %s", i, found ? found->evidence : "nothing");
        if (found && !strstr(found->evidence, cases[i].evidence))
            fail_msg("%zu: %s", i, found->evidence);
        if (found && !strstr(found->remedy, cases[i].remedy))
            fail_msg("%zu: %s", i, found->remedy);
        if (found && cases[i].verdict == FT_PASS)
            assert_string_equal(found->remedy, "");
        ft_findings_free(&findings);
    }
}

/* The way back is another finding, about the VM's own host. */
static void
test_back(void **state)
{
    static const struct {
        double back;
        enum ft_verdict verdict; /* FT_VERDICTS: nothing */
        const char *evidence;
    } cases[] = {
        { 1.2e9, FT_PASS, "h2 to h1 over eth3: 9 Gbit/s, which takes less" },
        { 11.7e6, FT_WARN, "h2 to h1 over eth3: 90 Mbit/s, which takes 95 s" },
        { 0, FT_VERDICTS, "" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        const struct ft_link_rate rate = { "10.78.0.2", "eth1", 1.2e9,
                                           "10.78.0.1", "eth3", cases[i].back,
                                           false };
        struct ft_findings findings = FT_FINDINGS_INIT;
        const struct ft_finding *found = NULL;

        ft_throughput_check(&rate, 1, "10.78.0.2", GIB_BYTES, "h1", "h2",
                            &findings);
        for (size_t k = 0; k < findings.count; k++)
            if (strcmp(findings.list[k].subject, "h1") == 0)
                found = &findings.list[k];
        assert_int_equal(found ? found->verdict : FT_VERDICTS, cases[i].verdict);
        assert_int_equal(findings.list[0].verdict, FT_PASS); /* there and back */
        if (found)
            assert_non_null(strstr(found->evidence, cases[i].evidence));
        ft_findings_free(&findings);
    }
}

/* What was not measured for long is told as such, both ways. */
static void
test_brief(void **state)
{
    static const char there[] =
        "h1 to h2 over eth1: 900 Mbit/s (for a moment only: pairs run there), "
        "which takes 10 s for the guest's memory";
    const struct ft_link_rate rate = { "10.78.0.2", "eth1", 117e6, "10.78.0.1",
                                       "eth3",      117e6,  true };
    struct ft_findings findings = FT_FINDINGS_INIT;

    (void)state;
    ft_throughput_check(&rate, 1, "10.78.0.2", GIB_BYTES, "h1", "h2", &findings);
    assert_int_equal(findings.count, 2);
    assert_string_equal(findings.list[0].evidence, there);
    assert_non_null(
        strstr(findings.list[1].evidence, "900 Mbit/s (for a moment only"));
    ft_findings_free(&findings);
}

/* A plan tells what was measured, and the finding is about the link it takes. */
static void
test_in_a_plan(void **state)
{
    static const struct ft_link_rate rates[] = {
        { "10.78.0.2", "eth1", 1.2e9, "10.78.0.1", "eth1", 1.1e9, false },
        { "10.77.0.2", "br0", 11e6, "", "", 0, false }
    };
    struct fixture *f = *state;
    struct ft_connection connections[FT_CONNECTIONS_MAX];
    struct ft_plan_choices choices = { .vm = "vm1",
                                       .standby = "h2",
                                       .witness = "w1",
                                       .pair = PAIR_UUID,
                                       .settings = FT_PAIR_SETTINGS_INIT };
    const char *const addresses[] = { "10.78.0.2", "10.77.0.2" };
    static const enum ft_verdict verdicts[] = { FT_PASS, FT_WARN };

    for (size_t i = 0; i < 2; i++) {
        struct ft_error err = FT_ERROR_INIT;
        const struct ft_finding *found;
        struct ft_plan plan;
        json_t *json;

        choices.address = addresses[i];
        f->inventory.connection_count =
            ft_connections(f->h1, f->h2, f->w1, choices.address, connections);
        f->inventory.connections = connections;
        f->inventory.rates = rates;
        f->inventory.rate_count = 2;
        assert_int_equal(ft_plan_make(&f->inventory, &choices, &plan, &err), 0);
        found = ft_findings_find(&plan.findings, FT_CHECK_LINK_THROUGHPUT);
        assert_non_null(found);
        assert_int_equal(found->verdict, verdicts[i]);
        json = ft_plan_to_json(&plan);
        assert_int_equal(json_array_size(json_object_get(json, "paths")), 2);
        assert_string_equal(
            ft_json_string(json_array_get(json_object_get(json, "paths"), 1),
                           "address", ""),
            "10.77.0.2");
        assert_true(json_number_value(json_object_get(
                        json_array_get(json_object_get(json, "paths"), 0),
                        "back_bytes_per_s")) > 1e9);
        assert_true(json_is_null(
            json_object_get(json_array_get(json_object_get(json, "paths"), 1),
                            "back_bytes_per_s")));
        json_decref(json);
        ft_plan_free(&plan);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_brief),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_what_is_said),
        cmocka_unit_test_setup_teardown(test_in_a_plan, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
