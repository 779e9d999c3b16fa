/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/disk-reader.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libnbd.h>

#include "base/io.h"

struct ft_disk_reader {
    int fd; /* raw: the file; otherwise -1 */
    struct nbd_handle *nbd;
};

/* A comma in an image option's value is written twice (qemu(1), -blockdev). */
static void
escape_commas(const char *from, char *to, size_t size)
{
    size_t n = 0;

    for (; *from && n + 2 < size; from++) {
        if (*from == ',')
            to[n++] = ',';
        to[n++] = *from;
    }
    to[n] = '\0';
}

static int
open_nbd(struct ft_disk_reader *r, const char *path, const char *format,
         struct ft_error *err)
{
    char file[PATH_MAX], options[PATH_MAX + 256];
    char *argv[] = { (char *)"qemu-nbd", (char *)"--read-only",
                     (char *)"--image-opts", options, NULL };

    escape_commas(path, file, sizeof(file));
    snprintf(options, sizeof(options),
             "driver=%.31s,force-share=on,file.driver=file,file.filename=%s",
             format, file);
    r->nbd = nbd_create();
    if (!r->nbd || nbd_connect_systemd_socket_activation(r->nbd, argv) < 0)
        return ft_fail(err, EIO, "Install qemu-utils on this host.",
                       "cannot read %s: %s", path, nbd_get_error());
    return 0;
}

int
ft_disk_reader_open(const char *path, const char *format,
                    struct ft_disk_reader **reader, struct ft_error *err)
{
    struct ft_disk_reader *r = calloc(1, sizeof(*r));
    int rc = 0;

    if (!r)
        return ft_fail(err, ENOMEM, NULL, "no memory to read %s", path);
    r->fd = -1;
    if (strcmp(format, "raw"))
        rc = open_nbd(r, path, format, err);
    else if ((r->fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        rc = ft_fail(err, errno, NULL, "cannot open %s: %s", path,
                     strerror(errno));
    if (rc) {
        ft_disk_reader_close(r);
        return rc;
    }
    *reader = r;
    return 0;
}

int
ft_disk_reader_read(struct ft_disk_reader *r, void *data, size_t size,
                    uint64_t offset, struct ft_error *err)
{
    int rc;

    if (r->nbd)
        return nbd_pread(r->nbd, data, size, offset, 0) < 0
                   ? ft_fail(err, EIO, NULL, "reading a disk: %s",
                             nbd_get_error())
                   : 0;
    rc = ft_pread_full(r->fd, data, size, offset);
    return rc ? ft_fail(err, -rc, NULL, "reading a disk: %s", strerror(-rc)) : 0;
}

void
ft_disk_reader_close(struct ft_disk_reader *r)
{
    if (!r)
        return;
    nbd_close(r->nbd);
    if (r->fd >= 0)
        close(r->fd);
    free(r);
}
