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

#include "base/cleanup.h"
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

/* CAP_X CAP_Y of the unit that starts the daemon. */
static uint64_t
in_unit(char *names)
{
    static const struct {
        const char *name;
        uint64_t bit;
    } known[] = {
        { "CAP_CHOWN", FT_CAP(CHOWN) },
        { "CAP_DAC_OVERRIDE", FT_CAP(DAC_OVERRIDE) },
        { "CAP_FOWNER", FT_CAP(FOWNER) },
        { "CAP_KILL", FT_CAP(KILL) },
        { "CAP_NET_ADMIN", FT_CAP(NET_ADMIN) },
        { "CAP_NET_BIND_SERVICE", FT_CAP(NET_BIND_SERVICE) },
        { "CAP_NET_RAW", FT_CAP(NET_RAW) },
        { "CAP_SETPCAP", FT_CAP(SETPCAP) },
        { "CAP_SYS_NICE", FT_CAP(SYS_NICE) },
        { "CAP_SYS_PTRACE", FT_CAP(SYS_PTRACE) },
        { "CAP_SYS_RESOURCE", FT_CAP(SYS_RESOURCE) },
    };
    uint64_t set = 0;

    for (char *name = strtok(names, " \n"); name; name = strtok(NULL, " \n")) {
        size_t i = 0;

        while (i < FT_ARRAY_SIZE(known) && strcmp(known[i].name, name) != 0)
            i++;
        if (i == FT_ARRAY_SIZE(known))
            fail_msg("the unit keeps %s, the daemon does not", name);
        set |= known[i].bit;
    }
    return set;
}

/* What the daemon keeps and its unit takes away would be missed late. */
static void
test_unit_keeps_the_same(void **state)
{
    static const char key[] = "CapabilityBoundingSet=";
    const char *top = getenv("srcdir");
    char path[4096], line[512];
    uint64_t set = 0;
    FILE *unit;

    (void)state;
    snprintf(path, sizeof(path), "%s/scripts/systemd/ftengine.service.in",
             top ? top : ".");
    unit = fopen(path, "re");
    assert_non_null(unit);
    while (fgets(line, sizeof(line), unit))
        if (!strncmp(line, key, sizeof(key) - 1))
            set = in_unit(line + sizeof(key) - 1);
    fclose(unit);
    assert_true(set == FT_KEEP_DAEMON);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_and_no_other),
        cmocka_unit_test(test_no_way_back),
        cmocka_unit_test(test_unit_keeps_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
