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
#include "standby/standby-private.h"

/*
 * A whole epoch: acknowledged when it is held (SEND_ACK, by the ownership
 * machine), then applied.
 */
static int
end_epoch(struct ft_standby *s, const struct ft_frame *f, struct ft_error *err)
{
    struct ft_ownership_event held = { .kind = FT_EVENT_EPOCH_HELD,
                                       .epoch = f->epoch };
    int rc = ft_replica_check_epoch(&s->replica, f, err);

    if (rc)
        return rc;
    ft_worker_event(s->worker, &held);
    rc = ft_replica_apply(&s->replica, err);
    if (rc) {
        /* acknowledged and not applied: this copy must never speak */
        s->useless = 1;
        ft_worker_note(s->worker, "crit", "replica-failed", "%s; %s", err->text,
                       err->hint);
        ft_worker_event_kind(s->worker, FT_EVENT_SYNC_FAILED);
    }
    return rc;
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

int
ft_standby_take_frame(struct ft_standby *s, struct ft_session *session,
                      const struct ft_frame *f, struct ft_error *err)
{
    if (f->type == FT_FRAME_SETUP)
        return ft_standby_take_setup(s, session, f, err);
    if (!s->replica.pages)
        return ft_fail(err, EPROTO, NULL, "frame %s before a setup",
                       ft_frame_name(f->type));
    if (f->type == FT_FRAME_EPOCH_END)
        return end_epoch(s, f, err);
    if (f->type == FT_FRAME_DISK_READ)
        return answer_read(s, session, f, err);
    if (f->type == FT_FRAME_VERIFY)
        return ft_verify_standby(&s->verify, &s->replica,
                                 ft_session_link(session), f, err);
    s->replica.transit_ns = ft_link_transit(ft_session_link(session));
    return ft_replica_frame(&s->replica, f, err);
}
