/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an option is, the values that options set, and the options that every
 * command has. Values are the command line's own words, which live as long as
 * the process; one thread.
 */
#ifndef FT_UI_CLI_OPTIONS_H
#define FT_UI_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every option of every command; a command reads only those it declares. */
struct ft_cli_options {
    /* global */
    const char *config;
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
    int64_t commit_timeout_ms; /* protect, set; 0: not given */
    int64_t client_latency_ms; /* protect, set; 0: not given, as the next */
    int64_t spacing_ms;
    int64_t pause_share;
    int64_t cpu_budget;
    const char *max_rate; /* NULL: not given */
    bool alone_without_witness;
    bool dry_run;
    const char *apply_plan;
    const char *inventory; /* check */
    bool fix;
    bool undo_fix;
    int64_t seconds;      /* estimate, rehearse; 0: the default */
    int64_t keep_mib;     /* rehearse; 0: the default */
    bool agent;           /* rehearse, policy */
    const char *console;  /* rehearse, policy */
    const char *rehearse; /* policy */
    /* backup */
    const char *output;
    const char *format;
    const char *nbd;
    const char *tls;
    bool no_freeze;
    const char *incremental;
    /* waive */
    const char *reason;
    const char *about;
    bool end;
    /* start */
    const char *on;
    bool discard_newer;
    /* maintenance */
    const char *standbys;
    bool wait;
    /* status */
    bool watch;
    bool line;
    bool problems;
    const char *filter;
    const char *sort;
    const char *if_lost;
    /* discover */
    const char *file;
    const char *exclude;
    const char *host_key;
    /* console */
    bool readonly;
    bool ascii;
    bool mono;
    bool linear;
    /* events */
    bool follow;
    int64_t limit;
    const char *vm;
    const char *host;
    const char *severity;
    const char *since; /* events, host diff */
    bool history;      /* host show */
    const char *until;
    const char *film; /* the VM */
    /* jobs show */
    bool log;
};

enum ft_option_kind {
    FT_OPTION_FLAG,
    FT_OPTION_TEXT,
    FT_OPTION_INTEGER,
    FT_OPTION_LIST, /* texts: may be given again; a line each */
};

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

/* Ends with a NULL name. */
extern const struct ft_option ft_global_options[];

#endif
