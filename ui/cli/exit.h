/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit codes of ftadmin: part of its interface, documented in ftadmin(8).
 */
#ifndef FT_UI_CLI_EXIT_H
#define FT_UI_CLI_EXIT_H

enum ft_exit {
    FT_EXIT_OK = 0,
    FT_EXIT_FAILED = 1,
    FT_EXIT_USAGE = 2,
    FT_EXIT_NOT_FOUND = 3,
    FT_EXIT_CHECK_FAILED = 4,
    FT_EXIT_REFUSED = 5, /* refused for safety */
    FT_EXIT_PERMISSION = 6,
    FT_EXIT_PARTLY = 7, /* some of several were done */
    FT_EXIT_CONFIGURATION = 10,
    FT_EXIT_UNREACHABLE = 20,
    FT_EXIT_TIMEOUT = 21,
    FT_EXIT_PROTOCOL = 22,
    FT_EXIT_DEGRADED = 30,
    FT_EXIT_UNPROTECTED = 31,
    FT_EXIT_INTERRUPTED = 130,
};

/*
 * The same for a monitoring system: 0 OK, 1 WARNING (degraded), 2 CRITICAL
 * (unprotected), 3 UNKNOWN (everything else), the return codes of
 * https://www.monitoring-plugins.org/doc/guidelines.html
 */
int ft_exit_of_plugin(enum ft_exit code);

/* The worse of two things that were done: what was not done at all, what could
 * not be tried, what went wrong, what was broken off. */
enum ft_exit ft_exit_worse(enum ft_exit a, enum ft_exit b);

/* The one place that maps errno(3), of either sign, to an exit code. */
enum ft_exit ft_exit_from_errno(int code);

#endif
