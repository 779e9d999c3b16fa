/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host still has of a VM that runs elsewhere by now: its definition, so
 * that nobody starts it a second time, and disks that are older than the VM's.
 * Both are taken out of the way, and neither is ever deleted.
 *
 * Threads: thread safe. Source: libvirt's virDomainUndefineFlags.
 */
#ifndef FT_VIRT_RETIRE_H
#define FT_VIRT_RETIRE_H

#include <jansson.h>
#include <libvirt/libvirt.h>

#include "base/error.h"

/*
 * Keeps the definition of the VM as an XML file in folder, gives its writable
 * disk images, and its file of UEFI variables, names by their age,
 * PATH.stale-20261128T175912Z (UTC, when they were last written), and undefines it. *report is a new reference: "definition"
 * (the file, or null where there was none), "images" (objects with "path", "now"
 * and "written"), "left" (sentences: what stays, and why). May be repeated.
 * -EBUSY: it runs here, and nothing was touched. Other errors: as far as it got.
 */
int ft_retire(virConnectPtr conn, const char *vm_uuid, const char *folder,
              json_t **report, struct ft_error *err);

/* Whether that one is the VM's alone: 0, or -EBUSY: another VM has it, too. */
int ft_retire_may(virConnectPtr conn, const char *vm_uuid, const char *path,
                  struct ft_error *err);

/*
 * What an image, or another file, would be called then: *now, freed by the caller,
 * which nothing has yet; written when the guest wrote to it last. -ENOENT: there
 * is none (any more).
 */
int ft_retire_name(const char *path, char **now, char written[32],
                   struct ft_error *err);

/*
 * Calls it so; and what libvirt shows of its pool is true afterwards. Never
 * replaces a file: -EEXIST.
 */
int ft_retire_rename(virConnectPtr conn, const char *path, const char *now,
                     struct ft_error *err);

#endif
