/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disks of a VM that was handed over, on the host that had it. At the end of a
 * planned switchover they are what the VM begins with on the other host: the last
 * epoch was made while it stood, with all that it had written, was held there, and
 * the VM never ran here again. So they are a base (worker/replica-base.h), of which
 * the other host's QEMU knows all that is written later (virt/write-record.h); both
 * sides make its name of the copy's (ft_copy_id_after), and nobody else has that.
 *
 * Each of these is asked for, and what lacks one is compared as before:
 *  - the last epoch was acknowledged, and the VM was held since it was made: by this
 *    process, whose feed has seen no write since (the mirrors are still there, and
 *    whatever writes to the disk comes by), and libvirt says that it stands;
 *  - the files were not written since the VM stopped, by their mtime, nor until QEMU
 *    was gone: by somebody who let it go on, or by QEMU as it ended;
 *  - they are raw, and files: only then are they what the mirrors carried, and can
 *    be a replica (which is the same file, or another: then it is no base);
 *  - all of it is on their storage, then they are sealed, then that is recorded.
 *
 * Deaths. This process before it has recorded: there is no base. The host: what is
 * not on the storage is not sealed. The other side's process: QEMU has the record.
 * Its QEMU, or its host: the record is gone with it, so nobody asks for this base;
 * if that had not run, this VM goes on, and this file was never reached; its next
 * switchover is of the same copy or of another, and this is recorded at its end
 * only, in both cases for the one QEMU that lives then.
 */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "primary/primary-private.h"
#include "worker/replica-base.h"

/* Not a time that a file gets by itself, nor one that looks like a mistake. */
#define SEAL_AGE_S 86400

struct ft_handed_over {
    char id[FT_COPY_ID_SIZE]; /* of the copy that the other host had */
    int64_t stopped_ns;       /* the VM; of CLOCK_REALTIME */
    size_t n;
    struct {
        const char *target;
        int fd;
        struct stat seen;
    } disks[FT_DISKS_MAX];
};

static void
free_handed_over(struct ft_handed_over *h)
{
    while (h->n)
        close(h->disks[--h->n].fd);
    free(h);
}

/* The replication thread waits in the hold of the last epoch, and nothing else. */
static bool
was_held(struct ft_primary *p)
{
    const struct ft_handover *h = &p->handover;
    bool held;

    pthread_mutex_lock(&p->lock);
    held = p->busy && p->held && h->wanted && h->epoch && !h->release &&
           p->acked == h->epoch && !p->disk_broken && !p->hardware_changed;
    pthread_mutex_unlock(&p->lock);
    return held && p->feed && !ft_disk_feed_lacks_mirror(p->feed) &&
           !ft_outgoing_has_disk(&p->out) && ft_replica_base_is_id(p->copy.id);
}

static bool
stands(virDomainPtr dom)
{
    int state;

    return dom && virDomainGetState(dom, &state, NULL, 0) == 0 &&
           state == VIR_DOMAIN_PAUSED;
}

static bool
has_not_changed(const struct stat *now, const struct stat *before)
{
    return now->st_ino == before->st_ino && now->st_size == before->st_size &&
           now->st_mtim.tv_sec == before->st_mtim.tv_sec &&
           now->st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

static bool
add_disk(struct ft_handed_over *h, const struct ft_vm_disk *d)
{
    struct stat *st;
    int fd;

    if (h->n == FT_DISKS_MAX || strcmp(d->format, "raw") != 0)
        return false;
    fd = open(d->source, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    st = &h->disks[h->n].seen;
    h->disks[h->n].target = d->target;
    h->disks[h->n++].fd = fd;
    return fstat(fd, st) == 0 && S_ISREG(st->st_mode) &&
           st->st_mtim.tv_sec * FT_NS_PER_S + st->st_mtim.tv_nsec <=
               h->stopped_ns;
}

struct ft_handed_over *
ft_primary_look_at_handed_over(struct ft_primary *p)
{
    struct ft_handed_over *h = calloc(1, sizeof(*h));
    bool fits = h && was_held(p) && stands(p->worker->dom);

    if (!h)
        return NULL;
    h->stopped_ns = ft_clock_realtime_ns() -
                    (ft_clock_ns() - p->worker->handover_stopped_ns);
    for (size_t i = 0; fits && i < p->domain.n_disks; i++)
        if (ft_disk_is_replicated(&p->domain.disks[i]))
            fits = add_disk(h, &p->domain.disks[i]);
    if (fits && h->n) {
        ft_copy_id_after(p->copy.id, h->id);
        return h;
    }
    free_handed_over(h);
    return NULL;
}

/* To the storage, and sealed there. */
static int
seal(const struct ft_handed_over *h, const struct ft_replica_base *base)
{
    for (size_t i = 0; i < h->n; i++) {
        int fd = h->disks[i].fd;
        struct stat now;
        int rc;

        if (fstat(fd, &now) < 0)
            return -errno;
        if (!has_not_changed(&now, &h->disks[i].seen))
            return -ESTALE;
        if (fdatasync(fd) < 0)
            return -errno;
        rc = ft_replica_base_seal(base, fd);
        if (rc)
            return rc;
        if (fsync(fd) < 0)
            return -errno;
    }
    return 0;
}

static int
record(struct ft_primary *p, const struct ft_handed_over *h)
{
    struct ft_replica_base base = { .seal_s = (int64_t)time(NULL) - SEAL_AGE_S };
    char folder[PATH_MAX];
    int rc = 0;

    for (size_t i = 0; !rc && i < h->n; i++)
        rc = ft_replica_base_add(&base, h->disks[i].target, h->disks[i].fd);
    if (!rc)
        rc = seal(h, &base);
    memcpy(base.id, h->id, sizeof(base.id));
    ft_pair_path(p->worker->config.pair, NULL, folder);
    return rc ? rc : ft_replica_base_save(folder, &base);
}

void
ft_primary_keep_handed_over(struct ft_primary *p, struct ft_handed_over *h,
                            bool ended)
{
    int rc = h && ended ? record(p, h) : 0;

    if (rc)
        ft_log(FT_LOG_WARN, "the disks here are no base of %s: %s",
               p->worker->config.vm, strerror(-rc));
    if (h)
        free_handed_over(h);
}
