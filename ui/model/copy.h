/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names and texts from hosts into the fields of rows: what is too long is cut,
 * because it is only shown. Pure; any thread.
 */
#ifndef FT_UI_MODEL_COPY_H
#define FT_UI_MODEL_COPY_H

#include <stdio.h>

/* to is an array, from a text. */
#define FT_COPY(to, from) \
    snprintf((to), sizeof(to), "%.*s", (int)sizeof(to) - 1, (from))

#endif
