/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan as a file: what is read back plans the same, what has changed is named, and
 * whatever else is in such a file ends in an error with a name. Each byte is cut, each
 * member removed and replaced by one of every other type.
 */
#include "config.h"

#include "plan/saved.h"
#include "tests/unit/inventory-fixture.h"

static json_t *
plan_of(struct fixture *f, const struct ft_plan_choices *choices)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;
    json_t *document;

    if (ft_plan_make(&f->inventory, choices, &plan, &err) < 0)
        fail_msg("%s", err.text);
    document = ft_plan_to_json(&plan);
    ft_plan_free(&plan);
    return document;
}

static json_t *
saved_plan(struct fixture *f)
{
    struct ft_plan_choices c = { .vm = "vm1",
                                 .standby = "h2",
                                 .witness = "w1",
                                 .pair = PAIR_UUID,
                                 .settings = FT_PAIR_SETTINGS_INIT };

    c.settings.cpu_budget_percent = 17;
    return plan_of(f, &c);
}

static void
test_same_again(void **state)
{
    FT_AUTOJSON json_t *saved = saved_plan(*state);
    FT_AUTOJSON json_t *again = NULL, *differences = NULL;
    struct ft_plan_choices choices;
    struct ft_error err = FT_ERROR_INIT;

    if (ft_saved_check(saved, &err) < 0)
        fail_msg("%s", err.text);
    ft_saved_choices(saved, &choices);
    assert_int_equal(choices.settings.cpu_budget_percent, 17);
    assert_string_equal(choices.witness, "w1");
    again = plan_of(*state, &choices);
    differences = ft_saved_differences(saved, again);
    assert_int_equal(json_array_size(differences), 0);
}

/* "what: was -> is" of the only one, or of the first. */
static void
assert_differs(struct fixture *f, const json_t *saved, const char *what,
               const char *was, const char *is)
{
    struct ft_plan_choices choices;
    FT_AUTOJSON json_t *now = NULL, *differences = NULL;
    const json_t *each;
    size_t i;

    ft_saved_choices(saved, &choices);
    now = plan_of(f, &choices);
    differences = ft_saved_differences(saved, now);
    json_array_foreach(differences, i, each) {
        FT_AUTOFREE char *old =
            json_dumps(json_object_get(each, "was"), JSON_ENCODE_ANY);
        FT_AUTOFREE char *new =
            json_dumps(json_object_get(each, "is"), JSON_ENCODE_ANY);

        if (strcmp(ft_json_string(each, "what", ""), what) != 0)
            continue;
        assert_string_equal(old, was);
        assert_string_equal(new, is);
        return;
    }
    fail_msg("%s is no difference", what);
}

static void
test_world_has_changed(void **state)
{
    struct fixture *f = *state;
    FT_AUTOJSON json_t *saved = saved_plan(f);

    f->vm->disks[0].capacity *= 2;
    assert_differs(f, saved, "disk_bytes", "10737418240", "21474836480");
    assert_differs(f, saved, "h2: volume vm1-vda.ftreplica, bytes",
                   "10737418240", "21474836480");
    f->vm->disks[0].capacity /= 2;
    f->vm->autostart = false;
    assert_differs(f, saved, "h1: autostart vm1, later", "true", "null");
    f->vm->autostart = true;
    f->w1->engine_runs = f->w1->is_witness = true;
    assert_differs(f, saved, "w1: port tcp 7332, later", "false", "null");
    assert_differs(f, saved, "w1: service ftengine, undoing",
                   "\"rollback, host remove\"", "\"stays as it is\"");
    f->w1->engine_runs = f->w1->is_witness = false;
    strcpy(f->h2->nics[2].addresses[0].text, "10.78.0.22");
    f->h2->nics[2].addresses[0].prefix = 24;
    json_object_set_new(saved, "standby_address", json_string("10.78.0.22"));
    assert_differs(f, saved, "step 6",
                   "\"h2: prepare the standby (10.78.0.2 port 7331, replica of "
                   "10.0 GiB in pool default)\"",
                   "\"h2: prepare the standby (10.78.0.22 port 7331, replica of "
                   "10.0 GiB in pool default)\"");
}

/* A check that finds worse than it did; what it finds better is none. */
static void
test_worse_check(void **state)
{
    struct fixture *f = *state;
    FT_AUTOJSON json_t *saved = saved_plan(f);
    FT_AUTOJSON json_t *now = json_deep_copy(saved);
    FT_AUTOJSON json_t *better = NULL, *worse = NULL, *waived = NULL;
    json_t *check = json_array_get(json_object_get(now, "checks"), 0);

    assert_string_equal(ft_json_string(check, "verdict", ""), "pass");
    json_object_set_new(check, "verdict", json_string("warn"));
    worse = ft_saved_differences(saved, now);
    assert_int_equal(json_array_size(worse), 1);
    assert_string_equal(ft_json_string(json_array_get(worse, 0), "was", ""),
                        "pass");
    assert_string_equal(ft_json_string(json_array_get(worse, 0), "is", ""),
                        "warn");
    better = ft_saved_differences(now, saved);
    assert_int_equal(json_array_size(better), 0);
    json_object_set_new(check, "waived", json_string("it is so"));
    waived = ft_saved_differences(saved, now);
    assert_int_equal(json_array_size(waived), 0);
}

/* Another VM's pair must not be taken by a file that names it. */
static void
test_known_pair(void **state)
{
    struct fixture *f = *state;
    FT_AUTOJSON json_t *saved = saved_plan(f);
    struct ft_known_pair pair = {
        .pair = PAIR_UUID, .vm = "vm2", .primary = "h2", .standby = "h3"
    };
    struct ft_plan_choices choices;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    f->inventory.pairs = &pair;
    f->inventory.pair_count = 1;
    ft_saved_choices(saved, &choices);
    assert_int_equal(ft_plan_make(&f->inventory, &choices, &plan, &err),
                     -EEXIST);
    assert_non_null(strstr(err.text, "vm2"));
    ft_plan_free(&plan);
}

/* ---- what else may be in the file ---- */

static void
assert_named(const char *what, int rc, const struct ft_error *err)
{
    if (rc >= 0)
        fail_msg("%s is taken", what);
    assert_true(*err->text != '\0');
    assert_int_equal(err->code, -rc);
}

static void
test_each_byte_is_cut(void **state)
{
    FT_AUTOJSON json_t *saved = saved_plan(*state);
    FT_AUTOFREE char *text = json_dumps(saved, JSON_COMPACT);
    size_t size = strlen(text);

    for (size_t n = 0; n < size; n++) {
        FT_AUTOFREE char *cut = malloc(n + 1); /* of its very size */
        FT_AUTOJSON json_t *read = NULL;
        struct ft_error err = FT_ERROR_INIT;
        int rc;

        assert_non_null(cut);
        memcpy(cut, text, n);
        rc = ft_json_parse(cut, n, &read, &err);
        if (rc == 0)
            rc = ft_saved_check(read, &err);
        assert_named("a part", rc, &err);
    }
}

/* Members that only measure the moment, and may be missing or anything. */
static bool
is_passing(const char *path)
{
    static const char *const passing[] = {
        "/candidates", "/jitter",   "/paths",  "/standby_memory_bytes",
        "/evidence",   "/why",      "/remedy", "/waived",
        "/fix",        "/estimate",
    };

    for (size_t i = 0; i < FT_ARRAY_SIZE(passing); i++)
        if (strstr(path, passing[i]) != NULL)
            return true;
    return false;
}

static json_t *
value_of_type(int type)
{
    switch (type) {
    case 0:
        return json_null();
    case 1:
        return json_true();
    case 2:
        return json_integer(-7);
    case 3:
        return json_real(1e300);
    case 4:
        return json_string("");
    case 5:
        return json_array();
    case 6:
        return json_object();
    default: { /* long, and no UUID, name or path */
        char text[3000];

        memset(text, 'x', sizeof(text));
        return json_stringn(text, sizeof(text));
    }
    }
}

#define TYPES 8

static bool
is_same_kind(const json_t *a, const json_t *b)
{
    bool both_whole = json_is_integer(a) && json_is_integer(b);
    bool both_text = json_is_string(a) && json_is_string(b);

    return both_whole || both_text || json_typeof(a) == json_typeof(b) ||
           (json_is_boolean(a) && json_is_boolean(b));
}

/*
 * What a file with this change in it comes to: an error with a name, or a plan that
 * is told to be different. Never the plan itself.
 */
static void
assert_harmless(const json_t *good, const json_t *changed, const char *path)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *differences = NULL;
    struct ft_plan_choices choices;

    if (ft_saved_check(changed, &err) < 0) {
        assert_true(*err.text != '\0');
        return;
    }
    ft_saved_choices(changed, &choices);
    differences = ft_saved_differences(changed, good);
    assert_non_null(differences);
    if (json_array_size(differences) == 0 && !is_passing(path))
        fail_msg("%s is changed, and nobody sees it", path);
}

/* Of the value at node, whose root is changed. */
static void
spoil(const json_t *good, json_t *root, json_t *node, const char *path,
      int depth)
{
    FT_AUTOJSON json_t *before =
        json_copy(node); /* its keys move when changed */
    const char *key;
    json_t *kept;
    size_t i;

    json_object_foreach(before, key, kept) {
        char below[400];

        snprintf(below, sizeof(below), "%.200s/%.100s", path, key);
        json_object_del(node, key);
        assert_harmless(good, root, below);
        for (int type = 0; type < TYPES; type++) {
            json_t *other = value_of_type(type);
            bool same = json_equal(other, kept);

            json_object_set_new(node, key, other);
            if (!same && !(is_same_kind(other, kept) && strstr(below, "checks")))
                assert_harmless(good, root, below);
        }
        json_object_set(node, key, kept);
        if (depth < 4)
            spoil(good, root, kept, below, depth + 1);
    }
    for (i = 0; i < json_array_size(node) && i < 3; i++) { /* they are alike */
        kept = json_incref(json_array_get(node, i));
        for (int type = 0; type < TYPES; type++) {
            json_array_set_new(node, i, value_of_type(type));
            assert_harmless(good, root, path);
        }
        json_array_set(node, i, kept);
        if (depth < 4)
            spoil(good, root, kept, path, depth + 1);
        json_decref(kept);
    }
}

static void
test_each_member_is_spoiled(void **state)
{
    FT_AUTOJSON json_t *good = saved_plan(*state);
    FT_AUTOJSON json_t *bad = json_deep_copy(good);

    spoil(good, bad, bad, "", 0);
    assert_true(json_equal(good, bad));
}

static void
test_other_documents(void **state)
{
    static const struct {
        const char *text, *says;
        int code;
    } cases[] = {
        { "{}", "no schema", EINVAL },
        { "{\"schema\":\"1\"}", "no schema", EINVAL },
        { "{\"schema\":2}", "schema 2", EPROTO },
        { "{\"schema\":1}", "\"vm\"", EINVAL },
        { "{\"schema\":1,\"vms\":[]}", "several VMs", EINVAL },
        { "{\"schema\":1,\"error\":{}}", "\"vm\"", EINVAL },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *document = json_loads(cases[i].text, 0, NULL);
        struct ft_error err = FT_ERROR_INIT;

        assert_int_equal(ft_saved_check(document, &err), -cases[i].code);
        if (strstr(err.text, cases[i].says) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", err.text, cases[i].says);
    }
}

/* Deeper than any parser should follow, and longer than any list may be. */
static void
test_deep_and_huge(void **state)
{
    FT_AUTOJSON json_t *huge = saved_plan(*state);
    size_t depth = 100000;
    FT_AUTOFREE char *deep = malloc(depth * 5 + 2);
    FT_AUTOJSON json_t *read = NULL;
    struct ft_error err = FT_ERROR_INIT;

    assert_non_null(deep);
    for (size_t i = 0; i < depth; i++)
        memcpy(deep + i * 5, "{\"a\":", 5);
    assert_named("the deep one", ft_json_parse(deep, depth * 5, &read, &err),
                 &err);
    for (int i = 0; i < 1000; i++)
        json_array_append(json_object_get(huge, "effects"),
                          json_array_get(json_object_get(huge, "effects"), 0));
    assert_named("the huge one", ft_saved_check(huge, &err), &err);
    assert_non_null(strstr(err.text, "effects"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_same_again),       TEST(test_world_has_changed),
        TEST(test_worse_check),      TEST(test_known_pair),
        TEST(test_each_byte_is_cut), TEST(test_each_member_is_spoiled),
        TEST(test_other_documents),  TEST(test_deep_and_huge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
