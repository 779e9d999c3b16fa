/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The topology database: entities, limits, migrations, damage, and several
 * processes at once. Every test works in a folder of its own.
 */
#include "config.h"

#include "store-fixture.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "db/facts-history.h"
#include "db/fixes.h"
#include "db/jobs.h"
#include "db/link-rates.h"
#include "db/maintenance.h"
#include "db/measurements.h"
#include "db/pool-flushes.h"
#include "db/unfinished.h"

#define PAIR2 "99999999-2222-3333-4444-555555555555"
#define VM2 "bbbbbbbb-2222-3333-4444-555555555555"

static int64_t
add_host(struct ft_store *store, const char *name)
{
    struct ft_store_host host = { .added_at = 1, .seen_at = 2 };

    snprintf(host.name, sizeof(host.name), "%s", name);
    snprintf(host.address, sizeof(host.address), "root@%s", name);
    MUST(ft_store_host_put(store, &host, &err));
    return host.id;
}

static struct ft_store_pair
make_pair(const char *pair, const char *vm_uuid)
{
    struct ft_store_pair made = { .vm = "vm1",
                                  .primary = "h1",
                                  .standby = "h2",
                                  .phase = "applied",
                                  .generation = 1,
                                  .created_at = 5 };

    snprintf(made.pair, sizeof(made.pair), "%s", pair);
    snprintf(made.vm_uuid, sizeof(made.vm_uuid), "%s", vm_uuid);
    return made;
}

static int
put_phase(struct ft_store *store, const char *name, const char *phase)
{
    struct ft_store_pair pair = make_pair(name, VM);

    snprintf(pair.phase, sizeof(pair.phase), "%s", phase);
    return ft_store_pair_put(store, &pair, NULL);
}

static void
test_create(void **state)
{
    struct ft_store *store;
    struct stat found;

    (void)state;
    FAILS(ENOENT, ft_store_open(path, FT_STORE_EXISTING, &store, &err));
    store = open_store();
    assert_string_equal(ft_store_path(store), path);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
    ft_store_close(store);
    assert_int_equal(number_of("PRAGMA user_version"),
                     ft_store_schema_version());
    assert_int_equal(number_of("PRAGMA application_id"), 0x46544144);
    assert_int_equal(number_of("SELECT count(*) FROM pragma_table_list "
                               "WHERE schema = 'main' AND NOT strict "
                               "AND name NOT LIKE 'sqlite_%'"),
                     0);
    chmod(path, 0644);
    ft_store_close(open_store());
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
}

static void
test_default_path(void **state)
{
    char out[512], small[10], home[300];
    struct stat found;

    (void)state;
    snprintf(home, sizeof(home), "%s/home", folder);
    setenv("XDG_DATA_HOME", home, 1);
    MUST(ft_store_default_path(out, sizeof(out), &err));
    assert_non_null(strstr(out, "/home/ftadmin/topology.db"));
    *strrchr(out, '/') = '\0';
    assert_int_equal(stat(out, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0700);
    FAILS(ENAMETOOLONG, ft_store_default_path(small, sizeof(small), &err));
    setenv("XDG_DATA_HOME", "relative", 1);
    setenv("HOME", home, 1);
    MUST(ft_store_default_path(out, sizeof(out), &err));
    assert_non_null(strstr(out, "/home/.local/share/ftadmin/topology.db"));
    unsetenv("XDG_DATA_HOME");
    unsetenv("HOME");
    FAILS(ENOENT, ft_store_default_path(out, sizeof(out), &err));
}

static void
test_hosts(void **state)
{
    struct ft_store *store = open_store();
    struct ft_store_host host, *hosts;
    json_t *facts;
    int64_t id, at = 0;
    size_t count;

    (void)state;
    MUST(ft_store_host_list(store, &hosts, &count, &err));
    assert_int_equal(count, 0);
    assert_null(hosts);
    FAILS(ENOENT, ft_store_host_get(store, "h1", &host, &err));
    id = add_host(store, "h1");
    add_host(store, "h0");
    MUST(ft_store_host_get(store, "h1", &host, &err));
    assert_int_equal(host.id, id);
    assert_string_equal(host.address, "root@h1");
    host.hypervisor = true;
    host.added_at = 99;
    snprintf(host.engine_version, sizeof(host.engine_version), "0.1.0");
    MUST(ft_store_host_put(store, &host, &err));
    memset(&host, 0, sizeof(host));
    MUST(ft_store_host_get(store, "h1", &host, &err));
    assert_int_equal(host.id, id);
    assert_true(host.hypervisor);
    assert_int_equal(host.added_at, 1);
    assert_string_equal(host.engine_version, "0.1.0");
    MUST(ft_store_host_list(store, &hosts, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(hosts[0].name, "h0");
    free(hosts);
    FAILS(ENOENT, ft_store_facts_get(store, id, &facts, &at, &err));
    facts = json_pack("{s:i}", "schema", 1);
    MUST(ft_store_facts_put(store, id, facts, &err));
    json_decref(facts);
    MUST(ft_store_facts_get(store, id, &facts, &at, &err));
    assert_int_equal(json_integer_value(json_object_get(facts, "schema")), 1);
    assert_true(at > INT64_C(1600000000000));
    json_decref(facts);
    *host.address = '\0';
    FAILS(EINVAL, ft_store_host_put(store, &host, &err));
    MUST(ft_store_host_seen(store, "h1", 70, &err));
    MUST(ft_store_host_seen(store, "h1", 60, &err)); /* a late old one */
    MUST(ft_store_host_seen(store, "nobody", 60, &err));
    MUST(ft_store_host_get(store, "h1", &host, &err));
    assert_int_equal(host.seen_at, 70);
    MUST(ft_store_host_remove(store, "h1", &err));
    FAILS(ENOENT, ft_store_host_remove(store, "h1", &err));
    ft_store_close(store);
}

static void
test_maintenance(void **state)
{
    FT_AUTOSTORE struct ft_store *store = open_store();
    struct ft_store_handed_over handed = { .vm_uuid = VM, .vm = "vm1", .at = 5 };
    struct ft_store_handed_over *list;
    struct ft_store_host host;
    size_t count;

    (void)state;
    handed.host = add_host(store, "h1");
    MUST(ft_store_maintenance_put(store, "h1", 7, &err));
    MUST(ft_store_maintenance_put(store, "nobody", 7, &err));
    MUST(ft_store_host_get(store, "h1", &host, &err));
    assert_int_equal(host.maintenance_at, 7);
    host.maintenance_at = 0;
    MUST(ft_store_host_put(store, &host, &err)); /* leaves it alone */
    MUST(ft_store_host_get(store, "h1", &host, &err));
    assert_int_equal(host.maintenance_at, 7);
    MUST(ft_store_handed_over_put(store, &handed, &err));
    handed.at = 6;
    MUST(ft_store_handed_over_put(store, &handed, &err));
    MUST(ft_store_handed_over_list(store, handed.host, &list, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].at, 6);
    assert_string_equal(list[0].vm_uuid, VM);
    free(list);
    MUST(ft_store_handed_over_remove(store, handed.host, VM, &err));
    MUST(ft_store_handed_over_remove(store, handed.host, VM, &err));
    MUST(ft_store_handed_over_list(store, handed.host, &list, &count, &err));
    assert_int_equal(count, 0);
    MUST(ft_store_handed_over_put(store, &handed, &err));
    MUST(ft_store_host_remove(store, "h1", &err)); /* and what hangs on it */
    assert_int_equal(number_of("SELECT count(*) FROM handed_over"), 0);
    MUST(ft_store_maintenance_put(store, "h1", 0, &err));
}

static void
test_version(void **state)
{
    struct ft_store *ours = open_store(), *others = NULL;
    struct ft_error err = FT_ERROR_INIT;
    int64_t version = ft_store_version(ours);

    (void)state;
    assert_true(version >= 0);
    add_host(ours, "by-us");
    assert_int_equal(ft_store_version(ours), version);
    assert_int_equal(ft_store_open(path, 0, &others, &err), 0);
    add_host(others, "by-others");
    assert_int_not_equal(ft_store_version(ours), version);
    version = ft_store_version(ours);
    assert_int_equal(ft_store_version(ours), version);
    ft_store_close(others);
    ft_store_close(ours);
}

static void
test_topology(void **state)
{
    struct ft_store *store = open_store();
    int64_t h1 = add_host(store, "h1"), h2 = add_host(store, "h2");
    struct ft_store_nic nics[] = {
        { .name = "eth1",
          .mac = "52:54:00:00:00:01",
          .addresses = "10.0.0.1/24 fe80::1/64",
          .carrier = true },
        { .name = "eth0", .bridge = "br0", .speed_mbit = 10000 },
    };
    struct ft_store_network networks[] = {
        { .name = "br0", .kind = "bridge", .bridge = "br0", .active = true },
    };
    struct ft_store_pool pools[] = {
        { .name = "default",
          .kind = "dir",
          .path = "/var/lib/libvirt/images",
          .capacity = INT64_C(1) << 42,
          .available = 7,
          .active = true },
    };
    struct ft_store_vm vms[] = {
        { .uuid = VM,
          .name = "vm1",
          .state = "running",
          .memory = 1 << 27,
          .vcpus = 2,
          .disk_bytes = 5 },
    };
    struct ft_store_topology topology = {
        nics, 2, networks, 1, pools, 1, vms, 1
    };
    struct ft_store_topology twice = { .nics = nics, .nic_count = 2 };
    struct ft_store_nic *found_nics;
    struct ft_store_network *found_networks;
    struct ft_store_pool *found_pools;
    struct ft_store_vm *found_vms;
    size_t count;

    (void)state;
    MUST(ft_store_topology_put(store, h1, &topology, &err));
    MUST(ft_store_topology_put(store, h1, &topology, &err));
    MUST(ft_store_topology_put(store, h2, &topology, &err));
    MUST(ft_store_nic_list(store, h1, &found_nics, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(found_nics[0].name, "eth0");
    assert_int_equal(found_nics[0].speed_mbit, 10000);
    assert_true(found_nics[1].carrier);
    free(found_nics);
    MUST(ft_store_network_list(store, h2, &found_networks, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(found_networks[0].host, h2);
    free(found_networks);
    MUST(ft_store_pool_list(store, 0, &found_pools, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(found_pools[0].capacity, INT64_C(1) << 42);
    free(found_pools);
    MUST(ft_store_vm_list(store, 0, &found_vms, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(found_vms[0].host_name, "h1");
    assert_string_equal(found_vms[1].host_name, "h2");
    assert_true(found_vms[0].seen_at > 0);
    free(found_vms);
    /* A failure in the middle leaves the old state whole. */
    snprintf(nics[1].name, sizeof(nics[1].name), "eth1");
    FAILS(EEXIST, ft_store_topology_put(store, h1, &twice, &err));
    MUST(ft_store_vm_list(store, h1, &found_vms, &count, &err));
    assert_int_equal(count, 1);
    free(found_vms);
    FAILS(ENOENT, ft_store_topology_put(store, 4711, &topology, &err));
    MUST(ft_store_host_remove(store, "h1", &err));
    MUST(ft_store_vm_list(store, 0, &found_vms, &count, &err));
    assert_int_equal(count, 1);
    free(found_vms);
    ft_store_close(store);
}

static void
test_pairs(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_store_pair pair, *pairs, other = make_pair(PAIR2, VM);
    struct ft_store_link links[] = {
        { .pair = PAIR, .ordinal = 0, .address0 = "10.1.0.1",
          .address1 = "10.1.0.2", .port = 7331 },
        { .pair = PAIR, .ordinal = 1, .address0 = "10.2.0.1",
          .address1 = "10.2.0.2", .port = 7331 },
    }, *found;
    size_t count;

    (void)state;
    MUST(ft_store_pair_get(store, "vm1", &pair, &err));
    assert_string_equal(pair.pair, PAIR);
    MUST(ft_store_pair_get(store, VM, &pair, &err));
    MUST(ft_store_pair_get(store, PAIR, &pair, &err));
    assert_string_equal(pair.witness, "");
    FAILS(ENOENT, ft_store_pair_get(store, "vm2", &pair, &err));
    FAILS(EEXIST, ft_store_pair_put(store, &other, &err));
    assert_int_equal(put_phase(store, PAIR2, "applying"),
                     0); /* that is made to replace it */
    MUST(ft_store_pair_get(store, "vm1", &pair, &err));
    assert_string_equal(pair.pair, PAIR);
    assert_int_equal(put_phase(store, PAIR, "removing"), 0);
    MUST(ft_store_pair_get(store, VM, &pair, &err));
    assert_string_equal(pair.pair, PAIR2);
    assert_int_equal(put_phase(store, PAIR2, "removing"), 0); /* of any number */
    assert_int_equal(put_phase(store, PAIR, "applied"), 0);
    MUST(ft_store_pair_remove(store, PAIR2, &err));
    other = make_pair(PAIR2, VM2);
    snprintf(other.witness, sizeof(other.witness), "w9");
    FAILS(ENOENT, ft_store_pair_put(store, &other, &err));
    *other.witness = '\0';
    snprintf(other.standby, sizeof(other.standby), "h1");
    FAILS(EINVAL, ft_store_pair_put(store, &other, &err));
    FAILS(EBUSY, ft_store_host_remove(store, "h2", &err));
    MUST(ft_store_links_put(store, PAIR, links, 2, &err));
    MUST(ft_store_links_put(store, PAIR, links, 2, &err));
    MUST(ft_store_link_list(store, PAIR, &found, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(found[1].address1, "10.2.0.2");
    free(found);
    MUST(ft_store_pair_list(store, &pairs, &count, &err));
    assert_int_equal(count, 1);
    free(pairs);
    MUST(ft_store_pair_remove(store, PAIR, &err));
    FAILS(ENOENT, ft_store_pair_remove(store, PAIR, &err));
    MUST(ft_store_host_remove(store, "h2", &err));
    ft_store_close(store);
}

static json_t *
status_of(const char *state, int generation, const char *primary,
          const char *standby)
{
    return json_pack("{s:s,s:i,s:s,s:s,s:i,s:f,s:{s:f,s:f},s:i,s:i}", "state",
                     state, "generation", generation, "primary", primary,
                     "standby", standby, "epoch", 100, "epochs_per_s", 9.5,
                     "pause_ms", "p50", 2.8, "p99", 6.25, "lag_ms", 12,
                     "dirty_bytes_per_epoch", 4096);
}

static void
put_status(struct ft_store *store, const char *state, int generation,
           const char *primary, const char *standby, int64_t at)
{
    FT_AUTOJSON json_t *status = status_of(state, generation, primary, standby);

    MUST(ft_store_status_put(store, PAIR, status, at, &err));
}

static void
test_status(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_store_pair pair;
    json_t *status;
    int64_t at;

    (void)state;
    FAILS(ENOENT, ft_store_status_get(store, PAIR, &status, &at, &err));
    put_status(store, "protected", 3, "h1", "h2", 1000);
    put_status(store, "alone", 4, "h2", "h1", 2000);
    put_status(store, "protected", 3, "h1", "h2", 3000); /* a late old one */
    MUST(ft_store_pair_get(store, PAIR, &pair, &err));
    assert_string_equal(pair.primary, "h2");
    assert_string_equal(pair.standby, "h1");
    assert_string_equal(pair.state, "alone");
    assert_int_equal(pair.generation, 4);
    assert_int_equal(pair.status_at, 2000);
    put_status(store, "protected", 5, "elsewhere", "h1", 4000);
    MUST(ft_store_pair_get(store, PAIR, &pair, &err));
    assert_string_equal(pair.primary, "h2");
    MUST(ft_store_status_get(store, PAIR, &status, &at, &err));
    assert_int_equal(at, 4000);
    assert_string_equal(json_string_value(json_object_get(status, "primary")),
                        "elsewhere");
    json_decref(status);
    ft_store_close(store);
}

static void
assert_phase(struct ft_store *store, const char *phase)
{
    struct ft_store_pair pair;

    MUST(ft_store_pair_get(store, PAIR, &pair, &err));
    assert_string_equal(pair.phase, phase);
}

/* A protect that its engines have ended leaves nothing behind; but whoever is at it
 * ends it himself, and an engine that gave way waits for somebody to take it away. */
static void
test_ended_by_engines(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_store_found found = {
        .pair = PAIR, .step = "engine", .host = "h2", .sha256 = "abcd", .at = 1
    };
    struct ft_store_job job = { .verb = "protect",
                                .subject = "vm1",
                                .pair = PAIR };
    FT_AUTOJSON json_t *status = status_of("protected", 3, "h1", "h2");
    FT_AUTOJSON json_t *chosen = json_object();
    int alive = -1;

    (void)state;
    assert_int_equal(put_phase(store, PAIR, "applying"), 0);
    MUST(ft_store_chosen_put(store, PAIR, chosen, &err));
    MUST(ft_store_found_put(store, &found, &err));
    MUST(ft_store_status_put(store, PAIR, status, 1000, &err));
    assert_phase(store, "applying");
    json_object_set_new(status, "committed", json_true());
    MUST(ft_store_status_put(store, PAIR, status, 1001, &err));
    assert_phase(store, "applying");
    assert_int_equal(number_of("SELECT count(*) FROM found"), 1);
    MUST(ft_store_found_remove(store, &found, &err));
    strcpy(found.sha256, "");
    MUST(ft_store_found_put(store, &found, &err));
    MUST(ft_store_job_begin(store, &job, &alive, &err));
    MUST(ft_store_status_put(store, PAIR, status, 1002, &err));
    assert_phase(store, "applying");
    close(alive);
    json_object_set_new(status, "generation", json_integer(2));
    MUST(ft_store_status_put(store, PAIR, status, 1003, &err)); /* a late one */
    assert_phase(store, "applying");
    json_object_set_new(status, "generation", json_integer(3));
    MUST(ft_store_status_put(store, PAIR, status, 1004, &err));
    assert_phase(store, "applied");
    assert_int_equal(number_of("SELECT count(*) FROM found"), 0);
    assert_int_equal(number_of("SELECT count(*) FROM chosen"), 0);
    ft_store_close(store);
}

static struct ft_store_event
make_event(const char *host, int64_t seq)
{
    struct ft_store_event event = { .at = "2026-11-22T00:00:00.000Z",
                                    .severity = "info",
                                    .kind = "takeover",
                                    .text = "h2 took over",
                                    .seq = seq };

    snprintf(event.host, sizeof(event.host), "%s", host);
    return event;
}

static void
test_events(void **state)
{
    struct ft_store *store = open_store();
    struct ft_store_event event, *events;
    int64_t seq;
    size_t count;

    (void)state;
    MUST(ft_store_event_last(store, "h1", &seq, &err));
    assert_int_equal(seq, 0);
    for (int i = 0; i < 2; i++)
        for (int64_t n = 1; n <= 3; n++) {
            event = make_event("h1", n);
            MUST(ft_store_event_put(store, &event, &err));
        }
    MUST(ft_store_event_last(store, "h1", &seq, &err));
    assert_int_equal(seq, 3);
    MUST(ft_store_event_list(store, 0, 2, &events, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(events[0].seq, 2);
    assert_int_equal(events[1].seq, 3);
    assert_string_equal(events[1].text, "h2 took over");
    seq = events[1].id;
    free(events);
    MUST(ft_store_event_list(store, seq, 10, &events, &count, &err));
    assert_int_equal(count, 0);
    snprintf(event.severity, sizeof(event.severity), "loud");
    event.seq = 9;
    FAILS(EINVAL, ft_store_event_put(store, &event, &err));
    ft_store_close(store);
}

static void
test_event_limit(void **state)
{
    struct ft_store *store = open_store();

    (void)state;
    MUST(ft_store_begin(store, &err));
    for (int64_t n = 1; n <= FT_STORE_EVENT_LIMIT + 7; n++) {
        struct ft_store_event event = make_event("h1", n);

        MUST(ft_store_event_put(store, &event, &err));
    }
    MUST(ft_store_commit(store, &err));
    ft_store_close(store);
    assert_int_equal(number_of("SELECT count(*) FROM events"),
                     FT_STORE_EVENT_LIMIT);
    assert_int_equal(number_of("SELECT min(seq) FROM events"), 8);
}

static void
put_journal(struct ft_store *store, int ordinal, const char *step,
            const char *how)
{
    struct ft_store_journal entry = { .pair = PAIR,
                                      .operation = "protect",
                                      .ordinal = ordinal,
                                      .host = "h1",
                                      .at = 1 };

    snprintf(entry.step, sizeof(entry.step), "%s", step);
    snprintf(entry.state, sizeof(entry.state), "%s", how);
    MUST(ft_store_journal_put(store, &entry, &err));
}

static void
test_journal(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_store_journal *entries;
    size_t count;

    (void)state;
    put_journal(store, 0, "engine", "started");
    put_journal(store, 1, "standby", "started");
    put_journal(store, 0, "engine", "done");
    ft_store_close(store);
    store = open_store();
    MUST(ft_store_journal_list(store, PAIR, &entries, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(entries[0].step, "engine");
    assert_string_equal(entries[0].state, "done");
    assert_string_equal(entries[1].state, "started");
    assert_string_equal(entries[1].host, "h1");
    free(entries);
    MUST(ft_store_journal_clear(store, PAIR, &err));
    MUST(ft_store_journal_list(store, PAIR, &entries, &count, &err));
    assert_int_equal(count, 0);
    ft_store_close(store);
}

static void
test_transaction(void **state)
{
    struct ft_store *store = open_store();
    struct ft_store_host host;

    (void)state;
    MUST(ft_store_begin(store, &err));
    add_host(store, "h1");
    ft_store_rollback(store);
    FAILS(ENOENT, ft_store_host_get(store, "h1", &host, &err));
    ft_store_rollback(store);
    MUST(ft_store_begin(store, &err));
    add_host(store, "h1");
    MUST(ft_store_commit(store, &err));
    MUST(ft_store_host_get(store, "h1", &host, &err));
    ft_store_close(store);
}

/* ---- several processes ---- */

/* Runs work in a child that says when it is ready and ends when told. */
struct child {
    pid_t pid;
    int go;
};

static struct child
start_child(void (*work)(struct ft_store *store))
{
    struct child child;
    int ready[2], go[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    child.pid = fork();
    assert_true(child.pid >= 0);
    if (child.pid == 0) {
        struct ft_store *store;

        close(go[1]);
        if (ft_store_open(path, FT_STORE_CREATE, &store, NULL))
            _exit(1);
        work(store);
        if (write(ready[1], "r", 1) != 1 || read(go[0], &byte, 1) < 0)
            _exit(2);
        _exit(0); /* without closing: as if it were killed */
    }
    close(ready[1]);
    close(go[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    child.go = go[1];
    return child;
}

static void
end_child(struct child child)
{
    int status;

    close(child.go);
    assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
    assert_int_equal(status, 0);
}

static void
begin_writing(struct ft_store *store)
{
    if (ft_store_begin(store, NULL))
        _exit(4);
}

static void
test_busy_names_the_writer(void **state)
{
    struct ft_store *store = open_store();
    struct ft_store_host host = { .name = "h1", .address = "h1" };
    struct ft_error why = FT_ERROR_INIT;
    struct child child = start_child(begin_writing);
    char wanted[64];

    (void)state;
    assert_int_equal(ft_store_host_put(store, &host, &why), -EBUSY);
    snprintf(wanted, sizeof(wanted), "process %d is writing", (int)child.pid);
    if (!strstr(why.text, wanted))
        fail_msg("\"%s\" does not say \"%s\"", why.text, wanted);
    assert_true(*why.hint);
    end_child(child);
    MUST(ft_store_host_put(store, &host, &err));
    ft_store_close(store);
}

static void
write_events(const char *host, int events)
{
    struct ft_store *store;

    if (ft_store_open(path, FT_STORE_CREATE, &store, NULL))
        _exit(1);
    for (int64_t n = 1; n <= events; n++) {
        struct ft_store_event event = make_event(host, n);

        if (ft_store_event_put(store, &event, NULL))
            _exit(2);
    }
    ft_store_close(store);
    _exit(0);
}

/* All start on a file that does not exist: creation races too. */
static void
test_concurrent_writers(void **state)
{
    static const char *const names[] = { "h1", "h2", "h3", "h4" };
    pid_t pids[FT_ARRAY_SIZE(names)];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0)
            write_events(names[i], 50);
    }
    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++) {
        int status;

        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(number_of("SELECT count(*) FROM events"), 200);
}

static void
test_killed_writer(void **state)
{
    struct child child = start_child(begin_writing);
    struct ft_store *store;
    int status;

    (void)state;
    kill(child.pid, SIGKILL);
    assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
    close(child.go);
    store = open_store();
    add_host(store, "h1");
    ft_store_close(store);
}

/* ---- damage ---- */

static void
assert_refused_unchanged(int code)
{
    FT_AUTOFREE char *before = NULL, *after = NULL;
    size_t before_size, after_size;
    struct ft_store *store = NULL;

    assert_int_equal(ft_file_read(path, 1 << 24, &before, &before_size), 0);
    FAILS(code, ft_store_open(path, FT_STORE_CREATE, &store, &err));
    assert_null(store);
    assert_int_equal(ft_file_read(path, 1 << 24, &after, &after_size), 0);
    assert_int_equal(before_size, after_size);
    assert_memory_equal(before, after, before_size);
}

static void
test_garbage(void **state)
{
    char garbage[8192];

    (void)state;
    memset(garbage, 'x', sizeof(garbage));
    assert_int_equal(ft_file_replace(path, garbage, sizeof(garbage), 0600), 0);
    assert_refused_unchanged(EBADMSG);
    assert_int_equal(ft_file_replace(path, garbage, 10, 0600), 0);
    assert_refused_unchanged(EBADMSG);
}

static void
test_foreign_and_newer(void **state)
{
    struct ft_store *store;

    (void)state;
    execute_sql("CREATE TABLE other (x)");
    assert_refused_unchanged(EBADMSG);
    setup(state);
    ft_store_close(open_store());
    execute_sql("PRAGMA user_version = 999");
    FAILS(EPROTONOSUPPORT, ft_store_open(path, FT_STORE_CREATE, &store, &err));
    FAILS(EINVAL, ft_store_open(folder, FT_STORE_CREATE, &store, &err));
    FAILS(ENOENT,
          ft_store_open("/nonexistent/x.db", FT_STORE_CREATE, &store, &err));
}

/* One that does not come back, when the VM has left it for another. */
static void
test_lost_host(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_store_pair other = make_pair(PAIR2, VM);
    struct ft_store_pair *pairs;
    size_t count;

    (void)state;
    assert_int_equal(put_phase(store, PAIR, "removing"), 0);
    FAILS(EBUSY, ft_store_host_remove(store, "h2", &err));
    add_host(store, "h3");
    snprintf(other.standby, sizeof(other.standby), "h3");
    MUST(ft_store_pair_put(store, &other, &err));
    FAILS(EBUSY, ft_store_host_remove(store, "h1", &err));
    FAILS(EBUSY, ft_store_host_remove(store, "h3", &err));
    MUST(ft_store_host_remove(store, "h2", &err));
    MUST(ft_store_pair_list(store, &pairs, &count, &err));
    assert_int_equal(count, 1);
    assert_string_equal(pairs[0].pair, PAIR2);
    free(pairs);
    ft_store_close(store);
}

/* And when it is protected no more, by the word of the host that has the VM. */
static void
test_lost_host_of_unprotected(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_store_journal step = { .pair = PAIR,
                                     .operation = "unprotect",
                                     .step = "pair-remove",
                                     .host = "h1",
                                     .state = "started" };

    (void)state;
    assert_int_equal(put_phase(store, PAIR, "removing"), 0);
    MUST(ft_store_journal_put(store, &step, &err));
    FAILS(EBUSY, ft_store_host_remove(store, "h2", &err));
    strcpy(step.state, "done");
    MUST(ft_store_journal_put(store, &step, &err));
    FAILS(EBUSY, ft_store_host_remove(store, "h1", &err));
    MUST(ft_store_host_remove(store, "h2", &err));
    MUST(ft_store_host_remove(store, "h1", &err));
    ft_store_close(store);
}

/* ---- migrations ---- */

static void
read_sql(const char *name, char **text)
{
    char file[512];
    const char *source = getenv("srcdir");

    snprintf(file, sizeof(file), "%s/db/migrations/%s", source ? source : ".",
             name);
    if (ft_file_read(file, 1 << 20, text, NULL))
        fail_msg("cannot read %s", file);
}

static const char *const migrations[] = {
    "0001-topology.sql",     "0002-pairs.sql",       "0003-history.sql",
    "0004-rollups.sql",      "0005-locks.sql",       "0006-jobs.sql",
    "0007-host-key.sql",     "0008-waivers.sql",     "0009-rules.sql",
    "0010-measurements.sql", "0011-link-rates.sql",  "0012-pool-flushes.sql",
    "0013-unfinished.sql",   "0014-fixes.sql",       "0015-facts-history.sql",
    "0016-pairs-beside.sql", "0017-maintenance.sql",
};

/* As an ftadmin of that version would have left it. */
static void
make_version(size_t version)
{
    char pragma[128];

    for (size_t i = 0; i < version; i++) {
        FT_AUTOFREE char *sql = NULL;

        read_sql(migrations[i], &sql);
        execute_sql(sql);
    }
    snprintf(pragma, sizeof(pragma),
             "PRAGMA user_version = %zu; "
             "PRAGMA application_id = %d",
             version, 0x46544144);
    execute_sql(pragma);
    execute_sql("INSERT INTO hosts (name, address, added_at) "
                "VALUES ('h1', 'h1', 7), ('h2', 'h2', 8)");
}

static void
assert_same_schema(const char *fresh)
{
    static const char differing[] =
        "SELECT type, name, tbl_name, sql FROM main.sqlite_schema EXCEPT "
        "SELECT type, name, tbl_name, sql FROM fresh.sqlite_schema";
    FT_AUTOFREE char *attach = NULL;
    sqlite3 *db;
    sqlite3_stmt *statement;

    assert_true(asprintf(&attach, "ATTACH '%s' AS fresh", fresh) > 0);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, differing, -1, &statement, NULL),
                     SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW)
        fail_msg("differs: %s", sqlite3_column_text(statement, 3));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    assert_int_equal(number_of("SELECT count(*) FROM sqlite_schema"),
                     number_in(fresh, "SELECT count(*) FROM sqlite_schema"));
}

/* Single samples of version 3 go; the pair and all else of it stays. */
static void
add_old_sample(void)
{
    execute_sql(
        "INSERT INTO pairs (pair, vm, vm_uuid, primary_host, standby_host, "
        "phase, created_at) VALUES ('" PAIR "', 'vm1', '" VM "', 'h1', 'h2', "
        "'applied', 5)");
    execute_sql("INSERT INTO samples (pair, at, epoch, epochs_per_s, "
                "pause_p50_ms, pause_p99_ms, lag_ms, dirty_bytes) "
                "VALUES ('" PAIR "', 1, 2, 3, 4, 5, 6, 7)");
}

static void
test_migrations(void **state)
{
    char fresh[sizeof(path)];

    (void)state;
    assert_int_equal(FT_ARRAY_SIZE(migrations), ft_store_schema_version());
    ft_store_close(open_store());
    memcpy(fresh, path, sizeof(path));
    for (size_t version = 1; version <= FT_ARRAY_SIZE(migrations); version++) {
        struct ft_store *store;
        struct ft_store_pair pair = make_pair(PAIR, VM);
        struct ft_store_host host;

        setup(state);
        make_version(version);
        if (version == 3)
            add_old_sample();
        store = open_store();
        MUST(ft_store_host_get(store, "h2", &host, &err));
        assert_int_equal(host.added_at, 8);
        MUST(ft_store_pair_put(store, &pair, &err));
        ft_store_close(store);
        assert_int_equal(number_of("PRAGMA user_version"),
                         ft_store_schema_version());
        assert_same_schema(fresh);
    }
}

static void
test_failed_migration_changes_nothing(void **state)
{
    struct ft_store *store;

    (void)state;
    make_version(1);
    execute_sql("CREATE TABLE journal (in_the_way)");
    FAILS(EINVAL, ft_store_open(path, FT_STORE_CREATE, &store, &err));
    assert_int_equal(number_of("PRAGMA user_version"), 1);
    assert_int_equal(number_of("SELECT count(*) FROM sqlite_schema "
                               "WHERE name = 'pairs'"),
                     0);
    assert_int_equal(number_of("SELECT count(*) FROM hosts"), 2);
}

/* A pair of hosts that are not there, in a file of before: no later version takes it
 * over, and the file is as it was. */
static void
test_migration_of_what_refers_to_nothing(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store *store;

    (void)state;
    make_version(15);
    execute_sql(
        "INSERT INTO pairs (pair, vm, vm_uuid, primary_host, standby_host, "
        "phase, created_at) VALUES ('" PAIR "', 'vm1', '" VM "', 'h1', 'h9', "
        "'applied', 5)");
    assert_int_equal(ft_store_open(path, FT_STORE_CREATE, &store, &err),
                     -EBADMSG);
    assert_non_null(strstr(err.text, "a row of pairs refers to one of hosts"));
    assert_non_null(strstr(err.hint, "move the file away"));
    assert_int_equal(number_of("PRAGMA user_version"), 15);
    assert_int_equal(number_of("SELECT count(*) FROM pairs"), 1);
    execute_sql("DELETE FROM pairs");
    ft_store_close(open_store());
    assert_int_equal(number_of("PRAGMA user_version"),
                     ft_store_schema_version());
}

/* Of each VM the last; without one, none. */
static void
test_measurements(void **state)
{
    static const char vm[] = "aaaaaaaa-2222-3333-4444-555555555555";
    struct ft_store *store = open_store();
    json_t *first = json_pack("{s:i}", "schema", 1);
    json_t *second = json_pack("{s:i}", "schema", 2), *found = NULL;
    int64_t at = 0;

    (void)state;
    assert_int_equal(ft_store_measurement_get(store, vm, &found, &at, NULL),
                     -ENOENT);
    MUST(ft_store_measurement_put(store, vm, "vm1", 5, first, &err));
    MUST(ft_store_measurement_put(store, vm, "vm1", 7, second, &err));
    MUST(ft_store_measurement_get(store, vm, &found, &at, &err));
    assert_true(json_equal(found, second));
    assert_int_equal(at, 7);
    json_decref(found);
    json_decref(first);
    json_decref(second);
    ft_store_close(store);
}

/* Of each path the last; they go with either host. */
static void
test_link_rates(void **state)
{
    struct ft_store *store = open_store();
    struct ft_store_link_rate rate = { .from = "h1",
                                       .to = "h2",
                                       .address = "10.78.0.2",
                                       .nic = "eth1",
                                       .bytes_per_s = 117e6,
                                       .at = 5 };
    struct ft_store_link_rate *found = NULL;
    int64_t h1 = add_host(store, "h1"), h2 = add_host(store, "h2");
    size_t count;

    (void)state;
    MUST(ft_store_link_rate_put(store, &rate, &err));
    rate.bytes_per_s = 110e6;
    rate.at = 6;
    MUST(ft_store_link_rate_put(store, &rate, &err));
    strcpy(rate.address, "10.77.0.2");
    MUST(ft_store_link_rate_put(store, &rate, &err));
    strcpy(rate.to, "h9"); /* nobody of that name */
    MUST(ft_store_link_rate_put(store, &rate, &err));
    MUST(ft_store_link_rate_list(store, h1, &found, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(found[1].from, "h1");
    assert_string_equal(found[1].to, "h2");
    assert_string_equal(found[1].address, "10.78.0.2");
    assert_string_equal(found[1].nic, "eth1");
    assert_true(found[1].bytes_per_s == 110e6);
    assert_int_equal(found[1].at, 6);
    free(found);
    MUST(ft_store_link_rate_list(store, h2, &found, &count, &err));
    assert_int_equal(count, 0);
    free(found);
    MUST(ft_store_host_remove(store, "h2", &err));
    MUST(ft_store_link_rate_list(store, h1, &found, &count, &err));
    assert_int_equal(count, 0);
    free(found);
    ft_store_close(store);
}

static void
test_pool_flushes(void **state)
{
    struct ft_store *store = open_store();
    struct ft_store_pool_flush flush = {
        .host = "h1", .pool = "default", .p50_us = 700, .p90_us = 9000, .at = 5
    };
    struct ft_store_pool_flush *found = NULL;
    int64_t h1 = add_host(store, "h1");
    size_t count;

    (void)state;
    MUST(ft_store_pool_flush_put(store, &flush, &err));
    flush.p90_us = 9001;
    MUST(ft_store_pool_flush_put(store, &flush, &err));
    strcpy(flush.host, "h9"); /* nobody of that name */
    MUST(ft_store_pool_flush_put(store, &flush, &err));
    MUST(ft_store_pool_flush_list(store, h1, &found, &count, &err));
    assert_int_equal(count, 1);
    assert_string_equal(found[0].pool, "default");
    assert_int_equal(found[0].p50_us, 700);
    assert_int_equal(found[0].p90_us, 9001);
    free(found);
    MUST(ft_store_host_remove(store, "h1", &err));
    MUST(ft_store_pool_flush_list(store, h1, &found, &count, &err));
    assert_int_equal(count, 0);
    free(found);
    ft_store_close(store);
}

static void
test_fixes(void **state)
{
    static const char vm[] = "aaaaaaaa-2222-3333-4444-555555555555";
    struct ft_store *store = open_store();
    struct ft_store_fix fix = { .vm = "vm1",
                                .host = "h2",
                                .kind = "pool-start",
                                .object = "default",
                                .who = "root",
                                .begun_at = 5 };
    struct ft_store_fix *found = NULL;
    int64_t first;
    size_t count;

    (void)state;
    snprintf(fix.vm_uuid, sizeof(fix.vm_uuid), "%s", vm);
    MUST(ft_store_fix_begin(store, &fix, &err));
    first = fix.id;
    assert_true(first > 0);
    MUST(ft_store_fix_done(store, first, 6, &err));
    snprintf(fix.kind, sizeof(fix.kind), "pool-autostart");
    MUST(ft_store_fix_begin(store, &fix, &err));
    assert_true(fix.id > first);
    MUST(ft_store_fix_list(store, "vm1", &found, &count, &err));
    assert_int_equal(count, 2); /* the newest first, also one that only began */
    assert_string_equal(found[0].kind, "pool-autostart");
    assert_int_equal(found[0].done_at, 0);
    assert_string_equal(found[1].object, "default");
    assert_int_equal(found[1].done_at, 6);
    free(found);
    MUST(ft_store_fix_drop(store, fix.id, &err));
    MUST(ft_store_fix_list(store, vm, &found, &count, &err));
    assert_int_equal(count, 1);
    free(found);
    MUST(ft_store_fix_undone(store, first, 9, &err));
    MUST(ft_store_fix_list(store, vm, &found, &count, &err));
    assert_int_equal(count, 0);
    free(found);
    ft_store_close(store);
}

/* The newest are kept, each host's own. */
static void
test_facts_history(void **state)
{
    struct ft_store *store = open_store();
    int64_t h1 = add_host(store, "h1"), h2 = add_host(store, "h2"), at = 0;
    struct ft_store_past_facts *found = NULL;
    json_t *facts = NULL;
    size_t count;

    (void)state;
    assert_int_equal(ft_store_past_facts_get(store, h1, 0, &facts, &at, NULL),
                     -ENOENT);
    for (int i = 1; i <= FT_STORE_FACTS_KEPT + 3; i++) {
        FT_AUTOJSON json_t *one = json_pack("{s:i}", "n", i);

        MUST(ft_store_past_facts_put(store, h1, i, one, &err));
        if (i == 1)
            MUST(ft_store_past_facts_put(store, h2, 99, one, &err));
    }
    MUST(ft_store_past_facts_list(store, h1, &found, &count, &err));
    assert_int_equal(count, FT_STORE_FACTS_KEPT);
    assert_int_equal(found[0].at, FT_STORE_FACTS_KEPT + 3);
    assert_int_equal(found[count - 1].at, 4);
    MUST(ft_store_past_facts_get(store, h1, 0, &facts, &at, &err));
    assert_int_equal(at, FT_STORE_FACTS_KEPT + 3);
    json_decref(facts);
    MUST(ft_store_past_facts_get(store, h1, found[count - 1].id, &facts, &at,
                                 &err));
    assert_int_equal(json_integer_value(json_object_get(facts, "n")), 4);
    json_decref(facts);
    /* not by another host's name */
    assert_int_equal(ft_store_past_facts_get(store, h2, found[0].id, &facts,
                                             &at, NULL),
                     -ENOENT);
    free(found);
    MUST(ft_store_past_facts_list(store, h2, &found, &count, &err));
    assert_int_equal(count, 1);
    free(found);
    MUST(ft_store_host_remove(store, "h1", &err));
    MUST(ft_store_past_facts_list(store, h1, &found, &count, &err));
    assert_int_equal(count, 0);
    free(found);
    ft_store_close(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_create, setup),
        cmocka_unit_test_setup(test_default_path, setup),
        cmocka_unit_test_setup(test_hosts, setup),
        cmocka_unit_test_setup(test_maintenance, setup),
        cmocka_unit_test_setup(test_version, setup),
        cmocka_unit_test_setup(test_topology, setup),
        cmocka_unit_test_setup(test_pairs, setup),
        cmocka_unit_test_setup(test_status, setup),
        cmocka_unit_test_setup(test_ended_by_engines, setup),
        cmocka_unit_test_setup(test_events, setup),
        cmocka_unit_test_setup(test_event_limit, setup),
        cmocka_unit_test_setup(test_journal, setup),
        cmocka_unit_test_setup(test_transaction, setup),
        cmocka_unit_test_setup(test_busy_names_the_writer, setup),
        cmocka_unit_test_setup(test_concurrent_writers, setup),
        cmocka_unit_test_setup(test_killed_writer, setup),
        cmocka_unit_test_setup(test_garbage, setup),
        cmocka_unit_test_setup(test_foreign_and_newer, setup),
        cmocka_unit_test_setup(test_lost_host, setup),
        cmocka_unit_test_setup(test_lost_host_of_unprotected, setup),
        cmocka_unit_test_setup(test_migrations, setup),
        cmocka_unit_test_setup(test_failed_migration_changes_nothing, setup),
        cmocka_unit_test_setup(test_migration_of_what_refers_to_nothing, setup),
        cmocka_unit_test_setup(test_measurements, setup),
        cmocka_unit_test_setup(test_link_rates, setup),
        cmocka_unit_test_setup(test_pool_flushes, setup),
        cmocka_unit_test_setup(test_fixes, setup),
        cmocka_unit_test_setup(test_facts_history, setup),
    };

    RUN_IN_FOLDER(tests);
}
