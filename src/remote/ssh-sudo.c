/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Becoming root on a host where we have logged in as somebody else: by sudo(8),
 * without a password where that is allowed, else with one. It is written to
 * sudo's stdin, before anything that is for the command; -k makes sudo ask
 * every time, so that it never ends up as the command's input.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "remote/secret.h"
#include "remote/ssh-private.h"

#define TRIES 3
#define TIMEOUT_MS 30000

static const char without[] = "exec env LC_ALL=C sudo -k -n -- sh -c :";
static const char with[] = "exec env LC_ALL=C sudo -k -S -p '' -- sh -c :";

/* The last line that sudo, or a shell without it, has to say. */
static void
last_words(const char *text, char *out, size_t size)
{
    const char *line = text != NULL ? text : "";
    size_t end = strlen(line);

    while (end > 0 && strchr(" \r\n", line[end - 1]) != NULL)
        end--;
    for (size_t i = end; i > 0; i--)
        if (line[i - 1] == '\n') {
            line += i;
            end -= i;
            break;
        }
    snprintf(out, size, "%.*s", (int)FT_MIN(end, size - 1), line);
}

static bool
wants_password(const char *words)
{
    return strstr(words, "password is required") != NULL ||
           strstr(words, "a terminal is required") != NULL ||
           strstr(words, "no tty present") != NULL;
}

static bool
is_final(const char *words)
{
    return strstr(words, "not allowed") != NULL ||
           strstr(words, "not in the sudoers") != NULL;
}

static int
no_sudo(struct ft_ssh *self, const char *words, struct ft_error *err)
{
    return ft_reach_fail(err, FT_REACH_NO_SUDO, NULL, "%s: no root there: %s",
                         self->destination,
                         *words != '\0' ? words : "sudo does not say why");
}

/* 1 when the command ran as root, 0 when not, with sudo's words; -errno. */
static int
try_sudo(struct ft_ssh *self, const char *line, const char *secret, char *words,
         size_t size, struct ft_error *err)
{
    struct ft_ssh_result result;
    int rc = ft_ssh_run_line(self, line, secret, TIMEOUT_MS, &result, err);

    last_words(result.errors, words, size);
    if (rc == 0)
        rc = result.status == 0;
    /* Not sudo's words, but those of a shell that is none. */
    if (rc == 0 && ft_reach_of_end(result.status, result.errors, result.out) ==
                       FT_REACH_SHELL_UNUSABLE) {
        last_words(result.out, words, size);
        rc = ft_reach_fail(err, FT_REACH_SHELL_UNUSABLE, NULL,
                           "%s: commands cannot be run there: it says \"%s\" "
                           "(status %d)",
                           self->destination, words, result.status);
    }
    ft_ssh_result_free(&result);
    return rc;
}

/* Fills secret: what was typed to log in, then what is typed now. */
static bool
next_secret(struct ft_ssh *self, int attempt, char *secret)
{
    char prompt[640];

    if (attempt == 0 && self->password != NULL) {
        memcpy(secret, self->password, FT_SECRET_MAX);
        return true;
    }
    snprintf(prompt, sizeof(prompt),
             "Password of %s for sudo at %s: ", self->user, self->host);
    return self->prompts.secret != NULL &&
           self->prompts.secret(self->prompts.data, prompt, secret,
                                FT_SECRET_MAX) == 0;
}

static int
ask_for_sudo(struct ft_ssh *self, char *words, size_t size, struct ft_error *err)
{
    char *secret = ft_secret_new();
    int tried = 0;
    int rc = secret == NULL ? ft_fail(err, ENOMEM, NULL, "out of memory") : 0;

    for (int i = 0; rc == 0 && i < TRIES; i++) {
        if (!next_secret(self, i, secret))
            break;
        rc = try_sudo(self, with, secret, words, size, err);
        tried++;
        if (rc == 0 && is_final(words))
            break;
    }
    if (rc > 0) {
        self->root = FT_ROOT_SECRET;
        ft_secret_free(self->secret);
        self->secret = FT_STEAL(secret);
    }
    ft_secret_free(secret);
    if (rc == 0 && tried > 0 && !is_final(words))
        return no_sudo(self, "sudo does not take the password", err);
    if (rc == 0)
        return no_sudo(self, words, err);
    return rc > 0 ? 0 : rc;
}

static int
find_way(struct ft_ssh *self, struct ft_error *err)
{
    char words[300];
    int rc;

    if (ft_ssh_is_root(self)) {
        self->root = FT_ROOT_SELF;
        return 0;
    }
    rc = try_sudo(self, without, NULL, words, sizeof(words), err);
    if (rc > 0)
        self->root = FT_ROOT_SUDO;
    else if (rc == 0 && wants_password(words))
        rc = ask_for_sudo(self, words, sizeof(words), err);
    else if (rc == 0)
        rc = no_sudo(self, words, err);
    /* What logged us in is of no more use. */
    ft_secret_free(FT_STEAL(self->password));
    return rc > 0 ? 0 : rc;
}

int
ft_ssh_become_root(struct ft_ssh *self, struct ft_error *err)
{
    int rc = 0;

    if (self->root == FT_ROOT_UNKNOWN) {
        rc = find_way(self, &self->root_error);
        if (rc < 0 && !ft_reach_may_retry(ft_reach_of(&self->root_error)))
            self->root = FT_ROOT_REFUSED;
    }
    if (rc < 0 || self->root == FT_ROOT_REFUSED) {
        if (err != NULL)
            *err = self->root_error;
        return -self->root_error.code;
    }
    return 0;
}
