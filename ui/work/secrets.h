/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Passwords and passphrases that somebody typed, kept while the console runs,
 * so that each is asked for once: in locked memory (remote/secret.h), by the
 * words of the question, which name user and host or key. What is asked but
 * once, as a code of a token, is not kept. Never in a file, a database or a
 * command line.
 *
 * Ownership: ft_work_secrets_close wipes all. Threads: any; a lock inside.
 */
#ifndef FT_UI_WORK_SECRETS_H
#define FT_UI_WORK_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/work/work.h"

#define FT_WORK_SECRETS_MAX 64 /* kept at once; the oldest goes */

struct ft_work_secrets;

/* NULL: no memory. */
struct ft_work_secrets *ft_work_secrets_open(void);

/* NULL is a no-op. */
void ft_work_secrets_close(struct ft_work_secrets *secrets);

/*
 * The one that was given to this question. asked as in struct ft_work_prompts:
 * a question that comes again on one connection was answered wrong, so its
 * secret is forgotten. 0 with out filled, or -ENOENT.
 */
int ft_work_secrets_find(struct ft_work_secrets *secrets, const char *prompt,
                         unsigned asked, char *out, size_t size);

/* Keeps it, if the question is one that will come again. */
void ft_work_secrets_keep(struct ft_work_secrets *secrets, const char *prompt,
                          unsigned asked, const char *secret);

/*
 * Callbacks that answer from here and, where nothing is kept, by others (which
 * are copied).
 */
struct ft_work_prompts ft_work_secrets_prompts(
    struct ft_work_secrets *secrets, const struct ft_work_prompts *others);

/* Locked room for what is being typed: zeroes; wiped by the second. */
void *ft_work_secret_room(size_t size);
void ft_work_secret_release(void *room, size_t size);

#endif
