/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who wants to know what is done on hosts: each command and request when it
 * has ended. Never with secrets: a request is told by its verb alone.
 *
 * Plain memory of the caller; the callback is called by the thread of the host.
 */
#ifndef FT_BASE_TRACE_H
#define FT_BASE_TRACE_H

#include <stdint.h>

struct ft_trace {
    /* A line worth reading that is neither. NULL: nobody. */
    void (*note)(void *data, const char *host, const char *text);
    /*
     * status is a command's exit status, 0 for a request that was done, or
     * -errno; said is what it said to that, or NULL. NULL: nobody.
     */
    void (*command)(void *data, const char *host, const char *command,
                    int status, int64_t took_ns, const char *said);
    void *data;
};

static inline void
ft_trace_command(const struct ft_trace *trace, const char *host,
                 const char *command, int status, int64_t took_ns,
                 const char *said)
{
    if (trace->command)
        trace->command(trace->data, host, command, status, took_ns, said);
}

static inline void
ft_trace_note(const struct ft_trace *trace, const char *host, const char *text)
{
    if (trace->note)
        trace->note(trace->data, host, text);
}

#endif
