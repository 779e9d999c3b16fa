/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a picture (ui/model/picture.h) comes from: the live state (ui/work/live.h) and
 * the database. Threads: one, the store's. Ownership: the picture is the
 * source's, and changes with ft_work_source_take only.
 */
#ifndef FT_UI_WORK_SOURCE_H
#define FT_UI_WORK_SOURCE_H

#include "ui/model/picture.h"
#include "ui/work/fleet.h"

struct ft_work_source;

/*
 * Nobody is waited for: the first picture is the database's. To be closed also
 * after an error. Hosts that are added later are followed too.
 */
int ft_work_source_open(const struct ft_work *work, int rate_ms,
                        struct ft_work_source **source, struct ft_error *err);
void ft_work_source_close(struct ft_work_source *source);

/* Readable when hosts have said something; may change, and be -1. */
int ft_work_source_descriptor(const struct ft_work_source *source);

/*
 * Takes what has come; true when the picture is a new one. How often that is:
 * ui/model/pace.h. It takes some ms at most: where there is more to do the
 * source is busy, and wants to be called again at once.
 */
bool ft_work_source_take(struct ft_work_source *source);
bool ft_work_source_is_busy(const struct ft_work_source *source);

/* Something has happened that is not in the picture yet: take again soon. */
bool ft_work_source_waits(const struct ft_work_source *source);

const struct ft_picture *ft_work_source_picture(
    const struct ft_work_source *source);

/* Hosts that were given up are tried now: by hand, or since a password came. */
void ft_work_source_retry(struct ft_work_source *source);

/* What has changed in the database is read at the next take. */
void ft_work_source_ask_again(struct ft_work_source *source);

#endif
