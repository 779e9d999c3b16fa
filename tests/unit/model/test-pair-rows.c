/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two sides and a witness say something about pairs: which of it is true? */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/pair-rows.h"
#include "ui/model/risk.h"
#include "ui/model/standing.h"

static json_t *
status_of(const char *pair, const char *vm, const char *role, int generation,
          const char *state)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:i,s:s,s:s,s:s,s:n}", "pair", pair,
                     "vm", vm, "uuid", vm, "role", role, "generation",
                     generation, "state", state, "primary", "h1", "standby",
                     "h2", "witness");
}

static json_t *
reply_of(json_t *first, json_t *second)
{
    json_t *reply = json_pack("{s:s,s:[o]}", "host", "x", "pairs", first);

    if (second)
        json_array_append_new(json_object_get(reply, "pairs"), second);
    return reply;
}

static void
check(const json_t *rows, size_t index, const char *vm, const char *state,
      const char *from)
{
    const json_t *row = json_array_get(rows, index);

    assert_string_equal(ft_json_string(row, "vm", ""), vm);
    assert_string_equal(ft_json_string(row, "state", ""), state);
    assert_string_equal(ft_json_string(row, "heard_from", ""), from);
}

static void
test_one_row_a_pair(void **state)
{
    FT_AUTOJSON json_t *h1 =
        reply_of(status_of("p2", "b", "primary", 1, "protected"),
                 status_of("p1", "a", "standby", 4, "protected"));
    FT_AUTOJSON json_t *h2 =
        reply_of(status_of("p2", "b", "standby", 1, "syncing"),
                 status_of("p1", "a", "primary", 4, "alone"));
    struct ft_reply replies[] = { { "h1", h1 }, { "h2", h2 }, { "w1", NULL } };
    FT_AUTOJSON json_t *merged = ft_pairs_merge(replies, 3);

    (void)state;
    assert_int_equal(json_array_size(merged), 2);
    check(merged, 0, "a", "alone", "h2");
    check(merged, 1, "b", "protected", "h1");
    assert_non_null(ft_pair_find(merged, "b"));
    assert_non_null(ft_pair_find(merged, "p1"));
    assert_null(ft_pair_find(merged, "c"));
}

static json_t *
with_problem(json_t *status, const char *text)
{
    json_object_set_new(status, "problem",
                        json_pack("{s:i,s:s,s:s}", "code", 28, "text", text,
                                  "hint", "free some"));
    return status;
}

static const char *
problem_of(const json_t *merged)
{
    return ft_json_string(json_object_get(json_array_get(merged, 0), "problem"),
                          "text", "none");
}

/* What only the copy's host knows is told; the primary's own word comes first. */
static void
test_whose_problem(void **state)
{
    static const struct {
        const char *own, *copy, *told;
        int linked, age_ms;
    } cases[] = {
        { NULL, "disk full", "h2: disk full", 1, 0 },
        { "no link", "disk full", "no link", 1, 0 },
        { NULL, NULL, "none", 1, 0 },
        { NULL, "disk full", "none", 0, 0 }, /* of long ago, maybe */
        { NULL, "disk full", "none", 1, 9000 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        json_t *own = status_of("p", "a", "primary", 1, "resyncing");
        json_t *copy = status_of("p", "a", "standby", 0, "resyncing");
        FT_AUTOJSON json_t *h1 =
            reply_of(cases[i].own ? with_problem(own, cases[i].own) : own, NULL);
        FT_AUTOJSON json_t *h2 =
            reply_of(cases[i].copy ? with_problem(copy, cases[i].copy) : copy,
                     NULL);
        struct ft_reply replies[] = { { "h1", h1 }, { "h2", h2 } };
        FT_AUTOJSON json_t *merged = NULL;

        json_object_set_new(copy, "age_ms", json_integer(cases[i].age_ms));
        json_object_set_new(copy, "peer_connected",
                            json_boolean(cases[i].linked));
        merged = ft_pairs_merge(replies, 2);
        assert_string_equal(problem_of(merged), cases[i].told);
        if (cases[i].copy)
            assert_string_equal(ft_json_string(json_object_get(copy, "problem"),
                                               "text", ""),
                                cases[i].copy);
    }
}

/* What the copy's host says of its last rehearsal; a primary's word is of before. */
static void
test_rehearsal(void **state)
{
    json_t *own = status_of("p", "a", "primary", 1, "protected");
    json_t *copy = status_of("p", "a", "standby", 1, "protected");
    FT_AUTOJSON json_t *h1 = reply_of(own, NULL);
    FT_AUTOJSON json_t *h2 = reply_of(copy, NULL);
    struct ft_reply replies[] = { { "h1", h1 }, { "h2", h2 } };

    (void)state;
    json_object_set_new(own, "rehearsal", json_pack("{s:s}", "outcome", "old"));
    for (int told = 0; told < 2; told++) {
        FT_AUTOJSON json_t *merged = NULL;
        FT_AUTOJSON json_t *row = NULL;

        json_object_set_new(copy, "rehearsal",
                            told ? json_pack("{s:s}", "outcome", "passed")
                                 : json_null());
        merged = ft_pairs_merge(replies, 2);
        row = ft_pair_row(json_array_get(merged, 0), 0, true);
        assert_string_equal(ft_json_string(json_object_get(row, "rehearsal"),
                                           "outcome", "none"),
                            told ? "passed" : "none");
    }
}

/* Said in words where there is something to say, and never a risk. */
static void
test_older_qemu(void **state)
{
    json_t *own = status_of("p", "a", "primary", 1, "protected");
    FT_AUTOJSON json_t *h1 = reply_of(own, NULL);
    struct ft_reply reply = { "h1", h1 };

    (void)state;
    for (int older = -1; older < 2; older++) {
        FT_AUTOJSON json_t *merged = NULL;
        FT_AUTOJSON json_t *row = NULL;

        json_object_set_new(own, "qemu",
                            older < 0 ? json_null()
                                      : json_pack("{s:s,s:s,s:b}", "runs",
                                                  "7.2.13", "installed",
                                                  "7.2.22", "older", older));
        merged = ft_pairs_merge(&reply, 1);
        row = ft_pair_row(json_array_get(merged, 0), 0, true);
        assert_string_equal(ft_json_string(row, "qemu_note", "none"),
                            older > 0 ? "runs QEMU 7.2.13, h1 has 7.2.22: a "
                                        "restart or a switchover to an upgraded "
                                        "host moves it"
                                      : "none");
        assert_true(json_is_null(json_object_get(row, "at_risk")));
    }
}

/* A deposed primary that has not heard of it yet, in both orders. */
static void
test_generation_beats_role(void **state)
{
    FT_AUTOJSON json_t *old =
        reply_of(status_of("p", "a", "primary", 3, "protected"), NULL);
    FT_AUTOJSON json_t *fresh =
        reply_of(status_of("p", "a", "standby", 4, "alone"), NULL);
    struct ft_reply forth[] = { { "h1", old }, { "h2", fresh } };
    struct ft_reply back[] = { { "h2", fresh }, { "h1", old } };
    FT_AUTOJSON json_t *one = ft_pairs_merge(forth, 2);
    FT_AUTOJSON json_t *other = ft_pairs_merge(back, 2);

    (void)state;
    check(one, 0, "a", "alone", "h2");
    check(other, 0, "a", "alone", "h2");
}

static void
test_garbage(void **state)
{
    FT_AUTOJSON json_t *odd =
        json_pack("{s:[i,n,{},{s:i},[s]]}", "pairs", 7, "pair", 3, "x");
    FT_AUTOJSON json_t *worse = json_pack("{s:s}", "pairs", "no");
    FT_AUTOJSON json_t *array = json_pack("[i]", 1);
    FT_AUTOJSON json_t *typed =
        json_pack("{s:s,s:i,s:s,s:[],s:s}", "pair", "p", "vm", 5, "epoch",
                  "many", "pause_ms", "progress", "quick");
    struct ft_reply replies[] = { { "h1", odd },
                                  { "h2", worse },
                                  { "h3", array } };
    FT_AUTOJSON json_t *merged = ft_pairs_merge(replies, 3);
    FT_AUTOJSON json_t *row = ft_pair_row(typed, 0, true);

    (void)state;
    assert_int_equal(json_array_size(merged), 0);
    assert_true(json_is_null(json_object_get(row, "vm")));
    assert_true(json_is_null(json_object_get(row, "epoch")));
    assert_true(json_is_object(json_object_get(row, "pause_ms")));
    assert_true(json_is_null(json_object_get(row, "progress")));
}

static void
test_contract(void **state)
{
    static const char *const members[] = {
        "vm",           "uuid",          "state",      "primary",
        "standby",      "witness",       "generation", "epoch",
        "epochs_per_s", "pause_ms",      "lag_ms",     "dirty_bytes_per_epoch",
        "held_packets", "last_takeover", "age_s",      "health",
    };
    FT_AUTOJSON json_t *status = status_of("p", "a", "primary", 3, "protected");
    FT_AUTOJSON json_t *row = ft_pair_row(status, 0, true);
    FT_AUTOJSON json_t *empty = ft_pair_row(NULL, 1, true);

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(members); i++) {
        assert_non_null(json_object_get(row, members[i]));
        assert_non_null(json_object_get(empty, members[i]));
    }
    assert_int_equal(json_integer_value(json_object_get(row, "generation")), 3);
}

static enum ft_severity
worst_of(const char *first, double first_age, const char *second)
{
    FT_AUTOJSON json_t *a = status_of("p", "a", "primary", 1, first);
    FT_AUTOJSON json_t *b = status_of("q", "b", "primary", 1, second);
    FT_AUTOJSON json_t *rows = json_array();

    json_array_append_new(rows, ft_pair_row(a, first_age, first_age < 3));
    json_array_append_new(rows, ft_pair_row(b, 0, true));
    return ft_pair_rows_worst(rows);
}

static void
test_worst(void **state)
{
    FT_AUTOJSON json_t *none = json_array();

    (void)state;
    assert_int_equal(ft_pair_rows_worst(none), FT_SEVERITY_OK);
    assert_int_equal(worst_of("protected", 0, "protected"), FT_SEVERITY_OK);
    assert_int_equal(worst_of("syncing", 0, "protected"), FT_SEVERITY_WARN);
    assert_int_equal(worst_of("resyncing", 0, "alone"), FT_SEVERITY_WARN);
    assert_int_equal(worst_of("protected", 60, "alone"), FT_SEVERITY_UNKNOWN);
    assert_int_equal(worst_of("failed", 0, "alone"), FT_SEVERITY_CRIT);
    assert_int_equal(worst_of("unprotected", 9, "protected"), FT_SEVERITY_CRIT);
    assert_int_equal(worst_of("something new", 0, "protected"),
                     FT_SEVERITY_WARN);
}

/* A protected guest whose clocks lag is no good news, and the row says why. */
static void
test_clock(void **state)
{
    static const struct {
        const char *state;
        double lag_ms;
        const char *clock, *health, *reason;
    } cases[] = {
        { "protected", 0.4, "searching", "ok", "" },
        { "protected", FT_CLOCK_LAG_WARN_MS, "not-found", "ok", "" },
        { "protected", 120.4, "not-found", "warn",
          "the guest's clocks are 120 ms behind" },
        { "protected", 120.4, "searching", "ok", "" },
        { "protected", 1200.4, "searching", "warn",
          "the guest's clocks are 1200 ms behind" },
        { "protected", 120.4, "kept", "ok", "" },
        { "protected", 1200.4, "kept", "warn",
          "the guest's clocks are 1200 ms behind" },
        { "alone", 120.4, "searching", "warn", "" },
        { "failed", 120.4, "searching", "crit", "" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *status =
            status_of("p", "a", "primary", 1, cases[i].state);
        FT_AUTOJSON json_t *row = NULL;

        json_object_set_new(status, "reason", json_string(""));
        json_object_set_new(status, "clock_lag_ms", json_real(cases[i].lag_ms));
        json_object_set_new(status, "guest_clock", json_string(cases[i].clock));
        row = ft_pair_row(status, 0, true);
        assert_string_equal(ft_json_string(row, "health", "none"),
                            cases[i].health);
        assert_string_equal(ft_json_string(row, "reason", "none"),
                            cases[i].reason);
        assert_string_equal(ft_json_string(row, "guest_clock", "none"),
                            cases[i].clock);
    }
}

/* Why it is copied again goes with the reason, which is known all the same. */
static void
test_last_time(void **state)
{
    FT_AUTOJSON json_t *status =
        json_pack("{s:s,s:s,s:{s:s}}", "state", "resyncing", "reason",
                  ft_ownership_reason_text(FT_REASON_COPYING), "problem",
                  "text", "h2: no room");
    FT_AUTOJSON json_t *row = ft_pair_row(status, 0, true);

    (void)state;
    assert_string_equal(
        ft_json_string(row, "reason", ""),
        "the standby is being filled; the last time: h2: no room");
    assert_int_equal(ft_said_reason(row), FT_REASON_COPYING);
}

/* What puts a protected pair at risk, the worst first, by either side's word. */
static void
test_risks(void **state)
{
    FT_AUTOJSON json_t *status =
        json_pack("{s:s,s:s,s:b,s:f,s:f,s:[{s:b,s:s},{s:b,s:s}],s:[{s:b}]}",
                  "state", "protected", "witness", "w1", "witness_reachable", 1,
                  "clock_lag_ms", 80., "lag_ms", 4000., "paths", "up", 1,
                  "peer", "10.0.0.2", "up", 0, "peer", "10.1.0.2", "sides",
                  "witness_reachable", 0);
    FT_AUTOJSON json_t *row = NULL;
    json_t *path, *drift;
    char text[80];

    (void)state;
    json_object_set_new(status, "stalled",
                        json_pack("{s:s}", "text", "no commit for 2 s: ..."));
    assert_int_equal(ft_pair_risk(status), FT_RISK_STALLED);
    ft_risk_text(FT_RISK_STALLED, status, text, sizeof(text));
    assert_string_equal(text, "no commit for 2 s: ...");
    json_object_set_new(status, "stalled", json_null());
    json_object_set_new(status, "problem",
                        json_pack("{s:s}", "text", "h2: no room"));
    assert_int_equal(ft_pair_risk(status), FT_RISK_STANDBY);
    ft_risk_text(FT_RISK_STANDBY, status, text, sizeof(text));
    assert_string_equal(text, "h2: no room");
    json_object_set_new(status, "problem", json_null());
    assert_int_equal(ft_pair_risk(status), FT_RISK_WITNESS);
    json_object_del(status, "sides");
    json_object_set_new(status, "witness_full", json_true());
    json_object_set_new(status, "witness_older", json_true());
    assert_int_equal(ft_pair_risk(status), FT_RISK_FULL);
    ft_risk_text(FT_RISK_FULL, status, text, sizeof(text));
    assert_string_equal(text, "the disk of the witness w1 is full");
    json_object_del(status, "witness_full");
    json_object_set_new(status, "sides",
                        json_pack("[{},{s:b}]", "witness_full", 1));
    assert_int_equal(ft_pair_risk(status), FT_RISK_FULL);
    json_object_del(status, "sides");
    assert_int_equal(ft_pair_risk(status), FT_RISK_FORGOT);
    row = ft_pair_row(status, 0, true);
    assert_string_equal(ft_json_string(row, "at_risk", ""), "witness-older");
    ft_risk_text(FT_RISK_FORGOT, status, text, sizeof(text));
    assert_string_equal(text, "the witness w1 was set back");
    json_object_set_new(status, "witness_older", json_false());
    assert_int_equal(ft_pair_risk(status), FT_RISK_LAG);
    json_object_set_new(status, "lag_ms", json_real(30));
    assert_int_equal(ft_pair_risk(status), FT_RISK_PATH);
    ft_risk_text(FT_RISK_PATH, status, text, sizeof(text));
    assert_string_equal(text, "the path to 10.1.0.2 is down");
    path = json_array_get(json_object_get(status, "paths"), 1);
    json_object_set_new(path, "answered", json_false()); /* never had two */
    assert_int_equal(ft_pair_risk(status), FT_RISK_CLOCK);
    json_object_set_new(path, "answered", json_true());
    assert_int_equal(ft_pair_risk(status), FT_RISK_PATH);
    json_array_remove(json_object_get(status, "paths"), 0);
    assert_int_equal(ft_pair_risk(status), FT_RISK_CLOCK);
    json_object_set_new(path, "in_use", json_true());
    json_object_set_new(path, "connects", json_false());
    assert_int_equal(ft_pair_risk(status), FT_RISK_PATH);
    ft_risk_text(FT_RISK_PATH, status, text, sizeof(text));
    assert_string_equal(text, "no new connection is let in at 10.1.0.2");
    json_object_set_new(path, "connects", json_null());
    assert_int_equal(ft_pair_risk(status), FT_RISK_CLOCK);
    json_object_set_new(status, "changed", json_string("disk sda"));
    assert_int_equal(ft_pair_risk(status), FT_RISK_CHANGED);
    ft_risk_text(FT_RISK_CHANGED, status, text, sizeof(text));
    assert_string_equal(text, "a takeover would undo a change: disk sda");
    json_object_set_new(status, "changed", json_null());
    drift = json_pack("{s:s,s:[{s:s,s:s}]}", "verdict", "warn", "findings", "id",
                      "standby.network", "evidence", "no bridge br0 on h2");
    json_object_set_new(status, "drift", drift); /* it only warns */
    assert_int_equal(ft_pair_risk(status), FT_RISK_CLOCK);
    json_object_set_new(drift, "verdict", json_string("unknown"));
    assert_int_equal(ft_pair_risk(status), FT_RISK_DRIFT);
    json_object_set_new(drift, "verdict", json_string("fail"));
    assert_int_equal(ft_pair_risk(status), FT_RISK_DRIFT);
    ft_risk_text(FT_RISK_DRIFT, status, text, sizeof(text));
    assert_string_equal(text, "no bridge br0 on h2 (standby.network)");
    json_object_set_new(status, "drift", json_null());
    json_object_set_new(status, "stands", json_pack("{s:s}", "by", "paused"));
    assert_int_equal(ft_pair_risk(status), FT_RISK_NONE);
    json_object_set_new(status, "stands", json_null());
    json_object_set_new(status, "witness_reachable", json_false());
    assert_int_equal(ft_pair_risk(status), FT_RISK_WITNESS);
    json_object_set_new(status, "witness", json_null());
    assert_int_equal(ft_pair_risk(status), FT_RISK_CLOCK);
    json_object_set_new(status, "state", json_string("alone"));
    assert_int_equal(ft_pair_risk(status), FT_RISK_NONE);
    assert_int_equal(ft_risk_by_word("path"), FT_RISK_PATH);
    assert_int_equal(ft_risk_by_word("pathos"), FT_RISK_NONE);
    assert_int_equal(ft_risk_by_word(NULL), FT_RISK_NONE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_row_a_pair),
        cmocka_unit_test(test_whose_problem),
        cmocka_unit_test(test_rehearsal),
        cmocka_unit_test(test_older_qemu),
        cmocka_unit_test(test_generation_beats_role),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_contract),
        cmocka_unit_test(test_worst),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_last_time),
        cmocka_unit_test(test_risks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
