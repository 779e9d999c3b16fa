/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/boot.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/priority.h"
#include "link/payload.h"
#include "virt/loop.h"

#define CONNECT_NS (1500 * FT_NS_PER_MS)
#define HEARTBEATS_IN_SILENCE 6

struct ft_session {
    const struct ft_session_terms *terms;
    struct ft_link *link;
    struct ft_ownership_hello peer;
    char boot[FT_BOOT_ID_SIZE]; /* of the peer's host; empty: not told */
    pthread_t receiver;
    int running; /* the receiver must be joined */
    atomic_uint references;
    ft_session_frame frame;
    ft_session_ended ended;
    int end_code;
    struct ft_error end_error;
};

struct making {
    const struct ft_session_terms *terms;
    int fd; /* -1: connect */
    int place;
    ft_session_made made;
    struct ft_session *session; /* the result */
    struct ft_error err;
};

struct ft_session *
ft_session_ref(struct ft_session *session)
{
    atomic_fetch_add(&session->references, 1);
    return session;
}

void
ft_session_unref(struct ft_session *session)
{
    if (!session || atomic_fetch_sub(&session->references, 1) > 1)
        return;
    ft_link_close(session->link);
    free(session);
}

struct ft_link *
ft_session_link(struct ft_session *session)
{
    return session->link;
}

const struct ft_ownership_hello *
ft_session_peer(struct ft_session *session)
{
    return &session->peer;
}

const char *
ft_session_boot(struct ft_session *session)
{
    return session->boot;
}

static int
open_link(struct making *m, struct ft_link **link)
{
    const struct ft_session_terms *t = m->terms;
    const struct ft_endpoint *peer = t->peer;
    const char *addresses[FT_PAIR_ADDRESSES_MAX];
    int64_t deadline = ft_clock_ns() + CONNECT_NS;
    unsigned i;

    if (m->fd >= 0)
        return ft_link_accept(m->fd, t->pair, t->key, deadline, link, &m->err);
    for (i = 0; i < peer->address_count; i++)
        addresses[i] = peer->addresses[i];
    return ft_link_connect(addresses, peer->address_count, peer->port, t->pair,
                           t->key, deadline, link, &m->err);
}

static json_t *
our_hello(const struct ft_session_terms *t)
{
    struct ft_ownership_hello hello;
    char boot[FT_BOOT_ID_SIZE];

    t->hello(t->opaque, &hello);
    ft_boot_id(boot);
    return json_pack("{s:s,s:s,s:s,s:I,s:b,s:s}", "pair", t->pair, "host",
                     t->self, "role", ft_role_name(hello.role), "generation",
                     (json_int_t)hello.generation, "valid", hello.valid, "boot",
                     boot);
}

static int
read_hello(const struct ft_session_terms *t, const json_t *json,
           struct ft_ownership_hello *out, struct ft_error *err)
{
    const char *role = ft_json_string(json, "role", "");
    const char *host = ft_json_string(json, "host", "");
    int64_t generation;
    int rc;

    rc = ft_json_need_int(json, "generation", 0, FT_CONTROL_WORD_MAX,
                          &generation, err);
    if (rc)
        return rc;
    if (strcmp(ft_json_string(json, "pair", ""), t->pair) ||
        strcmp(host, t->peer->name))
        return ft_fail(err, EPROTO, NULL,
                       "the peer calls itself \"%.64s\" or has another pair",
                       host);
    if (strcmp(role, "primary") && strcmp(role, "standby"))
        return ft_fail(err, EPROTO, NULL, "the peer has no known role");
    out->role = strcmp(role, "primary") ? FT_ROLE_STANDBY : FT_ROLE_PRIMARY;
    out->generation = generation;
    out->valid = ft_json_bool(json, "valid", 0);
    return 0;
}

static void
make_session(void *opaque)
{
    struct making *m = opaque;
    FT_AUTOLINK struct ft_link *link = NULL;
    FT_AUTOJSON json_t *ours = NULL;
    FT_AUTOJSON json_t *theirs = NULL;
    struct ft_ownership_hello peer;
    int64_t interval = m->terms->silence_ns / HEARTBEATS_IN_SILENCE;

    if (open_link(m, &link))
        return;
    ours = our_hello(m->terms);
    if (ft_link_hello(link, ours, ft_clock_ns() + CONNECT_NS, &theirs, &m->err) ||
        read_hello(m->terms, theirs, &peer, &m->err))
        return;
    m->session = calloc(1, sizeof(*m->session));
    if (!m->session || ft_link_start_heartbeat(link, interval)) {
        free(m->session);
        m->session = NULL;
        ft_fail(&m->err, ENOMEM, NULL, "no memory for a link");
        return;
    }
    m->session->terms = m->terms;
    m->session->peer = peer;
    snprintf(m->session->boot, sizeof(m->session->boot), "%s",
             ft_json_string(theirs, "boot", ""));
    m->session->link = FT_STEAL(link);
    atomic_init(&m->session->references, 1);
}

static void
making_done(void *opaque)
{
    struct making *m = opaque;

    m->made(m->terms->opaque, m->place, m->session, &m->err);
    free(m);
}

int
ft_session_make(const struct ft_session_terms *terms, int fd, int place,
                ft_session_made made)
{
    struct making *m = calloc(1, sizeof(*m));
    int rc = -ENOMEM;

    if (m) {
        *m = (struct making){
            .terms = terms, .fd = fd, .place = place, .made = made
        };
        rc = ft_loop_async(make_session, making_done, m);
    }
    if (rc) {
        free(m);
        if (fd >= 0)
            close(fd);
    }
    return rc;
}

static void
tell_end(void *opaque)
{
    struct ft_session *s = opaque;

    s->ended(s->terms->opaque, s, s->end_code, &s->end_error);
    ft_session_unref(s);
}

static void *
receive(void *opaque)
{
    struct ft_session *s = opaque;
    struct ft_frame frame;
    int rc = 0;

    ft_priority_brisk();
    while (!rc) {
        rc = ft_link_receive(s->link, FT_NO_DEADLINE, &frame, &s->end_error);
        if (!rc)
            rc = s->frame(s->terms->opaque, s, &frame, &s->end_error);
    }
    s->end_code = rc;
    ft_link_shutdown(s->link);
    if (ft_loop_post(tell_end, s)) /* takes the thread's reference */
        ft_session_unref(s);
    return NULL;
}

int
ft_session_run(struct ft_session *session, ft_session_frame frame,
               ft_session_ended ended)
{
    int rc;

    session->frame = frame;
    session->ended = ended;
    ft_session_ref(session);
    rc = pthread_create(&session->receiver, NULL, receive, session);
    if (rc) {
        ft_session_unref(session);
        return -rc;
    }
    session->running = 1;
    return 0;
}

const struct ft_error *
ft_session_end(struct ft_session *session)
{
    ft_link_shutdown(session->link);
    if (session->running)
        pthread_join(session->receiver, NULL);
    session->running = 0;
    return &session->end_error;
}
