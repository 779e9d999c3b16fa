/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/model/rehearsal.h"
#include "ui/work/operate.h"

static const struct ft_option options[] = {
    { "seconds", 0, FT_OPTION_INTEGER, "SECONDS",
      offsetof(struct ft_cli_options, seconds), FT_REHEARSAL_SECONDS_MIN,
      FT_REHEARSAL_SECONDS_MAX, "let it run for so long (10)" },
    { "keep", 0, FT_OPTION_INTEGER, "MIB",
      offsetof(struct ft_cli_options, keep_mib), 1, 65536,
      "room for what is written meanwhile (1024)" },
    { "agent", 0, FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, agent),
      0, 0, "its guest agent has to answer" },
    { "console", 0, FT_OPTION_TEXT, "PATTERN",
      offsetof(struct ft_cli_options, console), 0, 0,
      "its serial console has to show that; * is any text" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static void
print_text(struct ft_cli *cli, const struct ft_work_pair *found,
           const json_t *result)
{
    char text[700];

    ft_rehearsal_text(result, text, sizeof(text));
    fprintf(cli->out, "%s on %s: %s\n", found->pair.vm, found->pair.standby,
            text);
    if (ft_rehearsal_said(result) == FT_REHEARSAL_PASSED)
        fprintf(cli->out,
                "it ran for %.1f s as it was after epoch %lld, and is gone\n",
                json_number_value(json_object_get(result, "seconds")),
                (long long)ft_json_int(result, "epoch", 0, INT64_MAX, 0));
}

/* What is known is printed, whatever it is; the exit code says the same. */
static enum ft_exit
print_result(struct ft_cli *cli, const struct ft_work_pair *found,
             json_t *result)
{
    enum ft_rehearsal_outcome outcome = ft_rehearsal_said(result);
    enum ft_exit code = FT_EXIT_OK;

    if (cli->style.output == FT_OUTPUT_JSON) {
        json_object_set_new(result, "schema", json_integer(1));
        json_object_set_new(result, "vm", json_string(found->pair.vm));
        json_object_set_new(result, "standby", json_string(found->pair.standby));
        code = ft_cli_print(cli, result, NULL, NULL, 0);
    } else {
        print_text(cli, found, result);
    }
    if (code || outcome == FT_REHEARSAL_PASSED)
        return code;
    return outcome == FT_REHEARSAL_FAILED
               ? ft_cli_fail_text(cli, FT_EXIT_CHECK_FAILED,
                                  "ftadmin check and the log of its QEMU on "
                                  "that host may say more",
                                  "the copy does not run")
               : ft_cli_fail_text(cli, FT_EXIT_FAILED, NULL,
                                  "the copy was not tried out to the end");
}

/* Who carries the VM and does not answer is the reason, so it comes first. */
static enum ft_exit
not_found(struct ft_cli *cli, const struct ft_error *err)
{
    if (err->code != EHOSTUNREACH)
        return ft_cli_fail_lookup(cli, err);
    ft_cli_complain(cli, &cli->fleet);
    return ft_cli_fail(cli, err);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    const struct ft_rehearse_options how = { (int)cli->options.seconds,
                                             (int)cli->options.keep_mib,
                                             cli->options.agent,
                                             cli->options.console };
    FT_AUTOJSON json_t *result = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_job_outcome outcome;
    struct ft_work_pair found;

    (void)argc;
    if (how.console && ft_rehearsal_check_pattern(how.console, &err))
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, err.hint, "%s", err.text);
    if (ft_work_rehearse_prepare(&cli->fleet, argv[0], &found, &err))
        return not_found(cli, &err);
    ft_cli_verbose(cli, "the copy on %s runs for %d s", found.pair.standby,
                   how.seconds ? how.seconds : FT_REHEARSAL_SECONDS);
    if (ft_work_rehearse(&cli->fleet, &found, &how, &result, &outcome, &err))
        return ft_cli_fail(cli, &err);
    return print_result(cli, &found, result);
}

const struct ft_command ft_command_rehearse = {
    .name = "rehearse",
    .usage = "VM",
    .summary = "Try a takeover out: let the copy run apart",
    .details =
        "The copy of one epoch runs as a second VM on its host for some seconds,\n"
        "without network and with its own throw-away disks, and is ended: it must\n"
        "load, its virtual CPUs must run, and it may neither panic, shut down nor\n"
        "meet an error of a disk; where its guest agent was there, it must answer.\n"
        "--agent wants that of it in any case; --console wants a text on its serial\n"
        "port, where Enter is pressed once a second: 'login:' finds a prompt.\n"
        "The VM and its protection go on, and a takeover ends it at once. Needs\n"
        "the VM's memory once more on that host. Exit code 4 when the copy does\n"
        "not run, 1 when it could not be tried out to the end.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
