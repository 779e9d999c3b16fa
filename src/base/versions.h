/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which version of a protocol two programs speak with each other. Pure; any
 * thread.
 *
 * Each says in its first word which versions it can, as two numbers: MEMBER is
 * the oldest and MEMBER_newest the newest, left out where both are one. Both then
 * reckon alike: the newest that both can. An engine of before this rule says
 * MEMBER only, and takes no other number: it still understands one that is newer,
 * for that names its oldest version first.
 *
 * Whoever raises a version keeps the one before as the oldest: while the hosts of
 * a pair are upgraded, one after the other, each meets the version before its own.
 */
#ifndef FT_BASE_VERSIONS_H
#define FT_BASE_VERSIONS_H

#include <stddef.h>

#include <jansson.h>

struct ft_versions {
    int oldest, newest; /* 1 and more */
};

enum ft_versions_refusal {
    FT_VERSIONS_OTHER_OLDER = -1, /* it is the one to be upgraded */
    FT_VERSIONS_OTHER_NEWER = -2, /* we are */
    FT_VERSIONS_NONE = -3,        /* what it said is no such number */
};

#define FT_VERSIONS_TEXT 32

/* The version that both speak, or why there is none (ft_versions_refusal). */
int ft_versions_choose(struct ft_versions ours, struct ft_versions others);

/* Into the first word. 0; -ENOMEM. */
int ft_versions_offer(struct ft_versions ours, const char *member,
                      json_t *hello);

/* What the other one's first word offers; 0 and 0 where it says nothing. */
struct ft_versions ft_versions_offered(const json_t *hello, const char *member);

/* "2", or "2 to 3", for people; "none" for nothing. Returns out. */
const char *ft_versions_text(struct ft_versions versions,
                             char out[FT_VERSIONS_TEXT]);

#endif
