/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of the command line: its options, its streams, its database, and
 * what every verb says and asks by.
 *
 * A command runs once and the process ends, so memory that lives as long as
 * the command may live in struct ft_cli. One thread, except where a file says
 * otherwise.
 */
#ifndef FT_UI_CLI_CLI_H
#define FT_UI_CLI_CLI_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "base/error.h"
#include "ui/cli/command.h"
#include "ui/text/table.h"
#include "ui/work/fleet.h"

#define FT_CLI_GIVEN_MAX 64

struct ft_cli {
    struct ft_cli_options options;
    ft_command_table commands;        /* all that there are */
    const struct ft_command *command; /* the one that was given, or NULL */
    size_t given[FT_CLI_GIVEN_MAX];   /* options that were: their offsets */
    size_t given_count;
    char *config; /* text of ftadmin.conf(5), and what was made of it */
    size_t config_used, config_size;
    bool quiet_config;        /* who began this has said what is wrong there */
    char config_trouble[300]; /* the first thing that is; or empty */
    FILE *out;                /* data */
    FILE *messages;           /* everything else */
    struct ft_style style;    /* of out */
    struct ft_work work;      /* by the command's needs */
    struct ft_work_fleet fleet; /* the same */
    char identity[512];         /* whole path of options.identity, or empty */
    bool damage_said;           /* the database is damaged */
    json_t *batch;      /* where documents go that are part of one; NULL: out */
    bool printed;       /* the JSON document, or the line, is out */
    bool output_failed; /* and that was said */
    struct ft_error failure; /* the first that was said; code 0: none */
};

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

/* {"schema":1,"error":...}: what went wrong, as the end of a run prints it. */
json_t *ft_cli_failure(const struct ft_cli *cli, enum ft_exit code);

/*
 * Asks a yes/no question on the terminal. FT_EXIT_OK: yes (also by --yes);
 * FT_EXIT_REFUSED when there is nobody to ask, FT_EXIT_INTERRUPTED for no.
 */
enum ft_exit ft_cli_confirm(struct ft_cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says that out could not be written, once; rc is -errno. FT_EXIT_FAILED. */
enum ft_exit ft_cli_fail_output(struct ft_cli *cli, int rc);

/*
 * The end of every run: with --json an error is a document too, output that
 * cannot be written is an error, and with --line the exit code is that of a
 * plugin (exit.h). Returns the exit code of the process.
 */
enum ft_exit ft_cli_finish(struct ft_cli *cli, enum ft_exit code);

/* What to do first when there is no host. */
void ft_cli_note_no_hosts(struct ft_cli *cli);

#endif
