/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/priority.h"
#include "virt/loop.h"
#include "worker/worker-actions.h"
#include "worker/worker-daemon.h"

#define TICK_MS 10
/* The kernel tells this time in its own coarse ticks: less is no news. */
#define HEARD_STEP_NS (20 * FT_NS_PER_MS)
#define STARVED_NS (100 * FT_NS_PER_MS)
#define STATUS_MS 200
#define WITNESS_CHECK_MS 5000
#define LIBVIRT_URI "qemu:///system"
#define LIBVIRT_RETRY_MS 200
#define LIBVIRT_PATIENCE_NS (5 * FT_NS_PER_S)
#define EXIT_LOCKED 11

const char *
ft_worker_peer_name(const struct ft_worker *w)
{
    return w->config.hosts[!w->config.self].name;
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

void
ft_worker_hello(struct ft_worker *w, struct ft_ownership_hello *out)
{
    pthread_mutex_lock(&w->own_lock);
    ft_ownership_hello(&w->own, out);
    pthread_mutex_unlock(&w->own_lock);
}

struct ft_session *
ft_worker_session(struct ft_worker *w)
{
    struct ft_session *s;

    pthread_mutex_lock(&w->session_lock);
    s = w->session ? ft_session_ref(w->session) : NULL;
    pthread_mutex_unlock(&w->session_lock);
    return s;
}

struct batch {
    struct ft_worker *worker;
    struct ft_ownership_actions actions;
};

static void
run_batch(void *opaque)
{
    struct batch *b = opaque;
    struct ft_worker *w = b->worker;
    unsigned i;

    for (i = 0; i < b->actions.count; i++)
        ft_worker_act(w, &b->actions.list[i]);
    pthread_mutex_lock(&w->own_lock);
    w->batches--;
    pthread_mutex_unlock(&w->own_lock);
    free(b);
}

/* What every epoch needs: done at once, on the thread that brought the event. */
static int
all_fast(const struct ft_ownership_actions *actions)
{
    unsigned i;

    for (i = 0; i < actions->count; i++)
        if (actions->list[i].kind != FT_ACTION_RELEASE_EPOCH &&
            actions->list[i].kind != FT_ACTION_SEND_ACK)
            return 0;
    return 1;
}

/*
 * Everything else goes to the loop in order; an action is never done before
 * one that an earlier event asked for.
 */
static void
hand_over(struct ft_worker *w, const struct ft_ownership_actions *actions)
{
    struct batch *b;

    while (!(b = malloc(sizeof(*b))))
        ft_clock_sleep(10 * FT_NS_PER_MS);
    b->worker = w;
    b->actions = *actions;
    w->batches++;
    while (ft_loop_post(run_batch, b))
        ft_clock_sleep(10 * FT_NS_PER_MS);
}

void
ft_worker_event(struct ft_worker *w, const struct ft_ownership_event *event)
{
    struct ft_ownership_actions actions;
    unsigned i;

    pthread_mutex_lock(&w->own_lock);
    ft_ownership_event(&w->own, ft_clock_ns(), event, &actions);
    if (!w->batches && all_fast(&actions)) {
        for (i = 0; i < actions.count; i++)
            w->side->act(w, &actions.list[i]);
    } else if (actions.count) {
        hand_over(w, &actions);
    }
    pthread_mutex_unlock(&w->own_lock);
}

void
ft_worker_event_kind(struct ft_worker *w, enum ft_ownership_event_kind kind)
{
    ft_worker_event(w, &(struct ft_ownership_event){ .kind = kind });
}

/* Silence is measured here; a tick that comes late means that we starved. */
static void
on_tick(void *opaque)
{
    struct ft_worker *w = opaque;
    int64_t now = ft_clock_ns(), gap = now - w->last_tick;
    int64_t deadline;

    w->last_tick = now;
    if (gap > STARVED_NS) {
        ft_log(FT_LOG_WARN, "this worker did not run for %d ms",
               (int)(gap / FT_NS_PER_MS));
        ft_worker_event(w, &(struct ft_ownership_event){
                               .kind = FT_EVENT_STARVED, .gap_ns = gap });
    }
    if (w->session) {
        int64_t heard = ft_link_last_heard(ft_session_link(w->session));

        if (heard > w->last_heard + HEARD_STEP_NS) {
            w->last_heard = heard;
            ft_worker_event_kind(w, FT_EVENT_HEARD);
        }
    }
    w->side->quiet(w, now - w->last_heard);
    pthread_mutex_lock(&w->own_lock);
    deadline = ft_ownership_deadline(&w->own);
    pthread_mutex_unlock(&w->own_lock);
    if (now >= deadline)
        ft_worker_event_kind(w, FT_EVENT_TICK);
}

/* Only one worker for a pair; the lock goes with the process. */
static int
take_lock(const char *pair)
{
    char path[PATH_MAX];
    int fd;

    ft_pair_path(pair, "lock", path);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    return flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

static int
load(struct ft_worker *w, const char *pair, struct ft_error *err)
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

static void
try_libvirt(void *opaque)
{
    struct ft_worker *w = opaque;
    virConnectPtr conn = virConnectOpen(LIBVIRT_URI);

    w->libvirt_back = conn != NULL;
    if (conn)
        virConnectClose(conn);
}

/* A new process attaches again; not while output is held, which it cannot do. */
static void
libvirt_tried(void *opaque)
{
    struct ft_worker *w = opaque;
    int overdue = ft_clock_ns() - w->libvirt_lost_ns > LIBVIRT_PATIENCE_NS;

    if (w->libvirt_back && (!w->state.record.peer_may_take_over || overdue))
        ft_worker_exit(w, "role");
    ft_loop_timer_set(w->libvirt_timer, LIBVIRT_RETRY_MS);
}

static void
on_libvirt_timer(void *opaque)
{
    struct ft_worker *w = opaque;

    ft_loop_timer_set(w->libvirt_timer,
                      ft_loop_async(try_libvirt, libvirt_tried, w)
                          ? LIBVIRT_RETRY_MS
                          : -1);
}

/*
 * Without libvirt there are no more epochs. On the primary that makes the
 * replication fail, the standby give up its copy, and the guest go on alone.
 */
static void
on_libvirt_closed(virConnectPtr conn, int reason, void *opaque)
{
    struct ft_worker *w = opaque;

    (void)conn;
    if (w->libvirt_lost_ns)
        return; /* of the other connection */
    ft_worker_note(w, "warn", "libvirt-lost",
                   "the connection to libvirt ended (reason %d)", reason);
    if (w->state.record.role != FT_ROLE_PRIMARY)
        ft_worker_exit(w, "role");
    w->libvirt_lost_ns = ft_clock_ns();
    w->libvirt_timer = ft_loop_timer(on_libvirt_timer, w);
    ft_loop_timer_set(w->libvirt_timer, LIBVIRT_RETRY_MS);
}

static void
ignore_libvirt_error(void *opaque, virErrorPtr error)
{
    (void)opaque; /* every failing call reports it in its own words */
    (void)error;
}

static virConnectPtr
connect_to_libvirt(struct ft_worker *w)
{
    virConnectPtr conn;
    int tries = 0;

    while (!(conn = virConnectOpen(LIBVIRT_URI))) {
        if (tries++ == 0)
            ft_worker_note(w, "crit", "libvirt-unreachable",
                           "libvirt does not answer on this host: %s",
                           virGetLastErrorMessage());
        ft_clock_sleep(LIBVIRT_RETRY_MS * FT_NS_PER_MS);
        ft_worker_send_status(w);
    }
    return conn;
}

/*
 * Two connections: libvirtd 9.0 takes the callbacks of a client that dies twice
 * away, and dies of it now and then, when a call of that client is still at work
 * (virNetServerClientCloseLocked lets its lock go for the callback that does so).
 */
static void
open_libvirt(struct ft_worker *w)
{
    virSetErrorFunc(NULL, ignore_libvirt_error);
    w->conn = connect_to_libvirt(w);
    w->events = connect_to_libvirt(w);
    virConnectRegisterCloseCallback(w->conn, on_libvirt_closed, w, NULL);
    virConnectRegisterCloseCallback(w->events, on_libvirt_closed, w, NULL);
    w->dom = virDomainLookupByUUIDString(w->conn, w->config.vm_uuid);
}

static void
init_ownership(struct ft_worker *w)
{
    struct ft_ownership_config c = FT_OWNERSHIP_CONFIG_INIT;

    c.self = w->config.self;
    c.witness = w->config.witness.name[0] != '\0';
    c.alone_without_witness = w->config.alone_without_witness;
    c.silence_ns = w->config.silence_ms * FT_NS_PER_MS;
    ft_ownership_init(&w->own, &c, &w->state.record);
}

static void
start_timers(struct ft_worker *w)
{
    w->last_tick = ft_clock_ns();
    w->tick_timer = ft_loop_timer(on_tick, w);
    w->status_timer = ft_loop_timer(ft_worker_send_status, w);
    w->connect_timer = ft_loop_timer(ft_worker_connect, w);
    ft_loop_timer_set(w->tick_timer, TICK_MS);
    ft_loop_timer_set(w->status_timer, STATUS_MS);
    if (w->config.witness.name[0]) {
        ft_worker_check_witness(w);
        ft_loop_timer_set(ft_loop_timer(ft_worker_check_witness, w),
                          WITNESS_CHECK_MS);
    }
}

static int
run(struct ft_worker *w)
{
    struct ft_ownership_event start = { .kind = FT_EVENT_START };
    struct ft_error err = FT_ERROR_INIT;

    ft_worker_meet_daemon(w);
    open_libvirt(w);
    while (w->side->open(w, &start.vm, &err)) {
        ft_worker_note(w, "crit", "start-failed", "%s; %s", err.text, err.hint);
        ft_worker_send_status(w);
        ft_clock_sleep(FT_NS_PER_S);
    }
    ft_log(FT_LOG_INFO, "%s of %s, generation %llu, VM found %s",
           ft_role_name(w->state.record.role), w->config.vm,
           (unsigned long long)w->state.record.generation,
           ft_vm_state_name(start.vm));
    start_timers(w);
    ft_worker_event(w, &start);
    if (w->give_up)
        ft_worker_event_kind(w, FT_EVENT_GIVE_UP);
    ft_loop_run();
    return 1;
}

static void
init(struct ft_worker *w, int give_up)
{
    pthread_mutex_init(&w->own_lock, NULL);
    pthread_mutex_init(&w->session_lock, NULL);
    pthread_mutex_init(&w->channel_lock, NULL);
    pthread_mutex_init(&w->problem_lock, NULL);
    atomic_init(&w->witness_reachable, -1);
    w->channel = w->channel_watch = w->channel_timer = -1;
    w->give_up = give_up;
    w->reported = FT_PAIR_UNPROTECTED;
    w->reason = FT_REASON_STARTING;
}

int
ft_worker_main(const char *pair, int give_up, const struct ft_sides *sides)
{
    static struct ft_worker worker;
    struct ft_worker *w = &worker;
    struct ft_error err = FT_ERROR_INIT;
    char log[PATH_MAX];

    init(w, give_up);
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    if (!ft_uuid_valid(pair) || load(w, pair, &err)) {
        fprintf(stderr, "ftengine: worker: %s\n", err.text);
        return 1;
    }
    snprintf(log, sizeof(log), "%s/%s.log", FT_LOG_FOLDER, w->config.vm);
    ft_log_open(log, w->config.vm, FT_LOG_INFO);
    ft_fault_load(FT_STATE_FOLDER "/faults");
    if (take_lock(pair))
        return EXIT_LOCKED;
    snprintf(w->run_folder, sizeof(w->run_folder), "%s/%s", FT_RUN_FOLDER, pair);
    if (ft_make_folder(w->run_folder, 0711) || ft_loop_init())
        return 1;
    ft_priority_urgent();
    w->side = sides->by_role[w->state.record.role];
    init_ownership(w);
    return run(w);
}
