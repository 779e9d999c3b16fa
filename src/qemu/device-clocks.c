/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/device-clocks.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "qemu/device-sections.h"

#define TIMER_SIZE 24
#define TIMER_VIRTUAL 16
#define KVMCLOCK_SIZE 8
#define CPU_TSC 1157
#define CPU_SIZE 1817

#define TSC_KHZ "cpu/tsc_khz"
#define TSC_KHZ_MAX 100000000 /* 100 GHz */

static const struct ft_device_section timer = { "timer", 2, TIMER_SIZE };
static const struct ft_device_section kvmclock = { "kvmclock", 1,
                                                   KVMCLOCK_SIZE };
static const struct ft_device_section cpu = { "cpu", 12, CPU_SIZE };

/* The only one, or 0. */
static size_t
only_section(const struct ft_device_section *s, const uint8_t *state,
             size_t size)
{
    size_t first = ft_device_section_next(s, state, size, 0);

    return first && ft_device_section_next(s, state, size, first) ? 0 : first;
}

/* The only rate that the vCPUs tell, in kHz; 0: none, or more than one. */
static uint64_t
find_khz(const uint8_t *state, size_t size)
{
    static const char pattern[] = "\x05\x0b" TSC_KHZ "\0\0\0\1";
    size_t length = sizeof(pattern) - 1;
    uint64_t khz = 0;
    size_t at = 0;

    while (at < size) {
        const uint8_t *found = memmem(state + at, size - at, pattern, length);

        if (!found)
            break;
        at = (size_t)(found - state) + length;
        if (size - at < 8 || (khz && ft_get_be64(state + at) != khz))
            return 0;
        khz = ft_get_be64(state + at);
    }
    return khz <= TSC_KHZ_MAX ? khz : 0;
}

/* The instances of the vCPUs ascend: QEMU saves them as they were made. */
static void
find_tscs(const uint8_t *state, size_t size, struct ft_device_clocks *out)
{
    uint64_t least = 0;
    size_t at;

    for (at = ft_device_section_next(&cpu, state, size, 0); at;
         at = ft_device_section_next(&cpu, state, size, at + CPU_SIZE)) {
        uint32_t instance = ft_device_section_instance(state, at);

        if (instance < least || out->n_tsc == FT_DEVICE_VCPUS_MAX) {
            out->n_tsc = 0;
            return;
        }
        least = (uint64_t)instance + 1;
        if (ft_get_be64(state + at + CPU_TSC))
            out->tsc[out->n_tsc++] = at + CPU_TSC;
    }
    out->tsc_hz = find_khz(state, size) * 1000;
}

void
ft_device_clocks_find(const uint8_t *state, size_t size,
                      struct ft_device_clocks *out)
{
    size_t at = only_section(&timer, state, size);

    memset(out->at, 0, sizeof(out->at));
    out->n_tsc = 0;
    out->tsc_hz = 0;
    if (at) {
        out->at[FT_CLOCK_TICKS] = at;
        out->at[FT_CLOCK_VIRTUAL] = at + TIMER_VIRTUAL;
    }
    out->at[FT_CLOCK_KVM] = only_section(&kvmclock, state, size);
    if (out->at[FT_CLOCK_KVM])
        find_tscs(state, size, out);
}

bool
ft_device_clocks_again(const uint8_t *state, size_t size,
                       const struct ft_device_clocks *known)
{
    return known->at[FT_CLOCK_TICKS] &&
           ft_device_section_at(&timer, state, size,
                                known->at[FT_CLOCK_TICKS]) &&
           (!known->at[FT_CLOCK_KVM] ||
            ft_device_section_at(&kvmclock, state, size,
                                 known->at[FT_CLOCK_KVM]));
}

uint64_t
ft_device_clock_get(const uint8_t *state, size_t at)
{
    return ft_get_be64(state + at);
}

void
ft_device_clock_add(uint8_t *state, size_t at, uint64_t amount)
{
    ft_put_be64(state + at, ft_get_be64(state + at) + amount);
}

static uint64_t
ticks_of(uint64_t ns, uint64_t hz)
{
    return (uint64_t)((double)ns * 1e-9 * (double)hz);
}

unsigned
ft_device_clocks_forward(uint8_t *state, size_t size, uint64_t ns,
                         uint64_t tsc_ns, uint64_t host_hz)
{
    struct ft_device_clocks clocks;
    uint64_t ticks;
    unsigned k, n = 0;
    size_t i;

    ft_device_clocks_find(state, size, &clocks);
    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        if (!clocks.at[k])
            continue;
        ft_device_clock_add(state, clocks.at[k],
                            k == FT_CLOCK_TICKS ? ticks_of(ns, host_hz) : ns);
        n++;
    }
    ticks = ticks_of(tsc_ns, clocks.tsc_hz ? clocks.tsc_hz : host_hz);
    for (i = 0; i < clocks.n_tsc; i++)
        ft_device_clock_add(state, clocks.tsc[i], ticks);
    return n;
}
