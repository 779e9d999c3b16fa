/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that libvirt gives to files of a VM, and that we give to domains. Pure;
 * thread safe.
 */
#ifndef FT_BASE_LIBVIRT_NAMES_H
#define FT_BASE_LIBVIRT_NAMES_H

/*
 * Where the pid of a VM's QEMU is: malloc'd, or NULL without memory. The name is
 * written as in XML: virPidFileBuildPath of libvirt's src/util/virpidfile.c.
 */
char *ft_libvirt_pid_file(const char *vm);

/* The domain of a rehearsal, then the UUID of its pair: it is there for seconds, and
 * no VM of anybody's. */
#define FT_REHEARSAL_PREFIX "ftadmin-rehearsal-"

#endif
