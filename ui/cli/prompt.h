/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions that SSH asks the administrator: unknown host keys and secrets.
 *
 * The terminal is shared under one lock, so hosts that are asked in parallel
 * take turns. Without a terminal nothing is asked, but where who began this
 * command answers ($FTADMIN_ASK_FD). Secrets are read without echo, never
 * stored, and wiped.
 */
#ifndef FT_UI_CLI_PROMPT_H
#define FT_UI_CLI_PROMPT_H

#include <pthread.h>

#include "ui/cli/cli.h"

/* Who asks. */
struct ft_cli_prompter {
    struct ft_cli *cli;
    pthread_mutex_t lock; /* for the terminal */
    char *secret;         /* of --password-file, in locked memory */
    int ask;              /* the socket of ui/work/ask.h, or -1 */
};

/* Callbacks by cli's options; self and cli must outlive them. */
struct ft_work_prompts ft_cli_prompts(struct ft_cli_prompter *self,
                                      struct ft_cli *cli);

/*
 * Reads --password-file, if one was given, before anybody asks for it: a pipe
 * can be read once only, but several hosts may ask. Says why it cannot be read:
 * FT_EXIT_CONFIGURATION.
 */
enum ft_exit ft_cli_read_password(struct ft_cli_prompter *self);

/* Wipes what was read. */
void ft_cli_prompts_end(struct ft_cli_prompter *self);

#endif
