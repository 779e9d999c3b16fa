/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The past is told by what is known of it: events, and what was measured. */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "tests/unit/model/quoted.h"
#include "ui/model/then.h"
#include "ui/model/utc.h"

#define PAIR "00000001-bbbb-4000-8000-000000000000"
#define T(clock) ft_parse_utc("2026-11-28T" clock "Z")

static const char events_text[] =
    "[{'host':'kvm2','at':'2026-11-28T03:00:00.000Z','pair':'" PAIR
    "','vm':'erp','kind':'state','text':'erp is syncing: the standby is being "
    "filled'},"
    "{'host':'kvm2','at':'2026-11-28T03:01:00.000Z','pair':'" PAIR
    "','vm':'erp','kind':'state','text':'erp is protected'},"
    "{'host':'kvm1','at':'2026-11-28T03:01:00.100Z','pair':'" PAIR
    "','vm':'erp','kind':'state','text':'erp is alone: not by its primary'},"
    "{'host':'kvm2','at':'2026-11-28T03:05:00.000Z','pair':'" PAIR
    "','vm':'erp','kind':'path-lost','text':'kvm1 does not answer at 10.9.0.1: "
    "no route'},"
    "{'host':'kvm1','at':'2026-11-28T03:12:07.200Z','pair':'" PAIR
    "','vm':'erp','kind':'state','text':'erp is alone: the other host is not "
    "reachable'},"
    "{'host':'kvm1','at':'2026-11-28T03:12:07.231Z','pair':'" PAIR
    "','vm':'erp','kind':'takeover','text':'erp runs here'}]";

struct world {
    json_t *pairs, *hosts, *events;
    struct ft_chronicle told;
    struct ft_then then;
};

static bool
measured(void *data, const char *pair, int64_t at_ms, struct ft_measured *out)
{
    const int64_t *silent_from = data;

    (void)pair;
    if (at_ms >= *silent_from)
        return false;
    *out = (struct ft_measured){ 60, 31, 6.3 };
    return true;
}

static void
begin(struct world *w, int64_t at_ms, const int64_t *silent_from)
{
    w->pairs = from("[{'pair':'" PAIR "','vm':'erp','uuid':'u','primary':'kvm1',"
                    "'standby':'kvm2','witness':'w1','last_takeover':{'at':"
                    "'2026-11-28T03:12:07.230Z','detect_ms':206},'paths':["
                    "{'local':'10.9.0.1','peer':'10.9.0.2','up':false},"
                    "{'local':'10.8.0.1','peer':'10.9.0.1','up':true}]}]");
    w->hosts = from("[{'name':'kvm1','kind':'hypervisor','state':'ok'},"
                    "{'name':'kvm2','kind':'hypervisor','state':'stale'},"
                    "{'name':'w1','kind':'witness','state':'ok'}]");
    w->events = from(events_text);
    assert_int_equal(ft_chronicle_make(w->events, w->hosts, &w->told), 0);
    w->then =
        (struct ft_then){ at_ms,    w->pairs, w->hosts,
                          &w->told, measured, (void *)(uintptr_t)silent_from };
}

static void
end(struct world *w)
{
    ft_chronicle_free(&w->told);
    json_decref(w->pairs);
    json_decref(w->hosts);
    json_decref(w->events);
}

static const char *
word(const json_t *rows, size_t index, const char *key)
{
    return ft_json_string(json_array_get(rows, index), key, "");
}

/* The row of the only pair at a moment, and the hosts'. */
static json_t *
look(int64_t at_ms, int64_t silent_from, json_t **hosts,
     struct ft_verdict *verdict)
{
    struct world w;
    json_t *rows;

    begin(&w, at_ms, &silent_from);
    rows = ft_then_pairs(&w.then);
    assert_int_equal(json_array_size(rows), 1);
    if (hosts)
        *hosts = ft_then_hosts(&w.then, rows);
    if (verdict)
        ft_then_say_all(&w.then, rows, verdict);
    end(&w);
    return rows;
}

static void
test_before_a_takeover_it_ran_elsewhere(void **state)
{
    struct ft_verdict verdict;
    json_t *hosts;
    FT_AUTOJSON json_t *rows =
        look(T("03:12:07.100"), INT64_MAX, &hosts, &verdict);
    const json_t *paths = json_object_get(json_array_get(rows, 0), "paths");

    (void)state;
    assert_string_equal(word(rows, 0, "primary"), "kvm2");
    assert_string_equal(word(rows, 0, "standby"), "kvm1");
    assert_string_equal(word(rows, 0, "standing"), "at risk");
    assert_string_equal(word(rows, 0, "state"), "protected");
    assert_string_equal(word(rows, 0, "health"), "warn");
    assert_string_equal(word(rows, 0, "reason"), "the path to 10.9.0.1 is down");
    assert_true(json_is_null(
        json_object_get(json_array_get(rows, 0), "last_takeover")));
    assert_true(json_number_value(
                    json_object_get(json_array_get(rows, 0), "lag_ms")) == 31);
    assert_int_equal(ft_json_bool(json_array_get(paths, 0), "up", -1), 1);
    assert_int_equal(ft_json_bool(json_array_get(paths, 1), "up", -1), 0);
    assert_string_equal(word(hosts, 0, "state"), "ok");
    assert_string_equal(word(hosts, 1, "state"), "ok");
    assert_string_equal(word(hosts, 2, "state"), "unknown");
    assert_int_equal(verdict.severity, FT_SEVERITY_WARN);
    assert_string_equal(verdict.sentence,
                        "28 Nov 03:12:07: 0 of 1 protected; erp at risk.");
    json_decref(hosts);
}

static void
test_after_it_the_copy_is_gone(void **state)
{
    struct ft_verdict verdict;
    json_t *hosts;
    FT_AUTOJSON json_t *rows = look(T("03:12:08"), INT64_MAX, &hosts, &verdict);

    (void)state;
    assert_string_equal(word(rows, 0, "primary"), "kvm1");
    assert_string_equal(word(rows, 0, "standing"), "alone");
    assert_string_equal(word(rows, 0, "reason"),
                        "the other host is not reachable");
    assert_true(json_number_value(json_object_get(
                    json_object_get(json_array_get(rows, 0), "last_takeover"),
                    "detect_ms")) == 206);
    assert_string_equal(word(hosts, 1, "state"), "silent");
    assert_int_equal(verdict.severity, FT_SEVERITY_WARN);
    assert_non_null(strstr(verdict.sentence, "0 of 1 protected; erp alone."));
    json_decref(hosts);
}

/* What its host told of the witness counts since it came to stand so. */
static void
test_at_risk_without_the_witness(void **state)
{
    static const struct {
        const char *host, *kind, *clock;
        const char *standing;
    } cases[] = {
        { "kvm2", "witness-unreachable", "03:02:00", "at risk" },
        { "kvm2", "witness-reachable", "03:02:00", "protected" },
        { "kvm2", "witness-unreachable", "03:00:30", "protected" },
        { "kvm1", "witness-unreachable", "03:02:00", "protected" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        int64_t never = INT64_MAX;
        FT_AUTOJSON json_t *rows = NULL;
        struct world w;
        char at[32];

        begin(&w, T("03:03:00"), &never);
        ft_chronicle_free(&w.told);
        snprintf(at, sizeof(at), "2026-11-28T%sZ", cases[i].clock);
        json_array_append_new(w.events,
                              json_pack("{s:s,s:s,s:s,s:s}", "host",
                                        cases[i].host, "kind", cases[i].kind,
                                        "at", at, "pair", PAIR));
        assert_int_equal(ft_chronicle_make(w.events, w.hosts, &w.told), 0);
        rows = ft_then_pairs(&w.then);
        assert_string_equal(word(rows, 0, "standing"), cases[i].standing);
        if (*cases[i].standing == 'a')
            assert_string_equal(word(rows, 0, "reason"),
                                "the witness w1 does not answer");
        end(&w);
    }
}

/* No green without a source: a last word of long ago is none. */
static void
test_what_was_not_measured_is_unknown(void **state)
{
    struct ft_verdict verdict;
    FT_AUTOJSON json_t *soon = look(T("03:01:30"), 0, NULL, NULL);
    FT_AUTOJSON json_t *late = look(T("03:04:00"), 0, NULL, &verdict);
    FT_AUTOJSON json_t *before = look(T("02:00:00"), INT64_MAX, NULL, NULL);

    (void)state;
    assert_string_equal(word(soon, 0, "standing"), "protected");
    assert_string_equal(word(late, 0, "standing"), "unknown");
    assert_string_equal(word(late, 0, "reason"),
                        "nothing was measured then; its last word: protected, "
                        "28 Nov 03:01:00");
    assert_int_equal(verdict.severity, FT_SEVERITY_UNKNOWN);
    assert_string_equal(word(before, 0, "standing"), "unknown");
    assert_string_equal(word(before, 0, "reason"),
                        "no event tells how it stood then");
}

static void
test_clocks_are_corrected(void **state)
{
    FT_AUTOJSON json_t *events =
        from("[{'host':'a','at':'2026-11-28T03:00:00.500Z'},"
             "{'host':'b','at':'2026-11-28T03:00:02.000Z'},"
             "{'host':'c','at':'yesterday'}]");
    FT_AUTOJSON json_t *hosts =
        from("[{'name':'b','clock_ms':1900},{'name':'a','clock_ms':null}]");
    struct ft_chronicle told;

    (void)state;
    assert_int_equal(ft_chronicle_make(events, hosts, &told), 0);
    assert_int_equal(told.count, 2);
    assert_string_equal(ft_happened_host(&told.list[0]), "b");
    assert_true(told.list[0].corrected && !told.list[1].corrected);
    assert_int_equal(told.list[0].at_ms, T("03:00:00.100"));
    assert_int_equal(ft_chronicle_until(&told, T("03:00:00.099")), 0);
    assert_int_equal(ft_chronicle_until(&told, T("03:00:00.100")), 1);
    assert_int_equal(ft_chronicle_until(&told, INT64_MAX), 2);
    ft_chronicle_free(&told);
}

static void
test_events_until_then(void **state)
{
    struct world w;
    int64_t never = INT64_MAX;
    json_t *rows;

    (void)state;
    begin(&w, T("03:05:00"), &never);
    rows = ft_then_events(&w.then);
    assert_int_equal(json_array_size(rows), 4);
    json_decref(rows);
    end(&w);
}

static void
test_times_are_read_as_they_are_written(void **state)
{
    char text[32];

    (void)state;
    for (int64_t at = 0; at < INT64_C(7000000000000); at += 86399987123 / 7) {
        ft_format_utc(at, text);
        assert_int_equal(ft_parse_utc(text), at - at % 1000);
    }
    assert_int_equal(ft_parse_utc("2026-11-28T03:10:07.389Z") % 1000, 389);
    assert_int_equal(ft_parse_utc("2026-11-28T03:10:07.5") % 1000, 500);
    assert_int_equal(ft_parse_utc("2026-11-28T03:10:07.389999Z") % 1000, 389);
    assert_int_equal(ft_parse_utc("2026-13-28T03:10:07Z"), -1);
    assert_int_equal(ft_parse_utc("2026-11-28"), -1);
    assert_int_equal(ft_parse_utc("2026-11-28T03:10:07.3x"), -1);
    assert_int_equal(ft_parse_utc(""), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before_a_takeover_it_ran_elsewhere),
        cmocka_unit_test(test_after_it_the_copy_is_gone),
        cmocka_unit_test(test_at_risk_without_the_witness),
        cmocka_unit_test(test_what_was_not_measured_is_unknown),
        cmocka_unit_test(test_clocks_are_corrected),
        cmocka_unit_test(test_events_until_then),
        cmocka_unit_test(test_times_are_read_as_they_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
