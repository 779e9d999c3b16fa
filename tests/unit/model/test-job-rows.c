/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/job-rows.h"
#include "ui/model/utc.h"

static const char *const kinds[] = { "engine", "witness-pair", "standby",
                                     "primary", "sync" };
static struct ft_store_job_step steps[FT_ARRAY_SIZE(kinds)];

/* Steps of a protect: so many are done, and the next one is in this state. */
static void
make_steps(size_t done, const char *next)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(kinds); i++) {
        memset(&steps[i], 0, sizeof(steps[i]));
        steps[i].ordinal = (int64_t)i;
        strcpy(steps[i].kind, kinds[i]);
        strcpy(steps[i].state, i < done    ? "done"
                               : i == done ? next
                                           : "waiting");
        steps[i].started_at = i <= done ? 1000 : 0;
        steps[i].ended_at = i < done ? 3500 : 0;
    }
}

static struct ft_store_job
make_job(const char *verb, const char *subject, const char *state)
{
    struct ft_store_job job = { .id = 14,
                                .who = "ops",
                                .origin = "10.0.0.5",
                                .started_at = 1000,
                                .left_from_s = -1,
                                .left_to_s = -1 };

    strcpy(job.verb, verb);
    strcpy(job.subject, subject);
    strcpy(job.state, state);
    return job;
}

static void
assert_says(const struct ft_store_job *job, size_t count, const char *goes_on,
            const char *next)
{
    struct ft_job_left left;

    ft_job_left(job, steps, count, &left);
    if (!strstr(left.goes_on, goes_on) || (!*goes_on && *left.goes_on))
        fail_msg("\"%s\" does not say \"%s\"", left.goes_on, goes_on);
    if (!strstr(left.next, next) || (!*next && *left.next))
        fail_msg("\"%s\" does not say \"%s\"", left.next, next);
}

/* What Ctrl-C, or kill -9, leaves at every step of protect. */
static void
test_what_protect_leaves(void **state)
{
    static const struct {
        size_t done;
        const char *next, *goes_on, *how;
        bool alone;
    } cases[] = {
        { 0, "waiting", "Nothing was made on any host: vm1 runs as before",
          "ftadmin rollback vm1 takes it back", false },
        { 0, "started", "0 of 5 steps were made on the hosts, one in part",
          "ftadmin resume vm1 goes on with it", false },
        { 1, "waiting", "1 of 5 steps were made on the hosts. Nothing goes on",
          "ftadmin rollback vm1 takes it back", false },
        { 3, "waiting", "3 of 5 steps were made", "takes it back", false },
        { 3, "started", "the hosts may have begun", "goes on with it", false },
        { 4, "waiting", "The hosts go on by themselves", "attaches again",
          true },
        { 4, "started", "The hosts go on by themselves", "attaches again",
          true },
    };
    static const char *const states[] = { "running", "interrupted", "stopped" };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++)
        for (size_t j = 0; j < FT_ARRAY_SIZE(states); j++) {
            struct ft_store_job job = make_job("protect", "vm1", states[j]);

            make_steps(cases[i].done, cases[i].next);
            assert_says(&job, FT_ARRAY_SIZE(kinds), cases[i].goes_on,
                        cases[i].how);
            assert_int_equal(ft_job_goes_on(&job, steps, FT_ARRAY_SIZE(kinds)),
                             cases[i].alone);
        }
}

/* Only followed: both engines had the pair already. */
static void
test_attached_protect(void **state)
{
    struct ft_store_job job = make_job("protect", "vm1", "interrupted");

    (void)state;
    make_steps(0, "started");
    strcpy(steps[0].kind, "sync");
    assert_says(&job, 1, "The hosts go on by themselves", "attaches again");
}

static void
test_what_others_leave(void **state)
{
    struct ft_store_job job = make_job("unprotect", "vm1", "interrupted");

    (void)state;
    make_steps(0, "waiting");
    assert_says(&job, 0, "is protected as before", "ftadmin resume vm1");
    make_steps(1, "started");
    assert_says(&job, 2, "2 of 2 hosts were asked", "ftadmin resume vm1");
    job = make_job("rollback", "vm1", "stopped");
    make_steps(0, "started");
    assert_says(&job, 3, "Nothing was taken back yet", "ftadmin rollback vm1");
    make_steps(2, "waiting");
    assert_says(&job, 3, "2 of 3 steps were taken back", "ftadmin resume vm1");
    job = make_job("switchover", "vm1", "interrupted");
    assert_says(&job, 1, "whether it moved is not known", "ftadmin status vm1");
    strcpy(job.state, "stopped");
    assert_says(&job, 1, "", "");
    job = make_job("verify", "vm1", "interrupted");
    assert_says(&job, 1, "nothing is changed", "");
    job = make_job("set", "vm1", "interrupted");
    assert_says(&job, 1, "is protected all the while", "ftadmin set vm1");
    job = make_job("host add", "h1 h2", "interrupted");
    assert_says(&job, 1, "Nothing goes on by itself",
                "ftadmin host add h1 h2 goes on with it");
    memset(job.subject, 'h', 400);
    assert_says(&job, 1, "Nothing goes on by itself",
                "ftadmin host add with the same hosts");
    job = make_job("host remove", "h1", "interrupted");
    assert_says(&job, 1, "still known here", "ftadmin host remove h1");
    job = make_job("protect", "vm1", "failed");
    assert_says(&job, 1, "", "");
    strcpy(job.state, "done");
    assert_says(&job, 1, "", "");
}

static const char *
text(const json_t *row, const char *key)
{
    return ft_json_string(row, key, "(none)");
}

static void
test_row(void **state)
{
    struct ft_store_job job = make_job("protect", "vm1", "running");
    FT_AUTOJSON json_t *row = NULL;

    (void)state;
    make_steps(2, "started");
    job.left_from_s = 20;
    job.left_to_s = 90;
    job.total = 200;
    job.done = 82;
    strcpy(job.phase, "disk");
    row = ft_job_row(&job, steps, FT_ARRAY_SIZE(kinds), 6000);
    assert_non_null(row);
    assert_string_equal(text(row, "what"), "protect vm1");
    assert_string_equal(text(row, "progress"), "step 3 of 5, disk 41 %");
    assert_string_equal(text(row, "left"), "0:20 to 1:30 min");
    assert_string_equal(text(row, "by"), "ops from 10.0.0.5");
    assert_string_equal(text(row, "started"), "1970-01-01T00:00:01Z");
    assert_string_equal(text(row, "ended"), "");
    assert_true(json_number_value(json_object_get(row, "seconds")) == 5);
    assert_int_equal(json_integer_value(json_object_get(row, "left_to_s")), 90);
    json_decref(row);
    job.left_to_s = -1;
    *job.origin = '\0';
    row = ft_job_row(&job, steps, FT_ARRAY_SIZE(kinds), 6000);
    assert_string_equal(text(row, "left"), "over 20 s");
    assert_string_equal(text(row, "by"), "ops");
    json_decref(row);
    strcpy(job.state, "done");
    strcpy(job.result, "runs on h1");
    job.ended_at = 3000;
    row = ft_job_row(&job, steps, FT_ARRAY_SIZE(kinds), 6000);
    assert_string_equal(text(row, "left"), "");
    assert_string_equal(text(row, "progress"), "runs on h1");
    assert_true(json_number_value(json_object_get(row, "seconds")) == 2);
    assert_true(json_is_null(json_object_get(row, "left_from_s")));
}

static void
test_record(void **state)
{
    struct ft_store_job job = make_job("protect", "vm1", "interrupted");
    FT_AUTOJSON json_t *record = NULL;
    const json_t *list;

    (void)state;
    make_steps(1, "started");
    job.ended_at = 4000;
    record = ft_job_record(&job, steps, FT_ARRAY_SIZE(kinds), 600000);
    list = json_object_get(record, "step_list");
    assert_int_equal(json_array_size(list), FT_ARRAY_SIZE(kinds));
    assert_string_equal(text(json_array_get(list, 1), "state"), "started");
    assert_true(json_number_value(json_object_get(json_array_get(list, 0),
                                                  "seconds")) == 2.5);
    assert_true(json_number_value(
                    json_object_get(json_array_get(list, 1), "seconds")) == 3);
    assert_true(
        json_is_null(json_object_get(json_array_get(list, 2), "seconds")));
    assert_true(*text(record, "goes_on") && *text(record, "next"));
    json_decref(record);
    strcpy(job.state, "done");
    record = ft_job_record(&job, steps, FT_ARRAY_SIZE(kinds), 600000);
    assert_true(json_is_null(json_object_get(record, "goes_on")));
}

/* Names and outputs of others may be anything. */
static void
test_odd_text(void **state)
{
    struct ft_store_job job = make_job("protect", "vm\xff\033", "running");
    struct ft_store_job_line line = { .id = 3, .at = 1000, .status = -5 };
    FT_AUTOJSON json_t *row = ft_job_row(&job, NULL, 0, 500);
    FT_AUTOJSON json_t *other = NULL;

    (void)state;
    assert_non_null(row);
    assert_true(json_number_value(json_object_get(row, "age_s")) == 0);
    memset(line.command, 0xe2, sizeof(line.command) - 1);
    other = ft_job_line_row(&line);
    assert_non_null(other);
    assert_int_equal(json_integer_value(json_object_get(other, "status")), -5);
}

static void
test_utc(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        { 0, "1970-01-01T00:00:00Z" },
        { INT64_C(951782399999), "2000-02-28T23:59:59Z" },
        { INT64_C(951868799000), "2000-02-29T23:59:59Z" },
        { INT64_C(951868800000), "2000-03-01T00:00:00Z" },
        { INT64_C(1795860000000), "2026-11-28T10:00:00Z" },
        { INT64_C(253402300799000), "9999-12-31T23:59:59Z" },
        { INT64_C(253402300800000), "" },
        { -1, "" },
        { INT64_MAX, "" },
    };
    char out[32];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        ft_format_utc(cases[i].ms, out);
        assert_string_equal(out, cases[i].text);
    }
}

/* A command that there is, and not one of the job's own word. */
static void
test_what_a_fix_leaves(void **state)
{
    struct ft_store_job fix = make_job("fix", "vm1", "stopped");
    struct ft_store_job undo = make_job("undo-fix", "vm1", "interrupted");

    (void)state;
    make_steps(2, "started");
    assert_says(&fix, 5, "2 of 5 were done on the hosts, and stay",
                "ftadmin check vm1 --fix goes on");
    assert_says(&fix, 5, "2 of 5", "ftadmin check vm1 --undo-fix takes it back");
    assert_says(&undo, 5, "2 of 5 were taken back",
                "ftadmin check vm1 --undo-fix goes on");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_protect_leaves),
        cmocka_unit_test(test_attached_protect),
        cmocka_unit_test(test_what_others_leave),
        cmocka_unit_test(test_what_a_fix_leaves),
        cmocka_unit_test(test_row),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_odd_text),
        cmocka_unit_test(test_utc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
