/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which packages have the libraries that a host lacks. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "remote/libraries.h"

static const struct {
    const char *missing, *ids, *version, *hint;
} cases[] = {
    { "libgnutls.so.30\n", "debian", "12",
      "On that host: apt-get install libgnutls30" },
    { "libgnutls.so.30\n", "debian", "13",
      "On that host: apt-get install libgnutls30t64" },
    { "libgnutls.so.30\n", "debian", "", /* testing */
      "On that host: apt-get install libgnutls30t64" },
    { "libgnutls.so.30\n", "ubuntu debian", "22.04",
      "On that host: apt-get install libgnutls30" },
    { "libgnutls.so.30\n", "ubuntu debian", "24.04",
      "On that host: apt-get install libgnutls30t64" },
    { "libgnutls.so.30\n", "linuxmint ubuntu debian", "22",
      "On that host: apt-get install libgnutls30" },
    { "libgnutls.so.30\n", "", "", "On that host: apt-get install libgnutls30" },
    { "libvirt.so.0\nlibvirt-qemu.so.0\nlibnbd.so.0\n", "debian", "13",
      "On that host: apt-get install libvirt0 libnbd0" },
    { "libvirt.so.0\nlibgnutls.so.30\n", "rocky rhel centos fedora", "10.0",
      "On that host: dnf install libvirt-libs gnutls" },
    { "libxxhash.so.0\n", "fedora", "42",
      "On that host: dnf install xxhash-libs" },
    { "libother.so.1\n", "debian", "13",
      "On that host: apt-get install libvirt0 libnbd0 libgnutls30t64" },
    { "libnbd.so.0\n", "opensuse-leap suse opensuse", "15.6",
      "Install the packages with these libraries on that host." },
};

static void
test_hints(void **state)
{
    char hint[FT_LIBRARIES_HINT_SIZE];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        ft_libraries_hint(cases[i].missing, cases[i].ids, cases[i].version,
                          hint);
        assert_string_equal(hint, cases[i].hint);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
