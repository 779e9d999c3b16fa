/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `ftengine measure`: measures a VM for whoever ran it, and stops when that one is
 * gone (its end of standard output closed) or sends SIGINT, SIGTERM or SIGHUP.
 */
#ifndef FT_ENGINE_MEASURE_COMMAND_H
#define FT_ENGINE_MEASURE_COMMAND_H

#include <jansson.h>

#include "pair/measured.h"

/*
 * The document to print, a new reference: what was measured, or {"schema","error"},
 * which is said on standard error, too; *failed tells them apart.
 */
json_t *ft_measure_command(const char *vm, int seconds, int *failed);

#endif
