/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

int
ft_fail(struct ft_error *err, int code, const char *hint, const char *format,
        ...)
{
    va_list args;

    if (err) {
        err->code = code;
        err->kind = NULL;
        va_start(args, format);
        vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
        snprintf(err->hint, sizeof(err->hint), "%s", hint ? hint : "");
    }
    return -code;
}

int
ft_error_prefix(struct ft_error *err, const char *format, ...)
{
    char old[sizeof(err->text)];
    va_list args;
    int n;

    if (!err)
        return -EIO;
    memcpy(old, err->text, sizeof(old));
    va_start(args, format);
    n = vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof(err->text))
        snprintf(err->text + n, sizeof(err->text) - n, ": %s", old);
    return err->code ? -err->code : -EIO;
}

void
ft_error_hint(struct ft_error *err, const char *hint)
{
    if (err && !err->hint[0])
        snprintf(err->hint, sizeof(err->hint), "%s", hint);
}
