/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks: each one made to pass and to fail over an inventory built in code.
 */
#include "config.h"

#include "plan/checks.h"
#include "plan/host-files.h"
#include "tests/unit/inventory-fixture.h"

static struct ft_findings
check_vm(const struct fixture *f)
{
    struct ft_findings findings = FT_FINDINGS_INIT;

    assert_int_equal(ft_check_vm(&f->inventory, f->h1, f->vm, &findings), 0);
    return findings;
}

static struct ft_findings
check_standby(const struct fixture *f, const char *pool)
{
    struct ft_findings findings = FT_FINDINGS_INIT;

    assert_int_equal(ft_check_standby(&f->inventory, f->h1, f->vm, f->h2, pool,
                                      &findings),
                     0);
    return findings;
}

/* The finding is there with this verdict, names what it should, and helps. */
static void
expect(struct ft_findings findings, enum ft_check_id check,
       enum ft_verdict verdict, const char *evidence)
{
    const struct ft_finding *found = NULL;

    for (size_t i = 0; i < findings.count; i++)
        if (findings.list[i].check == check &&
            findings.list[i].verdict == verdict)
            found = &findings.list[i];
    if (found == NULL) {
        fail_msg("no finding %s with verdict %s", ft_check_lines[check].id,
                 ft_verdict_name(verdict));
        return;
    }
    if (strstr(found->evidence, evidence) == NULL)
        fail_msg("%s: \"%s\" lacks \"%s\"", found->id, found->evidence,
                 evidence);
    if (verdict != FT_PASS && check != FT_CHECK_VM_QEMU)
        assert_true(found->remedy[0] != '\0');
    if (verdict != FT_PASS)
        assert_true(found->why[0] != '\0');
    ft_findings_free(&findings);
}

static void
expect_none(struct ft_findings findings, enum ft_check_id check)
{
    assert_null(ft_findings_find(&findings, check));
    ft_findings_free(&findings);
}

static void
test_all_is_well(void **state)
{
    struct fixture *f = *state;
    struct ft_findings vm = check_vm(f);
    struct ft_findings standby = check_standby(f, NULL);

    for (size_t i = 0; i < vm.count; i++)
        if (vm.list[i].verdict != FT_PASS)
            fail_msg("%s: %s", vm.list[i].id, vm.list[i].evidence);
    for (size_t i = 0; i < standby.count; i++)
        if (standby.list[i].verdict != FT_PASS)
            fail_msg("%s: %s", standby.list[i].id, standby.list[i].evidence);
    assert_true(vm.count >= 6);
    assert_true(standby.count >= 9);
    ft_findings_free(&vm);
    ft_findings_free(&standby);
}

static void
test_vm_not_running(void **state)
{
    struct fixture *f = *state;

    f->vm->state = FT_DOMAIN_OFF;
    expect(check_vm(f), FT_CHECK_VM_RUNNING, FT_FAIL, "off");
    f->vm->state = FT_DOMAIN_PAUSED;
    expect(check_vm(f), FT_CHECK_VM_RUNNING, FT_FAIL, "paused");
    /* an epoch's stop is none, by the word of the engine that makes it */
    f->inventory.running = true;
    expect(check_vm(f), FT_CHECK_VM_RUNNING, FT_PASS, "running");
    f->vm->state = FT_DOMAIN_OFF;
    expect(check_vm(f), FT_CHECK_VM_RUNNING, FT_FAIL, "off");
}

static void
test_vm_protected(void **state)
{
    struct fixture *f = *state;
    struct ft_known_pair pair = { .pair = PAIR_UUID,
                                  .vm = "vm1",
                                  .vm_uuid = VM_UUID,
                                  .primary = "h1",
                                  .standby = "h3",
                                  .state = "protected" };

    f->inventory.pairs = &pair;
    f->inventory.pair_count = 1;
    expect(check_vm(f), FT_CHECK_VM_PROTECTED, FT_FAIL, "h3");
    f->inventory.resuming = PAIR_UUID;
    expect(check_vm(f), FT_CHECK_VM_PROTECTED, FT_PASS, "");
    f->inventory.resuming = "another";
    expect(check_vm(f), FT_CHECK_VM_PROTECTED, FT_FAIL, "");
    f->inventory.resuming = NULL;
    strcpy(pair.vm_uuid, "another VM");
    expect(check_vm(f), FT_CHECK_VM_PROTECTED, FT_PASS, "");
}

static void
test_vm_devices(void **state)
{
    struct fixture *f = *state;

    replace_xml(f->vm,
                "<domain type='qemu'><devices><hostdev type='pci'>"
                "<source><address domain='0' bus='3' slot='0' function='0'/>"
                "</source></hostdev></devices></domain>");
    expect(check_vm(f), FT_CHECK_CARRY_HOSTDEV, FT_FAIL, "passed through");
    free(f->vm->xml);
    f->vm->xml = NULL;
    expect(check_vm(f), FT_CHECK_VM_XML, FT_FAIL, "");
}

/* vhost is known from the running process, not guessed. */
static void
test_vm_vhost(void **state)
{
    struct fixture *f = *state;
    char *kvm = strdup(VM1_XML);

    assert_non_null(kvm);
    memcpy(strstr(kvm, "'qemu'"), "'kvm' ", 6);
    replace_xml(f->vm, kvm);
    free(kvm);
    f->vm->kvm = true;
    f->h1->kernel.vhost_net = true;
    f->h1->kernel.plug = false;
    expect_none(check_vm(f), FT_CHECK_CARRY_NIC_VHOST);
    f->vm->vhost = true;
    expect(check_vm(f), FT_CHECK_CARRY_NIC_VHOST, FT_FAIL, "vhost");
    expect(check_vm(f), FT_CHECK_VM_KVM, FT_WARN, "KVM");
    f->h1->kernel.plug = true;
    expect(check_vm(f), FT_CHECK_CARRY_NIC_VHOST, FT_PASS, "vhost");
}

static void
test_vm_disks(void **state)
{
    struct fixture *f = *state;

    f->vm->disks[0].job = true;
    expect(check_vm(f), FT_CHECK_VM_BLOCK_JOB, FT_FAIL, "vda");
    f->inventory.resuming = PAIR_UUID;
    expect_none(check_vm(f), FT_CHECK_VM_BLOCK_JOB);
    f->vm->disks[0].capacity = 0;
    expect(check_vm(f), FT_CHECK_VM_DISK_SIZE, FT_FAIL, "vda");
    expect_none(check_vm(f), FT_CHECK_VM_DISK_SNAPSHOTS);
    f->vm->disks[0].snapshots = 2;
    expect(check_vm(f), FT_CHECK_VM_DISK_SNAPSHOTS, FT_WARN,
           "/var/lib/libvirt/images/vm1.qcow2 has 2 internal snapshots");
    f->vm->disks[0].readonly = true;
    expect_none(check_vm(f), FT_CHECK_VM_DISK_SNAPSHOTS);
    f->vm->disks[0].readonly = false;
    strcpy(f->vm->disks[0].device, "cdrom");
    expect(check_vm(f), FT_CHECK_VM_DISK_SIZE, FT_PASS, "0.0");
}

static void
test_vm_kind(void **state)
{
    struct fixture *f = *state;

    f->vm->persistent = false;
    expect(check_vm(f), FT_CHECK_VM_TRANSIENT, FT_WARN, "transient");
    f->vm->qemu_version[0] = '\0';
    expect(check_vm(f), FT_CHECK_VM_QEMU, FT_FAIL, "");
    expect_none(check_vm(f), FT_CHECK_VM_BLOCKED);
    strcpy(f->vm->blocked, "The vdi format used by node 'a' does not migrate");
    expect(check_vm(f), FT_CHECK_VM_BLOCKED, FT_FAIL,
           "The vdi format used by node 'a'");
}

static void
test_kernels(void **state)
{
    struct fixture *f = *state;

    f->h1->kernel.pagemap_scan = false;
    expect(check_vm(f), FT_CHECK_PRIMARY_KERNEL, FT_FAIL,
           "PAGEMAP_SCAN missing");
    f->h2->kernel.uffd_wp_async = false;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_KERNEL, FT_FAIL,
           "WP_ASYNC missing");
}

static void
test_libvirt(void **state)
{
    struct fixture *f = *state;
    struct ft_findings findings;

    strcpy(f->h1->libvirt.version, "8.1.9");
    expect(check_vm(f), FT_CHECK_PRIMARY_LIBVIRT, FT_FAIL, "8.1.9");
    strcpy(f->h1->libvirt.version, "10.0.0");
    expect(check_vm(f), FT_CHECK_PRIMARY_LIBVIRT, FT_PASS, "10.0.0");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_LIBVIRT_VERSION, FT_WARN,
           "10.0.0");
    f->h2->libvirt.version[0] = '\0';
    strcpy(f->h2->libvirt.error, "connection refused");
    findings = check_standby(f, NULL);
    assert_null(ft_findings_find(&findings, FT_CHECK_STANDBY_MEMORY));
    expect(findings, FT_CHECK_STANDBY_LIBVIRT, FT_FAIL, "connection refused");
}

/* As many protected VMs as libvirt has workers, but for two, and one more. */
static void
test_workers(void **state)
{
    struct fixture *f = *state;
    struct ft_known_pair pairs[18];
    struct ft_findings findings;

    memset(pairs, 0, sizeof(pairs));
    for (size_t i = 0; i < FT_ARRAY_SIZE(pairs); i++) {
        snprintf(pairs[i].vm_uuid, sizeof(pairs[i].vm_uuid), "other %zu", i);
        strcpy(pairs[i].primary, i % 2 ? "h1" : "h2");
        strcpy(pairs[i].standby, i % 2 ? "h2" : "h3");
    }
    f->inventory.pairs = pairs;
    f->inventory.pair_count = 17;
    findings = check_vm(f);
    assert_null(
        ft_findings_find(&findings, FT_CHECK_PRIMARY_WORKERS)); /* unknown */
    f->h1->libvirt.max_workers = 10;
    f->h2->libvirt.max_workers = 20;
    expect(check_vm(f), FT_CHECK_PRIMARY_WORKERS, FT_WARN, "9 protected VMs");
    f->h1->libvirt.max_workers = 11;
    expect(check_vm(f), FT_CHECK_PRIMARY_WORKERS, FT_PASS, "on 11 calls");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_WORKERS, FT_PASS,
           "18 protected");
    f->inventory.pair_count = 18;
    findings = check_standby(f, NULL);
    expect(findings, FT_CHECK_STANDBY_WORKERS, FT_WARN, "19 protected VMs");
}

static void
test_standby_is_another_host(void **state)
{
    struct fixture *f = *state;
    struct ft_findings findings = FT_FINDINGS_INIT;

    ft_check_standby(&f->inventory, f->h1, f->vm, f->h1, NULL, &findings);
    expect(findings, FT_CHECK_STANDBY_HOST, FT_FAIL, "h1");
    /* the same machine under two names */
    strcpy(f->h2->machine_id, f->h1->machine_id);
    strcpy(f->h2->hostname, f->h1->hostname);
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_HOST, FT_FAIL, "h2");
    /* cloned machines share an id, not a name */
    strcpy(f->h2->hostname, "h2");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CLONE, FT_WARN,
           "its machine-id");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_HOST, FT_PASS,
           "another host");
    /* a key that both prove says more than names */
    strcpy(f->h1->host_key, "ssh-ed25519 SHA256:one");
    strcpy(f->h2->host_key, "ssh-ed25519 SHA256:one");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_HOST, FT_FAIL,
           "SSH host key");
    strcpy(f->h2->host_key, "ssh-ed25519 SHA256:two");
    strcpy(f->h2->hostname, f->h1->hostname);
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CLONE, FT_WARN,
           "machine-id");
}

/* What a host may have of another one, each by itself and all together. */
static void
test_clones(void **state)
{
    struct fixture *f = *state;
    struct ft_nic *first = &f->h1->nics[0], *second = &f->h2->nics[0];

    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_CLONE);
    strcpy(f->h1->host_key, "ssh-ed25519 SHA256:one");
    strcpy(f->h2->host_key, "ssh-ed25519 SHA256:one");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CLONE, FT_WARN,
           "its SSH host key");
    f->h2->host_key[0] = '\0';
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_CLONE);
    strcpy(f->h1->libvirt.uuid, VM_UUID);
    strcpy(f->h2->libvirt.uuid, VM_UUID);
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CLONE, FT_WARN,
           "its libvirt UUID");
    f->h2->libvirt.uuid[0] = '\0';
    /* of bridges in one network; not of those that libvirt keeps to itself */
    strcpy(second->mac, first->mac);
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CLONE, FT_WARN,
           "its MAC address 02:00:00:00:00:01 (br0)");
    strcpy(f->h2->machine_id, f->h1->machine_id);
    strcpy(f->h2->libvirt.uuid, VM_UUID);
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CLONE, FT_WARN,
           "machine-id, libvirt UUID, MAC address");
    f->h2->machine_id[0] = f->h2->libvirt.uuid[0] = '\0';
    second->up = false;
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_CLONE);
    second->up = true;
    second->address_count = 0;
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_CLONE);
}

static void
test_qemu(void **state)
{
    struct fixture *f = *state;

    strcpy(f->h2->emulators[0].package, "local build");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU_PACKAGE, FT_WARN,
           "local");
    strcpy(f->h2->emulators[0].version, "7.2.13");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU, FT_FAIL,
           "runs QEMU 7.2.22, h2 has 7.2.13, an older one");
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU_PACKAGE);
    strcpy(f->h2->emulators[0].version, "7.2.23");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU, FT_PASS,
           "runs QEMU 7.2.22, h2 has 7.2.23, a later one of the same series");
    /* then it could not come back to this host */
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU_PACKAGE, FT_WARN,
           "QEMU 7.2.22 is installed on h1, 7.2.23 on h2");
    strcpy(f->h1->emulators[0].version, "7.2.23");
    strcpy(f->h1->emulators[0].package, "local build");
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU_PACKAGE);
    strcpy(f->h2->emulators[0].version, "8.2.0");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU, FT_WARN,
           "runs QEMU 7.2.22, h2 has 8.2.0, of a later series");
    strcpy(f->vm->machine, "q35");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU, FT_FAIL, "8.2.0");
    strcpy(f->vm->machine, "pc-q35-7.2");
    /* it is the running process that counts, not the file on the primary */
    strcpy(f->vm->qemu_version, "8.2.0");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU, FT_PASS, "8.2.0");
    f->h2->emulators[0].version[0] = '\0'; /* it hung, as on a busy host */
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU, FT_UNKNOWN,
           "did not tell");
    strcpy(f->h2->emulators[0].version, "8.2.0");
    strcpy(f->vm->machine, "pc-q35-9.9");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_MACHINE, FT_FAIL,
           "pc-q35-9.9");
    strcpy(f->h2->emulators[0].path, "/opt/qemu");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_QEMU, FT_FAIL,
           "no such emulator");
}

static void
set_flags(struct ft_host *host, const char *flags)
{
    free(host->cpu.flags);
    host->cpu.flags = strdup(flags);
    assert_non_null(host->cpu.flags);
}

static void
test_cpu(void **state)
{
    struct fixture *f = *state;

    set_flags(f->h2, "fpu");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CPU, FT_PASS, "emulates");
    f->vm->kvm = true;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CPU, FT_FAIL, "none");
    f->h2->kernel.kvm = true;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CPU, FT_WARN,
           "lacks 3 features the primary's has: sse sse2 avx");
    set_flags(f->h2, "fpu sse sse2 sse3 avx avx2");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CPU, FT_PASS, "all");
    set_flags(f->h2, "fpu sse2 avx ssex xsse"); /* words, not substrings */
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CPU, FT_WARN, "1 features");
    strcpy(f->h2->cpu.vendor, "GenuineIntel");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CPU, FT_FAIL, "makers");
}

static void
test_cpu_passed_through(void **state)
{
    struct fixture *f = *state;

    f->vm->kvm = true;
    f->h2->kernel.kvm = true;
    replace_xml(f->vm, "<domain type='kvm'><cpu mode='host-passthrough'/>"
                       "<devices/></domain>");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CPU, FT_PASS, "");
    strcpy(f->h2->cpu.model, "AMD EPYC 9000");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CPU, FT_FAIL,
           "AMD EPYC 9000");
    replace_xml(f->vm, "<domain type='kvm'><cpu mode='custom'/><devices/>"
                       "</domain>");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CPU, FT_PASS, "");
    replace_xml(f->vm, "not xml");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CPU, FT_PASS, "");
}

static void
test_memory(void **state)
{
    struct fixture *f = *state;

    f->h2->memory_available = f->vm->memory + FT_ENGINE_MEMORY;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_MEMORY, FT_PASS, "");
    f->h2->memory_available--;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_MEMORY, FT_FAIL, "1.2");
    f->vm->vcpus = 9;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_VCPUS, FT_WARN, "9");
}

static void
test_pool(void **state)
{
    struct fixture *f = *state;

    f->h2->pools[0].available = 10 * GIB_BYTES + GIB_BYTES / 4;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_POOL, FT_PASS, "default");
    f->h2->pools[0].available--;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_POOL, FT_FAIL,
           "10.2 GiB needed");
    expect(check_standby(f, "other"), FT_CHECK_STANDBY_POOL, FT_FAIL, "other");
    strcpy(f->h2->pools[0].type, "logical");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_POOL, FT_FAIL, "no active");
    strcpy(f->h2->pools[0].type, "dir");
    f->h2->pools[0].active = false;
    expect(check_standby(f, "default"), FT_CHECK_STANDBY_POOL, FT_FAIL,
           "default");
}

/* The copy comes back after a takeover: beside the images, or into the pool. */
static void
test_way_back(void **state)
{
    struct fixture *f = *state;
    struct ft_pool *own = &f->h1->pools[0];

    expect_none(check_vm(f), FT_CHECK_PRIMARY_WAY_BACK);
    own->available = 10 * GIB_BYTES + GIB_BYTES / 4;
    expect_none(check_vm(f), FT_CHECK_PRIMARY_WAY_BACK);
    own->available--;
    expect(check_vm(f), FT_CHECK_PRIMARY_WAY_BACK, FT_WARN,
           "h1 lacks the room for the way back: pool default has 10.2 GiB, "
           "10.2 GiB needed");
    f->inventory.standing = true; /* it may have its place there already */
    expect_none(check_vm(f), FT_CHECK_PRIMARY_WAY_BACK);
    f->inventory.standing = false;
    own->active = false;
    expect(check_vm(f), FT_CHECK_PRIMARY_WAY_BACK, FT_WARN, "h1 has no active");
    f->vm->disks[0].readonly = true;
    expect_none(check_vm(f), FT_CHECK_PRIMARY_WAY_BACK);
}

/* Each pool for its own images; or one for all, and for images that lie in none. */
static void
test_way_back_pools(void **state)
{
    struct fixture *f = *state;
    struct ft_pool two[2] = { f->h1->pools[0], f->h1->pools[0] };
    struct ft_pool *own = f->h1->pools;

    strcpy(two[1].name, "other");
    two[0].available = 1 * GIB_BYTES;
    f->h1->pools = two;
    f->h1->pool_count = 2;
    expect_none(check_vm(f), FT_CHECK_PRIMARY_WAY_BACK);
    strcpy(two[1].type, "logical");
    expect(check_vm(f), FT_CHECK_PRIMARY_WAY_BACK, FT_WARN,
           "default has 1.0 GiB");
    strcpy(f->vm->disks[0].pool, "");
    expect(check_vm(f), FT_CHECK_PRIMARY_WAY_BACK, FT_WARN,
           "default has 1.0 GiB");
    two[0].available = 11 * GIB_BYTES;
    expect_none(check_vm(f), FT_CHECK_PRIMARY_WAY_BACK);
    f->h1->pools = own;
    f->h1->pool_count = 1;
}

/* Only those that libvirt does not choose; and not while the copy has them. */
static void
test_ports(void **state)
{
    static const char form[] =
        "<domain type='qemu'><devices><graphics type='vnc' port='5901' "
        "autoport='%s'/><graphics type='spice' port='5902' tlsPort='5903' "
        "autoport='%s'/><serial type='tcp'><source mode='%s' host='0.0.0.0' "
        "service='4555'/></serial></devices></domain>";
    static const struct {
        const char *vnc, *spice, *serial;
        uint16_t taken;
    } cases[] = { { "yes", "yes", "connect", 0 },
                  { "no", "yes", "connect", 5901 },
                  { "yes", "no", "connect", 5903 },
                  { "yes", "yes", "bind", 4555 } };
    static const uint16_t all[] = { 22, 4555, 5901, 5903 };
    struct fixture *f = *state;
    char xml[600], text[64];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(xml, sizeof(xml), form, cases[i].vnc, cases[i].spice,
                 cases[i].serial);
        replace_xml(f->vm, xml);
        f->h2->listening_count = 0;
        expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_PORT);
        memcpy(f->h2->listening, all, sizeof(all));
        f->h2->listening_count = 4;
        snprintf(text, sizeof(text), "port %u of the VM is taken on h2",
                 cases[i].taken);
        if (cases[i].taken)
            expect(check_standby(f, NULL), FT_CHECK_STANDBY_PORT, FT_FAIL, text);
        else
            expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_PORT);
    }
    f->inventory.resuming = PAIR_UUID;
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_PORT);
    f->inventory.resuming = NULL;
    free(f->vm->xml);
    f->vm->xml = NULL;
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_PORT);
}

/* Which files of the host a definition names: each once, and paths only. */
static void
test_files_named(void **state)
{
    static const char xml[] =
        "<domain><os><kernel>/boot/a</kernel><initrd>/boot/b</initrd>"
        "<loader readonly='yes'>/usr/share/OVMF/c.fd</loader></os><devices>"
        "<disk device='cdrom'><source file='/iso/d e.iso'/><readonly/></disk>"
        "<disk device='cdrom'><source file='/iso/d e.iso'/><readonly/></disk>"
        "<disk device='cdrom'><readonly/></disk>"
        "<disk><source dev='/dev/sr0'/><readonly/></disk>"
        "<disk><source file='two\nlines'/><readonly/></disk>"
        "<disk><source file='/x/own.img'/></disk></devices></domain>";
    static const char *const expected[] = { "/boot/a", "/boot/b",
                                            "/usr/share/OVMF/c.fd",
                                            "/iso/d e.iso" };
    struct ft_host_file *files;
    size_t count;

    (void)state;
    assert_int_equal(ft_host_files(xml, &files, &count), 0);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(files[i].path, expected[i]);
    assert_int_equal(ft_host_files_answer("missing\nprivate\nreadable\n", files,
                                          3),
                     0);
    assert_false(files[0].there || files[1].readable);
    assert_true(files[1].there && files[2].there && files[2].readable);
    assert_int_equal(ft_host_files_answer("missing\n", files, 2), -EPROTO);
    assert_int_equal(ft_host_files_answer("missing", files, 1), -EPROTO);
    assert_int_equal(ft_host_files_answer("readably\n", files, 1), -EPROTO);
    assert_int_equal(ft_host_files_answer("private\nmore\n", files, 1), -EPROTO);
    free(files);
    assert_int_equal(ft_host_files("<domain/>", &files, &count), 0);
    assert_int_equal(count, 0);
    assert_null(files);
    assert_int_equal(ft_host_files(NULL, &files, &count), 0);
    assert_int_equal(count, 0);
}

/* A file that the standby lacks is refused by its name. */
static void
test_files(void **state)
{
    struct fixture *f = *state;

    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_FILE);
    f->h2->files = calloc(2, sizeof(*f->h2->files));
    assert_non_null(f->h2->files);
    f->h2->file_count = 2;
    strcpy(f->h2->files[0].path, "/iso/a.iso");
    strcpy(f->h2->files[1].path, "/iso/b.iso");
    f->h2->files[0].there = f->h2->files[0].readable = true;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_FILE, FT_FAIL,
           "/iso/b.iso is not on h2");
    f->h2->files[1].there = true;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_FILE, FT_FAIL,
           "not everybody may read /iso/b.iso on h2");
    f->h2->files[1].readable = true;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_FILE, FT_PASS,
           "are there (2)");
}

/* Room that is only promised: refused, or said. */
static void
test_pool_backing(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *backing;
        enum ft_check_id check;
        enum ft_verdict verdict;
        const char *said;
    } cases[] = {
        { "thin", FT_CHECK_STANDBY_POOL_THIN, FT_FAIL,
          "default lies on a thin" },
        { "zvol", FT_CHECK_STANDBY_POOL_ROOM, FT_WARN, "a ZFS volume" },
        { "zfs", FT_CHECK_STANDBY_POOL_ROOM, FT_WARN, "default lies on ZFS" },
        { "btrfs", FT_CHECK_STANDBY_POOL_ROOM, FT_WARN,
          "default lies on btrfs" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        strcpy(f->h2->pools[0].backing, cases[i].backing);
        expect(check_standby(f, NULL), cases[i].check, cases[i].verdict,
               cases[i].said);
        expect(check_standby(f, "default"), FT_CHECK_STANDBY_POOL, FT_PASS,
               "default");
    }
    strcpy(f->h2->pools[0].backing, "thin");
    f->vm->disk_count = 0; /* nothing will be there */
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_POOL_THIN);
    f->vm->disk_count = 1;
    strcpy(f->h2->pools[0].backing, "");
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_POOL_ROOM);
}

/* A VM without disks needs a pool of no size, but the pair needs a name. */
static void
test_pool_choice(void **state)
{
    struct fixture *f = *state;
    struct ft_pool *pools = calloc(3, sizeof(*pools));

    assert_non_null(pools);
    free(f->h2->pools);
    f->h2->pools = pools;
    f->h2->pool_count = 3;
    for (int i = 0; i < 3; i++) {
        snprintf(pools[i].name, sizeof(pools[i].name), "p%d", i);
        strcpy(pools[i].type, "dir");
        pools[i].active = true;
        pools[i].available = 20 * GIB_BYTES;
    }
    assert_string_equal(ft_replica_pool(f->vm, f->h2)->name, "p0");
    pools[2].available++;
    assert_string_equal(ft_replica_pool(f->vm, f->h2)->name, "p2");
    strcpy(f->vm->disks[0].pool, "p1");
    assert_string_equal(ft_replica_pool(f->vm, f->h2)->name, "p1");
    pools[1].available = GIB_BYTES; /* no room: its name is not enough */
    assert_string_equal(ft_replica_pool(f->vm, f->h2)->name, "p2");
    strcpy(pools[2].backing, "thin"); /* another one, while there is one */
    assert_string_equal(ft_replica_pool(f->vm, f->h2)->name, "p0");
    pools[1].available = 20 * GIB_BYTES;
    strcpy(pools[1].backing, "thin");
    assert_string_equal(ft_replica_pool(f->vm, f->h2)->name, "p0");
    strcpy(pools[0].backing, "thin");
    assert_string_equal(ft_replica_pool(f->vm, f->h2)->name, "p2");
    f->vm->disk_count = 0;
    assert_int_equal(ft_replica_size(f->vm), 0);
    assert_string_equal(ft_replica_pool(f->vm, f->h2)->name, "p2");
    f->vm->disk_count = 1;
}

/* Of three disks that each are as large as a number can be no few bytes are left. */
static void
test_sizes_do_not_come_round(void **state)
{
    struct fixture *f = *state;
    struct ft_disk *disks = calloc(3, sizeof(*disks));

    assert_non_null(disks);
    free(f->vm->disks);
    f->vm->disks = disks;
    f->vm->disk_count = 3;
    disks[0].capacity = disks[1].capacity = INT64_MAX;
    disks[2].capacity = 3;
    assert_true(ft_replica_size(f->vm) == INT64_MAX);
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_POOL, FT_FAIL, "");
}

static void
test_collision(void **state)
{
    struct fixture *f = *state;
    struct ft_host *copy = make_host("h2", 2, 1, domain_facts);

    ft_host_free(f->h2);
    f->h2 = copy;
    f->list[1] = copy;
    copy->domains[0].state = FT_DOMAIN_OFF;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_COLLISION, FT_FAIL,
           "same name");
    strcpy(copy->domains[0].name, "old-vm1");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_COLLISION, FT_FAIL,
           "same UUID");
    copy->domains[0].uuid[0] = '7';
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_COLLISION, FT_PASS, "");
    /* our own trace from an unfinished protect */
    copy->domains[0].uuid[0] = f->vm->uuid[0];
    strcpy(copy->domains[0].name, "vm1");
    f->inventory.resuming = PAIR_UUID;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_COLLISION, FT_PASS, "");
    copy->domains[0].state = FT_DOMAIN_RUNNING;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_COLLISION, FT_FAIL,
           "running");
}

static void
test_mac(void **state)
{
    struct fixture *f = *state;
    struct ft_host *other = make_host("h3", 3, 1, domain_facts);

    ft_host_free(f->h3);
    f->h3 = other;
    f->list[2] = other;
    expect_none(check_standby(f, NULL),
                FT_CHECK_STANDBY_MAC); /* the VM itself */
    strcpy(other->domains[0].name, "clone");
    other->domains[0].uuid[0] = '7';
    strcpy(other->domains[0].macs[0], "52:54:00:11:22:33");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_MAC, FT_FAIL, "clone on h3");
    other->domains[0].state = FT_DOMAIN_OFF;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_MAC, FT_WARN, "clone");
    strcpy(other->domains[0].macs[0], "52:54:00:11:22:34");
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_MAC);
}

static struct ft_nic *
nic_of(struct ft_host *host, const char *name)
{
    for (size_t i = 0; i < host->nic_count; i++)
        if (strcmp(host->nics[i].name, name) == 0)
            return &host->nics[i];
    fail_msg("no NIC %s", name);
    abort();
}

static void
test_bridge(void **state)
{
    struct fixture *f = *state;
    struct ft_nic *port = nic_of(f->h2, "eth0");

    port->carrier = false;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_NETWORK, FT_WARN, "no port");
    nic_of(f->h1, "eth0")->carrier = false; /* none on the primary either */
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_NETWORK, FT_PASS, "br0");
    nic_of(f->h2, "br0")->up = false;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_NETWORK, FT_FAIL, "is down");
    strcpy(nic_of(f->h2, "br0")->name, "br1");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_NETWORK, FT_FAIL,
           "does not exist");
}

static void
test_network(void **state)
{
    struct fixture *f = *state;

    replace_xml(f->vm,
                "<domain type='qemu'><devices><interface type='network'>"
                "<mac address='52:54:00:11:22:33'/><source network='default'/>"
                "</interface></devices></domain>");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_NETWORK, FT_WARN, "NAT");
    f->h2->networks[0].forward[0] = '\0';
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_NETWORK, FT_WARN,
           "isolated");
    strcpy(f->h2->networks[0].forward, "bridge");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_NETWORK, FT_PASS, "default");
    f->h2->networks[0].active = false;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_NETWORK, FT_FAIL,
           "not active");
    strcpy(f->h2->networks[0].name, "x");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_NETWORK, FT_FAIL,
           "does not exist");
    replace_xml(f->vm, "<domain type='qemu'><devices><interface type='direct'>"
                       "<mac address='52:54:00:11:22:33'/><source dev='eth7'/>"
                       "</interface></devices></domain>");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_NETWORK, FT_FAIL, "eth7");
}

#define TPM_XML                                         \
    "<domain type='kvm'><devices><tpm model='tpm-crb'>" \
    "<backend type='emulator'/></tpm></devices></domain>"

static void
test_tpm(void **state)
{
    struct fixture *f = *state;

    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_TPM);
    replace_xml(f->vm, TPM_XML);
    strcpy(f->h1->swtpm, "0.7.1");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_TPM, FT_FAIL,
           "h2 has no swtpm");
    strcpy(f->h2->swtpm, "0.7.3");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_TPM, FT_WARN, "0.7.3 on h2");
    strcpy(f->h2->swtpm, "0.7.1");
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_TPM, FT_PASS,
           "swtpm 0.7.1 on h1");
}

static void
test_vhost_on_standby(void **state)
{
    struct fixture *f = *state;

    f->vm->kvm = true;
    f->h2->kernel.kvm = true;
    f->h2->kernel.vhost_net = true;
    f->h2->kernel.plug = false;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_VHOST, FT_WARN, "h2 has");
    f->h2->kernel.plug = true;
    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_VHOST);
}

static void
test_clock(void **state)
{
    struct fixture *f = *state;

    expect_none(check_standby(f, NULL), FT_CHECK_STANDBY_CLOCK);
    f->h1->clock_known = f->h2->clock_known = true;
    f->h1->clock_offset_ms = -1000;
    f->h2->clock_offset_ms = 1000;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CLOCK, FT_PASS, "2.0 s");
    f->h2->clock_offset_ms = 1001;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CLOCK, FT_WARN, "2.0 s");
    f->h2->clock_offset_ms = -60000;
    expect(check_standby(f, NULL), FT_CHECK_STANDBY_CLOCK, FT_WARN, "-59.0 s");
}

static void
test_links(void **state)
{
    struct fixture *f = *state;
    struct ft_link_path paths[FT_LINKS_MAX];

    /* the network without guests first; libvirt's NAT bridge never */
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), 2);
    assert_string_equal(paths[0].primary, "10.78.0.1");
    assert_string_equal(paths[0].standby, "10.78.0.2");
    assert_string_equal(paths[0].nic, "eth1");
    assert_false(paths[0].guest_bridge);
    assert_string_equal(paths[1].primary, "10.77.0.1");
    assert_true(paths[1].guest_bridge);
    expect(check_standby(f, NULL), FT_CHECK_LINK_ADDRESS, FT_PASS, "10.78.0.1");
    nic_of(f->h2, "eth1")->up = false;
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), 1);
    expect(check_standby(f, NULL), FT_CHECK_LINK_SHARED, FT_WARN, "br0");
    strcpy(nic_of(f->h2, "br0")->addresses[0].text, "10.79.0.2");
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), 0);
    expect(check_standby(f, NULL), FT_CHECK_LINK_ADDRESS, FT_FAIL,
           "share no network");
}

static void
test_link_pitfalls(void **state)
{
    struct fixture *f = *state;
    struct ft_address *here = &nic_of(f->h1, "eth1")->addresses[0];
    struct ft_address *there = &nic_of(f->h2, "eth1")->addresses[0];
    struct ft_link_path paths[FT_LINKS_MAX];

    strcpy(there->text, here->text); /* the same address on both */
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), 1);
    strcpy(there->text, "10.78.0.2");
    there->prefix = 25; /* they disagree on the network */
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), 1);
    here->prefix = 25;
    strcpy(there->text, "10.78.0.129"); /* the other half */
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), 1);
    strcpy(there->text, "10.78.0.126");
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), 2);
    here->prefix = there->prefix = 32; /* no network at all */
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), 1);
    strcpy(here->text, "fd00:78::1");
    strcpy(there->text, "fd00:78::2");
    here->prefix = there->prefix = 64;
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), 2);
    assert_string_equal(paths[0].standby, "fd00:78::2");
    strcpy(there->text, "garbage");
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), 1);
}

static void
test_links_are_bounded(void **state)
{
    struct fixture *f = *state;
    struct ft_link_path paths[FT_LINKS_MAX];

    for (int h = 0; h < 2; h++) {
        struct ft_nic *nic = nic_of(h == 0 ? f->h1 : f->h2, "eth1");

        free(nic->addresses);
        nic->addresses = calloc(20, sizeof(*nic->addresses));
        assert_non_null(nic->addresses);
        nic->address_count = 20;
        for (int i = 0; i < 20; i++) {
            snprintf(nic->addresses[i].text, sizeof(nic->addresses[i].text),
                     "10.90.%d.%d", i, h + 1);
            nic->addresses[i].prefix = 24;
        }
    }
    assert_int_equal(ft_link_paths(f->h1, f->h2, paths), FT_LINKS_MAX);
    for (int i = 0; i < FT_LINKS_MAX; i++)
        assert_false(paths[i].guest_bridge); /* the worst were dropped */
}

static void
test_witness(void **state)
{
    struct fixture *f = *state;
    struct ft_findings findings = FT_FINDINGS_INIT;

    ft_check_witness(f->h1, f->h2, f->w1, &findings);
    expect(findings, FT_CHECK_WITNESS_ADDRESS, FT_PASS, "w1");
    memset(&findings, 0, sizeof(findings));
    ft_check_witness(f->h1, f->h2, NULL, &findings);
    expect(findings, FT_CHECK_WITNESS_NONE, FT_WARN, "no witness");
    memset(&findings, 0, sizeof(findings));
    ft_check_witness(f->h1, f->h2, f->h2, &findings);
    expect(findings, FT_CHECK_WITNESS_HOST, FT_FAIL, "h2");
    memset(&findings, 0, sizeof(findings));
    /* the standby under another name, and a copy of it */
    strcpy(f->w1->machine_id, f->h2->machine_id);
    strcpy(f->w1->host_key, "ssh-ed25519 SHA256:one");
    strcpy(f->h2->host_key, "ssh-ed25519 SHA256:one");
    ft_check_witness(f->h1, f->h2, f->w1, &findings);
    expect(findings, FT_CHECK_WITNESS_HOST, FT_FAIL,
           "w1 is h2 under another name");
    memset(&findings, 0, sizeof(findings));
    strcpy(f->w1->host_key, "ssh-ed25519 SHA256:two");
    ft_check_witness(f->h1, f->h2, f->w1, &findings);
    expect(findings, FT_CHECK_WITNESS_CLONE, FT_WARN, "made as a copy");
    memset(&findings, 0, sizeof(findings));
    strcpy(f->w1->machine_id, "id-w1");
    f->w1->nic_count = 0;
    ft_check_witness(f->h1, f->h2, f->w1, &findings);
    expect(findings, FT_CHECK_WITNESS_ADDRESS, FT_WARN, "shares no network");
    f->w1->nic_count = 4;
}

static void
test_findings(void **state)
{
    struct ft_findings f = FT_FINDINGS_INIT;
    FT_AUTOJSON json_t *json = NULL;
    char longtext[2000];

    (void)state;
    assert_int_equal(ft_findings_worst(&f), FT_PASS);
    memset(longtext, 'x', sizeof(longtext));
    longtext[sizeof(longtext) - 1] = '\0';
    ft_findings_add(&f, FT_WARN, FT_CHECK_VM_XML, longtext, NULL, NULL, "%s",
                    longtext);
    assert_int_equal(ft_findings_worst(&f), FT_WARN);
    assert_int_equal(strlen(f.list[0].evidence), sizeof(f.list[0].evidence) - 1);
    for (size_t i = 0; i + 1 < sizeof(longtext); i++)
        longtext[i] =
            "ab, "[i % 4]; /* 500 items, the last one without its end */
    ft_findings_add(&f, FT_PASS, FT_CHECK_VM_XML, "s", NULL, longtext,
                    "lacks %s", longtext);
    assert_non_null(strstr(f.list[1].evidence, " ab, and 4"));
    assert_non_null(strstr(f.list[1].evidence, " more"));
    assert_non_null(strstr(f.list[1].remedy, " ab, and 4"));
    for (int i = 0; i < 100; i++)
        ft_findings_add(&f, i == 50 ? FT_FAIL : FT_PASS, FT_CHECK_VM_QEMU, "s",
                        "w", "r", "%d", i);
    assert_int_equal(ft_findings_worst(&f), FT_FAIL);
    assert_string_equal(ft_findings_first(&f, FT_FAIL)->evidence, "50");
    json = ft_findings_to_json(&f);
    assert_int_equal(json_array_size(json), 102);
    assert_string_equal(ft_json_string(json_array_get(json, 52), "verdict", ""),
                        "fail");
    ft_findings_free(&f);
    f.failed = 1; /* a finding that could not be stored */
    assert_int_equal(ft_findings_worst(&f), FT_FAIL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_is_well),
        TEST(test_vm_not_running),
        TEST(test_vm_protected),
        TEST(test_vm_devices),
        TEST(test_vm_vhost),
        TEST(test_vm_disks),
        TEST(test_vm_kind),
        TEST(test_kernels),
        TEST(test_libvirt),
        TEST(test_workers),
        TEST(test_standby_is_another_host),
        TEST(test_qemu),
        TEST(test_cpu),
        TEST(test_cpu_passed_through),
        TEST(test_memory),
        TEST(test_pool),
        TEST(test_clones),
        TEST(test_ports),
        TEST(test_files_named),
        TEST(test_files),
        TEST(test_way_back),
        TEST(test_way_back_pools),
        TEST(test_pool_backing),
        TEST(test_pool_choice),
        TEST(test_sizes_do_not_come_round),
        TEST(test_collision),
        TEST(test_mac),
        TEST(test_bridge),
        TEST(test_network),
        TEST(test_tpm),
        TEST(test_vhost_on_standby),
        TEST(test_clock),
        TEST(test_links),
        TEST(test_link_pitfalls),
        TEST(test_links_are_bounded),
        TEST(test_witness),
        cmocka_unit_test(test_findings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
