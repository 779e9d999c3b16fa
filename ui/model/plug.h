/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Pull plug?": what the loss of each host would mean to the VMs that it has a
 * part in, counted by the same answers as what-if.h. Counted in parts, so that
 * nobody is held up by thousands of VMs. Pure; any thread.
 *
 * Ownership: ft_plugs_begin and ft_plugs_free; names are copied.
 */
#ifndef FT_UI_MODEL_PLUG_H
#define FT_UI_MODEL_PLUG_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "ui/model/what-if.h"

#define FT_PLUG_NAMES 512 /* bytes of the names of VMs that end alike */

struct ft_plug {
    struct ft_loss loss;
    size_t stop;   /* pairs that would stop, or be cut off */
    size_t others; /* VMs that no copy exists of, and would stop */
    bool doubt;    /* of one of its pairs nobody can tell */
    size_t outcomes[FT_OUTCOME_COUNT];
    /* "db on h2, mail on h2": as many as have room. */
    char names[FT_OUTCOME_COUNT][FT_PLUG_NAMES];
    size_t named[FT_OUTCOME_COUNT];
    size_t used[FT_OUTCOME_COUNT]; /* bytes of names */
};

struct ft_plugs {
    struct ft_plug *list; /* one for each host, in their order */
    size_t count;
};

/* For rows of ft_live_host_rows; without memory there are none. */
void ft_plugs_begin(struct ft_plugs *plugs, const json_t *hosts);
/* A row of ft_pair_row; one of ft_vm_rows. */
void ft_plugs_add_pair(struct ft_plugs *plugs, const json_t *row);
void ft_plugs_add_vm(struct ft_plugs *plugs, const json_t *row);
void ft_plugs_free(struct ft_plugs *plugs);

/* NULL: there is no such host. */
const struct ft_plug *ft_plugs_find(const struct ft_plugs *plugs,
                                    const char *host);

/*
 * "yes", "yes (1)": one unprotected VM stops, "NO 2 (1)": two pairs as well;
 * "silent" where the host (its row) does not answer, "?" where it cannot be
 * told.
 */
void ft_plug_word(const struct ft_plug *plug, const json_t *host, char out[32]);

/* "db on h2, mail on h2 and 3 more" of one outcome; empty: none. */
void ft_plug_list(const struct ft_plug *plug, enum ft_outcome outcome,
                  char *out, size_t size);

#endif
