/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/counts.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

void
ft_counts_add(struct ft_counts *counts, const json_t *findings)
{
    const json_t *finding;
    size_t index;

    json_array_foreach(findings, index, finding) {
        const char *word = ft_json_string(finding, "verdict", "");

        if (ft_json_string(finding, "waived", NULL)) {
            counts->waived++;
            continue;
        }
        counts->pass += !strcmp(word, "pass");
        counts->warn += !strcmp(word, "warn");
        counts->unknown += !strcmp(word, "unknown");
        counts->fail += !strcmp(word, "fail");
    }
}

size_t
ft_counts_all(const struct ft_counts *counts)
{
    return counts->pass + counts->warn + counts->unknown + counts->fail +
           counts->waived;
}

enum ft_severity
ft_counts_severity(const struct ft_counts *counts)
{
    return counts->fail      ? FT_SEVERITY_CRIT
           : counts->unknown ? FT_SEVERITY_UNKNOWN
           : counts->warn    ? FT_SEVERITY_WARN
                             : FT_SEVERITY_OK;
}

void
ft_counts_text(const struct ft_counts *counts, char *out, size_t size)
{
    char unknown[40] = "", waived[40] = "";

    if (counts->unknown)
        snprintf(unknown, sizeof(unknown), ", %zu unknown", counts->unknown);
    if (counts->waived)
        snprintf(waived, sizeof(waived), ", %zu waived", counts->waived);
    snprintf(out, size, "%zu pass, %zu warn%s, %zu fail%s", counts->pass,
             counts->warn, unknown, counts->fail, waived);
}
