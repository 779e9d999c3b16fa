/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of hosts that this machine's SSH knows: those written out in
 * ssh_config(5) files, and those of known_hosts (sshd(8)). Patterns name no
 * host, and what is hashed cannot be read. Pure.
 *
 * Rows are objects with "name" and "source" ("~/.ssh/config:4"); a name that is
 * among them already is not added. Threads: plain data of the caller.
 */
#ifndef FT_UI_MODEL_SSH_NAMES_H
#define FT_UI_MODEL_SSH_NAMES_H

#include <stddef.h>

#include <jansson.h>

#define FT_SSH_NAMES_MAX 1024 /* rows; further names are counted only */

/* What was left out, and why. */
struct ft_ssh_names_left {
    size_t patterns; /* of Host lines */
    size_t hashed;   /* lines of known_hosts */
    size_t more;     /* beyond FT_SSH_NAMES_MAX */
};

/*
 * Names of Host lines. includes (may be NULL) gets the words of Include lines,
 * as they are written: which files these are is the caller's to find out.
 */
void ft_ssh_names_of_config(const char *text, const char *file, json_t *rows,
                            json_t *includes, struct ft_ssh_names_left *left);

/* Names and addresses with port 22; revoked and CA lines name no host. */
void ft_ssh_names_of_known_hosts(const char *text, const char *file,
                                 json_t *rows, struct ft_ssh_names_left *left);

#endif
