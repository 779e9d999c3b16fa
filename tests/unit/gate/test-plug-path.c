/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a tap's output by rtnetlink, in a network namespace of its own. The
 * tap has two queues, which the guest writes to in turn.
 * Where the kernel has no sch_plug, that it says so and leaves the way as it was.
 */
#include "config.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "tests/unit/virt-test.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "gate/gate-plug.h"
#include "gate/plug-others.h"
#include "gate/plug-path.h"

#define LIMIT (8u << 10)
#define WAIT_MS 3000
#define SILENCE_MS 30 /* in which what may not come would have come */

static struct ft_netlink net;
static int guest[2] = { -1, -1 }; /* queues of the tap */
static int host = -1;             /* gets what passed the tap */
static unsigned sent, received;
static bool have_plug;
static const char *tap = "tap0"; /* whose output is held; or mt0, a macvtap */
static int macvtap = -1;

static void
sh(const char *command)
{
    if (system(command) != 0)
        fail_msg("%s", command);
}

static uint16_t
ip_sum(const uint8_t *header)
{
    uint32_t sum = 0;

    for (int i = 0; i < 20; i += 2)
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

/* UDP of 4 bytes, the frame's number, from 10.9.9.2 to 10.9.9.1. */
static void
send_frame(void)
{
    uint8_t f[64] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 32 };
    uint8_t *ip = f + 14;
    uint16_t sum;

    ip[8] = 64;
    ip[9] = IPPROTO_UDP;
    memcpy(ip + 12, "\x0a\x09\x09\x02\x0a\x09\x09\x01", 8);
    sum = ip_sum(ip);
    ip[10] = (uint8_t)(sum >> 8);
    ip[11] = (uint8_t)sum;
    ip[20] = ip[22] = 0x12; /* ports 0x1200 */
    ip[25] = 12;
    sent++;
    memcpy(ip + 28, &sent, 4);
    assert_int_equal(write(guest[sent % 2], f, 14 + 32), 14 + 32);
}

static void
send_frames(unsigned n)
{
    while (n--)
        send_frame();
}

/* The next one that comes, 0 for none in time. */
static unsigned
receive_frame(int timeout_ms)
{
    struct timeval t = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
    unsigned number = 0;

    setsockopt(host, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
    return recv(host, &number, sizeof(number), 0) == 4 ? number : 0;
}

/* The next n, in order, and no more. */
static void
expect_frames(unsigned n)
{
    while (n--)
        assert_int_equal(receive_frame(WAIT_MS), ++received);
    assert_int_equal(receive_frame(SILENCE_MS), 0);
}

static void
expect_lost(unsigned n)
{
    assert_int_equal(receive_frame(SILENCE_MS), 0);
    received += n;
}

static struct ft_vm_nic
nic_of_guest(void)
{
    struct ft_vm_nic nic = { .alias = "net0" };

    strcpy(nic.tap, tap);
    return nic;
}

static struct ft_plug_path
find_path(void)
{
    struct ft_plug_path path;
    struct ft_error err = FT_ERROR_INIT;

    if (ft_plug_path_find(&net, tap, LIMIT, &path, &err) < 0)
        fail_msg("%s", err.text);
    return path;
}

static bool
is_redirected(void)
{
    struct ft_plug_path path = find_path();

    return ft_plug_path_is_laid(&net, &path);
}

/* ----- what any kernel can show ----- */

static int
redirect(const struct ft_plug_path *path, int to)
{
    return ft_traffic_redirect(&net, path->tap_index, to, NULL);
}

/* The redirect drops while the ifb is down, and is moved to another in one step. */
static void
test_redirect(void **state)
{
    struct ft_plug_path path = find_path();
    struct ft_traffic_link a, b;

    (void)state;
    send_frames(2);
    expect_frames(2);
    assert_int_equal(ft_traffic_add_ifb(&net, "ifba", NULL), 0);
    assert_int_equal(ft_traffic_add_ifb(&net, "ifba", NULL), -EEXIST);
    assert_int_equal(ft_traffic_add_ifb(&net, "ifbb", NULL), 0);
    assert_int_equal(ft_traffic_look_link(&net, "ifba", 0, &a, NULL), 0);
    assert_int_equal(ft_traffic_look_link(&net, "ifbb", 0, &b, NULL), 0);
    assert_string_equal(a.kind, "ifb");
    assert_int_equal(ft_traffic_add_clsact(&net, path.tap_index, NULL), 0);
    assert_int_equal(ft_traffic_add_clsact(&net, path.tap_index, NULL), -EEXIST);
    assert_int_equal(redirect(&path, a.index), 0);
    assert_true(is_redirected());
    send_frames(2);
    expect_lost(2); /* closed */
    assert_int_equal(ft_traffic_raise_link(&net, a.index, "one", NULL), 0);
    send_frames(3);
    expect_frames(3);
    assert_int_equal(redirect(&path, b.index), 0);
    send_frames(1);
    expect_lost(1);
    assert_int_equal(ft_traffic_remove_link(&net, b.index, NULL), 0);
    send_frames(1);
    expect_lost(1); /* gone: closed all the same */
    assert_int_equal(ft_traffic_remove_redirect(&net, path.tap_index, NULL), 0);
    assert_false(is_redirected());
    send_frames(1);
    expect_frames(1);
    assert_int_equal(ft_traffic_remove_clsact(&net, path.tap_index, NULL), 0);
    assert_int_equal(ft_traffic_remove_link(&net, a.index, NULL), 0);
}

/* ----- what others do, to a tap whose output is led to an ifb that is down ----- */

static struct ft_plug_path
close_by_hand(void)
{
    struct ft_plug_path path = find_path();
    struct ft_traffic_link link;

    assert_int_equal(ft_traffic_add_ifb(&net, path.ifb, NULL), 0);
    assert_int_equal(ft_traffic_look_link(&net, path.ifb, 0, &link, NULL), 0);
    path.ifb_index = link.index;
    assert_int_equal(ft_traffic_add_clsact(&net, path.tap_index, NULL), 0);
    assert_int_equal(redirect(&path, link.index), 0);
    return path;
}

static void
open_by_hand(const struct ft_plug_path *path)
{
    ft_traffic_remove_clsact(&net, path->tap_index, NULL);
    ft_traffic_remove_link(&net, path->ifb_index, NULL);
    send_frames(1);
    expect_frames(1);
}

static struct ft_traffic_filters
filters_of(const struct ft_plug_path *path)
{
    struct ft_traffic_filters filters;

    assert_int_equal(ft_traffic_look_filters(&net, path->tap_index, &filters,
                                             NULL),
                     0);
    return filters;
}

/* Lets all pass, to the bridge and whatever else comes after tc. */
#define PASS "u32 match u32 0 0 flowid 1:1"
#define ADD "tc filter add dev tap0 ingress "

/* Nothing is put before the redirect, and it is not put behind anything. */
static void
test_first(void **state)
{
    static const char *const ways[] = {
        ADD "pref 1 " PASS,
        ADD "pref 1 handle ::2 " PASS,
        ADD PASS,
        ADD "chain 7 " PASS,
    };
    struct ft_plug_path path = close_by_hand();
    unsigned behind = 0;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(ways); i++) {
        sh(ways[i]);
        assert_true(filters_of(&path).behind > behind);
        behind = filters_of(&path).behind;
        send_frames(2);
        expect_lost(2);
    }
    assert_int_equal(filters_of(&path).sharing, 2);
    assert_int_equal(filters_of(&path).instead, 0);
    assert_int_equal(system(ADD "pref 1 protocol ip " PASS " 2>/dev/null") != 0,
                     1);
    assert_int_equal(filters_of(&path).egress, 0);
    sh("tc filter add dev tap0 egress " PASS);
    assert_true(filters_of(&path).egress > 0);
    /* gone with its table; laid again although the next table is another */
    sh("tc filter del dev tap0 ingress pref 1");
    assert_false(filters_of(&path).redirect);
    assert_int_equal(redirect(&path, path.ifb_index), 0);
    assert_int_equal(filters_of(&path).to, path.ifb_index);
    assert_true(filters_of(&path).handle >> 20 != 0x800);
    send_frames(2);
    expect_lost(2);
    assert_int_equal(redirect(&path, path.ifb_index), 0); /* in its place */
    assert_true(filters_of(&path).behind > 0);
    open_by_hand(&path);
}

/* What is ours goes, in whatever table, and leaves what others have. */
static void
test_removed_alone(void **state)
{
    struct ft_plug_path path = close_by_hand();

    (void)state;
    sh(ADD "pref 1 " PASS);
    assert_int_equal(ft_traffic_remove_redirect(&net, path.tap_index, NULL), 0);
    assert_false(filters_of(&path).redirect);
    assert_int_equal(filters_of(&path).behind, 1);
    assert_int_equal(ft_traffic_remove_redirect(&net, path.tap_index, NULL),
                     -ENOENT);
    open_by_hand(&path);
}

/* One that lets something pass, or leads elsewhere, is set right. */
static void
test_set_right(void **state)
{
    static const char *const ways[] = {
        "tc filter del dev tap0 ingress pref 1; " ADD
        "pref 1 handle ::1 u32 match ip protocol 6 0xff action mirred egress "
        "redirect dev lo",
        "tc filter replace dev tap0 ingress pref 1 handle 800::1 " PASS,
    };
    struct ft_plug_path path = close_by_hand();

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(ways); i++) {
        sh(ways[i]);
        assert_true(filters_of(&path).redirect);
        assert_int_not_equal(filters_of(&path).to, path.ifb_index);
        assert_int_equal(redirect(&path, path.ifb_index), 0);
        assert_int_equal(filters_of(&path).to, path.ifb_index);
        send_frames(1);
        expect_lost(1);
    }
    open_by_hand(&path);
}

/* It gives way to the new one, without a moment in between. */
static void
test_former_engine(void **state)
{
    struct ft_plug_path path = close_by_hand();
    char command[200];

    (void)state;
    snprintf(command, sizeof(command),
             "tc filter del dev tap0 ingress pref 1; " ADD
             "pref 1 handle 800::f7a u32 match u32 0 0 action mirred egress "
             "redirect dev %s",
             path.ifb);
    sh(command);
    assert_true(is_redirected());
    assert_int_equal(ft_plug_path_check(&net, "tap0", NULL), 0);
    assert_int_equal(filters_of(&path).former, 0x80000f7a);
    assert_int_equal(redirect(&path, path.ifb_index), 0);
    assert_int_equal(filters_of(&path).former, 0);
    assert_int_equal(filters_of(&path).to, path.ifb_index);
    assert_int_equal(filters_of(&path).behind, 0);
    open_by_hand(&path);
}

/* A filter that has its place when it is gone: said, and not taken away. */
static void
test_instead(void **state)
{
    struct ft_plug_path path = close_by_hand();
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    sh("tc filter del dev tap0 ingress pref 1; " ADD "pref 1 protocol ip " PASS);
    assert_true(filters_of(&path).instead > 0);
    assert_int_equal(ft_traffic_redirect(&net, path.tap_index, path.ifb_index,
                                         &err),
                     -EBUSY);
    assert_non_null(strstr(err.text, "somebody else has the first priority"));
    assert_true(err.hint[0] != '\0');
    assert_int_equal(ft_plug_path_check(&net, "tap0", NULL), -EBUSY);
    sh("tc filter del dev tap0 ingress pref 1");
    assert_int_equal(redirect(&path, path.ifb_index), 0);
    open_by_hand(&path);
}

struct heard {
    const struct ft_plug_path *path;
    enum ft_plug_event worst;
};

static void
judge(const struct nlmsghdr *header, void *opaque)
{
    struct heard *heard = opaque;

    heard->worst = FT_MAX(heard->worst, ft_plug_path_judge(heard->path, header));
}

static void
hear_changes(struct ft_netlink *events)
{
    assert_int_equal(ft_netlink_open(events, NETLINK_ROUTE, NULL), 0);
    nl_socket_set_nonblocking(events->socket);
    assert_int_equal(nl_socket_add_memberships(events->socket, RTNLGRP_LINK,
                                               RTNLGRP_TC, 0),
                     0);
}

/* What the kernel tells of each. */
static void
test_heard(void **state)
{
    static const struct {
        const char *command;
        enum ft_plug_event event;
    } cases[] = {
        { ADD "pref 1 " PASS, FT_PLUG_EVENT_OTHERS },
        { "tc filter del dev tap0 ingress pref 1 handle 800::800 u32",
          FT_PLUG_EVENT_OTHERS },
        { ADD PASS, FT_PLUG_EVENT_OTHERS },
        { "tc filter del dev tap0 ingress pref 49152", FT_PLUG_EVENT_OTHERS },
        { "tc filter add dev tap0 egress " PASS, FT_PLUG_EVENT_NONE },
        { "tc filter del dev tap0 egress", FT_PLUG_EVENT_NONE },
        { "tc qdisc replace dev tap0 root pfifo; tc qdisc del dev tap0 root",
          FT_PLUG_EVENT_NONE },
        { "ip link set tap0 down; ip link set tap0 up", FT_PLUG_EVENT_NONE },
        { "tc filter del dev tap0 ingress pref 1 handle 800::1 u32",
          FT_PLUG_EVENT_BROKEN },
        { ADD "pref 1 handle ::1 " PASS, FT_PLUG_EVENT_BROKEN },
        { "tc filter replace dev tap0 ingress pref 1 handle 800::1 " PASS,
          FT_PLUG_EVENT_BROKEN },
        { "tc filter del dev tap0 ingress", FT_PLUG_EVENT_BROKEN },
        { ADD "pref 1 protocol ip " PASS, FT_PLUG_EVENT_BROKEN },
        { "tc qdisc add dev $ifb clsact", FT_PLUG_EVENT_BROKEN },
        { "tc filter add dev $ifb egress " PASS, FT_PLUG_EVENT_BROKEN },
        { "tc qdisc del dev $ifb clsact", FT_PLUG_EVENT_NONE },
        { "tc qdisc del dev tap0 clsact", FT_PLUG_EVENT_BROKEN },
    };
    struct ft_plug_path path = close_by_hand();
    struct heard heard = { &path, FT_PLUG_EVENT_NONE };
    struct ft_netlink events;

    (void)state;
    setenv("ifb", path.ifb, 1);
    hear_changes(&events);
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        sh(cases[i].command);
        heard.worst = FT_PLUG_EVENT_NONE;
        assert_int_equal(ft_netlink_events(&events, judge, &heard), 0);
        if (heard.worst != cases[i].event)
            fail_msg("%s: %d", cases[i].command, heard.worst);
    }
    ft_netlink_close(&events);
    open_by_hand(&path);
}

static void
expect_refused(const char *make, const char *unmake, const char *words)
{
    struct ft_error err = FT_ERROR_INIT;

    assert_int_equal(ft_plug_path_check(&net, "tap0", NULL), 0);
    sh(make);
    if (ft_plug_path_check(&net, "tap0", &err) == 0)
        fail_msg("%s: not refused", make);
    if (!strstr(err.text, words) || !err.hint[0])
        fail_msg("%s (%s)", err.text, err.hint);
    sh(unmake);
    assert_int_equal(ft_plug_path_check(&net, "tap0", NULL), 0);
}

static void
test_refused(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    expect_refused("tc qdisc add dev tap0 ingress",
                   "tc qdisc del dev tap0 ingress",
                   "tap0 has traffic control of somebody else: ingress");
    expect_refused("tc qdisc add dev tap0 clsact && tc filter add dev tap0 ingress "
                   "prio 1 u32 match u32 0 0 flowid 1:1",
                   "tc qdisc del dev tap0 clsact", "somebody else: clsact");
    expect_refused("tc qdisc add dev tap0 clsact && tc filter add dev tap0 egress "
                   "u32 match u32 0 0 flowid 1:1",
                   "tc qdisc del dev tap0 clsact", "somebody else: clsact");
    if (system("nft --version >/dev/null 2>&1") == 0)
        expect_refused("nft add table netdev t && nft add chain netdev t c '{ type "
                       "filter hook ingress device tap0 priority 0; }'",
                       "nft delete table netdev t", "nftables");
    assert_int_equal(ft_plug_path_check(&net, "tap9", &err), -ENODEV);
}

struct program {
    uint32_t type, hook, flags;
    int32_t verdict;
};

static int
load_program(const struct program *what)
{
    const struct bpf_insn code[] = {
        { .code = BPF_ALU64 | BPF_MOV | BPF_K,
          .dst_reg = 0,
          .imm = what->verdict },
        { .code = BPF_JMP | BPF_EXIT },
    };
    union bpf_attr load = { .prog_type = what->type,
                            .insn_cnt = FT_ARRAY_SIZE(code),
                            .insns = (uintptr_t)code,
                            .license = (uintptr_t) "GPL" };
    int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));

    return fd < 0 ? -errno : fd;
}

/* It is on a device until the descriptor is closed; below 0: this kernel takes
 * none. */
static int
put_program(const char *device, const struct program *what)
{
    union bpf_attr link = { 0 };
    int program = load_program(what);
    int fd;

    if (program < 0)
        return program;
    link.link_create.prog_fd = (uint32_t)program;
    link.link_create.target_ifindex = if_nametoindex(device);
    link.link_create.attach_type = what->hook;
    link.link_create.flags = what->flags;
    fd = (int)syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof(link));
    if (fd < 0)
        fd = -errno;
    close(program);
    return fd;
}

/* Lets all pass. */
static int
put_xdp(bool generic)
{
    const struct program xdp = { BPF_PROG_TYPE_XDP, BPF_XDP,
                                 generic ? XDP_FLAGS_SKB_MODE
                                         : XDP_FLAGS_DRV_MODE,
                                 XDP_PASS };

    return put_program("tap0", &xdp);
}

/* Leaves all to clsact (TCX_NEXT); BPF_TCX_INGRESS and _EGRESS of newer headers. */
static int
put_tcx(const char *device, bool egress)
{
    const struct program tcx = { BPF_PROG_TYPE_SCHED_CLS, egress ? 47 : 46, 0,
                                 -1 };

    return put_program(device, &tcx);
}

/* As "ip link set ... xdp" does; -1: "xdp off". */
static int
set_xdp(int index, int program)
{
    const struct ifinfomsg body = { .ifi_index = index };
    struct nl_msg *request =
        ft_netlink_request(RTM_SETLINK, 0, &body, sizeof(body));
    struct nlattr *xdp = nla_nest_start(request, IFLA_XDP);

    nla_put_s32(request, IFLA_XDP_FD, program);
    nla_put_u32(request, IFLA_XDP_FLAGS, XDP_FLAGS_SKB_MODE);
    nla_nest_end(request, xdp);
    return ft_netlink_ask(&net, request, NULL, NULL, "xdp", NULL);
}

static void
test_xdp_heard(void **state)
{
    const struct program pass = { BPF_PROG_TYPE_XDP, BPF_XDP, 0, XDP_PASS };
    struct ft_plug_path path = find_path();
    struct heard heard = { &path, FT_PLUG_EVENT_NONE };
    struct ft_netlink events;
    int program = load_program(&pass);

    (void)state;
    if (program < 0)
        skip();
    hear_changes(&events);
    assert_int_equal(set_xdp(path.tap_index, program), 0);
    assert_int_equal(ft_netlink_events(&events, judge, &heard), 0);
    assert_int_equal(heard.worst, FT_PLUG_EVENT_OTHERS);
    assert_int_equal(ft_plug_others_look(&net, &path, NULL),
                     FT_PLUG_OTHERS_BEFORE);
    assert_int_equal(set_xdp(path.tap_index, -1), 0);
    heard.worst = FT_PLUG_EVENT_NONE;
    assert_int_equal(ft_netlink_events(&events, judge, &heard), 0);
    assert_int_equal(heard.worst, FT_PLUG_EVENT_NONE);
    assert_int_equal(ft_plug_others_look(&net, &path, NULL),
                     FT_PLUG_OTHERS_NONE);
    ft_netlink_close(&events);
    close(program);
}

/* No event tells of one that a bpf link puts there: it is looked for. */
static void
test_xdp_found(void **state)
{
    struct ft_plug_path path = close_by_hand();
    struct ft_error err = FT_ERROR_INIT;
    int fd;

    (void)state;
    sh(ADD PASS);
    assert_int_equal(ft_plug_others_look(&net, &path, &err),
                     FT_PLUG_OTHERS_IDLE);
    assert_non_null(strstr(err.text, "tap0 has a filter of somebody else"));
    assert_true(err.hint[0] != '\0');
    fd = put_xdp(true);
    if (fd < 0)
        skip();
    assert_int_equal(ft_plug_others_look(&net, &path, &err),
                     FT_PLUG_OTHERS_BEFORE);
    assert_non_null(strstr(err.text, "tap0 has an XDP program"));
    close(fd);
    sh("tc filter del dev tap0 ingress pref 49152");
    assert_int_equal(ft_plug_others_look(&net, &path, NULL),
                     FT_PLUG_OTHERS_NONE);
    open_by_hand(&path);
}

/* -EINVAL: a kernel before 6.6. */
static void
test_tcx_refused(void **state)
{
    static const char *const devices[] = { "tap0", "mt0" };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(devices); i++) {
        struct ft_error err = FT_ERROR_INIT;
        int fd;

        if (i == 1 && macvtap < 0)
            continue;
        assert_int_equal(ft_plug_path_check(&net, devices[i], NULL), 0);
        fd = put_tcx(devices[i], i == 1);
        if (fd == -EINVAL) {
            printf("# this kernel has no tcx\n");
            return;
        }
        assert_true(fd >= 0);
        assert_int_equal(ft_plug_path_check(&net, devices[i], &err), -EBUSY);
        assert_non_null(strstr(err.text, "has a BPF program at tcx"));
        assert_true(err.hint[0] != '\0');
        close(fd);
        assert_int_equal(ft_plug_path_check(&net, devices[i], NULL), 0);
    }
}

/* On the ifb it comes before the plug. */
static void
test_tcx_on_ifb(void **state)
{
    struct ft_plug_path path = close_by_hand();
    struct ft_error err = FT_ERROR_INIT;
    int fd = put_tcx(path.ifb, true);

    (void)state;
    if (fd >= 0) {
        assert_int_equal(ft_plug_others_look(&net, &path, &err),
                         FT_PLUG_OTHERS_BEFORE);
        close(fd);
    }
    assert_true(fd >= 0 || fd == -EINVAL); /* a kernel before 6.6 */
    assert_int_equal(ft_plug_others_look(&net, &path, NULL),
                     FT_PLUG_OTHERS_NONE);
    open_by_hand(&path);
}

static void
test_xdp_refused(void **state)
{
    (void)state;
    for (int generic = 0; generic < 2; generic++) {
        struct ft_error err = FT_ERROR_INIT;
        int fd = put_xdp(generic);

        if (fd < 0)
            skip();
        assert_int_equal(ft_plug_path_check(&net, "tap0", &err), -EBUSY);
        assert_non_null(strstr(err.text, "tap0 has an XDP program"));
        assert_true(err.hint[0] != '\0');
        close(fd);
        assert_int_equal(ft_plug_path_check(&net, "tap0", NULL), 0);
    }
}

#define PARAMETERS "/sys/module/vhost_net/parameters"

/* In a sysfs of the test's own making. */
static void
test_zero_copy_refused(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(mount("none", "/sys", "tmpfs", 0, NULL), 0);
    sh("mkdir -p " PARAMETERS "; echo 0 >" PARAMETERS "/experimental_zcopytx");
    assert_int_equal(ft_plug_path_check(&net, "tap0", NULL), 0);
    sh("echo 1 >" PARAMETERS "/experimental_zcopytx");
    assert_int_equal(ft_plug_path_check(&net, "tap0", &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "experimental_zcopytx is not 0"));
    assert_int_equal(umount2("/sys", MNT_DETACH), 0);
}

/* An ifb of ours whose tap is no more is nobody's. */
static void
test_sweep(void **state)
{
    struct ft_traffic_link link;
    char living[IF_NAMESIZE];

    (void)state;
    snprintf(living, sizeof(living), "ftgate%d", find_path().tap_index);
    assert_int_equal(ft_traffic_add_ifb(&net, living, NULL), 0);
    assert_int_equal(ft_traffic_add_ifb(&net, "ftgate4711", NULL), 0);
    sh("ip link add ftgate4712 type veth peer name ftgate4713");
    ft_plug_path_sweep(&net);
    assert_int_equal(ft_traffic_look_link(&net, "ftgate4711", 0, &link, NULL),
                     -ENODEV);
    assert_int_equal(ft_traffic_look_link(&net, "ftgate4712", 0, &link, NULL),
                     0);
    assert_int_equal(ft_traffic_look_link(&net, living, 0, &link, NULL), 0);
    ft_traffic_remove_link(&net, link.index, NULL);
    sh("ip link del ftgate4712");
}

/* Without sch_plug nothing of ours stays, and the output flows as ever. */
static void
test_no_plug(void **state)
{
    struct ft_vm_nic nic = nic_of_guest();
    struct ft_gate_plug *gate;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    if (have_plug)
        return; /* the other tests say more */
    assert_int_equal(ft_gate_plug_attach(&nic, 1, LIMIT, NULL, NULL, &gate,
                                         &err),
                     -ENOENT);
    assert_null(gate);
    assert_non_null(strstr(err.text, ": making a plug"));
    assert_non_null(strstr(err.hint, "sch_plug"));
    assert_true(find_path().root || find_path().ifb_index == 0);
    assert_false(is_redirected());
    send_frames(1);
    expect_frames(1);
}

/* ----- what needs sch_plug ----- */

static int woken;
static bool busy;

static void
on_wake(void *opaque)
{
    (void)opaque;
    __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&busy, __ATOMIC_SEQ_CST))
        ft_clock_sleep(FT_NS_PER_MS);
}

static struct ft_gate_plug *
attach(void)
{
    struct ft_vm_nic nic = nic_of_guest();
    struct ft_gate_plug *gate;
    struct ft_error err = FT_ERROR_INIT;

    if (ft_gate_plug_attach(&nic, 1, LIMIT, on_wake, NULL, &gate, &err) < 0)
        fail_msg("%s (%s)", err.text, err.hint);
    return gate;
}

static void
detach(struct ft_gate_plug *gate)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_gate_plug_detach(&gate, 1000, &err) < 0)
        fail_msg("%s", err.text);
    assert_null(gate);
    assert_true(find_path().root || find_path().ifb_index == 0);
    assert_false(is_redirected());
}

static struct ft_gate_stats
stats_of(struct ft_gate_plug *gate)
{
    struct ft_gate_stats stats = { 0 };

    ft_gate_plug_stats(gate, &stats);
    return stats;
}

static void
wait_held(struct ft_gate_plug *gate, unsigned n)
{
    int64_t deadline = ft_clock_ns() + WAIT_MS * FT_NS_PER_MS;

    while (stats_of(gate).held_packets != n)
        if (ft_clock_ns() > deadline)
            fail_msg("%u held, not %u", (unsigned)stats_of(gate).held_packets,
                     n);
}

static void
wait_woken(void)
{
    int64_t deadline = ft_clock_ns() + WAIT_MS * FT_NS_PER_MS;

    while (__atomic_load_n(&woken, __ATOMIC_SEQ_CST) != 1)
        assert_true(ft_clock_ns() < deadline);
}

static void
wait_whole(struct ft_gate_plug *gate)
{
    int64_t deadline = ft_clock_ns() + WAIT_MS * FT_NS_PER_MS;

    while (stats_of(gate).broken || !is_redirected())
        if (ft_clock_ns() > deadline)
            fail_msg("the way is not laid again");
}

static void
wait_repaired(struct ft_gate_plug *gate, unsigned n)
{
    int64_t deadline = ft_clock_ns() + WAIT_MS * FT_NS_PER_MS;

    while (stats_of(gate).broken || stats_of(gate).repairs < n)
        if (ft_clock_ns() > deadline)
            fail_msg("it is not repaired");
}

/* "": that there is nothing to tell. */
static void
wait_told(struct ft_gate_plug *gate, const char *words)
{
    int64_t deadline = ft_clock_ns() + WAIT_MS * FT_NS_PER_MS;
    struct ft_gate_stats stats;

    do {
        stats = stats_of(gate);
        if (ft_clock_ns() > deadline)
            fail_msg("'%s' is told, not '%s'", stats.others, words);
    } while (*words ? !strstr(stats.others, words) : stats.others[0] != '\0');
}

/* What others do while the gate's thread is busy, by which they are first; the
 * frame that keeps it so is lost when the way is laid again. */
static void
do_unseen(const char *command)
{
    __atomic_store_n(&woken, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&busy, true, __ATOMIC_SEQ_CST);
    send_frames(1);
    wait_woken();
    sh(command);
    __atomic_store_n(&busy, false, __ATOMIC_SEQ_CST);
}

static void
test_epochs(void **state)
{
    struct ft_gate_plug *gate;

    (void)state;
    if (!have_plug)
        return;
    woken = 0;
    gate = attach();
    send_frames(3);
    wait_held(gate, 3);
    wait_woken();
    expect_frames(0);
    assert_int_equal(ft_gate_plug_mark(gate), 1);
    send_frames(2);
    ft_gate_plug_release(gate, 1);
    expect_frames(3);
    wait_held(gate, 2);
    assert_int_equal(ft_gate_plug_mark(gate), 2);
    send_frames(1);
    assert_int_equal(ft_gate_plug_mark(gate), 3); /* finds a marker */
    send_frames(1);
    ft_gate_plug_release(gate, 3);
    expect_frames(2);
    assert_int_equal(ft_gate_plug_mark(gate), 4);
    __atomic_store_n(&woken, 0, __ATOMIC_SEQ_CST);
    ft_gate_plug_release(gate, 4);
    expect_frames(2); /* which are no news of the guest's */
    assert_int_equal(__atomic_load_n(&woken, __ATOMIC_SEQ_CST), 0);
    assert_int_equal(stats_of(gate).held_packets, 0);
    assert_int_equal(stats_of(gate).released, 7);
    assert_int_equal(stats_of(gate).dropped, 0);
    send_frames(2);
    detach(gate); /* in order, and nothing is lost */
    send_frames(2);
    expect_frames(4);
}

static void
test_open(void **state)
{
    struct ft_gate_plug *gate;

    (void)state;
    if (!have_plug)
        return;
    gate = attach();
    send_frames(2);
    ft_gate_plug_set_open(gate, true);
    send_frames(2);
    expect_frames(4);
    ft_gate_plug_set_open(gate, false);
    send_frames(2);
    expect_frames(0);
    assert_int_equal(ft_gate_plug_mark(gate), 1);
    ft_gate_plug_release(gate, 1);
    expect_frames(2);
    detach(gate);
}

static void
test_limit(void **state)
{
    struct ft_gate_plug *gate;
    unsigned kept, n = 400;

    (void)state;
    if (!have_plug)
        return;
    gate = attach();
    send_frames(n);
    ft_gate_plug_mark(gate);
    kept = (unsigned)stats_of(gate).held_packets;
    assert_in_range(kept, 100, n - 1);
    assert_int_equal(stats_of(gate).dropped, n - kept);
    ft_gate_plug_release(gate, 1);
    while (kept--)
        assert_int_equal(receive_frame(WAIT_MS), ++received);
    received = sent;
    detach(gate);
}

/* Whatever is taken away: closed until it is laid again, and closed then. */
static void
test_broken(void **state)
{
    static const char *const ways[] = {
        "ip link set $i down",      "ip link set $i down; ip link set $i up",
        "ip link del $i",           "tc qdisc replace dev $i root pfifo",
        "tc qdisc del dev $i root",
    };
    struct ft_gate_plug *gate;
    char command[100];

    (void)state;
    if (!have_plug)
        return;
    for (size_t i = 0; i < FT_ARRAY_SIZE(ways); i++) {
        int index = find_path().tap_index;

        gate = attach();
        send_frames(3);
        wait_held(gate, 3);
        assert_int_equal(ft_gate_plug_mark(gate), 1);
        snprintf(command, sizeof(command), "i=ftgate%d; %s", index, ways[i]);
        sh(command);
        wait_whole(gate);
        ft_gate_plug_release(gate, 1); /* counts of frames that are lost */
        received = sent;
        send_frames(2);
        expect_frames(0);
        ft_gate_plug_mark(gate);
        ft_gate_plug_release(gate, 2);
        expect_frames(2);
        detach(gate);
    }
}

/* Nobody can keep root from opening the way; but it is closed again. */
static void
test_opened_by_others(void **state)
{
    static const char *const ways[] = {
        "tc qdisc del dev tap0 clsact",
        "tc filter del dev tap0 ingress",
    };
    struct ft_gate_plug *gate;

    (void)state;
    if (!have_plug)
        return;
    for (size_t i = 0; i < FT_ARRAY_SIZE(ways); i++) {
        gate = attach();
        sh(ways[i]);
        wait_whole(gate);
        send_frames(2);
        expect_frames(0);
        detach(gate);
        expect_frames(2);
    }
}

/* So many that no event of them all is kept; none of them is of any matter. */
#define FLOOD                                                           \
    "for n in $(seq 600); do echo link set dev tap0 alias a$n; done | " \
    "ip -batch -"

/* Who hears nothing trusts no counts: the plug is a fresh one, but nobody has changed
 * anything, and so nothing was repaired; unless it was. */
static void
test_lost_events(void **state)
{
    struct ft_gate_plug *gate;

    (void)state;
    if (!have_plug)
        return;
    gate = attach();
    do_unseen(FLOOD);
    wait_held(gate, 0);
    wait_whole(gate);
    assert_int_equal(stats_of(gate).repairs, 0);
    expect_lost(1);
    ft_gate_plug_mark(gate); /* so that it wakes again */
    do_unseen(FLOOD "; tc filter del dev tap0 ingress; " FLOOD);
    wait_repaired(gate, 1);
    expect_lost(1);
    send_frames(2);
    expect_frames(0);
    detach(gate);
    expect_frames(2);
}

/* One of its number that matches less is not taken for the redirect. */
static void
test_redirect_forged(void **state)
{
    struct ft_gate_plug *gate;

    (void)state;
    if (!have_plug)
        return;
    gate = attach();
    do_unseen("tc filter del dev tap0 ingress pref 1; " ADD
              "pref 1 handle ::1 u32 match ip protocol 6 0xff action mirred "
              "egress redirect dev lo");
    wait_repaired(gate, 1);
    expect_lost(1);
    send_frames(2);
    expect_frames(0);
    detach(gate);
    expect_frames(2);
}

/* What sees output on the ifb before the plug does is taken away again. */
static void
test_filter_on_ifb(void **state)
{
    struct ft_gate_plug *gate;
    char command[200];

    (void)state;
    if (!have_plug)
        return;
    gate = attach();
    snprintf(
        command, sizeof(command),
        "i=ftgate%d; tc qdisc add dev $i clsact; tc filter add dev $i egress " PASS,
        find_path().tap_index);
    do_unseen(command);
    wait_repaired(gate, 1);
    expect_lost(1);
    snprintf(command, sizeof(command),
             "tc qdisc show dev ftgate%d | grep -q clsact",
             find_path().tap_index);
    assert_int_equal(system(command), 256);
    send_frames(2);
    expect_frames(0);
    detach(gate);
    expect_frames(2);
}

/* A filter that sees nothing is told of, and changes nothing. */
static void
test_idle_filter(void **state)
{
    struct ft_gate_plug *gate;

    (void)state;
    if (!have_plug)
        return;
    gate = attach();
    assert_string_equal(stats_of(gate).others, "");
    send_frames(2);
    wait_held(gate, 2);
    sh(ADD "pref 1 " PASS);
    wait_told(gate, "tap0 has a filter of somebody else on ingress");
    assert_false(stats_of(gate).broken);
    assert_false(stats_of(gate).bypassed);
    assert_int_equal(stats_of(gate).repairs, 0);
    send_frames(1);
    expect_frames(0);
    ft_gate_plug_mark(gate);
    ft_gate_plug_release(gate, 1);
    expect_frames(3); /* what was held before it is not lost */
    sh("tc filter del dev tap0 ingress pref 1 handle 800::800 u32");
    wait_told(gate, "");
    detach(gate);
}

/* Who puts his own in the redirect's place opens the way: it is said. */
static void
test_filter_instead(void **state)
{
    struct ft_gate_plug *gate;

    (void)state;
    if (!have_plug)
        return;
    gate = attach();
    do_unseen("tc filter del dev tap0 ingress pref 1; " ADD
              "pref 1 protocol ip " PASS);
    wait_told(gate, "a filter of somebody else has the first priority");
    assert_true(stats_of(gate).broken);
    sh("tc filter del dev tap0 ingress pref 1 protocol ip");
    wait_whole(gate);
    expect_lost(1);
    assert_string_equal(stats_of(gate).others, "");
    send_frames(2);
    expect_frames(0);
    detach(gate);
    expect_frames(2);
}

/* The plug goes on with an XDP program before it, but not without a word. */
static void
test_xdp_later(void **state)
{
    struct ft_gate_plug *gate;
    int fd;

    (void)state;
    if (!have_plug)
        return;
    gate = attach();
    fd = put_xdp(true);
    if (fd < 0)
        fail_msg("this kernel takes no XDP program: %s", strerror(-fd));
    wait_told(gate, "tap0 has an XDP program");
    assert_true(stats_of(gate).bypassed);
    assert_false(stats_of(gate).broken);
    send_frames(2);
    expect_frames(0);
    ft_gate_plug_mark(gate);
    ft_gate_plug_release(gate, 1);
    expect_frames(2);
    close(fd);
    wait_told(gate, "");
    assert_false(stats_of(gate).bypassed);
    detach(gate);
}

/* A dead worker's way stays closed; the next one's takes its place. */
static void
test_next_worker(void **state)
{
    struct ft_vm_nic nic = nic_of_guest();
    struct ft_gate_plug *old, *gate;
    unsigned removed = 0;

    (void)state;
    if (!have_plug)
        return;
    old = attach();
    send_frames(2);
    ft_gate_plug_mark(old);
    gate = attach(); /* what the old one held is lost, as a NIC's is */
    received = sent;
    send_frames(1);
    ft_gate_plug_release(old, 1);
    expect_frames(0);
    assert_true(stats_of(old).broken);
    ft_gate_plug_abandon(old);
    ft_gate_plug_mark(gate);
    ft_gate_plug_release(gate, 1);
    expect_frames(1);
    send_frames(2);
    ft_gate_plug_abandon(gate);
    send_frames(1);
    expect_frames(0);
    assert_int_equal(ft_gate_plug_remove_leftovers(&nic, 1, &removed, NULL), 0);
    assert_int_equal(removed, 1);
    assert_false(is_redirected());
    assert_true(find_path().root || find_path().ifb_index == 0);
    send_frames(1);
    expect_frames(4);
}

/* ----- a macvtap ----- */

static void
test_macvtap_refused(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_plug_path_check(&net, "mt0", NULL), 0);
    sh("tc qdisc add dev mt0 root handle 1: pfifo");
    assert_int_equal(ft_plug_path_check(&net, "mt0", &err), -EBUSY);
    assert_non_null(
        strstr(err.text, "mt0 has traffic control of somebody else"));
    sh("tc qdisc del dev mt0 root");
    assert_int_equal(ft_plug_path_check(&net, "mt0", NULL), 0);
    sh("tc qdisc add dev mt0 clsact; tc filter add dev mt0 ingress u32 match u32 "
       "0 0 flowid 1:1"); /* of what comes to the guest */
    assert_int_equal(ft_plug_path_check(&net, "mt0", NULL), 0);
    sh("tc filter add dev mt0 egress u32 match u32 0 0 flowid 1:1");
    assert_int_equal(ft_plug_path_check(&net, "mt0", &err), -EBUSY);
    assert_non_null(strstr(err.text, "mt0 has a filter of somebody else on "
                                     "egress"));
    sh("tc qdisc del dev mt0 clsact");
    assert_int_equal(ft_plug_path_check(&net, "mt0", NULL), 0);
}

static void
test_macvtap_filter_later(void **state)
{
    struct ft_gate_plug *gate;

    (void)state;
    if (!have_plug)
        return;
    gate = attach();
    sh("tc qdisc add dev mt0 clsact; tc filter add dev mt0 egress u32 match u32 "
       "0 0 flowid 1:1");
    wait_told(gate, "mt0 has a filter of somebody else on egress");
    assert_true(stats_of(gate).bypassed);
    assert_false(stats_of(gate).broken);
    sh("tc qdisc del dev mt0 clsact");
    wait_told(gate, "");
    detach(gate);
}

/* Down and up empties its plug, and another root leads past it: laid again. */
static void
test_macvtap_broken(void **state)
{
    static const char *const ways[] = {
        "ip link set mt0 down; ip link set mt0 up", "tc qdisc del dev mt0 root",
        "tc qdisc replace dev mt0 root pfifo"
    };

    (void)state;
    for (size_t i = 0; have_plug && i < FT_ARRAY_SIZE(ways); i++) {
        struct ft_gate_plug *gate = attach();

        send_frames(2);
        wait_held(gate, 2);
        ft_gate_plug_mark(gate);
        sh(ways[i]);
        wait_whole(gate);
        expect_lost(2);
        send_frames(2);
        ft_gate_plug_release(gate, 1); /* of frames that are no more */
        expect_frames(0);
        detach(gate);
        expect_frames(2);
    }
}

/* The same as of a tap, of frames that leave by a network device. */
static void
test_macvtap(void **state)
{
    static void (*const tests[])(void **) = {
        test_macvtap_refused,
        test_no_plug,
        test_epochs,
        test_open,
        test_next_worker,
        test_macvtap_broken,
        test_macvtap_filter_later,
    };
    const int taps[] = { guest[0], guest[1] };

    if (macvtap < 0)
        skip();
    tap = "mt0";
    guest[0] = guest[1] = macvtap;
    for (size_t i = 0; i < FT_ARRAY_SIZE(tests); i++)
        tests[i](state);
    memcpy(guest, taps, sizeof(guest));
    tap = "tap0";
}

static void
test_tap_goes(void **state)
{
    struct ft_gate_plug *gate;
    int64_t deadline = ft_clock_ns() + WAIT_MS * FT_NS_PER_MS;

    (void)state;
    if (!have_plug)
        return;
    gate = attach();
    sh("ip link del tap0");
    while (!stats_of(gate).broken)
        assert_true(ft_clock_ns() < deadline);
    assert_int_equal(ft_gate_plug_detach(&gate, 100, NULL), 0);
    assert_int_equal(system("ip link show type ifb | grep -q ftgate"), 256);
}

/* ----- the namespace ----- */

static void
open_guest(void)
{
    struct ifreq request = { .ifr_name = "tap0",
                             .ifr_flags =
                                 IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE };

    for (int i = 0; i < 2; i++) {
        guest[i] = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
        assert_true(guest[i] >= 0);
        assert_int_equal(ioctl(guest[i], TUNSETIFF, &request), 0);
    }
}

/* Its frames come in by the other end of a veth, to the address of the tap. */
static void
open_macvtap(void)
{
    struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
    char path[32];

    if (system(
            "ip link add w0 type veth peer name w1 && ip link add link w0 name "
            "mt0 type macvtap mode bridge") != 0)
        return;
    sh("ip link set w1 address 02:00:00:00:00:01; ip link set w0 up; "
       "ip link set w1 up; ip link set mt0 up");
    snprintf(path, sizeof(path), "/dev/tap%u", if_nametoindex("mt0"));
    macvtap = open(path, O_RDWR | O_CLOEXEC);
    assert_true(macvtap >= 0);
    assert_int_equal(ioctl(macvtap, TUNSETIFF, &request), 0);
}

static void
open_host(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(0x1200) };
    const int size = 16 << 20;

    host = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    setsockopt(host, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    assert_int_equal(bind(host, (struct sockaddr *)&at, sizeof(at)), 0);
}

static int
make_world(void **state)
{
    struct ft_traffic_link ifb;

    (void)state;
    /* nothing shall be sent but by us */
    sh("for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do "
       "[ ! -e $f ] || echo 1 >$f; done; "
       "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done");
    sh("ip link set lo up");
    open_guest();
    open_macvtap();
    sh("ip link set tap0 address 02:00:00:00:00:01; "
       "ip addr add 10.9.9.1/24 dev tap0; ip link set tap0 up");
    if (ft_netlink_open(&net, NETLINK_ROUTE, NULL) < 0)
        return -1;
    open_host();
    ft_traffic_add_ifb(&net, "probe", NULL);
    ft_traffic_look_link(&net, "probe", 0, &ifb, NULL);
    have_plug = ft_traffic_put_plug(&net, ifb.index, 0x10000000, 1, NULL) == 0;
    ft_traffic_remove_link(&net, ifb.index, NULL);
    printf("# this kernel has %s sch_plug\n", have_plug ? "" : "no");
    return 0;
}

static int
end_world(void **state)
{
    (void)state;
    close(guest[0]);
    close(guest[1]);
    if (macvtap >= 0)
        close(macvtap);
    close(host);
    ft_netlink_close(&net);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redirect),
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_removed_alone),
        cmocka_unit_test(test_set_right),
        cmocka_unit_test(test_former_engine),
        cmocka_unit_test(test_instead),
        cmocka_unit_test(test_heard),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_xdp_refused),
        cmocka_unit_test(test_xdp_heard),
        cmocka_unit_test(test_xdp_found),
        cmocka_unit_test(test_tcx_refused),
        cmocka_unit_test(test_tcx_on_ifb),
        cmocka_unit_test(test_zero_copy_refused),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_no_plug),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_opened_by_others),
        cmocka_unit_test(test_lost_events),
        cmocka_unit_test(test_redirect_forged),
        cmocka_unit_test(test_filter_on_ifb),
        cmocka_unit_test(test_idle_filter),
        cmocka_unit_test(test_filter_instead),
        cmocka_unit_test(test_xdp_later),
        cmocka_unit_test(test_next_worker),
        cmocka_unit_test(test_macvtap),
        cmocka_unit_test(test_tap_goes), /* the last: there is no tap any more */
    };

    if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", "/sys", "sysfs", 0, NULL) < 0 ||
        access("/dev/net/tun", R_OK | W_OK) < 0) {
        printf("1..0 # SKIP no network namespace of its own, or no tap\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, make_world, end_world);
}
