/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-drift.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "virt/loop.h"
#include "worker/carried.h"
#include "worker/drift-news.h"
#include "worker/facts-frame.h"

#define LOOK_MS 1000
#define REPORT_MAX (64u << 10)
#define TAKEN_NS (FT_NS_PER_S / 2) /* facts that follow faster are left out */
#define STAMP_SIZE 32

/* Which version of a file was read: each is written under another name first. */
struct seen {
    ino_t inode;
    struct timespec when;
};

struct ft_worker_drift {
    struct ft_worker *worker;
    bool linked; /* with a peer that speaks of itself */
    int64_t linked_ns;
    int64_t taken_ns; /* the receiver's */
    struct seen sent, read, read_qemu;
    bool sending;
    json_t *report; /* NULL: none yet */
    int64_t report_ns;
    json_t *qemu; /* NULL: not known yet */
    struct ft_drift_news news;
    struct ft_carried carried;
    double told_rate; /* 0: none */
    bool told_left_out;
    /* the helper thread's, while sending */
    struct ft_session *session;
    uint64_t left_out; /* bytes of facts that were too many; 0: they were sent */
};

void
ft_drift_path(const char *pair, const char *file, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, FT_RUN_FOLDER "/%s/%s", pair, file);
}

/* Whether there is another version than was seen; that is seen now. */
static bool
see_new(const char *path, struct seen *seen)
{
    struct stat st;

    if (stat(path, &st) < 0 ||
        (st.st_ino == seen->inode && st.st_mtim.tv_sec == seen->when.tv_sec &&
         st.st_mtim.tv_nsec == seen->when.tv_nsec))
        return false;
    *seen = (struct seen){ st.st_ino, st.st_mtim };
    return true;
}

/* ---- ours, to the peer ---- */

/* The peer knows then why it is told nothing. */
static void
send_left_out(struct ft_worker_drift *d)
{
    char text[FT_FACTS_AROUND];
    struct iovec part = { text, 0 };
    struct stat st;

    if (stat(FT_DRIFT_HOST_FILE, &st) < 0)
        return;
    d->left_out = (uint64_t)st.st_size;
    ft_facts_left_out(ft_clock_realtime_ns(), d->left_out, text);
    part.iov_len = strlen(text);
    ft_link_send(ft_session_link(d->session), FT_FRAME_FACTS, 0, 0, &part, 1);
}

static void
send_facts(void *opaque)
{
    struct ft_worker_drift *d = opaque;
    FT_AUTOFREE char *facts = NULL;
    char head[FT_FACTS_AROUND];
    size_t size;
    struct iovec parts[3];
    int rc = ft_file_read(FT_DRIFT_HOST_FILE, FT_FACTS_MAX, &facts, &size);

    d->left_out = 0;
    if (rc == -EFBIG)
        send_left_out(d);
    if (rc)
        return; /* the peer notices that it is told nothing */
    ft_facts_begin(ft_clock_realtime_ns(), head);
    parts[0] = (struct iovec){ head, strlen(head) };
    parts[1] = (struct iovec){ facts, size };
    parts[2] = (struct iovec){ (void *)(uintptr_t) "}", 1 };
    ft_link_send(ft_session_link(d->session), FT_FRAME_FACTS, 0, 0, parts, 3);
}

/* Once, until they fit again. */
static void
tell_left_out(struct ft_worker_drift *d)
{
    if (d->left_out && !d->told_left_out)
        ft_worker_note(d->worker, "warn", "facts-left-out",
                       "%s cannot be told what this host is like: that has %llu "
                       "bytes, and no more than %u are sent (ftengine probe "
                       "prints it); whether %s could run here nobody can tell",
                       ft_worker_peer_name(d->worker),
                       (unsigned long long)d->left_out, FT_FACTS_MAX,
                       d->worker->config.vm);
    d->told_left_out = d->left_out > 0;
}

static void
facts_sent(void *opaque)
{
    struct ft_worker_drift *d = opaque;

    ft_session_unref(FT_STEAL(d->session));
    d->sending = false;
    tell_left_out(d);
}

static void
send_new_facts(struct ft_worker_drift *d)
{
    if (!d->linked || d->sending || !see_new(FT_DRIFT_HOST_FILE, &d->sent))
        return;
    d->session = ft_session_ref(d->worker->session);
    d->sending = ft_loop_async(send_facts, facts_sent, d) == 0;
    if (!d->sending)
        ft_session_unref(FT_STEAL(d->session));
}

/* ---- the peer's ---- */

static void
write_peers(const struct ft_worker *w, const void *facts, size_t size)
{
    FT_AUTOFREE char *text = malloc(STAMP_SIZE + size);
    char path[PATH_MAX];
    int n, rc = -ENOMEM;

    ft_drift_path(w->config.pair, FT_DRIFT_PEER_FILE, path);
    if (text) {
        n = snprintf(text, STAMP_SIZE, "%lld\n",
                     (long long)ft_clock_realtime_ns());
        if (size)
            memcpy(text + n, facts, size);
        rc = ft_file_replace(path, text, n + size, 0600);
    }
    if (rc)
        ft_log(FT_LOG_WARN, "cannot write %s: %s", path, strerror(-rc));
}

void
ft_worker_take_facts(struct ft_worker *w, const struct ft_frame *frame)
{
    struct ft_worker_drift *d = w->drift;
    int64_t now = ft_clock_ns();
    char text[FT_FACTS_AROUND];

    if (d->taken_ns && now - d->taken_ns < TAKEN_NS)
        return;
    d->taken_ns = now;
    if (frame->length <= FT_FACTS_MAX + FT_FACTS_AROUND) {
        write_peers(w, frame->payload, frame->length);
        return;
    }
    ft_facts_left_out(ft_clock_realtime_ns(), frame->length, text);
    write_peers(w, text, strlen(text));
}

/* ---- what the link carries ---- */

static void
tell_rate(struct ft_worker_drift *d, double rate)
{
    const char *local, *peer;
    FT_AUTOJSON json_t *json = NULL;
    char path[PATH_MAX];
    int rc;

    ft_link_ends(ft_session_link(d->worker->session), &local, &peer);
    json = json_pack("{s:f,s:s,s:s}", "bytes_per_s", rate, "local", local,
                     "peer", peer);
    ft_drift_path(d->worker->config.pair, FT_DRIFT_CARRIED_FILE, path);
    rc = json ? ft_json_save(path, json) : -ENOMEM;
    if (rc)
        ft_log(FT_LOG_WARN, "cannot write %s: %s", path, strerror(-rc));
}

static void
look_at_link(struct ft_worker_drift *d)
{
    struct ft_link *link = ft_session_link(d->worker->session);
    uint64_t unsent = ft_link_unsent(link);
    struct ft_link_stats stats;
    double rate;

    ft_link_stats(link, &stats);
    ft_carried_look(&d->carried,
                    stats.bytes_sent > unsent ? stats.bytes_sent - unsent : 0,
                    stats.send_blocked_ns, ft_clock_ns());
    rate = ft_carried_rate(&d->carried);
    if (rate == d->told_rate)
        return;
    d->told_rate = rate;
    tell_rate(d, rate);
}

/* ---- what was found ---- */

static void
note_finding(void *opaque, const json_t *finding, bool over)
{
    struct ft_worker *w = opaque;
    bool fails = !strcmp(ft_json_string(finding, "verdict", ""), "fail");

    ft_worker_note(w,
                   over    ? "info"
                   : fails ? "crit"
                           : "warn",
                   over ? "drift-over" : "drift", "%s: %s: %s: %s%s%s%s",
                   w->config.vm, ft_json_string(finding, "subject", ""),
                   ft_json_string(finding, "id", ""),
                   over ? "no longer so: " : "",
                   ft_json_string(finding, "evidence", ""), over ? "" : "; ",
                   over ? "" : ft_json_string(finding, "remedy", ""));
}

static void
read_report(struct ft_worker_drift *d)
{
    char path[PATH_MAX];
    json_t *report;

    ft_drift_path(d->worker->config.pair, FT_DRIFT_REPORT_FILE, path);
    if (!see_new(path, &d->read) ||
        ft_json_load(path, REPORT_MAX, &report, NULL))
        return;
    json_decref(d->report);
    d->report = report;
    d->report_ns = ft_clock_ns();
    ft_drift_news_take(&d->news, report, d->report_ns, note_finding, d->worker);
}

static void
read_qemu(struct ft_worker_drift *d)
{
    char path[PATH_MAX];
    json_t *qemu;

    ft_drift_path(d->worker->config.pair, FT_DRIFT_QEMU_FILE, path);
    if (access(path, F_OK) < 0) {
        json_decref(FT_STEAL(d->qemu));
        d->read_qemu = (struct seen){ 0 };
    } else if (see_new(path, &d->read_qemu) &&
               !ft_json_load(path, REPORT_MAX, &qemu, NULL)) {
        json_decref(d->qemu);
        d->qemu = qemu;
    }
}

static void
look(void *opaque)
{
    struct ft_worker_drift *d = opaque;

    send_new_facts(d);
    read_qemu(d);
    if (!d->linked)
        return;
    look_at_link(d);
    read_report(d);
}

/* The look of this host hangs, or its end was not seen. */
static json_t *
late_report(const struct ft_worker *w, int64_t age_s)
{
    char text[160];

    snprintf(text, sizeof(text),
             "for %lld s nobody could look whether %.64s is fit",
             (long long)age_s, ft_worker_peer_name(w));
    return json_pack(
        "{s:s,s:i,s:[{s:s,s:s,s:s,s:s,s:s,s:s,s:n}]}", "verdict", "unknown",
        "checks", 0, "findings", "verdict", "unknown", "id", "standby.told",
        "subject", ft_worker_peer_name(w), "evidence", text, "why",
        "What nobody can tell may be wrong, and would be found at the takeover.",
        "remedy",
        "See on this host whether libvirt answers (virsh list), and in "
        "/var/log/ftadmin/daemon.log.",
        "waived");
}

json_t *
ft_worker_drift_json(struct ft_worker *w)
{
    struct ft_worker_drift *d = w->drift;
    int64_t since = d->report ? d->report_ns : d->linked_ns;
    int64_t age = (ft_clock_ns() - since) / FT_NS_PER_S;
    json_t *json;

    if (!d->linked || w->state.record.role != FT_ROLE_PRIMARY ||
        (!d->report && age <= FT_DRIFT_STALE_S))
        return json_null();
    json = age > FT_DRIFT_STALE_S ? late_report(w, age) : json_copy(d->report);
    json_object_set_new(json, "age_s", json_integer(age));
    return json;
}

json_t *
ft_worker_qemu_json(struct ft_worker *w)
{
    const json_t *qemu = w->drift->qemu;

    return qemu && w->state.record.role == FT_ROLE_PRIMARY
               ? json_deep_copy(qemu)
               : json_null();
}

/* ---- begin and end ---- */

static void
forget(struct ft_worker_drift *d)
{
    static const char *const files[] = { FT_DRIFT_PEER_FILE,
                                         FT_DRIFT_CARRIED_FILE,
                                         FT_DRIFT_REPORT_FILE };
    char path[PATH_MAX];

    for (size_t i = 0; i < FT_ARRAY_SIZE(files); i++) {
        ft_drift_path(d->worker->config.pair, files[i], path);
        unlink(path);
    }
    json_decref(FT_STEAL(d->report));
    d->carried = (struct ft_carried){ 0 };
    d->told_rate = 0;
    d->linked = false;
}

void
ft_worker_drift_link_up(struct ft_worker *w)
{
    struct ft_worker_drift *d = w->drift;

    d->linked =
        ft_link_protocol(ft_session_link(w->session)) >= FT_DRIFT_PROTOCOL;
    d->linked_ns = ft_clock_ns();
    d->taken_ns = 0;
    d->read = (struct seen){ 0 };
    /* what was there before the link may be of long ago */
    see_new(FT_DRIFT_HOST_FILE, &d->sent);
    if (d->linked)
        write_peers(w, NULL, 0);
}

void
ft_worker_drift_link_down(struct ft_worker *w)
{
    forget(w->drift);
}

void
ft_worker_init_drift(struct ft_worker *w)
{
    static struct ft_worker_drift drift;

    drift.worker = w;
    w->drift = &drift;
    forget(&drift); /* of a worker before */
    ft_loop_timer_set(ft_loop_timer(look, &drift), LOOK_MS);
}
