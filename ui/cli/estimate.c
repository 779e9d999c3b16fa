/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/model/columns.h"
#include "ui/model/estimate-rows.h"
#include "ui/work/estimate.h"

static const struct ft_option options[] = {
    { "seconds", 0, FT_OPTION_INTEGER, "SECONDS",
      offsetof(struct ft_cli_options, seconds), FT_MEASURED_SECONDS_MIN,
      FT_MEASURED_SECONDS_MAX, "measure for so long (30)" },
    { "standby", 's', FT_OPTION_TEXT, "HOST",
      offsetof(struct ft_cli_options, standby), 0, 0,
      "with HOST as the host of the copy" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

/* What the figures follow from, and what they do not tell. */
static void
print_measured(struct ft_cli *cli, const struct ft_work_estimate *found)
{
    const struct ft_measurement *measured = &found->measured;
    const struct ft_measurement_length *last =
        &measured->lengths[measured->n_lengths - 1];
    char written[32], disk[32], link[32];

    ft_estimate_text("B", last->mean * FT_MEASURED_PAGE, written);
    ft_estimate_text("B/s", measured->write_bytes_per_s, disk);
    fprintf(cli->out,
            "measured: %s of memory written in %.0f ms, %s to disks, %.0f "
            "packets/s sent\n",
            written, last->interval_ms, disk, measured->packets_per_s);
    if (found->link_bytes_per_s > 0) {
        ft_estimate_text("B/s", found->link_bytes_per_s, link);
        fprintf(cli->out, "network: %s%s\n", link,
                found->estimate.link_is_full
                    ? ", which is not enough: epochs wait for it"
                    : "");
    }
    ft_cli_verbose(cli, "QEMU's main thread stood for %.1f ms in all",
                   measured->held_ms);
}

static enum ft_exit
print(struct ft_cli *cli, const struct ft_plan *plan,
      const struct ft_work_estimate *found)
{
    FT_AUTOJSON json_t *document = ft_work_estimate_to_json(plan, found);
    enum ft_exit code;

    if (cli->style.output == FT_OUTPUT_TABLE)
        fprintf(cli->out,
                "%s on %s, copy on %s: measured for %.0f s, not protected\n",
                plan->vm, plan->primary,
                *plan->standby ? plan->standby : "no host",
                found->measured.seconds);
    code = ft_cli_print(cli, document, json_object_get(document, "figures"),
                        ft_estimate_columns.list, ft_estimate_columns.count);
    if (!code && cli->style.output == FT_OUTPUT_TABLE)
        print_measured(cli, found);
    if (!code && ft_findings_worst(&plan->findings) >= FT_FAIL)
        ft_cli_note(cli, "protect would refuse it now: ftadmin check %s",
                    plan->vm);
    return code;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    int seconds =
        cli->options.seconds ? (int)cli->options.seconds : FT_MEASURED_SECONDS;
    struct ft_work_protect job = { 0 };
    struct ft_work_estimate found;
    struct ft_error err = FT_ERROR_INIT;
    enum ft_exit code;
    int rc;

    (void)argc;
    ft_cli_verbose(cli, "measuring for %d s", seconds);
    rc = ft_work_estimate(&cli->fleet, argv[0], cli->options.standby, seconds,
                          &job, &found, &err);
    if (rc == -ENOTCONN) {
        ft_cli_complain(cli, &cli->fleet);
        code = ft_cli_fleet_exit(&cli->fleet);
    } else {
        code =
            rc ? ft_cli_fail_lookup(cli, &err) : print(cli, &job.plan, &found);
    }
    ft_work_protect_free(&job);
    return code;
}

const struct ft_command ft_command_estimate = {
    .name = "estimate",
    .usage = "VM",
    .summary = "Measure a running VM: what would protecting it cost",
    .details =
        "Measures the VM where it runs, without protecting it: how much memory it\n"
        "writes in intervals as long as epochs, what it writes to its disks and\n"
        "sends. From that, the standby that protect would choose and the network\n"
        "between it tells how long the VM would stand, how much later its answers\n"
        "would come, what the network would carry, what memory the standby needs\n"
        "and how long the first copy takes, each with its range. The VM runs on;\n"
        "nothing stays of it. One that is protected is refused: status has the\n"
        "figures of its own epochs.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_ENGINE,
    .run = run,
};
