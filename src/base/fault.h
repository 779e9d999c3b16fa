/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named fault points, for tests of what happens when a step fails.
 *
 * FT_FAULT("name") is 0 in an ordinary build. With --enable-fault-injection it
 * looks the name up in the environment variable FT_FAULTS, a comma-separated
 * list of name=ACTION[@N] where ACTION is an errno number to return, "kill"
 * (SIGKILL of this process) or "hang", and N the occurrence that fails
 * (default: the first). /var/lib/ftadmin/faults holds the same list for the
 * engine, read at each worker's start.
 */
#ifndef FT_BASE_FAULT_H
#define FT_BASE_FAULT_H

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#ifdef FT_FAULT_INJECTION
#define FT_FAULT(name) ft_fault_hit(name)
#else
#define FT_FAULT(name) 0
#endif

/* Reads more fault points from a file in FT_FAULTS syntax; ignores a missing file. */
void ft_fault_load(const char *path);

/* Returns 0, or -errno when the fault point is armed and due; may not return. */
int ft_fault_hit(const char *name);

#endif
