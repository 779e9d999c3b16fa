/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/replica-snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "standby/snapshot-slot.h"

static int
copy_state(const struct ft_state *from, struct ft_state *to,
           struct ft_error *err)
{
    to->data = malloc(from->size);
    if (!to->data)
        return ft_fail(err, ENOMEM, NULL, "no memory for the device state");
    memcpy(to->data, from->data, from->size);
    to->size = from->size;
    return 0;
}

/* With the slot locked. */
static int
take(struct ft_replica *r, struct ft_chunk_store *store,
     struct ft_memory_snapshot *memory, struct ft_replica_snapshot *out,
     struct ft_error *err)
{
    struct ft_snapshot_disk disks[FT_DISKS_MAX];
    int rc;

    for (size_t i = 0; i < r->n_disks; i++) {
        disks[i] =
            (struct ft_snapshot_disk){ r->disks[i].fd, r->disks[i].capacity };
        memcpy(out->targets[i], r->disks[i].target, sizeof(out->targets[i]));
    }
    out->epoch = r->committed;
    out->clock = r->clock;
    out->run = r->run;
    out->frozen = r->frozen & FT_FRAME_FROZEN;
    out->n_disks = r->n_disks;
    out->pid = r->pid;
    memcpy(out->blocks, r->blocks, sizeof(out->blocks));
    out->n_blocks = r->n_blocks;
    rc = ft_disk_snapshot_new(disks, r->n_disks, store, &out->disks, err);
    if (!rc)
        rc = copy_state(&r->state, &out->state, err);
    if (!rc)
        rc = ft_snapshot_slot_put(r->slot, out->disks, memory, err);
    if (!rc && memory)
        out->memory = ft_memory_snapshot_ref(memory);
    return rc;
}

/* With the slot locked. What cannot be known is not, and no error. */
static void
take_changes(struct ft_replica *r, struct ft_replica_changes *c)
{
    c->changed = NULL;
    if (c->since)
        ft_changed_chunks_since(r->changes, c->since, &c->changed);
    c->marked = c->name && !ft_changed_chunks_mark(r->changes, c->name);
}

int
ft_replica_snapshot_take(struct ft_replica *r, struct ft_chunk_store *store,
                         struct ft_memory_snapshot *memory,
                         struct ft_replica_changes *changes,
                         struct ft_replica_snapshot *out, struct ft_error *err)
{
    int rc;

    memset(out, 0, sizeof(*out));
    ft_snapshot_slot_lock(r->slot);
    if (r->slot && r->committed && r->state.size) {
        rc = take(r, store, memory, out, err);
        if (!rc && changes)
            take_changes(r, changes);
    } else {
        ft_chunk_store_free(store);
        rc = ft_fail(err, EAGAIN, "Try when it is protected.",
                     "there is no whole copy");
    }
    ft_snapshot_slot_unlock(r->slot);
    if (rc) {
        ft_disk_snapshot_unref(out->disks);
        ft_state_free(&out->state);
        memset(out, 0, sizeof(*out));
    }
    return rc;
}

void
ft_replica_snapshot_end(struct ft_replica *r, struct ft_replica_snapshot *s)
{
    static const struct ft_error ended = { ESHUTDOWN, "the snapshot has ended",
                                           "", NULL };

    if (!s->disks)
        return;
    ft_disk_snapshot_end(s->disks, &ended);
    ft_snapshot_slot_take_out(r->slot, s->disks);
    if (s->memory)
        ft_memory_snapshot_end(s->memory, &ended);
    ft_disk_snapshot_unref(s->disks);
    ft_memory_snapshot_unref(s->memory);
    ft_state_free(&s->state);
    memset(s, 0, sizeof(*s));
}
