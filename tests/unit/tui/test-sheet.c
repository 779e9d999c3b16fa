/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sheet that protects: one VM by Enter alone, several at once, what is
 * chosen, and the drafts that are left (screens/sheet*.txt).
 */
#include "config.h"

#include "fixture.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/drafts.h"
#include "ui/tui/memory.h"
#include "ui/tui/pages.h"
#include "ui/tui/sheet.h"

#define BUILD "00000010-aaaa-4000-8000-000000000000"
#define FILES "00000021-aaaa-4000-8000-000000000000"
#define WIKI "00000022-aaaa-4000-8000-000000000000"

/* A plan for this VM; %s: its name, its standby; %d: GiB of its copy. */
static const char plan[] =
    "{\"schema\":1,\"vm\":\"%s\",\"primary\":\"kvm3\",\"standby\":\"%s\","
    "\"witness\":\"w1\",\"standby_memory_bytes\":%d000000000,\"steps\":[{"
    "\"step\":\"engine\",\"host\":\"kvm3\",\"description\":\"kvm3: make sure "
    "that the engine is installed and runs\"},{\"step\":\"sync\",\"host\":"
    "\"kvm3\",\"description\":\"copy 40.0 GiB of disks and 8.0 GiB of memory\"}"
    "],\"checks\":[{\"verdict\":\"pass\",\"id\":\"vm.running\"},{\"verdict\":"
    "\"warn\",\"id\":\"vm.kvm\",\"subject\":\"%s\",\"evidence\":\"not proven on "
    "KVM\",\"remedy\":\"Verify it once it is protected.\"}],\"candidates\":[{"
    "\"host\":\"kvm1\",\"taken\":true,\"verdict\":\"pass\",\"reason\":\"passes "
    "the checks; most memory would be left\",\"memory_available_bytes\":"
    "60000000000},{\"host\":\"kvm2\",\"taken\":false,\"verdict\":\"%s\","
    "\"reason\":\"it has not enough memory\",\"memory_available_bytes\":"
    "20000000000}]}";

static void
answer_plan(struct ft_console *console, unsigned ticket, const char *vm,
            const char *standby, int gib, const char *second)
{
    FT_AUTOFREE char *text = NULL;
    FT_AUTOJSON json_t *document = NULL;

    assert_true(asprintf(&text, plan, vm, standby, gib, vm, second) > 0);
    document = json_loads(text, 0, NULL);
    assert_non_null(document);
    ft_console_answer(console, ticket, document, 0, "");
}

/* The newest question about a VM. */
static unsigned
ticket_of(const char *uuid, const char *option)
{
    unsigned i = asked.plans;

    while (i-- > 0)
        if (strstr(asked.asks[i], uuid) && strstr(asked.asks[i], option))
            return asked.tickets[i];
    fail_msg("nobody asked about %s", uuid);
    return 0;
}

static void
answer_all(struct ft_console *console, int gib)
{
    answer_plan(console, ticket_of(BUILD, "--dry-run"), "build", "kvm1", gib,
                "warn");
    answer_plan(console, ticket_of(FILES, "--dry-run"), "files", "kvm1", gib,
                "warn");
    answer_plan(console, ticket_of(WIKI, "--dry-run"), "wiki", "kvm1", gib,
                "warn");
}

static void
add_vm(struct ft_picture *picture, const char *name, const char *uuid,
       const char *host)
{
    json_array_append_new(picture->vms,
                          json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:I,s:I}", "vm",
                                    name, "uuid", uuid, "host", host, "state",
                                    "running", "protection", "none", "vcpus", 2,
                                    "memory", (json_int_t)4 << 30, "disk_bytes",
                                    (json_int_t)20 << 30));
}

static void
find(struct ft_console *console, const char *name)
{
    press(console, "/");
    type(console, name);
    press(console, "Enter");
}

/* With three VMs that could be protected, all marked. */
static void
begin_marked(struct ft_console *console, struct ft_picture *picture)
{
    begin(console, picture, "calm");
    add_vm(picture, "files", FILES, "kvm2");
    add_vm(picture, "wiki", WIKI, "kvm1");
    ft_console_set_picture(console, picture);
    find(console, "build");
    press(console, "Space");
    find(console, "files");
    press(console, "Space");
    find(console, "wiki");
    press(console, "Space");
    assert_int_equal(console->pages[0].list.mark_count, 3);
}

static void
test_enter_alone(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    find(&console, "build");
    press(&console, "p");
    assert_int_equal(asked.plans, 1);
    press(&console,
          "Enter Enter Enter Enter"); /* still asking: no way to apply */
    assert_int_equal(asked.plans, 1);
    answer_plan(&console, asked.ticket, "build", "kvm1", 8, "fail");
    console.message[0] = '\0';
    press(&console, "2");
    compare(&console, "sheet-standby", 80, 24, true);
    press(&console, "Down Enter"); /* kvm2 cannot */
    assert_int_equal(asked.plans, 1);
    press(&console, "4");
    compare(&console, "sheet-checks", 80, 24, true);
    press(&console, "Enter");
    compare(&console, "sheet-plan", 80, 24, true);
    press(&console, "Enter");
    assert_string_equal(asked.plan, "ftadmin protect " BUILD " --yes --json");
    press(&console, "Enter"); /* to its page, and nothing is begun twice */
    assert_int_equal(asked.plans, 2);
    end(&console, &picture);
}

static void
test_a_failure_is_told(void **state)
{
    FT_AUTOFREE char *text = NULL;
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    find(&console, "build");
    press(&console, "p");
    answer_plan(&console, asked.ticket, "build", "kvm1", 8, "fail");
    press(&console, "5 Enter");
    ft_console_answer(&console, asked.ticket, NULL, 20,
                      "kvm1: no answer within 5 s");
    text = drawn(&console, 80, 24, true);
    assert_non_null(
        strstr(text, "build was not protected: kvm1: no answer within 5 s"));
    assert_non_null(strstr(text, "CRIT"));
    end(&console, &picture);
}

static void
test_several_in_one(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin_marked(&console, &picture);
    press(&console, "p");
    assert_int_equal(asked.plans, 3);
    compare(&console, "sheets-asking", 80, 24, true);
    answer_all(&console, 8);
    compare(&console, "sheets-vms", 80, 24, true);
    press(&console, "Enter Down");
    compare(&console, "sheets-standby", 80, 24, true);
    compare(&console, "sheets-standby-ascii", 80, 24, false);
    press(&console, "4");
    compare(&console, "sheets-checks", 80, 24, true);
    press(&console, "5");
    compare(&console, "sheets-plan", 132, 43, true);
    assert_int_equal(asked.plans, 3);
    end(&console, &picture);
}

/* Where the VM was measured its plan says what it would cost; else nothing of that. */
static void
test_estimate(void **state)
{
    static const char measured[] =
        "{\"measured_at\":\"2026-11-30T03:00:00.000Z\",\"age_s\":300,"
        "\"figures\":[{\"figure\":\"pause_p50\",\"title\":\"pause p50\","
        "\"about\":\"3.1 ms\"},{\"figure\":\"link\",\"title\":\"link to the "
        "standby\",\"about\":\"95.0 MiB/s\"},{\"figure\":\"first_sync\","
        "\"title\":\"first sync\",\"about\":\"170 s\"}]}";
    FT_AUTOFREE char *text = NULL, *before = NULL, *told = NULL;
    FT_AUTOFREE char *all = NULL;
    FT_AUTOJSON json_t *document = NULL;
    struct ft_console console;
    struct ft_picture picture;
    size_t size;
    FILE *out;

    (void)state;
    begin(&console, &picture, "calm");
    find(&console, "build");
    press(&console, "p");
    assert_true(asprintf(&all, plan, "build", "kvm1", 8, "build", "fail") > 0);
    document = json_loads(all, 0, NULL);
    ft_console_answer(&console, asked.ticket, document, 0, "");
    press(&console, "5");
    before = drawn(&console, 80, 24, true);
    assert_null(strstr(before, "cost"));
    press(&console, "r");
    json_object_set_new(document, "estimate", json_loads(measured, 0, NULL));
    ft_console_answer(&console, asked.ticket, document, 0, "");
    text = drawn(&console, 80, 24, true);
    assert_non_null(strstr(text, "cost: pause p50 3.1 ms"));
    assert_non_null(strstr(text,
                           "link to the standby 95.0 MiB/s, first sync 170 s; "
                           "measured: 5 min"));
    out = open_memstream(&told, &size);
    assert_true(ft_sheet_tell(&console, out));
    fclose(out);
    assert_non_null(strstr(told, "pause p50 3.1 ms, link to the standby 95.0"));
    end(&console, &picture);
}

/* Another host for one: all are planned anew, and old answers do not count. */
static void
test_a_choice_is_worked_out_for_all(void **state)
{
    struct ft_console console;
    struct ft_picture picture;
    unsigned old;

    (void)state;
    begin_marked(&console, &picture);
    press(&console, "p");
    answer_all(&console, 8);
    press(&console, "2 Down Space");
    assert_int_equal(asked.plans, 6);
    old = asked.tickets[4];
    assert_string_equal(asked.asks[4], "ftadmin protect " FILES
                                       " --standby kvm2 --dry-run --json");
    press(&console, "r");
    assert_int_equal(asked.plans, 9);
    answer_plan(&console, old, "files", "kvm2", 8, "warn");
    press(&console, "5 Enter"); /* not ready: nothing newer was answered */
    assert_int_equal(asked.plans, 9);
    answer_all(&console, 8);
    press(&console, "Enter");
    assert_string_equal(asked.plan, "ftadmin protect " BUILD " " FILES " " WIKI
                                    " --standby " FILES "=kvm2 --yes --json");
    end(&console, &picture);
}

static void
add_job(struct ft_picture *picture, const char *vm, const char *state,
        double age_s)
{
    json_array_append_new(picture->jobs,
                          json_pack("{s:s,s:s,s:s,s:f,s:s,s:s}", "verb",
                                    "protect", "subject", vm, "state", state,
                                    "age_s", age_s, "result", "kvm1 is full",
                                    "identity", vm));
}

/* One command for all; one that fails holds up no other. */
static void
test_one_failure_holds_up_no_other(void **state)
{
    FT_AUTOJSON json_t *ends = NULL;
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin_marked(&console, &picture);
    press(&console, "p");
    answer_plan(&console, ticket_of(BUILD, "--dry-run"), "build", "kvm1", 8,
                "warn");
    ft_console_answer(&console, ticket_of(FILES, "--dry-run"), NULL, 4,
                      "files cannot be protected: a check failed");
    answer_plan(&console, ticket_of(WIKI, "--dry-run"), "wiki", "kvm1", 8,
                "warn");
    press(&console, "2");
    compare(&console, "sheets-one-cannot", 80, 24, true);
    press(&console, "5 Enter");
    assert_int_equal(asked.plans, 4);
    assert_string_equal(asked.plan,
                        "ftadmin protect " BUILD " " WIKI " --yes --json");
    compare(&console, "sheets-at-work", 80, 24, true);
    press(&console, "Esc");
    find(&console, "files");
    press(&console, "p"); /* that waits for the end of this one */
    assert_int_equal(asked.plans, 4);
    ends = json_loads("{\"vms\":[{\"vm\":\"" BUILD
                      "\",\"exit\":20,\"error\":{\"text\":"
                      "\"kvm1: no answer\"}},{\"vm\":\"wiki\",\"exit\":0}]}",
                      0, NULL);
    ft_console_answer(&console, asked.ticket, ends, 20, "kvm1: no answer");
    compare(&console, "sheets-ended", 80, 24, true);
    assert_int_equal(asked.plans, 4);
    end(&console, &picture);
}

/*
 * How far it is, by the jobs; and what the command has taken over goes on
 * without the console, so that it is no draft.
 */
static void
test_jobs_tell_how_far_it_is(void **state)
{
    FT_AUTOJSON json_t *draft = NULL;
    FT_AUTOFREE char *text = NULL, *later = NULL;
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin_marked(&console, &picture);
    add_job(&picture, "build", "done", 300); /* of another day */
    press(&console, "p");
    answer_all(&console, 8);
    press(&console, "5 Enter");
    draft = ft_sheet_draft(console.sheet);
    assert_null(draft);
    picture.wall_ms += 60000;
    add_job(&picture, "build", "failed", 50);
    add_job(&picture, "wiki", "running", 5);
    ft_console_set_picture(&console, &picture);
    text = drawn(&console, 80, 24, true);
    assert_non_null(strstr(text, "kvm1 is full"));
    assert_non_null(strstr(text, "it could not be planned; why is told"));
    assert_non_null(strstr(text, "0 protected, 1 at work, 0 waiting, 2 failed"));
    ft_console_answer(&console, asked.ticket, NULL, 130, "interrupted");
    later = drawn(&console, 80, 24, true);
    assert_non_null(
        strstr(later, "0 protected, 0 at work, 0 waiting, 3 failed"));
    end(&console, &picture);
}

/* Each has room alone, all together have not. */
static void
test_too_much_for_one_host(void **state)
{
    FT_AUTOFREE char *text = NULL;
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin_marked(&console, &picture);
    press(&console, "p");
    answer_all(&console, 25);
    text = drawn(&console, 80, 24, true);
    assert_non_null(strstr(text, "kvm1 has 55.9 GiB free"));
    press(&console, "5 Enter");
    assert_int_equal(asked.plans, 3);
    end(&console, &picture);
}

static void
test_it_is_asked_bit_by_bit(void **state)
{
    struct ft_console console;
    struct ft_picture picture;
    char name[16], uuid[40];

    (void)state;
    begin(&console, &picture, "calm");
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "many-%02d", i);
        snprintf(uuid, sizeof(uuid), "000001%02d-aaaa-4000-8000-000000000000",
                 i);
        add_vm(&picture, name, uuid, "kvm1");
    }
    ft_console_set_picture(&console, &picture);
    press(&console, "\\");
    type(&console, "many");
    press(&console, "Enter * p");
    assert_int_equal(asked.plans, 3);
    for (unsigned i = 0; i < 60 && i < asked.plans; i++)
        answer_plan(&console, asked.tickets[i], "x", "kvm1", 1, "warn");
    assert_int_equal(asked.plans, FT_SHEET_VMS_MAX);
    end(&console, &picture);
}

/* ---- drafts ---- */

static void
test_a_draft_is_kept(void **state)
{
    char folder[] = "/tmp/ft-sheet-XXXXXX", path[64];
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    assert_non_null(mkdtemp(folder));
    setenv("XDG_STATE_HOME", folder, 1);
    begin_marked(&console, &picture);
    press(&console, "p");
    answer_all(&console, 8);
    press(&console, "2 Down Space");
    assert_true(console.remember);
    ft_memory_keep(&console); /* at once: nobody may come to its end */
    assert_false(console.remember);
    end(&console, &picture);

    /* another time: without a mark, on any of them */
    begin(&console, &picture, "calm");
    add_vm(&picture, "files", FILES, "kvm2");
    add_vm(&picture, "wiki", WIKI, "kvm1");
    ft_console_set_picture(&console, &picture);
    ft_memory_recall(&console);
    assert_string_equal(console.message,
                        "draft kept: p on build protects it and 2 more");
    find(&console, "wiki");
    press(&console, "p");
    assert_int_equal(asked.plans, 3);
    assert_string_equal(asked.asks[1], "ftadmin protect " FILES
                                       " --standby kvm2 --dry-run --json");
    end(&console, &picture);

    /* and a third time, when much has gone */
    begin(&console, &picture, "calm");
    ft_memory_recall(&console);
    assert_non_null(strstr(console.message, "not there any more"));
    assert_int_equal(json_array_size(console.drafts), 1);
    end(&console, &picture);
    snprintf(path, sizeof(path), "%s/ftadmin/console.json", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/ftadmin", folder);
    rmdir(path);
    rmdir(folder);
    unsetenv("XDG_STATE_HOME");
}

static void
test_what_has_gone_is_dropped(void **state)
{
    struct ft_console console;
    struct ft_picture picture;
    char said[200];

    (void)state;
    begin(&console, &picture, "calm");
    ft_drafts_keep(console.drafts,
                   json_pack("{s:[{s:s,s:s,s:s,s:s}]}", "vms", "uuid", BUILD,
                             "vm", "build", "standby", "kvm9", "witness",
                             "none"));
    ft_drafts_mend(&console, console.drafts, said, sizeof(said));
    assert_string_equal(said,
                        "draft of build: host kvm9 is gone, the best is chosen");
    ft_drafts_mend(&console, console.drafts, said, sizeof(said));
    assert_string_equal(said, "");
    ft_drafts_keep(console.drafts,
                   json_pack("{s:[{s:s,s:s}]}", "vms", "uuid",
                             "00000001-aaaa-4000-8000-000000000000", "vm",
                             "db-01"));
    ft_drafts_mend(&console, console.drafts, said, sizeof(said));
    assert_string_equal(said, "draft of db-01: dropped, it is protected");
    assert_int_equal(json_array_size(console.drafts), 1);
    /* of any form at all */
    json_array_append_new(console.drafts, json_integer(3));
    json_array_append_new(console.drafts, json_pack("{s:[i,n]}", "vms", 1));
    json_array_append_new(console.drafts, json_pack("{s:s}", "vms", "x"));
    ft_drafts_mend(&console, console.drafts, said, sizeof(said));
    assert_int_equal(json_array_size(console.drafts), 1);
    end(&console, &picture);
}

static void
test_drafts_are_bounded(void **state)
{
    FT_AUTOJSON json_t *drafts = json_array();
    char uuid[16];

    (void)state;
    for (int i = 0; i < FT_DRAFTS_MAX + 3; i++) {
        snprintf(uuid, sizeof(uuid), "u%d", i);
        ft_drafts_keep(drafts, json_pack("{s:[{s:s}]}", "vms", "uuid", uuid));
    }
    assert_int_equal(json_array_size(drafts), FT_DRAFTS_MAX);
    assert_null(ft_drafts_take(drafts, "u1"));
    ft_drafts_keep(drafts, json_pack("{s:[{s:s}]}", "vms", "uuid", "u9"));
    assert_int_equal(json_array_size(drafts), FT_DRAFTS_MAX); /* not twice */
}

static void
test_read_only_protects_nothing(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin_marked(&console, &picture);
    console.readonly = true;
    press(&console, "p");
    assert_int_equal(asked.plans, 0);
    end(&console, &picture);
}

/* What is not in the table of keys does nothing, and help has what is. */
static void
test_keys_are_those_of_the_table(void **state)
{
    FT_AUTOFREE char *text = NULL;
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    find(&console, "build");
    press(&console, "p");
    for (uint32_t code = ' '; code < 127; code++) {
        const struct ft_key key = { code, NULL };

        if (!ft_keymap_find(FT_SCOPE_SHEET, code) && code != 'j' && code != 'k')
            assert_false(ft_sheet_key(&console, &key));
    }
    press(&console, "?");
    text = drawn(&console, 80, 24, true);
    compare_text("sheet-help", text);
    end(&console, &picture);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_estimate),
        cmocka_unit_test(test_enter_alone),
        cmocka_unit_test(test_a_failure_is_told),
        cmocka_unit_test(test_several_in_one),
        cmocka_unit_test(test_a_choice_is_worked_out_for_all),
        cmocka_unit_test(test_one_failure_holds_up_no_other),
        cmocka_unit_test(test_jobs_tell_how_far_it_is),
        cmocka_unit_test(test_too_much_for_one_host),
        cmocka_unit_test(test_it_is_asked_bit_by_bit),
        cmocka_unit_test(test_a_draft_is_kept),
        cmocka_unit_test(test_what_has_gone_is_dropped),
        cmocka_unit_test(test_drafts_are_bounded),
        cmocka_unit_test(test_read_only_protects_nothing),
        cmocka_unit_test(test_keys_are_those_of_the_table),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
