/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-daemon.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/paths.h"
#include "virt/loop.h"
#include "worker/channel.h"
#include "worker/worker-libvirt.h"
#include "worker/worker-link.h"
#include "worker/worker-removal.h"
#include "worker/worker-report.h"
#include "worker/worker-voters.h"

#define DAEMON_RETRY_MS 100

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

/* The daemon has stored them. */
static void
take_settings(struct ft_worker *w, struct ft_asker asker)
{
    struct ft_pair_config stored;
    struct ft_error err = FT_ERROR_INIT;
    int rc = ft_pair_load(w->config.pair, &stored, &err);

    if (rc) {
        ft_worker_reply(w, &asker, NULL, &err);
        return;
    }
    ft_pair_take_settings(&w->config, &stored);
    if (w->side->settings)
        w->side->settings(w);
    ft_worker_send_status(w); /* who asks next sees them */
    ft_worker_reply(w, &asker,
                    json_pack("{s:o}", "settings",
                              ft_pair_settings_json(&w->config)),
                    NULL);
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

    if (!w->begun) {
        ft_worker_fail_silent_libvirt(w, &err);
        ft_worker_reply(w, &asker, NULL, &err);
        return;
    }
    if (!strcmp(verb, "remove")) {
        ft_worker_removal_asked(w, asker, json_object_get(message, "args"));
        return;
    }
    if (!strcmp(verb, "settings")) {
        take_settings(w, asker);
        return;
    }
    if (!strcmp(verb, "witness")) {
        ft_voters_change(w, asker);
        return;
    }
    rc = w->side->request(w, verb, json_object_get(message, "args"),
                          asker.client, asker.id, &err);
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
        if (passed < 0)
            on_request(w, message);
        else if (w->begun) /* else it is closed, and comes again */
            ft_worker_accept(w, ft_fd_steal(&passed));
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
    ft_channel_send(fd,
                    json_pack("{s:s,s:i}", "worker", w->config.pair, "pid",
                              (int)getpid()),
                    -1);
    pthread_mutex_lock(&w->channel_lock);
    w->channel = fd;
    w->channel_watch = ft_loop_watch(fd, on_channel, w);
    pthread_mutex_unlock(&w->channel_lock);
    ft_worker_send_status(w);
}

void
ft_worker_meet_daemon(struct ft_worker *w)
{
    w->channel_timer = ft_loop_timer(connect_daemon, w);
    connect_daemon(w);
}
