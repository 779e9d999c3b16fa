/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ctrl-C. From ft_cli_catch_interrupts on SIGINT and SIGTERM only set a flag;
 * a second one ends the process with 130. Any thread may ask.
 *
 * The flag is the process's, as signals are: to block them and read them from a
 * descriptor would leave them blocked in the programs that SSH starts. Nobody
 * but the command line's frame looks at it; all others ask ft_work_interrupted
 * of the work they were given, or the job (ft_job_stopped).
 */
#ifndef FT_UI_CLI_INTERRUPT_H
#define FT_UI_CLI_INTERRUPT_H

void ft_cli_catch_interrupts(void);

/* Nonzero when one came; usable as a callback. */
int ft_cli_interrupted(void *unused);

#endif
