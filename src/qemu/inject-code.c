/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/inject-code.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "qemu/process-memory.h"

#define MAPS_LIMIT (16u << 20)
#define STATUS_LIMIT (64u << 10)
#define PIECE (256u << 10) /* bytes read at once */
#define LONGEST 16         /* more than any of the patterns */

static const uint8_t call[] = { 0x0f, 0x05, 0xc3 };
static const uint8_t restorer[] = { 0x48, 0xc7, 0xc0, 15, 0, 0, 0, 0x0f, 0x05 };
static const uint8_t restorer_short[] = { 0xb8, 15, 0, 0, 0, 0x0f, 0x05 };

static uint64_t
find(const uint8_t *bytes, size_t size, uint64_t address, const uint8_t *what,
     size_t length)
{
    const uint8_t *at = memmem(bytes, size, what, length);

    return at ? address + (uint64_t)(at - bytes) : 0;
}

static bool
is_complete(const struct ft_inject_code *code)
{
    return code->call && code->restorer;
}

static void
look_at(const uint8_t *bytes, size_t size, uint64_t address,
        struct ft_inject_code *code)
{
    if (!code->call)
        code->call = find(bytes, size, address, call, sizeof(call));
    if (!code->restorer)
        code->restorer = find(bytes, size, address, restorer, sizeof(restorer));
    if (!code->restorer)
        code->restorer =
            find(bytes, size, address, restorer_short, sizeof(restorer_short));
}

/* Looks through a mapping; what cannot be read has nothing for us. */
static void
search(pid_t pid, uint64_t start, uint64_t end, uint8_t *buffer,
       struct ft_inject_code *code)
{
    while (start + LONGEST < end && !is_complete(code)) {
        size_t size = FT_MIN(end - start, PIECE);
        struct iovec local = { buffer, size };
        struct iovec remote = { (void *)(uintptr_t)start, size };

        if (ft_process_memory_read(pid, &local, &remote, 1, NULL) < 0)
            return;
        look_at(buffer, size, start, code);
        start += size == PIECE ? PIECE - LONGEST : size;
    }
}

/* Whether a line of /proc/PID/maps is code of a file. */
static bool
is_code(const char *line, size_t length, bool libc)
{
    return memmem(line, length, " r-xp ", 6) && memchr(line, '/', length) &&
           libc == !!memmem(line, length, "/libc", 5);
}

/* The C library first: the rest of QEMU need not be read from its disk. */
static void
search_maps(pid_t pid, const char *maps, bool libc, uint8_t *buffer,
            struct ft_inject_code *code)
{
    const char *line = maps, *end;

    for (; (end = strchr(line, '\n')) && !is_complete(code); line = end + 1) {
        char *at;
        uint64_t from, to;

        if (!is_code(line, (size_t)(end - line), libc))
            continue;
        from = strtoull(line, &at, 16);
        to = *at == '-' ? strtoull(at + 1, NULL, 16) : 0;
        search(pid, from, to, buffer, code);
    }
}

static bool
has_shadow_stack(const char *status)
{
    const char *line = strstr(status, "\nx86_Thread_features:");
    const char *end = line ? strchr(line + 1, '\n') : NULL;

    return end && memmem(line, (size_t)(end - line), "shstk", 5);
}

static int
read_proc(pid_t pid, const char *name, size_t limit, char **text)
{
    char path[64];
    int rc;

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    rc = ft_file_read(path, limit, text, NULL);
    return rc == -ENOENT ? -ESRCH : rc;
}

int
ft_inject_code_find(pid_t pid, struct ft_inject_code *code)
{
    FT_AUTOFREE char *maps = NULL, *status = NULL;
    FT_AUTOFREE uint8_t *buffer = malloc(PIECE);
    int rc;

    *code = (struct ft_inject_code){ 0 };
    if (!buffer)
        return -ENOMEM;
    rc = read_proc(pid, "status", STATUS_LIMIT, &status);
    if (rc == 0)
        rc = read_proc(pid, "maps", MAPS_LIMIT, &maps);
    if (rc < 0)
        return rc;
    if (!status || !maps)
        return -ENOEXEC;
    if (has_shadow_stack(status))
        return -EOPNOTSUPP;
    search_maps(pid, maps, true, buffer, code);
    search_maps(pid, maps, false, buffer, code);
    return is_complete(code) ? 0 : -ENOEXEC;
}
