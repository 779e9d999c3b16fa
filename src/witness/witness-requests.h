/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the witness answers to what it is asked (ft-protocol(7), THE WITNESS
 * PROTOCOL). Of the thread that has the store.
 */
#ifndef FT_WITNESS_WITNESS_REQUESTS_H
#define FT_WITNESS_WITNESS_REQUESTS_H

#include <jansson.h>

#include "witness/witness-store.h"

/*
 * The answer to who has pair's key, a new reference; NULL: none is given (no
 * memory), and the connection ends. What it says is on stable storage.
 */
json_t *ft_witness_request(struct ft_witness_store *store, const char *pair,
                           const json_t *request);

#endif
