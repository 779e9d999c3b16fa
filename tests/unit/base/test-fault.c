/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fault points: what a list means, from the environment and from a file.
 * ft_fault_hit is there in every build; FT_FAULT() is not.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/fault.h"

/* Read once, at the first hit. */
static const char list[] = "first=28,third=5@3,twice=5@1,twice=7@2,never=5@0,"
                           "noaction=,=5,nothing,,  spaced=4 ,hard=kill";

static void
test_occurrences(void **state)
{
    (void)state;
    assert_int_equal(ft_fault_hit("first"), -28);
    assert_int_equal(ft_fault_hit("first"), 0);
    assert_int_equal(ft_fault_hit("third"), 0);
    assert_int_equal(ft_fault_hit("third"), 0);
    assert_int_equal(ft_fault_hit("third"), -5);
    assert_int_equal(ft_fault_hit("third"), 0);
    assert_int_equal(ft_fault_hit("twice"), -5);
    assert_int_equal(ft_fault_hit("twice"), -7);
    assert_int_equal(ft_fault_hit("twice"), 0);
    assert_int_equal(ft_fault_hit("never"), 0);
    assert_int_equal(ft_fault_hit("never"), 0);
    assert_int_equal(ft_fault_hit("spaced"), -4);
}

static void
test_names_are_whole(void **state)
{
    (void)state;
    assert_int_equal(ft_fault_hit("har"), 0);
    assert_int_equal(ft_fault_hit("hard2"), 0);
    assert_int_equal(ft_fault_hit(""), 0);
    assert_int_equal(ft_fault_hit("nothing"), 0);
    assert_int_equal(ft_fault_hit("noaction"), 0);
}

static void
test_file_adds(void **state)
{
    (void)state;
    ft_fault_load("no-such-file");
    put_file("faults", "late=12@2,\nother=13\n");
    assert_int_equal(ft_fault_hit("late"), 0);
    ft_fault_load("faults");
    assert_int_equal(ft_fault_hit("late"), 0);
    assert_int_equal(ft_fault_hit("late"), -12);
    assert_int_equal(ft_fault_hit("other"), -13);
}

static void
test_kill(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (child == 0) {
        ft_fault_hit("hard");
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* A list of any length, with names and actions of any length, does no harm. */
static void
test_bounded(void **state)
{
    char text[16000] = "", name[300];

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    for (int i = 0; i < 20; i++)
        sprintf(text + strlen(text), "%s=5,x=%s,", name, name);
    put_file("faults", text);
    ft_fault_load("faults");
    assert_int_equal(ft_fault_hit(name), 0);
    text[0] = '\0';
    for (int i = 0; i < 100; i++)
        sprintf(text + strlen(text), "many-%d=5,", i);
    put_file("faults", text);
    ft_fault_load("faults");
    assert_int_equal(ft_fault_hit("many-0"), -5);
    assert_int_equal(ft_fault_hit("many-99"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_occurrences),
        cmocka_unit_test(test_names_are_whole),
        cmocka_unit_test(test_file_adds),
        cmocka_unit_test(test_kill),
        cmocka_unit_test(test_bounded), /* last: it fills the table */
    };

    setenv("FT_FAULTS", list, 1);
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
