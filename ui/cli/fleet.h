/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts of the database as a fleet (src/protect/fleet.h), asked in
 * parallel: one thread a host, each with the SSH session of its own member.
 *
 * Ownership: ft_cli_fleet_close releases everything. Threads: during
 * ft_cli_fleet_each a member belongs to its thread, at all other times to the
 * caller; each thread works on a shallow copy of the fleet, so that it can
 * have its own prompts.
 */
#ifndef FT_UI_CLI_FLEET_H
#define FT_UI_CLI_FLEET_H

#include "protect/fleet.h"
#include "ui/cli/cli.h"
#include "ui/cli/prompt.h"

#define FT_CLI_CONNECT_MS 5000
#define FT_CLI_ANSWER_MS 10000

struct ft_cli_fleet {
    struct ft_cli *cli;
    struct ft_fleet fleet;
    struct ft_store_host *hosts; /* one for each member, same order */
    struct ft_prompt *prompts;   /* the same, and one for all */
    struct ft_error *errors;     /* of the last ft_cli_fleet_each */
    size_t count;
};

/*
 * All hosts of the database, none of them touched yet. with_engine: the local
 * ftengine is needed too. An exit code; the error was printed.
 */
enum ft_exit ft_cli_fleet_open(struct ft_cli *cli, bool with_engine,
                               struct ft_cli_fleet *fleet);

/* The same for hosts that are not in the database; hosts is taken over. */
enum ft_exit ft_cli_fleet_from(struct ft_cli *cli, bool with_engine,
                               struct ft_store_host *hosts, size_t count,
                               struct ft_cli_fleet *fleet);

void ft_cli_fleet_close(struct ft_cli_fleet *fleet);

/* Runs in a thread of its own. fleet is the thread's view. 0 or -errno. */
typedef int (*ft_cli_fleet_work)(struct ft_fleet *fleet,
                                 struct ft_member *member, size_t index,
                                 void *data, struct ft_error *err);

/* Runs work for every member; returns how many succeeded. errors[i].code is 0
 * for those. */
size_t ft_cli_fleet_each(struct ft_cli_fleet *fleet, ft_cli_fleet_work work,
                         void *data);

/* Work: fresh status, with the deadline of --timeout. */
int ft_cli_work_status(struct ft_fleet *fleet, struct ft_member *member,
                       size_t index, void *data, struct ft_error *err);

/* Work: facts, and status where an engine runs. */
int ft_cli_work_probe(struct ft_fleet *fleet, struct ft_member *member,
                      size_t index, void *data, struct ft_error *err);

/* Prints the error of every member that failed; the same hint only once. */
void ft_cli_fleet_complain(const struct ft_cli_fleet *fleet);

/* The exit code when not all members answered: 0, 7, or that of the error. */
enum ft_exit ft_cli_fleet_exit(const struct ft_cli_fleet *fleet);

/* Milliseconds of --timeout, or fallback. */
int ft_cli_timeout_ms(const struct ft_cli *cli, int fallback);

/*
 * Stores what is known of a member now: the host, its facts, and all below.
 * Only with facts. 0 or -errno.
 */
int ft_cli_remember(struct ft_store *store, struct ft_store_host *host,
                    const struct ft_member *member, struct ft_error *err);

#endif
