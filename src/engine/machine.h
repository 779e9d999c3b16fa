/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verb machine of ft-protocol(7): a light look at this host (look.h), at
 * most one a second however many ask, off the loop's thread. While libvirt does
 * not answer, what the kernel says is told alone. Daemon only, loop thread only.
 */
#ifndef FT_ENGINE_MACHINE_H
#define FT_ENGINE_MACHINE_H

#include "engine/verb.h"

int ft_verb_machine(struct ft_request request, const json_t *args,
                    json_t **result, struct ft_error *err);

#endif
