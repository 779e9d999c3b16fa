/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "remote/hub-private.h"

const char *
ft_hub_phase_word(enum ft_hub_phase phase)
{
    static const char *const words[FT_HUB_PHASES] = { "idle", "connecting",
                                                      "live", "stale", "gone" };

    return phase < FT_HUB_PHASES ? words[phase] : "";
}

static void
init_cond(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

int
ft_hub_open(struct ft_hub **out, struct ft_error *err)
{
    struct ft_hub *hub = calloc(1, sizeof(*hub));
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    *out = NULL;
    if (hub == NULL || event < 0) {
        int code = hub == NULL ? ENOMEM : errno;

        free(hub);
        if (event >= 0)
            close(event);
        return ft_fail(err, code, NULL, "no room for connections: %s",
                       strerror(code));
    }
    pthread_mutex_init(&hub->lock, NULL);
    init_cond(&hub->arrived);
    hub->event = event;
    hub->nodes_end = &hub->nodes;
    *out = hub;
    return 0;
}

void
ft_hub_close(struct ft_hub *hub)
{
    if (hub == NULL)
        return;
    /* All of them at once, so that their last words overlap. */
    pthread_mutex_lock(&hub->lock);
    for (struct ft_hub_host *h = hub->hosts; h != NULL; h = h->next) {
        pthread_mutex_lock(&h->lock);
        h->closing = true;
        pthread_mutex_unlock(&h->lock);
        ft_hub_host_kick(h);
    }
    pthread_mutex_unlock(&hub->lock);
    while (hub->hosts != NULL)
        ft_hub_remove(hub->hosts);
    close(hub->event);
    pthread_cond_destroy(&hub->arrived);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

/* ---- hosts ---- */

void
ft_hub_host_kick(struct ft_hub_host *host)
{
    uint64_t one = 1;
    ssize_t n = write(host->kick, &one, sizeof(one));

    (void)n; /* it is only ever full when the thread has not looked yet */
}

static void
free_host(struct ft_hub_host *host)
{
    if (host->kick >= 0)
        close(host->kick);
    pthread_cond_destroy(&host->done);
    pthread_mutex_destroy(&host->lock);
    free(host);
}

int
ft_hub_add(struct ft_hub *hub, const struct ft_hub_where *where,
           struct ft_hub_host **out, struct ft_error *err)
{
    struct ft_hub_host *host = calloc(1, sizeof(*host));
    int rc;

    *out = NULL;
    if (host == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    host->hub = hub;
    host->where = *where;
    host->dial.host = host;
    host->incoming_end = &host->incoming;
    host->requests_end = &host->requests;
    host->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&host->lock, NULL);
    init_cond(&host->done);
    host->state.since_ns = ft_clock_ns();
    host->shown = host->state;
    rc = host->kick < 0
             ? errno
             : pthread_create(&host->thread, NULL, ft_hub_host_main, host);
    if (rc != 0) {
        free_host(host);
        return ft_fail(err, rc, NULL, "no room for the connection to %s: %s",
                       where->name, strerror(rc));
    }
    pthread_mutex_lock(&hub->lock);
    host->next = hub->hosts;
    hub->hosts = host;
    pthread_mutex_unlock(&hub->lock);
    *out = host;
    return 0;
}

void
ft_hub_remove(struct ft_hub_host *host)
{
    struct ft_hub *hub;

    if (host == NULL)
        return;
    hub = host->hub;
    pthread_mutex_lock(&host->lock);
    host->closing = true;
    pthread_mutex_unlock(&host->lock);
    ft_hub_host_kick(host);
    pthread_join(host->thread, NULL);
    pthread_mutex_lock(&host->lock);
    while (host->waiting > 0) /* until they have taken their -ECANCELED */
        pthread_cond_wait(&host->done, &host->lock);
    pthread_mutex_unlock(&host->lock);
    pthread_mutex_lock(&hub->lock);
    for (struct ft_hub_host **at = &hub->hosts; *at != NULL; at = &(*at)->next)
        if (*at == host) {
            *at = host->next;
            break;
        }
    ft_hub_drop_messages(hub, host);
    pthread_mutex_unlock(&hub->lock);
    free_host(host);
}

const char *
ft_hub_host_name(const struct ft_hub_host *host)
{
    return host->where.name;
}

void *
ft_hub_host_data(const struct ft_hub_host *host)
{
    return host->where.data;
}

static void
set_flag(struct ft_hub_host *host, bool *flag, bool value)
{
    pthread_mutex_lock(&host->lock);
    *flag = value;
    pthread_mutex_unlock(&host->lock);
    ft_hub_host_kick(host);
}

void
ft_hub_keep(struct ft_hub_host *host, bool keep)
{
    set_flag(host, &host->keep, keep);
}

void
ft_hub_retry(struct ft_hub_host *host)
{
    set_flag(host, &host->retry, true);
}

void
ft_hub_state(struct ft_hub_host *host, struct ft_hub_state *state)
{
    pthread_mutex_lock(&host->lock);
    *state = host->state;
    pthread_mutex_unlock(&host->lock);
}

/* ---- requests ---- */

/* Hands a request to the host's thread. */
static int
submit(struct ft_hub_host *host, struct ft_hub_request *request,
       struct ft_error *err)
{
    bool full, closing;

    pthread_mutex_lock(&host->lock);
    full = host->open >= FT_HUB_OPEN_MAX;
    closing = host->closing;
    if (!full && !closing) {
        host->open++;
        host->waiting += request->kind == HUB_CALL || request->kind == HUB_JOB;
        *host->incoming_end = request;
        host->incoming_end = &request->next;
    }
    pthread_mutex_unlock(&host->lock);
    if (closing)
        return ft_fail(err, ECANCELED, NULL, "%s: ftadmin ends",
                       host->where.name);
    if (full)
        return ft_fail(err, EAGAIN, "Wait for what was asked before.",
                       "%s: too many requests at once", host->where.name);
    ft_hub_host_kick(host);
    return 0;
}

/* args is stolen. */
static int
make_request(struct ft_hub_host *host, enum ft_hub_kind kind, const char *verb,
             json_t *args, int timeout_ms, struct ft_hub_request **out,
             struct ft_error *err)
{
    struct ft_hub_request *request = calloc(1, sizeof(*request));
    int rc;

    *out = NULL;
    if (request == NULL) {
        ft_json_wipe(args);
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    }
    request->kind = kind;
    request->timeout_ms = timeout_ms > 0 ? timeout_ms : FT_HUB_CALL_MS;
    request->deadline_ns = ft_clock_ns() + request->timeout_ms * FT_NS_PER_MS;
    pthread_mutex_lock(&host->lock);
    request->ticket = ++host->last_ticket;
    pthread_mutex_unlock(&host->lock);
    strncpy(request->verb, verb, sizeof(request->verb) - 1);
    rc = ft_control_request((int64_t)request->ticket, verb, args,
                            &request->text, &request->size, err);
    if (rc < 0) {
        free(request);
        return rc;
    }
    *out = request;
    return 0;
}

/* Until the host's thread has finished it. */
static int
wait_for(struct ft_hub_host *host, struct ft_hub_request *request,
         json_t **result, struct ft_error *err)
{
    int rc;

    pthread_mutex_lock(&host->lock);
    while (!request->done)
        pthread_cond_wait(&host->done, &host->lock);
    host->open--;
    host->waiting--;
    pthread_cond_broadcast(&host->done);
    pthread_mutex_unlock(&host->lock);
    rc = request->rc;
    if (rc < 0 && err != NULL)
        *err = request->error;
    if (result != NULL)
        *result = FT_STEAL(request->result);
    ft_hub_request_free(request);
    return rc;
}

int
ft_hub_call(struct ft_hub_host *host, const char *verb, json_t *args,
            int timeout_ms, json_t **result, struct ft_error *err)
{
    struct ft_hub_request *request;
    int rc = make_request(host, HUB_CALL, verb, args, timeout_ms, &request, err);

    if (result != NULL)
        *result = NULL;
    if (request == NULL)
        return rc;
    rc = submit(host, request, err);
    if (rc < 0) {
        ft_hub_request_free(request);
        return rc;
    }
    return wait_for(host, request, result, err);
}

int
ft_hub_do(struct ft_hub_host *host, ft_hub_job job, void *data,
          struct ft_error *err)
{
    struct ft_hub_request *request = calloc(1, sizeof(*request));
    int rc;

    if (request == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    request->kind = HUB_JOB;
    request->job = job;
    request->data = data;
    rc = submit(host, request, err);
    if (rc < 0) {
        ft_hub_request_free(request);
        return rc;
    }
    return wait_for(host, request, NULL, err);
}

static int
send_off(struct ft_hub_host *host, enum ft_hub_kind kind, const char *verb,
         json_t *args, int timeout_ms, uint64_t *ticket, struct ft_error *err)
{
    struct ft_hub_request *request;
    int rc = make_request(host, kind, verb, args, timeout_ms, &request, err);

    if (request == NULL)
        return rc;
    /* Before it is handed over: it may be finished at once. */
    if (ticket != NULL)
        *ticket = request->ticket;
    rc = submit(host, request, err);
    if (rc < 0)
        ft_hub_request_free(request);
    return rc;
}

int
ft_hub_ask(struct ft_hub_host *host, const char *verb, json_t *args,
           int timeout_ms, uint64_t *ticket, struct ft_error *err)
{
    return send_off(host, HUB_ASK, verb, args, timeout_ms, ticket, err);
}

int
ft_hub_follow(struct ft_hub_host *host, const char *verb, json_t *args,
              int timeout_ms, uint64_t *ticket, struct ft_error *err)
{
    return send_off(host, HUB_FOLLOW, verb, args, timeout_ms, ticket, err);
}

/* Orders keep their place among requests, and need no room there. */
static void
order(struct ft_hub_host *host, enum ft_hub_kind kind, uint64_t ticket)
{
    struct ft_hub_request *request = calloc(1, sizeof(*request));

    if (request == NULL)
        return; /* what it is about ends by its deadline */
    request->kind = kind;
    request->ticket = ticket;
    pthread_mutex_lock(&host->lock);
    *host->incoming_end = request;
    host->incoming_end = &request->next;
    pthread_mutex_unlock(&host->lock);
    ft_hub_host_kick(host);
}

void
ft_hub_cancel(struct ft_hub_host *host, uint64_t ticket)
{
    order(host, HUB_CANCEL, ticket);
}

void
ft_hub_disconnect(struct ft_hub_host *host)
{
    order(host, HUB_DISCONNECT, 0);
}

void
ft_hub_reopen(struct ft_hub_host *host)
{
    order(host, HUB_REOPEN, 0);
}
