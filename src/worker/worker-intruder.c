/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-intruder.h"

#include <stdlib.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "virt/loop.h"
#include "virt/standby-xml.h"
#include "virt/standby.h"

struct watch {
    struct ft_worker *worker;
    bool looking, again;
};

void
ft_worker_note_intruder(struct ft_worker *w, const struct ft_error *failed)
{
    if (failed)
        ft_worker_note(w, "crit", "intruder",
                       "%s was started on this host, which may not run it, and "
                       "could not be ended: %s",
                       w->config.vm, failed->text);
    else
        ft_worker_note(w, "crit", "intruder",
                       "%s was started on this host, which may not run it, and "
                       "was ended: %s may run it. Is libvirt's hook in place, "
                       "/etc/libvirt/hooks/qemu.d/ftadmin?",
                       w->config.vm, ft_worker_peer_name(w));
}

/* -1: none runs. */
static int
intruder_id(struct ft_worker *w, virDomainPtr *dom)
{
    FT_AUTOFREE char *xml = NULL;

    *dom = virDomainLookupByUUIDString(w->conn, w->config.vm_uuid);
    if (!*dom || virDomainIsActive(*dom) != 1)
        return -1;
    xml = virDomainGetXMLDesc(*dom, 0);
    if (!xml || ft_standby_xml_waits(xml))
        return -1;
    return (int)virDomainGetID(*dom);
}

bool
ft_worker_end_intruder(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;
    virDomainPtr dom = NULL;
    bool found = intruder_id(w, &dom) >= 0;

    if (found)
        ft_worker_note_intruder(w, ft_standby_destroy(dom, &err) ? &err : NULL);
    if (dom)
        virDomainFree(dom);
    return found;
}

static void
look(void *opaque)
{
    ft_worker_end_intruder(((struct watch *)opaque)->worker);
}

static void
looked(void *opaque)
{
    struct watch *watch = opaque;

    watch->looking = watch->again && !ft_loop_async(look, looked, watch);
    watch->again = false;
}

static int
on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail,
             void *opaque)
{
    struct watch *watch = opaque;
    char uuid[VIR_UUID_STRING_BUFLEN] = "";

    (void)conn;
    (void)detail;
    if (event != VIR_DOMAIN_EVENT_STARTED && event != VIR_DOMAIN_EVENT_RESUMED)
        return 0;
    virDomainGetUUIDString(dom, uuid);
    if (strcasecmp(uuid, watch->worker->config.vm_uuid) != 0)
        return 0;
    watch->again = watch->looking;
    if (!watch->looking)
        watch->looking = !ft_loop_async(look, looked, watch);
    return 0;
}

/* Of all domains: there may be none of this UUID yet. */
void
ft_worker_watch_intruders(struct ft_worker *w)
{
    static struct watch watch; /* a process has one worker */

    watch.worker = w;
    virConnectDomainEventRegisterAny(w->events, NULL,
                                     VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle),
                                     &watch, NULL);
}
