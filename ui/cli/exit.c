/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/exit.h"

#include <errno.h>
#include <stdlib.h>

enum ft_exit
ft_exit_from_errno(int code)
{
    switch (abs(code)) {
    case 0:
        return FT_EXIT_OK;
    case ENOENT:
    case ESRCH:
        return FT_EXIT_NOT_FOUND;
    case EPERM: /* a safety rule of ours, never a missing right */
    case EBUSY:
    case EKEYREJECTED:
    case ENOKEY:
        return FT_EXIT_REFUSED;
    case EACCES:
    case EROFS:
        return FT_EXIT_PERMISSION;
    case EBADMSG:         /* damaged database or file */
    case EPROTONOSUPPORT: /* written by a newer version */
        return FT_EXIT_CONFIGURATION;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ECONNREFUSED:
    case ECONNRESET:
    case ENOTCONN:
    case EPIPE:
        return FT_EXIT_UNREACHABLE;
    case ETIMEDOUT:
        return FT_EXIT_TIMEOUT;
    case EPROTO:
        return FT_EXIT_PROTOCOL;
    case EINTR:
    case ECANCELED:
        return FT_EXIT_INTERRUPTED;
    default:
        return FT_EXIT_FAILED;
    }
}

enum ft_exit
ft_exit_worse(enum ft_exit a, enum ft_exit b)
{
    static const enum ft_exit order[] = {
        FT_EXIT_OK,          FT_EXIT_DEGRADED,      FT_EXIT_UNPROTECTED,
        FT_EXIT_NOT_FOUND,   FT_EXIT_CHECK_FAILED,  FT_EXIT_REFUSED,
        FT_EXIT_PERMISSION,  FT_EXIT_CONFIGURATION, FT_EXIT_USAGE,
        FT_EXIT_UNREACHABLE, FT_EXIT_TIMEOUT,       FT_EXIT_PROTOCOL,
        FT_EXIT_PARTLY,      FT_EXIT_FAILED,        FT_EXIT_INTERRUPTED,
    };
    size_t of_a = 0, of_b = 0;

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        of_a = order[i] == a ? i : of_a;
        of_b = order[i] == b ? i : of_b;
    }
    return of_b > of_a ? b : a;
}

int
ft_exit_of_plugin(enum ft_exit code)
{
    switch (code) {
    case FT_EXIT_OK:
        return 0;
    case FT_EXIT_DEGRADED:
        return 1;
    case FT_EXIT_UNPROTECTED:
        return 2;
    default:
        return 3;
    }
}
