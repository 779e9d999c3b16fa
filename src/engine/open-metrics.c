/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/open-metrics.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "pair/ownership.h"

enum kind {
    GAUGE,
    COUNTER,
    QUANTILES, /* an object with p50 and p99 */
    FLAG,      /* true or false */
    PRESENT,   /* 1 unless it is null */
    PASSED,    /* 1 when it is that word */
    STATES,    /* the pair's state: one of all is 1 */
    FINDINGS,  /* of each verdict, with a label for it */
    WAYS_UP,   /* how many of the paths are up */
    HOST_INFO, /* of the host, not of a pair, as the next */
    HOST_WITNESS,
};

/* A value of STATUS, times scale; inner: a member of that member, or NULL. */
static const struct family {
    const char *name, *unit;
    enum kind kind;
    const char *member, *inner;
    double scale;
    const char *help;
} families[] = {
    { "ftengine_build_info", "", HOST_INFO, NULL, NULL, 1,
      "The engine's version and its host's name; always 1." },
    { "ftengine_witness_running", "", HOST_WITNESS, NULL, NULL, 1,
      "1 while this host is a witness." },
    { "ftengine_pair_state", "", STATES, "state", NULL, 1,
      "1 for the state that the pair is in, 0 for the others." },
    { "ftengine_generation", "", GAUGE, "generation", NULL, 1,
      "Rises with each change of the host that owns the VM." },
    { "ftengine_peer_connected", "", FLAG, "peer_connected", NULL, 1,
      "1 while there is a link to the other host." },
    { "ftengine_paths_up", "", WAYS_UP, "paths", NULL, 1,
      "Ways to the other host that work." },
    { "ftengine_witness_reachable", "", FLAG, "witness_reachable", NULL, 1,
      "1 while the witness answers." },
    { "ftengine_witness_full", "", FLAG, "witness_full", NULL, 1,
      "1 while the witness cannot store another word." },
    { "ftengine_witness_older", "", FLAG, "witness_older", NULL, 1,
      "1 while the witness has forgotten what is ours." },
    { "ftengine_problem", "", PRESENT, "problem", NULL, 1,
      "1 while something keeps the pair from protection." },
    { "ftengine_stalled", "", PRESENT, "stalled", NULL, 1,
      "1 while an epoch is not committed and output is held." },
    { "ftengine_stands", "", PRESENT, "stands", NULL, 1,
      "1 while the VM does not run, by another's will or a fault." },
    { "ftengine_changed", "", PRESENT, "changed", NULL, 1,
      "1 while the copy lacks a change of the running VM." },
    { "ftengine_drift_findings", "", FINDINGS, "drift", "findings", 1,
      "What is worse of the copy's host than it was." },
    { "ftengine_worker_older", "", FLAG, "worker_older", NULL, 1,
      "1 while the worker is of before an upgrade of the engine." },
    { "ftengine_status_age_seconds", "seconds", GAUGE, "age_ms", NULL, 1e-3,
      "How old all this is." },
    { "ftengine_epochs", "", COUNTER, "counters", "epochs", 1,
      "Epochs since the worker started." },
    { "ftengine_dirty_bytes", "bytes", COUNTER, "counters", "dirty_bytes", 1,
      "Memory that the guest dirtied." },
    { "ftengine_link_bytes", "bytes", COUNTER, "counters", "link_bytes", 1,
      "Sent to the other host." },
    { "ftengine_disk_bytes", "bytes", COUNTER, "counters", "disk_bytes", 1,
      "Disk writes sent, or on the standby applied." },
    { "ftengine_pause_seconds", "seconds", QUANTILES, "pause_ms", NULL, 1e-3,
      "How long the VM stands for an epoch." },
    { "ftengine_commit_seconds", "seconds", QUANTILES, "commit_ms", NULL, 1e-3,
      "From the VM's stop to the acknowledgement." },
    { "ftengine_lag_seconds", "seconds", GAUGE, "lag_ms", NULL, 1e-3,
      "Age of what a takeover would go on with." },
    { "ftengine_held_packets", "", GAUGE, "held_packets", NULL, 1,
      "Packets of the guest that wait." },
    { "ftengine_held_bytes", "bytes", GAUGE, "held_bytes", NULL, 1,
      "Their bytes." },
    { "ftengine_held_seconds", "seconds", GAUGE, "held_ms", NULL, 1e-3,
      "Age of the oldest one." },
    { "ftengine_dropped_packets", "", COUNTER, "dropped_packets", NULL, 1,
      "Packets of the guest for which there was no room." },
    { "ftengine_guest_clock_lag_seconds", "seconds", GAUGE, "clock_lag_ms",
      NULL, 1e-3, "What the guest's clocks lack by our stops." },
    { "ftengine_round_trip_seconds", "seconds", GAUGE, "rtt_ms", NULL, 1e-3,
      "The least round trip of the link of late." },
    { "ftengine_cpu_ratio", "ratio", GAUGE, "cpu_percent", NULL, 1e-2,
      "CPU time of the worker, of one core." },
    { "ftengine_copied_bytes", "bytes", GAUGE, "progress", "done", 1,
      "Of a copying that is under way: what is done," },
    { "ftengine_to_copy_bytes", "bytes", GAUGE, "progress", "total", 1,
      "of so much, in bytes." },
    { "ftengine_staged_bytes", "bytes", GAUGE, "staged_bytes", NULL, 1,
      "Received by the standby, not applied yet." },
    { "ftengine_apply_seconds", "seconds", GAUGE, "apply_ms", NULL, 1e-3,
      "How long the standby takes to apply an epoch." },
    { "ftengine_replica_lag_seconds", "seconds", GAUGE, "replica_lag_ms", NULL,
      1e-3, "Age of the newest state that is applied." },
    { "ftengine_rehearsal_passed", "", PASSED, "rehearsal", "outcome", 1,
      "1 when the last rehearsal of the copy passed, else 0." },
    { "ftengine_rehearsal_age_seconds", "seconds", GAUGE, "rehearsal", "age_s",
      1, "How long ago that was." },
    { "ftengine_rehearsal_seconds", "seconds", GAUGE, "rehearsal", "seconds", 1,
      "How long it ran." },
};

const char *
ft_open_metrics_family(size_t index)
{
    return index < FT_ARRAY_SIZE(families) ? families[index].name : NULL;
}

static const char *
type_of(enum kind kind)
{
    return kind == COUNTER     ? "counter"
           : kind == QUANTILES ? "summary"
                               : "gauge";
}

/* The only three that a label's value has escaped. */
static void
put_label(FILE *to, const char *name, const char *value)
{
    fprintf(to, "%s=\"", name);
    for (; *value; value++)
        if (*value == '\n')
            fputs("\\n", to);
        else if (*value == '"' || *value == '\\')
            fprintf(to, "\\%c", *value);
        else
            fputc(*value, to);
    fputc('"', to);
}

/* NAME{vm="...",role="...",peer="..."; the brace is left open for another. */
static void
put_name(FILE *to, const struct family *f, const json_t *pair)
{
    const char *role = ft_json_string(pair, "role", "");

    fprintf(to, "%s%s{", f->name, f->kind == COUNTER ? "_total" : "");
    put_label(to, "vm", ft_json_string(pair, "vm", ""));
    fputc(',', to);
    put_label(to, "role", role);
    fputc(',', to);
    put_label(to, "peer",
              ft_json_string(pair,
                             strcmp(role, "primary") ? "primary" : "standby",
                             ""));
}

static void
put_value(FILE *to, const struct family *f, const json_t *pair, double value)
{
    put_name(to, f, pair);
    fprintf(to, "} %.9g\n", value);
}

static void
put_quantile(FILE *to, const struct family *f, const json_t *pair,
             const char *quantile, const json_t *value)
{
    if (!json_is_number(value))
        return;
    put_name(to, f, pair);
    fprintf(to, ",quantile=\"%s\"} %.9g\n", quantile,
            json_number_value(value) * f->scale);
}

static void
put_states(FILE *to, const struct family *f, const json_t *pair,
           const char *state)
{
    for (int i = 0; i < FT_PAIR_STATE_COUNT; i++) {
        const char *name = ft_pair_state_name((enum ft_pair_state)i);

        put_name(to, f, pair);
        fprintf(to, ",state=\"%s\"} %d\n", name, !strcmp(name, state));
    }
}

static int
ways_up(const json_t *paths)
{
    int n = 0;
    json_t *path;
    size_t i;

    json_array_foreach(paths, i, path)
        n += ft_json_bool(path, "up", 0);
    return n;
}

static void
put_findings(FILE *to, const struct family *f, const json_t *pair,
             const json_t *findings)
{
    static const char *const verdicts[] = { "warn", "unknown", "fail" };
    const json_t *finding;
    size_t index;

    for (size_t i = 0; i < FT_ARRAY_SIZE(verdicts); i++) {
        int n = 0;

        json_array_foreach(findings, index, finding)
            n += !ft_json_string(finding, "waived", NULL) &&
                 !strcmp(ft_json_string(finding, "verdict", ""), verdicts[i]);
        put_name(to, f, pair);
        fprintf(to, ",verdict=\"%s\"} %d\n", verdicts[i], n);
    }
}

static void
put_pair(FILE *to, const struct family *f, const json_t *pair)
{
    const json_t *value = json_object_get(pair, f->member);

    if (f->inner)
        value = json_object_get(value, f->inner);
    if (f->kind == STATES)
        put_states(to, f, pair, ft_json_string(pair, f->member, ""));
    else if (f->kind == QUANTILES) {
        put_quantile(to, f, pair, "0.5", json_object_get(value, "p50"));
        put_quantile(to, f, pair, "0.99", json_object_get(value, "p99"));
    } else if (f->kind == FINDINGS && json_is_array(value))
        put_findings(to, f, pair, value);
    else if (f->kind == WAYS_UP && json_is_array(value))
        put_value(to, f, pair, ways_up(value));
    else if (f->kind == FLAG && json_is_boolean(value))
        put_value(to, f, pair, json_is_true(value));
    else if (f->kind == PASSED && json_is_string(value))
        put_value(to, f, pair, !strcmp(json_string_value(value), "passed"));
    else if (f->kind == PRESENT && value)
        put_value(to, f, pair, !json_is_null(value));
    else if (json_is_number(value))
        put_value(to, f, pair, json_number_value(value) * f->scale);
}

static void
put_host(FILE *to, const struct family *f, const json_t *status)
{
    if (f->kind == HOST_WITNESS) {
        fprintf(to, "%s %d\n", f->name,
                ft_json_bool(json_object_get(status, "witness"), "running", 0));
        return;
    }
    fprintf(to, "%s{", f->name);
    put_label(to, "version", ft_json_string(status, "version", ""));
    fputc(',', to);
    put_label(to, "host", ft_json_string(status, "host", ""));
    fputs("} 1\n", to);
}

static void
put_family(FILE *to, const struct family *f, const json_t *status)
{
    const json_t *pairs = json_object_get(status, "pairs");
    json_t *pair;
    size_t i;

    fprintf(to, "# TYPE %s %s\n", f->name, type_of(f->kind));
    if (*f->unit)
        fprintf(to, "# UNIT %s %s\n", f->name, f->unit);
    fprintf(to, "# HELP %s %s\n", f->name, f->help);
    if (f->kind == HOST_INFO || f->kind == HOST_WITNESS)
        put_host(to, f, status);
    else
        json_array_foreach(pairs, i, pair)
            put_pair(to, f, pair);
}

void
ft_open_metrics(FILE *to, const json_t *status)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(families); i++)
        put_family(to, &families[i], status);
    fputs("# EOF\n", to);
}
