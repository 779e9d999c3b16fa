/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/utc.h"

#include <stdio.h>
#include <string.h>

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

/* The other way: days_from_civil, of the same paper. */
static int64_t
days_from_civil(int year, int month, int day)
{
    int64_t y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           719468;
}

/* A number of so many digits at text; -1: there is none. */
static int
number(const char *text, size_t digits)
{
    int value = 0;

    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = 10 * value + text[i] - '0';
    }
    return value;
}

/* ".389Z", ".4", "Z" and nothing; -1 for anything else. */
static int
milliseconds(const char *text)
{
    static const int worth[] = { 100, 10, 1 };
    int ms = 0;

    if (*text == '.')
        for (size_t i = 0; *++text >= '0' && *text <= '9'; i++)
            ms += i < 3 ? (*text - '0') * worth[i] : 0;
    return !strcmp(text, "Z") || !*text ? ms : -1;
}

int64_t
ft_parse_utc(const char *text)
{
    static const char form[] = "0000-00-00T00:00:00";
    int month, day, hour, minute, second, ms;
    int64_t seconds;

    for (size_t i = 0; form[i]; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return -1;
    month = number(text + 5, 2);
    day = number(text + 8, 2);
    hour = number(text + 11, 2);
    minute = number(text + 14, 2);
    second = number(text + 17, 2);
    ms = milliseconds(text + sizeof(form) - 1);
    if (number(text, 4) < 1970 || month < 1 || month > 12 || day < 1 ||
        day > 31 || hour > 23 || minute > 59 || second > 60 || ms < 0)
        return -1;
    seconds = days_from_civil(number(text, 4), month, day) * 86400;
    seconds += (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
    return seconds * 1000 + ms;
}
