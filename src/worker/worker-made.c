/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-made.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/log.h"
#include "virt/place.h"
#include "virt/retire.h"
#include "virt/vm.h"
#include "virt/volume.h"

struct undo {
    struct ft_worker *worker;
    enum ft_undo what;
    const json_t *disks;
    json_t *left;
};

int
ft_worker_make(struct ft_worker *w, const struct ft_made *made,
               struct ft_error *err)
{
    int rc;

    pthread_mutex_lock(&w->record_lock);
    rc = ft_made_add(&w->state.made, made);
    pthread_mutex_unlock(&w->record_lock);
    if (rc)
        return ft_fail(err, -rc, NULL, "no memory for the record");
    ft_worker_persist(w);
    return FT_FAULT("made-recorded") < 0
               ? ft_fail(err, EIO, NULL, "fault point made-recorded")
               : 0;
}

void
ft_worker_unmade(struct ft_worker *w, enum ft_made_kind kind, const char *target)
{
    bool was;

    pthread_mutex_lock(&w->record_lock);
    was = ft_made_take_off(w->state.made, kind, target);
    pthread_mutex_unlock(&w->record_lock);
    if (was)
        ft_worker_persist(w);
}

void
ft_worker_made_used(struct ft_worker *w)
{
    struct ft_made made;

    pthread_mutex_lock(&w->record_lock);
    for (size_t i = 0; i < json_array_size(w->state.made); i++)
        if (ft_made_at(w->state.made, i, &made) && *made.target)
            json_object_set_new(json_array_get(w->state.made, i), "used",
                                json_true());
    pthread_mutex_unlock(&w->record_lock);
}

static bool
is_of_disk(const struct ft_made *made)
{
    return made->kind == FT_MADE_VOLUME || made->kind == FT_MADE_FILE;
}

/* Where it is; NULL: not known. */
static char *
path_of(struct ft_worker *w, const struct ft_made *made)
{
    char *path = NULL;

    if (made->kind == FT_MADE_FILE)
        return strdup(made->path);
    ft_volume_path(w->conn, made->path, w->config.vm, made->target, &path, NULL);
    return path;
}

static bool
has_disk(const struct ft_vm *vm, const char *path)
{
    for (size_t i = 0; i < vm->n_disks; i++)
        if (!strcmp(vm->disks[i].source, path))
            return true;
    return false;
}

void
ft_worker_made_release(struct ft_worker *w, const struct ft_vm *vm)
{
    struct ft_made made;

    for (size_t i = json_array_size(w->state.made); i-- > 0;) {
        FT_AUTOFREE char *path = NULL;

        if (!ft_made_at(w->state.made, i, &made) || !made.used ||
            !is_of_disk(&made))
            continue;
        path = path_of(w, &made);
        if (!path || has_disk(vm, path))
            continue;
        ft_log(FT_LOG_INFO, "%s is no disk of %s any more, and stays", path,
               w->config.vm);
        ft_worker_unmade(w, made.kind, made.target);
    }
}

/* ---- the undo ---- */

/* Also where that cannot be told: what a VM may use is not deleted. */
static bool
vm_may_have(struct ft_worker *w, const struct ft_made *made)
{
    static const unsigned flags[] = { 0, VIR_DOMAIN_XML_INACTIVE };
    FT_AUTOFREE char *path = path_of(w, made);
    bool has = !path || !w->dom;

    for (size_t i = 0; !has && i < FT_ARRAY_SIZE(flags); i++) {
        FT_AUTOFREE char *xml = virDomainGetXMLDesc(w->dom, flags[i]);
        struct ft_vm vm = { 0 };

        has = !xml || ft_vm_from_xml(xml, &vm, NULL) || has_disk(&vm, path);
        ft_vm_free(&vm);
    }
    return has;
}

static bool
is_listed(const json_t *disks, const char *target)
{
    const json_t *disk;
    size_t i;

    json_array_foreach(disks, i, disk)
        if (!strcmp(ft_json_string(disk, "target", ""), target))
            return true;
    return false;
}

static bool
stays(const struct undo *u, const struct ft_made *made)
{
    bool renamed = made->kind == FT_MADE_RENAMED;

    switch (u->what) {
    case FT_UNDO_HERE:
        return !is_of_disk(made) || made->used || vm_may_have(u->worker, made);
    case FT_UNDO_DISKS:
        return !*made->target || is_listed(u->disks, made->target) ||
               (renamed && made->used);
    case FT_UNDO_OLD_COPY:
        return renamed;
    default:
        return renamed && made->used;
    }
}

static int
undefine(struct ft_worker *w, struct ft_error *err)
{
    virDomainPtr dom = virDomainLookupByUUIDString(w->conn, w->config.vm_uuid);
    int rc = 0;

    /* a driver that knows no flags has no such file either */
    if (dom && virDomainIsPersistent(dom) == 1 &&
        virDomainUndefineFlags(dom, VIR_DOMAIN_UNDEFINE_KEEP_NVRAM) < 0)
        rc = virDomainUndefineFlags(dom, 0);
    if (rc < 0)
        ft_fail(err, EIO, NULL, "the definition of the copy stays: %s",
                virGetLastErrorMessage());
    if (dom)
        virDomainFree(dom);
    return rc < 0 ? -EIO : 0;
}

static int
delete_nvram(const char *path, struct ft_error *err)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return 0;
    return ft_fail(err, errno, NULL,
                   "the UEFI variables of the copy, %s, are not deleted: %s",
                   path, strerror(errno));
}

static int
delete_volume(struct ft_worker *w, const struct ft_made *made,
              struct ft_error *err)
{
    int rc =
        ft_volume_delete(w->conn, made->path, w->config.vm, made->target, err);

    return rc ? ft_error_prefix(err, "the replica of disk %s is not deleted",
                                made->target)
              : 0;
}

static int
take_away(struct ft_worker *w, const struct ft_made *made, struct ft_error *err)
{
    switch (made->kind) {
    case FT_MADE_VOLUME:
        return delete_volume(w, made, err);
    case FT_MADE_FILE:
        return ft_place_delete(made->path, err);
    case FT_MADE_RENAMED:
        return ft_place_restore(made->path, made->now, err);
    case FT_MADE_NVRAM:
        return delete_nvram(made->path, err);
    default:
        return undefine(w, err);
    }
}

static const char *
event_of(enum ft_made_kind kind)
{
    return kind == FT_MADE_NVRAM ? "nvram-left" : "replica-left";
}

static int
undo_one(const struct ft_made *made, void *opaque)
{
    struct undo *u = opaque;
    struct ft_error err = FT_ERROR_INIT;

    if (stays(u, made))
        return 1;
    if (u->what == FT_UNDO_DISKS && made->used)
        return 0; /* taken from the VM where it ran: no more ours */
    if (take_away(u->worker, made, &err)) {
        ft_worker_note(u->worker, "warn", event_of(made->kind), "%s", err.text);
        if (u->left)
            json_array_append_new(u->left, json_string(err.text));
        return -1;
    }
    return FT_FAULT("made-gone");
}

static void
gone(const struct ft_made *made, void *opaque)
{
    const struct undo *u = opaque;

    ft_worker_unmade(u->worker, made->kind, made->target);
}

void
ft_worker_undo_made(struct ft_worker *w, enum ft_undo what, const json_t *disks,
                    json_t *left)
{
    struct undo undo = { w, what, disks, left };

    ft_made_undo(w->state.made, undo_one, gone, &undo);
}
