/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which program a process runs: a worker outlives the daemon that started it, and
 * so an upgrade of the engine. Any thread.
 */
#ifndef FT_ENGINE_PROGRAM_H
#define FT_ENGINE_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether that process runs a program with other content than ours (proc(5),
 * /proc/PID/exe, which names it also after its file was replaced). False where it
 * cannot be read.
 */
bool ft_program_differs(pid_t pid);

#endif
