/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An unfinished protect is taken back, by whoever comes after it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "protect/protect-private.h"

struct rollback {
    const struct ft_progress *progress;
    struct ft_rollback_result *result;
};

static void
on_step(void *data, size_t index, size_t count, const struct ft_found *found,
        const char *text, enum ft_step_state state)
{
    struct rollback *rollback = data;
    const struct ft_progress *progress = rollback->progress;

    rollback->result->released |=
        found->kind == FT_STEP_RELEASE && state == FT_STEP_SKIPPED;
    if (progress != NULL && progress->step != NULL)
        progress->step(progress->data, index, count, text,
                       state == FT_STEP_UNDONE ? FT_STEP_DONE : state);
}

/* A host is named once, with the first reason. */
static void
on_left(void *data, const struct ft_found *found, const char *text,
        const struct ft_error *why)
{
    struct ft_rollback_result *result = ((struct rollback *)data)->result;

    (void)text;
    for (size_t i = 0; i < result->left_count; i++)
        if (strcmp(result->left[i], found->host) == 0)
            return;
    if (result->left_count == FT_FOUND_MAX)
        return;
    strcpy(result->left[result->left_count], found->host);
    result->errors[result->left_count++] = *why;
}

static void
on_note(void *data, const char *text)
{
    ft_progress_note(((struct rollback *)data)->progress, text);
}

static int
on_interrupted(void *data)
{
    return ft_progress_interrupted(((struct rollback *)data)->progress);
}

static int
undo(struct ft_fleet *fleet, const struct ft_journal_entry *entry,
     struct rollback *rollback, const struct ft_journal_ops *journal,
     struct ft_error *err)
{
    const struct ft_undo_watch watch = { .step = on_step,
                                         .left = on_left,
                                         .note = on_note,
                                         .interrupted = on_interrupted,
                                         .data = rollback };
    size_t left = 0;
    int rc = ft_undo_all(fleet, entry, journal, &watch, &left, err);

    if (rc == -EPERM)
        ft_protect_end(fleet, entry, journal, NULL);
    if (rc < 0)
        return rc;
    return journal->end(journal->data, entry,
                        left > 0 ? FT_JOURNAL_PARTLY : FT_JOURNAL_ROLLED_BACK,
                        err);
}

int
ft_protect_can_roll_back(const struct ft_journal_entry *entry,
                         struct ft_error *err)
{
    return strcmp(entry->verb, "protect") == 0
               ? 0
               : ft_fail(err, EPERM, "ftadmin resume goes on with it.",
                         "%s: it is its %s that is not finished, which is not "
                         "taken back",
                         entry->vm, entry->verb);
}

int
ft_protect_rollback(struct ft_fleet *fleet, const struct ft_journal_entry *entry,
                    const struct ft_progress *progress,
                    const struct ft_journal_ops *journal,
                    struct ft_rollback_result *result, struct ft_error *err)
{
    struct rollback rollback = { progress, result };
    int rc = ft_protect_can_roll_back(entry, err);

    memset(result, 0, sizeof(*result));
    return rc < 0 ? rc : undo(fleet, entry, &rollback, journal, err);
}
