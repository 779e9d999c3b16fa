/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "protect/upgrade.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "plan/upgrade.h"
#include "protect/protect-private.h"

#define PATIENCE_MS 60000
#define POLL_MS 250
#define NAP_MS 50                 /* how soon an interrupt is noticed */
#define CALM_NS (5 * FT_NS_PER_S) /* who is alone as long stays so for now */

static const json_t *
pairs_of(const struct ft_member *member)
{
    return json_object_get(member->status, "pairs");
}

/* Of an engine that cannot be asked nothing is known: it is replaced all the same. */
static bool
answers(struct ft_fleet *fleet, struct ft_member *member)
{
    struct ft_error ignored = FT_ERROR_INIT;

    return !ft_member_status(fleet, member, &ignored);
}

static int
look_at_engine(struct ft_fleet *fleet, struct ft_member *member, bool *wanted,
               struct ft_error *err)
{
    struct ft_install_state state;
    int rc = ft_member_look(fleet, member, &state, err);

    if (rc)
        return rc;
    *wanted = ft_install_way(&state, PACKAGE_VERSION) != FT_INSTALL_NOTHING;
    return ft_install_any(&state)
               ? 0
               : ft_fail(err, ENOENT, "ftadmin host add installs one.",
                         "%s: no engine is installed there", member->name);
}

/*
 * Before a new engine is there nobody says which workers are of the old one; then
 * all are.
 */
static void
count_workers(const json_t *pairs, struct ft_upgrade_look *look)
{
    const json_t *pair;
    size_t i;

    json_array_foreach(pairs, i, pair) {
        if (!look->engine && !ft_json_bool(pair, "worker_older", 0))
            continue;
        look->workers++;
        look->protected_vms +=
            !strcmp(ft_json_string(pair, "state", ""), "protected");
    }
}

int
ft_upgrade_look(struct ft_fleet *fleet, struct ft_member *member,
                struct ft_upgrade_look *look, struct ft_error *err)
{
    int rc;

    memset(look, 0, sizeof(*look));
    rc = ft_member_take_engine(fleet, member, err);
    if (rc)
        return rc;
    rc = look_at_engine(fleet, member, &look->engine, err);
    ft_member_give_engine(fleet, member);
    if (rc)
        return rc;
    if (answers(fleet, member))
        ft_member_version(member, look->before, sizeof(look->before));
    count_workers(pairs_of(member), look);
    return 0;
}

/* ---- doing it ---- */

struct upgrade {
    struct ft_fleet *fleet;
    struct ft_member *member;
    const struct ft_progress *progress;
    struct ft_upgrade_result *result;
    int64_t patience_ns;
    int64_t spoke_ns; /* when something went on last */
    json_t *pulse, *owed;
    json_t *copying;    /* a list of its primary's word on what is waited for */
    int64_t without_ns; /* since when the VM of this turn has no copy */
    char why[200];      /* what is waited for */
};

static int
nap(const struct upgrade *u, struct ft_error *err)
{
    for (int waited = 0; waited < POLL_MS; waited += NAP_MS) {
        if (ft_progress_interrupted(u->progress))
            return ft_fail(err, EINTR,
                           "The hosts go on by themselves; the same command "
                           "does what is left.",
                           "%s: interrupted%s%s", u->member->name,
                           *u->why ? "; " : "", u->why);
        ft_clock_sleep(NAP_MS * FT_NS_PER_MS);
    }
    return 0;
}

/*
 * How far a copying is only its primary says. That is asked where it is another
 * host, one of the fleet: NULL where it is not, or does not answer.
 */
static const json_t *
primarys_word(const struct upgrade *u, const json_t *pair)
{
    const char *name = ft_json_string(pair, "primary", "");
    struct ft_member *primary = ft_fleet_find(u->fleet, name);
    struct ft_error ignored = FT_ERROR_INIT;

    if (!strcmp(ft_json_string(pair, "role", ""), "primary"))
        return pair;
    if (!primary || primary == u->member ||
        ft_member_status(u->fleet, primary, &ignored))
        return NULL;
    return ft_member_pair(primary, ft_json_string(pair, "pair", ""));
}

static void
show(const struct upgrade *u, const json_t *pair)
{
    const json_t *p = json_object_get(pair, "progress");

    if (!json_is_object(p) || !u->progress || !u->progress->bytes)
        return;
    u->progress->bytes(u->progress->data, ft_json_string(p, "phase", "copy"),
                       (uint64_t)ft_json_int(p, "done", 0, INT64_MAX, 0),
                       (uint64_t)ft_json_int(p, "total", 0, INT64_MAX, 0),
                       (uint64_t)ft_json_int(p, "bytes_per_s", 0, INT64_MAX, 0));
}

/* Of the host's pairs, and of the one that is waited for by its primary. */
static void
feel_pulse(struct upgrade *u, int64_t now)
{
    json_t *pulse = ft_upgrade_pulse(pairs_of(u->member));

    if (u->copying)
        json_array_append_new(pulse, ft_upgrade_pulse(u->copying));
    if (!json_equal(pulse, u->pulse))
        u->spoke_ns = now;
    json_decref(u->pulse);
    u->pulse = pulse;
}

/* Silence is what counts: a copying that goes on may take as long as it likes. */
static int
check_patience(struct upgrade *u, const struct ft_error *last,
               struct ft_error *err)
{
    int64_t now = ft_clock_ns();

    if (!last->code)
        feel_pulse(u, now);
    if (now - u->spoke_ns < u->patience_ns)
        return 0;
    if (last->code) {
        *err = *last;
        return -last->code;
    }
    return ft_fail(err, ETIMEDOUT,
                   "Look at ftadmin status; the same command goes on with it.",
                   "%s: nothing went on for %lld s: %s", u->member->name,
                   (long long)(u->patience_ns / FT_NS_PER_S), u->why);
}

/* What is waited for, said once. */
static void
wait_turn(struct upgrade *u, const struct ft_upgrade_turn *turn)
{
    const json_t *pair;

    if (strcmp(u->why, turn->why) != 0)
        ft_progress_note(u->progress, turn->why);
    snprintf(u->why, sizeof(u->why), "%s", turn->why);
    pair = primarys_word(u, turn->pair);
    json_decref(u->copying);
    u->copying = json_pack("[O*]", (json_t *)(uintptr_t)pair);
    show(u, pair);
}

/* Its VM is without a copy from now on, if it had one. */
static int
replace(struct upgrade *u, const json_t *pair, struct ft_error *err)
{
    FT_AUTOJSON json_t *reply = NULL;
    bool is_protected = !strcmp(ft_json_string(pair, "state", ""), "protected");
    char text[200];
    int rc;

    snprintf(text, sizeof(text), "%.60s: its worker on %.60s is replaced%s",
             ft_json_string(pair, "vm", "?"), u->member->name,
             is_protected ? "; it has no copy until that is filled anew" : "");
    ft_progress_note(u->progress, text);
    rc =
        ft_member_call(u->fleet, u->member, "worker-replace",
                       json_pack("{s:O}", "pair", json_object_get(pair, "pair")),
                       &reply, 0, err);
    if (rc || !ft_json_bool(reply, "replaced", 0))
        return rc == -EBUSY ? 0 : rc;
    u->result->workers++;
    u->without_ns = is_protected ? ft_clock_ns() : 0;
    return 0;
}

/* It is protected again, as are all others. */
static void
end_turn(struct upgrade *u)
{
    double s = (double)(ft_clock_ns() - u->without_ns) / FT_NS_PER_S;

    if (u->without_ns && s > u->result->longest_s)
        u->result->longest_s = s;
    u->without_ns = 0;
}

static int
take_turn(struct upgrade *u, const struct ft_upgrade_turn *turn,
          struct ft_error *err)
{
    if (turn->kind == FT_UPGRADE_WAIT) {
        wait_turn(u, turn);
        return 0;
    }
    end_turn(u);
    return turn->kind == FT_UPGRADE_REPLACE ? replace(u, turn->pair, err) : 0;
}

/* A pair without a copy may be about to fill one: somebody was here before us. */
static bool
is_calm(const struct upgrade *u)
{
    return !ft_upgrade_some_without(pairs_of(u->member)) ||
           ft_clock_ns() - u->spoke_ns >= CALM_NS;
}

/*
 * Until nothing is left: first, without owed, until nothing is under way that may
 * not be disturbed; later with it, until all workers are new and at work.
 */
static int
go_on(struct upgrade *u, const json_t *owed, struct ft_error *err)
{
    struct ft_upgrade_turn turn = { .kind = FT_UPGRADE_WAIT };
    int rc = 0;

    u->spoke_ns = ft_clock_ns();
    snprintf(u->why, sizeof(u->why), "a VM there has no copy");
    while (!rc) {
        struct ft_error last = FT_ERROR_INIT;

        bool fresh = !ft_member_status(u->fleet, u->member, &last);

        rc = check_patience(u, &last, err);
        if (!rc && fresh && is_calm(u)) {
            turn = owed ? ft_upgrade_next(pairs_of(u->member), owed)
                        : ft_upgrade_before(pairs_of(u->member));
            rc = take_turn(u, &turn, err);
            if (rc || turn.kind == FT_UPGRADE_DONE)
                return rc;
        }
        if (!rc)
            rc = nap(u, err);
    }
    return rc;
}

static int
show_upload(void *data, size_t done, size_t total)
{
    const struct ft_progress *progress = data;

    if (progress && progress->bytes)
        progress->bytes(progress->data, "upload", done, total, 0);
    return ft_progress_interrupted(progress);
}

static int
put_engine(struct upgrade *u, struct ft_error *err)
{
    int rc = ft_member_take_engine(u->fleet, u->member, err);

    if (rc)
        return rc;
    rc = ft_member_engine(u->fleet, u->member, FT_INSTALL_DROP_OLD, show_upload,
                          (void *)(uintptr_t)u->progress, &u->result->engine,
                          err);
    ft_member_give_engine(u->fleet, u->member);
    return rc;
}

static int
upgrade(struct upgrade *u, struct ft_error *err)
{
    bool asked = answers(u->fleet, u->member);
    int rc = 0;

    u->owed = ft_upgrade_owed(pairs_of(u->member));
    if (!u->owed)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    if (asked)
        rc = go_on(u, NULL, err);
    if (!rc)
        rc = put_engine(u, err);
    if (!rc)
        rc = go_on(u, u->owed, err);
    ft_member_version(u->member, u->result->after, sizeof(u->result->after));
    u->result->left = ft_upgrade_older(pairs_of(u->member));
    return rc;
}

int
ft_upgrade_host(struct ft_fleet *fleet, struct ft_member *member,
                int patience_ms, const struct ft_progress *progress,
                struct ft_upgrade_result *result, struct ft_error *err)
{
    struct upgrade u = {
        .fleet = fleet,
        .member = member,
        .progress = progress,
        .result = result,
        .patience_ns =
            (patience_ms > 0 ? patience_ms : PATIENCE_MS) * FT_NS_PER_MS,
    };
    int rc;

    memset(result, 0, sizeof(*result));
    rc = upgrade(&u, err);
    json_decref(u.owed);
    json_decref(u.pulse);
    json_decref(u.copying);
    return rc;
}
