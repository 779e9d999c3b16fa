/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy on its way, as "progress" of STATUS tells of it (ft-protocol(7)): how long
 * what is being copied, disks or memory, still takes. Pure; any thread.
 */
#ifndef FT_UI_MODEL_COPYING_H
#define FT_UI_MODEL_COPYING_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/*
 * Seconds from ... to, as ft_left_range says; false where progress is none, or does not
 * tell. An engine that is too old to say how even it goes on has one rate for both.
 */
bool ft_copying_left(const json_t *progress, int64_t *from, int64_t *to);

/*
 * Gives the row of a pair a "progress" of its own, if it has one, with "left_s" (two
 * seconds, the second null when it is not known; or null) and "left", the same for
 * people. 0, or -1 without memory.
 */
int ft_copying_complete(json_t *row);

#endif
