/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a primary says of itself: its members of STATUS, and each second's look. */
#include "config.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/load.h"
#include "primary/primary-private.h"

/* What the link carried since the last look, unless it is another one. */
static void
look_at_link(struct ft_primary *p, struct ft_session *session, double seconds)
{
    struct ft_link_stats s;
    uint64_t bytes;

    ft_link_stats(ft_session_link(session), &s);
    bytes = s.bytes_sent + s.bytes_received;
    if (session == p->looked_session && bytes >= p->looked_bytes && seconds > 0)
        ft_figures_add_all(
            &p->worker->figures,
            (struct ft_figure[]){
                { FT_METRIC_LINK, (double)(bytes - p->looked_bytes) / seconds },
                { FT_METRIC_BLOCKED,
                  (double)(s.send_blocked_ns - p->looked_blocked_ns) /
                      FT_NS_PER_MS / seconds },
            },
            2);
    p->looked_session = session;
    p->looked_bytes = bytes;
    p->looked_blocked_ns = s.send_blocked_ns;
}

void
ft_primary_look(struct ft_worker *w, double seconds)
{
    struct ft_primary *p = w->side_data;

    if (!p)
        return;
    atomic_store(&p->pressure,
                 (int)(FT_MAX(ft_load_pressure(FT_PRESSURE_CPU, 10), 0) * 100));
    ft_figures_add(&w->figures, FT_METRIC_CLOCK_LAG,
                   (double)atomic_load(&p->clock_lag_ns) / FT_NS_PER_MS);
    ft_primary_watch_autostart(p);
    ft_primary_watch_paused(p);
    ft_primary_watch_changes(p, false);
    ft_primary_watch_record(p);
    ft_primary_watch_gate(p);
    if (w->session)
        look_at_link(p, w->session, seconds);
    else
        p->looked_session = NULL;
}

/* The means of some metrics, each without the unit in its name. */
static json_t *
phases(const struct ft_second *last)
{
    static const struct {
        const char *name;
        enum ft_metric metric;
    } list[] = {
        { "wait", FT_METRIC_WAIT },   { "stop", FT_METRIC_STOP },
        { "scan", FT_METRIC_SCAN },   { "copy", FT_METRIC_COPY },
        { "state", FT_METRIC_STATE }, { "ship", FT_METRIC_SHIP },
        { "epoch", FT_METRIC_EPOCH }, { "ack", FT_METRIC_ACK },
    };
    json_t *json;

    if (!last->metrics[FT_METRIC_EPOCH].count)
        return json_null();
    json = json_object();
    for (size_t i = 0; i < FT_ARRAY_SIZE(list); i++)
        json_object_set_new(json, list[i].name,
                            json_real(ft_bucket_mean(
                                &last->metrics[list[i].metric])));
    return json;
}

static json_t *
reasons(const struct ft_second *last)
{
    const struct ft_bucket *m = last->metrics;

    return json_pack("{s:I,s:I,s:I,s:I}", "output",
                     (json_int_t)m[FT_METRIC_BY_OUTPUT].count, "interval",
                     (json_int_t)m[FT_METRIC_BY_INTERVAL].count, "disk",
                     (json_int_t)m[FT_METRIC_BY_DISK].count, "command",
                     (json_int_t)m[FT_METRIC_BY_COMMAND].count);
}

static void
set_mean(json_t *status, const char *name, const struct ft_second *last,
         enum ft_metric metric)
{
    const struct ft_bucket *bucket = &last->metrics[metric];

    json_object_set_new(status, name,
                        bucket->count ? json_real(ft_bucket_mean(bucket))
                                      : json_null());
}

static void
last_second(struct ft_worker *w, json_t *status)
{
    struct ft_primary *p = w->side_data;
    struct ft_second last;

    ft_figures_last(&w->figures, &last);
    json_object_set_new(status, "phases_ms", phases(&last));
    json_object_set_new(status, "asked_by", reasons(&last));
    json_object_set_new(status, "epoch_cpu_ms",
                        json_real((double)atomic_load(&p->epoch_cpu_ns) /
                                  FT_NS_PER_MS));
    json_object_set_new(status, "cpu_pressure_percent",
                        json_real(atomic_load(&p->pressure) / 100.0));
    set_mean(status, "link_bytes_per_s", &last, FT_METRIC_LINK);
    set_mean(status, "blocked_ms", &last, FT_METRIC_BLOCKED);
}

static void
guest_clock(const struct ft_primary *p, json_t *status)
{
    enum ft_guest_clock_state state =
        (enum ft_guest_clock_state)atomic_load(&p->clock_state);

    json_object_set_new(status, "clock_lag_ms",
                        json_real((double)atomic_load(&p->clock_lag_ns) /
                                  FT_NS_PER_MS));
    json_object_set_new(status, "guest_clock",
                        json_string(ft_guest_clock_state_name(state)));
}

static void
held_output(struct ft_primary *p, json_t *status)
{
    struct ft_gate_stats stats = { 0 };
    const char *kinds = "";

    pthread_mutex_lock(&p->gate_lock);
    if (p->gate) {
        ft_gate_stats(p->gate, &stats);
        kinds = ft_gate_kinds(p->gate);
    }
    pthread_mutex_unlock(&p->gate_lock);
    json_object_set_new(status, "gate", json_string(kinds));
    json_object_set_new(status, "held_packets",
                        json_integer((json_int_t)stats.held_packets));
    json_object_set_new(status, "held_bytes",
                        json_integer((json_int_t)stats.held_bytes));
    json_object_set_new(status, "held_ms",
                        json_real((double)stats.oldest_ns / FT_NS_PER_MS));
    json_object_set_new(status, "dropped_packets",
                        json_integer((json_int_t)stats.dropped));
}

void
ft_primary_status(struct ft_worker *w, json_t *status)
{
    struct ft_primary *p = w->side_data;
    bool as_copied;

    if (!p)
        return;
    ft_epoch_stats_report(&p->stats, w->state.record.peer_may_take_over, status);
    ft_primary_add_pace(p, json_object_get(status, "progress"));
    guest_clock(p, status);
    held_output(p, status);
    json_object_set_new(status, "stalled", ft_primary_stalled(p));
    json_object_set_new(status, "copied", ft_primary_copied(p));
    json_object_set_new(status, "kept_bytes", ft_primary_kept(p));
    json_object_set_new(status, "changed", ft_primary_changed(p));
    json_object_set_new(status, "stands", ft_primary_stands(p, &as_copied));
    if (as_copied && json_is_number(json_object_get(status, "lag_ms")))
        json_object_set_new(status, "lag_ms", json_real(0));
    json_object_set_new(status, "autostart",
                        json_boolean(w->state.autostart != 0));
    last_second(w, status);
}
