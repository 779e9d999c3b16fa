/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/load.h"

#include <stdio.h>
#include <string.h>
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
ft_load_pressure_parse(const char *text, int seconds)
{
    char name[16];
    const char *line = strncmp(text, "some ", 5) == 0 ? text : "";
    const char *at;
    double part;

    snprintf(name, sizeof(name), " avg%d=", seconds);
    at = strstr(line, name);
    if (!at || at > line + strcspn(line, "\n"))
        return -1;
    return sscanf(at + strlen(name), "%lf", &part) == 1 && part >= 0 ? part : -1;
}

double
ft_load_pressure(const char *path, int seconds)
{
    FT_AUTOFREE char *text = NULL;
    size_t size;

    return ft_file_read(path, 4096, &text, &size)
               ? -1
               : ft_load_pressure_parse(text, seconds);
}

uint64_t
ft_load_memory_value(const char *text, const char *name)
{
    const char *line = strstr(text, name);
    unsigned long long kib;

    return line && sscanf(line + strlen(name), ": %llu kB", &kib) == 1 &&
                   kib <= UINT64_MAX >> 11
               ? kib << 10
               : 0;
}

void
ft_load_memory_parse(const char *text, struct ft_memory *memory)
{
    memory->total = ft_load_memory_value(text, "MemTotal");
    memory->available = ft_load_memory_value(text, "MemAvailable");
    if (!memory->total || !memory->available)
        *memory = (struct ft_memory){ 0, 0 };
}

void
ft_load_memory(struct ft_memory *memory)
{
    FT_AUTOFREE char *text = NULL;
    size_t size;

    *memory = (struct ft_memory){ 0, 0 };
    if (!ft_file_read("/proc/meminfo", 65536, &text, &size))
        ft_load_memory_parse(text, memory);
}
