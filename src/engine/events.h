/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's event log: /var/lib/ftadmin/events.jsonl, one JSON object a line
 * (EVENT in ft-protocol(7)), bounded to two files of 1 MiB. Each new event is
 * told to the followers. Daemon only, loop thread only.
 */
#ifndef FT_ENGINE_EVENTS_H
#define FT_ENGINE_EVENTS_H

#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

/* Reads what is there, to go on with its numbers. host is copied. */
int ft_events_open(const char *host, struct ft_error *err);

/*
 * Records an event (stolen): its members severity, kind, text, and where they
 * apply pair and vm; seq, at and host are added here.
 */
void ft_events_add(json_t *event);

/* The same from parts; pair and vm may be NULL. */
void ft_events_note(const char *severity, const char *kind, const char *pair,
                    const char *vm, const char *text);

/* Events with seq > since, at most 1000, newest last; a new array. */
json_t *ft_events_since(int64_t since);

/* The number of the newest event; 0 when there was none yet. */
int64_t ft_events_last(void);

#endif
