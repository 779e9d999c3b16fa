/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a VM that libvirt names after it, as libvirt 9.0 was seen to. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/libvirt-names.h"

static void
test_pid_file(void **state)
{
    static const char *const cases[][2] = {
        { "vm1", "/run/libvirt/qemu/vm1.pid" },
        { "a b-\xc3\xa4", "/run/libvirt/qemu/a b-\xc3\xa4.pid" },
        { "a&b<c>\"d'e",
          "/run/libvirt/qemu/a&amp;b&lt;c&gt;&quot;d&apos;e.pid" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOFREE char *path = ft_libvirt_pid_file(cases[i][0]);

        assert_string_equal(path, cases[i][1]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_pid_file) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
