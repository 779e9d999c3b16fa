/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies between this process and another one, in large vectors
 * (process_vm_readv(2), process_vm_writev(2)).
 *
 * Threads: thread safe. local[i] and remote[i] must have the same length;
 * remote addresses are those of process pid. Errors: -ESRCH the process is
 * gone, -EFAULT an address is not mapped there, -EPERM, -EINVAL lengths differ.
 */
#ifndef FT_QEMU_PROCESS_MEMORY_H
#define FT_QEMU_PROCESS_MEMORY_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/error.h"

int ft_process_memory_write(pid_t pid, const struct iovec *local,
                            const struct iovec *remote, size_t n,
                            struct ft_error *err);

int ft_process_memory_read(pid_t pid, const struct iovec *local,
                           const struct iovec *remote, size_t n,
                           struct ft_error *err);

#endif
