/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread of a host. Each turn: what was ordered, what a try to connect
 * brought, what the engine said, what is too late, what is to be sent, whether
 * to connect, what has changed for others; then it waits.
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "remote/hub-private.h"

#define GRACE_NS (10 * FT_NS_PER_S) /* for calls on a connection replaced */
#define LINES_MAX 256               /* of the engine, in one turn */

/* ---- orders ---- */

struct orders {
    struct ft_hub_request *requests;
    bool closing, retry, dialed;
};

static void
take_orders(struct ft_hub_host *host, struct orders *orders)
{
    uint64_t count;
    ssize_t n = read(host->kick, &count, sizeof(count));

    (void)n; /* it only wakes */
    pthread_mutex_lock(&host->lock);
    orders->requests = host->incoming;
    orders->closing = host->closing;
    orders->retry = host->retry;
    orders->dialed = host->dial.running && host->dial.finished;
    host->kept = host->keep;
    host->incoming = NULL;
    host->incoming_end = &host->incoming;
    host->retry = false;
    pthread_mutex_unlock(&host->lock);
}

/* ---- lines ---- */

static void
end_line(struct ft_hub_host *host, struct ft_hub_line *line,
         const struct ft_error *error)
{
    if (line->serial != 0)
        ft_hub_fail_all(host, line->serial, false, error);
    ft_hub_line_close(line);
}

static void
drop_all(struct ft_hub_host *host)
{
    struct ft_error error;

    ft_fail(&error, ECANCELED, NULL, "%s: disconnected", host->where.name);
    end_line(host, &host->now, &error);
    end_line(host, &host->old, &error);
    ft_hub_fail_all(host, 0, true, &error);
    host->discard = host->dial.running;
    memset(&host->failed, 0, sizeof(host->failed));
    ft_pulse_now(&host->pulse);
}

/* The engine is another one now; the session is as good as before. */
static void
drop_channel(struct ft_hub_host *host)
{
    struct ft_hub_line *line = &host->now;
    struct ft_ssh *ssh;
    struct ft_error error;

    if (line->control == NULL)
        return;
    ft_fail(&error, ECANCELED, NULL, "%s: the engine was replaced",
            host->where.name);
    ft_control_close(FT_STEAL(line->control));
    ssh = FT_STEAL(line->ssh);
    end_line(host, line, &error);
    line->ssh = ssh;
}

/*
 * A line broke, or talks nonsense; a session that still stands is kept. Who
 * waited is told after everybody can see what happened.
 */
static void
lose_line(struct ft_hub_host *host, struct ft_hub_line *line,
          const struct ft_error *error, int64_t now)
{
    unsigned serial = line->serial;
    struct ft_ssh *ssh = NULL;

    if (line == &host->now) {
        host->failed = *error;
        ft_pulse_lost(&host->pulse, ft_reach_of(error), now - line->born_ns,
                      now);
        if (ft_ssh_alive(line->ssh)) {
            ft_control_close(FT_STEAL(line->control));
            ssh = FT_STEAL(line->ssh);
        }
    }
    ft_hub_line_close(line);
    line->ssh = ssh;
    ft_hub_show(host, now);
    ft_hub_fail_all(host, serial, false, error);
}

static void
add_request(struct ft_hub_host *host, struct ft_hub_request *request)
{
    request->next = NULL;
    *host->requests_end = request;
    host->requests_end = &request->next;
}

static void
obey(struct ft_hub_host *host, const struct ft_hub_request *order)
{
    if (order->kind == HUB_CANCEL)
        ft_hub_cancel_one(host, order->ticket);
    else if (order->kind == HUB_DISCONNECT)
        drop_all(host);
    else
        drop_channel(host);
}

static void
take_requests(struct ft_hub_host *host, struct ft_hub_request *list)
{
    while (list != NULL) {
        struct ft_hub_request *request = list;

        list = request->next;
        if (request->kind < HUB_CANCEL) {
            add_request(host, request);
            host->pulse.next_ns = 0; /* somebody wants it now */
            continue;
        }
        obey(host, request);
        ft_hub_request_free(request);
    }
}

static void
read_line(struct ft_hub_host *host, struct ft_hub_line *line, int64_t now)
{
    struct ft_error error = FT_ERROR_INIT;
    int rc = line->control != NULL;

    for (int i = 0; rc > 0 && i < LINES_MAX; i++) {
        FT_AUTOJSON json_t *message = NULL;
        size_t size = 0;

        rc = ft_control_take(line->control, &message, &size, &error);
        if (rc <= 0)
            break;
        line->heard_ns = now;
        ft_hub_dispatch(host, line->control, message, size);
    }
    if (rc < 0)
        lose_line(host, line, &error, now);
    host->busy = host->busy || rc > 0;
}

static void
replaced(const struct ft_hub_host *host, struct ft_error *error)
{
    ft_reach_fail(error, FT_REACH_LOST, NULL,
                  "%s: the connection was silent and has been replaced",
                  host->where.name);
}

/* The old one is kept for calls that were sent on it, for a while. */
static void
tend_old(struct ft_hub_host *host, int64_t now)
{
    struct ft_error error;

    if (host->old.control != NULL && ft_hub_line_flush(&host->old, &error) < 0) {
        lose_line(host, &host->old, &error, now);
        return;
    }
    if (host->old.serial == 0 ||
        (now < host->old.until_ns && ft_hub_has(host, host->old.serial)))
        return;
    replaced(host, &error);
    end_line(host, &host->old, &error);
}

static struct ft_hub_request *
next_unsent(const struct ft_hub_host *host)
{
    struct ft_hub_request *r = host->requests;

    while (r != NULL && (r->line != 0 || r->kind == HUB_JOB))
        r = r->next;
    return r;
}

/* Requests go to a line that is heard, questions to one that is not. */
static void
send_lines(struct ft_hub_host *host, int64_t now)
{
    struct ft_hub_line *line = &host->now;
    struct ft_error error = FT_ERROR_INIT;
    struct ft_hub_request *request = NULL;
    int rc = 0;

    if (line->control == NULL)
        return;
    if ((ft_hub_is_watched(host) || line->unwanted_count > 0) &&
        ft_pulse_ask(line->heard_ns, line->asked_ns, now))
        ft_hub_line_ask(line, now);
    do {
        rc = ft_hub_line_flush(line, &error);
        if (rc < 0 || line->out != NULL ||
            ft_pulse_quiet(line->heard_ns, line->asked_ns, now))
            break;
        if (ft_hub_line_cancel(line))
            continue;
        request = next_unsent(host);
        if (request == NULL)
            break;
        request->line = line->serial;
        line->out_size = request->size;
        line->out = FT_STEAL(request->text);
    } while (rc == 0);
    if (rc < 0)
        lose_line(host, line, &error, now);
}

/* ---- jobs ---- */

static struct ft_hub_request **
next_job(struct ft_hub_host *host)
{
    struct ft_hub_request **at = &host->requests;

    while (*at != NULL && (*at)->kind != HUB_JOB)
        at = &(*at)->next;
    return at;
}

static void
run_job(struct ft_hub_host *host)
{
    struct ft_hub_request **at = next_job(host);
    struct ft_error error = FT_ERROR_INIT;
    int rc;

    if (*at == NULL || host->now.ssh == NULL ||
        (host->now.control != NULL &&
         ft_pulse_quiet(host->now.heard_ns, host->now.asked_ns, ft_clock_ns())))
        return; /* a silent connection would hold up everything */
    ft_ssh_set_blocking(host->now.ssh, true);
    rc = (*at)->job(host->now.ssh, (*at)->data, &error);
    ft_ssh_set_blocking(host->now.ssh, false);
    ft_hub_finish(host, at, rc, &error, NULL);
    host->now.heard_ns = ft_clock_ns(); /* nobody listened meanwhile */
    host->busy = true;
    if (!ft_ssh_alive(host->now.ssh) && host->now.control == NULL)
        ft_hub_line_close(&host->now);
}

/* ---- connecting ---- */

/* A silent line makes room; calls sent on it may still be answered. */
static void
set_aside(struct ft_hub_host *host, int64_t now)
{
    struct ft_error error;

    replaced(host, &error);
    end_line(host, &host->old, &error);
    ft_hub_end_streams(host, host->now.serial, &error);
    host->old = host->now;
    host->old.until_ns = now + GRACE_NS;
    memset(&host->now, 0, sizeof(host->now));
}

static void
take_session(struct ft_hub_host *host, int64_t now)
{
    struct ft_hub_dial *dial = &host->dial;

    if (host->now.control != NULL)
        set_aside(host, now);
    ft_hub_line_close(&host->now);
    host->now.serial = ++host->last_serial;
    host->now.ssh = FT_STEAL(dial->ssh);
    host->now.control = FT_STEAL(dial->control);
    host->now.born_ns = host->now.heard_ns = now;
    host->pulse.next_ns = 0;
    host->pulse.barred = false;
    memset(&host->failed, 0, sizeof(host->failed));
}

/* Who waits for a connection hears why there is none. */
static void
take_failure(struct ft_hub_host *host, int64_t now)
{
    struct ft_hub_dial *dial = &host->dial;

    host->failed = dial->error;
    ft_pulse_failed(&host->pulse, ft_reach_of(&dial->error), now);
    if (dial->ssh != NULL && host->now.control != NULL &&
        *next_job(host) != NULL)
        set_aside(host, now); /* the engine is silent, SSH is not */
    /* One that cannot become root, or has no shell, is of no use for jobs. */
    if (host->now.ssh == NULL && !host->pulse.barred)
        host->now.ssh = FT_STEAL(dial->ssh);
    ft_ssh_close(FT_STEAL(dial->ssh));
    ft_hub_show(host, now);
    if (host->now.control == NULL)
        ft_hub_fail_all(host, 0, host->now.ssh == NULL, &host->failed);
}

static void
discard_dial(struct ft_hub_host *host)
{
    ft_control_close(FT_STEAL(host->dial.control));
    ft_ssh_close(FT_STEAL(host->dial.ssh));
    host->discard = false;
}

/* It was only slow: its streams and calls need not end for another one. */
static bool
speaks_again(struct ft_hub_host *host, int64_t now)
{
    read_line(host, &host->now, now);
    return host->now.control != NULL &&
           !ft_pulse_silent(host->now.heard_ns, host->now.asked_ns, now);
}

static void
take_dial(struct ft_hub_host *host, int64_t now)
{
    struct ft_hub_dial *dial = &host->dial;

    pthread_join(dial->thread, NULL);
    dial->running = host->lent = false;
    if (host->discard) {
        discard_dial(host);
    } else if (dial->control != NULL && speaks_again(host, now)) {
        discard_dial(host);
        memset(&host->failed, 0, sizeof(host->failed));
    } else if (dial->control != NULL) {
        take_session(host, now);
    } else {
        take_failure(host, now);
    }
}

bool
ft_hub_wants_connection(struct ft_hub_host *host, int64_t now)
{
    if (host->now.control != NULL)
        return ft_hub_is_stale(host, now);
    return host->kept || next_unsent(host) != NULL ||
           (*next_job(host) != NULL && host->now.ssh == NULL);
}

static void
connect_host(struct ft_hub_host *host, int64_t now)
{
    struct ft_hub_dial *dial = &host->dial;
    int rc;

    if (dial->running || !ft_hub_wants_connection(host, now))
        return;
    if (host->pulse.barred) {
        if (host->now.control == NULL)
            ft_hub_fail_all(host, 0, host->now.ssh == NULL, &host->failed);
        return;
    }
    if (now < host->pulse.next_ns)
        return;
    if (host->now.control == NULL)
        dial->ssh = FT_STEAL(host->now.ssh);
    host->lent = dial->ssh != NULL;
    dial->quick = host->last_serial > 0;
    host->dialed_ns = now;
    rc = ft_hub_dial_start(dial);
    if (rc < 0) {
        ft_fail(&dial->error, -rc, NULL, "%s: no thread to connect with: %s",
                host->where.name, strerror(-rc));
        take_failure(host, now);
    }
}

/* An idle session without an engine: somebody must see it break. */
static void
tend_session(struct ft_hub_host *host)
{
    struct ft_hub_line *line = &host->now;

    if (line->ssh != NULL && line->control == NULL && !ft_ssh_pump(line->ssh))
        ft_hub_line_close(line);
}

static void
turn(struct ft_hub_host *host, const struct orders *orders)
{
    int64_t now = ft_clock_ns();

    take_requests(host, orders->requests);
    if (orders->retry) {
        memset(&host->failed, 0, sizeof(host->failed));
        ft_pulse_now(&host->pulse);
    }
    if (orders->dialed)
        take_dial(host, now);
    read_line(host, &host->now, now);
    read_line(host, &host->old, now);
    tend_session(host);
    tend_old(host, now);
    ft_hub_expire(host, now);
    run_job(host);
    send_lines(host, ft_clock_ns());
    connect_host(host, now);
    ft_hub_show(host, now);
}

static void
end_all(struct ft_hub_host *host, struct ft_hub_request *left)
{
    take_requests(host, left);
    drop_all(host);
    if (host->dial.running)
        take_dial(host, ft_clock_ns());
}

void *
ft_hub_host_main(void *data)
{
    struct ft_hub_host *host = data;
    struct orders orders;
    sigset_t all;

    /* Signals are for who uses the hub; a broken connection is an error. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    for (;;) {
        take_orders(host, &orders);
        if (orders.closing)
            break;
        turn(host, &orders);
        ft_hub_wait(host);
    }
    end_all(host, orders.requests);
    return NULL;
}
