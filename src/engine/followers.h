/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whoever follows this host (ft-protocol(7), verbs watch and events): a bounded
 * list, the pace at which each is told figures, and the lines to all of them.
 * A follower that is gone, or was sent away because it does not read, is
 * forgotten. Daemon only, loop thread only.
 */
#ifndef FT_ENGINE_FOLLOWERS_H
#define FT_ENGINE_FOLLOWERS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "engine/control-server.h"
#include "pair/series.h"

/* Half of the connections: the others are for who wants something done. */
#define FT_FOLLOWERS_MAX 32

/* Pairs on a host; each has a slot below this. */
#define FT_PAIRS_MAX 256

/* Follows events only. -EBUSY: there are FT_FOLLOWERS_MAX. */
int ft_followers_add(struct ft_request request, struct ft_error *err);

/* Follows everything; figures at most every rate_ms. The same error. */
int ft_followers_add_watcher(struct ft_request request, unsigned rate_ms,
                             struct ft_error *err);

/* Forgets one without a word; false: it followed nothing. */
bool ft_followers_remove(struct ft_request request);

/* Whether anybody follows everything: nothing else need be made up for them. */
bool ft_followers_watching(void);

/* A line to all who follow everything; stolen. */
void ft_followers_tell(json_t *line);

/* An event to all; not stolen. */
void ft_followers_event(json_t *event);

/*
 * Whether somebody is to be told figures of this slot now, and a line to all of
 * them; stolen. News (ft_followers_news) carries figures, too, for everybody.
 */
bool ft_followers_figures_due(unsigned slot, int64_t now);
void ft_followers_figures(unsigned slot, int64_t now, json_t *line);
void ft_followers_news(unsigned slot, int64_t now, json_t *line);

/*
 * There is another second in a pair's series: told to whoever follows, or, at a
 * slower pace, summed up with those before it.
 */
void ft_followers_second(unsigned slot, int64_t now, const char *pair,
                         const struct ft_series *series);

/* The slot is another pair's from now on. */
void ft_followers_forget_slot(unsigned slot);

#endif
