/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What others see of a host: its phase, since when, why, and when it is tried
 * again; told when it changes.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "remote/hub-private.h"

bool
ft_hub_is_watched(const struct ft_hub_host *host)
{
    return host->kept || host->requests != NULL;
}

bool
ft_hub_is_stale(const struct ft_hub_host *host, int64_t now)
{
    return host->now.control != NULL && ft_hub_is_watched(host) &&
           ft_pulse_silent(host->now.heard_ns, host->now.asked_ns, now);
}

static enum ft_hub_phase
phase_of(const struct ft_hub_host *host, int64_t now)
{
    if (host->now.control != NULL)
        return ft_hub_is_stale(host, now) ? FT_HUB_STALE : FT_HUB_LIVE;
    if (host->failed.code != 0)
        return FT_HUB_GONE;
    return host->dial.running ? FT_HUB_CONNECTING : FT_HUB_IDLE;
}

static void
describe(const struct ft_hub_host *host, int64_t now, struct ft_hub_state *state)
{
    *state = host->shown;
    state->phase = phase_of(host, now);
    if (state->phase != host->shown.phase)
        state->since_ns = now;
    state->next_ns = 0;
    if (state->phase != FT_HUB_LIVE && host->kept && !host->pulse.barred)
        state->next_ns = host->dial.running ? host->dialed_ns
                                            : FT_MAX(host->pulse.next_ns, 1);
    if (host->now.ssh != NULL)
        snprintf(state->host_key, sizeof(state->host_key), "%s",
                 ft_ssh_host_key(host->now.ssh));
    state->ssh = host->now.ssh != NULL || host->lent;
    if (host->now.control != NULL) {
        state->heard_ns = host->now.heard_ns;
        snprintf(state->version, sizeof(state->version), "%s",
                 ft_control_engine_version(host->now.control));
    }
    state->error = host->failed;
}

static bool
differs(const struct ft_hub_state *a, const struct ft_hub_state *b)
{
    return a->phase != b->phase || a->next_ns != b->next_ns ||
           a->ssh != b->ssh || a->error.code != b->error.code ||
           a->error.kind != b->error.kind ||
           strcmp(a->version, b->version) != 0 ||
           strcmp(a->error.text, b->error.text) != 0;
}

void
ft_hub_show(struct ft_hub_host *host, int64_t now)
{
    struct ft_hub_state state;
    bool changed;

    describe(host, now, &state);
    changed = differs(&state, &host->shown);
    host->shown = state;
    pthread_mutex_lock(&host->lock);
    host->state = state;
    pthread_mutex_unlock(&host->lock);
    if (changed)
        ft_hub_post_state(host);
}
