/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "virt/loop.h"

static void
on_end(int fd, void *opaque)
{
    struct ft_child *child = opaque;
    pid_t pid = child->pid;
    char how[64] = "exited";
    int status;

    (void)fd;
    if (waitpid(pid, &status, WNOHANG) == pid)
        snprintf(how, sizeof(how),
                 WIFSIGNALED(status) ? "signal %d" : "exit status %d",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    ft_child_forget(child);
    child->ended(child->opaque, pid, how);
}

void
ft_child_adopt(struct ft_child *child, pid_t pid)
{
    child->pid = pid;
    child->pidfd = syscall(SYS_pidfd_open, pid, 0);
    if (child->pidfd >= 0)
        child->watch = ft_loop_watch(child->pidfd, on_end, child);
}

static void
exec_this(const char *const argv[], bool bound)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (bound)
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    execv("/proc/self/exe", (char *const *)argv);
    _exit(127);
}

int
ft_child_start(struct ft_child *child, const char *const argv[], bool bound)
{
    pid_t pid = fork();

    if (pid == 0)
        exec_this(argv, bound);
    if (pid < 0)
        return -errno;
    ft_child_adopt(child, pid);
    return 0;
}

void
ft_child_forget(struct ft_child *child)
{
    ft_loop_unwatch(child->watch);
    if (child->pidfd >= 0)
        close(child->pidfd);
    child->pidfd = child->watch = -1;
    child->pid = 0;
}
