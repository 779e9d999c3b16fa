/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the output of a NIC with vhost, or several queues, is held by: an ifb, a
 * plug on it, and a redirect. All of it is made once, which loads modules as the
 * real thing would: in a network namespace of a child's own, or here where that
 * may not be made (the daemon gave CAP_SYS_ADMIN up), for a moment.
 */
#include "config.h"

#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/traffic.h"
#include "inventory/probe-private.h"

#define HANDLE 0x10000000u
#define LIMIT 65536u /* bytes */
#define NO_NAMESPACE 2

static int
try_on(struct ft_netlink *net, int ifb)
{
    return ft_traffic_put_plug(net, ifb, HANDLE, LIMIT, NULL) == 0 &&
           ft_traffic_add_clsact(net, ifb, NULL) == 0 &&
           ft_traffic_redirect(net, ifb, ifb, NULL) == 0;
}

static int
try_here(void)
{
    struct ft_netlink net;
    struct ft_traffic_link ifb;
    char name[IF_NAMESIZE];
    int works = 0;

    if (ft_netlink_open(&net, NETLINK_ROUTE, NULL) < 0)
        return 0;
    snprintf(name, sizeof(name), "ftry%d", getpid());
    if (ft_traffic_add_ifb(&net, name, NULL) == 0 &&
        ft_traffic_look_link(&net, name, 0, &ifb, NULL) == 0) {
        works = try_on(&net, ifb.index);
        ft_traffic_remove_link(&net, ifb.index, NULL);
    }
    ft_netlink_close(&net);
    return works;
}

static int
try_apart(void)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0)
        _exit(unshare(CLONE_NEWNET) < 0 ? NO_NAMESPACE : !try_here());
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return NO_NAMESPACE;
    return WEXITSTATUS(status);
}

/* What a kernel can it does not forget. */
int
ft_probe_plug(void)
{
    static int works;

    if (!works) {
        int rc = try_apart();

        works = rc == NO_NAMESPACE ? try_here() : rc == 0;
    }
    return works;
}
