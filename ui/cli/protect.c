/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "ui/cli/commands.h"
#include "ui/cli/protect.h"
#include "ui/cli/settings.h"

static const struct ft_option options[] = {
    { "standby", 's', FT_OPTION_LIST, "HOST",
      offsetof(struct ft_cli_options, standby), 0, 0,
      "host of the copy, or VM=HOST (default: the best one)" },
    { "witness", 'w', FT_OPTION_LIST, "HOST|none",
      offsetof(struct ft_cli_options, witness), 0, 0,
      "host that decides who may go on (default: one that can)" },
    { "pool", 0, FT_OPTION_TEXT, "POOL", offsetof(struct ft_cli_options, pool),
      0, 0, "storage pool for the copy's disks on the standby" },
    { "address", 0, FT_OPTION_TEXT, "ADDRESS",
      offsetof(struct ft_cli_options, address), 0, 0,
      "address of the standby to replicate to" },
    { "silence", 0, FT_OPTION_INTEGER, "MS",
      offsetof(struct ft_cli_options, silence_ms), 50, 60000,
      "silence after which a host is suspected (default: 200; more where "
      "the network asks for it)" },
    FT_CLI_SETTINGS_OPTIONS,
    { "alone-without-witness", 0, FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, alone_without_witness), 0, 0,
      "without witness the VM may go on alone where it is" },
    { "dry-run", 'n', FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, dry_run), 0, 0,
      "print the checks and steps, change nothing" },
    { "engine", 0, FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, engine), 0, 0,
      "the ftengine to install where it is missing or older" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static enum ft_exit
protect_one(struct ft_cli *cli, struct ft_work_protect *job, const char *vm)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_protect_wish wish;
    enum ft_exit code;

    if (ft_work_protect_look(job, &cli->fleet, vm, cli->options.dry_run, &err))
        return ft_cli_protect_look_failed(cli, &err);
    ft_cli_protect_wish(cli, vm, &wish);
    code = ft_cli_protect_plan(cli, job, vm, &wish);
    if (!code)
        code = ft_cli_protect_show(cli, job);
    if (code || cli->options.dry_run)
        return code;
    code = ft_cli_confirm(cli, "Protect %s?", job->plan.vm);
    return code ? code : ft_cli_protect_apply(cli, job);
}

static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;

    for (int i = 0; i < argc; i++)
        for (int k = 0; k < i; k++)
            if (!strcmp(argv[i], argv[k]))
                return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                        "%s is named twice", argv[i]);
    if (ft_choice_check(cli->options.standby, "standby", argv, argc, &err) ||
        ft_choice_check(cli->options.witness, "witness", argv, argc, &err)) {
        ft_cli_fail(cli, &err);
        return FT_EXIT_USAGE;
    }
    if (argc > 1 && (cli->options.pool || cli->options.address))
        return ft_cli_fail_text(cli, FT_EXIT_USAGE,
                                "Protect that VM by a command of its own.",
                                "--%s is of one VM",
                                cli->options.pool ? "pool" : "address");
    return FT_EXIT_OK;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_work_protect job;
    enum ft_exit code;

    if (argc > 1)
        return ft_cli_protect_many(cli, argc, argv);
    code = protect_one(cli, &job, argv[0]);
    ft_work_protect_free(&job);
    return code;
}

const struct ft_command ft_command_protect = {
    .name = "protect",
    .usage = "VM...",
    .summary = "Make running VMs fault tolerant",
    .details =
        "Looks at all hosts, picks a standby and a witness, checks everything\n"
        "that could make a failover fail, copies disks and memory while the VM\n"
        "runs, and waits until it is protected. Ctrl-C while the hosts copy\n"
        "detaches: they go on by themselves; before, it stops, and says what\n"
        "was made. Given again after an interruption it continues. Several\n"
        "VMs are planned together and protected one after another; one that\n"
        "fails holds up no other, and the exit code is that of the worst.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = -1,
    .needs = FT_NEEDS_ENGINE,
    .check = check,
    .run = run,
};
