/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pair a VM's name means: what the hosts say now, else the database.
 */
#ifndef FT_UI_CLI_PAIR_REF_H
#define FT_UI_CLI_PAIR_REF_H

#include "protect/protect.h"
#include "ui/cli/fleet.h"

struct ft_pair_lookup {
    struct ft_store_pair pair; /* owns the strings of ref */
    struct ft_pair_ref ref;
    bool live; /* some host said so now */
};

/*
 * Asks all hosts of the fleet for their status. An exit code: the error was
 * printed; FT_EXIT_NOT_FOUND when nobody knows such a pair.
 */
enum ft_exit ft_cli_pair_lookup(struct ft_cli *cli, struct ft_cli_fleet *fleet,
                                const char *vm, struct ft_pair_lookup *found);

/* STATUS of all pairs, merged; a new array or NULL. After ft_cli_fleet_each. */
json_t *ft_cli_merge(const struct ft_cli_fleet *fleet);

/*
 * Appends a short STATUS (pair, vm, uuid, state, primary) for every pair of the
 * database that is not among pairs.
 */
int ft_cli_add_stored(struct ft_store *store, json_t *pairs,
                      struct ft_error *err);

#endif
