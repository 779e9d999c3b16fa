/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/priority.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"

#define BRISK_NICE (-10)

void
ft_priority_urgent(void)
{
    struct sched_param param = { .sched_priority =
                                     sched_get_priority_min(SCHED_RR) };

    ft_priority_brisk();
    sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param);
}

static int
open_oom(pid_t pid, int flags)
{
    char path[64] = "/proc/self/oom_score_adj";

    if (pid)
        snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
    return open(path, flags | O_CLOEXEC);
}

void
ft_priority_set_oom(pid_t pid, int score)
{
    FT_AUTOCLOSE int fd = open_oom(pid, O_WRONLY);

    /* lowering it needs a privilege that not every container gives: go on */
    if (fd >= 0 && dprintf(fd, "%d", score) < 0)
        return;
}

void
ft_priority_change_oom(pid_t pid, int from, int score)
{
    char text[16] = "";
    FT_AUTOCLOSE int fd = open_oom(pid, O_RDONLY);

    if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 &&
        strtol(text, NULL, 10) == from)
        ft_priority_set_oom(pid, score);
}

void
ft_priority_brisk(void)
{
    setpriority(PRIO_PROCESS, 0, BRISK_NICE);
}
