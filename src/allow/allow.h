/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a VM's definition from another host may say here: an allow-list over the
 * tree of its domain XML. libvirt does as root whatever a definition says: a
 * program named as the emulator, a file named as a disk, a log or a socket. So
 * who sends one must not be able to name what is not the VM's own.
 *
 * Every element and attribute, and the kind of every value, is a row of rules.h;
 * what is in no row is refused, never dropped. The standby asks before it makes
 * anything of what its peer sent, and again of what libvirt is to keep; ftadmin
 * and the primary's engine ask the same beforehand (plan/carry.h), so that the
 * administrator reads it in `ftadmin check` first.
 *
 * Pure functions. Threads: thread safe. Ownership: all memory is the caller's.
 */
#ifndef FT_ALLOW_ALLOW_H
#define FT_ALLOW_ALLOW_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

#include "base/error.h"

/* Bytes of XML at most. */
#define FT_ALLOW_XML_MAX (1u << 20)

/* A replica that this engine made. */
struct ft_allow_replica {
    const char *target; /* "vda" */
    const char *path;
};

struct ft_allow_terms {
    const char *name, *uuid; /* the VM's; NULL: whatever the XML says */
    /*
     * False: XML as the primary's libvirt gives it, of a VM that runs there; its
     * writable disks are replaced by replicas, what is of that run is taken out.
     * True: what this host's libvirt is to have. Writable disks must be replicas.
     */
    bool ours;
    const struct ft_allow_replica *replicas; /* when ours */
    size_t n_replicas;
};

struct ft_allow_refusal {
    char path[160];   /* "domain/devices/disk/source/@file" */
    char reason[256]; /* without control characters, as path */
    const char *remedy;
    xmlNodePtr node; /* the element; of the tree that was looked at */
};

/*
 * Looks at a whole tree. Puts the first refusals into list, at most max, in
 * document order, and returns how many there are in all; what is refused is not
 * looked into. No memory counts as a refusal.
 */
size_t ft_allow_tree(xmlNodePtr root, const struct ft_allow_terms *terms,
                     struct ft_allow_refusal *list, size_t max);

/*
 * The same of text: 0, or -EPERM, and err names the first element that is
 * refused, why, and what to do; -EINVAL: no XML of at most FT_ALLOW_XML_MAX.
 */
int ft_allow_xml(const char *xml, const struct ft_allow_terms *terms,
                 struct ft_error *err);

/* Whether text can be a disk's target ("vda"): [a-z0-9], 1 to 15 characters. */
bool ft_allow_target(const char *text);

#endif
