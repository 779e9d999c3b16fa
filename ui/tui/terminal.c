/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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
    volatile int silent;    /* what is typed is not echoed */
};

/* Of the process, since a signal's handler has no other way to it. */
static struct shared *shared;
static int terminal = -1;
static int messages = -1; /* the standard error, while the screen is up */
static pid_t console;     /* in its parent only */
static volatile sig_atomic_t resized, stop_asked, let_go_status;

/* Without these: as the console has it, and no shell. */
static bool
settings_are_without(tcflag_t flags)
{
    struct termios now;

    return tcgetattr(terminal, &now) == 0 && !(now.c_lflag & flags);
}

static void
write_sequences(void)
{
    size_t done = 0;

    while (done < shared->length) {
        ssize_t n =
            write(terminal, shared->sequences + done, shared->length - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += n;
    }
}

/* SIGTTOU has to be blocked: it may have become a background job. */
static void
restore(void)
{
    if (!shared)
        return;
    write_sequences();
    if ((shared->length && settings_are_without(ICANON | ISIG)) ||
        (shared->silent && settings_are_without(ECHO | ISIG)))
        tcsetattr(terminal, TCSANOW, &shared->saved);
}

/* SA_RESETHAND has put back what the signal does by itself. */
static void
on_death(int signal_number)
{
    restore();
    raise(signal_number);
}

static void
on_notice(int signal_number)
{
    if (signal_number == SIGWINCH)
        resized = 1;
    else
        stop_asked = 1;
}

/* Both are let in by ft_terminal_poll only, so that none comes unseen. */
static void
catch_notices(void)
{
    struct sigaction action = { .sa_handler = on_notice };
    sigset_t notices;

    sigemptyset(&action.sa_mask);
    sigaction(SIGWINCH, &action, NULL);
    sigaction(SIGTSTP, &action, NULL);
    sigemptyset(&notices);
    sigaddset(&notices, SIGWINCH);
    sigaddset(&notices, SIGTSTP);
    sigprocmask(SIG_BLOCK, &notices, NULL);
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
    catch_notices();
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

/* But what it sent itself, to the whole group. */
static void
pass_on(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    if (info->si_code != SI_USER || info->si_pid != console)
        kill(console, signal_number);
}

/* It stops when its child has, so that no shell takes the terminal before. */
static void
stop_too(pid_t child)
{
    raise(SIGSTOP);
    kill(child, SIGCONT);
}

/* The parent: everything but the child's end is the child's business. */
static void __attribute__((noreturn)) wait_for_child(pid_t child)
{
    static const int passed[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP };
    struct sigaction action = { .sa_sigaction = pass_on,
                                .sa_flags = SA_SIGINFO };
    int status = 0;

    console = child;
    signal(SIGTTOU, SIG_IGN);
    for (size_t i = 0; i < FT_ARRAY_SIZE(passed); i++)
        sigaction(passed[i], &action, NULL);
    for (;;) {
        if (waitpid(child, &status, WUNTRACED) < 0) {
            if (errno != EINTR)
                _exit(1);
        } else if (!WIFSTOPPED(status)) {
            break;
        } else if (WSTOPSIG(status) != SIGSTOP) {
            stop_too(child);
        }
    }
    restore(); /* what it did not do itself */
    if (!WIFSIGNALED(status))
        _exit(WEXITSTATUS(status));
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    _exit(128 + WTERMSIG(status));
}

int
ft_terminal_guard(int fd, struct ft_error *err)
{
    pid_t parent = getpid(), child;

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
    if (getppid() != parent) /* it died before it was asked for */
        _exit(128 + SIGTERM);
    if (catch_signals())
        return ft_fail(err, ENOMEM, NULL, "no memory for the console");
    return 0;
}

/* What libraries say would stand across the screen. */
static void
hush(bool yes)
{
    int null;

    if (yes && messages < 0 && isatty(STDERR_FILENO)) {
        messages = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (messages >= 0 && null >= 0)
            dup2(null, STDERR_FILENO);
        if (null >= 0)
            close(null);
    } else if (!yes && messages >= 0) {
        dup2(messages, STDERR_FILENO);
        close(messages);
        messages = -1;
    }
}

void
ft_terminal_leaves_by(const char *sequences)
{
    size_t length = FT_MIN(strlen(sequences), (size_t)SEQUENCES_MAX);

    if (!shared) /* nobody guards */
        return;
    shared->length = 0;
    memcpy(shared->sequences, sequences, length);
    shared->length = length;
    hush(length > 0);
}

void
ft_terminal_silence(bool yes)
{
    struct termios settings;

    if (!shared || yes == !!shared->silent)
        return;
    if (!yes) {
        tcsetattr(terminal, TCSANOW, &shared->saved);
    } else if (tcgetattr(terminal, &settings) == 0) {
        shared->saved = settings;
        settings.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ISIG);
        shared->silent = true; /* before: it may die in the next call */
        tcsetattr(terminal, TCSAFLUSH, &settings);
    }
    shared->silent = yes;
}

void
ft_terminal_suspend(void)
{
    sigset_t stop, before;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    signal(SIGTSTP, SIG_DFL);
    kill(0, SIGTSTP); /* blocked: one with what others sent meanwhile */
    sigprocmask(SIG_UNBLOCK, &stop, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    catch_notices();
    resized = 1; /* others had the terminal */
}

void
ft_terminal_lend(void)
{
    sigset_t none;

    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void
ft_terminal_take_back(void)
{
    sigset_t output, before;

    sigemptyset(&output);
    sigaddset(&output, SIGTTOU);
    sigprocmask(SIG_BLOCK, &output, &before);
    tcsetpgrp(terminal, getpgrp());
    sigprocmask(SIG_SETMASK, &before, NULL);
    resized = 1;
}

int
ft_terminal_poll(struct pollfd *polls, size_t count, int timeout_ms)
{
    struct timespec timeout = { timeout_ms / 1000,
                                timeout_ms % 1000 * 1000000L };
    sigset_t mask;

    sigprocmask(SIG_SETMASK, NULL, &mask);
    sigdelset(&mask, SIGWINCH);
    sigdelset(&mask, SIGTSTP);
    return ppoll(polls, count, &timeout, &mask) < 0 ? -errno : 0;
}

static void
on_patience(int signal_number)
{
    (void)signal_number;
    _exit(let_go_status);
}

void
ft_terminal_let_go(int status)
{
    let_go_status = status;
    signal(SIGALRM, on_patience);
    alarm(1);
}

bool
ft_terminal_resized(void)
{
    bool yes = resized;

    resized = 0;
    return yes;
}

bool
ft_terminal_must_stop(void)
{
    bool yes = stop_asked;

    stop_asked = 0;
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

unsigned
ft_terminal_baud(void)
{
    static const struct {
        speed_t speed;
        unsigned baud;
    } slow[] = { { B300, 300 },    { B600, 600 },   { B1200, 1200 },
                 { B2400, 2400 },  { B4800, 4800 }, { B9600, 9600 },
                 { B19200, 19200 } };
    struct termios settings;

    if (tcgetattr(terminal, &settings) < 0)
        return 0;
    for (size_t i = 0; i < FT_ARRAY_SIZE(slow); i++)
        if (cfgetospeed(&settings) == slow[i].speed)
            return slow[i].baud;
    return 0;
}
