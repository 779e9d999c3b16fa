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
 * Keeps those capabilities (FT_CAP | ...) and no other, in every set, and sets
 * no_new_privs. 0, or -errno when the kernel refuses: some are left then.
 */
int ft_privileges_keep(uint64_t capabilities);

#endif
