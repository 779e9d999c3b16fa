/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which way a copy of the disks goes: what was written since the standby was away,
 * if both sides agree on what it has; otherwise all is compared, or sent. While the
 * standby is away the mirrors go on for that (disk-feed.h), as long as it is worth
 * it. Replication thread, but where the header says otherwise.
 */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/uuid.h"
#include "primary/primary-private.h"

/* A host that is away for longer gets a comparison; the guest's writes are spared. */
#define KEPT_NS (1800 * FT_NS_PER_S)
#define LOOK_NS FT_NS_PER_S

static void
give_kept_up(struct ft_primary *p, const char *why)
{
    snprintf(p->copy.why, sizeof(p->copy.why), "%s", why);
    ft_disk_feed_stop(p->feed);
    p->feed = NULL;
    p->kept_since_ns = 0;
    atomic_store(&p->kept_bytes, -1);
}

/* ----- while there is no link ----- */

/* What was begun and failed is not tried twice in the same way. */
static bool
has_failed(const struct ft_primary *p)
{
    return p->copy.by_changes && !p->acked;
}

bool
ft_primary_keep_feed(struct ft_primary *p, bool failed)
{
    bool ended, keep;

    if (p->copy.by_record && p->copy.no_record) {
        p->copy.no_record = failed; /* or it is sent with the next link */
        return false;
    }
    p->copy.no_record = p->copy.no_record || p->copy.distrusted;
    if (!p->feed)
        return false;
    pthread_mutex_lock(&p->lock);
    ended = p->detach || p->vm_ended || p->disk_broken || p->mirror_ended ||
            p->hardware_changed;
    keep =
        !ended && !p->held && !p->copy.distrusted && !(failed && has_failed(p));
    pthread_mutex_unlock(&p->lock);
    if (keep)
        ft_disk_feed_settle(p->feed, p->out.open,
                            (uint64_t)atomic_load(&p->durable));
    if (!keep || ft_disk_feed_missing(p->feed)) {
        snprintf(p->copy.why, sizeof(p->copy.why), "%s",
                 keep ? ft_disk_feed_missing(p->feed)
                 : p->copy.distrusted
                     ? "a sample of it differed"
                     : "the last copy did not end in good order");
        p->kept_since_ns = 0;
        return false;
    }
    ft_disk_feed_hold(p->feed);
    atomic_store(&p->kept_bytes, (int64_t)ft_disk_feed_changed(p->feed));
    p->kept_since_ns = p->kept_since_ns ? p->kept_since_ns : ft_clock_ns();
    return true;
}

int64_t
ft_primary_watch_kept(struct ft_primary *p)
{
    const char *missing = ft_disk_feed_missing(p->feed);
    bool ended;

    pthread_mutex_lock(&p->lock);
    ended = p->detach || p->vm_ended || p->disk_broken || p->mirror_ended ||
            p->hardware_changed;
    pthread_mutex_unlock(&p->lock);
    if (missing)
        give_kept_up(p, missing);
    else if (ended)
        give_kept_up(p, "the VM, a disk or a mirror of it changed meanwhile");
    else if (ft_clock_ns() - p->kept_since_ns > KEPT_NS)
        give_kept_up(p, "the other host was away for too long");
    else
        atomic_store(&p->kept_bytes, (int64_t)ft_disk_feed_changed(p->feed));
    return p->feed ? ft_clock_ns() + LOOK_NS : INT64_MAX;
}

/* ----- a new link ----- */

/*
 * A write that failed here did not get to the mirror, and what of it is on the disk
 * nobody knows.
 */
static const char *
find_unfit(struct ft_primary *p)
{
    const char *unfit = ft_disk_feed_unfit(p->feed, p->worker->dom, &p->domain);

    return !unfit && ft_disk_errors_first(&p->domain, &p->copy.errors,
                                          &p->disk_errors)
               ? "a disk of this host had an error"
               : unfit;
}

/* The disks by their files; 0: they are not all files that are raw. */
static size_t
list_disks(struct ft_primary *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->domain.n_disks; i++) {
        const struct ft_vm_disk *d = &p->domain.disks[i];

        if (!ft_disk_is_replicated(d))
            continue;
        if (n == FT_DISKS_MAX || strcmp(d->format, "raw") != 0)
            return 0;
        p->copy.recorded[n++].file = d->source;
    }
    return n;
}

/*
 * The VM was handed over to this host, and QEMU has recorded all that it has written
 * since (handed-over.c).
 */
static void
find_record(struct ft_primary *p)
{
    static const struct ft_disk_errors none = { { 0 } };
    struct ft_error err = FT_ERROR_INIT;
    char id[FT_RECORD_ID_SIZE];
    size_t n = list_disks(p);

    if (p->feed || p->copy.no_record || !n ||
        ft_disk_errors_first(&p->domain, &none, &p->disk_errors))
        return;
    if (ft_write_record_find(p->worker->dom, p->copy.recorded, n, id, &err)) {
        ft_log_error(&err, "what the guest has written since the takeover");
        return;
    }
    p->copy.by_record = *id != '\0';
    if (p->copy.by_record)
        memcpy(p->copy.id, id, sizeof(p->copy.id));
}

json_t *
ft_primary_offer_base(struct ft_primary *p)
{
    const char *unfit = p->feed ? find_unfit(p) : NULL;

    if (unfit)
        give_kept_up(p, unfit);
    find_record(p);
    if (ft_make_uuid(p->copy.next))
        p->copy.next[0] = '\0';
    return json_pack("{s:s*,s:s}", "is",
                     p->feed || p->copy.by_record ? p->copy.id : NULL, "next",
                     p->copy.next);
}

void
ft_primary_take_base(struct ft_primary *p, const json_t *answer)
{
    const json_t *base = json_object_get(answer, "base");
    const char *disk = ft_json_string(base, "disk", "");
    char why[sizeof(p->copy.why)];

    p->copy.by_changes =
        (p->feed || p->copy.by_record) && ft_json_bool(base, "held", 0);
    if (p->copy.by_changes)
        return;
    if (p->feed || p->copy.by_record) {
        snprintf(why, sizeof(why), "%s says%s%.32s: %.96s",
                 ft_worker_peer_name(p->worker), *disk ? " of disk " : "", disk,
                 ft_json_string(base, "why", "it knows of none"));
        give_kept_up(p, why);
    }
    snprintf(p->copy.id, sizeof(p->copy.id), "%s", p->copy.next);
    p->copy.errors = p->disk_errors;
    p->copy.by_record = false;
}

static int
on_sent(void *opaque, uint64_t done, uint64_t sent)
{
    struct ft_primary *p = opaque;

    ft_epoch_stats_progress(&p->stats, "disk", done,
                            FT_MAX(done, p->copy.changed));
    return ft_primary_pace(p, sent);
}

/* What fails once is not tried again: all is compared then. */
static int
send_record(struct ft_primary *p, struct ft_error *err)
{
    struct ft_worker *w = p->worker;
    char folder[PATH_MAX];

    p->copy.no_record = true;
    p->copy.errors = p->disk_errors;
    p->copy.changed = 0;
    snprintf(p->copy.why, sizeof(p->copy.why), "%s",
             "what was written since the takeover could not be sent");
    ft_pair_path(w->config.pair, NULL, folder);
    return ft_disk_feed_start_recorded(w->dom, &p->domain, p->copy.recorded,
                                       p->copy.id, w->run_folder, folder,
                                       &p->out, on_sent, p, &p->feed, err);
}

int
ft_primary_send_changes(struct ft_primary *p, struct ft_error *err)
{
    int rc;

    p->copy.changed = p->feed ? ft_disk_feed_changed(p->feed) : 0;
    rc = p->feed ? ft_disk_feed_send_changes(p->feed, on_sent, p, err)
                 : send_record(p, err);
    return rc && !err->code && rc != -ECANCELED
               ? ft_fail(err, -rc, NULL, "cannot send the disks' changes: %s",
                         strerror(-rc))
               : rc;
}

/* ----- what is told ----- */

static const char *
way_name(const struct ft_primary *p)
{
    return p->copy.by_changes ? "changes"
           : p->copy.compared ? "comparison"
                              : "all";
}

static const char *
memory_way(const struct ft_primary *p)
{
    return p->memory_copy.compares ? ", the rest was there" : "";
}

/* Whose feed lived on has said why; a comparison is otherwise a new worker's. */
static const char *
why_not_changes(const struct ft_primary *p)
{
    if (p->copy.by_changes || *p->copy.why)
        return p->copy.by_changes ? "" : p->copy.why;
    return p->copy.compared
               ? "what was written before this worker began is not known"
               : "";
}

void
ft_primary_begin_copy(struct ft_primary *p)
{
    p->copy.began_ns = ft_clock_ns();
    p->copy.by_changes = p->copy.by_record = false;
    p->copy.sample = p->copy.distrusted = false;
    p->copy.sent_before = ft_outgoing_disk_total(&p->out);
}

void
ft_primary_note_copied(struct ft_primary *p)
{
    uint64_t sent = ft_outgoing_disk_total(&p->out) - p->copy.sent_before;
    int64_t ms = (ft_clock_ns() - p->copy.began_ns) / FT_NS_PER_MS;
    const char *peer = ft_worker_peer_name(p->worker);
    const char *way = way_name(p), *why = why_not_changes(p);
    const char *did = p->copy.compared ? "compared" : "sent";
    double mib = 1 << 20, memory = (double)p->memory_copy.sent / mib;

    if (p->copy.by_changes)
        ft_worker_note(p->worker, "info", "copied",
                       "%s is copied to %s after %d ms; %.1f MiB of its disks "
                       "were sent, what was written since %s %s, and %.1f MiB "
                       "of its memory%s",
                       p->worker->config.vm, peer, (int)ms, (double)sent / mib,
                       peer, p->copy.by_record ? "handed it over" : "was away",
                       memory, memory_way(p));
    else
        ft_worker_note(p->worker, "info", "copied",
                       "%s is copied to %s after %d ms; %.1f MiB of its disks "
                       "were there%s%s%s%s%s, and %.1f MiB of its memory were "
                       "sent%s",
                       p->worker->config.vm, peer, (int)ms,
                       (double)p->disk_same / mib, *why ? " (all was " : "",
                       *why ? did : "", *why ? ": " : "", why, *why ? ")" : "",
                       memory, memory_way(p));
    pthread_mutex_lock(&p->lock);
    json_decref(p->copied);
    p->copied = json_pack("{s:s,s:s*,s:I,s:I,s:f,s:o}", "way", way, "why",
                          *why ? why : NULL, "sent_bytes", (json_int_t)sent,
                          "same_bytes",
                          (json_int_t)(p->copy.by_changes ? 0 : p->disk_same),
                          "seconds", (double)ms / 1000, "memory",
                          ft_primary_memory_copied(p));
    pthread_mutex_unlock(&p->lock);
    p->copy.why[0] = '\0';
    if (p->copy.by_record)
        p->copy.no_record = false;
    p->copy.sample = p->copy.by_changes;
    p->kept_since_ns = 0;
    atomic_store(&p->kept_bytes, -1);
}

json_t *
ft_primary_copied(struct ft_primary *p)
{
    json_t *copied;

    pthread_mutex_lock(&p->lock);
    copied = p->copied ? json_incref(p->copied) : json_null();
    pthread_mutex_unlock(&p->lock);
    return copied;
}

json_t *
ft_primary_kept(const struct ft_primary *p)
{
    int64_t bytes = atomic_load(&p->kept_bytes);

    return bytes < 0 ? json_null() : json_integer((json_int_t)bytes);
}
