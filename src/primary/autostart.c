/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the VM starts with its host. While it is protected libvirt is not to
 * do that, for it knows nothing of generations: its flag is off, what it was is
 * in the record, and the standby hears of it with every epoch.
 */
#include "config.h"

#include "base/clock.h"
#include "primary/primary-private.h"
#include "virt/loop.h"

#define LOOK_NS (5 * FT_NS_PER_S)

static void
note_on(struct ft_primary *p)
{
    struct ft_worker *w = p->worker;

    if (w->state.autostart)
        return;
    w->state.autostart = 1;
    ft_worker_persist(w); /* before libvirt's own memory of it goes */
    atomic_store(&p->autostart, 1);
}

void
ft_primary_autostart_off(struct ft_primary *p)
{
    struct ft_worker *w = p->worker;
    int on = 0;

    if (virDomainGetAutostart(w->dom, &on) == 0 && on) {
        note_on(p);
        virDomainSetAutostart(w->dom, 0);
    }
}

/* ---- virsh autostart, of a VM that is protected ---- */

static void
look(void *opaque)
{
    struct ft_primary *p = opaque;

    if (virDomainGetAutostart(p->worker->dom, &p->autostart_look.found) < 0)
        p->autostart_look.found = 0;
}

static void
turn_off(void *opaque)
{
    struct ft_primary *p = opaque;

    virDomainSetAutostart(p->worker->dom, 0);
}

static void
turned_off(void *opaque)
{
    ((struct ft_primary *)opaque)->autostart_look.busy = false;
}

static void
looked(void *opaque)
{
    struct ft_primary *p = opaque;
    struct ft_worker *w = p->worker;

    p->autostart_look.busy = false;
    if (!p->autostart_look.found || w->removal.client)
        return;
    if (!w->state.autostart)
        ft_worker_note(w, "info", "autostart",
                       "%s starts with its host from now on: the engine sees to "
                       "that, and libvirt's own autostart is off again",
                       w->config.vm);
    note_on(p);
    p->autostart_look.busy = !ft_loop_async(turn_off, turned_off, p);
}

/* libvirt tells nobody: it is asked, by a thread that may wait for it. */
void
ft_primary_watch_autostart(struct ft_primary *p)
{
    int64_t now = ft_clock_ns();

    if (!p->worker->dom || p->autostart_look.busy ||
        now - p->autostart_look.at_ns < LOOK_NS)
        return;
    p->autostart_look.at_ns = now;
    p->autostart_look.busy = !ft_loop_async(look, looked, p);
}
