/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of a witness's pairs: FOLDER/keys/UUID. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "witness/witness-store.h"

int
ft_witness_pair_valid(const char *pair)
{
    if (strlen(pair) != 36)
        return 0;
    for (int i = 0; i < 36; i++) {
        int dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? pair[i] != '-' : !isxdigit((unsigned char)pair[i]))
            return 0;
    }
    return 1;
}

static void
key_path(const char *folder, const char *pair, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/keys%s%s", folder, *pair ? "/" : "", pair);
}

int
ft_witness_key_load(const char *folder, const char *pair,
                    unsigned char key[FT_WITNESS_KEY_SIZE])
{
    char path[PATH_MAX];
    int rc;

    if (!ft_witness_pair_valid(pair))
        return -ENOENT;
    key_path(folder, pair, path);
    {
        FT_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

        if (fd < 0)
            return -errno;
        rc = ft_read_full(fd, key, FT_WITNESS_KEY_SIZE);
    }
    return rc == -EPIPE ? -EUCLEAN : rc;
}

int
ft_witness_key_save(const char *folder, const char *pair,
                    const unsigned char key[FT_WITNESS_KEY_SIZE])
{
    char path[PATH_MAX];
    int rc;

    key_path(folder, "", path);
    rc = ft_make_folder(path, 0700);
    if (rc)
        return rc;
    key_path(folder, pair, path);
    return ft_file_replace(path, key, FT_WITNESS_KEY_SIZE, 0600);
}

int
ft_witness_key_remove(const char *folder, const char *pair)
{
    char path[PATH_MAX];

    key_path(folder, pair, path);
    return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

int
ft_witness_owner_valid(const char *owner)
{
    size_t length = strlen(owner);

    if (length < 1 || length > FT_WITNESS_OWNER_MAX)
        return 0;
    for (; *owner; owner++)
        if (*owner < 0x21 || *owner > 0x7e)
            return 0;
    return 1;
}
