/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A name was not found: which known one may have been meant? Each adds
 * "; did you mean NAME?" to the text of err, or nothing. The store's thread;
 * a database that cannot be read is like an empty one.
 */
#ifndef FT_UI_WORK_SUGGEST_H
#define FT_UI_WORK_SUGGEST_H

#include <jansson.h>

#include "ui/work/work.h"

/* Among the known hosts. */
void ft_work_suggest_host(const struct ft_work *work, const char *typed,
                          struct ft_error *err);

/* Among all VMs of the database, and those of pairs (rows, may be NULL). */
void ft_work_suggest_vm(const struct ft_work *work, const json_t *pairs,
                        const char *typed, struct ft_error *err);

/*
 * Among the protected VMs: those of pairs (STATUS objects or rows, may be
 * NULL) and of the database. None when typed is a VM that is not protected.
 */
void ft_work_suggest_pair(const struct ft_work *work, const json_t *pairs,
                          const char *typed, struct ft_error *err);

#endif
