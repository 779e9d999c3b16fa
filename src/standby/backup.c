/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/backup.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/uuid.h"
#include "disk/snapshot-export.h"
#include "standby/replica-snapshot.h"
#include "standby/snapshot-slot.h"
#include "standby/standby-private.h"
#include "virt/loop.h"

#define LOOK_MS 1000
#define LOOK_FROZEN_NS (10 * FT_NS_PER_MS)

enum backup_state { BACKUP_NONE, BACKUP_BEGINS, BACKUP_RUNS, BACKUP_ENDS };

/* While one begins, on a thread of its own, what that needs is the thread's. */
struct ft_standby_backup {
    struct ft_standby *standby;
    enum backup_state state;
    int64_t id; /* of the last one; 0: none yet */
    /* what it began from and the next one can; empty: nothing */
    char since[FT_MOMENT_SIZE], moment[FT_MOMENT_SIZE];
    struct ft_replica_changes changes;
    bool incremental; /* it began from that */
    struct ft_replica_snapshot snapshot;
    struct ft_snapshot_export *export;
    uint64_t kept;            /* bytes, at its end */
    int64_t read_ns;          /* when a client was there */
    int timer;                /* while it runs; -1: none made yet */
    struct ft_asker beginner; /* who waits for its begin, */
    int64_t until_ns; /* that long for a guest that is frozen; 0: it need not be */
    struct ft_error failed; /* its begin did; code 0: not */
    struct ft_asker asker;  /* who ends it */
    struct ft_error why;    /* code 0: it did not end by itself */
    pthread_mutex_t lock;   /* of what follows; for a moment only */
    bool begins;
    struct ft_error stopped; /* who wants none meanwhile; code 0: nobody */
};

struct ft_standby_backup *
ft_standby_backup_new(struct ft_standby *s)
{
    struct ft_standby_backup *b = calloc(1, sizeof(*b));

    if (!b)
        return NULL;
    b->standby = s;
    b->timer = -1;
    pthread_mutex_init(&b->lock, NULL);
    return b;
}

bool
ft_standby_backup_busy(const struct ft_standby *s)
{
    return s->backup->state != BACKUP_NONE;
}

/* ---- its end ---- */

/* Clients are waited for, and files closed: that takes what it takes. */
static void
release(void *opaque)
{
    struct ft_standby_backup *b = opaque;

    b->kept = ft_disk_snapshot_kept(b->snapshot.disks);
    ft_replica_snapshot_end(&b->standby->replica, &b->snapshot);
    ft_snapshot_export_stop(b->export);
    b->export = NULL;
}

static void
released(void *opaque)
{
    struct ft_standby_backup *b = opaque;
    struct ft_worker *w = b->standby->worker;

    b->state = BACKUP_NONE;
    if (b->why.code)
        ft_worker_note(w, "warn", "backup-void",
                       "the backup of %s came to nothing: %s", w->config.vm,
                       b->why.text);
    else
        ft_worker_note(w, "info", "backup-ended",
                       "the backup of %s from its copy has ended", w->config.vm);
    ft_worker_reply(w, &b->asker,
                    b->why.code
                        ? NULL
                        : json_pack("{s:I}", "kept_bytes", (json_int_t)b->kept),
                    b->why.code ? &b->why : NULL);
}

/* Without memory for a thread it is tried again, a second later. */
static void
end(struct ft_standby_backup *b)
{
    if (ft_loop_async(release, released, b))
        return;
    b->state = BACKUP_ENDS;
    ft_loop_timer_set(b->timer, -1);
}

static void
look(void *opaque)
{
    struct ft_standby_backup *b = opaque;
    int64_t now = ft_clock_ns();

    if (ft_snapshot_export_clients(b->export))
        b->read_ns = now;
    if (!b->why.code && !ft_disk_snapshot_ended(b->snapshot.disks, &b->why) &&
        now - b->read_ns > FT_BACKUP_IDLE_NS)
        ft_fail(&b->why, ETIMEDOUT, "Begin anew.", "nobody has read it for %d s",
                (int)(FT_BACKUP_IDLE_NS / FT_NS_PER_S));
    if (b->why.code || b->asker.client)
        end(b);
}

int
ft_standby_backup_end(struct ft_standby *s, const json_t *args,
                      struct ft_asker asker, struct ft_error *err)
{
    struct ft_standby_backup *b = s->backup;
    int64_t id;
    int rc = ft_json_need_int(args, "id", 1, INT64_MAX, &id, err);

    if (rc)
        return rc;
    if (id != b->id)
        return ft_fail(err, ENOENT, "Begin anew.",
                       "that backup of %s is not known here: the engine has "
                       "begun anew meanwhile, or another backup",
                       s->worker->config.vm);
    if (b->state == BACKUP_NONE && b->why.code) {
        *err = b->why;
        return -err->code;
    }
    if (b->state <= BACKUP_BEGINS || b->asker.client) {
        ft_worker_reply(s->worker, &asker, NULL, NULL);
        return 0;
    }
    b->asker = asker;
    if (b->state == BACKUP_RUNS) {
        ft_disk_snapshot_ended(b->snapshot.disks, &b->why);
        end(b);
    }
    return 0;
}

/* ---- its begin ---- */

static int
check(struct ft_standby *s, struct ft_error *err)
{
    struct ft_worker *w = s->worker;
    bool valid;

    if (ft_standby_backup_busy(s))
        return ft_fail(err, EBUSY, "Try when that has ended.",
                       "%s is being backed up already", w->config.vm);
    if (ft_snapshot_slot_is_taken(s->replica.slot))
        return ft_fail(err, EBUSY, "Try when that has ended.",
                       "the copy of %s is being rehearsed", w->config.vm);
    pthread_mutex_lock(&w->own_lock);
    valid = ft_ownership_valid(&w->own);
    pthread_mutex_unlock(&w->own_lock);
    return valid ? 0
                 : ft_fail(err, EAGAIN,
                           "Wait until ftadmin status says protected.",
                           "%s has no whole copy to be backed up from",
                           w->config.vm);
}

/* Bytes of all disks; the last chunk of each may be larger. */
static uint64_t
most_to_keep(const struct ft_replica *r)
{
    uint64_t most = 0;

    ft_snapshot_slot_lock(r->slot);
    for (size_t i = 0; i < r->n_disks; i++)
        most += FT_MIN(r->disks[i].capacity, FT_BACKUP_KEPT_MAX) + FT_CHUNK_SIZE;
    ft_snapshot_slot_unlock(r->slot);
    return most;
}

static int
make_store(const struct ft_standby *s, struct ft_chunk_store **store,
           struct ft_error *err)
{
    uint64_t limit = most_to_keep(&s->replica);
    char folder[256];

    if (!limit)
        return ft_fail(err, ENOENT, NULL, "no disk of %s is replicated",
                       s->worker->config.vm);
    ft_pair_path(s->worker->config.pair, NULL, folder);
    return ft_chunk_store_new(folder, FT_MIN(limit, FT_BACKUP_KEPT_MAX), store,
                              err);
}

static int
serve(struct ft_standby_backup *b, struct ft_error *err)
{
    struct ft_chunk_set *changed = b->changes.changed;
    const char *names[FT_DISKS_MAX];
    char path[256];

    for (size_t i = 0; i < b->snapshot.n_disks; i++)
        names[i] = b->snapshot.targets[i];
    snprintf(path, sizeof(path), "%s/" FT_BACKUP_SOCKET,
             b->standby->worker->run_folder);
    return ft_snapshot_export_start(path, (uid_t)-1, (gid_t)-1,
                                    b->snapshot.disks, names, NULL, changed,
                                    &b->export, err);
}

static json_t *
disks_json(const struct ft_replica_snapshot *snapshot)
{
    json_t *list = json_array();

    for (size_t i = 0; i < snapshot->n_disks; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:I}", "target", snapshot->targets[i], "size",
                            (json_int_t)ft_disk_snapshot_size(snapshot->disks,
                                                              (unsigned)i)));
    return list;
}

/* When the guest was as its epoch has it, by this host's clock; null: not known. */
static json_t *
moment(const struct ft_replica_snapshot *snapshot)
{
    int64_t stopped = snapshot->clock.stopped_ns;
    char text[32];

    if (!stopped)
        return json_null();
    ft_clock_format(ft_clock_realtime_ns() - (ft_clock_ns() - stopped), text);
    return json_string(text);
}

static json_t *
begun_json(const struct ft_standby_backup *b)
{
    return json_pack("{s:I,s:I,s:o,s:b,s:b,s:s?,s:o}", "id", (json_int_t)b->id,
                     "epoch", (json_int_t)b->snapshot.epoch, "at",
                     moment(&b->snapshot), "frozen", b->snapshot.frozen,
                     "incremental", b->incremental, "moment",
                     b->changes.marked ? b->moment : NULL, "disks",
                     disks_json(&b->snapshot));
}

static int
make_timer(struct ft_standby_backup *b, struct ft_error *err)
{
    if (b->timer < 0)
        b->timer = ft_loop_timer(look, b);
    return b->timer < 0 ? ft_fail(err, ENOMEM, NULL, "no memory for a backup")
                        : 0;
}

static int
take_and_serve(struct ft_standby_backup *b, struct ft_error *err)
{
    struct ft_replica *r = &b->standby->replica;
    struct ft_replica_changes *c = &b->changes;
    struct ft_chunk_store *store;
    int rc = make_store(b->standby, &store, err);

    *c = (struct ft_replica_changes){ 0 };
    c->since = *b->since ? b->since : NULL;
    c->name = ft_make_uuid(b->moment) ? NULL : b->moment;
    if (!rc)
        rc = ft_replica_snapshot_take(r, store, NULL, c, &b->snapshot, err);
    if (rc)
        return rc;
    b->incremental = c->changed != NULL;
    rc = serve(b, err);
    if (rc)
        ft_replica_snapshot_end(r, &b->snapshot);
    return rc;
}

static bool
is_stopped(struct ft_standby_backup *b, struct ft_error *err)
{
    bool stopped;

    pthread_mutex_lock(&b->lock);
    stopped = b->stopped.code != 0;
    if (stopped)
        *err = b->stopped;
    pthread_mutex_unlock(&b->lock);
    return stopped;
}

/* The guest's time is short: its epoch is seldom far. */
static void
await_frozen(struct ft_standby_backup *b)
{
    struct ft_error ignored;

    while (ft_clock_ns() < b->until_ns && !is_stopped(b, &ignored) &&
           !ft_replica_is_frozen(&b->standby->replica))
        ft_clock_sleep(LOOK_FROZEN_NS);
}

/*
 * An epoch that is being applied is waited for, by this thread and by no other.
 * Who wanted none meanwhile has emptied the slot before the snapshot came into it.
 */
static void
begin(void *opaque)
{
    struct ft_standby_backup *b = opaque;

    await_frozen(b);
    if (is_stopped(b, &b->failed) || take_and_serve(b, &b->failed))
        return;
    if (is_stopped(b, &b->failed))
        release(b);
}

static void
note_begun(const struct ft_standby_backup *b)
{
    struct ft_worker *w = b->standby->worker;

    ft_worker_note(w, "info", "backup-began",
                   "%s is being backed up from its copy%s, as it was in epoch "
                   "%llu, %s",
                   w->config.vm,
                   b->incremental ? ", what has changed since an earlier one"
                                  : "",
                   (unsigned long long)b->snapshot.epoch,
                   b->snapshot.frozen
                       ? "with its file systems frozen"
                       : "crash-consistent: as after a power cut");
}

static void
set_begins(struct ft_standby_backup *b, bool begins)
{
    pthread_mutex_lock(&b->lock);
    b->begins = begins;
    b->stopped.code = 0;
    pthread_mutex_unlock(&b->lock);
    b->state = begins ? BACKUP_BEGINS : BACKUP_NONE;
}

static void
begun(void *opaque)
{
    struct ft_standby_backup *b = opaque;
    struct ft_worker *w = b->standby->worker;

    set_begins(b, false);
    if (b->failed.code) {
        ft_worker_reply(w, &b->beginner, NULL, &b->failed);
        return;
    }
    b->state = BACKUP_RUNS;
    b->id = FT_MAX(ft_clock_realtime_ns() / FT_NS_PER_MS, b->id + 1);
    b->why = (struct ft_error)FT_ERROR_INIT;
    b->read_ns = ft_clock_ns();
    ft_loop_timer_set(b->timer, LOOK_MS);
    note_begun(b);
    ft_worker_reply(w, &b->beginner, begun_json(b), NULL);
}

void
ft_standby_backup_stop(struct ft_standby *s, const struct ft_error *why)
{
    struct ft_standby_backup *b = s->backup;

    pthread_mutex_lock(&b->lock);
    if (b->begins && !b->stopped.code)
        b->stopped = *why;
    pthread_mutex_unlock(&b->lock);
}

int
ft_standby_backup_check(struct ft_standby *s, struct ft_asker asker,
                        struct ft_error *err)
{
    int rc = check(s, err);

    if (!rc)
        ft_worker_reply(s->worker, &asker, NULL, NULL);
    return rc;
}

int
ft_standby_backup_begin(struct ft_standby *s, const json_t *args,
                        struct ft_asker asker, struct ft_error *err)
{
    struct ft_standby_backup *b = s->backup;
    int rc = check(s, err);

    if (!rc)
        rc = make_timer(b, err);
    if (rc)
        return rc;
    snprintf(b->since, sizeof(b->since), "%s",
             ft_json_string(args, "since", ""));
    b->until_ns = ft_json_bool(args, "frozen", 0)
                      ? ft_clock_ns() + FT_BACKUP_FROZEN_NS
                      : 0;
    b->failed = (struct ft_error)FT_ERROR_INIT;
    b->beginner = asker;
    set_begins(b, true);
    if (!ft_loop_async(begin, begun, b))
        return 0;
    set_begins(b, false);
    return ft_fail(err, ENOMEM, NULL, "no memory for a backup");
}
