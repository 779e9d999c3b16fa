/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a primary has to write down before it goes on alone it may not be able to
 * write: that is said before it has to. The standby's look is copy-watch.c.
 */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "base/paths.h"
#include "primary/primary-private.h"
#include "virt/loop.h"

#define LOOK_NS (4 * FT_NS_PER_S)
#define HANGS_NS (10 * FT_NS_PER_S) /* a look that takes so long */

/* As long as it is so, for what else is told in its place may be mended. */
static void
tell(struct ft_primary *p, const struct ft_error *found)
{
    struct ft_worker *w = p->worker;
    bool news = strcmp(p->record.told.text, found->text) != 0;

    p->record.told = *found;
    if (found->code)
        ft_worker_set_problem(w, found);
    if (found->code && news) {
        ft_worker_note(w, "crit", "state-unwritable", "%s: %s; %s",
                       w->config.vm, found->text, found->hint);
    } else if (news) {
        ft_worker_set_problem(w, NULL);
        ft_worker_note(w, "info", "state-writable",
                       "%s: the state of this host can be written again",
                       w->config.vm);
    }
}

static void
look(void *opaque)
{
    struct ft_primary *p = opaque;

    ft_worker_probe_record(p->worker, &p->record.found);
}

static void
looked(void *opaque)
{
    struct ft_primary *p = opaque;

    p->record.looks = false;
    tell(p, &p->record.found);
}

void
ft_primary_watch_record(struct ft_primary *p)
{
    struct ft_error hangs = FT_ERROR_INIT;
    int64_t now = ft_clock_ns();

    if (p->record.looks && now - p->record.began_ns >= HANGS_NS) {
        ft_fail(&hangs, ETIMEDOUT, "Look at that disk.",
                "the disk of " FT_STATE_FOLDER " on %s does not answer; it "
                "could not go on alone",
                p->worker->config.hosts[p->worker->config.self].name);
        tell(p, &hangs);
    }
    if (p->record.looks || now - p->record.began_ns < LOOK_NS)
        return;
    p->record.began_ns = now;
    p->record.found = (struct ft_error)FT_ERROR_INIT;
    p->record.looks = !ft_loop_async(look, looked, p);
}
