/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-removal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "virt/loop.h"
#include "worker/worker-libvirt.h"
#include "worker/worker-report.h"

/* libvirt answers this within a millisecond, and needs no QEMU for it. */
#define LIBVIRT_PATIENCE_MS 3000

struct look {
    struct ft_worker *worker;
    unsigned serial;
    bool alive;
};

static void
refuse(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_error silent = FT_ERROR_INIT;

    ft_worker_fail_silent_libvirt(w, &silent);
    ft_fail(&err, silent.code, silent.hint, "%s, and %s", silent.text,
            w->state.record.role == FT_ROLE_PRIMARY
                ? "without it nothing can be taken out of QEMU: the VM goes on "
                  "as it is"
                : "without it the copy there cannot be ended");
    ft_worker_note(w, "warn", "unprotect-refused", "%s", err.text);
    ft_worker_reply(w, &w->removal, NULL, &err);
}

static void
on_timer(void *opaque)
{
    struct ft_worker *w = opaque;

    ft_loop_timer_set(w->removal_timer, -1);
    w->removal_look++; /* an answer that comes yet is too late */
    refuse(w);
}

static void
ask(void *opaque)
{
    struct look *look = opaque;
    unsigned long version;

    look->alive = virConnectGetLibVersion(look->worker->conn, &version) == 0;
}

static void
asked(void *opaque)
{
    struct look *look = opaque;
    struct ft_worker *w = look->worker;
    bool late = look->serial != w->removal_look, alive = look->alive;

    free(look);
    if (late)
        return;
    ft_loop_timer_set(w->removal_timer, -1);
    if (!alive) {
        refuse(w);
        return;
    }
    ft_worker_note(w, "info", "unprotect", "protection is being removed");
    ft_worker_event_kind(w, FT_EVENT_UNPROTECT);
}

void
ft_worker_removal_asked(struct ft_worker *w, struct ft_asker asker,
                        const json_t *args)
{
    struct look *look = calloc(1, sizeof(*look));

    w->removal = asker;
    snprintf(w->runs_on, sizeof(w->runs_on), "%s",
             ft_json_string(args, "runs_on", ""));
    if (!look || w->libvirt_lost_ns) {
        free(look);
        refuse(w);
        return;
    }
    *look = (struct look){ .worker = w, .serial = ++w->removal_look };
    if (!w->removal_timer)
        w->removal_timer = ft_loop_timer(on_timer, w);
    ft_loop_timer_set(w->removal_timer, LIBVIRT_PATIENCE_MS);
    if (ft_loop_async(ask, asked, look)) /* without one, the timer answers */
        free(look);
}

void
ft_worker_removal_failed(struct ft_worker *w, const struct ft_error *err)
{
    ft_worker_note(w, "warn", "unprotect-failed",
                   "%s is not free of its protection yet: %s", w->config.vm,
                   err->text);
    ft_worker_reply(w, &w->removal, NULL, err);
    if (!w->libvirt_lost_ns) /* else this one goes on letting packets pass */
        ft_worker_exit(w, "role");
}
