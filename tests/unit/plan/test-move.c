/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From which pair a VM may be parted, and the plan that parts it.
 */
#include "config.h"

#include "plan/move.h"
#include "plan/plan.h"
#include "tests/unit/inventory-fixture.h"

#define OLD_PAIR "0b1e1c1e-7d4f-4a0e-9b52-8a4d6c2f9e10"

/* vm1 runs on h1; its copy was on h9, which is not in the inventory. */
static struct ft_known_pair
alone(void)
{
    struct ft_known_pair pair = { .pair = OLD_PAIR,
                                  .vm = "vm1",
                                  .vm_uuid = VM_UUID,
                                  .primary = "h1",
                                  .standby = "h9",
                                  .witness = "w1",
                                  .state = "alone",
                                  .primary_says = true,
                                  .other = FT_OTHER_SILENT };

    return pair;
}

static void
add_pair(struct fixture *f, const struct ft_known_pair *pair)
{
    f->inventory.pairs = pair;
    f->inventory.pair_count = 1;
}

static void
test_when(void **state)
{
    static const struct {
        const char *state, *primary, *standby; /* standby: that was asked for */
        enum ft_other_side other;
        bool unsaid; /* only the standby speaks of it */
        bool moves;
        const char *why;
    } cases[] = {
        { "alone", "h1", "h2", FT_OTHER_SILENT, false, true, "" },
        { "alone", "h1", "best", FT_OTHER_SILENT, false, true, "" },
        { "alone", "h1", NULL, FT_OTHER_SILENT, false, false, "--standby HOST" },
        { "alone", "h1", "h9", FT_OTHER_SILENT, false, false, "Bring h9 back" },
        { "alone", "h1", NULL, FT_OTHER_EMPTY, false, true, "" },
        { "alone", "h1", "h9", FT_OTHER_EMPTY, false, true, "" },
        { "alone", "h1", "h2", FT_OTHER_EMPTY, false, true, "" },
        { "alone", "h1", "h2", FT_OTHER_HAS_IT, false, false, "h9 answers" },
        { "alone", "h1", "h2", FT_OTHER_UNKNOWN, false, false,
          "Start ftengine" },
        { "alone", "h1", "h2", FT_OTHER_SILENT, true, false, "Nothing to do" },
        { "alone", "h3", "h2", FT_OTHER_SILENT, false, false, "Nothing to do" },
        { "protected", "h1", "h2", FT_OTHER_SILENT, false, false,
          "Nothing to do" },
        { "resyncing", "h1", "h2", FT_OTHER_EMPTY, false, false,
          "Nothing to do" },
        { "unprotected", "h1", "h2", FT_OTHER_SILENT, false, false,
          "Nothing to do" },
        { "failed", "h1", "h2", FT_OTHER_SILENT, false, false, "Nothing to do" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_known_pair pair = alone();
        const struct ft_known_pair *found;
        char why[FT_MOVE_TEXT];

        strcpy(pair.state, cases[i].state);
        strcpy(pair.primary, cases[i].primary);
        pair.other = cases[i].other;
        pair.primary_says = !cases[i].unsaid;
        add_pair(f, &pair);
        found = ft_move_from(&f->inventory, f->h1, f->vm, cases[i].standby, why);
        if (found != (cases[i].moves ? &pair : NULL) ||
            strstr(why, cases[i].why) == NULL ||
            (*why == '\0') != (*cases[i].why == '\0'))
            fail_msg("case %zu: %smoved, \"%s\"", i, found ? "" : "not ", why);
    }
}

static void
test_in_no_way(void **state)
{
    struct fixture *f = *state;
    struct ft_known_pair pair = alone();
    char why[FT_MOVE_TEXT];

    assert_null(ft_move_from(&f->inventory, f->h1, f->vm, "h2", why));
    assert_string_equal(why, "");
    add_pair(f, &pair);
    f->inventory.resuming = OLD_PAIR;
    assert_null(ft_move_from(&f->inventory, f->h1, f->vm, "h2", why));
    assert_string_equal(why, "");
    f->inventory.resuming = NULL;
    strcpy(pair.vm_uuid, PAIR_UUID); /* of another VM */
    assert_null(ft_move_from(&f->inventory, f->h1, f->vm, "h2", why));
    assert_string_equal(why, "");
}

static int
make(struct fixture *f, const char *standby, struct ft_plan *plan,
     struct ft_error *err)
{
    struct ft_plan_choices c = { .vm = "vm1",
                                 .pair = PAIR_UUID,
                                 .standby = standby,
                                 .settings = FT_PAIR_SETTINGS_INIT };

    return ft_plan_make(&f->inventory, &c, plan, err);
}

static int
index_of(const struct ft_plan *plan, enum ft_step_kind kind)
{
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].kind == kind)
            return (int)i;
    return -1;
}

/* The pair is left when the new standby is ready, and not before. */
static void
test_plan(void **state)
{
    struct fixture *f = *state;
    struct ft_known_pair pair = alone();
    const struct ft_finding *found;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    f->vm->disks[0].job = true; /* ours */
    add_pair(f, &pair);
    if (make(f, "h2", &plan, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(plan.standby, "h2");
    assert_string_equal(plan.leaves.pair, OLD_PAIR);
    assert_string_equal(plan.leaves.standby, "h9");
    assert_string_equal(plan.leaves.witness, "w1");
    assert_true(plan.leaves.silent);
    assert_int_equal(index_of(&plan, FT_STEP_RELEASE),
                     index_of(&plan, FT_STEP_STANDBY) + 1);
    assert_int_equal(index_of(&plan, FT_STEP_PRIMARY),
                     index_of(&plan, FT_STEP_RELEASE) + 1);
    assert_non_null(
        strstr(plan.steps[index_of(&plan, FT_STEP_RELEASE)].description, "h9"));
    found = ft_findings_find(&plan.findings, FT_CHECK_VM_PROTECTED);
    assert_int_equal(found->verdict, FT_WARN);
    assert_non_null(strstr(found->evidence, "h9, which is silent"));
    ft_plan_free(&plan);
    assert_int_equal(make(f, NULL, &plan, &err), -EEXIST);
    assert_non_null(strstr(err.hint, "--standby HOST"));
    ft_plan_free(&plan);
    if (make(f, "best", &plan, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(plan.standby, "h2");
    ft_plan_free(&plan);
}

/* The host of the copy answers, and is not to have it for now. */
static void
test_maintained(void **state)
{
    struct fixture *f = *state;
    struct ft_known_pair pair = alone();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;
    char why[FT_MOVE_TEXT];

    strcpy(pair.standby, "h2");
    pair.other = FT_OTHER_HAS_IT;
    add_pair(f, &pair);
    assert_null(ft_move_from(&f->inventory, f->h1, f->vm, "best", why));
    f->h2->maintenance_at = 1;
    assert_ptr_equal(ft_move_from(&f->inventory, f->h1, f->vm, "best", why),
                     &pair);
    assert_null(ft_move_from(&f->inventory, f->h1, f->vm, NULL, why));
    assert_non_null(strstr(why, "End the maintenance of h2"));
    assert_null(ft_move_from(&f->inventory, f->h1, f->vm, "h2", why));
    if (make(f, "best", &plan, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(plan.standby, "h3");
    assert_string_equal(plan.leaves.standby, "h2");
    assert_non_null(
        strstr(plan.steps[index_of(&plan, FT_STEP_RELEASE)].description,
               "under maintenance"));
    ft_plan_free(&plan);
}

/* Nothing is placed on a host under maintenance. */
static void
test_placed(void **state)
{
    struct fixture *f = *state;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    f->h2->maintenance_at = 1;
    if (make(f, NULL, &plan, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(plan.standby, "h3");
    ft_plan_free(&plan);
    assert_int_equal(make(f, "h2", &plan, &err), -EPERM);
    assert_non_null(strstr(err.text, "under maintenance"));
    ft_plan_free(&plan);
    f->h1->maintenance_at = 1;
    assert_int_equal(make(f, NULL, &plan, &err), -EPERM);
    ft_plan_free(&plan);
}

/* It had the copy before, and has it again, though another one were better. */
static void
test_installed_anew(void **state)
{
    struct fixture *f = *state;
    struct ft_known_pair pair = alone();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    strcpy(pair.standby, "h3");
    pair.other = FT_OTHER_EMPTY;
    add_pair(f, &pair);
    if (make(f, NULL, &plan, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(plan.standby, "h3");
    assert_false(plan.leaves.silent);
    ft_plan_free(&plan);
}

/* In none: nothing is left, and the plan has no such step. */
static void
test_new(void **state)
{
    struct fixture *f = *state;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    assert_int_equal(make(f, "h2", &plan, &err), 0);
    assert_string_equal(plan.leaves.pair, "");
    assert_int_equal(index_of(&plan, FT_STEP_RELEASE), -1);
    ft_plan_free(&plan);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_when, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_in_no_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_plan, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_maintained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_placed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_installed_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_new, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
