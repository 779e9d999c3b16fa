/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors that a person will read.
 *
 * Functions return 0 or -errno. Those whose failure a user will see also take
 * a struct ft_error, which says what happened and what to do next. The struct
 * is plain memory of the caller; nothing in it needs freeing. Not thread safe:
 * each thread fills its own.
 */
#ifndef FT_BASE_ERROR_H
#define FT_BASE_ERROR_H

#include <errno.h>
#include <stdarg.h>

struct ft_error {
    int code;       /* positive errno(3), 0 when nothing failed */
    char text[512]; /* what happened; one sentence, no full stop */
    char hint[512]; /* what to do next; may be empty */
    /* A stable word for programs where code is too coarse; static, or NULL. */
    const char *kind;
};

#define FT_ERROR_INIT   \
    {                   \
        0, "", "", NULL \
    }

/* Fills err (which may be NULL) and returns -code; hint may be NULL. No kind. */
int ft_fail(struct ft_error *err, int code, const char *hint,
            const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Puts "context: " before err's text. Returns -err->code (or -EIO). */
int ft_error_prefix(struct ft_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets or replaces the hint of an error that has none of its own. */
void ft_error_hint(struct ft_error *err, const char *hint);

#endif
