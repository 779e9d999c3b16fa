/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which packages a host lacks, by the shared libraries that the engine does not find
 * there and by its distribution. Pure.
 */
#ifndef FT_REMOTE_LIBRARIES_H
#define FT_REMOTE_LIBRARIES_H

#include <stddef.h>

/*
 * What to do on that host, as "On that host: apt-get install libnbd0". missing: text
 * with the libraries' names; ids: ID and ID_LIKE of its os-release(5), words, empty
 * where it has none; version: its VERSION_ID. Package names: packages.debian.org,
 * packages.ubuntu.com, packages.fedoraproject.org.
 */
#define FT_LIBRARIES_HINT_SIZE 512
void ft_libraries_hint(const char *missing, const char *ids,
                       const char *version, char hint[FT_LIBRARIES_HINT_SIZE]);

#endif
