/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/qemu-log.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

#define LOG_FOLDER "/var/log/libvirt/qemu"
#define TAIL (64u << 10) /* bytes that are looked at */

/* A line of the log, after its time; the last of its kind. NULL: none. */
static const char *
last(const char *text, const char *words)
{
    const char *found = NULL;

    while ((text = strstr(text, words)) != NULL)
        found = text++;
    return found;
}

bool
ft_qemu_log_tells_signal(const char *text)
{
    const char *began = last(text, ": starting up libvirt");
    const char *signal = last(text, ": terminating on signal ");

    return signal && (!began || signal > began);
}

static char *
read_tail(const char *path)
{
    FT_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    FT_AUTOFREE char *text = NULL;
    struct stat st;
    size_t size;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return NULL;
    size = (size_t)FT_MIN(st.st_size, (off_t)TAIL);
    text = calloc(1, size + 1);
    if (!text || ft_pread_full(fd, text, size, (uint64_t)st.st_size - size) < 0)
        return NULL;
    for (size_t i = 0; i < size; i++)
        if (!text[i])
            text[i] = ' '; /* whatever QEMU's libraries print there */
    return FT_STEAL(text);
}

bool
ft_qemu_log_signal(const char *vm)
{
    FT_AUTOFREE char *text = NULL;
    char path[PATH_MAX];

    if (strchr(vm, '/') ||
        (size_t)snprintf(path, sizeof(path), LOG_FOLDER "/%s.log", vm) >=
            sizeof(path))
        return false;
    text = read_tail(path);
    return text && ft_qemu_log_tells_signal(text);
}
