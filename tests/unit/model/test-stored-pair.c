/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The database and the hosts differ about a pair: what is shown? */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/stored-pair.h"

static const struct ft_store_pair stored = {
    .pair = "p",
    .vm = "a",
    .vm_uuid = "u",
    .primary = "h1",
    .standby = "h2",
    .phase = "applied",
    .generation = 3,
    .created_at = 1000,
};

static json_t *
heard(void)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i}", "pair", "p", "vm",
                     "a", "uuid", "u", "primary", "h2", "standby", "h1",
                     "witness", "w", "state", "protected", "generation", 4);
}

static void
check(json_t *row, const char *state, const char *health, const char *reason,
      double age_s)
{
    assert_non_null(row);
    assert_string_equal(ft_json_string(row, "state", ""), state);
    assert_string_equal(ft_json_string(row, "health", ""), health);
    assert_string_equal(ft_json_string(row, "reason", ""), reason);
    assert_true(json_number_value(json_object_get(row, "age_s")) == age_s);
    json_decref(row);
}

static void
test_fill(void **state)
{
    FT_AUTOJSON json_t *status = heard();
    FT_AUTOJSON json_t *odd = json_pack("{s:i,s:n}", "vm", 7, "primary");
    struct ft_store_pair pair = stored;

    (void)state;
    ft_stored_pair_fill(&pair, status);
    assert_string_equal(pair.primary, "h2");
    assert_string_equal(pair.witness, "w");
    assert_string_equal(pair.phase, "applied");
    assert_int_equal(pair.generation, 3);
    ft_stored_pair_fill(&pair, odd);
    assert_string_equal(pair.vm, "");
    assert_string_equal(pair.primary, "");
}

static void
test_brief(void **state)
{
    FT_AUTOJSON json_t *brief = ft_stored_pair_brief(&stored);

    (void)state;
    assert_string_equal(ft_json_string(brief, "state", ""), "unknown");
    assert_string_equal(ft_json_string(brief, "primary", ""), "h1");
    assert_int_equal(json_object_size(brief), 5);
}

static void
test_live(void **state)
{
    FT_AUTOJSON json_t *status = heard();
    struct ft_store_pair pair = stored;

    (void)state;
    check(ft_stored_pair_live_row(NULL, false, status), "protected", "ok", "",
          0);
    check(ft_stored_pair_live_row(&pair, false, status), "protected", "ok", "",
          0);
    strcpy(pair.phase, "removing");
    check(ft_stored_pair_live_row(&pair, false, status), "unprotected", "crit",
          "unprotect is not finished: resume it", 0);
    assert_string_equal(ft_json_string(status, "state", ""), "protected");
}

/* Only the standby knows the pair, and nobody goes on with it. */
static void
test_half_made(void **state)
{
    FT_AUTOJSON json_t *status = heard();
    struct ft_store_pair pair = stored;

    (void)state;
    strcpy(pair.phase, "applying");
    json_object_set_new(status, "state", json_string("syncing"));
    check(ft_stored_pair_live_row(&pair, true, status), "unprotected", "crit",
          "protect is not finished: resume it, or roll it back", 0);
    check(ft_stored_pair_live_row(&pair, false, status), "syncing", "warn", "",
          0);
    json_object_set_new(status, "sides",
                        json_pack("[{s:s}]", "host", "h2")); /* its primary */
    check(ft_stored_pair_live_row(&pair, true, status), "syncing", "warn", "",
          0);
}

static void
test_pending(void **state)
{
    static const struct {
        const char *phase;
        bool at_work;
        const char *verb, *resume, *back;
    } cases[] = {
        { "applied", false, NULL, NULL, NULL },
        { "applying", true, NULL, NULL, NULL },
        { "removing", true, NULL, NULL, NULL },
        { "applying", false, "protect", "ftadmin resume a",
          "ftadmin rollback a" },
        { "removing", false, "unprotect", "ftadmin resume a", NULL },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_store_pair pair = stored;
        FT_AUTOJSON json_t *pending = NULL;

        strcpy(pair.phase, cases[i].phase);
        pending = ft_stored_pair_pending(&pair, cases[i].at_work);
        if (!cases[i].verb) {
            assert_true(json_is_null(pending));
            continue;
        }
        assert_string_equal(ft_json_string(pending, "verb", ""), cases[i].verb);
        assert_string_equal(ft_json_string(pending, "resume", ""),
                            cases[i].resume);
        assert_string_equal(ft_json_string(pending, "rollback", "none"),
                            cases[i].back ? cases[i].back : "none");
    }
}

static void
test_silent(void **state)
{
    FT_AUTOJSON json_t *status = heard();
    struct ft_store_pair pair = stored;

    (void)state;
    /* a host is away: what was heard last, with its age */
    check(ft_stored_pair_row(&pair, status, 4000, 9000, false), "protected",
          "unknown", "it was protected", 5);
    check(ft_stored_pair_row(&pair, NULL, 1000, 9000, false), "unprotected",
          "crit", "it was unprotected", 8);
    check(ft_stored_pair_row(&pair, status, 9000, 4000, false), "protected",
          "unknown", "it was protected", 0.001); /* the clock went back */
    /* both answer, and do not know it */
    check(ft_stored_pair_row(&pair, status, 4000, 9000, true), "unprotected",
          "crit",
          "no host knows this pair any more: protect again, or unprotect", 5);
    strcpy(pair.phase, "applying");
    check(ft_stored_pair_row(&pair, NULL, 4000, 9000, true), "unprotected",
          "crit", "protect is not finished: resume it, or roll it back", 5);
    strcpy(pair.phase, "removing");
    check(ft_stored_pair_row(&pair, NULL, 4000, 9000, true), "unprotected",
          "crit", "unprotect is not finished: resume it", 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fill),    cmocka_unit_test(test_brief),
        cmocka_unit_test(test_live),    cmocka_unit_test(test_half_made),
        cmocka_unit_test(test_pending), cmocka_unit_test(test_silent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
