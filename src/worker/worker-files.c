/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/paths.h"

#define TRIES_A_SECOND 10
#define PROBE_BYTES 4096

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
        rc = ft_pair_load_key(pair, ft_pair_witness_key(w->config.witness_slot),
                              w->witness_keys[w->config.witness_slot], err);
    if (!rc && w->config.next_witness.name[0])
        rc = ft_pair_load_key(pair, ft_pair_witness_key(!w->config.witness_slot),
                              w->witness_keys[!w->config.witness_slot], err);
    if (!rc)
        rc = ft_pair_state_load(&w->config, &w->state, err);
    return rc;
}

static void
write_record(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;
    unsigned tries = 0;

    while (ft_pair_state_save(&w->config, &w->state, &err)) {
        if (tries % TRIES_A_SECOND == 0)
            ft_worker_say_busy(w, &err);
        if (tries++ == 0)
            ft_worker_note(w, "crit", "state-not-written", "%s", err.text);
        ft_clock_sleep(FT_NS_PER_S / TRIES_A_SECOND);
    }
    if (tries)
        ft_worker_note(w, "info", "state-written",
                       "the record of %s is written again", w->config.vm);
}

void
ft_worker_persist(struct ft_worker *w)
{
    atomic_fetch_add(&w->persisting, 1);
    ft_worker_say_busy(w, NULL);
    pthread_mutex_lock(&w->record_lock);
    write_record(w);
    pthread_mutex_unlock(&w->record_lock);
    atomic_fetch_sub(&w->persisting, 1);
    ft_worker_say_busy(w, NULL);
}

int
ft_worker_probe_record(const struct ft_worker *w, struct ft_error *err)
{
    static const unsigned char zeros[PROBE_BYTES];
    FT_AUTOCLOSE int fd = -1;
    char path[PATH_MAX];
    int rc;

    ft_pair_path(w->config.pair, "probe", path);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    rc = fd < 0 ? -errno : ft_pwrite_full(fd, zeros, sizeof(zeros), 0);
    if (!rc && fdatasync(fd) < 0)
        rc = -errno;
    return rc && rc != -ENOSPC
               ? ft_fail(err, -rc, "Make it writable.",
                         FT_STATE_FOLDER " of %s cannot be written: %s; it "
                                         "could not take over or go on alone",
                         w->config.hosts[w->config.self].name, strerror(-rc))
               : 0;
}
