/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between install.c and install-borrow.c. */
#ifndef FT_REMOTE_INSTALL_PRIVATE_H
#define FT_REMOTE_INSTALL_PRIVATE_H

#include "remote/install.h"

/*
 * Starts an uploaded engine once, as --version, before anything depends on it.
 * -ELIBACC: libraries are missing; -ENOEXEC: it does not run there.
 */
int ft_install_try(struct ft_ssh *ssh, const char *path, struct ft_error *err);

#endif
