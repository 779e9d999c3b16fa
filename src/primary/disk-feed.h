/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disks of a protected VM: a write-blocking mirror job of each writable
 * disk into our NBD server, and from there as frames to the standby.
 *
 * The guest comes first: when the link is gone every write is answered with
 * success and the replica is stale, which the owner of the feed learns from
 * the link. What it lacks then is kept (disk/disk-changes.h), and the mirrors go
 * on, so that it gets that when the link is back. Threads: the owner's thread; the
 * NBD server has a process of its own and one thread here (disk-sink.h). Fault
 * point: disk-changes-send.
 */
#ifndef FT_PRIMARY_DISK_FEED_H
#define FT_PRIMARY_DISK_FEED_H

#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"
#include "primary/outgoing.h"
#include "virt/vm.h"
#include "virt/write-record.h"

struct ft_disk_feed;

struct ft_disk_feed_progress {
    uint64_t done, total; /* bytes over all disks */
    int ready;            /* every disk is mirrored */
    int broken;           /* a mirror job ended by itself */
};

/*
 * Starts a mirror for each disk of domain that is replicated. The numbers of
 * the disks on the wire are their order among those. kept has a bit for each of
 * these numbers whose replica holds something to compare with. most is as of
 * ft_disk_feed_set_speed. folder, which outlives the feed, holds the socket;
 * state_folder takes what is kept.
 */
int ft_disk_feed_start(virDomainPtr dom, const struct ft_vm *domain,
                       uint64_t kept, uint64_t most, const char *folder,
                       const char *state_folder, struct ft_outgoing *out,
                       struct ft_disk_feed **feed, struct ft_error *err);

/*
 * The same onto replicas that lack no more than what the record id has of the disks
 * (virt/write-record.h), which are in their order on the wire: mirrors of what is
 * written from now on, and then all that the record has is sent, as it is by then.
 * each as of ft_disk_feed_send_changes; *feed is there, and the owner's, after an
 * error too, unless it is NULL.
 */
int ft_disk_feed_start_recorded(
    virDomainPtr dom, const struct ft_vm *domain,
    const struct ft_recorded_disk *disks, const char *id, const char *folder,
    const char *state_folder, struct ft_outgoing *out,
    int (*each)(void *opaque, uint64_t done, uint64_t sent), void *opaque,
    struct ft_disk_feed **feed, struct ft_error *err);

int ft_disk_feed_progress(struct ft_disk_feed *feed,
                          struct ft_disk_feed_progress *progress,
                          struct ft_error *err);

/*
 * What is there is copied with so many bytes a second at most, over all disks whose
 * mirrors were not ready at the last ft_disk_feed_progress (0: any number); the others
 * go on at any rate, as does what the guest writes. Asks libvirt only where that
 * changes something.
 */
int ft_disk_feed_set_speed(struct ft_disk_feed *feed, uint64_t most,
                           struct ft_error *err);

/* Bytes that the mirrors have brought so far, and the guest with them; no zeros. */
uint64_t ft_disk_feed_brought(const struct ft_disk_feed *feed);

/*
 * All mirrors are ready: what is still owed to the replicas is sent. Returns the
 * bytes that they held already.
 */
uint64_t ft_disk_feed_copied(struct ft_disk_feed *feed);

/*
 * Once the copy is made, now and then: epoch open is being made, and the replicas'
 * storage has durable and all before it (0: none).
 */
void ft_disk_feed_settle(struct ft_disk_feed *feed, uint64_t open,
                         uint64_t durable);

/*
 * Why what is kept is not all that the replicas lack, if they have no less than was
 * said to be on their storage; NULL: it is. Never freed.
 */
const char *ft_disk_feed_missing(struct ft_disk_feed *feed);

/* Bytes of that. */
uint64_t ft_disk_feed_changed(struct ft_disk_feed *feed);

/* The link is gone, and out is muted: from now on what is written is only kept. */
void ft_disk_feed_hold(struct ft_disk_feed *feed);

/*
 * Whether a feed that holds has the mirrors of this domain's disks, all of them.
 * NULL: it has; otherwise why not, never freed. dom is used from now on: libvirtd
 * may be another one.
 */
const char *ft_disk_feed_unfit(struct ft_disk_feed *feed, virDomainPtr dom,
                               const struct ft_vm *domain);

/*
 * Another link, whose epoch 1 is open, to replicas that lack no more than what is
 * kept: sends it, and from now on what is written. each is called with the bytes
 * done so far, and those of them that were sent just now, for zeros are only told;
 * non-zero ends it. -ESTALE: what was kept was lost meanwhile. The feed
 * is no use after an error, unless ft_disk_feed_hold follows and nothing is missing.
 */
int ft_disk_feed_send_changes(struct ft_disk_feed *feed,
                              int (*each)(void *opaque, uint64_t done,
                                          uint64_t sent),
                              void *opaque, struct ft_error *err);

/*
 * 1: a mirror is not there any more, though QEMU goes on; 0; -errno: QEMU does not
 * tell.
 */
int ft_disk_feed_lacks_mirror(struct ft_disk_feed *feed);

/*
 * Ends the mirrors and frees feed; the VM stays on its own disks, and stands
 * for some milliseconds when they were not ready. NULL is a no-op. Mirrors that
 * libvirt does not end now are ended as leftovers later.
 */
void ft_disk_feed_stop(struct ft_disk_feed *feed);

/*
 * Ends mirrors that a dead worker left, or one without libvirt, of whatever pair
 * the VM was; folder is for the saver, as above.
 */
int ft_disk_feed_end_leftovers(virDomainPtr dom, const char *folder,
                               struct ft_error *err);

#endif
