/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A takeover is told by what is known of it, and says what is not. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "tests/unit/model/quoted.h"
#include "ui/model/film.h"

#define PAIR "00000001-bbbb-4000-8000-000000000000"
#define RECORD                                                          \
    "{'at':'2026-11-28T03:12:07.231Z','reason':'the primary was lost'," \
    "'epoch':412077,'detect_ms':206.0,'win_ms':4.9,'apply_ms':11.5,"    \
    "'resume_ms':9.4,'clock_given_ms':230.0}"
#define EVENT(host, at, kind, text)                              \
    "{'host':'" host "','at':'2026-11-28T" at "Z','pair':'" PAIR \
    "','vm':'erp','severity':'warn','kind':'" kind "','text':'" text "'}"
#define TAKEOVER                                                         \
    EVENT("kvm1", "03:12:07.232", "takeover",                            \
          "erp runs here since epoch 412077; resumed in 9.4 ms (submit " \
          "0.6, load 5.1, start 2.9, announce 0.8)")
#define WON \
    EVENT("kvm1", "03:12:07.211", "witness", "the witness gave us generation 7")
#define ALONE EVENT("kvm1", "03:12:07.233", "state", "erp is alone")

static bool
measured(void *data, const char *pair, int64_t at_ms, struct ft_measured *out)
{
    (void)data;
    (void)pair;
    (void)at_ms;
    *out = (struct ft_measured){ 1, 40, 6 };
    return true;
}

/* What is told of these events and this record, old host in this state. */
static json_t *
tell(const char *events_text, const char *record, const char *state,
     const char *clock, const char *until)
{
    char text[1024];
    json_t *events = from(events_text), *pair, *hosts, *film;
    struct ft_chronicle told;
    struct ft_film_from what = { .until = until, .measured = measured };

    snprintf(text, sizeof(text),
             "{'vm':'erp','uuid':'u','pair':'" PAIR "','primary':'kvm1',"
             "'standby':'kvm2','witness':'w1','standing':'alone','reason':'',"
             "'last_takeover':%s}",
             record);
    pair = from(text);
    snprintf(text, sizeof(text),
             "[{'name':'kvm1','state':'ok','clock_ms':0},{'name':'kvm2',"
             "'state':'%s','clock_ms':%s}]",
             state, clock);
    hosts = from(text);
    assert_int_equal(ft_chronicle_make(events, hosts, &told), 0);
    what.pair = pair;
    what.hosts = hosts;
    what.told = &told;
    film = ft_film_make(&what);
    ft_chronicle_free(&told);
    json_decref(pair);
    json_decref(hosts);
    json_decref(events);
    return film;
}

static const json_t *
moment(const json_t *film, const char *kind)
{
    const json_t *each;
    size_t index;

    json_array_foreach(json_object_get(film, "moments"), index, each)
        if (!strcmp(ft_json_string(each, "kind", ""), kind))
            return each;
    return NULL;
}

static double
offset(const json_t *film, const char *kind)
{
    const json_t *value = json_object_get(moment(film, kind), "offset_ms");

    return json_is_number(value) ? json_number_value(value) : -1;
}

static bool
fact_has(const json_t *film, const char *title, const char *text)
{
    const json_t *each;
    size_t index;

    json_array_foreach(json_object_get(film, "facts"), index, each)
        if (!strcmp(ft_json_string(each, "title", ""), title) &&
            strstr(ft_json_string(each, "text", ""), text))
            return true;
    return false;
}

static bool
near(double a, double b)
{
    return a > b - 0.11 && a < b + 0.11;
}

static void
test_a_primary_that_fell_silent(void **state)
{
    FT_AUTOJSON json_t *film =
        tell("[" WON "," TAKEOVER "," ALONE "]", RECORD, "stale", "null", NULL);

    (void)state;
    assert_string_equal(ft_json_string(film, "from", ""), "kvm2");
    assert_string_equal(ft_json_string(film, "to", ""), "kvm1");
    assert_string_equal(ft_json_string(film, "zero", ""),
                        "2026-11-28T03:12:06.999Z");
    assert_true(near(offset(film, "heard"), 0));
    assert_true(near(offset(film, "suspected"), 206));
    assert_true(near(offset(film, "won"), 210.9));
    assert_true(near(offset(film, "applied"), 222.4));
    assert_true(near(offset(film, "runs"), 231.8));
    assert_true(near(offset(film, "state"), 233.8));
    assert_non_null(strstr(ft_json_string(moment(film, "won"), "text", ""),
                           "generation 7"));
    assert_string_equal(ft_json_string(film, "sentence", ""),
                        "kvm2 fell silent, kvm1 went on with erp: a gap of 0.23 "
                        "to 0.27 s.");
    /* what is not known is in it */
    assert_non_null(moment(film, "missing"));
    assert_true(offset(film, "missing") < 0);
    assert_true(fact_has(film, "Not known", "why kvm2 fell silent"));
    assert_true(fact_has(film, "Not known", "TCP repeats it"));
    assert_true(fact_has(film, "Undone", "epoch 412,077"));
    assert_true(fact_has(film, "Clocks", "kvm2 not known"));
    assert_non_null(strstr(ft_json_string(moment(film, "runs"), "argument", ""),
                           "Two at once? No"));
}

/* Its own log joins when it is back, by its own clock, corrected. */
static void
test_the_old_primary_is_back(void **state)
{
    FT_AUTOJSON json_t *film =
        tell("[" WON "," TAKEOVER "," EVENT("kvm2", "03:12:09.050", "qemu-died",
                                            "QEMU of erp died") "]",
             RECORD, "ok", "2000", NULL);

    (void)state;
    assert_null(moment(film, "missing"));
    assert_true(near(offset(film, "qemu-died"), 50.8));
    assert_true(fact_has(film, "The cause", "QEMU of erp died"));
    assert_false(fact_has(film, "Not known", "why kvm2"));
    assert_true(fact_has(film, "Clocks", "kvm2 +2000.0 ms, corrected"));
}

static void
test_an_earlier_one_has_no_record(void **state)
{
    FT_AUTOJSON json_t *film = tell(
        "[" EVENT("kvm2", "02:00:00.010", "takeover",
                  "erp runs here since epoch 5; resumed in 10.0 ms") "," WON
                                                                     "," TAKEOVER
                                                                     "]",
        RECORD, "ok", "0", "2026-11-28T02:30:00Z");

    (void)state;
    assert_string_equal(ft_json_string(film, "to", ""), "kvm2");
    assert_true(offset(film, "heard") < 0);
    assert_non_null(moment(film, "heard"));
    assert_null(moment(film, "suspected"));
    assert_true(near(offset(film, "runs"), 10));
    assert_true(fact_has(film, "So long", "not kept any more"));
    assert_true(
        json_is_null(json_object_get(json_object_get(film, "times"), "asked")));
}

static void
test_a_switchover(void **state)
{
    FT_AUTOJSON json_t *film =
        tell("[" TAKEOVER "]",
             "{'at':'2026-11-28T03:12:07.231Z','reason':'switchover','epoch':9,"
             "'detect_ms':0,'win_ms':2,'apply_ms':7,'resume_ms':9}",
             "ok", "0", NULL);

    (void)state;
    assert_true(ft_json_bool(film, "planned", 0));
    assert_non_null(
        strstr(ft_json_string(film, "sentence", ""), "kvm2 handed erp over"));
    assert_null(moment(film, "missing"));
    assert_true(fact_has(film, "Lost", "nothing"));
}

static void
test_nothing_to_be_told(void **state)
{
    FT_AUTOJSON json_t *lost = NULL;

    (void)state;
    assert_null(tell("[" WON "]", "null", "ok", "0", NULL));
    assert_null(tell("[" TAKEOVER "]", RECORD, "ok", "0", "2026-11-28T02:00"));
    lost = tell("[]", RECORD, "ok", "0", NULL); /* its event is lost */
    assert_true(near(offset(lost, "runs"), 231.8));
}

/* A host may say what it likes: figures that are none are not known. */
static void
test_odd_records(void **state)
{
    static const char *const records[] = {
        "{'at':'2026-11-28T03:12:07.231Z','detect_ms':-5,'win_ms':1e300,"
        "'apply_ms':'x','resume_ms':[],'epoch':-1}",
        "{'at':'2026-11-28T03:12:07.231Z'}",
        "{'at':7}",
        "[]",
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(records); i++) {
        FT_AUTOJSON json_t *film =
            tell("[" TAKEOVER "]", records[i], "ok", "1e300", NULL);
        FT_AUTOFREE char *text = json_dumps(film, 0);

        assert_non_null(film);
        assert_non_null(text);
        assert_null(strstr(text, "e+")); /* no figure is out of bounds */
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_primary_that_fell_silent),
        cmocka_unit_test(test_the_old_primary_is_back),
        cmocka_unit_test(test_an_earlier_one_has_no_record),
        cmocka_unit_test(test_a_switchover),
        cmocka_unit_test(test_nothing_to_be_told),
        cmocka_unit_test(test_odd_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
