/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "ui/cli/commands.h"
#include "ui/cli/protect.h"
#include "ui/cli/settings.h"

static const struct ft_option options[] = {
    { "standby", 's', FT_OPTION_LIST, "HOST",
      offsetof(struct ft_cli_options, standby), 0, 0,
      "host of the copy, or VM=HOST (default: the best one; \"best\": also "
      "away from a host that is lost)" },
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
    { "apply-plan", 0, FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, apply_plan), 0, 0,
      "carry out the plan that --dry-run --json has written, or refuse" },
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

/* It says all that others choose. */
static enum ft_exit
check_saved(struct ft_cli *cli, int argc)
{
    const struct ft_option *chosen = NULL;

    if (argc)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "--apply-plan names its VM: give no other");
    for (const struct ft_option *o = options; o->name; o++)
        for (size_t i = 0; i < cli->given_count; i++)
            if (cli->given[i] == o->offset &&
                strcmp(o->name, "apply-plan") != 0 &&
                strcmp(o->name, "dry-run") != 0 &&
                strcmp(o->name, "engine") != 0)
                chosen = o;
    return !chosen ? FT_EXIT_OK
                   : ft_cli_fail_text(cli, FT_EXIT_USAGE,
                                      "Plan anew with it, and save that.",
                                      "--%s does not go with --apply-plan",
                                      chosen->name);
}

static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_cli_settings_check(cli))
        return FT_EXIT_USAGE;
    if (cli->options.apply_plan)
        return check_saved(cli, argc);
    if (!argc) {
        ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL, "protect needs VM...");
        ft_cli_note(cli, "Try 'ftadmin protect --help'.");
        return FT_EXIT_USAGE;
    }

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

    if (cli->options.apply_plan)
        return ft_cli_protect_saved(cli);
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
        "was made. Given again after an interruption it continues, as resume\n"
        "does; rollback takes it back. With --apply-plan what was planned, and\n"
        "saved by --dry-run --json, is carried out, or refused (5) where the\n"
        "world has changed, with all that is different. Several\n"
        "VMs are planned together and protected one after another; one that\n"
        "fails holds up no other, and the exit code is that of the worst.",
    .options = options,
    .max_arguments = -1,
    .needs = FT_NEEDS_ENGINE,
    .check = check,
    .run = run,
};
