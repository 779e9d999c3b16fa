/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stop of an epoch: with so many pages to send that the VM would stand for
 * long it goes on instead, they are sent behind it as the open epoch's, and it is
 * stopped again (pair/copy-behind.h). What it wrote meanwhile is sent once more,
 * in the same epoch, so that whatever was read while it wrote there is never the
 * last word. Replication thread only.
 */
#include "config.h"

#include "base/clock.h"
#include "base/fault.h"
#include "primary/primary-private.h"

#define ENOUGH 1

struct sending {
    struct ft_primary *p;
    int64_t until_ns;
    uint64_t done;
};

/* Nobody waits longer for it than for an epoch that is not committed. */
static int
on_pages(void *opaque, uint64_t done)
{
    struct sending *s = opaque;
    int rc = ft_primary_stopped(s->p);

    s->done = done;
    return rc ? rc : ft_clock_ns() >= s->until_ns ? ENOUGH : 0;
}

/* Lets the VM go on and sends p->set; what is left of it stays there. */
static int
send_behind(struct ft_primary *p, struct ft_stop *stop, int64_t until_ns,
            struct ft_error *err)
{
    struct sending s = { .p = p, .until_ns = until_ns };
    int rc = ft_stop_end(p, stop, err);

    atomic_store(&p->with_qemu_ns, 0);
    if (rc)
        return rc;
    ft_epoch_stats_behind(&p->stats, ft_stop_pause_ns(stop), p->set.bytes);
    rc = ft_page_sender_stream(p->sender, &p->set, p->out.open, on_pages, &s,
                               err);
    ft_page_set_drop(&p->set, s.done);
    return rc == ENOUGH ? 0 : rc;
}

/* What an epoch is taken for; the fault point makes one large. */
static uint64_t
bytes_of(const struct ft_primary *p)
{
    return FT_FAULT("copy-behind") < 0 ? UINT64_MAX : p->set.bytes;
}

/* What was written since the last scan, and what of that one was not sent. */
static int
scan(struct ft_primary *p, struct ft_error *err)
{
    struct ft_page_set rest = { 0 };
    int rc;

    if (p->set.n) {
        rest = p->set;
        p->set = (struct ft_page_set){ 0 };
    }
    rc = ft_guest_memory_scan(p->memory, &p->set, err);
    if (!rc && rest.n && ft_page_set_merge(&p->set, &rest))
        rc = ft_fail(err, ENOMEM, NULL, "no memory for an epoch's pages");
    ft_page_set_free(&rest);
    return rc;
}

static int
stop_once(struct ft_primary *p, struct ft_stop *stop, bool watched,
          struct ft_epoch_moments *at, struct ft_error *err)
{
    int rc;

    at->asked = ft_clock_ns();
    atomic_store(&p->with_qemu_ns, watched ? at->asked : 0);
    rc = ft_stop_begin(p, stop, err);
    at->stood = ft_clock_ns();
    if (rc)
        return rc;
    rc = scan(p, err);
    at->scanned = ft_clock_ns();
    return rc ? ft_stop_cancel(p, rc) : 0;
}

int
ft_stop_with_pages(struct ft_primary *p, struct ft_stop *stop, bool watched,
                   struct ft_epoch_moments *at, struct ft_error *err)
{
    struct ft_copy_behind behind = { 0 };
    int64_t began = ft_clock_ns(), patience;
    int rc;

    pthread_mutex_lock(&p->lock);
    patience = p->patience_ns;
    pthread_mutex_unlock(&p->lock);
    ft_page_set_clear(&p->set);
    for (;;) {
        rc = stop_once(p, stop, watched, at, err);
        at->behind = at->asked - began;
        if (rc || stop->hold ||
            !ft_copy_behind_tries(&behind, bytes_of(p), at->scanned, patience))
            return rc;
        rc = send_behind(p, stop, behind.until_ns, err);
        if (rc)
            return rc;
    }
}
