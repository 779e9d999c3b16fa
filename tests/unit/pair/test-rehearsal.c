/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "pair/rehearsal.h"

#define WANTED (10 * FT_NS_PER_S)

#define RAN                                                           \
    .step = FT_REHEARSAL_RUNS, .wanted_ns = WANTED, .ran_ns = WANTED, \
    .vcpu_ns = FT_REHEARSAL_VCPU_NS

static const struct {
    const char *what;
    struct ft_rehearsal_seen seen;
    enum ft_rehearsal_outcome outcome;
    const char *why;
} rows[] = {
    { "it ran", { RAN }, FT_REHEARSAL_PASSED, "" },
    { "it ran, and its agent answers",
      { RAN, .agent = FT_REHEARSAL_AGENT_ANSWERS },
      FT_REHEARSAL_PASSED,
      "" },
    { "its agent does not",
      { RAN, .agent = FT_REHEARSAL_AGENT_SILENT },
      FT_REHEARSAL_FAILED,
      "agent" },
    { "its agent was to answer, and does",
      { RAN, .agent_wanted = true, .agent = FT_REHEARSAL_AGENT_ANSWERS },
      FT_REHEARSAL_PASSED,
      "" },
    { "its agent was to answer, and does not",
      { RAN, .agent_wanted = true, .agent = FT_REHEARSAL_AGENT_SILENT },
      FT_REHEARSAL_FAILED,
      "agent" },
    { "its agent was to answer, and never was there",
      { RAN, .agent_wanted = true },
      FT_REHEARSAL_INCONCLUSIVE,
      "channel" },
    { "it was silent, with just enough of a processor",
      { RAN, .agent = FT_REHEARSAL_AGENT_SILENT, .waited_ns = WANTED / 2 },
      FT_REHEARSAL_FAILED,
      "agent" },
    { "its agent was silent on a crowded host",
      { RAN, .agent = FT_REHEARSAL_AGENT_SILENT, .waited_ns = WANTED / 2 + 1 },
      FT_REHEARSAL_INCONCLUSIVE,
      "no processor" },
    { "its console was on a crowded host",
      { RAN, .console = FT_REHEARSAL_CONSOLE_MISSED,
        .waited_ns = WANTED / 2 + 1 },
      FT_REHEARSAL_INCONCLUSIVE,
      "no processor" },
    { "no vCPU ran on a crowded host",
      { .step = FT_REHEARSAL_RUNS,
        .wanted_ns = WANTED,
        .ran_ns = WANTED,
        .waited_ns = WANTED },
      FT_REHEARSAL_INCONCLUSIVE,
      "no processor" },
    { "it waited much, and ran all the same",
      { RAN, .waited_ns = 4 * WANTED },
      FT_REHEARSAL_PASSED,
      "" },
    { "its console showed it",
      { RAN, .console = FT_REHEARSAL_CONSOLE_SEEN },
      FT_REHEARSAL_PASSED,
      "" },
    { "its console did not",
      { RAN, .console = FT_REHEARSAL_CONSOLE_MISSED },
      FT_REHEARSAL_FAILED,
      "console" },
    { "neither the console nor an agent",
      { RAN, .agent_wanted = true, .console = FT_REHEARSAL_CONSOLE_MISSED },
      FT_REHEARSAL_FAILED,
      "console" },
    { "its console showed it, and no vCPU ran",
      { .step = FT_REHEARSAL_RUNS,
        .wanted_ns = WANTED,
        .ran_ns = WANTED,
        .console = FT_REHEARSAL_CONSOLE_SEEN },
      FT_REHEARSAL_FAILED,
      "virtual CPUs" },
    { "its console has not shown it yet",
      { .step = FT_REHEARSAL_RUNS,
        .wanted_ns = WANTED,
        .ran_ns = WANTED - 1,
        .console = FT_REHEARSAL_CONSOLE_MISSED },
      FT_REHEARSAL_OPEN,
      "" },
    { "no vCPU ran",
      { .step = FT_REHEARSAL_RUNS,
        .wanted_ns = WANTED,
        .ran_ns = WANTED,
        .vcpu_ns = FT_REHEARSAL_VCPU_NS - 1 },
      FT_REHEARSAL_FAILED,
      "virtual CPUs" },
    { "it still runs",
      { .step = FT_REHEARSAL_RUNS, .wanted_ns = WANTED, .ran_ns = WANTED - 1 },
      FT_REHEARSAL_OPEN,
      "" },
    { "it is being made", { .step = FT_REHEARSAL_MAKES }, FT_REHEARSAL_OPEN, "" },
    { "it shut down",
      { .step = FT_REHEARSAL_RUNS, .guest = FT_REHEARSAL_GUEST_GONE },
      FT_REHEARSAL_FAILED,
      "shut down" },
    { "it panicked in the last moment",
      { RAN, .guest = FT_REHEARSAL_GUEST_PANICKED },
      FT_REHEARSAL_FAILED,
      "panicked" },
    { "a disk's error",
      { RAN, .guest = FT_REHEARSAL_GUEST_IO_ERROR },
      FT_REHEARSAL_FAILED,
      "disk" },
    { "a disk's error, for there was no room for what it wrote",
      { RAN, .guest = FT_REHEARSAL_GUEST_IO_ERROR, .overflowed = true },
      FT_REHEARSAL_INCONCLUSIVE,
      "wrote more" },
    { "the watchdog",
      { RAN, .guest = FT_REHEARSAL_GUEST_WATCHDOG },
      FT_REHEARSAL_FAILED,
      "watchdog" },
    { "QEMU died",
      { RAN, .guest = FT_REHEARSAL_GUEST_GONE },
      FT_REHEARSAL_FAILED,
      "died" },
    { "QEMU died, for it was to",
      { RAN, .guest = FT_REHEARSAL_GUEST_GONE,
        .stopped = { EBUSY, "the copy takes over", "", NULL } },
      FT_REHEARSAL_INCONCLUSIVE,
      "the copy takes over" },
    { "QEMU was killed at its limit",
      { RAN, .guest = FT_REHEARSAL_GUEST_GONE, .over_its_limit = true },
      FT_REHEARSAL_INCONCLUSIVE,
      "more memory than a rehearsal may have" },
    { "QEMU was killed at its limit, with the state in it",
      { .step = FT_REHEARSAL_LOADS,
        .problem = { EIO, "hung up", "", NULL },
        .over_its_limit = true },
      FT_REHEARSAL_INCONCLUSIVE,
      "more memory than a rehearsal may have" },
    { "QEMU died, and the host was short of memory",
      { RAN, .guest = FT_REHEARSAL_GUEST_GONE, .host_short = true },
      FT_REHEARSAL_INCONCLUSIVE,
      "host ran out of memory" },
    { "QEMU was killed, for it was to end",
      { RAN, .guest = FT_REHEARSAL_GUEST_GONE, .host_short = true,
        .stopped = { EBUSY, "the copy takes over", "", NULL } },
      FT_REHEARSAL_INCONCLUSIVE,
      "the copy takes over" },
    { "it would have passed, and was to end",
      { RAN, .stopped = { EBUSY, "the copy takes over", "", NULL } },
      FT_REHEARSAL_INCONCLUSIVE,
      "the copy takes over" },
    { "somebody paused it",
      { RAN, .guest = FT_REHEARSAL_GUEST_PAUSED },
      FT_REHEARSAL_INCONCLUSIVE,
      "paused" },
    { "it could not be made",
      { .step = FT_REHEARSAL_MAKES,
        .problem = { ENOMEM, "no memory", "", NULL } },
      FT_REHEARSAL_INCONCLUSIVE,
      "no memory" },
    { "its memory could not be copied",
      { .step = FT_REHEARSAL_COPIES, .problem = { EFAULT, "no", "", NULL } },
      FT_REHEARSAL_INCONCLUSIVE,
      "no" },
    { "QEMU did not take the state",
      { .step = FT_REHEARSAL_LOADS, .problem = { EIO, "refused", "", NULL } },
      FT_REHEARSAL_FAILED,
      "refused" },
    { "it could not be looked at",
      { RAN, .problem = { EIO, "libvirt", "", NULL } },
      FT_REHEARSAL_INCONCLUSIVE,
      "libvirt" },
};

static void
test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(rows); i++) {
        struct ft_rehearsal_verdict verdict;

        ft_rehearsal_judge(&rows[i].seen, &verdict);
        if (verdict.outcome != rows[i].outcome ||
            !strstr(verdict.why, rows[i].why) ||
            !*verdict.why != (verdict.outcome == FT_REHEARSAL_OPEN ||
                              verdict.outcome == FT_REHEARSAL_PASSED))
            fail_msg("%s: %s, '%s'", rows[i].what,
                     ft_rehearsal_outcome_name(verdict.outcome), verdict.why);
    }
}

/* Whatever is seen, it passes only if it ran on its own to the end. */
static void
test_passes_only_so(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 1 << 14; bits++) {
        const struct ft_error error = { EIO, "x", "", NULL };
        struct ft_rehearsal_seen s = {
            .step = (enum ft_rehearsal_step)(bits % FT_REHEARSAL_STEPS),
            .guest = (enum ft_rehearsal_guest)(bits / 6 % FT_REHEARSAL_GUESTS),
            .wanted_ns = WANTED,
            .ran_ns = bits & 1 ? WANTED : 0,
            .vcpu_ns = bits & 2 ? FT_NS_PER_S : 0,
            .overflowed = bits & 4,
            .agent = (enum ft_rehearsal_agent)(bits / 64 % FT_REHEARSAL_AGENTS),
            .agent_wanted = bits & 1 << 11,
            .waited_ns = bits & 1 << 12 ? WANTED : 0,
            .host_short = bits & 1 << 13,
            .console =
                (enum ft_rehearsal_console)(bits / 1024 % FT_REHEARSAL_CONSOLES),
        };
        struct ft_rehearsal_verdict verdict;

        if (bits & 8)
            s.problem = error;
        if (bits & 16)
            s.stopped = error;
        ft_rehearsal_judge(&s, &verdict);
        if (verdict.outcome != FT_REHEARSAL_PASSED)
            continue;
        assert_true(s.step == FT_REHEARSAL_RUNS && s.ran_ns && s.vcpu_ns);
        assert_true(s.guest == FT_REHEARSAL_GUEST_RUNS && !s.overflowed);
        assert_true(!s.host_short);
        assert_true(!s.problem.code && !s.stopped.code);
        assert_true(s.agent != FT_REHEARSAL_AGENT_SILENT);
        assert_true(!s.agent_wanted || s.agent == FT_REHEARSAL_AGENT_ANSWERS);
        assert_true(s.console != FT_REHEARSAL_CONSOLE_MISSED);
    }
}

static void
test_record(void **state)
{
    const struct ft_rehearsal_record record = {
        .verdict = { FT_REHEARSAL_FAILED, "the guest panicked" },
        .at = "2023-11-14T22:13:20.123Z",
        .at_ms = 1700000000123,
        .epoch = 77,
        .seconds = 2.5,
        .took_ms = 4000,
    };
    FT_AUTOJSON json_t *json =
        ft_rehearsal_to_json(&record, record.at_ms + 61500);
    struct ft_rehearsal_record back;

    (void)state;
    assert_int_equal(ft_json_int(json, "age_s", 0, 1000, 0), 61);
    assert_string_equal(ft_json_string(json, "outcome", ""), "failed");
    assert_string_equal(ft_json_string(json, "at", ""),
                        "2023-11-14T22:13:20.123Z");
    assert_int_equal(ft_rehearsal_from_json(json, &back), 0);
    assert_int_equal(back.verdict.outcome, record.verdict.outcome);
    assert_string_equal(back.verdict.why, record.verdict.why);
    assert_string_equal(back.at, record.at);
    assert_true(back.at_ms == record.at_ms && back.epoch == 77);
    assert_true(back.seconds == 2.5 && back.took_ms == 4000);
}

/* libvirt's words, cut short within a character: the record is not lost for that. */
static void
test_cut_reason(void **state)
{
    struct ft_rehearsal_record record = {
        .verdict = { FT_REHEARSAL_FAILED, "no such disk /srv/gr\xc3" },
        .at_ms = 1
    };
    FT_AUTOJSON json_t *json = ft_rehearsal_to_json(&record, 2);
    FT_AUTOJSON json_t *again = NULL;

    (void)state;
    assert_string_equal(ft_json_string(json, "why", ""),
                        "no such disk /srv/gr?");
    assert_string_equal(ft_json_string(json, "outcome", ""), "failed");
    /* the same of a time that is none */
    memset(record.at, 'x', sizeof(record.at) - 1);
    record.at[sizeof(record.at) - 2] = '\xc3';
    again = ft_rehearsal_to_json(&record, 2);
    assert_string_equal(ft_json_string(again, "outcome", ""), "failed");
}

static void
test_proofs(void **state)
{
    static const struct {
        enum ft_rehearsal_agent agent;
        enum ft_rehearsal_console console;
        const char *text, *agent_word, *console_word;
    } cases[] = {
        { FT_REHEARSAL_AGENT_NONE, FT_REHEARSAL_CONSOLE_NONE, "", "", "" },
        { FT_REHEARSAL_AGENT_SILENT, FT_REHEARSAL_CONSOLE_MISSED, "", "silent",
          "missed" },
        { FT_REHEARSAL_AGENT_ANSWERS, FT_REHEARSAL_CONSOLE_NONE,
          ", its guest agent answered", "answered", "" },
        { FT_REHEARSAL_AGENT_ANSWERS, FT_REHEARSAL_CONSOLE_SEEN,
          ", its guest agent answered, its console showed what was looked for",
          "answered", "seen" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        const struct ft_rehearsal_record record = {
            .verdict.outcome = FT_REHEARSAL_PASSED,
            .agent = cases[i].agent,
            .console = cases[i].console,
        };
        FT_AUTOJSON json_t *json = ft_rehearsal_to_json(&record, 0);
        const char *agent = ft_json_string(json, "agent", "");
        const char *console = ft_json_string(json, "console", "");
        struct ft_rehearsal_record back;
        char text[100];

        ft_rehearsal_proofs(&record, text, sizeof(text));
        assert_string_equal(text, cases[i].text);
        assert_non_null(json_object_get(json, "agent"));
        assert_non_null(json_object_get(json, "console"));
        assert_string_equal(agent, cases[i].agent_word);
        assert_string_equal(console, cases[i].console_word);
        assert_int_equal(ft_rehearsal_from_json(json, &back), 0);
        assert_true(back.agent == cases[i].agent &&
                    back.console == cases[i].console);
    }
}

static void
test_due(void **state)
{
#define DAY INT64_C(86400000)
    static const struct {
        enum ft_rehearsal_outcome outcome;
        unsigned days;
        int64_t age_ms;
        bool due;
    } cases[] = {
        { FT_REHEARSAL_OPEN, 0, 0, false },
        { FT_REHEARSAL_OPEN, 1, 0, true },
        { FT_REHEARSAL_PASSED, 0, 9 * DAY, false },
        { FT_REHEARSAL_PASSED, 7, 7 * DAY - 1, false },
        { FT_REHEARSAL_PASSED, 7, 7 * DAY, true },
        { FT_REHEARSAL_PASSED, 365, 365 * DAY, true },
        { FT_REHEARSAL_FAILED, 1, DAY - 1, false },
        { FT_REHEARSAL_FAILED, 1, DAY, true },
        { FT_REHEARSAL_INCONCLUSIVE, 7, FT_REHEARSAL_AGAIN_MS - 1, false },
        { FT_REHEARSAL_INCONCLUSIVE, 7, FT_REHEARSAL_AGAIN_MS, true },
        { FT_REHEARSAL_INCONCLUSIVE, 0, DAY, false },
        { FT_REHEARSAL_PASSED, 7, -1, true },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        const struct ft_rehearsal_record last = { .verdict.outcome =
                                                      cases[i].outcome,
                                                  .at_ms = 400 * DAY };

        if (ft_rehearsal_is_due(&last, cases[i].days,
                                last.at_ms + cases[i].age_ms) != cases[i].due)
            fail_msg("case %zu", i);
    }
}

static void
test_no_record(void **state)
{
    static const char *const texts[] = {
        "{}", "[]", "{\"outcome\":\"none\"}", "{\"outcome\":7}", "null",
    };
    struct ft_rehearsal_record record = { .at_ms = 1 };
    FT_AUTOJSON json_t *none = ft_rehearsal_to_json(&record, 5);

    (void)state;
    assert_true(json_is_null(none));
    for (size_t i = 0; i < FT_ARRAY_SIZE(texts); i++) {
        FT_AUTOJSON json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);

        assert_int_equal(ft_rehearsal_from_json(json, &record), -EINVAL);
        assert_int_equal(record.verdict.outcome, FT_REHEARSAL_OPEN);
    }
    /* a clock that went back makes no age below 0; a wild time none at all */
    record.verdict.outcome = FT_REHEARSAL_PASSED;
    record.at_ms = 1000;
    json_decref(none);
    none = ft_rehearsal_to_json(&record, 5);
    assert_int_equal(ft_json_int(none, "age_s", -5, 5, -1), 0);
    json_object_set_new(none, "at_ms", json_integer(INT64_MAX));
    assert_int_equal(ft_rehearsal_from_json(none, &record), 0);
    assert_true(record.at_ms == INT64_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts), cmocka_unit_test(test_passes_only_so),
        cmocka_unit_test(test_record),   cmocka_unit_test(test_cut_reason),
        cmocka_unit_test(test_due),      cmocka_unit_test(test_no_record),
        cmocka_unit_test(test_proofs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
