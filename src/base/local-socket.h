/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stream socket that listens at a path, for one other user alone. Thread safe.
 */
#ifndef FT_BASE_LOCAL_SOCKET_H
#define FT_BASE_LOCAL_SOCKET_H

#include <sys/types.h>

/*
 * Listens at path, whose file has mode 0600 from its first moment on, then belongs to
 * uid and gid ((uid_t)-1 and (gid_t)-1: it stays ours). A socket that was there is
 * replaced, anything else in the way stays. *out, the caller's, does not block. -errno;
 * -ENAMETOOLONG: unix(7) has no room for path.
 */
int ft_socket_listen(const char *path, uid_t uid, gid_t gid, int *out);

#endif
