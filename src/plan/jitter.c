/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/jitter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

#define TAIL 4 /* of the spread, for what the few samples did not show */
#define RESEND_US INT64_C(200000)
#define OFTEN 10 /* one lost in so many: several in a row are to be expected */
#define STEP_MS 10

/* Where small ones are not answered either, large ones say nothing. */
static void
take_mtu(const json_t *mtu, struct ft_trips *trips)
{
    if (ft_json_int(mtu, "small", 0, 1000, 0) == 0)
        return;
    trips->mtu = (int)ft_json_int(mtu, "size", 576, 65535, 0);
    trips->full_sent = (int)ft_json_int(mtu, "full_sent", 0, 1000, 0);
    trips->full = (int)ft_json_int(mtu, "full", 0, trips->full_sent, 0);
}

int
ft_trips_from_json(const json_t *json, struct ft_trips *trips)
{
    const json_t *list = json_object_get(json, "us");
    const json_t *one;
    size_t i;

    memset(trips, 0, sizeof(*trips));
    if (!json_is_array(list))
        return -EPROTO;
    trips->sent = (unsigned)ft_json_int(json, "sent", 0, FT_TRIPS_MAX, 0);
    json_array_foreach(list, i, one)
        if (json_is_integer(one) && trips->count < trips->sent &&
            json_integer_value(one) >= 0 && json_integer_value(one) < UINT32_MAX)
            trips->us[trips->count++] = (uint32_t)json_integer_value(one);
    trips->refused = (unsigned)ft_json_int(json, "refused", 0, trips->count, 0);
    snprintf(trips->error, sizeof(trips->error), "%s",
             ft_json_string(json, "error", ""));
    for (char *at = trips->error; *at != '\0'; at++)
        if (*at < 0x20 || *at == 0x7f)
            *at = '?';
    take_mtu(json_object_get(json, "mtu"), trips);
    return 0;
}

json_t *
ft_trips_to_json(const struct ft_trips *trips)
{
    json_t *list = json_array();
    json_t *json;

    for (unsigned i = 0; i < trips->count; i++)
        json_array_append_new(list, json_integer(trips->us[i]));
    json = json_pack("{s:i,s:i,s:o}", "sent", (int)trips->sent, "refused",
                     (int)trips->refused, "us", list);
    if (json != NULL && *trips->error != '\0')
        json_object_set_new(json, "error", ft_json_text(trips->error));
    if (json != NULL && trips->mtu != 0) /* so a small one was answered */
        json_object_set_new(json, "mtu",
                            json_pack("{s:i,s:i,s:i,s:i}", "size", trips->mtu,
                                      "small", 1, "full", trips->full,
                                      "full_sent", trips->full_sent));
    return json;
}

/* What 7/12 of the silence must hold. */
static int64_t
needed_us(const struct ft_jitter *jitter, unsigned sent)
{
    int64_t spread = jitter->most_us - jitter->least_us;
    int64_t resend = FT_MAX(RESEND_US, jitter->most_us + TAIL * spread);

    if (jitter->lost == 0)
        return TAIL * spread;
    return TAIL * spread + (jitter->lost * OFTEN < sent ? 1 : 3) * resend;
}

int
ft_jitter_judge(const struct ft_trips *trips, struct ft_jitter *jitter)
{
    int64_t silence;

    memset(jitter, 0, sizeof(*jitter));
    if (trips == NULL || trips->count < FT_TRIPS_LEAST)
        return -ENODATA;
    jitter->least_us = UINT32_MAX;
    for (unsigned i = 0; i < trips->count; i++) {
        jitter->least_us = FT_MIN(jitter->least_us, trips->us[i]);
        jitter->most_us = FT_MAX(jitter->most_us, trips->us[i]);
    }
    jitter->lost = trips->sent - trips->count;
    silence = needed_us(jitter, trips->sent) * 12 / 7 / 1000;
    jitter->needed_ms = (int)FT_MIN((silence + STEP_MS - 1) / STEP_MS * STEP_MS,
                                    INT64_C(60000));
    jitter->silence_ms = FT_MIN(FT_MAX(jitter->needed_ms, FT_SILENCE_LEAST_MS),
                                FT_SILENCE_MOST_MS);
    return 0;
}

json_t *
ft_jitter_to_json(const struct ft_jitter *jitter)
{
    return json_pack("{s:f,s:f,s:i,s:i}", "round_trip_min_ms",
                     jitter->least_us / 1000.0, "round_trip_max_ms",
                     jitter->most_us / 1000.0, "lost", (int)jitter->lost,
                     "silence_ms", jitter->silence_ms);
}

/* The verdict on the silence that is taken, and how it is said. */
static int
find(const struct ft_jitter *jitter, int silence_ms, bool proposed,
     const char *standby, const char *measured, struct ft_findings *findings)
{
    static const char why[] =
        "A network that keeps packets waiting for longer than the silence looks "
        "like a host that died: the VM is taken over for nothing.";
    char remedy[160] = "See what the network between them suffers from.";

    if (jitter->needed_ms <= silence_ms)
        return ft_findings_add(findings, FT_PASS, FT_CHECK_LINK_JITTER, standby,
                               why, NULL, "%s; a silence of %d ms is %s",
                               measured, silence_ms,
                               proposed ? "proposed for that" : "enough");
    if (silence_ms < jitter->silence_ms)
        snprintf(remedy, sizeof(remedy),
                 "Give it --silence %d, or see what the network between them "
                 "suffers from.",
                 jitter->silence_ms);
    return ft_findings_add(findings, FT_WARN, FT_CHECK_LINK_JITTER, standby,
                           why, remedy,
                           "%s; a silence of %d ms is too short for that, it "
                           "takes %d ms",
                           measured, silence_ms, jitter->needed_ms);
}

int
ft_jitter_apply(const struct ft_trips *trips, const char *primary,
                const char *standby, bool named,
                struct ft_pair_settings *settings, struct ft_findings *findings)
{
    struct ft_jitter jitter;
    char measured[240];
    bool proposed;

    if (ft_jitter_judge(trips, &jitter) < 0)
        return 0;
    proposed = !named && jitter.silence_ms > settings->silence_ms;
    if (proposed)
        ft_settings_set_silence(settings, jitter.silence_ms);
    snprintf(measured, sizeof(measured),
             "%.60s to %.60s: round trips of %.3g to %.3g ms, %u of %u lost",
             primary, standby, jitter.least_us / 1000.0,
             jitter.most_us / 1000.0, jitter.lost, trips->sent);
    return find(&jitter, settings->silence_ms, proposed, standby, measured,
                findings);
}
