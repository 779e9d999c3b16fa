/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-disks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "virt/standby-xml.h"

#define DISKS_TEXT_MAX 16384

static json_t *
disks_of(struct ft_worker *w)
{
    if (!json_is_object(w->state.disks)) {
        json_decref(w->state.disks);
        w->state.disks = json_object();
    }
    return w->state.disks;
}

/* The record has its room beforehand (base/slots.h), and other things in it. */
static bool
has_record_room(struct ft_worker *w)
{
    FT_AUTOFREE char *text = json_dumps(disks_of(w), 0);

    return text && strlen(text) < DISKS_TEXT_MAX;
}

void
ft_worker_disks_begin(struct ft_worker *w)
{
    w->state.unsettled = 1;
}

/* Whether the VM ran on this host: what it has is older than the VM then. */
static bool
ran_here(const struct ft_worker *w)
{
    return !w->config.self || w->state.last_takeover != NULL;
}

static bool
was_its(const void *opaque, const char *image)
{
    const struct ft_worker *w = opaque;

    return ft_pair_state_has_image(&w->state, image);
}

/* Durable before anything is made there: only what is known is deleted. */
static int
remember_place(struct ft_worker *w, const char *target,
               const struct ft_place *place, struct ft_error *err)
{
    json_t *disk = json_pack("{s:s,s:s,s:s,s:b}", "path", place->path, "image",
                             place->image, "stale", place->stale, "ran", 0);

    if (!disk || json_object_set_new(disks_of(w), target, disk))
        return ft_fail(err, ENOMEM, NULL, "no memory");
    ft_pair_state_add_image(&w->state, place->path);
    ft_pair_state_add_image(&w->state, place->stale);
    ft_worker_persist(w);
    ft_worker_note(w, "info", "image-renamed",
                   "%s, last written %s, is %s now: it is older than %s, whose "
                   "copy here is %s",
                   place->image, place->written, place->stale, w->config.vm,
                   place->path);
    return 0;
}

static int
clear_place(struct ft_worker *w, const char *target, uint64_t capacity,
            struct ft_error *err)
{
    struct ft_place place;
    int rc = ran_here(w) && !w->state.defined && has_record_room(w)
                 ? ft_place_clear(w->conn, w->config.vm_uuid, target, capacity,
                                  was_its, w, &place, err)
                 : -ENOENT;

    if (rc && rc != -ENOENT) {
        ft_log_error(err, "the place of the VM's own image");
        rc = -ENOENT; /* a volume does as well */
    }
    if (rc)
        return rc;
    rc = remember_place(w, target, &place, err);
    if (rc)
        ft_place_restore(place.image, place.stale, NULL);
    ft_place_free(&place);
    return rc;
}

int
ft_worker_place_disk(struct ft_worker *w, const char *target, uint64_t capacity,
                     bool pooled, char **path, struct ft_error *err)
{
    const json_t *disk = json_object_get(disks_of(w), target);
    const char *stale = ft_json_string(disk, "stale", NULL);
    int rc = 0;

    if (!stale)
        rc = pooled ? -ENOENT : clear_place(w, target, capacity, err);
    if (rc)
        return rc;
    disk = json_object_get(w->state.disks, target);
    stale = ft_json_string(disk, "stale", "");
    *path = strdup(ft_json_string(disk, "path", ""));
    if (!*path)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    return ft_place_make(w->conn, *path, stale, capacity, err);
}

void
ft_worker_pool_disk(struct ft_worker *w, const char *target, const char *path)
{
    if (has_record_room(w))
        json_object_set_new(disks_of(w), target,
                            json_pack("{s:s}", "path", path));
}

void
ft_worker_disks_settled(struct ft_worker *w)
{
    const char *target;
    json_t *disk;

    w->state.unsettled = 0;
    json_object_foreach(disks_of(w), target, disk)
        if (json_object_get(disk, "stale"))
            json_object_set_new(disk, "ran", json_true());
}

/* *n disks, borrowed. */
static void
paths_of(const struct ft_worker *w, struct ft_replica_path paths[FT_DISKS_MAX],
         size_t *n)
{
    const char *target;
    json_t *disk;

    *n = 0;
    json_object_foreach(w->state.disks, target, disk)
        if (*n < FT_DISKS_MAX && ft_json_string(disk, "path", NULL))
            paths[(*n)++] =
                (struct ft_replica_path){ target,
                                          ft_json_string(disk, "path", NULL) };
}

/* What libvirt is to have of it: *out, or NULL where it has that. */
static int
settled_xml(struct ft_worker *w, virDomainPtr dom, char **out,
            struct ft_error *err)
{
    struct ft_replica_path paths[FT_DISKS_MAX];
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE |
                                                         VIR_DOMAIN_XML_SECURE);
    bool changed;
    size_t n;
    int rc;

    *out = NULL;
    if (!xml)
        return ft_fail(err, EIO, NULL, "%s", virGetLastErrorMessage());
    if (virDomainIsPersistent(dom) == 0)
        return ft_persistent_xml(xml, out, err); /* of the VM that runs */
    paths_of(w, paths, &n);
    rc = ft_definition_xml(xml, paths, n, &changed, out, err);
    if (!rc && !changed)
        free(FT_STEAL(*out));
    return rc;
}

int
ft_worker_settle_disks(struct ft_worker *w, virDomainPtr dom,
                       struct ft_error *err)
{
    FT_AUTOFREE char *xml = NULL;
    virDomainPtr defined;
    int rc;

    if (!w->state.unsettled)
        return 0;
    rc = settled_xml(w, dom, &xml, err);
    if (rc || !xml)
        return rc;
    defined = virDomainDefineXML(w->conn, xml);
    if (!defined)
        return ft_fail(err, EIO, NULL, "its definition: %s",
                       virGetLastErrorMessage());
    virDomainFree(defined);
    return 0;
}

static void
leave_place(const json_t *disk, bool restore, json_t *left)
{
    const char *path = ft_json_string(disk, "path", "");
    const char *image = ft_json_string(disk, "image", "");
    const char *stale = ft_json_string(disk, "stale", NULL);
    struct ft_error err = FT_ERROR_INIT;
    int rc;

    if (!stale || !*path)
        return;
    rc = ft_place_delete(path, &err);
    if (!rc && restore && !ft_json_bool(disk, "ran", 1))
        rc = ft_place_restore(image, stale, &err);
    if (rc)
        json_array_append_new(left, json_string(err.text));
}

void
ft_worker_leave_places(struct ft_worker *w, bool restore, json_t *left)
{
    const char *target;
    json_t *disk;

    json_object_foreach(w->state.disks, target, disk)
        leave_place(disk, restore, left);
}

static void
tell_image(struct ft_worker *w, json_t *images, const json_t *disk)
{
    const char *image = ft_json_string(disk, "image", "");
    const char *stale = ft_json_string(disk, "stale", NULL);
    char written[32];
    struct stat st;

    if (!stale || lstat(stale, &st))
        return;
    ft_clock_format(st.st_mtim.tv_sec * FT_NS_PER_S + st.st_mtim.tv_nsec,
                    written);
    json_array_append_new(images, json_pack("{s:s,s:s,s:s}", "path", image,
                                            "now", stale, "written", written));
    ft_worker_note(w, "info", "image-stale",
                   "%s, once %s and last written %s, is not of %s any more",
                   stale, image, written, w->config.vm);
}

void
ft_worker_tell_stale(struct ft_worker *w)
{
    json_t *images, *disk;
    const char *target;

    if (!w->parting)
        w->parting = json_object();
    images = json_object_get(w->parting, "images");
    if (!images) {
        images = json_array();
        json_object_set_new(w->parting, "images", images);
    }
    json_object_foreach(w->state.disks, target, disk)
        tell_image(w, images, disk);
}
