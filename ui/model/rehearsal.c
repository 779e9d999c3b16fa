/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/rehearsal.h"

#include <stdio.h>

#include "base/json.h"
#include "pair/console-watch.h"

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
    struct ft_rehearsal_record record;
    char proofs[100] = "";

    ft_rehearsal_from_json(said, &record);
    if (record.verdict.outcome == FT_REHEARSAL_PASSED)
        ft_rehearsal_proofs(&record, proofs, sizeof(proofs));
    snprintf(out, size, "%s%s%s%s",
             ft_rehearsal_outcome_name(record.verdict.outcome), proofs,
             *record.verdict.why ? ": " : "", record.verdict.why);
}

int
ft_rehearsal_check_pattern(const char *pattern, struct ft_error *err)
{
    return ft_console_pattern_check(pattern, err);
}
