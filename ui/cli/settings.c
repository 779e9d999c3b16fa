/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/settings.h"

#include <stdio.h>

bool
ft_cli_settings_given(const struct ft_cli_options *options)
{
    return options->commit_timeout_ms || options->client_latency_ms ||
           options->spacing_ms || options->pause_share || options->cpu_budget ||
           options->max_rate;
}

enum ft_exit
ft_cli_settings_check(struct ft_cli *cli)
{
    const char *rate = cli->options.max_rate;
    int mib;

    return !rate || !ft_settings_parse_rate(rate, &mib)
               ? FT_EXIT_OK
               : ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                  "--max-rate is 1M to %dM or 1G to %dG (MiB or "
                                  "GiB a second), or none",
                                  FT_SETTINGS_RATE_MAX,
                                  FT_SETTINGS_RATE_MAX / 1024);
}

void
ft_cli_settings_apply(const struct ft_cli_options *options,
                      struct ft_pair_settings *settings)
{
    if (options->commit_timeout_ms)
        settings->commit_timeout_ms = (int)options->commit_timeout_ms;
    if (options->client_latency_ms)
        ft_settings_set_latency(settings, (int)options->client_latency_ms);
    if (options->spacing_ms) /* the same way, so that the intervals fit */
        ft_settings_set_latency(settings, (int)options->spacing_ms +
                                              FT_SETTINGS_EPOCH_MS);
    if (options->pause_share)
        settings->pause_share_percent = (int)options->pause_share;
    if (options->cpu_budget)
        settings->cpu_budget_percent = (int)options->cpu_budget;
    if (options->max_rate)
        ft_settings_parse_rate(options->max_rate, &settings->max_rate_mib);
}

void
ft_cli_settings_text(const struct ft_pair_settings *settings, char *out,
                     size_t size)
{
    char rate[64] = "";

    if (settings->max_rate_mib)
        snprintf(rate, sizeof(rate), " A copy is made with %d MiB/s at most.",
                 settings->max_rate_mib);
    snprintf(out, size,
             "Answers may come %d ms later (an epoch every %d ms at most); it "
             "is stopped for at most %d %% of the time, epochs take at most "
             "%d %% of a core. Output waits %d ms for an epoch that is not "
             "committed, then it goes on alone.%s",
             ft_settings_latency(settings), settings->min_spacing_ms,
             settings->pause_share_percent, settings->cpu_budget_percent,
             settings->commit_timeout_ms, rate);
}
