/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In words that a VM runs in an older QEMU than its host has, as after an upgrade. No
 * risk: it runs on as it did. Pure.
 */
#ifndef FT_UI_MODEL_QEMU_NOTE_H
#define FT_UI_MODEL_QEMU_NOTE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* By a pair's row; false, and nothing is written: it does not, or it is not known. */
bool ft_qemu_note(const json_t *row, char *out, size_t size);

#endif
