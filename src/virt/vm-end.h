/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a VM came to its end: as guest, administrator or its definition wanted it
 * (on_reboot, on_crash, the watchdog's action), or by a failure, of which only a
 * copy can help. libvirt's events alone do not tell: a reset that ends the VM
 * looks like a signal to QEMU there, and so QEMU's own are heard as well.
 *
 * Threads: plain data. Source: libvirt-domain.h (virDomainEventType), QEMU's
 * qapi/run-state.json (SHUTDOWN, ShutdownCause, WATCHDOG); libvirt 9.0,
 * qemu_driver.c (processGuestPanicEvent, processMonitorEOFEvent).
 */
#ifndef FT_VIRT_VM_END_H
#define FT_VIRT_VM_END_H

#include <stdbool.h>

/* What ft_vm_end_heard() takes, for virConnectDomainQemuMonitorEventRegister. */
#define FT_VM_END_QEMU_EVENTS "^(SHUTDOWN|WATCHDOG)$"

/* Name, whether it was wanted, for people (behind the VM's name). */
#define FT_VM_ENDS(X)                                                       \
    X(SHUTDOWN, true, "was shut down")                                      \
    X(RESET, true, "was reset, and ended by that, as its on_reboot says")   \
    X(PANIC, true, "has panicked, and was ended, as its on_crash says")     \
    X(WATCHDOG, true, "was switched off by its watchdog, as its action is") \
    X(MIGRATED, true, "was migrated away, by virsh")                        \
    X(SIGNAL, false, "lost its QEMU by a signal from this host")            \
    X(DEATH, false, "lost its QEMU, which died")

#define FT_VM_END_ENUM_(name, ...) FT_VM_END_##name,
enum ft_vm_end { FT_VM_ENDS(FT_VM_END_ENUM_) FT_VM_END_COUNT };
#undef FT_VM_END_ENUM_

/* What was heard since it runs; all false: nothing. */
struct ft_vm_end_signs {
    bool outside;  /* its shutdown came from the host */
    bool shut;     /* QEMU has told why, ... */
    bool reset;    /* ... which was a reset */
    bool watchdog; /* its watchdog switched it off */
    bool panicked;
};

/* An event of QEMU's with its details, JSON or NULL. */
void ft_vm_end_heard(struct ft_vm_end_signs *signs, const char *event,
                     const char *details);

/* A lifecycle event of libvirt's, virDomainEventType and its detail. */
void ft_vm_end_told(struct ft_vm_end_signs *signs, int event, int detail);

/* VIR_DOMAIN_EVENT_STOPPED with this detail, after those signs. */
enum ft_vm_end ft_vm_end_of(const struct ft_vm_end_signs *signs, int detail);

bool ft_vm_end_was_wanted(enum ft_vm_end end);

/* Static; "" for what is none. */
const char *ft_vm_end_text(enum ft_vm_end end);

#endif
