/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ui/text/bar.h"
#include "ui/text/text.h"

#define LINE_MAX_COLUMNS 120

size_t
ft_cli_width(FILE *stream)
{
    struct winsize window;

    if (!isatty(fileno(stream)))
        return SIZE_MAX;
    if (ioctl(fileno(stream), TIOCGWINSZ, &window) < 0 || !window.ws_col)
        return 80;
    return window.ws_col;
}

void
ft_cli_progress_end(struct ft_cli_progress *self)
{
    if (self->line_open)
        putc('\n', self->cli->messages);
    self->line_open = false;
    *self->phase = '\0';
}

static void
on_step(void *data, size_t index, size_t count, const char *description,
        enum ft_step_state state)
{
    struct ft_cli_progress *self = data;

    ft_cli_progress_end(self);
    if (state == FT_STEP_STARTED)
        ft_cli_note(self->cli, "[%zu/%zu] %s", index + 1, count, description);
    else if (state == FT_STEP_FAILED || state == FT_STEP_UNDONE)
        ft_cli_note(self->cli, "[%zu/%zu] %s: %s", index + 1, count,
                    ft_step_state_name(state), description);
}

/* Notes that a phase begins; nonzero when it just did. */
static int
begin_phase(struct ft_cli_progress *self, const char *phase)
{
    if (!strcmp(self->phase, phase))
        return 0;
    ft_cli_progress_end(self);
    snprintf(self->phase, sizeof(self->phase), "%s", phase);
    memset(&self->left, 0, sizeof(self->left));
    return 1;
}

static void
on_bytes(void *data, const char *phase, uint64_t done, uint64_t total,
         uint64_t bytes_per_s)
{
    struct ft_cli_progress *self = data;
    char line[LINE_MAX_COLUMNS * 2];
    char total_text[16];
    int began = begin_phase(self, phase);
    struct ft_bar bar = { phase, done, total, bytes_per_s, -1, -1 };

    if (!self->terminal) {
        ft_format_bytes(total, total_text);
        if (began)
            ft_cli_note(self->cli, "      %s: %s", phase, total_text);
        return;
    }
    ft_left_add(&self->left, ft_clock_ns(), done, total);
    ft_left_range(&self->left, &bar.left_from_s, &bar.left_to_s);
    if (!bar.bytes_per_s)
        bar.bytes_per_s = ft_left_rate(&self->left);
    ft_text_bar(&bar, FT_MIN(ft_cli_width(stderr), (size_t)LINE_MAX_COLUMNS) - 7,
                line, sizeof(line));
    fprintf(self->cli->messages, "\r      %s\033[K", line);
    fflush(self->cli->messages);
    self->line_open = true;
}

static void
on_note(void *data, const char *text)
{
    struct ft_cli_progress *self = data;

    ft_cli_progress_end(self);
    ft_cli_note(self->cli, "      %s", text);
}

bool
ft_cli_draws_bars(const struct ft_cli *cli)
{
    const char *term = getenv("TERM");

    return isatty(fileno(cli->messages)) && term && strcmp(term, "dumb");
}

struct ft_progress
ft_cli_progress_start(struct ft_cli_progress *self, struct ft_cli *cli)
{
    struct ft_progress progress = {
        .step = on_step,
        .bytes = on_bytes,
        .note = on_note,
        .data = self,
    };

    memset(self, 0, sizeof(*self));
    self->cli = cli;
    self->terminal = ft_cli_draws_bars(cli);
    return progress;
}

void
ft_cli_say_left(struct ft_cli *cli, const struct ft_job_outcome *outcome)
{
    if (*outcome->left.goes_on)
        ft_cli_note(cli, "%s", outcome->left.goes_on);
    if (*outcome->left.next)
        ft_cli_note(cli, "  %s", outcome->left.next);
}
