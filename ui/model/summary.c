/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/summary.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

static size_t *
counter_of(struct ft_summary *summary, const char *standing)
{
    const struct {
        const char *word;
        size_t *counter;
    } counters[] = {
        { "protected", &summary->well },
        { "at risk", &summary->at_risk },
        { "syncing", &summary->copying },
        { "resyncing", &summary->copying },
        { "alone", &summary->alone },
        { "unprotected", &summary->unprotected },
        { "failed", &summary->failed },
    };

    for (size_t i = 0; i < FT_ARRAY_SIZE(counters); i++)
        if (!strcmp(counters[i].word, standing))
            return counters[i].counter;
    return &summary->unknown;
}

void
ft_summary_count(const json_t *pairs, const json_t *hosts,
                 struct ft_summary *summary)
{
    const json_t *row;
    size_t index;

    memset(summary, 0, sizeof(*summary));
    json_array_foreach(pairs, index, row) {
        const char *standing = ft_json_string(row, "standing", "");
        double lag = json_number_value(json_object_get(row, "lag_ms"));

        ++*counter_of(summary, standing);
        summary->pairs++;
        if (!strcmp(standing, "protected"))
            summary->lag_ms = FT_MAX(summary->lag_ms, lag);
    }
    json_array_foreach(hosts, index, row)
        summary->answering += !strcmp(ft_json_string(row, "state", ""), "ok");
    summary->hosts = json_array_size(hosts);
}

json_t *
ft_summary_to_json(const struct ft_summary *summary)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "pairs",
                     (json_int_t)summary->pairs, "protected",
                     (json_int_t)summary->well, "at_risk",
                     (json_int_t)summary->at_risk, "copying",
                     (json_int_t)summary->copying, "alone",
                     (json_int_t)summary->alone, "unprotected",
                     (json_int_t)summary->unprotected, "failed",
                     (json_int_t)summary->failed, "unknown",
                     (json_int_t)summary->unknown, "hosts",
                     (json_int_t)summary->hosts, "answering",
                     (json_int_t)summary->answering);
}

void
ft_summary_line(const struct ft_summary *summary,
                const struct ft_verdict *verdict, char *out, size_t size)
{
    static const char *const words[] = {
        [FT_SEVERITY_OK] = "OK",
        [FT_SEVERITY_WARN] = "WARNING",
        [FT_SEVERITY_CRIT] = "CRITICAL",
        [FT_SEVERITY_UNKNOWN] = "UNKNOWN",
    };
    char sentence[FT_VERDICT_SENTENCE];

    snprintf(sentence, sizeof(sentence), "%s", verdict->sentence);
    for (char *at = sentence; *at; at++)
        if (*at == '|' || (unsigned char)*at < ' ') /* ends the text */
            *at = '?';
    snprintf(out, size,
             "FTADMIN %s - %s | protected=%zu at_risk=%zu copying=%zu alone=%zu "
             "unprotected=%zu failed=%zu unknown=%zu hosts=%zu;;;0;%zu "
             "lag=%.0fms",
             words[verdict->severity], sentence, summary->well,
             summary->at_risk, summary->copying, summary->alone,
             summary->unprotected, summary->failed, summary->unknown,
             summary->answering, summary->hosts, summary->lag_ms);
}
