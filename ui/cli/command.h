/* SPDX-License-Identifier: GPL-2.0-or-later */
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
#include "ui/text/table.h"

/* Every option of every command; a command reads only those it declares. */
struct ft_cli_options {
    /* global */
    bool json;
    bool plain;
    const char *db;
    bool yes;
    bool accept_new_host_keys;
    int64_t timeout_s; /* for one answer of one host; 0: default */
    bool verbose;
    bool version;
    bool help;
    /* reaching hosts */
    const char *user;
    int64_t port;
    const char *identity;
    const char *password_file;
    const char *engine;
    /* host remove */
    bool keep_engine;
    bool purge;
    bool force;
    /* protect */
    const char *standby;
    const char *witness;
    const char *pool;
    const char *address;
    int64_t silence_ms;
    bool alone_without_witness;
    bool dry_run;
    /* events */
    bool follow;
    int64_t limit;
};

enum ft_option_kind { FT_OPTION_FLAG, FT_OPTION_TEXT, FT_OPTION_INTEGER };

struct ft_option {
    const char *name; /* long name without dashes; NULL ends a list */
    char letter;      /* short name or 0 */
    enum ft_option_kind kind;
    const char *argument; /* placeholder in the help, NULL for flags */
    size_t offset;        /* of the member in struct ft_cli_options */
    int64_t min;          /* bounds of an integer */
    int64_t max;
    const char *help;
};

struct ft_cli {
    struct ft_cli_options options;
    const struct ft_command *command;
    FILE *out;              /* data */
    FILE *messages;         /* everything else */
    struct ft_style style;  /* of out */
    struct ft_store *store; /* after ft_cli_store */
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
    enum ft_exit (*run)(struct ft_cli *cli, int argc, char **argv);
};

/* All commands, in the order of the help; a NULL ends the list. */
extern const struct ft_command *const ft_commands[];
extern const struct ft_option ft_global_options[];

/* The descriptor of "help", which needs the table itself, is in help.c. */
extern const struct ft_command ft_command_help;

/*
 * Parses argv (as main gets it) into cli->options and cli->command. *argc and
 * *argv are what is left: the command's arguments. Returns FT_EXIT_OK, or
 * FT_EXIT_USAGE after saying why on cli->messages. cli->command may be NULL
 * with FT_EXIT_OK: only global options were given.
 */
enum ft_exit ft_cli_parse(struct ft_cli *cli, int *argc, char ***argv);

/* The command with this name, or NULL. words is "host add" or "status". */
const struct ft_command *ft_command_find(const char *words);

/* True when some command's name begins with this noun and a blank. */
bool ft_command_is_noun(const char *word);

/* Help: of everything, of one noun's verbs, of one command. */
void ft_help_overview(FILE *stream);
void ft_help_noun(FILE *stream, const char *noun);
void ft_help_command(FILE *stream, const struct ft_command *command);

/*
 * Opens the database once for the command; *store stays cli's. An exit code:
 * not FT_EXIT_OK after the error was printed.
 */
enum ft_exit ft_cli_store(struct ft_cli *cli, struct ft_store **store);

/* Prints "ftadmin: text" and the hint; returns the exit code of err->code. */
enum ft_exit ft_cli_fail(struct ft_cli *cli, const struct ft_error *err);

/* The same from parts. */
enum ft_exit ft_cli_fail_text(struct ft_cli *cli, enum ft_exit code,
                              const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A line on cli->messages; only with --verbose for the second. */
void ft_cli_note(struct ft_cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ft_cli_verbose(struct ft_cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Prints document with --json, else rows by columns. Returns FT_EXIT_OK or
 * says why the output could not be written.
 */
enum ft_exit ft_cli_print(struct ft_cli *cli, const json_t *document,
                          const json_t *rows, const struct ft_column *columns,
                          size_t count);

/*
 * Asks a yes/no question on the terminal. FT_EXIT_OK: yes (also by --yes);
 * FT_EXIT_REFUSED when there is nobody to ask, FT_EXIT_INTERRUPTED for no.
 */
enum ft_exit ft_cli_confirm(struct ft_cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Milliseconds now and the age in seconds of a stored time. */
int64_t ft_cli_now_ms(void);
json_t *ft_cli_age(int64_t at_ms);

/*
 * From now on SIGINT and SIGTERM only set a flag; a second one ends the
 * process with 130. ft_cli_interrupted tells (usable as a callback).
 */
void ft_cli_catch_interrupts(void);
int ft_cli_interrupted(void *unused);

#endif
