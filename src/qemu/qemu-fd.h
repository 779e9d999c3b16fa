/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors of another process: finding them in /proc/PID/fd and taking them
 * over.
 *
 * Threads: thread safe.
 */
#ifndef FT_QEMU_QEMU_FD_H
#define FT_QEMU_QEMU_FD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Number that the open file of our fd has in process pid: the same inode, or
 * the same device for device nodes. The highest when there are several.
 * -ENOENT when there is none, -ESRCH when the process is gone.
 */
int ft_qemu_fd_number(pid_t pid, int fd);

/*
 * Number of a userfaultfd in process pid that is in asynchronous mode or not
 * set up yet: ours, QEMU uses neither. Looks above number `after` (-1: all).
 * -ENOENT when there is none, -ESRCH when the process is gone.
 */
int ft_qemu_fd_find_uffd(pid_t pid, int after);

/* Our copy of descriptor number of process pid (pidfd_getfd(2)), or -errno. */
int ft_qemu_fd_copy(pid_t pid, int number);

#endif
