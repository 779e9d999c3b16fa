/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "remote/secret.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

char *
ft_secret_new(void)
{
    void *room = mmap(NULL, FT_SECRET_MAX, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (room == MAP_FAILED)
        return NULL;
    /* Each is better than nothing where one is not allowed. */
    mlock(room, FT_SECRET_MAX);
    madvise(room, FT_SECRET_MAX, MADV_DONTDUMP);
    madvise(room, FT_SECRET_MAX, MADV_WIPEONFORK);
    return room;
}

void
ft_secret_free(char *secret)
{
    if (secret == NULL)
        return;
    explicit_bzero(secret, FT_SECRET_MAX);
    munmap(secret, FT_SECRET_MAX);
}
