/*
 * The command line of ftadmin: a table of constant descriptors, one verb per
 * file. Parsing, help and the man page's test are made from the table.
 *
 * A command runs once and the process ends, so memory that lives as long as
 * the command may live in struct ft_cli. One thread, except where a file says
 * otherwise (ui/cli/fleet.c asks hosts in parallel).
 */
#ifndef FT_UI_CLI_COMMAND_H
#define FT_UI_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "base/error.h"
#include "db/store.h"
#include "ui/cli/exit.h"
#include "ui/model/table.h"

/* Every option of every command; a command reads only those it declares. */
struct ft_cli_options {
    /* global */
    bool json;
    bool plain;
    const char *db;
    bool yes;
    bool accept_new_host_keys;
    int64_t timeout_s;          /* for one answer of one host; 0: default */
    bool verbose;
    bool version;
    bool help;
    /* host add */
    const char *user;
    int64_t port;
    const char *identity;
    const char *password_file;
    const char *engine;
    /* protect */
    const char *standby;
    const char *witness;
    bool dry_run;
    bool no_wait;
    bool force;
    /* events */
    bool follow;
    int64_t limit;
};

enum ft_option_kind { FT_OPTION_FLAG, FT_OPTION_TEXT, FT_OPTION_INTEGER };

struct ft_option {
    const char *name;           /* long name without dashes; NULL ends a list */
    char letter;                /* short name or 0 */
    enum ft_option_kind kind;
    const char *argument;       /* placeholder in the help, NULL for flags */
    size_t offset;              /* of the member in struct ft_cli_options */
    int64_t min;                /* bounds of an integer */
    int64_t max;
    const char *help;
};

struct ft_cli {
    struct ft_cli_options options;
    const struct ft_command *command;
    FILE *out;                  /* data */
    FILE *messages;             /* everything else */
    struct ft_style style;      /* of out */
    struct ft_store *store;     /* after ft_cli_store */
};

struct ft_command {
    const char *name;           /* "status" or "host add" */
    const char *usage;          /* arguments: "VM" */
    const char *summary;        /* one line, no full stop */
    const char *details;        /* more for --help, or NULL */
    const struct ft_option *options;
    int min_arguments;
    int max_arguments;          /* -1: any number */
    bool hidden;                /* for tests; not in the list */
    enum ft_exit (*run)(struct ft_cli *cli, int argc, char **argv);
};

/* All commands, in the order of the help; a NULL ends the list. */
extern const struct ft_command *const ft_commands[];
extern const struct ft_option ft_global_options[];

#endif
