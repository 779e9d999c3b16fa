/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "witness/witness-client.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "link/tcp.h"
#include "witness/witness-store.h"

#define PATIENCE 4 /* the part of a question's time that the standing one has */
#define LAST_LOOK 8 /* the part of what is left that it is kept for */

/* A question and what came back so far, over one session. */
struct exchange {
    const char *line;
    size_t size;
    char reply[FT_WITNESS_LINE_MAX * 2];
    size_t used, length; /* of it; of its line */
};

static int
read_line(struct ft_tls *tls, int64_t deadline_ns, struct exchange *x)
{
    while (x->used < sizeof(x->reply)) {
        ssize_t n = ft_tls_receive(tls, x->reply + x->used,
                                   sizeof(x->reply) - x->used, deadline_ns);
        char *end;

        if (n <= 0)
            return n ? (int)n : -EPIPE;
        x->used += (size_t)n;
        end = memchr(x->reply, '\n', x->used);
        if (end) {
            x->length = (size_t)(end - x->reply);
            return 0;
        }
    }
    return -EPROTO;
}

int
ft_witness_answer_from_json(const json_t *json, struct ft_witness_answer *answer,
                            struct ft_error *err)
{
    int64_t generation = 0;
    int rc;

    memset(answer, 0, sizeof(*answer));
    if (!ft_json_bool(json, "ok", 0)) {
        const json_t *error = json_object_get(json, "error");

        rc = json_is_object(error) ? ft_json_to_error(error, err) : 0;
        return rc < 0
                   ? rc
                   : ft_fail(err, EPROTO, NULL, "the witness gave no answer");
    }
    rc = ft_json_need_int(json, "generation", 1, INT64_MAX, &generation, err);
    if (!rc)
        rc = ft_json_need_string(json, "owner", answer->owner,
                                 sizeof(answer->owner), err);
    if (rc || !ft_witness_owner_valid(answer->owner)) {
        memset(answer, 0, sizeof(*answer));
        return ft_fail(err, EPROTO, NULL, "the witness answered nonsense");
    }
    answer->won = ft_json_bool(json, "won", 0);
    answer->offered = ft_json_bool(json, "offered", 0);
    answer->removed = ft_json_bool(json, "removed", 0);
    answer->full = ft_json_bool(json, "full", 0);
    answer->generation = (uint64_t)generation;
    return 0;
}

static int
no_answer(int rc, struct ft_error *err)
{
    return ft_fail(err, -rc,
                   "is `ftengine witness` running there, and are the "
                   "clocks of its disk and network fast enough?",
                   "the witness did not answer: %s", strerror(-rc));
}

/* -ETIMEDOUT: the answer may still come, to read_line. */
static int
exchange(struct ft_tls *tls, int64_t deadline_ns, struct exchange *x)
{
    int rc = ft_tls_send(tls, x->line, x->size, deadline_ns);

    if (rc)
        return rc == -ETIMEDOUT ? -EPIPE : rc; /* half of it is out */
    return read_line(tls, deadline_ns, x);
}

static int
connect_to(const struct ft_witness_target *target, int64_t deadline_ns,
           struct ft_tls **tls, struct ft_error *err)
{
    int fd = -1, rc;

    rc = ft_tcp_connect(target->addresses, target->address_count, target->port,
                        deadline_ns, &fd, err);
    if (!rc)
        rc = ft_tls_client(fd, target->pair, target->key, deadline_ns, tls, err);
    return rc ? ft_error_prefix(err, "witness") : 0;
}

/* Over a connection of its own; *tls is that, where it answered. */
static int
ask_anew(const struct ft_witness_target *target, int64_t deadline_ns,
         struct exchange *x, struct ft_tls **tls, struct ft_error *err)
{
    FT_AUTOTLS struct ft_tls *fresh = NULL;
    int rc = connect_to(target, deadline_ns, &fresh, err);

    if (rc)
        return rc;
    x->used = 0;
    rc = exchange(fresh, deadline_ns, x);
    if (rc)
        return no_answer(rc, err);
    *tls = FT_STEAL(fresh);
    return 0;
}

void
ft_witness_standing_init(struct ft_witness_standing *standing)
{
    pthread_mutex_init(&standing->lock, NULL);
    standing->tls = NULL;
}

static bool
wait_for_turn(struct ft_witness_standing *standing, int64_t until_ns)
{
    struct timespec until = { until_ns / FT_NS_PER_S, until_ns % FT_NS_PER_S };

    return !pthread_mutex_clocklock(&standing->lock, CLOCK_MONOTONIC, &until);
}

static void
keep(struct ft_witness_standing *standing, struct ft_tls *tls)
{
    ft_tls_close(standing->tls);
    standing->tls = tls;
}

void
ft_witness_standing_close(struct ft_witness_standing *standing)
{
    keep(standing, NULL);
}

/* A session that owes an answer is not kept: the next question would get it. */
static int
ask_standing(const struct ft_witness_target *target, int64_t patience_ns,
             int64_t deadline_ns, struct exchange *x, struct ft_error *err)
{
    struct ft_witness_standing *standing = target->standing;
    struct exchange anew = { .line = x->line, .size = x->size };
    struct ft_tls *fresh = NULL;
    int64_t now;
    int rc = standing->tls ? exchange(standing->tls, patience_ns, x) : -ENOTCONN;

    if (!rc)
        return 0;
    if (rc != -ETIMEDOUT)
        keep(standing, NULL);
    now = ft_clock_ns();
    rc = ask_anew(target,
                  standing->tls ? deadline_ns - (deadline_ns - now) / LAST_LOOK
                                : deadline_ns,
                  &anew, &fresh, err);
    if (!rc)
        *x = anew;
    else if (standing->tls && !read_line(standing->tls, deadline_ns, x))
        return 0;
    keep(standing, fresh);
    return rc;
}

static int
ask(const struct ft_witness_target *target, const char *line, size_t size,
    int64_t deadline_ns, struct ft_witness_answer *answer, struct ft_error *err)
{
    struct exchange x = { .line = line, .size = size };
    struct ft_witness_standing *standing = target->standing;
    FT_AUTOTLS struct ft_tls *own = NULL;
    FT_AUTOJSON json_t *json = NULL;
    int64_t now = ft_clock_ns(), patience = now + (deadline_ns - now) / PATIENCE;
    int rc;

    memset(answer, 0, sizeof(*answer));
    if (standing && wait_for_turn(standing, patience)) {
        rc = ask_standing(target, patience, deadline_ns, &x, err);
        pthread_mutex_unlock(&standing->lock);
    } else {
        rc = ask_anew(target, deadline_ns, &x, &own, err);
    }
    if (rc)
        return rc;
    if (ft_json_parse(x.reply, x.length, &json, NULL))
        return ft_fail(err, EPROTO, NULL, "the witness answered nonsense");
    return ft_witness_answer_from_json(json, answer, err);
}

/* request is taken. */
static int
ask_for(const struct ft_witness_target *target, json_t *request,
        const char *owner, int64_t deadline_ns,
        struct ft_witness_answer *answer, struct ft_error *err)
{
    FT_AUTOJSON json_t *json = request;
    char line[FT_WITNESS_LINE_MAX];
    size_t n;

    n = json ? json_dumpb(json, line, sizeof(line) - 1, JSON_COMPACT) : 0;
    if (!n || n >= sizeof(line))
        return ft_fail(err, EINVAL, NULL, "owner \"%.64s\" is no host name",
                       owner);
    line[n++] = '\n';
    return ask(target, line, n, deadline_ns, answer, err);
}

static int
swap(const struct ft_witness_target *target, uint64_t expected,
     uint64_t generation, const char *owner, int offered, int64_t deadline_ns,
     struct ft_witness_answer *answer, struct ft_error *err)
{
    struct ft_error own = FT_ERROR_INIT;

    err = err ? err : &own;
    if (generation <= expected || generation > FT_WITNESS_GENERATION_MAX)
        return ft_fail(err, EINVAL, NULL, "generation out of range");
    return ask_for(target,
                   json_pack("{s:s,s:I,s:I,s:s,s:b}", "op", "cas", "expected",
                             (json_int_t)expected, "generation",
                             (json_int_t)generation, "owner", owner, "offered",
                             offered),
                   owner, deadline_ns, answer, err);
}

int
ft_witness_cas(const struct ft_witness_target *target, uint64_t expected,
               uint64_t generation, const char *owner, int64_t deadline_ns,
               struct ft_witness_answer *answer, struct ft_error *err)
{
    return swap(target, expected, generation, owner, 0, deadline_ns, answer,
                err);
}

int
ft_witness_offer(const struct ft_witness_target *target, uint64_t expected,
                 uint64_t generation, const char *owner, int64_t deadline_ns,
                 struct ft_witness_answer *answer, struct ft_error *err)
{
    return swap(target, expected, generation, owner, 1, deadline_ns, answer,
                err);
}

int
ft_witness_bury(const struct ft_witness_target *target, uint64_t generation,
                const char *owner, int64_t deadline_ns,
                struct ft_witness_answer *answer, struct ft_error *err)
{
    struct ft_error own = FT_ERROR_INIT;

    err = err ? err : &own;
    if (generation > FT_WITNESS_GENERATION_MAX)
        return ft_fail(err, EINVAL, NULL, "generation out of range");
    return ask_for(target,
                   json_pack("{s:s,s:I,s:s}", "op", "remove", "generation",
                             (json_int_t)generation, "owner", owner),
                   owner, deadline_ns, answer, err);
}

int
ft_witness_get(const struct ft_witness_target *target, int64_t deadline_ns,
               struct ft_witness_answer *answer, struct ft_error *err)
{
    static const char line[] = "{\"op\":\"get\"}\n";
    struct ft_error own = FT_ERROR_INIT;

    return ask(target, line, sizeof(line) - 1, deadline_ns, answer,
               err ? err : &own);
}
