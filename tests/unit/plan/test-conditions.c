/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of what hosts are made of and how they are doing: each is made to say each of
 * its verdicts by one change of an inventory in which all is well.
 */
#include "config.h"

#include "plan/checks.h"
#include "tests/unit/inventory-fixture.h"

enum { VM, STANDBY, WITNESS };

static int
look(const struct fixture *f, int at, struct ft_findings *findings)
{
    switch (at) {
    case VM:
        return ft_check_vm(&f->inventory, f->h1, f->vm, findings);
    case STANDBY:
        return ft_check_standby(&f->inventory, f->h1, f->vm, f->h2, NULL,
                                findings);
    default:
        return ft_check_witness(f->h1, f->h2, f->w1, findings);
    }
}

/* One change each: a word, or where is put what. */
struct row {
    int at;
    enum ft_check_id check;
    enum ft_verdict verdict;
    const char *evidence; /* what has to be said, in part */
    void (*change)(struct fixture *f);
};

#define CHANGE(name, what)              \
    static void name(struct fixture *f) \
    {                                   \
        what;                           \
    }

static void
nothing(struct fixture *f)
{
    (void)f;
}

static struct ft_nic *
nic(struct ft_host *host, const char *name)
{
    size_t i = 0;

    while (i + 1 < host->nic_count && strcmp(host->nics[i].name, name))
        i++;
    assert_string_equal(host->nics[i].name, name);
    return &host->nics[i];
}

/* What br0 has is eth1's. */
static void
second_address(struct ft_host *host)
{
    struct ft_nic *bridge = nic(host, "br0"), *link = nic(host, "eth1");

    link->addresses = realloc(link->addresses, 2 * sizeof(*link->addresses));
    assert_non_null(link->addresses);
    link->addresses[1] = bridge->addresses[0];
    link->address_count = 2;
    bridge->address_count = 0;
}

/* eth1 is one, of two others. */
static void
make_bond(struct ft_host *host)
{
    strcpy(nic(host, "eth1")->kind, "bond");
    strcpy(nic(host, "eth0")->master, "eth1");
    strcpy(nic(host, "virbr0")->master, "eth1");
    nic(host, "eth0")->carrier = nic(host, "virbr0")->carrier = true;
}

/* clang-format off */
CHANGE(primary_maintained, f->h1->maintenance_at = 1)
CHANGE(standby_maintained, f->h2->maintenance_at = 1)
CHANGE(witness_maintained, f->w1->maintenance_at = 1)
CHANGE(primary_tells_nothing, f->h1->condition.told = false)
CHANGE(standby_tells_nothing, f->h2->condition.told = false)
CHANGE(witness_tells_nothing, f->w1->condition.told = false)
CHANGE(primary_engine, strcpy(f->h1->engine_version, "0.0.9"))
CHANGE(standby_engine, strcpy(f->h2->engine_version, ""))
CHANGE(witness_engine, strcpy(f->w1->engine_version, "0.0.9"))
CHANGE(primary_clock_free, f->h1->condition.clock_set = 0)
CHANGE(standby_clock_free, f->h2->condition.clock_set = 0)
CHANGE(witness_clock_free, f->w1->condition.clock_set = 0)
CHANGE(primary_clock_unknown, f->h1->condition.clock_set = -1)
CHANGE(primary_room_small, f->h1->condition.room = 50 << 20)
CHANGE(primary_room_none, f->h1->condition.room = 1 << 20)
CHANGE(primary_room_unknown, f->h1->condition.room = -1)
CHANGE(standby_room_none, f->h2->condition.room = 0)
CHANGE(witness_room_none, f->w1->condition.room = 0)
CHANGE(primary_memory_short, f->h1->condition.memory_pressure = 1000)
CHANGE(standby_storage_short, f->h2->condition.io_pressure = 4000)
CHANGE(standby_cpu_short, f->h2->condition.cpu_pressure = 9900)
CHANGE(standby_cpu_only_known,
       f->h2->condition.io_pressure = f->h2->condition.memory_pressure = -1)
CHANGE(primary_reboot, f->h1->condition.reboot_due = true)
CHANGE(standby_reboot, f->h2->condition.reboot_due = true)
CHANGE(witness_reboot, f->w1->condition.reboot_due = true)
CHANGE(primary_virtual, strcpy(f->h1->cpu.flags, "hypervisor"))
CHANGE(standby_virtual, strcpy(f->h2->cpu.flags, "avx hypervisor"))
CHANGE(flag_alike, strcpy(f->h2->cpu.flags, "nohypervisor"))
CHANGE(standby_is_guest, strcpy(nic(f->h2, "br0")->mac, f->vm->macs[0]))
CHANGE(witness_is_guest, strcpy(nic(f->w1, "br0")->mac, "52:54:00:11:22:33"))
CHANGE(copy_has_macvtap, strcpy(nic(f->h2, "eth0")->mac, f->vm->macs[0]))
CHANGE(only_boards, *f->h1->condition.chassis = *f->h2->condition.chassis = '\0';
       strcpy(f->h1->condition.board, "B123"); strcpy(f->h2->condition.board, "B123"))
CHANGE(one_chassis, strcpy(f->h2->condition.chassis, f->h1->condition.chassis))
CHANGE(one_board,
       strcpy(f->h1->condition.board, "B123"); strcpy(f->h2->condition.board, "B123"))
CHANGE(witness_chassis, strcpy(f->w1->condition.chassis, f->h2->condition.chassis))
CHANGE(microcode, strcpy(f->h2->cpu.microcode, "0xa001000"))
CHANGE(kernel_older, strcpy(f->h2->kernel.release, "6.9.12-generic"))
CHANGE(kernel_newer, strcpy(f->h2->kernel.release, "7.0.1"))
CHANGE(clocksource, strcpy(f->h2->condition.clocksource, "hpet"))
CHANGE(commit_short, f->h2->condition.commit_left = 1 << 30)
CHANGE(commit_enough, f->h2->condition.commit_left = INT64_C(8) << 30)
CHANGE(security, strcpy(f->h2->kernel.security, "none"))
CHANGE(pinned_there,
       replace_xml(f->vm, "<domain><vcpu cpuset='0-3,^2'>2</vcpu></domain>"))
CHANGE(pinned_beyond,
       replace_xml(f->vm, "<domain><cputune><vcpupin vcpu='0' cpuset='2,8'/>"
                          "<emulatorpin cpuset='0-1'/></cputune></domain>"))
CHANGE(node_there,
       strcpy(f->h2->cpu.nodes, "0-1");
       replace_xml(f->vm, "<domain><numatune><memory mode='strict' nodeset='1'/>"
                          "</numatune></domain>"))
CHANGE(node_beyond,
       strcpy(f->h2->cpu.nodes, "0");
       replace_xml(f->vm, "<domain><numatune><memory mode='preferred' nodeset='0'/>"
                          "<memnode cellid='0' mode='strict' nodeset='1'/></numatune>"
                          "</domain>"))
CHANGE(node_unknown,
       replace_xml(f->vm, "<domain><numatune><memory nodeset='0'/></numatune></domain>"))
CHANGE(crowded, f->h2->cpu.count = 1; f->vm->vcpus = 5)
CHANGE(pool_not_started, f->h2->pools[0].autostart = false)
CHANGE(pool_shared, strcpy(f->h2->pools[0].type, "netfs"))
CHANGE(bridge_mtu, nic(f->h2, "br0")->mtu = 1400)
CHANGE(only_a_tap, strcpy(nic(f->h2, "eth0")->kind, "tun"))
CHANGE(link_mtu, nic(f->h2, "eth1")->mtu = 1500)
CHANGE(link_slow, nic(f->h2, "eth1")->speed_mbps = 100)
CHANGE(link_of_one_nic, second_address(f->h1))
CHANGE(link_of_two_vlans, strcpy(nic(f->h1, "eth1")->parent, "eth0"))
CHANGE(link_on_bond, make_bond(f->h2))
CHANGE(link_on_half_a_bond, make_bond(f->h2); nic(f->h2, "eth0")->carrier = false)
CHANGE(link_on_bridge, nic(f->h2, "eth1")->up = false)

static const struct row rows[] = {
    { VM, FT_CHECK_PRIMARY_MAINTENANCE, FT_PASS, "is not under", nothing },
    { VM, FT_CHECK_PRIMARY_MAINTENANCE, FT_FAIL, "is under maintenance", primary_maintained },
    { VM, FT_CHECK_PRIMARY_FACTS, FT_PASS, "tells all", nothing },
    { VM, FT_CHECK_PRIMARY_FACTS, FT_UNKNOWN, "tells nothing", primary_tells_nothing },
    { VM, FT_CHECK_PRIMARY_ENGINE, FT_PASS, PACKAGE_VERSION, nothing },
    { VM, FT_CHECK_PRIMARY_ENGINE, FT_WARN, "0.0.9", primary_engine },
    { VM, FT_CHECK_PRIMARY_TIME, FT_PASS, "NTP", nothing },
    { VM, FT_CHECK_PRIMARY_TIME, FT_WARN, "nobody sets", primary_clock_free },
    { VM, FT_CHECK_PRIMARY_TIME, FT_UNKNOWN, "does not tell", primary_clock_unknown },
    { VM, FT_CHECK_PRIMARY_ROOM, FT_PASS, "10240 MiB", nothing },
    { VM, FT_CHECK_PRIMARY_ROOM, FT_WARN, "50 MiB", primary_room_small },
    { VM, FT_CHECK_PRIMARY_ROOM, FT_FAIL, "1 MiB", primary_room_none },
    { VM, FT_CHECK_PRIMARY_ROOM, FT_UNKNOWN, "nobody knows", primary_room_unknown },
    { VM, FT_CHECK_PRIMARY_PRESSURE, FT_PASS, "memory 0 %", nothing },
    { VM, FT_CHECK_PRIMARY_PRESSURE, FT_WARN, "memory 10 %", primary_memory_short },
    { VM, FT_CHECK_PRIMARY_REBOOT, FT_PASS, "no reboot", nothing },
    { VM, FT_CHECK_PRIMARY_REBOOT, FT_WARN, "ask for a reboot", primary_reboot },
    { VM, FT_CHECK_PRIMARY_VIRTUAL, FT_PASS, "of its own", nothing },
    { VM, FT_CHECK_PRIMARY_VIRTUAL, FT_WARN, "virtual machine", primary_virtual },
    { STANDBY, FT_CHECK_STANDBY_MAINTENANCE, FT_PASS, "is not under", nothing },
    { STANDBY, FT_CHECK_STANDBY_MAINTENANCE, FT_FAIL, "is under maintenance", standby_maintained },
    { STANDBY, FT_CHECK_STANDBY_FACTS, FT_PASS, "tells all", nothing },
    { STANDBY, FT_CHECK_STANDBY_FACTS, FT_UNKNOWN, "tells nothing", standby_tells_nothing },
    { STANDBY, FT_CHECK_STANDBY_ENGINE, FT_PASS, PACKAGE_VERSION, nothing },
    { STANDBY, FT_CHECK_STANDBY_ENGINE, FT_WARN, "unknown version", standby_engine },
    { STANDBY, FT_CHECK_STANDBY_TIME, FT_PASS, "NTP", nothing },
    { STANDBY, FT_CHECK_STANDBY_TIME, FT_WARN, "nobody sets", standby_clock_free },
    { STANDBY, FT_CHECK_STANDBY_ROOM, FT_PASS, "10240 MiB", nothing },
    { STANDBY, FT_CHECK_STANDBY_ROOM, FT_FAIL, "0 MiB", standby_room_none },
    { STANDBY, FT_CHECK_STANDBY_PRESSURE, FT_PASS, "CPU 1 %", nothing },
    { STANDBY, FT_CHECK_STANDBY_PRESSURE, FT_PASS, "CPU 1 %", standby_cpu_only_known },
    { STANDBY, FT_CHECK_STANDBY_PRESSURE, FT_WARN, "storage 40 %", standby_storage_short },
    { STANDBY, FT_CHECK_STANDBY_PRESSURE, FT_WARN, "CPU 99 %", standby_cpu_short },
    { STANDBY, FT_CHECK_STANDBY_REBOOT, FT_PASS, "no reboot", nothing },
    { STANDBY, FT_CHECK_STANDBY_REBOOT, FT_WARN, "ask for a reboot", standby_reboot },
    { STANDBY, FT_CHECK_STANDBY_VIRTUAL, FT_PASS, "of its own", flag_alike },
    { STANDBY, FT_CHECK_STANDBY_VIRTUAL, FT_WARN, "virtual machine", standby_virtual },
    { STANDBY, FT_CHECK_STANDBY_GUEST, FT_PASS, "no VM", nothing },
    { STANDBY, FT_CHECK_STANDBY_GUEST, FT_FAIL, "the VM vm1 on h1", standby_is_guest },
    { STANDBY, FT_CHECK_STANDBY_GUEST, FT_PASS, "no VM", copy_has_macvtap },
    { STANDBY, FT_CHECK_STANDBY_CHASSIS, FT_WARN, "one board", only_boards },
    { STANDBY, FT_CHECK_STANDBY_CHASSIS, FT_PASS, "each", nothing },
    { STANDBY, FT_CHECK_STANDBY_CHASSIS, FT_WARN, "one chassis", one_chassis },
    { STANDBY, FT_CHECK_STANDBY_CHASSIS, FT_WARN, "one board", one_board },
    { STANDBY, FT_CHECK_STANDBY_MICROCODE, FT_PASS, "0xa0011d1", nothing },
    { STANDBY, FT_CHECK_STANDBY_MICROCODE, FT_WARN, "0xa001000 on h2", microcode },
    { STANDBY, FT_CHECK_STANDBY_KERNEL_OLDER, FT_PASS, "6.12.1", nothing },
    { STANDBY, FT_CHECK_STANDBY_KERNEL_OLDER, FT_PASS, "7.0.1", kernel_newer },
    { STANDBY, FT_CHECK_STANDBY_KERNEL_OLDER, FT_WARN, "6.9.12", kernel_older },
    { STANDBY, FT_CHECK_STANDBY_CLOCKSOURCE, FT_PASS, "tsc", nothing },
    { STANDBY, FT_CHECK_STANDBY_CLOCKSOURCE, FT_WARN, "hpet", clocksource },
    { STANDBY, FT_CHECK_STANDBY_COMMIT, FT_PASS, "more than it has", nothing },
    { STANDBY, FT_CHECK_STANDBY_COMMIT, FT_PASS, "8.0 GiB", commit_enough },
    { STANDBY, FT_CHECK_STANDBY_COMMIT, FT_FAIL, "1.0 GiB may", commit_short },
    { STANDBY, FT_CHECK_STANDBY_SECURITY, FT_PASS, "apparmor there", nothing },
    { STANDBY, FT_CHECK_STANDBY_SECURITY, FT_WARN, "none there", security },
    { STANDBY, FT_CHECK_STANDBY_PINNING, FT_PASS, "CPU 3", pinned_there },
    { STANDBY, FT_CHECK_STANDBY_PINNING, FT_FAIL, "CPU 8, h2 has 0 to 7", pinned_beyond },
    { STANDBY, FT_CHECK_STANDBY_PINNING, FT_PASS, "node 1, h2 has 0-1", node_there },
    { STANDBY, FT_CHECK_STANDBY_PINNING, FT_FAIL, "node 1, h2 has 0", node_beyond },
    { STANDBY, FT_CHECK_STANDBY_PINNING, FT_UNKNOWN, "tells of none", node_unknown },
    { STANDBY, FT_CHECK_STANDBY_CAPACITY, FT_PASS, "2 vCPUs run on 8", nothing },
    { STANDBY, FT_CHECK_STANDBY_CAPACITY, FT_WARN, "5 vCPUs run on 1", crowded },
    { STANDBY, FT_CHECK_STANDBY_POOL_AUTOSTART, FT_PASS, "is started", nothing },
    { STANDBY, FT_CHECK_STANDBY_POOL_AUTOSTART, FT_WARN, "not started", pool_not_started },
    { STANDBY, FT_CHECK_STANDBY_POOL_SHARED, FT_PASS, "of that host", nothing },
    { STANDBY, FT_CHECK_STANDBY_POOL_SHARED, FT_WARN, "file server", pool_shared },
    { STANDBY, FT_CHECK_STANDBY_NETWORK, FT_PASS, "bridge br0 exists", nothing },
    { STANDBY, FT_CHECK_STANDBY_NETWORK, FT_WARN, "no port with a carrier", only_a_tap },
    { STANDBY, FT_CHECK_STANDBY_BRIDGE_MTU, FT_PASS, "1500 there", nothing },
    { STANDBY, FT_CHECK_STANDBY_BRIDGE_MTU, FT_WARN, "1400 there", bridge_mtu },
    { STANDBY, FT_CHECK_LINK_MTU, FT_PASS, "9000 on eth1 there", nothing },
    { STANDBY, FT_CHECK_LINK_MTU, FT_WARN, "1500 on eth1 there", link_mtu },
    { STANDBY, FT_CHECK_LINK_SPEED, FT_PASS, "10000 Mbit/s", nothing },
    { STANDBY, FT_CHECK_LINK_SPEED, FT_WARN, "eth1 is at 100", link_slow },
    { STANDBY, FT_CHECK_LINK_SHARED, FT_PASS, "no guest", nothing },
    { STANDBY, FT_CHECK_LINK_SHARED, FT_WARN, "bridge br0", link_on_bridge },
    { STANDBY, FT_CHECK_LINK_SINGLE, FT_PASS, "2 networks", nothing },
    { STANDBY, FT_CHECK_LINK_SINGLE, FT_WARN, "1 network", link_on_bridge },
    { STANDBY, FT_CHECK_LINK_SINGLE, FT_WARN, "1 network", link_of_one_nic },
    { STANDBY, FT_CHECK_LINK_SINGLE, FT_WARN, "1 network", link_of_two_vlans },
    { STANDBY, FT_CHECK_LINK_BOND, FT_PASS, "2 of 2 NICs of eth1", link_on_bond },
    { STANDBY, FT_CHECK_LINK_BOND, FT_WARN, "1 of 2 NICs of eth1", link_on_half_a_bond },
    { WITNESS, FT_CHECK_WITNESS_MAINTENANCE, FT_PASS, "is not under", nothing },
    { WITNESS, FT_CHECK_WITNESS_MAINTENANCE, FT_FAIL, "is under maintenance", witness_maintained },
    { WITNESS, FT_CHECK_WITNESS_FACTS, FT_PASS, "tells all", nothing },
    { WITNESS, FT_CHECK_WITNESS_FACTS, FT_UNKNOWN, "tells nothing", witness_tells_nothing },
    { WITNESS, FT_CHECK_WITNESS_ENGINE, FT_PASS, PACKAGE_VERSION, nothing },
    { WITNESS, FT_CHECK_WITNESS_ENGINE, FT_WARN, "0.0.9", witness_engine },
    { WITNESS, FT_CHECK_WITNESS_TIME, FT_PASS, "NTP", nothing },
    { WITNESS, FT_CHECK_WITNESS_TIME, FT_WARN, "nobody sets", witness_clock_free },
    { WITNESS, FT_CHECK_WITNESS_ROOM, FT_PASS, "10240 MiB", nothing },
    { WITNESS, FT_CHECK_WITNESS_ROOM, FT_FAIL, "0 MiB", witness_room_none },
    { WITNESS, FT_CHECK_WITNESS_REBOOT, FT_PASS, "no reboot", nothing },
    { WITNESS, FT_CHECK_WITNESS_REBOOT, FT_WARN, "ask for a reboot", witness_reboot },
    { WITNESS, FT_CHECK_WITNESS_GUEST, FT_PASS, "no VM", nothing },
    { WITNESS, FT_CHECK_WITNESS_GUEST, FT_FAIL, "the VM vm1", witness_is_guest },
    { WITNESS, FT_CHECK_WITNESS_CHASSIS, FT_PASS, "each", nothing },
    { WITNESS, FT_CHECK_WITNESS_CHASSIS, FT_WARN, "h2 and w1", witness_chassis },
};
/* clang-format on */

static bool
says(const struct ft_findings *findings, const struct row *row)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct ft_finding *f = &findings->list[i];

        if (f->check == row->check && f->verdict == row->verdict &&
            strstr(f->evidence, row->evidence) != NULL)
            return f->verdict == FT_PASS || (*f->why && *f->remedy);
    }
    return false;
}

static void
test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(rows); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        const struct ft_finding *found;
        void *fresh;
        struct fixture *f;

        set_up(&fresh);
        f = fresh;
        rows[i].change(f);
        assert_int_equal(look(f, rows[i].at, &findings), 0);
        found = ft_findings_find(&findings, rows[i].check);
        if (!says(&findings, &rows[i]))
            fail_msg("row %zu: %s is not %s \"%s\", but %s \"%s\"", i,
                     ft_check_lines[rows[i].check].id,
                     ft_verdict_name(rows[i].verdict), rows[i].evidence,
                     found ? ft_verdict_name(found->verdict) : "missing",
                     found ? found->evidence : "");
        ft_findings_free(&findings);
        tear_down(&fresh);
    }
}

/* What vendors write into a serial number's place is none. */
static void
test_no_serial(void **state)
{
    static const char *const texts[] = { "",         "None",
                                         "0000000",  "Default string",
                                         "...",      "To Be Filled By O.E.M.",
                                         "XXXXXXXX", "Not Specified" };
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(texts); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;

        strcpy(f->h1->condition.chassis, texts[i]);
        strcpy(f->h2->condition.chassis, texts[i]);
        assert_int_equal(look(f, STANDBY, &findings), 0);
        if (ft_findings_find(&findings, FT_CHECK_STANDBY_CHASSIS))
            fail_msg("\"%s\" is taken for a number", texts[i]);
        ft_findings_free(&findings);
    }
}

/* What is not known of a host makes no finding, and no fault. */
static void
test_nothing_known(void **state)
{
    static const enum ft_check_id none[] = {
        FT_CHECK_STANDBY_MICROCODE,    FT_CHECK_STANDBY_CLOCKSOURCE,
        FT_CHECK_STANDBY_KERNEL_OLDER, FT_CHECK_STANDBY_PRESSURE,
        FT_CHECK_STANDBY_PINNING,      FT_CHECK_LINK_MTU,
        FT_CHECK_LINK_SPEED,
    };
    struct fixture *f = *state;
    struct ft_findings findings = FT_FINDINGS_INIT;

    *f->h2->cpu.microcode = *f->h2->kernel.release = '\0';
    *f->h2->condition.clocksource = '\0';
    f->h2->condition.cpu_pressure = f->h2->condition.memory_pressure =
        f->h2->condition.io_pressure = -1;
    nic(f->h2, "eth1")->mtu = 0;
    nic(f->h1, "eth1")->speed_mbps = nic(f->h2, "eth1")->speed_mbps = -1;
    assert_int_equal(look(f, STANDBY, &findings), 0);
    for (size_t i = 0; i < FT_ARRAY_SIZE(none); i++)
        if (ft_findings_find(&findings, none[i]))
            fail_msg("%s says something", ft_check_lines[none[i]].id);
    assert_int_equal(ft_findings_worst(&findings), FT_PASS);
    ft_findings_free(&findings);
}

/* Of an engine of before: that it tells nothing is all that is said, and no 0 is read
 * as what it told. */
static void
test_older_engine(void **state)
{
    struct fixture *f = *state;
    struct ft_findings findings = FT_FINDINGS_INIT;

    memset(&f->h2->condition, 0, sizeof(f->h2->condition));
    *f->h2->cpu.microcode = '\0';
    for (size_t i = 0; i < f->h2->nic_count; i++)
        f->h2->nics[i].mtu = 0;
    assert_int_equal(look(f, STANDBY, &findings), 0);
    for (size_t i = 0; i < findings.count; i++)
        if (findings.list[i].verdict != FT_PASS &&
            findings.list[i].check != FT_CHECK_STANDBY_FACTS)
            fail_msg("%s: %s", findings.list[i].id, findings.list[i].evidence);
    assert_int_equal(ft_findings_worst(&findings), FT_UNKNOWN);
    ft_findings_free(&findings);
}

static void
give_vm(struct ft_host *host, const char *uuid, const char *name, int vcpus)
{
    host->domains = calloc(1, sizeof(*host->domains));
    assert_non_null(host->domains);
    host->domain_count = 1;
    host->domains[0].state = FT_DOMAIN_RUNNING;
    host->domains[0].vcpus = vcpus;
    strcpy(host->domains[0].uuid, uuid);
    strcpy(host->domains[0].name, name);
}

static struct ft_known_pair
pair_of(const char *vm, const char *uuid, const char *primary,
        const char *standby)
{
    struct ft_known_pair pair = { .state = "protected" };

    strcpy(pair.vm, vm);
    strcpy(pair.vm_uuid, uuid);
    strcpy(pair.primary, primary);
    strcpy(pair.standby, standby);
    return pair;
}

/* What runs there when any one host is lost: not what two would bring together. */
static void
test_capacity(void **state)
{
    static const struct {
        int vcpus; /* of vm2 on h3, whose copy waits on h2 */
        enum ft_verdict verdict;
        const char *evidence;
    } cases[] = {
        { 1, FT_PASS, "when h1 is lost 2 vCPUs run on 8 CPUs there" },
        { 32, FT_PASS, "when h3 is lost 32 vCPUs run on 8 CPUs there" },
        { 33, FT_WARN, "when h3 is lost 33 vCPUs run on 8 CPUs there" },
    };
    struct fixture *f = *state;
    struct ft_known_pair pair = pair_of("vm2", "another", "h3", "h2");

    f->inventory.pairs = &pair;
    f->inventory.pair_count = 1;
    give_vm(f->h3, "another", "vm2", 0);
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        const struct ft_finding *found;

        f->h3->domains[0].vcpus = cases[i].vcpus;
        assert_int_equal(look(f, STANDBY, &findings), 0);
        found = ft_findings_find(&findings, FT_CHECK_STANDBY_CAPACITY);
        assert_string_equal(found->evidence, cases[i].evidence);
        assert_int_equal(found->verdict, cases[i].verdict);
        ft_findings_free(&findings);
    }
}

/* vm1 runs on h1, and h2 is to have its copy; vm2 must not be where it is. */
static void
test_apart(void **state)
{
    static const struct {
        const char *on, *copy; /* vm2's; copy NULL: not protected */
        enum ft_verdict verdict;
        const char *evidence;
    } cases[] = {
        { "h3", NULL, FT_PASS, "stay apart" },
        { "h2", NULL, FT_WARN, "would run on one host after" },
        { "h3", "h2", FT_PASS, "stay apart" },
        { "h1", "h2", FT_WARN, "taken over to one host" },
        { "h1", "h3", FT_WARN, "run on one host now" },
        { "h3", "h1", FT_WARN, "once that of the second is lost" },
    };
    static const struct ft_apart rules[] = { { { "other", "unrelated" } },
                                             { { "vm2", VM_UUID } } };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        const struct ft_finding *found;
        struct ft_known_pair pair;
        struct ft_host *host;
        struct fixture *f;
        void *fresh;

        set_up(&fresh);
        f = fresh;
        host = *cases[i].on == 'h' && cases[i].on[1] == '2' ? f->h2 : f->h3;
        if (cases[i].on[1] == '1') { /* beside vm1 */
            f->h1->domains =
                realloc(f->h1->domains, 2 * sizeof(*f->h1->domains));
            assert_non_null(f->h1->domains);
            memset(&f->h1->domains[1], 0, sizeof(f->h1->domains[1]));
            f->h1->domain_count = 2;
            f->h1->domains[1].state = FT_DOMAIN_RUNNING;
            strcpy(f->h1->domains[1].name, "vm2");
            strcpy(f->h1->domains[1].uuid, "another");
            f->vm = &f->h1->domains[0];
        } else {
            give_vm(host, "another", "vm2", 1);
        }
        f->inventory.apart = rules;
        f->inventory.apart_count = FT_ARRAY_SIZE(rules);
        if (cases[i].copy) {
            pair = pair_of("vm2", "another", cases[i].on, cases[i].copy);
            f->inventory.pairs = &pair;
            f->inventory.pair_count = 1;
        }
        assert_int_equal(look(f, STANDBY, &findings), 0);
        found = ft_findings_find(&findings, FT_CHECK_STANDBY_APART);
        assert_non_null(found);
        if (found->verdict != cases[i].verdict ||
            !strstr(found->evidence, cases[i].evidence))
            fail_msg("row %zu: %s %s", i, ft_verdict_name(found->verdict),
                     found->evidence);
        assert_string_equal(found->subject, "vm2"); /* waived each by itself */
        ft_findings_free(&findings);
        tear_down(&fresh);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), TEST(test_no_serial),
        TEST(test_nothing_known),    TEST(test_older_engine),
        TEST(test_capacity),         cmocka_unit_test(test_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
