/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/drift.h"

#include "ui/cli/findings.h"

void
ft_cli_print_drift(struct ft_cli *cli, const json_t *row)
{
    const json_t *drift = json_object_get(row, "drift");
    struct ft_findings findings = FT_FINDINGS_INIT;

    ft_findings_from_json(&findings, json_object_get(drift, "findings"));
    if (findings.count)
        putc('\n', cli->out);
    ft_cli_print_findings(cli, cli->out, &findings);
    ft_findings_free(&findings);
}
