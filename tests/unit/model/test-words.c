/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How hosts are written, what words mean, and which word may have been meant. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/model/host-name.h"
#include "ui/model/severity.h"
#include "ui/model/suggest.h"

static void
test_severity(void **state)
{
    (void)state;
    assert_int_equal(ft_severity_of("protected"), FT_SEVERITY_OK);
    assert_int_equal(ft_severity_of("alone"), FT_SEVERITY_WARN);
    assert_int_equal(ft_severity_of("unprotected"), FT_SEVERITY_CRIT);
    assert_int_equal(ft_severity_of("news to us"), FT_SEVERITY_UNKNOWN);
    assert_int_equal(ft_severity_of(NULL), FT_SEVERITY_UNKNOWN);
    assert_string_equal(ft_severity_word(FT_SEVERITY_CRIT), "CRIT");
}

static void
check_host(const char *text, const char *user, int port, const char *name,
           const char *address)
{
    struct ft_store_host host;
    struct ft_error err = FT_ERROR_INIT;

    if (ft_host_name_parse(text, user, port, &host, &err))
        fail_msg("%s: %s", text, err.text);
    assert_string_equal(host.name, name);
    assert_string_equal(host.address, address);
}

static void
test_host_names(void **state)
{
    static const char *const bad[] = {
        "",      "=h1",      "@h1",    "root@",       "h1:",
        "h1:0",  "h1:70000", "h1:22x", "a b",         "-oProxyCommand=x",
        "n=-x",  "[::1",     "[::1]x", "bad/name=h1", "h1\n",
        "[]:22",
    };

    (void)state;
    check_host("h1", NULL, 0, "h1", "h1");
    check_host("h1", "root", 2222, "h1", "root@h1:2222");
    check_host("joe@h1:22", "root", 2222, "h1", "joe@h1:22");
    check_host("a=joe@10.0.0.1", NULL, 2222, "a", "joe@10.0.0.1:2222");
    check_host("fe80::1", NULL, 0, "fe80::1", "fe80::1");
    check_host("joe@fe80::1", NULL, 22, "fe80::1", "joe@[fe80::1]:22");
    check_host("[fe80::1]:2022", "root", 22, "fe80::1", "root@[fe80::1]:2022");
    check_host("[fe80::1]", NULL, 22, "fe80::1", "[fe80::1]:22");
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++) {
        struct ft_store_host host;
        struct ft_error err = FT_ERROR_INIT;

        if (ft_host_name_parse(bad[i], NULL, 0, &host, &err) != -EINVAL)
            fail_msg("\"%s\" was taken as %s at %s", bad[i], host.name,
                     host.address);
        assert_true(*err.text && *err.hint);
    }
}

static void
test_distance(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        size_t edits;
    } cases[] = {
        { "", "", 0 },
        { "a", "", 1 },
        { "", "ab", 2 },
        { "vm11", "vm1", 1 },
        { "VM1", "vm1", 0 },
        { "vm1", "vm2", 2 }, /* another VM */
        { "vml", "vm1", 1 },
        { "statsu", "status", 1 },
        { "sttaus", "status", 1 },
        { "protct", "protect", 1 },
        { "abcdef", "fedcba", 5 },
        { "kitten", "sitting", 3 },
        { "ca", "abc", 3 }, /* no edit of what was exchanged */
    };
    char longest[FT_SUGGEST_LENGTH + 1], longer[FT_SUGGEST_LENGTH + 2];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        assert_int_equal(ft_edit_distance(cases[i].a, cases[i].b, 9),
                         cases[i].edits);
        assert_int_equal(ft_edit_distance(cases[i].b, cases[i].a, 9),
                         cases[i].edits);
    }
    assert_int_equal(ft_edit_distance("abcdef", "uvwxyz", 2), 3);
    assert_int_equal(ft_edit_distance("a", "abcdef", 2), 3);
    memset(longest, 'x', sizeof(longest));
    memset(longer, 'x', sizeof(longer));
    longest[sizeof(longest) - 1] = longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(ft_edit_distance(longest, longest, 3), 0);
    assert_int_equal(ft_edit_distance(longest, longer, 3), 4);
    assert_int_equal(ft_edit_distance(longer, longer, 3), 4);
}

static const char *
meant(const char *typed, const char *first, const char *second)
{
    static struct ft_suggestion best;

    memset(&best, 0, sizeof(best));
    ft_suggest(&best, typed, first);
    ft_suggest(&best, typed, second);
    return best.name;
}

static void
test_suggest(void **state)
{
    struct ft_suggestion none = { .distance = 0 }, one = { .name = "vm1" };
    struct ft_error err = { ENOENT, "no VM vm11", "", NULL };

    (void)state;
    assert_string_equal(meant("vm11", "vm1", "vm2"), "vm1");
    assert_string_equal(meant("vm3", "vm1", "vm2"), "");
    assert_string_equal(meant("h9", "h1", "w1"), "");
    assert_string_equal(meant("h11", "h2", "h1"), "h1");
    assert_string_equal(meant("web-serevr", "web-sever", "web-server"),
                        "web-server");
    assert_string_equal(meant("web-serer", "database", "web-server"),
                        "web-server");
    assert_string_equal(meant("xyz", "", "xyz\n"), "");
    assert_string_equal(meant("abcdef", "abcde\033", "abcd\xc2\x9b"), "");
    assert_string_equal(meant("d\xc3\xa9ja", "d\xc3\xa9j\xc3\xa0", ""),
                        "d\xc3\xa9j\xc3\xa0");
    ft_suggest_tell(&none, &err);
    assert_string_equal(err.text, "no VM vm11");
    ft_suggest_tell(&one, &err);
    assert_string_equal(err.text, "no VM vm11; did you mean vm1?");
    memset(err.text, 'x', sizeof(err.text) - 1);
    ft_suggest_tell(&one, &err);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_severity),
        cmocka_unit_test(test_host_names),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_suggest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
