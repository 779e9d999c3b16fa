/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VM that stands by another's will: suspended by an administrator, panicked,
 * asleep. The standby hears of it with one more epoch, and then nothing changes
 * until it goes on. Our own stops make the same events of libvirt's, but do not
 * last; what an epoch says was asked while nobody could change it.
 */
#include "config.h"

#include "base/clock.h"
#include "primary/primary-private.h"
#include "qemu/saver-marker.h"
#include "virt/loop.h"

#define SETTLED_NS (50 * FT_NS_PER_MS) /* our own stops are over long before */
#define LOOK_NS FT_NS_PER_S

void
ft_primary_note_paused(struct ft_primary *p)
{
    pthread_mutex_lock(&p->lock);
    if (!p->paused.now)
        p->paused.since_ns = ft_clock_ns();
    p->paused.now = 1;
    p->paused.count++;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

void
ft_primary_note_running(struct ft_primary *p)
{
    ft_primary_set_flag(p, &p->paused.now, 0);
}

/* With the lock held: it stands, and longer than a stop of ours takes. */
static bool
has_settled(const struct ft_primary *p, int64_t now_ns)
{
    return p->paused.now && now_ns - p->paused.since_ns >= SETTLED_NS;
}

/*
 * With the lock held: a disk stopped it before there was a copy, and now there is
 * one that can go on. The next epoch finds that out (disk-trouble.c).
 */
static bool
has_first_copy_of_trouble(const struct ft_primary *p)
{
    return p->out.open == 2 && p->paused.now &&
           atomic_load(&p->run_state) == FT_RUN_IO_ERROR;
}

bool
ft_primary_paused_news(const struct ft_primary *p, int64_t now_ns)
{
    bool told = atomic_load(&p->run_state) != FT_RUN_RUNS;

    if (has_first_copy_of_trouble(p))
        return true;
    if (told || !p->paused.now)
        return told && !p->paused.now;
    return has_settled(p, now_ns);
}

/*
 * That a VM goes on is told by an event of libvirt's; one that gets lost must not
 * hold the guest's output for ever. An event that comes meanwhile is newer.
 */
void
ft_primary_look_whether_paused(struct ft_primary *p, int64_t *looked_ns)
{
    int64_t now = ft_clock_ns();
    int state = VIR_DOMAIN_NOSTATE, rc;
    unsigned count = p->paused.count;

    if (!p->paused.now || !*looked_ns)
        *looked_ns = now;
    if (!p->paused.now || now - *looked_ns < LOOK_NS)
        return;
    *looked_ns = now;
    pthread_mutex_unlock(&p->lock);
    rc = virDomainGetState(p->worker->dom, &state, NULL, 0);
    pthread_mutex_lock(&p->lock);
    if (!rc && state == VIR_DOMAIN_RUNNING && count == p->paused.count)
        p->paused.now = 0;
}

/* Of what stood when it was taken over libvirt knows only that it is paused. */
static void
remember_why(const struct ft_primary *p, enum ft_run_state *state)
{
    enum ft_run_state stood = (enum ft_run_state)atomic_load(&p->stood);

    if (*state == FT_RUN_PAUSED && stood != FT_RUN_RUNS)
        *state = stood;
}

void
ft_primary_forget_why(struct ft_primary *p)
{
    struct ft_worker *w = p->worker;

    atomic_store(&p->stood, FT_RUN_RUNS);
    if (w->state.stood == FT_RUN_RUNS)
        return;
    w->state.stood = FT_RUN_RUNS;
    ft_worker_persist(w);
}

int
ft_primary_find_run_state(struct ft_primary *p, bool sure,
                          enum ft_run_state *out, struct ft_error *err)
{
    int rc;

    /* the guest waits for the answer: not for each event of a stop of ours */
    pthread_mutex_lock(&p->lock);
    sure |= has_settled(p, ft_clock_ns()) ||
            atomic_load(&p->run_state) != FT_RUN_RUNS;
    pthread_mutex_unlock(&p->lock);
    *out = FT_RUN_RUNS;
    rc = sure ? ft_saver_stood(p->saver, out, err) : 0;
    remember_why(p, out);
    return rc;
}

/* An event of a stop of ours that came late is settled, too. */
static void
begin_settling(struct ft_primary *p)
{
    pthread_mutex_lock(&p->lock);
    p->paused.since_ns = ft_clock_ns();
    pthread_mutex_unlock(&p->lock);
}

void
ft_primary_sent_run_state(struct ft_primary *p, enum ft_run_state state)
{
    struct ft_worker *w = p->worker;
    enum ft_run_state before =
        (enum ft_run_state)atomic_exchange(&p->run_state, (int)state);

    if (state == FT_RUN_RUNS)
        begin_settling(p);
    if (state == before)
        return;
    if (state == FT_RUN_RUNS)
        ft_worker_note(w, "info", "goes-on", "%s goes on", w->config.vm);
    else
        ft_worker_note(w, "warn", "stands", "%s is %s%s", w->config.vm,
                       ft_run_state_text(state),
                       ft_run_state_stands(state)
                           ? ": after a takeover it stands as well"
                           : "");
}

/* ---- status ---- */

static void
ask(void *opaque)
{
    struct ft_primary *p = opaque;
    enum ft_run_state state = FT_RUN_RUNS;

    /* one that we hold stands by our own will */
    if (ft_saver_mark_get(p->worker->run_folder) == FT_SAVER_RUNS &&
        ft_run_state_ask(p->worker->dom, &state, NULL))
        return;
    remember_why(p, &state);
    atomic_store(&p->run_state_seen, (int)state);
}

static void
asked(void *opaque)
{
    ((struct ft_primary *)opaque)->paused.asking = false;
}

void
ft_primary_begin_paused(struct ft_primary *p)
{
    ask(p);
    if (atomic_load(&p->run_state_seen) != FT_RUN_RUNS)
        ft_primary_note_paused(p);
}

void
ft_primary_watch_paused(struct ft_primary *p)
{
    bool stands;

    pthread_mutex_lock(&p->lock);
    stands = has_settled(p, ft_clock_ns());
    pthread_mutex_unlock(&p->lock);
    if (!p->worker->dom || p->paused.asking ||
        (!stands && atomic_load(&p->run_state_seen) == FT_RUN_RUNS))
        return;
    p->paused.asking = !ft_loop_async(ask, asked, p);
}

json_t *
ft_primary_stands(struct ft_primary *p, bool *as_copied)
{
    enum ft_run_state seen = (enum ft_run_state)atomic_load(&p->run_state_seen);

    pthread_mutex_lock(&p->lock);
    *as_copied = p->paused.now && atomic_load(&p->run_state) != FT_RUN_RUNS;
    pthread_mutex_unlock(&p->lock);
    if (seen == FT_RUN_RUNS)
        return json_null();
    return json_pack("{s:s,s:s}", "by", ft_run_state_word(seen), "text",
                     ft_run_state_text(seen));
}
