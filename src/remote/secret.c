/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "remote/secret.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

void *
ft_secret_room(size_t size)
{
    void *room = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (room == MAP_FAILED)
        return NULL;
    /* Each is better than nothing where one is not allowed. */
    mlock(room, size);
    madvise(room, size, MADV_DONTDUMP);
    madvise(room, size, MADV_WIPEONFORK);
    return room;
}

void
ft_secret_release(void *room, size_t size)
{
    if (room == NULL)
        return;
    explicit_bzero(room, size);
    munmap(room, size);
}

char *
ft_secret_new(void)
{
    return ft_secret_room(FT_SECRET_MAX);
}

void
ft_secret_free(char *secret)
{
    ft_secret_release(secret, FT_SECRET_MAX);
}
