/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/frame.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/cli/interrupt.h"
#include "ui/cli/progress.h"
#include "ui/cli/prompt.h"
#include "ui/cli/unfinished.h"
#include "ui/work/hosts.h"

#define CHECK_WAIT_MS 2000 /* once a day, when everything else is done */

static void
on_detail(void *data, const char *text)
{
    ft_cli_verbose(data, "%s", text);
}

/* A bar that stands on this line is drawn again below. */
static void
on_again(void *data, const char *text)
{
    struct ft_cli *cli = data;

    if (ft_cli_draws_bars(cli))
        fputs("\r\033[K", cli->messages);
    ft_cli_note(cli, "      %s", text);
}

static void
fill_work(struct ft_cli *cli, struct ft_cli_prompter *prompter)
{
    cli->work = (struct ft_work){
        .engine = cli->options.engine,
        .accept_new_host_keys = cli->options.accept_new_host_keys,
        .timeout_ms = (int)cli->options.timeout_s * 1000,
        .again = on_again,
        .interrupted = ft_cli_interrupted,
        .detail = on_detail,
        .data = cli,
    };
    cli->work.prompts = ft_cli_prompts(prompter, cli);
    if (!cli->command->asks_nobody)
        return;
    cli->work.prompts.host_key = NULL;
    if (!cli->options.password_file && prompter->ask < 0)
        cli->work.prompts.secret = NULL;
}

/*
 * By its whole path, since it may be remembered with a host; links stay, because
 * a certificate is sought beside the name that was given.
 */
static enum ft_exit
take_identity(struct ft_cli *cli)
{
    const char *given = cli->options.identity;
    const char *home = getenv("HOME");
    char folder[PATH_MAX] = "";
    int used;

    if (!given || !strcmp(given, FT_WORK_IDENTITY_NONE))
        return FT_EXIT_OK;
    if (!strncmp(given, "~/", 2) && home)
        snprintf(folder, sizeof(folder), "%s", home);
    else if (*given != '/' && !getcwd(folder, sizeof(folder)))
        folder[0] = '\0';
    given += *folder && *given == '~' ? 2 : 0;
    used = snprintf(cli->identity, sizeof(cli->identity), "%s%s%s", folder,
                    *folder ? "/" : "", given);
    if (used < 0 || (size_t)used >= sizeof(cli->identity))
        errno = ENAMETOOLONG;
    else if (!access(cli->identity, R_OK)) {
        cli->options.identity = cli->work.identity = cli->identity;
        return FT_EXIT_OK;
    }
    return ft_cli_fail_text(cli, FT_EXIT_CONFIGURATION, NULL,
                            "the key file %s cannot be read: %s",
                            cli->options.identity, strerror(errno));
}

/* The place is wrong; nothing that was looked for is missing. */
static enum ft_exit
open_database(struct ft_cli *cli)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc = ft_work_open(&cli->work, cli->options.db, &err);
    enum ft_exit code = rc ? ft_cli_fail(cli, &err) : FT_EXIT_OK;

    if (!rc && ft_work_check(&cli->work, &err)) {
        ft_cli_fail(cli, &err); /* to be known; the command goes on */
        cli->damage_said = err.code == EBADMSG;
    }
    return !rc || rc == -EBUSY || rc == -EACCES ? code : FT_EXIT_CONFIGURATION;
}

/* The daily check of the whole file ran beside the command. */
static enum ft_exit
close_database(struct ft_cli *cli, enum ft_exit code)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc = ft_work_check_result(&cli->work, CHECK_WAIT_MS, &err);

    if (rc && !cli->damage_said)
        ft_cli_fail(cli, &err);
    ft_work_close(&cli->work);
    return rc && !code ? FT_EXIT_CONFIGURATION : code;
}

static enum ft_exit
open_fleet(struct ft_cli *cli, bool with_engine)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc = ft_work_fleet_open(&cli->work, with_engine, &cli->fleet, &err);
    enum ft_exit code = rc ? ft_cli_fail(cli, &err) : FT_EXIT_OK;

    return rc == -ENOENT ? FT_EXIT_CONFIGURATION : code; /* no local engine */
}

enum ft_exit
ft_cli_run(struct ft_cli *cli, int argc, char **argv)
{
    enum ft_needs needs = cli->command->needs;
    struct ft_cli_prompter prompter;
    enum ft_exit code = FT_EXIT_OK;

    if (cli->command->check)
        code = cli->command->check(cli, argc, argv);
    fill_work(cli, &prompter);
    if (!code)
        code = take_identity(cli);
    if (!code && needs >= FT_NEEDS_DATABASE)
        code = ft_cli_read_password(&prompter);
    if (!code && needs >= FT_NEEDS_DATABASE)
        code = open_database(cli);
    if (!code && needs >= FT_NEEDS_HOSTS)
        code = open_fleet(cli, needs == FT_NEEDS_ENGINE);
    if (!code && needs >= FT_NEEDS_DATABASE)
        ft_cli_note_unfinished(cli, argc, argv);
    if (!code)
        code = cli->command->run(cli, argc, argv);
    ft_work_fleet_close(&cli->fleet);
    ft_cli_prompts_end(&prompter);
    return close_database(cli, code);
}
