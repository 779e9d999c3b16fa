/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real sshd of our own on loopback: own configuration, host keys, user keys,
 * a free high port, everything in a temporary folder. It ends with the test.
 */
#ifndef FT_TEST_SSHD_FIXTURE_H
#define FT_TEST_SSHD_FIXTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "remote/ssh.h"

struct sshd {
    char folder[256];
    char destination[128]; /* USER@127.0.0.1:PORT */
    char known_hosts[300];
    char config[300];       /* an empty ssh_config */
    char key[300];          /* a key that is let in */
    char locked_key[300];   /* the same right, with passphrase "secret" */
    char stranger_key[300]; /* a key that is not let in */
    unsigned port;
    pid_t pid;
};

/* False, with the reason on stdout, when there is no sshd or we are not root. */
bool sshd_available(void);

/* Starts one; aborts the test when it does not come up within its deadline. */
void sshd_start(struct sshd *sshd);
void sshd_stop(struct sshd *sshd);

/* With the sshd_config as it is in its folder now. */
void sshd_restart(struct sshd *sshd);

/* Another host key for the same address: stops, makes keys, starts. */
void sshd_change_host_key(struct sshd *sshd);

/* Options that use the fixture's files only, never the user's own. */
void sshd_options(const struct sshd *sshd, struct ft_ssh_options *options);

/* A session that must come about; and with the options above, key accepted. */
struct ft_ssh *sshd_must_open(const char *destination,
                              const struct ft_ssh_options *options);
struct ft_ssh *sshd_log_in(const struct sshd *sshd);

/* "SHA256:..." of the current host key, as ssh-keygen prints it. */
void sshd_fingerprint(const struct sshd *sshd, char *out, size_t size);

#endif
