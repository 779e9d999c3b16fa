/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The QEMU that a host has, before anything is started in it.
 */
#ifndef FT_VIRT_HOST_QEMU_H
#define FT_VIRT_HOST_QEMU_H

#include <libvirt/libvirt.h>

#define FT_HOST_QEMU_SIZE 32

/*
 * The version of the QEMU in which libvirt would start a domain of this definition,
 * "7.2.22". Empty where it is not known: libvirt tells that of its default program
 * only (virConnectGetVersion), so of a definition that names another one nothing.
 */
void ft_host_qemu(virConnectPtr conn, const char *xml,
                  char out[FT_HOST_QEMU_SIZE]);

#endif
