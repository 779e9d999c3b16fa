/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe on this very machine: what it says is checked against other ways
 * to know it, and must pass its own decoder.
 */
#include "config.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "inventory/host.h"
#include "inventory/probe-private.h"
#include "inventory/probe.h"

static void
test_ufw(void **state)
{
    (void)state;
    assert_false(ft_probe_ufw_of(NULL));
    assert_false(ft_probe_ufw_of("# ENABLED=yes\nENABLED=no\nLOGLEVEL=low\n"));
    assert_true(ft_probe_ufw_of("# /etc/ufw/ufw.conf\n\nENABLED=yes\n"));
    assert_true(ft_probe_ufw_of("ENABLED=YES"));
    assert_false(ft_probe_ufw_of("LOGLEVEL=ENABLED=yes\n"));
}

static void
test_workers(void **state)
{
    (void)state;
    assert_int_equal(ft_probe_workers_of(NULL), 20);
    assert_int_equal(ft_probe_workers_of("#max_workers = 5\n"), 20);
    assert_int_equal(ft_probe_workers_of("max_workers = 64"), 64);
    assert_int_equal(ft_probe_workers_of("admin_max_workers = 7\n"
                                         " max_workers=9 # was 20\n"
                                         "max_workers_x = 8\nmax_workers 3\n"),
                     9);
    assert_int_equal(ft_probe_workers_of("max_workers = 99999999999999999\n"),
                     1000000);
    assert_int_equal(ft_probe_workers_of("max_workers = none\n"), 20);
}

/* Who installs the module that was missing is believed before the next boot. */
static void
test_plug_is_known(void **state)
{
    static const struct {
        const char *before;
        bool known;
    } cases[] = {
        { "{\"kernel\":{\"plug\":true},\"realtime_ns\":1}", true },
        { "{\"kernel\":{\"plug\":false},\"realtime_ns\":6000000000000}", true },
        { "{\"kernel\":{\"plug\":false},\"realtime_ns\":5399000000000}", false },
        { "{\"kernel\":{\"plug\":false}}", false },
        { "{\"kernel\":{}}", false },
    };

    (void)state;
    assert_false(ft_probe_plug_is_known(NULL, INT64_C(6001) * 1000000000));
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *before = json_loads(cases[i].before, 0, NULL);

        if (ft_probe_plug_is_known(before, INT64_C(6001) * 1000000000) !=
            cases[i].known)
            fail_msg("case %zu", i);
    }
}

static void
test_probe(void **state)
{
    FT_AUTOJSON json_t *facts = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_host *host = NULL;
    struct utsname name;
    char hostname[FT_NAME_SIZE] = "";

    (void)state;
    assert_int_equal(ft_probe(&facts, &err), 0);
    if (ft_host_from_json(facts, &host, &err) < 0)
        fail_msg("%s", err.text);
    uname(&name);
    gethostname(hostname, sizeof(hostname) - 1);
    assert_string_equal(host->hostname, hostname);
    assert_string_equal(host->kernel.release, name.release);
    assert_int_equal(host->cpu.count, sysconf(_SC_NPROCESSORS_ONLN));
    assert_true(strstr(host->cpu.flags, "sse2") != NULL);
    assert_true(host->memory_total > host->memory_available);
    assert_true(host->memory_available > 0);
    assert_true(host->realtime_ns > INT64_C(1600000000) * 1000000000);
    /* libvirt is there, or it is said why not */
    assert_true((*host->libvirt.version == '\0') !=
                (*host->libvirt.error == '\0'));
    ft_host_free(host);
}

/* Only who listens, and both tables' addresses. */
static void
test_ports(void **state)
{
    static const char table[] =
        "  sl  local_address rem_address   st tx_queue rx_queue tr\n"
        "   0: 00000000:170D 00000000:0000 0A 00000000:00000000 00:0\n"
        "   1: 0100007F:0050 0100007F:C350 01 00000000:00000000 00:0\n"
        "  12: 00000000000000000000000001000000:1771 "
        "00000000000000000000000000000000:0000 0A 00000000:00000000\n"
        "no line of it";
    FT_AUTOJSON json_t *ports = json_array();
    FT_AUTOJSON json_t *here = ft_probe_ports();

    (void)state;
    ft_probe_add_ports(table, ports);
    ft_probe_add_ports("", ports);
    assert_int_equal(json_array_size(ports), 2);
    assert_int_equal(json_integer_value(json_array_get(ports, 0)), 5901);
    assert_int_equal(json_integer_value(json_array_get(ports, 1)), 6001);
    assert_true(json_is_array(here));
}

/* Version 3, as QEMU 7.2 writes it; of two snapshots. */
static void
test_snapshots(void **state)
{
    uint8_t header[FT_QCOW2_HEADER] = { 'Q', 'F', 'I', 0xfb, 0, 0, 0, 3 };
    char path[] = "/tmp/test-probe-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_int_equal(ft_probe_qcow2_snapshots(header), 0);
    header[63] = 2;
    assert_int_equal(ft_probe_qcow2_snapshots(header), 2);
    assert_true(fd >= 0);
    assert_int_equal(ft_probe_snapshots(path), 0); /* shorter than a header */
    assert_int_equal(write(fd, header, sizeof(header)), sizeof(header));
    close(fd);
    assert_int_equal(ft_probe_snapshots(path), 2);
    unlink(path);
    memset(header + 60, 0xff, 4);
    assert_int_equal(ft_probe_qcow2_snapshots(header), 65536);
    header[0] = 'q'; /* a raw disk may begin with anything */
    assert_int_equal(ft_probe_qcow2_snapshots(header), 0);
    assert_int_equal(ft_probe_snapshots("/nonexistent/image"), 0);
    assert_int_equal(ft_probe_snapshots("/dev/null"), 0);
}

/* A bridge of our own in a network namespace of our own. */
static void
test_nics(void **state)
{
    int status = 0;
    pid_t pid;

    (void)state;
    if (geteuid() != 0 || system("unshare -n ip link add t0 type veth "
                                 "peer name t1 >/dev/null 2>&1") != 0) {
        print_message("# not tried: needs root, unshare, ip and veth devices\n");
        return;
    }
    pid = fork();
    if (pid == 0) {
        FT_AUTOJSON json_t *nics = NULL;
        char *text;

        if (unshare(CLONE_NEWNET) < 0 ||
            system(
                "ip link add ftbr type bridge && ip link add ft0 type veth peer name ft1 && "
                "ip link set ft0 master ftbr address 02:00:00:00:00:07 up && "
                "ip addr add 10.9.8.7/22 dev ftbr && ip link set ftbr up && "
                "ip addr add fd00:9::7/64 dev ftbr nodad") != 0)
            _exit(2);
        nics = ft_probe_nics();
        text = json_dumps(nics, JSON_COMPACT | JSON_SORT_KEYS);
        puts(text);
        fflush(stdout);
        _exit(
            strstr(text, "\"bridge\":true") != NULL &&
                    strstr(text,
                           "\"mac\":\"02:00:00:00:00:07\",\"master\":\"ftbr\"") !=
                        NULL &&
                    strstr(text, "{\"prefix\":22,\"text\":\"10.9.8.7\"}") !=
                        NULL &&
                    strstr(text, "{\"prefix\":64,\"text\":\"fd00:9::7\"}") !=
                        NULL &&
                    strstr(text, "fe80") == NULL &&
                    strstr(text, "\"lo\"") == NULL
                ? 0
                : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* Answers of programs, as scripts give them. */
static void
test_versions(void **state)
{
    static const struct {
        const char *body;
        int rc;
        const char *version, *package;
    } cases[] = {
        { "echo 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)'",
          0, "7.2.22", "Debian 1:7.2+dfsg-7+deb12u18" },
        { "echo 'QEMU emulator version 10.0.2'", 0, "10.0.2", "" },
        { "echo 'hello'", -ENOENT, "", "" },
        { "exit 1", -ENOENT, "", "" },
        { "head -c 100000 /dev/zero | tr '\\0' 9", -ENOENT, "", "" },
    };
    char path[] = "/tmp/ft-version-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        char version[FT_VERSION_SIZE], package[128];
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        fprintf(file, "#!/bin/sh\n%s\n", cases[i].body);
        fclose(file);
        assert_int_equal(chmod(path, 0700), 0);
        assert_int_equal(ft_probe_program_version(path, version,
                                                  sizeof(version), package),
                         cases[i].rc);
        assert_string_equal(version, cases[i].version);
        assert_string_equal(package, cases[i].package);
    }
    unlink(path);
}

/* Waits until the child has become this program. */
static void
wait_program(pid_t pid, const char *path)
{
    char link[64], target[300] = "";

    snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    for (int i = 0; i < 12000 && strcmp(target, path) != 0; i++) {
        ssize_t n = readlink(link, target, sizeof(target) - 1);

        target[n > 0 ? n : 0] = '\0';
        usleep(5000);
    }
    assert_string_equal(target, path);
}

/* A process tells its version also when its file is gone. */
static void
test_version_of_process(void **state)
{
    char version[FT_VERSION_SIZE] = "x";
    char folder[] = "/tmp/ft-probe-XXXXXX";
    char path[300];
    char command[400];
    pid_t pid;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/qemu", folder);
    snprintf(command, sizeof(command), "cp /bin/bash %s", path);
    assert_int_equal(system(command), 0);
    /* bash --version says "GNU bash, version 5.2.15(1)-release" */
    pid = fork();
    if (pid == 0) {
        execl(path, path, "-c", "read x < /dev/zero", (char *)NULL);
        _exit(127);
    }
    wait_program(pid, path);
    unlink(path);
    assert_int_equal(ft_probe_qemu_version(pid, version, sizeof(version)), 0);
    assert_true(version[0] >= '3' && version[0] <= '9');
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    rmdir(folder);

    assert_int_equal(ft_probe_qemu_version(0, version, sizeof(version)),
                     -ENOENT);
    assert_string_equal(version, "");
    assert_int_equal(ft_probe_qemu_version(INT32_MAX, version, sizeof(version)),
                     -ENOENT);
}

/* A program that others may write is not run by root. */
static void
test_version_of_strange_process(void **state)
{
    char version[FT_VERSION_SIZE];
    char folder[] = "/tmp/ft-probe-XXXXXX";
    char path[300];
    char command[700];
    pid_t pid;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/qemu", folder);
    snprintf(command, sizeof(command), "cp /bin/bash %s && chmod 777 %s", path,
             path);
    assert_int_equal(system(command), 0);
    pid = fork();
    if (pid == 0) {
        execl(path, path, "-c", "read x < /dev/zero", (char *)NULL);
        _exit(127);
    }
    wait_program(pid, path);
    assert_int_equal(ft_probe_qemu_version(pid, version, sizeof(version)),
                     -ENOENT);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    unlink(path);
    rmdir(folder);
}

static int
run_all(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plug_is_known),
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_ufw),
        cmocka_unit_test(test_workers),
        cmocka_unit_test(test_snapshots),
        cmocka_unit_test(test_nics),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_version_of_process),
        cmocka_unit_test(test_version_of_strange_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

int
main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return 0; /* never tests within tests */
    return run_all();
}
