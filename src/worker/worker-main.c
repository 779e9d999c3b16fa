/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-main.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/priority.h"
#include "base/privileges.h"
#include "virt/loop.h"
#include "worker/worker-actions.h"
#include "worker/worker-daemon.h"
#include "worker/worker-drift.h"
#include "worker/worker-figures.h"
#include "worker/worker-files.h"
#include "worker/worker-libvirt.h"
#include "worker/worker-link.h"
#include "worker/worker-paths.h"
#include "worker/worker-questions.h"
#include "worker/worker-report.h"

#define TICK_MS 10
/* The kernel tells this time in its own coarse ticks: less is no news. */
#define HEARD_STEP_NS (20 * FT_NS_PER_MS)
#define STARVED_NS (100 * FT_NS_PER_MS)
#define STATUS_MS 200
#define EXIT_LOCKED 11

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
            ft_worker_event(w, &(struct ft_ownership_event){
                                   .kind = FT_EVENT_HEARD, .heard_ns = heard });
        }
    }
    w->side->quiet(w, now - w->last_heard);
    ft_worker_send_sample(w, ft_worker_tick_figures(w));
    pthread_mutex_lock(&w->own_lock);
    deadline = ft_ownership_deadline(&w->own);
    pthread_mutex_unlock(&w->own_lock);
    if (now >= deadline)
        ft_worker_event_kind(w, FT_EVENT_TICK);
}

static void
add_status(struct ft_worker *w, json_t *status)
{
    json_object_set_new(status, "paths", ft_worker_paths_json(w));
    json_object_set_new(status, "drift", ft_worker_drift_json(w));
    json_object_set_new(status, "qemu", ft_worker_qemu_json(w));
    ft_worker_report_figures(w, status);
    json_object_set_new(status, "settings", ft_pair_settings_json(&w->config));
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
    ft_loop_timer_set(w->tick_timer, TICK_MS);
    ft_loop_timer_set(w->status_timer, STATUS_MS);
    ft_worker_watch_paths(w);
    if (w->config.witness.name[0]) {
        w->witness_timer = ft_loop_timer(ft_worker_check_witness, w);
        ft_worker_check_witness(w);
    }
}

static int
run(struct ft_worker *w)
{
    struct ft_ownership_event start = { .kind = FT_EVENT_START };
    struct ft_error err = FT_ERROR_INIT;
    char said[sizeof(err.text)] = "";

    ft_worker_meet_daemon(w);
    ft_worker_open_libvirt(w);
    while (w->side->open(w, &start.vm, &err)) {
        if (strcmp(said, err.text) != 0)
            ft_worker_note(w, "crit", "start-failed", "%s; %s", err.text,
                           err.hint);
        snprintf(said, sizeof(said), "%s", err.text);
        ft_worker_send_status(w);
        ft_worker_leave_dead_libvirt(w);
        ft_loop_turn(1000);
    }
    ft_log(FT_LOG_INFO, "%s of %s, generation %llu, VM found %s",
           ft_role_name(w->state.record.role), w->config.vm,
           (unsigned long long)w->state.record.generation,
           ft_vm_state_name(start.vm));
    start_timers(w);
    w->begun = true;
    start.wanted = w->state.autostart && w->state.rebooted;
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
    pthread_mutex_init(&w->record_lock, NULL);
    ft_witness_standing_init(&w->witness_standing[0]);
    ft_witness_standing_init(&w->witness_standing[1]);
    w->next_witness_reachable = -1;
    atomic_init(&w->persisting, 0);
    atomic_init(&w->witness_reachable, -1);
    w->channel = w->channel_watch = w->channel_timer = -1;
    w->give_up = give_up;
    w->act = ft_worker_act;
    w->add_status = add_status;
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
    int given_up = ft_privileges_keep(FT_KEEP_WORKER);

    init(w, give_up);
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    if (!ft_uuid_valid(pair) || ft_worker_load(w, pair, &err)) {
        fprintf(stderr, "ftengine: worker: %s\n", err.text);
        return 1;
    }
    snprintf(log, sizeof(log), "%s/%.*s.log", FT_LOG_FOLDER,
             (int)sizeof(w->config.vm) - 1, w->config.vm);
    ft_log_open(log, w->config.vm, FT_LOG_INFO);
    if (given_up)
        ft_log(FT_LOG_WARN, "cannot give up privileges: %s",
               strerror(-given_up));
    ft_fault_load(FT_STATE_FOLDER "/faults");
    if (ft_worker_lock(pair))
        return EXIT_LOCKED;
    if (ft_pair_state_carry_over(pair, &err))
        ft_log_error(&err, "a record of before");
    snprintf(w->run_folder, sizeof(w->run_folder), "%s/%s", FT_RUN_FOLDER, pair);
    if (ft_make_folder(w->run_folder, 0711) || ft_loop_init())
        return 1;
    ft_priority_set_oom(0, FT_OOM_ORDINARY); /* the daemon's is inherited */
    ft_priority_urgent();
    w->side = sides->by_role[w->state.record.role];
    init_ownership(w);
    ft_worker_init_figures(w);
    ft_worker_init_link(w);
    ft_worker_init_drift(w);
    return run(w);
}
