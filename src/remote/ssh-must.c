/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that must not fail: what one that does has said becomes the error.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "remote/ssh-private.h"

/* The last line of text that says something. */
static void
last_line(const char *text, char *out, size_t size)
{
    size_t end = text != NULL ? strlen(text) : 0;
    size_t begin;

    while (end > 0 && strchr(" \t\r\n", text[end - 1]) != NULL)
        end--;
    begin = end;
    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    snprintf(out, size, "%.*s", (int)(end - begin),
             text != NULL ? text + begin : "");
}

static int
must_failed(struct ft_ssh *ssh, const struct ft_ssh_result *result,
            struct ft_error *err)
{
    char line[300];

    last_line(result->errors, line, sizeof(line));
    if (result->status < 0 && !ft_ssh_alive(ssh)) /* its output ended with it */
        return ft_ssh_lost(ssh, err);
    if (!ft_ssh_is_root(ssh) && result->errors != NULL &&
        strstr(result->errors, "sudo:") != NULL)
        return ft_reach_fail(err, FT_REACH_NO_SUDO, NULL,
                             "%s: no root there: %s", ssh->destination, line);
    return ft_fail(err, EREMOTEIO, NULL, "%s: %s (status %d)", ssh->destination,
                   *line != '\0' ? line : "a command failed", result->status);
}

static int
must(struct ft_ssh *ssh, const char *command, const struct ft_ssh_input *input,
     int timeout_ms, char **out, struct ft_error *err)
{
    struct ft_ssh_result result;
    int rc = ft_ssh_run_fed(ssh, command, input, timeout_ms, &result, err);

    if (rc == 0 && result.status != 0)
        rc = must_failed(ssh, &result, err);
    if (rc == 0 && out != NULL)
        *out = FT_STEAL(result.out);
    ft_ssh_result_free(&result);
    return rc;
}

int
ft_ssh_must_feed(struct ft_ssh *ssh, const char *command,
                 const struct ft_ssh_input *input, char **out,
                 struct ft_error *err)
{
    return must(ssh, command, input, 0, out, err);
}

int
ft_ssh_must_within(struct ft_ssh *ssh, const char *command, int timeout_ms,
                   char **out, struct ft_error *err)
{
    struct ft_ssh_input nothing = { .size = 0 };

    return must(ssh, command, &nothing, timeout_ms, out, err);
}

int
ft_ssh_must(struct ft_ssh *ssh, const char *command, char **out,
            struct ft_error *err)
{
    return ft_ssh_must_within(ssh, command, 0, out, err);
}
