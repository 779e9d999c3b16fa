/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "remote/ssh-private.h"

#define CONNECT_TIMEOUT_MS 10000

/* Errors libssh only tells by their text, which is strerror's. */
static int
code_of_text(const char *text, int fallback)
{
    static const int codes[] = {
        ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT, ECONNRESET,
        EPIPE,        EACCES,       ENOENT,      ENOSPC,
    };

    for (size_t i = 0; i < FT_ARRAY_SIZE(codes); i++)
        if (strstr(text, strerror(codes[i])) != NULL)
            return codes[i];
    if (strcasestr(text, "timeout") != NULL)
        return ETIMEDOUT;
    if (strcasestr(text, "resolve hostname") != NULL)
        return EHOSTUNREACH;
    return fallback;
}

int
ft_ssh_failure(struct ft_ssh *self, int fallback, const char *what,
               struct ft_error *err)
{
    const char *text = ssh_get_error(self->session);

    if (!ssh_is_connected(self->session) && self->connected) {
        self->lost = true;
        return ft_fail(err, EPIPE,
                       "Look whether the host is up and its sshd runs, then "
                       "try again.",
                       "%s: the SSH connection was lost while %s",
                       self->destination, what);
    }
    return ft_fail(err, code_of_text(text, fallback), NULL, "%s: %s: %s",
                   self->destination, what, *text != '\0' ? text : "failed");
}

/* [user@]host[:port], [user@][v6]:port, [user@]v6. */
static int
parse_destination(struct ft_ssh *self, const char *text, struct ft_error *err)
{
    const char *at = strrchr(text, '@');
    const char *host = at != NULL ? at + 1 : text;
    const char *end = host + strlen(host);
    const char *port = strrchr(host, ':');
    size_t user = at != NULL ? (size_t)(at - text) : 0;
    char *rest = NULL;
    unsigned long number = 0;

    if (*host == '[' && strchr(host, ']') != NULL) {
        end = strchr(++host, ']');
        port = end[1] == ':' ? end + 1 : NULL;
    } else if (port != NULL && strchr(host, ':') == port) {
        end = port;
    } else {
        port = NULL; /* none, or a bare IPv6 address */
    }
    if (port != NULL)
        number = strtoul(port + 1, &rest, 10);
    if (host == end || (size_t)(end - host) >= sizeof(self->host) ||
        user >= sizeof(self->user) || *host == '-' ||
        (at != NULL && user == 0) ||
        (port != NULL && (*rest != '\0' || number == 0 || number > 65535)))
        return ft_fail(err, EINVAL, "Write it as [user@]host[:port].",
                       "\"%s\" is not a host to log in to", text);
    memcpy(self->host, host, end - host);
    memcpy(self->user, text, user);
    self->port = number;
    return 0;
}

/* Prompts of libssh itself: the passphrase of an encrypted key. */
static int
ask_passphrase(const char *prompt, char *out, size_t size, int echo, int verify,
               void *data)
{
    struct ft_ssh *self = data;
    char text[640];
    char *identity = NULL;

    (void)echo;
    (void)verify;
    (void)prompt;
    if (self->prompts.secret == NULL)
        return -1;
    ssh_userauth_publickey_auto_get_current_identity(self->session, &identity);
    snprintf(text, sizeof(text),
             "Passphrase for key %s: ", identity != NULL ? identity : "file");
    ssh_string_free_char(identity);
    memset(out, 0, size);
    if (self->prompts.secret(self->prompts.data, text, out, size) == 0)
        return 0;
    self->cancelled = true;
    return -1;
}

static int
set_callbacks(struct ft_ssh *self)
{
    ssh_callbacks_init(&self->callbacks);
    self->callbacks.userdata = self;
    self->callbacks.auth_function = ask_passphrase;
    return ssh_set_callbacks(self->session, &self->callbacks);
}

/*
 * Order matters: the configuration file goes by the name that was given; what
 * was asked for explicitly wins over it.
 */
static int
set_options(struct ft_ssh *self, const struct ft_ssh_options *options,
            struct ft_error *err)
{
    ssh_session s = self->session;
    unsigned port = options->port != 0 ? options->port : self->port;
    const char *user = options->user != NULL ? options->user : self->user;
    int yes = 1;
    bool no = false;
    int rc = ssh_options_set(s, SSH_OPTIONS_HOST, self->host);

    if (rc == 0 && ssh_options_parse_config(s, options->config) != 0)
        return ft_fail(err, EINVAL, "Correct the file; `ssh -G HOST` checks it.",
                       "the SSH configuration %s cannot be used: %s",
                       options->config != NULL ? options->config
                                               : "~/.ssh/config",
                       ssh_get_error(s));
    rc |= ssh_options_set(s, SSH_OPTIONS_PROCESS_CONFIG, &no);
    /* StrictHostKeyChecking=no would let changed keys pass unseen. */
    rc |= ssh_options_set(s, SSH_OPTIONS_STRICTHOSTKEYCHECK, &yes);
    if (*user != '\0')
        rc |= ssh_options_set(s, SSH_OPTIONS_USER, user);
    if (port != 0)
        rc |= ssh_options_set(s, SSH_OPTIONS_PORT, &port);
    if (options->identity != NULL)
        rc |= ssh_options_set(s, SSH_OPTIONS_ADD_IDENTITY, options->identity);
    if (options->known_hosts != NULL) {
        rc |= ssh_options_set(s, SSH_OPTIONS_KNOWNHOSTS, options->known_hosts);
        rc |= ssh_options_set(s, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
    }
    return rc == 0 ? 0 : ft_ssh_failure(self, EINVAL, "setting options", err);
}

/* What the configuration made of host, user and port. */
static void
read_options(struct ft_ssh *self)
{
    char *host = NULL;
    char *user = NULL;

    if (ssh_options_get(self->session, SSH_OPTIONS_HOST, &host) == SSH_OK)
        snprintf(self->host, sizeof(self->host), "%s", host);
    if (ssh_options_get(self->session, SSH_OPTIONS_USER, &user) == SSH_OK)
        snprintf(self->user, sizeof(self->user), "%s", user);
    else if (self->user[0] == '\0')
        snprintf(self->user, sizeof(self->user), "%s",
                 getuid() == 0        ? "root"
                 : getlogin() != NULL ? getlogin()
                                      : "");
    if (ssh_options_get_port(self->session, &self->port) != SSH_OK)
        self->port = 22;
    ssh_string_free_char(host);
    ssh_string_free_char(user);
}

static bool
has_proxy(ssh_session session)
{
    char *command = NULL;
    bool yes = ssh_options_get(session, SSH_OPTIONS_PROXYCOMMAND, &command) ==
                   SSH_OK &&
               command != NULL;

    ssh_string_free_char(command);
    return yes;
}

static int
connect_session(struct ft_ssh *self, int timeout_ms, struct ft_error *err)
{
    long seconds = (timeout_ms + 999) / 1000;
    FT_AUTOCLOSE int fd = -1;

    ssh_options_set(self->session, SSH_OPTIONS_TIMEOUT, &seconds);
    if (!has_proxy(self->session)) {
        fd = ft_ssh_dial(self->host, self->port, timeout_ms, err);
        if (fd < 0)
            return fd;
        ssh_options_set(self->session, SSH_OPTIONS_FD, &fd);
    }
    if (ssh_connect(self->session) != SSH_OK) {
        ft_ssh_failure(self, EPROTO, "no SSH connection", err);
        ft_error_hint(err, "Look at the sshd there: its log says why.");
        fd = -1; /* libssh has closed it */
        return -err->code;
    }
    fd = -1; /* libssh's now */
    self->connected = true;
    return 0;
}

static int
open_session(struct ft_ssh *self, const struct ft_ssh_options *options,
             struct ft_error *err)
{
    int timeout = options->connect_timeout_ms > 0 ? options->connect_timeout_ms
                                                  : CONNECT_TIMEOUT_MS;
    int rc = set_options(self, options, err);

    if (rc == 0) {
        read_options(self);
        rc = set_callbacks(self) == SSH_OK ? connect_session(self, timeout, err)
                                           : -ENOMEM;
    }
    if (rc == 0)
        rc = ft_ssh_verify_host(self, err);
    return rc == 0 ? ft_ssh_authenticate(self, err) : rc;
}

int
ft_ssh_open(const char *destination, const struct ft_ssh_options *options,
            struct ft_ssh **session, struct ft_error *err)
{
    static const struct ft_ssh_options defaults;
    struct ft_error local = FT_ERROR_INIT;
    struct ft_ssh *self = calloc(1, sizeof(*self));
    int rc;

    *session = NULL;
    err = err != NULL ? err : &local;
    options = options != NULL ? options : &defaults;
    if (self == NULL || (self->session = ssh_new()) == NULL) {
        free(self);
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    }
    snprintf(self->destination, sizeof(self->destination), "%s", destination);
    self->prompts = options->prompts;
    self->accept_new_host_keys = options->accept_new_host_keys;
    rc = parse_destination(self, destination, err);
    if (rc == 0)
        rc = open_session(self, options, err);
    if (rc < 0) {
        ft_ssh_close(self);
        return rc;
    }
    *session = self;
    return 0;
}

void
ft_ssh_close(struct ft_ssh *self)
{
    if (self == NULL)
        return;
    if (self->connected && !self->lost)
        ssh_disconnect(self->session);
    ssh_free(self->session);
    free(self);
}

const char *
ft_ssh_name(const struct ft_ssh *self)
{
    return self->destination;
}

bool
ft_ssh_is_root(const struct ft_ssh *self)
{
    return strcmp(self->user, "root") == 0;
}
