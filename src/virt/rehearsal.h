/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The domain of a rehearsal, beside what every waiting domain has (standby.h): what
 * it is called, its bounds on the host, its guest agent, and its end.
 *
 * Threads: thread safe; each call may block as long as libvirt does.
 */
#ifndef FT_VIRT_REHEARSAL_H
#define FT_VIRT_REHEARSAL_H

#include <stdbool.h>
#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"
#include "base/libvirt-names.h"

#define FT_REHEARSAL_NAME_SIZE 64

/* Of a pair's; pair is its UUID. */
void ft_rehearsal_name(const char *pair, char out[FT_REHEARSAL_NAME_SIZE]);

/* Its files in the run folder of the pair: for NBD, for its console, and of UEFI
 * variables. */
#define FT_REHEARSAL_SOCKET "rehearsal.sock"
#define FT_REHEARSAL_CONSOLE "rehearsal-console.sock"
#define FT_REHEARSAL_NVRAM "rehearsal.fd"

/*
 * Ends what is left of one that somebody began, and removes those of its files. 0
 * also when there is nothing. Fault point rehearsal-sweep.
 */
int ft_rehearsal_sweep(virConnectPtr conn, const char *pair,
                       const char *run_folder, struct ft_error *err);

/*
 * Its memory has a limit of bytes from now on (memory.max of its cgroup). -ENOTSUP:
 * libvirt has no cgroup for it here.
 */
int ft_rehearsal_bound(virDomainPtr dom, uint64_t bytes, struct ft_error *err);

/* Whether its guest has the agent's channel open; and answers within seconds. */
bool ft_rehearsal_agent_is_there(virDomainPtr dom);
bool ft_rehearsal_agent_answers(virDomainPtr dom, int seconds);

#endif
