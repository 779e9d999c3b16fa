/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rehearsal of a copy: the same machine, and nothing of its world. */
#include "config.h"

#include "tests/unit/virt-test.h"

#include <errno.h>

#include "base/cleanup.h"
#include "virt/rehearsal-xml.h"

static const struct ft_replica_path replicas[] = { { "vda", "/pool/a.raw" },
                                                   { "vdb", "/pool/b.raw" } };
static const struct ft_rehearsal_place place = { "ftadmin-rehearsal-1", "q2",
                                                 "/run/reh.sock",
                                                 "/run/vars.fd" };

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

static void
test_refused(void **state)
{
    static const struct {
        const char *device, *what;
    } rows[] = {
        { "<tpm model='tpm-crb'><backend type='emulator'/></tpm>", "a TPM" },
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
        cmocka_unit_test(test_machine),
        cmocka_unit_test(test_rich_machine),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_xml),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
