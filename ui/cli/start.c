/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/work/operate.h"

static const struct ft_option options[] = {
    { "on", 0, FT_OPTION_TEXT, "HOST", offsetof(struct ft_cli_options, on), 0,
      0, "on this host of the pair" },
    { "discard-newer", 0, FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, discard_newer), 0, 0,
      "give up what the other host has that is newer" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static enum ft_exit
print_result(struct ft_cli *cli, const char *vm,
             const struct ft_start_result *result)
{
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:s,s:s,s:I,s:s}", "schema", 1, "vm", vm, "primary",
                  result->primary, "generation", (json_int_t)result->generation,
                  "started_by", result->started_by);

    if (cli->style.output == FT_OUTPUT_JSON)
        return ft_cli_print(cli, document, NULL, NULL, 0);
    fprintf(cli->out, "%s runs on %s, %s; it is protected again by itself\n",
            vm, result->primary,
            !strcmp(result->started_by, "peer") ? "which took it over meanwhile"
            : !strcmp(result->started_by, "copy") ? "where its copy went on"
            : !strcmp(result->started_by, "other")
                ? "where somebody else has started it meanwhile"
                : "started from its disks there");
    return FT_EXIT_OK;
}

/* The word that gives data up is asked for with the names of both hosts. */
static enum ft_exit
confirm(struct ft_cli *cli, const struct ft_store_pair *pair)
{
    const char *on = cli->options.on, *other;

    if (!cli->options.discard_newer)
        return FT_EXIT_OK;
    other = strcmp(on, pair->primary) ? pair->primary : pair->standby;
    return ft_cli_confirm(cli,
                          "Run %s on %s as it is there, and give up for good "
                          "what %s may have that is newer? While %s runs it and "
                          "they do not hear each other two run: power it off "
                          "first.",
                          pair->vm, on, other, other);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_start_options how = { cli->options.on,
                                    cli->options.discard_newer };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_start_result result;
    struct ft_work_pair found;
    enum ft_exit code;

    (void)argc;
    if (how.discard_newer && !how.on)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE,
                                "ftadmin status shows the hosts and what they "
                                "say",
                                "--discard-newer needs --on HOST");
    if (ft_work_start_prepare(&cli->fleet, argv[0], &found, &err))
        return ft_cli_fail_lookup(cli, &err);
    code = confirm(cli, &found.pair);
    if (code)
        return code;
    ft_cli_catch_interrupts();
    if (ft_work_start(&cli->fleet, &found, &how, &result, &err))
        return ft_cli_fail(cli, &err);
    return print_result(cli, found.pair.vm, &result);
}

const struct ft_command ft_command_start = {
    .name = "start",
    .usage = "VM",
    .summary = "Start a VM of a pair that no host runs",
    .details =
        "A VM that nobody stopped is started by the hosts themselves, on the\n"
        "newest data. This is for one that was shut down, and for the case that\n"
        "the host with the newest data does not come back: a host that ran it\n"
        "boots it from its disks, one with the copy lets that go on.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
