/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which connections a pair makes, and what is said of those that were tried.
 */
#include "config.h"

#include "plan/plan.h"
#include "plan/connections.h"
#include "tests/unit/inventory-fixture.h"

static void
is(const struct ft_connection *connection, const struct ft_host *from,
   const struct ft_host *to, const char *address, int port)
{
    assert_ptr_equal(connection->from, from);
    assert_ptr_equal(connection->to, to);
    assert_string_equal(connection->address, address);
    assert_int_equal(connection->port, port);
    assert_int_equal(connection->trips.sent, 0);
    assert_int_equal(connection->witness, port == FT_WITNESS_PORT);
}

static void
test_which(void **state)
{
    struct ft_connection r[FT_CONNECTIONS_MAX];
    struct fixture *f = *state;

    f->h2->link_port = 7441;
    assert_int_equal(ft_connections(f->h1, f->h2, f->w1, NULL, r), 4);
    is(&r[0], f->h1, f->h2, "10.78.0.2", 7441);
    is(&r[1], f->h2, f->h1, "10.78.0.1", FT_ENGINE_PORT);
    is(&r[2], f->h1, f->w1, "10.78.0.9", FT_WITNESS_PORT);
    is(&r[3], f->h2, f->w1, "10.78.0.9", FT_WITNESS_PORT);
    assert_string_equal(r[0].other, "10.77.0.2");
    assert_string_equal(r[1].other, "");
    assert_int_equal(ft_connections(f->h1, f->h2, NULL, "10.77.0.2", r), 2);
    is(&r[0], f->h1, f->h2, "10.77.0.2", 7441);
    is(&r[1], f->h2, f->h1, "10.77.0.1", FT_ENGINE_PORT);
    assert_string_equal(r[0].other, "10.78.0.2");
    assert_int_equal(ft_connections(f->h1, f->h2, f->w1, "10.99.0.2", r), 0);
    f->h2->nics[0].up = false; /* br0: one network is left */
    assert_int_equal(ft_connections(f->h1, f->h2, NULL, NULL, r), 2);
    assert_string_equal(r[0].other, "");
    f->h2->nics[2].up = false;
    assert_int_equal(ft_connections(f->h1, f->h2, f->w1, NULL, r), 0);
}

static struct ft_trips
trips(unsigned count, unsigned refused, const char *error)
{
    struct ft_trips t = { .sent = 3, .count = count, .refused = refused };

    snprintf(t.error, sizeof(t.error), "%s", error);
    return t;
}

static void
test_what_is_said(void **state)
{
    static const struct {
        unsigned count, refused;
        const char *error, *firewall;
        bool listens, standing;
        enum ft_verdict verdict;
        const char *evidence, *remedy;
    } cases[] = {
        { 3, 0, "", "", true, false, FT_PASS,
          "h2 lets h1 in at 10.78.0.2, TCP port 7331", "" },
        { 3, 3, "", "", false, false, FT_PASS, "h2 lets h1 in", "" },
        { 1, 0, "", "", true, false, FT_PASS, "h2 lets h1 in", "" },
        { 3, 2, "", "", true, false, FT_PASS, "h2 lets h1 in", "" },
        { 3, 3, "", "", true, false, FT_FAIL,
          "h1 cannot connect to h2 at 10.78.0.2, TCP port 7331: refused though",
          "nft insert rule inet filter input tcp dport 7331 accept" },
        { 0, 0, "", "firewalld", true, false, FT_FAIL,
          "no answer, as where a firewall drops it",
          "On h2, which runs firewalld: firewall-cmd --permanent "
          "--add-port=7331/tcp" },
        { 0, 0, "No route to host", "ufw", true, false, FT_FAIL,
          "TCP port 7331: No route to host",
          "On h2, which runs ufw: ufw allow 7331/tcp. Or another network: "
          "--address 10.77.0.2." },
        { 0, 0, "", "ufw", true, true, FT_WARN, "no answer",
          "ufw allow 7331/tcp." },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        struct ft_connection r[FT_CONNECTIONS_MAX];
        const struct ft_finding *found;

        ft_connections(f->h1, f->h2, f->w1, NULL, r);
        strcpy(f->h2->firewall, cases[i].firewall);
        f->h2->listening[0] = FT_ENGINE_PORT;
        f->h2->listening_count = cases[i].listens;
        r[0].trips = trips(cases[i].count, cases[i].refused, cases[i].error);
        assert_int_equal(ft_connections_check(r, 4, cases[i].standing,
                                              &findings),
                         0);
        assert_int_equal(findings.count, 1);
        found = ft_findings_find(&findings, FT_CHECK_LINK_PORT);
        assert_non_null(found);
        assert_int_equal(found->verdict, cases[i].verdict);
        assert_string_equal(found->subject, "h2");
        if (!strstr(found->evidence, cases[i].evidence))
            fail_msg("%zu: %s", i, found->evidence);
        if (!strstr(found->remedy, cases[i].remedy))
            fail_msg("%zu: %s", i, found->remedy);
        ft_findings_free(&findings);
    }
}

/* Large packets that do not come through between NICs that both take them. */
static void
test_large_packets(void **state)
{
    static const struct {
        int mtu, sent, full, there;
        bool witness;
        enum ft_verdict verdict; /* FT_VERDICTS: nothing is said */
    } cases[] = {
        { 9000, 3, 3, 9000, false, FT_PASS },
        { 9000, 3, 1, 9000, false, FT_PASS },
        { 9000, 3, 0, 9000, false, FT_FAIL },
        { 9000, 3, 0, 0, false, FT_FAIL },        /* not known there */
        { 9000, 3, 0, 1500, false, FT_VERDICTS }, /* they agree on less */
        { 9000, 0, 0, 9000, false, FT_VERDICTS },
        { 0, 3, 0, 9000, false, FT_VERDICTS }, /* no echo is answered at all */
        { 9000, 3, 0, 9000, true, FT_VERDICTS },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        struct ft_connection r[FT_CONNECTIONS_MAX];
        const struct ft_finding *found;

        ft_connections(f->h1, f->h2, f->w1, NULL, r);
        f->h2->nics[2].mtu = cases[i].there; /* eth1 */
        r[0].witness = cases[i].witness;
        r[0].trips = trips(3, 0, "");
        r[0].trips.mtu = cases[i].mtu;
        r[0].trips.full_sent = cases[i].sent;
        r[0].trips.full = cases[i].full;
        assert_int_equal(ft_connections_check(r, 1, false, &findings), 0);
        found = ft_findings_find(&findings, FT_CHECK_LINK_MTU_PASSES);
        if ((found ? found->verdict : FT_VERDICTS) != cases[i].verdict)
            fail_msg("case %zu", i);
        ft_findings_free(&findings);
    }
}

/* By what `ftengine trips` prints. */
static void
test_large_packets_decoded(void **state)
{
    static const struct {
        const char *mtu;
        int size, sent, full;
    } cases[] = {
        { "{'size':1500,'small':3,'full':2,'full_sent':3}", 1500, 3, 2 },
        { "{'size':1500,'small':0,'full':0,'full_sent':3}", 0, 0, 0 },
        { "{'size':1500,'small':3,'full':9,'full_sent':3}", 1500, 3, 0 },
        { "{'size':-1,'small':3,'full':1,'full_sent':3}", 0, 3, 1 },
        { "[]", 0, 0, 0 },
        { "null", 0, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *json = NULL;
        struct ft_trips seen;
        char text[160];

        snprintf(text, sizeof(text), "{'sent':1,'us':[5],'mtu':%s}",
                 cases[i].mtu);
        for (char *c = text; *c; c++)
            *c = *c == '\'' ? '"' : *c;
        assert_int_equal(ft_json_parse(text, strlen(text), &json, NULL), 0);
        assert_int_equal(ft_trips_from_json(json, &seen), 0);
        assert_int_equal(seen.mtu, cases[i].size);
        assert_int_equal(seen.full_sent, cases[i].sent);
        assert_int_equal(seen.full, cases[i].full);
    }
}

/* The way back and those to the witness cost no copy now: they warn. */
static void
test_the_others(void **state)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    struct ft_connection r[FT_CONNECTIONS_MAX];
    struct fixture *f = *state;

    ft_connections(f->h1, f->h2, f->w1, NULL, r);
    r[0].trips = trips(3, 0, "");
    for (int i = 1; i < 4; i++)
        r[i].trips = trips(0, 0, "");
    assert_int_equal(ft_connections_check(r, 4, false, &findings), 0);
    assert_int_equal(findings.count, 4);
    assert_int_equal(findings.list[0].verdict, FT_PASS);
    for (int i = 1; i < 4; i++)
        assert_int_equal(findings.list[i].verdict, FT_WARN);
    assert_string_equal(findings.list[1].id, "link.port");
    assert_string_equal(findings.list[1].subject, "h1");
    assert_non_null(strstr(findings.list[1].why, "After a takeover"));
    assert_string_equal(findings.list[2].id, "witness.port");
    assert_non_null(
        strstr(findings.list[3].evidence,
               "h2 cannot connect to w1 at 10.78.0.9, TCP port 7332"));
    ft_findings_free(&findings);
}

/* No plan goes over a network on which the copy's host lets nobody in. */
static void
test_plan(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = { .vm = "vm1",
                                 .pair = PAIR_UUID,
                                 .settings = FT_PAIR_SETTINGS_INIT };
    struct ft_connection r[FT_CONNECTIONS_MAX];
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    f->inventory.connection_count = ft_connections(f->h1, f->h2, f->w1, NULL, r);
    f->inventory.connections = r;
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), 0);
    ft_plan_free(&plan);
    r[0].trips = trips(0, 0, "");
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), -EPERM);
    assert_non_null(strstr(err.text, "h1 cannot connect to h2"));
    ft_plan_free(&plan);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_which, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large_packets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large_packets_decoded, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_plan, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
