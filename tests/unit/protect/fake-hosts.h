/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fleet without a network: src/remote is replaced by hosts in memory, whose
 * engines keep what they are told. What changes a host is noted, and any call
 * can be made to fail, before it has done anything or after.
 *
 *     h1 has the VM vm1, h2 room for it, w1 no libvirt (a witness)
 */
#ifndef FT_TESTS_FAKE_HOSTS_H
#define FT_TESTS_FAKE_HOSTS_H

#include "tests/unit/inventory-fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "protect/protect.h"

#ifndef HOSTS /* a test may have one more witness, w2 */
#define HOSTS 3
#endif
#define FOREVER 1000
#define TAKEOVER_AT "2026-11-28T17:59:12.000Z"

enum { H1, H2, W1 };

struct fake_host {
    const char *name;
    bool away; /* nobody answers */
    bool installed, running, witness;
    char pair[40], key[65], witness_key[65]; /* pair empty: none */
    char runs_on[40];                        /* as told when it was removed */
    bool host_left;                          /* as the witness was told */
    char role[16];
    bool committed; /* an epoch of its pair was */
    bool alone;     /* its engine hears nobody of its pair */
    bool demoted;   /* its engine will not be the primary of anything */
    int64_t generation;
    json_t *config;
    char witness_pair[40], pair_key[65], owner[64];
    char others_pair[40]; /* the witness has this one too; empty: none */
    bool older;           /* another engine than ours is there */
    bool kept;            /* and is kept beside ours, since it gave way */
    bool worker_older;    /* and so is its worker, still */
    char asks[40],
        next[40]; /* its witnesses, where a test moves them; else empty */
    bool blind;   /* it does not reach the next one */
};

struct ft_ssh {
    struct fake_host *host;
};

struct ft_hub {
    struct ft_hub_host *host;
};

/* A connection: to the host, and to its engine where one runs. */
struct ft_hub_host {
    const char *name;
    struct ft_ssh session; /* of no host: not connected */
    bool engine;
    struct ft_error failed;
};

static struct fake_host hosts[HOSTS];
static bool copying; /* the first copy takes for ever */
static int resync;   /* for so many answers of a host the copy is filled anew */

/* The nth call of this kind (from 1) fails, and the following ones. */
static struct {
    const char *host, *verb;
    int nth, times;
    int code;
    enum ft_reach reach; /* its class; none: the engine's own refusal */
    bool after;          /* it has been done, only the answer is lost */
    bool vanish;         /* and then the host is away */
} rule;

/* What the user was told of tries, and whether he has enough of them. */
static struct {
    int told;
    char text[1024];
    bool enough;
} watched;

static void
on_again(void *data, const char *text)
{
    (void)data;
    watched.told++;
    snprintf(watched.text, sizeof(watched.text), "%s", text);
}

static int
has_enough(void *data)
{
    (void)data;
    return watched.enough;
}

__attribute__((unused)) static const struct ft_fleet_watch watch = { on_again,
                                                                     has_enough,
                                                                     NULL };

static char trace[4096]; /* "h2:pair-set h1:pair-set ..." */

/* Whose engine has been taken; NULL: nobody's. */
static const char *taken;

static int
take_engine(void *data, const char *host, struct ft_error *err)
{
    (void)data;
    (void)err;
    assert_null(taken);
    taken = host;
    return 0;
}

static void
give_engine(void *data, const char *host)
{
    (void)data;
    assert_ptr_equal(taken, host);
    taken = NULL;
}

/* What concerns the engine itself is for who has taken it. */
static void
assert_taken(const struct fake_host *host)
{
    assert_non_null(taken);
    assert_string_equal(taken, host->name);
}

static void
note_call(const struct fake_host *host, const char *verb)
{
    size_t n = strlen(trace);

    assert_true(n + 64 < sizeof(trace));
    snprintf(trace + n, sizeof(trace) - n, "%s:%s ", host->name, verb);
}

/* Whether this call is to fail now. */
static bool
is_due(const struct fake_host *host, const char *verb)
{
    if (!rule.verb || strcmp(rule.host, host->name) || strcmp(rule.verb, verb))
        return false;
    if (--rule.nth > 0 || rule.times <= 0)
        return false;
    rule.times--;
    return true;
}

static int
fail_as_told(struct fake_host *host, const char *verb, struct ft_error *err)
{
    if (rule.vanish)
        host->away = true;
    if (rule.reach != FT_REACH_NONE)
        return ft_reach_fail(err, rule.reach, NULL, "%s: %s fails as told",
                             host->name, verb);
    return ft_fail(err, rule.code, NULL, "%s: %s fails as told", host->name,
                   verb);
}

/* ---- SSH and installation ---- */

static struct fake_host *
host_named(const char *name)
{
    for (int i = 0; i < HOSTS; i++)
        if (!strcmp(hosts[i].name, name))
            return &hosts[i];
    return NULL;
}

int
ft_hub_open(struct ft_hub **hub, struct ft_error *err)
{
    (void)err;
    *hub = calloc(1, sizeof(**hub));
    return 0;
}

void
ft_hub_close(struct ft_hub *hub)
{
    if (hub)
        free(hub->host);
    free(hub);
}

int
ft_hub_add(struct ft_hub *hub, const struct ft_hub_where *where,
           struct ft_hub_host **host, struct ft_error *err)
{
    (void)err;
    assert_null(hub->host);
    *host = hub->host = calloc(1, sizeof(**host));
    hub->host->name = where->destination;
    return 0;
}

void
ft_hub_disconnect(struct ft_hub_host *h)
{
    h->session.host = NULL;
    h->engine = false;
    h->failed.code = 0;
}

void
ft_hub_reopen(struct ft_hub_host *h)
{
    h->engine = false;
    h->failed.code = 0;
}

void
ft_hub_state(struct ft_hub_host *h, struct ft_hub_state *state)
{
    memset(state, 0, sizeof(*state));
    state->ssh = h->session.host != NULL;
    state->error = h->failed;
    state->phase = h->engine        ? FT_HUB_LIVE
                   : h->failed.code ? FT_HUB_GONE
                                    : FT_HUB_IDLE;
}

static int
fake_connect(struct ft_hub_host *h, struct ft_error *err)
{
    struct fake_host *host = host_named(h->name);

    if (!h->session.host && (!host || host->away))
        ft_fail(&h->failed, EHOSTUNREACH, NULL, "no way to %s", h->name);
    else if (!h->session.host && is_due(host, "ssh"))
        fail_as_told(host, "ssh", &h->failed);
    else
        h->session.host = host;
    if (!h->session.host)
        *err = h->failed;
    return h->session.host ? 0 : -err->code;
}

static int
fake_engine(struct ft_hub_host *h, struct ft_error *err)
{
    struct fake_host *host = h->session.host;

    if (!h->engine && host->away) {
        ft_hub_disconnect(h);
        ft_fail(&h->failed, EPIPE, NULL, "lost");
    } else if (!h->engine && !host->running) {
        ft_fail(&h->failed, host->installed ? ECONNREFUSED : ENOENT, NULL,
                "no engine");
    } else {
        h->engine = true;
        h->failed.code = 0;
        return 0;
    }
    *err = h->failed;
    return -err->code;
}

/* As the real one: whoever connects looks for the engine, too. */
int
ft_hub_do(struct ft_hub_host *h, ft_hub_job job, void *data,
          struct ft_error *err)
{
    struct ft_error ignored;
    int rc = fake_connect(h, err);

    if (rc)
        return rc;
    if (!h->engine && !h->session.host->away)
        fake_engine(h, &ignored);
    rc = job(&h->session, data, err);
    if (rc == -EPIPE)
        ft_hub_disconnect(h);
    return rc;
}

int
ft_hub_follow(struct ft_hub_host *h, const char *verb, json_t *args,
              int timeout_ms, uint64_t *ticket, struct ft_error *err)
{
    if (ticket)
        *ticket = 0;
    (void)h;
    (void)args;
    (void)timeout_ms;
    (void)err;
    fail_msg("nothing here follows %s", verb);
    return 0;
}

void
ft_hub_cancel(struct ft_hub_host *h, uint64_t ticket)
{
    (void)h;
    (void)ticket;
}

int
ft_hub_next(struct ft_hub *hub, int timeout_ms, struct ft_hub_message *message)
{
    (void)hub;
    (void)timeout_ms;
    (void)message;
    return 0;
}

/* What commands do there; NULL: there are none. */
static int (*on_command)(const char *command, struct ft_ssh_result *result,
                         struct ft_error *err);

/* Of what a host's files are nothing is known. */
int
ft_ssh_run(struct ft_ssh *session, const char *command, const void *input,
           size_t input_size, int timeout_ms, struct ft_ssh_result *result,
           struct ft_error *err)
{
    (void)session;
    (void)input;
    (void)input_size;
    (void)timeout_ms;
    return on_command ? on_command(command, result, err)
                      : ft_fail(err, ENOTSUP, NULL, "no commands here");
}

void
ft_ssh_result_free(struct ft_ssh_result *result)
{
    (void)result;
}

void
ft_ssh_set_trace(struct ft_ssh *session, const struct ft_trace *to,
                 const char *name)
{
    (void)session;
    (void)to;
    (void)name;
}

int
ft_install_find(const char *wanted, char *path, size_t size,
                struct ft_error *err)
{
    (void)err;
    snprintf(path, size, "%s", wanted ? wanted : "/build/ftengine");
    return 0;
}

int
ft_install_look(struct ft_ssh *session, const char *local,
                struct ft_install_state *state, struct ft_error *err)
{
    (void)local;
    assert_non_null(session);
    assert_taken(session->host);
    memset(state, 0, sizeof(*state));
    state->uploaded = session->host->installed;
    state->running = session->host->running;
    state->current = !session->host->older;
    memset(state->sha256, session->host->older ? '1' : '2', 64);
    return session->host->away ? ft_fail(err, EPIPE, NULL, "lost") : 0;
}

bool
ft_install_any(const struct ft_install_state *state)
{
    return state->uploaded;
}

enum ft_install_way
ft_install_way(const struct ft_install_state *state, const char *version)
{
    (void)version;
    return state->current && state->running ? FT_INSTALL_NOTHING
                                            : FT_INSTALL_UPLOAD;
}

int
ft_install_ensure(struct ft_ssh *session, const char *local,
                  enum ft_install_old old, ft_ssh_progress progress, void *data,
                  bool *changed, struct ft_error *err)
{
    struct fake_host *host = session->host;
    bool due = is_due(host, "install");

    (void)local;
    assert_taken(host);
    note_call(host, "install");
    if (host->away)
        return ft_fail(err, EPIPE, NULL, "lost");
    if (due && !rule.after)
        return fail_as_told(host, "install", err);
    if (progress && progress(data, 1, 2))
        return ft_fail(err, ECANCELED, NULL, "given up");
    *changed = !host->running || host->older;
    host->kept |= host->older && old == FT_INSTALL_KEEP_OLD;
    host->worker_older |= host->older && host->pair[0];
    host->older = false;
    host->installed = host->running = true;
    return due ? fail_as_told(host, "install", err) : 0;
}

int
ft_install_restore(struct ft_ssh *session, const char *sha256, bool *restored,
                   struct ft_error *err)
{
    struct fake_host *host = session->host;

    assert_taken(host);
    if (host->away)
        return ft_fail(err, EPIPE, NULL, "lost");
    assert_int_equal(strspn(sha256, "1"), 64);
    *restored = host->kept;
    host->older |= host->kept;
    host->kept = false;
    return 0;
}

int
ft_install_settle(struct ft_ssh *session, struct ft_error *err)
{
    if (session->host->away)
        return ft_fail(err, EPIPE, NULL, "lost");
    session->host->kept = false;
    return 0;
}

int
ft_install_remove(struct ft_ssh *session, bool purge, struct ft_error *err)
{
    struct fake_host *host;

    assert_non_null(session);
    host = session->host;
    assert_taken(host);
    assert_true(purge);
    note_call(host, "remove");
    if (host->away)
        return ft_fail(err, EPIPE, NULL, "lost");
    if (is_due(host, "remove"))
        return fail_as_told(host, "remove", err);
    assert_string_equal(host->pair, ""); /* never under a running pair */
    host->installed = host->running = false;
    return 0;
}

static json_t *
facts_of(const struct fake_host *host)
{
    int n = (int)(host - hosts);
    json_t *facts =
        make_facts(host->name, n + 1, n < W1, n == H1 ? domain_facts : "");

    json_object_set_new(facts, "realtime_ns",
                        json_integer(ft_clock_realtime_ns()));
    return facts;
}

int
ft_install_probe(struct ft_ssh *session, const char *local, json_t **facts,
                 struct ft_error *err)
{
    (void)local;
    (void)err;
    *facts = facts_of(session->host);
    return 0;
}

/* ---- engines ---- */

void
ft_json_wipe(json_t *value)
{
    json_decref(value);
}

/* Both know the pair with one key: then they are protected at once. */
static bool
is_protected(const char *pair)
{
    return !copying && !hosts[H1].demoted && !strcmp(hosts[H1].pair, pair) &&
           !strcmp(hosts[H2].pair, pair) &&
           !strcmp(hosts[H1].key, hosts[H2].key);
}

static json_t *
witnesses_of(const struct fake_host *host)
{
    return json_pack("{s:s,s:o}", "witness", host->asks, "next_witness",
                     host->next[0]
                         ? json_pack("{s:s,s:b,s:b}", "name", host->next,
                                     "reachable", !host->blind, "older", 0)
                         : json_null());
}

/* 0: it asks the old one, w1; 1: both; 2: the new one. */
static int
stage_of(const struct fake_host *host)
{
    return strcmp(host->asks, "w1") != 0 ? 2 : host->next[0] != '\0';
}

/* Never does one of them ask only the one, and the other one only the other. */
static int
move_witness(struct fake_host *host, const json_t *args, struct ft_error *err)
{
    const char *step = ft_json_string(args, "step", "");
    const char *name =
        ft_json_string(json_object_get(args, "witness"), "name", "");

    if (!strcmp(step, "join") && strcmp(host->asks, name) != 0)
        strcpy(host->next, name);
    else if (!strcmp(step, "back"))
        host->next[0] = '\0';
    else if (!strcmp(step, "move") && !strcmp(host->next, name)) {
        strcpy(host->asks, name);
        host->next[0] = '\0';
    } else if (strcmp(host->asks, name) != 0)
        return ft_fail(err, EPERM, NULL, "it has not joined");
    assert_in_range(stage_of(&hosts[H1]) - stage_of(&hosts[H2]) + 1, 0, 2);
    return 0;
}

static json_t *
status_of(const struct fake_host *host)
{
    json_t *pairs = json_array();

    if (host->pair[0])
        json_array_append_new(pairs,
                              json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:b,s:s,s:s}",
                                        "pair", host->pair, "vm", "vm1", "uuid",
                                        VM_UUID, "role", host->role, "state",
                                        host->alone                 ? "alone"
                                        : !is_protected(host->pair) ? "syncing"
                                        : resync > 0 ? "resyncing"
                                                     : "protected",
                                        "generation",
                                        (json_int_t)host->generation,
                                        "peer_connected", 1, "primary", "h1",
                                        "standby", "h2"));
    if (host->pair[0])
        json_object_update_new(json_array_get(pairs, 0),
                               json_pack("{s:b,s:b,s:{s:i}}", "worker_older",
                                         host->worker_older, "committed",
                                         host->committed, "progress", "done",
                                         100 - resync));
    if (host->pair[0] && host->asks[0])
        json_object_update_new(json_array_get(pairs, 0), witnesses_of(host));
    resync -= resync > 0;
    if (host->generation > 1)
        json_object_set_new(json_array_get(pairs, 0), "last_takeover",
                            json_pack("{s:s}", "at", TAKEOVER_AT));
    return json_pack("{s:s,s:o,s:{s:b}}", "host", host->name, "pairs", pairs,
                     "witness", "running", host->witness);
}

static void
forget(struct fake_host *host)
{
    host->pair[0] = host->key[0] = host->witness_key[0] = '\0';
    json_decref(host->config);
    host->config = NULL;
}

static void
set_pair(struct fake_host *host, const json_t *args)
{
    const json_t *config = json_object_get(args, "config");

    forget(host);
    host->alone = false;
    host->config = json_deep_copy(config);
    snprintf(host->pair, sizeof(host->pair), "%s",
             ft_json_string(config, "pair", ""));
    snprintf(host->key, sizeof(host->key), "%s",
             ft_json_string(args, "key", ""));
    snprintf(host->witness_key, sizeof(host->witness_key), "%s",
             ft_json_string(args, "witness_key", ""));
    strcpy(host->role, host->demoted || ft_json_int(config, "self", 0, 1, 0)
                           ? "standby"
                           : "primary");
    host->generation = 1;
}

static void
set_witness_pair(struct fake_host *host, const json_t *args)
{
    snprintf(host->witness_pair, sizeof(host->witness_pair), "%s",
             ft_json_string(args, "pair", ""));
    snprintf(host->pair_key, sizeof(host->pair_key), "%s",
             ft_json_string(args, "key", ""));
    snprintf(host->owner, sizeof(host->owner), "%s",
             ft_json_string(args, "owner", ""));
}

static json_t *
witnessed_by(const struct fake_host *host)
{
    const char *pairs[] = { host->witness_pair, host->others_pair };
    json_t *list = json_array();

    for (size_t i = 0; i < FT_ARRAY_SIZE(pairs); i++)
        if (pairs[i][0])
            json_array_append_new(list, json_pack("{s:s}", "pair", pairs[i]));
    return json_pack("{s:o}", "pairs", list);
}

static json_t *
let_go(struct fake_host *host, const json_t *args)
{
    snprintf(host->runs_on, sizeof(host->runs_on), "%s",
             ft_json_string(args, "runs_on", "nobody knows where"));
    forget(host);
    return json_pack("{s:s}", "vm_state", "running");
}

/* Never while the other side's is not through with it. */
static json_t *
replace_worker(struct fake_host *host)
{
    bool older = host->worker_older;

    assert_int_equal(resync, 0);
    host->worker_older = false;
    resync = older ? 3 : 0;
    return json_pack("{s:b}", "replaced", older);
}

/* What an engine does. */
static int
perform(struct fake_host *host, const char *verb, const json_t *args,
        json_t **result, struct ft_error *err)
{
    const char *pair = ft_json_string(args, "pair", "");

    if (!strcmp(verb, "witness-pair-remove"))
        host->host_left = ft_json_bool(args, "host_left", 0) != 0;
    if (!strcmp(verb, "hello"))
        *result = json_object();
    else if (!strcmp(verb, "status"))
        *result = status_of(host);
    else if (!strcmp(verb, "probe"))
        *result = facts_of(host);
    else if (!strcmp(verb, "pair-set"))
        set_pair(host, args);
    else if (!strcmp(verb, "pair-remove") && !strcmp(host->pair, pair))
        *result = let_go(host, args);
    else if (!strcmp(verb, "pair-remove"))
        return ft_fail(err, ENOENT, NULL, "no such pair");
    else if (!strcmp(verb, "sink"))
        ; /* what is sent there is of no matter */
    else if (!strcmp(verb, "witness-start"))
        host->witness = true;
    else if (!strcmp(verb, "witness-stop"))
        host->witness = false;
    else if (!strcmp(verb, "witness-list"))
        *result = witnessed_by(host);
    else if (!strcmp(verb, "witness-pair-set"))
        set_witness_pair(host, args);
    else if (!strcmp(verb, "witness-pair-remove") &&
             !strcmp(host->witness_pair, pair))
        memset(host->witness_pair, 0, sizeof(host->witness_pair));
    else if (!strcmp(verb, "witness-pair-remove"))
        return ft_fail(err, ENOENT, NULL, "no such pair");
    else if (!strcmp(verb, "pair-witness"))
        return move_witness(host, args, err);
    else if (!strcmp(verb, "worker-replace"))
        *result = replace_worker(host);
    else if (!strcmp(verb, "switchover"))
        *result = json_pack("{s:f,s:i,s:s}", "outage_ms", 12.5, "generation", 2,
                            "primary", "h2");
    else
        fail_msg("unknown verb %s", verb);
    return 0;
}

static int
answer_call(struct fake_host *host, const char *verb, json_t *args,
            json_t **result, struct ft_error *err)
{
    bool looks = !strcmp(verb, "status") || !strcmp(verb, "probe") ||
                 !strcmp(verb, "hello") || !strcmp(verb, "witness-list");
    json_t *answer = NULL;
    bool due = is_due(host, verb);
    int rc = 0;

    if (!looks)
        note_call(host, verb);
    if (host->away || !host->running)
        rc = ft_fail(err, EPIPE, NULL, "connection to %s lost", host->name);
    else if (due && !rule.after)
        rc = fail_as_told(host, verb, err);
    else
        rc = perform(host, verb, args, &answer, err);
    if (!rc && due)
        rc = fail_as_told(host, verb, err);
    json_decref(args);
    if (!rc && result)
        *result = json_incref(answer);
    json_decref(answer);
    return rc;
}

int
ft_hub_call(struct ft_hub_host *h, const char *verb, json_t *args,
            int timeout_ms, json_t **result, struct ft_error *err)
{
    int rc = fake_connect(h, err);

    (void)timeout_ms;
    if (!rc)
        rc = fake_engine(h, err);
    if (rc)
        json_decref(args);
    else
        rc = answer_call(h->session.host, verb, args, result, err);
    if (rc == -EPIPE)
        ft_hub_disconnect(h);
    return rc;
}

/* ---- the journal ---- */

static struct {
    char text[4096]; /* "begin 0:started 0:done ... end:done" */
    int fail_at;     /* the n-th call fails; 0: none */
    bool dies;       /* and nothing is written, nor said, after it */
    int fail_code;   /* 0: ENOSPC */
    int calls;
    struct ft_journal_entry entry, unfinished; /* pair empty: none */
    char left[40]; /* the pair that it leaves as one of its steps, once begun */
    struct ft_found found[FT_FOUND_MAX];
    size_t found_count;
    json_t *chosen;
    const char *shared; /* another pair has this host; NULL: none */
} book;

/* As a database that was never written to. */
__attribute__((unused)) static void
book_anew(void)
{
    json_decref(book.chosen);
    memset(&book, 0, sizeof(book));
}

static int
book_write(const char *what, struct ft_error *err)
{
    size_t n = strlen(book.text);
    bool dead = book.dies && book.calls >= book.fail_at;

    assert_true(n + 64 < sizeof(book.text));
    if (!dead)
        snprintf(book.text + n, sizeof(book.text) - n, "%s ", what);
    return ++book.calls == book.fail_at || dead
               ? ft_fail(err, book.fail_code ? book.fail_code : ENOSPC, NULL,
                         "the database is full")
               : 0;
}

static int
book_begin(void *data, const struct ft_journal_entry *entry,
           const json_t *chosen, struct ft_error *err)
{
    (void)data;
    if (*book.entry.leaves && !strcmp(entry->verb, "unprotect")) {
        assert_string_equal(entry->pair, book.entry.leaves);
        strcpy(book.left, entry->pair);
        return book_write("leave", err);
    }
    book.entry = *entry;
    if (chosen) {
        json_decref(book.chosen);
        book.chosen = json_deep_copy(chosen);
    }
    return book_write("begin", err);
}

static int
book_step(void *data, const struct ft_journal_entry *entry, size_t index,
          const char *step, const char *host, enum ft_step_state state,
          struct ft_error *err)
{
    char text[100];

    (void)data;
    (void)step;
    (void)host;
    if (!strcmp(entry->pair, book.left))
        return book_write("left", err);
    assert_string_equal(entry->pair, book.entry.pair);
    snprintf(text, sizeof(text), "%zu:%s", index, ft_step_state_name(state));
    return book_write(text, err);
}

static bool
is_same(const struct ft_found *a, const struct ft_found *b)
{
    return a->kind == b->kind && !strcmp(a->host, b->host);
}

static int
book_found(void *data, const struct ft_journal_entry *entry,
           const struct ft_found *found, struct ft_error *err)
{
    char text[100];
    int rc;

    (void)data;
    assert_string_equal(entry->pair, book.entry.pair);
    snprintf(text, sizeof(text), "found:%.60s", ft_step_kind_name(found->kind));
    rc = book_write(text, err);
    for (size_t i = 0; !rc && i < book.found_count; i++)
        if (is_same(&book.found[i], found))
            return 0;
    if (!rc)
        book.found[book.found_count++] = *found;
    return rc;
}

static int
book_list(void *data, const struct ft_journal_entry *entry,
          struct ft_found found[FT_FOUND_MAX], size_t *count,
          struct ft_error *err)
{
    (void)data;
    (void)entry;
    (void)err;
    memcpy(found, book.found, sizeof(book.found));
    *count = book.found_count;
    return 0;
}

static int
book_undone(void *data, const struct ft_journal_entry *entry,
            const struct ft_found *found, struct ft_error *err)
{
    size_t kept = 0;

    (void)data;
    (void)entry;
    (void)err;
    for (size_t i = 0; i < book.found_count; i++)
        if (!is_same(&book.found[i], found))
            book.found[kept++] = book.found[i];
    assert_int_equal(kept + 1, book.found_count);
    book.found_count = kept;
    return 0;
}

static int
book_shared(void *data, const struct ft_journal_entry *entry, const char *host,
            bool *shared, struct ft_error *err)
{
    (void)data;
    (void)entry;
    (void)err;
    *shared = book.shared && !strcmp(book.shared, host);
    return 0;
}

static int
book_end(void *data, const struct ft_journal_entry *entry,
         enum ft_journal_end how, struct ft_error *err)
{
    static const char *const names[] = { [FT_JOURNAL_DONE] = "end:done",
                                         [FT_JOURNAL_ROLLED_BACK] =
                                             "end:rolled-back",
                                         [FT_JOURNAL_PARTLY] = "end:partly" };

    (void)data;
    return book_write(strcmp(entry->pair, book.left) != 0 ? names[how]
                      : how == FT_JOURNAL_ROLLED_BACK     ? "not-left"
                                                          : "left",
                      err);
}

static int
book_pending(void *data, const char *vm, struct ft_journal_entry *entry,
             json_t **chosen, struct ft_error *err)
{
    (void)data;
    (void)vm;
    (void)err;
    *entry = book.unfinished;
    if (chosen)
        *chosen = json_incref(book.chosen);
    return book.unfinished.pair[0] ? 0 : -ENOENT;
}

__attribute__((unused)) static const struct ft_journal_ops journal = {
    book_begin,  book_step, book_found,   book_list, book_undone,
    book_shared, book_end,  book_pending, NULL
};

/* ---- a fleet of all of them ---- */

static struct ft_fleet fleet;

static void
fleet_up(void)
{
    static const struct ft_engine_guard guard = { take_engine, give_engine,
                                                  NULL };
    struct ft_error err = FT_ERROR_INIT;

    assert_int_equal(ft_fleet_init(&fleet, NULL, NULL, &err), 0);
    ft_fleet_set_guard(&fleet, &guard);
    for (int i = 0; i < HOSTS; i++)
        assert_int_equal(ft_fleet_add(&fleet, hosts[i].name, NULL, NULL, &err),
                         0);
}

/* As another run of ftadmin: it knows nothing of the last one. */
__attribute__((unused)) static void
fleet_anew(void)
{
    ft_fleet_free(&fleet);
    fleet_up();
}

static int
begin(void **state)
{
    static const char *const names[] = { "h1", "h2", "w1", "w2" };

    (void)state;
    memset(hosts, 0, sizeof(hosts));
    memset(&rule, 0, sizeof(rule));
    book_anew();
    trace[0] = '\0';
    copying = false;
    resync = 0;
    for (int i = 0; i < HOSTS; i++)
        hosts[i].name = names[i];
    fleet_up();
    return 0;
}

static int
end(void **state)
{
    (void)state;
    book_anew();
    ft_fleet_free(&fleet);
    assert_null(taken);
    for (int i = 0; i < HOSTS; i++)
        json_decref(hosts[i].config);
    return 0;
}

/* The pair as it is when all went well. */
__attribute__((unused)) static void
protect_by_hand(void)
{
    for (int i = 0; i < HOSTS; i++)
        hosts[i].installed = hosts[i].running = true;
    for (int i = 0; i < 2; i++) {
        strcpy(hosts[i].pair, PAIR_UUID);
        strcpy(hosts[i].role, i ? "standby" : "primary");
        hosts[i].generation = 1;
    }
    hosts[W1].witness = true;
    strcpy(hosts[W1].witness_pair, PAIR_UUID);
}

__attribute__((unused)) static void
assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" lacks \"%s\"", text, part);
}

#define FAKE_TEST(function) \
    cmocka_unit_test_setup_teardown(function, begin, end)

#endif
