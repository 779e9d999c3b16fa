/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of what unprotect came to. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/parted.h"

static struct ft_parted parted = {
    .vm = "vm1",
    .pair = "p",
    .hosts = { "h2", "h1" },
    .runs_on = "h2",
    .since = "2026-11-28T17:59:12.000Z",
};

static json_t *
lines(json_t *said, json_t *left)
{
    FT_AUTOJSON json_t *s = said;
    FT_AUTOJSON json_t *l = left;
    FT_AUTOJSON json_t *document = NULL;

    parted.said = s;
    parted.left = l;
    document = ft_parted_json(&parted);
    assert_non_null(document);
    return ft_parted_lines(document);
}

static void
line_is(const json_t *list, size_t i, const char *text)
{
    assert_true(i < json_array_size(list));
    assert_string_equal(json_string_value(json_array_get(list, i)), text);
}

static void
put_away(void **state)
{
    FT_AUTOJSON json_t *list =
        lines(json_pack("[{s:s,s:s},{s:s,s:s,s:[{s:s,s:s,s:s}],s:[s]}]", "host",
                        "h2", "vm_state", "running", "host", "h1", "definition",
                        "/var/lib/ftadmin/retired/vm1-20261128T180102Z.xml",
                        "images", "path", "/images/vm1.raw", "now",
                        "/images/vm1.raw.stale-20261128T175912Z", "written",
                        "2026-11-28T17:59:12.000Z", "left",
                        "/dev/sdb keeps its name"),
              json_array());

    (void)state;
    line_is(list, 0, "vm1 is no longer protected; it runs on h2");
    line_is(list, 1,
            "h1: its old definition there is kept as "
            "/var/lib/ftadmin/retired/vm1-20261128T180102Z.xml");
    line_is(list, 2,
            "h1: /images/vm1.raw, last written 2026-11-28T17:59:12.000Z, is "
            "/images/vm1.raw.stale-20261128T175912Z now");
    line_is(list, 3, "h1: /dev/sdb keeps its name");
    assert_int_equal(json_array_size(list), 4);
}

/* There and back: its own host has the image of before beside the one that it has. */
static void
back(void **state)
{
    FT_AUTOJSON json_t *list =
        lines(json_pack("[{s:s,s:s,s:[{s:s,s:s,s:s}]}]", "host", "h2",
                        "vm_state", "running", "images", "path",
                        "/images/vm1.raw", "now",
                        "/images/vm1.raw.stale-20261128T175912Z", "written",
                        "2026-11-28T17:59:12.000Z"),
              json_array());

    (void)state;
    line_is(list, 1,
            "h2: the image /images/vm1.raw of before, last written "
            "2026-11-28T17:59:12.000Z, is left there as "
            "/images/vm1.raw.stale-20261128T175912Z");
    assert_int_equal(json_array_size(list), 2);
}

static void
away(void **state)
{
    FT_AUTOJSON json_t *list =
        lines(json_pack("[{s:s,s:s}]", "host", "h2", "vm_state", "off"),
              json_pack("[s,s]", "h1", "w1"));

    (void)state;
    line_is(list, 0, "vm1 is no longer protected; it is shut off on h2");
    line_is(list, 1,
            "h1: what it has of the VM stays until unprotect is given again: a "
            "definition, which libvirt's hook there does not let start, and disks "
            "as they were at 2026-11-28T17:59:12.000Z or before");
    assert_int_equal(json_array_size(list), 2); /* the witness has nothing */
}

/* The witness was told by the host that had the VM: it tells the other one. */
static void
away_and_the_witness_knows(void **state)
{
    FT_AUTOJSON json_t *list =
        lines(json_pack("[{s:s,s:s,s:b}]", "host", "h2", "vm_state", "running",
                        "witness_told", 1),
              json_pack("[s]", "h1"));

    (void)state;
    line_is(list, 1,
            "h1: what it has of the VM stays until it reaches the witness, or "
            "unprotect is given again: a definition, which libvirt's hook there "
            "does not let start, and disks as they were at "
            "2026-11-28T17:59:12.000Z or before");
}

/* A standby that never ran it; an old engine that says nothing. */
static void
never_ran(void **state)
{
    FT_AUTOJSON json_t *list = NULL;

    (void)state;
    parted.since = "";
    list = lines(json_array(), json_pack("[s]", "h1"));
    line_is(list, 0, "vm1 is no longer protected; it belongs to h2");
    line_is(list, 1,
            "h1: what it has of the copy stays until unprotect is given again");
    parted.runs_on = "";
    json_decref(list);
    list = lines(json_array(), json_pack("[s]", "h1"));
    line_is(list, 0, "vm1 is no longer protected");
    assert_int_equal(json_array_size(list), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_away),
        cmocka_unit_test(back),
        cmocka_unit_test(away),
        cmocka_unit_test(away_and_the_witness_knows),
        cmocka_unit_test(never_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
