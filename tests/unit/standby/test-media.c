/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files of this host a definition from another one lets the guest read. */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "standby/media.h"

static void
make_file(const char *name, mode_t mode)
{
    FILE *f = fopen(name, "w");

    assert_non_null(f);
    fclose(f);
    assert_int_equal(chmod(name, mode), 0);
}

#define MEDIUM                                                         \
    "<domain><devices><disk device='cdrom'><readonly/><source file='", \
        "'/></disk></devices></domain>"
#define REPLACED                                           \
    "<domain><devices><disk device='disk'><source file='", \
        "'/></disk></devices></domain>"
#define INITRD "<domain><os><initrd>", "</initrd></os></domain>"

static int
check(const char *name, const char *before, const char *after,
      struct ft_error *err)
{
    char xml[600];

    snprintf(xml, sizeof(xml), "%s%s%s", before, name, after);
    return ft_standby_check_media(xml, err);
}

static void
test_what_everybody_may_read(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    make_file("open.iso", 0644);
    assert_int_equal(check("open.iso", MEDIUM, &err), 0);
    assert_int_equal(check("open.iso", INITRD, &err), 0);
    assert_int_equal(check("missing.iso", MEDIUM, &err), 0);
}

/* Another VM's disk, its cloud-init seed; and what is no file. */
static void
test_what_not_everybody_may_read(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    make_file("other.img", 0640);
    assert_int_equal(check("other.img", MEDIUM, &err), -EPERM);
    assert_non_null(strstr(err.text, "other.img"));
    assert_non_null(strstr(err.hint, "chmod o+r 'other.img'"));
    assert_int_equal(check("other.img", INITRD, &err), -EPERM);
    assert_int_equal(symlink("other.img", "link.iso"), 0);
    assert_int_equal(check("link.iso", MEDIUM, &err), -EPERM);
    assert_int_equal(mkfifo("fifo.iso", 0644), 0);
    assert_int_equal(check("fifo.iso", MEDIUM, &err), -EPERM);
    assert_int_equal(mkdir("folder.iso", 0755), 0);
    assert_int_equal(check("folder.iso", MEDIUM, &err), -EPERM);
}

/* The image of the other host is not looked for here: it gets a replica. */
static void
test_what_is_replaced(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    make_file("own.img", 0600);
    assert_int_equal(check("own.img", REPLACED, &err), 0);
    assert_int_equal(ft_standby_check_media("<pool/>", &err), -EINVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_everybody_may_read),
        cmocka_unit_test(test_what_not_everybody_may_read),
        cmocka_unit_test(test_what_is_replaced),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
