/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Widths, safe text, units, bars, glyphs and the three outputs of one table. */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/text/bar.h"
#include "ui/text/glyph.h"
#include "ui/text/table.h"
#include "ui/text/text.h"

static void
test_decode(void **state)
{
    static const struct {
        const char *text;
        int size;
        unsigned character;
    } cases[] = {
        { "", 0, 0 },
        { "a", 1, 'a' },
        { "\xc3\xa9", 2, 0xe9 },
        { "\xe2\x82\xac", 3, 0x20ac },
        { "\xf0\x9f\x98\x80", 4, 0x1f600 },
        { "\xc0\x80", -1, 0 }, /* overlong */
        { "\xe0\x80\xaf", -1, 0 },
        { "\xed\xa0\x80", -1, 0 },     /* surrogate */
        { "\xf4\x90\x80\x80", -1, 0 }, /* beyond Unicode */
        { "\xe2\x82", -1, 0 },         /* cut off */
        { "\x80", -1, 0 },
        { "\xff", -1, 0 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        unsigned character = 0;

        assert_int_equal(ft_utf8_decode(cases[i].text, &character),
                         cases[i].size);
        if (cases[i].size > 0)
            assert_int_equal(character, cases[i].character);
    }
}

static void
test_fold(void **state)
{
    static const struct {
        const char *text;
        size_t columns, taken;
    } cases[] = {
        { "", 10, 0 },
        { "one two", 7, 7 },
        { "one two", 6, 3 },
        { "one two", 3, 3 },
        { "one    two", 5, 5 }, /* no line is wider for its blanks */
        { "one two  ", 7, 7 },
        { "unbroken", 4, 4 },
        { "unbroken", 0, 1 }, /* some way is made always */
        { " leading", 4, 4 },
        { "\xe6\x97\xa5\xe6\x9c\xac", 3, 3 }, /* two columns each */
        { "a\xe6\x97\xa5 b", 3, 4 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++)
        assert_int_equal(ft_text_fold(cases[i].text, cases[i].columns),
                         cases[i].taken);
}

static void
test_width(void **state)
{
    (void)state;
    assert_int_equal(ft_text_width("abc"), 3);
    assert_int_equal(ft_text_width("\xc3\xa9t\xc3\xa9"), 3);
    assert_int_equal(ft_text_width("\xe6\x97\xa5\xe6\x9c\xac"), 4);
    assert_int_equal(ft_text_width("e\xcc\x81"), 1);  /* combining accent */
    assert_int_equal(ft_text_width("a\x1b\xff"), 9);  /* a\x1b\xff */
    assert_int_equal(ft_character_width(0x202e), -1); /* to the left */
    assert_int_equal(ft_character_width(0x2066), -1);
}

static void
test_safe(void **state)
{
    char out[8], longer[32];

    (void)state;
    ft_text_safe("a\033[31m\n", true, longer, sizeof(longer));
    assert_string_equal(longer, "a\\x1b[31m\\x0a");
    ft_text_safe("\xff\xe2\x80\xae", true, longer, sizeof(longer));
    assert_string_equal(longer, "\\xff\\u202e");
    ft_text_safe("1234\033", true, out, sizeof(out)); /* would be cut */
    assert_string_equal(out, "1234");
    ft_text_safe("\xc2\x9b"
                 "x",
                 true, out, sizeof(out)); /* C1 CSI */
    assert_string_equal(out, "\\x9bx");
    ft_text_safe("\xc3\xa9", false, out, sizeof(out));
    assert_string_equal(out, "?");
    ft_text_safe("123456\xc3\xa9", true, out, sizeof(out)); /* would be cut */
    assert_string_equal(out, "123456");
    ft_text_safe("123456789", true, out, sizeof(out));
    assert_string_equal(out, "1234567");
}

static void
check_bytes(double bytes, const char *wanted)
{
    char out[16];

    ft_format_bytes(bytes, out);
    assert_string_equal(out, wanted);
}

static void
check_age(double seconds, const char *wanted)
{
    char out[24];

    ft_format_age(seconds, out);
    assert_string_equal(out, wanted);
}

static void
test_units(void **state)
{
    (void)state;
    check_bytes(0, "0 B");
    check_bytes(1023, "1023 B");
    check_bytes(1024, "1.0 KiB");
    check_bytes(1 << 27, "128.0 MiB");
    check_bytes(1e18, "888.2 PiB");
    check_age(0, "now");
    check_age(12.3, "12 s");
    check_age(180, "3 min");
    check_age(7200, "2 h");
    check_age(86400 * 5, "5 d");
}

static void
test_glyphs(void **state)
{
    (void)state;
    for (int i = FT_SEVERITY_OK; i <= FT_SEVERITY_UNKNOWN; i++) {
        assert_int_equal(ft_text_width(ft_severity_glyph(i, true)), 1);
        assert_int_equal(strlen(ft_severity_glyph(i, false)), 1);
        assert_int_equal(*ft_severity_colour(i), '\033');
    }
}

static void
draw(struct ft_bar bar, size_t width, const char *part)
{
    char line[240];

    ft_text_bar(&bar, width, line, sizeof(line));
    if (!strstr(line, part))
        fail_msg("\"%s\" has no \"%s\"", line, part);
    if (width >= 80)
        assert_true(strlen(line) <= width);
}

static void
test_bar(void **state)
{
    (void)state;
    draw((struct ft_bar){ "memory", 512 << 20, 1024 << 20, 64 << 20, 8, 8 }, 80,
         "memory [##########...........]  50% 512.0 MiB of 1.0 GiB, 64.0 MiB/s, "
         "8 s left");
    draw((struct ft_bar){ "memory", 512 << 20, 1024 << 20, 64 << 20, 50, 150 },
         120, "64.0 MiB/s, 0:50 to 2:30 min left");
    draw((struct ft_bar){ "disk", 5, 0, 0, -1, -1 }, 40, "100% 0 B of 0 B");
    draw((struct ft_bar){ "disk", 9, 3, 1, 0, 0 }, 80, /* more than all */
         "100% 3 B of 3 B, 1 B/s, 0 s left");
    draw((struct ft_bar){ "disk", 0, UINT64_MAX, 1 << 20, 9, -1 }, 200,
         "  0% 0 B of ");
}

static const struct ft_column columns[] = {
    { "VM", "vm", FT_COLUMN_TEXT },
    { "HEALTH", "state", FT_COLUMN_SEVERITY },
    { "P50", "pause.p50", FT_COLUMN_MS },
    { "DIRTY", "dirty", FT_COLUMN_BYTES },
    { "UP", "up", FT_COLUMN_YESNO },
};

static json_t *
make_rows(void)
{
    return json_pack("[{s:s,s:s,s:{s:f},s:i,s:b},{s:s,s:s,s:n,s:n,s:b}]", "vm",
                     "d\xc3\xa9j\xc3\xa0", "state", "protected", "pause", "p50",
                     2.84, "dirty", 4096, "up", 1, "vm", "a\tb\n", "state",
                     "failed", "pause", "dirty", "up", 0);
}

static char *
print(struct ft_style style)
{
    FT_AUTOJSON json_t *rows = make_rows();
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    assert_int_equal(ft_table_print(stream, &style, columns,
                                    FT_ARRAY_SIZE(columns), rows),
                     0);
    fclose(stream);
    return text;
}

static void
test_outputs(void **state)
{
    FT_AUTOFREE char *table = print((struct ft_style){ .utf8 = true });
    FT_AUTOFREE char *plain =
        print((struct ft_style){ FT_OUTPUT_PLAIN, false, true });
    FT_AUTOFREE char *ascii = print((struct ft_style){ .utf8 = false });
    FT_AUTOFREE char *colour =
        print((struct ft_style){ .utf8 = true, .colour = true });

    (void)state;
    assert_string_equal(
        table,
        "VM          HEALTH     P50    DIRTY  UP\n"
        "d\xc3\xa9j\xc3\xa0        \xe2\x9c\x93 OK    2.8 ms  4.0 KiB  yes\n"
        "a\\x09b\\x0a  \xe2\x9c\x97 CRIT       -        -  no\n");
    assert_string_equal(plain, "d\xc3\xa9j\xc3\xa0\tOK\t2.8\t4096\tyes\n"
                               "a\\x09b\\x0a\tCRIT\t\t\tno\n");
    assert_non_null(strstr(ascii, "d?j?        + OK"));
    assert_null(strstr(table, "\033"));
    assert_non_null(strstr(colour, "\033[32m"));
    assert_non_null(strstr(colour, "\033[31m\xe2\x9c\x97 CRIT\033[0m"));
}

static void
test_record(void **state)
{
    FT_AUTOJSON json_t *rows = make_rows();
    FT_AUTOFREE char *text = NULL;
    struct ft_style style = { FT_OUTPUT_PLAIN, false, true };
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    (void)state;
    ft_record_print(stream, &style, columns, 3, json_array_get(rows, 0));
    fclose(stream);
    assert_string_equal(text,
                        "vm\td\xc3\xa9j\xc3\xa0\nstate\tOK\npause.p50\t2.8\n");
}

static void
test_full_device(void **state)
{
    FT_AUTOJSON json_t *rows = make_rows();
    struct ft_style style = { FT_OUTPUT_PLAIN, false, true };
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    assert_non_null(full);
    assert_true(ft_table_print(full, &style, columns, 2, rows) < 0);
    fclose(full);
    full = fopen("/dev/full", "w");
    assert_true(ft_print_json(full, rows) < 0);
    fclose(full);
}

static void
test_style(void **state)
{
    (void)state;
    assert_false(ft_style_for(stdin, FT_OUTPUT_PLAIN).colour);
    assert_true(ft_style_for(stdin, FT_OUTPUT_TABLE).utf8);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode), cmocka_unit_test(test_fold),
        cmocka_unit_test(test_width),  cmocka_unit_test(test_safe),
        cmocka_unit_test(test_units),  cmocka_unit_test(test_glyphs),
        cmocka_unit_test(test_bar),    cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_record), cmocka_unit_test(test_full_device),
        cmocka_unit_test(test_style),
    };

    if (!setlocale(LC_CTYPE, "C.UTF-8")) {
        fprintf(stderr, "skipped: no C.UTF-8 locale\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
