/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What those who carry something out say of it, and ask. */
#include "config.h"

#include "protect/protect-private.h"

bool
ft_progress_interrupted(const struct ft_progress *progress)
{
    return progress != NULL && progress->interrupted != NULL &&
           progress->interrupted(progress->data) != 0;
}

void
ft_progress_note(const struct ft_progress *progress, const char *text)
{
    if (progress != NULL && progress->note != NULL)
        progress->note(progress->data, text);
}

const char *
ft_step_state_name(enum ft_step_state state)
{
    static const char *const names[] = {
        [FT_STEP_STARTED] = "started", [FT_STEP_DONE] = "done",
        [FT_STEP_FAILED] = "failed",   [FT_STEP_UNDONE] = "undone",
        [FT_STEP_SKIPPED] = "skipped",
    };

    return (unsigned)state <= FT_STEP_SKIPPED ? names[state] : "unknown";
}
