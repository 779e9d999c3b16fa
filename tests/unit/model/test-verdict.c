/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict: every state and reason has a sentence, and it is the right one. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "pair/ownership.h"
#include "ui/model/pair-rows.h"
#include "ui/model/risk.h"
#include "ui/model/sentence.h"
#include "ui/model/totals.h"
#include "ui/model/verdict.h"

#define LONG "a-name-that-is-much-longer-than-anybody-would-ever-want-it-to-be"

static json_t *
status_of(const char *vm, const char *state, const char *reason)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:f,s:s,s:b,s:i}", "pair",
                     vm, "vm", vm, "state", state, "reason", reason, "primary",
                     "h1", "standby", "h2", "witness", "w1", "lag_ms", 31.0,
                     "role", "primary", "witness_reachable", 1, "generation", 1);
}

/* ---- the whole table ---- */

static bool
shouts(const char *sentence)
{
    for (unsigned phase = 0; phase < FT_PHASE_COUNT; phase++)
        if (strstr(sentence, ft_ownership_phase_name(phase)))
            return true;
    return false;
}

static void
check_form(const json_t *row, const char *host)
{
    struct ft_verdict verdict;

    ft_verdict_of_pair(row, &verdict);
    if (ft_sentence_width(verdict.sentence) > FT_VERDICT_COLUMNS ||
        shouts(verdict.sentence) || !strchr(verdict.sentence, ' ') ||
        strchr(verdict.sentence, '{') || strchr(verdict.sentence, '?') ||
        !(strstr(verdict.sentence, host) || strstr(verdict.sentence, "vm1")))
        fail_msg("%s", verdict.sentence);
    assert_true(verdict.sentence[strlen(verdict.sentence) - 1] == '.');
    assert_true(!strncmp(verdict.command, "ftadmin ", 8));
    assert_true((unsigned)verdict.move < FT_MOVE_COUNT);
    assert_true(*ft_move_word(verdict.move));
}

/* With everything known and with nothing, with short names and long ones. */
static void
check_forms(const char *state, const char *reason)
{
    for (unsigned bits = 0; bits < 64; bits++) {
        FT_AUTOJSON json_t *row = status_of("vm1", state, reason);

        json_object_set_new(row, "heard", json_boolean(bits & 1));
        json_object_set_new(row, "age_s", json_real(bits & 1 ? 0.5 : 200000));
        if (bits & 2)
            json_object_set_new(row, "problem",
                                json_pack("{s:s}", "text",
                                          "the disk is " LONG LONG));
        if (bits & 4)
            json_object_set_new(row, "progress",
                                json_pack("{s:i,s:i,s:i}", "done", 1, "total",
                                          1000, "bytes_per_s", 2));
        if (bits & 8)
            json_object_set_new(row, "standby_live", json_false());
        if (bits & 16)
            json_object_set_new(row, "at_risk",
                                json_string(
                                    ft_risk_word(FT_RISK_NONE + 1 +
                                                 bits % (FT_RISK_COUNT - 1))));
        if (bits & 32) {
            json_object_set_new(row, "primary", json_string("h1" LONG));
            json_object_set_new(row, "standby", json_string("h2" LONG));
            json_object_set_new(row, "witness", json_null());
            json_object_del(row, "lag_ms");
        }
        check_form(row, "h");
    }
}

static void
test_every_state_and_reason(void **state)
{
    (void)state;
    for (unsigned s = 0; s <= FT_PAIR_STATE_COUNT; s++)
        for (unsigned r = 0; r <= FT_REASON_COUNT; r++)
            check_forms(s < FT_PAIR_STATE_COUNT ? ft_pair_state_name(s)
                                                : "something-new",
                        r < FT_REASON_COUNT ? ft_ownership_reason_text(r)
                                            : "for a reason of the future");
}

/* ---- what each says ---- */

#define STATE(name) FT_PAIR_##name
#define WHY(name) FT_REASON_##name

static const struct {
    enum ft_pair_state state;
    enum ft_ownership_reason reason;
    enum ft_severity severity;
    enum ft_move move;
    const char *sentence;
} expected[] = {
    { STATE(PROTECTED), WHY(NONE), FT_SEVERITY_OK, FT_MOVE_NOBODY,
      "If h1 dies now, vm1 goes on at h2 as it was 31 ms ago." },
    { STATE(PROTECTED), WHY(SUSPECTING), FT_SEVERITY_WARN, FT_MOVE_HOSTS,
      "h2 does not hear h1; the hosts decide where vm1 goes on." },
    { STATE(PROTECTED), WHY(HANDING_OVER), FT_SEVERITY_OK, FT_MOVE_HOSTS,
      "h1 hands vm1 over to h2." },
    { STATE(PROTECTED), WHY(TAKING_OVER), FT_SEVERITY_WARN, FT_MOVE_HOSTS,
      "h1 takes vm1 over." },
    { STATE(SYNCING), WHY(COPYING), FT_SEVERITY_WARN, FT_MOVE_HOSTS,
      "vm1 is being copied to h2, which cannot take over yet." },
    { STATE(RESYNCING), WHY(COPYING), FT_SEVERITY_WARN, FT_MOVE_HOSTS,
      "vm1 is being copied to h2, which cannot take over yet." },
    { STATE(RESYNCING), WHY(STARTING), FT_SEVERITY_WARN, FT_MOVE_HOSTS,
      "The engine on h1 has just started and asks who owns vm1." },
    { STATE(RESYNCING), WHY(WAITING_WITNESS), FT_SEVERITY_WARN, FT_MOVE_YOURS,
      "vm1 is copied, and only w1 is missing: it does not answer." },
    { STATE(SYNCING), WHY(LEAVING), FT_SEVERITY_WARN, FT_MOVE_HOSTS,
      "The protection of vm1 is being removed." },
    { STATE(ALONE), WHY(NO_PEER), FT_SEVERITY_WARN, FT_MOVE_HOSTS,
      "vm1 runs alone on h1, which seeks its copy on h2." },
    { STATE(UNPROTECTED), WHY(GAVE_UP), FT_SEVERITY_CRIT, FT_MOVE_YOURS,
      "vm1 runs unprotected on h1: the engine could not go on." },
    { STATE(UNPROTECTED), WHY(VM_OFF), FT_SEVERITY_WARN, FT_MOVE_NOBODY,
      "vm1 is shut down; started on h1 it is protected again." },
    { STATE(UNPROTECTED), WHY(NO_PEER), FT_SEVERITY_CRIT, FT_MOVE_YOURS,
      "h1 is silent, and h2 has no copy of vm1 that may go on." },
    { STATE(FAILED), WHY(HELD), FT_SEVERITY_CRIT, FT_MOVE_NOW,
      "vm1 is cut off: bring back h2 or w1, either is enough." },
    { STATE(FAILED), WHY(HELD_NO_WITNESS), FT_SEVERITY_CRIT, FT_MOVE_NOW,
      "vm1 is cut off on h1: bring back h2, there is no witness." },
    { STATE(FAILED), WHY(SUPERSEDED), FT_SEVERITY_CRIT, FT_MOVE_NOW,
      "h2 owns vm1 and is silent, and h1 may not run it: bring h2 back." },
    { STATE(FAILED), WHY(RESUME_FAILED), FT_SEVERITY_CRIT, FT_MOVE_NOW,
      "h2 won vm1 and could not run it; h1 may have it back." },
    { STATE(FAILED), WHY(WAITING_WITNESS), FT_SEVERITY_CRIT, FT_MOVE_NOW,
      "vm1 is down: h1 and w1 are silent; h2 needs one of them." },
    { STATE(FAILED), WHY(NO_TAKEOVER), FT_SEVERITY_CRIT, FT_MOVE_NOW,
      "vm1 is down: h1 is silent, and h2 never takes over by itself." },
    { STATE(FAILED), WHY(HANDING_OVER), FT_SEVERITY_CRIT, FT_MOVE_NOW,
      "vm1 is down: QEMU ended on h1, and its copy on h2 is sought." },
    { STATE(FAILED), WHY(VM_GONE), FT_SEVERITY_CRIT, FT_MOVE_NOW,
      "vm1 is down: QEMU ended on h1, and h2 cannot take over." },
    { STATE(FAILED), WHY(STANDS), FT_SEVERITY_CRIT, FT_MOVE_NOW,
      "vm1 stands on h1: QEMU or libvirt does not let it go on." },
    { STATE(FAILED), WHY(TWO_OWNERS), FT_SEVERITY_CRIT, FT_MOVE_NOW,
      "h1 and h2 both claim vm1: start nothing, stop nothing." },
};

static void
test_sentences(void **state)
{
    struct ft_verdict verdict;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(expected); i++) {
        FT_AUTOJSON json_t *row =
            status_of("vm1", ft_pair_state_name(expected[i].state),
                      ft_ownership_reason_text(expected[i].reason));

        ft_verdict_of_pair(row, &verdict);
        assert_string_equal(verdict.sentence, expected[i].sentence);
        assert_int_equal(verdict.severity, expected[i].severity);
        assert_int_equal(verdict.move, expected[i].move);
        assert_string_equal(verdict.vm, "vm1");
    }
}

/* What else decides: members set on a row of this state and reason. */
static void
check_with(enum ft_pair_state pair_state, enum ft_ownership_reason reason,
           json_t *members, enum ft_move move, const char *sentence)
{
    FT_AUTOJSON json_t *row = status_of("vm1", ft_pair_state_name(pair_state),
                                        ft_ownership_reason_text(reason));
    struct ft_verdict verdict;

    assert_int_equal(json_object_update(row, members), 0);
    json_decref(members);
    ft_verdict_of_pair(row, &verdict);
    assert_string_equal(verdict.sentence, sentence);
    assert_int_equal(verdict.move, move);
}

static void
test_what_else_decides(void **state)
{
    (void)state;
    check_with(STATE(PROTECTED), WHY(NONE), json_pack("{s:n}", "witness"),
               FT_MOVE_NOBODY,
               "vm1 has its copy on h2, which without a witness never takes "
               "over.");
    check_with(STATE(PROTECTED), WHY(NONE),
               json_pack("{s:s,s:{s:s,s:s}}", "at_risk", "stalled", "stalled",
                         "by", "qemu-stopped", "text",
                         "no commit for 2 s: QEMU on h1 is stopped by a signal"),
               FT_MOVE_HOSTS,
               "vm1 hangs on h1: no commit for 2 s: QEMU on h1 is stopped by a "
               "signal.");
    check_with(STATE(PROTECTED), WHY(NONE),
               json_pack("{s:s,s:{s:s,s:s}}", "at_risk", "stalled", "stalled",
                         "by", "link", "text",
                         "no commit for 3 s: the link to h2 brings 0.1 MB/s"),
               FT_MOVE_HOSTS,
               "vm1 is held up: no commit for 3 s: the link to h2 brings 0.1 "
               "MB/s.");
    check_with(STATE(PROTECTED), WHY(NONE),
               json_pack("{s:{s:s,s:s}}", "stands", "by", "paused", "text",
                         "suspended by the administrator"),
               FT_MOVE_NOBODY,
               "vm1 stands on h1, and would at h2: suspended by the "
               "administrator.");
    check_with(STATE(ALONE), WHY(NO_PEER),
               json_pack("{s:{s:s,s:s}}", "stands", "by", "paused", "text",
                         "suspended by the administrator"),
               FT_MOVE_HOSTS,
               "vm1 stands on h1, alone: suspended by the administrator.");
    check_with(STATE(ALONE), WHY(NO_PEER),
               json_pack("{s:{s:s,s:s}}", "stands", "by", "io-error", "text",
                         "stopped by an error of a disk"),
               FT_MOVE_NOW, "vm1 stands on h1, which has an error of a disk.");
    check_with(STATE(SYNCING), WHY(COPYING),
               json_pack("{s:{s:s,s:s}}", "stands", "by", "io-error", "text",
                         "stopped by an error of a disk"),
               FT_MOVE_NOW,
               "vm1 stands on h1, by an error of a disk; no copy yet.");
    check_with(STATE(RESYNCING), WHY(COPYING),
               json_pack("{s:{s:s,s:s}}", "stands", "by", "io-error", "text",
                         "stopped by an error of a disk"),
               FT_MOVE_NOW,
               "vm1 stands on h1, by an error of a disk; no copy now.");
    check_with(STATE(PROTECTED), WHY(NONE),
               json_pack("{s:s}", "at_risk", "witness"), FT_MOVE_YOURS,
               "vm1 is at risk: w1 does not answer, so no host could take "
               "over.");
    check_with(STATE(PROTECTED), WHY(NONE),
               json_pack("{s:s,s:{s:[{s:s,s:s}]}}", "at_risk", "drift", "drift",
                         "findings", "id", "standby.network", "evidence",
                         "no bridge br0 on h2"),
               FT_MOVE_YOURS,
               "vm1 is at risk: no bridge br0 on h2 (standby.network).");
    check_with(STATE(PROTECTED), WHY(NONE),
               json_pack("{s:s}", "at_risk", "path"), FT_MOVE_YOURS,
               "vm1 is at risk: the path to the other host is down.");
    check_with(STATE(PROTECTED), WHY(NONE),
               json_pack("{s:s,s:f}", "at_risk", "lag", "lag_ms", 11000.),
               FT_MOVE_YOURS,
               "vm1 is at risk: a takeover by h2 would go back 11 s.");
    check_with(STATE(PROTECTED), WHY(NONE),
               json_pack("{s:s,s:f}", "at_risk", "clock", "clock_lag_ms", 120.),
               FT_MOVE_LATER, "vm1 is at risk: its clocks are 120 ms behind.");
    check_with(STATE(PROTECTED), WHY(NONE),
               json_pack("{s:s}", "at_risk", "changed"), FT_MOVE_LATER,
               "vm1 was changed by hand, which a takeover by h2 would undo.");
    check_with(STATE(RESYNCING), WHY(COPYING),
               json_pack("{s:{s:s}}", "problem", "text", "no space"),
               FT_MOVE_YOURS, "h1 cannot copy vm1 to h2: no space.");
    check_with(STATE(RESYNCING), WHY(COPYING),
               json_pack("{s:{s:s},s:{s:i,s:i,s:i}}", "problem", "text",
                         "no space", "progress", "done", 0, "total", 1000,
                         "bytes_per_s", 0),
               FT_MOVE_HOSTS,
               "vm1 is copied to h2 again; the last time: no space.");
    check_with(STATE(SYNCING), WHY(COPYING),
               json_pack("{s:{s:i,s:i,s:i}}", "progress", "done", 400, "total",
                         1000, "bytes_per_s", 10),
               FT_MOVE_HOSTS, "vm1 is being copied to h2: 1:01 min left.");
    check_with(STATE(RESYNCING), WHY(COPYING),
               json_pack("{s:{s:i,s:i,s:f,s:f}}", "progress", "done", 400,
                         "total", 1000, "slower_bytes_per_s", 2.,
                         "faster_bytes_per_s", 10.),
               FT_MOVE_HOSTS,
               "vm1 is being copied to h2: 1:01 to 5:01 min left.");
    check_with(STATE(SYNCING), WHY(COPYING),
               json_pack("{s:{s:i,s:i,s:i,s:n,s:n}}", "progress", "done", 400,
                         "total", 1000, "bytes_per_s", 10, "slower_bytes_per_s",
                         "faster_bytes_per_s"),
               FT_MOVE_HOSTS,
               "vm1 is being copied to h2, which cannot take over yet.");
    check_with(STATE(PROTECTED), WHY(NONE),
               json_pack("{s:b,s:f}", "heard", 0, "age_s", 12.), FT_MOVE_OURS,
               "Nobody answers for vm1; 12 s ago it was protected.");
    check_with(STATE(UNPROTECTED), WHY(NONE),
               json_pack("{s:s}", "reason",
                         "unprotect is not finished: give it again"),
               FT_MOVE_YOURS,
               "vm1 is not protected: unprotect is not finished: give it "
               "again.");
}

/* The hosts have their time; then it is the administrator's move. */
static void
test_patience(void **state)
{
    static const char seeks[] =
        "vm1 runs alone on h1, which seeks its copy on h2.";
    static const char silent[] =
        "vm1 runs alone on h1, for h2 is silent: bring it back or move it.";

    (void)state;
    check_with(STATE(ALONE), WHY(NO_PEER), json_pack("{s:i}", "since_s", 8),
               FT_MOVE_HOSTS, seeks);
    check_with(STATE(ALONE), WHY(NO_PEER), json_pack("{s:i}", "since_s", 61),
               FT_MOVE_YOURS, seeks);
    check_with(STATE(ALONE), WHY(NO_PEER),
               json_pack("{s:b,s:i}", "standby_live", 0, "since_s", 29),
               FT_MOVE_HOSTS, silent);
    check_with(STATE(ALONE), WHY(NO_PEER),
               json_pack("{s:b,s:i}", "standby_live", 0, "since_s", 31),
               FT_MOVE_YOURS, silent);
    check_with(STATE(ALONE), WHY(NO_PEER),
               json_pack("{s:b}", "standby_live", 0), FT_MOVE_YOURS, silent);
}

/* ---- everything ---- */

static json_t *
row_of(const char *vm, const char *state, bool heard)
{
    FT_AUTOJSON json_t *status = status_of(vm, state, "");

    return ft_pair_row(status, heard ? 0 : 60, heard);
}

static void
test_worst(void **state)
{
    FT_AUTOJSON json_t *pairs = json_array();
    FT_AUTOJSON json_t *hosts =
        json_pack("[{s:s,s:s},{s:s,s:s},{s:s,s:s},{s:s,s:s}]", "name", "h1",
                  "state", "ok", "name", "h2", "state", "ok", "name", "w1",
                  "state", "ok", "name", "h3", "state", "unreachable");
    struct ft_verdict verdict;

    (void)state;
    ft_verdict_of_all(pairs, hosts, &verdict);
    assert_int_equal(verdict.severity, FT_SEVERITY_OK);
    json_array_append_new(pairs, row_of("b", "protected", true));
    json_array_append_new(pairs, row_of("a", "protected", true));
    ft_verdict_of_all(pairs, hosts, &verdict);
    assert_int_equal(verdict.severity, FT_SEVERITY_OK);
    assert_string_equal(verdict.sentence,
                        "Nothing to do: all 2 protected VMs have their copy.");
    json_array_append_new(pairs, row_of("d", "alone", true));
    json_array_append_new(pairs, row_of("c", "alone", true));
    ft_verdict_of_all(pairs, hosts, &verdict);
    assert_string_equal(verdict.vm, "c"); /* of equals the first name */
    json_array_append_new(pairs, row_of("e", "protected", false));
    ft_verdict_of_all(pairs, hosts, &verdict);
    assert_string_equal(verdict.vm, "e"); /* not to know is worse */
    assert_int_equal(verdict.severity, FT_SEVERITY_UNKNOWN);
    json_array_append_new(pairs, row_of("f", "failed", true));
    ft_verdict_of_all(pairs, hosts, &verdict);
    assert_string_equal(verdict.vm, "f");
    assert_int_equal(verdict.severity, FT_SEVERITY_CRIT);
}

/* A host that pairs need and that is not seen is no "all is well". */
static void
test_unseen_host(void **state)
{
    FT_AUTOJSON json_t *pairs = json_pack("[o]", row_of("a", "protected", true));
    FT_AUTOJSON json_t *hosts =
        json_pack("[{s:s,s:s},{s:s,s:s}]", "name", "h1", "state", "ok", "name",
                  "w1", "state", "stale");
    FT_AUTOJSON json_t *none = json_array();
    struct ft_verdict verdict;

    (void)state;
    ft_verdict_of_all(pairs, hosts, &verdict);
    assert_int_equal(verdict.severity, FT_SEVERITY_WARN);
    assert_string_equal(verdict.sentence,
                        "w1 is not seen from here; 1 VM has it in its pair.");
    ft_verdict_of_all(none, hosts, &verdict);
    assert_int_equal(verdict.severity, FT_SEVERITY_OK);
    json_array_remove(hosts, 0);
    ft_verdict_of_all(none, hosts, &verdict);
    assert_int_equal(verdict.severity, FT_SEVERITY_UNKNOWN);
}

/* One that no pair needs may be away, but not wait for somebody unseen. */
static void
test_unused_host(void **state)
{
    static const struct {
        const char *state;
        enum ft_severity severity;
    } cases[] = {
        { "ok", FT_SEVERITY_OK },
        { "unreachable", FT_SEVERITY_OK },
        { "timeout", FT_SEVERITY_OK },
        { "login-refused", FT_SEVERITY_WARN },
        { "key-changed", FT_SEVERITY_WARN },
    };
    FT_AUTOJSON json_t *pairs = json_pack("[o]", row_of("a", "protected", true));
    struct ft_verdict verdict;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *hosts =
            json_pack("[{s:s,s:s},{s:s,s:s}]", "name", "h1", "state", "ok",
                      "name", "h9", "state", cases[i].state);

        ft_verdict_of_all(pairs, hosts, &verdict);
        assert_int_equal(verdict.severity, cases[i].severity);
    }
    assert_string_equal(verdict.sentence,
                        "h9 lets nobody in: key changed; no pair needs it.");
    assert_int_equal(verdict.move, FT_MOVE_LATER);
}

static void
test_line(void **state)
{
    FT_AUTOJSON json_t *pairs =
        json_pack("[o,o,o]", row_of("a", "protected", true),
                  row_of("b|c", "alone", true), row_of("d", "failed", true));
    FT_AUTOJSON json_t *hosts =
        json_pack("[{s:s,s:s}]", "name", "h1", "state", "ok");
    struct ft_verdict verdict;
    struct ft_totals totals;
    char line[600];

    (void)state;
    ft_totals_count(pairs, hosts, &totals);
    ft_verdict_of_pair(json_array_get(pairs, 1), &verdict);
    ft_totals_line(&totals, &verdict, line, sizeof(line));
    assert_string_equal(
        line, "FTADMIN WARNING - b?c runs alone on h1, which seeks its copy on "
              "h2. | protected=1 at_risk=0 copying=0 alone=1 unprotected=0 "
              "failed=1 unknown=0 hosts=1;;;0;1 lag=31ms");
}

static void
test_sentence(void **state)
{
    const struct ft_filler fillers[] = { { "a", "\xc3\xa4\xc3\xb6\xc3\xbc" },
                                         { "b", LONG },
                                         { NULL, NULL } };
    char out[100];

    (void)state;
    ft_sentence("{a}-{b}!", fillers, 20, out, sizeof(out));
    assert_string_equal(out, "\xc3\xa4\xc3\xb6\xc3\xbc-a-name-that-is~!");
    assert_int_equal(ft_sentence_width(out), 20);
    ft_sentence("{a}{c}{", fillers, 20, out, sizeof(out));
    assert_string_equal(out, "\xc3\xa4\xc3\xb6\xc3\xbc??");
    ft_sentence("a sentence without names", fillers, 6, out, sizeof(out));
    assert_string_equal(out, "a sen~");
    ft_sentence("{b}", fillers, 90, out, 4);
    assert_string_equal(out, "a-n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state_and_reason),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_what_else_decides),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_worst),
        cmocka_unit_test(test_unseen_host),
        cmocka_unit_test(test_unused_host),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
