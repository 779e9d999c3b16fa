#include "config.h"

#include "base/priority.h"

#include <sched.h>
#include <sys/resource.h>

#define BRISK_NICE (-10)

void
ft_priority_urgent(void)
{
    struct sched_param param = { .sched_priority = sched_get_priority_min(SCHED_RR) };

    ft_priority_brisk();
    sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param);
}

void
ft_priority_brisk(void)
{
    setpriority(PRIO_PROCESS, 0, BRISK_NICE);
}
