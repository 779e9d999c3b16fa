/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The place of a replica on a host that had the VM before: the path of the image
 * that its own definition names, so that the VM is where it was once it is back,
 * and nothing has to be exchanged under a running QEMU. The image that is there,
 * older than the VM by now, is the last one that is whole until the copy is: it is
 * kept, under a name by its age (retire.h), and never written to.
 *
 * Ownership: strings are freed by ft_place_free. Threads: thread safe.
 */
#ifndef FT_VIRT_PLACE_H
#define FT_VIRT_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"
#include "virt/vm.h"

struct ft_place {
    char *path;  /* of the replica: of the image, or with .raw behind it where
                  * that was none */
    char *image; /* as the definition has it */
    char *stale; /* what the image is to be called */
    char written[32]; /* when the guest wrote to it last, UTC */
};

/*
 * The place of disk target of the VM, which does not run here; nothing is changed:
 * it is cleared when its image has its other name (ft_retire_rename). was_its(
 * opaque, image): whether that is known as a disk of this VM's. -ENOENT: there is
 * no such place: no definition, another kind of disk than a file, one that another
 * VM has, too, or no room for capacity bytes beside it. Others: it has no name.
 */
int ft_place_find(virConnectPtr conn, const char *vm_uuid, const char *target,
                  uint64_t capacity,
                  bool (*was_its)(const void *opaque, const char *image),
                  const void *opaque, struct ft_place *out,
                  struct ft_error *err);

/*
 * The format of an image that was there before, as this host's own definition has
 * it: "raw", "qcow2". False: that names another image by now.
 */
#define FT_PLACE_FORMAT_SIZE sizeof(((struct ft_vm_disk *)0)->format)
bool ft_place_format(virConnectPtr conn, const char *vm_uuid, const char *target,
                     const char *image, char format[FT_PLACE_FORMAT_SIZE]);

/*
 * Makes the file at a place that was cleared, sparse, with the owner and mode that
 * the image has. One of that length is taken as it is, any other is replaced.
 */
int ft_place_make(virConnectPtr conn, const char *path, const char *stale,
                  uint64_t capacity, struct ft_error *err);

/* Deletes the file there; success also when there is none. */
int ft_place_delete(const char *path, struct ft_error *err);

/*
 * The image has its name again, if nothing else has it by now (-EEXIST). Success
 * also when nothing has the other one: it has its name already.
 */
int ft_place_restore(const char *image, const char *stale, struct ft_error *err);

void ft_place_free(struct ft_place *place);

#endif
