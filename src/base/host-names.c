/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/host-names.h"

#include <string.h>

bool
ft_host_name_valid(const char *name)
{
    static const char characters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
    size_t size = strlen(name);

    return size > 0 && size <= FT_HOST_NAME_MAX && *name != '-' &&
           strspn(name, characters) == size;
}

bool
ft_host_address_valid(const char *address)
{
    size_t size = strlen(address);

    if (size == 0 || size > FT_HOST_NAME_MAX || *address == '-' ||
        *address == '@')
        return false;
    for (; *address != '\0'; address++)
        if ((unsigned char)*address <= ' ' || *address == 0x7f ||
            *address == '/' || *address == '\'' || *address == '"')
            return false;
    return true;
}
