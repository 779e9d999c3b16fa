/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stop of the VM by us: it stands, the guest's clocks get back what they
 * lack, it goes on; whatever fails between, it goes on as well. What is done
 * while it stands is the caller's. Replication thread only.
 */
#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "primary/primary-private.h"

#define STOP_MS 5000

int
ft_stop_begin(struct ft_primary *p, const struct ft_stop *stop,
              struct ft_error *err)
{
    int rc;

    ft_guest_clock_stopping(p->clock);
    rc = ft_saver_stop(p->saver, stop->hold, STOP_MS, err);
    if (rc)
        ft_guest_clock_ran(p->clock, NULL, 0, NULL);
    return rc;
}

int
ft_stop_cancel(struct ft_primary *p, int rc)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_saver_cancel(p->saver, &err))
        ft_log_error(&err, "cannot let the VM run again");
    ft_guest_clock_ran(p->clock, NULL, 0, NULL);
    return rc;
}

/* After each stop: where the guest's clocks are. */
static void
note_clock(struct ft_primary *p, const struct ft_device_state *state)
{
    struct ft_guest_clock_report report;
    struct ft_error why = FT_ERROR_INIT;
    const char *vm = p->worker->config.vm;

    if (ft_guest_clock_ran(p->clock, state ? state->data : NULL,
                           state ? state->size : 0, &why))
        ft_worker_note(p->worker, why.code ? "warn" : "info", "guest-clock",
                       "%s: %s", vm, why.text);
    ft_guest_clock_report(p->clock, &report);
    atomic_store(&p->clock_lag_ns, report.lag_ns);
    atomic_store(&p->clock_state, (int)report.state);
}

/*
 * The VM goes on and QEMU's answer is on its way: pages need nothing of either.
 * Not while the guest's clocks are searched for, by what the answer's moment
 * tells.
 */
static int
send_meanwhile(struct ft_primary *p, struct ft_stop *stop, struct ft_error *err)
{
    if (!stop->send || !p->last_state.size ||
        atomic_load(&p->clock_state) != FT_GUEST_CLOCK_KEPT ||
        !ft_saver_let_go(p->saver, p->last_state.size))
        return 0;
    stop->sent = true;
    return ft_page_sender_send(p->sender, &p->set, stop->send, err);
}

/*
 * Where others can let the VM go on meanwhile its state may be of a later moment
 * than its pages; nobody shall ever run of the two. That all pages were armed and
 * none was written, and that it stands, proves that they are of one.
 */
static int
check_untorn(struct ft_primary *p, struct ft_error *err)
{
    struct ft_page_set again = { 0 };
    int rc;

    if (!ft_saver_is_open(p->saver))
        return 0;
    rc = ft_saver_check_stands(p->saver, err);
    if (!rc)
        rc = ft_guest_memory_peek(p->memory, &again, err);
    if (!rc && again.bytes)
        rc = ft_fail(err, ESTALE, NULL,
                     "somebody let the VM run while its state was taken");
    ft_page_set_free(&again);
    return rc;
}

int
ft_stop_end(struct ft_primary *p, struct ft_stop *stop, struct ft_error *err)
{
    bool stands = true, hold = stop->hold;
    int rc = 0, sent = 0;

    if (!hold)
        rc = ft_saver_save(p->saver, ft_guest_clock_needs(p->clock), STOP_MS,
                           &p->device, &stands, err);
    if (!hold && !rc && (rc = check_untorn(p, err)))
        return ft_stop_cancel(p, rc);
    if (!hold && !rc && stands) {
        ft_guest_clock_give(p->clock);
        sent = send_meanwhile(p, stop, err);
    }
    if (!rc)
        rc = ft_saver_finish(p->saver, STOP_MS, &p->device, &stop->times,
                             sent ? NULL : err);
    if (hold && !rc && (rc = check_untorn(p, err)))
        ft_saver_release(p->saver, NULL);
    if (rc || !hold)
        note_clock(p, rc ? NULL : &p->device);
    return rc ? rc : sent;
}

int64_t
ft_stop_pause_ns(const struct ft_stop *stop)
{
    const struct ft_saver_times *t = &stop->times;

    if (t->qemu_pause_ns)
        return t->qemu_pause_ns;
    return t->running_at_ns ? t->running_at_ns - t->stopped_at_ns : 0;
}

int
ft_stop_release(struct ft_primary *p, struct ft_error *err)
{
    int rc;

    ft_guest_clock_give(p->clock);
    rc = ft_saver_release(p->saver, err);
    p->held = 0;
    note_clock(p, NULL);
    return rc;
}

int
ft_stop_to_scan(struct ft_primary *p, struct ft_error *err)
{
    struct ft_stop stop = { 0 };
    int rc = ft_stop_begin(p, &stop, err);

    if (rc)
        return rc;
    rc = ft_guest_memory_scan(p->memory, &p->set, err);
    return rc ? ft_stop_cancel(p, rc) : ft_stop_end(p, &stop, err);
}
