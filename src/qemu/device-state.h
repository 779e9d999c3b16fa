/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stops the VM at an exact point, takes its device state, and lets it run.
 *
 * First method, "pipe": QEMU's own xen-save-devices-state stops the VM, drains
 * and flushes its disks, then writes into a pipe that holds one page, and
 * blocks there: the first bytes mean "stopped". When the rest was read QEMU
 * restarts the VM by itself. QEMU opens the pipe as /proc/self/fd/N of a
 * descriptor given by getfd: no path, no label, and when this process dies at
 * any moment the write fails with EPIPE and QEMU restarts the VM.
 * Second method, "memfd", taken by itself where QEMU may not open that:
 * virDomainSuspend, save to a memfd, virDomainResume. There a dead worker
 * leaves the VM stopped; a marker file in folder says so, and
 * ft_saver_recover, which the daemon calls, lets it run. Nor is QEMU held there:
 * whoever resumes the VM makes the state another moment's than the pages, so who
 * copies these looks again (ft_saver_is_open).
 *
 * Ownership: ft_saver is freed by ft_saver_close; buffers are the caller's.
 * Threads: one thread calls; a thread of its own waits for QEMU's answer.
 * Times are ns of CLOCK_MONOTONIC, durations ns.
 * Source: qemu/migration/savevm.c (qmp_xen_save_devices_state,
 * qemu_loadvm_state), pipe(7).
 */
#ifndef FT_QEMU_DEVICE_STATE_H
#define FT_QEMU_DEVICE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libvirt/libvirt.h>

#include "base/error.h"
#include "virt/run-state.h"

#define FT_DEVICE_STATE_MAX (64u << 20) /* bytes */

struct ft_saver;

struct ft_device_state { /* zero bytes are an empty one */
    uint8_t *data;
    size_t size;     /* bytes used */
    size_t capacity; /* bytes allocated; grows up to the maximum */
};

struct ft_saver_times {
    int64_t stop_ns;       /* from ft_saver_stop until the VM stood */
    int64_t save_ns;       /* from ft_saver_finish until QEMU's answer */
    int64_t stopped_at_ns; /* when the stop was seen */
    int64_t running_at_ns; /* when the answer was seen; 0 when held */
    int64_t qemu_pause_ns; /* by QEMU's STOP and RESUME events, of the last
                                 * checkpoint whose events came; 0 unknown */
};

void ft_device_state_free(struct ft_device_state *state);

/*
 * Prepares checkpoints of dom, whose QEMU is process pid. folder (of the
 * worker, existing) takes the marker of the second method.
 */
int ft_saver_open(virDomainPtr dom, pid_t pid, const char *folder,
                  struct ft_saver **out, struct ft_error *err);

/*
 * Asks libvirt for QEMU's STOP, RESUME and BLOCK_IO_ERROR events, so that
 * qemu_pause_ns and ft_saver_look_at_disks are known. conn must outlive the saver and should carry events only (struct
 * ft_worker). Needs libvirt's default event loop in another thread. Costs
 * libvirtd some CPU per checkpoint.
 */
int ft_saver_watch_events(struct ft_saver *saver, virConnectPtr conn,
                          struct ft_error *err);

/*
 * Stops the VM; returns when it stands and its disks are drained. With hold
 * ft_saver_finish will leave it stopped (planned switchover: the VM never runs
 * between). -ETIMEDOUT after timeout_ms, -EIO and others with QEMU's words: the
 * VM runs again then, and ft_saver_close is what remains to be done after
 * -ETIMEDOUT; after others the next ft_saver_stop may be tried.
 */
int ft_saver_stop(struct ft_saver *saver, bool hold, int timeout_ms,
                  struct ft_error *err);

/*
 * Between stop and finish: how the VM would stand without us. Nobody can change
 * that meanwhile: it needs QEMU, which is at our command (the first method), or
 * it is found out (the second, ft_saver_check_stands).
 */
int ft_saver_stood(struct ft_saver *saver, enum ft_run_state *out,
                   struct ft_error *err);

/*
 * Between stop and finish: saves the first bytes of the device state, so many
 * (the second method all of it), so that what QEMU keeps for the resume
 * is what those bytes tell. *stands: the VM still stands and waits for
 * ft_saver_finish, which gets the same state. Errors as there.
 */
int ft_saver_save(struct ft_saver *saver, size_t bytes, int timeout_ms,
                  struct ft_device_state *state, bool *stands,
                  struct ft_error *err);

/*
 * Stopped, or held, by the second method: others can let the VM go on, and stop
 * it again. State and pages belong together when the state is taken, no page was
 * written since they were scanned, and only then ft_saver_check_stands is 0
 * (-ESTALE: it runs): what QEMU has under way for a disk ends by a stop alone.
 */
bool ft_saver_is_open(const struct ft_saver *saver);

int ft_saver_check_stands(struct ft_saver *saver, struct ft_error *err);

/*
 * Between stop, or save, and finish: lets the VM go on now, so that the caller
 * has something else to do until ft_saver_finish, which still must be called
 * and takes the state. expected: bytes that the state will have, near enough.
 * False, and nothing has changed, when it goes on in ft_saver_finish only.
 */
bool ft_saver_let_go(struct ft_saver *saver, size_t expected);

/*
 * Takes the device state into *state (replaced) and returns when the VM runs
 * again, or, after hold, stands with its state saved. -EFBIG beyond
 * FT_DEVICE_STATE_MAX, -ETIMEDOUT; after a failure the VM runs (unless held)
 * and the state is useless. times may be NULL.
 */
int ft_saver_finish(struct ft_saver *saver, int timeout_ms,
                    struct ft_device_state *state, struct ft_saver_times *times,
                    struct ft_error *err);

/*
 * After finish: whether QEMU told of a disk's error since the last look, as far
 * as the stop's state can know of one: all that it told until the VM went on has
 * come. UNKNOWN when it did not come in timeout_ms, or the VM stands: QEMU is to
 * be asked (virt/disk-errors.h).
 */
enum ft_saver_disks {
    FT_SAVER_DISKS_GOOD,
    FT_SAVER_DISKS_REPORTED, /* to the guest, of whatever drive */
    FT_SAVER_DISKS_STOPPED,  /* the VM: its request is tried again */
    FT_SAVER_DISKS_UNKNOWN,
};

enum ft_saver_disks ft_saver_look_at_disks(struct ft_saver *saver,
                                           int timeout_ms);

/* Gives up between stop and finish: the VM runs again, also when it was held.
 * Here and below, one that stood before our stop by another's will stands on. */
int ft_saver_cancel(struct ft_saver *saver, struct ft_error *err);

/* Lets a VM that finish left held run again (a switchover that failed). */
int ft_saver_release(struct ft_saver *saver, struct ft_error *err);

/* "pipe" or "memfd". */
const char *ft_saver_method(const struct ft_saver *saver);

/* Ends everything; cancels first when stopped in mid-checkpoint, and leaves a
 * finished hold alone. NULL is a no-op. */
void ft_saver_close(struct ft_saver *saver);

/*
 * Lets the VM run when a dead worker left it stopped (marker in folder). With
 * include_held also when it was left held for a switchover: only for who owns
 * the VM. *resumed may be NULL. 0 also when there was nothing to do.
 */
int ft_saver_recover(virDomainPtr dom, const char *folder, bool include_held,
                     bool *resumed, struct ft_error *err);

/* Closes the descriptors that dead workers left in QEMU. Not while a saver is
 * open. */
void ft_saver_remove_leftovers(virDomainPtr dom);

/*
 * The incoming migration stream that carries blob and nothing else: header,
 * configuration section with machine ("pc-i440fx-7.2"), the sections, end, an
 * empty description. *out is freed by the caller. -EINVAL when blob is not a
 * complete device state (magic, version 3, end mark), -EFBIG.
 */
int ft_device_stream(const void *blob, size_t size, const char *machine,
                     uint8_t **out, size_t *out_size, struct ft_error *err);

#endif
