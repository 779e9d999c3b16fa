/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the tests of src/virt and of what touches QEMU: cmocka and the
 * files in tests/unit/data. */
#ifndef FT_TESTS_VIRT_TEST_H
#define FT_TESTS_VIRT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/io.h"

/* Text of a file in tests/unit/data, freed by the caller. */
static inline char *
read_data(const char *name)
{
    const char *top = getenv("srcdir");
    char path[512];
    char *text = NULL;

    snprintf(path, sizeof(path), "%s/tests/unit/data/%s", top ? top : ".", name);
    if (ft_file_read(path, 1 << 20, &text, NULL) < 0)
        fail_msg("cannot read %s (is srcdir set?)", path);
    return text;
}

#endif
