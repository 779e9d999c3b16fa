/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/complete.h"
#include "ui/tui/linear-run.h"
#include "ui/tui/run.h"
#include "ui/tui/screen.h"
#include "ui/tui/terminal.h"

#define OPTION(member) offsetof(struct ft_cli_options, member)

static const struct ft_option options[] = {
    { "readonly", 0, FT_OPTION_FLAG, NULL, OPTION(readonly), 0, 0,
      "show everything, change nothing" },
    { "ascii", 0, FT_OPTION_FLAG, NULL, OPTION(ascii), 0, 0,
      "draw with ASCII characters only" },
    { "mono", 0, FT_OPTION_FLAG, NULL, OPTION(mono), 0, 0,
      "draw without colours (as NO_COLOR does)" },
    { "linear", 0, FT_OPTION_FLAG, NULL, OPTION(linear), 0, 0,
      "line by line, for a screen reader or a log; nothing is drawn" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

/* Asked for, or all that this terminal can do. */
static bool
is_linear(const struct ft_cli *cli)
{
    return cli->options.linear || !ft_screen_type(getenv("TERM"));
}

/* Before the database is opened and threads begin: it forks. */
static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)argc;
    (void)argv;
    if (!isatty(STDIN_FILENO) ||
        (!isatty(STDOUT_FILENO) && !cli->options.linear))
        return ft_cli_fail_text(cli, FT_EXIT_USAGE,
                                "Use the commands: ftadmin --help.",
                                "the console needs a terminal");
    return ft_terminal_guard(is_linear(cli) ? STDIN_FILENO : STDOUT_FILENO, &err)
               ? ft_cli_fail(cli, &err)
               : FT_EXIT_OK;
}

static void
add(struct ft_words *words, const char *option, const char *value)
{
    if (!value)
        return;
    ft_words_add(words, option);
    ft_words_add(words, value);
}

/* What the commands of the console need to reach what it shows. */
static void
common_options(const struct ft_cli *cli, struct ft_words *words)
{
    const struct ft_cli_options *o = &cli->options;
    char number[32];

    add(words, "--config", o->config);
    add(words, "--db", o->db);
    add(words, "--identity", o->identity);
    add(words, "--password-file", o->password_file);
    if (o->timeout_s) {
        snprintf(number, sizeof(number), "%lld", (long long)o->timeout_s);
        add(words, "--timeout", number);
    }
    if (o->accept_new_host_keys)
        ft_words_add(words, "--accept-new-host-keys");
}

static void
complete(const void *commands, const struct ft_words *before, const char *part,
         struct ft_completion *completion)
{
    ft_cli_complete((ft_command_table)commands, before, part, completion);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_tui_options wanted = {
        .readonly = cli->options.readonly,
        .ascii = cli->options.ascii,
        .mono = cli->options.mono,
        .complete = complete,
        .commands = cli->commands,
        .notice = cli->config_trouble,
    };
    const char *term = getenv("TERM");
    struct ft_error err = FT_ERROR_INIT;
    int rc;

    (void)argc;
    (void)argv;
    common_options(cli, &wanted.common);
    if (is_linear(cli) && !cli->options.linear)
        ft_cli_note(cli, "TERM %s has no full screen: line by line instead.",
                    term && *term ? term : "(none)");
    rc = is_linear(cli) ? ft_linear_run(&cli->work, &wanted, &err)
                        : ft_tui_run(&cli->work, &wanted, &err);
    return rc ? ft_cli_fail(cli, &err) : FT_EXIT_OK;
}

const struct ft_command ft_command_console = {
    .name = "console",
    .usage = "",
    .summary = "Open the console: everything live, on the whole screen",
    .details =
        "Shows hosts and VMs as they are now, tells whose move it is, and does\n"
        "what the commands do: each thing is asked before, and the command is\n"
        "shown that does the same. ftadmin without arguments opens it.",
    .options = options,
    .asks_nobody = true,
    .needs = FT_NEEDS_DATABASE,
    .check = check,
    .run = run,
};
