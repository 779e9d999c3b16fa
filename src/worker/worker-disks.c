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
#include "virt/place.h"
#include "virt/retire.h"
#include "virt/standby-xml.h"
#include "worker/worker-made.h"

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
    FT_AUTOFREE char *disks = json_dumps(disks_of(w), 0);
    FT_AUTOFREE char *made = w->state.made ? json_dumps(w->state.made, 0) : NULL;

    return disks && strlen(disks) + (made ? strlen(made) : 0) < DISKS_TEXT_MAX;
}

int
ft_worker_make_definition(struct ft_worker *w, struct ft_error *err)
{
    return ft_worker_make(
        w, &(struct ft_made){ FT_MADE_DEFINITION, "", "", "", false }, err);
}

bool
ft_worker_add_image(struct ft_worker *w, const char *path)
{
    bool added;

    pthread_mutex_lock(&w->record_lock);
    added = ft_pair_state_add_image(&w->state, path);
    pthread_mutex_unlock(&w->record_lock);
    return added;
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

static bool
is_own(const struct ft_worker *w)
{
    struct ft_made made;

    return ran_here(w) &&
           !ft_made_find(w->state.made, FT_MADE_DEFINITION, "", &made);
}

static int
make_file(struct ft_worker *w, const char *target, const char *path,
          struct ft_error *err)
{
    return ft_worker_make(
        w, &(struct ft_made){ FT_MADE_FILE, target, path, "", false }, err);
}

static int
rename_image(struct ft_worker *w, const char *target,
             const struct ft_place *place, struct ft_error *err)
{
    int rc =
        ft_worker_make(w,
                       &(struct ft_made){ FT_MADE_RENAMED, target, place->image,
                                          place->stale, false },
                       err);

    if (!rc)
        rc = ft_retire_rename(w->conn, place->image, place->stale, err);
    if (!rc) /* from here on what has that name is ours */
        rc = make_file(w, target, place->path, err);
    return rc;
}

static void
set_path(struct ft_worker *w, const char *target, const char *path)
{
    pthread_mutex_lock(&w->record_lock);
    json_object_set_new(disks_of(w), target, json_pack("{s:s}", "path", path));
    pthread_mutex_unlock(&w->record_lock);
}

static void
note_place(struct ft_worker *w, const char *target, const struct ft_place *place)
{
    set_path(w, target, place->path);
    ft_worker_add_image(w, place->path);
    ft_worker_add_image(w, place->stale);
    ft_worker_persist(w);
    ft_worker_note(w, "info", "image-renamed",
                   "%s, last written %s, is %s now: it is older than %s, whose "
                   "copy here is %s",
                   place->image, place->written, place->stale, w->config.vm,
                   place->path);
}

/* What a death in the middle of it left is undone first. */
static void
undo_half(struct ft_worker *w, const char *target)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_made made;

    if (!ft_made_find(w->state.made, FT_MADE_RENAMED, target, &made))
        return;
    if (ft_place_restore(made.path, made.now, &err))
        ft_log_error(&err, "the VM's own image");
    else
        ft_worker_unmade(w, FT_MADE_RENAMED, target);
}

static int
clear_place(struct ft_worker *w, const char *target, uint64_t capacity,
            struct ft_error *err)
{
    struct ft_place place;
    int rc;

    undo_half(w, target);
    rc = is_own(w) && has_record_room(w)
             ? ft_place_find(w->conn, w->config.vm_uuid, target, capacity,
                             was_its, w, &place, err)
             : -ENOENT;
    if (!rc) {
        rc = rename_image(w, target, &place, err);
        if (rc)
            undo_half(w, target);
        else
            note_place(w, target, &place);
        ft_place_free(&place);
    }
    if (rc && rc != -ENOENT)
        ft_log_error(err, "the place of the VM's own image");
    return rc ? -ENOENT : 0; /* a volume does as well */
}

/* The copy is written over it from now on. */
static int
use_place(struct ft_worker *w, const char *target, const struct ft_made *file,
          uint64_t capacity, char **path, struct ft_error *err)
{
    struct ft_made renamed = { .now = "" };

    ft_made_find(w->state.made, FT_MADE_RENAMED, target, &renamed);
    *path = strdup(file->path);
    if (!*path)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    if (file->used && make_file(w, target, *path, err))
        return -ENOMEM;
    return ft_place_make(w->conn, *path, renamed.now, capacity, err);
}

int
ft_worker_place_disk(struct ft_worker *w, const char *target, uint64_t capacity,
                     char **path, struct ft_error *err)
{
    struct ft_made made;
    int rc = 0;

    if (ft_made_find(w->state.made, FT_MADE_FILE, target, &made))
        return use_place(w, target, &made, capacity, path, err);
    rc = ft_made_find(w->state.made, FT_MADE_VOLUME, target, &made)
             ? -ENOENT
             : clear_place(w, target, capacity, err);
    if (rc)
        return rc;
    ft_made_find(w->state.made, FT_MADE_FILE, target, &made);
    return use_place(w, target, &made, capacity, path, err);
}

void
ft_worker_pool_disk(struct ft_worker *w, const char *target, const char *path)
{
    if (has_record_room(w))
        set_path(w, target, path);
}

void
ft_worker_disks_only(struct ft_worker *w, const json_t *disks)
{
    json_t *all, *kept = json_object();
    const json_t *disk;
    size_t i;

    pthread_mutex_lock(&w->record_lock);
    all = disks_of(w);
    json_array_foreach(disks, i, disk) {
        const char *target = ft_json_string(disk, "target", "");

        json_object_set(kept, target, json_object_get(all, target));
    }
    json_decref(all);
    w->state.disks = kept;
    pthread_mutex_unlock(&w->record_lock);
}

void
ft_worker_disks_settled(struct ft_worker *w)
{
    w->state.unsettled = 0;
    ft_worker_made_used(w);
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
    if (!rc && xml && virDomainIsPersistent(dom) == 0)
        rc = ft_worker_make_definition(w, err);
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
tell_image(struct ft_worker *w, json_t *images, const struct ft_made *renamed)
{
    const char *image = renamed->path, *stale = renamed->now;
    char written[32];
    struct stat st;

    if (lstat(stale, &st))
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
    struct ft_made made;
    json_t *images;

    if (!w->parting)
        w->parting = json_object();
    images = json_object_get(w->parting, "images");
    if (!images) {
        images = json_array();
        json_object_set_new(w->parting, "images", images);
    }
    for (size_t i = 0; i < json_array_size(w->state.made); i++)
        if (ft_made_at(w->state.made, i, &made) && made.kind == FT_MADE_RENAMED)
            tell_image(w, images, &made);
}
