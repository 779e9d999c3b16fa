/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One command about several VMs, one after another: what each of them prints with
 * --json is a member of one document, and the exit code is that of the worst.
 * Before, cli->batch is made an array. One thread.
 */
#ifndef FT_UI_CLI_BATCH_H
#define FT_UI_CLI_BATCH_H

#include "ui/cli/cli.h"

struct ft_batch_item {
    const char *vm;
    enum ft_exit code; /* of what was done with it last */
    json_t *document;  /* with --json: what is said of it */
};

/* From now on what is printed is about one VM; and that was it. */
void ft_batch_begin(struct ft_cli *cli);
void ft_batch_end(struct ft_cli *cli, struct ft_batch_item *item,
                  enum ft_exit code);

/*
 * Does it with each whose code is 0 so far. Once it is broken off, nothing more is
 * begun.
 */
void ft_batch_run(struct ft_cli *cli, struct ft_batch_item *items, size_t count,
                  enum ft_exit (*one)(void *data, size_t index), void *data);

/*
 * The document of all. of_all: what keeps all of them from being begun, which was
 * said last. The exit code of all.
 */
enum ft_exit ft_batch_print(struct ft_cli *cli,
                            const struct ft_batch_item *items, size_t count,
                            enum ft_exit of_all);

/* What is in items, and cli->batch. */
void ft_batch_free(struct ft_cli *cli, struct ft_batch_item *items,
                   size_t count);

#endif
