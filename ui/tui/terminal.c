/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"

#define SEQUENCES_MAX 512

/* Shared by the console and the parent that waits for it. */
struct shared {
    struct termios saved;
    char sequences[SEQUENCES_MAX];
    volatile size_t length; /* 0: the screen is not up */
};

/* Of the process, since a signal's handler has no other way to it. */
static struct shared *shared;
static int terminal = -1;
static pid_t console; /* in its parent only */
static volatile sig_atomic_t resized;

void
ft_terminal_restore(void)
{
    size_t done = 0;

    while (shared && done < shared->length) {
        ssize_t n =
            write(terminal, shared->sequences + done, shared->length - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += n;
    }
    if (shared)
        tcsetattr(terminal, TCSANOW, &shared->saved);
}

/* SA_RESETHAND has put back what the signal does by itself. */
static void
on_death(int signal_number)
{
    ft_terminal_restore();
    raise(signal_number);
}

static void
on_resize(int signal_number)
{
    (void)signal_number;
    resized = 1;
}

static int
catch_signals(void)
{
    static const int deadly[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
                                  SIGTERM, SIGHUP, SIGINT, SIGQUIT };
    struct sigaction action = { .sa_handler = on_death };
    stack_t stack = { .ss_size = 64 << 10 };

    stack.ss_sp = malloc(stack.ss_size); /* as long as the process */
    if (!stack.ss_sp || sigaltstack(&stack, NULL) < 0)
        return -ENOMEM;
    action.sa_flags = SA_ONSTACK | SA_RESETHAND;
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < FT_ARRAY_SIZE(deadly); i++)
        sigaction(deadly[i], &action, NULL);
    action.sa_handler = on_resize;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGWINCH, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

static void
pass_on(int signal_number)
{
    kill(console, signal_number);
}

/* The parent: everything but the child's end is the child's business. */
static void __attribute__((noreturn)) wait_for_child(pid_t child)
{
    struct sigaction action = { .sa_handler = pass_on };
    int status = 0;

    console = child;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFSIGNALED(status))
        _exit(WEXITSTATUS(status));
    ft_terminal_restore();
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    _exit(128 + WTERMSIG(status));
}

int
ft_terminal_guard(int fd, struct ft_error *err)
{
    pid_t child;

    terminal = fd;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        shared = NULL;
        return ft_fail(err, ENOMEM, NULL, "no memory for the console");
    }
    if (tcgetattr(fd, &shared->saved) < 0)
        return ft_fail(err, ENOTTY, "Use its commands: ftadmin help",
                       "the console needs a terminal");
    child = fork();
    if (child < 0)
        return ft_fail(err, errno, NULL, "cannot start the console: %s",
                       strerror(errno));
    if (child > 0)
        wait_for_child(child);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (catch_signals())
        return ft_fail(err, ENOMEM, NULL, "no memory for the console");
    return 0;
}

void
ft_terminal_leaves_by(const char *sequences)
{
    size_t length = FT_MIN(strlen(sequences), (size_t)SEQUENCES_MAX);

    shared->length = 0;
    memcpy(shared->sequences, sequences, length);
    shared->length = length;
}

void
ft_terminal_suspend(void)
{
    kill(0, SIGTSTP);
}

bool
ft_terminal_resized(void)
{
    bool yes = resized;

    resized = 0;
    return yes;
}

bool
ft_terminal_size(int *width, int *height)
{
    struct winsize size;

    if (ioctl(terminal, TIOCGWINSZ, &size) < 0 || !size.ws_col || !size.ws_row)
        return false;
    *width = size.ws_col;
    *height = size.ws_row;
    return true;
}
