/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hosts were before, as far as it matters to a pair (plan/differences.h), without
 * their VMs. The store's thread; JSON is new.
 */
#ifndef FT_UI_WORK_HOST_PAST_H
#define FT_UI_WORK_HOST_PAST_H

#include "ui/work/work.h"

/*
 * Keeps what a host was found to be, where that differs from what is kept last. -EINVAL:
 * facts that cannot be read.
 */
int ft_work_host_past_keep(struct ft_store *store, int64_t host, int64_t at,
                           const json_t *facts, struct ft_error *err);

/*
 * What changed when, the newest first: [{"number","at","age_s","changes": [{"what","a",
 * "b","why"}]}], a being what was before; the oldest that is kept has null there. -ENOENT.
 */
int ft_work_host_past_list(const struct ft_work *work, const char *host,
                           json_t **rows, struct ft_error *err);

/*
 * What differs now from what the host was at a time, ms since 1970, or by that number of
 * the list where number is not 0; *then is when that came to be. -ENOENT: nothing is kept
 * of then.
 */
int ft_work_host_past_diff(const struct ft_work *work, const char *host,
                           int64_t at, int64_t number, int64_t *then,
                           json_t **rows, struct ft_error *err);

#endif
