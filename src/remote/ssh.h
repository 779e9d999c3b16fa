/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SSH to a host as OpenSSH would do it: by name, through ~/.ssh/config, with
 * known_hosts, agent, key files and passwords. libssh does the protocol.
 *
 * Ownership: a session is made by ft_ssh_open and released by ft_ssh_close,
 * after everything that was opened on it. Threads: one session belongs to one
 * thread at a time; different sessions may be used at once.
 *
 * Errors are -errno: EHOSTUNREACH (also: name unknown), ECONNREFUSED,
 * ETIMEDOUT, EACCES (nobody let us in), EKEYREJECTED (host key changed),
 * ENOKEY (host key unknown and not accepted), EPIPE (connection lost).
 * Secrets are held in locked memory (secret.h), never in a command line, and
 * are wiped after use.
 */
#ifndef FT_REMOTE_SSH_H
#define FT_REMOTE_SSH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/trace.h"

#define FT_SSH_OUTPUT_MAX (16 << 20)

struct ft_ssh;

/* Questions to the user. Any may be NULL: then the answer is no. */
struct ft_ssh_prompts {
    /* A connection begins; what is asked from now on is for this one. */
    void (*begin)(void *data);
    /*
     * An unknown host key. keys: a line "TYPE SHA256:..." for each key that the
     * host has proved to own, the one to be accepted first; compare: a command
     * that prints them when it is run on the host itself. Nonzero: accept.
     */
    int (*host_key)(void *data, const char *host, const char *keys,
                    const char *compare);
    /*
     * A password (of the login, or for sudo) or a key's passphrase. 0 with out
     * filled and terminated; -ECANCELED when the user gave up. out is wiped by
     * the caller.
     */
    int (*secret)(void *data, const char *prompt, char *out, size_t size);
    void *data;
};

/* All may be 0: then ~/.ssh/config and OpenSSH's defaults decide. */
struct ft_ssh_options {
    const char *user;
    unsigned port;
    const char *identity;      /* a key file tried first */
    const char *config;        /* instead of ~/.ssh/config and the system's */
    const char *known_hosts;   /* instead of ~/.ssh/known_hosts */
    bool accept_new_host_keys; /* never accepts a changed one */
    /* The key as ft_ssh_host_key told it before: another one is a changed one. */
    const char *pinned;
    /*
     * A connection to the host's sshd that stands (sweep.h), taken over always;
     * used when ~/.ssh/config leads to the same place. 0: none.
     */
    int socket;
    int connect_timeout_ms; /* each answer, 60 s those to secrets; 0: 10 s */
    int dial_timeout_ms;    /* of it for TCP; 0: all of it */
    struct ft_ssh_prompts prompts;
};

/*
 * Connects and logs in. destination: [user@]host[:port], host an alias of
 * ~/.ssh/config, a name or an address (IPv6 with port in brackets).
 */
int ft_ssh_open(const char *destination, const struct ft_ssh_options *options,
                struct ft_ssh **session, struct ft_error *err);

/* How ssh(1) would go to a host; all from ~/.ssh/config and its defaults. */
struct ft_ssh_way {
    char host[256]; /* the name or address that is asked for */
    char user[256];
    unsigned port;
    char via[512]; /* ProxyJump or ProxyCommand; empty: straight */
};

/* Finds out; nobody is contacted. -ENOENT: there is no ssh(1) here. */
int ft_ssh_find_way(const char *destination,
                    const struct ft_ssh_options *options,
                    struct ft_ssh_way *way, struct ft_error *err);

/* NULL is a no-op. */
void ft_ssh_close(struct ft_ssh *session);

/*
 * From now on trace (which is copied) is told of every command that ft_ssh_run
 * has run here, under this name of the host, which outlives the session.
 */
void ft_ssh_set_trace(struct ft_ssh *session, const struct ft_trace *trace,
                      const char *name);

/* "TYPE SHA256:..." of the key that the host has proved to own. */
const char *ft_ssh_host_key(const struct ft_ssh *session);

/* The destination as it was given, for messages. */
const char *ft_ssh_name(const struct ft_ssh *session);

/* False once it is known that the connection broke. */
bool ft_ssh_alive(const struct ft_ssh *session);

/* False when commands need sudo(8) on the other side. */
bool ft_ssh_is_root(const struct ft_ssh *session);

/*
 * For who polls: whether reads and writes on this session wait (they do at
 * first; everything but ft_ssh_stream_read with 0 ms and ft_ssh_stream_give
 * needs it), and its descriptor, with the events to wait for now.
 */
void ft_ssh_set_blocking(struct ft_ssh *session, bool blocking);
int ft_ssh_descriptor(const struct ft_ssh *session, short *events);
/* Looks at what has come, when nothing else does. False: it broke. */
bool ft_ssh_pump(struct ft_ssh *session);

struct ft_ssh_result {
    char *out; /* followed by a NUL */
    size_t out_size;
    char *errors; /* at most 64 KiB of stderr, followed by a NUL */
    int status;   /* exit status; 128 + signal; -1 unknown */
};

/*
 * How long to wait for what takes at_least_ms on a host that does nothing else:
 * that, or connect_timeout_ms where it is longer (--timeout). Milliseconds.
 */
int ft_ssh_patience_ms(const struct ft_ssh *session, int at_least_ms);

/*
 * Runs command as root in sh(1), for other users by sudo(8), which may need a
 * password and ask for it the first time; with input (may be NULL) on its stdin. timeout_ms without a word of its
 * own it is given up (0: 60 s, or as long as answers may take). 0 when it
 * ran, whatever its status; result is released with ft_ssh_result_free, also
 * after an error. -EFBIG when it printed more than FT_SSH_OUTPUT_MAX.
 */
int ft_ssh_run(struct ft_ssh *session, const char *command, const void *input,
               size_t input_size, int timeout_ms, struct ft_ssh_result *result,
               struct ft_error *err);

/*
 * As ft_ssh_run, but a status other than 0 is -EREMOTEIO with the last line
 * of its stderr as text (EACCES when sudo refused). out (may be NULL) is the
 * caller's to free.
 */
int ft_ssh_must(struct ft_ssh *session, const char *command, char **out,
                struct ft_error *err);

/* The same with a patience of its own, as ft_ssh_run has it. */
int ft_ssh_must_within(struct ft_ssh *session, const char *command,
                       int timeout_ms, char **out, struct ft_error *err);

void ft_ssh_result_free(struct ft_ssh_result *result);

/* done and total in bytes. Nonzero cancels with -ECANCELED. */
typedef int (*ft_ssh_progress)(void *data, size_t done, size_t total);

/*
 * Copies a local file to an absolute path on the host, as root, under a
 * temporary name, verified there by its SHA-256, then renamed into place:
 * path is either the old or the whole new file. The folder must exist.
 */
int ft_ssh_upload(struct ft_ssh *session, const char *local, const char *path,
                  mode_t mode, ft_ssh_progress progress, void *data,
                  struct ft_error *err);

/* The same from memory. */
int ft_ssh_put(struct ft_ssh *session, const void *content, size_t size,
               const char *path, mode_t mode, struct ft_error *err);

/*
 * A command that stays: its stdin and stdout as a byte stream. Several may be
 * open on a session. ft_ssh_read: bytes read, 0 at the end of the stream,
 * -ETIMEDOUT after timeout_ms without a byte (the stream is still good),
 * -EPIPE connection lost.
 */
struct ft_ssh_stream;
int ft_ssh_stream_open(struct ft_ssh *session, const char *command,
                       struct ft_ssh_stream **stream, struct ft_error *err);
ssize_t ft_ssh_stream_read(struct ft_ssh_stream *stream, void *data,
                           size_t size, int timeout_ms);
int ft_ssh_stream_write(struct ft_ssh_stream *stream, const void *data,
                        size_t size);
/* On a session that does not block: bytes taken, which may be 0, or -EPIPE. */
ssize_t ft_ssh_stream_give(struct ft_ssh_stream *stream, const void *data,
                           size_t size);
/* What it wrote to stderr so far, at most 4 KiB; never NULL. */
const char *ft_ssh_stream_errors(struct ft_ssh_stream *stream);
/* Its exit status as in ft_ssh_result, waiting for it; -1 when not known. */
int ft_ssh_stream_status(struct ft_ssh_stream *stream, int timeout_ms);
void ft_ssh_stream_close(struct ft_ssh_stream *stream);

/* Writes text in single quotes for sh(1); malloc'd or NULL. */
char *ft_shell_quote(const char *text);

/* Hex SHA-256 of a local file; out needs 65 bytes. 0 or -errno. */
int ft_file_sha256(const char *path, char out[65]);

#endif
