/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Storage pools of every kind, and none: what the plan says of each, and how one
 * gets a pool that the copy's disks can be in.
 */
#include "config.h"

#include "plan/checks.h"
#include "plan/plan.h"
#include "tests/unit/inventory-fixture.h"

/* Of h2 as the standby. */
static void
expect(const struct fixture *f, const char *wanted, enum ft_verdict verdict,
       const char *evidence, const char *remedy)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    const struct ft_finding *found;

    assert_int_equal(ft_check_standby(&f->inventory, f->h1, f->vm, f->h2,
                                      wanted, &findings),
                     0);
    found = ft_findings_find(&findings, FT_CHECK_STANDBY_POOL);
    assert_non_null(found);
    assert_int_equal(found->verdict, verdict);
    if (strstr(found->evidence, evidence) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", found->evidence, evidence);
    if (strstr(found->remedy, remedy) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", found->remedy, remedy);
    /* nothing of it is cut off */
    if (verdict != FT_PASS)
        assert_int_equal(found->remedy[strlen(found->remedy) - 1], '.');
    ft_findings_free(&findings);
}

/* Each kind of pool that libvirt has, alone on the standby, and what is said. */
static void
test_kinds(void **state)
{
    static const struct {
        const char *type;
        bool active;
        const char *wanted; /* --pool */
        enum ft_verdict verdict;
        const char *evidence, *remedy;
    } cases[] = {
        { "dir", true, NULL, FT_PASS, "pool default has", "" },
        { "fs", true, NULL, FT_PASS, "pool default has", "" },
        { "netfs", true, NULL, FT_PASS, "pool default has", "" },
        { "fs", true, "default", FT_PASS, "pool default has", "" },
        { "dir", false, NULL, FT_FAIL,
          "no active storage pool that takes files: default (dir, not active)",
          "virsh pool-start default" },
        { "fs", false, "default", FT_FAIL, "pool default on h2 is not active",
          "virsh pool-start default" },
        { "logical", true, NULL, FT_FAIL,
          "no active storage pool that takes files: default (logical)",
          "lvcreate" },
        { "logical", true, "default", FT_FAIL,
          "pool default on h2 takes no files: it is of kind logical",
          "lvcreate" },
        { "zfs", true, NULL, FT_FAIL, "files: default (zfs)", "zfs create" },
        { "zfs", true, "default", FT_FAIL, "it is of kind zfs", "zfs create" },
        { "disk", true, NULL, FT_FAIL, "files: default (disk)",
          "virsh pool-define-as default dir" },
        { "rbd", true, NULL, FT_FAIL, "files: default (rbd)",
          "another folder with the room" },
        { "dir", true, "other", FT_FAIL,
          "h2 has no pool other; it has default (dir)", "Name one" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        strcpy(f->h2->pools[0].type, cases[i].type);
        f->h2->pools[0].active = cases[i].active;
        expect(f, cases[i].wanted, cases[i].verdict, cases[i].evidence,
               cases[i].remedy);
    }
}

/* A host that has none at all: how to get one, also where it was not named. */
static void
test_none_at_all(void **state)
{
    static const char define[] = "virsh pool-define-as default dir --target "
                                 "/var/lib/libvirt/images";
    struct fixture *f = *state;
    struct ft_plan_choices c = { .vm = "vm1",
                                 .pair = PAIR_UUID,
                                 .settings = FT_PAIR_SETTINGS_INIT };
    struct ft_error err = FT_ERROR_INIT;
    const struct ft_finding *found;
    struct ft_plan plan;

    f->h2->pool_count = f->h3->pool_count = 0;
    expect(f, NULL, FT_FAIL, "h2 has no storage pool at all", define);
    expect(f, "x", FT_FAIL, "h2 has no pool x; it has none", "Name one");
    c.standby = "h2";
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), -EPERM);
    assert_non_null(strstr(err.text, "h2 has no storage pool at all"));
    assert_non_null(strstr(err.hint, define));
    ft_plan_free(&plan);
    c.standby = NULL;
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), -EPERM);
    found = ft_findings_find(&plan.findings, FT_CHECK_PLACEMENT_CANDIDATE);
    assert_non_null(found);
    assert_non_null(strstr(found->remedy, define));
    ft_plan_free(&plan);
    f->h2->pool_count = f->h3->pool_count = 1;
}

/* The VM's own host needs one as well, for the way back: a warning. */
static void
test_way_back(void **state)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    struct fixture *f = *state;
    const struct ft_finding *found;

    strcpy(f->h1->pools[0].type, "zfs");
    assert_int_equal(ft_check_vm(&f->inventory, f->h1, f->vm, &findings), 0);
    found = ft_findings_find(&findings, FT_CHECK_PRIMARY_WAY_BACK);
    assert_non_null(found);
    assert_int_equal(found->verdict, FT_WARN);
    assert_non_null(strstr(found->evidence, "default (zfs)"));
    assert_non_null(strstr(found->remedy, "zfs create"));
    ft_findings_free(&findings);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_kinds),
        TEST(test_none_at_all),
        TEST(test_way_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
