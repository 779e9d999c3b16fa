/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every kind of character device with every backend, through the checks as they
 * are made: what is refused, what is warned of and what passes; the other host's
 * allow-list says the same.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "plan/carry.h"
#include "plan/chardevs.h"

/* As libvirt writes them, the part that the allow-list wants to see. */
static const struct {
    const char *name, *source;
} backends[] = {
    { "null", "" },
    { "vc", "" },
    { "pty", "<source path='/dev/pts/3'/>" },
    { "spicevmc", "" },
    { "spiceport", "<source channel='org.qemu.console.serial.0'/>" },
    { "qemu-vdagent", "<source><clipboard copypaste='yes'/></source>" },
    { "file", "<source path='/var/log/libvirt/qemu/vm1-port.log'/>" },
    { "unix", "<source mode='bind' path='/run/vm1-port.sock'/>" },
    { "tcp", "<source mode='bind' host='0.0.0.0' service='4555'/>" },
    { "udp", "<source mode='connect' host='192.0.2.1' service='4555'/>" },
    { "pipe", "<source path='/tmp/fifo'/>" },
    { "dev", "<source path='/dev/ttyS0'/>" },
    { "stdio", "" },
    { "nmdm", "<source master='/dev/nmdm0A' slave='/dev/nmdm0B'/>" },
    { "dbus", "<source channel='org.x'/>" },
    { "of-tomorrow", "" },
};

/* h hidden, l local, s stream, p paper, t talk, u plugged, - refused */
static const struct {
    const char *device, *attributes, *target, *effects;
} devices[] = {
    { "serial", "", "<target port='1'/>", "hlllllssss------" },
    { "console", "", "<target type='virtio' port='1'/>", "hlllllssss------" },
    { "parallel", "", "<target port='0'/>", "hlllllpppp------" },
    { "channel", "", "<target type='virtio' name='org.x'/>",
      "hllllltttt------" },
    { "redirdev", "bus='usb'", "", "---u----u-------" },
    { "smartcard", "mode='passthrough'", "", "---u----u-------" },
};

static const struct {
    char letter;
    enum ft_verdict verdict;
    enum ft_check_id check;
    const char *words; /* what has to be said, in part */
} effects[] = {
    { 'h', FT_PASS, FT_CHECK_CARRY_CHARDEV_LOCAL, "nothing of it leaves" },
    { 'l', FT_PASS, FT_CHECK_CARRY_CHARDEV_LOCAL, "may write anew" },
    { 'a', FT_PASS, FT_CHECK_CARRY_CHARDEV_LOCAL, "undone by a takeover" },
    { 's', FT_WARN, FT_CHECK_CARRY_CHARDEV_OUTSIDE,
      "a second time, or otherwise" },
    { 'p', FT_WARN, FT_CHECK_CARRY_CHARDEV_OUTSIDE, "prints a second time" },
    { 't', FT_WARN, FT_CHECK_CARRY_CHARDEV_OUTSIDE,
      "does not know of what was asked" },
    { 'u', FT_WARN, FT_CHECK_CARRY_REDIRECTED, "does not know of it" },
    { '-', FT_FAIL, FT_CHECK_CARRY_CHARDEV, "of this host only" },
};

static char *
domain(const char *device, const char *attributes, const char *backend,
       const char *inside)
{
    char *xml = NULL;

    assert_true(
        asprintf(&xml,
                 "<domain type='qemu'><name>vm1</name>"
                 "<uuid>6a0c1f6e-6d1b-4f0b-9a43-7bfa3f8a2b10</uuid><memory "
                 "unit='KiB'>262144</memory><os><type arch='x86_64' "
                 "machine='pc-i440fx-7.2'>hvm</type></os><devices>"
                 "<%s type='%s' %s>%s</%s></devices></domain>",
                 device, backend, attributes, inside, device) > 0);
    return xml;
}

/* Says what it is about, and nothing else but that all can be carried. */
static void
check(const char *xml, char letter, const char *what)
{
    struct ft_findings f = FT_FINDINGS_INIT;
    size_t i = 0;

    while (effects[i].letter != letter)
        i++;
    assert_int_equal(ft_carry_check(xml, NULL, &f, NULL), 0);
    if (f.count != (letter == '-' ? 1 : 2) ||
        f.list[0].verdict != effects[i].verdict ||
        f.list[0].check != effects[i].check ||
        !strstr(f.list[0].evidence, effects[i].words) ||
        !strstr(f.list[0].evidence, what) ||
        (letter != '-' && f.list[1].check != FT_CHECK_CARRY_DEVICES))
        fail_msg("%s: %zu findings, %s %s: %s; second %s %s", what, f.count,
                 ft_verdict_name(f.list[0].verdict), f.list[0].id,
                 f.list[0].evidence, f.count > 1 ? f.list[1].id : "",
                 f.count > 1 ? f.list[1].evidence : "");
    if (effects[i].verdict != FT_PASS)
        assert_true(f.list[0].remedy[0] && f.list[0].why[0]);
    ft_findings_free(&f);
}

static void
test_every_kind(void **state)
{
    (void)state;
    for (size_t d = 0; d < FT_ARRAY_SIZE(devices); d++)
        for (size_t b = 0; b < FT_ARRAY_SIZE(backends); b++) {
            FT_AUTOFREE char *inside = NULL;
            FT_AUTOFREE char *xml = NULL;
            char what[64];

            assert_true(asprintf(&inside, "%s%s", backends[b].source,
                                 devices[d].target) >= 0);
            xml = domain(devices[d].device, devices[d].attributes,
                         backends[b].name, inside);
            snprintf(what, sizeof(what), "%s %s:", devices[d].device,
                     backends[b].name);
            check(xml, devices[d].effects[b], what);
        }
}

/* The guest agent's; a port into user-mode networking; a name twice. */
static void
test_by_target(void **state)
{
    static const char agent[] =
        "<source mode='bind' path='/run/libvirt/qemu/channel/1-vm1/a'/>"
        "<target type='virtio' name='org.qemu.guest_agent.0'/>";
    FT_AUTOFREE char *asked = domain("channel", "", "unix", agent);
    FT_AUTOFREE char *forward =
        domain("channel", "", "null",
               "<target type='guestfwd' address='10.0.2.1' port='4600'/>");
    FT_AUTOFREE char *twice =
        domain("serial", "", "pty",
               "<target port='0'/></serial><console type='pty'>"
               "<target type='serial' port='0'/></console><serial type='null'>");
    struct ft_findings f = FT_FINDINGS_INIT;

    (void)state;
    check(asked, 'a', "channel unix:");
    check(forward, '-', "channel null:");
    assert_int_equal(ft_carry_check(twice, NULL, &f, NULL), 0);
    assert_int_equal(f.count, 3);
    ft_findings_free(&f);
}

#define LOG "<log file='/var/log/libvirt/qemu/vm1-serial0.log' append='on'/>"

static void
test_log(void **state)
{
    FT_AUTOFREE char *xml =
        domain("serial", "", "pty",
               LOG
               "<target port='0'/></serial><console type='pty'>" LOG
               "<target type='serial' port='0'/></console><serial type='null'>");
    struct ft_findings f = FT_FINDINGS_INIT;
    const struct ft_finding *log;

    (void)state;
    assert_int_equal(ft_carry_check(xml, NULL, &f, NULL), 0);
    log = ft_findings_find(&f, FT_CHECK_CARRY_CHARDEV_LOG);
    assert_non_null(log);
    assert_int_equal(log->verdict, FT_WARN);
    assert_non_null(strstr(log->evidence, "vm1-serial0.log"));
    assert_int_equal(f.count, 4); /* once, two ports, and that all is well */
    ft_findings_free(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_by_target),
        cmocka_unit_test(test_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
