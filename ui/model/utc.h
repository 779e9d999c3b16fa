/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times of the database as people and scripts read them. Pure; any thread. */
#ifndef FT_UI_MODEL_UTC_H
#define FT_UI_MODEL_UTC_H

#include <stdint.h>

/* ms since 1970 as ISO 8601 in UTC, "2026-11-28T10:00:00Z"; before 1970: "". */
void ft_format_utc(int64_t ms, char out[32]);

#endif
