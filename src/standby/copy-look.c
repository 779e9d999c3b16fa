/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/copy-look.h"

#include <errno.h>
#include <string.h>

#define MADE_ANEW "The copy is made anew; see to what changes it."

int
ft_judge_replica(const char *path, const struct ft_file_seen *made,
                 const struct ft_file_seen *now, struct ft_error *err)
{
    if (now->error == ENOENT)
        return ft_fail(err, ENOENT, MADE_ANEW, "replica %s was removed", path);
    if (now->error)
        return ft_fail(err, now->error, "See to the storage of this host.",
                       "replica %s cannot be looked at: %s", path,
                       strerror(now->error));
    if (now->device != made->device || now->inode != made->inode)
        return ft_fail(err, ESTALE, MADE_ANEW,
                       "replica %s was replaced by another file", path);
    if (now->size != made->size)
        return ft_fail(err, EIO, MADE_ANEW,
                       "replica %s has %llu bytes, and was made with %llu",
                       path, (unsigned long long)now->size,
                       (unsigned long long)made->size);
    return 0;
}

int
ft_judge_waiting(const struct ft_waiting_seen *now, struct ft_error *err)
{
    if (!now->known)
        return 0;
    if (!now->active)
        return ft_fail(err, ESRCH, MADE_ANEW, "the waiting VM was ended");
    if (now->status[0] && strcmp(now->status, "inmigrate") != 0)
        return ft_fail(err, ESTALE, MADE_ANEW,
                       "the waiting VM does not wait any more, it is '%s'",
                       now->status);
    if (now->changed)
        return ft_fail(err, ESTALE, MADE_ANEW,
                       "the machine of the waiting VM was changed");
    return 0;
}

const char *
ft_judge_keeping(const struct ft_keeping_seen *seen)
{
    const struct ft_waiting_seen *now = &seen->waiting;

    return !seen->made     ? ""
           : !seen->asked  ? "the other host's engine is an older one"
           : seen->useless ? "the copy before could not be applied"
           : seen->other_disks || seen->other_files ? "the disks are others"
           : seen->other_program    ? "its QEMU was replaced on the host"
           : seen->other_definition ? "the VM was changed"
           : !now->known || !now->active || now->changed ||
                   strcmp(now->status, "inmigrate") != 0
               ? "the waiting VM is not as it was"
               : NULL;
}
