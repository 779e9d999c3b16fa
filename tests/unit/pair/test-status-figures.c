/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "pair/status-figures.h"

static const char before[] =
    "{\"pair\":\"p\",\"state\":\"protected\",\"epoch\":7,\"lag_ms\":3.5,"
    "\"pause_ms\":{\"p50\":1,\"p99\":2},\"progress\":null,\"age_ms\":100,"
    "\"counters\":{\"epochs\":7},"
    "\"paths\":[{\"peer\":\"10.0.0.2\",\"up\":true,\"rtt_ms\":0.3},"
    "{\"peer\":\"10.1.0.2\",\"up\":true,\"tried_ms_ago\":4000}]}";

static json_t *
parse(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);

    assert_non_null(json);
    return json;
}

static int
same(const json_t *a, const json_t *b)
{
    FT_AUTOJSON json_t *left = ft_status_without_figures(a);
    FT_AUTOJSON json_t *right = ft_status_without_figures(b);

    return json_equal(left, right);
}

static void
test_figures_are_no_news(void **state)
{
    FT_AUTOJSON json_t *a = parse(before), *b = parse(before);
    json_t *paths = json_object_get(b, "paths");

    (void)state;
    assert_true(same(a, b));
    json_object_set_new(b, "epoch", json_integer(8));
    json_object_del(b, "lag_ms");
    json_object_set_new(b, "counters", json_object());
    json_object_set_new(json_array_get(paths, 0), "rtt_ms", json_real(0.7));
    json_object_del(json_array_get(paths, 1), "tried_ms_ago");
    assert_true(same(a, b));
}

static void
test_all_else_is(void **state)
{
    static const char *const news[] = {
        "{\"state\":\"unprotected\"}",
        "{\"reason\":\"\"}",
        "{\"progress\":{\"phase\":\"disk\",\"done\":1,\"total\":2}}",
        "{\"paths\":[]}",
        "{\"paths\":[{\"peer\":\"10.0.0.2\",\"up\":false},"
        "{\"peer\":\"10.1.0.2\",\"up\":true}]}",
        "{\"of a later version\":1}",
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(news); i++) {
        FT_AUTOJSON json_t *a = parse(before), *b = parse(before);
        FT_AUTOJSON json_t *other = parse(news[i]);

        json_object_update(b, other);
        if (same(a, b))
            fail_msg("no news: %s", news[i]);
    }
}

static void
test_inside_of_progress(void **state)
{
    FT_AUTOJSON json_t *a = parse("{\"progress\":{\"phase\":\"disk\","
                                  "\"done\":1,\"total\":9}}");
    FT_AUTOJSON json_t *b = parse("{\"progress\":{\"phase\":\"disk\","
                                  "\"done\":8,\"total\":9}}");
    FT_AUTOJSON json_t *c = parse("{\"progress\":{\"phase\":\"memory\","
                                  "\"done\":8,\"total\":9}}");

    (void)state;
    assert_true(same(a, b));
    assert_false(same(b, c));
}

/* A status and later figures make what the status is then. */
static void
test_they_are_laid_over(void **state)
{
    FT_AUTOJSON json_t *a = parse(before), *b = parse(before), *figures = NULL;

    (void)state;
    json_object_set_new(b, "epoch", json_integer(8));
    json_object_set_new(json_array_get(json_object_get(b, "paths"), 0),
                        "rtt_ms", json_real(0.7));
    figures = ft_status_figures(b);
    assert_non_null(figures);
    assert_null(json_object_get(figures, "state"));
    assert_null(json_object_get(figures, "counters"));
    assert_non_null(json_object_get(figures, "paths"));
    json_object_set_new(figures, "state", json_string("a lie"));
    assert_int_equal(ft_status_lay_figures(a, figures), 0);
    assert_true(json_equal(a, b));
}

static void
test_odd_members(void **state)
{
    FT_AUTOJSON json_t *odd =
        parse("{\"paths\":7,\"progress\":[1,\"x\",{\"done\":1}],\"epoch\":[]}");
    FT_AUTOJSON json_t *bare = ft_status_without_figures(odd);

    (void)state;
    assert_non_null(bare);
    assert_int_equal(json_object_size(bare), 2);
}

/* "a b c paths rtt_ms ...": whole members first, then those inside of others. */
static void
list_the_table(char *out, size_t size)
{
    const struct ft_status_figure *row;
    const char *outer = "";
    size_t used = 0;

    for (int inner = 0; inner < 2; inner++)
        for (size_t i = 0; (row = ft_status_figure(i)) != NULL; i++) {
            if (!row->inner != !inner)
                continue;
            if (inner && strcmp(outer, row->member) != 0)
                used += (size_t)snprintf(out + used, size - used, "%s ",
                                         row->member);
            outer = row->member;
            used += (size_t)snprintf(out + used, size - used, "%s ",
                                     inner ? row->inner : row->member);
            assert_true(used < size);
        }
}

/* The same of the manual, whose words are all in .Qq. */
static void
list_the_manual(const char *text, char *out, size_t size)
{
    const char *from = strstr(text, "\nFigures are these members of STATUS:\n");
    const char *end = strstr(text, ".Pq Pa src/pair/status-figures.c");
    size_t used = 0;

    if (from == NULL || end == NULL)
        fail_msg("no such list");
    for (;;) {
        from = from ? strstr(from, "\n.Qq ") : NULL;
        if (!from || from > end)
            return;
        from += strlen("\n.Qq ");
        used += (size_t)snprintf(out + used, size - used, "%.*s ",
                                 (int)strcspn(from, " \n"), from);
        assert_true(used < size);
    }
}

static void
test_manual_page(void **state)
{
    const char *source = getenv("srcdir");
    FT_AUTOFREE char *text = NULL;
    char path[512], table[2048] = "", manual[2048] = "";

    (void)state;
    snprintf(path, sizeof(path), "%s/man/ft-protocol.7", source ? source : ".");
    assert_int_equal(ft_file_read(path, 1 << 20, &text, NULL), 0);
    list_the_table(table, sizeof(table));
    list_the_manual(text, manual, sizeof(manual));
    assert_string_equal(manual, table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_no_news),
        cmocka_unit_test(test_all_else_is),
        cmocka_unit_test(test_inside_of_progress),
        cmocka_unit_test(test_they_are_laid_over),
        cmocka_unit_test(test_odd_members),
        cmocka_unit_test(test_manual_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
