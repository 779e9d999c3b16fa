/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clocks in a device state as QEMU saves it: where they stand, what they
 * say, how to set them forward. Pure; the memory is the caller's.
 *
 * Source (the same in QEMU 7.2 to 10.0; device-sections.h has how a section
 * looks; all numbers are big endian):
 *   "timer"      version 2: i64 cpu_ticks_offset (host's TSC), 8 unused bytes,
 *                i64 cpu_clock_offset (ns); vmstate_timers, cpu-timers.c
 *   "kvmclock"   version 1: u64 clock (ns); hw/i386/kvm/clock.c
 *   "cpu"        version 12, one a vCPU: env.tsc 1157 bytes from the begin of
 *                1817; vmstate_x86_cpu, target/i386/machine.c
 *   "cpu/tsc_khz" a subsection of that, u8 5, u8 length and name, u32 version 1,
 *                i64 kHz of the guest's TSC, which KVM may scale
 */
#ifndef FT_QEMU_DEVICE_CLOCKS_H
#define FT_QEMU_DEVICE_CLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ft_device_clock {
    FT_CLOCK_TICKS,   /* cpu_ticks_offset: the TSC of a guest under TCG */
    FT_CLOCK_VIRTUAL, /* cpu_clock_offset: HPET, PM timer, all timers of QEMU */
    FT_CLOCK_KVM,     /* kvmclock; only under KVM */
    FT_CLOCK_COUNT
};

#define FT_DEVICE_VCPUS_MAX 512

struct ft_device_clocks {
    size_t at[FT_CLOCK_COUNT]; /* offset in the state; 0: not there for sure */
    size_t tsc[FT_DEVICE_VCPUS_MAX]; /* of each vCPU that has one (KVM) */
    size_t n_tsc;
    uint64_t tsc_hz; /* of the vCPUs' TSCs; 0: not told */
};

/*
 * Finds them all. One that is there twice counts as not there: what a guest
 * can write into its state must not pass for its clock. When that is a vCPU,
 * there are no TSCs.
 */
void ft_device_clocks_find(const uint8_t *state, size_t size,
                           struct ft_device_clocks *out);

/*
 * Whether the enum's clocks stand in this state where they did in the one that
 * known is of: it saves the search through every state.
 */
bool ft_device_clocks_again(const uint8_t *state, size_t size,
                            const struct ft_device_clocks *known);

/* The value at an offset found above. */
uint64_t ft_device_clock_get(const uint8_t *state, size_t at);

/* Sets it forward, in its own unit. */
void ft_device_clock_add(uint8_t *state, size_t at, uint64_t amount);

/*
 * Sets all clocks of a state forward by ns, and the vCPUs' TSCs by tsc_ns: under
 * KVM these go on while the VM stands, and lack nothing by earlier stops. host_hz
 * is the rate of the TSC of the host where it was saved, 0 when it is not known:
 * it counts where the state does not tell, and an unknown one leaves TSCs alone.
 * The size does not change. Returns how many of the enum's clocks there were.
 */
unsigned ft_device_clocks_forward(uint8_t *state, size_t size, uint64_t ns,
                                  uint64_t tsc_ns, uint64_t host_hz);

#endif
