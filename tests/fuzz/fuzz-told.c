/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hosts tell of themselves and of each other besides facts, and what is kept of
 * it: measurements of a VM and of the ways between hosts, findings and what is waived
 * of them, a rehearsal, a pair's configuration, and what Open vSwitch answers.
 */
#include "config.h"

#include "fuzz.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "drift/drift.h"
#include "drift/ways.h"
#include "inventory/probe-private.h"
#include "pair/estimate.h"
#include "pair/rehearsal.h"
#include "plan/flushes.h"
#include "plan/settings.h"
#include "worker/facts-frame.h"
#include "worker/pair-store.h"

/* What was measured is estimated with; every figure is one. */
static void
take_measured(const json_t *json)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_measurement measured;
    struct ft_estimate_input input = { .measured = &measured,
                                       .trigger = FT_TRIGGER_SETTINGS_INIT };
    struct ft_estimate estimate;

    if (ft_measurement_from_json(json, &measured, &err)) {
        FUZZ_CHECK(err.code && err.text[0]);
        return;
    }
    FUZZ_CHECK(measured.n_lengths >= 1 &&
               measured.n_lengths <= FT_MEASURED_LENGTHS_MAX);
    ft_estimate(&input, &estimate);
    for (int i = 0; i < FT_ESTIMATE_COUNT; i++) {
        const struct ft_estimate_range *range = &estimate.figures[i];

        FUZZ_CHECK(isfinite(range->most) && range->least >= 0 &&
                   range->least <= range->value && range->value <= range->most);
    }
}

static void
take_trips(const json_t *json)
{
    FT_AUTOJSON json_t *again = NULL;
    struct ft_jitter jitter;
    struct ft_trips trips;

    if (ft_trips_from_json(json, &trips))
        return;
    FUZZ_CHECK(trips.count <= trips.sent && trips.sent <= FT_TRIPS_MAX);
    FUZZ_CHECK(trips.refused <= trips.count && trips.full <= trips.full_sent);
    if (ft_jitter_judge(&trips, &jitter) == 0)
        FUZZ_CHECK(jitter.silence_ms >= FT_SILENCE_LEAST_MS &&
                   jitter.silence_ms <= FT_SILENCE_MOST_MS);
    again = ft_trips_to_json(&trips);
    FUZZ_CHECK(json_is_object(again));
}

/* What was read of a file is written as it is. */
static void
take_ways(const json_t *json)
{
    static struct ft_ways ways, twice;
    FT_AUTOJSON json_t *once = NULL;
    FT_AUTOJSON json_t *again = NULL;

    ft_ways_from_json(json, &ways);
    FUZZ_CHECK(ways.count <= FT_WAYS_MAX);
    once = ft_ways_to_json(&ways);
    ft_ways_from_json(once, &twice);
    again = ft_ways_to_json(&twice);
    FUZZ_CHECK(json_equal(once, again));
}

/* No waiver makes a failure less than one. */
static void
take_findings(const json_t *list, const json_t *waivers, const json_t *known)
{
    FT_AUTOJSON json_t *ended = NULL;
    FT_AUTOJSON json_t *report = NULL;
    FT_AUTOJSON json_t *after = NULL;
    struct ft_findings findings = FT_FINDINGS_INIT;
    bool fails = false;

    ft_findings_from_json(&findings, list);
    for (size_t i = 0; i < findings.count; i++)
        findings.list[i].waived[0] = '\0';
    for (size_t i = 0; i < findings.count; i++)
        fails = fails || findings.list[i].verdict == FT_FAIL;
    ended = ft_drift_waive(waivers, known, &findings);
    after = ft_drift_known(&findings, known);
    report = ft_drift_report(&findings, known);
    FUZZ_CHECK(json_is_array(ended) && json_is_array(after));
    FUZZ_CHECK(json_array_size(json_object_get(report, "findings")) <=
               FT_DRIFT_TOLD_MAX);
    FUZZ_CHECK(!fails ||
               strcmp(ft_json_string(report, "verdict", ""), "fail") == 0);
    ft_findings_free(&findings);
}

static void
take_rehearsal(const json_t *json)
{
    FT_AUTOJSON json_t *told = NULL;
    struct ft_rehearsal_record record;

    if (ft_rehearsal_from_json(json, &record))
        return;
    told = ft_rehearsal_to_json(&record, 1796000400000);
    FUZZ_CHECK(told != NULL);
}

static void
take_pair(const json_t *json)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pair_config config;

    if (ft_pair_config_parse(json, &config, &err)) {
        FUZZ_CHECK((err.code == EINVAL || err.code == EPROTO) && err.text[0]);
        return;
    }
    FUZZ_CHECK(ft_uuid_valid(config.pair) && config.self < 2);
    for (size_t i = 0; i < 2; i++)
        FUZZ_CHECK(config.hosts[i].address_count <= FT_PAIR_ADDRESSES_MAX);
}

static void
take_rest(const json_t *json)
{
    FT_AUTOJSON json_t *ovs = ft_probe_ovs_of(json_object_get(json, "ovs"));
    struct ft_pair_settings settings = FT_PAIR_SETTINGS_INIT;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pool pool = { 0 };

    if (ft_facts_check(json, &err))
        FUZZ_CHECK(err.code == EFBIG && err.text[0]);
    ft_settings_from_json(&settings, json_object_get(json, "settings"));
    if (ft_settings_check(&settings, &err))
        FUZZ_CHECK(err.code && err.text[0]);
    if (ft_flushes_from_json(json_object_get(json, "flushes"), &pool) == 0)
        FUZZ_CHECK(pool.flush_p50_us >= 0 &&
                   pool.flush_p50_us <= pool.flush_p90_us);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FT_AUTOJSON json_t *json = NULL;

    if (ft_json_parse((const char *)data, size, &json, NULL))
        return 0;
    take_measured(json_object_get(json, "measured"));
    take_trips(json_object_get(json, "trips"));
    take_ways(json_object_get(json, "ways"));
    take_findings(json_object_get(json, "findings"),
                  json_object_get(json, "waivers"),
                  json_object_get(json, "known"));
    take_rehearsal(json_object_get(json, "rehearsal"));
    take_pair(json_object_get(json, "pair"));
    take_rest(json);
    return 0;
}
