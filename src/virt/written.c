/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/written.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <libnbd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "virt/qmp.h"
#include "virt/vm.h"

#define SOCKET_NAME "ftadmin-written"
#define COPY_NAME "ftadmin-written" /* of the bitmap, while it is read */
#define CONTEXT "qemu:dirty-bitmap:"
#define DIRTY 1u /* a flag of it */

struct ft_written {
    virDomainPtr dom;
    bool serves;
    struct sockaddr_un at;
    size_t n;
    struct {
        struct nbd_handle *nbd;
        char node[64];
    } disks[FT_VM_DISKS_MAX];
};

static int
fail_nbd(struct ft_error *err)
{
    return ft_fail(err, EIO, NULL, "reading what the guest wrote: %s",
                   nbd_get_error());
}

/* ----- the server ----- */

static int
listen_at(struct ft_written *w, const char *folder, int *fd)
{
    if (snprintf(w->at.sun_path, sizeof(w->at.sun_path), "%s/written.sock",
                 folder) >= (int)sizeof(w->at.sun_path))
        return -ENAMETOOLONG;
    w->at.sun_family = AF_UNIX;
    unlink(w->at.sun_path);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return *fd < 0 || bind(*fd, (struct sockaddr *)&w->at, sizeof(w->at)) < 0 ||
                   listen(*fd, FT_VM_DISKS_MAX) < 0
               ? -errno
               : 0;
}

static int
start_server(struct ft_written *w, const char *folder, struct ft_error *err)
{
    FT_AUTOCLOSE int fd = -1;
    int rc = listen_at(w, folder, &fd);

    if (rc)
        return ft_fail(err, -rc, NULL, "no socket in %s: %s", folder,
                       strerror(-rc));
    rc = ft_qmp_give_fd(w->dom, SOCKET_NAME, fd, err);
    if (rc)
        return rc;
    rc = ft_qmp(w->dom, "nbd-server-start",
                json_pack("{s:{s:s,s:{s:s}}}", "addr", "type", "fd", "data",
                          "str", SOCKET_NAME),
                NULL, err);
    w->serves = rc == 0;
    if (rc)
        ft_qmp_take_fd(w->dom, SOCKET_NAME, NULL);
    return rc;
}

/* QEMU tells only of a bitmap that does not change. */
static int
copy_bitmap(struct ft_written *w, const char *node, const char *bitmap,
            struct ft_error *err)
{
    int rc;

    ft_qmp(w->dom, "block-dirty-bitmap-remove",
           json_pack("{s:s,s:s}", "node", node, "name", COPY_NAME), NULL, NULL);
    rc = ft_qmp(w->dom, "block-dirty-bitmap-add",
                json_pack("{s:s,s:s,s:i,s:b}", "node", node, "name", COPY_NAME,
                          "granularity", FT_RECORD_GRANULARITY, "disabled", 1),
                NULL, err);
    return rc ? rc
              : ft_qmp(w->dom, "block-dirty-bitmap-merge",
                       json_pack("{s:s,s:s,s:[s]}", "node", node, "target",
                                 COPY_NAME, "bitmaps", bitmap),
                       NULL, err);
}

static int
export_disk(struct ft_written *w, const char *node, const char *bitmap,
            struct ft_error *err)
{
    char name[32];
    int rc = copy_bitmap(w, node, bitmap, err);

    snprintf(w->disks[w->n].node, sizeof(w->disks[0].node), "%s", node);
    snprintf(name, sizeof(name), "ftadmin-written-%zu", w->n);
    return rc ? rc
              : ft_qmp(w->dom, "block-export-add",
                       json_pack("{s:s,s:s,s:s,s:s,s:[s]}", "type", "nbd", "id",
                                 name, "node-name", node, "name", name,
                                 "bitmaps", COPY_NAME),
                       NULL, err);
}

static int
connect_to(struct ft_written *w, struct ft_error *err)
{
    static const char context[] = CONTEXT COPY_NAME;
    struct nbd_handle *nbd = nbd_create();
    char name[32];

    if (!nbd)
        return fail_nbd(err);
    w->disks[w->n].nbd = nbd;
    snprintf(name, sizeof(name), "ftadmin-written-%zu", w->n++);
    if (nbd_set_export_name(nbd, name) < 0 ||
        nbd_add_meta_context(nbd, context) < 0 ||
        nbd_connect_unix(nbd, w->at.sun_path) < 0)
        return fail_nbd(err);
    return nbd_can_meta_context(nbd, context) == 1
               ? 0
               : ft_fail(err, ENOENT, NULL, "QEMU does not tell its record");
}

int
ft_written_open(virDomainPtr dom, const char *folder,
                const struct ft_recorded_disk *disks, size_t n, const char *id,
                struct ft_written **written, struct ft_error *err)
{
    struct ft_written *w = calloc(1, sizeof(*w));
    char bitmap[FT_RECORD_NAME_SIZE];
    int rc;

    if (!w)
        return ft_fail(err, ENOMEM, NULL, "no memory to read a record");
    w->dom = dom;
    virDomainRef(dom);
    ft_write_record_name(id, bitmap);
    rc = n > FT_VM_DISKS_MAX ? -E2BIG : start_server(w, folder, err);
    for (size_t i = 0; !rc && i < n; i++) {
        rc = export_disk(w, disks[i].node, bitmap, err);
        if (!rc)
            rc = connect_to(w, err);
    }
    if (rc)
        ft_written_close(w);
    else
        *written = w;
    return rc;
}

void
ft_written_close(struct ft_written *w)
{
    struct ft_error err = FT_ERROR_INIT;

    if (!w)
        return;
    for (size_t i = 0; i < w->n; i++) {
        nbd_shutdown(w->disks[i].nbd, 0);
        nbd_close(w->disks[i].nbd);
    }
    /* and with it the exports */
    if (w->serves && ft_qmp(w->dom, "nbd-server-stop", NULL, NULL, &err))
        ft_log_error(&err, "ending the NBD server of QEMU");
    for (size_t i = 0; i < FT_VM_DISKS_MAX && w->disks[i].node[0]; i++)
        ft_qmp(w->dom, "block-dirty-bitmap-remove",
               json_pack("{s:s,s:s}", "node", w->disks[i].node, "name",
                         COPY_NAME),
               NULL, NULL);
    unlink(w->at.sun_path);
    virDomainFree(w->dom);
    free(w);
}

/* ----- the record ----- */

struct window {
    uint64_t at; /* how far is told */
    struct ft_written_range *ranges;
    size_t n, room;
    bool no_memory;
};

static void
add_range(struct window *w, uint64_t length)
{
    if (w->n == w->room) {
        size_t room = w->room ? w->room * 2 : 64;
        struct ft_written_range *larger =
            realloc(w->ranges, room * sizeof(*larger));

        if (!larger) {
            w->no_memory = true;
            return;
        }
        w->ranges = larger;
        w->room = room;
    }
    w->ranges[w->n++] = (struct ft_written_range){ w->at, length };
}

static int
on_extents(void *opaque, const char *context, uint64_t offset,
           uint32_t *entries, size_t n, int *error) /* NOLINT: libnbd's type */
{
    struct window *w = opaque;

    (void)error;
    if (strncmp(context, CONTEXT, strlen(CONTEXT)) != 0 || offset != w->at)
        return 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        if (entries[i + 1] & DIRTY)
            add_range(w, entries[i]);
        w->at += entries[i];
    }
    return 0;
}

int
ft_written_next(struct ft_written *written, size_t disk, uint64_t *offset,
                struct ft_written_range **ranges, size_t *n,
                struct ft_error *err)
{
    struct nbd_handle *nbd = written->disks[disk].nbd;
    struct window w = { .at = *offset };
    int64_t size = nbd_get_size(nbd);
    uint64_t end;

    if (size < 0)
        return fail_nbd(err);
    end = FT_MIN((uint64_t)size, *offset + FT_WRITTEN_WINDOW);
    while (w.at < end && !w.no_memory) {
        uint64_t before = w.at;

        if (nbd_block_status(nbd, end - w.at, w.at,
                             (nbd_extent_callback){ .callback = on_extents,
                                                    .user_data = &w },
                             0) < 0 ||
            w.at <= before) {
            free(w.ranges);
            return fail_nbd(err);
        }
    }
    if (w.no_memory) {
        free(w.ranges);
        return ft_fail(err, ENOMEM, NULL, "no memory for a record");
    }
    *offset = w.at < (uint64_t)size ? w.at : 0;
    *ranges = w.ranges;
    *n = w.n;
    return 0;
}

int
ft_written_read(struct ft_written *written, size_t disk, void *data,
                size_t length, uint64_t offset, struct ft_error *err)
{
    return nbd_pread(written->disks[disk].nbd, data, length, offset, 0) < 0
               ? fail_nbd(err)
               : 0;
}
