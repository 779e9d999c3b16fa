/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The persistent definition of a VM that has been taken over, for it outlives us
 * here. A host that has one of its own keeps it, with the disks where they are
 * now; any other host gets the primary's, or, where that cannot be had here, what
 * the running VM is.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "allow/allow.h"
#include "base/cleanup.h"
#include "base/fault.h"
#include "base/json.h"
#include "standby/admit.h"
#include "standby/media.h"
#include "standby/standby-private.h"
#include "virt/standby-xml.h"
#include "virt/xml-changes.h"
#include "worker/worker-disks.h"
#include "worker/worker-made.h"

#define OWN (VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE)

void
ft_standby_take_definition(struct ft_standby *s, const json_t *json)
{
    struct ft_worker *w = s->worker;
    const struct ft_allow_terms terms = { .name = w->config.vm,
                                          .uuid = w->config.vm_uuid };
    const char *xml = ft_json_string(json, "definition", NULL);
    struct ft_error err = FT_ERROR_INIT;
    char *kept = NULL;

    if (xml && ft_allow_xml(xml, &terms, &err))
        ft_worker_note(w, "warn", "definition-refused",
                       "the persistent definition of %s is not taken, and after "
                       "a takeover it is defined as it runs: %s",
                       w->config.vm, err.text);
    else if (xml)
        kept = strdup(xml);
    pthread_mutex_lock(&s->definition_lock);
    free(s->definition);
    s->definition = kept;
    pthread_mutex_unlock(&s->definition_lock);
}

/* With the disks here, and checked as what this libvirt is to have; or NULL. */
static char *
make_ours(struct ft_standby *s, const char *xml, struct ft_error *err)
{
    struct ft_replica_path paths[FT_DISKS_MAX];
    size_t n = ft_replica_paths(&s->replica, paths);
    FT_AUTOFREE char *plain = NULL, *placed = NULL;
    bool changed;
    int rc = ft_persistent_xml(xml, &plain, err);

    if (!rc)
        rc = ft_definition_xml(plain, paths, n, &changed, &placed, err);
    if (!rc)
        rc = ft_standby_admit_ours(&s->worker->config, &s->replica, placed, err);
    if (!rc)
        rc = ft_standby_check_media(placed, err);
    return rc ? NULL : FT_STEAL(placed);
}

/* The primary's, or else what runs here. */
static char *
carried(struct ft_standby *s, struct ft_error *err)
{
    FT_AUTOFREE char *told = NULL;
    FT_AUTOFREE char *live = NULL;
    char *ours = NULL;

    pthread_mutex_lock(&s->definition_lock);
    told = FT_STEAL(s->definition);
    pthread_mutex_unlock(&s->definition_lock);
    if (told)
        ours = make_ours(s, told, err);
    if (ours)
        return ours;
    live = virDomainGetXMLDesc(s->worker->dom, VIR_DOMAIN_XML_SECURE);
    if (!live)
        ft_fail(err, EIO, NULL, "%s", virGetLastErrorMessage());
    return live ? make_ours(s, live, err) : NULL;
}

/* This host's own: only where its disks are is changed, if they are elsewhere. */
static char *
own(struct ft_standby *s, bool *changed, struct ft_error *err)
{
    struct ft_replica_path paths[FT_DISKS_MAX];
    size_t n = ft_replica_paths(&s->replica, paths);
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(s->worker->dom, OWN);
    char *placed = NULL;

    *changed = false;
    if (!xml)
        ft_fail(err, EIO, NULL, "%s", virGetLastErrorMessage());
    return xml && !ft_definition_xml(xml, paths, n, changed, &placed, err)
               ? placed
               : NULL;
}

static void
note_kept(struct ft_standby *s, const char *xml)
{
    struct ft_worker *w = s->worker;
    FT_AUTOFREE char *theirs = carried(s, NULL);
    char names[256];

    if (theirs &&
        ft_xml_changes(xml, theirs, true, names, sizeof(names), NULL) > 0)
        ft_worker_note(w, "info", "own-definition",
                       "%s keeps its own definition here, which is another one "
                       "than on %s: %s",
                       w->config.vm, ft_worker_peer_name(w), names);
}

static void
note_not_defined(struct ft_worker *w, const char *why)
{
    ft_worker_note(w, "warn", "not-defined",
                   "%s runs, but its definition could not be kept: %s",
                   w->config.vm, why);
}

static bool
define(struct ft_worker *w, const char *xml)
{
    virDomainPtr defined = virDomainDefineXML(w->conn, xml);

    if (!defined)
        note_not_defined(w, virGetLastErrorMessage());
    else
        virDomainFree(defined);
    return defined != NULL;
}

void
ft_standby_define(struct ft_standby *s)
{
    struct ft_worker *w = s->worker;
    struct ft_error err = FT_ERROR_INIT;
    bool had = virDomainIsPersistent(w->dom) == 1, changed = true;
    struct ft_made made;
    bool keep =
        had && !ft_made_find(w->state.made, FT_MADE_DEFINITION, "", &made);
    FT_AUTOFREE char *xml = NULL;

    if (FT_FAULT("takeover-define") < 0)
        return;
    xml = keep ? own(s, &changed, &err) : carried(s, &err);
    if (!xml) {
        note_not_defined(w, err.text);
        return;
    }
    if (!had && ft_worker_make_definition(w, &err)) {
        note_not_defined(w, err.text);
        return;
    }
    if (changed && !define(w, xml))
        return;
    if (FT_FAULT("takeover-defined") < 0)
        return;
    ft_worker_disks_settled(w);
    if (keep)
        note_kept(s, xml);
}
