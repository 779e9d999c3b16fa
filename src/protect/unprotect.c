/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ends protection, with all hosts there or not.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/json.h"
#include "protect/protect-private.h"

#define FORGET_POLL_MS 50

struct unprotect {
    struct ft_fleet *fleet;
    const struct ft_pair_ref *pair;
    const struct ft_progress *progress;
    const struct ft_journal_ops *journal;
    struct ft_journal_entry entry;
    struct ft_unprotect_result *result;
    const char *runs_on; /* host of the VM; NULL: not known */
    bool host_left;      /* one has yet to hear of it, from the witness */
    size_t index;        /* of the step */
};

int
ft_remove_pair(struct ft_fleet *fleet, struct ft_member *member,
               const char *pair, const char *runs_on, json_t **said,
               struct ft_error *err)
{
    int64_t deadline;
    int rc = ft_member_insist(fleet, member, "pair-remove",
                              json_pack("{s:s,s:s*}", "pair", pair, "runs_on",
                                        runs_on),
                              said, FT_PAIR_REMOVE_MS, err);

    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    deadline = ft_clock_ns() + FT_PAIR_FORGET_MS * FT_NS_PER_MS;
    for (;;) {
        rc = ft_member_status(fleet, member, err);
        if (rc < 0 || ft_member_pair(member, pair) == NULL)
            return rc;
        if (ft_clock_ns() > deadline)
            return ft_fail(err, ETIMEDOUT,
                           "Run it again; the engine's log on that host is "
                           "/var/log/ftadmin/daemon.log.",
                           "%s: the engine has removed the pair but does not "
                           "forget it",
                           member->name);
        ft_clock_sleep(FORGET_POLL_MS * FT_NS_PER_MS);
    }
}

static bool
has_witness(const struct ft_pair_ref *pair)
{
    return pair->witness != NULL && *pair->witness != '\0';
}

/* One that is installed but does not run; others may be about to do the same. */
static int
start_engine(struct ft_fleet *fleet, struct ft_member *member,
             struct ft_error *err)
{
    int rc = ft_member_take_engine(fleet, member, err);

    if (rc < 0)
        return rc;
    rc = ft_member_engine(fleet, member, FT_INSTALL_DROP_OLD, NULL, NULL, NULL,
                          err);
    ft_member_give_engine(fleet, member);
    return rc;
}

/* What was found a moment ago. */
static int
say_silent(const struct ft_member *member, struct ft_error *err)
{
    if (err != NULL)
        *err = member->error;
    return -member->error.code;
}

int
ft_protect_ask(struct ft_fleet *fleet, struct ft_member *member,
               struct ft_error *err)
{
    bool silent = ft_member_is_silent(member);
    int rc =
        silent ? say_silent(member, err) : ft_member_status(fleet, member, err);

    if (rc == -ECONNREFUSED && ft_member_reached(member)) {
        rc = start_engine(fleet, member, err);
        if (rc == 0)
            rc = ft_member_status(fleet, member, err);
    }
    if (rc < 0) {
        json_decref(member->status); /* what it said before is old */
        member->status = NULL;
    }
    return rc;
}

static bool
is_primary(const struct ft_member *member, const char *pair)
{
    const json_t *status = member != NULL ? ft_member_pair(member, pair) : NULL;

    return status != NULL &&
           strcmp(ft_json_string(status, "role", ""), "primary") == 0;
}

static bool
is_standby(const struct ft_member *member, const char *pair)
{
    const json_t *status = member != NULL ? ft_member_pair(member, pair) : NULL;

    return status != NULL &&
           strcmp(ft_json_string(status, "role", ""), "standby") == 0;
}

static void
leave(struct unprotect *u, const char *host, const struct ft_error *err)
{
    size_t i = u->result->left_count;

    if (i >= 3)
        return;
    snprintf(u->result->left[i], FT_NAME_SIZE, "%s", host);
    u->result->errors[i] = *err;
    u->result->left_count++;
}

static void
show(struct unprotect *u, const char *host, const char *what,
     enum ft_step_state state)
{
    char text[400];

    snprintf(text, sizeof(text), "%.200s: %s", host, what);
    if (u->progress != NULL && u->progress->step != NULL)
        u->progress->step(u->progress->data, u->index,
                          has_witness(u->pair) ? 3 : 2, text, state);
}

/* What the engine did there is kept for the user. */
static int
remove_here(struct unprotect *u, struct ft_member *member, struct ft_error *err)
{
    FT_AUTOJSON json_t *said = NULL;
    int rc =
        ft_remove_pair(u->fleet, member, u->pair->pair, u->runs_on, &said, err);

    if (rc == 0 && json_is_object(said)) {
        json_object_set_new(said, "host", json_string(member->name));
        json_array_append(u->result->said, said);
    }
    return rc;
}

static int
call(struct unprotect *u, struct ft_member *member, const char *verb,
     const char *host, struct ft_error *err)
{
    int rc = FT_FAULT("unprotect-remove");

    if (rc < 0)
        return ft_fail(err, -rc, NULL, "fault point unprotect-remove");
    if (member == NULL)
        return ft_fail(err, EHOSTUNREACH, "ftadmin host add adds it again.",
                       "%s is not a known host", host);
    if (ft_member_is_silent(member))
        return say_silent(member, err);
    if (strcmp(verb, "pair-remove") == 0)
        return remove_here(u, member, err);
    return ft_member_insist(u->fleet, member, verb,
                            json_pack("{s:s,s:b}", "pair", u->pair->pair,
                                      "host_left", u->host_left),
                            NULL, 0, err);
}

/*
 * Calls a verb on one host. 0 also when there is nothing left there (no engine,
 * no such pair); a host that does not do it is left over, not an error. Errors
 * are the journal's, and -EINTR: it may be stopped at any time, for the same
 * order is kept when it is taken up again.
 */
static int
remove_from(struct unprotect *u, const char *host, const char *verb,
            const char *what, bool *removed, struct ft_error *err)
{
    struct ft_member *member = ft_fleet_find(u->fleet, host);
    struct ft_error local = FT_ERROR_INIT;
    enum ft_step_state state;
    int rc;

    *removed = false;
    if (ft_progress_interrupted(u->progress))
        return ft_fail(err, EINTR, "ftadmin unprotect goes on with it.",
                       "%s: interrupted before %s was asked", u->pair->vm, host);
    rc = u->journal->step(u->journal->data, &u->entry, u->index, verb, host,
                          FT_STEP_STARTED, err);
    if (rc < 0)
        return rc;
    show(u, host, what, FT_STEP_STARTED);
    rc = call(u, member, verb, host, &local);
    *removed = rc == 0 || rc == -ENOENT;
    if (!*removed)
        leave(u, host, &local);
    state = *removed ? FT_STEP_DONE : FT_STEP_FAILED;
    show(u, host, what, state);
    rc = u->journal->step(u->journal->data, &u->entry, u->index, verb, host,
                          state, err);
    u->index++;
    return rc;
}

static int
remove_witness(struct unprotect *u, struct ft_error *err)
{
    bool removed;

    if (!has_witness(u->pair))
        return 0;
    return remove_from(u, u->pair->witness, "witness-pair-remove",
                       "forget the pair", &removed, err);
}

static int
remove_host(struct unprotect *u, const char *host, bool primary, bool *removed,
            struct ft_error *err)
{
    return remove_from(u, host, "pair-remove",
                       primary ? "detach from the VM, which runs on"
                               : "remove the waiting copy and the replica",
                       removed, err);
}

/* While the primary still replicates, its standby and witness stay. */
static int
keep(struct unprotect *u, struct ft_error *err)
{
    int rc =
        u->journal->end(u->journal->data, &u->entry, FT_JOURNAL_PARTLY, err);

    if (rc < 0)
        return rc;
    *err = u->result->errors[--u->result->left_count];
    ft_error_prefix(err, "the protection of %s is not ended", u->pair->vm);
    if (!err->hint[0])
        ft_error_hint(err, "ftadmin unprotect goes on with it.");
    return -err->code;
}

/*
 * The order keeps the VM single: the primary lets go first, which it does only
 * when nobody else can speak, and says so at the witness; then the copy goes. A
 * host that cannot be asked hears of it from the witness, which forgets the rest
 * last. But where only a standby is left to let go, the witness forgets first:
 * it must not win the pair in between.
 */
static int
remove_all(struct unprotect *u, const char *first, const char *second,
           bool witness_first, struct ft_error *err)
{
    bool removed = false;
    int rc = witness_first ? remove_witness(u, err) : 0;

    if (rc == 0)
        rc = remove_host(u, first, true, &removed, err);
    if (rc == 0 && !removed && !witness_first)
        return keep(u, err);
    if (rc < 0)
        return rc;
    rc = remove_host(u, second, false, &removed, err);
    u->host_left |= !removed;
    return rc == 0 && !witness_first ? remove_witness(u, err) : rc;
}

static int64_t
generation(const struct ft_member *member, const char *pair)
{
    return ft_json_int(ft_member_pair(member, pair), "generation", 0, INT64_MAX,
                       0);
}

/*
 * Which of the hosts lets go first: the primary. hosts[0] is it as far as was
 * heard before; one that calls itself so may be an old one, that came back when
 * the other had let go already.
 */
static int
who_is_first(const struct unprotect *u, const struct ft_member *const m[2],
             const int answers[2])
{
    const char *pair = u->pair->pair;

    if (answers[0] < 0)
        return answers[0] != -ENOENT || is_primary(m[1], pair);
    return is_primary(m[1], pair) && ft_member_pair(m[0], pair) != NULL &&
           (!is_primary(m[0], pair) ||
            generation(m[1], pair) > generation(m[0], pair));
}

/* NULL when nobody who answers has it, or had it when he let go. */
static const char *
where_it_runs(const struct unprotect *u, const struct ft_member *const m[2],
              const int answers[2], int first)
{
    bool let_go = first == 0 && answers[0] == 0 &&
                  ft_member_pair(m[0], u->pair->pair) == NULL;

    return answers[first] == 0 && (let_go || is_primary(m[first], u->pair->pair))
               ? u->pair->hosts[first]
               : NULL;
}

/* Refuses to throw away what may be the only copy that can still run. */
static int
check_safe(const struct unprotect *u, const struct ft_member *const members[2],
           const int answers[2], bool force, struct ft_error *err)
{
    for (int i = 0; i < 2; i++)
        if (answers[1 - i] < 0 && answers[1 - i] != -ENOENT &&
            is_standby(members[i], u->pair->pair) && !force)
            return ft_fail(err, EPERM,
                           "Wait for the takeover, bring the other host back, or "
                           "give --force if the copy may go.",
                           "%s: %s cannot be asked, and the copy on %s may be "
                           "the only one left",
                           u->pair->vm, u->pair->hosts[1 - i],
                           u->pair->hosts[i]);
    if (answers[0] < 0 && answers[1] < 0 &&
        (answers[0] != -ENOENT || answers[1] != -ENOENT))
        return ft_fail(err, EHOSTUNREACH, "Bring at least one of them back.",
                       "%s: neither %s nor %s can be asked", u->pair->vm,
                       u->pair->hosts[0], u->pair->hosts[1]);
    return 0;
}

/* Also since when, for what is left on the other one is as old. */
static void
note_where(struct unprotect *u, const struct ft_member *primary)
{
    const json_t *status =
        u->runs_on ? ft_member_pair(primary, u->pair->pair) : NULL;
    const json_t *takeover = json_object_get(status, "last_takeover");

    snprintf(u->result->runs_on, FT_NAME_SIZE, "%s",
             u->runs_on ? u->runs_on : "");
    snprintf(u->result->since, sizeof(u->result->since), "%s",
             ft_json_string(takeover, "at", ""));
}

static int
carry_out(struct unprotect *u, const struct ft_member *const members[2],
          const int answers[2], struct ft_error *err)
{
    int first = who_is_first(u, members, answers);
    bool second_answers =
        answers[1 - first] == 0 || answers[1 - first] == -ENOENT;
    bool standby_only =
        !second_answers && is_standby(members[first], u->pair->pair);
    int rc;

    if (ft_progress_interrupted(u->progress)) /* nothing is begun yet */
        return ft_fail(err, EINTR, NULL,
                       "%s: interrupted before anything was "
                       "taken away",
                       u->pair->vm);
    u->runs_on = where_it_runs(u, members, answers, first);
    u->host_left = !second_answers;
    note_where(u, members[first]);
    rc = u->journal->begin(u->journal->data, &u->entry, NULL, err);
    if (rc == 0)
        rc = remove_all(u, u->pair->hosts[first], u->pair->hosts[1 - first],
                        standby_only, err);
    if (rc < 0)
        return rc;
    return u->result->left_count > 0
               ? u->journal->end(u->journal->data, &u->entry, FT_JOURNAL_PARTLY,
                                 err)
               : ft_protect_end(u->fleet, &u->entry, u->journal, err);
}

static void
fill_entry(const struct ft_pair_ref *pair, struct ft_journal_entry *entry)
{
    snprintf(entry->verb, sizeof(entry->verb), "unprotect");
    snprintf(entry->pair, sizeof(entry->pair), "%s", pair->pair);
    snprintf(entry->vm, sizeof(entry->vm), "%s", pair->vm);
    snprintf(entry->primary, sizeof(entry->primary), "%s", pair->hosts[0]);
    snprintf(entry->standby, sizeof(entry->standby), "%s", pair->hosts[1]);
    snprintf(entry->witness, sizeof(entry->witness), "%s",
             has_witness(pair) ? pair->witness : "");
}

int
ft_unprotect(struct ft_fleet *fleet, const struct ft_pair_ref *pair, bool force,
             const struct ft_progress *progress,
             const struct ft_journal_ops *journal,
             struct ft_unprotect_result *result, struct ft_error *err)
{
    struct unprotect u = { .fleet = fleet,
                           .pair = pair,
                           .progress = progress,
                           .journal = journal,
                           .result = result };
    const struct ft_member *members[2];
    int answers[2];
    int rc;

    memset(result, 0, sizeof(*result));
    result->said = json_array();
    fill_entry(pair, &u.entry);
    for (int i = 0; i < 2; i++) {
        struct ft_member *member = ft_fleet_find(fleet, pair->hosts[i]);
        struct ft_error ignored = FT_ERROR_INIT;

        members[i] = member;
        answers[i] = member != NULL ? ft_protect_ask(fleet, member, &ignored)
                                    : -EHOSTUNREACH;
    }
    rc = check_safe(&u, members, answers, force, err);
    return rc < 0 ? rc : carry_out(&u, members, answers, err);
}

void
ft_unprotect_result_free(struct ft_unprotect_result *result)
{
    json_decref(result->said);
    result->said = NULL;
}
