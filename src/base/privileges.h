/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives up what root may do and this process does not need, before it reads what
 * others send.
 *
 * Threads: of a process that has no other yet; those it starts inherit. There is
 * no way back, also not by a program that it runs.
 */
#ifndef FT_BASE_PRIVILEGES_H
#define FT_BASE_PRIVILEGES_H

#include <stdint.h>

#include <linux/capability.h>

#define FT_CAP(name) (UINT64_C(1) << CAP_##name)

/*
 * What each kind of process keeps, and why: ft-security(7), PRIVILEGES. A process
 * has no more than the one that started it: what it is to run is in its own.
 */
#define FT_KEEP_WITNESS FT_CAP(NET_BIND_SERVICE)
#define FT_KEEP_DISKS (FT_CAP(CHOWN) | FT_CAP(DAC_OVERRIDE) | FT_CAP(SYS_NICE))
#define FT_KEEP_WORKER                                                 \
    (FT_KEEP_DISKS | FT_CAP(FOWNER) | FT_CAP(KILL) | FT_CAP(SETPCAP) | \
     FT_CAP(NET_ADMIN) | FT_CAP(SYS_PTRACE) | FT_CAP(SYS_RESOURCE))
#define FT_KEEP_DAEMON (FT_KEEP_WORKER | FT_KEEP_WITNESS | FT_CAP(NET_RAW))

/*
 * Keeps those capabilities (FT_CAP | ...) and no other, in every set, and sets
 * no_new_privs. 0, or -errno when the kernel refuses: some are left then.
 */
int ft_privileges_keep(uint64_t capabilities);

#endif
