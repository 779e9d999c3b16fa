/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network devices and addresses by rtnetlink(7): unlike /sys it shows this
 * network namespace wherever /sys was mounted.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

#include "base/cleanup.h"
#include "inventory/probe-private.h"

/* One message of a dump. 0 or -errno. */
typedef int (*take_message)(json_t *nics, const struct nlmsghdr *header);

static int
request_dump(int fd, int type)
{
    struct {
        struct nlmsghdr header;
        struct rtgenmsg body;
    } request = {
        .header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
                    .nlmsg_type = (uint16_t)type,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
        .body = { AF_UNSPEC },
    };

    return send(fd, &request, request.header.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* 1 at the end of the dump. */
static int
take_datagram(char *data, size_t size, take_message take, json_t *nics)
{
    struct nlmsghdr *header = (void *)data;

    for (; NLMSG_OK(header, size); header = NLMSG_NEXT(header, size)) {
        int rc;

        if (header->nlmsg_type == NLMSG_DONE)
            return 1;
        if (header->nlmsg_type == NLMSG_ERROR)
            return -EIO;
        rc = take(nics, header);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int
dump(int type, take_message take, json_t *nics)
{
    FT_AUTOCLOSE int fd =
        socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    /* 32 KiB is the most the kernel puts into one datagram of a dump. */
    static char data[65536] __attribute__((aligned(NLMSG_ALIGNTO)));
    int rc;

    if (fd < 0)
        return -errno;
    rc = request_dump(fd, type);
    while (rc == 0) {
        ssize_t n = recv(fd, data, sizeof(data), 0);

        if (n < 0 && errno == EINTR)
            continue;
        rc = n <= 0 ? -EIO : take_datagram(data, (size_t)n, take, nics);
    }
    return rc < 0 ? rc : 0;
}

/* Mbit/s as ethtool says, -1 for devices that have no speed. */
static int
speed_of(const char *name)
{
    FT_AUTOCLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ethtool_cmd command = { .cmd = ETHTOOL_GSET };
    struct ifreq request = { .ifr_data = (void *)&command };
    uint32_t speed;

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    if (fd < 0 || ioctl(fd, SIOCETHTOOL, &request) < 0)
        return -1;
    /* ethtool_cmd_speed of the header shifts an int: undefined for "unknown" */
    speed = (uint32_t)command.speed_hi << 16 | command.speed;
    return speed == 0 || speed > 10000000 ? -1 : (int)speed;
}

static void
take_kind(const struct rtattr *linkinfo, char kind[16])
{
    const struct rtattr *a = RTA_DATA(linkinfo);
    size_t size = RTA_PAYLOAD(linkinfo);

    for (; RTA_OK(a, size); a = RTA_NEXT(a, size))
        if (a->rta_type == IFLA_INFO_KIND)
            snprintf(kind, 16, "%.*s", (int)RTA_PAYLOAD(a),
                     (const char *)RTA_DATA(a));
}

static void
format_mac(const struct rtattr *a, char out[18])
{
    const unsigned char *m = RTA_DATA(a);

    if (RTA_PAYLOAD(a) == 6)
        snprintf(out, 18, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
                 m[3], m[4], m[5]);
}

static int
take_link(json_t *nics, const struct nlmsghdr *header)
{
    const struct ifinfomsg *info = NLMSG_DATA(header);
    const struct rtattr *a = IFLA_RTA(info);
    size_t size = IFLA_PAYLOAD(header);
    char name[IF_NAMESIZE] = "", master[IF_NAMESIZE] = "", mac[18] = "";
    char kind[16] = "", parent[IF_NAMESIZE] = "";
    unsigned below = 0;
    int mtu = 0;
    json_t *nic;

    if (header->nlmsg_type != RTM_NEWLINK || info->ifi_type == ARPHRD_LOOPBACK)
        return 0;
    for (; RTA_OK(a, size); a = RTA_NEXT(a, size)) {
        if (a->rta_type == IFLA_IFNAME)
            snprintf(name, sizeof(name), "%s", (char *)RTA_DATA(a));
        else if (a->rta_type == IFLA_ADDRESS)
            format_mac(a, mac);
        else if (a->rta_type == IFLA_MTU)
            mtu = (int)*(uint32_t *)RTA_DATA(a);
        else if (a->rta_type == IFLA_MASTER)
            if_indextoname(*(uint32_t *)RTA_DATA(a), master);
        else if (a->rta_type == IFLA_LINK)
            below = *(uint32_t *)RTA_DATA(a);
        else if (a->rta_type == IFLA_LINKINFO)
            take_kind(a, kind);
    }
    if (below != 0 &&
        strcmp(kind, "vlan") == 0) /* of others in another namespace */
        if_indextoname(below, parent);
    nic = json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:b,s:i,s:i,s:[]}", "name",
                    name, "mac", mac, "master", master, "kind", kind, "parent",
                    parent, "bridge", strcmp(kind, "bridge") == 0, "up",
                    (info->ifi_flags & IFF_UP) != 0, "carrier",
                    (info->ifi_flags & IFF_RUNNING) != 0, "speed_mbps",
                    speed_of(name), "mtu", mtu, "addresses");
    return json_array_append_new(nics, nic) == 0 ? 0 : -ENOMEM;
}

static json_t *
find_nic(json_t *nics, const char *name)
{
    size_t i;
    json_t *nic;

    json_array_foreach(nics, i, nic)
        if (strcmp(json_string_value(json_object_get(nic, "name")), name) == 0)
            return nic;
    return NULL;
}

static int
take_address(json_t *nics, const struct nlmsghdr *header)
{
    const struct ifaddrmsg *info = NLMSG_DATA(header);
    const struct rtattr *a = IFA_RTA(info);
    size_t size = IFA_PAYLOAD(header);
    char name[IF_NAMESIZE] = "", text[INET6_ADDRSTRLEN] = "";
    json_t *nic;

    /* Link-local addresses need a zone and are of no use to a peer. */
    if (header->nlmsg_type != RTM_NEWADDR || info->ifa_scope >= RT_SCOPE_LINK)
        return 0;
    for (; RTA_OK(a, size); a = RTA_NEXT(a, size))
        if (a->rta_type == IFA_LOCAL ||
            (a->rta_type == IFA_ADDRESS && *text == '\0'))
            inet_ntop(info->ifa_family, RTA_DATA(a), text, sizeof(text));
    if_indextoname(info->ifa_index, name);
    nic = find_nic(nics, name);
    if (nic == NULL || *text == '\0')
        return 0;
    return json_array_append_new(json_object_get(nic, "addresses"),
                                 json_pack("{s:s,s:i}", "text", text, "prefix",
                                           (int)info->ifa_prefixlen)) == 0
               ? 0
               : -ENOMEM;
}

json_t *
ft_probe_nics(void)
{
    json_t *nics = json_array();

    if (nics == NULL)
        return NULL;
    if (dump(RTM_GETLINK, take_link, nics) == -ENOMEM ||
        dump(RTM_GETADDR, take_address, nics) == -ENOMEM) {
        json_decref(nics);
        return NULL;
    }
    return nics;
}
