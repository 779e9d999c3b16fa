/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-paths.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "virt/loop.h"

#define FILE_MAX 65536
#define TRY_MS 10000
#define TRY_NS (2 * FT_NS_PER_S) /* without an answer the way is down */

struct path {
    struct ft_worker *worker;
    const char *address; /* of the config */
    int busy;            /* a try is under way */
    int64_t tried_ns;    /* end of the last one; 0: none yet */
    int up, told_down;
    int answered;             /* ever, since the pair was made */
    struct ft_link_try found; /* the last answer's */
    /* the helper thread's, while busy */
    struct ft_link_try trying;
    struct ft_error err;
    int rc;
};

struct ft_paths {
    size_t n;
    struct path list[FT_PAIR_ADDRESSES_MAX];
};

/* Whether two numeric addresses are the same one. */
static int
same_address(const char *a, const char *b)
{
    unsigned char x[16], y[16];

    for (int family = AF_INET; family; family = family == AF_INET ? AF_INET6 : 0)
        if (inet_pton(family, a, x) == 1 && inet_pton(family, b, y) == 1)
            return !memcmp(x, y, family == AF_INET ? 4 : 16);
    return !strcmp(a, b);
}

/* The link's ends; NULL when there is no link. */
static const char *
link_ends(const struct ft_worker *w, const char **local)
{
    const char *peer = NULL;

    *local = NULL;
    if (w->session)
        ft_link_ends(ft_session_link(w->session), local, &peer);
    return peer;
}

static int
in_use(const struct path *p)
{
    const char *local, *peer = link_ends(p->worker, &local);

    return peer && same_address(peer, p->address);
}

/* ---- those that have ever answered, also to a worker of before ---- */

static void
load_answered(const struct ft_worker *w, struct ft_paths *paths)
{
    FT_AUTOJSON json_t *json = NULL;
    const json_t *list, *address;
    char file[PATH_MAX];
    size_t k;

    ft_pair_path(w->config.pair, "paths.json", file);
    if (ft_json_load(file, FILE_MAX, &json, NULL))
        return;
    list = json_object_get(json, "answered");
    for (size_t i = 0; i < paths->n; i++)
        json_array_foreach(list, k, address)
            if (json_is_string(address) &&
                same_address(json_string_value(address), paths->list[i].address))
                paths->list[i].answered = 1;
}

/* What cannot be written is known until this worker ends, all the same. */
static void
save_answered(const struct ft_worker *w, const struct ft_paths *paths)
{
    FT_AUTOJSON json_t *json = json_pack("{s:[]}", "answered");
    char file[PATH_MAX];
    int rc = json ? 0 : -ENOMEM;

    for (size_t i = 0; !rc && i < paths->n; i++)
        if (paths->list[i].answered)
            json_array_append_new(json_object_get(json, "answered"),
                                  json_string(paths->list[i].address));
    ft_pair_path(w->config.pair, "paths.json", file);
    if (!rc)
        rc = ft_json_save(file, json);
    if (rc)
        ft_log(FT_LOG_WARN, "cannot write %s: %s", file, strerror(-rc));
}

static void
note_answer(struct path *p)
{
    if (p->answered)
        return;
    p->answered = 1;
    save_answered(p->worker, p->worker->paths);
}

static void
try_path(void *opaque)
{
    struct path *p = opaque;
    const struct ft_pair_config *c = &p->worker->config;

    p->rc = ft_link_try(p->address, c->hosts[!c->self].port, c->pair,
                        ft_clock_ns() + TRY_NS, &p->trying, &p->err);
}

/* While there is no link that is told, not each of its ways. */
static void
note_change(struct path *p)
{
    struct ft_worker *w = p->worker;

    if (p->up == !p->told_down || (!p->up && !w->session))
        return;
    p->told_down = !p->up;
    if (in_use(p))
        ft_worker_note(
            w, p->up ? "info" : "warn", p->up ? "path-back" : "path-lost",
            p->up
                ? "%s lets new connections in at %s again%s"
                : "%s lets no new connection in at %s, by which the link goes: %s",
            ft_worker_peer_name(w), p->address, p->up ? "" : p->err.text);
    else if (p->up)
        ft_worker_note(w, "info", "path-back", "%s answers at %s%s",
                       ft_worker_peer_name(w), p->address,
                       p->answered ? " again" : ", as it never had");
    else
        ft_worker_note(w, "warn", "path-lost", "%s %s at %s: %s",
                       ft_worker_peer_name(w),
                       p->answered ? "does not answer" : "has never answered",
                       p->address, p->err.text);
}

/* Who refuses is there: the engine may be starting anew, the way is good. */
static void
path_tried(void *opaque)
{
    struct path *p = opaque;

    p->busy = 0;
    p->tried_ns = ft_clock_ns();
    p->up = p->rc == 0 || p->rc == -ECONNREFUSED;
    p->found = p->trying;
    note_change(p);
    if (p->up)
        note_answer(p);
}

static void
try_paths(void *opaque)
{
    struct ft_paths *paths = opaque;
    size_t i;

    for (i = 0; i < paths->n; i++) {
        struct path *p = &paths->list[i];

        if (in_use(p))
            note_answer(p);
        if (p->busy)
            continue;
        p->err = (struct ft_error)FT_ERROR_INIT;
        p->busy = ft_loop_async(try_path, path_tried, p) == 0;
    }
}

void
ft_worker_watch_paths(struct ft_worker *w)
{
    const struct ft_endpoint *peer = &w->config.hosts[!w->config.self];
    struct ft_paths *paths = calloc(1, sizeof(*paths));
    size_t i;

    if (!paths)
        return; /* nothing is known of them, then */
    paths->n = peer->address_count;
    for (i = 0; i < paths->n; i++) {
        paths->list[i].worker = w;
        paths->list[i].address = peer->addresses[i];
    }
    load_answered(w, paths);
    w->paths = paths;
    try_paths(paths);
    ft_loop_timer_set(ft_loop_timer(try_paths, paths), TRY_MS);
}

static json_t *
path_json(const char *local, const char *peer, bool used, json_t *up,
          json_t *connects, bool answered, int64_t trip_ns, json_t *tried)
{
    return json_pack("{s:s?,s:s,s:b,s:o,s:o,s:b,s:o,s:o}", "local",
                     local && local[0] ? local : NULL, "peer", peer, "in_use",
                     used, "up", up, "connects", connects, "answered", answered,
                     "rtt_ms",
                     trip_ns > 0 ? json_real((double)trip_ns / FT_NS_PER_MS)
                                 : json_null(),
                     "tried_ms_ago", tried);
}

/* Whether a new connection came to be by the last try; null: none was made. */
static json_t *
connects(const struct path *p)
{
    return p && p->tried_ns ? json_boolean(p->up) : json_null();
}

/* p: what is tried of it; NULL: nothing. */
static json_t *
used_path(struct ft_worker *w, const struct path *p, const char *local,
          const char *peer)
{
    int64_t trip = 2 * ft_link_transit(ft_session_link(w->session));

    return path_json(local, peer, true, json_true(), connects(p), true, trip,
                     json_integer(0));
}

static json_t *
tried_path(const struct path *p)
{
    int64_t ago = ft_clock_ns() - p->tried_ns;

    if (!p->tried_ns)
        return path_json(NULL, p->address, false, json_null(), json_null(),
                         p->answered, 0, json_null());
    return path_json(p->found.local, p->address, false, json_boolean(p->up),
                     connects(p), p->answered, p->up ? p->found.trip_ns : 0,
                     json_integer(ago / FT_NS_PER_MS));
}

json_t *
ft_worker_paths_json(struct ft_worker *w)
{
    const char *local, *used = link_ends(w, &local);
    json_t *list = json_array();
    size_t i, n = w->paths ? w->paths->n : 0;
    bool found = false;

    for (i = 0; i < n; i++) {
        const struct path *p = &w->paths->list[i];
        bool this = used && same_address(used, p->address);

        found = found || this;
        json_array_append_new(list, this ? used_path(w, p, local, p->address)
                                         : tried_path(p));
    }
    if (used && !found) /* who connected came from another address */
        json_array_append_new(list, used_path(w, NULL, local, used));
    return list;
}
