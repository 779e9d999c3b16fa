/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>

#include "base/clock.h"

int
ft_worker_lock(const char *pair)
{
    char path[PATH_MAX];
    int fd;

    ft_pair_path(pair, "lock", path);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    return flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

int
ft_worker_load(struct ft_worker *w, const char *pair, struct ft_error *err)
{
    int rc = ft_pair_load(pair, &w->config, err);

    if (!rc)
        rc = ft_pair_load_key(pair, "key", w->key, err);
    if (!rc && w->config.witness.name[0])
        rc = ft_pair_load_key(pair, "witness-key", w->witness_key, err);
    if (!rc)
        rc = ft_pair_state_load(&w->config, &w->state, err);
    return rc;
}

void
ft_worker_persist(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;
    int tries = 0;

    while (ft_pair_state_save(&w->config, &w->state, &err)) {
        if (tries++ == 0)
            ft_worker_note(w, "crit", "state-not-written", "%s", err.text);
        ft_clock_sleep(100 * FT_NS_PER_MS);
    }
}
