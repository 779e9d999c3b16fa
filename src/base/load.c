/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/load.h"

#include <stdio.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

int64_t
ft_load_cpu_ns(void)
{
    struct timespec t = { 0, 0 };

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * FT_NS_PER_S + t.tv_nsec;
}

double
ft_load_pressure_parse(const char *text)
{
    double avg10;

    return sscanf(text, "some avg10=%lf", &avg10) == 1 && avg10 >= 0 ? avg10
                                                                     : -1;
}

double
ft_load_pressure(const char *path)
{
    FT_AUTOFREE char *text = NULL;
    size_t size;

    return ft_file_read(path, 4096, &text, &size)
               ? -1
               : ft_load_pressure_parse(text);
}
