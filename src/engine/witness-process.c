/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/witness-process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/paths.h"
#include "virt/loop.h"

#define PORT_FILE FT_WITNESS_FOLDER "/port"
#define RESTART_MS 500

static struct {
    uint16_t port; /* 0: not a witness */
    pid_t pid;
    int pidfd, watch, timer;
} witness = { .pidfd = -1, .watch = -1, .timer = -1 };

static void
exec_witness(void)
{
    char port[16];
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* it holds the port: it must not outlive the daemon that restarts it */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    snprintf(port, sizeof(port), "%u", witness.port);
    execl("/proc/self/exe", "ftengine", "witness", "--port", port, NULL);
    _exit(127);
}

static void
on_exit_of(int fd, void *opaque)
{
    int status = 0;

    (void)fd;
    (void)opaque;
    waitpid(witness.pid, &status, WNOHANG);
    ft_log(FT_LOG_WARN, "the witness process ended with status %d", status);
    ft_loop_unwatch(witness.watch);
    close(witness.pidfd);
    witness.pid = 0;
    witness.pidfd = witness.watch = -1;
    if (witness.port)
        ft_loop_timer_set(witness.timer, RESTART_MS);
}

static void
spawn(void *opaque)
{
    (void)opaque;
    ft_loop_timer_set(witness.timer, -1);
    if (witness.pid || !witness.port)
        return;
    witness.pid = fork();
    if (witness.pid == 0)
        exec_witness();
    if (witness.pid < 0) {
        witness.pid = 0;
        ft_loop_timer_set(witness.timer, RESTART_MS);
        return;
    }
    witness.pidfd = syscall(SYS_pidfd_open, witness.pid, 0);
    witness.watch = ft_loop_watch(witness.pidfd, on_exit_of, NULL);
}

int
ft_witness_process_open(struct ft_error *err)
{
    FT_AUTOFREE char *text = NULL;
    long port;

    witness.timer = ft_loop_timer(spawn, NULL);
    if (witness.timer < 0)
        return ft_fail(err, ENOMEM, NULL, "cannot make a timer");
    if (ft_file_read(PORT_FILE, 64, &text, NULL))
        return 0;
    port = strtol(text, NULL, 10);
    if (port < 1 || port > 65535)
        return ft_fail(err, EINVAL, "Remove the file and run ftadmin again.",
                       "%s holds no port number", PORT_FILE);
    witness.port = port;
    spawn(NULL);
    return 0;
}

int
ft_witness_process_set(uint16_t port, struct ft_error *err)
{
    char text[16];
    int n, rc = ft_make_folder(FT_WITNESS_FOLDER, 0700);

    if (port == witness.port)
        return 0;
    witness.port = port;
    if (witness.pid)
        kill(witness.pid, SIGTERM);
    if (!port)
        return unlink(PORT_FILE) < 0 && errno != ENOENT
                   ? ft_fail(err, errno, NULL, "cannot remove %s", PORT_FILE)
                   : 0;
    n = snprintf(text, sizeof(text), "%u\n", port);
    if (!rc)
        rc = ft_file_replace(PORT_FILE, text, n, 0600);
    if (rc)
        return ft_fail(err, -rc, NULL, "cannot write %s: %s", PORT_FILE,
                       strerror(-rc));
    spawn(NULL);
    return 0;
}

int
ft_witness_process_running(void)
{
    return witness.pid > 0;
}

int
ft_witness_process_wanted(void)
{
    return witness.port > 0;
}
