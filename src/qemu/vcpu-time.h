/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the virtual CPUs of a QEMU have run so far, as its threads tell: those that
 * QEMU calls "CPU 0/KVM", "CPU 0/TCG", or "ALL CPUs/TCG" where one runs them by turns
 * (its option debug-threads, which libvirt sets). Source: proc_pid_task(5),
 * Documentation/scheduler/sched-stats.rst, QEMU's accel/tcg/tcg-accel-ops-rr.c.
 */
#ifndef FT_QEMU_VCPU_TIME_H
#define FT_QEMU_VCPU_TIME_H

#include <stdint.h>
#include <sys/types.h>

/* All together, in ns; 0: none has run, or there is none. Any thread. */
int64_t ft_vcpu_time(pid_t pid);

/* What they were ready to run and had no processor for, in the same way. */
int64_t ft_vcpu_waited(pid_t pid);

/* All threads of QEMU give way to others (nice 19). Any thread. */
void ft_vcpu_give_way(pid_t pid);

#endif
