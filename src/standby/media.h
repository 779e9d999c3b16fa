/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of this host that a definition from another one lets the guest read:
 * media, read-only disks, what it boots from. Their names alone (allow/allow.h)
 * tell no medium from another VM's disk; their mode does: what a peer may name
 * is what everybody on this host may read anyway.
 *
 * Looks at files, changes nothing. Threads: thread safe.
 */
#ifndef FT_STANDBY_MEDIA_H
#define FT_STANDBY_MEDIA_H

#include "base/error.h"

/*
 * 0, also for a file that is not there, of which libvirt will tell; -EPERM, and
 * err names the file and what to do; -EINVAL: no domain XML.
 */
int ft_standby_check_media(const char *xml, struct ft_error *err);

#endif
