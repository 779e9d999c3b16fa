/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/work.h"

#include <limits.h>
#include <stdio.h>

#include "base/clock.h"
#include "db/check.h"

int
ft_work_open(struct ft_work *work, const char *path, struct ft_error *err)
{
    char own[PATH_MAX];
    int rc = path ? 0 : ft_store_default_path(own, sizeof(own), err);

    if (!rc)
        rc = ft_store_open(path ? path : own, FT_STORE_CREATE, &work->store,
                           err);
    return rc;
}

int
ft_work_check(const struct ft_work *work, struct ft_error *err)
{
    struct ft_error why;

    if (!ft_store_is_copy(work->store, &why))
        return ft_check_begin(work->store, err);
    return ft_fail(err, why.code, why.hint,
                   "%.400s; what it has is shown, and nothing is remembered",
                   why.text);
}

int
ft_work_check_result(const struct ft_work *work, int wait_ms,
                     struct ft_error *err)
{
    return work->store ? ft_check_result(work->store, wait_ms, err) : 0;
}

void
ft_work_close(struct ft_work *work)
{
    ft_store_close(work->store);
    work->store = NULL;
}

int
ft_work_timeout_ms(const struct ft_work *work, int fallback)
{
    return work->timeout_ms ? work->timeout_ms : fallback;
}

bool
ft_work_interrupted(const struct ft_work *work)
{
    return work->interrupted && work->interrupted(work->data);
}

void
ft_work_detail(const struct ft_work *work, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    if (!work->detail)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    work->detail(work->data, text);
}

int64_t
ft_work_now_ms(void)
{
    return ft_clock_realtime_ns() / FT_NS_PER_MS;
}
