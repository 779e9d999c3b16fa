/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/deeds.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/standing.h"

bool
ft_row_is_host(const json_t *row)
{
    return json_object_get(row, "name") && !json_object_get(row, "vm");
}

const char *
ft_row_name(const json_t *row)
{
    return ft_json_string(row, ft_row_is_host(row) ? "name" : "vm", "");
}

static bool
is_pair(const json_t *row)
{
    return json_is_string(json_object_get(row, "pair"));
}

static const char *
standing(const json_t *row)
{
    return ft_json_string(row, "standing", "none");
}

static bool
is_protected(const json_t *row)
{
    return !strcmp(standing(row), "protected") ||
           !strcmp(standing(row), "at risk");
}

static bool
no(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

/* A host that speaks for it answers. */
static bool
is_heard(const json_t *row)
{
    return ft_json_bool(row, "heard", 0);
}

/* Only the host that has it can say that it goes on there without a copy. */
static bool
owner_is_heard(const json_t *row)
{
    return is_heard(row) && ft_side_is_fresh(ft_side_of(row, "primary"));
}

static bool
with_a_copy(const json_t *row, const char **why)
{
    if (!is_pair(row))
        return no(why, "it is not protected");
    if (!is_heard(row))
        return no(why, "no host that could tell answers");
    if (!is_protected(row))
        return no(why, "there is no copy that could run");
    return true;
}

static bool
may_protect(const json_t *row, const char **why)
{
    if (is_pair(row) && ft_row_has_lost_standby(row))
        return owner_is_heard(row) || no(why, "its host is silent, too");
    if (is_pair(row))
        return no(why, "it is in a pair already");
    if (strcmp(ft_json_string(row, "state", ""), "running"))
        return no(why, "it does not run");
    return true;
}

static bool
may_estimate(const json_t *row, const char **why)
{
    if (is_pair(row))
        return no(why, "it is protected: its page has the figures");
    if (strcmp(ft_json_string(row, "state", ""), "running"))
        return no(why, "it does not run");
    return true;
}

static bool
may_unprotect(const json_t *row, const char **why)
{
    if (!is_pair(row))
        return no(why, "it is not protected");
    if (!owner_is_heard(row))
        return no(why, "its host is silent: U does it by force");
    return true;
}

static bool
may_force(const json_t *row, const char **why)
{
    if (!is_pair(row))
        return no(why, "it is not protected");
    if (owner_is_heard(row))
        return no(why, "its host answers: u does it");
    return true;
}

/* Nobody runs it, and its host may start it. */
static bool
may_start(const json_t *row, const char **why)
{
    enum ft_ownership_reason reason = ft_said_reason(row);

    if (!is_pair(row))
        return no(why, "it is not protected: virsh start does it");
    if (!is_heard(row))
        return no(why, "no host that could tell answers");
    if (reason != FT_REASON_VM_OFF && reason != FT_REASON_START_FAILED)
        return no(why, "nobody shut it down");
    return true;
}

/* Its host says that the other one may have newer data. */
static bool
may_discard(const json_t *row, const char **why)
{
    enum ft_ownership_reason reason = ft_said_reason(row);

    if (!is_pair(row) || !is_heard(row))
        return no(why, "no host says that it waits for newer data");
    if (reason != FT_REASON_PEER_NEWER && reason != FT_REASON_GIVEN_AWAY &&
        reason != FT_REASON_SUPERSEDED)
        return no(why, "it waits for no newer data");
    return true;
}

/* The host with the copy says that it does not go on by itself, or not now. */
static bool
may_run_copy(const json_t *row, const char **why)
{
    enum ft_ownership_reason reason = ft_said_reason(row);

    if (!is_pair(row) || !is_heard(row))
        return no(why, "no host says that its copy waits for a word");
    if (reason == FT_REASON_NO_TAKEOVER ||
        (reason == FT_REASON_WAITING_WITNESS &&
         ft_said_state(row) == FT_PAIR_FAILED))
        return true;
    return no(why, "no copy waits for a word");
}

static bool
may_resume(const json_t *row, const char **why)
{
    if (!json_is_object(json_object_get(row, "pending")))
        return no(why, "nothing that was begun is unfinished");
    return true;
}

static bool
may_roll_back(const json_t *row, const char **why)
{
    const json_t *pending = json_object_get(row, "pending");

    if (!json_is_object(pending))
        return no(why, "no protect is unfinished: u ends protection");
    if (!json_is_string(json_object_get(pending, "rollback")))
        return no(why, "it is unprotect that is unfinished: g does it");
    return true;
}

static bool
always(const json_t *row, const char **why)
{
    (void)row;
    (void)why;
    return true;
}

static bool
may_remove(const json_t *row, const char **why)
{
    if (ft_json_int(row, "pairs", 0, INT64_MAX, 0) > 0)
        return no(why, "pairs use it: unprotect their VMs first");
    return true;
}

static bool
may_move_witness(const json_t *row, const char **why)
{
    if (!is_pair(row))
        return no(why, "it is not protected");
    if (!*ft_json_string(row, "witness", ""))
        return no(why, "it has none: unprotect it, and protect it anew");
    if (!ft_json_bool(row, "primary_live", 0) ||
        !ft_json_bool(row, "standby_live", 0))
        return no(why, "both hosts have to answer");
    return true;
}

static void
witness_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "Another host than %s decides who may go on with %s.",
             ft_json_string(row, "witness", "?"), ft_row_name(row));
}

static void
switch_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size,
             "%s stands for a moment, then runs on %s; %s holds the copy.",
             ft_row_name(row), ft_json_string(row, "standby", "?"),
             ft_json_string(row, "primary", "?"));
}

static void
start_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "%s boots on %s from its disks there.",
             ft_row_name(row), ft_json_string(row, "primary", "?"));
}

static void
discard_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size,
             "%s boots on %s as its disks are there; what %s has that is newer "
             "is given up.",
             ft_row_name(row), ft_json_string(row, "primary", "?"),
             ft_json_string(row, "standby", "?"));
}

static void
copy_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size,
             "The copy of %s on %s goes on; what %s has answered alone since is "
             "given up.",
             ft_row_name(row), ft_json_string(row, "standby", "?"),
             ft_json_string(row, "primary", "?"));
}

static void
verify_means(const json_t *row, char *out, size_t size)
{
    snprintf(
        out, size,
        "All memory and disks of %s are compared with %s, a part at each epoch.",
        ft_row_name(row), ft_json_string(row, "standby", "?"));
}

static void
rehearse_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size,
             "The copy of %s runs apart on %s for some seconds, and is ended; %s "
             "goes on.",
             ft_row_name(row), ft_json_string(row, "standby", "?"),
             ft_row_name(row));
}

static void
backup_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "Its disks on %s become files where this console began.",
             ft_json_string(row, "standby", "?"));
}

static void
protect_means(const json_t *row, char *out, size_t size)
{
    if (ft_row_has_lost_standby(row))
        snprintf(out, size, "%s leaves silent %s for a copy on another host.",
                 ft_row_name(row), ft_json_string(row, "standby", "?"));
    else
        snprintf(out, size, "%s gets a copy on another host while it runs.",
                 ft_row_name(row));
}

static void
estimate_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size,
             "%s is measured for 30 s; shown is what protecting it would cost.",
             ft_row_name(row));
}

static void
unprotect_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size,
             "The copy of %s on %s is destroyed; %s goes on at %s, unprotected.",
             ft_row_name(row), ft_json_string(row, "standby", "?"),
             ft_row_name(row), ft_json_string(row, "primary", "?"));
}

static void
force_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size,
             "Ends the protection of %s though %s does not answer; its copy "
             "may be the last one.",
             ft_row_name(row), ft_json_string(row, "primary", "?"));
}

static void
resume_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "%s of %s goes on where it was broken off.",
             ft_json_string(json_object_get(row, "pending"), "verb", "?"),
             ft_row_name(row));
}

static void
rollback_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "%s and %s are as before protect; %s runs on.",
             ft_json_string(row, "primary", "?"),
             ft_json_string(row, "standby", "?"), ft_row_name(row));
}

static void
look_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "Looks at %s again; its engine is renewed if older.",
             ft_row_name(row));
}

static void
upgrade_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "%s gets this ftadmin's engine; its VMs run on.",
             ft_row_name(row));
}

static bool
is_maintained(const json_t *row)
{
    return json_is_number(json_object_get(row, "maintenance_s"));
}

static bool
may_take_out(const json_t *row, const char **why)
{
    if (strcmp(ft_json_string(row, "state", ""), "ok") != 0)
        return no(why, "it does not answer, and has to know");
    return true;
}

static bool
may_take_back(const json_t *row, const char **why)
{
    if (!is_maintained(row))
        return no(why, "it is not under maintenance");
    return may_take_out(row, why);
}

static void
take_out_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "VMs on %s are handed over; copies there are let go.",
             ft_row_name(row));
}

static void
move_away_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "VMs and copies on %s go elsewhere for good.",
             ft_row_name(row));
}

static void
take_back_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "%s takes copies again; VMs that ran there come back.",
             ft_row_name(row));
}

static void
remove_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "%s loses its engine and is forgotten here.",
             ft_row_name(row));
}

static void
forget_means(const json_t *row, char *out, size_t size)
{
    snprintf(out, size, "%s is forgotten here; nothing on it is touched.",
             ft_row_name(row));
}

const struct ft_deed ft_deeds[] = {
    { 'p', "protect", false, FT_DEED_HARMLESS, may_protect, protect_means, "",
      "protect VM" },
    { 'e', "estimate", false, FT_DEED_HARMLESS, may_estimate, estimate_means,
      "", "estimate VM" },
    { 's', "switch over", false, FT_DEED_MILD, with_a_copy, switch_means,
      "If the other host dies in the act it stands until that host is back.",
      "switchover VM --yes" },
    { 'v', "verify", false, FT_DEED_MILD, with_a_copy, verify_means,
      "It stands some 10 ms longer for each, seconds for a GiB.", "verify VM" },
    { 'r', "rehearse", false, FT_DEED_MILD, with_a_copy, rehearse_means,
      "Its memory is taken once more there, and CPU.", "rehearse VM" },
    { 'f', "back up", false, FT_DEED_MILD, with_a_copy, backup_means,
      "Its agent, if any, freezes it for a moment; a takeover ends it.",
      "backup VM --output ." },
    { 'w', "another witness", false, FT_DEED_MILD, may_move_witness,
      witness_means, "While both count, neither may be missing.",
      "witness VM best --yes" },
    { 'b', "start (boot)", false, FT_DEED_MILD, may_start, start_means, "",
      "start VM" },
    { 'B', "start older data", false, FT_DEED_SEVERE, may_discard, discard_means,
      "If the other host runs it unseen, two run until they meet.",
      "start VM --on PRIMARY --discard-newer --yes" },
    { 'C', "let the copy run", false, FT_DEED_SEVERE, may_run_copy, copy_means,
      "While the other host runs it unheard two run: power it off first.",
      "start VM --on STANDBY --discard-newer --yes" },
    { 'u', "unprotect", false, FT_DEED_SEVERE, may_unprotect, unprotect_means,
      "Until it is protected again a dead host stops it.",
      "unprotect VM --yes" },
    { 'U', "unprotect by force", false, FT_DEED_SEVERE, may_force, force_means,
      "If that host is lost the VM is gone with its disks.",
      "unprotect VM --force --yes" },
    { 'g', "go on (resume)", false, FT_DEED_MILD, may_resume, resume_means, "",
      "resume VM" },
    { 'R', "roll back", false, FT_DEED_MILD, may_roll_back, rollback_means,
      "Once the copy could take over it is refused: unprotect ends it then.",
      "rollback VM --yes" },
    { 'l', "look again", true, FT_DEED_HARMLESS, always, look_means, "",
      "host add HOST" },
    { 'u', "upgrade", true, FT_DEED_MILD, always, upgrade_means,
      "One after the other its VMs have no copy until that is filled anew.",
      "host upgrade HOST --yes" },
    { 'm', "maintenance", true, FT_DEED_MILD, may_take_out, take_out_means,
      "Until it is back those VMs run alone.", "maintenance HOST on --yes" },
    { 'M', "move all away", true, FT_DEED_MILD, may_take_out, move_away_means,
      "Until their copies are made those VMs run alone.",
      "maintenance HOST on --standbys move --yes" },
    { 'o', "end maintenance", true, FT_DEED_MILD, may_take_back,
      take_back_means, "Each that ran there stands for a moment.",
      "maintenance HOST off --wait --yes" },
    { 'x', "remove", true, FT_DEED_SEVERE, may_remove, remove_means,
      "A host that is the witness of a pair is needed by it.",
      "host remove HOST --yes" },
    { 'f', "forget", true, FT_DEED_SEVERE, may_remove, forget_means,
      "Its engine goes on there, and nobody looks after it.",
      "host remove HOST --keep-engine --yes" },
};
const size_t ft_deed_count = FT_ARRAY_SIZE(ft_deeds);

/* Those that are possible now, or those that are not. */
static size_t
add_deeds(const json_t *row, bool refused, bool possible,
          const struct ft_deed **list, size_t count)
{
    const char *why;

    for (size_t i = 0; i < ft_deed_count && count < FT_DEEDS_MAX; i++)
        if (ft_deeds[i].host == ft_row_is_host(row) &&
            (!refused && ft_deeds[i].possible(row, &why)) == possible)
            list[count++] = &ft_deeds[i];
    return count;
}

size_t
ft_deeds_of(const json_t *row, bool refused,
            const struct ft_deed *list[FT_DEEDS_MAX])
{
    return add_deeds(row, refused, false, list,
                     add_deeds(row, refused, true, list, 0));
}

const struct ft_deed *
ft_deed_by_letter(bool host, char letter)
{
    for (size_t i = 0; i < ft_deed_count; i++)
        if (ft_deeds[i].host == host && ft_deeds[i].letter == letter)
            return &ft_deeds[i];
    return NULL;
}

/* A VM goes by its UUID where that is known: names may be twice. */
static const char *
acted_on(const json_t *row)
{
    const char *uuid = ft_json_string(row, "uuid", "");

    return !ft_row_is_host(row) && *uuid ? uuid : ft_row_name(row);
}

void
ft_deed_words(const struct ft_deed *deed, const json_t *row, bool by_name,
              struct ft_words *words)
{
    char word[32];
    int used;

    memset(words, 0, sizeof(*words));
    for (const char *at = deed->command; sscanf(at, "%31s%n", word, &used) == 1;
         at += used)
        ft_words_add(words, !strcmp(word, "PRIMARY")
                                ? ft_json_string(row, "primary", "?")
                            : !strcmp(word, "STANDBY")
                                ? ft_json_string(row, "standby", "?")
                            : strcmp(word, "VM") && strcmp(word, "HOST") ? word
                            : by_name ? ft_row_name(row)
                                      : acted_on(row));
}
