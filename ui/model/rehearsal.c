/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/rehearsal.h"

#include <stdio.h>

#include "base/json.h"

enum ft_rehearsal_outcome
ft_rehearsal_said(const json_t *said)
{
    struct ft_rehearsal_record record;

    ft_rehearsal_from_json(said, &record);
    return record.verdict.outcome;
}

void
ft_rehearsal_text(const json_t *said, char *out, size_t size)
{
    const char *why = ft_json_string(said, "why", "");

    snprintf(out, size, "%s%s%s",
             ft_rehearsal_outcome_name(ft_rehearsal_said(said)),
             *why ? ": " : "", why);
}
