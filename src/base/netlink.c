/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/netlink.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/netlink.h>

#define EVENT_BUFFER (1 << 20) /* bytes */
/* The most that the kernel puts into one datagram of a dump. Bytes. */
#define MESSAGES_MAX (64u << 10)
#define INDICES_MAX 64

struct taking {
    ft_netlink_take take;
    void *opaque;
    int ended; /* the acknowledgement or the end of a dump came */
};

static int
on_message(struct nl_msg *message, void *opaque)
{
    const struct taking *taking = opaque;

    if (taking->take)
        taking->take(nlmsg_hdr(message), taking->opaque);
    return NL_OK;
}

static int
on_end(struct nl_msg *message, void *opaque)
{
    struct taking *taking = opaque;

    (void)message;
    taking->ended = 1;
    return NL_STOP;
}

/* With NETLINK_CAP_ACK the attributes follow at once. */
static int
on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *opaque)
{
    struct ft_netlink *net = opaque;
    const struct nlmsghdr *header =
        (const void *)((const char *)e - NLMSG_HDRLEN);
    int size = (int)header->nlmsg_len - NLMSG_HDRLEN - (int)sizeof(*e);
    struct nlattr *words = NULL;

    (void)from;
    net->error = -e->error;
    if (header->nlmsg_flags & NLM_F_ACK_TLVS && size > 0)
        words = nla_find((const struct nlattr *)(const void *)(e + 1), size,
                         NLMSGERR_ATTR_MSG);
    if (words)
        snprintf(net->words, sizeof(net->words), "%.*s", nla_len(words),
                 (const char *)nla_data(words));
    return NL_STOP;
}

int
ft_netlink_open(struct ft_netlink *net, int protocol, struct ft_error *err)
{
    const int on = 1;
    int rc;

    memset(net, 0, sizeof(*net));
    net->socket = nl_socket_alloc();
    if (!net->socket)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    rc = nl_connect(net->socket, protocol);
    if (rc < 0) {
        ft_netlink_close(net);
        return ft_fail(err, EIO, NULL, "netlink socket: %s", nl_geterror(rc));
    }
    nl_socket_disable_auto_ack(net->socket);
    nl_socket_disable_seq_check(net->socket); /* one request at a time */
    nl_socket_set_buffer_size(net->socket, EVENT_BUFFER, 0);
    nl_socket_disable_msg_peek(net->socket);
    nl_socket_set_msg_buf_size(net->socket, MESSAGES_MAX);
    nl_socket_modify_err_cb(net->socket, NL_CB_CUSTOM, on_error, net);
    setsockopt(nl_socket_get_fd(net->socket), SOL_NETLINK, NETLINK_EXT_ACK, &on,
               sizeof(on));
    setsockopt(nl_socket_get_fd(net->socket), SOL_NETLINK, NETLINK_CAP_ACK, &on,
               sizeof(on));
    net->port = nl_socket_get_local_port(net->socket);
    return 0;
}

void
ft_netlink_close(struct ft_netlink *net)
{
    nl_socket_free(net->socket);
    net->socket = NULL;
}

struct nl_msg *
ft_netlink_request(int type, int flags, const void *body, size_t size)
{
    struct nl_msg *request = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

    if (request && nlmsg_append(request, (void *)(uintptr_t)body, size,
                                NLMSG_ALIGNTO) < 0) {
        nlmsg_free(request);
        request = NULL;
    }
    return request;
}

static void
let_take(struct ft_netlink *net, struct taking *taking)
{
    nl_socket_modify_cb(net->socket, NL_CB_VALID, NL_CB_CUSTOM, on_message,
                        taking);
    nl_socket_modify_cb(net->socket, NL_CB_ACK, NL_CB_CUSTOM, on_end, taking);
    nl_socket_modify_cb(net->socket, NL_CB_FINISH, NL_CB_CUSTOM, on_end, taking);
}

static int
receive(struct ft_netlink *net, ft_netlink_take take, void *opaque)
{
    struct taking taking = { take, opaque, 0 };
    int rc = 0;

    let_take(net, &taking);
    while (rc >= 0 && !taking.ended)
        rc = nl_recvmsgs_default(net->socket);
    if (net->error)
        return -net->error;
    return rc < 0 ? -EIO : 0;
}

int
ft_netlink_ask(struct ft_netlink *net, struct nl_msg *request,
               ft_netlink_take take, void *opaque, const char *what,
               struct ft_error *err)
{
    int rc = -ENOMEM;

    net->error = 0;
    net->words[0] = '\0';
    if (request) {
        nlmsg_hdr(request)->nlmsg_flags |= NLM_F_ACK;
        rc = nl_send_auto(net->socket, request) < 0
                 ? -EIO
                 : receive(net, take, opaque);
    }
    nlmsg_free(request);
    if (rc == 0)
        return 0;
    return ft_fail(err, -rc, NULL, "%s: %s%s%s", what, strerror(-rc),
                   *net->words ? ": " : "", net->words);
}

/* A word as the filter sees it. */
static struct sock_filter
word_at(size_t offset)
{
    return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                        (uint32_t)offset);
}

/* Leads what is equal over the next `skip` instructions. */
static struct sock_filter
if_equal(uint32_t word, size_t skip)
{
    return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(word),
                                        (uint8_t)skip, 0);
}

/* ifinfomsg and tcmsg have the index at the same place. */
int
ft_netlink_hear_only(struct ft_netlink *net, uint32_t port, const int *indices,
                     size_t n)
{
    struct sock_filter code[INDICES_MAX + 5];
    struct sock_fprog program = { .filter = code };
    size_t at = 0;

    if (n > INDICES_MAX)
        return -E2BIG;
    code[at++] = word_at(offsetof(struct nlmsghdr, nlmsg_pid));
    code[at++] = if_equal(port, n + 1);
    code[at++] = word_at(NLMSG_HDRLEN + offsetof(struct tcmsg, tcm_ifindex));
    for (size_t i = 0; i < n; i++)
        code[at++] = if_equal((uint32_t)indices[i], n - i);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
    program.len = (unsigned short)at;
    return setsockopt(nl_socket_get_fd(net->socket), SOL_SOCKET,
                      SO_ATTACH_FILTER, &program, sizeof(program)) < 0
               ? -errno
               : 0;
}

int
ft_netlink_events(struct ft_netlink *net, ft_netlink_take take, void *opaque)
{
    struct taking taking = { take, opaque, 0 };
    int rc;

    let_take(net, &taking);
    do
        rc = nl_recvmsgs_default(net->socket);
    while (rc >= 0);
    return rc == -NLE_AGAIN ? 0 : rc == -NLE_NOMEM ? -ENOBUFS : -EIO;
}
