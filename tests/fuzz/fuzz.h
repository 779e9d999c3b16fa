/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every harness here defines: one input, which must neither crash nor
 * be read behind its end. Built twice: with libFuzzer (make fuzz) and with
 * driver.c (make check).
 */
#ifndef FT_TESTS_FUZZ_H
#define FT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As assert(3), whatever NDEBUG says. */
#define FUZZ_CHECK(condition)                                                \
    do {                                                                     \
        if (!(condition)) {                                                  \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, \
                    #condition);                                             \
            abort();                                                         \
        }                                                                    \
    } while (0)

#endif
