/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/text/text.h"

/* What a host or a guest may have a part in; its lines stay lines. */
static void
print_message(FILE *out, const char *begin, const char *text)
{
    char glyph[FT_TEXT_GLYPH];
    int size, columns;

    fputs(begin, out);
    for (; (size = ft_text_next(text, true, glyph, &columns)); text += size)
        fputs(*text == '\n' ? "\n" : glyph, out);
    putc('\n', out);
}

static void
print_error(struct ft_cli *cli, const char *text, const char *hint)
{
    if (!cli->failure.code)
        ft_fail(&cli->failure, EIO, hint, "%s", text);
    print_message(cli->messages, "ftadmin: ", text);
    if (hint && *hint)
        print_message(cli->messages, "  hint: ", hint);
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
ft_cli_fail_output(struct ft_cli *cli, int rc)
{
    if (!cli->output_failed && rc != -EPIPE) /* who closed a pipe knows */
        ft_cli_fail_text(cli, FT_EXIT_FAILED, NULL, "writing the output: %s",
                         strerror(-rc));
    cli->output_failed = true;
    return FT_EXIT_FAILED;
}

enum ft_exit
ft_cli_print(struct ft_cli *cli, const json_t *document, const json_t *rows,
             const struct ft_column *columns, size_t count)
{
    bool json = cli->style.output == FT_OUTPUT_JSON;
    int rc;

    if (json && cli->batch)
        return json_array_append(cli->batch, (json_t *)(uintptr_t)document)
                   ? FT_EXIT_FAILED
                   : FT_EXIT_OK;
    rc = json ? ft_print_json(cli->out, document)
              : ft_table_print(cli->out, &cli->style, columns, count, rows);

    cli->printed = cli->printed || json;
    return rc ? ft_cli_fail_output(cli, rc) : FT_EXIT_OK;
}

json_t *
ft_cli_failure(const struct ft_cli *cli, enum ft_exit code)
{
    return json_pack("{s:i,s:{s:i,s:o,s:o}}", "schema", 1, "error", "exit",
                     (int)code, "text",
                     ft_json_text(cli->failure.code ? cli->failure.text
                                                    : "it was not done"),
                     "hint", ft_json_text(cli->failure.hint));
}

static void
print_failure(struct ft_cli *cli, enum ft_exit code)
{
    FT_AUTOJSON json_t *document = ft_cli_failure(cli, code);

    ft_print_json(cli->out, document);
}

/* What a plugin says when it cannot say anything else. */
static void
print_failure_line(struct ft_cli *cli, enum ft_exit code)
{
    static const char *const words[] = { "OK", "WARNING", "CRITICAL",
                                         "UNKNOWN" };
    char safe[sizeof(cli->failure.text)];

    ft_text_safe(cli->failure.text, true, safe, sizeof(safe));
    for (char *at = safe; (at = strchr(at, '|'));)
        *at = '?';
    fprintf(cli->out, "FTADMIN %s - %s\n", words[ft_exit_of_plugin(code)], safe);
}

enum ft_exit
ft_cli_finish(struct ft_cli *cli, enum ft_exit code)
{
    bool about_vms = code == FT_EXIT_DEGRADED || code == FT_EXIT_UNPROTECTED;

    if (cli->options.json && code && !cli->printed && !cli->output_failed)
        print_failure(cli, code);
    if (cli->options.line && code && !cli->printed)
        print_failure_line(cli, code);
    errno = 0;
    if ((fflush(cli->out) == EOF || ferror(cli->out)) && !cli->output_failed)
        ft_cli_fail_output(cli, errno ? -errno : -EIO);
    if (cli->output_failed && (!code || about_vms))
        code = FT_EXIT_FAILED;
    return cli->options.line ? (enum ft_exit)ft_exit_of_plugin(code) : code;
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
