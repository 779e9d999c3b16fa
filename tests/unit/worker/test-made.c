/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of what a pair has made on a host: what is in it is undone, in order,
 * and only what is gone is taken off.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "worker/made.h"

static const struct ft_made volume = { FT_MADE_VOLUME, "vda", "pool", "",
                                       false };
static const struct ft_made renamed = { FT_MADE_RENAMED, "vdb", "/b",
                                        "/b.stale", true };
static const struct ft_made file = { FT_MADE_FILE, "vdb", "/b", "", false };
static const struct ft_made definition = { FT_MADE_DEFINITION, "", "", "",
                                           false };

static json_t *
some_list(void)
{
    json_t *list = NULL;

    assert_int_equal(ft_made_add(&list, &volume), 0);
    assert_int_equal(ft_made_add(&list, &renamed), 0);
    assert_int_equal(ft_made_add(&list, &file), 0);
    assert_int_equal(ft_made_add(&list, &definition), 0);
    return list;
}

static void
test_list(void **state)
{
    FT_AUTOJSON json_t *list = some_list();
    struct ft_made other = volume, found;

    (void)state;
    assert_true(ft_made_find(list, FT_MADE_RENAMED, "vdb", &found));
    assert_string_equal(found.path, "/b");
    assert_string_equal(found.now, "/b.stale");
    assert_true(found.used);
    assert_false(ft_made_find(list, FT_MADE_VOLUME, "vdb", &found));
    /* one of a kind and a target */
    other.path = "other";
    assert_int_equal(ft_made_add(&list, &other), 0);
    assert_int_equal(json_array_size(list), 4);
    assert_true(ft_made_find(list, FT_MADE_VOLUME, "vda", &found));
    assert_string_equal(found.path, "other");
    assert_true(ft_made_take_off(list, FT_MADE_VOLUME, "vda"));
    assert_false(ft_made_take_off(list, FT_MADE_VOLUME, "vda"));
    assert_false(ft_made_find(NULL, FT_MADE_VOLUME, "vda", &found));
}

struct undo {
    json_t *list;
    char order[64];
    enum ft_made_kind keeps;
    size_t written;
};

static int
one(const struct ft_made *made, void *opaque)
{
    struct undo *u = opaque;
    size_t n = strlen(u->order);

    snprintf(u->order + n, sizeof(u->order) - n, "%d%s ", (int)made->kind,
             made->target);
    return made->kind == u->keeps ? -EIO : 0;
}

static void
gone(const struct ft_made *made, void *opaque)
{
    struct undo *u = opaque;

    assert_true(ft_made_take_off(u->list, made->kind, made->target));
    u->written++;
}

static void
test_undo(void **state)
{
    FT_AUTOJSON json_t *list = some_list();
    struct undo u = { .list = list, .keeps = FT_MADE_FILE };
    struct ft_made found;

    (void)state;
    /* a later version's: it is nothing that this one could undo */
    json_array_append_new(list, json_pack("{s:s}", "kind", "unheard-of"));
    ft_made_undo(list, one, gone, &u);
    assert_string_equal(u.order, "4 2vdb 1vdb 0vda ");
    assert_int_equal(u.written, 3);
    assert_int_equal(json_array_size(list), 2);
    assert_true(ft_made_find(list, FT_MADE_FILE, "vdb", &found));
    /* again, and now it can be */
    u = (struct undo){ .list = list, .keeps = FT_MADE_NVRAM };
    ft_made_undo(list, one, gone, &u);
    assert_string_equal(u.order, "2vdb ");
    ft_made_undo(NULL, one, gone, &u);
    assert_int_equal(u.written, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_undo),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
