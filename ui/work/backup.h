/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A protected VM backed up from its copy (protect/backup.h), into files here or by
 * others who read it here, as a job. A file has its name when all are whole, and on
 * their storage; until then it is NAME.part (backup-part.h), which goes when there is
 * none.
 */
#ifndef FT_UI_WORK_BACKUP_H
#define FT_UI_WORK_BACKUP_H

#include "protect/backup.h"
#include "protect/nbd-tls.h"
#include "ui/work/job.h"
#include "ui/work/pair.h"

struct ft_work_backup {
    const char *format; /* "qcow2" or "raw" */
    /* A file that is to be made; or a folder, for VM-vda.FORMAT and so on. */
    const char *output;
    bool freeze; /* the guest's file systems, by its agent, for that moment */
    const char *since; /* the output of an earlier one, qcow2, or NULL: what changed */
};

/*
 * Finds the pair among what hosts say now. Nothing is locked: the VM may be
 * switched over meanwhile, which ends the backup. -ENOENT; -EHOSTUNREACH no host
 * that carries it answers; -EAGAIN there is no whole copy.
 */
int ft_work_backup_prepare(struct ft_work_fleet *fleet, const char *vm,
                           struct ft_work_pair *found, struct ft_error *err);

/*
 * *document is a new reference, what `backup --json` prints. -EEXIST what is to be
 * made is there; -EBUSY a backup is under way, of the VM or to that file; -EISDIR there
 * are several disks, and no folder; -EIO it came to nothing; -EINTR the user wanted out:
 * nothing stays.
 */
int ft_work_backup(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
                   const struct ft_work_backup *how,
                   const struct ft_progress *progress, json_t **document,
                   struct ft_job_outcome *outcome, struct ft_error *err);

/*
 * What --json prints of every backup, new: "consistency" is "frozen" or "crash", and
 * "not_frozen" why a guest that was to be frozen could not be.
 */
json_t *ft_work_backup_document(const struct ft_work_pair *found,
                                const struct ft_backup_begun *begun);

struct ft_work_served {
    const char *socket;            /* a path, without creds */
    struct ft_nbd_address address; /* with them */
    const char *creds; /* a folder, as protect/nbd-tls.h has it; or NULL */
    bool freeze;
};

/*
 * The same for clients of others: serves the disks by NBD on a unix socket,
 * which is made for it and its owner alone, and removed; or with TLS on the network.
 * Once it listens, ready is told of what `backup --nbd --json` prints, by any thread
 * while this one waits. 0: the user wanted out, which is how
 * it ends. -EEXIST; -EIO it came to nothing, and so has what clients have read.
 */
typedef void ft_work_backup_ready(void *data, const json_t *document);
int ft_work_backup_serve(struct ft_work_fleet *fleet,
                         const struct ft_work_pair *found,
                         const struct ft_work_served *how,
                         ft_work_backup_ready *ready, void *data,
                         struct ft_job_outcome *outcome, struct ft_error *err);

#endif
