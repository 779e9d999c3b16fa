/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts of the database as a fleet (src/protect/fleet.h), asked in
 * parallel: one thread a host, each with the SSH session of its own member.
 *
 * Ownership: ft_work_fleet_close releases everything. Threads: during
 * ft_work_fleet_each a member belongs to its thread, at all other times to the
 * caller; each thread works on a shallow copy of the fleet, so that its
 * questions are counted for its own connection.
 */
#ifndef FT_UI_WORK_FLEET_H
#define FT_UI_WORK_FLEET_H

#include "protect/fleet.h"
#include "ui/work/work.h"

struct ft_work_asking; /* whose questions are counted; in fleet.c */

struct ft_work_fleet {
    const struct ft_work *work;
    struct ft_fleet fleet;
    struct ft_store_host *hosts;   /* one for each member, same order */
    struct ft_work_asking *asking; /* the same, and one for all */
    struct ft_error *errors;       /* of the last ft_work_fleet_each */
    struct ft_apart *apart;        /* the rules of the database */
    size_t count;
};

/*
 * All hosts of the database, none of them touched yet. with_engine: the local
 * ftengine is needed too, -ENOENT when there is none. To be closed also after
 * an error.
 */
int ft_work_fleet_open(const struct ft_work *work, bool with_engine,
                       struct ft_work_fleet *fleet, struct ft_error *err);

/* The same for these hosts, known or not; the array is taken over always. */
int ft_work_fleet_from(const struct ft_work *work, bool with_engine,
                       struct ft_store_host *hosts, size_t count,
                       struct ft_work_fleet *fleet, struct ft_error *err);

/*
 * How the member of this index is reached, for who connects by himself. It
 * refers to the fleet.
 */
struct ft_ssh_options ft_work_fleet_ssh(struct ft_work_fleet *fleet,
                                        size_t index);

/* Also of all zero. */
void ft_work_fleet_close(struct ft_work_fleet *fleet);

/* Runs in a thread of its own. fleet is the thread's view. 0 or -errno. */
typedef int (*ft_work_each)(struct ft_fleet *fleet, struct ft_member *member,
                            size_t index, void *data, struct ft_error *err);

/*
 * Runs each for every member, 32 at once; returns how many succeeded.
 * errors[i].code is 0 for those.
 */
size_t ft_work_fleet_each(struct ft_work_fleet *fleet, ft_work_each each,
                          void *data);

/* Fresh status of every member; returns how many answered. */
size_t ft_work_fleet_status(struct ft_work_fleet *fleet);

/* Fresh facts of every member, and status where an engine runs; the same. */
size_t ft_work_fleet_probe(struct ft_work_fleet *fleet);

/* One member's part of ft_work_fleet_status; data is the struct ft_work. */
int ft_work_each_status(struct ft_fleet *fleet, struct ft_member *member,
                        size_t index, void *data, struct ft_error *err);

/*
 * Why the last ft_work_fleet_each failed for this member, with the host's name
 * in the text. False when it did not.
 */
bool ft_work_fleet_error(const struct ft_work_fleet *fleet, size_t index,
                         struct ft_error *err);

/* "h1 h2 w1", the first count ones, as far as they fit. */
void ft_work_fleet_names(const struct ft_work_fleet *fleet, size_t count,
                         char out[FT_STORE_TEXT]);

/* Did the host of this name answer, or is it none of ours? */
bool ft_work_fleet_answered(const struct ft_work_fleet *fleet, const char *name);

#endif
