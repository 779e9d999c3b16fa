/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What verbs do with the database, in a new one for each test. No host is
 * reached: those of the fleet are at a port of loopback where nobody listens.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "db/fixes.h"
#include "db/waivers.h"
#include "remote/reach.h"
#include "tests/unit/inventory-fixture.h"
#include "ui/model/host-name.h"
#include "ui/model/pair-rows.h"
#include "ui/work/events.h"
#include "ui/work/fixes.h"
#include "ui/work/hosts.h"
#include "ui/work/job.h"
#include "ui/work/journal.h"
#include "ui/work/live.h"
#include "ui/work/locks.h"
#include "ui/work/operate.h"
#include "ui/work/remember.h"
#include "ui/work/status.h"
#include "ui/work/suggest.h"
#include "ui/work/unfinished.h"
#include "ui/work/vms.h"

#define PAIR "11111111-2222-3333-4444-555555555555"
#define OTHER_PAIR "22222222-2222-3333-4444-555555555555"
#define VM "aaaaaaaa-2222-3333-4444-555555555555"
#define OTHER_VM "bbbbbbbb-2222-3333-4444-555555555555"

static char folder[64];

static void
add_host(struct ft_work *work, const char *name)
{
    struct ft_store_host host = { .hypervisor = true };

    snprintf(host.name, sizeof(host.name), "%s", name);
    snprintf(host.address, sizeof(host.address), "127.0.0.1:1");
    assert_int_equal(ft_store_host_put(work->store, &host, NULL), 0);
    if (!strcmp(name, "h1")) {
        struct ft_store_vm vms[] = {
            { .uuid = VM, .name = "vm1", .state = "running" },
            { .uuid = OTHER_VM, .name = "database", .state = "off" },
        };
        struct ft_store_topology topology = { .vms = vms, .vm_count = 2 };

        assert_int_equal(ft_store_topology_put(work->store, host.id, &topology,
                                               NULL),
                         0);
    }
}

static int
open_work(void **state)
{
    static struct ft_work work;
    struct ft_error err = FT_ERROR_INIT;
    char path[128];

    snprintf(folder, sizeof(folder), "/tmp/ft-work.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/t.db", folder);
    memset(&work, 0, sizeof(work));
    if (ft_work_open(&work, path, &err))
        fail_msg("%s", err.text);
    add_host(&work, "h1");
    add_host(&work, "h2");
    add_host(&work, "w1");
    *state = &work;
    return 0;
}

static int
close_work(void **state)
{
    static const char *const names[] = { "t.db", "t.db.lock", "t.db-wal",
                                         "t.db-shm" };
    char path[128];

    ft_work_close(*state);
    ft_work_close(*state); /* twice is no harm */
    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static const struct ft_journal_entry entry = {
    .verb = "protect",
    .pair = PAIR,
    .vm = "vm1",
    .vm_uuid = VM,
    .primary = "h1",
    .standby = "h2",
    .witness = "w1",
};

static void
check_phase(struct ft_work *work, const char *phase)
{
    struct ft_store_pair pair;
    int rc = ft_store_pair_get(work->store, "vm1", &pair, NULL);

    assert_int_equal(rc, phase ? 0 : -ENOENT);
    if (phase)
        assert_string_equal(pair.phase, phase);
}

static void
test_journal(void **state)
{
    struct ft_work *work = *state;
    struct ft_journal_ops ops = ft_work_journal(work->store);
    struct ft_journal_entry undo = entry, pending;
    FT_AUTOFREE struct ft_store_journal *steps = NULL;
    size_t count;

    strcpy(undo.verb, "unprotect");
    assert_int_equal(ops.pending(ops.data, "vm1", &pending, NULL, NULL),
                     -ENOENT);
    assert_int_equal(ops.begin(ops.data, &entry, NULL, NULL), 0);
    check_phase(work, "applying");
    assert_int_equal(ops.step(ops.data, &entry, 2, "standby", "h2",
                              FT_STEP_DONE, NULL),
                     0);
    assert_int_equal(ft_store_journal_list(work->store, PAIR, &steps, &count,
                                           NULL),
                     0);
    assert_int_equal(count, 1);
    assert_string_equal(steps[0].state, "done");
    assert_int_equal(ops.pending(ops.data, "vm1", &pending, NULL, NULL), 0);
    assert_string_equal(pending.verb, "protect");
    assert_string_equal(pending.standby, "h2");
    assert_int_equal(ops.end(ops.data, &entry, FT_JOURNAL_PARTLY, NULL), 0);
    check_phase(work, "applying");
    assert_int_equal(ops.end(ops.data, &entry, FT_JOURNAL_DONE, NULL), 0);
    check_phase(work, "applied");
    assert_int_equal(ops.begin(ops.data, &undo, NULL, NULL), 0);
    check_phase(work, "removing");
    assert_int_equal(ops.pending(ops.data, PAIR, &pending, NULL, NULL), 0);
    assert_string_equal(pending.verb, "unprotect");
    assert_int_equal(ops.end(ops.data, &undo, FT_JOURNAL_DONE, NULL), 0);
    check_phase(work, NULL);
}

/* What a step found the first time stays, until it is undone or all has ended. */
static void
test_journal_found(void **state)
{
    struct ft_work *work = *state;
    struct ft_journal_ops ops = ft_work_journal(work->store);
    struct ft_found fresh = { FT_STEP_ENGINE, "h2", false, "", "abcd" };
    struct ft_found again = { FT_STEP_ENGINE, "h2", true, "ftengine 1", "" };
    struct ft_found standby = { FT_STEP_STANDBY, "h2", false, "", "" };
    struct ft_found all[FT_FOUND_MAX];
    struct ft_journal_entry other = entry, pending;
    FT_AUTOJSON json_t *chosen = json_pack("{s:s}", "pool", "fast");
    json_t *recalled = NULL;
    bool shared = true;
    size_t count;

    assert_int_equal(ops.begin(ops.data, &entry, chosen, NULL), 0);
    assert_int_equal(ops.found(ops.data, &entry, &fresh, NULL), 0);
    assert_int_equal(ops.begin(ops.data, &entry, NULL, NULL), 0);
    assert_int_equal(ops.found(ops.data, &entry, &again, NULL), 0);
    assert_int_equal(ops.found(ops.data, &entry, &standby, NULL), 0);
    assert_int_equal(ops.list(ops.data, &entry, all, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_int_equal(all[0].kind, FT_STEP_ENGINE);
    assert_string_equal(all[0].host, "h2");
    assert_false(all[0].there);
    assert_string_equal(all[0].sha256, "abcd");
    assert_int_equal(all[1].kind, FT_STEP_STANDBY);
    assert_int_equal(ops.undone(ops.data, &entry, &standby, NULL), 0);
    assert_int_equal(ops.list(ops.data, &entry, all, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(ops.pending(ops.data, "vm1", &pending, &recalled, NULL), 0);
    assert_true(json_equal(recalled, chosen));
    json_decref(recalled);
    assert_int_equal(ops.shared(ops.data, &entry, "h2", &shared, NULL), 0);
    assert_false(shared);
    strcpy(other.pair, OTHER_PAIR);
    assert_int_equal(ops.shared(ops.data, &other, "h2", &shared, NULL), 0);
    assert_true(shared);
    assert_int_equal(ops.shared(ops.data, &other, "h9", &shared, NULL), 0);
    assert_false(shared);
    assert_int_equal(ops.undone(ops.data, &entry, &fresh, NULL), 0);
    assert_int_equal(ops.list(ops.data, &entry, all, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(ops.end(ops.data, &entry, FT_JOURNAL_DONE, NULL), 0);
}

static void
check_pending(struct ft_work *work, const char *verb, const char *pair)
{
    struct ft_journal_ops ops = ft_work_journal(work->store);
    struct ft_journal_entry pending = { .verb = "" };
    int rc = ops.pending(ops.data, "vm1", &pending, NULL, NULL);

    assert_int_equal(rc, verb ? 0 : -ENOENT);
    assert_string_equal(pending.verb, verb ? verb : "");
    assert_string_equal(pending.pair, verb ? pair : "");
}

/* The VM leaves a pair with a host that is away, for another one. */
static void
test_journal_leaves(void **state)
{
    struct ft_work *work = *state;
    struct ft_journal_ops ops = ft_work_journal(work->store);
    struct ft_journal_entry other = entry, undo = entry;
    FT_AUTOFREE struct ft_store_pair *pairs = NULL;
    struct ft_store_pair pair;
    size_t count;

    assert_int_equal(ops.begin(ops.data, &entry, NULL, NULL), 0);
    assert_int_equal(ops.end(ops.data, &entry, FT_JOURNAL_DONE, NULL), 0);
    strcpy(undo.verb, "unprotect");
    undo.vm_uuid[0] = '\0';
    strcpy(other.pair, OTHER_PAIR);
    strcpy(other.leaves, entry.pair);
    assert_int_equal(ops.begin(ops.data, &other, NULL, NULL), 0);
    check_pending(work, "protect", OTHER_PAIR);
    assert_int_equal(ft_store_pair_get(work->store, "vm1", &pair, NULL), 0);
    assert_string_equal(pair.pair, entry.pair); /* it is in that one still */
    assert_int_equal(ops.begin(ops.data, &undo, NULL, NULL), 0);
    assert_int_equal(ops.end(ops.data, &undo, FT_JOURNAL_ROLLED_BACK, NULL), 0);
    assert_int_equal(ft_store_pair_get(work->store, "vm1", &pair, NULL), 0);
    assert_string_equal(pair.phase, "applied"); /* it did not let go */
    assert_int_equal(ops.begin(ops.data, &undo, NULL, NULL), 0);
    assert_int_equal(ops.step(ops.data, &undo, 0, "pair-remove", "h1",
                              FT_STEP_DONE, NULL),
                     0);
    assert_int_equal(ops.end(ops.data, &undo, FT_JOURNAL_PARTLY, NULL), 0);
    other.leaves[0] = '\0';
    assert_int_equal(ops.begin(ops.data, &other, NULL, NULL), 0);
    assert_int_equal(ops.end(ops.data, &other, FT_JOURNAL_DONE, NULL), 0);
    check_pending(work, NULL, NULL); /* what is left is in nobody's way */
    assert_int_equal(ft_store_pair_get(work->store, "vm1", &pair, NULL), 0);
    assert_string_equal(pair.pair, OTHER_PAIR);
    assert_int_equal(ft_work_unfinished(work, "vm1", &pairs, &count, NULL), 0);
    assert_int_equal(count, 1); /* but it is finished some day */
    assert_string_equal(pairs[0].pair, entry.pair);
}

/* An unprotect is in the way until somebody has let go. */
static void
test_journal_let_go(void **state)
{
    struct ft_work *work = *state;
    struct ft_journal_ops ops = ft_work_journal(work->store);
    struct ft_journal_entry undo = entry;

    assert_int_equal(ops.begin(ops.data, &entry, NULL, NULL), 0);
    strcpy(undo.verb, "unprotect");
    assert_int_equal(ops.begin(ops.data, &undo, NULL, NULL), 0);
    check_pending(work, "unprotect", entry.pair);
    assert_int_equal(ops.step(ops.data, &undo, 0, "pair-remove", "h1",
                              FT_STEP_FAILED, NULL),
                     0);
    check_pending(work, "unprotect", entry.pair);
    assert_int_equal(ops.step(ops.data, &undo, 0, "pair-remove", "h1",
                              FT_STEP_DONE, NULL),
                     0);
    check_pending(work, NULL, NULL);
}

/* Of what a version of before has begun, nothing is taken that is not the pair's. */
static void
test_journal_of_before(void **state)
{
    struct ft_work *work = *state;
    struct ft_journal_ops ops = ft_work_journal(work->store);
    struct ft_found all[FT_FOUND_MAX];
    size_t count, kept = 0;

    assert_int_equal(ops.begin(ops.data, &entry, NULL, NULL), 0);
    assert_int_equal(ops.list(ops.data, &entry, all, &count, NULL), 0);
    assert_int_equal(count, 7);
    for (size_t i = 0; i < count; i++)
        kept += all[i].there;
    assert_int_equal(kept, 4);
    assert_int_equal(all[6].kind, FT_STEP_PRIMARY);
    assert_false(all[6].there);
}

/* A pair of the same VM that no engine knows any more gives way. */
static void
test_journal_stale(void **state)
{
    struct ft_work *work = *state;
    struct ft_journal_ops ops = ft_work_journal(work->store);
    struct ft_journal_entry again = entry;
    struct ft_store_pair pair;

    strcpy(again.pair, OTHER_PAIR);
    assert_int_equal(ops.begin(ops.data, &entry, NULL, NULL), 0);
    assert_int_equal(ops.end(ops.data, &entry, FT_JOURNAL_DONE, NULL), 0);
    assert_int_equal(ops.begin(ops.data, &again, NULL, NULL), 0);
    assert_int_equal(ft_store_pair_get(work->store, "vm1", &pair, NULL), 0);
    assert_string_equal(pair.pair, OTHER_PAIR);
    assert_int_equal(ops.end(ops.data, &again, FT_JOURNAL_ROLLED_BACK, NULL), 0);
    check_phase(work, NULL);
}

static json_t *
status_of(int generation, const char *primary, const char *standby)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:s}", "pair", PAIR, "vm",
                     "vm1", "uuid", VM, "role", "primary", "primary", primary,
                     "standby", standby, "generation", generation, "state",
                     "alone");
}

static void
test_adopt(void **state)
{
    struct ft_work *work = *state;
    FT_AUTOJSON json_t *first = status_of(3, "h1", "h2");
    FT_AUTOJSON json_t *moved = status_of(4, "h2", "h1");
    struct ft_store_pair pair;

    assert_int_equal(ft_work_remember_status(work->store, first, NULL), 0);
    check_phase(work, "applied");
    assert_int_equal(ft_work_remember_status(work->store, moved, NULL), 0);
    assert_int_equal(ft_store_pair_get(work->store, PAIR, &pair, NULL), 0);
    assert_string_equal(pair.primary, "h2");
    assert_int_equal(pair.generation, 4);
    strcpy(pair.phase, "removing");
    assert_int_equal(ft_store_pair_put(work->store, &pair, NULL), 0);
    assert_int_equal(ft_work_adopt(work->store, &pair, NULL), 0);
    check_phase(work, "removing"); /* what is there stays */
}

static const char *
told(void (*suggest)(const struct ft_work *, const char *, struct ft_error *),
     const struct ft_work *work, const char *typed)
{
    static struct ft_error err;

    ft_fail(&err, ENOENT, NULL, "no %s", typed);
    suggest(work, typed, &err);
    return err.text;
}

static void
suggest_pair(const struct ft_work *work, const char *typed, struct ft_error *err)
{
    ft_work_suggest_pair(work, NULL, typed, err);
}

static void
suggest_vm(const struct ft_work *work, const char *typed, struct ft_error *err)
{
    ft_work_suggest_vm(work, NULL, typed, err);
}

static void
test_suggest(void **state)
{
    struct ft_work *work = *state;
    FT_AUTOJSON json_t *status = status_of(1, "h1", "h2");

    assert_string_equal(told(ft_work_suggest_host, work, "h11"),
                        "no h11; did you mean h1?");
    assert_string_equal(told(ft_work_suggest_host, work, "elsewhere"),
                        "no elsewhere");
    assert_string_equal(told(suggest_vm, work, "databsae"),
                        "no databsae; did you mean database?");
    assert_string_equal(told(suggest_pair, work, "vm11"), "no vm11");
    assert_int_equal(ft_work_remember_status(work->store, status, NULL), 0);
    assert_string_equal(told(suggest_pair, work, "vm11"),
                        "no vm11; did you mean vm1?");
    /* a VM, but not a protected one */
    assert_string_equal(told(suggest_pair, work, "database"), "no database");
    assert_string_equal(told(suggest_pair, work, "databas"), "no databas");
}

static struct ft_host *
facts_without_libvirt(void)
{
    FT_AUTOJSON json_t *facts = make_facts("h1", 1, 0, "");
    struct ft_error err = FT_ERROR_INIT;
    struct ft_host *host = NULL;

    if (ft_host_from_json(facts, &host, &err))
        fail_msg("%s", err.text);
    return host;
}

/* A libvirt that is away makes no witness of a host, and forgets no VM. */
static void
test_libvirt_away(void **state)
{
    struct ft_work *work = *state;
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_fleet fleet;
    struct ft_store_host host;
    size_t count = 0;

    assert_int_equal(ft_work_fleet_open(work, false, &fleet, &err), 0);
    assert_string_equal(fleet.hosts[0].name, "h1");
    fleet.fleet.members[0]->facts = facts_without_libvirt();
    assert_int_equal(ft_work_remember_all(&fleet, &err), 0);
    assert_int_equal(ft_store_host_get(work->store, "h1", &host, &err), 0);
    assert_true(host.hypervisor);
    assert_int_equal(ft_store_vm_list(work->store, host.id, &vms, &count, &err),
                     0);
    assert_int_equal(count, 2);
    assert_int_equal(ft_reach_of(&fleet.errors[0]), FT_REACH_LIBVIRT_REFUSED);
    assert_non_null(strstr(fleet.errors[0].text, "no socket"));
    assert_true(*fleet.errors[0].hint);
    ft_work_fleet_close(&fleet);
}

/* One that never had any is one: so the first look at it said. */
static void
test_never_had_libvirt(void **state)
{
    struct ft_work *work = *state;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_fleet fleet;
    struct ft_store_host host;

    assert_int_equal(ft_store_host_get(work->store, "h1", &host, &err), 0);
    host.hypervisor = false;
    assert_int_equal(ft_store_host_put(work->store, &host, &err), 0);
    assert_int_equal(ft_work_fleet_open(work, false, &fleet, &err), 0);
    fleet.fleet.members[0]->facts = facts_without_libvirt();
    assert_int_equal(ft_work_remember_all(&fleet, &err), 0);
    assert_int_equal(fleet.errors[0].code, 0);
    assert_int_equal(ft_store_host_get(work->store, "h1", &host, &err), 0);
    assert_false(host.hypervisor);
    assert_true(host.seen_at > 0);
    ft_work_fleet_close(&fleet);
}

static int
when_asked_thrice(void *data)
{
    return ++*(int *)data >= 3;
}

/* The engine of a host is for one ftadmin at a time; others wait, or leave. */
static void
test_engine_guard(void **state)
{
    struct ft_work *work = *state, other = { .store = NULL };
    struct ft_work_engines first = { work, "protect vm1" };
    struct ft_work_engines second = { &other, "unprotect vm2" };
    struct ft_engine_guard a = ft_work_engine_guard(&first);
    struct ft_engine_guard b = ft_work_engine_guard(&second);
    struct ft_error err = FT_ERROR_INIT;
    char path[128];
    int asked = 0;

    snprintf(path, sizeof(path), "%s/t.db", folder);
    assert_int_equal(ft_work_open(&other, path, &err), 0);
    other.interrupted = when_asked_thrice;
    other.data = &asked;
    assert_int_equal(a.take(a.data, "h1", &err), 0);
    assert_int_equal(b.take(b.data, "h2", &err), 0);
    assert_int_equal(b.take(b.data, "h1", &err), -EINTR);
    assert_int_equal(asked, 3);
    assert_non_null(strstr(err.text, "engine on h1"));
    a.give(a.data, "h1");
    assert_int_equal(b.take(b.data, "h1", &err), 0);
    b.give(b.data, "h1");
    assert_int_equal(a.take(a.data, "h1", &err), 0);
    a.give(a.data, "h1");
    ft_work_close(&other);
}

static void
test_hosts(void **state)
{
    struct ft_work *work = *state;
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOJSON json_t *record = NULL;
    FT_AUTOJSON json_t *status = status_of(1, "h1", "h2");
    struct ft_work_fleet fleet;
    struct ft_store_host host;
    bool gone;

    assert_int_equal(ft_work_hosts_list(work, &rows, &err), 0);
    assert_int_equal(json_array_size(rows), 3);
    assert_int_equal(ft_work_host_show(work, "h1", &record, &err), 0);
    assert_int_equal(json_array_size(json_object_get(record, "vms")), 2);
    assert_true(json_is_null(json_object_get(record, "facts")));
    json_decref(FT_STEAL(record));
    assert_int_equal(ft_work_host_show(work, "h11", &record, &err), -ENOENT);
    assert_non_null(strstr(err.text, "did you mean h1?"));
    assert_int_equal(ft_work_remember_status(work->store, status, &err), 0);
    assert_int_equal(ft_work_host_claim(work, "h1", &host, &err), -EBUSY);
    assert_int_equal(ft_work_host_claim(work, "x1", &host, &err), -ENOENT);
    assert_int_equal(ft_work_host_claim(work, "w1", &host, &err), 0);
    assert_int_equal(ft_work_host_remove(work, &host, true, false, &fleet,
                                         &gone, &err),
                     0);
    assert_true(gone);
    ft_work_fleet_close(&fleet);
    assert_int_equal(ft_work_host_claim(work, "w1", &host, &err), -ENOENT);
}

/* Hosts that refuse the connection: everything comes from the database. */
static void
test_silence(void **state)
{
    struct ft_work *work = *state;
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *heard = status_of(3, "h1", "h2");
    struct ft_work_status status;
    struct ft_work_fleet fleet;
    struct ft_work_pair found;

    assert_int_equal(ft_work_remember_status(work->store, heard, &err), 0);
    assert_int_equal(ft_work_fleet_open(work, false, &fleet, &err), 0);
    assert_int_equal(ft_work_status(&fleet, &status, &err), 0);
    assert_int_equal(status.answered, 0);
    assert_int_equal(json_array_size(status.hosts), 3);
    assert_int_equal(json_array_size(status.pairs), 1);
    assert_int_equal(ft_pair_rows_worst(status.pairs), FT_SEVERITY_UNKNOWN);
    assert_false(ft_work_fleet_answered(&fleet, "h1"));
    assert_true(ft_work_fleet_answered(&fleet, "of somebody else"));
    assert_true(ft_work_fleet_error(&fleet, 1, &err));
    assert_int_equal(err.code, ECONNREFUSED);
    assert_int_equal(strncmp(err.text, "h2: ", 4), 0);

    assert_int_equal(ft_work_pair_find(&fleet, VM, &found, &err), 0);
    assert_false(found.live);
    assert_string_equal(found.ref.hosts[0], "h1");
    assert_int_equal(ft_work_pair_find(&fleet, "vm11", &found, &err), -ENOENT);
    assert_non_null(strstr(err.text, "did you mean vm1?"));
    assert_int_equal(ft_work_switchover_prepare(&fleet, "vm1", &found, &err),
                     -EHOSTUNREACH);
    assert_int_equal(ft_work_unprotect_prepare(&fleet, "vm1", &found, &err), 0);
    ft_work_status_free(&status);
    ft_work_fleet_close(&fleet);
    ft_work_fleet_close(&fleet);
}

static void
test_select(void **state)
{
    struct ft_work *work = *state;
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *pairs = json_pack("[{s:s,s:s},{s:s,s:s}]", "vm", "vm1",
                                          "uuid", VM, "vm", "vm2", "uuid", "x");

    assert_int_equal(ft_work_status_select(work, pairs, VM, &err), 0);
    assert_int_equal(json_array_size(pairs), 1);
    assert_int_equal(ft_work_status_select(work, pairs, "database", &err),
                     -ENODATA);
    assert_int_equal(json_array_size(pairs), 0);
    assert_int_equal(ft_work_status_select(work, pairs, "databse", &err),
                     -ENOENT);
    assert_non_null(strstr(err.text, "did you mean database?"));
    assert_int_equal(json_array_append_new(pairs, json_pack("{s:s}", "vm",
                                                            "elsewhere")),
                     0);
    assert_int_equal(ft_work_status_select(work, pairs, "elswhere", &err),
                     -ENOENT);
    assert_non_null(strstr(err.text, "did you mean elsewhere?"));
}

/* ---- jobs ---- */

static const struct ft_plan_step *
make_steps(void)
{
    static const struct ft_plan_step steps[] = {
        { FT_STEP_STANDBY, "h2", "h2: make a copy" },
        { FT_STEP_PRIMARY, "h1", "h1: begin" },
        { FT_STEP_SYNC, "h1", "h1: wait" },
    };

    return steps;
}

static struct ft_job *
begin_job(struct ft_work *work)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_job *job;

    if (ft_job_begin(work, "protect", "vm1", PAIR, &job, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < 3; i++)
        ft_job_plan(job, i, ft_step_kind_name(make_steps()[i].kind),
                    make_steps()[i].description);
    return job;
}

static json_t *
show_job(struct ft_work *work, int64_t id)
{
    struct ft_error err = FT_ERROR_INIT;
    json_t *record;

    if (ft_work_job_show(work, id, &record, &err))
        fail_msg("%s", err.text);
    return record;
}

static void
assert_job(struct ft_work *work, int64_t id, const char *key, const char *value)
{
    FT_AUTOJSON json_t *record = show_job(work, id);

    assert_string_equal(ft_json_string(record, key, "(none)"), value);
}

static void
count_step(void *data, size_t index, size_t count, const char *description,
           enum ft_step_state state)
{
    (void)index;
    (void)count;
    (void)description;
    (void)state;
    ++*(int *)data;
}

/* What others see of it while it runs, and afterwards. */
static void
test_job(void **state)
{
    struct ft_work *work = *state;
    int told = 0;
    const struct ft_progress shown = { .step = count_step, .data = &told };
    struct ft_job *job = begin_job(work);
    struct ft_progress progress = ft_job_progress(job, &shown);
    struct ft_trace trace = ft_job_trace(job);
    struct ft_job_outcome outcome;
    FT_AUTOJSON json_t *lines = NULL;
    FT_AUTOJSON json_t *rows = NULL;
    int64_t last = 0;

    assert_job(work, 1, "state", "running");
    progress.step(progress.data, 0, 3, "h2: make a copy", FT_STEP_STARTED);
    progress.bytes(progress.data, "upload", 50, 200, 0);
    assert_job(work, 1, "progress", "step 1 of 3, upload 25 %");
    ft_trace_command(&trace, "h2", "true", 7, 3000000, "oh");
    progress.note(progress.data, "worth reading");
    progress.step(progress.data, 0, 3, "h2: make a copy", FT_STEP_DONE);
    progress.step(progress.data, 1, 3, "h1: begin", FT_STEP_DONE);
    assert_int_equal(told, 3);
    assert_int_equal(progress.interrupted(progress.data), 0);
    assert_int_equal(ft_store_job_stop(work->store, 1, NULL), 0);
    /* It looks once a second. */
    while (!progress.interrupted(progress.data))
        usleep(10000);
    ft_job_end(job, -EINTR, false, "runs", NULL, &outcome);
    assert_int_equal(outcome.id, 1);
    assert_true(outcome.goes_on);
    assert_non_null(strstr(outcome.left.goes_on, "go on by themselves"));
    assert_job(work, 1, "state", "detached");
    assert_int_equal(ft_work_job_log(work, 1, &last, &lines, NULL), 0);
    assert_int_equal(json_array_size(lines), 2);
    assert_int_equal(ft_json_int(json_array_get(lines, 0), "status", 0, 99, 0),
                     7);
    assert_int_equal(ft_json_int(json_array_get(lines, 0), "ms", 0, 99, 0), 3);
    assert_string_equal(ft_json_string(json_array_get(lines, 1), "text", ""),
                        "worth reading");
    assert_int_equal(ft_work_jobs_list(work, 5, &rows, NULL), 0);
    assert_int_equal(json_array_size(rows), 1);
}

static void
test_job_ends(void **state)
{
    struct ft_work *work = *state;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_job_outcome outcome;
    struct ft_job *job = begin_job(work);

    ft_fail(&err, EIO, "try again", "broken");
    ft_job_end(job, -EIO, false, NULL, &err, &outcome);
    assert_job(work, 1, "state", "failed");
    assert_job(work, 1, "progress", "broken");
    assert_job(work, 1, "hint", "try again");
    assert_int_equal(*outcome.left.goes_on, '\0');
    ft_job_end(begin_job(work), 0, true, "some", NULL, NULL);
    assert_job(work, 2, "state", "partly");
    ft_job_end(begin_job(work), -ECANCELED, false, NULL, NULL, &outcome);
    assert_job(work, 3, "state", "stopped");
    assert_non_null(strstr(outcome.left.goes_on, "Nothing was made"));
    ft_job_end(NULL, 0, false, NULL, NULL, NULL);
}

static int
at_once(void *data)
{
    __atomic_add_fetch((int *)data, 1, __ATOMIC_SEQ_CST); /* by all threads */
    return 1;
}

static void
unexpected(void *data, const struct ft_error *err)
{
    (void)data;
    fail_msg("told of trouble: %s", err->text);
}

/* What a host was never told is not for it to take back. */
static void
test_fix_not_done(void **state)
{
    struct ft_work *work = *state;
    const struct ft_fix fix = { FT_FIX_POOL_START, "h1", "default" };
    FT_AUTOFREE struct ft_store_fix *fixes = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_progress progress = { .step = NULL };
    struct ft_work_fleet fleet;
    size_t count;

    assert_int_equal(ft_work_fleet_open(work, false, &fleet, &err), 0);
    assert_int_not_equal(ft_work_fix(&fleet, "vm1", VM, &fix, 1, &progress,
                                     &count, NULL, &err),
                         0);
    assert_int_equal(count, 0);
    assert_int_equal(ft_store_fix_list(work->store, "vm1", &fixes, &count, NULL),
                     0);
    assert_int_equal(count, 0);
    ft_work_fleet_close(&fleet);
}

static void
put_fix(struct ft_work *work, const char *host)
{
    struct ft_store_fix fix = {
        .vm = "vm1", .vm_uuid = VM, .kind = "port-ufw", .object = "7331"
    };

    snprintf(fix.host, sizeof(fix.host), "%s", host);
    assert_int_equal(ft_store_fix_begin(work->store, &fix, NULL), 0);
}

/* Of a host that another VM is protected with nothing is taken away. */
static void
test_fix_needed_by_others(void **state)
{
    struct ft_work *work = *state;
    struct ft_journal_ops ops = ft_work_journal(work->store);
    struct ft_journal_entry others = entry;
    struct ft_fix fixes[FT_FIXES_MAX];
    struct ft_error err = FT_ERROR_INIT;
    size_t count;

    strcpy(others.vm, "database");
    strcpy(others.vm_uuid, OTHER_VM);
    others.witness[0] = '\0';
    put_fix(work, "w1");
    assert_int_equal(ops.begin(ops.data, &others, NULL, NULL), 0);
    assert_int_equal(ft_work_fixes_made(work, "vm1", fixes, &count, &err), 0);
    put_fix(work, "h2");
    assert_int_equal(ft_work_fixes_made(work, "vm1", fixes, &count, &err),
                     -EPERM);
    assert_non_null(strstr(err.text, "database is protected"));
    strcpy(others.verb,
           "unprotect"); /* one of its hosts has yet to hear of it */
    assert_int_equal(ops.begin(ops.data, &others, NULL, NULL), 0);
    assert_int_equal(ft_work_fixes_made(work, "vm1", fixes, &count, &err), 0);
    assert_int_equal(count, 2);
}

struct seen {
    int failed, done;
};

static void
see_step(void *data, size_t index, size_t count, const char *text,
         enum ft_step_state state)
{
    struct seen *seen = data;

    (void)index;
    (void)text;
    assert_int_equal(count, 3);
    seen->failed += state == FT_STEP_FAILED;
    seen->done += state == FT_STEP_DONE || state == FT_STEP_SKIPPED;
}

/* It is left there, and said; the others are asked all the same: here nobody answers. */
static void
test_undo_fix_of_a_host_that_is_gone(void **state)
{
    struct ft_work *work = *state;
    FT_AUTOFREE struct ft_store_fix *fixes = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct seen seen = { 0 };
    struct ft_progress progress = { .step = see_step, .data = &seen };
    struct ft_work_fleet fleet;
    struct ft_store_job job;
    size_t undone, left, count;

    put_fix(work, "h1");
    put_fix(work, "h9");
    put_fix(work, "h9");
    assert_int_equal(ft_work_fleet_open(work, false, &fleet, &err), 0);
    assert_int_equal(ft_work_fixes_undo(&fleet, "vm1", &progress, &undone,
                                        &left, NULL, &err),
                     -ECONNREFUSED);
    assert_int_equal(undone, 0);
    assert_int_equal(left, 2);
    assert_int_equal(seen.failed, 3);
    assert_int_equal(ft_store_fix_list(work->store, "vm1", &fixes, &count, NULL),
                     0);
    assert_int_equal(count, 3);
    assert_int_equal(ft_store_fix_undone(work->store, fixes[2].id, 1, NULL), 0);
    put_fix(work, "h9");
    seen.failed = 0;
    assert_int_equal(ft_work_fixes_undo(&fleet, "vm1", &progress, &undone,
                                        &left, NULL, &err),
                     0);
    assert_int_equal(left, 3);
    assert_int_equal(seen.failed, 3);
    assert_int_equal(ft_store_job_get(work->store, 2, &job, NULL), 0);
    assert_string_equal(job.verb, "undo-fix");
    assert_string_equal(job.state, "partly");
    assert_non_null(
        strstr(job.result, "0 of 3 taken back; what was done on h9"));
    ft_work_fleet_close(&fleet);
}

static void
test_events(void **state)
{
    const struct ft_store_event_query any = { .vm = NULL };
    struct ft_work *work = *state;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store_event event = { .host = "h1",
                                    .seq = 1,
                                    .at = "2026-11-28T10:00:00.000Z",
                                    .severity = "warn" };
    struct ft_work_listener listener = { .trouble = unexpected };
    FT_AUTOJSON json_t *rows = NULL;
    struct ft_work_fleet fleet;
    int asked = 0;

    assert_int_equal(ft_store_event_put(work->store, &event, &err), 0);
    assert_int_equal(ft_work_fleet_open(work, false, &fleet, &err), 0);
    assert_int_equal(ft_work_events_collect(&fleet), 0);
    assert_int_equal(ft_work_events_list(work, &any, 10, &rows, &err), 0);
    assert_int_equal(json_array_size(rows), 1);
    work->interrupted = at_once;
    work->data = &asked;
    ft_work_events_follow(&fleet, &listener);
    assert_true(asked >= 3);
    ft_work_fleet_close(&fleet);
}

/* How a host that is known is logged in to, when it is added again. */
static void
prepare_one(struct ft_work *work, const char *text, const char *user,
            const char *identity, struct ft_store_host *out)
{
    struct ft_store_host *host = calloc(1, sizeof(*host));
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_fleet fleet;

    assert_non_null(host);
    assert_int_equal(ft_host_name_parse(text, user, 0, host, &err), 0);
    if (!strcmp(host->address, text))
        host->address[0] = '\0'; /* as host add does */
    snprintf(host->identity, sizeof(host->identity), "%s", identity);
    ft_work_hosts_prepare(work, host, 1, &fleet, &err); /* no engine is here */
    assert_int_equal(fleet.count, 1);
    *out = fleet.hosts[0];
    ft_work_fleet_close(&fleet);
}

static void
test_added_again(void **state)
{
    struct ft_work *work = *state;
    struct ft_store_host known = { .name = "h4",
                                   .address = "ops@127.0.0.1:1",
                                   .identity = "/keys/ops" };
    struct ft_store_host host;

    assert_int_equal(ft_store_host_put(work->store, &known, NULL), 0);
    prepare_one(work, "h4", NULL, "", &host);
    assert_string_equal(host.address, "ops@127.0.0.1:1");
    assert_string_equal(host.identity, "/keys/ops");
    prepare_one(work, "h4", "anna", "", &host); /* what is said is meant */
    assert_string_equal(host.address, "anna@h4");
    assert_string_equal(host.identity, "/keys/ops");
    prepare_one(work, "h4=root@10.0.0.4", NULL, "/keys/root", &host);
    assert_string_equal(host.address, "root@10.0.0.4");
    assert_string_equal(host.identity, "/keys/root");
    prepare_one(work, "h4=h4", NULL, "", &host);
    assert_string_equal(host.address, "h4");
    prepare_one(work, "h4", NULL, FT_WORK_IDENTITY_NONE, &host);
    assert_string_equal(host.address, "ops@127.0.0.1:1");
    assert_string_equal(host.identity, "");
    prepare_one(work, "h5", NULL, FT_WORK_IDENTITY_NONE, &host);
    assert_string_equal(host.address, "h5");
    assert_string_equal(host.identity, "");
}

/* Hosts that nobody serves: the live state says so soon, and of the pair what
 * the database has, which is nothing about now. */
static void
test_live(void **state)
{
    struct ft_work *work = *state;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_fleet fleet;
    const struct ft_work_live_wish wish = { 1000, 600 };
    struct ft_work_live *live = NULL;
    FT_AUTOJSON json_t *heard = status_of(3, "h1", "h2");
    const json_t *row;
    size_t index;

    assert_int_equal(ft_work_remember_status(work->store, heard, &err), 0);
    assert_int_equal(ft_work_fleet_open(work, false, &fleet, &err), 0);
    if (ft_work_live_open(&fleet, &wish, &live, &err))
        fail_msg("%s", err.text);
    assert_true(ft_work_live_descriptor(live) >= 0);
    for (int i = 0; i < 100 && !ft_work_live_is_complete(live); i++) {
        ft_work_live_take(live, 50);
        json_decref(ft_work_live_hosts(live));
    }
    {
        FT_AUTOJSON json_t *hosts = ft_work_live_hosts(live);
        FT_AUTOJSON json_t *pairs = ft_work_live_pairs(live);

        assert_int_equal(json_array_size(hosts), 3);
        json_array_foreach(hosts, index, row)
            assert_string_equal(ft_json_string(row, "state", ""), "refused");
        assert_int_equal(json_array_size(pairs), 1);
        row = json_array_get(pairs, 0);
        assert_string_equal(ft_json_string(row, "standing", ""), "unknown");
        assert_true(json_is_false(json_object_get(row, "primary_live")));
    }
    ft_work_live_close(live);
    ft_work_live_close(NULL);
    ft_work_fleet_close(&fleet);
}

static void
expect_states(struct ft_work_live *live, size_t count, const char *expected)
{
    FT_AUTOJSON json_t *hosts = NULL;
    const json_t *row;
    size_t index;
    int left = 100;

    do {
        ft_work_live_take(live, 50);
        json_decref(ft_work_live_hosts(live)); /* as of now */
    } while (!ft_work_live_is_complete(live) && left-- > 0);
    hosts = ft_work_live_hosts(live);
    assert_int_equal(json_array_size(hosts), count);
    json_array_foreach(hosts, index, row)
        assert_string_equal(ft_json_string(row, "state", ""), expected);
}

/* Others add hosts, remove them, add them again and move them. */
static void
test_live_hosts_change(void **state)
{
    const struct ft_work_live_wish wish = { 1000, 0 };
    struct ft_work *work = *state;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store_host moved = { .name = "h5", .address = "127.0.0.2:1" };
    struct ft_work_live *live = NULL;
    struct ft_work_fleet fleet;

    assert_int_equal(ft_work_fleet_open(work, false, &fleet, &err), 0);
    assert_int_equal(ft_work_live_open(&fleet, &wish, &live, &err), 0);
    expect_states(live, 3, "refused");
    assert_false(ft_work_live_look_for_hosts(live, &err));
    ft_work_live_turned(live);
    add_host(work, "h5");
    for (int i = 0; i < 3; i++) /* again and again */
        assert_int_equal(ft_work_live_look_for_hosts(live, &err), 0);
    assert_true(ft_work_live_turned(live));
    expect_states(live, 4, "refused");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ft_store_host_remove(work->store, "h5", &err), 0);
        assert_int_equal(ft_work_live_look_for_hosts(live, &err), 0);
        expect_states(live, 3, "refused");
        add_host(work, "h5");
        assert_int_equal(ft_work_live_look_for_hosts(live, &err), 0);
        expect_states(live, 4, "refused");
    }
    assert_int_equal(ft_store_host_put(work->store, &moved, &err), 0);
    assert_int_equal(ft_work_live_look_for_hosts(live, &err), 0);
    expect_states(live, 4, "refused");
    ft_work_live_close(live);
    ft_work_fleet_close(&fleet);
}

int
main(void)
{
#define WORK_TEST(name) \
    cmocka_unit_test_setup_teardown(name, open_work, close_work)
    const struct CMUnitTest tests[] = {
        WORK_TEST(test_journal),
        WORK_TEST(test_journal_stale),
        WORK_TEST(test_journal_found),
        WORK_TEST(test_journal_leaves),
        WORK_TEST(test_journal_let_go),
        WORK_TEST(test_journal_of_before),
        WORK_TEST(test_adopt),
        WORK_TEST(test_suggest),
        WORK_TEST(test_hosts),
        WORK_TEST(test_silence),
        WORK_TEST(test_select),
        WORK_TEST(test_live),
        WORK_TEST(test_added_again),
        WORK_TEST(test_fix_not_done),
        WORK_TEST(test_fix_needed_by_others),
        WORK_TEST(test_undo_fix_of_a_host_that_is_gone),
        WORK_TEST(test_events),
        WORK_TEST(test_job),
        WORK_TEST(test_job_ends),
        WORK_TEST(test_libvirt_away),
        WORK_TEST(test_never_had_libvirt),
        WORK_TEST(test_engine_guard),
        WORK_TEST(test_live_hosts_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
