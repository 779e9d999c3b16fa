/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the waiting copy is still what was made: what is seen of its files and
 * of its QEMU against what was recorded then. Pure; any thread.
 *
 * Its QEMU opens a replica by its path when it takes over, so the path is what
 * counts, whatever the file that is open here has.
 */
#ifndef FT_STANDBY_COPY_LOOK_H
#define FT_STANDBY_COPY_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A file as lstat(2) by its path shows it. */
struct ft_file_seen {
    int error; /* errno; 0: it is there, and the rest holds */
    uint64_t device, inode, size;
};

/* The waiting QEMU, as libvirt and it say. */
struct ft_waiting_seen {
    bool known;           /* libvirt answered */
    bool active, changed; /* it runs; its machine is another than was made */
    char status[24];      /* query-status; empty: it gave no answer */
};

/*
 * 0, or the error that says what is wrong with the replica at path: removed,
 * replaced, not as long as the disk (then -ENOENT, -ESTALE, -EIO), not to be
 * looked at (that error).
 */
int ft_judge_replica(const char *path, const struct ft_file_seen *made,
                     const struct ft_file_seen *now, struct ft_error *err);

/* The same of the QEMU: -ESRCH, -ESTALE. One that gives no answer may wait. */
int ft_judge_waiting(const struct ft_waiting_seen *now, struct ft_error *err);

/*
 * What is seen of a waiting QEMU when the next copy begins: whether that may go into
 * its memory, so that only pages that differ are sent.
 */
struct ft_keeping_seen {
    bool made;  /* by this process, and not ended */
    bool asked; /* the primary can compare */
    bool useless, other_disks, other_program; /* its copy; of it; that it runs */
    bool other_files, other_definition; /* of the disks; than would be started */
    struct ft_waiting_seen waiting;
};

/* NULL, or why not: empty where none was made. Anything uncertain is a reason. */
const char *ft_judge_keeping(const struct ft_keeping_seen *seen);

#endif
