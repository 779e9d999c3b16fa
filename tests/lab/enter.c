/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enter: runs a command inside a lab host, as if it had been started there.
 *
 *   usage: enter PID COMMAND [ARGUMENT...]
 *
 * PID is the host's init as seen from outside; the command joins all its namespaces. Why not
 * nsenter(1): to be inside the host's pid namespace (and so die with the host) the command has to
 * be a child, and nsenter does not pass signals on to it. A test that says `kill $!` means the
 * command: here the signal reaches it, and SIGKILL of enter kills it too. The current folder is
 * kept where the host has it. Exit code: the command's, or 128 + signal, or 125-127 as env(1). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;

static void
pass_on(int signal_number, siginfo_t *info, void *context)
{
    int saved = errno;

    (void)context;
    /* what the terminal sends (Ctrl-C), it sends to the whole process group: the command has it
     * already */
    if (info->si_code != SI_KERNEL && child > 0)
        kill(child, signal_number);
    errno = saved;
}

static const int passed_on[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                                 SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH };

static void
pass_signals_on(void)
{
    struct sigaction action = { .sa_sigaction = pass_on,
                                .sa_flags = SA_SIGINFO | SA_RESTART };

    for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
        sigaction(passed_on[i], &action, NULL);
}

/* Joins the namespaces of the process. The pid namespace takes effect for the next child only. */
static int
join_namespaces(const char *pid)
{
    static const char *const kinds[] = { "net", "uts", "ipc", "pid", "mnt" };
    enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
    int fds[KINDS];

    for (int i = 0; i < KINDS; i++) {
        char path[64];

        snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, kinds[i]);
        fds[i] = open(path, O_RDONLY | O_CLOEXEC);
        if (fds[i] < 0)
            return -1;
    }
    for (int i = 0; i < KINDS; i++) {
        if (setns(fds[i], 0))
            return -1;
        close(fds[i]);
    }
    return 0;
}

static void
run(char **command, const char *folder, const sigset_t *mask)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
        signal(passed_on[i], SIG_DFL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    if ((!folder || chdir(folder)) && chdir("/root") && chdir("/"))
        _exit(125);
    execvp(command[0], command);
    fprintf(stderr, "enter: %s: %s\n", command[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

int
main(int argc, char **argv)
{
    sigset_t all, before;
    char *folder;
    int status;

    if (argc < 3) {
        fprintf(stderr, "usage: enter PID COMMAND [ARGUMENT...]\n");
        return 125;
    }
    folder = getcwd(NULL, 0);
    if (join_namespaces(argv[1])) {
        fprintf(stderr,
                "enter: cannot enter the host (is it powered off?): %s\n",
                strerror(errno));
        return 125;
    }
    /* no signal may fall between fork() and the note of the child's pid */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    child = fork();
    if (child < 0) {
        perror("enter: fork");
        return 125;
    }
    if (child == 0)
        run(argv + 2, folder, &before);
    pass_signals_on();
    sigprocmask(SIG_SETMASK, &before, NULL);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 125;
    free(folder);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
