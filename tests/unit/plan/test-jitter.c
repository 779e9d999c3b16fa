/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From round trips to the silence that is proposed, and what the plan says.
 */
#include "config.h"

#include "plan/jitter.h"
#include "plan/plan.h"
#include "plan/connections.h"
#include "tests/unit/inventory-fixture.h"

/* Evenly from least to most us, and so many lost of 20. */
static struct ft_trips
trips(uint32_t least, uint32_t most, unsigned lost)
{
    struct ft_trips t = { .sent = 20, .count = 20 - lost };

    for (unsigned i = 0; i < t.count; i++)
        t.us[i] = least + (most - least) * i / (t.count - 1);
    return t;
}

static void
test_silence(void **state)
{
    static const struct {
        uint32_t least, most;
        unsigned lost;
        int needed, silence;
    } cases[] = {
        { 100, 300, 0, 10, 200 },         /* a cable: the default */
        { 500, 500, 0, 0, 200 },          /* no jitter at all */
        { 40000, 40000, 0, 0, 200 },      /* far away, but even */
        { 5000, 34000, 0, 200, 200 },     /* just what the default holds */
        { 5000, 35000, 0, 210, 210 },     /* more */
        { 5000, 105000, 0, 690, 690 },    /* a radio */
        { 100, 300, 1, 350, 350 },        /* one lost: TCP's 200 ms */
        { 100, 300, 2, 1030, 1030 },      /* one in ten: three times that */
        { 20000, 120000, 1, 1580, 1580 }, /* its own wait is longer than 200 ms */
        { 1000, 501000, 0, 3430, 2000 },  /* nobody waits for that */
        { 1000, 800000, 5, 26030, 2000 }, /* hopeless */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ft_trips t = trips(cases[i].least, cases[i].most, cases[i].lost);
        struct ft_jitter jitter;

        assert_int_equal(ft_jitter_judge(&t, &jitter), 0);
        assert_int_equal(jitter.least_us, cases[i].least);
        assert_int_equal(jitter.most_us, cases[i].most);
        assert_int_equal(jitter.lost, cases[i].lost);
        assert_int_equal(jitter.needed_ms, cases[i].needed);
        assert_int_equal(jitter.silence_ms, cases[i].silence);
    }
}

/* A worse network never gets a shorter silence, and bounds are kept. */
static void
test_worse_is_longer(void **state)
{
    (void)state;
    for (unsigned lost = 0; lost <= 20 - FT_TRIPS_LEAST; lost++)
        for (uint32_t spread = 0; spread < 1000000; spread += 9973) {
            struct ft_trips t = trips(100, 100 + spread, lost);
            struct ft_trips worse = trips(100, 100 + spread + 5000, lost);
            struct ft_jitter a, b, c;
            struct ft_trips more_lost =
                trips(100, 100 + spread, lost < 12 ? lost + 1 : lost);

            assert_int_equal(ft_jitter_judge(&t, &a), 0);
            assert_int_equal(ft_jitter_judge(&worse, &b), 0);
            assert_int_equal(ft_jitter_judge(&more_lost, &c), 0);
            assert_true(a.silence_ms >= FT_SILENCE_LEAST_MS);
            assert_true(a.silence_ms <= FT_SILENCE_MOST_MS);
            assert_true(b.needed_ms >= a.needed_ms);
            assert_true(c.needed_ms >= a.needed_ms);
        }
}

static void
test_too_few(void **state)
{
    struct ft_trips t = trips(100, 300, 20 - FT_TRIPS_LEAST + 1);
    struct ft_jitter jitter;

    (void)state;
    assert_int_equal(ft_jitter_judge(&t, &jitter), -ENODATA);
    assert_int_equal(ft_jitter_judge(NULL, &jitter), -ENODATA);
}

static void
test_json(void **state)
{
    static const struct {
        const char *text;
        int rc;
        unsigned sent, count;
    } cases[] = {
        { "{\"sent\":3,\"us\":[1,2]}", 0, 3, 2 },
        { "{\"sent\":2,\"us\":[1,-2,\"x\",4,5]}", 0, 2, 2 },
        { "{\"sent\":65,\"us\":[1]}", 0, 0, 0 },
        { "{\"sent\":3}", -EPROTO, 0, 0 },
        { "[]", -EPROTO, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *json = json_loads(cases[i].text, 0, NULL);
        struct ft_trips t;

        assert_int_equal(ft_trips_from_json(json, &t), cases[i].rc);
        assert_int_equal(t.sent, cases[i].sent);
        assert_int_equal(t.count, cases[i].count);
        json_decref(json);
    }
}

/* What stood in the way, cut within a character, is told on all the same. */
static void
test_cut_error(void **state)
{
    struct ft_trips trips = { .sent = 1 }, back;
    json_t *json;

    (void)state;
    memset(trips.error, 'x', sizeof(trips.error) - 1);
    trips.error[sizeof(trips.error) - 2] = '\xc3';
    json = ft_trips_to_json(&trips);
    assert_int_equal(ft_trips_from_json(json, &back), 0);
    assert_int_equal(strlen(back.error), strlen(trips.error));
    json_decref(json);
}

static int
silence_in(const json_t *config)
{
    return (int)ft_json_int(json_object_get(config, "settings"), "silence_ms",
                            0, 99999, 0);
}

/* The plan takes the proposed one, unless the administrator has named his. */
static void
test_plan(void **state)
{
    static const struct {
        uint32_t most; /* us; 0: nothing is known */
        int named;     /* ms; 0: none */
        int silence, commit;
        enum ft_verdict verdict;
        const char *evidence;
    } cases[] = {
        { 0, 0, 200, 1000, FT_PASS, NULL },
        { 300, 0, 200, 1000, FT_PASS,
          "0.1 to 0.3 ms, 0 of 20 lost; a silence of "
          "200 ms is enough" },
        { 300, 50, 50, 1000, FT_PASS, "a silence of 50 ms is enough" },
        { 100100, 0, 690, 1000, FT_PASS, "690 ms is proposed for that" },
        { 100100, 300, 300, 1000, FT_WARN,
          "300 ms is too short for that, it "
          "takes 690 ms" },
        { 100100, 700, 700, 1000, FT_PASS, "700 ms is enough" },
        { 500100, 0, 2000, 2000, FT_WARN, "2000 ms is too short" },
        { 500100, 4000, 4000, 4000, FT_PASS, "4000 ms is enough" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ft_plan_choices c = { .vm = "vm1",
                                     .pair = PAIR_UUID,
                                     .silence_named = cases[i].named > 0,
                                     .settings = FT_PAIR_SETTINGS_INIT };
        struct ft_connection connection = { .from = f->inventory.hosts[0],
                                            .to = f->inventory.hosts[1],
                                            .address = "10.78.0.2",
                                            .port = 7331,
                                            .trips =
                                                trips(100, cases[i].most, 0) };
        struct ft_error err = FT_ERROR_INIT;
        const struct ft_finding *found;
        struct ft_plan plan;
        json_t *json;

        if (cases[i].named > 0)
            ft_settings_set_silence(&c.settings, cases[i].named);
        f->inventory.connections = &connection;
        f->inventory.connection_count = cases[i].most > 0;
        if (ft_plan_make(&f->inventory, &c, &plan, &err) < 0)
            fail_msg("%s", err.text);
        assert_int_equal(silence_in(plan.config), cases[i].silence);
        assert_int_equal(plan.settings.silence_ms, cases[i].silence);
        assert_int_equal(plan.settings.commit_timeout_ms, cases[i].commit);
        json = ft_plan_to_json(&plan);
        assert_int_equal(silence_in(json), cases[i].silence);
        assert_int_equal(json_is_object(json_object_get(json, "jitter")),
                         cases[i].most > 0);
        json_decref(json);
        found = ft_findings_find(&plan.findings, FT_CHECK_LINK_JITTER);
        if (cases[i].evidence == NULL) {
            assert_null(found);
        } else {
            assert_non_null(found);
            if (strstr(found->evidence, cases[i].evidence) == NULL)
                fail_msg("\"%s\" lacks \"%s\"", found->evidence,
                         cases[i].evidence);
            assert_int_equal(found->verdict, cases[i].verdict);
        }
        ft_plan_free(&plan);
    }
}

/* What libvirt's clients will see is told before anything is done. */
static void
test_note(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = { .vm = "vm1",
                                 .pair = PAIR_UUID,
                                 .settings = FT_PAIR_SETTINGS_INIT };
    const struct ft_finding *found;
    struct ft_plan plan;

    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, NULL), 0);
    found = ft_findings_find(&plan.findings, FT_CHECK_NOTE_LIBVIRT_EVENTS);
    assert_non_null(found);
    assert_int_equal(found->verdict, FT_PASS);
    assert_non_null(strstr(found->evidence, "domstate"));
    assert_non_null(strstr(found->remedy, "ftengine metrics"));
    ft_plan_free(&plan);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_worse_is_longer),
        cmocka_unit_test(test_too_few),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_cut_error),
        TEST(test_plan),
        TEST(test_note),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
