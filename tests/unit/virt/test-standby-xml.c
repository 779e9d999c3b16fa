/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/virt-test.h"

#include "base/cleanup.h"
#include "virt/standby-xml.h"
#include "virt/vm.h"
#include "virt/xml-changes.h"

#define PATH "/var/lib/libvirt/images/vm-vda.ftreplica"

static const struct ft_replica_path replica = { "vda", PATH };

static char *
standby(const char *live)
{
    struct ft_error err = FT_ERROR_INIT;
    char *out = NULL;

    if (ft_standby_xml(live, &replica, 1, &out, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(ft_standby_xml_waits(out));
    return out;
}

static char *
persistent(const char *live)
{
    struct ft_error err = FT_ERROR_INIT;
    char *out = NULL;

    if (ft_persistent_xml(live, &out, &err) < 0)
        fail_msg("%s", err.text);
    assert_false(ft_standby_xml_waits(out));
    return out;
}

static int
count(const char *text, const char *needle)
{
    int n = 0;

    for (; (text = strstr(text, needle)); text += strlen(needle))
        n++;
    return n;
}

static void
has(const char *text, const char *needle)
{
    assert_non_null(text);
    if (!strstr(text, needle))
        fail_msg("'%s' is missing in:\n%s", needle, text);
}

static void
lacks(const char *text, const char *needle)
{
    assert_non_null(text);
    if (strstr(text, needle))
        fail_msg("'%s' stands in:\n%s", needle, text);
}

/* What both results must not take along from the run on the other host. */
static void
lacks_the_run(const char *xml)
{
    const char *root = strstr(xml, "<domain ");

    assert_non_null(root);
    assert_null(memmem(root, strcspn(root, ">"), " id=", 4));
    lacks(xml, "seclabel");
    lacks(xml, "<alias");
    lacks(xml, "mirror");
    lacks(xml, "backingStore");
    lacks(xml, "/dev/pts/");
    lacks(xml, "vnet");
    lacks(xml, "port=\"5900\"");
}

static void
keeps_the_machine(const char *live, const char *xml)
{
    struct ft_vm before, after;
    struct ft_error err = FT_ERROR_INIT;
    size_t i;

    assert_int_equal(ft_vm_from_xml(live, &before, &err), 0);
    assert_int_equal(ft_vm_from_xml(xml, &after, &err), 0);
    assert_string_equal(before.name, after.name);
    assert_string_equal(before.uuid, after.uuid);
    assert_string_equal(before.machine, after.machine);
    assert_int_equal(before.memory, after.memory);
    assert_int_equal(before.n_nics, after.n_nics);
    assert_int_equal(before.n_disks, after.n_disks);
    for (i = 0; i < before.n_nics; i++)
        assert_string_equal(before.nics[i].mac, after.nics[i].mac);
    assert_int_equal(count(live, "<address type='pci'"),
                     count(xml, "<address type=\"pci\""));
    ft_vm_free(&before);
    ft_vm_free(&after);
}

static void
for_sample(const char *name)
{
    FT_AUTOFREE char *live = read_data(name);
    FT_AUTOFREE char *waiting = standby(live);
    FT_AUTOFREE char *kept = persistent(live);

    keeps_the_machine(live, waiting);
    keeps_the_machine(live, kept);
    lacks_the_run(waiting);
    lacks_the_run(kept);
    has(waiting, "<source file=\"" PATH "\"/>");
    has(waiting, "<driver name=\"qemu\" type=\"raw\"");
    lacks(waiting, "qcow2");
    assert_int_equal(count(waiting, "\"-incoming\""), 1);
    assert_int_equal(count(waiting, "\"defer\""), 1);
    assert_int_equal(count(waiting, "<qemu:commandline>"), 1);
    lacks(kept, "incoming");
    lacks(kept, "qemu:commandline");
}

static void
test_pc_mirrored(void **state)
{
    (void)state;
    for_sample("domain/pc-raw-mirrored.xml");
}

static void
test_q35_qcow2_vga(void **state)
{
    (void)state;
    for_sample("domain/q35-qcow2-vga.xml");
}

static void
test_after_takeover(void **state)
{
    (void)state;
    for_sample("domain/q35-raw-after-takeover.xml");
}

/* Role after role: the result is a fixed point. */
static void
test_many_generations(void **state)
{
    FT_AUTOFREE char *live = read_data("domain/q35-qcow2-vga.xml");
    FT_AUTOFREE char *first = standby(live);
    FT_AUTOFREE char *second = standby(first);
    FT_AUTOFREE char *third = standby(second);

    (void)state;
    assert_string_equal(first, second);
    assert_string_equal(second, third);
}

static void
test_persistent_keeps_disks(void **state)
{
    FT_AUTOFREE char *live = read_data("domain/q35-qcow2-vga.xml");
    FT_AUTOFREE char *kept = persistent(live);

    (void)state;
    has(kept, "type=\"qcow2\"");
    has(kept, "q2-disk0.qcow2");
}

#define DOMAIN(rest)                                                              \
    "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>" \
    "<name>v</name><uuid>u</uuid>" rest "</domain>"

/* Arguments of the administrator's own stay, in order. */
static void
test_other_arguments_stay(void **state)
{
    FT_AUTOFREE char *waiting =
        standby(DOMAIN("<devices/><qemu:commandline><qemu:arg value='-foo'/>"
                       "<qemu:arg value='-incoming'/><qemu:arg value='defer'/>"
                       "<qemu:arg value='bar'/><qemu:env name='A' value='b'/>"
                       "</qemu:commandline>"));
    FT_AUTOFREE char *kept = persistent(waiting);

    (void)state;
    assert_int_equal(count(waiting, "\"-incoming\""), 1);
    assert_true(strstr(waiting, "-foo") < strstr(waiting, "\"bar\""));
    has(kept, "-foo");
    has(kept, "\"bar\"");
    has(kept, "name=\"A\"");
    lacks(kept, "incoming");
}

static void
test_static_things_stay(void **state)
{
    FT_AUTOFREE char *waiting = standby(DOMAIN(
        "<devices><disk><source file='/a'/><target dev='vda'/>"
        "<alias name='ua-mine'/></disk>"
        "<interface type='bridge'><target dev='mytap'/></interface>"
        "<graphics type='vnc' port='5999' autoport='no'/></devices>"
        "<seclabel type='static' model='dac'><label>a:b</label></seclabel>"));

    (void)state;
    has(waiting, "ua-mine");
    has(waiting, "mytap");
    has(waiting, "5999");
    has(waiting, "type=\"static\"");
}

static void
test_missing_replica(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char *out = NULL;

    (void)state;
    assert_int_equal(
        ft_standby_xml(
            DOMAIN("<devices><disk><source file='/a'/><target dev='vdb'/></disk>"
                   "</devices>"),
            &replica, 1, &out, &err),
        -ENOENT);
    has(err.text, "vdb");
    assert_null(out);
}

static void
test_read_only_and_empty_stay(void **state)
{
    FT_AUTOFREE char *waiting = standby(
        DOMAIN("<devices><disk device='cdrom'><source file='/iso'/>"
               "<target dev='sda'/><readonly/></disk>"
               "<disk device='cdrom'><target dev='sdb'/></disk></devices>"));

    (void)state;
    has(waiting, "\"/iso\"");
}

/* A path cannot break out of its attribute. */
static void
test_odd_path(void **state)
{
    const struct ft_replica_path odd = { "vda", "/a'\"<&>" };
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE char *out = NULL;
    struct ft_vm domain;

    (void)state;
    assert_int_equal(
        ft_standby_xml(DOMAIN("<devices><disk type='block'><source dev='/dev/x'/>"
                              "<target dev='vda'/></disk></devices>"),
                       &odd, 1, &out, &err),
        0);
    assert_int_equal(ft_vm_from_xml(out, &domain, &err), 0);
    assert_string_equal(domain.disks[0].source, odd.path);
    ft_vm_free(&domain);
}

static void
test_bad_xml(void **state)
{
    static const char *const bad[] = {
        "", "<", "text", "<domain>", "<network/>", "<domain><name></domain>"
    };
    struct ft_error err = FT_ERROR_INIT;
    char *out = NULL;
    size_t i;

    (void)state;
    for (i = 0; i < FT_ARRAY_SIZE(bad); i++) {
        assert_int_equal(ft_standby_xml(bad[i], NULL, 0, &out, &err), -EINVAL);
        assert_false(ft_standby_xml_waits(bad[i]));
        assert_int_equal(ft_persistent_xml(bad[i], &out, &err), -EINVAL);
    }
}

/* What is tuned or told beside it is not the machine; its devices are. */
static void
test_machine(void **state)
{
    static const struct {
        const char *xml;
        bool same;
    } others[] = {
        { "<domain><title>t</title><metadata>m</metadata><vcpu>2</vcpu><devices>"
          "<disk><iotune>9</iotune></disk></devices></domain>",
          true },
        { "<domain><vcpu current='1'>2</vcpu><devices><disk/></devices></domain>",
          false },
        { "<domain><vcpu>2</vcpu><devices><disk/><disk/></devices></domain>",
          false },
    };
    FT_AUTOFREE char *first = NULL;

    (void)state;
    assert_int_equal(ft_standby_machine_xml("<domain><vcpu>2</vcpu><devices>"
                                            "<disk></disk></devices></domain>",
                                            &first, NULL),
                     0);
    for (size_t i = 0; i < FT_ARRAY_SIZE(others); i++) {
        FT_AUTOFREE char *other = NULL;

        assert_int_equal(ft_standby_machine_xml(others[i].xml, &other, NULL), 0);
        assert_int_equal(!strcmp(first, other), others[i].same);
    }
}

/* A host's own definition stays what it is, but for where its disks are. */
static void
test_definition(void **state)
{
    static const char own[] = DOMAIN(
        "<vcpu current='1'>2</vcpu><devices><disk type='file'>"
        "<driver name='qemu' type='qcow2' cache='none'/><source file='/a.qcow2'/>"
        "<backingStore type='file'><source file='/b'/></backingStore>"
        "<target dev='vda'/></disk><disk type='file'><driver type='raw'/>"
        "<source file='/c'/><target dev='vdb'/></disk></devices>"
        "<seclabel type='none'/>");
    FT_AUTOFREE char *placed = NULL, *again = NULL;
    bool changed;

    (void)state;
    assert_int_equal(ft_definition_xml(own, &replica, 1, &changed, &placed,
                                       NULL),
                     0);
    assert_true(changed);
    has(placed, "<source file=\"" PATH "\"/>");
    has(placed, "type=\"raw\" cache=\"none\"");
    has(placed, "current=\"1\"");
    has(placed, "\"/c\"");
    lacks(placed, "backingStore");
    assert_int_equal(ft_definition_xml(placed, &replica, 1, &changed, &again,
                                       NULL),
                     0);
    assert_false(changed);
    assert_string_equal(placed, again);
}

static void
changes(const char *before, const char *after, const char *expected)
{
    char names[64];
    struct ft_error err = FT_ERROR_INIT;

    if (ft_xml_changes(before, after, false, names, sizeof(names), &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(names, expected);
}

#define CD(source) "<disk device='cdrom'>" source "<target dev='sda'/></disk>"
#define NIC(mac, link) \
    "<interface><mac address='" mac "'/><link state='" link "'/></interface>"

static void
test_changes(void **state)
{
    FT_AUTOFREE char *live = read_data("domain/pc-raw-mirrored.xml");
    struct ft_error err = FT_ERROR_INIT;
    char names[64];

    (void)state;
    changes(live, live, "");
    /* what is only of the run, and what the engine sees by itself */
    changes("<domain id='1'><memory>1</memory><devices>" CD(
                "") "</devices></domain>",
            "<domain id='2'><memory>2</memory><currentMemory>1</currentMemory>"
            "<vcpu>3</vcpu><devices>" CD(
                "<alias name='x'/><mirror/>") "<rng/></devices></domain>",
            "");
    changes("<domain><title>a</title><devices>" CD("")
                NIC("1:2", "up") "</devices></domain>",
            "<domain><title>b</title><cputune><vcpupin/></cputune><devices>" CD(
                "<source file='/b'/>") NIC("1:2", "down") "</devices></domain>",
            "title, disk sda, interface 1:2, cputune");
    changes("<domain><description>a</description></domain>", "<domain/>",
            "description");
    changes("<domain/>",
            "<domain><abcdefghijklmnopqrst/><bbcdefghijklmnopqrst/>"
            "<cbcdefghijklmnopqrst/><d/></domain>",
            "abcdefghijklmnopqrst, bbcdefghijklmnopqrst, ...");
    assert_int_equal(ft_xml_changes("<x/>", live, false, names, 64, &err),
                     -EINVAL);
    assert_int_equal(ft_xml_changes("<domain><vcpu>1</vcpu><devices/></domain>",
                                    "<domain><vcpu>2</vcpu><devices>" CD(
                                        "") "</devices>"
                                            "</domain>",
                                    true, names, 64, &err),
                     2);
    assert_string_equal(names, "vcpu, disk sda");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pc_mirrored),
        cmocka_unit_test(test_q35_qcow2_vga),
        cmocka_unit_test(test_machine),
        cmocka_unit_test(test_after_takeover),
        cmocka_unit_test(test_many_generations),
        cmocka_unit_test(test_persistent_keeps_disks),
        cmocka_unit_test(test_other_arguments_stay),
        cmocka_unit_test(test_static_things_stay),
        cmocka_unit_test(test_missing_replica),
        cmocka_unit_test(test_read_only_and_empty_stay),
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_odd_path),
        cmocka_unit_test(test_bad_xml),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
