/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of a copy that waits: its files, their room, its pool.
 */
#include "config.h"

#include "plan/checks.h"
#include "tests/unit/inventory-fixture.h"

#define MIB (UINT64_C(1) << 20)

static struct ft_disk disk = {
    .target = "vda",
    .device = "disk",
    .source = "/var/lib/libvirt/images/vm1-vda.ftreplica",
    .pool = "default",
    .size = 1024 * MIB,
    .allocated = 1024 * MIB,
};
static struct ft_domain copy = {
    .name = "vm1",
    .uuid = VM_UUID,
    .state = FT_DOMAIN_PAUSED,
    .disks = &disk,
    .disk_count = 1,
};

/* The verdict about the copy on h2, by this check; FT_VERDICTS: it says nothing. */
static enum ft_verdict
judge(struct fixture *f, const char *pool, enum ft_check_id check)
{
    struct ft_domain *before = f->h2->domains;
    struct ft_findings findings = FT_FINDINGS_INIT;
    const struct ft_finding *found;
    enum ft_verdict verdict;

    f->inventory.resuming = PAIR_UUID;
    f->inventory.standing = true;
    f->h2->domains = &copy;
    f->h2->domain_count = 1;
    assert_int_equal(ft_check_standby(&f->inventory, f->h1, f->vm, f->h2, pool,
                                      &findings),
                     0);
    f->h2->domains = before;
    f->h2->domain_count = 0;
    found = ft_findings_find(&findings, check);
    verdict = found != NULL ? found->verdict : FT_VERDICTS;
    if (verdict == FT_WARN || verdict == FT_FAIL)
        assert_true(*found->why != '\0' && *found->remedy != '\0');
    ft_findings_free(&findings);
    return verdict;
}

static void
test_disks(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(judge(f, NULL, FT_CHECK_STANDBY_COPY_DISK), FT_PASS);
    disk.missing = true;
    assert_int_equal(judge(f, NULL, FT_CHECK_STANDBY_COPY_DISK), FT_FAIL);
    disk.missing = false;
}

static void
test_room(void **state)
{
    struct fixture *f = *state;
    struct ft_pool *pool = &f->h2->pools[0];

    assert_int_equal(judge(f, NULL, FT_CHECK_STANDBY_COPY_ROOM), FT_VERDICTS);
    disk.allocated = 24 * MIB; /* 1000 MiB are only promised */
    pool->available = 1000 * MIB;
    assert_int_equal(judge(f, NULL, FT_CHECK_STANDBY_COPY_ROOM), FT_VERDICTS);
    pool->available = 999 * MIB;
    assert_int_equal(judge(f, NULL, FT_CHECK_STANDBY_COPY_ROOM), FT_WARN);
    pool->available = MIB;
    assert_int_equal(judge(f, NULL, FT_CHECK_STANDBY_COPY_ROOM), FT_FAIL);
    disk.readonly = true; /* nothing is written there */
    assert_int_equal(judge(f, NULL, FT_CHECK_STANDBY_COPY_ROOM), FT_VERDICTS);
    disk.readonly = false;
    strcpy(disk.pool, "another");
    assert_int_equal(judge(f, NULL, FT_CHECK_STANDBY_COPY_ROOM), FT_VERDICTS);
    strcpy(disk.pool, "default");
    disk.size = 0; /* an older engine does not tell it */
    assert_int_equal(judge(f, NULL, FT_CHECK_STANDBY_COPY_ROOM), FT_VERDICTS);
    disk.size = disk.allocated = 1024 * MIB;
}

static void
test_pool(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(judge(f, NULL, FT_CHECK_STANDBY_POOL), FT_VERDICTS);
    assert_int_equal(judge(f, "default", FT_CHECK_STANDBY_POOL), FT_VERDICTS);
    assert_int_equal(judge(f, "gone", FT_CHECK_STANDBY_POOL), FT_WARN);
    assert_int_equal(judge(f, "default", FT_CHECK_STANDBY_POOL_AUTOSTART),
                     FT_PASS);
    f->h2->pools[0].autostart = false;
    assert_int_equal(judge(f, "default", FT_CHECK_STANDBY_POOL_AUTOSTART),
                     FT_WARN);
    f->h2->pools[0].active = false;
    assert_int_equal(judge(f, "default", FT_CHECK_STANDBY_POOL), FT_WARN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_disks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pool, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
