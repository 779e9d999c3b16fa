/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether what failed is tried again by itself, and when: a connection that
 * broke, or an engine that does not answer for a moment, is no reason to give
 * up what is half done on a host. Never after a refusal or a login that failed,
 * nor at a first contact: whoever asks for a host that is not there hears so at
 * once. That what is asked does no harm when it was done already is for the
 * caller to know.
 *
 * Pure; the state is plain memory of the caller. Times are CLOCK_MONOTONIC in
 * ns.
 */
#ifndef FT_REMOTE_AGAIN_H
#define FT_REMOTE_AGAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "remote/reach.h"

#define FT_AGAIN_MS 10000 /* patience with silence, where --timeout is less */
#define FT_AGAIN_FIRST_MS 250 /* before the second try; doubled each time */
#define FT_AGAIN_MOST_MS 4000
#define FT_AGAIN_BREAKS 4 /* that follow each other: no moment's trouble */

/* What is known of a host; all 0: nothing. */
struct ft_again {
    bool reached;     /* it has let us in before */
    bool heard;       /* its engine has answered before */
    unsigned tries;   /* that failed since */
    unsigned breaks;  /* of connections that came about, since what was done */
    int64_t since_ns; /* with tries: it has been silent for so long */
};

/* It has just let us in: its silence is over, but nothing is done yet. */
void ft_again_reached(struct ft_again *again);

/* What was asked is done, engine: by its engine. */
void ft_again_done(struct ft_again *again, bool engine);

/*
 * A try that began at began_ns has just failed. Milliseconds until the next one,
 * or -1: none, for this does not pass by itself, the host would have been silent
 * for patience_ms by then, or FT_AGAIN_BREAKS connections broke over it.
 */
int ft_again_after(struct ft_again *again, enum ft_reach reach,
                   int64_t began_ns, int64_t now_ns, int64_t patience_ms);

#endif
