/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a VM is to be backed up, as the options of `backup` say it, for the command and for
 * the form that makes one. Pure; any thread.
 */
#ifndef FT_UI_MODEL_BACKUP_HOW_H
#define FT_UI_MODEL_BACKUP_HOW_H

#include <stdbool.h>
#include <stddef.h>

/* Each may be NULL: the option is not given. */
struct ft_backup_how {
    const char *output;      /* a file to make, or a folder */
    const char *format;      /* of that */
    const char *nbd;         /* a socket's path, or an address */
    const char *tls;         /* a folder of keys, for that */
    const char *incremental; /* an earlier one's file or folder */
    bool no_freeze;
};

/* What does not go together, in out; false: nothing is wrong. */
bool ft_backup_how_wrong(const struct ft_backup_how *how, char *out,
                         size_t size);

#endif
