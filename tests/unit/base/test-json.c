/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON from peers and files: bounds, wrong types, and errors that name the
 * member or the place.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <math.h>

#include "base/cleanup.h"
#include "base/json.h"

static json_t *
parsed(const char *text)
{
    struct ft_error err = FT_ERROR_INIT;
    json_t *value;

    if (ft_json_parse(text, strlen(text), &value, &err))
        fail_msg("%s: %s", text, err.text);
    return value;
}

static void
test_join(void **state)
{
    FT_AUTOJSON json_t *o =
        parsed("{\"a\":[\"one\",7,\"t\\nwo \\u00e4\"],\"none\":[]}");
    char text[32], small[7];

    (void)state;
    ft_json_join(json_object_get(o, "a"), text, sizeof(text));
    assert_string_equal(text, "one; t?wo ??");
    ft_json_join(json_object_get(o, "a"), small, sizeof(small));
    assert_string_equal(small, "one; t");
    ft_json_join(json_object_get(o, "none"), text, sizeof(text));
    assert_string_equal(text, "");
    ft_json_join(NULL, text, sizeof(text));
    assert_string_equal(text, "");
}

static void
test_fallbacks(void **state)
{
    FT_AUTOJSON json_t *o =
        parsed("{\"s\":\"text\",\"n\":7,\"t\":true,\"f\":false,\"r\":7.0,"
               "\"one\":1,\"digits\":\"7\",\"none\":null,\"o\":{}}");

    (void)state;
    assert_string_equal(ft_json_string(o, "s", "x"), "text");
    assert_string_equal(ft_json_string(o, "n", "x"), "x");
    assert_string_equal(ft_json_string(o, "none", "x"), "x");
    assert_string_equal(ft_json_string(o, "missing", "x"), "x");
    assert_null(ft_json_string(o, "o", NULL));
    assert_null(ft_json_string(NULL, "s", NULL));

    assert_int_equal(ft_json_int(o, "n", 7, 7, -1), 7);
    assert_int_equal(ft_json_int(o, "n", 8, 100, -1), -1);
    assert_int_equal(ft_json_int(o, "n", 0, 6, -1), -1);
    assert_int_equal(ft_json_int(o, "r", 0, 9, -1), -1);
    assert_int_equal(ft_json_int(o, "digits", 0, 9, -1), -1);
    assert_int_equal(ft_json_int(o, "t", 0, 9, -1), -1);
    assert_int_equal(ft_json_int(NULL, "n", 0, 9, -1), -1);

    assert_int_equal(ft_json_bool(o, "t", 0), 1);
    assert_int_equal(ft_json_bool(o, "f", 1), 0);
    assert_int_equal(ft_json_bool(o, "one", 0), 0);
    assert_int_equal(ft_json_bool(o, "none", 1), 1);
    assert_int_equal(ft_json_bool(NULL, "t", 1), 1);
}

static void
test_need_string(void **state)
{
    FT_AUTOJSON json_t *o = parsed("{\"name\":\"12345\",\"n\":5}");
    struct ft_error err = FT_ERROR_INIT;
    char out[8] = "before";

    (void)state;
    assert_int_equal(ft_json_need_string(o, "name", out, 5, &err), -EINVAL);
    assert_in(err.text, "\"name\"");
    assert_string_equal(out, "before");
    assert_int_equal(ft_json_need_string(o, "name", out, 6, &err), 0);
    assert_string_equal(out, "12345");
    assert_int_equal(ft_json_need_string(o, "n", out, 8, &err), -EINVAL);
    assert_in(err.text, "\"n\"");
    assert_int_equal(ft_json_need_string(o, "gone", out, 8, &err), -EINVAL);
    assert_in(err.text, "\"gone\"");
    assert_int_equal(ft_json_need_string(NULL, "name", out, 8, NULL), -EINVAL);
    assert_string_equal(out, "12345");
}

static void
test_need_int(void **state)
{
    FT_AUTOJSON json_t *o =
        parsed("{\"n\":-5,\"max\":9223372036854775807,\"s\":\"5\"}");
    struct ft_error err = FT_ERROR_INIT;
    int64_t out = 77;

    (void)state;
    assert_int_equal(ft_json_need_int(o, "n", -4, 10, &out, &err), -EINVAL);
    assert_in(err.text, "\"n\"");
    assert_int_equal(ft_json_need_int(o, "n", -10, -6, &out, &err), -EINVAL);
    assert_int_equal(ft_json_need_int(o, "s", 0, 10, &out, &err), -EINVAL);
    assert_in(err.text, "\"s\"");
    assert_int_equal(ft_json_need_int(o, "gone", 0, 10, &out, &err), -EINVAL);
    assert_in(err.text, "\"gone\"");
    assert_int_equal(out, 77);
    assert_int_equal(ft_json_need_int(o, "n", -5, -5, &out, &err), 0);
    assert_int_equal(out, -5);
    assert_int_equal(ft_json_need_int(o, "max", 0, INT64_MAX, &out, &err), 0);
    assert_true(out == INT64_MAX);
}

static void
test_parse_refuses(void **state)
{
    static const struct {
        const char *text;
        size_t size; /* 0: all of it */
        const char *says;
    } cases[] = {
        { "", 0, "not JSON" },
        { "{", 0, "at byte" },
        { "{\"a\":1", 0, "at byte" },
        { "{\"a\":1}", 6, "at byte" }, /* the rest is not ours */
        { "{\"a\":1} x", 0, "at byte 9" },
        { "{\"a\":1,\"a\":2}", 0, "duplicate" },
        { "{\"a\":\"\xff\"}", 0, "not JSON" },
        { "{\"a\":\"\\u0000\"}", 0, "not JSON" },
        { "{}\0{}", 5, "not JSON" },
        { "{\"a\":9223372036854775808}", 0, "not JSON" },
        { "[1]", 0, "not a JSON object" },
        { "7", 0, "not JSON" },
        { "null", 0, "not JSON" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_error err = FT_ERROR_INIT;
        json_t *value = NULL;
        size_t size = cases[i].size ? cases[i].size : strlen(cases[i].text);

        assert_int_equal(ft_json_parse(cases[i].text, size, &value, &err),
                         -EINVAL);
        assert_null(value);
        assert_in(err.text, cases[i].says);
    }
}

/* The text need not end with a NUL: lines of a buffer are parsed in place. */
static void
test_parse_in_place(void **state)
{
    FT_AUTOJSON json_t *value = NULL;

    (void)state;
    assert_int_equal(ft_json_parse("{\"a\":1}{\"a\":2}", 7, &value, NULL), 0);
    assert_int_equal(ft_json_int(value, "a", 0, 9, -1), 1);
}

/* Too deep for the stack is refused, not tried. */
static void
test_parse_depth(void **state)
{
    const size_t deep = 100000;
    char *text = malloc(5 * deep);
    struct ft_error err = FT_ERROR_INIT;
    json_t *value = NULL;

    (void)state;
    for (size_t i = 0; i < deep; i++)
        memcpy(text + 5 * i, "{\"a\":", 5);
    assert_int_equal(ft_json_parse(text, 5 * deep, &value, &err), -EINVAL);
    assert_null(value);
    free(text);
}

static void
test_error_there_and_back(void **state)
{
    struct ft_error there = FT_ERROR_INIT, back;
    json_t *json;

    (void)state;
    ft_fail(&there, ENOSPC, "Make room.", "the disk of \"%s\" is full",
            "h\xc3\xa9");
    json = ft_json_from_error(&there);
    assert_non_null(json);
    assert_int_equal(ft_json_to_error(json, &back), -ENOSPC);
    assert_int_equal(back.code, ENOSPC);
    assert_string_equal(back.text, there.text);
    assert_string_equal(back.hint, there.hint);
    assert_int_equal(ft_json_to_error(json, NULL), -ENOSPC);
    json_decref(json);
}

/*
 * Texts come from everywhere and may be cut in the middle of a character. What
 * is wrong in one must not cost the error itself: somebody waits for it.
 */
static void
test_error_with_odd_text(void **state)
{
    struct ft_error there = FT_ERROR_INIT, back;
    json_t *json;

    (void)state;
    ft_fail(&there, ENOSPC, "h\xc3", "cut here: \xe2\x82");
    json = ft_json_from_error(&there);
    assert_non_null(json);
    assert_int_equal(ft_json_to_error(json, &back), -ENOSPC);
    assert_string_equal(back.text, "cut here: ??");
    assert_string_equal(back.hint, "h?");
    json_decref(json);
}

static void
test_text(void **state)
{
    json_t *good = ft_json_text("h\xc3\xa9"), *odd = ft_json_text("h\xe9llo");

    (void)state;
    assert_string_equal(json_string_value(good), "h\xc3\xa9");
    assert_string_equal(json_string_value(odd), "h?llo");
    json_decref(good);
    json_decref(odd);
}

/* Whatever a peer sends as its error, it is a failure and can be shown. */
static void
test_error_of_a_peer(void **state)
{
    static const char *const odd[] = {
        "{}",
        "{\"code\":0,\"text\":7}",
        "{\"code\":-5}",
        "{\"code\":4096}",
        "{\"code\":\"5\",\"hint\":null}",
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(odd); i++) {
        FT_AUTOJSON json_t *json = parsed(odd[i]);
        struct ft_error err;

        assert_int_equal(ft_json_to_error(json, &err), -EIO);
        assert_int_equal(err.code, EIO);
        assert_string_equal(err.text, "unknown error");
        assert_string_equal(err.hint, "");
    }
    assert_int_equal(ft_json_to_error(NULL, NULL), -EIO);
}

static void
test_files(void **state)
{
    FT_AUTOJSON json_t *saved = parsed("{\"a\":{\"b\":[1,\"x\"]}}");
    FT_AUTOJSON json_t *loaded = NULL;
    struct ft_error err = FT_ERROR_INIT;
    char *text;
    json_t *none = NULL;
    size_t size;

    (void)state;
    umask(0);
    assert_int_equal(ft_json_save("a.json", saved), 0);
    assert_int_equal(mode_of("a.json"), 0600);
    free(get_file("a.json", &size));
    assert_int_equal(ft_json_load("a.json", size, &loaded, &err), 0);
    assert_true(json_equal(saved, loaded));

    assert_int_equal(ft_json_load("a.json", size - 1, &none, &err), -EFBIG);
    assert_in(err.text, "a.json");
    assert_int_equal(ft_json_load("gone.json", 100, &none, &err), -ENOENT);
    assert_in(err.text, "gone.json");
    text = get_file("a.json", NULL);
    put_file_bytes("torn.json", text, size / 2);
    free(text);
    assert_int_equal(ft_json_load("torn.json", 100, &none, &err), -EINVAL);
    assert_in(err.text, "torn.json: ");
    assert_int_equal(ft_json_load("torn.json", 100, &none, NULL), -EINVAL);
    assert_int_equal(ft_json_save("no/such/folder", saved), -ENOENT);
    assert_null(none);
}

static void
assert_figure(double value, const char *text)
{
    FT_AUTOJSON json_t *json = ft_json_figure(value);
    FT_AUTOFREE char *found = json_dumps(json, JSON_ENCODE_ANY);

    assert_string_equal(found, text);
}

static void
test_figures(void **state)
{
    (void)state;
    assert_figure(0, "0");
    assert_figure(0.5, "0.5");
    assert_figure(7, "7");
    assert_figure(-7, "-7");
    assert_figure(999.5, "999.5");
    assert_figure(1234.5, "1235");
    assert_figure(-1234.5, "-1235");
    assert_figure(1e12 + 0.25, "1000000000000");
    assert_null(ft_json_figure(NAN));
    assert_null(ft_json_figure(INFINITY));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_fallbacks),
        cmocka_unit_test(test_need_string),
        cmocka_unit_test(test_need_int),
        cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_parse_in_place),
        cmocka_unit_test(test_parse_depth),
        cmocka_unit_test(test_error_there_and_back),
        cmocka_unit_test(test_error_with_odd_text),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_error_of_a_peer),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_figures),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
