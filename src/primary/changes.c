/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What administrators change of a protected VM. Its persistent definition goes
 * over when it changes; what they change of the running VM does not, for the
 * waiting copy was made with what held before: that is an event, and a risk until
 * the copy is made anew. libvirt has no event for half of it, so the definitions
 * are compared, by a thread that may wait for libvirt.
 */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "primary/primary-private.h"
#include "virt/loop.h"
#include "virt/xml-changes.h"

#define LOOK_NS (5 * FT_NS_PER_S)

struct look {
    struct ft_primary *primary;
    struct ft_session *session;
    unsigned serial;         /* of what the standby has */
    char *live, *definition; /* that */
    char *now;               /* the definition that was sent, for it is new */
    char names[sizeof(((struct ft_primary *)0)->changes.names)];
    bool known;     /* names holds */
    bool transient; /* there is no definition any more */
};

static void
free_look(struct look *look)
{
    ft_session_unref(look->session);
    free(look->live);
    free(look->definition);
    free(look->now);
    free(look);
}

char *
ft_primary_definition(struct ft_primary *p)
{
    virDomainPtr dom = p->worker->dom;

    return virDomainIsPersistent(dom) == 1
               ? virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE |
                                              VIR_DOMAIN_XML_SECURE)
               : NULL;
}

void
ft_primary_told_standby(struct ft_primary *p, const char *live,
                        const char *definition)
{
    pthread_mutex_lock(&p->lock);
    free(p->changes.live);
    free(p->changes.definition);
    p->changes.live = strdup(live);
    p->changes.definition = definition ? strdup(definition) : NULL;
    p->changes.serial++;
    p->changes.names[0] = '\0';
    pthread_mutex_unlock(&p->lock);
}

/* ---- the look, on a thread of its own ---- */

static void
send_definition(struct look *look)
{
    virDomainPtr dom = look->primary->worker->dom;
    FT_AUTOFREE char *now = ft_primary_definition(look->primary);
    FT_AUTOJSON json_t *json = NULL;

    look->transient = !now && virDomainIsPersistent(dom) == 0;
    if (!now || (look->definition && !strcmp(now, look->definition)))
        return;
    json = json_pack("{s:s}", "definition", now);
    if (json && !ft_link_send_json(ft_session_link(look->session),
                                   FT_FRAME_DEFINITION, 0, json))
        look->now = FT_STEAL(now);
}

static void
look_at_vm(void *opaque)
{
    struct look *look = opaque;
    FT_AUTOFREE char *live =
        virDomainGetXMLDesc(look->primary->worker->dom, VIR_DOMAIN_XML_SECURE);

    if (!live)
        return;
    /* of one that is off libvirt gives the definition */
    look->known = virDomainIsActive(look->primary->worker->dom) == 1 &&
                  ft_xml_changes(look->live, live, false, look->names,
                                 sizeof(look->names), NULL) >= 0;
    send_definition(look);
}

/* ---- the control thread ---- */

static void
note_live(struct ft_worker *w, const char *names)
{
    if (*names)
        ft_worker_note(w, "warn", "not-carried",
                       "%s was changed (%s): after a takeover it is as it was "
                       "before, unless its copy is made anew meanwhile",
                       w->config.vm, names);
    else
        ft_worker_note(w, "info", "carried",
                       "%s is as its copy again: a takeover undoes no change",
                       w->config.vm);
}

static void
note_definition(struct ft_worker *w, bool transient)
{
    if (transient)
        ft_worker_note(w, "warn", "undefined",
                       "%s is transient now: nothing of it is left here when it "
                       "ends; a takeover defines it as it was",
                       w->config.vm);
    else
        ft_worker_note(w, "info", "definition-sent",
                       "the definition of %s was changed; %s has the new one",
                       w->config.vm, ft_worker_peer_name(w));
}

static void
looked(void *opaque)
{
    struct look *look = opaque;
    struct ft_primary *p = look->primary;
    bool same, live, definition;

    pthread_mutex_lock(&p->lock);
    same = p->changes.serial == look->serial;
    live = same && look->known && strcmp(look->names, p->changes.names) != 0;
    definition =
        same && (look->now || (look->transient && p->changes.definition));
    if (live)
        strcpy(p->changes.names, look->names);
    if (definition) {
        free(p->changes.definition);
        p->changes.definition = FT_STEAL(look->now);
    }
    pthread_mutex_unlock(&p->lock);
    p->changes.busy = false;
    if (live)
        note_live(p->worker, look->names);
    if (definition)
        note_definition(p->worker, look->transient);
    free_look(look);
}

/* NULL: there is no copy, or no memory. */
static struct look *
begin_look(struct ft_primary *p)
{
    struct look *look = calloc(1, sizeof(*look));

    if (!look)
        return NULL;
    look->primary = p;
    look->session = ft_worker_session(p->worker);
    pthread_mutex_lock(&p->lock);
    look->serial = p->changes.serial;
    if (p->busy && p->changes.live)
        look->live = strdup(p->changes.live);
    if (p->changes.definition)
        look->definition = strdup(p->changes.definition);
    pthread_mutex_unlock(&p->lock);
    if (look->session && look->live)
        return look;
    free_look(look);
    return NULL;
}

void
ft_primary_watch_changes(struct ft_primary *p, bool now)
{
    struct look *look;
    int64_t at = ft_clock_ns();

    if (!p->worker->dom || p->changes.busy ||
        (!now && at - p->changes.at_ns < LOOK_NS))
        return;
    look = begin_look(p);
    p->changes.at_ns = at;
    p->changes.busy = look && !ft_loop_async(look_at_vm, looked, look);
    if (look && !p->changes.busy)
        free_look(look);
}

json_t *
ft_primary_changed(struct ft_primary *p)
{
    json_t *names;

    pthread_mutex_lock(&p->lock);
    names = *p->changes.names ? json_string(p->changes.names) : json_null();
    pthread_mutex_unlock(&p->lock);
    return names;
}
