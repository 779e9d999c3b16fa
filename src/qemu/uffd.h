/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A userfaultfd of QEMU's address space that this process holds too.
 *
 * QEMU runs unprivileged under seccomp, where userfaultfd(2) is refused. So it
 * gets an open /dev/userfaultfd by QMP getfd, and ioctl(USERFAULTFD_IOC_NEW) on
 * it is injected: the permission was checked when we opened the device.
 *
 * QEMU keeps its descriptor, so that a restarted worker finds the tracking as it
 * was (ft_uffd_open); or has none (ft_uffd_open_apart), and the kernel ends the
 * tracking with the process that holds it, however that ends.
 *
 * Ownership: plain struct of the caller. Threads: one thread at a time.
 * Source: Documentation/admin-guide/mm/userfaultfd.rst, userfaultfd(2).
 */
#ifndef FT_QEMU_UFFD_H
#define FT_QEMU_UFFD_H

#include <stdint.h>
#include <sys/types.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

struct ft_uffd {
    pid_t pid;
    int fd;          /* ours */
    int number;      /* QEMU's; -1: it has none */
    int64_t held_ns; /* QEMU's main thread stood for our calls, at most */
};

/* Whether this kernel can do it; as ft_guest_memory_supported. */
int ft_uffd_supported(struct ft_error *err);

/* Makes one in QEMU, or takes over that of a dead worker (and closes more). */
int ft_uffd_open(virDomainPtr dom, pid_t pid, struct ft_uffd *uffd,
                 struct ft_error *err);

/*
 * Makes one of which QEMU keeps no descriptor. -EBUSY: it has one of ours, that of
 * a worker that lives or died.
 */
int ft_uffd_open_apart(virDomainPtr dom, pid_t pid, struct ft_uffd *uffd,
                       struct ft_error *err);

/* Registers a range for asynchronous write tracking, or ends that. */
int ft_uffd_register(const struct ft_uffd *uffd, uint64_t start, uint64_t size,
                     struct ft_error *err);
int ft_uffd_unregister(const struct ft_uffd *uffd, uint64_t start,
                       uint64_t size, struct ft_error *err);

/* Closes it on both sides. Success also when QEMU is gone. */
int ft_uffd_close(struct ft_uffd *uffd, struct ft_error *err);

/* Closes all of ours in dom's QEMU, process pid; *closed counts. */
int ft_uffd_close_leftovers(virDomainPtr dom, pid_t pid, unsigned *closed,
                            struct ft_error *err);

#endif
