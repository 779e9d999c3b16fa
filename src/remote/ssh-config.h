/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ssh(1) would use for a host, as `ssh -G` prints it: one "key value" a
 * line, keys in small letters (ssh(1), -G; ssh_config(5)). Pure; any thread.
 */
#ifndef FT_REMOTE_SSH_CONFIG_H
#define FT_REMOTE_SSH_CONFIG_H

#include <stddef.h>

#include "base/error.h"

#define FT_SSH_CONFIG_MAX 65536 /* bytes of text */
#define FT_SSH_CONFIG_FILES 16  /* of a kind; further ones are left out */
#define FT_SSH_CONFIG_PATH 512

/*
 * Empty and 0: nothing said. Paths may begin with ~ and have % tokens; %h, %p
 * and %k are filled in already in those of keys and certificates.
 */
struct ft_ssh_config {
    char hostname[256];
    char user[256];
    unsigned port;
    char host_key_alias[256]; /* the name, whatever the port, in known_hosts */
    char identities[FT_SSH_CONFIG_FILES][FT_SSH_CONFIG_PATH];
    size_t identity_count;
    char certificates[FT_SSH_CONFIG_FILES][FT_SSH_CONFIG_PATH];
    size_t certificate_count;
    char agent[FT_SSH_CONFIG_PATH]; /* "SSH_AUTH_SOCK" and "none" are words */
    char known_hosts[FT_SSH_CONFIG_PATH]; /* the first of them */
    char global_known_hosts[FT_SSH_CONFIG_PATH];
    char proxy_command[1024];
    char proxy_jump[512];
};

/*
 * -EINVAL with a text that names the line, for what ssh(1) would never print:
 * control characters, a host or a user that could pass for an option, a port
 * out of range, a value longer than its place, or no host at all.
 */
int ft_ssh_config_parse(const char *text, size_t size,
                        struct ft_ssh_config *config, struct ft_error *err);

/*
 * A ProxyCommand with its tokens filled in: %h, %p, %r, %n (the name that was
 * given) and %%. malloc'd; NULL with errno EINVAL for another token or a name
 * that a shell would not take literally, ENOMEM.
 */
char *ft_ssh_config_expand(const char *command, const char *given,
                           const char *host, unsigned port, const char *user);

#endif
