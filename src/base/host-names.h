/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host may be called, and where it may be said to be: by who adds it, and by a
 * file that tells of hosts. Both get into commands that are shown to be copied, into
 * files' names and to ssh(1). Pure.
 */
#ifndef FT_BASE_HOST_NAMES_H
#define FT_BASE_HOST_NAMES_H

#include <stdbool.h>

#define FT_HOST_NAME_MAX 255

/*
 * At most FT_HOST_NAME_MAX bytes, of letters, digits, '.', '-', '_' and ':', and no '-'
 * first.
 */
bool ft_host_name_valid(const char *name);

/*
 * "[user@]host[:port]" as far as its characters go: FT_HOST_NAME_MAX bytes at most, without
 * blanks, control characters, quotes and '/'; neither '-' nor '@' first.
 */
bool ft_host_address_valid(const char *address);

#endif
