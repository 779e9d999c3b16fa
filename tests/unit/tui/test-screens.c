/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole screens, to the column, by keys; and what keys do (fixture.h). */
#include "config.h"

#include "fixture.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "ui/model/pair-rows.h"
#include "ui/tui/pages.h"

static const struct screen screens[] = {
    { "overview-calm", "calm", 80, 24, true, "" },
    { "overview-calm-ascii", "calm", 80, 24, false, "" },
    { "overview-calm-wide", "calm", 132, 43, true, "" },
    { "overview-small", "calm", 41, 13, true, "" },
    { "overview-too-small", "calm", 40, 12, true, "" },
    { "overview-tiny", "trouble", 12, 2, true, "" },
    { "overview-trouble", "trouble", 80, 24, true, "" },
    { "overview-trouble-ascii", "trouble", 80, 24, false, "" },
    { "overview-mixed", "mixed", 80, 24, true, "" },
    { "overview-mixed-wide", "mixed", 100, 30, true, "" },
    { "overview-problems", "mixed", 80, 24, true, "!" },
    { "overview-empty", "empty", 80, 24, true, "Esc" },
    { "overview-what-if-kvm3", "calm", 80, 24, true, "Right Right" },
    { "vm", "calm", 80, 24, true, "Enter" },
    { "vm-ascii", "calm", 80, 24, false, "Enter" },
    { "vm-wide", "calm", 132, 43, true, "Enter" },
    { "vm-alone", "trouble", 80, 24, true, "Enter" },
    { "vm-copying", "mixed", 80, 24, true, "Down Down Down Enter" },
    { "menu-protected", "calm", 80, 24, true, "a" },
    { "menu-alone", "trouble", 80, 24, true, "a" },
    { "menu-low", "calm", 80, 14, true, "a j j j j j j" },
    { "menu-host", "calm", 80, 24, true, "2 a" },
    { "question-switchover", "calm", 80, 24, true, "a s" },
    { "question-unprotect", "calm", 80, 24, true, "a u" },
    { "hosts", "trouble", 80, 24, true, "2" },
    { "events", "calm", 80, 24, true, "3" },
    { "events-gap", "trouble", 80, 24, true, "3" },
    { "events-gap-ascii", "trouble", 80, 24, false, "3" },
    { "event", "calm", 80, 24, true, "3 Up Enter" },
    { "jobs", "calm", 80, 24, true, "5" },
    { "what-if", "calm", 80, 24, true, "x" },
    { "help", "calm", 80, 24, true, "?" },
    { "command", "calm", 80, 24, true, ":" },
};

static void
test_screens(void **state)
{
    (void)state;
    compare_screens(screens, FT_ARRAY_SIZE(screens));
}

/* Instead of an epoch, what became worse of the copy's host. */
static void
test_a_drifted_standby(void **state)
{
    struct ft_console console;
    struct ft_picture picture;
    json_t *row;

    (void)state;
    begin(&console, &picture, "calm");
    row = json_array_get(picture.pairs, 0);
    json_object_set_new(
        row, "drift",
        json_pack("{s:s,s:i,s:[{s:s,s:s,s:s},{s:s,s:s,s:s},{s:s,s:s,s:s,s:s},"
                  "{s:s,s:s,s:s,s:s}]}",
                  "verdict", "fail", "age_s", 4, "findings", "verdict", "fail",
                  "id", "standby.network", "evidence",
                  "bridge br0 does not exist on kvm2", "verdict", "fail", "id",
                  "standby.file", "evidence",
                  "/var/lib/libvirt/images/a-long-name-of-an-image.iso is not on "
                  "kvm2",
                  "verdict", "unknown", "id", "standby.time", "evidence",
                  "the kernel does not tell", "waived", "a lab", "verdict",
                  "warn", "id", "standby.reboot", "evidence",
                  "its packages ask for a reboot", "waived", "tonight"));
    json_object_set_new(row, "at_risk", json_string("drift"));
    json_object_set_new(row, "standing", json_string("at risk"));
    ft_pair_row_judge(row);
    ft_console_set_picture(&console, &picture);
    press(&console, "Enter");
    compare(&console, "vm-drift", 80, 24, true);
    end(&console, &picture);
}

/* Beside the pause of the last second, what was predicted before. */
static void
test_a_prediction(void **state)
{
    struct ft_console console;
    struct ft_picture picture;
    json_t *row;

    (void)state;
    begin(&console, &picture, "calm");
    row = json_array_get(picture.pairs, 0);
    json_object_set_new(row, "estimate",
                        json_pack("{s:[{s:s,s:f}]}", "figures", "figure",
                                  "pause_p50", "value", 6.0));
    press(&console, "Enter");
    compare(&console, "vm-predicted", 80, 24, true);
    end(&console, &picture);
}

/* In the edge of the copy's half: whether it was tried out. */
static void
test_a_rehearsed_copy(void **state)
{
    static const char *const outcomes[] = { "passed", "failed" };
    static const char *const names[] = { "vm-rehearsed", "vm-rehearsal-failed" };
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    for (int i = 0; i < 2; i++) {
        begin(&console, &picture, "calm");
        json_object_set_new(json_array_get(picture.pairs, 0), "rehearsal",
                            json_pack("{s:s,s:i}", "outcome", outcomes[i],
                                      "age_s", 3 * 86400));
        ft_console_set_picture(&console, &picture);
        press(&console, "Enter");
        compare(&console, names[i], 80, 24, true);
        end(&console, &picture);
    }
}

/* In the edge of the VM's half: that its host was upgraded since it was started. */
static void
test_an_older_qemu(void **state)
{
    struct ft_console console;
    struct ft_picture picture;
    json_t *row;

    (void)state;
    begin(&console, &picture, "calm");
    row = json_array_get(picture.pairs, 0);
    json_object_set_new(row, "qemu", json_pack("{s:s}", "runs", "7.2.13"));
    json_object_set_new(row, "qemu_note", json_string("runs QEMU 7.2.13"));
    ft_console_set_picture(&console, &picture);
    press(&console, "Enter");
    compare(&console, "vm-older-qemu", 80, 24, true);
    end(&console, &picture);
}

/* ---- behaviour ---- */

static void
test_no_is_the_answer_at_first(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "a s Enter");
    assert_int_equal(asked.runs, 0);
    assert_int_equal(console.overlay, FT_OVERLAY_NONE);
    press(&console, "a s Esc a s y Esc");
    assert_int_equal(asked.runs, 0);
    press(&console, "a s Tab Enter");
    assert_int_equal(asked.runs, 1);
    assert_string_equal(
        asked.command,
        "ftadmin switchover 00000001-aaaa-4000-8000-000000000000 --yes");
    end(&console, &picture);
}

static void
test_the_severe_ask_for_the_name(void **state)
{
    struct ft_key paste = { FT_KEY_PASTE, "db-01" };
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "a u");
    ft_console_key(&console, &paste);
    press(&console, "Enter");
    assert_int_equal(asked.runs, 0);
    type(&console, "db-02");
    press(&console, "Enter");
    assert_int_equal(asked.runs, 0);
    compare(&console, "question-wrong-name", 80, 24, true);
    press(&console, "Backspace");
    type(&console, "1");
    press(&console, "Enter");
    assert_int_equal(asked.runs, 1);
    assert_non_null(strstr(asked.command, "unprotect 00000001-"));
    end(&console, &picture);
}

/* The act goes to what was asked about, also when the list has changed. */
static void
test_an_act_goes_to_its_vm(void **state)
{
    struct ft_console console;
    struct ft_picture picture, later;

    (void)state;
    begin(&console, &picture, "calm");
    load("trouble", &later);
    press(&console, "Down Down a s Tab"); /* ldap */
    ft_console_set_picture(&console, &later);
    press(&console, "Enter"); /* it is alone by now */
    assert_int_equal(asked.runs, 0);
    assert_string_equal(console.pages[0].list.selected,
                        "00000003-aaaa-4000-8000-000000000000");
    unload(&later);
    load("empty", &later);
    ft_console_set_picture(&console, &picture);
    press(&console, "a s Tab");
    ft_console_set_picture(&console, &later);
    press(&console, "Enter");
    assert_int_equal(asked.runs, 0);
    unload(&later);
    end(&console, &picture);
}

static void
test_the_order_is_held_under_the_cursor(void **state)
{
    struct ft_console console;
    struct ft_picture picture, later;

    (void)state;
    begin(&console, &picture, "calm");
    load("trouble", &later);
    press(&console, "Down Down"); /* ldap, third */
    ft_console_set_picture(&console, &later);
    assert_int_equal(console.pages[0].list.position, 2);
    assert_true(console.pages[0].order_old);
    press(&console, "o");
    assert_false(console.pages[0].order_old);
    assert_string_equal(console.pages[0].list.selected,
                        "00000003-aaaa-4000-8000-000000000000");
    ft_console_set_picture(&console, &picture);
    unload(&later);
    end(&console, &picture);
}

static void
test_read_only_changes_nothing(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    console.readonly = true;
    press(&console, "a s Tab Enter Esc a u");
    type(&console, "db-01");
    press(&console, "Enter Esc");
    press(&console, "G p"); /* test-old or build */
    press(&console, ":");
    type(&console, "unprotect db-01 --yes");
    press(&console, "Enter");
    assert_int_equal(asked.runs, 0);
    assert_int_equal(asked.plans, 0);
    press(&console, ":");
    type(&console, "jobs stop 14");
    press(&console, "Enter :");
    type(&console, "discover --host-key SHA256:x kvm1");
    press(&console, "Enter");
    assert_int_equal(asked.runs, 0);
    press(&console, ":");
    type(&console, "status");
    press(&console, "Enter :");
    type(&console, "jobs");
    press(&console, "Enter");
    assert_int_equal(asked.runs, 2);
    end(&console, &picture);
}

/* Stopping a job is a command that is seen before Enter begins it. */
static void
test_a_job_is_stopped(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "5 x");
    assert_int_equal(asked.runs, 0);
    assert_string_equal(console.entry.text, "jobs stop 14");
    press(&console, "Esc");
    assert_int_equal(asked.runs, 0);
    press(&console, "x Enter");
    assert_int_equal(asked.runs, 1);
    assert_string_equal(asked.command, "ftadmin jobs stop 14");
    end(&console, &picture);
}

static void
test_a_typed_command(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, ":");
    type(&console, "ftadmin protect 'my vm' --standby kvm2");
    press(&console, "Enter");
    assert_true(asked.shown);
    assert_string_equal(asked.command, "ftadmin protect 'my vm' --standby kvm2");
    press(&console, ": Up Enter");
    assert_int_equal(asked.runs, 2);
    press(&console, ":");
    type(&console, "status 'unended");
    press(&console, "Enter");
    assert_int_equal(asked.runs, 2);
    end(&console, &picture);
}

static void
test_pasted_text_runs_nothing(void **state)
{
    struct ft_key paste = { FT_KEY_PASTE, "a s q :unprotect db-01 --yes " };
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    ft_console_key(&console, &paste);
    assert_int_equal(console.overlay, FT_OVERLAY_NONE);
    assert_false(console.leave);
    assert_int_equal(asked.runs, 0);
    end(&console, &picture);
}

static void
test_a_filter_and_the_way_back(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "\\");
    type(&console, "web");
    press(&console, "Enter");
    assert_int_equal(json_array_size(console.pages[0].rows), 2);
    press(&console, "Enter");
    assert_int_equal(console.depth, 2);
    press(&console, "Esc");
    assert_int_equal(console.depth, 1);
    press(&console, "Esc");
    assert_int_equal(json_array_size(console.pages[0].rows), 8);
    press(&console, "Esc");
    assert_false(console.leave);
    press(&console, "q");
    assert_true(console.leave);
    end(&console, &picture);
}

/* Any keys at any size: nothing breaks, nothing is done unasked. */
static void
test_random_keys(void **state)
{
    static const uint32_t keys[] = {
        FT_KEY_UP,   FT_KEY_DOWN,   FT_KEY_LEFT,      FT_KEY_RIGHT,
        FT_KEY_HOME, FT_KEY_END,    FT_KEY_TAB,       FT_KEY_PAGE_UP,
        FT_KEY_ESC,  FT_KEY_ENTER,  FT_KEY_F1,        FT_KEY_F4,
        FT_KEY_F5,   FT_KEY_DELETE, FT_KEY_BACKSPACE, FT_KEY_PASTE,
    };
    static const char *const pictures[] = { "calm", "trouble", "mixed",
                                            "empty" };
    struct ft_picture loaded[4];
    struct ft_console console;
    unsigned seed = 20261128;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        load(pictures[i], &loaded[i]);
    ft_console_open(&console, &ops, &loaded[0], true);
    for (int i = 0; i < 20000; i++) {
        uint32_t r = (uint32_t)rand_r(&seed);
        struct ft_key key = { r % 3 ? 32 + r / 7 % 95
                                    : keys[r / 7 % FT_ARRAY_SIZE(keys)],
                              "pasted \033[2J" };

        ft_console_key(&console, &key);
        if (i % 37 == 0)
            ft_console_set_picture(&console, &loaded[r / 1000 % 4]);
        if (i % 11 == 0)
            free(drawn(&console, 1 + (int)(r / 13 % 200),
                       1 + (int)(r / 29 % 60), r & 1));
    }
    ft_console_close(&console);
    for (size_t i = 0; i < 4; i++)
        unload(&loaded[i]);
}

/* The words after ".Sy" in a line of mdoc, without what roff needs. */
static void
add_symbols(const char *line, size_t size, char *symbols)
{
    FT_AUTOFREE char *copy = strndup(line, size);
    const char *at = strstr(copy, "Sy ");
    char *to = symbols + strlen(symbols);

    for (at = at ? at + 3 : ""; *at; at++) {
        if (*at == '"' || (*at == '\\' && at[1] == '-'))
            continue;
        if (*at == '\\' && at[1] == '&')
            at++;
        else if (*at == '\\' && at[1] == 'e')
            *to++ = *at++;
        else
            *to++ = *at;
    }
    strcpy(to, " ");
}

/* Every key of the table stands in ftadmin(8). */
static void
test_the_manual_has_every_key(void **state)
{
    FT_AUTOFREE char *manual = NULL, *symbols = NULL;
    char path[512], key[16], wanted[24];
    int used;

    (void)state;
    snprintf(path, sizeof(path), "%s/man/ftadmin.8",
             getenv("srcdir") ? getenv("srcdir") : ".");
    assert_int_equal(ft_file_read(path, 1 << 20, &manual, NULL), 0);
    symbols = calloc(1, strlen(manual) + 2);
    assert_non_null(symbols);
    strcpy(symbols, " ");
    for (const char *at = manual; *at; at += strcspn(at, "\n") + 1)
        if (*at == '.')
            add_symbols(at, strcspn(at, "\n"), symbols);
    for (size_t i = 0; i < ft_binding_count; i++) {
        const char *keys = ft_bindings[i].keys;

        for (; sscanf(keys, "%15s%n", key, &used) == 1; keys += used) {
            snprintf(wanted, sizeof(wanted), " %s ", key);
            if (strcmp(key, "Enter") != 0 && !strstr(symbols, wanted))
                fail_msg("ftadmin(8) does not name %s", key);
        }
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens),
        cmocka_unit_test(test_a_drifted_standby),
        cmocka_unit_test(test_a_prediction),
        cmocka_unit_test(test_a_rehearsed_copy),
        cmocka_unit_test(test_an_older_qemu),
        cmocka_unit_test(test_no_is_the_answer_at_first),
        cmocka_unit_test(test_the_severe_ask_for_the_name),
        cmocka_unit_test(test_an_act_goes_to_its_vm),
        cmocka_unit_test(test_the_order_is_held_under_the_cursor),
        cmocka_unit_test(test_read_only_changes_nothing),
        cmocka_unit_test(test_a_job_is_stopped),
        cmocka_unit_test(test_a_typed_command),
        cmocka_unit_test(test_pasted_text_runs_nothing),
        cmocka_unit_test(test_a_filter_and_the_way_back),
        cmocka_unit_test(test_random_keys),
        cmocka_unit_test(test_the_manual_has_every_key),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
