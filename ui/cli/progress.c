/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/progress.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ui/cli/interrupt.h"
#include "ui/text/text.h"

#define LINE_MAX_COLUMNS 120

static void
format_left(uint64_t seconds, char *out, size_t size)
{
    if (seconds < 60)
        snprintf(out, size, ", %" PRIu64 " s left", seconds);
    else if (seconds < 3600)
        snprintf(out, size, ", %" PRIu64 ":%02" PRIu64 " min left",
                 seconds / 60, seconds % 60);
    else
        snprintf(out, size, ", %" PRIu64 ":%02" PRIu64 " h left",
                 seconds / 3600, seconds / 60 % 60);
}

static void
format_numbers(uint64_t done, uint64_t total, uint64_t rate, char *out,
               size_t size)
{
    char done_text[16], total_text[16], rate_text[16], left[40] = "";

    ft_format_bytes(done, done_text);
    ft_format_bytes(total, total_text);
    ft_format_bytes(rate, rate_text);
    if (rate)
        format_left((total - done) / rate, left, sizeof(left));
    snprintf(out, size, "%3d%% %s of %s%s%s%s%s",
             total ? (int)((double)done * 100 / total) : 100, done_text,
             total_text, rate ? ", " : "", rate ? rate_text : "",
             rate ? "/s" : "", left);
}

void
ft_cli_bar(const char *phase, uint64_t done, uint64_t total,
           uint64_t bytes_per_s, size_t width, char *out, size_t size)
{
    char numbers[128], bar[64];
    size_t cells, filled;

    done = FT_MIN(done, total);
    format_numbers(done, total, bytes_per_s, numbers, sizeof(numbers));
    cells = strlen(phase) + strlen(numbers) + 6;
    cells = width > cells ? FT_MIN(width - cells, (size_t)40) : 0;
    filled = total ? (size_t)((double)done / total * cells) : cells;
    memset(bar, '#', filled);
    memset(bar + filled, '.', cells - filled);
    bar[cells] = '\0';
    if (cells >= 8)
        snprintf(out, size, "%s [%s] %s", phase, bar, numbers);
    else
        snprintf(out, size, "%s %s", phase, numbers);
}

static size_t
terminal_width(void)
{
    struct winsize window;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) < 0 || !window.ws_col)
        return 80;
    return FT_MIN((size_t)window.ws_col, (size_t)LINE_MAX_COLUMNS);
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

/* Notes where a phase begins; nonzero when it just did. */
static int
begin_phase(struct ft_cli_progress *self, const char *phase, uint64_t done)
{
    if (!strcmp(self->phase, phase))
        return 0;
    ft_cli_progress_end(self);
    snprintf(self->phase, sizeof(self->phase), "%s", phase);
    self->phase_began_ns = ft_clock_ns();
    self->phase_began_bytes = done;
    return 1;
}

/* Bytes per second since the phase began, for those who do not tell it. */
static uint64_t
own_rate(const struct ft_cli_progress *self, uint64_t done)
{
    int64_t elapsed = ft_clock_ns() - self->phase_began_ns;

    if (elapsed < FT_NS_PER_S / 2 || done <= self->phase_began_bytes)
        return 0;
    return (uint64_t)((double)(done - self->phase_began_bytes) * FT_NS_PER_S /
                      elapsed);
}

static void
on_bytes(void *data, const char *phase, uint64_t done, uint64_t total,
         uint64_t bytes_per_s)
{
    struct ft_cli_progress *self = data;
    char line[LINE_MAX_COLUMNS * 2];
    char total_text[16];
    int began = begin_phase(self, phase, done);

    if (!self->terminal) {
        ft_format_bytes(total, total_text);
        if (began)
            ft_cli_note(self->cli, "      %s: %s", phase, total_text);
        return;
    }
    ft_cli_bar(phase, done, total,
               bytes_per_s ? bytes_per_s : own_rate(self, done),
               terminal_width() - 7, line, sizeof(line));
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

struct ft_progress
ft_cli_progress_start(struct ft_cli_progress *self, struct ft_cli *cli)
{
    const char *term = getenv("TERM");
    struct ft_progress progress = {
        .step = on_step,
        .bytes = on_bytes,
        .note = on_note,
        .interrupted = ft_cli_interrupted,
        .data = self,
    };

    memset(self, 0, sizeof(*self));
    self->cli = cli;
    self->terminal =
        isatty(fileno(cli->messages)) && term && strcmp(term, "dumb");
    return progress;
}
