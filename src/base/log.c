/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

static const char *const level_names[] = { "ERROR", "WARN", "INFO", "DEBUG" };

static int log_fd = STDERR_FILENO;
static char log_path[PATH_MAX];
static char log_name[64] = "ftadmin";
static enum ft_log_level log_level = FT_LOG_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int
open_file(void)
{
    return open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

int
ft_log_open(const char *path, const char *name, enum ft_log_level level)
{
    int fd;

    snprintf(log_name, sizeof(log_name), "%s", name);
    log_level = level;
    if (!path)
        return 0;
    snprintf(log_path, sizeof(log_path), "%s", path);
    fd = open_file();
    if (fd < 0)
        return -errno;
    log_fd = fd;
    return 0;
}

static void
rotate_when_full(void)
{
    char old[PATH_MAX + 2];
    struct stat st;
    int fd;

    if (!log_path[0] || fstat(log_fd, &st) < 0 || st.st_size < FT_LOG_LIMIT)
        return;
    snprintf(old, sizeof(old), "%s.1", log_path);
    (void)rename(log_path, old); /* gone is as good as renamed */
    fd = open_file();
    if (fd < 0)
        return;
    close(log_fd);
    log_fd = fd;
}

/* Texts of peers and of QEMU are in messages: they must not look like lines. */
static void
blank_control_characters(char *text, size_t size)
{
    size_t i;

    for (i = 0; i < size; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            text[i] = ' ';
}

void
ft_log(enum ft_log_level level, const char *format, ...)
{
    char line[2048], when[32];
    va_list args;
    int n;

    if (level > log_level)
        return;
    ft_clock_format(ft_clock_realtime_ns(), when);
    n = snprintf(line, sizeof(line), "%s %-5s %s[%d] ", when,
                 level_names[level], log_name, (int)getpid());
    va_start(args, format);
    n += vsnprintf(line + n, sizeof(line) - n, format, args);
    va_end(args);
    if (n > (int)sizeof(line) - 2)
        n = sizeof(line) - 2;
    blank_control_characters(line, n);
    line[n++] = '\n';
    pthread_mutex_lock(&lock);
    rotate_when_full();
    ft_write_full(log_fd, line, n);
    pthread_mutex_unlock(&lock);
}

bool
ft_log_of_strangers(void)
{
    static _Atomic int64_t due_ns;
    int64_t due = due_ns, now = ft_clock_ns();

    return now >= due &&
           atomic_compare_exchange_strong(&due_ns, &due,
                                          now +
                                              FT_LOG_STRANGERS_S * FT_NS_PER_S);
}

void
ft_log_error(const struct ft_error *err, const char *context)
{
    ft_log(FT_LOG_ERROR, "%s: %s%s%s", context, err->text,
           err->hint[0] ? "; " : "", err->hint);
}
