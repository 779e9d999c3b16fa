/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/device-clocks.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

#define SECTION_FULL 0x04
#define SUBSECTION 0x05
#define FOOTER 0x7e

/* Between the begin of a section and its fields, but for the name. */
#define BEFORE_NAME 6 /* type, id, length of the name */
#define AFTER_NAME 8  /* instance, version */

#define TIMER_SIZE 24
#define TIMER_VIRTUAL 16
#define KVMCLOCK_SIZE 8
#define CPU_TSC 1157
#define CPU_SIZE 1817

#define TSC_KHZ "cpu/tsc_khz"
#define TSC_KHZ_MAX 100000000 /* 100 GHz */

struct section {
    const char *name;
    uint32_t version;
    size_t size; /* of the fields, without subsections */
};

static const struct section timer = { "timer", 2, TIMER_SIZE };
static const struct section kvmclock = { "kvmclock", 1, KVMCLOCK_SIZE };
static const struct section cpu = { "cpu", 12, CPU_SIZE };

/* Whether the name at this place is that of such a section, with a right end. */
static bool
is_section(const struct section *s, const uint8_t *name, size_t left)
{
    const uint8_t *head = name - BEFORE_NAME;
    const uint8_t *fields = name + strlen(s->name) + AFTER_NAME;
    const uint8_t *end = fields + s->size;

    if (left < strlen(s->name) + AFTER_NAME + s->size + 5)
        return false;
    if (head[0] != SECTION_FULL || ft_get_be32(fields - 4) != s->version)
        return false;
    return end[0] == SUBSECTION ||
           (end[0] == FOOTER && memcmp(end + 1, head + 1, 4) == 0);
}

/* The offset of the fields of the next such section from at on; 0: none. */
static size_t
next_section(const struct section *s, const uint8_t *state, size_t size,
             size_t at)
{
    size_t length = strlen(s->name);
    uint8_t pattern[16];

    pattern[0] = (uint8_t)length;
    memcpy(pattern + 1, s->name, length);
    while (at < size) {
        const uint8_t *found =
            memmem(state + at, size - at, pattern, length + 1);

        if (!found)
            return 0;
        at = (size_t)(found - state) + 1;
        if (at >= BEFORE_NAME && is_section(s, state + at, size - at))
            return at + length + AFTER_NAME;
    }
    return 0;
}

/* The only one, or 0. */
static size_t
only_section(const struct section *s, const uint8_t *state, size_t size)
{
    size_t first = next_section(s, state, size, 0);

    return first && next_section(s, state, size, first) ? 0 : first;
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

    for (at = next_section(&cpu, state, size, 0); at;
         at = next_section(&cpu, state, size, at + CPU_SIZE)) {
        uint32_t instance = ft_get_be32(state + at - AFTER_NAME);

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

/* Whether such a section has its fields at this offset. */
static bool
has_section(const struct section *s, const uint8_t *state, size_t size,
            size_t fields)
{
    size_t length = strlen(s->name), name = fields - AFTER_NAME - length;

    return fields >= BEFORE_NAME + length + AFTER_NAME && name < size &&
           state[name - 1] == length &&
           is_section(s, state + name, size - name) &&
           !memcmp(state + name, s->name, length);
}

bool
ft_device_clocks_again(const uint8_t *state, size_t size,
                       const struct ft_device_clocks *known)
{
    return known->at[FT_CLOCK_TICKS] &&
           has_section(&timer, state, size, known->at[FT_CLOCK_TICKS]) &&
           (!known->at[FT_CLOCK_KVM] ||
            has_section(&kvmclock, state, size, known->at[FT_CLOCK_KVM]));
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
