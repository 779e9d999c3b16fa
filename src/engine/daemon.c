/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/priority.h"
#include "base/privileges.h"
#include "engine/board.h"
#include "engine/control-server.h"
#include "engine/daemon-verbs.h"
#include "engine/drift-watch.h"
#include "engine/events.h"
#include "engine/link-listener.h"
#include "engine/maintenance.h"
#include "engine/supervisor.h"
#include "engine/this-host.h"
#include "engine/watch.h"
#include "engine/witness-process.h"
#include "virt/loop.h"

static int
make_folders(struct ft_error *err)
{
    static const struct {
        const char *path;
        mode_t mode;
    } folders[] = {
        { FT_STATE_FOLDER, 0700 },
        { FT_PAIRS_FOLDER, 0700 },
        { FT_RUN_FOLDER, 0711 },
        { FT_LOG_FOLDER, 0700 },
    };
    size_t i;

    for (i = 0; i < FT_ARRAY_SIZE(folders); i++) {
        int rc = ft_make_folder(folders[i].path, folders[i].mode);

        if (rc)
            return ft_fail(err, -rc, "Run the engine as root.",
                           "cannot make %s: %s", folders[i].path, strerror(-rc));
    }
    return 0;
}

/* Holds the pid file's lock for as long as this process lives. */
static int
lock_pid_file(struct ft_error *err)
{
    int fd = open(FT_PID_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0)
        return ft_fail(err, errno, NULL, "cannot open %s: %s", FT_PID_FILE,
                       strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        return ft_fail(err, EALREADY, "See ftengine(8) on stopping it.",
                       "another ftengine daemon runs on this host");
    }
    if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
        return ft_fail(err, errno, NULL, "cannot write %s: %s", FT_PID_FILE,
                       strerror(errno));
    return 0;
}

static void
on_signal(int fd, void *opaque)
{
    struct signalfd_siginfo info;

    (void)opaque;
    if (read(fd, &info, sizeof(info)) == sizeof(info)) {
        ft_log(FT_LOG_INFO, "signal %u: the daemon ends, workers go on",
               info.ssi_signo);
        ft_loop_quit();
    }
}

static int
watch_signals(void)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : ft_loop_watch(fd, on_signal, NULL);
}

static int
start(const struct ft_daemon_options *options, struct ft_error *err)
{
    char host[64];
    int rc = make_folders(err);

    ft_this_host_name(host);
    if (!rc)
        rc = lock_pid_file(err);
    if (!rc && (ft_loop_init() || watch_signals() < 0))
        rc = ft_fail(err, EIO, NULL, "cannot make the event loop");
    if (!rc)
        rc = ft_events_open(host, err);
    if (!rc)
        rc = ft_link_listen(options->port, err);
    if (!rc)
        rc = ft_drift_watch_open(err);
    if (!rc) {
        ft_maintenance_open();
        ft_supervisor_drain(ft_maintenance_is_on());
        rc = ft_supervisor_open(err);
    }
    if (!rc)
        rc = ft_witness_process_open(err);
    if (!rc)
        rc = ft_control_listen(FT_CONTROL_SOCKET, ft_daemon_verb, err);
    return rc;
}

/*
 * Forks before anything is opened; the parent waits until the child says that
 * everything listens, so that whoever started us may connect at once.
 */
static int
go_background(int *ready)
{
    int pipe_fds[2];
    char answer = 1;
    pid_t child;

    if (pipe2(pipe_fds, O_CLOEXEC) < 0)
        return -1;
    child = fork();
    if (child < 0)
        return -1;
    if (child > 0) {
        close(pipe_fds[1]);
        _exit(read(pipe_fds[0], &answer, 1) == 1 ? answer : 1);
    }
    close(pipe_fds[0]);
    setsid();
    *ready = pipe_fds[1];
    return 0;
}

static void
leave_terminal(int ready)
{
    FT_AUTOCLOSE int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    char ok = 0;

    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    if (write(ready, &ok, 1) < 0)
        ft_log(FT_LOG_WARN, "whoever started the daemon is gone");
    close(ready);
}

int
ft_daemon_main(const struct ft_daemon_options *options)
{
    struct ft_error err = FT_ERROR_INIT;
    int ready = -1, given_up = ft_privileges_keep(FT_KEEP_DAEMON);

    umask(077);
    signal(SIGPIPE, SIG_IGN);
    if (options->background && go_background(&ready) < 0) {
        perror("ftengine");
        return 1;
    }
    if (chdir("/") < 0 || start(options, &err)) {
        fprintf(stderr, "ftengine: %s%s%s\n", err.text, err.hint[0] ? "\n" : "",
                err.hint);
        return 1;
    }
    ft_log_open(FT_LOG_FOLDER "/daemon.log", "daemon", FT_LOG_INFO);
    ft_log(FT_LOG_INFO, "ftengine %s listens on port %u", PACKAGE_VERSION,
           options->port);
    if (given_up)
        ft_log(FT_LOG_WARN, "cannot give up privileges: %s",
               strerror(-given_up));
    if (ready >= 0)
        leave_terminal(ready);
    /* the engine must be heard in time: its silence starts a takeover */
    ft_priority_set_oom(0, FT_OOM_LAST);
    ft_priority_urgent();
    ft_events_note("info", "engine-started", NULL, NULL,
                   "the engine started on this host");
    ft_loop_run();
    ft_watch_end("the engine on this host is being stopped");
    ft_board_save();
    return 0;
}
