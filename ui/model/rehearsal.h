/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an engine says of a rehearsal (the answer to "rehearse", and "rehearsal" of a
 * pair, in ft-protocol(7)), in words. Pure.
 */
#ifndef FT_UI_MODEL_REHEARSAL_H
#define FT_UI_MODEL_REHEARSAL_H

#include <stddef.h>

#include <jansson.h>

#include "pair/rehearsal.h"

/* The outcome of the last one; open: none is known. said may be NULL or null. */
enum ft_rehearsal_outcome ft_rehearsal_said(const json_t *said);

/* "passed", with what was shown as "passed, its guest agent answered", "failed: WHY",
 * "inconclusive: WHY", "none". */
void ft_rehearsal_text(const json_t *said, char *out, size_t size);

/* For what its console has to show; -EINVAL says what is wrong with it. */
int ft_rehearsal_check_pattern(const char *pattern, struct ft_error *err);

#endif
