/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/verdict.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/cell.h"
#include "ui/model/copying.h"
#include "ui/model/left.h"
#include "ui/model/maintenance.h"
#include "ui/model/risk.h"
#include "ui/model/sentence.h"
#include "ui/model/standing.h"

#define ANY (-1)
#define OTHER_STATE FT_PAIR_STATE_COUNT
#define OTHER_REASON FT_REASON_COUNT

/* What a rule asks for besides state and reason. */
enum condition {
    ALWAYS,
    UNHEARD,        /* no host that says it answers now */
    RISK_HUNG,      /* at risk, and why: QEMU does not answer */
    RISK_STALLED,   /* the same: something else */
    RISK_STANDBY,   /* the same */
    RISK_DRIFT,     /* the same */
    RISK_WITNESS,   /* the same */
    RISK_FULL,      /* the same */
    RISK_FORGOT,    /* the same */
    RISK_LAG,       /* the same */
    RISK_PATH,      /* the same */
    RISK_CHANGED,   /* the same */
    RISK_CLOCK,     /* the same */
    DISK_ERROR,     /* the VM stands, by an error of a disk */
    STANDS,         /* it stands otherwise, and not by us */
    NO_WITNESS,     /* the pair has none */
    LAG_KNOWN,      /* the age of the copy */
    PROBLEM,        /* the engine says what it could not do */
    TRIED_AGAIN,    /* that, and it copies again all the same */
    LEFT_KNOWN,     /* how long the copying will take */
    STANDBY_SILENT, /* the host does not answer us either */
    STANDBY_BLANK,  /* it answers us, and does not speak of the pair */
    STANDBY_LEAVES, /* it says that it is being shut down */
    STANDBY_OUT,    /* it is under maintenance */
    NO_REASON,      /* the reason is empty */
    UNFINISHED, /* protect or unprotect stopped half-way, and goes on by nobody */
};

/*
 * The first rule that fits is the verdict. What is the hosts' move becomes
 * yours after patience_s in this state; presumed: also when nobody knows since
 * when, because it does not last otherwise.
 */
struct rule {
    int state;
    int reason;
    enum condition condition;
    enum ft_severity severity;
    enum ft_move move;
    int patience_s; /* 0: never */
    bool presumed;
    const char *sentence;
    const char *command;
};

#define OK FT_SEVERITY_OK
#define WARN FT_SEVERITY_WARN
#define CRIT FT_SEVERITY_CRIT
#define UNKNOWN FT_SEVERITY_UNKNOWN
#define STATE(name) FT_PAIR_##name
#define WHY(name) FT_REASON_##name
#define MOVE(name) FT_MOVE_##name

#define LOOK "ftadmin status {vm}"
#define PAST "ftadmin events --vm {vm}"
#define RAISE "ftadmin host add {w}" /* starts the engine there */
#define AGAIN "ftadmin protect {vm}"
#define ELSEWHERE "ftadmin protect {vm} --standby best"
#define MAINTAINED "ftadmin maintenance {to} off"
#define RESUME "ftadmin resume {vm}"
#define START "ftadmin start {vm}"

static const struct rule rules[] = {
    /* nobody says how it is */
    { STATE(UNPROTECTED), ANY, UNHEARD, CRIT, MOVE(OURS), 0, false,
      "Nobody answers for {vm}; {age} ago it was {state}.", LOOK },
    { STATE(FAILED), ANY, UNHEARD, CRIT, MOVE(OURS), 0, false,
      "Nobody answers for {vm}; {age} ago it had {state}.", LOOK },
    { ANY, ANY, UNHEARD, UNKNOWN, MOVE(OURS), 0, false,
      "Nobody answers for {vm}; {age} ago it was {state}.", LOOK },

    /* somebody must see to it, whatever else is so */
    { STATE(SYNCING), ANY, DISK_ERROR, CRIT, MOVE(NOW), 0, false,
      "{vm} stands on {on}, by an error of a disk; no copy yet.", PAST },
    { STATE(RESYNCING), ANY, DISK_ERROR, CRIT, MOVE(NOW), 0, false,
      "{vm} stands on {on}, by an error of a disk; no copy now.", PAST },
    { ANY, ANY, DISK_ERROR, CRIT, MOVE(NOW), 0, false,
      "{vm} stands on {on}, which has an error of a disk.", PAST },

    /* protected */
    { STATE(PROTECTED), WHY(HANDING_OVER), ALWAYS, OK, MOVE(HOSTS), 60, false,
      "{on} hands {vm} over to {to}.", LOOK },
    { STATE(PROTECTED), WHY(TAKING_OVER), ALWAYS, WARN, MOVE(HOSTS), 30, false,
      "{on} takes {vm} over.", LOOK },
    { STATE(PROTECTED), WHY(SUSPECTING), ALWAYS, WARN, MOVE(HOSTS), 30, false,
      "{to} does not hear {on}; the hosts decide where {vm} goes on.", LOOK },
    { STATE(PROTECTED), ANY, RISK_HUNG, CRIT, MOVE(HOSTS), 10, false,
      "{vm} hangs on {on}: {stalled}.", PAST },
    { STATE(PROTECTED), ANY, RISK_STALLED, WARN, MOVE(HOSTS), 10, false,
      "{vm} is held up: {stalled}.", PAST },
    { STATE(PROTECTED), ANY, RISK_STANDBY, WARN, MOVE(YOURS), 0, false,
      "{vm} is at risk: {problem}.", PAST },
    { STATE(PROTECTED), ANY, RISK_DRIFT, WARN, MOVE(YOURS), 0, false,
      "{vm} is at risk: {risk}.", LOOK },
    { STATE(PROTECTED), ANY, RISK_WITNESS, WARN, MOVE(YOURS), 0, false,
      "{vm} is at risk: {w} does not answer, so no host could take over.",
      RAISE },
    { STATE(PROTECTED), ANY, RISK_FULL, WARN, MOVE(YOURS), 0, false,
      "{vm} is at risk: the disk of {w} is full, so no host could take over.",
      PAST },
    { STATE(PROTECTED), ANY, RISK_FORGOT, WARN, MOVE(HOSTS), 30, false,
      "{vm} is at risk: {w} was set back, and is told again who has it.", PAST },
    { STATE(PROTECTED), ANY, RISK_LAG, WARN, MOVE(YOURS), 0, false,
      "{vm} is at risk: a takeover by {to} would go back {lag}.", LOOK },
    { STATE(PROTECTED), ANY, RISK_PATH, WARN, MOVE(YOURS), 0, false,
      "{vm} is at risk: {risk}.", LOOK },
    { STATE(PROTECTED), ANY, RISK_CHANGED, WARN, MOVE(LATER), 0, false,
      "{vm} was changed by hand, which a takeover by {to} would undo.", LOOK },
    { STATE(PROTECTED), ANY, RISK_CLOCK, WARN, MOVE(LATER), 0, false,
      "{vm} is at risk: its clocks are {clock} behind.", LOOK },
    { STATE(PROTECTED), ANY, STANDS, OK, MOVE(NOBODY), 0, false,
      "{vm} stands on {on}, and would at {to}: {stands}.", LOOK },
    { STATE(PROTECTED), WHY(NONE), NO_WITNESS, OK, MOVE(NOBODY), 0, false,
      "{vm} has its copy on {to}, which without a witness never takes over.",
      LOOK },
    { STATE(PROTECTED), WHY(NONE), LAG_KNOWN, OK, MOVE(NOBODY), 0, false,
      "If {on} dies now, {vm} goes on at {to} as it was {lag} ago.", LOOK },
    { STATE(PROTECTED), WHY(NONE), ALWAYS, OK, MOVE(NOBODY), 0, false,
      "If {on} dies now, {vm} goes on at {to}.", LOOK },
    { STATE(PROTECTED), ANY, ALWAYS, WARN, MOVE(HOSTS), 60, false,
      "{vm} is protected, but: {why}.", LOOK },

    /* being copied, for the first time or again */
    { STATE(SYNCING), WHY(WAITING_WITNESS), ALWAYS, WARN, MOVE(YOURS), 0, false,
      "{vm} is copied, and only {w} is missing: it does not answer.", RAISE },
    { STATE(RESYNCING), WHY(WAITING_WITNESS), ALWAYS, WARN, MOVE(YOURS), 0,
      false, "{vm} is copied, and only {w} is missing: it does not answer.",
      RAISE },
    { STATE(RESYNCING), WHY(STARTING), ALWAYS, WARN, MOVE(HOSTS), 60, false,
      "The engine on {on} has just started and asks who owns {vm}.", LOOK },
    { ANY, WHY(LEAVING), ALWAYS, WARN, MOVE(HOSTS), 60, false,
      "The protection of {vm} is being removed.", LOOK },
    { STATE(SYNCING), ANY, TRIED_AGAIN, WARN, MOVE(HOSTS), 0, false,
      "{vm} is copied to {to} again; the last time: {problem}.", LOOK },
    { STATE(RESYNCING), ANY, TRIED_AGAIN, WARN, MOVE(HOSTS), 0, false,
      "{vm} is copied to {to} again; the last time: {problem}.", LOOK },
    { STATE(SYNCING), ANY, PROBLEM, WARN, MOVE(YOURS), 0, false,
      "{on} cannot copy {vm} to {to}: {problem}.", PAST },
    { STATE(RESYNCING), ANY, PROBLEM, WARN, MOVE(YOURS), 0, false,
      "{on} cannot copy {vm} to {to}: {problem}.", PAST },
    { STATE(SYNCING), WHY(COPYING), LEFT_KNOWN, WARN, MOVE(HOSTS), 0, false,
      "{vm} is being copied to {to}: {left} left.", LOOK },
    { STATE(RESYNCING), WHY(COPYING), LEFT_KNOWN, WARN, MOVE(HOSTS), 0, false,
      "{vm} is being copied to {to}: {left} left.", LOOK },
    { STATE(SYNCING), WHY(COPYING), ALWAYS, WARN, MOVE(HOSTS), 0, false,
      "{vm} is being copied to {to}, which cannot take over yet.", LOOK },
    { STATE(RESYNCING), WHY(COPYING), ALWAYS, WARN, MOVE(HOSTS), 0, false,
      "{vm} is being copied to {to}, which cannot take over yet.", LOOK },
    { STATE(SYNCING), ANY, ALWAYS, WARN, MOVE(HOSTS), 60, false,
      "{vm} has no copy yet: {why}.", LOOK },
    { STATE(RESYNCING), ANY, ALWAYS, WARN, MOVE(HOSTS), 60, false,
      "{vm} has no copy now: {why}.", LOOK },

    /* alone */
    { STATE(ALONE), ANY, STANDS, WARN, MOVE(HOSTS), 60, false,
      "{vm} stands on {on}, alone: {stands}.", LOOK },
    { STATE(ALONE), ANY, STANDBY_OUT, WARN, MOVE(YOURS), 0, false,
      "{vm} runs alone on {on}: {to} is {out}.", MAINTAINED },
    { STATE(ALONE), ANY, STANDBY_LEAVES, WARN, MOVE(HOSTS), 600, false,
      "{vm} runs alone on {on}, for {to} is shutting down.", PAST },
    { STATE(ALONE), ANY, STANDBY_SILENT, WARN, MOVE(HOSTS), 30, true,
      "{vm} runs alone on {on}, for {to} is silent: bring it back or move it.",
      ELSEWHERE },
    { STATE(ALONE), ANY, STANDBY_BLANK, WARN, MOVE(HOSTS), 60, false,
      "{vm} runs alone on {on}, for {to} knows nothing of it: protect again.",
      AGAIN },
    { STATE(ALONE), ANY, ALWAYS, WARN, MOVE(HOSTS), 60, false,
      "{vm} runs alone on {on}, which seeks its copy on {to}.", LOOK },

    /* unprotected */
    { STATE(UNPROTECTED), WHY(GAVE_UP), PROBLEM, CRIT, MOVE(YOURS), 0, false,
      "{vm} runs unprotected on {on}: {problem}.", AGAIN },
    { STATE(UNPROTECTED), WHY(GAVE_UP), ALWAYS, CRIT, MOVE(YOURS), 0, false,
      "{vm} runs unprotected on {on}: the engine could not go on.", AGAIN },
    { STATE(UNPROTECTED), WHY(VM_OFF), ALWAYS, WARN, MOVE(NOBODY), 0, false,
      "{vm} is shut down; started on {on} it is protected again.", START },
    { STATE(UNPROTECTED), WHY(STARTING), ALWAYS, WARN, MOVE(HOSTS), 60, false,
      "The engine on {on} has just started and asks who owns {vm}.", LOOK },
    { STATE(UNPROTECTED), ANY, STANDBY_LEAVES, CRIT, MOVE(OURS), 0, false,
      "{to} is shutting down, and {on}, which has {vm}, is silent.", LOOK },
    { STATE(UNPROTECTED), WHY(NO_PEER), ALWAYS, CRIT, MOVE(YOURS), 0, false,
      "{on} is silent, and {to} has no copy of {vm} that may go on.", PAST },
    { STATE(UNPROTECTED), OTHER_REASON, UNFINISHED, CRIT, MOVE(YOURS), 0, false,
      "{vm} is not protected: {why}.", RESUME },
    { STATE(UNPROTECTED), ANY, NO_REASON, CRIT, MOVE(YOURS), 0, false,
      "{vm} is not protected.", AGAIN },
    { STATE(UNPROTECTED), ANY, ALWAYS, CRIT, MOVE(YOURS), 0, false,
      "{vm} is not protected: {why}.", AGAIN },

    /* failed */
    { STATE(FAILED), WHY(HELD), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} is cut off: bring back {to} or {w}, either is enough.", PAST },
    { STATE(FAILED), WHY(HELD_NO_WITNESS), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} is cut off on {on}: bring back {to}, there is no witness.", PAST },
    { STATE(FAILED), WHY(SUPERSEDED), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{to} owns {vm} and is silent, and {on} may not run it: bring {to} back.",
      PAST },
    { STATE(FAILED), WHY(RESUME_FAILED), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{to} won {vm} and could not run it; {on} may have it back.", PAST },
    { STATE(FAILED), WHY(WAITING_WITNESS), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} is down: {on} and {w} are silent; {to} needs one of them.", PAST },
    { STATE(FAILED), WHY(NO_TAKEOVER), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} is down: {on} is silent, and {to} never takes over by itself.",
      PAST },
    { STATE(FAILED), WHY(HANDING_OVER), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} is down: QEMU ended on {on}, and its copy on {to} is sought.",
      PAST },
    { STATE(FAILED), WHY(COLD_START), ALWAYS, CRIT, MOVE(HOSTS), 60, false,
      "{vm} is down: no copy runs, and {on} starts it from its disks.", LOOK },
    { STATE(FAILED), WHY(START_FAILED), PROBLEM, CRIT, MOVE(NOW), 0, false,
      "{vm} is down, and {on} cannot start it: {problem}.", PAST },
    { STATE(FAILED), WHY(START_FAILED), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} is down, and {on} cannot start it.", PAST },
    { STATE(FAILED), WHY(PEER_NEWER), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} is down: {to} may have newer data; bring it back, or {w}.", PAST },
    { STATE(FAILED), WHY(GIVEN_AWAY), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} is down on {on}, which gave it to {to}: bring {to} back.", PAST },
    { STATE(FAILED), WHY(VM_GONE), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} is down: QEMU ended on {on}, and {to} cannot take over.", PAST },
    { STATE(FAILED), WHY(STANDS), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} stands on {on}: QEMU or libvirt does not let it go on.", PAST },
    { STATE(FAILED), WHY(TWO_OWNERS), ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{on} and {to} both claim {vm}: start nothing, stop nothing.", PAST },
    { STATE(FAILED), ANY, NO_REASON, CRIT, MOVE(NOW), 0, false,
      "{vm} has failed on {on}.", PAST },
    { STATE(FAILED), ANY, ALWAYS, CRIT, MOVE(NOW), 0, false,
      "{vm} has failed on {on}: {why}.", PAST },

    /* an engine that is newer than this ftadmin */
    { ANY, ANY, ALWAYS, WARN, MOVE(LATER), 0, false,
      "{vm} is {state}, which this ftadmin does not know.", LOOK },
};

/* What the rules ask, read once. */
struct facts {
    const json_t *row;
    enum ft_pair_state state;
    enum ft_ownership_reason reason;
    enum ft_risk risk;
    double since_s; /* negative: not known */
};

static const char *
text_of(const struct facts *facts, const char *path)
{
    const char *text = json_string_value(ft_row_member(facts->row, path));

    return text ? text : "";
}

static double
number_of(const struct facts *facts, const char *path)
{
    const json_t *value = ft_row_member(facts->row, path);

    return json_is_number(value) ? json_number_value(value) : -1;
}

/* How long the copying still takes; false: not known. */
static bool
format_left(const struct facts *facts, char out[48])
{
    int64_t from, to;
    bool known =
        ft_copying_left(ft_row_member(facts->row, "progress"), &from, &to);

    ft_left_text(from, to, out);
    return known;
}

static bool
holds(enum condition condition, const struct facts *facts)
{
    char left[48];

    switch (condition) {
    case ALWAYS:
        return true;
    case UNHEARD:
        return !ft_json_bool(facts->row, "heard", 1);
    case RISK_HUNG:
        return facts->risk == FT_RISK_STALLED &&
               !strncmp(text_of(facts, "stalled.by"), "qemu", 4);
    case RISK_STALLED:
        return facts->risk == FT_RISK_STALLED;
    case RISK_STANDBY:
        return facts->risk == FT_RISK_STANDBY;
    case RISK_DRIFT:
        return facts->risk == FT_RISK_DRIFT;
    case RISK_WITNESS:
        return facts->risk == FT_RISK_WITNESS;
    case RISK_FULL:
        return facts->risk == FT_RISK_FULL;
    case RISK_FORGOT:
        return facts->risk == FT_RISK_FORGOT;
    case RISK_LAG:
        return facts->risk == FT_RISK_LAG;
    case RISK_PATH:
        return facts->risk == FT_RISK_PATH;
    case RISK_CHANGED:
        return facts->risk == FT_RISK_CHANGED;
    case RISK_CLOCK:
        return facts->risk == FT_RISK_CLOCK;
    case DISK_ERROR:
        return !strcmp(text_of(facts, "stands.by"), "io-error");
    case STANDS:
        return *text_of(facts, "stands.by") != '\0';
    case NO_WITNESS:
        return !*text_of(facts, "witness");
    case LAG_KNOWN:
        return number_of(facts, "lag_ms") >= 0;
    case PROBLEM:
        return *text_of(facts, "problem.text") != '\0';
    case TRIED_AGAIN:
        return *text_of(facts, "problem.text") != '\0' &&
               number_of(facts, "progress.total") > 0;
    case LEFT_KNOWN:
        return format_left(facts, left);
    case STANDBY_SILENT:
        return !ft_json_bool(facts->row, "standby_live", 1);
    case STANDBY_BLANK:
        return ft_json_bool(facts->row, "standby_live", 0) &&
               !ft_side_of(facts->row, "standby");
    case STANDBY_LEAVES:
        return ft_standby_leaves(facts->row);
    case STANDBY_OUT:
        return ft_row_is_maintained(facts->row, "standby");
    case NO_REASON:
        return !*text_of(facts, "reason");
    case UNFINISHED:
        return strstr(text_of(facts, "reason"), "protect is not finished");
    }
    return false;
}

static bool
fits(const struct rule *rule, const struct facts *facts)
{
    return (rule->state == ANY || rule->state == (int)facts->state) &&
           (rule->reason == ANY || rule->reason == (int)facts->reason) &&
           holds(rule->condition, facts);
}

/* The last rule fits everything. */
static const struct rule *
find_rule(const struct facts *facts)
{
    const struct rule *rule = rules;

    while (!fits(rule, facts))
        rule++;
    return rule;
}

static enum ft_move
move_of(const struct rule *rule, const struct facts *facts)
{
    bool over =
        facts->since_s < 0 ? rule->presumed : facts->since_s > rule->patience_s;

    return rule->patience_s && over ? FT_MOVE_YOURS : rule->move;
}

/* Seconds, or a word that stands well before "ago". */
static void
format_time(double seconds, char *out, size_t size)
{
    if (seconds < 0)
        snprintf(out, size, "some time");
    else if (seconds < 1)
        snprintf(out, size, "%.0f ms", seconds * 1000);
    else if (seconds < 100)
        snprintf(out, size, "%.0f s", seconds);
    else if (seconds < 100 * 60)
        snprintf(out, size, "%.0f min", seconds / 60);
    else if (seconds < 48 * 3600)
        snprintf(out, size, "%.0f h", seconds / 3600);
    else
        snprintf(out, size, "%.0f d", FT_MIN(seconds / 86400, 1e6));
}

static const char *
name_of(const struct facts *facts, const char *key, const char *nameless)
{
    const char *name = text_of(facts, key);

    return *name ? name : nameless;
}

static void
fill_in(const struct rule *rule, const struct facts *facts,
        struct ft_verdict *verdict)
{
    double lag = number_of(facts, "lag_ms");
    double clock = number_of(facts, "clock_lag_ms");
    char risk[320], out_text[FT_MAINTENANCE_TEXT], lag_text[24], clock_text[24],
        left_text[48], age_text[24];
    const struct ft_filler fillers[] = {
        { "vm", name_of(facts, "vm", "the VM") },
        { "on", name_of(facts, "primary", "the host") },
        { "to", name_of(facts, "standby", "the other host") },
        { "w", name_of(facts, "witness", "the witness") },
        { "why", text_of(facts, "reason") },
        { "state", name_of(facts, "state", "unknown") },
        { "problem", text_of(facts, "problem.text") },
        { "stalled", text_of(facts, "stalled.text") },
        { "stands", text_of(facts, "stands.text") },
        { "risk", risk },
        { "out", out_text },
        { "lag", lag_text },
        { "clock", clock_text },
        { "left", left_text },
        { "age", age_text },
        { NULL, NULL },
    };

    ft_risk_text(facts->risk, facts->row, risk, sizeof(risk));
    ft_maintenance_text(number_of(facts, "maintenance.standby"), out_text);
    format_time(lag / 1000, lag_text, sizeof(lag_text));
    format_time(clock / 1000, clock_text, sizeof(clock_text));
    format_left(facts, left_text);
    format_time(number_of(facts, "age_s"), age_text, sizeof(age_text));
    ft_sentence(rule->sentence, fillers, FT_VERDICT_COLUMNS, verdict->sentence,
                sizeof(verdict->sentence));
    ft_sentence(rule->command, fillers, sizeof(verdict->command) - 1,
                verdict->command, sizeof(verdict->command));
}

void
ft_verdict_of_pair(const json_t *row, struct ft_verdict *verdict)
{
    struct facts facts = {
        .row = row,
        .state = ft_said_state(row),
        .reason = ft_said_reason(row),
        .risk = ft_risk_by_word(ft_json_string(row, "at_risk", NULL)),
    };
    const struct rule *rule;

    facts.since_s = number_of(&facts, "since_s");
    rule = find_rule(&facts);
    memset(verdict, 0, sizeof(*verdict));
    verdict->severity = rule->severity;
    verdict->move = move_of(rule, &facts);
    snprintf(verdict->vm, sizeof(verdict->vm), "%s", text_of(&facts, "vm"));
    fill_in(rule, &facts, verdict);
}

const char *
ft_move_word(enum ft_move move)
{
#define WORD_(name, word) word,
    static const char *const words[] = { FT_MOVES(WORD_) };

    return (unsigned)move < FT_MOVE_COUNT ? words[move] : "";
}

int
ft_verdict_compare(const struct ft_verdict *a, const struct ft_verdict *b)
{
    int by_severity =
        ft_severity_rank(a->severity) - ft_severity_rank(b->severity);

    if (by_severity)
        return by_severity;
    if (a->move != b->move)
        return (int)a->move - (int)b->move;
    return strcmp(b->vm, a->vm); /* the first name is told */
}

json_t *
ft_verdict_to_json(const struct ft_verdict *verdict)
{
    return json_pack("{s:s,s:s,s:s,s:s?}", "severity",
                     ft_severity_word(verdict->severity), "move",
                     ft_move_word(verdict->move), "sentence", verdict->sentence,
                     "command", *verdict->command ? verdict->command : NULL);
}
