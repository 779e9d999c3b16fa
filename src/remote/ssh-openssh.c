/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that help to connect: ssh(1), which knows what ~/.ssh/config means,
 * and the ways through other hosts (ProxyJump, ProxyCommand). They run in a
 * session of their own without terminal, with nothing to ask a password with:
 * what they would ask the user must not appear on a screen that is ours.
 */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "remote/ssh-private.h"

#define ASK_DEADLINE_MS 5000 /* Match exec may run programs */
#define ARGUMENTS_MAX 16
#define ENVIRONMENT_MAX 1024
#define END_WAIT_MS 500

/* Ours without what programs ask passwords with, on a screen or elsewhere. */
static char **
quiet_environment(void)
{
    static const char *const dropped[] = { "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE",
                                           "DISPLAY", "WAYLAND_DISPLAY" };
    char **quiet = calloc(ENVIRONMENT_MAX + 2, sizeof(*quiet));
    size_t count = 0;

    for (char **e = environ; quiet != NULL && *e != NULL; e++) {
        bool keep = count < ENVIRONMENT_MAX;

        for (size_t i = 0; i < FT_ARRAY_SIZE(dropped); i++)
            keep = keep && strncmp(*e, dropped[i], strlen(dropped[i])) != 0;
        if (keep)
            quiet[count++] = *e;
    }
    if (quiet != NULL)
        quiet[count] = (char *)(uintptr_t) "SSH_ASKPASS_REQUIRE=never";
    return quiet;
}

/* Starts argv in a session of its own; -errno. */
static int
spawn(char *const argv[], int in, int out, int errors, pid_t *pid)
{
    FT_AUTOFREE char **quiet = quiet_environment();
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int rc;

    if (quiet == NULL)
        return -ENOMEM;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, errors, 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID |
                                              POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    rc = posix_spawnp(pid, argv[0], &actions, &attributes, argv, quiet);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

/* Ends what was started, and everything that it started. */
static int
reap(pid_t pid, bool now)
{
    int64_t deadline = ft_clock_ns() + END_WAIT_MS * FT_NS_PER_MS;
    int status = 0;
    pid_t done = 0;

    if (now)
        kill(-pid, SIGTERM);
    while ((done = waitpid(pid, &status, WNOHANG)) == 0 &&
           ft_clock_ns() < deadline)
        ft_clock_sleep(5 * FT_NS_PER_MS);
    if (done == 0) {
        kill(-pid, SIGKILL);
        done = waitpid(pid, &status, 0);
    }
    return done == pid ? status : -1;
}

/* ---- what ssh(1) would do ---- */

/* Reads both until their end, at most size - 1 each; false when too late. */
static bool
read_both(const int fds[2], char *const texts[2], size_t size)
{
    int64_t deadline = ft_clock_ns() + ASK_DEADLINE_MS * FT_NS_PER_MS;
    size_t used[2] = { 0, 0 };
    struct pollfd p[2] = { { fds[0], POLLIN, 0 }, { fds[1], POLLIN, 0 } };

    while (p[0].fd >= 0 || p[1].fd >= 0) {
        int64_t left = (deadline - ft_clock_ns()) / FT_NS_PER_MS;

        if (left <= 0 || poll(p, 2, (int)left) <= 0)
            return false;
        for (int i = 0; i < 2; i++) {
            ssize_t n = 0;

            if (p[i].fd < 0 || p[i].revents == 0)
                continue;
            if (used[i] + 1 < size)
                n = read(fds[i], texts[i] + used[i], size - 1 - used[i]);
            if (n > 0)
                used[i] += (size_t)n;
            else
                p[i].fd = -1;
            texts[i][used[i]] = '\0';
        }
    }
    return true;
}

/* Runs argv to its end: its status, -1 when it took too long, or -errno. */
static int
run(char *const argv[], char *const texts[2], size_t size, int *status)
{
    FT_AUTOCLOSE int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int out[2] = { -1, -1 }, errors[2] = { -1, -1 };
    bool in_time = false;
    pid_t pid = -1;
    int rc = -EMFILE;

    if (null >= 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0)
        rc = spawn(argv, null, out[1], errors[1], &pid);
    close(out[1]);
    close(errors[1]);
    if (rc == 0) {
        const int fds[2] = { out[0], errors[0] };

        in_time = read_both(fds, texts, size);
        *status = reap(pid, !in_time);
    }
    close(out[0]);
    close(errors[0]);
    return rc < 0 ? rc : in_time ? 0 : -ETIMEDOUT;
}

static void
first_line(char *text)
{
    text[strcspn(text, "\r\n")] = '\0';
}

int
ft_ssh_ask_openssh(const char *host, const char *user, unsigned port,
                   const char *file, struct ft_ssh_config *config,
                   struct ft_error *err)
{
    FT_AUTOFREE char *out = calloc(1, FT_SSH_CONFIG_MAX);
    FT_AUTOFREE char *errors = calloc(1, FT_SSH_CONFIG_MAX);
    char *const texts[2] = { out, errors };
    const char *argv[ARGUMENTS_MAX] = { "ssh", "-G" };
    char number[16];
    size_t n = 2;
    int status = -1;
    int rc;

    if (out == NULL || errors == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    if (file != NULL) {
        argv[n++] = "-F";
        argv[n++] = file;
    }
    if (*user != '\0') {
        argv[n++] = "-l";
        argv[n++] = user;
    }
    if (port != 0) {
        snprintf(number, sizeof(number), "%u", port);
        argv[n++] = "-p";
        argv[n++] = number;
    }
    argv[n++] = "--";
    argv[n] = host;
    rc = run((char *const *)(uintptr_t)argv, texts, FT_SSH_CONFIG_MAX, &status);
    if (rc == -ENOENT)
        return rc;
    if (rc < 0)
        return ft_fail(err, -rc, "Try `ssh -G` by hand.", "ssh -G %s: %s", host,
                       strerror(-rc));
    first_line(errors);
    if (status != 0)
        return ft_fail(err, EINVAL, "Correct the file; `ssh -G HOST` checks it.",
                       "the SSH configuration cannot be used: %s", errors);
    return ft_ssh_config_parse(out, strlen(out), config, err);
}

/* ---- the way through another host ---- */

void
ft_ssh_proxy_end(struct ft_ssh_proxy *proxy)
{
    if (proxy->pid > 0)
        reap(proxy->pid, true);
    if (proxy->errors > 0)
        close(proxy->errors);
    memset(proxy, 0, sizeof(*proxy));
}

/* A socket to argv's stdin and stdout, or -errno with err. */
static int
start(struct ft_ssh_proxy *proxy, char *const argv[], struct ft_error *err)
{
    int pair[2] = { -1, -1 }, errors[2] = { -1, -1 };
    int rc = -EMFILE;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 &&
        pipe2(errors, O_CLOEXEC | O_NONBLOCK) == 0)
        rc = spawn(argv, pair[1], pair[1], errors[1], &proxy->pid);
    close(pair[1]);
    close(errors[1]);
    if (rc < 0) {
        close(pair[0]);
        close(errors[0]);
        proxy->pid = 0;
        return ft_fail(err, -rc, NULL, "%s cannot be run: %s", argv[0],
                       strerror(-rc));
    }
    proxy->errors = errors[0];
    return pair[0];
}

int
ft_ssh_proxy_command(struct ft_ssh_proxy *proxy, const char *command,
                     struct ft_error *err)
{
    FT_AUTOFREE char *line = NULL;
    char *argv[] = { (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", NULL,
                     NULL };

    if (asprintf(&line, "exec %s", command) < 0)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    argv[2] = line;
    return start(proxy, argv, err);
}

/* The last of a list of jumps is who connects to the host; it gets the rest. */
int
ft_ssh_proxy_jump(struct ft_ssh_proxy *proxy, const char *jumps,
                  const char *file, const char *host, unsigned port,
                  struct ft_error *err)
{
    FT_AUTOFREE char *before = strdup(jumps);
    const char *argv[ARGUMENTS_MAX] = { "ssh", "-o", "BatchMode=yes" };
    char *comma = before != NULL ? strrchr(before, ',') : NULL;
    char where[320];
    size_t n = 3;

    if (before == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    snprintf(where, sizeof(where), "[%s]:%u", host, port);
    if (file != NULL) {
        argv[n++] = "-F";
        argv[n++] = file;
    }
    if (comma != NULL) {
        *comma = '\0';
        argv[n++] = "-J";
        argv[n++] = before;
    }
    argv[n++] = "-W";
    argv[n++] = where;
    argv[n++] = "--";
    argv[n] = NULL;
    {
        FT_AUTOFREE char *url = NULL;

        /* user@host:port is an URI to ssh(1) only with its scheme */
        const char *last = comma != NULL ? comma + 1 : before;
        bool is_url = strncmp(last, "ssh://", 6) == 0;

        if (asprintf(&url, "%s%s", is_url ? "" : "ssh://", last) < 0)
            return ft_fail(err, ENOMEM, NULL, "out of memory");
        argv[n] = url;
        return start(proxy, (char *const *)(uintptr_t)argv, err);
    }
}

void
ft_ssh_proxy_errors(const struct ft_ssh_proxy *proxy, char *out, size_t size)
{
    struct pollfd p = { proxy->errors, POLLIN, 0 };
    ssize_t n = 0;

    /* It may be about to say it. */
    if (proxy->errors > 0 && poll(&p, 1, END_WAIT_MS) > 0)
        n = read(proxy->errors, out, size - 1);

    out[n > 0 ? n : 0] = '\0';
    first_line(out);
}
