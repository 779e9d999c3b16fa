/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts hosts, a VM, a pair and an event into a topology database, as earlier
 * runs of ftadmin would have: seed DB PORT. The hosts are at 127.0.0.1:PORT.
 * Or is another ftadmin at work, as long as a command runs:
 * seed DB hold SUBJECT DOING COMMAND. Or damages what the database has of a
 * table, a long time after it was checked: seed DB spoil TABLE. Or is an ftadmin
 * that died while it made, or took away, the pair: seed DB phase applying|removing.
 * Or has mended something for vm2 on a host, known or not: seed DB fix HOST.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "db/fixes.h"
#include "db/lock.h"
#include "db/link-rates.h"
#include "db/store.h"

#define PAIR "11111111-2222-3333-4444-555555555555"
#define VM "aaaaaaaa-2222-3333-4444-555555555555"
#define OTHER_VM "bbbbbbbb-2222-3333-4444-555555555555"
#define HOUR_MS (3600 * 1000)

static int64_t
an_hour_ago(void)
{
    return ft_clock_realtime_ns() / FT_NS_PER_MS - HOUR_MS * 3;
}

static int
add_host(struct ft_store *store, const char *name, const char *port,
         bool hypervisor, struct ft_store_host *host, struct ft_error *err)
{
    memset(host, 0, sizeof(*host));
    snprintf(host->name, sizeof(host->name), "%s", name);
    snprintf(host->address, sizeof(host->address), "127.0.0.1:%s", port);
    snprintf(host->engine_version, sizeof(host->engine_version), "0.1.0");
    host->hypervisor = hypervisor;
    host->added_at = host->seen_at = an_hour_ago();
    return ft_store_host_put(store, host, err);
}

static int
add_vms(struct ft_store *store, int64_t host, struct ft_error *err)
{
    struct ft_store_vm vms[] = {
        { .uuid = VM,
          .name = "vm1",
          .state = "running",
          .memory = 1 << 28,
          .vcpus = 2,
          .disk_bytes = 1 << 30,
          .seen_at = an_hour_ago() },
        { .uuid = OTHER_VM,
          .name = "vm2",
          .state = "off",
          .memory = 1 << 27,
          .vcpus = 1,
          .disk_bytes = 1 << 29,
          .seen_at = an_hour_ago() },
    };
    struct ft_store_nic nic = { .name = "eth0",
                                .mac = "52:54:00:00:00:01",
                                .addresses = "10.0.0.1/24",
                                .carrier = true };
    struct ft_store_topology topology = {
        .vms = vms, .vm_count = 2, .nics = &nic, .nic_count = 1
    };

    return ft_store_topology_put(store, host, &topology, err);
}

static int
add_pair(struct ft_store *store, struct ft_error *err)
{
    struct ft_store_pair pair = {
        .pair = PAIR,
        .vm = "vm1",
        .vm_uuid = VM,
        .primary = "h1",
        .standby = "h2",
        .witness = "w1",
        .phase = "applied",
        .created_at = an_hour_ago(),
    };
    FT_AUTOJSON json_t *status =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:f,s:{s:f,s:f},s:i}",
                  "pair", PAIR, "vm", "vm1", "uuid", VM, "state", "protected",
                  "primary", "h1", "standby", "h2", "witness", "w1",
                  "generation", 1, "epoch", 4711, "epochs_per_s", 9.5,
                  "pause_ms", "p50", 2.75, "p99", 6.5, "lag_ms", 12);
    int rc = ft_store_pair_put(store, &pair, err);

    return rc ? rc
              : ft_store_status_put(store, PAIR, status, an_hour_ago(), err);
}

static int
add_rate(struct ft_store *store, struct ft_error *err)
{
    struct ft_store_link_rate rate = { .from = "h1",
                                       .to = "h2",
                                       .address = "10.0.0.2",
                                       .nic = "eth0",
                                       .bytes_per_s = 117e6,
                                       .at = an_hour_ago() };

    return ft_store_link_rate_put(store, &rate, err);
}

static int
add_event(struct ft_store *store, struct ft_error *err)
{
    struct ft_store_event event = {
        .host = "h1",
        .seq = 1,
        .at = "2026-11-22T10:00:00.000Z",
        .pair = PAIR,
        .vm = "vm1",
        .severity = "warn",
        .kind = "link",
        .text = "the link to h2 \033[31mwas lost",
    };

    return ft_store_event_put(store, &event, err);
}

static int
hold(char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOSTORE struct ft_store *store = NULL;

    if (ft_store_open(argv[1], FT_STORE_EXISTING, &store, &err) ||
        ft_store_lock(store, argv[3], FT_LOCK_ALONE, argv[4], &err)) {
        fprintf(stderr, "seed: %s\n", err.text);
        return 1;
    }
    return WEXITSTATUS(system(argv[5]));
}

static int
set_phase(const char *path, const char *phase)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOSTORE struct ft_store *store = NULL;
    struct ft_store_pair pair;

    if (ft_store_open(path, FT_STORE_EXISTING, &store, &err) ||
        ft_store_pair_get(store, PAIR, &pair, &err))
        return 1;
    snprintf(pair.phase, sizeof(pair.phase), "%s", phase);
    return ft_store_pair_put(store, &pair, &err) != 0;
}

static int64_t
number(sqlite3 *db, const char *sql, const char *table)
{
    sqlite3_stmt *statement = NULL;
    int64_t value = 0;

    sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    if (sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

/* Garbage instead of the table's first page. */
static int
spoil(const char *path, const char *table)
{
    char garbage[4096];
    sqlite3 *db = NULL;
    int64_t page;
    FILE *file;

    if (sqlite3_open(path, &db) != SQLITE_OK)
        return 1;
    number(db, "UPDATE health SET checked_at = 1 WHERE ?1 <> ''", table);
    page =
        number(db, "SELECT rootpage FROM sqlite_schema WHERE name = ?1", table);
    sqlite3_close(db);
    file = fopen(path, "r+e");
    if (!file)
        return 1;
    if (!page ||
        fseek(file, (long)((page - 1) * (int64_t)sizeof(garbage)), SEEK_SET)) {
        fclose(file);
        return 1;
    }
    memset(garbage, 0xa5, sizeof(garbage));
    fwrite(garbage, sizeof(garbage), 1, file);
    return fclose(file) != 0;
}

static int
add_fix(const char *path, const char *host)
{
    struct ft_store_fix fix = { .vm = "vm2",
                                .vm_uuid = OTHER_VM,
                                .kind = "pool-start",
                                .object = "default" };
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOSTORE struct ft_store *store = NULL;

    snprintf(fix.host, sizeof(fix.host), "%s", host);
    fix.begun_at = an_hour_ago();
    if (ft_store_open(path, FT_STORE_EXISTING, &store, &err) ||
        ft_store_fix_begin(store, &fix, &err)) {
        fprintf(stderr, "seed: %s\n", err.text);
        return 1;
    }
    return 0;
}

int
main(int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOSTORE struct ft_store *store = NULL;
    struct ft_store_host h1, h2, w1;

    if (argc == 6 && !strcmp(argv[2], "hold"))
        return hold(argv);
    if (argc == 4 && !strcmp(argv[2], "spoil"))
        return spoil(argv[1], argv[3]);
    if (argc == 4 && !strcmp(argv[2], "phase"))
        return set_phase(argv[1], argv[3]);
    if (argc == 4 && !strcmp(argv[2], "fix"))
        return add_fix(argv[1], argv[3]);
    if (argc != 3 || ft_store_open(argv[1], FT_STORE_CREATE, &store, &err) ||
        add_host(store, "h1", argv[2], true, &h1, &err) ||
        add_host(store, "h2", argv[2], true, &h2, &err) ||
        add_host(store, "w1", argv[2], false, &w1, &err) ||
        add_vms(store, h1.id, &err) || add_pair(store, &err) ||
        add_rate(store, &err) || add_event(store, &err)) {
        fprintf(stderr, "seed: %s\n", err.text);
        return 1;
    }
    return 0;
}
