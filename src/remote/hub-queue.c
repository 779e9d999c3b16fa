/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of all hosts on their way to the reader, in one bounded queue.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "remote/hub-private.h"

struct ft_hub_node {
    struct ft_hub_node *next;
    struct ft_hub_host *host;
    enum ft_hub_what what;
    uint64_t ticket;
    json_t *body;
    size_t size;            /* of an event, as sent */
    struct ft_error *error; /* NULL: none */
    bool last;              /* of its request */
};

static void
free_node(struct ft_hub_node *node)
{
    json_decref(node->body);
    free(node->error);
    free(node);
}

/* With the hub's lock. */
static void
take_out(struct ft_hub *hub, struct ft_hub_node **at)
{
    struct ft_hub_node *node = *at;
    uint64_t count;
    ssize_t n;

    *at = node->next;
    if (*at == NULL)
        hub->nodes_end = at;
    if (hub->nodes == NULL) {
        n = read(hub->event, &count, sizeof(count));
        (void)n; /* back to 0; it was above */
    }
}

void
ft_hub_drop_messages(struct ft_hub *hub, const struct ft_hub_host *host)
{
    struct ft_hub_node **at = &hub->nodes;

    while (*at != NULL) {
        struct ft_hub_node *node = *at;

        if (node->host == host) {
            take_out(hub, at);
            free_node(node);
        } else {
            at = &node->next;
        }
    }
}

/* With the lock. */
static void
append(struct ft_hub *hub, struct ft_hub_node *node)
{
    uint64_t one = 1;
    ssize_t n = 0;

    if (hub->nodes == NULL)
        n = write(hub->event, &one, sizeof(one));
    (void)n; /* from 0 to 1: there is room */
    *hub->nodes_end = node;
    hub->nodes_end = &node->next;
    pthread_cond_signal(&hub->arrived);
}

static struct ft_hub_node *
make_node(struct ft_hub_host *host, enum ft_hub_what what, uint64_t ticket,
          json_t *body, const struct ft_error *error)
{
    struct ft_hub_node *node = calloc(1, sizeof(*node));

    if (node != NULL && error != NULL) {
        node->error = malloc(sizeof(*node->error));
        if (node->error != NULL)
            *node->error = *error;
    }
    if (node == NULL || (error != NULL && node->error == NULL)) {
        free(node);
        return NULL;
    }
    node->host = host;
    node->what = what;
    node->ticket = ticket;
    node->body = body;
    return node;
}

void
ft_hub_post_state(struct ft_hub_host *host)
{
    struct ft_hub *hub = host->hub;
    struct ft_hub_node *node = make_node(host, FT_HUB_STATE, 0, NULL, NULL);

    pthread_mutex_lock(&hub->lock);
    if (node != NULL && !host->state_waits) {
        host->state_waits = true;
        append(hub, FT_STEAL(node));
    }
    pthread_mutex_unlock(&hub->lock);
    free(node);
}

/* The last word about a request: its place is free. */
static void
release(struct ft_hub_host *host)
{
    pthread_mutex_lock(&host->lock);
    host->open--;
    pthread_mutex_unlock(&host->lock);
}

void
ft_hub_post(struct ft_hub_host *host, enum ft_hub_what what, uint64_t ticket,
            json_t *body, const struct ft_error *error, bool last)
{
    struct ft_hub *hub = host->hub;
    struct ft_hub_node *node = make_node(host, what, ticket, body, error);

    if (node == NULL) {
        json_decref(body);
        if (last)
            release(host);
        return;
    }
    node->last = last;
    pthread_mutex_lock(&hub->lock);
    append(hub, node);
    pthread_mutex_unlock(&hub->lock);
}

int
ft_hub_post_event(struct ft_hub_host *host, uint64_t ticket, json_t *body,
                  size_t size)
{
    struct ft_hub *hub = host->hub;
    struct ft_hub_node *node = make_node(host, FT_HUB_EVENT, ticket, body, NULL);
    int rc = 0;

    if (node == NULL) {
        json_decref(body);
        return -ENOBUFS;
    }
    pthread_mutex_lock(&hub->lock);
    if (host->events >= FT_HUB_EVENTS_MAX ||
        host->event_bytes + size > FT_HUB_EVENTS_BYTES) {
        rc = -ENOBUFS;
    } else {
        host->events++;
        host->event_bytes += size;
        node->size = size;
        append(hub, FT_STEAL(node));
    }
    pthread_mutex_unlock(&hub->lock);
    if (node != NULL)
        free_node(node);
    return rc;
}

/* Waits for a node, with the lock. */
static bool
wait_for_node(struct ft_hub *hub, int timeout_ms)
{
    int64_t end = ft_clock_ns() + timeout_ms * FT_NS_PER_MS;
    struct timespec deadline = { end / FT_NS_PER_S, end % FT_NS_PER_S };

    while (hub->nodes == NULL)
        if (timeout_ms < 0)
            pthread_cond_wait(&hub->arrived, &hub->lock);
        else if (pthread_cond_timedwait(&hub->arrived, &hub->lock, &deadline) ==
                 ETIMEDOUT)
            return hub->nodes != NULL;
    return true;
}

/* What is counted for a host becomes free again. */
static void
count_out(struct ft_hub_host *host, const struct ft_hub_node *node)
{
    switch (node->what) {
    case FT_HUB_STATE:
        host->state_waits = false;
        break;
    case FT_HUB_EVENT:
        host->events--;
        host->event_bytes -= node->size;
        break;
    default:
        break;
    }
}

int
ft_hub_next(struct ft_hub *hub, int timeout_ms, struct ft_hub_message *message)
{
    struct ft_hub_node *node = NULL;

    memset(message, 0, sizeof(*message));
    pthread_mutex_lock(&hub->lock);
    if (wait_for_node(hub, timeout_ms)) {
        node = hub->nodes;
        take_out(hub, &hub->nodes);
        count_out(node->host, node);
    }
    pthread_mutex_unlock(&hub->lock);
    if (node == NULL)
        return 0;
    message->what = node->what;
    message->host = node->host;
    message->ticket = node->ticket;
    message->body = FT_STEAL(node->body);
    if (node->error != NULL)
        message->error = *node->error;
    if (node->what == FT_HUB_STATE)
        ft_hub_state(node->host, &message->state);
    else if (node->last)
        release(node->host);
    free_node(node);
    return 1;
}

int
ft_hub_descriptor(const struct ft_hub *hub)
{
    return hub->event;
}
