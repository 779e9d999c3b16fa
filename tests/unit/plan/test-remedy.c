/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be done on a host that lacks something, for each distribution.
 */
#include "config.h"

#include "inventory/system.h"
#include "plan/checks.h"
#include "plan/remedy.h"
#include "tests/unit/inventory-fixture.h"

static const struct {
    const char *os_release;
    const char *release;
    const char *kernel;  /* words of the remedy */
    const char *libvirt; /* that for an old libvirt */
} systems[] = {
    { "ID=debian\nVERSION_ID=\"12\"\n", "6.1.0-53-amd64",
      "apt-get install linux-image-6.12-amd64 ", "8.2 or newer" },
    { "ID=debian\nVERSION_ID=\"11\"\n", "5.10.0-30-amd64",
      "Upgrade the host to Debian 12", "Upgrade the host to Debian 12" },
    { "ID=debian\nVERSION_ID=\"13\"\n", "6.1.0-53-amd64",
      "apt-get install linux-image-amd64, and reboot", "8.2 or newer" },
    { "PRETTY_NAME=\"Debian GNU/Linux forky/sid\"\nID=debian\n", "6.5.0",
      "apt-get install linux-image-amd64, and reboot", "8.2 or newer" },
    { "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"\n", "5.15.0-91-generic",
      "Upgrade the host to Ubuntu 24.04", "22.04 has libvirt 8.0" },
    { "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"20.04\"\n", "5.4.0-91-generic",
      "Upgrade the host to Ubuntu 24.04", "Upgrade the host to Ubuntu 24.04" },
    { "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n", "6.5.0-91-generic",
      "apt-get install linux-generic, and reboot", "8.2 or newer" },
    { "ID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"9.5\"\n",
      "5.14.0-503.el9.x86_64", "Upgrade the host to release 10",
      "dnf upgrade libvirt" },
    { "ID='rocky'\nID_LIKE='rhel centos fedora'\nVERSION_ID='9.4'\n",
      "5.14.0-427.el9.x86_64", "Upgrade the host to release 10",
      "dnf upgrade libvirt" },
    { "ID=\"almalinux\"\nID_LIKE=\"rhel\"\nVERSION_ID=\"8.10\"\n",
      "4.18.0-553.el8.x86_64", "Upgrade the host to release 10",
      "Upgrade the host to release 10" },
    { "ID=fedora\nVERSION_ID=39\n", "6.5.6-300.fc39.x86_64",
      "dnf upgrade kernel, and reboot", "8.2 or newer" },
    { "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"21\"\n", "5.15.0",
      "Install Linux 6.7 or newer", "8.2 or newer" },
    { "", "5.15.0", "Install Linux 6.7 or newer", "8.2 or newer" },
    { "ID=debian\nVERSION_ID=\"12\"\n", "6.12.117+deb12-amd64",
      "built without it", "8.2 or newer" },
    { "ID=debian\nVERSION_ID=\"12\"\n", "6.7.0", "built without it",
      "8.2 or newer" },
};

static void
expect_words(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", text, words);
}

static void
test_systems(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(systems); i++) {
        ft_system_parse(systems[i].os_release, &f->h1->system);
        strcpy(f->h1->kernel.release, systems[i].release);
        expect_words(ft_remedy_kernel(f->h1), systems[i].kernel);
        expect_words(ft_remedy_libvirt(f->h1), systems[i].libvirt);
    }
}

/* The plan says it, whole. */
static void
test_plan(void **state)
{
    struct fixture *f = *state;
    struct ft_findings findings = FT_FINDINGS_INIT;
    const struct ft_finding *found;

    for (size_t i = 0; i < FT_ARRAY_SIZE(systems); i++) {
        ft_system_parse(systems[i].os_release, &f->h2->system);
        strcpy(f->h2->kernel.release, systems[i].release);
        strcpy(f->h2->libvirt.version, "8.0.0");
        f->h2->kernel.pagemap_scan = false;
        assert_int_equal(ft_check_standby(&f->inventory, f->h1, f->vm, f->h2,
                                          NULL, &findings),
                         0);
        found = ft_findings_find(&findings, FT_CHECK_STANDBY_KERNEL);
        assert_string_equal(found->remedy, ft_remedy_kernel(f->h2));
        found = ft_findings_find(&findings, FT_CHECK_STANDBY_LIBVIRT);
        assert_string_equal(found->remedy, ft_remedy_libvirt(f->h2));
        ft_findings_free(&findings);
    }
}

static void
test_parse(void **state)
{
    struct ft_system system;

    (void)state;
    ft_system_parse("NAME=\"Debian GNU/Linux\"\r\nID=debian\n\n#x\n"
                    "VERSION_ID=\"12\"\nID_LIKE=''\nVERSION_CODENAME=bookworm\n"
                    "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"",
                    &system);
    assert_string_equal(system.id, "debian");
    assert_string_equal(system.version, "12");
    assert_string_equal(system.like, "");
    assert_string_equal(system.name, "Debian GNU/Linux 12 (bookworm)");
    /* too long for it, or nothing that a terminal should see: as if missing */
    ft_system_parse("ID=0123456789012345678901234567890123\nVERSION_ID=1\033[m\n"
                    "PRETTY_NAME=\"\nID_LIKE=\n",
                    &system);
    assert_string_equal(system.id, "");
    assert_string_equal(system.version, "");
    assert_string_equal(system.like, "");
    assert_string_equal(system.name, "\"");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        TEST(test_systems),
        TEST(test_plan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
