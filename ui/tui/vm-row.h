/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a row of the Overview is: a pair (ft_pair_row), or a VM that is in none
 * (ft_vm_rows). Pure; any thread.
 */
#ifndef FT_UI_TUI_VM_ROW_H
#define FT_UI_TUI_VM_ROW_H

#include <stdbool.h>

#include <jansson.h>

bool ft_vm_line_is_pair(const json_t *row);

/* Its UUID, or its name. Borrowed. */
const char *ft_vm_line_identity(const json_t *row);

/* Its place by how bad it is, from 0, the worst. */
int ft_vm_line_rank(const json_t *row);

/* One line says all: nothing is wrong with it. */
bool ft_vm_line_is_calm(const json_t *row);

#endif
