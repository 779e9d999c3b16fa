/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this process takes of the CPUs, and how short the host is of something.
 *
 * Threads: any. Source: clock_gettime(2), proc(5), the kernel's
 * Documentation/accounting/psi.rst.
 */
#ifndef FT_BASE_LOAD_H
#define FT_BASE_LOAD_H

#include <stdint.h>

#define FT_PRESSURE_CPU "/proc/pressure/cpu"
#define FT_PRESSURE_MEMORY "/proc/pressure/memory"
#define FT_PRESSURE_IO "/proc/pressure/io"

/* CPU time of all threads of this process so far, ns. */
int64_t ft_load_cpu_ns(void);

/*
 * The part of the last 10 s in which somebody waited, in percent ("some avg10");
 * -1 where the kernel does not tell.
 */
double ft_load_pressure(const char *path);

/* The same from the text of such a file. */
double ft_load_pressure_parse(const char *text);

/* The host's memory, in bytes; both 0 where the kernel does not tell. */
struct ft_memory {
    uint64_t total, available;
};

void ft_load_memory(struct ft_memory *memory);

/* The same from the text of /proc/meminfo. */
void ft_load_memory_parse(const char *text, struct ft_memory *memory);

#endif
