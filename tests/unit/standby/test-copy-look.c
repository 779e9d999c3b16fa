/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with a copy, by what is seen of it. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "standby/copy-look.h"

static const struct ft_file_seen made = { .device = 1, .inode = 2, .size = 3 };

static int
judge(struct ft_file_seen now, const char *words)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc = ft_judge_replica("/pool/vm.vda", &made, &now, &err);

    assert_int_equal(rc, -err.code);
    assert_true(!rc == !*words);
    assert_non_null(strstr(err.text, words));
    return rc;
}

static void
test_replica(void **state)
{
    struct ft_file_seen now = made;

    (void)state;
    assert_int_equal(judge(now, ""), 0);
    now.error = ENOENT;
    assert_int_equal(judge(now, "/pool/vm.vda was removed"), -ENOENT);
    now.error = EIO;
    assert_int_equal(judge(now, "cannot be looked at"), -EIO);
    now = made;
    now.inode++;
    assert_int_equal(judge(now, "another file"), -ESTALE);
    now = made;
    now.device++;
    assert_int_equal(judge(now, "another file"), -ESTALE);
    now = made;
    now.size = 0;
    assert_int_equal(judge(now, "has 0 bytes, and was made with 3"), -EIO);
    now.size = 4;
    assert_int_equal(judge(now, "has 4 bytes"), -EIO);
}

static void
test_waiting(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_waiting_seen now = { .known = true,
                                   .active = true,
                                   .status = "inmigrate" };

    (void)state;
    assert_int_equal(ft_judge_waiting(&now, &err), 0);
    now.status[0] = '\0'; /* busy, or libvirt is */
    assert_int_equal(ft_judge_waiting(&now, &err), 0);
    strcpy(now.status, "running");
    assert_int_equal(ft_judge_waiting(&now, &err), -ESTALE);
    assert_non_null(strstr(err.text, "it is 'running'"));
    strcpy(now.status, "inmigrate");
    now.changed = true;
    assert_int_equal(ft_judge_waiting(&now, &err), -ESTALE);
    now.active = false;
    assert_int_equal(ft_judge_waiting(&now, &err), -ESRCH);
    now.known = false; /* no answer is no end */
    assert_int_equal(ft_judge_waiting(&now, &err), 0);
}

/* Whatever is not as it was, or not known, has a reason; one in vain has none. */
static void
test_keeping(void **state)
{
    const struct ft_keeping_seen good = {
        .made = true,
        .asked = true,
        .waiting = { .known = true, .active = true, .status = "inmigrate" },
    };
    struct ft_keeping_seen now;

    (void)state;
    assert_null(ft_judge_keeping(&good));
    assert_string_equal(ft_judge_keeping(&(struct ft_keeping_seen){ 0 }), "");
#define OTHERWISE(member, value, words)      \
    now = good;                              \
    now.member = (value);                    \
    assert_non_null(ft_judge_keeping(&now)); \
    assert_non_null(strstr(ft_judge_keeping(&now), words));
    OTHERWISE(asked, false, "older one")
    OTHERWISE(useless, true, "not be applied")
    OTHERWISE(other_disks, true, "disks are others")
    OTHERWISE(other_files, true, "disks are others")
    OTHERWISE(other_program, true, "QEMU was replaced")
    OTHERWISE(other_definition, true, "VM was changed")
    OTHERWISE(waiting.known, false, "not as it was")
    OTHERWISE(waiting.active, false, "not as it was")
    OTHERWISE(waiting.changed, true, "not as it was")
    OTHERWISE(waiting.status[0], '\0', "not as it was")
#undef OTHERWISE
    now = good;
    strcpy(now.waiting.status, "paused");
    assert_string_equal(ft_judge_keeping(&now),
                        "the waiting VM is not as it was");
    now.made = false;
    assert_string_equal(ft_judge_keeping(&now), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replica),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_keeping),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
