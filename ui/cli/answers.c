/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/answers.h"

#include <string.h>

void
ft_cli_complain(struct ft_cli *cli, const struct ft_work_fleet *fleet)
{
    const char *last_hint = "";
    struct ft_error err;

    for (size_t i = 0; i < fleet->count; i++) {
        if (!ft_work_fleet_error(fleet, i, &err))
            continue;
        if (!strcmp(err.hint, last_hint))
            *err.hint = '\0';
        else
            last_hint = fleet->errors[i].hint;
        ft_cli_fail(cli, &err);
    }
}

enum ft_exit
ft_cli_fail_lookup(struct ft_cli *cli, const struct ft_error *err)
{
    enum ft_exit code = ft_cli_fail(cli, err);

    if (err->code == ENOENT)
        ft_cli_complain(cli, &cli->fleet);
    return code;
}

enum ft_exit
ft_cli_fleet_exit(const struct ft_work_fleet *fleet)
{
    enum ft_exit code = FT_EXIT_OK;
    size_t failed = 0;

    for (size_t i = 0; i < fleet->count; i++) {
        if (!fleet->errors[i].code)
            continue;
        if (!failed++)
            code = ft_exit_from_errno(fleet->errors[i].code);
    }
    return failed && failed < fleet->count ? FT_EXIT_PARTLY : code;
}
