/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/columns.h"

#include <ctype.h>
#include <stdbool.h>

#include "base/cleanup.h"

static const struct ft_column pairs[] = {
    { "VM", "vm", FT_COLUMN_TEXT },
    { "HEALTH", "health", FT_COLUMN_SEVERITY },
    { "STATE", "standing", FT_COLUMN_TEXT },
    { "PRIMARY", "primary", FT_COLUMN_TEXT },
    { "STANDBY", "standby", FT_COLUMN_TEXT },
    { "WITNESS", "witness", FT_COLUMN_TEXT },
    { "EPOCHS/S", "epochs_per_s", FT_COLUMN_NUMBER },
    { "PAUSE P50", "pause_ms.p50", FT_COLUMN_MS },
    { "P99", "pause_ms.p99", FT_COLUMN_MS },
    { "LAG", "lag_ms", FT_COLUMN_MS },
    { "HEARD", "age_s", FT_COLUMN_AGE },
    { "REASON", "reason", FT_COLUMN_TEXT },
};

static const struct ft_column details[] = {
    { "VM", "vm", FT_COLUMN_TEXT },
    { "UUID", "uuid", FT_COLUMN_TEXT },
    { "Health", "health", FT_COLUMN_SEVERITY },
    { "State", "standing", FT_COLUMN_TEXT },
    { "Reason", "reason", FT_COLUMN_TEXT },
    { "Whose move", "move", FT_COLUMN_TEXT },
    { "Primary", "primary", FT_COLUMN_TEXT },
    { "Standby", "standby", FT_COLUMN_TEXT },
    { "Standby connected", "peer_connected", FT_COLUMN_YESNO },
    { "Witness", "witness", FT_COLUMN_TEXT },
    { "Witness reachable", "witness_reachable", FT_COLUMN_YESNO },
    { "Starts with host", "autostart", FT_COLUMN_YESNO },
    { "QEMU", "qemu.runs", FT_COLUMN_TEXT },
    { "QEMU of its host", "qemu.installed", FT_COLUMN_TEXT },
    { "Generation", "generation", FT_COLUMN_NUMBER },
    { "Epoch", "epoch", FT_COLUMN_NUMBER },
    { "Epochs/s", "epochs_per_s", FT_COLUMN_NUMBER },
    { "Pause p50", "pause_ms.p50", FT_COLUMN_MS },
    { "Pause p99", "pause_ms.p99", FT_COLUMN_MS },
    { "Lag", "lag_ms", FT_COLUMN_MS },
    { "Guest's clocks", "guest_clock", FT_COLUMN_TEXT },
    { "Clocks behind", "clock_lag_ms", FT_COLUMN_MS },
    { "Dirty per epoch", "dirty_bytes_per_epoch", FT_COLUMN_BYTES },
    { "Phase wait", "phases_ms.wait", FT_COLUMN_MS },
    { "Phase stop", "phases_ms.stop", FT_COLUMN_MS },
    { "Phase scan", "phases_ms.scan", FT_COLUMN_MS },
    { "Phase copy", "phases_ms.copy", FT_COLUMN_MS },
    { "Phase state", "phases_ms.state", FT_COLUMN_MS },
    { "Phase ship", "phases_ms.ship", FT_COLUMN_MS },
    { "Whole epoch", "phases_ms.epoch", FT_COLUMN_MS },
    { "Then acknowledged", "phases_ms.ack", FT_COLUMN_MS },
    { "Commit p50", "commit_ms.p50", FT_COLUMN_MS },
    { "Commit p99", "commit_ms.p99", FT_COLUMN_MS },
    { "Output gate", "gate", FT_COLUMN_TEXT },
    { "Held packets", "held_packets", FT_COLUMN_NUMBER },
    { "Held bytes", "held_bytes", FT_COLUMN_BYTES },
    { "Held for", "held_ms", FT_COLUMN_MS },
    { "Link per second", "link_bytes_per_s", FT_COLUMN_BYTES },
    { "Link round trip", "rtt_ms", FT_COLUMN_MS },
    { "Link blocked", "blocked_ms", FT_COLUMN_MS },
    { "CPU percent", "cpu_percent", FT_COLUMN_NUMBER },
    { "Copy holds epoch", "copy.epoch_held", FT_COLUMN_NUMBER },
    { "Copy has applied", "copy.epoch", FT_COLUMN_NUMBER },
    { "Copy staged", "copy.staged_bytes", FT_COLUMN_BYTES },
    { "Copy applies in", "copy.apply_ms", FT_COLUMN_MS },
    { "Copy lags", "copy.replica_lag_ms", FT_COLUMN_MS },
    { "Copy CPU percent", "copy.cpu_percent", FT_COLUMN_NUMBER },
    { "Copying", "progress.phase", FT_COLUMN_TEXT },
    { "Copied", "progress.done", FT_COLUMN_BYTES },
    { "Of", "progress.total", FT_COLUMN_BYTES },
    { "Bytes/s", "progress.bytes_per_s", FT_COLUMN_BYTES },
    { "Time left", "progress.left", FT_COLUMN_TEXT },
    { "Limit/s", "progress.limit_bytes_per_s", FT_COLUMN_BYTES },
    { "Limited by", "progress.limited_by", FT_COLUMN_TEXT },
    { "Last takeover", "last_takeover.at", FT_COLUMN_TEXT },
    { "Takeover reason", "last_takeover.reason", FT_COLUMN_TEXT },
    { "Detected after", "last_takeover.detect_ms", FT_COLUMN_MS },
    { "Resumed after", "last_takeover.resume_ms", FT_COLUMN_MS },
    { "Clocks given back", "last_takeover.clock_given_ms", FT_COLUMN_MS },
    { "Rehearsal", "rehearsal.outcome", FT_COLUMN_TEXT },
    { "Rehearsal said", "rehearsal.why", FT_COLUMN_TEXT },
    { "Rehearsed agent", "rehearsal.agent", FT_COLUMN_TEXT },
    { "Rehearsed console", "rehearsal.console", FT_COLUMN_TEXT },
    { "Rehearsed", "rehearsal.age_s", FT_COLUMN_AGE },
    { "Rehearsing now", "rehearsal.step", FT_COLUMN_TEXT },
    { "Heard", "age_s", FT_COLUMN_AGE },
    { "Heard from", "heard_from", FT_COLUMN_TEXT },
};

static const struct ft_column sides[] = {
    { "HOST", "host", FT_COLUMN_TEXT },
    { "ROLE", "role", FT_COLUMN_TEXT },
    { "STATE", "state", FT_COLUMN_TEXT },
    { "GENERATION", "generation", FT_COLUMN_NUMBER },
    { "EPOCH", "epoch", FT_COLUMN_NUMBER },
    { "LINKED", "peer_connected", FT_COLUMN_YESNO },
    { "WITNESS", "witness_reachable", FT_COLUMN_YESNO },
    { "HEARD", "age_s", FT_COLUMN_AGE },
    { "REASON", "reason", FT_COLUMN_TEXT },
    { "PROBLEM", "problem.text", FT_COLUMN_TEXT },
};

static const struct ft_column paths[] = {
    { "FROM", "local", FT_COLUMN_TEXT },
    { "TO", "peer", FT_COLUMN_TEXT },
    { "IN USE", "in_use", FT_COLUMN_YESNO },
    { "UP", "up", FT_COLUMN_YESNO },
    { "EVER", "answered", FT_COLUMN_YESNO },
    { "ROUND TRIP", "rtt_ms", FT_COLUMN_MS },
    { "TRIED BEFORE", "tried_ms_ago", FT_COLUMN_MS },
};

static const struct ft_column hosts[] = {
    { "HOST", "name", FT_COLUMN_TEXT },
    { "HEALTH", "state", FT_COLUMN_SEVERITY },
    { "STATE", "state", FT_COLUMN_TEXT },
    { "ENGINE", "engine", FT_COLUMN_TEXT },
    { "PAIRS", "pairs", FT_COLUMN_NUMBER },
    { "SEEN", "age_s", FT_COLUMN_AGE },
    { "ERROR", "error", FT_COLUMN_TEXT },
};

static const struct ft_column vms[] = {
    { "VM", "vm", FT_COLUMN_TEXT },
    { "HOST", "host", FT_COLUMN_TEXT },
    { "STATE", "state", FT_COLUMN_TEXT },
    { "PROTECTION", "protection", FT_COLUMN_TEXT },
    { "VCPUS", "vcpus", FT_COLUMN_NUMBER },
    { "MEMORY", "memory", FT_COLUMN_BYTES },
    { "DISKS", "disk_bytes", FT_COLUMN_BYTES },
    { "SEEN", "age_s", FT_COLUMN_AGE },
};

static const struct ft_column events[] = {
    { "AT", "at", FT_COLUMN_TEXT },
    { "HOST", "host", FT_COLUMN_TEXT },
    { "SEVERITY", "severity", FT_COLUMN_VERDICT },
    { "VM", "vm", FT_COLUMN_TEXT },
    { "KIND", "kind", FT_COLUMN_TEXT },
    { "TEXT", "text", FT_COLUMN_TEXT },
};

static const struct ft_column findings[] = {
    { "VERDICT", "verdict", FT_COLUMN_VERDICT },
    { "CHECK", "id", FT_COLUMN_TEXT },
    { "ABOUT", "subject", FT_COLUMN_TEXT },
    { "FOUND", "evidence", FT_COLUMN_TEXT },
    { "REMEDY", "remedy", FT_COLUMN_TEXT },
};

static const struct ft_column estimates[] = {
    { "FIGURE", "title", FT_COLUMN_TEXT },
    { "ABOUT", "about", FT_COLUMN_TEXT },
    { "AT LEAST", "from", FT_COLUMN_TEXT },
    { "AT MOST", "to", FT_COLUMN_TEXT },
};

static const struct ft_column outcomes[] = {
    { "FIGURE", "title", FT_COLUMN_TEXT },
    { "PREDICTED", "about", FT_COLUMN_TEXT },
    { "AT LEAST", "from", FT_COLUMN_TEXT },
    { "AT MOST", "to", FT_COLUMN_TEXT },
    { "IS", "now", FT_COLUMN_TEXT },
};

static const struct ft_column check_list[] = {
    { "CHECK", "id", FT_COLUMN_TEXT },
    { "LOOKS AT", "looks", FT_COLUMN_TEXT },
    { "SEEN", "seen", FT_COLUMN_TEXT },
    { "FIXABLE", "fixable", FT_COLUMN_YESNO },
};

static const struct ft_column if_lost[] = {
    { "VM", "vm", FT_COLUMN_TEXT },
    { "OUTCOME", "outcome", FT_COLUMN_TEXT },
    { "RUNS ON", "on", FT_COLUMN_TEXT },
    { "HEARD AFTER", "after_ms", FT_COLUMN_MS },
    { "WHY", "reason", FT_COLUMN_TEXT },
};

#define COLUMNS(list)             \
    {                             \
        list, FT_ARRAY_SIZE(list) \
    }

const struct ft_columns ft_pair_columns = COLUMNS(pairs);
const struct ft_columns ft_pair_details = COLUMNS(details);
const struct ft_columns ft_side_columns = COLUMNS(sides);
const struct ft_columns ft_path_columns = COLUMNS(paths);
const struct ft_columns ft_host_columns = COLUMNS(hosts);
const struct ft_columns ft_vm_columns = COLUMNS(vms);
const struct ft_columns ft_event_columns = COLUMNS(events);
const struct ft_columns ft_finding_columns = COLUMNS(findings);
const struct ft_columns ft_check_columns = { findings,
                                             FT_ARRAY_SIZE(findings) - 1 };
const struct ft_columns ft_check_list_columns = COLUMNS(check_list);
const struct ft_columns ft_estimate_columns = COLUMNS(estimates);
const struct ft_columns ft_outcome_columns = COLUMNS(outcomes);
const struct ft_columns ft_if_lost_columns = COLUMNS(if_lost);

static bool
same_character(char a, char b)
{
    unsigned char x = a, y = b;

    return tolower(x == '-' || x == '_' ? ' ' : x) ==
           tolower(y == '-' || y == '_' ? ' ' : y);
}

static bool
same_name(const char *a, const char *b)
{
    while (*a && same_character(*a, *b)) {
        a++;
        b++;
    }
    return !*a && !*b;
}

const struct ft_column *
ft_column_find(const struct ft_columns *columns, const char *name)
{
    for (size_t i = 0; i < columns->count; i++)
        if (same_name(columns->list[i].title, name) ||
            same_name(columns->list[i].key, name))
            return &columns->list[i];
    return NULL;
}
