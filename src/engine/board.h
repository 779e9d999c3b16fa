/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host knows of its pairs: the last STATUS of each pair's worker and
 * how long ago that was, and the past of its figures (series.h), which outlives
 * workers and, as minutes and hours, daemons. Whatever changes is told to the
 * followers (followers.h); while nobody follows, only the series are kept.
 * Written by the supervisor, read by verbs. Daemon only, loop thread only.
 */
#ifndef FT_ENGINE_BOARD_H
#define FT_ENGINE_BOARD_H

#include <stdbool.h>
#include <sys/types.h>

#include <jansson.h>

#include "pair/series.h"

struct ft_board_pair;

/* Begins with a pair, and reads the past that was saved. NULL: no room. */
struct ft_board_pair *ft_board_add(const char *pair);

/* The pair is no more: its followers are told so. NULL is fine. */
void ft_board_remove(struct ft_board_pair *pair);

/* Its worker is this process now; 0: it has none. older: of another program. */
void ft_board_worker(struct ft_board_pair *pair, pid_t pid, bool older);

/* Its worker sent something, and so lives. */
void ft_board_spoke(struct ft_board_pair *pair);

/* The worker's STATUS; the reference stays the caller's. */
void ft_board_status(struct ft_board_pair *pair, json_t *status);

/* The problem of the last STATUS is this ERROR now, until the next one comes. */
void ft_board_problem(struct ft_board_pair *pair, const json_t *problem);

/* Why there is no STATUS: what is told of the pair until there is one. */
enum ft_board_silence {
    FT_BOARD_STARTING, /* its worker is to speak */
    FT_BOARD_GAVE_UP,
    FT_BOARD_DRAINED,    /* the host goes down, and no copy waits on it */
    FT_BOARD_MAINTAINED, /* it is under maintenance, the same */
};

/* The last STATUS holds no more. */
void ft_board_no_status(struct ft_board_pair *pair,
                        enum ft_board_silence silence);

/* SECOND of ft-protocol(7), from the worker; what is none is left out. */
void ft_board_sample(struct ft_board_pair *pair, const json_t *sample);

/*
 * Tells the followers whatever they do not know yet: before another one joins
 * them, who gets ft_board_statuses instead.
 */
void ft_board_tell(void);

/* A list of STATUS, with worker_pid, worker_older and age_ms. */
json_t *ft_board_statuses(void);

/* {PAIR: ms since its worker spoke}. */
json_t *ft_board_ages(void);

/* {VM-UUID: PAIR}, in lower case. */
json_t *ft_board_vms(void);

/* {VM-UUID: true} of VMs that are copies here, and so wait paused. */
json_t *ft_board_waiting_vms(void);

/* One pair's series as an object; NULL when there is none of this name. */
json_t *ft_board_series(const char *pair, struct ft_series_parts parts);

/*
 * {PAIR: its series} of all pairs; with more than four of them fewer seconds,
 * and no minutes and hours, so that it stays short.
 */
json_t *ft_board_all_series(struct ft_series_parts parts);

/* Saves all series, before the daemon ends: what can be done in four seconds. */
void ft_board_save(void);

#endif
