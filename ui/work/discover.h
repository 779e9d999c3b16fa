/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking for machines: which ones this machine's SSH knows, which addresses
 * answer, and what those are that let us in. Nothing is changed there: one SSH
 * session a machine, a script on the standard input of sh(1), no file written;
 * an engine that runs there is asked too.
 *
 * Ownership: rows are the caller's. Threads: the caller's, and one for each
 * machine that is looked at.
 */
#ifndef FT_UI_WORK_DISCOVER_H
#define FT_UI_WORK_DISCOVER_H

#include "ui/model/addresses.h"
#include "ui/model/ssh-names.h"
#include "ui/work/work.h"

/*
 * Names that ~/.ssh/config and known_hosts have, nobody is contacted: objects
 * with "name", "source", "address", "user", "via" (null: straight), "state"
 * "named", and "marked": whether to look there when nobody says where.
 */
int ft_work_candidates(const struct ft_work *work, json_t **rows,
                       struct ft_ssh_names_left *left, struct ft_error *err);

struct ft_work_discovery {
    const struct ft_work *work;
    const struct ft_addresses *targets;
    unsigned port;        /* of addresses; 0: 22 */
    const char *user;     /* to log in as, or NULL */
    const char *host_key; /* "TYPE SHA256:...": trusted, when it is this one */
    /*
     * A row: "name", "state" ("answers", "looked" or "failed"), and what was
     * found (ui/model/found.h) or "reach", "error", "hint" and "keys". By any
     * thread, one at a time. A machine that answers gets two.
     */
    void (*row)(void *data, const json_t *row);
    void *data;
};

struct ft_work_discovered {
    size_t asked, looked, failed;
    size_t silent, refused, no_route; /* of addresses that got no row */
};

/* Of so many addresses each gets a row, also when it is silent. */
#define FT_WORK_DISCOVER_FEW 32

/* 0, also when nothing was found; -ECANCELED when interrupted, -ENOMEM. */
int ft_work_discover(const struct ft_work_discovery *discovery,
                     struct ft_work_discovered *found, struct ft_error *err);

#endif
