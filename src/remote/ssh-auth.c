/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logging in: what the server offers, in OpenSSH's order (public keys of the
 * agent and of files, keyboard-interactive, password).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "remote/ssh-private.h"

#define PASSWORD_TRIES 3 /* NumberOfPasswordPrompts of ssh_config(5) */
#define PARTIAL_MAX 4    /* factors one after the other */

static void
note_tried(struct ft_ssh *self, const char *method)
{
    size_t used = strlen(self->tried);

    if (strstr(self->tried, method) == NULL)
        snprintf(self->tried + used, sizeof(self->tried) - used, "%s%s",
                 used > 0 ? ", " : "", method);
}

/* 0 with a secret, -errno without. */
static int
ask(struct ft_ssh *self, const char *prompt, char *out, size_t size)
{
    int rc;

    if (self->prompts.secret == NULL || self->cancelled)
        return -ECANCELED;
    memset(out, 0, size);
    rc = self->prompts.secret(self->prompts.data, prompt, out, size);
    if (rc < 0)
        self->cancelled = true;
    return rc;
}

static int
try_keys(struct ft_ssh *self)
{
    note_tried(self, "public keys");
    return ssh_userauth_publickey_auto(self->session, NULL, NULL);
}

static int
try_password(struct ft_ssh *self)
{
    char secret[FT_SSH_SECRET_MAX];
    char prompt[640];
    int rc = SSH_AUTH_DENIED;

    snprintf(prompt, sizeof(prompt), "Password of %s at %s: ", self->user,
             self->host);
    for (int i = 0; i < PASSWORD_TRIES && rc == SSH_AUTH_DENIED; i++) {
        if (ask(self, prompt, secret, sizeof(secret)) < 0)
            break;
        note_tried(self, "password");
        rc = ssh_userauth_password(self->session, NULL, secret);
    }
    explicit_bzero(secret, sizeof(secret));
    return rc;
}

/* Answers the prompts of one round; -1 when the user gave up. */
static int
answer_prompts(struct ft_ssh *self)
{
    int count = ssh_userauth_kbdint_getnprompts(self->session);
    char secret[FT_SSH_SECRET_MAX];
    char text[640];
    int rc = 0;

    for (int i = 0; i < count && rc == 0; i++) {
        char echo = 0;
        const char *prompt =
            ssh_userauth_kbdint_getprompt(self->session, i, &echo);

        snprintf(text, sizeof(text), "%s@%s: %s", self->user, self->host,
                 prompt != NULL ? prompt : "");
        rc = ask(self, text, secret, sizeof(secret));
        if (rc == 0)
            rc = ssh_userauth_kbdint_setanswer(self->session, i, secret);
    }
    explicit_bzero(secret, sizeof(secret));
    return rc;
}

static int
try_interactive(struct ft_ssh *self)
{
    int rc = SSH_AUTH_DENIED;

    for (int i = 0; i < PASSWORD_TRIES && rc == SSH_AUTH_DENIED; i++) {
        if (self->prompts.secret == NULL || self->cancelled)
            return SSH_AUTH_DENIED;
        rc = ssh_userauth_kbdint(self->session, NULL, NULL);
        for (int round = 0; rc == SSH_AUTH_INFO && round < 10; round++) {
            if (answer_prompts(self) != 0)
                return SSH_AUTH_DENIED;
            note_tried(self, "keyboard-interactive");
            rc = ssh_userauth_kbdint(self->session, NULL, NULL);
        }
    }
    return rc;
}

/* One pass over all methods the server offers now. */
static int
try_all(struct ft_ssh *self)
{
    static const struct {
        int method;
        int (*try_it)(struct ft_ssh *);
    } ways[] = {
        { SSH_AUTH_METHOD_PUBLICKEY, try_keys },
        { SSH_AUTH_METHOD_INTERACTIVE, try_interactive },
        { SSH_AUTH_METHOD_PASSWORD, try_password },
    };
    int offered = ssh_userauth_list(self->session, NULL);
    int rc = SSH_AUTH_DENIED;

    for (size_t i = 0; i < FT_ARRAY_SIZE(ways) && rc == SSH_AUTH_DENIED; i++)
        if (offered & ways[i].method)
            rc = ways[i].try_it(self);
    return rc;
}

static void
list_offered(ssh_session session, char *out, size_t size)
{
    int offered = ssh_userauth_list(session, NULL);

    snprintf(out, size, "%s%s%s",
             offered & SSH_AUTH_METHOD_PUBLICKEY ? " public keys" : "",
             offered & SSH_AUTH_METHOD_INTERACTIVE ? " keyboard-interactive"
                                                   : "",
             offered & SSH_AUTH_METHOD_PASSWORD ? " password" : "");
    if (*out == '\0')
        snprintf(out, size, " nothing we know");
}

static int
refused(struct ft_ssh *self, struct ft_error *err)
{
    char offered[128];
    char hint[512];

    list_offered(self->session, offered, sizeof(offered));
    snprintf(hint, sizeof(hint),
             "Put your key there: ssh-copy-id -p %u %.100s@%.100s; "
             "or give another user, key or password.",
             self->port, self->user, self->host);
    return ft_reach_fail(err, FT_REACH_LOGIN_REFUSED, hint,
                         "%s did not let %s in%s; tried: %s; it offers:%s",
                         self->destination, self->user,
                         self->cancelled && strstr(self->tried, "word") == NULL
                             ? " (no password was given)"
                             : "",
                         *self->tried != '\0' ? self->tried : "nothing",
                         offered);
}

int
ft_ssh_authenticate(struct ft_ssh *self, struct ft_error *err)
{
    int rc = ssh_userauth_none(self->session, NULL);

    for (int i = 0;
         i < PARTIAL_MAX && (rc == SSH_AUTH_DENIED || rc == SSH_AUTH_PARTIAL);
         i++) {
        rc = try_all(self);
        if (rc != SSH_AUTH_PARTIAL)
            break;
    }
    if (rc == SSH_AUTH_SUCCESS)
        return 0;
    if (rc == SSH_AUTH_ERROR && !ssh_is_connected(self->session))
        return ft_reach_fail(
            err, FT_REACH_LOGIN_REFUSED,
            "Its sshd may have MaxAuthTries or a limit on failures: look at "
            "its log.",
            "%s closed the connection while %s logged in; tried: %s",
            self->destination, self->user,
            *self->tried != '\0' ? self->tried : "nothing");
    return refused(self, err);
}
