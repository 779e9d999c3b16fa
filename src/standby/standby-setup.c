/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the waiting copy: replica volumes, the domain, its memory found. */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/log.h"
#include "disk/disk-reader.h"
#include "plan/qemu-fit.h"
#include "qemu/block-match.h"
#include "standby/admit.h"
#include "standby/media.h"
#include "standby/nvram.h"
#include "standby/standby-private.h"
#include "virt/host-qemu.h"
#include "virt/place.h"
#include "virt/qmp.h"
#include "virt/standby-xml.h"
#include "virt/standby.h"
#include "virt/volume.h"
#include "worker/worker-disks.h"
#include "worker/worker-libvirt.h"
#include "worker/worker-made.h"

/* The copy's taps, shut until the primary falls silent (tap.h). */
static void
take_nics(struct ft_standby *s, const struct ft_vm *d)
{
    size_t i;

    pthread_mutex_lock(&s->doors_lock);
    s->n_nics = 0;
    for (i = 0; i < d->n_nics; i++) {
        if (!d->nics[i].tap[0])
            continue;
        strcpy(s->nics[s->n_nics].tap, d->nics[i].tap);
        strcpy(s->nics[s->n_nics++].mac, d->nics[i].mac);
    }
    pthread_mutex_unlock(&s->doors_lock);
    ft_standby_set_doors(s, 0);
}

int
ft_standby_stop_domain(struct ft_worker *w, struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    virDomainPtr dom = NULL;
    int rc;

    if (w->side_data) {
        ft_standby_end_uses(w->side_data, "the copy is no more");
        ft_standby_forget_waiting(w->side_data);
    }
    ft_worker_sweep_rehearsal(w);
    rc = ft_vm_find(w->conn, w->config.vm_uuid, &dom, &local);
    if (dom)
        rc = ft_standby_destroy(dom, &local);
    if (rc)
        ft_log_error(&local, "ending the waiting copy");
    if (rc && err)
        *err = local;
    if (dom)
        virDomainFree(dom);
    if (w->dom)
        virDomainFree(w->dom);
    w->dom = NULL;
    return rc;
}

/*
 * A volume of that name and another length is in the way, unless it is a replica
 * that somebody cut, or of a disk that was another one then: all of it would be
 * written over in any case.
 */
static int
make_volume(struct ft_worker *w, struct ft_replica_disk *d, int64_t capacity,
            struct ft_error *err)
{
    const char *pool = w->config.pools[w->config.self], *vm = w->config.vm;
    int rc =
        ft_volume_create(w->conn, pool, vm, d->target, capacity, &d->path, err);
    FT_AUTOFREE char *found = NULL;

    if (rc != -EEXIST ||
        ft_volume_path(w->conn, pool, vm, d->target, &found, NULL) ||
        !ft_pair_state_has_image(&w->state, found))
        return rc;
    ft_log(FT_LOG_WARN, "%s: it is an old replica, and made anew", err->text);
    rc = ft_volume_delete(w->conn, pool, vm, d->target, err);
    return rc ? rc
              : ft_volume_create(w->conn, pool, vm, d->target, capacity,
                                 &d->path, err);
}

/* A replica that an earlier set-up made in another pool goes. */
static void
leave_pool(struct ft_worker *w, const struct ft_made *made, const char *pool)
{
    struct ft_error err = FT_ERROR_INIT;

    if (strcmp(made->path, pool) != 0 &&
        ft_volume_delete(w->conn, made->path, w->config.vm, made->target, &err))
        ft_worker_note(w, "warn", "replica-left",
                       "the replica of disk %s in pool %s is not deleted: %s",
                       made->target, made->path, err.text);
}

/* Recorded before it is made: a volume that is not known is never deleted. */
static int
make_pooled(struct ft_worker *w, struct ft_replica_disk *d, int64_t capacity,
            struct ft_error *err)
{
    const char *pool = w->config.pools[w->config.self];
    const struct ft_made wanted = { FT_MADE_VOLUME, d->target, pool, "", false };
    struct ft_made made;
    bool known = ft_made_find(w->state.made, FT_MADE_VOLUME, d->target, &made);
    int rc = 0;

    if (known)
        leave_pool(w, &made, pool);
    if (!known || made.used || strcmp(made.path, pool) != 0)
        rc = ft_worker_make(w, &wanted, err);
    if (!rc)
        rc = make_volume(w, d, capacity, err);
    if (!rc)
        ft_worker_pool_disk(w, d->target, d->path);
    return rc;
}

/* At the place of this host's own image, or else in the pool. */
static int
find_place(struct ft_worker *w, struct ft_replica_disk *d, int64_t capacity,
           struct ft_error *err)
{
    int rc = ft_worker_place_disk(w, d->target, capacity, &d->path, err);

    return rc == -ENOENT ? make_pooled(w, d, capacity, err) : rc;
}

static int
make_disk(struct ft_standby *s, const json_t *json,
          const struct ft_replica_base *had, struct ft_error *err)
{
    struct ft_worker *w = s->worker;
    struct ft_replica *r = &s->replica;
    struct ft_replica_disk *d = &r->disks[r->n_disks];
    int64_t capacity;
    int rc;

    if (r->n_disks == FT_DISKS_MAX)
        return ft_fail(err, E2BIG, NULL, "more than %d disks", FT_DISKS_MAX);
    d->fd = -1;
    rc = ft_json_need_string(json, "target", d->target, sizeof(d->target), err);
    if (!rc)
        rc = ft_json_need_int(json, "capacity", 1, INT64_MAX, &capacity, err);
    if (!rc)
        rc = find_place(w, d, capacity, err);
    if (rc)
        return rc;
    r->n_disks++;
    d->capacity = capacity;
    if (ft_worker_add_image(w, d->path))
        ft_worker_persist(w);
    d->fd = open(d->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (d->fd < 0)
        return ft_fail(err, errno, NULL, "cannot open replica %s: %s", d->path,
                       strerror(errno));
    d->kept = lseek(d->fd, 0, SEEK_DATA) >= 0;
    d->differs = ft_replica_base_differs(had, r->n_disks - 1, d->target, d->fd);
    rc = ft_room_take(d->fd, d->path, d->capacity, &d->room, err);
    if (!rc && !d->differs)
        ft_replica_base_seal(had, d->fd); /* what it holds is what it held */
    return rc;
}

static void
choose_base(struct ft_replica *r, const struct ft_replica_base *had,
            const json_t *setup)
{
    struct ft_seal_disk disks[FT_DISKS_MAX];

    for (size_t i = 0; i < r->n_disks; i++)
        disks[i] = (struct ft_seal_disk){ r->disks[i].target,
                                          r->disks[i].differs, r->disks[i].fd };
    ft_replica_choose_base(&r->seals, had, json_object_get(setup, "base"),
                           disks, r->n_disks);
}

/* A replica that is filled beside the VM's own image can have some of that. */
static void
open_older_image(struct ft_worker *w, struct ft_replica_disk *d)
{
    struct ft_error err = FT_ERROR_INIT;
    char format[FT_PLACE_FORMAT_SIZE];
    struct ft_made renamed;

    if (!ft_made_find(w->state.made, FT_MADE_RENAMED, d->target, &renamed) ||
        !ft_place_format(w->conn, w->config.vm_uuid, d->target, renamed.path,
                         format))
        return;
    if (ft_disk_reader_open(renamed.now, format, &d->older, &err))
        ft_log_error(&err, "the VM's own image of before");
    d->kept = d->kept || d->older;
}

/* Those of disks that the VM has no more go. */
static int
make_disks(struct ft_standby *s, const json_t *setup, struct ft_error *err)
{
    const json_t *disks = json_object_get(setup, "disks"), *disk;
    struct ft_replica_base had;
    char folder[PATH_MAX];
    size_t i;
    int rc = 0;

    ft_pair_path(s->worker->config.pair, NULL, folder);
    ft_replica_base_load(folder, &had, NULL);
    ft_worker_disks_begin(s->worker);
    json_array_foreach(disks, i, disk) {
        rc = make_disk(s, disk, &had, err);
        if (rc)
            return rc;
    }
    choose_base(&s->replica, &had, setup);
    for (i = 0; i < s->replica.n_disks && !s->replica.seals.based; i++)
        open_older_image(s->worker, &s->replica.disks[i]);
    ft_worker_undo_made(s->worker, FT_UNDO_DISKS, disks, NULL);
    ft_worker_disks_only(s->worker, disks);
    return 0;
}

static int
start_domain(struct ft_standby *s, const char *xml, struct ft_error *err)
{
    struct ft_replica_path replicas[FT_DISKS_MAX];
    struct ft_replica *r = &s->replica;
    FT_AUTOFREE char *ours = NULL;
    virDomainPtr dom = NULL;
    size_t n = ft_replica_paths(r, replicas);
    int rc = ft_standby_xml(xml, replicas, n, &ours, err);

    if (!rc)
        rc = ft_standby_admit_ours(&s->worker->config, r, ours, err);
    if (rc || ft_standby_keeps(s, ours))
        return rc;
    if (s->worker->dom) /* it was taken for the same until now */
        ft_standby_stop_domain(s->worker, NULL);
    rc = ft_standby_remember_nvram(s->worker, ours, err);
    if (!rc)
        rc = ft_standby_start(s->worker->conn, ours, &dom, err);
    s->worker->dom = dom;
    if (!rc)
        ft_standby_note_started(s, ours);
    return rc;
}

/* Whether the VM can come to life in this QEMU (plan/qemu-fit.h). */
static int
check_qemu(const json_t *setup, const char *version, struct ft_error *err)
{
    const char *runs = ft_json_string(setup, "qemu", "");
    struct ft_qemu_fit fit =
        ft_qemu_fit(runs, version, ft_json_string(setup, "machine", ""));

    if (fit.age == FT_QEMU_OLDER)
        return ft_fail(err, ENOTSUP, fit.remedy,
                       "its QEMU %s is older than the VM's %s", version, runs);
    if (fit.verdict > FT_WARN)
        return ft_fail(err, ENOTSUP, fit.remedy,
                       "its QEMU is %s and the VM's %s: %s", version, runs,
                       fit.why);
    return 0;
}

/* Before anything is started or moved, as far as it is known then. */
static int
check_host(struct ft_standby *s, const json_t *setup, const char *xml,
           struct ft_error *err)
{
    char version[FT_HOST_QEMU_SIZE];

    ft_host_qemu(s->worker->conn, xml, version);
    return *version ? check_qemu(setup, version, err) : 0;
}

static int
read_blocks(const json_t *list, struct ft_ram_block out[FT_RAM_BLOCKS_MAX],
            size_t *n, struct ft_error *err)
{
    const json_t *block;
    size_t i;

    *n = json_array_size(list);
    if (*n > FT_RAM_BLOCKS_MAX)
        return ft_fail(err, E2BIG, NULL, "%zu RAM blocks", *n);
    json_array_foreach(list, i, block) {
        int64_t size;
        int rc = ft_json_need_string(block, "name", out[i].name,
                                     sizeof(out[i].name), err);

        if (!rc)
            rc = ft_json_need_int(block, "size", 1, INT64_MAX, &size, err);
        if (rc)
            return rc;
        out[i].size = (uint64_t)size;
    }
    return 0;
}

/*
 * The waiting QEMU must be the same machine, down to the RAM blocks. Its ROMs are its
 * own package's: where that is another one, the primary's must come with the memory.
 */
static int
compare_machine(struct ft_standby *s, const struct ft_vm *d,
                const json_t *setup, struct ft_error *err)
{
    const char *runs = ft_json_string(setup, "qemu", "");
    struct ft_ram_block theirs[FT_RAM_BLOCKS_MAX];
    struct ft_replica *r = &s->replica;
    int rc = check_qemu(setup, d->qemu_version, err);
    size_t n;

    if (rc)
        return rc;
    rc = read_blocks(json_object_get(setup, "blocks"), theirs, &n, err);
    return rc ? rc
              : ft_blocks_match(r->blocks, &r->n_blocks, theirs, n,
                                strcmp(runs, d->qemu_version) != 0, err);
}

static int
inspect_domain(struct ft_standby *s, const json_t *setup, struct ft_error *err)
{
    struct ft_replica *r = &s->replica;
    struct ft_vm d = { 0 };
    int rc = ft_vm_inspect(s->worker->dom, &d, err);

    if (rc)
        return rc;
    r->pid = d.pid;
    take_nics(s, &d);
    rc = ft_ram_blocks_find(s->worker->dom, d.pid, true, r->blocks,
                            FT_RAM_BLOCKS_MAX, &r->n_blocks, err);
    if (!rc)
        rc = compare_machine(s, &d, setup, err);
    if (!rc)
        snprintf(s->machine, sizeof(s->machine), "%s",
                 ft_json_string(setup, "machine", d.machine));
    ft_vm_free(&d);
    return rc;
}

/* What waits is ended, or left to this copy. */
static void
clear(struct ft_standby *s, const json_t *setup, bool compares)
{
    ft_standby_forget_copy(s);
    if (ft_standby_may_keep(s, setup, compares)) {
        ft_standby_end_uses(s, "the copy is made anew");
        ft_worker_sweep_rehearsal(s->worker);
    } else {
        ft_standby_stop_domain(s->worker, NULL);
    }
    s->useless = 0;
    ft_replica_clear(&s->replica);
}

static int
set_up(struct ft_standby *s, const json_t *setup, bool compares,
       struct ft_error *err)
{
    const char *xml = ft_json_string(setup, "xml", NULL);
    char folder[PATH_MAX];
    int rc = ft_standby_admit_setup(&s->worker->config, setup, err);

    if (!rc)
        rc = ft_standby_check_media(xml, err);
    if (!rc)
        rc = check_host(s, setup, xml, err);
    if (rc)
        return rc; /* nothing was touched */
    clear(s, setup, compares);
    ft_standby_take_definition(s, setup);
    rc = make_disks(s, setup, err);
    if (!rc)
        rc = start_domain(s, xml, err);
    if (!rc)
        rc = inspect_domain(s, setup, err);
    ft_pair_path(s->worker->config.pair, NULL, folder);
    if (!rc)
        rc = ft_replica_open(&s->replica, folder, err);
    if (!rc) {
        ft_standby_note_copy(s);
        ft_standby_note_waiting(s, setup);
    }
    return rc;
}

/* One set-up belongs to each filling, which the primary announces (DISCARD). */
static int
check_phase(struct ft_standby *s, struct ft_error *err)
{
    struct ft_worker *w = s->worker;
    bool filling;

    pthread_mutex_lock(&w->own_lock);
    filling = w->own.phase == FT_PHASE_FILLING;
    pthread_mutex_unlock(&w->own_lock);
    return filling && !s->replica.pages && !s->replica.n_disks
               ? 0
               : ft_fail(err, EPROTO, NULL, "a set-up that was not announced");
}

/* Whose content is worth a comparison (disk-compare.h). */
static json_t *
kept_disks(const struct ft_replica *r)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->n_disks; i++)
        json_array_append_new(list, json_boolean(r->disks[i].kept));
    return list;
}

/* Whether it is enough to send what the replicas lack, or why not. */
static json_t *
tell_base(const struct ft_replica *r)
{
    return json_pack("{s:b,s:s,s:s}", "held", r->seals.based, "disk",
                     r->seals.disk, "why", r->seals.why);
}

/* Whether the waiting VM has memory of a copy before, to be compared with. */
static json_t *
tell_memory(const struct ft_standby *s)
{
    const char *why = s->waiting.why_not;

    return json_pack("{s:b,s:s}", "held", !why, "why", why ? why : "");
}

/* A failed set-up is an answer, not the end of the link. */
int
ft_standby_take_setup(struct ft_standby *s, struct ft_session *session,
                      const struct ft_frame *f, struct ft_error *err)
{
    FT_AUTOJSON json_t *setup = NULL;
    FT_AUTOJSON json_t *answer = NULL;
    struct ft_error failed = FT_ERROR_INIT;
    bool compares =
        ft_link_protocol(ft_session_link(session)) >= FT_RAM_HASH_PROTOCOL;

    if (check_phase(s, err) ||
        ft_json_parse((const char *)f->payload, f->length, &setup, err))
        return -EPROTO;
    memset(&s->verify, 0, sizeof(s->verify)); /* of a link that broke */
    if (set_up(s, setup, compares, &failed)) {
        if (ft_worker_set_problem(s->worker, &failed))
            ft_worker_note(s->worker, "warn", "setup-failed", "%s; %s",
                           failed.text, failed.hint);
        ft_standby_stop_domain(s->worker, NULL);
        answer = json_pack("{s:o}", "error", ft_json_from_error(&failed));
    } else {
        answer = json_pack("{s:i,s:o,s:o,s:o}", "disks", (int)s->replica.n_disks,
                           "kept", kept_disks(&s->replica), "base",
                           tell_base(&s->replica), "memory", tell_memory(s));
    }
    return answer ? ft_link_send_json(ft_session_link(session),
                                      FT_FRAME_SETUP_OK, 0, answer)
                  : -ENOMEM;
}
