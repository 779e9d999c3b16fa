/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What looking at a machine found, as a row: from what the looking script
 * prints, "key value" lines. Pure. Every value is checked, none is trusted.
 */
#ifndef FT_UI_MODEL_FOUND_H
#define FT_UI_MODEL_FOUND_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/error.h"

#define FT_FOUND_TEXT_MAX 65536 /* bytes of output that are read */

/*
 * Puts what text says into row: "system", "kernel", "cpu", "cpus",
 * "memory_bytes", "memory_available_bytes", "kvm", "libvirt", "qemu", "vms" and
 * "vm_names" (those that run), "engine_there". What is not said is null.
 * -EPROTO when it is no output of the script: it has no end.
 */
int ft_found_read(const char *text, json_t *row, struct ft_error *err);

/* From an engine's own word (verb machine): VMs and memory. */
void ft_found_of_machine(const json_t *machine, json_t *row);

/* "KVM host, QEMU 7.2.0, 4 VMs, 96 GiB free", or why it was not looked at. */
void ft_found_sentence(const json_t *row, char *out, size_t size);

/* "looked at", "key new", "key CHANGED", "login refused", "asking" ... */
const char *ft_found_standing(const json_t *row);

/* "ok": may be added as it is; "warn": needs somebody; "crit": key changed;
   "unknown": asked, or not yet. */
const char *ft_found_severity(const json_t *row);

/* Lists all keys of a refused host in the error's text: "TYPE SHA256:...". */
void ft_found_keys(const char *text, json_t *row);

#endif
