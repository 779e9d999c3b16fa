/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which order workers are replaced, and what is waited for. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "plan/upgrade.h"

#define OLD "\"worker_older\":true"
#define NEW "\"worker_older\":false"
#define PAIR(name, state, more)                                           \
    "{\"pair\":\"" name "\",\"vm\":\"" name "\",\"state\":\"" state "\"," \
    "\"worker_pid\":7," more "}"

static void
test_turns(void **state)
{
    static const struct {
        const char *pairs, *owed;
        enum ft_upgrade_kind before, next;
        const char *who, *why; /* of next */
    } cases[] = {
        { "[]", "[]", FT_UPGRADE_DONE, FT_UPGRADE_DONE, NULL, "" },
        { "[" PAIR("a", "protected", NEW) "]", "[\"a\"]", FT_UPGRADE_DONE,
          FT_UPGRADE_DONE, NULL, "" },
        /* one after the other */
        { "[" PAIR("a", "protected", OLD) "," PAIR("b", "protected", OLD) "]",
          "[\"a\",\"b\"]", FT_UPGRADE_DONE, FT_UPGRADE_REPLACE, "a", "" },
        { "[" PAIR("a", "resyncing", NEW) "," PAIR("b", "protected", OLD) "]",
          "[\"a\",\"b\"]", FT_UPGRADE_WAIT, FT_UPGRADE_WAIT, "a",
          "a is resyncing" },
        { "[" PAIR("a", "unprotected",
                   NEW ",\"starting\":true") "," PAIR("b", "protected", OLD) "]",
          "[\"a\",\"b\"]", FT_UPGRADE_WAIT, FT_UPGRADE_WAIT, "a",
          "a is starting" },
        { "[" PAIR("a", "alone",
                   NEW ",\"reason\":\"no peer\"") "," PAIR("b", "protected",
                                                           OLD) "]",
          "[\"a\",\"b\"]", FT_UPGRADE_DONE, FT_UPGRADE_WAIT, "a",
          "a is alone: no peer" },
        { "[" PAIR("a", "protected", NEW) "," PAIR("b", "protected", OLD) "]",
          "[\"a\",\"b\"]", FT_UPGRADE_DONE, FT_UPGRADE_REPLACE, "b", "" },
        /* what was alone before keeps nobody waiting, and is replaced, too */
        { "[" PAIR("a", "alone", OLD) "," PAIR("b", "protected", NEW) "]",
          "[\"b\"]", FT_UPGRADE_DONE, FT_UPGRADE_REPLACE, "a", "" },
        { "[" PAIR("a", "alone", NEW) "," PAIR("b", "protected", NEW) "]",
          "[\"b\"]", FT_UPGRADE_DONE, FT_UPGRADE_DONE, NULL, "" },
        /* somebody must look at it first */
        { "[" PAIR("a", "failed", OLD) "]", "[]", FT_UPGRADE_DONE,
          FT_UPGRADE_DONE, NULL, "" },
        { "[" PAIR("a", "failed", NEW) "]", "[\"a\"]", FT_UPGRADE_DONE,
          FT_UPGRADE_WAIT, "a", "a is failed" },
        /* a takeover is under way */
        { "[" PAIR("a", "protected",
                   OLD ",\"reason\":\"the primary is silent\"") "]",
          "[\"a\"]", FT_UPGRADE_WAIT, FT_UPGRADE_WAIT, "a",
          "a is protected: the primary is silent" },
        /* no copy is committed without the witness */
        { "[" PAIR("a", "protected", OLD ",\"witness_reachable\":false") "]",
          "[\"a\"]", FT_UPGRADE_DONE, FT_UPGRADE_WAIT, "a",
          "a is protected; its witness does not answer" },
        { "[" PAIR("a", "protected", OLD ",\"witness_reachable\":null") "]",
          "[\"a\"]", FT_UPGRADE_DONE, FT_UPGRADE_REPLACE, "a", "" },
        { "[" PAIR("a", "protected",
                   OLD ",\"witness_reachable\":false") "," PAIR("b", "protected",
                                                                OLD) "]",
          "[\"a\",\"b\"]", FT_UPGRADE_DONE, FT_UPGRADE_REPLACE, "b", "" },
        /* nothing that is known */
        { "[" PAIR("a", "dancing", OLD) "]", "[]", FT_UPGRADE_WAIT,
          FT_UPGRADE_WAIT, "a", "a is dancing" },
        { "[{}]", "[]", FT_UPGRADE_WAIT, FT_UPGRADE_WAIT, "?",
          "? is of unknown state" },
        { "[7]", "[]", FT_UPGRADE_WAIT, FT_UPGRADE_WAIT, "?",
          "? is of unknown state" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *pairs = json_loads(cases[i].pairs, 0, NULL);
        FT_AUTOJSON json_t *owed = json_loads(cases[i].owed, 0, NULL);
        struct ft_upgrade_turn before = ft_upgrade_before(pairs);
        struct ft_upgrade_turn next = ft_upgrade_next(pairs, owed);

        assert_non_null(pairs);
        if (before.kind != cases[i].before || next.kind != cases[i].next)
            fail_msg("case %zu: %d, then %d", i, before.kind, next.kind);
        assert_string_equal(next.why, cases[i].why);
        if (cases[i].who)
            assert_string_equal(ft_json_string(next.pair, "vm", "?"),
                                cases[i].who);
        else
            assert_null(next.pair);
    }
}

static void
test_what_is_owed(void **state)
{
    FT_AUTOJSON json_t *pairs = json_loads(
        "[" PAIR("a", "protected", OLD) "," PAIR("b", "alone", OLD) "," PAIR(
            "c", "protected",
            NEW
            ",\"reason\":\"handing over\"") "," PAIR("d", "syncing", NEW) "]",
        0, NULL);
    FT_AUTOJSON json_t *owed = ft_upgrade_owed(pairs);
    FT_AUTOFREE char *text = json_dumps(owed, JSON_COMPACT);

    (void)state;
    assert_string_equal(text, "[\"a\",\"c\"]");
    assert_int_equal(ft_upgrade_older(pairs), 2);
    assert_true(ft_upgrade_some_without(pairs));
    json_array_remove(pairs, 1);
    assert_false(ft_upgrade_some_without(pairs));
}

/* A copying that goes on is no silence; epochs that come and go are no word. */
static void
test_pulse(void **state)
{
    FT_AUTOJSON json_t *still =
        json_loads("[" PAIR("a", "resyncing",
                            "\"progress\":{\"done\":1},\"epoch\":1") "]",
                   0, NULL);
    FT_AUTOJSON json_t *same =
        json_loads("[" PAIR("a", "resyncing",
                            "\"progress\":{\"done\":1},\"epoch\":2") "]",
                   0, NULL);
    FT_AUTOJSON json_t *further =
        json_loads("[" PAIR("a", "resyncing",
                            "\"progress\":{\"done\":2},\"epoch\":1") "]",
                   0, NULL);
    FT_AUTOJSON json_t *one = ft_upgrade_pulse(still);
    FT_AUTOJSON json_t *two = ft_upgrade_pulse(same);
    FT_AUTOJSON json_t *three = ft_upgrade_pulse(further);

    (void)state;
    assert_true(json_equal(one, two));
    assert_false(json_equal(one, three));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_what_is_owed),
        cmocka_unit_test(test_pulse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
