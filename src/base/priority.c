/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/priority.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"

#define BRISK_NICE (-10)
#define OOM_SCORE "-900"

void
ft_priority_urgent(void)
{
    struct sched_param param = { .sched_priority =
                                     sched_get_priority_min(SCHED_RR) };

    ft_priority_brisk();
    sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param);
}

void
ft_priority_spare_from_oom(void)
{
    FT_AUTOCLOSE int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    /* lowering it needs a privilege that not every container gives: go on */
    if (fd >= 0 && write(fd, OOM_SCORE, strlen(OOM_SCORE)) < 0)
        return;
}

void
ft_priority_brisk(void)
{
    setpriority(PRIO_PROCESS, 0, BRISK_NICE);
}
