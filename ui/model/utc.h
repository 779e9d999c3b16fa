/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times of the database as people and scripts read them. Pure; any thread. */
#ifndef FT_UI_MODEL_UTC_H
#define FT_UI_MODEL_UTC_H

#include <stdint.h>

/* ms since 1970 as ISO 8601 in UTC, "2026-11-28T10:00:00Z"; before 1970: "". */
void ft_format_utc(int64_t ms, char out[32]);

/*
 * ms since 1970 of "2026-11-28T10:00:00", with up to three digits of a second
 * and a Z or without; -1 for what is no such time. Days of a month are 1 to 31.
 */
int64_t ft_parse_utc(const char *text);

#endif
