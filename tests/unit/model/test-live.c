/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live state: who said what when, and what is left when a host is silent. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/copy.h"
#include "ui/model/live-rows.h"
#include "ui/model/making.h"
#include "ui/model/older.h"
#include "ui/model/verdict.h"

static void
begin(struct ft_live *live)
{
    static const char *const names[] = { "h1", "h2", "w1" };
    struct ft_store_host *hosts = calloc(3, sizeof(*hosts));

    memset(live, 0, sizeof(*live));
    for (int i = 0; i < 3; i++) {
        FT_COPY(hosts[i].name, names[i]);
        FT_COPY(hosts[i].engine_version, "0.1.0");
        hosts[i].hypervisor = i < 2;
        hosts[i].seen_at = 5000;
    }
    assert_int_equal(ft_live_set_hosts(live, hosts, 3), 0);
}

static json_t *
status_of(const char *pair, const char *role, const char *state, int age_ms)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:b,s:f}",
                     "pair", pair, "vm", pair, "role", role, "state", state,
                     "reason", "", "primary", "h1", "standby", "h2", "witness",
                     "w1", "generation", 2, "age_ms", age_ms,
                     "witness_reachable", 1, "lag_ms", 30.0);
}

static void
say_of(struct ft_live *live, const char *host, const char *role,
       const char *state, int age_ms, int64_t now)
{
    FT_AUTOJSON json_t *reply =
        json_pack("{s:s,s:[o],s:n}", "version", "0.2.0", "pairs",
                  status_of("p1", role, state, age_ms), "witness");

    assert_int_equal(ft_live_take_reply(ft_live_find(live, host), reply, now),
                     0);
}

static void
say(struct ft_live *live, const char *host, const char *role, const char *state,
    int64_t now)
{
    say_of(live, host, role, state, 0, now);
}

static json_t *
first_pair(const struct ft_live *live, int64_t now, int64_t wall)
{
    FT_AUTOJSON json_t *rows = ft_live_pair_rows(live, now, wall);

    assert_int_equal(json_array_size(rows), 1);
    return json_incref(json_array_get(rows, 0));
}

static void
check(const struct ft_live *live, int64_t now, const char *standing,
      size_t sides)
{
    FT_AUTOJSON json_t *row = first_pair(live, now, 9000000);

    assert_string_equal(ft_json_string(row, "standing", ""), standing);
    assert_int_equal(json_array_size(json_object_get(row, "sides")), sides);
}

static const char *
host_state(const struct ft_live *live, const char *name, int64_t now)
{
    static char state[32];
    FT_AUTOJSON json_t *rows = ft_live_host_rows(live, now, 9000);
    const json_t *row;
    size_t index;

    *state = '\0';
    json_array_foreach(rows, index, row)
        if (!strcmp(ft_json_string(row, "name", ""), name))
            FT_COPY(state, ft_json_string(row, "state", ""));
    return state;
}

static void
test_both_sides(void **state)
{
    struct ft_live live;
    json_t *row, *sides;

    (void)state;
    begin(&live);
    assert_string_equal(host_state(&live, "h1", 0), "connecting");
    say_of(&live, "h2", "standby", "protected", 200, 1000);
    say_of(&live, "h1", "primary", "protected", 200, 1500);
    row = first_pair(&live, 1600, 0);
    sides = json_object_get(row, "sides");
    assert_string_equal(ft_json_string(row, "heard_from", ""), "h1");
    assert_true(json_number_value(json_object_get(row, "age_s")) == 0.3);
    assert_int_equal(json_array_size(sides), 2);
    assert_string_equal(ft_json_string(json_array_get(sides, 1), "host", ""),
                        "h2");
    assert_true(json_number_value(
                    json_object_get(json_array_get(sides, 1), "age_s")) == 0.8);
    assert_true(json_is_true(json_object_get(row, "primary_live")));
    assert_true(json_is_false(json_object_get(row, "witness_live")));
    assert_string_equal(ft_json_string(row, "health", ""), "ok");
    json_decref(row);
    ft_live_free(&live);
}

/* 3 s without a line, and what a host said is gone; the other one speaks on. */
static void
test_stale(void **state)
{
    struct ft_live live;
    FT_AUTOJSON json_t *ages = json_pack("{s:i}", "p1", 0);
    FT_AUTOJSON json_t *row = NULL;

    (void)state;
    begin(&live);
    say(&live, "h1", "primary", "protected", 1000);
    say(&live, "h2", "standby", "protected", 3500);
    check(&live, 4000, "protected", 2);
    assert_string_equal(host_state(&live, "h1", 4000), "ok");
    check(&live, 4001, "protected", 1);
    assert_string_equal(host_state(&live, "h1", 4001), "stale");
    check(&live, 6501, "unknown", 2); /* last words, and no figures */
    row = first_pair(&live, 6501, 0);
    assert_true(json_is_null(json_object_get(row, "lag_ms")));
    assert_string_equal(ft_json_string(row, "health", ""), "unknown");
    ft_live_heard(ft_live_find(&live, "h1"), 30000);
    ft_live_take_ages(ft_live_find(&live, "h1"), ages, 30000);
    check(&live, 30000, "protected", 1);
    ft_live_free(&live);
}

/* A daemon that hands on what its hung worker said long ago. */
static void
test_worker_hangs(void **state)
{
    struct ft_live live;

    (void)state;
    begin(&live);
    say_of(&live, "h1", "primary", "protected", 200, 1000);
    for (int64_t now = 1500; now < 9000; now += 500)
        ft_live_heard(ft_live_find(&live, "h1"), now);
    assert_string_equal(host_state(&live, "h1", 8500), "ok");
    check(&live, 8500, "unknown", 1);
    ft_live_free(&live);
}

static void
test_gone_and_missing(void **state)
{
    struct ft_live live;
    struct ft_error err = { ECONNREFUSED, "no", "", NULL };
    FT_AUTOJSON json_t *empty = json_pack("{s:s,s:[]}", "version", "1", "pairs");
    FT_AUTOJSON json_t *rows = NULL;

    (void)state;
    begin(&live);
    say(&live, "h1", "primary", "protected", 1000);
    ft_live_take_reply(ft_live_find(&live, "h1"), empty, 1100);
    rows = ft_live_pair_rows(&live, 1100, 0);
    assert_int_equal(json_array_size(rows), 0);
    ft_live_gone(ft_live_find(&live, "h1"), &err, false);
    assert_string_equal(host_state(&live, "h1", 1200), "unreachable");
    ft_live_gone(ft_live_find(&live, "h1"), &err, true);
    assert_string_equal(host_state(&live, "h1", 1200), "no-engine");
    err.kind = "refused";
    ft_live_gone(ft_live_find(&live, "h1"), &err, false);
    assert_string_equal(host_state(&live, "h1", 1200), "refused");
    say(&live, "h2", "standby", "protected", 1200);
    ft_live_gone(ft_live_find(&live, "h2"), &err, false);
    check(&live, 1300, "unknown", 1);
    assert_null(ft_live_find(&live, "h9"));
    ft_live_free(&live);
}

/* What only the database knows; and what both hosts do not know any more. */
static void
test_stored(void **state)
{
    struct ft_live live;
    struct ft_store_pair *pairs = calloc(1, sizeof(*pairs));
    FT_AUTOJSON json_t *empty = json_pack("{s:s,s:[]}", "version", "1", "pairs");
    FT_AUTOJSON json_t *row = NULL, *silent = NULL;

    (void)state;
    begin(&live);
    FT_COPY(pairs->pair, "p1");
    FT_COPY(pairs->vm, "p1");
    FT_COPY(pairs->primary, "h1");
    FT_COPY(pairs->standby, "h2");
    FT_COPY(pairs->phase, "applied");
    assert_int_equal(ft_live_set_pairs(&live, pairs, 1), 0);
    live.stored->status = status_of("p1", "primary", "protected", 0);
    live.stored->at_ms = 1000;
    row = first_pair(&live, 1, 61000);
    assert_string_equal(ft_json_string(row, "standing", ""), "unknown");
    assert_string_equal(ft_json_string(row, "health", ""), "unknown");
    assert_true(json_number_value(json_object_get(row, "age_s")) == 60);
    assert_true(json_is_null(json_object_get(row, "lag_ms")));
    ft_live_take_reply(ft_live_find(&live, "h1"), empty, 100);
    ft_live_take_reply(ft_live_find(&live, "h2"), empty, 100);
    silent = first_pair(&live, 100, 61000);
    assert_string_equal(ft_json_string(silent, "standing", ""), "unprotected");
    assert_string_equal(ft_json_string(silent, "health", ""), "crit");
    say(&live, "h1", "primary", "alone", 200);
    check(&live, 200, "alone", 1);
    ft_live_free(&live);
}

/* Of a pair that the VM has left for another one only where something is left of it;
 * also when the host that returns speaks of it. */
static void
test_left(void **state)
{
    struct ft_live live;
    struct ft_store_pair *pairs = calloc(2, sizeof(*pairs));
    const json_t *row;

    (void)state;
    begin(&live);
    for (int i = 0; i < 2; i++) {
        FT_COPY(pairs[i].pair, i ? "p2" : "p1");
        FT_COPY(pairs[i].vm, "vm1");
        FT_COPY(pairs[i].vm_uuid, "u1");
        FT_COPY(pairs[i].primary, "h1");
        FT_COPY(pairs[i].standby, i ? "h3" : "h2");
        FT_COPY(pairs[i].phase, i ? "applied" : "removing");
    }
    assert_int_equal(ft_live_set_pairs(&live, pairs, 2), 0);
    for (int speaks = 0; speaks < 2; speaks++) {
        FT_AUTOJSON json_t *rows = NULL;

        if (speaks) /* p1 */
            say(&live, "h2", "standby", "protected", 1000);
        rows = ft_live_pair_rows(&live, 1000, 61000);
        assert_int_equal(json_array_size(rows), 1);
        row = json_array_get(rows, 0);
        assert_string_equal(ft_json_string(row, "pair", ""), "p2");
        row = json_array_get(json_object_get(row, "left"), 0);
        assert_string_equal(ft_json_string(row, "host", ""), "h2");
        assert_string_equal(ft_json_string(row, "pair", ""), "p1");
    }
    ft_live_free(&live);
}

/* Since when a state lasts is known only of a change that was seen. */
static void
test_since(void **state)
{
    struct ft_live live;
    FT_AUTOJSON json_t *row = NULL, *changed = NULL;

    (void)state;
    begin(&live);
    say(&live, "h1", "primary", "protected", 1000);
    row = first_pair(&live, 1000, 0);
    assert_true(json_is_null(json_object_get(row, "since_s")));
    say(&live, "h1", "primary", "alone", 2200);
    say(&live, "h1", "primary", "alone", 4000);
    changed = first_pair(&live, 5200, 0);
    assert_true(json_number_value(json_object_get(changed, "since_s")) == 3);
    ft_live_free(&live);
}

static void
test_garbage(void **state)
{
    struct ft_live live;
    FT_AUTOJSON json_t *odd =
        json_pack("{s:[i,n,{},{s:i}],s:i,s:s}", "pairs", 7, "pair", 3,
                  "version", 5, "witness", "x");
    FT_AUTOJSON json_t *many = json_array();
    FT_AUTOJSON json_t *reply = NULL;
    FT_AUTOJSON json_t *hosts = NULL;
    char name[24];

    (void)state;
    begin(&live);
    assert_true(ft_live_take_reply(ft_live_find(&live, "h1"), odd, 1) < 0);
    assert_true(ft_live_take_reply(ft_live_find(&live, "h1"), NULL, 1) == 0);
    for (int i = 0; i <= FT_LIVE_PAIRS; i++) {
        snprintf(name, sizeof(name), "pair-%d", i);
        json_array_append_new(many, status_of(name, "primary", "protected", 0));
    }
    reply = json_pack("{s:O}", "pairs", many);
    assert_int_equal(ft_live_take_reply(ft_live_find(&live, "h1"), reply, 1),
                     -ENOSPC);
    assert_int_equal(ft_live_find(&live, "h1")->word_count, FT_LIVE_PAIRS);
    hosts = ft_live_host_rows(&live, 1, 1);
    assert_int_equal(json_array_size(hosts), 3);
    ft_live_free(&live);
}

/* A database that changed: who stays keeps what it said. */
static void
test_hosts_change(void **state)
{
    struct ft_live live;
    struct ft_store_host *hosts = calloc(2, sizeof(*hosts));

    (void)state;
    begin(&live);
    say(&live, "h1", "primary", "alone", 1000);
    FT_COPY(hosts[0].name, "h3");
    FT_COPY(hosts[1].name, "h1");
    assert_int_equal(ft_live_set_hosts(&live, hosts, 2), 0);
    check(&live, 1000, "alone", 1);
    assert_null(ft_live_find(&live, "h2"));
    assert_non_null(ft_live_find(&live, "h3"));
    ft_live_free(&live);
}

/* VMs of a host that was looked at are as they are there, others as known. */
static void
test_vms(void **state)
{
    struct ft_live live;
    struct ft_store_vm *vms = calloc(3, sizeof(*vms));
    FT_AUTOJSON json_t *machine =
        json_pack("{s:[{s:s,s:s,s:s,s:i,s:i},{s:s,s:s,s:s},i],s:i}", "vms",
                  "uuid", "u1", "name", "vm1", "state", "running",
                  "memory_bytes", 1024, "vcpus", 2, "uuid", "u3", "name", "vm3",
                  "state", "paused", 7, "cpus", 4);
    FT_AUTOJSON json_t *pairs =
        json_pack("[{s:s,s:s,s:s,s:s}]", "uuid", "u3", "pair", "p3", "primary",
                  "h2", "state", "protected");
    FT_AUTOJSON json_t *before = NULL, *now = NULL, *later = NULL;
    FT_AUTOJSON json_t *hosts = NULL;

    (void)state;
    begin(&live);
    for (int i = 0; i < 3; i++) {
        live.hosts[i].stored.id = i + 1;
        FT_COPY(vms[i].uuid, i == 0 ? "u1" : i == 1 ? "u2" : "u9");
        FT_COPY(vms[i].name, i == 0 ? "vm1" : i == 1 ? "vm2" : "vm9");
        FT_COPY(vms[i].state, "off");
        FT_COPY(vms[i].host_name, i == 1 ? "h2" : "h1");
        vms[i].host = i == 1 ? 2 : 1;
        vms[i].disk_bytes = 77;
        vms[i].seen_at = 1000;
    }
    ft_live_set_vms(&live, vms, 3);
    before = ft_live_vm_rows(&live, pairs, 1000, 61000);
    assert_int_equal(json_array_size(before), 3);
    say(&live, "h1", "primary", "protected", 1000);
    ft_live_take_machine(ft_live_find(&live, "h1"), machine, 1000);
    now = ft_live_vm_rows(&live, pairs, 1500, 61000);
    assert_int_equal(json_array_size(now), 2); /* vm9 is gone, vm3 a copy */
    assert_string_equal(ft_json_string(json_array_get(now, 0), "state", ""),
                        "running");
    assert_int_equal(json_integer_value(
                         json_object_get(json_array_get(now, 0), "disk_bytes")),
                     77);
    assert_true(json_number_value(
                    json_object_get(json_array_get(now, 0), "age_s")) == 0.5);
    assert_string_equal(ft_json_string(json_array_get(now, 1), "vm", ""), "vm2");
    hosts = ft_live_host_rows(&live, 1500, 0);
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(json_array_get(hosts, 0), "machine"),
                         "cpus")),
                     4);
    assert_true(
        json_is_null(json_object_get(json_array_get(hosts, 1), "machine")));
    later = ft_live_vm_rows(&live, pairs, 9000, 61000); /* stale */
    assert_int_equal(json_array_size(later), 3);
    ft_live_free(&live);
}

/* A host that cannot be followed says so. */
static void
test_releases(void **state)
{
    static const struct {
        const char *one, *two;
        int order;
    } cases[] = {
        { "0.9.2", "0.9.2", 0 },
        { "0.9.2", "0.10.0", -1 },
        { "1.0", "0.9.9", 1 },
        { "1.0", "1.0.1", -1 },
        { "1.0", "1.0rc1", -1 },
        { "", "0.1", -1 },
        { "99999999999999999999", "2", 1 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        int there = ft_release_compare(cases[i].one, cases[i].two);
        int back = ft_release_compare(cases[i].two, cases[i].one);

        if ((there > 0) - (there < 0) != cases[i].order ||
            (back > 0) - (back < 0) != -cases[i].order)
            fail_msg("%s and %s: %d, %d", cases[i].one, cases[i].two, there,
                     back);
    }
}

/* The word for what is older on a host, and what is said of all. */
static void
check_older(const struct ft_live *live, const char *host, const char *older,
            const char *text, const char *sentence)
{
    FT_AUTOJSON json_t *hosts = ft_live_host_rows(live, 1000, 0);
    FT_AUTOJSON json_t *pairs = ft_live_pair_rows(live, 1000, 0);
    struct ft_verdict verdict;
    const json_t *row;
    size_t index;

    json_array_foreach(hosts, index, row) {
        bool it = !strcmp(ft_json_string(row, "name", ""), host);

        assert_string_equal(ft_json_string(row, "older", ""), it ? older : "");
        if (it)
            assert_string_equal(ft_json_string(row, "error", ""), text);
    }
    ft_verdict_of_all(pairs, hosts, &verdict);
    assert_int_equal(verdict.severity, FT_SEVERITY_OK);
    assert_string_equal(verdict.sentence, sentence);
    assert_string_equal(verdict.command,
                        *older ? "ftadmin host upgrade h2" : "ftadmin status");
}

/* An upgrade that was not finished: of a host, or of the workers on one. */
static void
test_older_engines(void **state)
{
    FT_AUTOJSON json_t *reply = NULL;
    struct ft_live live;

    (void)state;
    begin(&live);
    say(&live, "h1", "primary", "protected", 1000);
    say(&live, "h2", "standby", "protected", 1000);
    reply = json_pack("{s:s,s:[],s:n}", "version", "0.2.0", "pairs", "witness");
    ft_live_take_reply(ft_live_find(&live, "w1"), reply, 1000);
    check_older(&live, "h2", "", "",
                "Nothing to do: the only protected VM has its copy.");
    FT_COPY(live.hosts[1].engine, "0.1.9");
    check_older(&live, "h2", "engine",
                "its engine is older than that of others (0.2.0): ftadmin host "
                "upgrade h2",
                "All have their copy; the engine of h2 is older than others.");
    FT_COPY(live.hosts[1].engine, "0.2.0");
    json_object_set_new(live.hosts[1].words[0].status, "worker_older",
                        json_true());
    check_older(&live, "h2", "workers",
                "1 worker there outlived an upgrade: ftadmin host upgrade h2",
                "All have their copy; workers on h2 outlived an upgrade.");
    /* what a silent host said long ago is nobody's business */
    live.hosts[1].heard_ms = 1000 - 60000;
    {
        FT_AUTOJSON json_t *hosts = ft_live_host_rows(&live, 1000, 0);

        assert_true(
            json_is_null(json_object_get(json_array_get(hosts, 1), "older")));
    }
    ft_live_free(&live);
}

/* A host that goes down in good order says so of its copy. */
static void
test_a_standby_leaves(void **state)
{
    FT_AUTOJSON json_t *left = status_of("p1", "standby", "unprotected", 0);
    FT_AUTOJSON json_t *alone = status_of("p1", "primary", "alone", 0);
    FT_AUTOJSON json_t *row = NULL;
    FT_AUTOJSON json_t *later = NULL;
    struct ft_verdict verdict;
    struct ft_live live;

    (void)state;
    begin(&live);
    json_object_set_new(left, "reason",
                        json_string("this host is shutting down: no copy waits "
                                    "on it"));
    json_object_set_new(alone, "reason",
                        json_string("the other host is not reachable"));
    ft_live_heard(ft_live_find(&live, "h1"), 1000);
    assert_int_equal(ft_live_take_status(ft_live_find(&live, "h1"), alone, 1000),
                     0);
    ft_live_heard(ft_live_find(&live, "h2"), 1000);
    assert_int_equal(ft_live_take_status(ft_live_find(&live, "h2"), left, 1000),
                     0);
    row = first_pair(&live, 1000, 0);
    assert_string_equal(ft_json_string(row, "reason", ""),
                        "h2 is shutting down");
    ft_verdict_of_pair(row, &verdict);
    assert_string_equal(verdict.sentence,
                        "p1 runs alone on h1, for h2 is shutting down.");
    assert_int_equal(verdict.severity, FT_SEVERITY_WARN);
    assert_int_equal(verdict.move, FT_MOVE_HOSTS);
    /* it is off now: bring it back */
    say(&live, "h1", "primary", "alone", 60000);
    later = first_pair(&live, 60000, 0);
    ft_verdict_of_pair(later, &verdict);
    assert_string_equal(verdict.sentence,
                        "p1 runs alone on h1, for h2 is silent: bring it back or "
                        "move it.");
    ft_live_free(&live);
}

static void
test_polled(void **state)
{
    struct ft_live live;
    FT_AUTOJSON json_t *rows = NULL;

    (void)state;
    begin(&live);
    say(&live, "h1", "primary", "protected", 1000);
    live.hosts[0].polled = true;
    rows = ft_live_host_rows(&live, 1000, 0);
    assert_non_null(strstr(ft_json_string(json_array_get(rows, 0), "error", ""),
                           "cannot be followed"));
    ft_live_free(&live);
}

/* ---- a picture in parts ---- */

#define PAIRS 40

/* Pairs of which both, one silent host, or the database only knows. */
static void
begin_many(struct ft_live *live, struct ft_store_vm *vms)
{
    struct ft_store_pair *pairs = calloc(PAIRS, sizeof(*pairs));
    FT_AUTOJSON json_t *said = json_array();
    FT_AUTOJSON json_t *reply = NULL;
    char name[16];

    begin(live);
    for (int i = 0; i < PAIRS; i++) {
        snprintf(name, sizeof(name), "p%02d", i * 7 % PAIRS);
        FT_COPY(pairs[i].pair, name);
        FT_COPY(pairs[i].vm, name);
        FT_COPY(pairs[i].vm_uuid, name);
        FT_COPY(pairs[i].primary, "h1");
        FT_COPY(pairs[i].standby, "h2");
        FT_COPY(vms[i].name, name);
        FT_COPY(vms[i].uuid, i % 8 ? name : "other");
        FT_COPY(vms[i].host_name, "h1");
        if (i % 3) {
            json_t *status = status_of(name, "primary", "protected", 0);

            json_object_set_new(status, "uuid", json_string(name));
            json_array_append_new(said, status);
        }
    }
    assert_int_equal(ft_live_set_pairs(live, pairs, PAIRS), 0);
    reply = json_pack("{s:s,s:O}", "version", "0.2.0", "pairs", said);
    ft_live_take_reply(ft_live_find(live, "h1"), reply, 1000);
    ft_live_take_reply(ft_live_find(live, "h2"), reply, 1000);
}

static void
check_same(const struct ft_picture *a, const struct ft_picture *b)
{
    assert_true(json_equal(a->pairs, b->pairs));
    assert_true(json_equal(a->hosts, b->hosts));
    assert_true(json_equal(a->vms, b->vms));
    assert_string_equal(a->verdict.sentence, b->verdict.sentence);
    assert_memory_equal(&a->totals, &b->totals, sizeof(a->totals));
    assert_int_equal(a->none, b->none);
    assert_int_equal(a->plugs.count, b->plugs.count);
    for (size_t i = 0; i < a->plugs.count; i++)
        assert_memory_equal(&a->plugs.list[i], &b->plugs.list[i],
                            sizeof(a->plugs.list[i]));
}

static void
free_picture(struct ft_picture *p)
{
    json_decref(p->pairs);
    json_decref(p->hosts);
    json_decref(p->vms);
    ft_plugs_free(&p->plugs);
}

/* by: rows a step. */
static void
make(const struct ft_making_from *from, size_t by, struct ft_picture *p)
{
    struct ft_making *making = ft_making_begin(from);
    int rc = 0;

    memset(p, 0, sizeof(*p));
    while (!rc)
        rc = ft_making_step(making, from, by);
    assert_int_equal(rc, 1);
    ft_making_take(making, p);
    ft_making_free(making);
}

/* However it is cut, it is the same picture, and that of all rows at once. */
static void
test_made_in_parts(void **state)
{
    static const size_t steps[] = { 1, 7, 39, 1000 };
    struct ft_store_vm vms[PAIRS] = { 0 };
    struct ft_live live;
    struct ft_making_from from = { &live, vms, PAIRS, 2000, 9000000 };
    struct ft_picture whole, parts;

    (void)state;
    begin_many(&live, vms);
    make(&from, SIZE_MAX, &whole);
    assert_int_equal(json_array_size(whole.pairs), PAIRS);
    assert_int_equal(whole.none, PAIRS / 8);
    for (size_t i = 0; i < FT_ARRAY_SIZE(steps); i++) {
        make(&from, steps[i], &parts);
        check_same(&whole, &parts);
        free_picture(&parts);
    }
    memset(&parts, 0, sizeof(parts));
    parts.pairs = ft_live_pair_rows(&live, 2000, 9000000);
    parts.hosts = json_incref(whole.hosts);
    parts.vms = json_incref(whole.vms);
    ft_picture_sum(&parts);
    check_same(&whole, &parts);
    free_picture(&parts);
    free_picture(&whole);
    ft_live_free(&live);
}

/* Whatever happens between two steps, each pair is there once. */
static void
test_made_while_it_changes(void **state)
{
    struct ft_store_vm vms[PAIRS] = { 0 };
    struct ft_live live;
    struct ft_making_from from = { &live, vms, PAIRS, 2000, 9000000 };
    struct ft_making *making;
    struct ft_picture made = { 0 };
    int rc = 0;

    (void)state;
    begin_many(&live, vms);
    making = ft_making_begin(&from);
    for (int step = 0; !rc; step++) {
        struct ft_store_pair *pairs = calloc(PAIRS, sizeof(*pairs));

        rc = ft_making_step(making, &from, 3);
        for (int i = 0; i < PAIRS; i++)
            pairs[i] = live.stored[(i + step) % PAIRS].pair;
        assert_int_equal(ft_live_set_pairs(&live, pairs, PAIRS), 0);
        ft_live_remove(ft_live_find(&live, "h1"), "p07");
        ft_live_remove(ft_live_find(&live, "h2"), "p08");
    }
    assert_int_equal(rc, 1);
    ft_making_take(making, &made);
    ft_making_free(making);
    assert_int_equal(json_array_size(made.pairs), PAIRS);
    for (int i = 0; i < PAIRS; i++) {
        char name[16];

        snprintf(name, sizeof(name), "p%02d", i);
        assert_string_equal(ft_json_string(json_array_get(made.pairs, i), "vm",
                                           ""),
                            name);
    }
    free_picture(&made);
    ft_live_free(&live);
}

/* One that is given up in the middle leaves nothing behind. */
static void
test_given_up(void **state)
{
    struct ft_store_vm vms[PAIRS] = { 0 };
    struct ft_live live;
    struct ft_making_from from = { &live, vms, PAIRS, 2000, 9000000 };

    (void)state;
    begin_many(&live, vms);
    for (size_t most = 1; most < 100; most += 20) {
        struct ft_making *making = ft_making_begin(&from);

        for (int i = 0; i < 3; i++)
            ft_making_step(making, &from, most);
        ft_making_free(making);
    }
    ft_live_free(&live);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_sides),
        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_worker_hangs),
        cmocka_unit_test(test_gone_and_missing),
        cmocka_unit_test(test_stored),
        cmocka_unit_test(test_left),
        cmocka_unit_test(test_since),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_hosts_change),
        cmocka_unit_test(test_vms),
        cmocka_unit_test(test_a_standby_leaves),
        cmocka_unit_test(test_releases),
        cmocka_unit_test(test_older_engines),
        cmocka_unit_test(test_polled),
        cmocka_unit_test(test_made_in_parts),
        cmocka_unit_test(test_made_while_it_changes),
        cmocka_unit_test(test_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
