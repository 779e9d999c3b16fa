/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clocks in a device state: built here, forged, cut, and QEMU's own. */
#include "config.h"

#include "tests/unit/virt-test.h"

#include <stdbool.h>

#include "base/cleanup.h"
#include "qemu/device-clocks.h"
#include "qemu/device-sections.h"
#include "tests/unit/qemu/state-builder.h"

#define TICKS UINT64_C(0x1122334455667788)
#define VIRTUAL UINT64_C(0x0102030405060708)
#define KVM UINT64_C(0x99aabbccddeeff00)
#define TSC UINT64_C(0x7000000000000000)

static struct state s;

static void
build(unsigned cpus, int64_t khz)
{
    unsigned i;

    state_begin(&s);
    state_timer(&s, TICKS, VIRTUAL);
    state_device(&s, "apic", 90);
    for (i = 0; i < cpus; i++)
        state_cpu(&s, i, TSC + i, khz);
    state_kvmclock(&s, KVM);
    state_device(&s, "i8259", 14);
    state_end(&s);
}

/* In memory of exactly that size, for who reads beyond. */
static struct ft_device_clocks
find(size_t size)
{
    FT_AUTOFREE uint8_t *copy = malloc(size ? size : 1);
    struct ft_device_clocks found;

    memcpy(copy, s.data, size);
    ft_device_clocks_find(copy, size, &found);
    return found;
}

static uint64_t
get(size_t at)
{
    return ft_device_clock_get(s.data, at);
}

static void
test_find(void **state)
{
    struct ft_device_clocks c;
    unsigned i;

    (void)state;
    build(3, 2400000);
    c = find(s.size);
    assert_true(get(c.at[FT_CLOCK_TICKS]) == TICKS);
    assert_true(get(c.at[FT_CLOCK_VIRTUAL]) == VIRTUAL);
    assert_true(get(c.at[FT_CLOCK_KVM]) == KVM);
    assert_int_equal(c.n_tsc, 3);
    for (i = 0; i < 3; i++)
        assert_true(get(c.tsc[i]) == TSC + i);
    assert_true(c.tsc_hz == UINT64_C(2400000000));
    build(1, 0);
    c = find(s.size);
    assert_int_equal(c.n_tsc, 1);
    assert_int_equal(c.tsc_hz, 0);
}

/* Without KVM a vCPU's TSC is that of "timer". */
static void
test_tcg(void **state)
{
    struct ft_device_clocks c;

    (void)state;
    state_begin(&s);
    state_timer(&s, TICKS, VIRTUAL);
    state_cpu(&s, 0, TSC, 0);
    state_end(&s);
    c = find(s.size);
    assert_true(c.at[FT_CLOCK_TICKS] && c.at[FT_CLOCK_VIRTUAL]);
    assert_int_equal(c.at[FT_CLOCK_KVM], 0);
    assert_int_equal(c.n_tsc, 0);
}

/* A section counts when all of it is there. */
static void
test_cut(void **state)
{
    struct ft_device_clocks whole, c;
    size_t n;

    (void)state;
    build(2, 2400000);
    whole = find(s.size);
    for (n = 0; n < s.size; n++) {
        c = find(n);
        assert_int_equal(c.at[FT_CLOCK_TICKS],
                         n < whole.at[FT_CLOCK_TICKS] + 24 + 5
                             ? 0
                             : whole.at[FT_CLOCK_TICKS]);
        assert_int_equal(c.at[FT_CLOCK_KVM], n < whole.at[FT_CLOCK_KVM] + 8 + 5
                                                 ? 0
                                                 : whole.at[FT_CLOCK_KVM]);
        assert_int_equal(c.n_tsc, c.at[FT_CLOCK_KVM] ? 2 : 0);
    }
}

/* Any byte of a section's frame decides whether it is one. */
static void
test_damaged(void **state)
{
    struct ft_device_clocks whole, c;
    size_t timer, i;

    (void)state;
    build(1, 2400000);
    whole = find(s.size);
    timer = whole.at[FT_CLOCK_TICKS];
    for (i = timer - 19; i < timer + 24 + 5; i++) {
        bool instance = i >= timer - 8 && i < timer - 4;
        bool field = i >= timer && i < timer + 24;

        s.data[i] ^= 1;
        c = find(s.size);
        s.data[i] ^= 1;
        assert_int_equal(c.at[FT_CLOCK_TICKS], instance || field ? timer : 0);
        assert_int_equal(c.at[FT_CLOCK_KVM], whole.at[FT_CLOCK_KVM]);
    }
    for (i = whole.at[FT_CLOCK_KVM] - 4; i < whole.at[FT_CLOCK_KVM]; i++) {
        s.data[i] ^= 2; /* another version */
        c = find(s.size);
        s.data[i] ^= 2;
        assert_int_equal(c.at[FT_CLOCK_KVM], 0);
        assert_int_equal(c.n_tsc, 0);
    }
}

/* What a guest writes into a device's buffer takes its clocks, not others. */
static void
test_forged(void **state)
{
    static struct state forged;
    struct ft_device_clocks c;

    (void)state;
    build(1, 0);
    s.size--;
    state_begin(&forged);
    forged.id = 77;
    state_timer(&forged, 1, 1);
    state_section(&s, "ide", 0, 1);
    state_add(&s, forged.data + 8, forged.size - 8);
    state_footer(&s);
    state_end(&s);
    c = find(s.size);
    assert_int_equal(c.at[FT_CLOCK_TICKS], 0);
    assert_int_equal(c.at[FT_CLOCK_VIRTUAL], 0);
    assert_int_equal(c.n_tsc, 1);
    /* twice in the same place, overlapping, is twice too */
    build(1, 0);
    s.size--;
    state_kvmclock(&s, 5);
    state_end(&s);
    c = find(s.size);
    assert_int_equal(c.at[FT_CLOCK_KVM], 0);
    assert_int_equal(c.n_tsc, 0);
}

static void
test_forged_cpus(void **state)
{
    unsigned i;

    (void)state;
    for (i = 0; i < 3; i++) { /* one of these instances again, or before */
        build(3, 0);
        s.size--;
        state_cpu(&s, i, TSC, 0);
        state_end(&s);
        assert_int_equal(find(s.size).n_tsc, 0);
    }
    /* one that has no TSC is one all the same */
    state_begin(&s);
    state_timer(&s, TICKS, VIRTUAL);
    state_kvmclock(&s, KVM);
    state_cpu(&s, 4, 0, 0);
    state_cpu(&s, 9, TSC, 0);
    state_end(&s);
    assert_int_equal(find(s.size).n_tsc, 1);
    /* two rates are none */
    state_begin(&s);
    state_kvmclock(&s, KVM);
    state_cpu(&s, 0, TSC, 2400000);
    state_cpu(&s, 1, TSC, 2500000);
    state_end(&s);
    assert_int_equal(find(s.size).tsc_hz, 0);
    build(1, -5);
    assert_int_equal(find(s.size).tsc_hz, 0);
}

static void
test_many_cpus(void **state)
{
    static uint8_t large[2500 * (FT_DEVICE_VCPUS_MAX + 2)];
    static struct ft_device_clocks c;
    unsigned n, i;
    size_t size;

    (void)state;
    for (n = FT_DEVICE_VCPUS_MAX; n <= FT_DEVICE_VCPUS_MAX + 1; n++) {
        state_begin(&s);
        state_kvmclock(&s, KVM);
        memcpy(large, s.data, size = s.size);
        for (i = 0; i < n; i++) {
            s.size = 0;
            state_cpu(&s, i, TSC, 0);
            memcpy(large + size, s.data, s.size);
            size += s.size;
        }
        ft_device_clocks_find(large, size, &c);
        assert_int_equal(c.n_tsc, n > FT_DEVICE_VCPUS_MAX ? 0 : n);
    }
}

static void
test_forward(void **state)
{
    struct ft_device_clocks c;
    static struct state before;
    size_t i, changed = 0;

    (void)state;
    build(2, 2000000);
    before = s;
    c = find(s.size);
    /* 1.5 s, of which 0.5 s by earlier stops; a host of 3 GHz */
    assert_int_equal(ft_device_clocks_forward(s.data, s.size, 1500000000,
                                              1000000000, 3000000000),
                     3);
    assert_true(get(c.at[FT_CLOCK_TICKS]) == TICKS + 4500000000);
    assert_true(get(c.at[FT_CLOCK_VIRTUAL]) == VIRTUAL + 1500000000);
    assert_true(get(c.at[FT_CLOCK_KVM]) == KVM + 1500000000);
    assert_true(get(c.tsc[0]) == TSC + 2000000000);
    assert_true(get(c.tsc[1]) == TSC + 1 + 2000000000);
    for (i = 0; i < s.size; i++)
        changed += s.data[i] != before.data[i];
    assert_true(changed <= 5 * 8);
    /* where the state does not tell the rate it is the host's */
    build(1, 0);
    c = find(s.size);
    ft_device_clocks_forward(s.data, s.size, 1000000000, 1000000000, 3000000000);
    assert_true(get(c.tsc[0]) == TSC + 3000000000);
    /* and an unknown one leaves the TSCs */
    build(1, 0);
    assert_int_equal(ft_device_clocks_forward(s.data, s.size, 1000, 1000, 0), 3);
    assert_true(get(c.tsc[0]) == TSC);
    assert_true(get(c.at[FT_CLOCK_TICKS]) == TICKS);
    assert_true(get(c.at[FT_CLOCK_KVM]) == KVM + 1000);
    s.size = 8;
    assert_int_equal(ft_device_clocks_forward(s.data, s.size, 9, 9, 9), 0);
}

/* A day, at 100 GHz: nothing overflows, and it is right to the microsecond. */
static void
test_forward_far(void **state)
{
    uint64_t day = UINT64_C(86400000000000), got;
    struct ft_device_clocks c;

    (void)state;
    build(1, 100000000);
    c = find(s.size);
    ft_device_clocks_forward(s.data, s.size, day, day, 0);
    got = get(c.tsc[0]) - TSC;
    assert_true(got > day * 100 - 100000 && got < day * 100 + 100000);
}

static void
load(const char *name)
{
    const char *top = getenv("srcdir");
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/tests/unit/data/qemu/%s", top ? top : ".",
             name);
    file = fopen(path, "re");
    assert_non_null(file);
    s.size = fread(s.data, 1, sizeof(s.data), file);
    fclose(file);
}

/* The first sections of what QEMU 7.2 saved: pc, two vCPUs, KVM at 2.1 GHz. */
static void
test_qemu_kvm(void **state)
{
    struct ft_device_clocks c;
    uint64_t apart;
    size_t n;

    (void)state;
    load("device-state-7.2-kvm");
    c = find(s.size);
    assert_true(c.at[FT_CLOCK_TICKS] && c.at[FT_CLOCK_KVM]);
    assert_int_equal(c.n_tsc, 2);
    assert_true(c.tsc_hz == 2100000000);
    /* it had run for a second or two */
    assert_true(get(c.at[FT_CLOCK_KVM]) / 1000000000 < 10);
    assert_true(get(c.at[FT_CLOCK_VIRTUAL]) / 1000000000 < 10);
    /* its vCPUs' TSCs are some microseconds apart, as they were read */
    apart = get(c.tsc[1]) - get(c.tsc[0]);
    assert_true(apart < 2100000 || -apart < 2100000);
    for (n = 0; n < s.size; n++)
        find(n);
}

/* The same of q35, one vCPU of two, TCG. */
static void
test_qemu_tcg(void **state)
{
    struct ft_device_clocks c;

    (void)state;
    load("device-state-7.2-tcg");
    c = find(s.size);
    assert_true(c.at[FT_CLOCK_TICKS] && c.at[FT_CLOCK_VIRTUAL]);
    assert_int_equal(c.at[FT_CLOCK_KVM], 0);
    assert_int_equal(c.n_tsc, 0);
    assert_true(get(c.at[FT_CLOCK_VIRTUAL]) / 1000000000 < 10);
}

/* Those of QEMU have theirs; a vCPU's last byte counts, and so does its end. */
static void
test_vcpus(void **state)
{
    unsigned i;

    (void)state;
    load("device-state-7.2-kvm");
    assert_int_equal(ft_device_vcpus(s.data, s.size), 2);
    load("device-state-7.2-tcg");
    assert_int_equal(ft_device_vcpus(s.data, s.size), 2);
    state_begin(&s);
    for (i = 0; i < 3; i++) {
        state_section(&s, "cpu_common", i, 1);
        state_add(&s, NULL, 8);
        state_footer(&s);
        state_cpu(&s, i, TSC, 0);
    }
    assert_int_equal(ft_device_vcpus(s.data, s.size), 3);
    s.data[s.size - 1]++; /* of "cpu" */
    assert_int_equal(ft_device_vcpus(s.data, s.size), 3);
    state_section(&s, "cpu_common", i, 2); /* of a QEMU that is not known */
    state_add(&s, NULL, 8);
    state_footer(&s);
    assert_int_equal(ft_device_vcpus(s.data, s.size), 3);
    assert_int_equal(ft_device_vcpus(s.data, 0), 0);
}

/* What verify says it has covered. */
static void
test_count(void **state)
{
    (void)state;
    load("device-state-7.2-kvm"); /* both are cut */
    assert_int_equal(ft_device_count(s.data, s.size), 0);
    load("device-state-7.2-tcg");
    assert_int_equal(ft_device_count(s.data, s.size), 0);
    state_begin(&s);
    assert_int_equal(ft_device_count(s.data, s.size), 0);
    state_timer(&s, 1, 2);
    state_section(&s, "fields like an end", 0, 1);
    state_add(&s, "\x7e\0\0\0\1\0\x7e\0\0\0\1\4\0\0\0\2\1\x80", 18);
    state_footer(&s);
    state_cpu(&s, 0, TSC, 0);
    state_add(&s, "", 1);
    assert_int_equal(ft_device_count(s.data, s.size), 3);
    for (size_t size = 0; size + 6 < s.size; size++)
        assert_true(ft_device_count(s.data, size) < 3);
}

/* The next state of the same machine: as before, shorter at every byte, another. */
static void
test_again(void **state)
{
    struct ft_device_clocks c;
    size_t size;

    (void)state;
    build(2, 2400000);
    c = find(s.size);
    assert_true(ft_device_clocks_again(s.data, s.size, &c));
    for (size = 0; size < s.size; size++) {
        FT_AUTOFREE uint8_t *copy = malloc(size ? size : 1);

        memcpy(copy, s.data, size);
        assert_int_equal(ft_device_clocks_again(copy, size, &c),
                         size >= c.at[FT_CLOCK_KVM] + 8 + 5);
    }
    s.data[c.at[FT_CLOCK_KVM] - 9] ^= 1; /* in its name */
    assert_false(ft_device_clocks_again(s.data, s.size, &c));
    build(3, 2400000);
    assert_false(ft_device_clocks_again(s.data, s.size, &c));
    memset(&c, 0, sizeof(c));
    assert_false(ft_device_clocks_again(s.data, s.size, &c));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),        cmocka_unit_test(test_tcg),
        cmocka_unit_test(test_cut),         cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_forged),      cmocka_unit_test(test_forged_cpus),
        cmocka_unit_test(test_many_cpus),   cmocka_unit_test(test_forward),
        cmocka_unit_test(test_forward_far), cmocka_unit_test(test_qemu_kvm),
        cmocka_unit_test(test_qemu_tcg),    cmocka_unit_test(test_again),
        cmocka_unit_test(test_vcpus),       cmocka_unit_test(test_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
