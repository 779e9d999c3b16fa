/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cleanup attributes: a resource is released when its variable leaves scope.
 *
 * Memory: FT_AUTOFREE owns heap memory of free(3). To hand the resource to
 * the caller, return FT_STEAL(pointer) or ft_fd_steal(&fd).
 */
#ifndef FT_BASE_CLEANUP_H
#define FT_BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>

#define FT_CLEANUP(function) __attribute__((cleanup(function)))
#define FT_AUTOFREE FT_CLEANUP(ft_cleanup_free)
#define FT_AUTOCLOSE FT_CLEANUP(ft_cleanup_close)
#define FT_AUTOJSON FT_CLEANUP(ft_cleanup_json)

#define FT_STEAL(pointer)                           \
    ({                                              \
        __typeof__(pointer) ft_stolen_ = (pointer); \
        (pointer) = NULL;                           \
        ft_stolen_;                                 \
    })

#define FT_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define FT_MIN(a, b) ((a) < (b) ? (a) : (b))
#define FT_MAX(a, b) ((a) > (b) ? (a) : (b))

static inline void
ft_cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void
ft_cleanup_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void
ft_cleanup_json(json_t **value)
{
    json_decref(*value);
}

static inline int
ft_fd_steal(int *fd)
{
    int stolen = *fd;

    *fd = -1;
    return stolen;
}

#endif
