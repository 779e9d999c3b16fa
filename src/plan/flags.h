/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Features of a CPU as words with one space between (proc_cpuinfo(5)). Pure.
 */
#ifndef FT_PLAN_FLAGS_H
#define FT_PLAN_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

/* Is word, length bytes, one of the words of list? */
bool ft_flags_have(const char *list, const char *word, size_t length);

/*
 * Writes the flags of ours that theirs lacks, as many as fit, each behind a space;
 * returns their number.
 */
size_t ft_flags_missing(const char *ours, const char *theirs, char *out,
                        size_t size);

#endif
