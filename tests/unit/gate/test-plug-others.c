/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is made of what others do to a tap, a macvtap or an ifb of ours: by
 * messages as the kernel sends them, without one (test-plug-path has the kernel's
 * own).
 */
#include "config.h"

#include <arpa/inet.h>

#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <netlink/attr.h>

#include "tests/unit/virt-test.h"

#include "base/cleanup.h"
#include "gate/plug-others.h"
#include "gate/plug-path.h"

#define TAP 7
#define IFB 8
#define ELSE 9
#define INGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define EGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)
#define ALL ETH_P_ALL
#define DELETED true

static const struct ft_plug_path tap_path = {
    .tap = "vnet3", .tap_index = TAP, .ifb = "ftgate7", .ifb_index = IFB
};
static const struct ft_plug_path macvtap_path = {
    .tap = "mt0", .tap_index = TAP, .root = true, .ifb = "mt0", .ifb_index = TAP
};

struct filter {
    const char *kind;
    uint32_t parent;
    unsigned priority, protocol, chain;
    uint32_t handle;
    bool removed;
};

static struct nl_msg *
filter_message(int index, const struct filter *filter)
{
    const struct tcmsg body = {
        .tcm_ifindex = index,
        .tcm_parent = filter->parent,
        .tcm_handle = filter->handle,
        .tcm_info = TC_H_MAKE(filter->priority << 16,
                              htons((uint16_t)filter->protocol)),
    };
    struct nl_msg *message =
        ft_netlink_request(filter->removed ? RTM_DELTFILTER : RTM_NEWTFILTER, 0,
                           &body, sizeof(body));

    assert_non_null(message);
    nla_put_string(message, TCA_KIND, filter->kind);
    nla_put_u32(message, TCA_CHAIN, filter->chain);
    return message;
}

static enum ft_plug_event
judge(const struct ft_plug_path *path, struct nl_msg *message)
{
    enum ft_plug_event event = ft_plug_path_judge(path, nlmsg_hdr(message));

    nlmsg_free(message);
    return event;
}

/* Each filter, where it stands, and what it means to a gate when it comes or goes. */
static void
test_filters(void **state)
{
    static const struct {
        struct filter filter;
        enum ft_traffic_place place;
        enum ft_plug_event on_tap, on_ifb, on_macvtap;
    } cases[] = {
        /* the redirect, and the u32 table that it is in */
        { { "u32", INGRESS, 1, ALL, 0, 0x80000001, false },
          FT_TRAFFIC_REDIRECT,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE },
        { { "u32", INGRESS, 1, ALL, 0, 0x80100001, DELETED },
          FT_TRAFFIC_REDIRECT,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_NONE },
        { { "u32", INGRESS, 1, ALL, 0, 0x80000f7a, DELETED },
          FT_TRAFFIC_REDIRECT,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_NONE },
        { { "u32", INGRESS, 1, ALL, 0, 0, DELETED },
          FT_TRAFFIC_REDIRECT,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_NONE },
        { { "u32", INGRESS, 1, ALL, 0, 0, false },
          FT_TRAFFIC_NOWHERE,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_NONE },
        { { "u32", INGRESS, 1, ALL, 0, 0x80000000, false },
          FT_TRAFFIC_NOWHERE,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_NONE },
        /* behind it: in its table, of a later priority, in a chain to go to */
        { { "u32", INGRESS, 1, ALL, 0, 0x80000002, false },
          FT_TRAFFIC_BEHIND,
          FT_PLUG_EVENT_OTHERS,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE },
        { { "u32", INGRESS, 1, ALL, 0, 0x80000800, DELETED },
          FT_TRAFFIC_BEHIND,
          FT_PLUG_EVENT_OTHERS,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_NONE },
        { { "u32", INGRESS, 1, ALL, 0, 0x80001001, false }, /* another bucket */
          FT_TRAFFIC_BEHIND,
          FT_PLUG_EVENT_OTHERS,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE },
        { { "flower", INGRESS, 2, ETH_P_IP, 0, 1, false },
          FT_TRAFFIC_BEHIND,
          FT_PLUG_EVENT_OTHERS,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE },
        { { "flower", INGRESS, 1, ALL, 3, 1, false },
          FT_TRAFFIC_BEHIND,
          FT_PLUG_EVENT_OTHERS,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE },
        /* in its place: what is there without it */
        { { "flower", INGRESS, 1, ALL, 0, 1, false },
          FT_TRAFFIC_INSTEAD,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE },
        { { "u32", INGRESS, 1, ETH_P_IP, 0, 0x80000001, false },
          FT_TRAFFIC_INSTEAD,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE },
        { { "bpf", INGRESS, 1, ALL, 0, 0, false },
          FT_TRAFFIC_INSTEAD,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_NONE },
        /* on the side to the guest; from a macvtap it is the side of the plug */
        { { "u32", EGRESS, 1, ALL, 0, 0x80000001, false },
          FT_TRAFFIC_EGRESS,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_BROKEN,
          FT_PLUG_EVENT_OTHERS },
        { { "flower", EGRESS, 9, ALL, 0, 1, DELETED },
          FT_TRAFFIC_EGRESS,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_NONE,
          FT_PLUG_EVENT_OTHERS },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        const struct filter *filter = &cases[i].filter;
        struct nl_msg *message = filter_message(TAP, filter);

        print_message("# case %zu: %s\n", i, filter->kind);
        assert_int_equal(ft_traffic_filter_place(nlmsg_hdr(message)),
                         cases[i].place);
        assert_int_equal(judge(&tap_path, message), cases[i].on_tap);
        assert_int_equal(judge(&tap_path, filter_message(IFB, filter)),
                         cases[i].on_ifb);
        assert_int_equal(judge(&macvtap_path, filter_message(TAP, filter)),
                         cases[i].on_macvtap);
        assert_int_equal(judge(&tap_path, filter_message(ELSE, filter)),
                         FT_PLUG_EVENT_NONE);
    }
}

static struct nl_msg *
link_message(int index, int type, int xdp)
{
    const struct ifinfomsg body = { .ifi_family = AF_UNSPEC,
                                    .ifi_index = index,
                                    .ifi_flags = IFF_UP };
    struct nl_msg *message = ft_netlink_request(type, 0, &body, sizeof(body));
    struct nlattr *nested;

    assert_non_null(message);
    nested = nla_nest_start(message, IFLA_XDP);
    nla_put_u8(message, IFLA_XDP_ATTACHED, (uint8_t)xdp);
    nla_nest_end(message, nested);
    return message;
}

static void
test_links(void **state)
{
    static const int modes[] = { XDP_ATTACHED_DRV, XDP_ATTACHED_SKB,
                                 XDP_ATTACHED_HW, XDP_ATTACHED_MULTI };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(modes); i++) {
        assert_int_equal(judge(&tap_path,
                               link_message(TAP, RTM_NEWLINK, modes[i])),
                         FT_PLUG_EVENT_OTHERS);
        assert_int_equal(judge(&macvtap_path,
                               link_message(TAP, RTM_NEWLINK, modes[i])),
                         FT_PLUG_EVENT_NONE);
        assert_int_equal(judge(&tap_path,
                               link_message(ELSE, RTM_NEWLINK, modes[i])),
                         FT_PLUG_EVENT_NONE);
    }
    assert_int_equal(judge(&tap_path,
                           link_message(TAP, RTM_NEWLINK, XDP_ATTACHED_NONE)),
                     FT_PLUG_EVENT_NONE);
    assert_int_equal(judge(&tap_path,
                           link_message(TAP, RTM_DELLINK, XDP_ATTACHED_DRV)),
                     FT_PLUG_EVENT_GONE);
    assert_int_equal(judge(&macvtap_path,
                           link_message(TAP, RTM_DELLINK, XDP_ATTACHED_NONE)),
                     FT_PLUG_EVENT_GONE);
    assert_int_equal(judge(&tap_path,
                           link_message(IFB, RTM_DELLINK, XDP_ATTACHED_NONE)),
                     FT_PLUG_EVENT_BROKEN);
}

static enum ft_plug_event
judge_qdisc(const struct ft_plug_path *path, int index, int type)
{
    const struct tcmsg body = { .tcm_ifindex = index,
                                .tcm_parent = TC_H_CLSACT };
    struct nl_msg *message = ft_netlink_request(type, 0, &body, sizeof(body));

    assert_non_null(message);
    nla_put_string(message, TCA_KIND, "clsact");
    return judge(path, message);
}

static void
test_clsact(void **state)
{
    (void)state;
    assert_int_equal(judge_qdisc(&tap_path, TAP, RTM_NEWQDISC),
                     FT_PLUG_EVENT_NONE);
    assert_int_equal(judge_qdisc(&tap_path, TAP, RTM_DELQDISC),
                     FT_PLUG_EVENT_BROKEN);
    assert_int_equal(judge_qdisc(&tap_path, IFB, RTM_NEWQDISC),
                     FT_PLUG_EVENT_BROKEN);
    assert_int_equal(judge_qdisc(&tap_path, IFB, RTM_DELQDISC),
                     FT_PLUG_EVENT_NONE);
    assert_int_equal(judge_qdisc(&macvtap_path, TAP, RTM_NEWQDISC),
                     FT_PLUG_EVENT_OTHERS);
    assert_int_equal(judge_qdisc(&macvtap_path, TAP, RTM_DELQDISC),
                     FT_PLUG_EVENT_OTHERS);
}

/* What is before the plug is worse than what sees nothing, and is told. */
static void
test_sights(void **state)
{
    static const struct {
        struct ft_plug_sight sight;
        enum ft_plug_others others;
        const char *words;
    } cases[] = {
        { { .filters = { .redirect = true } }, FT_PLUG_OTHERS_NONE, "" },
        { { .filters = { .egress = 2 } }, FT_PLUG_OTHERS_NONE, "" },
        { { .filters = { .behind = 1 } },
          FT_PLUG_OTHERS_IDLE,
          "vnet3 has a filter of somebody else on ingress" },
        { { .xdp = true, .filters = { .behind = 1 } },
          FT_PLUG_OTHERS_BEFORE,
          "vnet3 has an XDP program, which sees output before it is held" },
        { { .tcx = 1 }, FT_PLUG_OTHERS_BEFORE, "vnet3 has a BPF program at tcx" },
        { { .macvtap = true, .xdp = true, .filters = { .behind = 1 } },
          FT_PLUG_OTHERS_NONE,
          "" },
        { { .macvtap = true, .filters = { .egress = 1 } },
          FT_PLUG_OTHERS_BEFORE,
          "vnet3 has a filter of somebody else on egress" },
        { { .macvtap = true, .tcx = 1 },
          FT_PLUG_OTHERS_BEFORE,
          "vnet3 has a BPF program at tcx" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_error err = FT_ERROR_INIT;

        print_message("# sight %zu\n", i);
        assert_int_equal(ft_plug_others_judge("vnet3", &cases[i].sight, &err),
                         cases[i].others);
        assert_int_equal(err.code == 0, cases[i].others == FT_PLUG_OTHERS_NONE);
        assert_int_equal(err.hint[0] == '\0', err.code == 0);
        assert_ptr_equal(strstr(err.text, cases[i].words), err.text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_clsact),
        cmocka_unit_test(test_sights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
