/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/oom-kills.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

#define CGROUPS "/sys/fs/cgroup"
#define NAME "oom_kill "
#define TEXT_MAX 65536 /* vmstat has some 5 KiB */

int64_t
ft_oom_kills_of(const char *text)
{
    const char *line = text;

    while (line && strncmp(line, NAME, strlen(NAME)) != 0) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return line ? strtoll(line + strlen(NAME), NULL, 10) : -1;
}

int
ft_oom_open_events(const char *root, const char *group)
{
    char path[PATH_MAX], *slash;
    int fd;

    if ((size_t)snprintf(path, sizeof(path), "%s%s", root, group) >=
        sizeof(path) - sizeof("/memory.events"))
        return -1;
    for (;;) {
        size_t length = strlen(path);

        strcpy(path + length, "/memory.events");
        fd = open(path, O_RDONLY | O_CLOEXEC);
        path[length] = '\0';
        slash = strrchr(path + strlen(root), '/');
        if (fd >= 0 || !slash)
            return fd;
        *slash = '\0';
    }
}

/* The line of cgroup2 in /proc/PID/cgroup is "0::/path". */
static int
open_events_of(pid_t pid)
{
    FT_AUTOFREE char *text = NULL;
    const char *line;
    char path[64], group[PATH_MAX];

    snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
    if (ft_file_read(path, TEXT_MAX, &text, NULL))
        return -1;
    line = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text;
    if (!line)
        return -1;
    line = strchr(line, '/');
    if (!line)
        return -1;
    snprintf(group, sizeof(group), "%.*s", (int)strcspn(line, "\n"), line);
    return ft_oom_open_events(CGROUPS, group);
}

/* A cgroup that is gone says nothing any more. */
static int64_t
kills_in(int events)
{
    char text[1024] = "";

    if (events < 0 || pread(events, text, sizeof(text) - 1, 0) <= 0)
        return -1;
    return ft_oom_kills_of(text);
}

static int64_t
kills_of_host(void)
{
    FT_AUTOFREE char *text = NULL;

    return ft_file_read("/proc/vmstat", TEXT_MAX, &text, NULL)
               ? -1
               : ft_oom_kills_of(text);
}

void
ft_oom_begin(pid_t pid, struct ft_oom_watch *w)
{
    w->begun = 1;
    w->events = open_events_of(pid);
    w->cgroup = kills_in(w->events);
    w->host = kills_of_host();
}

enum ft_oom
ft_oom_look(const struct ft_oom_watch *w)
{
    if (!w->begun)
        return FT_OOM_NONE;
    if (w->cgroup >= 0 && kills_in(w->events) > w->cgroup)
        return FT_OOM_CGROUP;
    return w->host >= 0 && kills_of_host() > w->host ? FT_OOM_HOST : FT_OOM_NONE;
}

void
ft_oom_end(struct ft_oom_watch *w)
{
    if (w->begun && w->events >= 0)
        close(w->events);
    *w = (struct ft_oom_watch){ 0 };
}
