/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/tui/fill.h"

#include "tests/unit/scratch.h"

#include "base/clock.h"
#include "db/store.h"

static char paths[4][300];
static const char *address = "127.0.0.1:1";

int
home_enter(void **state)
{
    (void)state;
    return mkdtemp(scratch) && setenv("HOME", scratch, 1) == 0 ? 0 : -1;
}

int
home_leave(void **state)
{
    return scratch_leave(state);
}

const char *
home_path(const char *name)
{
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", scratch, name);
    return path;
}

static void
must(int rc, const struct ft_error *err)
{
    if (rc)
        fail_msg("%s", err->text);
}

static int64_t
an_hour_ago(void)
{
    return ft_clock_realtime_ns() / FT_NS_PER_MS - INT64_C(3600000);
}

static int64_t
add_host(struct ft_store *store, const char *name)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store_host host = { .engine_version = "0.1.0",
                                  .hypervisor = *name == 'h',
                                  .added_at = an_hour_ago(),
                                  .seen_at = an_hour_ago() };

    snprintf(host.name, sizeof(host.name), "%s", name);
    snprintf(host.address, sizeof(host.address), "%s", address);
    must(ft_store_host_put(store, &host, &err), &err);
    return host.id;
}

static void
add_pair(struct ft_store *store, int number, const char *vm, const char *uuid)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store_pair pair = { .primary = "h1",
                                  .standby = "h2",
                                  .witness = "w1",
                                  .phase = "applied",
                                  .created_at = an_hour_ago() };
    FT_AUTOJSON json_t *status = NULL;

    snprintf(pair.pair, sizeof(pair.pair), "11111111-2222-3333-4444-%012d",
             number);
    snprintf(pair.vm, sizeof(pair.vm), "%s", vm);
    snprintf(pair.vm_uuid, sizeof(pair.vm_uuid), "%s", uuid);
    status = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:f,s:{s:f,s:f}}",
                       "pair", pair.pair, "vm", vm, "uuid", uuid, "state",
                       "protected", "primary", "h1", "standby", "h2", "witness",
                       "w1", "generation", 1, "epoch", 4711 + number,
                       "epochs_per_s", 9.5, "pause_ms", "p50", 2.75, "p99", 6.5);
    assert_non_null(status);
    must(ft_store_pair_put(store, &pair, &err), &err);
    must(ft_store_status_put(store, pair.pair, status, an_hour_ago(), &err),
         &err);
}

static void
add_event(struct ft_store *store, int number, const char *vm)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store_event event = { .host = "h1",
                                    .seq = number + 1,
                                    .at = "2026-11-22T10:00:00.000Z",
                                    .severity = "warn",
                                    .kind = "link" };

    snprintf(event.vm, sizeof(event.vm), "%s", vm);
    snprintf(event.text, sizeof(event.text), "the link of %s was lost", vm);
    must(ft_store_event_put(store, &event, &err), &err);
}

static void
add_all(struct ft_store *store, int count, const char *const *names)
{
    struct ft_store_vm *vms = calloc((size_t)count + 1, sizeof(*vms));
    struct ft_store_topology topology = { .vms = vms,
                                          .vm_count = (size_t)count };
    struct ft_error err = FT_ERROR_INIT;
    int64_t host = add_host(store, "h1");

    add_host(store, "h2");
    add_host(store, "w1");
    assert_non_null(vms);
    for (int i = 0; i < count; i++) {
        snprintf(vms[i].uuid, sizeof(vms[i].uuid),
                 "aaaaaaaa-2222-3333-4444-%012d", i);
        if (names)
            snprintf(vms[i].name, sizeof(vms[i].name), "%s", names[i]);
        else
            snprintf(vms[i].name, sizeof(vms[i].name), "vm%03d", i);
        strcpy(vms[i].state, "running");
        vms[i].memory = INT64_C(1) << 28;
        vms[i].vcpus = 2;
        vms[i].seen_at = an_hour_ago();
    }
    must(ft_store_topology_put(store, host, &topology, &err), &err);
    for (int i = 0; i < count; i++) {
        add_pair(store, i, vms[i].name, vms[i].uuid);
        add_event(store, i, vms[i].name);
    }
    free(vms);
}

void
fill_hosts_at(const char *where)
{
    address = where;
}

const char *
fill(const char *name, int count, const char *const *names)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOSTORE struct ft_store *store = NULL;
    const char *path = home_path(name);

    must(ft_store_open(path, FT_STORE_CREATE, &store, &err), &err);
    add_all(store, count, names);
    return path;
}

void
fill_one_more_host(const char *path, const char *name)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOSTORE struct ft_store *store = NULL;

    must(ft_store_open(path, 0, &store, &err), &err);
    add_host(store, name);
}
