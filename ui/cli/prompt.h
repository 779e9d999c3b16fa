/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions that SSH asks the administrator: unknown host keys and secrets.
 *
 * One struct for each connection attempt; the terminal is shared under one
 * lock, so hosts that are asked in parallel take turns. Without a terminal
 * nothing is asked. Secrets are read without echo, never stored, and wiped.
 */
#ifndef FT_UI_CLI_PROMPT_H
#define FT_UI_CLI_PROMPT_H

#include "remote/ssh.h"
#include "ui/cli/cli.h"

struct ft_prompt {
    struct ft_cli *cli;
    int asked; /* secrets asked for on this connection */
};

/* Callbacks for ft_ssh_options; prompt must outlive the session. */
struct ft_ssh_prompts ft_prompts(struct ft_prompt *prompt);

#endif
