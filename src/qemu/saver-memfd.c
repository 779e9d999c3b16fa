/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/saver-memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "virt/qmp.h"

#define FDSET_MARK "ftadmin-save"

struct ft_saver_memfd {
    virDomainPtr dom;
    int fd;
    int write_fd;  /* the same, as QEMU has it */
    int64_t fdset; /* its number in QEMU, -1 before */
};

static void
release(struct ft_saver_memfd *memfd)
{
    ft_cleanup_close(&memfd->fd);
    ft_cleanup_close(&memfd->write_fd);
    virDomainFree(memfd->dom);
    free(memfd);
}

static int
make(struct ft_saver_memfd *memfd)
{
    char path[64];

    memfd->fd = memfd_create("ftadmin-state", MFD_CLOEXEC);
    if (memfd->fd < 0)
        return -errno;
    /* QEMU opens a member of an fdset only in that very mode. */
    snprintf(path, sizeof(path), "/proc/self/fd/%d", memfd->fd);
    memfd->write_fd = open(path, O_WRONLY | O_CLOEXEC);
    return memfd->write_fd < 0 ? -errno : 0;
}

static int
give(struct ft_saver_memfd *memfd, struct ft_error *err)
{
    FT_AUTOJSON json_t *result = NULL;
    int rc = make(memfd);

    if (rc < 0)
        return ft_fail(err, -rc, NULL, "memory file: %s", strerror(-rc));
    rc = ft_qmp_fd(memfd->dom, "add-fd",
                   json_pack("{s:s}", "opaque", FDSET_MARK), memfd->write_fd,
                   &result, err);
    if (rc < 0)
        return rc;
    memfd->fdset = ft_json_int(result, "fdset-id", 0, INT32_MAX, -1);
    return memfd->fdset < 0
               ? ft_fail(err, EPROTO, NULL, "QEMU's answer to add-fd")
               : 0;
}

int
ft_saver_memfd_open(virDomainPtr dom, struct ft_saver_memfd **out,
                    struct ft_error *err)
{
    struct ft_saver_memfd *memfd = calloc(1, sizeof(*memfd));
    int rc;

    *out = NULL;
    if (!memfd)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    memfd->fd = memfd->write_fd = -1;
    memfd->fdset = -1;
    virDomainRef(dom);
    memfd->dom = dom;
    rc = give(memfd, err);
    if (rc < 0)
        release(memfd);
    else
        *out = memfd;
    return rc;
}

/* Copies the file QEMU wrote. */
static int
take(const struct ft_saver_memfd *memfd, uint8_t **data, size_t *size,
     size_t *capacity, size_t limit, struct ft_error *err)
{
    struct stat file;
    size_t length;
    int rc;

    if (fstat(memfd->fd, &file) < 0)
        return ft_fail(err, errno, NULL, "memory file: %s", strerror(errno));
    length = (size_t)file.st_size;
    if (length > limit)
        return ft_fail(err, EFBIG, NULL, "device state beyond %zu bytes", limit);
    if (length > *capacity) {
        uint8_t *larger = realloc(*data, length);

        if (!larger)
            return ft_fail(err, ENOMEM, NULL, "no memory");
        *data = larger;
        *capacity = length;
    }
    rc = ft_pread_full(memfd->fd, *data, length, 0);
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "memory file: %s", strerror(-rc));
    *size = length;
    return 0;
}

int
ft_saver_memfd_save(struct ft_saver_memfd *memfd, uint8_t **data, size_t *size,
                    size_t *capacity, size_t limit, struct ft_error *err)
{
    char path[64];
    int rc;

    snprintf(path, sizeof(path), "/dev/fdset/%lld", (long long)memfd->fdset);
    /* QEMU's copy shares the position of our descriptor. */
    if (ftruncate(memfd->write_fd, 0) < 0 ||
        lseek(memfd->write_fd, 0, SEEK_SET) < 0)
        return ft_fail(err, errno, NULL, "memory file: %s", strerror(errno));
    rc = ft_qmp(memfd->dom, "xen-save-devices-state",
                json_pack("{s:s, s:b}", "filename", path, "live", 0), NULL, err);
    return rc < 0 ? rc : take(memfd, data, size, capacity, limit, err);
}

void
ft_saver_memfd_close(struct ft_saver_memfd *memfd)
{
    if (!memfd)
        return;
    ft_qmp(memfd->dom, "remove-fd",
           json_pack("{s:I}", "fdset-id", (json_int_t)memfd->fdset), NULL, NULL);
    release(memfd);
}

void
ft_saver_memfd_remove_leftovers(virDomainPtr dom)
{
    FT_AUTOJSON json_t *sets = NULL;
    const json_t *set;
    size_t i;

    if (ft_qmp(dom, "query-fdsets", NULL, &sets, NULL) < 0)
        return;
    json_array_foreach(sets, i, set) {
        const json_t *first = json_array_get(json_object_get(set, "fds"), 0);

        if (strcmp(ft_json_string(first, "opaque", ""), FDSET_MARK) == 0)
            ft_qmp(dom, "remove-fd",
                   json_pack("{s:O}", "fdset-id",
                             json_object_get(set, "fdset-id")),
                   NULL, NULL);
    }
}
