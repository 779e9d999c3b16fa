/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file without a name, which is gone with its last descriptor, also by a crash. */
#ifndef FT_BASE_UNLINKED_FILE_H
#define FT_BASE_UNLINKED_FILE_H

/* In folder, empty, for reading and writing. The caller closes it. -errno. Any thread. */
int ft_unlinked_file(const char *folder);

#endif
