/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which a backup is begun: the guest is frozen for one that can begin,
 * and for no other; and thawed however it ends.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "protect/backup.h"

static const struct ft_pair_ref pair = {
    "6c1b1a0e-0000-4000-8000-000000000001", "vm1", { "h1", "h2" }, "w1"
};
static struct ft_member members[2] = { { .name = "h1" }, { .name = "h2" } };
static struct ft_backup_begun begun;
static struct ft_error last;
static char trace[256]; /* "h2:backup-check h1:freeze ..." */
static const char *failing;
static int failing_code;

/* ---- the hosts ---- */

struct ft_member *
ft_fleet_find(const struct ft_fleet *fleet, const char *name)
{
    (void)fleet;
    for (size_t i = 0; i < FT_ARRAY_SIZE(members); i++)
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    return NULL;
}

static json_t *
answer_of(const char *verb)
{
    return strcmp(verb, "backup-begin") == 0
               ? json_pack("{s:i,s:i,s:b,s:[{s:s,s:i}]}", "id", 1, "epoch", 2,
                           "frozen", strstr(trace, ":freeze") != NULL, "disks",
                           "target", "vda", "size", 4096)
               : json_object();
}

int
ft_member_call(struct ft_fleet *fleet, struct ft_member *member,
               const char *verb, json_t *args, json_t **result, int timeout_ms,
               struct ft_error *err)
{
    (void)fleet;
    (void)timeout_ms;
    json_decref(args);
    assert_true(strlen(trace) + 64 < sizeof(trace));
    strcat(trace, member->name);
    strcat(trace, ":");
    strcat(trace, verb);
    strcat(trace, " ");
    if (failing != NULL && strcmp(failing, verb) == 0)
        return ft_fail(err, failing_code, NULL, "%s fails as told", verb);
    if (result != NULL)
        *result = answer_of(verb);
    return 0;
}

int
ft_member_insist(struct ft_fleet *fleet, struct ft_member *member,
                 const char *verb, json_t *args, json_t **result,
                 int timeout_ms, struct ft_error *err)
{
    return ft_member_call(fleet, member, verb, args, result, timeout_ms, err);
}

int
ft_member_do(struct ft_fleet *fleet, struct ft_member *member, ft_hub_job job,
             void *data, struct ft_error *err)
{
    (void)fleet;
    (void)member;
    (void)job;
    (void)data;
    return ft_fail(err, ENOTSUP, NULL, "no disks here");
}

/* ---- the tests ---- */

static int
begin_with(bool freeze, const char *fails, int code)
{
    static struct ft_fleet fleet;

    trace[0] = '\0';
    failing = fails;
    failing_code = code;
    return ft_backup_begin(&fleet, &pair, freeze, NULL, &begun, &last);
}

static void
test_order(void **state)
{
    (void)state;
    assert_int_equal(begin_with(true, NULL, 0), 0);
    assert_string_equal(trace,
                        "h2:backup-check h1:freeze h2:backup-begin h1:thaw ");
    assert_true(begun.frozen);
    assert_int_equal(begun.n_disks, 1);
    assert_int_equal(begin_with(false, NULL, 0), 0);
    assert_string_equal(trace, "h2:backup-begin ");
}

static void
test_refused_before_the_freeze(void **state)
{
    (void)state;
    assert_int_equal(begin_with(true, "backup-check", EBUSY), -EBUSY);
    assert_string_equal(trace, "h2:backup-check ");
    assert_string_equal(last.text, "backup-check fails as told");
    assert_int_equal(begin_with(true, "backup-check", EAGAIN), -EAGAIN);
    assert_string_equal(trace, "h2:backup-check ");
}

/* An engine, or a worker, that does not know the question. */
static void
test_older_engine(void **state)
{
    static const int codes[] = { EOPNOTSUPP, EREMOTE };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(codes); i++) {
        assert_int_equal(begin_with(true, "backup-check", codes[i]), 0);
        assert_string_equal(trace,
                            "h2:backup-check h1:freeze h2:backup-begin h1:thaw ");
    }
}

static void
test_thawed_however(void **state)
{
    (void)state;
    assert_int_equal(begin_with(true, "backup-begin", EBUSY), -EBUSY);
    assert_string_equal(trace,
                        "h2:backup-check h1:freeze h2:backup-begin h1:thaw ");
    assert_int_equal(begin_with(true, "freeze", EOPNOTSUPP), 0);
    assert_string_equal(trace, "h2:backup-check h1:freeze h2:backup-begin ");
    assert_string_equal(begun.why, "freeze fails as told");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_refused_before_the_freeze),
        cmocka_unit_test(test_older_engine),
        cmocka_unit_test(test_thawed_however),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
