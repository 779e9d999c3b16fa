/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "remote/hub-private.h"

/* TCP asks again after 1 s; a third time would be too late to matter. */
#define QUICK_DIAL_MS 2500

static int
log_in(struct ft_hub_dial *dial)
{
    const struct ft_hub_where *where = &dial->host->where;
    struct ft_ssh_options options = where->ssh;

    if (dial->quick)
        options.dial_timeout_ms = QUICK_DIAL_MS;
    return ft_ssh_open(where->destination, &options, &dial->ssh, &dial->error);
}

static int
start_engine(struct ft_hub_dial *dial)
{
    const char *command = dial->host->where.command;

    return command != NULL
               ? ft_control_open_command(dial->ssh, command, &dial->control,
                                         &dial->error)
               : ft_control_open(dial->ssh, &dial->control, &dial->error);
}

/* A session that stood idle may have died unnoticed: then with a new one. */
static void
connect_host(struct ft_hub_dial *dial)
{
    static const struct ft_error none = FT_ERROR_INIT;
    bool had = dial->ssh != NULL;
    int rc = had ? 0 : log_in(dial);

    if (rc == 0)
        rc = start_engine(dial);
    if (rc < 0 && had && ft_reach_of(&dial->error) == FT_REACH_LOST) {
        ft_ssh_close(dial->ssh);
        dial->ssh = NULL;
        rc = log_in(dial);
        if (rc == 0)
            rc = start_engine(dial);
    }
    if (rc == 0)
        dial->error = none;
    if (dial->ssh != NULL)
        ft_ssh_set_blocking(dial->ssh, false);
}

static void *
dial_main(void *data)
{
    struct ft_hub_dial *dial = data;
    struct ft_hub_host *host = dial->host;

    connect_host(dial);
    pthread_mutex_lock(&host->lock);
    dial->finished = true;
    pthread_mutex_unlock(&host->lock);
    ft_hub_host_kick(host);
    return NULL;
}

int
ft_hub_dial_start(struct ft_hub_dial *dial)
{
    int rc;

    memset(&dial->error, 0, sizeof(dial->error));
    dial->control = NULL;
    dial->finished = false;
    if (dial->ssh != NULL)
        ft_ssh_set_blocking(dial->ssh, true);
    rc = pthread_create(&dial->thread, NULL, dial_main, dial);
    dial->running = rc == 0;
    return -rc;
}
