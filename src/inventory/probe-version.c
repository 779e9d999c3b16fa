/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Versions of programs, asked of the programs themselves.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "inventory/probe-private.h"
#include "inventory/probe.h"

#define PATIENCE_MS 5000

static int
spawn_version(const char *program, int output, pid_t *pid)
{
    char *const argv[] = { (char *)(uintptr_t)program, (char[]){ "--version" },
                           NULL };
    char *const environment[] = { (char[]){ "LC_ALL=C" },
                                  (char[]){ "PATH=/usr/bin:/bin" }, NULL };
    posix_spawn_file_actions_t actions;
    int rc;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    rc = posix_spawn(pid, program, &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

/* Reads until the end, a full buffer or the deadline; text is terminated. */
static void
read_answer(int fd, char *text, size_t size)
{
    int64_t deadline = ft_clock_ns() + PATIENCE_MS * FT_NS_PER_MS;
    size_t used = 0;

    while (used < size - 1) {
        struct pollfd p = { fd, POLLIN, 0 };
        int64_t left = (deadline - ft_clock_ns()) / FT_NS_PER_MS;
        ssize_t n;

        if (left <= 0 || poll(&p, 1, (int)left) <= 0)
            break;
        n = read(fd, text + used, size - 1 - used);
        if (n <= 0)
            break;
        used += (size_t)n;
    }
    text[used] = '\0';
}

static int
ask_version(const char *program, char *text, size_t size)
{
    int ends[2];
    pid_t pid;
    int rc;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    rc = spawn_version(program, ends[1], &pid);
    close(ends[1]);
    if (rc == 0) {
        read_answer(ends[0], text, size);
        kill(pid, SIGKILL); /* a program that answered has nothing left to do */
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    close(ends[0]);
    return rc;
}

/* "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)" */
int
ft_probe_program_version(const char *program, char *version, size_t size,
                         char *package)
{
    char text[512] = "";
    char number[64] = "";
    char brackets[128] = "";
    const char *start;
    int rc = ask_version(program, text, sizeof(text));

    *version = '\0';
    if (package != NULL)
        *package = '\0';
    if (rc < 0)
        return rc;
    start = strstr(text, "version ");
    if (start == NULL ||
        sscanf(start, "version %63[0-9.] (%127[^)\n]", number, brackets) < 1)
        return -ENOENT;
    snprintf(version, size, "%s", number);
    if (package != NULL)
        strcpy(package, brackets);
    return 0;
}

/*
 * We run it as root: only a program that root alone can write, whatever the
 * process has become.
 */
static int
is_trusted(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
           (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int
ft_probe_qemu_version(int64_t pid, char *version, size_t size)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%lld/exe", (long long)pid);
    *version = '\0';
    return pid > 0 && is_trusted(path) &&
                   ft_probe_program_version(path, version, size, NULL) == 0
               ? 0
               : -ENOENT;
}
