/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libvirt on another host is asked about a VM's CPU, and its answer
 * (inventory/compare-cpu.h). Pure.
 */
#ifndef FT_PLAN_CPU_QUESTION_H
#define FT_PLAN_CPU_QUESTION_H

#include <jansson.h>

#include "inventory/host.h"

/*
 * The question about a running VM, new. NULL: there is none, because it does not run
 * with KVM, or sees its host's own CPU, which has no model; or no memory.
 */
json_t *ft_cpu_question(const struct ft_domain *domain);

/* Into the facts of the host that was asked; NULL: it was not, or said nothing. */
void ft_cpu_answer(const json_t *answer, struct ft_host *host);

#endif
