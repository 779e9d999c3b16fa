/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

/* RFC 4648. */
static char *
base64(const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = strlen(text), used = 0;
    char *out = malloc(size / 3 * 4 + 8);

    for (size_t i = 0; out && i < size; i += 3) {
        size_t left = size - i;
        unsigned b = (unsigned)(unsigned char)text[i] << 16;

        b |= left > 1 ? (unsigned)(unsigned char)text[i + 1] << 8 : 0;
        b |= left > 2 ? (unsigned char)text[i + 2] : 0;
        out[used++] = digits[b >> 18];
        out[used++] = digits[b >> 12 & 63];
        out[used++] = left > 1 ? digits[b >> 6 & 63] : '=';
        out[used++] = left > 2 ? digits[b & 63] : '=';
    }
    if (out)
        out[used] = '\0';
    return out;
}

void
ft_copy_to_terminal(struct ft_screen *screen, const char *text)
{
    FT_AUTOFREE char *encoded =
        strlen(text) <= (size_t)FT_COPY_MAX / 4 * 3 ? base64(text) : NULL;

    if (!encoded)
        return;
    ft_screen_send(screen, "\033]52;c;");
    ft_screen_send(screen, encoded);
    ft_screen_send(screen, "\a");
}

static int
cache_folder(char *out, size_t size)
{
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int used;

    if (cache && *cache == '/')
        used = snprintf(out, size, "%s/ftadmin", cache);
    else if (home && *home == '/')
        used = snprintf(out, size, "%s/.cache/ftadmin", home);
    else
        return -ENOENT;
    return (size_t)used < size ? ft_make_folder(out, 0700) : -ENAMETOOLONG;
}

static int
write_file(const char *path, const char *text, int flags)
{
    FT_AUTOCLOSE int fd =
        open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0600);

    return fd < 0 ? -errno : ft_write_full(fd, text, strlen(text));
}

int
ft_copy_to_file(const char *text, const char *name, char *path, size_t size)
{
    char folder[400];
    time_t now = time(NULL);
    struct tm when;
    int rc;

    if (!name) {
        localtime_r(&now, &when);
        strftime(path, size, "ftadmin-%Y%m%d-%H%M%S.txt", &when);
        return write_file(path, text, O_EXCL);
    }
    rc = cache_folder(folder, sizeof(folder));
    if (rc)
        return rc;
    snprintf(path, size, "%s/%s", folder, name);
    return write_file(path, text, O_TRUNC);
}
