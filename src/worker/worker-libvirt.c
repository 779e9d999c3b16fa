/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-libvirt.h"

#include <libvirt/virterror.h>

#include "base/clock.h"
#include "virt/loop.h"
#include "worker/worker-report.h"

#define LIBVIRT_URI "qemu:///system"
#define LIBVIRT_RETRY_MS 200
#define LIBVIRT_PATIENCE_NS (5 * FT_NS_PER_S)

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

static void
try_libvirt(void *opaque)
{
    struct ft_worker *w = opaque;
    virConnectPtr conn = virConnectOpen(LIBVIRT_URI);

    w->libvirt_back = conn != NULL;
    if (conn)
        virConnectClose(conn);
}

/* A new process attaches again; not while output is held, which it cannot do. */
static void
libvirt_tried(void *opaque)
{
    struct ft_worker *w = opaque;
    int overdue = ft_clock_ns() - w->libvirt_lost_ns > LIBVIRT_PATIENCE_NS;

    if (w->libvirt_back && (!w->state.record.peer_may_take_over || overdue))
        ft_worker_exit(w, "role");
    ft_loop_timer_set(w->libvirt_timer, LIBVIRT_RETRY_MS);
}

static void
on_libvirt_timer(void *opaque)
{
    struct ft_worker *w = opaque;

    ft_loop_timer_set(w->libvirt_timer,
                      ft_loop_async(try_libvirt, libvirt_tried, w)
                          ? LIBVIRT_RETRY_MS
                          : -1);
}

/*
 * Without libvirt there are no more epochs. On the primary that makes the
 * replication fail, the standby give up its copy, and the guest go on alone.
 */
static void
on_libvirt_closed(virConnectPtr conn, int reason, void *opaque)
{
    struct ft_worker *w = opaque;

    (void)conn;
    if (w->libvirt_lost_ns)
        return; /* of the other connection */
    ft_worker_note(w, "warn", "libvirt-lost",
                   "the connection to libvirt ended (reason %d)", reason);
    if (w->state.record.role != FT_ROLE_PRIMARY)
        ft_worker_exit(w, "role");
    set_silent(w);
    w->libvirt_lost_ns = ft_clock_ns();
    w->libvirt_timer = ft_loop_timer(on_libvirt_timer, w);
    ft_loop_timer_set(w->libvirt_timer, LIBVIRT_RETRY_MS);
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

void
ft_worker_leave_dead_libvirt(struct ft_worker *w)
{
    if (virConnectIsAlive(w->conn) != 1 || virConnectIsAlive(w->events) != 1)
        ft_worker_exit(w, "role");
}
