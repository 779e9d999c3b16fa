/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/settings.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

static const struct setting {
    const char *name;
    size_t offset;
    int min, max;
    bool in_place; /* changed in a running pair */
} table[] = {
#define SETTING(name, ...)                                          \
    {                                                               \
#name, offsetof(struct ft_pair_settings, name), __VA_ARGS__ \
    }
    SETTING(silence_ms, 50, 60000, false),
    SETTING(commit_timeout_ms, FT_SETTINGS_COMMIT_MIN, FT_SETTINGS_COMMIT_MAX,
            true),
    SETTING(interval_ms, 5, 10000, true),
    SETTING(idle_interval_ms, 5, 60000, true),
    SETTING(min_spacing_ms, 1, 1000, true),
    SETTING(pause_share_percent, 1, 90, true),
    SETTING(cpu_budget_percent, 1, 100, true),
    SETTING(max_rate_mib, 0, FT_SETTINGS_RATE_MAX, true),
    SETTING(rehearse_days, 0, 365, true),
    SETTING(rehearse_agent, 0, 1, true),
#undef SETTING
};

static int
value_of(const struct ft_pair_settings *settings, const struct setting *setting)
{
    return *(const int *)(const void *)((const char *)settings +
                                        setting->offset);
}

int
ft_settings_check(const struct ft_pair_settings *settings, struct ft_error *err)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(table); i++) {
        int value = value_of(settings, &table[i]);

        if (value < table[i].min || value > table[i].max)
            return ft_fail(err, EINVAL, NULL, "%s is %d; it must be %d to %d",
                           table[i].name, value, table[i].min, table[i].max);
    }
    if (settings->idle_interval_ms < settings->interval_ms ||
        settings->min_spacing_ms > settings->interval_ms)
        return ft_fail(err, EINVAL, NULL,
                       "min_spacing_ms <= interval_ms <= "
                       "idle_interval_ms does not hold");
    return 0;
}

int
ft_settings_latency(const struct ft_pair_settings *settings)
{
    return settings->min_spacing_ms + FT_SETTINGS_EPOCH_MS;
}

void
ft_settings_set_latency(struct ft_pair_settings *settings, int latency_ms)
{
    int spacing = latency_ms - FT_SETTINGS_EPOCH_MS;

    settings->min_spacing_ms = spacing < 1 ? 1 : FT_MIN(spacing, 1000);
    if (settings->interval_ms < settings->min_spacing_ms)
        settings->interval_ms = settings->min_spacing_ms;
    if (settings->idle_interval_ms < settings->interval_ms)
        settings->idle_interval_ms = settings->interval_ms;
}

void
ft_settings_set_silence(struct ft_pair_settings *settings, int silence_ms)
{
    settings->silence_ms = silence_ms;
    settings->commit_timeout_ms =
        FT_MAX(settings->commit_timeout_ms,
               FT_MIN(silence_ms, FT_SETTINGS_COMMIT_MAX));
}

int
ft_settings_parse_rate(const char *text, int *mib)
{
    char *end;
    long count = strtol(text, &end, 10);
    long unit = *end == 'G' || *end == 'g' ? 1024 : 1;

    *mib = 0;
    if (strcmp(text, "none") == 0)
        return 0;
    if (*text < '0' || *text > '9' || !*end || !strchr("MmGg", *end) ||
        end[1] || count < 1 || count > FT_SETTINGS_RATE_MAX / unit)
        return -EINVAL;
    *mib = (int)(count * unit);
    return 0;
}

json_t *
ft_settings_to_json(const struct ft_pair_settings *settings)
{
    json_t *json = json_object();

    for (size_t i = 0; i < FT_ARRAY_SIZE(table); i++)
        json_object_set_new(json, table[i].name,
                            json_integer(value_of(settings, &table[i])));
    json_object_set_new(json, "rehearse_console",
                        json_string(settings->rehearse_console));
    json_object_set_new(json, "alone_without_witness",
                        json_boolean(settings->alone_without_witness));
    return json;
}

void
ft_settings_from_json(struct ft_pair_settings *settings, const json_t *json)
{
    const char *console = ft_json_string(json, "rehearse_console", NULL);

    for (size_t i = 0; i < FT_ARRAY_SIZE(table); i++) {
        int *value = (int *)(void *)((char *)settings + table[i].offset);

        *value = (int)ft_json_int(json, table[i].name, INT_MIN, INT_MAX, *value);
    }
    if (console && strlen(console) < sizeof(settings->rehearse_console))
        snprintf(settings->rehearse_console, sizeof(settings->rehearse_console),
                 "%s", console);
    settings->alone_without_witness =
        ft_json_bool(json, "alone_without_witness",
                     settings->alone_without_witness);
}

json_t *
ft_settings_changes(const struct ft_pair_settings *before,
                    const struct ft_pair_settings *after)
{
    json_t *json = json_object();

    for (size_t i = 0; i < FT_ARRAY_SIZE(table); i++) {
        int value = value_of(after, &table[i]);

        if (table[i].in_place && value != value_of(before, &table[i]))
            json_object_set_new(json, table[i].name, json_integer(value));
    }
    if (strcmp(after->rehearse_console, before->rehearse_console) != 0)
        json_object_set_new(json, "rehearse_console",
                            json_string(after->rehearse_console));
    return json;
}
