/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checks found, as protect and check say it to people: a line for the verdict,
 * then what was seen, why it matters and what to do, folded to the terminal. In a
 * pipe nothing is folded.
 */
#ifndef FT_UI_CLI_FINDINGS_H
#define FT_UI_CLI_FINDINGS_H

#include "plan/findings.h"
#include "ui/cli/cli.h"

/*
 * Text behind indent blanks and a label, folded to the stream's terminal, what follows
 * under where it began. It may come from hosts: ft_text_safe.
 */
void ft_cli_print_folded(FILE *stream, const struct ft_style *style, int indent,
                         const char *label, const char *text);

/*
 * What did not pass; with --verbose all. Those that say the same of several hosts are
 * said together. stream: cli->out or cli->messages.
 */
void ft_cli_print_findings(struct ft_cli *cli, FILE *stream,
                           const struct ft_findings *findings);

#endif
