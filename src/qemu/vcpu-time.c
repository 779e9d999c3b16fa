/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/vcpu-time.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "base/io.h"

#define LEAST_WEIGHT 19 /* nice(2) */

/* A file of one of its threads, or NULL. */
static char *
read_of(pid_t pid, long thread, const char *file)
{
    char path[80];
    char *text = NULL;

    snprintf(path, sizeof(path), "/proc/%d/task/%ld/%s", (int)pid, thread, file);
    return ft_file_read(path, 256, &text, NULL) < 0 ? NULL : text;
}

/* The n-th figure that the scheduler tells of a virtual CPU. */
static int64_t
figure_of(pid_t pid, long thread, int n)
{
    FT_AUTOFREE char *name = read_of(pid, thread, "comm");
    FT_AUTOFREE char *times = NULL;
    long long figures[2] = { 0, 0 };

    if (!name ||
        (strncmp(name, "CPU ", 4) != 0 && strncmp(name, "ALL CPUs", 8) != 0))
        return 0;
    times = read_of(pid, thread, "schedstat");
    if (times && sscanf(times, "%lld %lld", &figures[0], &figures[1]) != 2)
        return 0;
    return figures[n];
}

static int64_t
time_of(pid_t pid, long thread)
{
    return figure_of(pid, thread, 0);
}

static int64_t
wait_of(pid_t pid, long thread)
{
    return figure_of(pid, thread, 1);
}

static int64_t
give_way(pid_t pid, long thread)
{
    (void)pid;
    return setpriority(PRIO_PROCESS, (id_t)thread, LEAST_WEIGHT);
}

/* The sum of what one says of each thread. */
static int64_t
each_thread(pid_t pid, int64_t (*one)(pid_t pid, long thread))
{
    struct dirent *entry;
    int64_t sum = 0;
    char path[40];
    DIR *folder;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    folder = opendir(path);
    while (folder && (entry = readdir(folder)))
        if (*entry->d_name != '.')
            sum += one(pid, atol(entry->d_name));
    if (folder)
        closedir(folder);
    return sum;
}

int64_t
ft_vcpu_time(pid_t pid)
{
    return each_thread(pid, time_of);
}

int64_t
ft_vcpu_waited(pid_t pid)
{
    return each_thread(pid, wait_of);
}

void
ft_vcpu_give_way(pid_t pid)
{
    each_thread(pid, give_way);
}
