/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress of protect and unprotect on standard error: a bar with bytes, rate
 * and time left on a terminal, one line a phase elsewhere. One thread.
 */
#ifndef FT_UI_CLI_PROGRESS_H
#define FT_UI_CLI_PROGRESS_H

#include "protect/protect.h"
#include "ui/cli/cli.h"
#include "ui/model/left.h"
#include "ui/work/job.h"

struct ft_cli_progress {
    struct ft_cli *cli;
    bool terminal;
    bool line_open;      /* a bar stands on the current line */
    char phase[32];      /* of the bytes shown last */
    struct ft_left left; /* of that phase */
};

/* Whether messages go to a terminal that can draw over a line. */
bool ft_cli_draws_bars(const struct ft_cli *cli);

/* Columns of the terminal that a stream goes to; SIZE_MAX where it goes to none. */
size_t ft_cli_width(FILE *stream);

/* Fills callbacks for src/protect; self must outlive them. */
struct ft_progress ft_cli_progress_start(struct ft_cli_progress *self,
                                         struct ft_cli *cli);

/* What a job that did not come to its end leaves on the hosts; or nothing. */
void ft_cli_say_left(struct ft_cli *cli, const struct ft_job_outcome *outcome);

/* Ends an open bar. */
void ft_cli_progress_end(struct ft_cli_progress *self);

#endif
