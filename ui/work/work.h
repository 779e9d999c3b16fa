/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every verb works with: the database, how hosts are reached, and whom to
 * ask and to tell. ui/cli and ui/tui fill it; nothing in ui/work prints, reads
 * from a terminal or knows how it is shown.
 *
 * Ownership: the struct and its strings are the caller's and outlive what is
 * made with it; the store is opened and closed by ft_work_open and
 * ft_work_close. Threads: one, that of the store; callbacks are called by the
 * threads that their comments name.
 */
#ifndef FT_UI_WORK_WORK_H
#define FT_UI_WORK_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "db/store.h"

#define FT_WORK_SECRET_MAX 1024 /* bytes, with the NUL */
#define FT_WORK_CONNECT_MS 5000 /* patience, where the user names none */
#define FT_WORK_ANSWER_MS 10000

/* Questions of SSH; called by the thread of any host. NULL: the answer is no. */
struct ft_work_prompts {
    /*
     * An unknown host key. keys: a line "TYPE SHA256:..." for each key of the
     * host, the one to be accepted first; compare: a command that prints them
     * when it is run on the host itself. Nonzero: accept.
     */
    int (*host_key)(void *data, const char *host, const char *keys,
                    const char *compare);
    /*
     * A password or a key's passphrase; asked: how often this connection has
     * asked before. 0 with out filled and terminated, or -ECANCELED. Whoever
     * asks wipes out.
     */
    int (*secret)(void *data, unsigned asked, const char *prompt, char *out,
                  size_t size);
    void *data;
};

struct ft_work {
    struct ft_store *store;
    const char *identity; /* SSH key file to try first, or NULL */
    const char *engine;   /* the local ftengine, NULL: the one found */
    bool accept_new_host_keys;
    int timeout_ms; /* for each answer of a host; 0: the verb's own */
    struct ft_work_prompts prompts;
    /* Something is tried again on a host. Any thread. May be NULL. */
    void (*again)(void *data, const char *text);
    /* Nonzero: the user wants out. Any thread. May be NULL. */
    int (*interrupted)(void *data);
    /* What only the curious want to read. The store's thread. May be NULL. */
    void (*detail)(void *data, const char *text);
    void *data;
};

/*
 * Opens the database at path, NULL: the user's own, which is made when it is
 * missing. Errors as ft_store_open. ft_work_close may be called always.
 */
int ft_work_open(struct ft_work *work, const char *path, struct ft_error *err);
void ft_work_close(struct ft_work *work);

/*
 * What is to be said of the database before it is used, which it can be all
 * the same: -EBADMSG an earlier check found it damaged; otherwise why it
 * cannot be written (ft_store_is_copy). Begins the daily check (db/check.h),
 * whose result ft_work_check_result waits for: -EBADMSG damaged.
 */
int ft_work_check(const struct ft_work *work, struct ft_error *err);
int ft_work_check_result(const struct ft_work *work, int wait_ms,
                         struct ft_error *err);

/* Milliseconds of work->timeout_ms, or fallback. */
int ft_work_timeout_ms(const struct ft_work *work, int fallback);

bool ft_work_interrupted(const struct ft_work *work);
void ft_work_detail(const struct ft_work *work, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* CLOCK_REALTIME in ms. */
int64_t ft_work_now_ms(void);

#endif
