/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/order.h"

int
ft_order_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}
