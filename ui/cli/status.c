/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/model/host-rows.h"
#include "ui/model/pair-rows.h"
#include "ui/work/pair.h"
#include "ui/work/remember.h"

static const struct ft_column pair_columns[] = {
    { "VM", "vm", FT_COLUMN_TEXT },
    { "HEALTH", "health", FT_COLUMN_SEVERITY },
    { "STATE", "state", FT_COLUMN_TEXT },
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

static const struct ft_column detail_columns[] = {
    { "VM", "vm", FT_COLUMN_TEXT },
    { "UUID", "uuid", FT_COLUMN_TEXT },
    { "Health", "health", FT_COLUMN_SEVERITY },
    { "State", "state", FT_COLUMN_TEXT },
    { "Reason", "reason", FT_COLUMN_TEXT },
    { "Primary", "primary", FT_COLUMN_TEXT },
    { "Standby", "standby", FT_COLUMN_TEXT },
    { "Standby connected", "peer_connected", FT_COLUMN_YESNO },
    { "Witness", "witness", FT_COLUMN_TEXT },
    { "Witness reachable", "witness_reachable", FT_COLUMN_YESNO },
    { "Generation", "generation", FT_COLUMN_NUMBER },
    { "Epoch", "epoch", FT_COLUMN_NUMBER },
    { "Epochs/s", "epochs_per_s", FT_COLUMN_NUMBER },
    { "Pause p50", "pause_ms.p50", FT_COLUMN_MS },
    { "Pause p99", "pause_ms.p99", FT_COLUMN_MS },
    { "Lag", "lag_ms", FT_COLUMN_MS },
    { "Dirty per epoch", "dirty_bytes_per_epoch", FT_COLUMN_BYTES },
    { "Held packets", "held_packets", FT_COLUMN_NUMBER },
    { "Copying", "progress.phase", FT_COLUMN_TEXT },
    { "Copied", "progress.done", FT_COLUMN_BYTES },
    { "Of", "progress.total", FT_COLUMN_BYTES },
    { "Bytes/s", "progress.bytes_per_s", FT_COLUMN_BYTES },
    { "Last takeover", "last_takeover.at", FT_COLUMN_TEXT },
    { "Takeover reason", "last_takeover.reason", FT_COLUMN_TEXT },
    { "Detected after", "last_takeover.detect_ms", FT_COLUMN_MS },
    { "Resumed after", "last_takeover.resume_ms", FT_COLUMN_MS },
    { "Heard", "age_s", FT_COLUMN_AGE },
    { "Heard from", "heard_from", FT_COLUMN_TEXT },
};

static const struct ft_column host_columns[] = {
    { "HOST", "name", FT_COLUMN_TEXT },
    { "HEALTH", "state", FT_COLUMN_SEVERITY },
    { "STATE", "state", FT_COLUMN_TEXT },
    { "ENGINE", "engine", FT_COLUMN_TEXT },
    { "PAIRS", "pairs", FT_COLUMN_NUMBER },
    { "SEEN", "age_s", FT_COLUMN_AGE },
    { "ERROR", "error", FT_COLUMN_TEXT },
};

#define COLUMNS(columns) columns, FT_ARRAY_SIZE(columns)

/* ---- hosts ---- */

/* An SSH connection without an engine behind it is another trouble. */
static const char *
host_state(const struct ft_work_fleet *fleet, size_t index)
{
    if (!fleet->errors[index].code)
        return "ok";
    return fleet->fleet.members[index]->ssh ? "no-engine" : "unreachable";
}

static json_t *
host_row(const struct ft_work_fleet *fleet, size_t index)
{
    const struct ft_store_host *host = &fleet->hosts[index];
    const struct ft_error *err = &fleet->errors[index];
    const json_t *status =
        err->code ? NULL : fleet->fleet.members[index]->status;
    json_t *pairs =
        status ? json_integer(json_array_size(json_object_get(status, "pairs")))
               : json_null();

    return json_pack(
        "{s:s,s:s,s:s,s:s?,s:o,s:o,s:s?}", "name", host->name, "address",
        host->address, "state", host_state(fleet, index), "engine",
        ft_json_string(status, "version",
                       *host->engine_version ? host->engine_version : NULL),
        "pairs", pairs, "age_s",
        status ? json_real(0) : ft_row_age(host->seen_at, ft_work_now_ms()),
        "error", err->code ? err->text : NULL);
}

static json_t *
host_rows(const struct ft_work_fleet *fleet)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < fleet->count; i++)
        json_array_append_new(rows, host_row(fleet, i));
    return rows;
}

/* ---- pairs ---- */

/* What was heard is kept for the next time; a locked database is no reason to
 * keep the answer from the administrator. */
static void
remember(struct ft_cli *cli, const json_t *pairs)
{
    struct ft_error err = FT_ERROR_INIT;
    const json_t *status;
    size_t index;

    json_array_foreach(pairs, index, status) {
        if (ft_work_remember_status(cli->work.store, status, &err))
            ft_cli_verbose(cli, "not stored: %s", err.text);
    }
}

static const struct ft_error *
error_of_host(const struct ft_work_fleet *fleet, const char *name)
{
    for (size_t i = 0; i < fleet->count; i++)
        if (!strcmp(fleet->hosts[i].name, name))
            return fleet->errors[i].code ? &fleet->errors[i] : NULL;
    return NULL;
}

/* What no host reports although both could have. */
static const char *
reason_of_silence(const struct ft_work_fleet *fleet,
                  const struct ft_store_pair *pair)
{
    if (error_of_host(fleet, pair->primary) ||
        error_of_host(fleet, pair->standby))
        return NULL;
    if (!strcmp(pair->phase, "applying"))
        return "protect was interrupted: give it again, or unprotect";
    if (!strcmp(pair->phase, "removing"))
        return "unprotect was interrupted: give it again";
    return "no host knows this pair any more: protect again, or unprotect";
}

static json_t *
stored_row(struct ft_store *store, const struct ft_work_fleet *fleet,
           const struct ft_store_pair *pair)
{
    const char *reason = reason_of_silence(fleet, pair);
    FT_AUTOJSON json_t *status = NULL;
    struct ft_error err = FT_ERROR_INIT;
    int64_t at = pair->created_at;

    if (ft_store_status_get(store, pair->pair, &status, &at, &err))
        status =
            json_pack("{s:s,s:s,s:s,s:s,s:s,s:s?,s:I,s:s}", "pair", pair->pair,
                      "vm", pair->vm, "uuid", pair->vm_uuid, "primary",
                      pair->primary, "standby", pair->standby, "witness",
                      *pair->witness ? pair->witness : NULL, "generation",
                      (json_int_t)pair->generation, "state", "unprotected");
    if (reason) {
        json_object_set_new(status, "state", json_string("unprotected"));
        json_object_set_new(status, "reason", json_string(reason));
    }
    return ft_pair_row(status,
                       FT_MAX((double)(ft_work_now_ms() - at) / 1000, 0.001));
}

static int
add_stored(struct ft_cli *cli, const struct ft_work_fleet *fleet, json_t *rows,
           struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_pair *pairs = NULL;
    size_t count = 0;
    int rc = ft_store_pair_list(cli->work.store, &pairs, &count, err);

    for (size_t i = 0; i < count; i++)
        if (!ft_pair_find(rows, pairs[i].pair))
            json_array_append_new(rows, stored_row(cli->work.store, fleet,
                                                   &pairs[i]));
    return rc;
}

/*
 * A pair that was being taken away is gone even if one of its hosts, back from
 * the dead, does not know that yet.
 */
static json_t *
live_row(struct ft_store *store, const json_t *status)
{
    struct ft_store_pair pair;
    FT_AUTOJSON json_t *copy = NULL;

    if (ft_store_pair_get(store, ft_json_string(status, "pair", ""), &pair,
                          NULL) ||
        strcmp(pair.phase, "removing"))
        return ft_pair_row(status, 0);
    copy = json_deep_copy(status);
    json_object_set_new(copy, "state", json_string("unprotected"));
    json_object_set_new(copy, "reason",
                        json_string("unprotect is not finished: give it again"));
    return ft_pair_row(copy, 0);
}

static json_t *
pair_rows(struct ft_cli *cli, const struct ft_work_fleet *fleet,
          struct ft_error *err)
{
    FT_AUTOJSON json_t *pairs = ft_work_pairs(fleet);
    FT_AUTOJSON json_t *rows = json_array();
    const json_t *status;
    size_t index;

    if (!pairs || !rows) {
        ft_fail(err, ENOMEM, NULL, "out of memory");
        return NULL;
    }
    remember(cli, pairs);
    json_array_foreach(pairs, index, status)
        json_array_append_new(rows, live_row(cli->work.store, status));
    return add_stored(cli, fleet, rows, err) ? NULL : FT_STEAL(rows);
}

/* ---- the command ---- */

/* Only the one VM; the exit code when there is none. */
static enum ft_exit
select_vm(struct ft_cli *cli, const char *name, json_t *rows)
{
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    struct ft_error err = FT_ERROR_INIT;
    const json_t *found = ft_pair_find(rows, name);
    size_t count = 0;

    if (found) {
        FT_AUTOJSON json_t *kept = json_deep_copy(found);

        json_array_clear(rows);
        json_array_append(rows, kept);
        return FT_EXIT_OK;
    }
    json_array_clear(rows);
    if (ft_store_vm_list(cli->work.store, 0, &vms, &count, &err))
        return ft_cli_fail(cli, &err);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(vms[i].name, name) || !strcmp(vms[i].uuid, name))
            return ft_cli_fail_text(cli, FT_EXIT_UNPROTECTED,
                                    "ftadmin protect makes it fault tolerant",
                                    "%s is not protected", name);
    return ft_cli_fail_text(cli, FT_EXIT_NOT_FOUND,
                            "ftadmin vm list shows the VMs of all hosts",
                            "no VM named %s", name);
}

static enum ft_exit
print_tables(struct ft_cli *cli, const json_t *rows, const json_t *hosts,
             bool one)
{
    if (one && json_array_size(rows) == 1) {
        ft_record_print(cli->out, &cli->style, COLUMNS(detail_columns),
                        json_array_get(rows, 0));
        return FT_EXIT_OK;
    }
    if (!one && json_array_size(rows))
        ft_table_print(cli->out, &cli->style, COLUMNS(pair_columns), rows);
    if (!one && !json_array_size(rows) && json_array_size(hosts))
        ft_cli_note(cli, "No VM is protected: ftadmin protect VM");
    if (one || cli->style.output == FT_OUTPUT_PLAIN || !json_array_size(hosts))
        return FT_EXIT_OK;
    if (json_array_size(rows))
        putc('\n', cli->out);
    ft_table_print(cli->out, &cli->style, COLUMNS(host_columns), hosts);
    return FT_EXIT_OK;
}

static enum ft_exit
print_all(struct ft_cli *cli, const json_t *rows, const json_t *hosts, bool one)
{
    FT_AUTOJSON json_t *document = NULL;

    if (cli->style.output != FT_OUTPUT_JSON)
        return print_tables(cli, rows, hosts, one);
    document =
        json_pack("{s:i,s:O,s:O}", "schema", 1, "pairs", rows, "hosts", hosts);
    return ft_cli_print(cli, document, NULL, NULL, 0);
}

static enum ft_exit
exit_of(enum ft_severity worst)
{
    switch (worst) {
    case FT_SEVERITY_OK:
        return FT_EXIT_OK;
    case FT_SEVERITY_WARN:
        return FT_EXIT_DEGRADED;
    case FT_SEVERITY_UNKNOWN: /* only known from before */
        return FT_EXIT_UNREACHABLE;
    default:
        return FT_EXIT_UNPROTECTED;
    }
}

static enum ft_exit
show(struct ft_cli *cli, struct ft_work_fleet *fleet, const char *vm)
{
    struct ft_error err = FT_ERROR_INIT;
    size_t answered = ft_work_fleet_status(fleet);
    FT_AUTOJSON json_t *rows = pair_rows(cli, fleet, &err);
    FT_AUTOJSON json_t *hosts = host_rows(fleet);
    enum ft_exit missing = FT_EXIT_OK, code;

    if (!rows)
        return ft_cli_fail(cli, &err);
    if (vm)
        missing = select_vm(cli, vm, rows);
    code = print_all(cli, rows, hosts, vm != NULL);
    if (cli->style.output != FT_OUTPUT_TABLE || vm)
        ft_cli_complain(cli, fleet);
    if (code)
        return code;
    if (fleet->count && !answered)
        return FT_EXIT_UNREACHABLE;
    return missing ? missing : exit_of(ft_pair_rows_worst(rows));
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    if (!cli->fleet.count)
        ft_cli_note_no_hosts(cli);
    return show(cli, &cli->fleet, argc ? argv[0] : NULL);
}

const struct ft_command ft_command_status = {
    .name = "status",
    .usage = "[VM]",
    .summary = "Show protected VMs and hosts as they are now",
    .details =
        "Asks all hosts at once. A pair whose hosts do not answer is shown as\n"
        "it was last heard, with its age. Exit code: 0 all protected,\n"
        "20 no host answers, 30 one is degraded (syncing, alone, resyncing),\n"
        "31 one is unprotected or failed.",
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
