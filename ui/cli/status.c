/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/model/pair-rows.h"
#include "ui/work/status.h"

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
    { "Guest's clocks", "guest_clock", FT_COLUMN_TEXT },
    { "Clocks behind", "clock_lag_ms", FT_COLUMN_MS },
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
    { "Clocks given back", "last_takeover.clock_given_ms", FT_COLUMN_MS },
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

/* Only the one VM, if one was named; the exit code when there is none. */
static enum ft_exit
select_vm(struct ft_cli *cli, const char *vm, json_t *pairs)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc = vm ? ft_work_status_select(&cli->work, pairs, vm, &err) : 0;
    enum ft_exit code = rc ? ft_cli_fail(cli, &err) : FT_EXIT_OK;

    return rc == -ENODATA ? FT_EXIT_UNPROTECTED : code;
}

static enum ft_exit
show(struct ft_cli *cli, const struct ft_work_status *status, const char *vm)
{
    enum ft_exit missing = select_vm(cli, vm, status->pairs);
    enum ft_exit code = print_all(cli, status->pairs, status->hosts, vm != NULL);

    if (cli->style.output != FT_OUTPUT_TABLE || vm)
        ft_cli_complain(cli, &cli->fleet);
    if (code)
        return code;
    if (cli->fleet.count && !status->answered)
        return FT_EXIT_UNREACHABLE;
    return missing ? missing : exit_of(ft_pair_rows_worst(status->pairs));
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_status status;
    enum ft_exit code;

    if (!cli->fleet.count)
        ft_cli_note_no_hosts(cli);
    code = ft_work_status(&cli->fleet, &status, &err)
               ? ft_cli_fail(cli, &err)
               : show(cli, &status, argc ? argv[0] : NULL);
    ft_work_status_free(&status);
    return code;
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
