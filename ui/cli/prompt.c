/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "ui/text/text.h"
#include "ui/work/ask.h"
#include "ui/work/secrets.h"

#define CONTROL(letter) ((letter)&0x1f)

/*
 * Echo comes back however the process ends while a secret is typed. A signal
 * handler is told nothing, so this cannot be anywhere else: it is the process's
 * one terminal, and under the lock of whoever asks.
 */
static struct termios saved_mode;
static volatile sig_atomic_t saved_fd = -1;

static void
restore_and_die(int number)
{
    if (saved_fd >= 0)
        tcsetattr(saved_fd, TCSAFLUSH, &saved_mode);
    signal(number, SIG_DFL);
    raise(number);
}

static int
echo_off(int fd, struct sigaction old[2])
{
    struct sigaction action = { .sa_handler = restore_and_die };
    struct termios mode;

    if (tcgetattr(fd, &saved_mode) < 0)
        return -errno;
    saved_fd = fd;
    sigaction(SIGTERM, &action, &old[0]);
    sigaction(SIGHUP, &action, &old[1]);
    mode = saved_mode;
    mode.c_lflag &= ~(ECHO | ICANON | ISIG);
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    return tcsetattr(fd, TCSAFLUSH, &mode) < 0 ? -errno : 0;
}

static void
echo_on(int fd, const struct sigaction old[2])
{
    tcsetattr(fd, TCSAFLUSH, &saved_mode);
    saved_fd = -1;
    sigaction(SIGTERM, &old[0], NULL);
    sigaction(SIGHUP, &old[1], NULL);
}

/* Reads a line byte by byte; ISIG is off, so Ctrl-C is a byte too. */
static int
read_secret(int fd, char *out, size_t size)
{
    size_t used = 0;
    char byte;

    for (;;) {
        if (read(fd, &byte, 1) != 1 || byte == CONTROL('C') ||
            (byte == CONTROL('D') && used == 0))
            return -ECANCELED;
        if (byte == '\n' || byte == '\r')
            break;
        if (byte == CONTROL('U'))
            used = 0;
        else if (byte == 0x7f || byte == CONTROL('H'))
            used -= used > 0;
        else if (used + 1 < size)
            out[used++] = byte;
    }
    out[used] = '\0';
    return 0;
}

static int
ask_secret(const char *text, char *out, size_t size)
{
    FT_AUTOCLOSE int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct sigaction old[2];
    char safe[512];
    int rc;

    if (fd < 0)
        return -ECANCELED;
    ft_text_safe(text, true, safe, sizeof(safe));
    rc = echo_off(fd, old);
    if (!rc) {
        dprintf(fd, "%s ", safe);
        rc = read_secret(fd, out, size);
        dprintf(fd, "\n");
        echo_on(fd, old);
    }
    if (rc)
        explicit_bzero(out, size);
    return rc ? -ECANCELED : 0;
}

/* The first line of --password-file: 0 or -errno. */
static int
read_password_file(const char *path, char *out, size_t size)
{
    FT_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t used = fd < 0 ? -1 : read(fd, out, size - 1);

    if (used < 0)
        return -errno;
    out[used] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
    return *out ? 0 : -ENODATA;
}

enum ft_exit
ft_cli_read_password(struct ft_cli_prompter *self)
{
    struct ft_cli *cli = self->cli;
    const char *path = cli->options.password_file;
    int rc = path ? -ENOMEM : 0;

    if (path && (self->secret = ft_work_secret_room(FT_WORK_SECRET_MAX)))
        rc = read_password_file(path, self->secret, FT_WORK_SECRET_MAX);

    if (rc == -ENODATA)
        return ft_cli_fail_text(cli, FT_EXIT_CONFIGURATION, NULL,
                                "%s: there is no password in it", path);
    if (rc)
        return ft_cli_fail_text(cli, FT_EXIT_CONFIGURATION, NULL,
                                "%s: no password could be read: %s", path,
                                strerror(-rc));
    return FT_EXIT_OK;
}

static int
on_secret(void *data, unsigned asked, const char *text, char *out, size_t size)
{
    struct ft_cli_prompter *self = data;
    int rc = -ECANCELED;

    pthread_mutex_lock(&self->lock);
    if (self->secret && !asked) /* asked again: it was wrong */
        rc = snprintf(out, size, "%s", self->secret) > 0 ? 0 : -ECANCELED;
    else if (self->ask >= 0)
        rc = ft_ask(self->ask, asked, text, out, size) ? -ECANCELED : 0;
    else if (!self->cli->options.password_file)
        rc = ask_secret(text, out, size);
    pthread_mutex_unlock(&self->lock);
    return rc;
}

/* Each key on a line of its own, indented. */
static void
print_keys(int fd, const char *keys)
{
    while (*keys != '\0') {
        int length = (int)strcspn(keys, "\n");

        dprintf(fd, "  %.*s\n", length, keys);
        keys += length;
        keys += *keys == '\n';
    }
}

static int
ask_host_key(const char *host, const char *keys, const char *compare)
{
    FT_AUTOCLOSE int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    char answer[16] = "";
    ssize_t used;

    if (fd < 0)
        return 0;
    dprintf(fd, "The host key of %s is not known yet. It has:\n", host);
    print_keys(fd, keys);
    dprintf(fd,
            "Compare with what this prints on the host itself:\n  %s\n"
            "Trust the first one? [yes/no] ",
            compare);
    used = read(fd, answer, sizeof(answer) - 1);
    answer[used > 0 ? used : 0] = '\0';
    return !strcmp(answer, "yes\n");
}

static int
on_host_key(void *data, const char *host, const char *keys, const char *compare)
{
    struct ft_cli_prompter *self = data;
    int accepted;

    pthread_mutex_lock(&self->lock);
    accepted = ask_host_key(host, keys, compare);
    pthread_mutex_unlock(&self->lock);
    return accepted;
}

struct ft_work_prompts
ft_cli_prompts(struct ft_cli_prompter *self, struct ft_cli *cli)
{
    bool terminal = isatty(STDIN_FILENO);
    struct ft_work_prompts prompts = {
        .host_key = terminal ? on_host_key : NULL,
        .data = self,
    };

    memset(self, 0, sizeof(*self));
    self->cli = cli;
    self->ask = ft_ask_inherited();
    if (terminal || cli->options.password_file || self->ask >= 0)
        prompts.secret = on_secret;
    pthread_mutex_init(&self->lock, NULL);
    return prompts;
}

void
ft_cli_prompts_end(struct ft_cli_prompter *self)
{
    ft_work_secret_release(self->secret, FT_WORK_SECRET_MAX);
    self->secret = NULL;
    pthread_mutex_destroy(&self->lock);
}
