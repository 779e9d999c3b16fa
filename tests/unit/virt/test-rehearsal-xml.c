/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rehearsal of a copy: the same machine, and nothing of its world. */
#include "config.h"

#include "tests/unit/virt-test.h"

#include <errno.h>

#include "base/cleanup.h"
#include "virt/rehearsal-xml.h"
#include "virt/rehearsal.h"

static const struct ft_replica_path replicas[] = { { "vda", "/pool/a.raw" },
                                                   { "vdb", "/pool/b.raw" } };
#define PLACE "ftadmin-rehearsal-1", "q2", "/run/reh.sock", "/run/vars.fd"

static const struct ft_rehearsal_place place = { PLACE, NULL, false };
static const struct ft_rehearsal_place watched = { PLACE, "/run/console.sock",
                                                   false };

static char *
rehearsal(const char *waiting)
{
    struct ft_error err = FT_ERROR_INIT;
    char *out = NULL;

    if (ft_rehearsal_xml(waiting, replicas, 2, &place, &out, &err))
        fail_msg("%s", err.text);
    return out;
}

static void
has(const char *text, const char *needle)
{
    if (!strstr(text, needle))
        fail_msg("'%s' is missing in:\n%s", needle, text);
}

static void
lacks(const char *text, const char *needle)
{
    if (strstr(text, needle))
        fail_msg("'%s' stands in:\n%s", needle, text);
}

static void
test_machine(void **state)
{
    FT_AUTOFREE char *live = read_data("domain/q35-qcow2-vga.xml");
    FT_AUTOFREE char *xml = rehearsal(live);

    (void)state;
    /* the guest's machine */
    has(xml, "machine=\"pc-q35-7.2\"");
    has(xml, "52:54:00:26:14:02");
    has(xml, "<model type=\"virtio\"/>");
    has(xml, "bus=\"0x01\" slot=\"0x00\"");
    has(xml, "<model fallback=\"forbid\">qemu64</model>");
    has(xml, "value=\"-incoming\"");
    has(xml, "value=\"defer\"");
    has(xml, "ledger-vmlinuz");
    /* a name of its own */
    has(xml, "<name>ftadmin-rehearsal-1</name>");
    has(xml, "<description>A rehearsal of q2 by ftadmin");
    lacks(xml, "4d8a1e16-289a-4387-90ed-3b8d987822bc");
    /* the replica's disk by NBD, and no file of it */
    has(xml, "type=\"network\" device=\"disk\"");
    has(xml, "protocol=\"nbd\" name=\"vda\"");
    has(xml, "transport=\"unix\" socket=\"/run/reh.sock\"");
    has(xml, "error_policy=\"stop\"");
    lacks(xml, "/pool/");
    lacks(xml, ".qcow2");
    has(xml, "<allocation mode=\"immediate\"/>");
    /* no way out */
    has(xml, "<interface type=\"ethernet\">");
    has(xml, "<link state=\"down\"/>");
    lacks(xml, "br0");
    lacks(xml, "vnet3");
    has(xml, "<serial type=\"null\">");
    has(xml, "<console type=\"null\">");
    lacks(xml, "console.log");
    lacks(xml, "/dev/pts");
    has(xml, "<listen type=\"none\"/>");
    lacks(xml, "5900");
    lacks(xml, "127.0.0.1");
    lacks(xml, "seclabel");
    lacks(xml, "memtune"); /* its limit is given where there are cgroups */
    /* what ends it */
    has(xml, "<on_reboot>destroy</on_reboot>");
    has(xml, "<on_poweroff>destroy</on_poweroff>");
    has(xml, "<on_crash>preserve</on_crash>");
}

/* Text between two words, once; what remains is in *text. */
static void
cut(char *text, const char *from, const char *to)
{
    char *begin = strstr(text, from), *end = begin ? strstr(begin, to) : NULL;

    if (!end) {
        fail_msg("no '%s' ... '%s'", from, to);
        abort();
    }
    end += strlen(to);
    memmove(begin, end, strlen(end) + 1);
}

static void
test_rich_machine(void **state)
{
    FT_AUTOFREE char *live = read_data("domain/q35-uefi-spice.xml");
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE char *xml = NULL;
    const struct ft_replica_path sda[] = { { "sda", "/pool/a.raw" },
                                           { "vda", "/pool/b.raw" },
                                           { "vdb", "/pool/c.raw" },
                                           { "sdb", "/pool/d.raw" } };

    (void)state;
    cut(live, "<tpm model", "</tpm>");
    cut(live, "<redirdev", "</redirdev>");
    if (ft_rehearsal_xml(live, sda, 4, &place, &xml, &err))
        fail_msg("%s", err.text);
    has(xml, ">/run/vars.fd</nvram>");
    has(xml, "template=\"/usr/share/OVMF/OVMF_VARS_4M.ms.fd\"");
    has(xml, "<graphics type=\"spice\">");
    lacks(xml, "passwd");
    lacks(xml, "vnc.sock");
    lacks(xml, "spicevmc");
    has(xml, "<audio id=\"1\" type=\"none\"/>");
    has(xml, "<channel type=\"unix\">"); /* the agent's, at a place of its own */
    has(xml, "org.qemu.guest_agent.0");
    lacks(xml, "/run/libvirt/qemu/channel");
}

/* A VM with a store of UEFI variables gets one of its own, however that is written. */
static void
test_nvram(void **state)
{
    static const char *const good[] = {
        "<nvram template='/t.fd'>/var/q_VARS.fd</nvram>",
        "<nvram template='/t.fd' type='file'><source file='/var/q_VARS.fd'/>"
        "</nvram>",
    };
    static const char format[] =
        "<domain type='kvm'><name>q</name><os><type>hvm</type>%s</os>"
        "<devices/></domain>";
    struct ft_error err = FT_ERROR_INIT;
    char text[400];
    char *none = NULL;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(good); i++) {
        FT_AUTOFREE char *xml = NULL;

        snprintf(text, sizeof(text), format, good[i]);
        xml = rehearsal(text);
        has(xml, "<nvram template=\"/t.fd\">/run/vars.fd</nvram>");
        lacks(xml, "q_VARS");
    }
    snprintf(text, sizeof(text), format, "<nvram type='network'/>");
    assert_int_equal(ft_rehearsal_xml(text, replicas, 2, &place, &none, &err),
                     -ENOTSUP);
    has(err.text, "UEFI variables");
    snprintf(text, sizeof(text), format, "");
    none = rehearsal(text);
    lacks(none, "nvram");
    free(none);
}

/* A machine with these devices, as it would be rehearsed there. */
static char *
with_devices(const char *devices, const struct ft_rehearsal_place *at,
             struct ft_error *err)
{
    char xml[1000];
    char *out = NULL;

    snprintf(xml, sizeof(xml),
             "<domain type='kvm'><name>q</name><devices>%s</devices></domain>",
             devices);
    ft_rehearsal_xml(xml, replicas, 2, at, &out, err);
    return out;
}

/* Which of them is read; nothing of where it led before is in it. */
static void
test_console(void **state)
{
#define READ "<source mode=\"connect\" path=\"/run/console.sock\"/>"
    static const struct {
        const char *devices, *has;
        int ends; /* of them that lead there */
    } cases[] = {
        { "<serial type='pty'><source path='/dev/pts/3'/>"
          "<target type='isa-serial' port='0'/></serial>"
          "<console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/>"
          "<target type='serial' port='0'/></console>",
          "<console type=\"unix\">", 2 },
        { "<serial type='tcp'><source mode='bind' host='::' service='9'/>"
          "<protocol type='telnet'/><log file='/dev/pts/x'/>"
          "<target port='0'/></serial>"
          "<serial type='file'><source path='/dev/pts/log'/>"
          "<target port='1'/></serial>",
          "<serial type=\"null\">", 1 },
        { "<serial type='pty'><target port='0'/></serial>"
          "<console type='pty'><target type='virtio' port='0'/></console>",
          "<console type=\"null\">", 1 },
        { "<console type='pty' tty='/dev/pts/4'><source path='/dev/pts/4'/>"
          "<target type='virtio' port='0'/></console>"
          "<console type='pty'><target type='virtio' port='1'/></console>",
          "<console type=\"null\">", 1 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_error err = FT_ERROR_INIT;
        FT_AUTOFREE char *xml = with_devices(cases[i].devices, &watched, &err);
        FT_AUTOFREE char *closed = with_devices(cases[i].devices, &place, &err);
        int ends = 0;

        if (!xml || !closed)
            fail_msg("case %zu: %s", i, err.text);
        for (const char *at = xml; at && (at = strstr(at, READ)); at++)
            ends++;
        if (ends != cases[i].ends)
            fail_msg("case %zu: %d ends in\n%s", i, ends, xml);
        has(xml, cases[i].has);
        lacks(xml, "/dev/pts");
        lacks(xml, "telnet");
        lacks(xml, "bind");
        lacks(closed, "<source");
        lacks(closed, "\"unix\"");
    }
}

/* vhost would write to a tap by itself; queues and rings stay as the guest has them. */
static void
test_vhost(void **state)
{
    static const char *const nic =
        "<interface type='bridge'><mac address='52:54:00:26:14:02'/>"
        "<source bridge='br0'/><model type='%s'/>%s</interface>";
    static const struct {
        const char *model, *rest, *has;
    } cases[] = {
        { "virtio", "<driver name='vhost' queues='4' rx_queue_size='512'/>",
          "<driver name=\"qemu\" queues=\"4\" rx_queue_size=\"512\"/>" },
        { "virtio", "", "<driver name=\"qemu\"/>" },
        { "virtio-non-transitional",
          "<backend tap='/dev/net/tun' vhost='/dev/vhost-net'/>",
          "<driver name=\"qemu\"/>" },
        { "e1000e", "",
          "<model type=\"e1000e\"/>\n      <link state=\"down\"/>" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_error err = FT_ERROR_INIT;
        FT_AUTOFREE char *xml = NULL;
        char devices[400];

        snprintf(devices, sizeof(devices), nic, cases[i].model, cases[i].rest);
        xml = with_devices(devices, &place, &err);
        if (!xml)
            fail_msg("%s", err.text);
        has(xml, cases[i].has);
        lacks(xml, "vhost");
        lacks(xml, "br0");
    }
}

/* What is asked for has to be in the machine. */
static void
test_demands(void **state)
{
    static const struct ft_rehearsal_place agent = { PLACE, NULL, true };
    static const char *const channel =
        "<channel type='unix'><source mode='bind' path='/run/a'/>"
        "<target type='virtio' name='org.qemu.guest_agent.0'/></channel>";
    static const struct {
        const struct ft_rehearsal_place *at;
        const char *devices, *what;
    } refusals[] = {
        { &agent, "", "no channel" },
        { &agent,
          "<channel type='spicevmc'>"
          "<target type='virtio' name='com.redhat.spice.0'/></channel>",
          "no channel" },
        { &watched, "<parallel type='pty'/>", "no serial port" },
    };
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE char *xml = with_devices(channel, &agent, &err);

    (void)state;
    if (!xml)
        fail_msg("%s", err.text);
    has(xml, "<channel type=\"unix\">");
    lacks(xml, "/run/a");
    for (size_t i = 0; i < FT_ARRAY_SIZE(refusals); i++) {
        assert_null(with_devices(refusals[i].devices, refusals[i].at, &err));
        assert_int_equal(err.code, ENOTSUP);
        has(err.text, refusals[i].what);
    }
}

static void
test_refused(void **state)
{
    static const struct {
        const char *device, *what;
    } rows[] = {
        { "<tpm model='tpm-crb'><backend type='emulator'/></tpm>", "a TPM" },
        { "<tpm model='tpm-tis'><backend type='external'/></tpm>", "a TPM" },
        { "<hostdev mode='subsystem' type='pci'/>", "a device of the host" },
        { "<interface type='hostdev'/>", "a NIC of the host" },
        { "<redirdev bus='usb' type='spicevmc'/>", "redirected" },
        { "<vsock model='virtio'/>", "shares something" },
        { "<rng model='virtio'><backend model='egd'/></rng>", "random" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(rows); i++) {
        char xml[400];
        struct ft_error err = FT_ERROR_INIT;
        char *out = NULL;

        snprintf(xml, sizeof(xml),
                 "<domain type='kvm'><name>q</name><devices>%s</devices>"
                 "</domain>",
                 rows[i].device);
        assert_int_equal(ft_rehearsal_xml(xml, replicas, 2, &place, &out, &err),
                         -ENOTSUP);
        has(err.text, rows[i].what);
        assert_null(out);
    }
}

/* Its memory has a limit where libvirt has cgroups, given once it is there. */
static void
test_bound(void **state)
{
    virConnectPtr conn = virConnectOpen("test:///default");
    virDomainPtr dom = virDomainLookupByName(conn, "test");
    struct ft_error err = FT_ERROR_INIT;
    virTypedParameter given[3];
    unsigned long long kib = 0;
    int n = FT_ARRAY_SIZE(given);

    (void)state;
    assert_int_equal(ft_rehearsal_bound(dom, UINT64_C(768) << 20, &err), 0);
    assert_int_equal(virDomainGetMemoryParameters(dom, given, &n, 0), 0);
    for (int i = 0; i < n; i++)
        if (!strcmp(given[i].field, VIR_DOMAIN_MEMORY_HARD_LIMIT))
            kib = given[i].value.ul;
    assert_int_equal(kib, 768 << 10);
    assert_int_equal(virDomainDestroy(dom), 0);
    assert_int_equal(ft_rehearsal_bound(dom, UINT64_C(768) << 20, &err),
                     -ENOTSUP);
    assert_string_not_equal(err.text, "");
    virDomainFree(dom);
    virConnectClose(conn);
}

static void
test_no_xml(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char *out = NULL;

    (void)state;
    assert_int_equal(ft_rehearsal_xml("<pool/>", replicas, 2, &place, &out,
                                      &err),
                     -EINVAL);
    assert_int_equal(ft_rehearsal_xml("no", replicas, 2, &place, &out, &err),
                     -EINVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machine), cmocka_unit_test(test_rich_machine),
        cmocka_unit_test(test_nvram),   cmocka_unit_test(test_vhost),
        cmocka_unit_test(test_console), cmocka_unit_test(test_demands),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_bound),
        cmocka_unit_test(test_no_xml),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
