/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts ftadmin works with now: connections, engines, facts. Everything
 * that is asked of a host goes over one connection (src/remote/hub.h).
 *
 * Ownership: a fleet owns its members, they own their connection and facts.
 * Members stay where they are once added, so pointers to them hold until
 * ft_fleet_free. What the prompts of the fleet's ssh point to outlives it.
 * Threads: ft_member functions on different members may
 * run in different threads at once; everything else is for one thread.
 */
#ifndef FT_PROTECT_FLEET_H
#define FT_PROTECT_FLEET_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "inventory/host.h"
#include "plan/inventory.h"
#include "plan/links.h"
#include "remote/again.h"
#include "remote/hub.h"
#include "remote/install.h"
#include "remote/ssh.h"

struct ft_member {
    char name[FT_NAME_SIZE];        /* ftadmin's name */
    char destination[FT_NAME_SIZE]; /* for SSH */
    char identity[FT_PATH_SIZE];    /* key file tried first, or empty */
    char pinned[FT_NAME_SIZE]; /* its SSH key (ft_ssh_host_key), or empty */
    struct ft_hub *hub;        /* of this host alone; NULL: none yet */
    struct ft_hub_host *host;  /* NULL: nothing was asked of it (yet) */
    struct ft_host *facts;     /* NULL: not probed */
    json_t *facts_json;
    json_t *status;         /* last status reply, or NULL */
    int64_t maintenance_at; /* as the caller knows it, where its engine does not say */
    bool bare;              /* it was seen that no engine is installed there */
    struct ft_error error; /* why it could not be reached */
    int64_t silent_ns;     /* waited for in vain, CLOCK_MONOTONIC; 0: not */
    struct ft_again again; /* whether it may be a moment's silence */
    /* What paths from it carried a moment ago (ft_protect_measure_rates). */
    struct ft_member_rate {
        char to[FT_NAME_SIZE];
        struct ft_link_rate rate;
        int64_t at_ns; /* CLOCK_MONOTONIC */
    } * rates;
    size_t rate_count;
};

/*
 * Who may look at, install, start or remove the engine of a host: one at a time,
 * whatever program that is. take waits for its turn, or fails; give ends it.
 * Both are called by the thread that wants the engine.
 */
struct ft_engine_guard {
    int (*take)(void *data, const char *host, struct ft_error *err);
    void (*give)(void *data, const char *host);
    void *data;
};

/* Who is told that something is tried again, by any thread; any may be NULL. */
struct ft_fleet_watch {
    void (*again)(void *data, const char *text);
    int (*interrupted)(void *data); /* nonzero: the user wants out */
    void *data;
};

struct ft_fleet {
    struct ft_member **members;
    size_t count;
    struct ft_ssh_options ssh;    /* for all; strings are the caller's */
    struct ft_trace trace;        /* set by ft_fleet_set_trace */
    struct ft_engine_guard guard; /* set by ft_fleet_set_guard */
    struct ft_fleet_watch watch;  /* set by ft_fleet_set_watch */
    char engine[FT_PATH_SIZE];    /* the local ftengine */
    const struct ft_apart *apart; /* rules for plans; the caller's */
    size_t apart_count;
    /* When its hosts were told of in a file (protect/record.h); empty: they are asked. */
    char recorded[32];
};

/* engine: --engine or NULL. -ENOENT when there is no local engine. */
int ft_fleet_init(struct ft_fleet *fleet, const struct ft_ssh_options *ssh,
                  const char *engine, struct ft_error *err);
void ft_fleet_free(struct ft_fleet *fleet);

/*
 * Adds a host without touching it. destination NULL: the name. 0, -EEXIST,
 * -ENOMEM. *member may be NULL.
 */
int ft_fleet_add(struct ft_fleet *fleet, const char *name,
                 const char *destination, struct ft_member **member,
                 struct ft_error *err);
struct ft_member *ft_fleet_find(const struct ft_fleet *fleet, const char *name);

/*
 * From now on trace is told of every command and request, but of no status that
 * was answered; NULL: nobody. Its callback is called by other threads,
 * while whoever asked waits.
 */
void ft_fleet_set_trace(struct ft_fleet *fleet, const struct ft_trace *trace);

/* From now on guard is asked; NULL: nobody. */
void ft_fleet_set_guard(struct ft_fleet *fleet,
                        const struct ft_engine_guard *guard);

/* From now on watch is told and asked; NULL: nobody. */
void ft_fleet_set_watch(struct ft_fleet *fleet,
                        const struct ft_fleet_watch *watch);

/* Whether SSH got through and still does, whatever the engine there does. */
bool ft_member_reached(const struct ft_member *member);

/*
 * Whether a connection to it was waited for in vain a moment ago, so that who only
 * wants to know need not wait once more; member->error says how it failed.
 */
bool ft_member_is_silent(const struct ft_member *member);

/* The key that it has proved to own, ft_ssh_host_key; empty when not known. */
void ft_member_host_key(const struct ft_member *member, char *out, size_t size);

/* The running engine's version as it said hello; empty when not connected. */
void ft_member_version(const struct ft_member *member, char *out, size_t size);

/* Each does nothing when it is done already, and keeps its error in member. */
int ft_member_connect(struct ft_fleet *fleet, struct ft_member *member,
                      struct ft_error *err); /* SSH */
int ft_member_control(struct ft_fleet *fleet, struct ft_member *member,
                      struct ft_error *err); /* SSH and control channel */
/*
 * Runs job with the session, in another thread that is waited for. When the
 * connection breaks it is run again from its beginning, as ft_member_insist.
 */
int ft_member_do(struct ft_fleet *fleet, struct ft_member *member,
                 ft_hub_job job, void *data, struct ft_error *err);
/* Facts and, where an engine runs, status. refresh: also when known. */
int ft_member_probe(struct ft_fleet *fleet, struct ft_member *member,
                    bool refresh, struct ft_error *err);
/* Only status, fresh; member->status is replaced. -ECONNREFUSED no engine. */
int ft_member_status(struct ft_fleet *fleet, struct ft_member *member,
                     struct ft_error *err);
/*
 * The guard's take (0 where there is none) and give, by whoever calls one of the
 * next ones: around what belongs together.
 */
int ft_member_take_engine(const struct ft_fleet *fleet,
                          const struct ft_member *member, struct ft_error *err);
void ft_member_give_engine(const struct ft_fleet *fleet,
                           const struct ft_member *member);
/*
 * Installs and starts the engine (ft_install_ensure), then control; progress is
 * called by another thread, while this one waits.
 */
int ft_member_engine(struct ft_fleet *fleet, struct ft_member *member,
                     enum ft_install_old old, ft_ssh_progress progress,
                     void *data, bool *changed, struct ft_error *err);
/* ft_install_restore and ft_install_settle there. */
int ft_member_restore(struct ft_fleet *fleet, struct ft_member *member,
                      const char *sha256, bool *restored, struct ft_error *err);
int ft_member_settle(struct ft_fleet *fleet, struct ft_member *member,
                     struct ft_error *err);
/* ft_install_look and ft_install_remove there. */
int ft_member_look(struct ft_fleet *fleet, struct ft_member *member,
                   struct ft_install_state *state, struct ft_error *err);
int ft_member_uninstall(struct ft_fleet *fleet, struct ft_member *member,
                        bool purge, struct ft_error *err);
/*
 * Drops the connection, keeps facts. Any thread: who waits for an answer gets
 * -ECANCELED.
 */
void ft_member_disconnect(struct ft_member *member);

/*
 * Calls a verb on a member, connecting first. timeout_ms is for the answer, 0:
 * 30 s. What was sent is never sent again. args is stolen.
 */
int ft_member_call(struct ft_fleet *fleet, struct ft_member *member,
                   const char *verb, json_t *args, json_t **result,
                   int timeout_ms, struct ft_error *err);

/*
 * The same for what does no harm when it was done already (and may then be
 * refused as such, -ENOENT of what was to be removed): a host that answered
 * before and is silent for a moment is asked again (remote/again.h), for
 * FT_AGAIN_MS or the connection's patience where that is longer.
 */
int ft_member_insist(struct ft_fleet *fleet, struct ft_member *member,
                     const char *verb, json_t *args, json_t **result,
                     int timeout_ms, struct ft_error *err);

/*
 * For the functions above: whether what began at began_ns and failed, why, is to
 * be done again; tells so and waits before it returns true.
 */
bool ft_member_again(const struct ft_fleet *fleet, struct ft_member *member,
                     int64_t began_ns, const struct ft_error *why);

/*
 * Called for the reply's result first, then for each event, and with NULL
 * about five times a second while there is none. Nonzero ends the stream.
 */
typedef int (*ft_member_event)(void *data, const json_t *event);

/*
 * A verb that goes on after its reply. Blocks until the callback ends it (0) or
 * the stream ends. args is stolen. One at a time for each member.
 */
int ft_member_follow(struct ft_fleet *fleet, struct ft_member *member,
                     const char *verb, json_t *args, ft_member_event callback,
                     void *data, struct ft_error *err);

/*
 * The planner's view of all members with facts. Arrays are malloc'd;
 * ft_fleet_inventory_free releases them; hosts stay the fleet's.
 */
int ft_fleet_inventory(const struct ft_fleet *fleet,
                       struct ft_inventory *inventory);
void ft_fleet_inventory_free(struct ft_inventory *inventory);

/* Finds a pair in a member's last status by its UUID, or the VM's; or NULL. */
const json_t *ft_member_pair(const struct ft_member *member, const char *pair);

/*
 * Finds the pair of a VM (name or UUID) in the members' status replies
 * (ft_member_status before). *pair is a borrowed STATUS object from the
 * current primary if that was reached, *where the member it is from. -ENOENT.
 */
int ft_fleet_pair(const struct ft_fleet *fleet, const char *vm,
                  const json_t **pair, struct ft_member **where);

#endif
