/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's log, which libvirt keeps for each VM: how its last run ended, when
 * nobody was there to see it. Threads: thread safe.
 * Source: QEMU's softmmu/runstate.c ("terminating on signal %d"), libvirt's
 * qemu_domain.c ("starting up", "shutting down, reason=").
 */
#ifndef FT_VIRT_QEMU_LOG_H
#define FT_VIRT_QEMU_LOG_H

#include <stdbool.h>

/*
 * Whether a signal ended the last run of this VM, which libvirt calls a
 * shutdown all the same. False also when there is no log.
 */
bool ft_qemu_log_signal(const char *vm);

/* The same of the log's text, or its end. Pure. */
bool ft_qemu_log_tells_signal(const char *text);

#endif
