/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/qemu-fd.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "qemu/kernel-abi.h"

#define UFFD_LINK "anon_inode:[userfaultfd]"

/* Tells whether descriptor number of process pid is what is looked for. */
typedef bool (*match_function)(pid_t pid, int number, const void *opaque);

/* The lowest or highest number above after in /proc/PID/fd that matches. */
static int
search(pid_t pid, match_function match, const void *opaque, int after,
       bool highest)
{
    char folder[64];
    struct dirent *entry;
    int best = -ENOENT;
    DIR *dir;

    snprintf(folder, sizeof(folder), "/proc/%d/fd", pid);
    dir = opendir(folder);
    if (!dir)
        return errno == ENOENT ? -ESRCH : -errno;
    while ((entry = readdir(dir))) {
        char *end;
        long number = strtol(entry->d_name, &end, 10);

        if (*end || end == entry->d_name || number <= after ||
            number > INT_MAX || !match(pid, (int)number, opaque))
            continue;
        if (best < 0 || (highest ? number > best : number < best))
            best = (int)number;
    }
    closedir(dir);
    return best;
}

static bool
is_same_file(pid_t pid, int number, const void *opaque)
{
    const struct stat *ours = opaque;
    struct stat theirs;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, number);
    if (stat(path, &theirs) < 0)
        return false;
    if (S_ISCHR(ours->st_mode))
        return S_ISCHR(theirs.st_mode) && theirs.st_rdev == ours->st_rdev;
    return theirs.st_dev == ours->st_dev && theirs.st_ino == ours->st_ino;
}

int
ft_qemu_fd_number(pid_t pid, int fd)
{
    struct stat ours;

    if (fstat(fd, &ours) < 0)
        return -errno;
    return search(pid, is_same_file, &ours, -1, true);
}

/* fdinfo of a userfaultfd ends "API: aa:FEATURES:IOCTLS", hexadecimal
 * (fs/userfaultfd.c, userfaultfd_show_fdinfo). */
static bool
has_our_features(pid_t pid, int number)
{
    FT_AUTOFREE char *text = NULL;
    unsigned features;
    const char *api;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, number);
    if (ft_file_read(path, 64 << 10, &text, NULL) < 0)
        return false;
    api = strstr(text, "API:");
    if (!api || sscanf(api, "API: %*x:%x:", &features) != 1)
        return false;
    return features == 0 || (features & UFFD_FEATURE_WP_ASYNC);
}

static bool
is_our_uffd(pid_t pid, int number, const void *opaque)
{
    char path[64], link[64];
    ssize_t n;

    (void)opaque;
    snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, number);
    n = readlink(path, link, sizeof(link) - 1);
    link[n > 0 ? n : 0] = '\0';
    return strcmp(link, UFFD_LINK) == 0 && has_our_features(pid, number);
}

int
ft_qemu_fd_find_uffd(pid_t pid, int after)
{
    return search(pid, is_our_uffd, NULL, after, false);
}

int
ft_qemu_fd_copy(pid_t pid, int number)
{
    FT_AUTOCLOSE int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    int fd;

    if (pidfd < 0)
        return -errno;
    fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
    return fd < 0 ? -errno : fd;
}
