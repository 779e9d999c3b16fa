/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/utc.h"

#include <stdio.h>

/*
 * Days since 1970 to a date: H. Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", civil_from_days. Years begin with March there.
 */
static void
civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t shifted = days + 719468, era = shifted / 146097;
    int of_era = (int)(shifted - era * 146097);
    int y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * y + y / 4 - y / 100);
    int m = (5 * of_year + 2) / 153;

    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = (int)(y + era * 400 + (*month <= 2));
}

void
ft_format_utc(int64_t ms, char out[32])
{
    int64_t seconds = ms / 1000;
    int year, month, day, rest;

    *out = '\0';
    if (ms < 0 || seconds > INT64_C(253402300799)) /* the end of 9999 */
        return;
    civil_from_days(seconds / 86400, &year, &month, &day);
    rest = (int)(seconds % 86400);
    snprintf(out, 32, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000,
             (unsigned)month % 100, (unsigned)day % 100,
             (unsigned)rest / 3600 % 100, (unsigned)rest / 60 % 60,
             (unsigned)rest % 60);
}
