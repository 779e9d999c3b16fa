/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of `vm list` (schema 1). Pure; any thread. Rows are new and the
 * caller's. now is ms of CLOCK_REALTIME.
 */
#ifndef FT_UI_MODEL_VM_ROWS_H
#define FT_UI_MODEL_VM_ROWS_H

#include <stddef.h>

#include <jansson.h>

#include "db/store.h"

/*
 * One row for each VM with its protection by pairs, STATUS objects. The
 * waiting copy of a protected VM is not another VM and has none. NULL when
 * there is no memory.
 */
json_t *ft_vm_rows(const struct ft_store_vm *vms, size_t count,
                   const json_t *pairs, int64_t now);

/*
 * The same one by one. index is an object that ft_vm_index has put all pairs
 * into. NULL: a waiting copy, or no memory.
 */
void ft_vm_index(json_t *index, json_t *pair);
json_t *ft_vm_row(const struct ft_store_vm *vm, const json_t *index,
                  int64_t now);

#endif
