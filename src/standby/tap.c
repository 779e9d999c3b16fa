/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/tap.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/cleanup.h"

int
ft_tap_set_up(const char *tap, int up)
{
    FT_AUTOCLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = { 0 };

    if (fd < 0)
        return -errno;
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", tap);
    if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
        return -errno;
    if (up)
        request.ifr_flags |= IFF_UP;
    else
        request.ifr_flags &= (short)~IFF_UP;
    return ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

struct fdb_request {
    struct nlmsghdr header;
    struct ndmsg entry;
    struct rtattr attribute;
    unsigned char mac[8]; /* 6, padded to RTA_ALIGNTO */
};

static int
parse_mac(const char *text, unsigned char mac[6])
{
    return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0], &mac[1],
                  &mac[2], &mac[3], &mac[4], &mac[5]) == 6
               ? 0
               : -EINVAL;
}

/* The kernel's answer to one request: 0 or -errno. */
static int
transact(const struct fdb_request *request)
{
    FT_AUTOCLOSE int fd =
        socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char rest[256];
    } answer;

    if (fd < 0 || send(fd, request, request->header.nlmsg_len, 0) < 0)
        return -errno;
    if (recv(fd, &answer, sizeof(answer), 0) <
            (ssize_t)NLMSG_LENGTH(sizeof(answer.error)) ||
        answer.header.nlmsg_type != NLMSG_ERROR)
        return -EPROTO;
    return answer.error.error;
}

int
ft_tap_claim_mac(const char *tap, const char *mac)
{
    struct fdb_request request = {
        .header = { .nlmsg_len =
                        NLMSG_LENGTH(sizeof(struct ndmsg)) + RTA_LENGTH(6),
                    .nlmsg_type = RTM_NEWNEIGH,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE |
                                   NLM_F_REPLACE },
        .entry = { .ndm_family = AF_BRIDGE,
                   .ndm_flags = NTF_MASTER,
                   .ndm_state = NUD_REACHABLE,
                   .ndm_ifindex = (int)if_nametoindex(tap) },
        .attribute = { .rta_len = RTA_LENGTH(6), .rta_type = NDA_LLADDR },
    };

    if (!request.entry.ndm_ifindex)
        return -ENODEV;
    return parse_mac(mac, request.mac) ? -EINVAL : transact(&request);
}
