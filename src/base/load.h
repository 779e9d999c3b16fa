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
 * The part of the last seconds (10, 60 or 300) in which somebody waited, in percent
 * ("some avg10"); -1 where the kernel does not tell.
 */
double ft_load_pressure(const char *path, int seconds);

/* The same from the text of such a file. */
double ft_load_pressure_parse(const char *text, int seconds);

/* The host's memory, in bytes; both 0 where the kernel does not tell. */
struct ft_memory {
    uint64_t total, available;
};

void ft_load_memory(struct ft_memory *memory);

/* One value of the text of /proc/meminfo, in bytes; 0: it is not there. */
uint64_t ft_load_memory_value(const char *text, const char *name);

/* Those two from such a text. */
void ft_load_memory_parse(const char *text, struct ft_memory *memory);

#endif
