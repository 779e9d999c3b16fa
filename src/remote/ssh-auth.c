/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logging in: what the server offers, in OpenSSH's order (public keys of the
 * agent and of files, keyboard-interactive, password).
 */
#include "config.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "remote/secret.h"
#include "remote/ssh-private.h"

#define PASSWORD_TRIES 3 /* NumberOfPasswordPrompts of ssh_config(5) */
#define ROUNDS_MAX 10    /* of questions in one attempt */
#define PARTIAL_MAX 4    /* factors one after the other */
#define ANSWER_S 60      /* of a server that asks others, or somebody's phone */

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

/* ---- certificates: libssh tries plain keys by itself, and only them ---- */

struct pair {
    struct ft_ssh *self;
    const char *key;
    const char *certificate;
};

static int
ask_passphrase(const char *prompt, char *out, size_t size, int echo, int verify,
               void *data)
{
    const struct pair *pair = data;
    char text[640];

    (void)prompt;
    (void)echo;
    (void)verify;
    snprintf(text, sizeof(text), "Passphrase for key %s: ", pair->key);
    return ask(pair->self, text, out, size) == 0 ? 0 : -1;
}

/* The server would take the certificate: now with the key it is for. */
static int
prove(struct pair *pair, ssh_key certificate)
{
    ssh_key key = NULL;
    int rc = SSH_AUTH_DENIED;

    if (ssh_pki_import_privkey_file(pair->key, NULL, ask_passphrase, pair,
                                    &key) != SSH_OK)
        return SSH_AUTH_DENIED;
    if (ssh_pki_copy_cert_to_privkey(certificate, key) == SSH_OK)
        rc = ssh_userauth_publickey(pair->self->session, NULL, key);
    ssh_key_free(key);
    return rc;
}

static int
try_pair(struct pair *pair)
{
    ssh_key certificate = NULL;
    int rc = SSH_AUTH_DENIED;

    if (access(pair->certificate, R_OK) != 0 || access(pair->key, R_OK) != 0 ||
        ssh_pki_import_cert_file(pair->certificate, &certificate) != SSH_OK)
        return SSH_AUTH_DENIED;
    note_tried(pair->self, "certificates");
    rc = ssh_userauth_try_publickey(pair->self->session, NULL, certificate);
    if (rc == SSH_AUTH_SUCCESS)
        rc = prove(pair, certificate);
    ssh_key_free(certificate);
    return rc == SSH_AUTH_ERROR ? SSH_AUTH_DENIED : rc; /* the next may do */
}

/* ~ is the home folder; a % token that is left is for ssh(1) only. */
static void
expand_home(const char *path, char *out, size_t size)
{
    struct passwd user, *found = NULL;
    char room[4096];

    if (strncmp(path, "~/", 2) == 0 &&
        getpwuid_r(getuid(), &user, room, sizeof(room), &found) == 0 &&
        found != NULL)
        snprintf(out, size, "%s%s", found->pw_dir, path + 1);
    else
        snprintf(out, size, "%s", path);
}

/* given NULL: the certificate beside the key. */
static int
try_key_file(struct ft_ssh *self, const char *path, const char *given)
{
    char key[FT_SSH_CONFIG_PATH * 2];
    char certificate[FT_SSH_CONFIG_PATH * 2 + 16];
    struct pair pair = { self, key, certificate };

    expand_home(path, key, sizeof(key));
    if (given != NULL)
        expand_home(given, certificate, sizeof(certificate));
    else
        snprintf(certificate, sizeof(certificate), "%s-cert.pub", key);
    return try_pair(&pair);
}

/*
 * Those beside the keys, and each CertificateFile with the IdentityFile in the
 * same place of their order: libssh cannot tell which key one belongs to, and
 * every wrong guess is a login that fails.
 */
static int
try_certificates(struct ft_ssh *self)
{
    const struct ft_ssh_config *c = &self->config;
    int rc = SSH_AUTH_DENIED;

    if (*self->identity != '\0')
        rc = try_key_file(self, self->identity, NULL);
    for (size_t i = 0; rc == SSH_AUTH_DENIED && i < c->identity_count; i++) {
        if (i < c->certificate_count)
            rc = try_key_file(self, c->identities[i], c->certificates[i]);
        if (rc == SSH_AUTH_DENIED)
            rc = try_key_file(self, c->identities[i], NULL);
    }
    return rc;
}

static int
try_keys(struct ft_ssh *self)
{
    int rc = try_certificates(self);

    if (rc != SSH_AUTH_DENIED)
        return rc;
    note_tried(self, "public keys");
    return ssh_userauth_publickey_auto(self->session, NULL, NULL);
}

/*
 * Whether a secret is right is often asked of a third, and a wrong one delayed
 * on purpose: that takes longer than a packet. Counts until the login ends.
 */
static void
be_patient(struct ft_ssh *self)
{
    long seconds = ANSWER_S;

    if (self->timeout_s < seconds)
        ssh_options_set(self->session, SSH_OPTIONS_TIMEOUT, &seconds);
}

/* The password that was right may be the one for sudo as well. */
static void
keep_password(struct ft_ssh *self, const char *secret)
{
    if (ft_ssh_is_root(self))
        return;
    self->password = ft_secret_new();
    if (self->password != NULL)
        memcpy(self->password, secret, FT_SECRET_MAX);
}

static void
forget_password(struct ft_ssh *self)
{
    ft_secret_free(self->password);
    self->password = NULL;
}

static int
try_password(struct ft_ssh *self)
{
    char *secret = ft_secret_new();
    char prompt[640];
    int rc = SSH_AUTH_DENIED;

    if (secret == NULL)
        return SSH_AUTH_DENIED;
    snprintf(prompt, sizeof(prompt), "Password of %s at %s: ", self->user,
             self->host);
    for (int i = 0; i < PASSWORD_TRIES && rc == SSH_AUTH_DENIED; i++) {
        if (ask(self, prompt, secret, FT_SECRET_MAX) < 0)
            break;
        note_tried(self, "password");
        be_patient(self);
        rc = ssh_userauth_password(self->session, NULL, secret);
    }
    if (rc == SSH_AUTH_SUCCESS && self->password == NULL)
        keep_password(self, secret);
    ft_secret_free(secret);
    return rc;
}

/* Answers the prompts of one round; -1 when the user gave up. */
static int
answer_prompts(struct ft_ssh *self)
{
    int count = ssh_userauth_kbdint_getnprompts(self->session);
    char *secret = ft_secret_new();
    char text[640];
    int rc = secret != NULL ? 0 : -ENOMEM;

    for (int i = 0; i < count && rc == 0; i++) {
        char echo = 0;
        const char *prompt =
            ssh_userauth_kbdint_getprompt(self->session, i, &echo);

        snprintf(text, sizeof(text), "%s@%s: %s", self->user, self->host,
                 prompt != NULL ? prompt : "");
        rc = ask(self, text, secret, FT_SECRET_MAX);
        if (rc == 0)
            rc = ssh_userauth_kbdint_setanswer(self->session, i, secret);
        if (rc == 0 && self->password == NULL) /* the first is the password */
            keep_password(self, secret);
    }
    ft_secret_free(secret);
    return rc;
}

/* One attempt, of as many rounds as the server asks for. */
static int
answer_rounds(struct ft_ssh *self)
{
    int rc = ssh_userauth_kbdint(self->session, NULL, NULL);

    for (int round = 0; rc == SSH_AUTH_INFO && round < ROUNDS_MAX; round++) {
        if (answer_prompts(self) != 0)
            return SSH_AUTH_DENIED;
        note_tried(self, "keyboard-interactive");
        be_patient(self);
        rc = ssh_userauth_kbdint(self->session, NULL, NULL);
    }
    return rc;
}

static int
try_interactive(struct ft_ssh *self)
{
    int rc = SSH_AUTH_DENIED;

    for (int i = 0; i < PASSWORD_TRIES && rc == SSH_AUTH_DENIED; i++) {
        if (self->prompts.secret == NULL || self->cancelled)
            return SSH_AUTH_DENIED;
        rc = answer_rounds(self);
        if (rc != SSH_AUTH_SUCCESS && rc != SSH_AUTH_PARTIAL)
            forget_password(self);
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

/* Nobody said no: the host is slow, or its way is. */
static int
unanswered(struct ft_ssh *self, struct ft_error *err)
{
    return ft_reach_fail(err, FT_REACH_TIMEOUT,
                         "Look at the load of that host, and at what its sshd "
                         "asks to let somebody in: DNS, LDAP, PAM.",
                         "%s did not answer while %s logged in; tried: %s",
                         self->destination, self->user,
                         *self->tried != '\0' ? self->tried : "nothing");
}

static int
log_in(struct ft_ssh *self)
{
    int rc = ssh_userauth_none(self->session, NULL);

    for (int i = 0;
         i < PARTIAL_MAX && (rc == SSH_AUTH_DENIED || rc == SSH_AUTH_PARTIAL);
         i++) {
        rc = try_all(self);
        if (rc != SSH_AUTH_PARTIAL)
            break;
    }
    return rc;
}

/*
 * The connection ended. Without a word of the sshd, and before it had a secret to
 * judge, that is the network's doing; else it may have counted our failures.
 */
static int
broken_off(struct ft_ssh *self, struct ft_error *err)
{
    const char *said = ssh_get_error(self->session);

    if (strstr(said, "DISCONNECT") == NULL &&
        strstr(self->tried, "password") == NULL &&
        strstr(self->tried, "interactive") == NULL)
        return ft_reach_fail(err, FT_REACH_LOST, NULL,
                             "%s: the SSH connection was lost while %s logged in",
                             self->destination, self->user);
    return ft_reach_fail(
        err, FT_REACH_LOGIN_REFUSED,
        "Its sshd may have MaxAuthTries or a limit on failures: look at its log.",
        "%s closed the connection while %s logged in; tried: %s",
        self->destination, self->user,
        *self->tried != '\0' ? self->tried : "nothing");
}

int
ft_ssh_authenticate(struct ft_ssh *self, struct ft_error *err)
{
    int rc = log_in(self);

    ssh_options_set(self->session, SSH_OPTIONS_TIMEOUT, &self->timeout_s);
    if (rc == SSH_AUTH_SUCCESS)
        return 0;
    if (rc == SSH_AUTH_AGAIN)
        return unanswered(self, err);
    if (rc == SSH_AUTH_ERROR && !ssh_is_connected(self->session))
        return broken_off(self, err);
    return refused(self, err);
}
