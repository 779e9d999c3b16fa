/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom the kernel ended for want of memory, as its counters tell. */
#include "config.h"

#include "tests/unit/scratch.h"

#include <limits.h>
#include <sys/stat.h>

#include "base/oom-kills.h"

static char root[PATH_MAX];

static int
set_up(void **state)
{
    return scratch_enter(state) || !getcwd(root, sizeof(root)) ||
           mkdir("machine.slice", 0700) || mkdir("machine.slice/vm", 0700) ||
           mkdir("machine.slice/vm/libvirt", 0700) || mkdir("bare", 0700);
}

static void
test_counts(void **state)
{
    (void)state;
    assert_int_equal(ft_oom_kills_of("low 0\nhigh 0\nmax 7\noom 2\noom_kill 3\n"
                                     "oom_group_kill 9\n"),
                     3);
    assert_int_equal(ft_oom_kills_of("oom_kill 0"), 0);
    assert_int_equal(ft_oom_kills_of("oom_kill_other 4\n"), -1);
    assert_int_equal(ft_oom_kills_of("oom 2\n"), -1);
    assert_int_equal(ft_oom_kills_of(""), -1);
}

/* The one with the limit may be above it, as libvirt has them. */
static void
test_events(void **state)
{
    struct ft_oom_watch watch = { 0 };

    (void)state;
    assert_int_equal(ft_oom_open_events(root, "/bare"), -1);
    assert_int_equal(ft_oom_open_events(root, "/of/nobody"), -1);
    assert_int_equal(ft_oom_open_events(root, ""), -1);
    assert_int_equal(ft_oom_look(&watch), FT_OOM_NONE);
    put_file_bytes("machine.slice/vm/memory.events", "oom_kill 1\n", 11);
    watch.begun = 1;
    watch.cgroup = 1;
    watch.host = -1;
    watch.events = ft_oom_open_events(root, "/machine.slice/vm/libvirt");
    assert_true(watch.events >= 0);
    assert_int_equal(ft_oom_look(&watch), FT_OOM_NONE);
    put_file_bytes("machine.slice/vm/memory.events", "oom_kill 2\n", 11);
    assert_int_equal(ft_oom_look(&watch), FT_OOM_CGROUP);
    ft_oom_end(&watch);
    ft_oom_end(&watch);
}

/* The real counters, of this process; the last one as if there had been one more. */
static void
test_this_host(void **state)
{
    struct ft_oom_watch watch = { 0 };

    (void)state;
    ft_oom_begin(getpid(), &watch);
    watch.cgroup = -1;
    watch.host = watch.host < 0 ? 0 : watch.host;
    assert_true(ft_oom_look(&watch) != FT_OOM_CGROUP);
    watch.host--;
    assert_int_equal(ft_oom_look(&watch),
                     watch.host < 0 ? FT_OOM_NONE : FT_OOM_HOST);
    ft_oom_end(&watch);
    ft_oom_begin(0x7ffffff0, &watch);
    assert_int_equal(watch.events, -1);
    ft_oom_end(&watch);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_this_host),
    };

    return cmocka_run_group_tests(tests, set_up, scratch_leave);
}
