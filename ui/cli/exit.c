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
