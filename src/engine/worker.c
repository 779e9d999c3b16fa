#include "config.h"

#include "engine/worker.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
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
#include "base/json.h"
#include "base/log.h"
#include "base/priority.h"
#include "engine/channel.h"
#include "engine/loop.h"
#include "engine/paths.h"
#include "engine/worker-actions.h"

#define TICK_MS 10
/* The kernel tells this time in its own coarse ticks: less is no news. */
#define HEARD_STEP_NS (20 * FT_NS_PER_MS)
#define STARVED_NS (100 * FT_NS_PER_MS)
#define STATUS_MS 200
#define WITNESS_CHECK_MS 5000
#define DAEMON_RETRY_MS 100
#define LIBVIRT_RETRY_NS (200 * FT_NS_PER_MS)
#define EXIT_LOCKED 11

const char *
ft_worker_peer_name(const struct ft_worker *w)
{
    return w->config.hosts[!w->config.self].name;
}

static int
channel_send(struct ft_worker *w, json_t *message)
{
    int rc = -ENOTCONN;

    pthread_mutex_lock(&w->channel_lock);
    if (w->channel >= 0)
        rc = ft_channel_send(w->channel, message, -1);
    else
        json_decref(message);
    pthread_mutex_unlock(&w->channel_lock);
    return rc;
}

void
ft_worker_note(struct ft_worker *w, const char *severity, const char *kind,
               const char *format, ...)
{
    char text[768];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    ft_log(strcmp(severity, "info") ? FT_LOG_WARN : FT_LOG_INFO, "%s: %s", kind,
           text);
    channel_send(w, json_pack("{s:{s:s,s:s,s:s,s:s,s:s}}", "event", "severity",
                              severity, "kind", kind, "text", text, "pair",
                              w->config.pair, "vm", w->config.vm));
}

void
ft_worker_set_problem(struct ft_worker *w, const struct ft_error *err)
{
    pthread_mutex_lock(&w->problem_lock);
    w->problem = err ? *err : (struct ft_error)FT_ERROR_INIT;
    pthread_mutex_unlock(&w->problem_lock);
}

static json_t *
problem_json(struct ft_worker *w)
{
    json_t *json;

    pthread_mutex_lock(&w->problem_lock);
    json = w->problem.code ? ft_json_from_error(&w->problem) : json_null();
    pthread_mutex_unlock(&w->problem_lock);
    return json;
}

void
ft_worker_reply(struct ft_worker *w, struct ft_asker *asker, json_t *result,
                const struct ft_error *err)
{
    json_t *message;

    if (!asker->client) {
        json_decref(result);
        return;
    }
    message = json_pack("{s:I,s:I}", "reply", (json_int_t)asker->client, "id",
                        (json_int_t)asker->id);
    if (err)
        json_object_set_new(message, "error", ft_json_from_error(err));
    json_object_set_new(message, "result", result ? result : json_object());
    channel_send(w, message);
    asker->client = 0;
}

void
ft_worker_exit(struct ft_worker *w, const char *why)
{
    ft_log(FT_LOG_INFO, "this worker ends: %s", why);
    channel_send(w, json_pack("{s:s}", "bye", why));
    /* no clean-up: a worker must be able to die at any moment anyway */
    _exit(0);
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

static void
on_status(void *opaque)
{
    struct ft_worker *w = opaque;
    const struct ft_ownership_record *r = &w->state.record;
    int self = w->config.self;
    int primary = r->role == FT_ROLE_PRIMARY ? self : !self;
    int witness = atomic_load(&w->witness_reachable);
    json_t *status = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:I,s:b,s:o,s:O?}", "pair",
        w->config.pair, "vm", w->config.vm, "uuid", w->config.vm_uuid, "role",
        ft_role_name(r->role), "state", ft_pair_state_name(w->reported),
        "reason", ft_ownership_reason_text(w->reason), "primary",
        w->config.hosts[primary].name, "standby", w->config.hosts[!primary].name,
        "witness", w->config.witness.name[0] ? w->config.witness.name : NULL,
        "generation", (json_int_t)r->generation, "peer_connected",
        w->session != NULL, "witness_reachable",
        witness < 0 ? json_null() : json_boolean(witness), "last_takeover",
        w->state.last_takeover);

    if (!status)
        return;
    json_object_set_new(status, "problem", problem_json(w));
    w->side->status(w, status);
    channel_send(w, json_pack("{s:o}", "status", status));
}

static void connect_daemon(void *opaque);

static void
lose_daemon(struct ft_worker *w)
{
    pthread_mutex_lock(&w->channel_lock);
    ft_loop_unwatch(w->channel_watch);
    close(w->channel);
    w->channel = w->channel_watch = -1;
    pthread_mutex_unlock(&w->channel_lock);
    ft_loop_timer_set(w->channel_timer, DAEMON_RETRY_MS);
}

static void
on_request(struct ft_worker *w, const json_t *message)
{
    const char *verb = ft_json_string(message, "verb", "");
    struct ft_asker asker = {
        ft_json_int(message, "client", 1, INT64_MAX, 0),
        ft_json_int(message, "id", 0, INT64_MAX, 0),
    };
    struct ft_error err = FT_ERROR_INIT;
    int rc;

    if (!strcmp(verb, "remove")) {
        w->removal = asker;
        ft_worker_note(w, "info", "unprotect", "protection is being removed");
        ft_worker_event_kind(w, FT_EVENT_UNPROTECT);
        return;
    }
    rc = w->side->request(w, verb, asker.client, asker.id, &err);
    if (rc)
        ft_worker_reply(w, &asker, NULL, &err);
}

static void
on_channel(int fd, void *opaque)
{
    struct ft_worker *w = opaque;

    for (;;) {
        FT_AUTOJSON json_t *message = NULL;
        FT_AUTOCLOSE int passed = -1;
        int rc = ft_channel_receive(fd, &message, &passed);

        if (rc == -EAGAIN)
            return;
        if (rc) {
            lose_daemon(w);
            return;
        }
        if (passed >= 0)
            ft_worker_accept(w, ft_fd_steal(&passed));
        else
            on_request(w, message);
    }
}

static void
connect_daemon(void *opaque)
{
    struct ft_worker *w = opaque;
    int fd = ft_channel_connect(FT_WORKER_SOCKET);

    ft_loop_timer_set(w->channel_timer, fd < 0 ? DAEMON_RETRY_MS : -1);
    if (fd < 0)
        return;
    ft_channel_send(fd, json_pack("{s:s,s:i}", "worker", w->config.pair, "pid",
                                  (int)getpid()), -1);
    pthread_mutex_lock(&w->channel_lock);
    w->channel = fd;
    w->channel_watch = ft_loop_watch(fd, on_channel, w);
    pthread_mutex_unlock(&w->channel_lock);
    on_status(w);
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
on_libvirt_closed(virConnectPtr conn, int reason, void *opaque)
{
    struct ft_worker *w = opaque;

    (void)conn;
    ft_worker_note(w, "warn", "libvirt-lost",
                   "the connection to libvirt ended (reason %d); attaching again",
                   reason);
    ft_worker_exit(w, "role");
}

static void
ignore_libvirt_error(void *opaque, virErrorPtr error)
{
    (void)opaque;       /* every failing call reports it in its own words */
    (void)error;
}

static void
open_libvirt(struct ft_worker *w)
{
    int tries = 0;

    virSetErrorFunc(NULL, ignore_libvirt_error);
    while (!(w->conn = virConnectOpen("qemu:///system"))) {
        if (tries++ == 0)
            ft_worker_note(w, "crit", "libvirt-unreachable",
                           "libvirt does not answer on this host: %s",
                           virGetLastErrorMessage());
        ft_clock_sleep(LIBVIRT_RETRY_NS);
        on_status(w);
    }
    virConnectRegisterCloseCallback(w->conn, on_libvirt_closed, w, NULL);
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
    w->status_timer = ft_loop_timer(on_status, w);
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

    w->channel_timer = ft_loop_timer(connect_daemon, w);
    connect_daemon(w);
    open_libvirt(w);
    while (w->side->open(w, &start.vm, &err)) {
        ft_worker_note(w, "crit", "start-failed", "%s; %s", err.text, err.hint);
        on_status(w);
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
ft_worker_main(const char *pair, int give_up)
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
    w->side = w->state.record.role == FT_ROLE_PRIMARY ? &ft_primary_side
                                                      : &ft_standby_side;
    init_ownership(w);
    return run(w);
}
