/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/if-lost.h"

#include "base/cleanup.h"
#include "ui/model/columns.h"
#include "ui/model/what-if.h"

static enum ft_exit
exit_of(enum ft_outcome worst)
{
    switch (worst) {
    case FT_OUTCOME_HELD:
    case FT_OUTCOME_STOPS:
        return FT_EXIT_UNPROTECTED;
    case FT_OUTCOME_CANNOT_TELL:
        return FT_EXIT_UNREACHABLE;
    default:
        return FT_EXIT_OK;
    }
}

enum ft_exit
ft_status_if_lost(struct ft_cli *cli, const json_t *pairs,
                  struct ft_work_status *status)
{
    FT_AUTOJSON json_t *vms = NULL, *rows = NULL, *document = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_loss loss;
    enum ft_exit code;

    if (ft_loss_parse(cli->options.if_lost, status->hosts, &loss, &err))
        return ft_cli_fail(cli, &err);
    vms = ft_work_status_vms(&cli->fleet, status);
    rows = ft_what_if_rows(pairs, vms, &loss);
    if (!vms || !rows)
        return ft_cli_fail_text(cli, FT_EXIT_FAILED, NULL, "out of memory");
    document = json_pack("{s:i,s:s,s:O}", "schema", 1, "if_lost",
                         cli->options.if_lost, "vms", rows);
    code = ft_cli_print(cli, document, rows, ft_if_lost_columns.list,
                        ft_if_lost_columns.count);
    return code ? code : exit_of(ft_what_if_worst(rows));
}
