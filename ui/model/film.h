/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A takeover, told: what is known of it, moment by moment, from the events of
 * all hosts by corrected clock, the record that the new primary made of it
 * ("last_takeover"), and what was measured before. What is not known is part
 * of it, in words.
 *
 * The document (schema 1): vm, uuid, pair, from, to, witness, planned, zero
 * (ISO 8601: the last thing heard, from which offsets count), sentence,
 * silent_ms (array of least and most, null where not known), times (offsets in
 * ms: asked, won, applied, ran; null where not known), clock (what was
 * corrected), moments (nr, at, offset_ms, host, kind, severity, text, argument,
 * source; those that nobody has told have a null offset), facts (title, text).
 *
 * Pure. Documents are new and the caller's. Any thread.
 */
#ifndef FT_UI_MODEL_FILM_H
#define FT_UI_MODEL_FILM_H

#include "ui/model/chronicle.h"
#include "ui/model/then.h"

struct ft_film_from {
    const json_t *pair;  /* its row of now, of ft_pair_row */
    const json_t *hosts; /* rows of ft_live_host_rows */
    const struct ft_chronicle *told;
    const char *until; /* the last takeover until then (ISO 8601, the host's
                          clock); NULL: the last one */
    bool (*measured)(void *data, const char *pair, int64_t at_ms,
                     struct ft_measured *out); /* may be NULL */
    void *data;
};

/* NULL: no takeover is known, or no memory. */
json_t *ft_film_make(const struct ft_film_from *from);

/* When the takeover that would be told was ("at" of its record); NULL: none. */
const char *ft_film_at(const struct ft_film_from *from);

#endif
