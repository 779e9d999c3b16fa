/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of a text that is too long: whole items. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/fit.h"

#define SIZE 40

static const struct {
    const char *text, *fits;
} cases[] = {
    { "", "" },
    { "short", "short" },
    { "of thirty-nine bytes, and not one less.",
      "of thirty-nine bytes, and not one less." },
    { "of forty bytes: that is one byte more ..",
      "of forty bytes: that is one byte mor..." },
    { "one, two, three, four, five, six, seven, eight",
      "one, two, three, four, five, and 3 more" },
    { "host h2 lacks avx, avx2, bmi1; it has sse4.2; it is older",
      "host h2 lacks avx, avx2, and 3 more" },
    { "Start it (virsh start). Or give another: --pool POOL.",
      "Start it (virsh start). And 1 more." },
    { "10.0.0.1 and 10.0.0.2 and 10.0.0.3 and 10.0.0.4",
      "10.0.0.1 and 10.0.0.2 and 10.0.0.3 a..." },
    { "the first one is too long by itself for this, second",
      "the first one is too long by itself ..." },
    { "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4x\xc3\xa4"
      "\xc3\xa4\xc3\xa4",
      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4x..." },
};

static void
test_cases(void **state)
{
    char out[SIZE];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        ft_text_fit(out, sizeof(out), cases[i].text);
        assert_string_equal(out, cases[i].fits);
    }
}

/* Of every length, in every room, nothing is written past the end. */
static void
test_bounds(void **state)
{
    char text[400], out[300];

    (void)state;
    for (size_t length = 0; length < sizeof(text); length++) {
        for (size_t i = 0; i < length; i++)
            text[i] = "ab, c; de. "[i % 11];
        text[length] = '\0';
        for (size_t size = 32; size < sizeof(out); size += 7) {
            memset(out, 'x', sizeof(out));
            ft_text_fit(out, size, text);
            assert_true(strlen(out) < size);
            assert_int_equal(out[size], 'x');
            assert_true(length >= size || strcmp(out, text) == 0);
            assert_true(length < size || strstr(out, " more") != NULL);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
