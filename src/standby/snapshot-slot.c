/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/snapshot-slot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct content { /* NULL: none */
    struct ft_disk_snapshot *disks;
    struct ft_memory_snapshot *memory; /* only with disks */
};

struct ft_snapshot_slot {
    pthread_mutex_t apply;
    atomic_bool keeps;
    pthread_mutex_t lock; /* of what follows; for a moment only */
    struct content content;
};

static void
unref(struct content *c)
{
    ft_disk_snapshot_unref(c->disks);
    ft_memory_snapshot_unref(c->memory);
}

struct ft_snapshot_slot *
ft_snapshot_slot_new(void)
{
    struct ft_snapshot_slot *slot = calloc(1, sizeof(*slot));

    if (!slot)
        return NULL;
    atomic_init(&slot->keeps, false);
    pthread_mutex_init(&slot->apply, NULL);
    pthread_mutex_init(&slot->lock, NULL);
    return slot;
}

void
ft_snapshot_slot_free(struct ft_snapshot_slot *slot)
{
    if (!slot)
        return;
    unref(&slot->content);
    pthread_mutex_destroy(&slot->apply);
    pthread_mutex_destroy(&slot->lock);
    free(slot);
}

void
ft_snapshot_slot_lock(struct ft_snapshot_slot *slot)
{
    if (slot)
        pthread_mutex_lock(&slot->apply);
}

void
ft_snapshot_slot_unlock(struct ft_snapshot_slot *slot)
{
    if (slot)
        pthread_mutex_unlock(&slot->apply);
}

/* What is in it, with references of the caller. */
static struct content
look(struct ft_snapshot_slot *slot)
{
    struct content c;

    pthread_mutex_lock(&slot->lock);
    c = slot->content;
    if (c.disks)
        ft_disk_snapshot_ref(c.disks);
    if (c.memory)
        ft_memory_snapshot_ref(c.memory);
    pthread_mutex_unlock(&slot->lock);
    return c;
}

static void
keep_range(void *opaque, unsigned disk, uint64_t offset, uint64_t length)
{
    ft_disk_snapshot_keep(opaque, disk, offset, length);
}

static void
keep_pages(void *opaque, unsigned block, uint64_t offset, uint64_t length)
{
    ft_memory_snapshot_keep(opaque, block, offset, length);
}

static void
keep(const struct content *c, const struct ft_disk_log *log,
     const struct ft_staged_pages *pages)
{
    ft_disk_snapshot_round(c->disks);
    ft_disk_log_each(log, keep_range, c->disks);
    if (!c->memory)
        return;
    ft_memory_snapshot_round(c->memory);
    ft_staged_pages_each(pages, keep_pages, c->memory);
}

void
ft_snapshot_slot_keep(struct ft_snapshot_slot *slot,
                      const struct ft_disk_log *log,
                      const struct ft_staged_pages *pages)
{
    struct content c = slot ? look(slot) : (struct content){ 0 };

    if (!c.disks)
        return;
    atomic_store(&slot->keeps, true);
    keep(&c, log, pages);
    atomic_store(&slot->keeps, false);
    unref(&c);
}

bool
ft_snapshot_slot_keeps(struct ft_snapshot_slot *slot)
{
    return slot && atomic_load(&slot->keeps);
}

bool
ft_snapshot_slot_is_taken(struct ft_snapshot_slot *slot)
{
    struct content c = slot ? look(slot) : (struct content){ 0 };

    unref(&c);
    return c.disks != NULL;
}

int
ft_snapshot_slot_put(struct ft_snapshot_slot *slot,
                     struct ft_disk_snapshot *disks,
                     struct ft_memory_snapshot *memory, struct ft_error *err)
{
    bool taken;

    pthread_mutex_lock(&slot->lock);
    taken = slot->content.disks != NULL;
    if (!taken)
        slot->content = (struct content){
            ft_disk_snapshot_ref(disks),
            memory ? ft_memory_snapshot_ref(memory) : NULL,
        };
    pthread_mutex_unlock(&slot->lock);
    return taken ? ft_fail(err, EBUSY, "Try when that has ended.",
                           "the copy is being rehearsed or backed up already")
                 : 0;
}

/*
 * Empties it, of this one or (NULL) of any, or of any with memory; the references
 * are the caller's.
 */
static struct content
take_out(struct ft_snapshot_slot *slot, const struct ft_disk_snapshot *only,
         bool with_memory)
{
    struct content c = { 0 };

    pthread_mutex_lock(&slot->lock);
    if ((!only || slot->content.disks == only) &&
        (!with_memory || slot->content.memory)) {
        c = slot->content;
        slot->content = (struct content){ 0 };
    }
    pthread_mutex_unlock(&slot->lock);
    return c;
}

void
ft_snapshot_slot_take_out(struct ft_snapshot_slot *slot,
                          struct ft_disk_snapshot *disks)
{
    struct content c = take_out(slot, disks, false);

    unref(&c);
}

static bool
end(struct ft_snapshot_slot *slot, bool with_memory, bool now,
    const struct ft_error *why)
{
    struct content c =
        slot ? take_out(slot, NULL, with_memory) : (struct content){ 0 };

    if (c.disks)
        ft_disk_snapshot_end(c.disks, why);
    if (c.disks && now)
        ft_disk_snapshot_give_room(c.disks);
    if (c.memory)
        ft_memory_snapshot_end(c.memory, why);
    unref(&c);
    return c.disks != NULL;
}

void
ft_snapshot_slot_end(struct ft_snapshot_slot *slot, const struct ft_error *why)
{
    end(slot, false, false, why);
}

void
ft_snapshot_slot_end_memory(struct ft_snapshot_slot *slot,
                            const struct ft_error *why)
{
    end(slot, true, false, why);
}

bool
ft_snapshot_slot_give_way(struct ft_snapshot_slot *slot,
                          const struct ft_error *why)
{
    return end(slot, false, true, why);
}
