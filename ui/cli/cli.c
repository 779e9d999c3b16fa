/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void
print_error(struct ft_cli *cli, const char *text, const char *hint)
{
    fprintf(cli->messages, "ftadmin: %s\n", text);
    if (hint && *hint)
        fprintf(cli->messages, "  hint: %s\n", hint);
}

enum ft_exit
ft_cli_fail(struct ft_cli *cli, const struct ft_error *err)
{
    print_error(cli, *err->text ? err->text : strerror(err->code), err->hint);
    return err->code ? ft_exit_from_errno(err->code) : FT_EXIT_FAILED;
}

enum ft_exit
ft_cli_fail_text(struct ft_cli *cli, enum ft_exit code, const char *hint,
                 const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    print_error(cli, text, hint);
    return code;
}

void
ft_cli_note(struct ft_cli *cli, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(cli->messages, format, arguments);
    va_end(arguments);
    putc('\n', cli->messages);
}

void
ft_cli_verbose(struct ft_cli *cli, const char *format, ...)
{
    va_list arguments;

    if (!cli->options.verbose)
        return;
    va_start(arguments, format);
    vfprintf(cli->messages, format, arguments);
    va_end(arguments);
    putc('\n', cli->messages);
}

enum ft_exit
ft_cli_print(struct ft_cli *cli, const json_t *document, const json_t *rows,
             const struct ft_column *columns, size_t count)
{
    int rc = cli->style.output == FT_OUTPUT_JSON
                 ? ft_print_json(cli->out, document)
                 : ft_table_print(cli->out, &cli->style, columns, count, rows);

    if (rc)
        return ft_cli_fail_text(cli, FT_EXIT_FAILED, NULL,
                                "writing the output: %s", strerror(-rc));
    return FT_EXIT_OK;
}

enum ft_exit
ft_cli_confirm(struct ft_cli *cli, const char *format, ...)
{
    char answer[16];
    va_list arguments;

    if (cli->options.yes)
        return FT_EXIT_OK;
    if (!isatty(STDIN_FILENO) || !isatty(fileno(cli->messages)))
        return ft_cli_fail_text(cli, FT_EXIT_REFUSED, "--yes answers it",
                                "this needs a confirmation and there is no "
                                "terminal to ask on");
    va_start(arguments, format);
    vfprintf(cli->messages, format, arguments);
    va_end(arguments);
    fputs(" [y/N] ", cli->messages);
    fflush(cli->messages);
    if (fgets(answer, sizeof(answer), stdin) &&
        (*answer == 'y' || *answer == 'Y'))
        return FT_EXIT_OK;
    ft_cli_note(cli, "Nothing was changed.");
    return FT_EXIT_INTERRUPTED;
}

void
ft_cli_note_no_hosts(struct ft_cli *cli)
{
    ft_cli_note(cli, "No hosts yet: ftadmin host add HOST...");
}
