/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "ui/cli/commands.h"
#include "ui/cli/preferences.h"
#include "ui/cli/frame.h"
#include "ui/cli/help.h"
#include "ui/cli/parse.h"
#include "ui/cli/verbs.h"

/* A closed standard stream would give its number to the database. */
static void
open_standard_streams(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static enum ft_exit
without_command(struct ft_cli *cli, int argc, char **argv)
{
    if (cli->options.version) {
        fprintf(cli->out, "ftadmin %s\n", PACKAGE_VERSION);
        return FT_EXIT_OK;
    }
    if (cli->options.help && argc) {
        ft_help_noun(cli->out, cli->commands, argv[0]);
        return FT_EXIT_OK;
    }
    if (cli->options.help) {
        ft_help_overview(cli->out, cli->commands);
        return FT_EXIT_OK;
    }
    ft_help_overview(cli->messages, cli->commands);
    return FT_EXIT_USAGE;
}

/* There the console is what opens first. */
static bool
is_at_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    enum ft_exit code = ft_cli_parse(cli, &argc, &argv);

    if (code)
        return code;
    if (!cli->command && is_at_terminal() && !cli->options.help)
        cli->command = ft_command_find(cli->commands, "console");
    if (!cli->command || cli->options.version)
        return without_command(cli, argc, argv);
    if (cli->options.help) {
        ft_help_command(cli->out, cli->command);
        return FT_EXIT_OK;
    }
    ft_cli_preferences_apply(cli);
    cli->style = ft_style_for(cli->out, cli->options.json    ? FT_OUTPUT_JSON
                                        : cli->options.plain ? FT_OUTPUT_PLAIN
                                                             : FT_OUTPUT_TABLE);
    return ft_cli_run(cli, argc, argv);
}

/* How errors are said is decided before any can be found. */
static bool
wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (!strcmp(argv[i], "--json"))
            return true;
    return false;
}

int
main(int argc, char **argv)
{
    struct ft_cli cli = { .commands = ft_commands,
                          .out = stdout,
                          .messages = stderr };
    enum ft_exit code;

    open_standard_streams();
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    signal(SIGPIPE, SIG_IGN);
    if (argc < 1)
        return FT_EXIT_USAGE;
    cli.options.json = wants_json(argc, argv);
    code = ft_cli_finish(&cli, run(&cli, argc, argv));
    ft_cli_preferences_close(&cli);
    return code;
}
