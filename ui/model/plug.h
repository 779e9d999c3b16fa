/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Pull plug?": what the loss of each host would stop, counted by the same
 * answers as what-if.h. Pure; plain memory of the caller; any thread.
 */
#ifndef FT_UI_MODEL_PLUG_H
#define FT_UI_MODEL_PLUG_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct ft_plug {
    size_t stop;   /* pairs that would stop, or be cut off */
    size_t others; /* VMs that no copy exists of, and would stop */
    bool doubt;    /* of one of its pairs nobody can tell */
};

/*
 * plugs: a place for each of the hosts (rows of ft_live_host_rows), count of
 * them at most. pairs and vms as of ft_what_if_rows.
 */
void ft_plug_count(const json_t *pairs, const json_t *vms, const json_t *hosts,
                   struct ft_plug *plugs, size_t count);

/*
 * "yes", "yes (1)": one unprotected VM stops, "NO 2 (1)": two pairs as well;
 * "silent" where the host does not answer, "?" where it cannot be told.
 */
void ft_plug_word(const struct ft_plug *plug, const json_t *host, char out[32]);

#endif
