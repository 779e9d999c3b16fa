/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options for a pair's settings, which protect and set share, and how they
 * are told to people. One thread.
 */
#ifndef FT_UI_CLI_SETTINGS_H
#define FT_UI_CLI_SETTINGS_H

#include "plan/settings.h"
#include "ui/cli/cli.h"
#include "ui/cli/options.h"

/* For a command's table of options. */
#define FT_CLI_SETTINGS_OPTIONS                                        \
    { "client-latency",                                                \
      0,                                                               \
      FT_OPTION_INTEGER,                                               \
      "MS",                                                            \
      offsetof(struct ft_cli_options, client_latency_ms),              \
      FT_SETTINGS_LATENCY_MIN,                                         \
      FT_SETTINGS_LATENCY_MAX,                                         \
      "how much later answers may come, as a rule (a new pair: 5)" },  \
        { "spacing",                                                   \
          0,                                                           \
          FT_OPTION_INTEGER,                                           \
          "MS",                                                        \
          offsetof(struct ft_cli_options, spacing_ms),                 \
          1,                                                           \
          1000,                                                        \
          "between two epochs at least (a new pair: 1)" },             \
        { "commit-timeout",                                            \
          0,                                                           \
          FT_OPTION_INTEGER,                                           \
          "MS",                                                        \
          offsetof(struct ft_cli_options, commit_timeout_ms),          \
          FT_SETTINGS_COMMIT_MIN,                                      \
          FT_SETTINGS_COMMIT_MAX,                                      \
          "how long output waits for an epoch (a new pair: 1000)" },   \
        { "pause-share",                                               \
          0,                                                           \
          FT_OPTION_INTEGER,                                           \
          "PERCENT",                                                   \
          offsetof(struct ft_cli_options, pause_share),                \
          1,                                                           \
          90,                                                          \
          "of the time that the VM may be stopped (a new pair: 50)" }, \
        { "cpu-budget",                                                \
          0,                                                           \
          FT_OPTION_INTEGER,                                           \
          "PERCENT",                                                   \
          offsetof(struct ft_cli_options, cpu_budget),                 \
          1,                                                           \
          100,                                                         \
          "of a core for the engine on its host (a new pair: 30)" },   \
    {                                                                  \
        "max-rate", 0, FT_OPTION_TEXT, "RATE",                         \
            offsetof(struct ft_cli_options, max_rate), 0, 0,           \
            "a copy's, a second: 100M, 2G or none (a new pair: none)"  \
    }

/*
 * What of them can be seen to be wrong before anything is asked: FT_EXIT_USAGE, and it
 * is said.
 */
enum ft_exit ft_cli_settings_check(struct ft_cli *cli);

/* Whether any of them was given. */
bool ft_cli_settings_given(const struct ft_cli_options *options);

/* Puts those that were given, and checked, into settings; a spacing beats a latency. */
void ft_cli_settings_apply(const struct ft_cli_options *options,
                           struct ft_pair_settings *settings);

/* "Answers may come 5 ms later; ..." in size bytes, one line without its end. */
void ft_cli_settings_text(const struct ft_pair_settings *settings, char *out,
                          size_t size);

#endif
