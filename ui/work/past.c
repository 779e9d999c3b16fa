/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/past.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/work/work.h"

#define MINUTES_EVERY_MS (INT64_C(600) * 1000)
#define HOURS_EVERY_MS (INT64_C(3600) * 1000)

static void
begin_round(struct ft_work_past *past, int64_t now_ms)
{
    past->hours = !past->hours_ms || now_ms - past->hours_ms >= HOURS_EVERY_MS;
    if (past->hours)
        past->hours_ms = now_ms;
    past->begun_ms = now_ms;
    past->next = 0;
}

void
ft_work_past_ask(struct ft_work_past *past, struct ft_hub_host *hub,
                 const struct ft_live_host *host, int64_t now_ms)
{
    bool due = now_ms - past->begun_ms >= MINUTES_EVERY_MS;
    json_t *args;

    if (past->ticket || !host->word_count)
        return;
    if (!past->begun_ms || (past->next >= host->word_count && due))
        begin_round(past, now_ms);
    if (past->next >= host->word_count)
        return;
    memcpy(past->pair, host->words[past->next++].pair, sizeof(past->pair));
    args = json_pack("{s:s,s:b,s:b}", "pair", past->pair, "minutes", 1, "hours",
                     past->hours);
    if (ft_hub_ask(hub, "series", args, FT_WORK_ANSWER_MS, &past->ticket, NULL))
        past->ticket = 0;
}

static void
keep(const char *pair, const json_t *list, enum ft_rollup_scale scale,
     struct ft_later *later)
{
    size_t most = FT_MIN(json_array_size(list), ft_rollups_kept(scale));
    FT_AUTOFREE struct ft_rollup *rollups = calloc(most + 1, sizeof(*rollups));
    const json_t *each;
    size_t index, used = 0;

    json_array_foreach(list, index, each)
        if (rollups && used < most && !ft_rollup_from_json(each, &rollups[used]))
            used++;
    if (used)
        ft_later_rollups(later, pair, scale, rollups, used, NULL);
}

bool
ft_work_past_take(struct ft_work_past *past, uint64_t ticket,
                  const json_t *result, struct ft_later *later)
{
    if (!ticket || ticket != past->ticket)
        return false;
    past->ticket = 0;
    keep(past->pair, json_object_get(result, "minutes"), FT_ROLLUP_MINUTE,
         later);
    keep(past->pair, json_object_get(result, "hours"), FT_ROLLUP_HOUR, later);
    return true;
}
