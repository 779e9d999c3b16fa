/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two sentences that say the same but for their figures. Pure. */
#ifndef FT_BASE_ALIKE_H
#define FT_BASE_ALIKE_H

#include <stdbool.h>

/*
 * Whether a and b differ at most in figures, none of which is more than times as
 * large as the other (from 1, the same, to HUGE_VAL, anything). A figure is a decimal
 * number before a blank and a unit of time, bytes, bits or a share of a hundred, or
 * before " to " or " and " and such a one: what is measured, and never twice the same.
 * Other numbers (a version, an address, a VLAN, how many) are words.
 */
bool ft_text_alike(const char *a, const char *b, double times);

#endif
