/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ctrl-C. From ft_cli_catch_interrupts on SIGINT and SIGTERM only set a flag;
 * a second one ends the process with 130. Any thread may ask.
 */
#ifndef FT_UI_CLI_INTERRUPT_H
#define FT_UI_CLI_INTERRUPT_H

void ft_cli_catch_interrupts(void);

/* Nonzero when one came; usable as a callback. */
int ft_cli_interrupted(void *unused);

#endif
