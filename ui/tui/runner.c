/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "ui/work/ask.h"

#define PROGRAM "/proc/self/exe"

struct output {
    int fd; /* -1: ended */
    char *text;
    size_t used, room;
    bool dropping; /* a line that is too long */
};

#define QUESTION_FD 3 /* over there; as environment() says */

struct ft_run {
    int question; /* the socket of ui/work/ask.h; -1 none */
    pid_t pid;    /* 0: ended and waited for */
    int status;
    struct output outputs[2]; /* its output, its messages */
};

/* Ours, and where it may ask. */
static const char **
environment(void)
{
    size_t count = 0, used = 0;
    const char **all;

    while (environ[count])
        count++;
    all = calloc(count + 2, sizeof(*all));
    for (size_t i = 0; all && i < count; i++)
        if (strncmp(environ[i], FT_ASK_ENVIRONMENT "=",
                    sizeof(FT_ASK_ENVIRONMENT)) != 0)
            all[used++] = environ[i];
    if (all)
        all[used] = FT_ASK_ENVIRONMENT "=3";
    return all;
}

static int
spawn(const char *const *arguments, int out, int messages, int question,
      pid_t *pid)
{
    FT_AUTOFREE const char **variables = environment();
    const char *argv[FT_RUN_ARGUMENTS_MAX + 2] = { "ftadmin" };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, interrupt;
    size_t n = 0;
    int rc;

    if (!variables)
        return -ENOMEM;
    for (; arguments[n]; n++) {
        if (n == FT_RUN_ARGUMENTS_MAX)
            return -E2BIG;
        argv[n + 1] = arguments[n];
    }
    sigemptyset(&none);
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, messages, 2);
    posix_spawn_file_actions_adddup2(&actions, question, QUESTION_FD);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    /* a shell's background job ignores it: not so what we may interrupt */
    posix_spawnattr_setsigdefault(&attributes, &interrupt);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID |
                                              POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    rc = posix_spawn(pid, PROGRAM, &actions, &attributes,
                     (char *const *)(uintptr_t)argv,
                     (char *const *)(uintptr_t)variables);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

static int
start(struct ft_run *run, const char *const *arguments)
{
    int out[2] = { -1, -1 }, messages[2] = { -1, -1 };
    int rc, other = -1;

    if (pipe2(out, O_CLOEXEC) < 0)
        return -errno;
    rc = pipe2(messages, O_CLOEXEC) < 0 ? -errno : 0;
    if (!rc)
        rc = ft_ask_open(&run->question, &other);
    if (!rc)
        rc = spawn(arguments, out[1], messages[1], other, &run->pid);
    close(out[1]);
    if (messages[1] >= 0)
        close(messages[1]);
    if (other >= 0)
        close(other);
    run->outputs[0].fd = out[0];
    run->outputs[1].fd = messages[0];
    for (size_t i = 0; i < 2; i++)
        if (run->outputs[i].fd >= 0)
            ft_set_nonblocking(run->outputs[i].fd, 1);
    return rc;
}

int
ft_run_start(const char *const *arguments, struct ft_run **out,
             struct ft_error *err)
{
    struct ft_run *run = calloc(1, sizeof(*run));
    int rc;

    *out = NULL;
    if (!run)
        return ft_fail(err, ENOMEM, NULL, "no memory to run ftadmin");
    run->outputs[0].fd = run->outputs[1].fd = run->question = -1;
    rc = start(run, arguments);
    if (rc) {
        ft_run_close(run);
        return ft_fail(err, -rc, NULL, "cannot run ftadmin %s: %s",
                       *arguments ? *arguments : "", strerror(-rc));
    }
    *out = run;
    return 0;
}

int
ft_run_question(const struct ft_run *run)
{
    return run->question;
}

void
ft_run_hush(struct ft_run *run)
{
    if (run->question >= 0)
        close(run->question);
    run->question = -1;
}

void
ft_run_poll(const struct ft_run *run, struct pollfd polls[2])
{
    for (size_t i = 0; i < 2; i++)
        polls[i] = (struct pollfd){ run->outputs[i].fd, POLLIN, 0 };
}

/* Room for some more; a line beyond the limit is dropped. */
static bool
make_room(struct output *output)
{
    size_t room = output->room ? output->room * 2 : 8192;
    char *larger;

    if (output->room - output->used > 1)
        return true;
    if (output->room >= FT_RUN_LINE_MAX ||
        !(larger = realloc(output->text, room))) {
        output->used = 0;
        output->dropping = true;
        return output->room > 1;
    }
    output->text = larger;
    output->room = room;
    return true;
}

static void
take_lines(struct output *output, ft_run_line line, void *data, bool error)
{
    char *start = output->text, *end;
    size_t left = output->used;

    while ((end = memchr(start, '\n', left))) {
        *end = '\0';
        if (!output->dropping)
            line(data, start, error);
        output->dropping = false;
        left -= (size_t)(end + 1 - start);
        start = end + 1;
    }
    memmove(output->text, start, left);
    output->used = left;
}

static void
end_output(struct output *output, ft_run_line line, void *data, bool error)
{
    close(output->fd);
    output->fd = -1;
    if (!output->used || output->dropping)
        return;
    output->text[output->used] = '\0';
    output->used = 0;
    line(data, output->text, error);
}

void
ft_run_read(struct ft_run *run, ft_run_line line, void *data)
{
    for (size_t i = 0; i < 2; i++) {
        struct output *output = &run->outputs[i];

        while (output->fd >= 0 && make_room(output)) {
            ssize_t n = read(output->fd, output->text + output->used,
                             output->room - output->used - 1);

            if (n < 0 && (errno == EAGAIN || errno == EINTR))
                break;
            if (n <= 0) {
                end_output(output, line, data, i == 1);
                break;
            }
            output->used += (size_t)n;
            take_lines(output, line, data, i == 1);
        }
    }
}

bool
ft_run_ended(struct ft_run *run, int *status)
{
    if (run->outputs[0].fd >= 0 || run->outputs[1].fd >= 0)
        return false;
    if (run->pid && waitpid(run->pid, &run->status, WNOHANG) == run->pid)
        run->pid = 0;
    if (run->pid)
        return false;
    *status = WIFEXITED(run->status) ? WEXITSTATUS(run->status)
                                     : 128 + WTERMSIG(run->status);
    return true;
}

void
ft_run_interrupt(struct ft_run *run)
{
    if (run->pid)
        kill(run->pid, SIGINT);
}

void
ft_run_close(struct ft_run *run)
{
    if (!run)
        return;
    for (size_t i = 0; i < 2; i++) {
        if (run->outputs[i].fd >= 0)
            close(run->outputs[i].fd);
        free(run->outputs[i].text);
    }
    ft_run_hush(run);
    free(run);
}
