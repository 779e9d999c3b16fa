/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An epoch on the standby, on the receiver thread: its frames are kept apart as
 * they come; when the last one is there and all adds up it is acknowledged, and
 * only then applied; an epoch that is not whole is forgotten. replica.c does the
 * keeping and applying; epoch.c of src/primary is the other half.
 */
#include "config.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "standby/copy-look.h"
#include "standby/memory-hash.h"
#include "standby/standby-private.h"
#include "standby/write-back.h"
#include "virt/loop.h"

void
ft_standby_show(struct ft_standby *s)
{
    struct ft_replica *r = &s->replica;

    atomic_store(&s->shown.epoch, r->committed);
    atomic_store(&s->shown.pages, r->pages_written);
    atomic_store(&s->shown.disk_bytes, r->disk_bytes);
    atomic_store(&s->shown.staged, ft_replica_staged(r));
    atomic_store(&s->shown.stopped_ns, r->clock.stopped_ns);
}

/* The state before was of a VM that stopped at replaced_ns (0: not known). */
static void
note_applied(struct ft_standby *s, int64_t began_ns, int64_t replaced_ns,
             double staged)
{
    int64_t now = ft_clock_ns();
    double ms = FT_NS_PER_MS;

    ft_figures_add_all(&s->worker->figures,
                       (struct ft_figure[]){
                           { FT_METRIC_APPLY, (double)(now - began_ns) / ms },
                           { FT_METRIC_STAGED, staged },
                           { FT_METRIC_REPLICA_LAG,
                             replaced_ns ? (double)(now - replaced_ns) / ms
                                         : -1 },
                       },
                       3);
}

/* It lacks what was acknowledged: it must never speak. */
static int
lose_copy(struct ft_standby *s, int rc)
{
    s->useless = 1;
    ft_worker_event_kind(s->worker, FT_EVENT_SYNC_FAILED);
    return rc;
}

/*
 * A whole epoch: acknowledged when it is held (SEND_ACK, by the ownership
 * machine), then applied.
 */
static int
end_epoch(struct ft_standby *s, const struct ft_frame *f, struct ft_error *err)
{
    struct ft_ownership_event held = { .kind = FT_EVENT_EPOCH_HELD,
                                       .epoch = f->epoch };
    int64_t replaced = s->replica.clock.stopped_ns, began;
    double staged;
    int rc = ft_write_back_error(s->replica.write_back, err);

    if (rc)
        return lose_copy(s, rc);
    rc = ft_replica_check_epoch(&s->replica, f, err);
    if (rc)
        return rc;
    staged = (double)ft_replica_staged(&s->replica);
    ft_worker_event(s->worker, &held);
    atomic_store(&s->held, f->epoch);
    began = ft_clock_ns();
    rc = ft_replica_apply(&s->replica, err);
    if (!rc)
        note_applied(s, began, replaced, staged);
    if (rc == -ESRCH)
        ft_judge_waiting(&(struct ft_waiting_seen){ .known = true }, err);
    return rc ? lose_copy(s, rc) : 0;
}

static int
answer_read(struct ft_standby *s, struct ft_session *session,
            const struct ft_frame *f, struct ft_error *err)
{
    FT_AUTOFREE void *data = NULL;
    struct iovec iov;
    int rc = ft_replica_read(&s->replica, f, &data, &iov.iov_len, err);

    iov.iov_base = data;
    return rc ? rc
              : ft_link_send(ft_session_link(session), FT_FRAME_DISK_DATA, 0,
                             f->epoch, &iov, 1);
}

static int
answer_hash(struct ft_standby *s, struct ft_session *session,
            const struct ft_frame *f, struct ft_error *err)
{
    unsigned char hashes[FT_DISK_HASHES_MAX];
    struct iovec iov = { hashes, 0 };
    int rc = ft_replica_hash(&s->replica, f, hashes, &iov.iov_len, err);

    return rc ? rc
              : ft_link_send(ft_session_link(session), FT_FRAME_DISK_DATA, 0,
                             f->epoch, &iov, 1);
}

static int
answer_memory_hash(struct ft_standby *s, struct ft_session *session,
                   const struct ft_frame *f, struct ft_error *err)
{
    unsigned char hashes[FT_PAGE_HASHES_MAX];
    struct iovec iov = { hashes, 0 };
    int rc = ft_memory_hash(&s->replica, f, hashes, &iov.iov_len, err);

    return rc ? rc
              : ft_link_send(ft_session_link(session), FT_FRAME_RAM_HASHES, 0,
                             f->epoch, &iov, 1);
}

/* Control thread. */
static void
keep_autostart(void *opaque)
{
    struct ft_standby *s = opaque;
    struct ft_worker *w = s->worker;
    int told = atomic_load(&s->autostart);

    if (told == w->state.autostart)
        return;
    w->state.autostart = told;
    ft_worker_persist(w);
}

/* Who takes over starts the VM with its host where the administrator wants it. */
static void
take_autostart(struct ft_standby *s, const struct ft_frame *f)
{
    bool told = f->flags & FT_FRAME_AUTOSTART;

    if (atomic_exchange(&s->autostart, told) != told)
        ft_loop_post(keep_autostart, s);
}

static int
take_definition(struct ft_standby *s, const struct ft_frame *f,
                struct ft_error *err)
{
    FT_AUTOJSON json_t *json = NULL;

    if (ft_json_parse((const char *)f->payload, f->length, &json, err))
        return -EPROTO;
    ft_standby_take_definition(s, json);
    return 0;
}

int
ft_standby_take_frame(struct ft_standby *s, struct ft_session *session,
                      const struct ft_frame *f, struct ft_error *err)
{
    if (f->type == FT_FRAME_SETUP)
        return ft_standby_take_setup(s, session, f, err);
    if (f->type == FT_FRAME_DEFINITION)
        return take_definition(s, f, err);
    if (!s->replica.pages)
        return ft_fail(err, EPROTO, NULL, "frame %s before a setup",
                       ft_frame_name(f->type));
    if (f->type == FT_FRAME_EPOCH_END)
        return end_epoch(s, f, err);
    if (f->type == FT_FRAME_DISK_READ)
        return answer_read(s, session, f, err);
    if (f->type == FT_FRAME_DISK_HASH)
        return answer_hash(s, session, f, err);
    if (f->type == FT_FRAME_RAM_HASH)
        return answer_memory_hash(s, session, f, err);
    if (f->type == FT_FRAME_VERIFY && ft_verify_ends(f))
        ft_standby_look_now(s, &s->verify);
    if (f->type == FT_FRAME_VERIFY)
        return ft_verify_standby(&s->verify, &s->replica,
                                 ft_session_link(session), f, err);
    if (f->type == FT_FRAME_EPOCH_BEGIN)
        take_autostart(s, f);
    s->replica.transit_ns = ft_link_transit(ft_session_link(session));
    return ft_replica_frame(&s->replica, f, err);
}
