/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-libvirt.h"

#include <libvirt/virterror.h>

#include "base/clock.h"
#include "base/log.h"
#include "virt/loop.h"
#include "virt/rehearsal.h"
#include "virt/vm.h"
#include "worker/worker-intruder.h"
#include "worker/worker-report.h"

#define LIBVIRT_URI "qemu:///system"
#define LIBVIRT_RETRY_MS 200
#define LIBVIRT_PATIENCE_NS (5 * FT_NS_PER_S)
#define AWAIT_NS (50 * FT_NS_PER_MS)

/* A connection that has died is kept, for who may use it still: a few KiB. */
#define RENEWED_MAX 100

int
ft_worker_fail_silent_libvirt(const struct ft_worker *w, struct ft_error *err)
{
    return ft_fail(err, EHOSTUNREACH,
                   "Start it there: systemctl restart libvirtd (or virtqemud).",
                   "libvirt on %s does not answer",
                   w->config.hosts[w->config.self].name);
}

static void
set_silent(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;

    ft_worker_fail_silent_libvirt(w, &err);
    ft_worker_set_problem(w, &err);
}

/* Both or none. */
static bool
open_both(virConnectPtr both[2])
{
    both[0] = virConnectOpen(LIBVIRT_URI);
    both[1] = both[0] ? virConnectOpen(LIBVIRT_URI) : NULL;
    if (both[0] && !both[1]) {
        virConnectClose(both[0]);
        both[0] = NULL;
    }
    return both[0] != NULL;
}

static void
close_both(virConnectPtr both[2])
{
    for (int i = 0; i < 2; i++)
        if (both[i])
            virConnectClose(both[i]);
    both[0] = both[1] = NULL;
}

static void
try_libvirt(void *opaque)
{
    open_both(((struct ft_worker *)opaque)->libvirt_new);
}

/* What the waiting QEMU has does not depend on libvirtd, nor on who asks it. */
static bool
keeps_copy(struct ft_worker *w)
{
    bool keeps;

    pthread_mutex_lock(&w->own_lock);
    keeps = w->begun && w->libvirt_renewed < RENEWED_MAX &&
            ft_ownership_valid(&w->own);
    pthread_mutex_unlock(&w->own_lock);
    return keeps;
}

static void on_libvirt_closed(virConnectPtr conn, int reason, void *opaque);

/* Takes both. False: the waiting VM is not there any more. */
static bool
renew(struct ft_worker *w, virConnectPtr both[2])
{
    virDomainPtr dom = NULL;

    if (ft_vm_find(both[0], w->config.vm_uuid, &dom, NULL) || !dom) {
        close_both(both);
        return false;
    }
    w->conn = both[0];
    w->events = both[1];
    w->dom = dom;
    both[0] = both[1] = NULL;
    virConnectRegisterCloseCallback(w->conn, on_libvirt_closed, w, NULL);
    virConnectRegisterCloseCallback(w->events, on_libvirt_closed, w, NULL);
    ft_worker_watch_intruders(w);
    w->libvirt_lost_ns = 0;
    w->libvirt_renewed++;
    ft_loop_timer_free(w->libvirt_timer);
    ft_worker_set_problem(w, NULL);
    ft_worker_note(w, "info", "libvirt-back",
                   "libvirt answers again; the copy of %s was kept",
                   w->config.vm);
    return true;
}

/*
 * A copy that waits is kept. Otherwise a new process attaches again; not while
 * output is held, which it cannot do.
 */
static void
libvirt_tried(void *opaque)
{
    struct ft_worker *w = opaque;
    int overdue = ft_clock_ns() - w->libvirt_lost_ns > LIBVIRT_PATIENCE_NS;
    bool back = w->libvirt_new[0] != NULL;

    w->libvirt_trying = false;
    if (back && w->libvirt_lost_ns && keeps_copy(w) && renew(w, w->libvirt_new))
        return;
    close_both(w->libvirt_new);
    if (!w->libvirt_lost_ns) /* a takeover could not wait for this try */
        return;
    if (back && (w->state.record.role == FT_ROLE_STANDBY ||
                 !w->state.record.peer_may_take_over || overdue))
        ft_worker_exit(w, "role");
}

static void
on_libvirt_timer(void *opaque)
{
    struct ft_worker *w = opaque;

    if (!w->libvirt_trying)
        w->libvirt_trying = !ft_loop_async(try_libvirt, libvirt_tried, w);
    ft_loop_timer_set(w->libvirt_timer, LIBVIRT_RETRY_MS);
}

static void
lose_libvirt(struct ft_worker *w)
{
    set_silent(w);
    w->libvirt_lost_ns = ft_clock_ns();
    w->libvirt_timer = ft_loop_timer(on_libvirt_timer, w);
    ft_loop_timer_set(w->libvirt_timer, LIBVIRT_RETRY_MS);
}

/*
 * Without the primary's libvirt there are no more epochs: replication fails, and
 * the guest goes on alone. A standby needs it for no epoch, only to begin a copy
 * and to run it.
 */
static void
on_libvirt_closed(virConnectPtr conn, int reason, void *opaque)
{
    struct ft_worker *w = opaque;

    if (w->libvirt_lost_ns || (conn != w->conn && conn != w->events))
        return; /* of the other connection */
    ft_worker_note(w, "warn", "libvirt-lost",
                   "the connection to libvirt ended (reason %d)", reason);
    if (w->state.record.role != FT_ROLE_PRIMARY && !keeps_copy(w))
        ft_worker_exit(w, "role");
    lose_libvirt(w);
}

int
ft_worker_await_libvirt(struct ft_worker *w, int64_t patience_ns,
                        struct ft_error *err)
{
    int64_t begun = ft_clock_ns();
    virConnectPtr both[2];
    unsigned long version;

    if (!w->libvirt_lost_ns && virConnectGetLibVersion(w->conn, &version) == 0)
        return 0;
    if (!w->libvirt_lost_ns)
        lose_libvirt(w);
    ft_worker_fail_silent_libvirt(w, err);
    ft_worker_note(w, "crit", "libvirt-awaited", "%s is to go on here: %s; %s",
                   w->config.vm, err->text, err->hint);
    while (ft_clock_ns() - begun < patience_ns) {
        if (open_both(both))
            return renew(w, both)
                       ? 0
                       : ft_fail(err, ESRCH, NULL, "the waiting VM has ended");
        ft_worker_say_busy(w, err);
        ft_clock_sleep(AWAIT_NS);
    }
    return -err->code;
}

static void
ignore_libvirt_error(void *opaque, virErrorPtr error)
{
    (void)opaque; /* every failing call reports it in its own words */
    (void)error;
}

static virConnectPtr
connect_to_libvirt(struct ft_worker *w)
{
    virConnectPtr conn;
    int tries = 0;

    while (!(conn = virConnectOpen(LIBVIRT_URI))) {
        if (tries++ == 0) {
            ft_worker_note(w, "crit", "libvirt-unreachable",
                           "libvirt does not answer on this host: %s",
                           virGetLastErrorMessage());
            set_silent(w);
        }
        ft_loop_turn(LIBVIRT_RETRY_MS); /* who asks for something is answered */
        ft_worker_send_status(w);
    }
    return conn;
}

/*
 * Two connections: libvirtd 9.0 takes the callbacks of a client that dies twice
 * away, and dies of it now and then, when a call of that client is still at work
 * (virNetServerClientCloseLocked lets its lock go for the callback that does so).
 */
void
ft_worker_open_libvirt(struct ft_worker *w)
{
    virSetErrorFunc(NULL, ignore_libvirt_error);
    w->conn = connect_to_libvirt(w);
    w->events = connect_to_libvirt(w);
    virConnectRegisterCloseCallback(w->conn, on_libvirt_closed, w, NULL);
    virConnectRegisterCloseCallback(w->events, on_libvirt_closed, w, NULL);
    w->dom = virDomainLookupByUUIDString(w->conn, w->config.vm_uuid);
}

int
ft_worker_find_dom(struct ft_worker *w, struct ft_error *err)
{
    virDomainPtr dom = NULL;
    int rc = w->dom ? 0 : ft_vm_find(w->conn, w->config.vm_uuid, &dom, err);

    if (dom)
        w->dom = dom;
    return rc;
}

void
ft_worker_sweep_rehearsal(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_rehearsal_sweep(w->conn, w->config.pair, w->run_folder, &err))
        ft_log_error(&err, "what is left of a rehearsal");
}

void
ft_worker_leave_dead_libvirt(struct ft_worker *w)
{
    if (virConnectIsAlive(w->conn) != 1 || virConnectIsAlive(w->events) != 1)
        ft_worker_exit(w, "role");
}
