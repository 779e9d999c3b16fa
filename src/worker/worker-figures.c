/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-figures.h"

#include "base/clock.h"
#include "base/load.h"

static int64_t
this_second(void)
{
    return ft_clock_realtime_ns() / FT_NS_PER_S;
}

void
ft_worker_init_figures(struct ft_worker *w)
{
    ft_figures_init(&w->figures, this_second());
    w->figures_at = w->figures.now.at;
    w->figures_ns = ft_clock_ns();
    w->cpu_ns = ft_load_cpu_ns();
}

static double
round_trip_ms(struct ft_worker *w)
{
    int64_t transit =
        w->session ? ft_link_transit(ft_session_link(w->session)) : 0;

    return transit ? 2 * (double)transit / FT_NS_PER_MS : -1;
}

/* A tick may come late: the CPU time is that of one second all the same. */
static void
look(struct ft_worker *w, int64_t now)
{
    int64_t cpu = ft_load_cpu_ns();
    double seconds = (double)(now - w->figures_ns) / FT_NS_PER_S;

    if (seconds > 0)
        ft_figures_add(&w->figures, FT_METRIC_CPU,
                       (double)(cpu - w->cpu_ns) / FT_NS_PER_MS / seconds);
    w->cpu_ns = cpu;
    w->figures_ns = now;
    ft_figures_add(&w->figures, FT_METRIC_RTT, round_trip_ms(w));
    if (w->side->look)
        w->side->look(w, seconds);
}

json_t *
ft_worker_tick_figures(struct ft_worker *w)
{
    struct ft_second done;
    int64_t at = this_second();

    if (at == w->figures_at)
        return NULL;
    look(w, ft_clock_ns());
    w->figures_at = at;
    return ft_figures_turn(&w->figures, at, &done) ? ft_second_to_json(&done)
                                                   : NULL;
}

void
ft_worker_report_figures(struct ft_worker *w, json_t *status)
{
    const struct ft_bucket *cpu;
    struct ft_second last;
    double trip = round_trip_ms(w);

    ft_figures_last(&w->figures, &last);
    cpu = &last.metrics[FT_METRIC_CPU];
    /* ms in a second are tenths of a percent */
    json_object_set_new(status, "cpu_percent",
                        cpu->count ? json_real(ft_bucket_mean(cpu) / 10)
                                   : json_null());
    json_object_set_new(status, "rtt_ms",
                        trip >= 0 ? json_real(trip) : json_null());
}
