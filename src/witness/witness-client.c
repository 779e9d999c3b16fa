/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "witness/witness-client.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "link/tcp.h"
#include "link/tls.h"

static int
read_line(struct ft_tls *tls, char *line, size_t size, int64_t deadline_ns,
          size_t *length)
{
    size_t used = 0;

    while (used < size) {
        ssize_t n = ft_tls_receive(tls, line + used, size - used, deadline_ns);
        char *end;

        if (n <= 0)
            return n ? (int)n : -EPIPE;
        used += (size_t)n;
        end = memchr(line, '\n', used);
        if (end) {
            *length = (size_t)(end - line);
            return 0;
        }
    }
    return -EPROTO;
}

static int
read_answer(const json_t *json, struct ft_witness_answer *answer,
            struct ft_error *err)
{
    int64_t generation = 0;
    int rc;

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
    answer->won = ft_json_bool(json, "won", 0);
    answer->offered = ft_json_bool(json, "offered", 0);
    answer->removed = ft_json_bool(json, "removed", 0);
    answer->generation = (uint64_t)generation;
    return rc ? ft_fail(err, EPROTO, NULL, "the witness answered nonsense") : 0;
}

static int
no_answer(int rc, struct ft_error *err)
{
    return ft_fail(err, -rc,
                   "is `ftengine witness` running there, and are the "
                   "clocks of its disk and network fast enough?",
                   "the witness did not answer: %s", strerror(-rc));
}

static int
exchange(struct ft_tls *tls, const char *line, size_t size, int64_t deadline_ns,
         struct ft_witness_answer *answer, struct ft_error *err)
{
    FT_AUTOJSON json_t *json = NULL;
    char reply[FT_WITNESS_LINE_MAX * 2];
    size_t length = 0;
    int rc = ft_tls_send(tls, line, size, deadline_ns);

    if (!rc)
        rc = read_line(tls, reply, sizeof(reply), deadline_ns, &length);
    if (rc)
        return no_answer(rc, err);
    if (ft_json_parse(reply, length, &json, NULL))
        return ft_fail(err, EPROTO, NULL, "the witness answered nonsense");
    return read_answer(json, answer, err);
}

static int
ask(const struct ft_witness_target *target, const char *line, size_t size,
    int64_t deadline_ns, struct ft_witness_answer *answer, struct ft_error *err)
{
    FT_AUTOTLS struct ft_tls *tls = NULL;
    int fd = -1, rc;

    memset(answer, 0, sizeof(*answer));
    rc = ft_tcp_connect(target->addresses, target->address_count, target->port,
                        deadline_ns, &fd, err);
    if (!rc)
        rc = ft_tls_client(fd, target->pair, target->key, deadline_ns, &tls,
                           err);
    if (rc)
        return ft_error_prefix(err, "witness");
    return exchange(tls, line, size, deadline_ns, answer, err);
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
