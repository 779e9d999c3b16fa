/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a pair has made on this host, oldest first: in its record, each written
 * there before it is made, and taken off after it is gone. Its undo walks this
 * list, and knows of nothing else: what a death in between leaves is in it.
 *
 * A JSON array of objects: "kind", "path", and of some "target", "now", "used".
 * Pure: no file, no libvirt, no lock. Strings of an entry are the list's.
 */
#ifndef FT_WORKER_MADE_H
#define FT_WORKER_MADE_H

#include <stdbool.h>

#include <jansson.h>

enum ft_made_kind {
    FT_MADE_VOLUME,  /* a replica in a pool; path: the pool's name */
    FT_MADE_RENAMED, /* an own image, path, that is now called now */
    FT_MADE_FILE,    /* a replica at the place of that, once it was renamed */
    FT_MADE_NVRAM,   /* the file of UEFI variables */
    FT_MADE_DEFINITION, /* the VM's, where it had none; no path */
};

struct ft_made {
    enum ft_made_kind kind;
    const char *target; /* of a disk; "" of the last two */
    const char *path;
    const char *now; /* "" but of what was renamed */
    bool used;       /* the VM ran here with it, or beside it */
};

/* Adds it, or replaces the one of this kind and target. 0 or -ENOMEM. */
int ft_made_add(json_t **list, const struct ft_made *made);

/* The one of that kind and target; false: there is none. */
bool ft_made_find(const json_t *list, enum ft_made_kind kind,
                  const char *target, struct ft_made *out);

/* True: it was there. */
bool ft_made_take_off(json_t *list, enum ft_made_kind kind, const char *target);

/* The i-th; false: no more, or none that this version knows (and leaves there). */
bool ft_made_at(const json_t *list, size_t i, struct ft_made *out);

/*
 * Undoes all, the newest first: one(made, opaque) says 0 when it is gone, and then
 * gone(made, opaque) takes it off; anything else: it stays, and in the list.
 */
void ft_made_undo(const json_t *list, int (*one)(const struct ft_made *, void *),
                  void (*gone)(const struct ft_made *, void *), void *opaque);

/*
 * The same of a record of before this list: its "replicas" (in pool), "disks",
 * "nvram", "defined". A new reference, or NULL without memory.
 */
json_t *ft_made_of_before(const json_t *record, const char *pool);

#endif
