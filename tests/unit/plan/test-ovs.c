/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NICs on bridges of Open vSwitch: what is said of the other host.
 */
#include "config.h"

#include "plan/checks-private.h"
#include "plan/differences.h"
#include "tests/unit/inventory-fixture.h"

#define XML(type, source, more)                                           \
    "<domain type='qemu'><name>vm1</name><devices><interface type='" type \
    "'><mac address='52:54:00:11:22:33'/><source " source "/>" more       \
    "<model type='virtio'/></interface></devices></domain>"
#define OVS "<virtualport type='openvswitch'/>"
#define BRIDGE(more) XML("bridge", "bridge='br0'", more)

#define PORT(name, more) "{\"name\":\"" name "\",\"up\":true" more "}"
#define HAS(name, ports)                                                   \
    "{\"told\":true,\"bridges\":[{\"name\":\"" name "\",\"ports\":[" ports \
    "]}]}"
#define NONE "{\"told\":true,\"bridges\":[]}"

static void
set_ovs(struct ft_host **host, const char *name, int n, const char *domains,
        const char *ovs)
{
    json_t *facts = make_facts(name, n, 1, domains);
    struct ft_error err = FT_ERROR_INIT;

    if (ovs != NULL)
        json_object_set_new(facts, "ovs", json_loads(ovs, 0, NULL));
    ft_host_free(*host);
    if (ft_host_from_json(facts, host, &err) < 0)
        fail_msg("%s", err.text);
    snprintf((*host)->name, sizeof((*host)->name), "%s", name);
    json_decref(facts);
}

static const struct {
    const char *xml, *here, *there; /* NULL: an engine that does not tell */
    enum ft_verdict kind, vlan, controlled; /* FT_VERDICTS: nothing is said */
    const char *evidence;
} cases[] = {
    /* no Open vSwitch anywhere, told or not */
    { BRIDGE(""), NONE, NONE, FT_VERDICTS, FT_VERDICTS, FT_VERDICTS, "" },
    { BRIDGE(""), NULL, NULL, FT_VERDICTS, FT_VERDICTS, FT_VERDICTS, "" },
    /* both, and frames leave by trunks */
    { BRIDGE(OVS), HAS("br0", PORT("eth2", "")), HAS("br0", PORT("eth3", "")),
      FT_PASS, FT_PASS, FT_VERDICTS,
      "is one of Open vSwitch; the port's VLANs" },
    /* none there, not told there, one of the kernel here */
    { BRIDGE(OVS), HAS("br0", ""), NONE, FT_FAIL, FT_VERDICTS, FT_VERDICTS,
      "bridge br0 on h2 is none of Open vSwitch" },
    { BRIDGE(OVS), HAS("br0", ""), NULL, FT_UNKNOWN, FT_VERDICTS, FT_VERDICTS,
      "h2 does not tell of its Open vSwitch" },
    { BRIDGE(""), NONE, HAS("br0", ""), FT_FAIL, FT_VERDICTS, FT_VERDICTS,
      "bridge br0 on h2 is one of Open vSwitch, the VM's is none" },
    /* VLANs: of a trunk with all, with some, of an access port */
    { BRIDGE(OVS "<vlan><tag id='12'/></vlan>"), HAS("br0", PORT("eth2", "")),
      HAS("br0", PORT("eth3", ",\"trunks\":\"10,12\"")), FT_PASS, FT_PASS,
      FT_VERDICTS, "" },
    { BRIDGE(OVS "<vlan><tag id='12'/></vlan>"), HAS("br0", PORT("eth2", "")),
      HAS("br0", PORT("eth3", ",\"trunks\":\"1,120,112\"")), FT_PASS, FT_WARN,
      FT_VERDICTS, "" },
    { BRIDGE(OVS "<vlan><tag id='12'/></vlan>"), HAS("br0", PORT("eth2", "")),
      HAS("br0", PORT("eth3", ",\"tag\":12")), FT_PASS, FT_PASS, FT_VERDICTS,
      "" },
    { BRIDGE(OVS "<vlan><tag id='12'/></vlan>"), HAS("br0", PORT("eth2", "")),
      HAS("br0", PORT("eth3", ",\"tag\":13")), FT_PASS, FT_WARN, FT_VERDICTS,
      "" },
    { BRIDGE(OVS "<vlan trunk='yes'><tag id='10'/><tag id='12'/></vlan>"),
      HAS("br0", PORT("eth2", "")),
      HAS("br0", PORT("eth3", ",\"trunks\":\"10\"")), FT_PASS, FT_WARN,
      FT_VERDICTS, "" },
    /* frames without a tag: not in a trunk of some VLANs only */
    { BRIDGE(OVS), HAS("br0", PORT("eth2", "")),
      HAS("br0", PORT("eth3", ",\"trunks\":\"10\"")), FT_PASS, FT_WARN,
      FT_VERDICTS, "" },
    /* down there; down here, too; by a tunnel */
    { BRIDGE(OVS), HAS("br0", PORT("eth2", "")),
      HAS("br0", "{\"name\":\"eth3\",\"up\":false}"), FT_PASS, FT_WARN,
      FT_VERDICTS, "" },
    { BRIDGE(OVS), HAS("br0", ""), HAS("br0", ""), FT_PASS, FT_PASS,
      FT_VERDICTS, "" },
    { BRIDGE(OVS "<vlan><tag id='12'/></vlan>"), HAS("br0", PORT("eth2", "")),
      HAS("br0", PORT("gen0", ",\"kind\":\"geneve\",\"trunks\":\"7\"")),
      FT_PASS, FT_PASS, FT_VERDICTS, "" },
    /* a controller */
    { BRIDGE(OVS), HAS("br0", ""),
      "{\"told\":true,\"bridges\":[{\"name\":\"br0\",\"controlled\":true}]}",
      FT_PASS, FT_PASS, FT_WARN, "" },
    /* by a libvirt network: the bridge there is that of the network there */
    { XML("network", "network='default' bridge='virbr0'", OVS),
      HAS("virbr0", PORT("eth2", "")), HAS("virbr0", PORT("eth2", "")), FT_PASS,
      FT_PASS, FT_VERDICTS, "" },
    { XML("network", "network='default' bridge='virbr0'", OVS),
      HAS("virbr0", ""), HAS("br0", ""), FT_FAIL, FT_VERDICTS, FT_VERDICTS, "" },
    { XML("network", "network='default' bridge='virbr0'", ""), NONE, NONE,
      FT_VERDICTS, FT_VERDICTS, FT_VERDICTS, "" },
};

static enum ft_verdict
verdict_of(const struct ft_findings *findings, enum ft_check_id check)
{
    const struct ft_finding *found = ft_findings_find(findings, check);

    return found ? found->verdict : FT_VERDICTS;
}

static void
test_all(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        const struct ft_finding *found;
        bool is_ovs;

        set_ovs(&f->h1, "h1", 1, domain_facts, cases[i].here);
        set_ovs(&f->h2, "h2", 2, "", cases[i].there);
        f->vm = &f->h1->domains[0];
        free(f->vm->xml);
        f->vm->xml = strdup(cases[i].xml);
        f->list[0] = f->h1;
        f->list[1] = f->h2;
        assert_int_equal(ft_check_networks(&f->inventory, f->h1, f->vm, f->h2,
                                           &findings),
                         0);
        if (verdict_of(&findings, FT_CHECK_STANDBY_OVS) != cases[i].kind ||
            verdict_of(&findings, FT_CHECK_STANDBY_OVS_VLAN) != cases[i].vlan ||
            verdict_of(&findings, FT_CHECK_STANDBY_OVS_CONTROLLED) !=
                cases[i].controlled)
            fail_msg("case %zu", i);
        /* one or the other speaks of the bridge */
        is_ovs = cases[i].kind != FT_VERDICTS;
        assert_int_equal(verdict_of(&findings, FT_CHECK_STANDBY_NETWORK) ==
                             FT_VERDICTS,
                         is_ovs);
        found = ft_findings_find(&findings, FT_CHECK_STANDBY_OVS);
        if (found && !strstr(found->evidence, cases[i].evidence))
            fail_msg("case %zu: %s", i, found->evidence);
        if (found)
            assert_int_equal(*found->remedy == '\0', found->verdict == FT_PASS);
        ft_findings_free(&findings);
    }
}

/* The port of an Open vSwitch bridge is often down: that says nothing. */
static void
test_bridge_is_down(void **state)
{
    struct fixture *f = *state;
    struct ft_findings findings = FT_FINDINGS_INIT;

    set_ovs(&f->h1, "h1", 1, domain_facts, HAS("br0", PORT("eth2", "")));
    set_ovs(&f->h2, "h2", 2, "", HAS("br0", PORT("eth2", "")));
    f->vm = &f->h1->domains[0];
    free(f->vm->xml);
    f->vm->xml = strdup(BRIDGE(OVS));
    f->h2->nics[0].up = false;
    assert_int_equal(ft_check_networks(&f->inventory, f->h1, f->vm, f->h2,
                                       &findings),
                     0);
    assert_int_equal(verdict_of(&findings, FT_CHECK_STANDBY_OVS), FT_PASS);
    assert_int_equal(verdict_of(&findings, FT_CHECK_STANDBY_NETWORK),
                     FT_VERDICTS);
    assert_int_equal(verdict_of(&findings, FT_CHECK_STANDBY_BRIDGE_MTU),
                     FT_PASS);
    ft_findings_free(&findings);
    f->list[0] = f->h1;
    f->list[1] = f->h2;
}

/* And the text of the difference between two hosts; "": they are alike. */
static void
test_differences(void **state)
{
    static const struct {
        const char *here, *there, *left, *right;
    } differing[] = {
        { NONE, NONE, "", "" },
        { NULL, HAS("br0", ""), "", "" },
        { HAS("br0", ""), HAS("br0", ""), "", "" },
        { HAS("br0", PORT("eth2", ",\"trunks\":\"7\"")), NONE, "eth2 VLAN 7",
          "missing" },
        { NONE, HAS("br0", ""), "missing", "no port that leads out" },
        { HAS("br0", PORT("eth2", "") "," PORT("eth3", "")),
          HAS("br0", "{\"name\":\"eth2\"}"), "eth2, eth3", "eth2 down" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(differing); i++) {
        json_t *list, *row = NULL, *each;
        size_t k;

        set_ovs(&f->h1, "h1", 1, "", differing[i].here);
        set_ovs(&f->h2, "h2", 2, "", differing[i].there);
        list = ft_host_differences(f->h1, f->h2);
        json_array_foreach(list, k, each)
            if (!strcmp(ft_json_string(each, "what", ""),
                        "Open vSwitch bridge br0"))
                row = each;
        if (strcmp(ft_json_string(row, "a", ""), differing[i].left) ||
            strcmp(ft_json_string(row, "b", ""), differing[i].right))
            fail_msg("case %zu: %s, %s", i, ft_json_string(row, "a", "none"),
                     ft_json_string(row, "b", "none"));
        json_decref(list);
    }
    f->list[0] = f->h1;
    f->list[1] = f->h2;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_differences, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bridge_is_down, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
