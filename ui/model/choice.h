/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A choice for several VMs at once: "h2" is for all, "vm3=h3" for one of them,
 * which goes before; one line each. A host's name has no '=', a VM's may have.
 * Pure; any thread.
 */
#ifndef FT_UI_MODEL_CHOICE_H
#define FT_UI_MODEL_CHOICE_H

#include <stddef.h>

#include "base/error.h"

#define FT_CHOICE_MAX 256 /* bytes of a host's name, with NUL */

/* What is chosen for this VM, in out; NULL: nothing. list may be NULL. */
const char *ft_choice_of(const char *list, const char *vm,
                         char out[FT_CHOICE_MAX]);

/*
 * Is each line for all, or for one of these VMs, as they are written? -EINVAL
 * with a text that names option.
 */
int ft_choice_check(const char *list, const char *option, char *const vms[],
                    int count, struct ft_error *err);

#endif
