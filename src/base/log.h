/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines of the main programs: one write(2) a line, so that processes may
 * share a file; control characters in a message become blanks. Libraries return
 * errors instead of logging. Thread safe.
 *
 * A log file is bounded: at FT_LOG_LIMIT bytes it is renamed to NAME.1.
 */
#ifndef FT_BASE_LOG_H
#define FT_BASE_LOG_H

#include <stdbool.h>

#include "base/error.h"

#define FT_LOG_LIMIT (4 << 20)

enum ft_log_level { FT_LOG_ERROR, FT_LOG_WARN, FT_LOG_INFO, FT_LOG_DEBUG };

/* Logs to path (NULL: stderr) under this name; keeps the path. 0 or -errno. */
int ft_log_open(const char *path, const char *name, enum ft_log_level level);

void ft_log(enum ft_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Whether one more line may be about strangers, who shall not fill the log: true
 * once in FT_LOG_STRANGERS_S of this process.
 */
#define FT_LOG_STRANGERS_S 10
bool ft_log_of_strangers(void);

/* Logs context and the text and hint of err. */
void ft_log_error(const struct ft_error *err, const char *context);

#endif
