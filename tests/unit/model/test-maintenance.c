/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts under maintenance: how long, who is at risk, and what the views say. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "tests/unit/model/quoted.h"
#include "ui/model/live-rows.h"
#include "ui/model/maintenance.h"
#include "ui/model/verdict.h"

static void
test_text(void **state)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        { -1, "" },
        { 0, "under maintenance for 0 s" },
        { 99, "under maintenance for 99 s" },
        { 720, "under maintenance for 12 min" },
        { 7200, "under maintenance for 2 h" },
        { 400000, "under maintenance for 5 d" },
        { 1e18, "under maintenance for 1000000 d" },
    };
    char text[FT_MAINTENANCE_TEXT];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        ft_maintenance_text(cases[i].seconds, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void
test_sentences(void **state)
{
    static const struct {
        const char *pairs;
        const char *sentence;
    } cases[] = {
        { "[]", "h2 is under maintenance for 12 min." },
        { "[{'vm':'a','primary':'h1','standby':'h3','witness':'h4'}]",
          "h2 is under maintenance for 12 min." },
        { "[{'vm':'a','primary':'h1','standby':'h2','state':'alone'}]",
          "h2 is under maintenance for 12 min: a runs without a copy." },
        { "[{'vm':'a','primary':'h1','standby':'h2','state':'protected'}]",
          "h2 is under maintenance for 12 min." },
        { "[{'vm':'a','primary':'h2','standby':'h1','state':'alone'},"
          "{'vm':'b','primary':'h1','standby':'h2','state':'alone'},"
          "{'vm':'c','primary':'h1','standby':'h2','state':'resyncing'},"
          "{'vm':'d','primary':'h1','standby':'h3','witness':'h2'}]",
          "h2 is under maintenance for 12 min: a still runs there; b, c run "
          "without a copy; d has its witness there." },
        { "[{'vm':'a','primary':'h1','standby':'h2','state':'alone'},"
          "{'vm':'b','primary':'h1','standby':'h2','state':'alone'},"
          "{'vm':'c','primary':'h1','standby':'h2','state':'alone'},"
          "{'vm':'d','primary':'h1','standby':'h2','state':'alone'},"
          "{'vm':'e','primary':'h1','standby':'h2','state':'alone'}]",
          "h2 is under maintenance for 12 min: a, b, c and 2 more run without a "
          "copy." },
    };
    FT_AUTOJSON json_t *hosts = from("[{'name':'h1','maintenance_s':null},"
                                     "{'name':'h2','maintenance_s':720}]");

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *pairs = from(cases[i].pairs);
        FT_AUTOJSON json_t *rows = ft_maintenance_rows(pairs, hosts);
        char text[400];

        assert_int_equal(json_array_size(rows), 1);
        ft_maintenance_sentence(json_array_get(rows, 0), text, sizeof(text));
        assert_string_equal(text, cases[i].sentence);
    }
}

/* However little room there is. */
static void
test_cut_short(void **state)
{
    FT_AUTOJSON json_t *row =
        from("{'host':'h2','for_s':1,'there':['a'],'no_copy':['b','c','d','e'],"
             "'no_witness':['f']}");
    char text[200];

    (void)state;
    for (size_t size = 1; size <= sizeof(text); size++) {
        memset(text, 'x', sizeof(text));
        ft_maintenance_sentence(row, text, size);
        assert_true(strlen(text) < size);
    }
}

/* ---- what the live state makes of it ---- */

static void
take_host(struct ft_live *live, int64_t stored_at, const char *reply)
{
    struct ft_store_host *hosts = calloc(1, sizeof(*hosts));
    FT_AUTOJSON json_t *json = reply ? from(reply) : NULL;

    strcpy(hosts->name, "h2");
    hosts->maintenance_at = stored_at;
    assert_int_equal(ft_live_set_hosts(live, hosts, 1), 0);
    if (json)
        assert_int_equal(ft_live_take_reply(&live->hosts[0], json, 1000), 0);
}

/* The host's own word is worth more than the database's. */
static void
test_who_knows(void **state)
{
    static const struct {
        int64_t stored_at;
        const char *reply;
        double seconds;
    } cases[] = {
        { 0, NULL, -1 },
        { 4000, NULL, 6 },
        { 4000, "{'pairs':[]}", 6 }, /* an engine of before */
        { 4000, "{'pairs':[],'maintenance':null}", -1 },
        { 0, "{'pairs':[],'maintenance':{'since':8000}}", 2 },
        { 0, "{'pairs':[],'maintenance':{'since':80000}}", 0 },
        { 0, "{'pairs':[],'maintenance':'nonsense'}", -1 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_live live = { .hosts = NULL };
        FT_AUTOJSON json_t *rows = NULL;
        const json_t *said;

        take_host(&live, cases[i].stored_at, cases[i].reply);
        rows = ft_live_host_rows(&live, 1000, 10000);
        said = json_object_get(json_array_get(rows, 0), "maintenance_s");
        assert_true(json_is_number(said) == (cases[i].seconds >= 0));
        if (json_is_number(said))
            assert_float_equal(json_number_value(said), cases[i].seconds, 0.01);
        ft_live_free(&live);
    }
}

/* One that is out and silent is no reason to look for it. */
static void
test_verdict(void **state)
{
    FT_AUTOJSON json_t *pairs = from(
        "[{'vm':'a','primary':'h1','standby':'h2','state':'alone',"
        "'heard':true,'standing':'alone','maintenance':{'standby':720.0}}]");
    FT_AUTOJSON json_t *hosts =
        from("[{'name':'h1','state':'ok','maintenance_s':null},"
             "{'name':'h2','state':'unreachable','maintenance_s':720}]");
    FT_AUTOJSON json_t *none = json_array();
    struct ft_verdict verdict;

    (void)state;
    ft_verdict_of_all(pairs, hosts, &verdict);
    assert_string_equal(
        verdict.sentence,
        "a runs alone on h1: h2 is under maintenance for 12 min.");
    assert_string_equal(verdict.command, "ftadmin maintenance h2 off");
    json_array_remove(hosts, 0);
    json_object_set_new(json_array_get(hosts, 0), "state", json_string("ok"));
    ft_verdict_of_all(none, hosts, &verdict);
    assert_string_equal(verdict.sentence, "h2 is under maintenance for 12 min.");
    assert_int_equal(verdict.severity, FT_SEVERITY_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),      cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_cut_short), cmocka_unit_test(test_who_knows),
        cmocka_unit_test(test_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
