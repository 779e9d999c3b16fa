/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pipe into which QEMU saves its device state, and the thread that waits
 * for QEMU's answer meanwhile. Private to device-state.c.
 *
 * Ownership: the struct is counted by reference: a thread stuck in libvirt may
 * outlive ft_saver_close. Threads: named in each prototype.
 */
#ifndef FT_QEMU_SAVER_PIPE_H
#define FT_QEMU_SAVER_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

struct ft_saver_pipe;

/* Makes the pipe, gives QEMU its writing end and starts the thread. */
int ft_saver_pipe_open(virDomainPtr dom, pid_t pid, struct ft_saver_pipe **out,
                       struct ft_error *err);

/*
 * Tells the thread to save, and returns when QEMU begins to write: the VM is
 * stopped. -EACCES when QEMU may not open the pipe, -ETIMEDOUT, or QEMU's
 * error; after any failure the pipe is of no use any more.
 */
int ft_saver_pipe_begin(struct ft_saver_pipe *pipe, int64_t deadline_ns,
                        struct ft_error *err);

/*
 * Appends what QEMU wrote to data until there are so many bytes, and no more:
 * whatever is read beyond brings QEMU nearer to the restart of the VM. *waits:
 * QEMU has not answered; it waits when it has more than a page left to write.
 */
int ft_saver_pipe_read(struct ft_saver_pipe *pipe, int64_t deadline_ns,
                       size_t bytes, uint8_t **data, size_t *size,
                       size_t *capacity, size_t limit, bool *waits,
                       struct ft_error *err);

/*
 * Makes room for the rest of the state, so that QEMU writes it in one go and
 * restarts the VM without waiting for drain. False when there is no room for so
 * many bytes: then it waits.
 */
bool ft_saver_pipe_let_go(struct ft_saver_pipe *pipe, size_t bytes);

/* Appends what QEMU wrote to data until its answer is there. *data is grown up
 * to limit bytes. Failures as above, -EFBIG, -ENOMEM. */
int ft_saver_pipe_drain(struct ft_saver_pipe *pipe, int64_t deadline_ns,
                        uint8_t **data, size_t *size, size_t *capacity,
                        size_t limit, struct ft_error *err);

/*
 * Closes the reading end: QEMU's write fails and it restarts the VM. Waits for
 * its answer until deadline_ns, takes the writing end from QEMU and frees.
 */
void ft_saver_pipe_close(struct ft_saver_pipe *pipe, int64_t deadline_ns);

/* Takes a dead worker's pipe from QEMU; harmless when there is none. */
void ft_saver_pipe_remove_leftover(virDomainPtr dom);

#endif
