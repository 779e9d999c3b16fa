/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host keeps about a pair, under /var/lib/ftadmin/pairs/UUID:
 *   pair.json    the configuration, as ftadmin sent it (PAIR, see
 *                ft-protocol(7)); the engine changes nothing by itself
 *   key          32 bytes, the links' pre-shared key; witness-key and
 *                witness-key.1 likewise, of the slots 0 and 1
 *   state.0, state.1
 *                the record: generation, owner, role, what must survive a power
 *                cut, and be written on a full disk too (base/slots.h); before
 *                slots it was state.json, which is read as long as they are not
 *   waivers.json what the administrator has accepted (pair-waivers.h)
 * Every other file is replaced whole, by rename and fsync.
 */
#ifndef FT_WORKER_PAIR_STORE_H
#define FT_WORKER_PAIR_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "pair/console-watch.h"
#include "pair/ownership.h"

#define FT_KEY_SIZE 32
#define FT_PAIR_ADDRESSES_MAX 8

struct ft_endpoint {
    char name[64]; /* empty: none (a pair without a witness) */
    char addresses[FT_PAIR_ADDRESSES_MAX][46];
    unsigned address_count;
    uint16_t port;
};

struct ft_pair_config {
    char pair[37]; /* UUID as text */
    char vm[128];
    char vm_uuid[37];
    unsigned self; /* index of this host in hosts */
    struct ft_endpoint hosts[2];
    struct ft_endpoint witness;
    struct ft_endpoint next_witness; /* counts as well (witness/votes.h), or none */
    unsigned witness_slot; /* of the witness's key, 0 or 1; the next has the other */
    char pools[2][64]; /* storage pool for replicas on each host */
    unsigned silence_ms;
    unsigned commit_timeout_ms;
    unsigned interval_ms;
    unsigned idle_interval_ms;
    unsigned min_spacing_ms;
    unsigned pause_share_percent;
    unsigned cpu_budget_percent;
    unsigned max_rate_mib;   /* of a copy, MiB a second; 0: any */
    unsigned rehearse_days;  /* 0: never */
    unsigned rehearse_agent; /* 1: its guest agent has to answer then */
    char rehearse_console[FT_CONSOLE_PATTERN_MAX + 1]; /* as of a rehearsal */
    int alone_without_witness;
};

struct ft_pair_record {
    struct ft_ownership_record record;
    int autostart;         /* domain autostart as it was before us */
    int rebooted;          /* loaded: the host has booted since it was saved */
    uint64_t epoch;        /* last epoch before the last takeover */
    json_t *last_takeover; /* object or NULL; owned */
    json_t *made;          /* what its undo takes away (made.h); owned */
    json_t *disks;         /* since a copy was made here, by target: "path"
                            * (worker-disks.h); owned */
    int stood;             /* enum ft_run_state: how it stood when it was taken
                            * over here, and does still; 0: libvirt says it */
    int unsettled;         /* no definition here is known to name those */
    json_t *images; /* files of its disks on this host, now and before; for
                            * libvirt's hook; owned */
};

/* Reads PAIR. -EINVAL names the member. */
int ft_pair_config_parse(const json_t *json, struct ft_pair_config *out,
                         struct ft_error *err);

/* 1 when text is a UUID in its usual lower- or upper-case form. */
int ft_uuid_valid(const char *text);

/* The folder of a pair; out needs PATH_MAX bytes. */
void ft_pair_path(const char *pair, const char *file, char *out);

/*
 * Stores a pair's configuration and keys (witness_key may be NULL). Keys are
 * hex of 64 digits. The state file is not touched.
 */
int ft_pair_save(const json_t *config, const char *key, const char *witness_key,
                 struct ft_error *err);

/*
 * Changes settings of a stored pair, those that need no new worker:
 * "commit_timeout_ms", "interval_ms", "idle_interval_ms", "min_spacing_ms",
 * "pause_share_percent", "cpu_budget_percent", "max_rate_mib", "rehearse_days",
 * "rehearse_agent", "rehearse_console". -EINVAL names one that is none of these or out of its bounds; nothing is changed then. -ENOENT: no such pair.
 */
int ft_pair_change_settings(const char *pair, const json_t *settings,
                            struct ft_error *err);

/* Those settings of from, into to. */
void ft_pair_take_settings(struct ft_pair_config *to,
                           const struct ft_pair_config *from);

/* All settings as an object ("settings" of PAIR); NULL without memory. */
json_t *ft_pair_settings_json(const struct ft_pair_config *config);

/*
 * The pair moves from its witness to another one (witness/votes.h), a step at a time:
 * "join": witness (as in PAIR), of this key, counts as well; "move": the one of this
 * name is the only one; "back": it is none any more. What is so already is 0. -ENOENT: no such pair;
 * -EINVAL; -EPERM: the pair has no witness, or another one has joined.
 */
int ft_pair_move_witness(const char *pair, const char *step,
                         const json_t *witness, const char *key,
                         struct ft_error *err);

/* The file of its key by its slot, for ft_pair_load_key. */
const char *ft_pair_witness_key(unsigned slot);

int ft_pair_load(const char *pair, struct ft_pair_config *out,
                 struct ft_error *err);

/* Reads 64 hex digits. -EINVAL. */
int ft_key_from_hex(const char *hex, uint8_t key[FT_KEY_SIZE]);

/* Reads "key" or one of ft_pair_witness_key. */
int ft_pair_load_key(const char *pair, const char *file,
                     uint8_t key[FT_KEY_SIZE], struct ft_error *err);

/* The record; none at all is that of a new pair (host 0 is primary). */
int ft_pair_state_load(const struct ft_pair_config *config,
                       struct ft_pair_record *out, struct ft_error *err);
int ft_pair_state_save(const struct ft_pair_config *config,
                       const struct ft_pair_record *state, struct ft_error *err);

/*
 * Gives a record of before slots its slots; one that has them, or none, stays. A
 * worker's, which holds the pair's lock. After a failure the old file counts.
 */
int ft_pair_state_carry_over(const char *pair, struct ft_error *err);

/* Adds the file of a disk, and what it leads to, to images. True: it is new. */
bool ft_pair_state_add_image(struct ft_pair_record *state, const char *path);
bool ft_pair_state_has_image(const struct ft_pair_record *state,
                             const char *path);
void ft_pair_state_clear(struct ft_pair_record *state);

/* Forgets a pair: removes its folders. Missing ones are fine. */
int ft_pair_forget(const char *pair, struct ft_error *err);

/* Names of all pairs kept here, a new JSON array of strings. */
json_t *ft_pair_list(void);

#endif
