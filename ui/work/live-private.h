/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What live.c shares with live-keep.c, which writes it to the database, and
 * live-hosts.c, which knows whom to follow.
 */
#ifndef FT_UI_WORK_LIVE_PRIVATE_H
#define FT_UI_WORK_LIVE_PRIVATE_H

#include "db/later.h"
#include "remote/hub.h"
#include "ui/model/live-pairs.h"
#include "ui/work/live.h"
#include "ui/work/past.h"

/* One host, as the hub knows it. */
struct watched {
    struct ft_work_live *live;
    struct ft_hub_host *hub;
    const struct ft_store_host *stored; /* as it is followed; of its fleet */
    bool left; /* the database has it no more, or otherwise */
    char name[FT_STORE_NAME];
    uint64_t watch;          /* ticket of the stream; 0: none */
    uint64_t ask;            /* ticket of a status under way; 0: none */
    bool follows;            /* the stream's snapshot has come */
    enum ft_hub_phase phase; /* the last one that was heard of */
    int64_t next_ms;         /* not asked, and not followed, before that */
    int64_t follow_ms;       /* a host that is polled is followed then */
    int64_t last_event;      /* the highest number that the database has */
    struct ft_work_past past;
    uint64_t look;   /* ticket of a look at the machine; 0: none */
    int64_t look_ms; /* when the next one is due */
};

/* Hosts that were added since it is open. */
struct more_hosts {
    struct ft_work_fleet fleet;
    struct more_hosts *next;
};

struct ft_work_live {
    const struct ft_work *work;
    struct ft_hub *hub;
    struct ft_later *later;
    struct ft_live state;
    struct ft_recent *recent;
    struct watched **watched; /* those that were left, too */
    size_t watched_count;
    struct more_hosts *more;
    struct ft_work_live_wish wish;
    int64_t known;   /* version of the database when its pairs were read */
    bool news;       /* something else than figures has changed */
    bool turned;     /* the same, for who draws; see ft_work_live_turned */
    int64_t kept_ms; /* when that went to the database */
    struct ft_live_pairs *keeping; /* the rest of them; NULL: all went */
};

/* Follows all hosts of a fleet, which outlives the hub. */
int ft_work_live_watch_all(struct ft_work_live *live,
                           struct ft_work_fleet *fleet, struct ft_error *err);
/* Once the hub is closed. */
void ft_work_live_watch_none(struct ft_work_live *live);

/* An event of the host's log; what is none is passed over. */
void ft_work_live_keep_event(struct watched *watched, const json_t *from);

/* What a host measured in a second, or in some of them: for charts only. */
void ft_work_live_keep_second(struct watched *watched, const char *pair,
                              const json_t *sample);

/* The same of {"PAIR": {"seconds": [...]}}. */
void ft_work_live_keep_past(struct watched *watched, const json_t *all);

/*
 * What has changed, and from time to time the rest, where there is much of it
 * some at a time; the other way what others have done to the database. now_ms
 * is CLOCK_MONOTONIC.
 */
void ft_work_live_keep(struct ft_work_live *live, int64_t now_ms);

/* What has changed, for the last time: nothing is read again. */
void ft_work_live_keep_last(struct ft_work_live *live, int64_t now_ms);

#endif
