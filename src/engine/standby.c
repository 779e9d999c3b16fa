#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/device-state.h"
#include "engine/loop.h"
#include "engine/replica.h"
#include "engine/tap.h"
#include "engine/verify.h"
#include "engine/worker-actions.h"
#include "virt/domain.h"
#include "virt/standby-xml.h"
#include "virt/standby.h"
#include "virt/volume.h"

#define RESUME_MS 10000

/*
 * The standby side. The replica belongs to the receiver thread while a link is
 * up, and to the control thread otherwise.
 */
struct standby {
    struct ft_worker *worker;
    struct ft_replica replica;
    char machine[64];
    struct ft_verify_check verify;
    struct {
        char tap[32], mac[18];
    } nics[FT_DOMAIN_NICS_MAX];
    size_t n_nics;
    int doors_open;             /* the taps are up */
    int useless;                /* applying failed: never take over with it */
};

static void
set_doors(struct standby *s, int open)
{
    size_t i;
    int rc;

    s->doors_open = open;
    for (i = 0; i < s->n_nics; i++) {
        rc = ft_tap_set_up(s->nics[i].tap, open);
        if (!rc && open)
            rc = ft_tap_claim_mac(s->nics[i].tap, s->nics[i].mac);
        if (rc)
            ft_log(FT_LOG_WARN, "tap %s: %s", s->nics[i].tap, strerror(-rc));
    }
}

/* The copy's taps, shut until the primary falls silent (tap.h). */
static void
take_nics(struct standby *s, const struct ft_domain *d)
{
    size_t i;

    s->n_nics = 0;
    for (i = 0; i < d->n_nics; i++) {
        if (!d->nics[i].tap[0])
            continue;
        strcpy(s->nics[s->n_nics].tap, d->nics[i].tap);
        strcpy(s->nics[s->n_nics++].mac, d->nics[i].mac);
    }
    set_doors(s, 0);
}

/*
 * Half way to suspicion the doors open: early enough for what clients send
 * again after 200 ms.
 */
static void
quiet(struct ft_worker *w, int64_t ns)
{
    struct standby *s = w->side_data;
    int open = ns > w->config.silence_ms * FT_NS_PER_MS / 2;

    pthread_mutex_lock(&w->own_lock);
    open &= ft_ownership_valid(&w->own);
    pthread_mutex_unlock(&w->own_lock);
    if (open != s->doors_open)
        set_doors(s, open);
}

static void
stop_waiting_domain(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;
    virDomainPtr dom = virDomainLookupByUUIDString(w->conn, w->config.vm_uuid);

    if (dom && virDomainIsActive(dom) == 1 && ft_standby_destroy(dom, &err))
        ft_log_error(&err, "ending the waiting copy");
    if (dom)
        virDomainFree(dom);
    if (w->dom)
        virDomainFree(w->dom);
    w->dom = NULL;
}

static int
make_disk(struct standby *s, const json_t *json, struct ft_error *err)
{
    struct ft_worker *w = s->worker;
    struct ft_replica *r = &s->replica;
    struct ft_replica_disk *d = &r->disks[r->n_disks];
    int64_t capacity;
    int rc;

    if (r->n_disks == FT_DISKS_MAX)
        return ft_fail(err, E2BIG, NULL, "more than %d disks", FT_DISKS_MAX);
    d->fd = -1;
    rc = ft_json_need_string(json, "target", d->target, sizeof(d->target), err);
    if (!rc)
        rc = ft_json_need_int(json, "capacity", 1, INT64_MAX, &capacity, err);
    if (!rc)
        rc = ft_volume_create(w->conn, w->config.pools[w->config.self],
                              w->config.vm, d->target, capacity, &d->path, err);
    if (rc)
        return rc;
    r->n_disks++;
    d->capacity = capacity;
    d->fd = open(d->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return d->fd < 0 ? ft_fail(err, errno, NULL, "cannot open replica %s: %s",
                               d->path, strerror(errno)) : 0;
}

static int
make_disks(struct standby *s, const json_t *setup, struct ft_error *err)
{
    const json_t *disk;
    size_t i;
    int rc = 0;

    json_decref(s->worker->state.replicas);
    s->worker->state.replicas = json_array();
    json_array_foreach(json_object_get(setup, "disks"), i, disk) {
        /* recorded first: a volume that is not known is never deleted */
        json_array_append(s->worker->state.replicas,
                          json_object_get(disk, "target"));
        ft_worker_persist(s->worker);
        rc = make_disk(s, disk, err);
        if (rc)
            break;
    }
    return rc;
}

static int
start_domain(struct standby *s, const char *xml, struct ft_error *err)
{
    struct ft_replica_path replicas[FT_DISKS_MAX];
    struct ft_replica *r = &s->replica;
    FT_AUTOFREE char *ours = NULL;
    size_t i;
    int rc;

    for (i = 0; i < r->n_disks; i++) {
        replicas[i].target = r->disks[i].target;
        replicas[i].path = r->disks[i].path;
    }
    rc = ft_standby_xml(xml, replicas, r->n_disks, &ours, err);
    return rc ? rc : ft_standby_start(s->worker->conn, ours, &s->worker->dom,
                                      err);
}

/* The waiting QEMU must be the same machine, down to the RAM blocks. */
static int
compare_machine(struct standby *s, const struct ft_domain *d,
                const json_t *setup, struct ft_error *err)
{
    const json_t *theirs = json_object_get(setup, "blocks"), *block;
    struct ft_replica *r = &s->replica;
    const char *qemu = ft_json_string(setup, "qemu", "");
    size_t i;

    if (strcmp(d->qemu_version, qemu))
        return ft_fail(err, ENOTSUP,
                       "Install the same QEMU version on both hosts.",
                       "QEMU is %s here and %s on the primary",
                       d->qemu_version, qemu);
    if (json_array_size(theirs) != r->n_blocks)
        return ft_fail(err, ENOTSUP, NULL, "%zu RAM blocks here, %zu there",
                       r->n_blocks, json_array_size(theirs));
    json_array_foreach(theirs, i, block) {
        const char *name = ft_json_string(block, "name", "");
        int64_t size = ft_json_int(block, "size", 0, INT64_MAX, 0);

        if (strcmp(name, r->blocks[i].name) ||
            (uint64_t)size != r->blocks[i].size)
            return ft_fail(err, ENOTSUP, NULL,
                           "RAM block %s differs between the hosts",
                           r->blocks[i].name);
    }
    return 0;
}

static int
inspect_domain(struct standby *s, const json_t *setup, struct ft_error *err)
{
    struct ft_replica *r = &s->replica;
    struct ft_domain d = { 0 };
    int rc = ft_domain_inspect(s->worker->dom, &d, err);

    if (rc)
        return rc;
    r->pid = d.pid;
    take_nics(s, &d);
    rc = ft_ram_blocks_find(s->worker->dom, d.pid, r->blocks,
                            FT_RAM_BLOCKS_MAX, &r->n_blocks, err);
    if (!rc)
        rc = compare_machine(s, &d, setup, err);
    if (!rc)
        snprintf(s->machine, sizeof(s->machine), "%s",
                 ft_json_string(setup, "machine", d.machine));
    ft_domain_free(&d);
    return rc;
}

static int
set_up(struct standby *s, const json_t *setup, struct ft_error *err)
{
    const char *xml = ft_json_string(setup, "xml", NULL);
    char folder[PATH_MAX];
    int rc;

    if (!xml)
        return ft_fail(err, EPROTO, NULL, "a setup without domain XML");
    stop_waiting_domain(s->worker);
    ft_replica_clear(&s->replica);
    rc = make_disks(s, setup, err);
    if (!rc)
        rc = start_domain(s, xml, err);
    if (!rc)
        rc = inspect_domain(s, setup, err);
    ft_pair_path(s->worker->config.pair, NULL, folder);
    return rc ? rc : ft_replica_open(&s->replica, folder, err);
}

/* A failed set-up is an answer, not the end of the link. */
static int
take_setup(struct standby *s, struct ft_session *session,
           const struct ft_frame *f, struct ft_error *err)
{
    FT_AUTOJSON json_t *setup = NULL;
    FT_AUTOJSON json_t *answer = NULL;
    struct ft_error failed = FT_ERROR_INIT;

    if (ft_json_parse((const char *)f->payload, f->length, &setup, err))
        return -EPROTO;
    s->useless = 0;
    if (set_up(s, setup, &failed)) {
        ft_worker_set_problem(s->worker, &failed);
        ft_worker_note(s->worker, "warn", "setup-failed", "%s; %s", failed.text,
                       failed.hint);
        stop_waiting_domain(s->worker);
        answer = json_pack("{s:o}", "error", ft_json_from_error(&failed));
    } else {
        answer = json_pack("{s:i}", "disks", (int)s->replica.n_disks);
    }
    return answer ? ft_link_send_json(ft_session_link(session),
                                      FT_FRAME_SETUP_OK, 0, answer)
                  : -ENOMEM;
}

/*
 * A whole epoch: acknowledged when it is held (SEND_ACK, by the ownership
 * machine), then applied.
 */
static int
end_epoch(struct standby *s, const struct ft_frame *f, struct ft_error *err)
{
    struct ft_ownership_event held = { .kind = FT_EVENT_EPOCH_HELD,
                                       .epoch = f->epoch };
    int rc = ft_replica_check_epoch(&s->replica, f, err);

    if (rc)
        return rc;
    ft_worker_event(s->worker, &held);
    rc = ft_replica_apply(&s->replica, err);
    if (rc) {
        /* acknowledged and not applied: this copy must never speak */
        s->useless = 1;
        ft_worker_note(s->worker, "crit", "replica-failed", "%s; %s", err->text,
                       err->hint);
        ft_worker_event_kind(s->worker, FT_EVENT_SYNC_FAILED);
    }
    return rc;
}

static int
answer_read(struct standby *s, struct ft_session *session,
            const struct ft_frame *f, struct ft_error *err)
{
    FT_AUTOFREE void *data = NULL;
    struct iovec iov;
    int rc = ft_replica_read(&s->replica, f, &data, &iov.iov_len, err);

    iov.iov_base = data;
    return rc ? rc : ft_link_send(ft_session_link(session), FT_FRAME_DISK_DATA,
                                  0, f->epoch, &iov, 1);
}

static int
frame(struct ft_worker *w, struct ft_session *session,
      const struct ft_frame *f, struct ft_error *err)
{
    struct standby *s = w->side_data;

    if (f->type == FT_FRAME_SETUP)
        return take_setup(s, session, f, err);
    if (!s->replica.pages)
        return ft_fail(err, EPROTO, NULL, "frame %s before a setup",
                       ft_frame_name(f->type));
    if (f->type == FT_FRAME_EPOCH_END)
        return end_epoch(s, f, err);
    if (f->type == FT_FRAME_DISK_READ)
        return answer_read(s, session, f, err);
    if (f->type == FT_FRAME_VERIFY)
        return ft_verify_standby(&s->verify, &s->replica,
                                 ft_session_link(session), f, err);
    return ft_replica_frame(&s->replica, f, err);
}

/*
 * What we hold is void once the primary says so, but not when this side has
 * just won: then the message came too late.
 */
static void
message(struct ft_worker *w, enum ft_ownership_message m)
{
    struct standby *s = w->side_data;
    int filling;

    pthread_mutex_lock(&w->own_lock);
    filling = w->own.phase == FT_PHASE_FILLING;
    pthread_mutex_unlock(&w->own_lock);
    if (m == FT_MESSAGE_DISCARD && filling)
        ft_replica_clear(&s->replica);
    w->handover = m == FT_MESSAGE_HANDOVER || m == FT_MESSAGE_GRANT;
}

static void
link_up(struct ft_worker *w)
{
    (void)w;
}

static void
link_down(struct ft_worker *w)
{
    struct standby *s = w->side_data;

    ft_replica_drop_partial(&s->replica);
}

static void
send_ack(struct ft_worker *w, uint64_t epoch)
{
    struct ft_session *session = ft_worker_session(w);

    if (!session)
        return;
    ft_link_send(ft_session_link(session), FT_FRAME_ACK, 0, epoch, NULL, 0);
    ft_session_unref(session);
}

/* The VM outlives us here: it needs a definition of its own. */
static void
define_domain(struct ft_worker *w)
{
    FT_AUTOFREE char *live = virDomainGetXMLDesc(w->dom, VIR_DOMAIN_XML_SECURE);
    FT_AUTOFREE char *plain = NULL;
    struct ft_error err = FT_ERROR_INIT;
    int had = virDomainIsPersistent(w->dom) == 1;
    virDomainPtr defined;

    if (!live || ft_persistent_xml(live, &plain, &err)) {
        ft_log_error(&err, "cannot keep the definition of the VM");
        return;
    }
    defined = virDomainDefineXML(w->conn, plain);
    if (!defined) {
        ft_worker_note(w, "warn", "not-defined",
                       "%s runs, but its definition could not be kept: %s",
                       w->config.vm, virGetLastErrorMessage());
        return;
    }
    virDomainFree(defined);
    w->state.defined |= !had;
}

static int
resume(struct standby *s, struct ft_standby_times *times, struct ft_error *err)
{
    struct ft_replica *r = &s->replica;
    FT_AUTOFREE uint8_t *stream = NULL;
    size_t size;
    int rc;

    if (s->useless || !r->state.size || !s->worker->dom)
        return ft_fail(err, EIO, NULL, "there is no complete copy to run");
    rc = ft_device_stream(r->state.data, r->state.size, s->machine, &stream,
                          &size, err);
    return rc ? rc : ft_standby_resume(s->worker->dom, stream, size, RESUME_MS,
                                       times, err);
}

static void
note_takeover(struct ft_worker *w, uint64_t epoch, int64_t acted, int64_t began,
              int64_t ended, int planned)
{
    int64_t asked = w->asked_ns ? w->asked_ns : acted;
    char at[32];

    ft_clock_format(ft_clock_realtime_ns(), at);
    json_decref(w->state.last_takeover);
    w->state.epoch = epoch;
    w->state.last_takeover = json_pack(
        "{s:s,s:s,s:I,s:f,s:f,s:f,s:f}", "at", at, "reason",
        planned ? "switchover" : "the primary was lost", "epoch",
        (json_int_t)epoch, "detect_ms",
        planned ? 0.0 : (double)(asked - w->last_heard) / 1e6, "win_ms",
        (double)(acted - asked) / 1e6, "apply_ms", (double)(began - acted) / 1e6,
        "resume_ms", (double)(ended - began) / 1e6);
}

/* Every acknowledged epoch is applied once the receiver thread has ended. */
static void
take_over(struct standby *s)
{
    struct ft_worker *w = s->worker;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_standby_times times = { 0 };
    int64_t acted = ft_clock_ns(), began, ended;
    int planned = w->handover;

    ft_worker_drop_link(w);
    set_doors(s, 1);
    began = ft_clock_ns();
    if (resume(s, &times, &err)) {
        ft_worker_note(w, "crit", "takeover-failed", "%s; %s", err.text,
                       err.hint);
        ft_worker_event_kind(w, FT_EVENT_RESUME_FAILED);
        return;
    }
    ended = ft_clock_ns();
    note_takeover(w, s->replica.committed, acted, began, ended, planned);
    ft_worker_event_kind(w, FT_EVENT_RESUMED);
    ft_worker_note(w, planned ? "info" : "crit", "takeover",
                   "%s runs here since epoch %llu; resumed in %.1f ms "
                   "(submit %.1f, load %.1f, start %.1f, announce %.1f)",
                   w->config.vm, (unsigned long long)s->replica.committed,
                   (double)(ended - began) / 1e6, (double)times.submit_ns / 1e6,
                   (double)times.load_ns / 1e6, (double)times.start_ns / 1e6,
                   (double)times.announce_ns / 1e6);
    define_domain(w);
    ft_worker_persist(w);       /* with the takeover's figures */
}

static void
delete_replicas(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;
    json_t *target;
    size_t i;

    json_array_foreach(w->state.replicas, i, target)
        if (ft_volume_delete(w->conn, w->config.pools[w->config.self],
                             w->config.vm, json_string_value(target), &err))
            ft_log_error(&err, "deleting a replica");
}

/* What an earlier takeover on this host left: it names a replica as its disk. */
static void
undefine_domain(struct ft_worker *w)
{
    virDomainPtr dom = w->state.defined
                           ? virDomainLookupByUUIDString(w->conn,
                                                         w->config.vm_uuid)
                           : NULL;

    if (!dom)
        return;
    virDomainUndefineFlags(dom, VIR_DOMAIN_UNDEFINE_KEEP_NVRAM);
    virDomainFree(dom);
}

static void
finish_removal(struct ft_worker *w)
{
    ft_worker_drop_link(w);
    stop_waiting_domain(w);
    delete_replicas(w);
    undefine_domain(w);
    ft_worker_reply(w, &w->removal, NULL, NULL);
    ft_worker_exit(w, "removed");
}

static void
act(struct ft_worker *w, const struct ft_ownership_action *action)
{
    struct standby *s = w->side_data;

    switch (action->kind) {
    case FT_ACTION_SEND_ACK:
        send_ack(w, action->epoch);
        break;
    case FT_ACTION_RESUME_VM:
        take_over(s);
        break;
    case FT_ACTION_DESTROY_COPY:
        ft_worker_drop_link(w);     /* its receiver may be making the copy */
        stop_waiting_domain(w);
        break;
    case FT_ACTION_REMOVED:
        finish_removal(w);
        break;
    case FT_ACTION_HOLD_GATE:
    case FT_ACTION_OPEN_GATE:
        break;      /* a standby has no gate */
    default:
        ft_log(FT_LOG_ERROR, "a standby cannot do %s",
               ft_ownership_action_name(action->kind));
    }
}

static void
status(struct ft_worker *w, json_t *json)
{
    struct standby *s = w->side_data;

    if (!s)
        return;
    /* a look without a lock: figures for people */
    json_object_set_new(json, "epoch",
                        json_integer((json_int_t)s->replica.committed));
    json_object_set_new(
        json, "counters",
        json_pack("{s:I,s:I}", "pages_written",
                  (json_int_t)s->replica.pages_written, "disk_bytes",
                  (json_int_t)s->replica.disk_bytes));
}

static int
request(struct ft_worker *w, const char *verb, int64_t client, int64_t id,
        struct ft_error *err)
{
    (void)client;
    (void)id;
    return ft_fail(err, EREMOTE, "Ask the engine on the other host.",
                   "%s: %s is the primary of %s", verb, ft_worker_peer_name(w),
                   w->config.vm);
}

static int
open_side(struct ft_worker *w, enum ft_vm_state *vm, struct ft_error *err)
{
    struct standby *s = calloc(1, sizeof(*s));
    int state = VIR_DOMAIN_NOSTATE;

    if (!s)
        return ft_fail(err, ENOMEM, NULL, "no memory for %s", w->config.vm);
    s->worker = w;
    w->side_data = s;
    if (w->dom && virDomainGetState(w->dom, &state, NULL, 0) < 0)
        state = VIR_DOMAIN_NOSTATE;
    *vm = state == VIR_DOMAIN_RUNNING ? FT_VM_RUNNING
          : state == VIR_DOMAIN_PAUSED ? FT_VM_WAITING : FT_VM_GONE;
    if (*vm == FT_VM_WAITING) {
        /* what an earlier process put into it is not known */
        stop_waiting_domain(w);
        *vm = FT_VM_GONE;
    }
    return 0;
}

const struct ft_side ft_standby_side = {
    .open = open_side, .act = act, .frame = frame, .message = message,
    .link_up = link_up, .link_down = link_down, .quiet = quiet,
    .status = status, .request = request,
};
