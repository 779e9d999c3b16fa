/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of a VM: asked, listed, opened, asked again (screens/check*.txt). */
#include "config.h"

#include "fixture.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/pages.h"

static const char found[] =
    "{\"schema\":1,\"vm\":\"db-01\",\"uuid\":"
    "\"00000001-aaaa-4000-8000-000000000000\",\"primary\":\"kvm1\",\"standby\":"
    "\"kvm2\",\"witness\":\"w1\",\"checks\":["
    "{\"verdict\":\"pass\",\"id\":\"vm.running\",\"subject\":\"db-01\","
    "\"evidence\":\"the VM is running on kvm1\",\"why\":\"\",\"remedy\":\"\"},"
    "{\"verdict\":\"warn\",\"id\":\"standby.qemu-package\",\"subject\":\"kvm2\","
    "\"evidence\":\"packages differ: 1:7.2+dfsg-7+deb12u7 and "
    "1:7.2+dfsg-7+deb12u8\",\"why\":\"Builds of one version may still differ.\","
    "\"remedy\":\"Install the same package on both hosts.\"},"
    "{\"verdict\":\"fail\",\"id\":\"standby.network\",\"subject\":\"kvm2\","
    "\"evidence\":\"bridge br-mail does not exist on kvm2\",\"why\":\"After a "
    "takeover the VM must be in the same networks.\",\"remedy\":\"Create the "
    "bridge br-mail on kvm2, in the network that it is in on kvm1.\"},"
    "{\"verdict\":\"warn\",\"id\":\"standby.clock\",\"subject\":\"kvm2\","
    "\"evidence\":\"its clock differs by 2.4 s\",\"why\":\"Times in the guest "
    "would jump.\",\"remedy\":\"Let both hosts follow one time server.\"},"
    "{\"verdict\":\"pass\",\"id\":\"standby.memory\",\"subject\":\"kvm2\","
    "\"evidence\":\"50.4 GiB available, 8.3 GiB needed\",\"why\":\"\","
    "\"remedy\":\"\"}]}";

static const char passed[] =
    "{\"schema\":1,\"vm\":\"db-01\",\"uuid\":"
    "\"00000001-aaaa-4000-8000-000000000000\",\"primary\":\"kvm1\",\"standby\":"
    "\"kvm2\",\"witness\":\"w1\",\"checks\":[{\"verdict\":\"pass\",\"id\":"
    "\"vm.running\",\"subject\":\"db-01\",\"evidence\":\"the VM is running\"}]}";

/* What could not be told, and what was accepted. */
static const char between[] =
    "{\"schema\":1,\"vm\":\"db-01\",\"uuid\":"
    "\"00000001-aaaa-4000-8000-000000000000\",\"primary\":\"kvm1\",\"standby\":"
    "\"kvm2\",\"witness\":\"w1\",\"checks\":[{\"verdict\":\"pass\",\"id\":"
    "\"vm.running\",\"subject\":\"db-01\",\"evidence\":\"the VM is running\"},"
    "{\"verdict\":\"warn\",\"id\":\"standby.time\",\"subject\":\"kvm2\","
    "\"evidence\":\"nobody sets its clock\",\"why\":\"\",\"remedy\":\"Run "
    "chrony.\",\"waived\":\"it is a lab\"},{\"verdict\":\"unknown\",\"id\":"
    "\"witness.facts\",\"subject\":\"w1\",\"evidence\":\"the engine there "
    "tells nothing\",\"why\":\"\",\"remedy\":\"Bring it up to date.\"}]}";

static void
answer(struct ft_console *console, const char *json, int status)
{
    FT_AUTOJSON json_t *document = json_loads(json, 0, NULL);

    ft_console_answer(console, asked.ticket, document, status, "");
}

static void
test_they_are_asked_and_listed(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "4");
    assert_string_equal(asked.plan, "ftadmin check "
                                    "00000001-aaaa-4000-8000-000000000000 "
                                    "--json");
    compare(&console, "checks-asking", 80, 24, true);
    answer(&console, found, 4);
    picture.wall_ms += 4000;
    compare(&console, "checks", 80, 24, true);
    compare(&console, "checks-ascii", 80, 24, false);
    compare(&console, "checks-wide", 132, 43, true);
    compare(&console, "checks-small", 41, 13, true);
    press(&console, "Enter");
    compare(&console, "check", 80, 24, true);
    assert_int_equal(asked.runs, 0);
    end(&console, &picture);
}

static void
test_only_what_did_not_pass(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "4");
    answer(&console, found, 4);
    assert_int_equal(json_array_size(ft_console_page(&console)->rows), 5);
    press(&console, "o");
    assert_int_equal(json_array_size(ft_console_page(&console)->rows), 3);
    press(&console, "Enter n");
    assert_string_equal(ft_console_page(&console)->subject,
                        "standby.qemu-package kvm2");
    press(&console, "n n n"); /* there are no more */
    assert_string_equal(ft_console_page(&console)->subject,
                        "standby.clock kvm2");
    press(&console, "N N N N");
    assert_string_equal(ft_console_page(&console)->subject,
                        "standby.network kvm2");
    end(&console, &picture);
}

/* What could not be told is no pass; what was accepted is shown as that. */
static void
test_unknown_and_waived(void **state)
{
    struct ft_console console;
    struct ft_picture picture;
    FT_AUTOFREE char *list = NULL, *page = NULL;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "4");
    answer(&console, between, 4);
    list = drawn(&console, 80, 24, true);
    assert_non_null(strstr(list, "UNKNOWN"));
    assert_non_null(strstr(list, "1 pass, 0 warn, 1 unknown, 0 fail, 1 waived"));
    assert_non_null(strstr(list, "\xe2\x9c\x93 waived"));
    press(&console, "o"); /* only what did not pass: both */
    assert_int_equal(json_array_size(ft_console_page(&console)->rows), 2);
    press(&console, "G Enter");
    page = drawn(&console, 80, 24, true);
    assert_non_null(strstr(page, "it is a lab"));
    end(&console, &picture);
}

/* No green without an age: what was found is none any more after a while. */
static void
test_an_answer_grows_old(void **state)
{
    FT_AUTOFREE char *young = NULL, *old = NULL;
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "4");
    answer(&console, passed, 0);
    young = drawn(&console, 80, 24, true);
    assert_non_null(strstr(young, "\xe2\x9c\x93 OK"));
    assert_non_null(strstr(young, "\xe2\x9c\x93 pass"));
    picture.wall_ms += 61000;
    ft_console_set_picture(&console, &picture);
    old = drawn(&console, 80, 24, true);
    assert_null(strstr(old, "\xe2\x9c\x93"));
    assert_non_null(strstr(old, "? was pass"));
    assert_non_null(strstr(old, "r asks again"));
    press(&console, "r");
    assert_int_equal(asked.plans, 2);
    end(&console, &picture);
}

static void
test_another_answer_is_not_taken(void **state)
{
    FT_AUTOJSON json_t *document = json_loads(found, 0, NULL);
    struct ft_console console;
    struct ft_picture picture;
    unsigned first;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "4");
    first = asked.ticket;
    press(&console, "r"); /* only the answer to this one counts */
    ft_console_answer(&console, first, document, 4, "");
    assert_int_equal(json_array_size(ft_console_page(&console)->rows), 0);
    answer(&console, found, 4);
    assert_int_equal(json_array_size(ft_console_page(&console)->rows), 5);
    end(&console, &picture);
}

static void
test_without_an_answer_it_is_not_known(void **state)
{
    FT_AUTOFREE char *text = NULL;
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "4");
    ft_console_answer(&console, asked.ticket, NULL, 20,
                      "kvm1: no answer within 5 s");
    text = drawn(&console, 80, 24, true);
    assert_non_null(strstr(text, "? UNKNOWN"));
    assert_non_null(strstr(text, "kvm1: no answer within 5 s"));
    end(&console, &picture);
}

static void
test_they_are_typed_with_a_standby(void **state)
{
    FT_AUTOFREE char *text = NULL;
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, ":");
    type(&console, "check db-01 --standby kvm3");
    press(&console, "Enter");
    assert_string_equal(asked.plan, "ftadmin check db-01 --standby kvm3 --json");
    text = drawn(&console, 80, 24, true);
    assert_non_null(strstr(text, "$ ftadmin check db-01 --standby kvm3"));
    assert_int_equal(asked.runs, 0);
    press(&console, ":");
    type(&console, "check --help"); /* that is a text */
    press(&console, "Enter");
    assert_int_equal(asked.runs, 1);
    end(&console, &picture);
}

static const char mendable[] =
    "{\"schema\":1,\"vm\":\"db-01\",\"uuid\":"
    "\"00000001-aaaa-4000-8000-000000000000\",\"primary\":\"kvm1\",\"standby\":"
    "\"kvm2\",\"witness\":\"w1\",\"checks\":[{\"verdict\":\"fail\",\"id\":"
    "\"standby.pool\",\"subject\":\"kvm2\",\"evidence\":\"it sleeps\",\"remedy\":"
    "\"Start it.\",\"fixable\":true,\"fix\":\"start pool default\"}]}";

/* The line that accepts a warning asks for the reason; then it is checked again. */
static void
test_waived_here(void **state)
{
    struct ft_console console;
    struct ft_picture picture;
    FT_AUTOFREE char *line = NULL, *taken_back = NULL;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "4");
    answer(&console, found, 4);
    press(&console, "W"); /* the first is the one that fails */
    assert_int_equal(console.overlay, FT_OVERLAY_NONE);
    assert_non_null(strstr(console.message, "what fails"));
    press(&console, "Down W");
    line = drawn(&console, 100, 24, true);
    assert_non_null(strstr(line, "waive db-01 standby.qemu-package --about kvm2 "
                                 "--reason ''"));
    type(&console, "the same build");
    press(&console, "Enter");
    assert_string_equal(asked.plan,
                        "ftadmin waive db-01 standby.qemu-package --about kvm2 "
                        "--reason 'the same build' --json");
    assert_int_equal(asked.plans, 2);
    ft_console_answer(&console, asked.ticket, NULL, 0, "it is waived");
    assert_string_equal(console.message, "it is waived");
    assert_int_equal(asked.plans, 3); /* asked again */
    answer(&console, between, 4);
    press(&console, "G Enter W"); /* opened: the one that was waived */
    taken_back = drawn(&console, 100, 24, true);
    assert_non_null(strstr(taken_back, "waive db-01 standby.time --about kvm2 "
                                       "--end"));
    press(&console, "Enter");
    ft_console_answer(&console, asked.ticket, NULL, 3, "nothing is waived");
    assert_string_equal(console.message, "nothing is waived");
    assert_int_equal(asked.runs, 0);
    end(&console, &picture);
}

static void
test_mended_here(void **state)
{
    struct ft_console console;
    struct ft_picture picture;
    FT_AUTOFREE char *page = NULL, *line = NULL;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "4");
    answer(&console, found, 4);
    press(&console, "m");
    assert_non_null(strstr(console.message, "nothing was found that ftadmin"));
    press(&console, "r");
    answer(&console, mendable, 4);
    press(&console, "Enter");
    page = drawn(&console, 80, 24, true);
    assert_non_null(strstr(page, "ftadmin can"));
    assert_non_null(strstr(page, "start pool default"));
    press(&console, "m");
    line = drawn(&console, 80, 24, true);
    assert_non_null(strstr(line, "check db-01 --standby kvm2 --fix --yes"));
    press(&console, "Enter");
    assert_string_equal(asked.plan, "ftadmin check db-01 --standby kvm2 --fix "
                                    "--yes --json");
    answer(&console, passed, 0);
    assert_string_equal(asked.plan, "ftadmin check "
                                    "00000001-aaaa-4000-8000-000000000000 "
                                    "--json");
    end(&console, &picture);
}

/* Who may only look changes nothing. */
static void
test_not_by_who_only_looks(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "4");
    answer(&console, mendable, 4);
    console.readonly = true;
    press(&console, "m Enter");
    assert_int_equal(asked.plans, 1);
    assert_int_equal(asked.runs, 0);
    end(&console, &picture);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_they_are_asked_and_listed),
        cmocka_unit_test(test_only_what_did_not_pass),
        cmocka_unit_test(test_unknown_and_waived),
        cmocka_unit_test(test_an_answer_grows_old),
        cmocka_unit_test(test_another_answer_is_not_taken),
        cmocka_unit_test(test_without_an_answer_it_is_not_known),
        cmocka_unit_test(test_they_are_typed_with_a_standby),
        cmocka_unit_test(test_waived_here),
        cmocka_unit_test(test_mended_here),
        cmocka_unit_test(test_not_by_who_only_looks),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
