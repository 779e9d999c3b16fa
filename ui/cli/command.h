/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command is: a constant descriptor, one verb per file. They are listed
 * in ui/cli/commands.c, and main hands that table to parsing and help, which
 * know only what is here. Constant; any thread.
 */
#ifndef FT_UI_CLI_COMMAND_H
#define FT_UI_CLI_COMMAND_H

#include <stdbool.h>

#include "ui/cli/exit.h"
#include "ui/cli/options.h"

struct ft_cli;

/* What the frame opens before the command runs; each includes those above. */
enum ft_needs {
    FT_NEEDS_NOTHING,
    FT_NEEDS_DATABASE, /* cli->work */
    FT_NEEDS_HOSTS,    /* cli->fleet, nobody touched yet */
    FT_NEEDS_ENGINE,   /* the local ftengine, to be installed on hosts */
};

struct ft_command {
    const char *name;    /* "status" or "host add" */
    const char *usage;   /* arguments: "VM" */
    const char *summary; /* one line, no full stop */
    const char *details; /* more for --help, or NULL */
    const struct ft_option *options;
    int min_arguments;
    int max_arguments; /* -1: any number */
    bool hidden;       /* for tests; not in the list */
    bool asks_nobody;  /* no prompts: it draws on the terminal itself */
    enum ft_needs needs;
    /* What is wrong with the arguments can be seen before; NULL: nothing. */
    enum ft_exit (*check)(struct ft_cli *cli, int argc, char **argv);
    enum ft_exit (*run)(struct ft_cli *cli, int argc, char **argv);
};

/* All commands, in the order of the help; a NULL ends the list. */
typedef const struct ft_command *const *ft_command_table;

#endif
