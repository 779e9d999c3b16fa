/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Orders for qsort(3). Pure; any thread.
 */
#ifndef FT_BASE_ORDER_H
#define FT_BASE_ORDER_H

/* Doubles that are numbers, the least first. */
int ft_order_doubles(const void *a, const void *b);

#endif
