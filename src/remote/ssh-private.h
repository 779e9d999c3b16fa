/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make up ssh.h; not for others.
 */
#ifndef FT_REMOTE_SSH_PRIVATE_H
#define FT_REMOTE_SSH_PRIVATE_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include "remote/reach.h"
#include "remote/ssh-config.h"
#include "remote/ssh.h"

/* A program that carries the connection through another host. All 0: none. */
struct ft_ssh_proxy {
    pid_t pid;
    int errors; /* its stderr */
};

/* How commands come to run as root. */
enum ft_ssh_root {
    FT_ROOT_UNKNOWN, /* not tried yet */
    FT_ROOT_SELF,    /* logged in as root */
    FT_ROOT_SUDO,    /* sudo asks for nothing */
    FT_ROOT_SECRET,  /* sudo asks for secret, on stdin */
    FT_ROOT_REFUSED, /* there is no way; nobody is asked again */
};

struct ft_ssh {
    ssh_session session;
    char destination[512];
    char user[256];  /* who we log in as */
    char given[256]; /* the name that was given, without user and port */
    char host[256];  /* the name after ~/.ssh/config */
    unsigned port;
    struct ft_ssh_config config; /* what ssh(1) says; all 0 without it */
    const char *config_file;     /* only while it connects */
    struct ft_ssh_proxy proxy;
    int socket; /* given, not used yet; 0: none */
    struct ft_ssh_prompts prompts;
    struct ssh_callbacks_struct callbacks;
    char identity[512]; /* the key file that was asked for, or empty */
    enum ft_ssh_root root;
    struct ft_error root_error; /* why it was refused */
    char *secret;               /* for sudo (secret.h), or NULL */
    char *password;  /* that logged us in, until sudo has been tried, or NULL */
    char tried[256]; /* ways of authentication that were refused */
    bool cancelled;  /* the user gave up at a prompt */
    long timeout_s;  /* of the server's answers, but to secrets */
    bool accept_new_host_keys;
    char pinned[200];   /* the key it must have, or empty */
    char host_key[200]; /* the key it has */
    bool connected;
    bool lost; /* the connection broke */
    struct ft_trace trace;
    const char *trace_name;
};

/* A TCP connection to host, within timeout_ms. Descriptor or -errno with err. */
int ft_ssh_dial(const char *host, unsigned port, int timeout_ms,
                struct ft_error *err);

/*
 * What `ssh -G` says about host; user and file (-F) may be empty and NULL, port
 * 0. -ENOENT without err when ssh(1) is not installed, -EINVAL when it finds
 * the configuration wrong.
 */
int ft_ssh_ask_openssh(const char *host, const char *user, unsigned port,
                       const char *file, struct ft_ssh_config *config,
                       struct ft_error *err);

/*
 * Start a proxy; the descriptor that leads to the host, or -errno with err.
 * command has no tokens left; jumps is as ProxyJump.
 */
int ft_ssh_proxy_command(struct ft_ssh_proxy *proxy, const char *command,
                         struct ft_error *err);
int ft_ssh_proxy_jump(struct ft_ssh_proxy *proxy, const char *jumps,
                      const char *file, const char *host, unsigned port,
                      struct ft_error *err);
/* The first line it wrote to its stderr; may be empty. */
void ft_ssh_proxy_errors(const struct ft_ssh_proxy *proxy, char *out,
                         size_t size);
void ft_ssh_proxy_end(struct ft_ssh_proxy *proxy);

/*
 * A descriptor that leads to its sshd, by TCP or by a proxy, which the caller
 * ends after it; -errno with err. After the configuration has been read.
 */
int ft_ssh_reach_host(struct ft_ssh *self, struct ft_ssh_proxy *proxy,
                      int dial_ms, struct ft_error *err);

/* Checks the host key against known_hosts; asks about an unknown one. */
int ft_ssh_verify_host(struct ft_ssh *self, struct ft_error *err);

/* Logs in by whatever the server offers and the user has. */
int ft_ssh_authenticate(struct ft_ssh *self, struct ft_error *err);

/* -errno of the last libssh error of this session, with err filled. */
int ft_ssh_failure(struct ft_ssh *self, int fallback, const char *what,
                   struct ft_error *err);

/* Finds out how, asking for a password if need be; once a session. */
int ft_ssh_become_root(struct ft_ssh *self, struct ft_error *err);

/* What a command gets on its stdin. */
struct ft_ssh_input {
    const void *data;
    size_t size;              /* bytes */
    ft_ssh_progress progress; /* may be NULL; nonzero cancels: -ECANCELED */
    void *user;
};

/* As ft_ssh_run. */
int ft_ssh_run_fed(struct ft_ssh *self, const char *command,
                   const struct ft_ssh_input *input, int timeout_ms,
                   struct ft_ssh_result *result, struct ft_error *err);

/* The error of a connection that is gone. */
int ft_ssh_lost(struct ft_ssh *self, struct ft_error *err);

/* As ft_ssh_must. */
int ft_ssh_must_feed(struct ft_ssh *self, const char *command,
                     const struct ft_ssh_input *input, char **out,
                     struct ft_error *err);

/*
 * As ft_ssh_run, of a line for the login shell as it is, with secret (may be
 * NULL) and a newline on its stdin.
 */
int ft_ssh_run_line(struct ft_ssh *self, const char *line, const char *secret,
                    int timeout_ms, struct ft_ssh_result *result,
                    struct ft_error *err);

#endif
