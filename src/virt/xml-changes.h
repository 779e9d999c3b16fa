/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an administrator has changed of a VM, by its definition before and after.
 * Pure. Threads: thread safe.
 */
#ifndef FT_VIRT_XML_CHANGES_H
#define FT_VIRT_XML_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Both are XML of a domain, live or not. Into names, of size bytes, go the parts
 * that differ, as people call them: "description, disk sda, cputune"; "..." stands
 * at the end where there is no room for more. Returns how many differ.
 *
 * Left out is what is only of a run or a host (standby-xml.h). Unless whole, as
 * of a VM that runs, also what the guest changes by itself (its clock, its balloon),
 * and, for the engine makes the copy anew then, devices, memory and processors that
 * came or went. -EINVAL for what
 * is no domain, -ENOMEM.
 */
int ft_xml_changes(const char *before, const char *after, bool whole,
                   char *names, size_t size, struct ft_error *err);

#endif
