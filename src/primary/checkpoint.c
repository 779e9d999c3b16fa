/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "primary/primary-private.h"

#define STOP_MS 5000

/* Sends size bytes as frames of type, each but the last with MORE. */
static int
send_in_pieces(struct ft_primary *p, uint64_t epoch, enum ft_frame_type type,
               const unsigned char *data, size_t size)
{
    int rc = 0;

    while (!rc && size) {
        size_t n = FT_MIN(size, FT_FRAME_DATA_MAX);
        struct iovec iov = { (void *)(uintptr_t)data, n };

        rc = ft_outgoing_send(&p->out, epoch, type,
                              n < size ? FT_FRAME_MORE : 0, &iov, 1);
        data += n;
        size -= n;
    }
    return rc;
}

/* The standby gets the difference to what it has, where that is smaller. */
static int
send_device_state(struct ft_primary *p, uint64_t epoch, struct ft_error *err)
{
    struct ft_state state = { p->device.data, p->device.size };
    struct ft_state encoded = { NULL, 0 };
    int is_delta, rc;

    rc = ft_state_encode(&state, p->last_state.size ? &p->last_state : NULL,
                         &encoded, &is_delta);
    if (!rc)
        rc = send_in_pieces(p, epoch,
                            is_delta ? FT_FRAME_DEVICE_STATE_DELTA
                                     : FT_FRAME_DEVICE_STATE,
                            encoded.data, encoded.size);
    ft_state_free(&encoded);
    if (rc)
        return ft_fail(err, -rc, NULL, "cannot send the device state: %s",
                       strerror(-rc));
    ft_state_free(&p->last_state);
    p->last_state = state;
    memset(&p->device, 0, sizeof(p->device));
    return 0;
}

/* A VM that stands because of us must run again, whatever happened. */
static int
give_back(struct ft_primary *p, int rc)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_saver_cancel(p->saver, &err))
        ft_log_error(&err, "cannot let the VM run again");
    return rc;
}

static int64_t
pause_of(const struct ft_saver_times *t)
{
    if (t->qemu_pause_ns)
        return t->qemu_pause_ns;
    return t->running_at_ns ? t->running_at_ns - t->stopped_at_ns : 0;
}

/*
 * While the VM is stopped: the boundary of output and disks, and the pages. A
 * set too large for memory is sent from here, at the price of a longer stop.
 */
static int
take_state(struct ft_primary *p, uint64_t *epoch, int *sent,
           struct ft_error *err)
{
    int rc = FT_FAULT("checkpoint-stopped");

    *epoch = ft_outgoing_close_epoch(&p->out);
    ft_primary_mark_epoch(p, *epoch);
    if (!rc)
        rc = ft_guest_memory_scan(p->memory, &p->set, err);
    if (rc)
        return rc;
    rc = ft_page_sender_copy(p->sender, &p->set, err);
    *sent = rc == -E2BIG;
    if (*sent)
        rc = ft_page_sender_stream(p->sender, &p->set, *epoch, NULL, NULL, err);
    return rc;
}

int
ft_checkpoint(struct ft_primary *p, int hold, ft_checkpoint_look look,
              void *opaque, struct ft_error *err)
{
    struct ft_saver_times times = { 0 };
    uint64_t epoch = 0;
    int sent = 0, rc;

    if (!look) /* looking takes as long as it takes */
        atomic_store(&p->uncommitted_ns, ft_clock_ns());
    rc = ft_saver_stop(p->saver, hold, STOP_MS, err);
    if (rc)
        return rc;
    p->trigger.last_start_ns = ft_clock_ns();
    rc = take_state(p, &epoch, &sent, err);
    if (!rc && look)
        rc = look(p, opaque, err);
    if (rc)
        return give_back(p, rc);
    rc = ft_saver_finish(p->saver, STOP_MS, &p->device, &times, err);
    if (rc)
        return rc;
    p->held = hold;
    if (hold) {
        p->final_epoch = epoch; /* before its acknowledgement can come */
        p->worker->handover_stopped_ns = times.stopped_at_ns;
    }
    p->trigger.last_pause_ns = pause_of(&times);
    p->trigger.pages[1] = p->trigger.pages[0];
    p->trigger.pages[0] = p->set.bytes / FT_PAGE_SIZE;
    ft_epoch_stats_add(&p->stats, epoch, times.stopped_at_ns,
                       p->trigger.last_pause_ns, p->set.bytes);
    rc = FT_FAULT("checkpoint-ship");
    if (!rc && !sent)
        rc = ft_page_sender_send(p->sender, &p->set, epoch, err);
    if (!rc)
        rc = send_device_state(p, epoch, err);
    if (!rc)
        rc = ft_outgoing_end(&p->out, epoch);
    if (rc && !err->code)
        ft_fail(err, -rc, NULL, "cannot send epoch %llu: %s",
                (unsigned long long)epoch, strerror(-rc));
    return rc;
}

int
ft_checkpoint_scan(struct ft_primary *p, struct ft_error *err)
{
    int rc = ft_saver_stop(p->saver, 0, STOP_MS, err);

    if (rc)
        return rc;
    rc = ft_guest_memory_scan(p->memory, &p->set, err);
    if (rc)
        return give_back(p, rc);
    return ft_saver_finish(p->saver, STOP_MS, &p->device, NULL, err);
}
