/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine cannot carry: XML as libvirt writes it, one device at a time
 * put into a domain that is otherwise fine.
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
#include "base/paths.h"
#include "plan/carry.h"

/* virsh dumpxml of a running domain (libvirt 9.0), shortened. */
#define HEAD                                            \
    "<domain type='%s' id='1'><name>vm1</name>"         \
    "<uuid>6a0c1f6e-6d1b-4f0b-9a43-7bfa3f8a2b10</uuid>" \
    "<memory unit='KiB'>262144</memory><vcpu>1</vcpu>"
#define OS                                                       \
    "<os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>" \
    "<boot dev='hd'/></os>"
#define DEVICES_HEAD                                                                                           \
    "<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>"                                                \
    "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"                                       \
    "<source file='/var/lib/libvirt/images/vm1.qcow2' index='1'/>"                                             \
    "<backingStore/><target dev='vda' bus='virtio'/>"                                                          \
    "<alias name='virtio-disk0'/></disk>"                                                                      \
    "<controller type='usb' index='0' model='piix3-uhci'/>"                                                    \
    "<controller type='pci' index='0' model='pci-root'/>"                                                      \
    "<interface type='bridge'><mac address='52:54:00:11:22:33'/>"                                              \
    "<source bridge='br0'/><target dev='vnet0'/><model type='virtio'/>"                                        \
    "<driver name='qemu'/><alias name='net0'/></interface>"                                                    \
    "<serial type='pty'><source path='/dev/pts/1'/><target port='0'/></serial>"                                \
    "<console type='pty' tty='/dev/pts/1'><target type='serial' port='0'/></console>"                          \
    "<channel type='unix'><source mode='bind' path='/run/libvirt/qemu/channel/1-vm1/org.qemu.guest_agent.0'/>" \
    "<target type='virtio' name='org.qemu.guest_agent.0'/></channel>"                                          \
    "<input type='tablet' bus='usb'/><graphics type='vnc' port='5900'/>"                                       \
    "<graphics type='spice'/><sound model='ich6'/>"                                                            \
    "<video><model type='qxl' ram='65536' primary='yes'/></video>"                                             \
    "<watchdog model='i6300esb' action='reset'/>"                                                              \
    "<memballoon model='virtio'/>"                                                                             \
    "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
#define TAIL "</devices>%s</domain>"

struct sample {
    const char *type;   /* of the domain; NULL: qemu */
    const char *top;    /* put before <os> */
    const char *os;     /* instead of OS */
    const char *device; /* put into <devices> */
    const char *bottom; /* put after <devices> */
};

static char *
make_xml(const struct sample *s)
{
    char *xml = NULL;

    assert_true(asprintf(&xml, HEAD "%s%s" DEVICES_HEAD "%s" TAIL,
                         s->type != NULL ? s->type : "qemu",
                         s->top != NULL ? s->top : "",
                         s->os != NULL ? s->os : OS,
                         s->device != NULL ? s->device : "",
                         s->bottom != NULL ? s->bottom : "") > 0);
    return xml;
}

static struct ft_findings
check(const struct sample *s, const struct ft_carry_facts *facts)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE char *xml = make_xml(s);

    assert_int_equal(ft_carry_check(xml, facts, &findings, &err), 0);
    return findings;
}

static void
test_ordinary_domain_passes(void **state)
{
    struct sample s = { NULL };
    struct ft_findings f = check(&s, NULL);

    (void)state;
    /* what its serial port and its agent's channel show: one each */
    assert_int_equal(f.count, 3);
    assert_int_equal(ft_findings_worst(&f), FT_PASS);
    assert_string_equal(f.list[0].id, "carry.chardev-local");
    assert_string_equal(f.list[1].id, "carry.chardev-local");
    assert_string_equal(f.list[2].id, "carry.devices");
    ft_findings_free(&f);
}

/* One device each, and what must be said about it. */
static const struct refusal {
    struct sample sample;
    enum ft_verdict verdict;
    enum ft_check_id check;
    const char *subject;
    const char *evidence; /* part of it */
} refusals[] = {
    { { .device =
            "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
            "<source file='/images/top.qcow2' index='2'/>"
            "<backingStore type='file' index='3'><format type='qcow2'/>"
            "<source file='/images/base.qcow2'/><backingStore/></backingStore>"
            "<target dev='vdb' bus='virtio'/></disk>" },
      FT_WARN,
      FT_CHECK_CARRY_DISK_CHAIN,
      "disk vdb",
      "/images/base.qcow2" },
    { { .device =
            "<hostdev mode='subsystem' type='pci' managed='yes'><source>"
            "<address domain='0x0000' bus='0x3b' slot='0x0a' function='0x1'/>"
            "</source><alias name='hostdev0'/></hostdev>" },
      FT_FAIL,
      FT_CHECK_CARRY_HOSTDEV,
      "hostdev pci 0000:3b:0a.1",
      "pci" },
    { { .device =
            "<hostdev mode='subsystem' type='usb'><source>"
            "<vendor id='0x046d'/><product id='0xc52b'/></source></hostdev>" },
      FT_FAIL,
      FT_CHECK_CARRY_HOSTDEV,
      "hostdev usb 046d:c52b",
      "usb" },
    { { .device = "<hostdev mode='subsystem' type='mdev' model='vfio-pci'>"
                  "<source><address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/>"
                  "</source></hostdev>" },
      FT_FAIL,
      FT_CHECK_CARRY_HOSTDEV,
      "hostdev mdev c2177883-f1bb-47f0-914d-32a22e3a8804",
      "mdev" },
    { { .device =
            "<hostdev mode='subsystem' type='scsi'><source>"
            "<adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/>"
            "</source></hostdev>" },
      FT_FAIL,
      FT_CHECK_CARRY_HOSTDEV,
      "hostdev scsi scsi_host0",
      "scsi" },
    { { .device = "<interface type='hostdev' managed='yes'>"
                  "<mac address='52:54:00:00:00:01'/></interface>" },
      FT_FAIL,
      FT_CHECK_CARRY_NIC_HOSTDEV,
      "interface 52:54:00:00:00:01",
      "hostdev" },
    { { .device = "<interface type='vdpa'><mac address='52:54:00:00:00:02'/>"
                  "<source dev='/dev/vhost-vdpa-0'/></interface>" },
      FT_FAIL,
      FT_CHECK_CARRY_NIC_HOSTDEV,
      "interface 52:54:00:00:00:02",
      "vdpa" },
    { { .device =
            "<interface type='vhostuser'>"
            "<mac address='52:54:00:00:00:03'/><source type='unix' path='/x' "
            "mode='client'/><model type='virtio'/></interface>" },
      FT_FAIL,
      FT_CHECK_CARRY_NIC_VHOST_USER,
      "interface 52:54:00:00:00:03",
      "" },
    { { .device = "<interface type='user'><mac address='52:54:00:00:00:04'/>"
                  "<model type='e1000'/></interface>" },
      FT_FAIL,
      FT_CHECK_CARRY_NIC_USER,
      "interface 52:54:00:00:00:04",
      "user-mode" },
    { { .device = "<interface type='udp'><mac address='52:54:00:00:00:05'/>"
                  "</interface>" },
      FT_FAIL,
      FT_CHECK_CARRY_NIC_SOCKET,
      "interface 52:54:00:00:00:05",
      "udp" },
    { { .device = "<interface type='bridge'><mac address='52:54:00:00:00:06'/>"
                  "<source bridge='br0'/><model type='virtio'/>"
                  "<driver name='vhost'/></interface>" },
      FT_PASS,
      FT_CHECK_CARRY_NIC_VHOST,
      "interface 52:54:00:00:00:06",
      "vhost" },
    { { .device = "<interface type='bridge'><mac address='52:54:00:00:00:07'/>"
                  "<source bridge='br0'/><model type='virtio'/>"
                  "<driver name='qemu' queues='4'/></interface>" },
      FT_PASS,
      FT_CHECK_CARRY_NIC_QUEUES,
      "interface 52:54:00:00:00:07",
      "4" },
    { { .device = "<interface type='direct'><mac address='52:54:00:00:00:0a'/>"
                  "<source dev='eth0' mode='bridge'/><model type='virtio'/>"
                  "<driver name='vhost'/></interface>" },
      FT_WARN,
      FT_CHECK_CARRY_NIC_DIRECT,
      "interface 52:54:00:00:00:0a",
      "eth0" },
    { { .device =
            "<interface type='bridge'><mac address='52:54:00:00:00:0b'/>"
            "<source bridge='br0'/><model type='virtio'/><driver queues='2'/>"
            "<bandwidth><outbound average='128'/></bandwidth></interface>" },
      FT_FAIL,
      FT_CHECK_CARRY_NIC_BANDWIDTH,
      "interface 52:54:00:00:00:0b",
      "bandwidth" },
    { { .device =
            "<interface type='direct'><mac address='52:54:00:00:00:08'/>"
            "<source dev='eth0' mode='bridge'/><model type='e1000'/></interface>" },
      FT_WARN,
      FT_CHECK_CARRY_NIC_DIRECT,
      "interface 52:54:00:00:00:08",
      "eth0" },
    { { .device =
            "<interface type='ethernet'>"
            "<mac address='52:54:00:00:00:09'/><target dev='tap7'/></interface>" },
      FT_WARN,
      FT_CHECK_CARRY_NIC_ETHERNET,
      "interface 52:54:00:00:00:09",
      "tap7" },
    { { .device = "<filesystem type='mount'><driver type='virtiofs'/>"
                  "<source dir='/srv'/><target dir='share'/></filesystem>" },
      FT_FAIL,
      FT_CHECK_CARRY_FILESYSTEM,
      "filesystem share",
      "virtiofs" },
    { { .device = "<shmem name='shm0'><model type='ivshmem-plain'/></shmem>" },
      FT_FAIL,
      FT_CHECK_CARRY_SHMEM,
      "shmem shm0",
      "shm0" },
    { { .device =
            "<tpm model='tpm-tis'><backend type='passthrough'>"
            "<device path='/dev/tpm0'/></backend><alias name='tpm0'/></tpm>" },
      FT_FAIL,
      FT_CHECK_CARRY_TPM,
      "tpm tpm0",
      "passed through" },
    { { .device = "<tpm model='tpm-crb'><backend type='emulator' "
                  "version='2.0'/></tpm>" },
      FT_WARN,
      FT_CHECK_CARRY_TPM_EMULATOR,
      "tpm",
      "emulated TPM 2.0" },
    { { .device = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'>"
                  "<encryption secret='6a0c1f6e-6d1b-4f0b-9a43-7bfa3f8a2b10'/>"
                  "</backend></tpm>" },
      FT_FAIL,
      FT_CHECK_CARRY_TPM_ENCRYPTION,
      "tpm",
      "encrypted" },
    { { .device = "<tpm model='tpm-crb'><backend type='external'>"
                  "<source type='unix' mode='connect' path='/tmp/s'/>"
                  "</backend></tpm>" },
      FT_FAIL,
      FT_CHECK_CARRY_TPM_BACKEND,
      "tpm",
      "external" },
    { { .device = "<vsock model='virtio'><cid auto='yes' address='3'/></vsock>" },
      FT_FAIL,
      FT_CHECK_CARRY_VSOCK,
      "vsock",
      "vsock" },
    { { .device = "<memory model='nvdimm' access='shared'><source>"
                  "<path>/tmp/nv</path></source></memory>" },
      FT_FAIL,
      FT_CHECK_CARRY_MEMORY_DEVICE,
      "memory",
      "nvdimm" },
    { { .device = "<memory model='virtio-mem'><target/></memory>" },
      FT_FAIL,
      FT_CHECK_CARRY_MEMORY_DEVICE,
      "memory",
      "virtio-mem" },
    { { .device = "<memory model='virtio-pmem'><target/></memory>" },
      FT_FAIL,
      FT_CHECK_CARRY_MEMORY_DEVICE,
      "memory",
      "virtio-pmem" },
    { { .device = "<input type='passthrough' bus='virtio'>"
                  "<source evdev='/dev/input/event1'/></input>" },
      FT_FAIL,
      FT_CHECK_CARRY_INPUT,
      "input",
      "/dev/input/event1" },
    { { .device = "<smartcard mode='host'/>" },
      FT_FAIL,
      FT_CHECK_CARRY_SMARTCARD,
      "smartcard",
      "smart card" },
    { { .device = "<redirdev bus='usb' type='spicevmc'>"
                  "<alias name='redir0'/></redirdev>" },
      FT_WARN,
      FT_CHECK_CARRY_REDIRECTED,
      "redirdev redir0",
      "" },
    { { .device = "<video><driver name='vhostuser'/><model type='virtio'/>"
                  "</video>" },
      FT_FAIL,
      FT_CHECK_CARRY_VHOST_USER,
      "video",
      "vhost-user" },
    { { .device = "<video><model type='virtio'><acceleration accel3d='yes'/>"
                  "</model></video>" },
      FT_FAIL,
      FT_CHECK_CARRY_GL,
      "video",
      "3D" },
    { { .device = "<graphics type='spice'><gl enable='yes'/></graphics>" },
      FT_FAIL,
      FT_CHECK_CARRY_GL,
      "graphics",
      "3D" },
    { { .device = "<rng model='virtio'><backend model='egd' type='udp'/></rng>" },
      FT_WARN,
      FT_CHECK_CARRY_RNG_EGD,
      "rng",
      "" },
    { { .device = "<serial type='dev'><source path='/dev/ttyS0'/>"
                  "<alias name='serial1'/></serial>" },
      FT_FAIL,
      FT_CHECK_CARRY_CHARDEV,
      "serial serial1",
      "of this host only" },
    { { .device = "<serial type='tcp'><source mode='connect' host='192.0.2.7'/>"
                  "</serial>" },
      FT_WARN,
      FT_CHECK_CARRY_CHARDEV_OUTSIDE,
      "serial",
      "tcp" },
    { { .device = "<disk type='block' device='lun'><source dev='/dev/sdb'/>"
                  "<target dev='sdb' bus='scsi'/></disk>" },
      FT_FAIL,
      FT_CHECK_CARRY_DISK_LUN,
      "disk sdb",
      "SCSI" },
    { { .device = "<disk type='vhostuser' device='disk'>"
                  "<target dev='vdb' bus='virtio'/></disk>" },
      FT_FAIL,
      FT_CHECK_CARRY_DISK_TYPE,
      "disk vdb",
      "vhostuser" },
    { { .device = "<disk type='nvme' device='disk'><source type='pci'/>"
                  "<target dev='vdb' bus='virtio'/></disk>" },
      FT_FAIL,
      FT_CHECK_CARRY_DISK_TYPE,
      "disk vdb",
      "nvme" },
    { { .device = "<disk type='block' device='disk'><source dev='/dev/sdb'/>"
                  "<target dev='vdb'/><shareable/></disk>" },
      FT_FAIL,
      FT_CHECK_CARRY_DISK_SHAREABLE,
      "disk vdb",
      "shared" },
    { { .device = "<disk type='file' device='disk'><source file='/x'/>"
                  "<target dev='vdb'/><transient/></disk>" },
      FT_FAIL,
      FT_CHECK_CARRY_DISK_TRANSIENT,
      "disk vdb",
      "thrown away" },
    { { .device =
            "<disk type='file' device='disk'><source file='/x'>"
            "<encryption format='luks'/></source><target dev='vdb'/></disk>" },
      FT_FAIL,
      FT_CHECK_CARRY_DISK_ENCRYPTION,
      "disk vdb",
      "encrypted" },
    { { .device =
            "<disk type='file' device='disk'><source file='/x'/>"
            "<mirror type='file' job='copy' ready='yes'/><target dev='vdb'/></disk>" },
      FT_FAIL,
      FT_CHECK_CARRY_BLOCK_JOB,
      "disk vdb",
      "copy" },
    { { .device = "<disk type='file' device='disk'><source file='/ro.img'/>"
                  "<target dev='vdb'/><readonly/></disk>" },
      FT_WARN,
      FT_CHECK_CARRY_DISK_READONLY,
      "disk vdb",
      "/ro.img" },
    { { .device = "<disk type='file' device='cdrom'><source file='/d.iso'/>"
                  "<target dev='sda' bus='sata'/><readonly/></disk>" },
      FT_WARN,
      FT_CHECK_CARRY_MEDIA,
      "disk sda",
      "/d.iso" },
    { { .device = "<disk type='file' device='floppy'><source file='/f.img'/>"
                  "<target dev='fda'/><readonly/></disk>" },
      FT_WARN,
      FT_CHECK_CARRY_MEDIA,
      "disk fda",
      "/f.img" },
    { { .device = "<pstore backend='acpi-erst'><path>/p</path></pstore>" },
      FT_FAIL,
      FT_CHECK_CARRY_PSTORE,
      "pstore",
      "/p" },
    { { .top = "<memoryBacking><hugepages/></memoryBacking>" },
      FT_FAIL,
      FT_CHECK_CARRY_HUGEPAGES,
      "hugepages",
      "huge" },
    { { .top = "<memoryBacking><source type='memfd'/></memoryBacking>" },
      FT_FAIL,
      FT_CHECK_CARRY_MEMORY_SOURCE,
      "source",
      "memfd" },
    { { .top = "<memoryBacking><access mode='shared'/></memoryBacking>" },
      FT_FAIL,
      FT_CHECK_CARRY_SHARED_MEMORY,
      "access",
      "shared" },
    { { .top = "<cpu><numa><cell id='0' cpus='0' memory='1' "
               "memAccess='shared'/></numa></cpu>" },
      FT_FAIL,
      FT_CHECK_CARRY_SHARED_MEMORY,
      "cell",
      "shared" },
    { { .bottom = "<launchSecurity type='sev'><cbitpos>47</cbitpos>"
                  "</launchSecurity>" },
      FT_FAIL,
      FT_CHECK_CARRY_ENCRYPTED_MEMORY,
      "launchSecurity",
      "sev" },
    { { .top = "<cpu mode='custom'><model>Haswell</model>"
               "<feature policy='require' name='vmx'/></cpu>" },
      FT_WARN,
      FT_CHECK_CARRY_NESTED,
      "feature vmx",
      "virtual machines" },
    { { .top = "<cpu mode='host-passthrough' check='none'/>" },
      FT_WARN,
      FT_CHECK_CARRY_NESTED,
      "cpu",
      "virtual machines" },
    { { .top = "<cpu mode='custom'><feature policy='require' name='invtsc'/>"
               "</cpu>" },
      FT_WARN,
      FT_CHECK_CARRY_INVTSC,
      "feature invtsc",
      "TSC" },
    { { .top = "<cpu mode='host-passthrough' migratable='off'><feature "
               "policy='disable' name='svm'/></cpu>" },
      FT_WARN,
      FT_CHECK_CARRY_MIGRATABLE,
      "cpu",
      "cannot be carried" },
    { { .os = "<os><type arch='x86_64'>hvm</type><loader readonly='yes' "
              "type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader></os>" },
      FT_WARN,
      FT_CHECK_CARRY_FIRMWARE,
      "loader",
      "OVMF_CODE.fd" },
    { { .os = "<os><type arch='x86_64'>hvm</type>"
              "<loader type='rom'>/usr/share/seabios/bios.bin</loader></os>" },
      FT_WARN,
      FT_CHECK_CARRY_FIRMWARE_WRITABLE,
      "loader",
      "seabios/bios.bin" },
    { { .device = "<crypto model='virtio' type='qemu'><backend model='builtin'/>"
                  "</crypto>" },
      FT_FAIL,
      FT_CHECK_CARRY_CRYPTO,
      "crypto",
      "a crypto device" },
    { { .os = "<os><type arch='x86_64'>hvm</type>"
              "<nvram>/var/lib/libvirt/qemu/nvram/vm1_VARS.fd</nvram></os>" },
      FT_WARN,
      FT_CHECK_CARRY_NVRAM,
      "nvram",
      "vm1_VARS.fd" },
    { { .os = "<os><type arch='x86_64'>hvm</type>"
              "<kernel>/var/lib/libvirt/boot/vmlinuz</kernel></os>" },
      FT_WARN,
      FT_CHECK_CARRY_BOOT_FILE,
      "kernel",
      "/boot/vmlinuz" },
    { { .os = "<os><type arch='x86_64'>hvm</type>"
              "<kernel>/boot/vmlinuz</kernel></os>" },
      FT_FAIL,
      FT_CHECK_CARRY_REFUSED,
      "kernel",
      "domain/os/kernel: '/boot/vmlinuz' must be in /var/lib/libvirt/boot" },
    { { .device = "<disk type='file' device='floppy'><source file='/f.img'/>"
                  "<target dev='fdb'/></disk>" },
      FT_FAIL,
      FT_CHECK_CARRY_MEDIA_WRITABLE,
      "disk fdb",
      "/f.img" },
    { { .device = "<graphics type='sdl'/>" },
      FT_FAIL,
      FT_CHECK_CARRY_REFUSED,
      "graphics",
      "domain/devices/graphics/@type: 'sdl'" },
    { { .device = "<disk type='file' device='floppy'><source file='/f.txt'/>"
                  "<target dev='fdb'/><readonly/></disk>" },
      FT_FAIL,
      FT_CHECK_CARRY_REFUSED,
      "source fdb",
      "domain/devices/disk/source/@file: '/f.txt'" },
    { { .os = "<os><type arch='aarch64' machine='virt'>hvm</type></os>" },
      FT_FAIL,
      FT_CHECK_CARRY_ARCH,
      "type",
      "aarch64" },
    { { .type = "xen" }, FT_FAIL, FT_CHECK_CARRY_TYPE, "domain", "xen" },
    { { .bottom = "<commandline xmlns='http://libvirt.org/schemas/domain/"
                  "qemu/1.0'><arg value='-foo'/></commandline>" },
      FT_FAIL,
      FT_CHECK_CARRY_COMMANDLINE,
      "arg",
      "-foo" },
};

static void
test_every_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(refusals); i++) {
        const struct refusal *r = &refusals[i];
        struct ft_findings f = check(&r->sample, NULL);
        const struct ft_finding *found = ft_findings_find(&f, r->check);

        if (found == NULL)
            fail_msg("%s was not found", ft_check_lines[r->check].id);
        assert_int_equal(found->verdict, r->verdict);
        assert_string_equal(found->subject, r->subject);
        assert_non_null(strstr(found->evidence, r->evidence));
        assert_true(found->why[0] != '\0');
        assert_int_equal(ft_findings_worst(&f), r->verdict);
        /* the pass is there if and only if nothing failed */
        assert_int_equal(ft_findings_find(&f, FT_CHECK_CARRY_DEVICES) != NULL,
                         r->verdict != FT_FAIL);
        ft_findings_free(&f);
    }
}

static void
test_several_at_once(void **state)
{
    struct sample s = {
        .device =
            "<hostdev type='pci'><source><address domain='0' bus='1' slot='0' "
            "function='0'/></source></hostdev><shmem name='a'/><shmem name='b'/>"
    };
    struct ft_findings f = check(&s, NULL);

    (void)state;
    assert_int_equal(f.count, 3 + 2); /* two character devices pass */
    ft_findings_free(&f);
}

#define VIRTIO                                                    \
    "<interface type='bridge'><mac address='52:54:00:00:00:aa'/>" \
    "<source bridge='br0'/><model type='virtio'/></interface>"

/* libvirt uses vhost for virtio NICs of KVM guests unless told otherwise. */
static void
test_vhost_by_default(void **state)
{
    static const struct {
        const char *type;
        struct ft_carry_facts facts;
        bool have_facts;
        int verdict; /* -1: nothing said */
    } cases[] = {
        { "kvm", { .vhost_known = true, .vhost = true }, true, FT_PASS },
        { "kvm",
          { .vhost_known = true, .vhost = true, .no_plug = true },
          true,
          FT_FAIL },
        { "kvm", { .vhost_known = true, .vhost_net = true }, true, -1 },
        { "kvm", { .vhost_net = true }, true, FT_PASS },
        { "kvm", { .vhost_net = true, .no_plug = true }, true, FT_WARN },
        { "kvm", { .vhost_net = false }, true, -1 },
        { "kvm", { false }, false, FT_PASS },
        { "qemu", { .vhost_known = true, .vhost = true }, true, -1 },
        { "qemu", { false }, false, -1 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct sample s = { .type = cases[i].type, .device = VIRTIO };
        struct ft_findings f =
            check(&s, cases[i].have_facts ? &cases[i].facts : NULL);
        const struct ft_finding *found =
            ft_findings_find(&f, FT_CHECK_CARRY_NIC_VHOST);

        if (cases[i].verdict < 0) {
            assert_null(found);
        } else {
            assert_non_null(found);
            assert_int_equal((int)found->verdict, cases[i].verdict);
            assert_string_equal(found->subject, "interface 52:54:00:00:00:aa");
            if (cases[i].verdict != FT_PASS)
                assert_non_null(strstr(found->remedy, "sch_plug"));
        }
        ft_findings_free(&f);
    }
}

/* QEMU tells the two memories of a QXL card apart from 8.1 on, or their sizes do. */
static void
test_qxl(void **state)
{
    static const struct {
        const char *qemu, *vram;
        bool carried;
    } cases[] = {
        { "7.2.22", "65536", false }, { "8.0.0", "65536", false },
        { "8.1.0", "65536", true },   { "10.0.13", "65536", true },
        { "7.2.22", "32768", true },  { "", "65536", true },
        { NULL, "65536", true },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_carry_facts facts = { .qemu = cases[i].qemu };
        char device[128];
        struct sample s = { .device = device };
        struct ft_findings f;

        snprintf(device, sizeof(device),
                 "<video><model type='qxl' ram='65536' vram='%s'/></video>",
                 cases[i].vram);
        f = check(&s, &facts);
        assert_int_equal(ft_findings_find(&f, FT_CHECK_CARRY_VIDEO_QXL) == NULL,
                         cases[i].carried);
        assert_int_equal(ft_findings_worst(&f) == FT_FAIL, !cases[i].carried);
        ft_findings_free(&f);
    }
}

static void
test_tpm_crb(void **state)
{
    static const char *const versions[] = { "7.2.22", "8.0.5", "8.1.0", NULL };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(versions); i++) {
        struct ft_carry_facts facts = { .qemu = versions[i] };
        const struct sample crb = { .device = "<tpm model='tpm-crb'><backend "
                                              "type='emulator'/></tpm>" };
        const struct sample tis = { .device = "<tpm model='tpm-tis'><backend "
                                              "type='emulator'/></tpm>" };
        struct ft_findings f = check(&crb, &facts);

        assert_int_equal(ft_findings_find(&f, FT_CHECK_CARRY_TPM_CRB) != NULL,
                         i < 2);
        ft_findings_free(&f);
        f = check(&tis, &facts);
        assert_null(ft_findings_find(&f, FT_CHECK_CARRY_TPM_CRB));
        ft_findings_free(&f);
    }
}

/* A restarted worker finds its own mirrors: they are no obstacle to itself. */
static void
test_own_mirror(void **state)
{
    struct ft_carry_facts facts = { .attached = true };
    struct sample s = {
        .device =
            "<disk type='file' device='disk'>"
            "<source file='/x'/><mirror type='network' job='copy' ready='yes'/>"
            "<target dev='vdb'/></disk>"
    };
    struct ft_findings f = check(&s, &facts);

    (void)state;
    assert_null(ft_findings_find(&f, FT_CHECK_CARRY_BLOCK_JOB));
    ft_findings_free(&f);
}

/* Nor is what the engine of an earlier pair left: the next one ends it. */
static void
test_left_mirror(void **state)
{
    struct sample s = {
        .device = "<disk type='file' device='disk'><source file='/x'/>"
                  "<mirror type='network' job='copy' ready='yes'>"
                  "<source protocol='nbd' name='vda'><host transport='unix' "
                  "socket='" FT_RUN_FOLDER
                  "/some-pair/disks.sock'/></source></mirror>"
                  "<target dev='vdb'/></disk>"
    };
    struct ft_findings f = check(&s, NULL);

    (void)state;
    assert_null(ft_findings_find(&f, FT_CHECK_CARRY_BLOCK_JOB));
    ft_findings_free(&f);
}

static void
test_too_many(void **state)
{
    struct ft_findings f;
    struct sample s = { NULL };
    char *devices = calloc(70, 100);

    (void)state;
    assert_non_null(devices);
    for (int i = 0; i < 65; i++)
        sprintf(devices + strlen(devices),
                "<disk type='file' device='disk'><target dev='vd%d'/></disk>",
                i);
    s.device = devices;
    f = check(&s, NULL);
    assert_non_null(ft_findings_find(&f, FT_CHECK_CARRY_COUNT));
    assert_int_equal(ft_findings_worst(&f), FT_FAIL);
    ft_findings_free(&f);
    free(devices);
}

static void
test_not_a_domain(void **state)
{
    static const char *const bad[] = {
        "", "x", "<domain", "<pool/>", "<domain></domains>", "\xff\xfe",
    };
    struct ft_findings f = FT_FINDINGS_INIT;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++) {
        assert_int_equal(ft_carry_check(bad[i], NULL, &f, &err), -EINVAL);
        assert_true(err.text[0] != '\0');
    }
    assert_int_equal(ft_carry_check(NULL, NULL, &f, &err), -EINVAL);
    assert_int_equal(f.count, 0);
    ft_findings_free(&f);
}

static void
test_too_large(void **state)
{
    struct ft_findings f = FT_FINDINGS_INIT;
    struct ft_error err = FT_ERROR_INIT;
    size_t size = (1 << 20) + 64;
    char *xml = malloc(size);

    (void)state;
    assert_non_null(xml);
    memset(xml, ' ', size);
    memcpy(xml, "<domain type='qemu'>", 20);
    strcpy(xml + size - 10, "</domain>");
    assert_int_equal(ft_carry_check(xml, NULL, &f, &err), -EINVAL);
    ft_findings_free(&f);
    free(xml);
}

/* No terminal escape gets through from a VM's description. */
static void
test_control_characters(void **state)
{
    struct sample s = { .device = "<shmem name='a&#9;b&#10;c'/>" };
    struct ft_findings f = check(&s, NULL);

    (void)state;
    assert_string_equal(f.list[0].subject, "shmem a b c");
    ft_findings_free(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinary_domain_passes),
        cmocka_unit_test(test_every_rule),
        cmocka_unit_test(test_several_at_once),
        cmocka_unit_test(test_vhost_by_default),
        cmocka_unit_test(test_qxl),
        cmocka_unit_test(test_tpm_crb),
        cmocka_unit_test(test_own_mirror),
        cmocka_unit_test(test_left_mirror),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_not_a_domain),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_control_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
