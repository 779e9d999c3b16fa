/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/crowd.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

void
ft_crowd_from(int fd, unsigned char from[FT_CROWD_ADDRESS_SIZE])
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof(address);
    const struct sockaddr_in *four = (const void *)&address;
    const struct sockaddr_in6 *six = (const void *)&address;

    memset(from, 0, FT_CROWD_ADDRESS_SIZE);
    if (getpeername(fd, (struct sockaddr *)&address, &length) < 0)
        return;
    if (address.ss_family == AF_INET)
        memcpy(from, &four->sin_addr, 4);
    else if (address.ss_family == AF_INET6 &&
             IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
        memcpy(from, six->sin6_addr.s6_addr + 12, 4);
    else if (address.ss_family == AF_INET6)
        memcpy(from, six->sin6_addr.s6_addr, FT_CROWD_ADDRESS_SIZE);
}

/* How many strangers come from where place i does. */
static size_t
company(const struct ft_crowd_place *places, size_t count, size_t i)
{
    size_t n = 0;

    for (size_t k = 0; k < count; k++)
        n += places[k].stranger &&
             memcmp(places[k].from, places[i].from, FT_CROWD_ADDRESS_SIZE) == 0;
    return n;
}

size_t
ft_crowd_victim(const struct ft_crowd_place *places, size_t count)
{
    size_t victim = count, most = 0;

    for (size_t i = 0; i < count; i++) {
        size_t n = places[i].stranger ? company(places, count, i) : 0;

        if (n > most ||
            (n && n == most && places[i].since_ns < places[victim].since_ns)) {
            most = n;
            victim = i;
        }
    }
    return victim;
}
