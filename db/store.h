/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The topology database: what ftadmin knows about hosts, virtual machines and
 * pairs. All SQL of the project lives in db/. Run-time truth is on the hosts;
 * whatever comes from here has a time and is to be shown with its age.
 *
 * File: $XDG_DATA_HOME/ftadmin/topology.db (SQLite, STRICT tables, WAL),
 * mode 0600 in a folder of mode 0700. It holds no secret: pair keys exist only
 * on the hosts, passwords nowhere.
 *
 * Memory: structs are plain memory of the caller. The list functions return
 * one array that the caller frees with free(3); an empty list is *items NULL
 * and *count 0. Strings that do not fit their field are refused (-ENAMETOOLONG).
 *
 * Threads: a store belongs to one thread.
 *
 * Errors: 0 or -errno, err filled with text and hint. Common to all:
 * -EBUSY (another process writes; its pid is in the text), -ENOSPC (disk
 * full), -EBADMSG (damaged file), -ENOENT (no such row), -EEXIST, -EACCES.
 *
 * Times are milliseconds of CLOCK_REALTIME since 1970, 0 = never.
 */
#ifndef FT_DB_STORE_H
#define FT_DB_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "db/transaction.h"

#define FT_STORE_NAME 256           /* host, VM, pool and interface names */
#define FT_STORE_UUID 37            /* uuid text with its NUL */
#define FT_STORE_WORD 32            /* states, kinds, versions */
#define FT_STORE_TEXT 1024          /* paths, addresses, details */
#define FT_STORE_EVENT_LIMIT 100000 /* events kept */
#define FT_STORE_BUSY_MS 5000       /* patience with another writer */

struct ft_store;

enum ft_store_mode {
    FT_STORE_CREATE,   /* make the file when it is missing, never its folder */
    FT_STORE_EXISTING, /* -ENOENT when the file is missing */
};

/*
 * Writes the path of the database of this user, below $XDG_DATA_HOME or
 * ~/.local/share (XDG Base Directory Specification), and makes its folder,
 * mode 0700. -ENOENT when neither variable is set, -ENAMETOOLONG.
 */
int ft_store_default_path(char *out, size_t size, struct ft_error *err);

/*
 * Opens and migrates the database at path. -EBADMSG: damaged, or no database
 * of ftadmin; it is never replaced. -EPROTONOSUPPORT: written by a newer
 * ftadmin. Whether the whole file is sound is another question (db/check.h).
 *
 * A file that cannot be written (a full disk, a read-only one, another user's)
 * is opened as a copy in memory, as it is now: everything can be read, what is
 * written is gone with the store, and no lock is given (ft_store_is_copy).
 */
int ft_store_open(const char *path, enum ft_store_mode mode,
                  struct ft_store **store, struct ft_error *err);
void ft_store_close(struct ft_store *store);

static inline void
ft_cleanup_store(struct ft_store **store)
{
    ft_store_close(*store);
}
#define FT_AUTOSTORE FT_CLEANUP(ft_cleanup_store)

const char *ft_store_path(const struct ft_store *store);

/* True for a copy in memory; why (may be NULL) says what is in the way. */
bool ft_store_is_copy(const struct ft_store *store, struct ft_error *why);

/* Newest schema version that this build knows. */
int ft_store_schema_version(void);

/* ---- hosts ---- */

struct ft_store_host {
    int64_t id;
    char name[FT_STORE_NAME];           /* as the administrator calls it */
    char address[FT_STORE_NAME];        /* for SSH: [user@]host[:port] */
    char identity[FT_STORE_TEXT];       /* path of a key file, or empty */
    bool hypervisor;                    /* has a libvirt that answers */
    char engine_version[FT_STORE_WORD]; /* empty: not installed */
    int64_t added_at;
    int64_t seen_at;
    char host_key[FT_STORE_NAME]; /* of SSH, "TYPE SHA256:..."; empty: unknown */
    int64_t maintenance_at;       /* since when; 0: not (db/maintenance.h) */
};

/*
 * Inserts, or updates the host of this name; an empty host_key leaves the one
 * that is known, and its maintenance stays as it is. Sets host->id.
 */
int ft_store_host_put(struct ft_store *store, struct ft_store_host *host,
                      struct ft_error *err);
int ft_store_host_get(struct ft_store *store, const char *name,
                      struct ft_store_host *host, struct ft_error *err);
int ft_store_host_list(struct ft_store *store, struct ft_store_host **hosts,
                       size_t *count, struct ft_error *err);
/* It answered at this time. No error when it is not known, or was seen since. */
int ft_store_host_seen(struct ft_store *store, const char *name, int64_t at,
                       struct ft_error *err);
/* This is its SSH key from now on, if none is known yet. */
int ft_store_host_pin(struct ft_store *store, const char *name,
                      const char *host_key, struct ft_error *err);
/* -EBUSY while a pair uses the host. */
int ft_store_host_check_unused(struct ft_store *store, const char *name,
                               struct ft_error *err);
/* The same check, then removes it and everything below it. */
int ft_store_host_remove(struct ft_store *store, const char *name,
                         struct ft_error *err);

/* The probe's facts as JSON, kept whole beside the tables below. */
int ft_store_facts_put(struct ft_store *store, int64_t host,
                       const json_t *facts, struct ft_error *err);
/* *facts is a new reference; *at when they were stored. */
int ft_store_facts_get(struct ft_store *store, int64_t host, json_t **facts,
                       int64_t *at, struct ft_error *err);

struct ft_store_nic {
    int64_t host;
    char name[FT_STORE_NAME];
    char mac[FT_STORE_WORD];
    char bridge[FT_STORE_NAME];    /* the bridge it is a port of, or empty */
    char addresses[FT_STORE_TEXT]; /* separated by spaces, with prefix */
    int64_t speed_mbit;            /* 0: unknown */
    bool carrier;
};

struct ft_store_network {
    int64_t host;
    char name[FT_STORE_NAME];
    char kind[FT_STORE_WORD]; /* bridge, libvirt, ovs */
    char bridge[FT_STORE_NAME];
    bool active;
};

struct ft_store_pool {
    int64_t host;
    char name[FT_STORE_NAME];
    char kind[FT_STORE_WORD];
    char path[FT_STORE_TEXT];
    int64_t capacity;  /* bytes */
    int64_t available; /* bytes */
    bool active;
};

struct ft_store_vm {
    int64_t host;
    char host_name[FT_STORE_NAME]; /* read only, filled by the list */
    char uuid[FT_STORE_UUID];
    char name[FT_STORE_NAME];
    char state[FT_STORE_WORD]; /* running, paused, shut off, ... */
    int64_t memory;            /* bytes */
    int64_t vcpus;
    int64_t disk_bytes;
    int64_t seen_at;
};

/* What a probe found on one host; arrays may be NULL when their count is 0. */
struct ft_store_topology {
    const struct ft_store_nic *nics;
    size_t nic_count;
    const struct ft_store_network *networks;
    size_t network_count;
    const struct ft_store_pool *pools;
    size_t pool_count;
    const struct ft_store_vm *vms;
    size_t vm_count;
};

/* Replaces everything known below the host, in one transaction. */
int ft_store_topology_put(struct ft_store *store, int64_t host,
                          const struct ft_store_topology *topology,
                          struct ft_error *err);
/* Lists; host 0 means all hosts. */
int ft_store_nic_list(struct ft_store *store, int64_t host,
                      struct ft_store_nic **items, size_t *count,
                      struct ft_error *err);
int ft_store_network_list(struct ft_store *store, int64_t host,
                          struct ft_store_network **items, size_t *count,
                          struct ft_error *err);
int ft_store_pool_list(struct ft_store *store, int64_t host,
                       struct ft_store_pool **items, size_t *count,
                       struct ft_error *err);
int ft_store_vm_list(struct ft_store *store, int64_t host,
                     struct ft_store_vm **items, size_t *count,
                     struct ft_error *err);

/* ---- pairs ---- */

struct ft_store_pair {
    char pair[FT_STORE_UUID];
    char vm[FT_STORE_NAME];
    char vm_uuid[FT_STORE_UUID];
    char primary[FT_STORE_NAME]; /* host names, as last heard */
    char standby[FT_STORE_NAME];
    char witness[FT_STORE_NAME]; /* empty: none */
    char phase[FT_STORE_WORD];   /* applying, applied, removing */
    char state[FT_STORE_WORD];   /* as in STATUS; empty: never heard */
    int64_t generation;
    int64_t created_at;
    int64_t status_at;
};

/*
 * Another number whenever somebody else has written to the file; this store's
 * own writes do not count. Negative: not known.
 */
int64_t ft_store_version(struct ft_store *store);

/*
 * Inserts or updates the pair of this uuid. -EEXIST when the VM is in another
 * pair, -ENOENT when a host is unknown.
 */
int ft_store_pair_put(struct ft_store *store, const struct ft_store_pair *pair,
                      struct ft_error *err);
/* name is a pair's uuid, a VM's name or a VM's uuid. */
int ft_store_pair_get(struct ft_store *store, const char *name,
                      struct ft_store_pair *pair, struct ft_error *err);
int ft_store_pair_list(struct ft_store *store, struct ft_store_pair **pairs,
                       size_t *count, struct ft_error *err);
/* Removes the pair, its links, rollups and journal; its events stay. */
int ft_store_pair_remove(struct ft_store *store, const char *pair,
                         struct ft_error *err);

/*
 * Stores what the hosts said last: updates primary, standby, state, generation,
 * and keeps the STATUS object whole. A generation older than the stored one is
 * ignored. A pair that has committed an epoch is applied, whoever waited for that.
 */
int ft_store_status_put(struct ft_store *store, const char *pair,
                        const json_t *status, int64_t at, struct ft_error *err);
/* *status is a new reference; -ENOENT when nothing was heard yet. */
int ft_store_status_get(struct ft_store *store, const char *pair,
                        json_t **status, int64_t *at, struct ft_error *err);

struct ft_store_link {
    char pair[FT_STORE_UUID];
    int64_t ordinal;              /* 0: A-link, 1: B-link, ... */
    char address0[FT_STORE_NAME]; /* on the first primary */
    char address1[FT_STORE_NAME];
    int64_t port;
};

/* Replaces all links of the pair. */
int ft_store_links_put(struct ft_store *store, const char *pair,
                       const struct ft_store_link *links, size_t count,
                       struct ft_error *err);
int ft_store_link_list(struct ft_store *store, const char *pair,
                       struct ft_store_link **links, size_t *count,
                       struct ft_error *err);

/* ---- history ---- */

struct ft_store_event {
    int64_t id; /* order of arrival here; set by the list */
    char host[FT_STORE_NAME];
    int64_t seq;            /* the host's own number */
    char at[FT_STORE_WORD]; /* ISO 8601, the host's clock */
    char pair[FT_STORE_UUID];
    char vm[FT_STORE_NAME];
    char severity[FT_STORE_WORD]; /* info, warn, crit */
    char kind[FT_STORE_WORD * 2];
    char text[FT_STORE_TEXT];
};

/* Adds an event unless it is known already (host, seq, at). */
int ft_store_event_put(struct ft_store *store,
                       const struct ft_store_event *event, struct ft_error *err);
/* Events with id > after, oldest first, at most limit of the newest. */
int ft_store_event_list(struct ft_store *store, int64_t after, size_t limit,
                        struct ft_store_event **events, size_t *count,
                        struct ft_error *err);

/* Which events are asked for; NULL and 0: any. */
struct ft_store_event_query {
    const char *vm;    /* the VM's name, or the pair's uuid */
    const char *host;  /* ftadmin's name */
    const char *since; /* ISO 8601 in UTC, as in "at": that or later */
    const char *until; /* the same: that or earlier */
    int severity;      /* 1: warn or crit, 2: only crit */
    bool turns;        /* only what tells how a pair stands from then on:
                          state, takeover, path-*, witness-* */
};

/* The newest limit of those that fit, oldest first. */
int ft_store_event_find(struct ft_store *store,
                        const struct ft_store_event_query *query, size_t limit,
                        struct ft_store_event **events, size_t *count,
                        struct ft_error *err);
/* The highest seq stored for the host, 0 when none. */
int ft_store_event_last(struct ft_store *store, const char *host, int64_t *seq,
                        struct ft_error *err);

struct ft_store_journal {
    int64_t id;
    char pair[FT_STORE_UUID];
    char operation[FT_STORE_WORD]; /* protect, unprotect */
    int64_t ordinal;               /* of the step in its operation */
    char step[FT_STORE_NAME];
    char host[FT_STORE_NAME];
    char state[FT_STORE_WORD]; /* started, done, failed, undone, skipped */
    char detail[FT_STORE_TEXT];
    int64_t at;
};

/*
 * Writes the state of a step, durably before it returns (synchronous=FULL):
 * a crash of ftadmin finds it. One row for each (pair, operation, ordinal).
 */
int ft_store_journal_put(struct ft_store *store,
                         const struct ft_store_journal *entry,
                         struct ft_error *err);
/* All steps of the pair, in the order in which they were first written. */
int ft_store_journal_list(struct ft_store *store, const char *pair,
                          struct ft_store_journal **entries, size_t *count,
                          struct ft_error *err);
int ft_store_journal_clear(struct ft_store *store, const char *pair,
                           struct ft_error *err);

#endif
