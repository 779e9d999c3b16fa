/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/job-rows.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/left.h"
#include "ui/model/utc.h"

/* ---- how far it got ---- */

struct got {
    size_t begun; /* steps that were begun and not undone */
    size_t done;
    const struct ft_store_job_step *now; /* the last that was begun */
};

static struct got
how_far(const struct ft_store_job_step *steps, size_t count)
{
    struct got got = { 0, 0, NULL };

    for (size_t i = 0; i < count; i++) {
        if (!strcmp(steps[i].state, "waiting") ||
            !strcmp(steps[i].state, "undone"))
            continue;
        got.begun++;
        got.done += !strcmp(steps[i].state, "done");
        got.now = &steps[i];
    }
    return got;
}

static bool
is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static const struct ft_store_job_step *
step_of_kind(const struct ft_store_job_step *steps, size_t count,
             const char *kind)
{
    for (size_t i = 0; i < count; i++)
        if (is(steps[i].kind, kind))
            return &steps[i];
    return NULL;
}

/* The engines need nobody from the moment on at which the primary has the pair. */
bool
ft_job_goes_on(const struct ft_store_job *job,
               const struct ft_store_job_step *steps, size_t count)
{
    const struct ft_store_job_step *primary =
        step_of_kind(steps, count, "primary");
    const struct ft_store_job_step *sync = step_of_kind(steps, count, "sync");

    if (!is(job->verb, "protect"))
        return false;
    return (primary && is(primary->state, "done")) ||
           (sync && !primary && !is(sync->state, "waiting")) ||
           (sync && is(sync->state, "started"));
}

/* ---- what it leaves ---- */

static void
left_protect(const struct ft_store_job *job,
             const struct ft_store_job_step *steps, size_t count,
             struct ft_job_left *left)
{
    const struct ft_store_job_step *primary =
        step_of_kind(steps, count, "primary");
    struct got got = how_far(steps, count);
    const char *vm = job->subject;

    if (ft_job_goes_on(job, steps, count)) {
        snprintf(left->goes_on, sizeof(left->goes_on),
                 "The hosts go on by themselves: they copy %.100s, which runs "
                 "on, and it is protected when that is done.",
                 vm);
        snprintf(left->next, sizeof(left->next),
                 "ftadmin status %.80s shows how far it is, ftadmin resume "
                 "%.80s attaches again, ftadmin rollback %.80s takes it back "
                 "until then, ftadmin unprotect %.80s ends it later",
                 vm, vm, vm, vm);
        return;
    }
    if (!got.begun)
        snprintf(left->goes_on, sizeof(left->goes_on),
                 "Nothing was made on any host: %.100s runs as before and is "
                 "not protected.",
                 vm);
    else if (primary && is(primary->state, "started"))
        snprintf(left->goes_on, sizeof(left->goes_on),
                 "Step %zu of %zu was being made: the hosts may have begun to "
                 "copy %.100s, which runs on.",
                 got.begun, count, vm);
    else
        snprintf(left->goes_on, sizeof(left->goes_on),
                 "%zu of %zu steps were made on the hosts%s. Nothing goes on by "
                 "itself: %.100s runs as before and is not protected.",
                 got.done, count, got.begun > got.done ? ", one in part" : "",
                 vm);
    snprintf(left->next, sizeof(left->next),
             "ftadmin resume %.80s goes on with it, ftadmin rollback %.80s takes "
             "it back",
             vm, vm);
}

static void
left_unprotect(const struct ft_store_job *job, const struct got *got,
               size_t count, struct ft_job_left *left)
{
    if (!got->begun)
        snprintf(left->goes_on, sizeof(left->goes_on),
                 "Nothing was taken away: %.100s is protected as before.",
                 job->subject);
    else
        snprintf(left->goes_on, sizeof(left->goes_on),
                 "%zu of %zu hosts were asked to let go of %.100s, and do that "
                 "by themselves; the others still hold their part. The VM goes "
                 "on where it runs.",
                 got->begun, FT_MAX(count, got->begun), job->subject);
    snprintf(left->next, sizeof(left->next),
             "ftadmin resume %.100s goes on with it", job->subject);
}

static void
left_rollback(const struct ft_store_job *job, const struct got *got,
              size_t count, struct ft_job_left *left)
{
    if (!got->done) /* the primary lets go first */
        snprintf(left->goes_on, sizeof(left->goes_on),
                 "Nothing was taken back yet: what protect has begun with %.100s "
                 "goes on, as far as the hosts do it by themselves.",
                 job->subject);
    else
        snprintf(left->goes_on, sizeof(left->goes_on),
                 "%zu of %zu steps were taken back. Nothing goes on by itself: "
                 "%.100s runs as before and is not protected.",
                 got->done, FT_MAX(count, got->begun), job->subject);
    snprintf(left->next, sizeof(left->next),
             "ftadmin rollback %.80s goes on with it, ftadmin resume %.80s "
             "makes it anew",
             job->subject, job->subject);
}

static void
left_switchover(const struct ft_store_job *job, struct ft_job_left *left)
{
    snprintf(left->goes_on, sizeof(left->goes_on),
             "The hosts do it or leave it by themselves: %.100s runs on one of "
             "them, and whether it moved is not known here.",
             job->subject);
    snprintf(left->next, sizeof(left->next),
             "ftadmin status %.100s shows where it runs", job->subject);
}

static void
left_start(const struct ft_store_job *job, struct ft_job_left *left)
{
    snprintf(left->goes_on, sizeof(left->goes_on),
             "The host that was asked starts %.100s by itself, and tries again "
             "where that fails.",
             job->subject);
    snprintf(left->next, sizeof(left->next),
             "ftadmin status %.100s shows whether it runs", job->subject);
}

static void
left_set(const struct ft_store_job *job, struct ft_job_left *left)
{
    snprintf(left->goes_on, sizeof(left->goes_on),
             "The hosts use what reached them; %.100s is protected all the "
             "while.",
             job->subject);
    snprintf(left->next, sizeof(left->next),
             "ftadmin set %.100s shows what the settings are now", job->subject);
}

static void
left_backup(const struct ft_store_job *job, struct ft_job_left *left)
{
    snprintf(left->goes_on, sizeof(left->goes_on),
             "Nothing goes on, and there is no backup: %.100s runs and is "
             "protected as before. Who died has left files whose names end in "
             ".part, which the next backup into the same place replaces.",
             job->subject);
    snprintf(left->next, sizeof(left->next),
             "ftadmin backup %.100s --output FILE begins anew", job->subject);
}

static void
left_fix(const struct ft_store_job *job, const struct got *got, size_t count,
         struct ft_job_left *left)
{
    bool undo = is(job->verb, "undo-fix");

    snprintf(left->goes_on, sizeof(left->goes_on),
             "%zu of %zu were %s. Nothing goes on by itself.", got->done,
             FT_MAX(count, got->begun),
             undo ? "taken back" : "done on the hosts, and stay");
    snprintf(left->next, sizeof(left->next),
             undo ? "ftadmin check %.100s --undo-fix goes on with it"
                  : "ftadmin check %.100s --fix goes on with it, ftadmin check "
                    "%.100s --undo-fix takes it back",
             job->subject, job->subject);
}

static void
left_host(const struct ft_store_job *job, struct ft_job_left *left)
{
    bool add = is(job->verb, "host add");

    snprintf(left->goes_on, sizeof(left->goes_on), "%s",
             is(job->verb, "host upgrade")
                 ? "A copy that is filled anew is filled to its end. Workers, "
                   "and hosts, that were not begun go on as they are."
             : is(job->verb, "maintenance")
                 ? "What the host was told holds; VMs that were not handed over "
                   "yet run where they ran."
             : add
                 ? "Nothing goes on by itself. The engine may be installed on "
                   "these hosts already; protected VMs are not touched by that."
                 : "Nothing goes on by itself. The engine may be gone from the "
                   "host already, which is still known here.");
    if (strlen(job->subject) > 300) /* half a name would be another one */
        snprintf(left->next, sizeof(left->next),
                 "ftadmin %s with the same hosts goes on with it", job->verb);
    else
        snprintf(left->next, sizeof(left->next),
                 "ftadmin %s %s goes on with it", job->verb, job->subject);
}

void
ft_job_left(const struct ft_store_job *job,
            const struct ft_store_job_step *steps, size_t count,
            struct ft_job_left *left)
{
    struct got got = how_far(steps, count);

    memset(left, 0, sizeof(*left));
    if (is(job->state, "done") || is(job->state, "partly") ||
        is(job->state, "failed"))
        return;
    if (is(job->verb, "protect"))
        left_protect(job, steps, count, left);
    else if (is(job->verb, "unprotect"))
        left_unprotect(job, &got, count, left);
    else if (is(job->verb, "rollback"))
        left_rollback(job, &got, count, left);
    else if (is(job->verb, "switchover") && is(job->state, "stopped"))
        return; /* its result says it */
    else if (is(job->verb, "switchover"))
        left_switchover(job, left);
    else if (is(job->verb, "start"))
        left_start(job, left);
    else if (is(job->verb, "verify"))
        snprintf(left->goes_on, sizeof(left->goes_on),
                 "The hosts compare to the end and %.100s goes on then; nothing "
                 "is changed by it.",
                 job->subject);
    else if (is(job->verb, "rehearse"))
        snprintf(left->goes_on, sizeof(left->goes_on),
                 "The rehearsal of %.100s goes on to its end there, and nothing "
                 "is left of it.",
                 job->subject);
    else if (is(job->verb, "backup"))
        left_backup(job, left);
    else if (is(job->verb, "witness"))
        snprintf(left->next, sizeof(left->next),
                 "ftadmin witness %.100s with the same host goes on with it",
                 job->subject);
    else if (is(job->verb, "set"))
        left_set(job, left);
    else if (is(job->verb, "fix") || is(job->verb, "undo-fix"))
        left_fix(job, &got, count, left);
    else
        left_host(job, left);
}

/* ---- rows ---- */

static void
format_progress(const struct ft_store_job *job, const struct got *got,
                size_t count, char *out, size_t size)
{
    int used = 0;

    *out = '\0';
    if (!is(job->state, "running") && *job->result) {
        snprintf(out, size, "%s", job->result);
        return;
    }
    if (got->begun)
        used = snprintf(out, size, "step %zu of %zu", got->begun,
                        FT_MAX(count, got->begun));
    if (is(job->state, "running") && job->total > 0 && got->now &&
        is(got->now->state, "started"))
        snprintf(out + used, size - (size_t)used, "%s%s %d %%",
                 used ? ", " : "", job->phase,
                 (int)(100.0 * (double)FT_MIN(job->done, job->total) /
                       (double)job->total));
}

static void
format_time(int64_t ms, char out[32])
{
    *out = '\0';
    if (ms)
        ft_format_utc(ms, out);
}

json_t *
ft_job_row(const struct ft_store_job *job,
           const struct ft_store_job_step *steps, size_t count, int64_t now_ms)
{
    struct got got = how_far(steps, count);
    bool running = is(job->state, "running");
    int64_t end = job->ended_at ? job->ended_at : now_ms;
    char what[FT_STORE_TEXT + 40], by[256], left[48], progress[FT_STORE_TEXT];
    char at[32], ended[32];

    snprintf(what, sizeof(what), "%s %s", job->verb, job->subject);
    snprintf(by, sizeof(by), "%s%s%s", job->who, *job->origin ? " from " : "",
             job->origin);
    ft_left_text(running ? job->left_from_s : -1, job->left_to_s, left);
    format_progress(job, &got, count, progress, sizeof(progress));
    format_time(job->started_at, at);
    format_time(job->ended_at, ended);
    return json_pack(
        "{s:I,s:s,s:o,s:o,s:s,s:s,s:s,s:s,s:f,s:f,s:o,s:s,s:o,s:I,s:I,s:I,"
        "s:s,s:I,s:I,s:I,s:o,s:o,s:I,s:b,s:o,s:o}",
        "id", (json_int_t)job->id, "verb", job->verb, "subject",
        ft_json_text(job->subject), "what", ft_json_text(what), "pair",
        job->pair, "state", job->state, "started", at, "ended", ended, "age_s",
        (double)FT_MAX(now_ms - job->started_at, INT64_C(0)) / 1000, "seconds",
        (double)FT_MAX(end - job->started_at, INT64_C(0)) / 1000, "progress",
        ft_json_text(progress), "left", left, "by", ft_json_text(by), "pid",
        (json_int_t)job->pid, "step", (json_int_t)got.begun, "steps",
        (json_int_t)FT_MAX(count, got.begun), "phase", job->phase, "done",
        (json_int_t)job->done, "total", (json_int_t)job->total, "bytes_per_s",
        (json_int_t)job->bytes_per_s, "left_from_s",
        running && job->left_from_s >= 0
            ? json_integer((json_int_t)job->left_from_s)
            : json_null(),
        "left_to_s",
        running && job->left_to_s >= 0 ? json_integer((json_int_t)job->left_to_s)
                                       : json_null(),
        "continues", (json_int_t)job->continues, "stopping",
        running && job->stop, "result", ft_json_text(job->result), "hint",
        ft_json_text(job->hint));
}

static json_t *
step_row(const struct ft_store_job_step *step, int64_t now_ms)
{
    int64_t end = step->ended_at ? step->ended_at : now_ms;

    return json_pack("{s:I,s:s,s:o,s:s,s:o}", "step",
                     (json_int_t)step->ordinal + 1, "kind", step->kind, "text",
                     ft_json_text(step->text), "state", step->state, "seconds",
                     step->started_at
                         ? json_real((double)(end - step->started_at) / 1000)
                         : json_null());
}

static json_t *
step_rows(const struct ft_store_job *job, const struct ft_store_job_step *steps,
          size_t count, int64_t now_ms)
{
    json_t *rows = json_array();
    int64_t now = job->ended_at ? job->ended_at : now_ms;

    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, step_row(&steps[i], now));
    return rows;
}

json_t *
ft_job_record(const struct ft_store_job *job,
              const struct ft_store_job_step *steps, size_t count,
              int64_t now_ms)
{
    json_t *record = ft_job_row(job, steps, count, now_ms);
    struct ft_job_left left;

    if (!record)
        return NULL;
    ft_job_left(job, steps, count, &left);
    json_object_set_new(record, "goes_on",
                        *left.goes_on ? ft_json_text(left.goes_on)
                                      : json_null());
    json_object_set_new(record, "next",
                        *left.next ? ft_json_text(left.next) : json_null());
    json_object_set_new(record, "step_list",
                        step_rows(job, steps, count, now_ms));
    return record;
}

json_t *
ft_job_line_row(const struct ft_store_job_line *line)
{
    char at[32];

    format_time(line->at, at);
    return json_pack("{s:I,s:s,s:o,s:o,s:I,s:I,s:o}", "id", (json_int_t)line->id,
                     "at", at, "host", ft_json_text(line->host), "command",
                     ft_json_text(line->command), "status",
                     (json_int_t)line->status, "ms", (json_int_t)line->ms,
                     "text", ft_json_text(line->text));
}
