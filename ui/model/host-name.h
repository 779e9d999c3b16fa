/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the administrator writes a host on the command line. Pure. */
#ifndef FT_UI_MODEL_HOST_NAME_H
#define FT_UI_MODEL_HOST_NAME_H

#include "db/store.h"

/*
 * Fills name and address of host from "[NAME=][user@]host[:port]". user (may
 * be NULL) and port (may be 0) are put in where text has none. -EINVAL for a
 * name with other characters than letters, digits, '.', '-', '_' and ':'.
 */
int ft_host_name_parse(const char *text, const char *user, int64_t port,
                       struct ft_store_host *host, struct ft_error *err);

/* What is not said is empty; an IPv6 address is without its brackets. */
struct ft_host_parts {
    char user[256], host[256], port[8];
};

/* The parts of "[user@]host[:port]"; -EINVAL. */
int ft_host_name_split(const char *text, struct ft_host_parts *parts);

#endif
