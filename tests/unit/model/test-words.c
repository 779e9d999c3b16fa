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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_severity),
        cmocka_unit_test(test_host_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
