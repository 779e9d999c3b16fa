/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/device-state.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/json.h"
#include "qemu/saver-marker.h"
#include "qemu/saver-memfd.h"
#include "qemu/saver-pipe.h"
#include "qemu/stop-events.h"
#include "virt/qmp.h"

#define EXPECTED_MORE (256u << 10) /* bytes by which a state may have grown */
#define CLOSE_NS (2 * FT_NS_PER_S)
#define RESUMED_NS (20 * FT_NS_PER_MS)

enum state {
    STATE_RUNS,    /* nothing in progress */
    STATE_STOPPED, /* between stop and finish */
    STATE_HELD,    /* finished, the VM stands */
};

struct ft_saver {
    virDomainPtr dom;
    pid_t pid;
    char folder[PATH_MAX];
    struct ft_saver_pipe *pipe;   /* NULL: made at the next stop */
    bool use_memfd;               /* the second method */
    struct ft_saver_memfd *memfd; /* its file, NULL before */
    enum state state;
    bool hold;      /* of the checkpoint in progress */
    bool saved;     /* some or all of its state was taken already */
    bool suspended; /* by us, through libvirt: ours to let go on */
    struct ft_stop_events *events;
    struct ft_disk_events disks; /* told of so far */
    struct ft_stop_mark mark;    /* before the last stop */
    struct ft_saver_times times;
};

void
ft_device_state_free(struct ft_device_state *state)
{
    free(state->data);
    *state = (struct ft_device_state){ 0 };
}

int
ft_saver_open(virDomainPtr dom, pid_t pid, const char *folder,
              struct ft_saver **out, struct ft_error *err)
{
    struct ft_saver *saver;
    int rc;

    *out = NULL;
    if (strlen(folder) >= sizeof(saver->folder))
        return ft_fail(err, ENAMETOOLONG, NULL, "folder name too long");
    saver = calloc(1, sizeof(*saver));
    if (!saver)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    saver->pid = pid;
    saver->dom = dom;
    virDomainRef(dom);
    strcpy(saver->folder, folder);
    /* Lets a test choose the second method. */
    saver->use_memfd = FT_FAULT("saver-memfd") < 0;
    rc = saver->use_memfd ? 0 : ft_saver_pipe_open(dom, pid, &saver->pipe, err);
    if (rc < 0)
        ft_saver_close(saver);
    else
        *out = saver;
    return rc;
}

int
ft_saver_watch_events(struct ft_saver *saver, virConnectPtr conn,
                      struct ft_error *err)
{
    return saver->events
               ? 0
               : ft_stop_events_open(conn, saver->dom, &saver->events, err);
}

/* A VM that stands already does so by another's will, and goes on by that. */
static int
suspend(struct ft_saver *saver, enum ft_saver_mark mark, struct ft_error *err)
{
    int state = VIR_DOMAIN_NOSTATE, rc;

    if (virDomainGetState(saver->dom, &state, NULL, 0) < 0)
        return ft_virt_fail(err, EIO, NULL, "state of the VM");
    if (state != VIR_DOMAIN_RUNNING)
        return 0;
    rc = ft_saver_suspend(saver->dom, saver->folder, mark, err);
    saver->suspended = rc == 0;
    return rc;
}

static int
resume(struct ft_saver *saver, struct ft_error *err)
{
    int rc =
        saver->suspended ? ft_saver_resume(saver->dom, saver->folder, err) : 0;

    saver->suspended &= rc != 0;
    return rc;
}

/* ----- first method ----- */

static void
drop_pipe(struct ft_saver *saver)
{
    ft_saver_pipe_close(saver->pipe, ft_clock_ns() + CLOSE_NS);
    saver->pipe = NULL;
}

static int
pipe_stop(struct ft_saver *saver, int64_t deadline, struct ft_error *err)
{
    int rc = 0;

    if (!saver->pipe)
        rc = ft_saver_pipe_open(saver->dom, saver->pid, &saver->pipe, err);
    if (rc == 0 && saver->hold)
        rc = suspend(saver, FT_SAVER_HELD, err);
    if (rc < 0)
        return rc;
    rc = ft_saver_pipe_begin(saver->pipe, deadline, err);
    if (rc == 0)
        return 0;
    drop_pipe(saver);
    resume(saver, NULL);
    return rc;
}

static int
pipe_finish(struct ft_saver *saver, int64_t deadline,
            struct ft_device_state *state, struct ft_error *err)
{
    int rc =
        ft_saver_pipe_drain(saver->pipe, deadline, &state->data, &state->size,
                            &state->capacity, FT_DEVICE_STATE_MAX, err);

    if (rc < 0)
        drop_pipe(saver);
    return rc;
}

/* ----- second method ----- */

static int
memfd_stop(struct ft_saver *saver, struct ft_error *err)
{
    int rc =
        saver->memfd ? 0 : ft_saver_memfd_open(saver->dom, &saver->memfd, err);

    return rc < 0 ? rc
                  : suspend(saver,
                            saver->hold ? FT_SAVER_HELD : FT_SAVER_CHECKPOINT,
                            err);
}

static int
memfd_save(struct ft_saver *saver, struct ft_device_state *state,
           struct ft_error *err)
{
    /* A test's hand that lets the VM run while its state is taken. */
    if (FT_FAULT("saver-resumed") < 0) {
        virDomainResume(saver->dom);
        ft_clock_sleep(RESUMED_NS);
        virDomainSuspend(saver->dom);
    }
    return ft_saver_memfd_save(saver->memfd, &state->data, &state->size,
                               &state->capacity, FT_DEVICE_STATE_MAX, err);
}

static int
memfd_finish(struct ft_saver *saver, struct ft_device_state *state,
             struct ft_error *err)
{
    int rc = saver->saved ? 0 : memfd_save(saver, state, err), started = 0;

    if (!saver->hold)
        started = resume(saver, rc < 0 ? NULL : err);
    return rc < 0 ? rc : started;
}

/* ----- both ----- */

int
ft_saver_stop(struct ft_saver *saver, bool hold, int timeout_ms,
              struct ft_error *err)
{
    int64_t begin = ft_clock_ns();
    int64_t deadline = begin + timeout_ms * FT_NS_PER_MS;
    int rc = FT_FAULT("saver-stop");

    if (rc < 0)
        return ft_fail(err, -rc, NULL, "fault point saver-stop");
    if (saver->state != STATE_RUNS)
        return ft_fail(err, EALREADY, NULL, "the VM is stopped already");
    saver->hold = hold;
    saver->saved = false;
    if (saver->events)
        saver->mark = ft_stop_events_mark(saver->events);
    rc = saver->use_memfd ? memfd_stop(saver, err)
                          : pipe_stop(saver, deadline, err);
    if (rc == -EACCES && !saver->use_memfd) {
        saver->use_memfd = true;
        rc = memfd_stop(saver, err);
    }
    if (rc < 0)
        return rc;
    saver->state = STATE_STOPPED;
    saver->times.stopped_at_ns = ft_clock_ns();
    saver->times.stop_ns = saver->times.stopped_at_ns - begin;
    return 0;
}

int
ft_saver_stood(struct ft_saver *saver, enum ft_run_state *out,
               struct ft_error *err)
{
    *out = FT_RUN_RUNS;
    if (saver->state != STATE_STOPPED)
        return ft_fail(err, EINVAL, NULL, "the VM was not stopped");
    return saver->suspended ? 0 : ft_run_state_ask(saver->dom, out, err);
}

enum ft_saver_disks
ft_saver_look_at_disks(struct ft_saver *saver, int timeout_ms)
{
    int64_t deadline = ft_clock_ns() + timeout_ms * FT_NS_PER_MS;
    struct ft_disk_events before = saver->disks;

    if (!saver->events || saver->state != STATE_RUNS ||
        !ft_stop_events_until_resume(saver->events, &saver->mark, deadline,
                                     &saver->disks))
        return FT_SAVER_DISKS_UNKNOWN;
    if (saver->disks.stopped != before.stopped)
        return FT_SAVER_DISKS_STOPPED;
    return saver->disks.reported != before.reported ? FT_SAVER_DISKS_REPORTED
                                                    : FT_SAVER_DISKS_GOOD;
}

int
ft_saver_save(struct ft_saver *saver, size_t bytes, int timeout_ms,
              struct ft_device_state *state, bool *stands, struct ft_error *err)
{
    int64_t deadline = ft_clock_ns() + timeout_ms * FT_NS_PER_MS;
    int rc;

    *stands = true;
    if (saver->state != STATE_STOPPED)
        return ft_fail(err, EINVAL, NULL, "the VM was not stopped");
    state->size = 0;
    saver->saved = true;
    if (saver->use_memfd)
        rc = memfd_save(saver, state, err);
    else
        rc = ft_saver_pipe_read(saver->pipe, deadline, bytes, &state->data,
                                &state->size, &state->capacity,
                                FT_DEVICE_STATE_MAX, stands, err);
    if (rc < 0)
        ft_saver_cancel(saver, NULL);
    return rc;
}

bool
ft_saver_is_open(const struct ft_saver *saver)
{
    return saver->use_memfd && saver->state != STATE_RUNS;
}

/* By QEMU's own word: libvirt may not have heard yet. */
int
ft_saver_check_stands(struct ft_saver *saver, struct ft_error *err)
{
    FT_AUTOJSON json_t *status = NULL;
    int rc = ft_qmp(saver->dom, "query-status", NULL, &status, err);

    if (rc == 0 && !json_is_false(json_object_get(status, "running")))
        rc = ft_fail(err, ESTALE, NULL,
                     "somebody let the VM go on while its state was taken");
    return rc;
}

bool
ft_saver_let_go(struct ft_saver *saver, size_t expected)
{
    return saver->state == STATE_STOPPED && !saver->hold && !saver->use_memfd &&
           ft_saver_pipe_let_go(saver->pipe, expected + EXPECTED_MORE);
}

int
ft_saver_finish(struct ft_saver *saver, int timeout_ms,
                struct ft_device_state *state, struct ft_saver_times *times,
                struct ft_error *err)
{
    int64_t begin = ft_clock_ns();
    int rc = FT_FAULT("saver-finish");

    if (saver->state != STATE_STOPPED)
        return ft_fail(err, EINVAL, NULL, "the VM was not stopped");
    if (rc < 0) {
        ft_saver_cancel(saver, NULL);
        return ft_fail(err, -rc, NULL, "fault point saver-finish");
    }
    if (!saver->saved)
        state->size = 0;
    if (saver->use_memfd)
        rc = memfd_finish(saver, state, err);
    else
        rc = pipe_finish(saver, begin + timeout_ms * FT_NS_PER_MS, state, err);
    if (saver->hold && !rc && (rc = FT_FAULT("saver-hold")) < 0)
        ft_fail(err, -rc, NULL, "fault point saver-hold");
    if (saver->hold && rc) { /* without its state nobody waits for it */
        ft_saver_cancel(saver, NULL);
        return rc;
    }
    saver->state = saver->hold ? STATE_HELD : STATE_RUNS;
    saver->times.running_at_ns = ft_clock_ns();
    saver->times.save_ns = saver->times.running_at_ns - begin;
    if (saver->hold)
        saver->times.running_at_ns = 0;
    if (saver->events)
        saver->times.qemu_pause_ns = ft_stop_events_pause_ns(saver->events);
    if (times)
        *times = saver->times;
    return rc;
}

int
ft_saver_cancel(struct ft_saver *saver, struct ft_error *err)
{
    int rc = 0;

    if (saver->state != STATE_STOPPED)
        return 0;
    if (!saver->use_memfd)
        drop_pipe(saver);
    rc = resume(saver, err);
    saver->state = STATE_RUNS;
    return rc;
}

int
ft_saver_release(struct ft_saver *saver, struct ft_error *err)
{
    int rc;

    if (saver->state != STATE_HELD)
        return ft_saver_cancel(saver, err);
    rc = resume(saver, err);
    if (rc == 0)
        saver->state = STATE_RUNS;
    return rc;
}

const char *
ft_saver_method(const struct ft_saver *saver)
{
    return saver->use_memfd ? "memfd" : "pipe";
}

void
ft_saver_close(struct ft_saver *saver)
{
    if (!saver)
        return;
    ft_saver_cancel(saver, NULL);
    drop_pipe(saver);
    ft_saver_memfd_close(saver->memfd);
    ft_stop_events_close(saver->events);
    virDomainFree(saver->dom);
    free(saver);
}

int
ft_saver_recover(virDomainPtr dom, const char *folder, bool include_held,
                 bool *resumed, struct ft_error *err)
{
    enum ft_saver_mark mark = ft_saver_mark_get(folder);
    int state;

    if (resumed)
        *resumed = false;
    if (mark == FT_SAVER_RUNS)
        return 0;
    if (virDomainGetState(dom, &state, NULL, 0) < 0)
        return ft_virt_fail(err, EIO, NULL, "state of the VM");
    if (mark == FT_SAVER_HELD && !include_held && state != VIR_DOMAIN_RUNNING)
        return 0;
    if (state == VIR_DOMAIN_PAUSED) {
        if (virDomainResume(dom) < 0)
            return ft_virt_fail(err, EIO, "start it: virsh resume",
                                "restart of the VM");
        if (resumed)
            *resumed = true;
    }
    ft_saver_mark_set(folder, FT_SAVER_RUNS);
    return 0;
}

void
ft_saver_remove_leftovers(virDomainPtr dom)
{
    ft_saver_pipe_remove_leftover(dom);
    ft_saver_memfd_remove_leftovers(dom);
}
