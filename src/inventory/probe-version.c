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
#include "base/json.h"
#include "inventory/host.h"
#include "inventory/probe-private.h"
#include "inventory/probe.h"

#define PATIENCE_MS 5000
#define KNOWN_MAX 64
#define STAMP_SIZE 96

/* Answers, by the file that gave them: it is asked again once it is another one. */
static struct {
    char stamp[STAMP_SIZE];
    char version[FT_VERSION_SIZE];
    char package[128];
} known[KNOWN_MAX];
static size_t known_count;

static int
stamp_of(const char *program, char stamp[STAMP_SIZE])
{
    struct stat st;

    if (stat(program, &st) < 0)
        return -errno;
    snprintf(stamp, STAMP_SIZE, "%ju:%ju:%jd:%jd.%09ld", (uintmax_t)st.st_dev,
             (uintmax_t)st.st_ino, (intmax_t)st.st_size,
             (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    return 0;
}

static void
know(const char *stamp, const char *version, const char *package)
{
    if (known_count == KNOWN_MAX || *stamp == '\0' || *version == '\0')
        return;
    snprintf(known[known_count].stamp, STAMP_SIZE, "%s", stamp);
    snprintf(known[known_count].version, FT_VERSION_SIZE, "%s", version);
    snprintf(known[known_count].package, sizeof(known[0].package), "%s",
             package);
    known_count++;
}

void
ft_probe_know_programs(const json_t *before)
{
    const json_t *list = json_object_get(before, "programs"), *one;
    size_t i;

    known_count = 0;
    json_array_foreach(list, i, one)
        know(ft_json_string(one, "stamp", ""),
             ft_json_string(one, "version", ""),
             ft_json_string(one, "package", ""));
}

json_t *
ft_probe_programs(void)
{
    json_t *list = json_array();

    for (size_t i = 0; i < known_count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "stamp",
                                              known[i].stamp, "version",
                                              known[i].version, "package",
                                              known[i].package));
    return list;
}

static bool
is_known(const char *stamp, char *version, size_t size, char *package)
{
    for (size_t i = 0; i < known_count; i++) {
        if (strcmp(known[i].stamp, stamp) != 0)
            continue;
        snprintf(version, size, "%s", known[i].version);
        if (package != NULL)
            strcpy(package, known[i].package);
        return true;
    }
    return false;
}

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
    char stamp[STAMP_SIZE] = "";
    const char *start;
    int rc = stamp_of(program, stamp);

    if (rc == 0 && is_known(stamp, version, size, package))
        return 0;
    rc = ask_version(program, text, sizeof(text));

    *version = '\0';
    if (package != NULL)
        *package = '\0';
    if (rc < 0)
        return rc;
    start = strstr(text, "version ");
    if (start == NULL ||
        sscanf(start, "version %63[0-9.] (%127[^)\n]", number, brackets) < 1)
        return -ENOENT;
    know(stamp, number, brackets);
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
