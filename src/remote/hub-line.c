/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "remote/hub-private.h"

void
ft_hub_line_close(struct ft_hub_line *line)
{
    ft_control_close(line->control);
    ft_ssh_close(line->ssh);
    ft_control_request_free(line->out, line->out_size);
    memset(line, 0, sizeof(*line));
}

int
ft_hub_line_ask(struct ft_hub_line *line, int64_t now)
{
    line->asked_ns = now;
    if (line->out != NULL)
        return 0; /* what is stuck is as good a question */
    return ft_control_request(0, "hello", NULL, &line->out, &line->out_size,
                              NULL);
}

/* There cannot be more than open requests: those here go out before others. */
void
ft_hub_line_unwant(struct ft_hub_line *line, uint64_t ticket)
{
    if (line->unwanted_count < FT_HUB_OPEN_MAX)
        line->unwanted[line->unwanted_count++] = ticket;
}

/* Of id 0: nobody waits for the answer, and an old engine's is a refusal. */
bool
ft_hub_line_cancel(struct ft_hub_line *line)
{
    uint64_t ticket;

    if (line->out != NULL || line->unwanted_count == 0)
        return false;
    ticket = line->unwanted[--line->unwanted_count];
    return ft_control_request(0, "cancel",
                              json_pack("{s:I}", "id", (json_int_t)ticket),
                              &line->out, &line->out_size, NULL) == 0;
}

int
ft_hub_line_flush(struct ft_hub_line *line, struct ft_error *err)
{
    ssize_t n = 1;

    while (line->out_sent < line->out_size && n > 0) {
        n = ft_control_give(line->control, line->out + line->out_sent,
                            line->out_size - line->out_sent);
        if (n < 0)
            return ft_reach_fail(err, FT_REACH_LOST, NULL,
                                 "%s: the connection to the engine was lost",
                                 ft_ssh_name(line->ssh));
        line->out_sent += n;
    }
    if (line->out_sent < line->out_size)
        return 0;
    ft_control_request_free(line->out, line->out_size);
    line->out = NULL;
    line->out_size = line->out_sent = 0;
    return 0;
}
