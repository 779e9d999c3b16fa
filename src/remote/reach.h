/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a host, or the engine on it, could not be reached: one class for each
 * thing that an administrator does something else about. Every failure of
 * ssh.h, control.h, install.h and hub.h that is one of reaching carries its
 * class as the kind of its struct ft_error; an engine's own refusal of what it
 * was asked for has none, because it was reached.
 *
 * Pure; any thread. Strings are static.
 */
#ifndef FT_REMOTE_REACH_H
#define FT_REMOTE_REACH_H

#include <stdbool.h>

#include "base/error.h"

enum ft_reach {
    FT_REACH_NONE,            /* no failure of reaching */
    FT_REACH_NAME_UNKNOWN,    /* no address for the name */
    FT_REACH_NO_ROUTE,        /* the network says that there is no way */
    FT_REACH_REFUSED,         /* nobody serves SSH on that port */
    FT_REACH_TIMEOUT,         /* no answer from the host or its sshd */
    FT_REACH_KEY_UNKNOWN,     /* a host key nobody has accepted yet */
    FT_REACH_KEY_CHANGED,     /* another host key than the known one */
    FT_REACH_LOGIN_REFUSED,   /* no way of logging in was accepted */
    FT_REACH_SHELL_UNUSABLE,  /* logged in, but commands cannot be run */
    FT_REACH_NO_SUDO,         /* not root, and no way to become it */
    FT_REACH_LIBVIRT_REFUSED, /* a known hypervisor's libvirt is away */
    FT_REACH_ENGINE_MISSING,  /* nothing installed */
    FT_REACH_ENGINE_REFUSED,  /* installed, but its daemon does not run */
    FT_REACH_ENGINE_SILENT,   /* its daemon takes requests, answers none */
    FT_REACH_LOST,            /* there was a connection, and it broke */
    FT_REACH_PROTOCOL,        /* what answers does not speak our protocol */
    FT_REACH_COUNT
};

/* "key-unknown": for --json and for programs; it never changes. "" for none. */
const char *ft_reach_word(enum ft_reach reach);

/* The class of such a word; none for NULL and for words of others. */
enum ft_reach ft_reach_from_word(const char *word);

/* "its host key is not known yet": after a host's name and a colon. */
const char *ft_reach_sentence(enum ft_reach reach);

/* What to do, for when nobody knows it better; ends with a full stop. */
const char *ft_reach_hint(enum ft_reach reach);

/* Positive errno(3) that goes with it. */
int ft_reach_code(enum ft_reach reach);

/*
 * Whether trying again by itself may help. Not for what only a person mends,
 * and never for a login: a host may lock an account that fails too often.
 */
bool ft_reach_may_retry(enum ft_reach reach);

/* The class that err carries. */
enum ft_reach ft_reach_of(const struct ft_error *err);

/*
 * As ft_fail, with the class, its code and, for a NULL hint, its hint. err may
 * be NULL.
 */
int ft_reach_fail(struct ft_error *err, enum ft_reach reach, const char *hint,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * What it means that a command, run as root by way of the login shell, ended
 * before it did anything: status as in struct ft_ssh_result, errors what it
 * wrote to stderr, said what came on stdout instead of an answer; both may be
 * NULL. FT_REACH_LOST when nothing tells.
 */
enum ft_reach ft_reach_of_end(int status, const char *errors, const char *said);

/* What the words mean with which ssh(1) or the like gives up on the way. */
enum ft_reach ft_reach_of_proxy(const char *words);

#endif
