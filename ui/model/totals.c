/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/totals.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

static size_t *
counter_of(struct ft_totals *totals, const char *standing)
{
    const struct {
        const char *word;
        size_t *counter;
    } counters[] = {
        { "protected", &totals->well },
        { "at risk", &totals->at_risk },
        { "syncing", &totals->copying },
        { "resyncing", &totals->copying },
        { "alone", &totals->alone },
        { "unprotected", &totals->unprotected },
        { "failed", &totals->failed },
    };

    for (size_t i = 0; i < FT_ARRAY_SIZE(counters); i++)
        if (!strcmp(counters[i].word, standing))
            return counters[i].counter;
    return &totals->unknown;
}

void
ft_totals_add_pair(struct ft_totals *totals, const json_t *row)
{
    double lag = json_number_value(json_object_get(row, "lag_ms"));

    ++*counter_of(totals, ft_json_string(row, "standing", ""));
    totals->pairs++;
    totals->lag_ms = FT_MAX(totals->lag_ms, lag); /* old ones are null */
}

void
ft_totals_add_hosts(struct ft_totals *totals, const json_t *hosts)
{
    const json_t *row;
    size_t index;

    json_array_foreach(hosts, index, row)
        totals->answering += !strcmp(ft_json_string(row, "state", ""), "ok");
    totals->hosts = json_array_size(hosts);
}

void
ft_totals_count(const json_t *pairs, const json_t *hosts,
                struct ft_totals *totals)
{
    const json_t *row;
    size_t index;

    memset(totals, 0, sizeof(*totals));
    json_array_foreach(pairs, index, row)
        ft_totals_add_pair(totals, row);
    ft_totals_add_hosts(totals, hosts);
}

json_t *
ft_totals_to_json(const struct ft_totals *totals)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "pairs",
                     (json_int_t)totals->pairs, "protected",
                     (json_int_t)totals->well, "at_risk",
                     (json_int_t)totals->at_risk, "copying",
                     (json_int_t)totals->copying, "alone",
                     (json_int_t)totals->alone, "unprotected",
                     (json_int_t)totals->unprotected, "failed",
                     (json_int_t)totals->failed, "unknown",
                     (json_int_t)totals->unknown, "hosts",
                     (json_int_t)totals->hosts, "answering",
                     (json_int_t)totals->answering);
}

void
ft_totals_line(const struct ft_totals *totals, const struct ft_verdict *verdict,
               char *out, size_t size)
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
             words[verdict->severity], sentence, totals->well, totals->at_risk,
             totals->copying, totals->alone, totals->unprotected, totals->failed,
             totals->unknown, totals->answering, totals->hosts, totals->lag_ms);
}
