/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process may still do, as the kernel says, and what it runs may. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/privileges.h"

/* 0 when "NAME: value" stands in the status file, in hex. */
static int
differs(const char *name, unsigned long long value)
{
    FILE *status = fopen("/proc/self/status", "re");
    char line[256];
    int rc = 1;

    while (status && fgets(line, sizeof(line), status))
        if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
            rc = strtoull(line + strlen(name) + 1, NULL, 16) != value;
    if (status)
        fclose(status);
    return rc;
}

static int
give_up(uint64_t keep)
{
    if (ft_privileges_keep(keep))
        return 2;
    if (differs("CapEff", keep) || differs("CapPrm", keep) ||
        differs("CapBnd", keep) || differs("CapInh", 0) ||
        differs("CapAmb", 0) || differs("NoNewPrivs", 1))
        return 3;
    return 0;
}

static void
in_child(uint64_t keep, const char *program)
{
    pid_t pid = fork();
    int status = 0;

    assert_true(pid >= 0);
    if (pid == 0) {
        int rc = give_up(keep);

        if (rc || !program)
            _exit(rc);
        execl("/bin/sh", "sh", "-c", program, NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void
test_kept_and_no_other(void **state)
{
    (void)state;
    if (geteuid() != 0 || differs("NoNewPrivs", 0))
        skip(); /* root's are given up, as the engine's */
    in_child(0, NULL);
    in_child(FT_CAP(CHOWN) | FT_CAP(FOWNER), NULL);
}

/* Also root in a new program has none. */
static void
test_no_way_back(void **state)
{
    (void)state;
    if (geteuid() != 0 || differs("NoNewPrivs", 0))
        skip();
    in_child(0, "grep -q '^CapEff:.0000000000000000$' /proc/self/status");
    in_child(0, "! chown 1 /proc/self/status 2>/dev/null");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_and_no_other),
        cmocka_unit_test(test_no_way_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
