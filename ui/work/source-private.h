/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What source.c shares with source-store.c, which reads the database. */
#ifndef FT_UI_WORK_SOURCE_PRIVATE_H
#define FT_UI_WORK_SOURCE_PRIVATE_H

#include "ui/model/making.h"
#include "ui/work/live.h"
#include "ui/work/source.h"

struct ft_work_source {
    const struct ft_work *work;
    struct ft_work_fleet fleet;
    struct ft_work_live *live;
    struct ft_store *store;
    int rate_ms;
    struct ft_picture picture;
    struct ft_making *making; /* the next one; NULL: none is being made */
    json_t *old;              /* rows of pictures before, to be let go of */
    struct ft_store_vm *vms;  /* of the database */
    size_t vm_count;
    int64_t vms_version; /* of the database when they were read */
    int64_t made_ns, read_ns;
    int64_t last_event; /* id of the newest one in the picture */
    int64_t cost;       /* of the picture, in ns */
    int64_t spent;      /* on the one that is being made */
    bool changed;       /* since the picture was made */
    bool turned;        /* more than figures and ages */
};

void ft_work_source_read_events(struct ft_work_source *source);
void ft_work_source_read_jobs(struct ft_work_source *source);
void ft_work_source_read_vms(struct ft_work_source *source);

/* The functions of the picture that look into the past. */
void ft_work_source_set_past(struct ft_work_source *source);

#endif
