/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "remote/secret.h"
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
    return fallback;
}

int
ft_ssh_failure(struct ft_ssh *self, int fallback, const char *what,
               struct ft_error *err)
{
    const char *text = ssh_get_error(self->session);

    if (!ssh_is_connected(self->session) && self->connected) {
        self->lost = true;
        return ft_reach_fail(err, FT_REACH_LOST, NULL,
                             "%s: the SSH connection was lost while %s",
                             self->destination, what);
    }
    return ft_fail(err, code_of_text(text, fallback), NULL, "%s: %s: %s",
                   self->destination, what,
                   *text != '\0' ? text
                                 : strerror(code_of_text(text, fallback)));
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
    memcpy(self->given, host, end - host);
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

/* What ssh(1) found out, told to libssh. */
static int
apply_config(struct ft_ssh *self)
{
    const struct ft_ssh_config *c = &self->config;
    ssh_session s = self->session;
    int rc = ssh_options_set(s, SSH_OPTIONS_HOST, c->hostname);

    if (*c->user != '\0')
        rc |= ssh_options_set(s, SSH_OPTIONS_USER, c->user);
    if (c->port != 0)
        rc |= ssh_options_set(s, SSH_OPTIONS_PORT, &c->port);
    /* Each goes before those that are there. */
    for (size_t i = c->identity_count; i > 0; i--)
        rc |= ssh_options_set(s, SSH_OPTIONS_ADD_IDENTITY, c->identities[i - 1]);
    if (*c->known_hosts != '\0')
        rc |= ssh_options_set(s, SSH_OPTIONS_KNOWNHOSTS, c->known_hosts);
    if (*c->global_known_hosts != '\0')
        rc |= ssh_options_set(s, SSH_OPTIONS_GLOBAL_KNOWNHOSTS,
                              c->global_known_hosts);
    if (*c->agent != '\0' && strcmp(c->agent, "SSH_AUTH_SOCK") != 0)
        rc |= ssh_options_set(s, SSH_OPTIONS_IDENTITY_AGENT, c->agent);
    return rc;
}

/* Without ssh(1) here: what libssh understands of the file. */
static int
parse_config(struct ft_ssh *self, const char *file, struct ft_error *err)
{
    char *command = NULL;

    if (ssh_options_parse_config(self->session, file) != 0)
        return ft_fail(err, EINVAL, "Correct the file; `ssh -G HOST` checks it.",
                       "the SSH configuration %s cannot be used: %s",
                       file != NULL ? file : "~/.ssh/config",
                       ssh_get_error(self->session));
    if (ssh_options_get(self->session, SSH_OPTIONS_PROXYCOMMAND, &command) ==
        SSH_OK)
        snprintf(self->config.proxy_command, sizeof(self->config.proxy_command),
                 "%s", command);
    ssh_string_free_char(command);
    return 0;
}

/* The configuration goes by the name that was given. */
static int
read_config(struct ft_ssh *self, const struct ft_ssh_options *options,
            struct ft_error *err)
{
    const char *user = options->user != NULL ? options->user : self->user;
    unsigned port = options->port != 0 ? options->port : self->port;
    int rc = ft_ssh_ask_openssh(self->given, user, port, options->config,
                                &self->config, err);

    if (rc == -ENOENT)
        return parse_config(self, options->config, err);
    if (rc == 0 && apply_config(self) != 0)
        return ft_ssh_failure(self, EINVAL, "setting options", err);
    return rc;
}

/* What was asked for explicitly wins over the configuration file. */
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

    if (rc == 0)
        rc = read_config(self, options, err);
    if (rc < 0)
        return rc;
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

/*
 * With a HostKeyAlias known_hosts has the host under that name, without a port
 * (ssh_config(5)). libssh knows no such thing, but looks for the session's host
 * and uses it for nothing else here: we connect, and file names have no tokens
 * of it any more. Before the key exchange, whose order of keys depends on it.
 */
static int
go_by_alias(struct ft_ssh *self, struct ft_error *err)
{
    const char *alias = self->config.host_key_alias;
    unsigned port = 22; /* the one that known_hosts leaves out */

    if (*alias == '\0' ||
        (ssh_options_set(self->session, SSH_OPTIONS_HOST, alias) == 0 &&
         ssh_options_set(self->session, SSH_OPTIONS_PORT, &port) == 0))
        return 0;
    return ft_ssh_failure(self, EINVAL, "setting options", err);
}

/* How libssh tells that the other side closed; "Success" is its errno then. */
static bool
is_end(const char *text)
{
    return *text == '\0' || strcasestr(text, "socket error") != NULL ||
           strstr(text, strerror(0)) != NULL;
}

/* The TCP connection stands, but SSH does not come about on it. */
static int
connect_failed(struct ft_ssh *self, struct ft_error *err)
{
    static const char hint[] = "Look at the sshd there: its log says why.";
    const char *text = ssh_get_error(self->session);
    char words[256];

    ft_ssh_proxy_errors(&self->proxy, words, sizeof(words));
    if (*words != '\0')
        return ft_reach_fail(err, ft_reach_of_proxy(words),
                             "Try the way by hand: ssh HOST; nothing can ask "
                             "for passwords on it.",
                             "%s: the way to it failed: %s", self->destination,
                             words);
    switch (code_of_text(text, is_end(text) ? ECONNRESET : EPROTO)) {
    case ETIMEDOUT:
        return ft_reach_fail(err, FT_REACH_TIMEOUT, hint,
                             "%s takes the connection, but its sshd does not "
                             "answer in time",
                             self->destination);
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
        return ft_reach_fail(err, FT_REACH_REFUSED, hint,
                             "%s closes SSH connections at once",
                             self->destination);
    default:
        return ft_reach_fail(err, FT_REACH_PROTOCOL, hint,
                             "%s: no SSH connection: %s", self->destination,
                             *text != '\0' ? text : "failed");
    }
}

int
ft_ssh_reach_host(struct ft_ssh *self, struct ft_ssh_proxy *proxy, int dial_ms,
                  struct ft_error *err)
{
    const struct ft_ssh_config *c = &self->config;
    FT_AUTOFREE char *command = NULL;

    if (*c->proxy_jump != '\0')
        return ft_ssh_proxy_jump(proxy, c->proxy_jump, self->config_file,
                                 self->host, self->port, err);
    if (*c->proxy_command == '\0')
        return ft_ssh_dial(self->host, self->port, dial_ms, err);
    command = ft_ssh_config_expand(c->proxy_command, self->given, self->host,
                                   self->port, self->user);
    if (command == NULL)
        return ft_fail(err, errno, "Of its tokens %h, %p, %r and %n are known.",
                       "the ProxyCommand of %s cannot be used", self->given);
    return ft_ssh_proxy_command(proxy, command, err);
}

/* The connection that was given, if it leads where we would go; or -1. */
static int
take_socket(struct ft_ssh *self)
{
    const struct ft_ssh_config *c = &self->config;
    struct sockaddr_in peer = { 0 };
    socklen_t size = sizeof(peer);
    int fd = self->socket;

    if (fd == 0 || *c->proxy_jump != '\0' || *c->proxy_command != '\0' ||
        strcmp(self->host, self->given) != 0 ||
        getpeername(fd, (struct sockaddr *)&peer, &size) < 0 ||
        ntohs(peer.sin_port) != self->port)
        return -1;
    self->socket = 0;
    return fd;
}

static int
connect_session(struct ft_ssh *self, int timeout_ms, int dial_ms,
                struct ft_error *err)
{
    FT_AUTOCLOSE int fd = -1;

    self->timeout_s = (timeout_ms + 999) / 1000;
    ssh_options_set(self->session, SSH_OPTIONS_TIMEOUT, &self->timeout_s);
    fd = take_socket(self);
    if (fd < 0)
        fd = ft_ssh_reach_host(self, &self->proxy, dial_ms, err);
    if (fd < 0)
        return fd;
    ssh_options_set(self->session, SSH_OPTIONS_FD, &fd);
    if (ssh_connect(self->session) != SSH_OK) {
        fd = -1; /* libssh has closed it */
        return connect_failed(self, err);
    }
    fd = -1; /* libssh's now, which closes in ssh_disconnect what nobody gave it */
    ssh_options_set(self->session, SSH_OPTIONS_FD, NULL);
    self->connected = true;
    return 0;
}

static int
open_session(struct ft_ssh *self, const struct ft_ssh_options *options,
             struct ft_error *err)
{
    int timeout = options->connect_timeout_ms > 0 ? options->connect_timeout_ms
                                                  : CONNECT_TIMEOUT_MS;
    int dial = options->dial_timeout_ms > 0 ? options->dial_timeout_ms : timeout;
    int rc;

    self->config_file = options->config;
    rc = set_options(self, options, err);
    if (rc == 0) {
        read_options(self);
        rc = set_callbacks(self) == SSH_OK ? go_by_alias(self, err) : -ENOMEM;
    }
    if (rc == 0)
        rc = connect_session(self, timeout, dial, err);
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
        if (options->socket != 0)
            close(options->socket);
        free(self);
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    }
    snprintf(self->destination, sizeof(self->destination), "%s", destination);
    self->socket = options->socket;
    self->prompts = options->prompts;
    if (self->prompts.begin != NULL)
        self->prompts.begin(self->prompts.data);
    self->accept_new_host_keys = options->accept_new_host_keys;
    if (options->pinned != NULL)
        snprintf(self->pinned, sizeof(self->pinned), "%s", options->pinned);
    if (options->identity != NULL)
        snprintf(self->identity, sizeof(self->identity), "%s",
                 options->identity);
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
ft_ssh_set_trace(struct ft_ssh *self, const struct ft_trace *trace,
                 const char *name)
{
    self->trace = *trace;
    self->trace_name = name;
}

void
ft_ssh_close(struct ft_ssh *self)
{
    if (self == NULL)
        return;
    if (self->connected && !self->lost)
        ssh_disconnect(self->session);
    ssh_free(self->session);
    ft_secret_free(self->secret);
    ft_secret_free(self->password);
    ft_ssh_proxy_end(&self->proxy);
    if (self->socket != 0)
        close(self->socket);
    free(self);
}

int
ft_ssh_find_way(const char *destination, const struct ft_ssh_options *options,
                struct ft_ssh_way *way, struct ft_error *err)
{
    FT_AUTOFREE struct ft_ssh *self = calloc(1, sizeof(*self));
    const struct ft_ssh_config *c;
    int rc;

    memset(way, 0, sizeof(*way));
    if (self == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    rc = parse_destination(self, destination, err);
    if (rc == 0)
        rc = ft_ssh_ask_openssh(self->given,
                                options->user != NULL ? options->user
                                                      : self->user,
                                options->port != 0 ? options->port : self->port,
                                options->config, &self->config, err);
    if (rc < 0)
        return rc;
    c = &self->config;
    snprintf(way->host, sizeof(way->host), "%s", c->hostname);
    snprintf(way->user, sizeof(way->user), "%s", c->user);
    way->port = c->port != 0 ? c->port : 22;
    snprintf(way->via, sizeof(way->via), "%.500s",
             *c->proxy_jump != '\0' ? c->proxy_jump : c->proxy_command);
    return 0;
}

const char *
ft_ssh_host_key(const struct ft_ssh *self)
{
    return self->host_key;
}

const char *
ft_ssh_name(const struct ft_ssh *self)
{
    return self->destination;
}

bool
ft_ssh_alive(const struct ft_ssh *self)
{
    return !self->lost && ssh_is_connected(self->session);
}

bool
ft_ssh_is_root(const struct ft_ssh *self)
{
    return strcmp(self->user, "root") == 0;
}

void
ft_ssh_set_blocking(struct ft_ssh *self, bool blocking)
{
    ssh_set_blocking(self->session, blocking);
}

int
ft_ssh_descriptor(const struct ft_ssh *self, short *events)
{
    int flags = ssh_get_poll_flags(self->session);

    *events = POLLIN;
    if ((flags & SSH_WRITE_PENDING) != 0)
        *events |= POLLOUT;
    return ssh_get_fd(self->session);
}

bool
ft_ssh_pump(struct ft_ssh *self)
{
    ssh_event event = ssh_event_new();

    if (event == NULL)
        return true;
    ssh_event_add_session(event, self->session);
    if (ssh_event_dopoll(event, 0) == SSH_ERROR)
        self->lost = true;
    ssh_event_remove_session(event, self->session);
    ssh_event_free(event);
    return ft_ssh_alive(self);
}
