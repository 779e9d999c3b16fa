/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first start: from an empty database to the sheet that protects a VM, by
 * Enter; what is asked of whom, and what it looks like (screens/first-*.txt).
 */
#include "config.h"

#include "fixture.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/first.h"
#include "ui/tui/login.h"

static const char names[] =
    "{\"schema\":1,\"hosts\":["
    "{\"name\":\"kvm1\",\"source\":\"~/.ssh/config:4\",\"state\":\"named\","
    "\"address\":\"10.0.0.11\",\"user\":\"root\",\"via\":null,\"marked\":true},"
    "{\"name\":\"kvm2\",\"source\":\"~/.ssh/config:9\",\"state\":\"named\","
    "\"address\":\"10.0.0.12\",\"user\":\"root\",\"via\":null,\"marked\":true},"
    "{\"name\":\"kvm3\",\"source\":\"~/.ssh/config:14\",\"state\":\"named\","
    "\"address\":\"10.0.0.13\",\"user\":\"anna\",\"via\":null,\"marked\":true},"
    "{\"name\":\"w1\",\"source\":\"~/.ssh/config:20\",\"state\":\"named\","
    "\"address\":\"10.0.0.31\",\"user\":\"root\",\"via\":\"bastion\","
    "\"marked\":true},"
    "{\"name\":\"bastion\",\"source\":\"~/.ssh/config:1\",\"state\":\"named\","
    "\"address\":\"198.51.100.7\",\"user\":\"anna\",\"via\":null,"
    "\"marked\":false},"
    "{\"name\":\"10.0.0.14\",\"source\":\"known_hosts:9\",\"state\":\"named\","
    "\"address\":\"10.0.0.14\",\"user\":\"anna\",\"via\":null,"
    "\"marked\":false}],\"left_out\":{\"patterns\":1,\"hashed\":14}}";

#define LOOKED(name, vms, gib)                                              \
    "{\"row\":{\"name\":\"" name "\",\"state\":\"looked\",\"system\":"      \
    "\"Debian GNU/Linux 12 (bookworm)\",\"kernel\":\"6.1.0-13-amd64\","     \
    "\"cpu\":\"AMD EPYC 7302 16-Core Processor\",\"cpus\":16,"              \
    "\"memory_bytes\":137438953472,\"memory_available_bytes\":" gib ","     \
    "\"kvm\":true,\"libvirt\":\"9.0.0\",\"qemu\":\"7.2.15\",\"vms\":" vms   \
    ",\"vm_names\":[\"db-01\",\"mail\"],\"engine_there\":false,"            \
    "\"host_key\":\"ssh-ed25519 SHA256:lV3nS0q1uPzTq4yC0bI9mQb0nqk2mR7cKf3" \
    "dWJ5wE8Y\"}}"

static const char *const lines[] = {
    "{\"begin\":{\"schema\":1,\"asked\":4}}",
    LOOKED("kvm1", "2", "103079215104"),
    LOOKED("kvm2", "2", "76235669504"),
    "{\"row\":{\"name\":\"kvm3\",\"state\":\"failed\",\"reach\":"
    "\"key-unknown\",\"error\":\"the host key of kvm3 is not known\",\"hint\":"
    "\"Compare.\",\"keys\":[\"ssh-ed25519 SHA256:q1Zr0vXkS7mC2bTn4hYp9LdGwE8u"
    "JfA6iRxOsN3KtMc\",\"ecdsa-sha2-nistp256 SHA256:9fWb3LkQe7VtY2uMxZp0RsHnC"
    "j5dGaA1oIvT8yBwKqE\"]}}",
    "{\"row\":{\"name\":\"w1\",\"state\":\"looked\",\"libvirt\":null,\"qemu\":"
    "null,\"vms\":null,\"memory_available_bytes\":1073741824,\"kvm\":false}}",
    "{\"end\":{\"schema\":1}}",
};

static struct ft_picture picture;

static void
load_hosts(const char *json)
{
    FT_AUTOJSON json_t *fixture = json_loads(json, 0, NULL);

    assert_non_null(fixture);
    json_decref(picture.hosts);
    json_decref(picture.vms);
    picture.hosts = json_incref(json_object_get(fixture, "hosts"));
    picture.vms = json_incref(json_object_get(fixture, "vms"));
}

static const char nothing[] = "{\"hosts\":[],\"vms\":[]}";
static const char added[] =
    "{\"hosts\":[{\"name\":\"kvm1\",\"address\":\"kvm1\",\"state\":\"ok\"},"
    "{\"name\":\"kvm2\",\"address\":\"kvm2\",\"state\":\"ok\"},{\"name\":\"w1\","
    "\"address\":\"w1\",\"state\":\"ok\"}],\"vms\":[{\"vm\":\"db-01\",\"uuid\":"
    "\"00000001-aaaa-4000-8000-000000000000\",\"host\":\"kvm1\",\"state\":"
    "\"running\",\"protection\":\"none\",\"vcpus\":4,\"memory\":8589934592,"
    "\"disk_bytes\":42949672960},{\"vm\":\"test-old\",\"uuid\":"
    "\"00000002-aaaa-4000-8000-000000000000\",\"host\":\"kvm2\",\"state\":"
    "\"shut off\",\"protection\":\"none\",\"vcpus\":1,\"memory\":1073741824,"
    "\"disk_bytes\":10737418240}]}";

static void
begin_first(struct ft_console *console)
{
    memset(&asked, 0, sizeof(asked));
    memset(&picture, 0, sizeof(picture));
    picture.pairs = json_array();
    picture.events = json_array();
    picture.jobs = json_array();
    picture.wall_ms = INT64_C(1795835568000);
    load_hosts(nothing);
    assert_int_equal(ft_console_open(console, &ops, &picture, true), 0);
}

static void
end_first(struct ft_console *console)
{
    ft_console_close(console);
    json_decref(picture.pairs);
    json_decref(picture.events);
    json_decref(picture.jobs);
    json_decref(picture.hosts);
    json_decref(picture.vms);
}

static void
tell_names(struct ft_console *console)
{
    FT_AUTOJSON json_t *document = json_loads(names, 0, NULL);

    ft_first_ended(console, FT_FIRST_NAMES, document, 0, "");
}

static void
tell_lines(struct ft_console *console)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(lines); i++)
        ft_first_line(console, lines[i]);
    ft_first_ended(console, FT_FIRST_LOOK, NULL, 0, "");
}

static void
tell_added(struct ft_console *console, const char *json, int status)
{
    FT_AUTOJSON json_t *document = json_loads(json, 0, NULL);

    ft_first_ended(console, FT_FIRST_ADD, document, status, "");
}

static void
test_enter_alone(void **state)
{
    struct ft_console console;

    (void)state;
    begin_first(&console);
    assert_string_equal(asked.command, "ftadmin discover --dry-run --json");
    compare(&console, "first-reading", 80, 24, true);
    tell_names(&console);
    compare(&console, "first-names", 80, 24, true);
    compare(&console, "first-names-ascii", 80, 24, false);
    compare(&console, "first-names-small", 41, 13, true);
    press(&console, "Enter");
    assert_string_equal(asked.command,
                        "ftadmin discover kvm1 kvm2 kvm3 w1 --follow --json");
    ft_first_line(&console, lines[1]);
    compare(&console, "first-asking", 80, 24, true);
    press(&console, "Enter"); /* somebody is asked still */
    assert_int_equal(asked.first, 2);
    tell_lines(&console);
    compare(&console, "first-looked", 80, 24, true);
    compare(&console, "first-looked-wide", 132, 43, true);
    press(&console, "Enter");
    assert_int_equal(asked.what, FT_FIRST_ADD);
    assert_string_equal(asked.command, "ftadmin host add kvm1 kvm2 w1 --json");
    json_array_append_new(
        picture.jobs,
        json_loads("{\"verb\":\"host add\",\"state\":\"running\","
                   "\"step_list\":[{\"text\":\"kvm1: install the engine, look "
                   "around\",\"state\":\"done\"},{\"text\":\"kvm2: install "
                   "the engine, look around\",\"state\":\"started\"},"
                   "{\"text\":\"w1: install the engine, look around\","
                   "\"state\":\"failed\"}]}",
                   0, NULL));
    compare(&console, "first-adding", 80, 24, true);
    tell_added(&console,
               "{\"hosts\":[{\"host\":\"kvm1\",\"result\":\"added\"},{\"host\":"
               "\"kvm2\",\"result\":\"added\"},{\"host\":\"w1\",\"result\":"
               "\"added\"}]}",
               0);
    load_hosts(added);
    ft_console_set_picture(&console, &picture);
    console.message[0] = '\0';
    compare(&console, "first-vms", 80, 24, true);
    press(&console, "Enter");
    assert_int_equal(asked.plans, 1);
    assert_string_equal(asked.plan,
                        "ftadmin protect 00000001-aaaa-4000-8000-000000000000 "
                        "--dry-run --json");
    assert_int_equal(asked.runs, 0);
    end_first(&console);
}

static void
test_a_key_is_trusted_as_it_was_shown(void **state)
{
    struct ft_console console;

    (void)state;
    begin_first(&console);
    tell_names(&console);
    press(&console, "Enter");
    tell_lines(&console);
    press(&console, "t"); /* kvm1: nothing to trust */
    assert_int_equal(asked.first, 2);
    press(&console, "Down Down Space"); /* not looked at: no mark */
    press(&console, "Up");
    compare(&console, "first-key", 80, 24, true);
    press(&console, "t");
    assert_string_equal(asked.command,
                        "ftadmin discover kvm3 --host-key 'ssh-ed25519 "
                        "SHA256:q1Zr0vXkS7mC2bTn4hYp9LdGwE8uJfA6iRxOsN3KtMc' "
                        "--follow --json");
    ft_first_line(&console, LOOKED("kvm3", "0", "1073741824"));
    ft_first_ended(&console, FT_FIRST_LOOK, NULL, 0, "");
    press(&console, "Enter");
    assert_string_equal(asked.command,
                        "ftadmin host add kvm1 kvm2 kvm3 w1 --json");
    end_first(&console);
}

static void
test_a_changed_key_is_not_offered(void **state)
{
    struct ft_console console;

    (void)state;
    begin_first(&console);
    tell_names(&console);
    press(&console, "Enter");
    ft_first_line(&console, "{\"row\":{\"name\":\"kvm1\",\"state\":\"failed\","
                            "\"reach\":\"key-changed\",\"error\":\"the host key "
                            "of kvm1 has changed\",\"hint\":\"Somebody may be "
                            "listening in.\",\"keys\":[\"a SHA256:b\"]}}");
    press(&console, "t");
    assert_int_equal(asked.first, 2);
    compare(&console, "first-key-changed", 80, 24, true);
    end_first(&console);
}

static void
test_marks_say_who_is_asked(void **state)
{
    struct ft_console console;

    (void)state;
    begin_first(&console);
    press(&console, "Enter"); /* nothing is known yet */
    assert_int_equal(asked.first, 1);
    tell_names(&console);
    press(&console, "Space Space Down Space Down Space Enter");
    assert_string_equal(asked.command,
                        "ftadmin discover kvm3 10.0.0.14 --follow --json");
    press(&console, "* Enter");
    assert_int_equal(asked.first, 2);
    end_first(&console);
}

static const char refused[] =
    "{\"row\":{\"name\":\"kvm3\",\"state\":\"failed\",\"reach\":"
    "\"login-refused\",\"error\":\"kvm3: nobody let anna in; tried public "
    "keys\",\"hint\":\"It takes: publickey, password.\"}}";

/* Nobody is asked for a password but where that was wished. */
static void
test_one_logs_in_with_a_password(void **state)
{
    struct ft_entry entry = { .text = "" };
    struct ft_login_wish wish = {
        .id = 7,
        .prompt = "Password of anna at 10.0.0.13: ",
        .command = "ftadmin discover kvm3 --follow --json",
        .entry = &entry,
    };
    struct ft_console console;

    (void)state;
    begin_first(&console);
    tell_names(&console);
    press(&console, "Enter");
    assert_false(asked.may_ask);
    tell_lines(&console);
    assert_int_equal(asked.first, 2);
    ft_first_line(&console, refused);
    press(&console, "Down Down");
    compare(&console, "first-login-refused", 80, 24, true);
    press(&console, "i Enter Enter"); /* as whom it was tried before */
    assert_true(asked.may_ask);
    assert_string_equal(asked.command, "ftadmin discover kvm3 --follow --json");
    assert_true(ft_login_open(&console, &wish));
    assert_false(ft_login_open(&console, &wish)); /* one at a time */
    press(&console, "Enter");                     /* nothing is typed yet */
    assert_int_equal(asked.answers, 0);
    type(&console, "q:s3same");
    compare(&console, "login", 80, 24, true);
    press(&console, "Tab Enter");
    assert_int_equal(asked.answers, 1);
    assert_int_equal(asked.answered, 7);
    assert_string_equal(asked.secret, "q:s3same");
    assert_true(asked.same);
    for (size_t i = 0; i < sizeof(entry.text); i++)
        assert_int_equal(entry.text[i], 0);
    assert_int_equal(json_array_size(console.history), 0);
    end_first(&console);
}

static void
test_nothing_is_sent_by_Esc(void **state)
{
    struct ft_entry entry = { .text = "" };
    struct ft_login_wish wish = { 8, "Password: ", "ftadmin host add kvm1",
                                  true, &entry };
    struct ft_key paste = { FT_KEY_PASTE, "of a keeper" };
    struct ft_console console;

    (void)state;
    begin_first(&console);
    press(&console, ":"); /* whoever types is not taken the line away */
    assert_false(ft_login_open(&console, &wish));
    press(&console, "Esc");
    assert_true(ft_login_open(&console, &wish));
    compare(&console, "login-again-ascii", 80, 24, false);
    ft_console_key(&console, &paste);
    assert_string_equal(entry.text, "of a keeper");
    press(&console, "Esc");
    assert_string_equal(asked.secret, "-");
    assert_int_equal(entry.length, 0);
    assert_true(ft_login_open(&console, &wish));
    type(&console, "x");
    ft_login_gone(&console, 8); /* who asked has ended */
    assert_int_equal(console.overlay, FT_OVERLAY_NONE);
    assert_int_equal(entry.length, 0);
    assert_int_equal(asked.answers, 1);
    end_first(&console);
}

static void
test_q_leaves_and_esc_shows_the_overview(void **state)
{
    struct ft_console console;

    (void)state;
    begin_first(&console);
    press(&console, "Esc");
    assert_false(console.leave);
    assert_int_equal(ft_console_page(&console)->view->id, FT_VIEW_OVERVIEW);
    press(&console, "A q");
    assert_true(console.leave);
    end_first(&console);
}

static void
test_what_was_not_added_can_be_tried_again(void **state)
{
    struct ft_console console;

    (void)state;
    begin_first(&console);
    tell_names(&console);
    press(&console, "Enter");
    tell_lines(&console);
    press(&console, "Enter");
    tell_added(&console,
               "{\"hosts\":[{\"host\":\"kvm1\",\"result\":\"failed\",\"error\":"
               "\"kvm1: there is no space left\"},{\"host\":\"kvm2\",\"result\":"
               "\"failed\",\"error\":\"no\"}]}",
               7);
    assert_false(console.overlay);
    compare(&console, "first-not-added", 80, 24, true);
    press(&console, "Enter"); /* not by itself */
    assert_int_equal(asked.first, 3);
    press(&console, "Space Enter");
    assert_string_equal(asked.command, "ftadmin host add kvm1 --json");
    end_first(&console);
}

static void
test_ranges_are_typed(void **state)
{
    struct ft_console console;

    (void)state;
    begin_first(&console);
    tell_names(&console);
    press(&console, "A");
    assert_int_equal(console.overlay, FT_OVERLAY_COMMAND);
    type(&console, "10.0.0.0/24 kvm2");
    press(&console, "Enter");
    assert_string_equal(asked.command,
                        "ftadmin discover 10.0.0.0/24 kvm2 --follow --json");
    ft_first_line(&console,
                  "{\"row\":{\"name\":\"10.0.0.77\",\"state\":\"answers\"}}");
    ft_first_line(&console, LOOKED("10.0.0.77", "1", "1"));
    ft_first_ended(&console, FT_FIRST_LOOK, NULL, 0, "");
    assert_int_equal(json_array_size(console.pages[1].rows), 7);
    end_first(&console);
}

static void
test_read_only_looks_and_changes_nothing(void **state)
{
    struct ft_console console;

    (void)state;
    begin_first(&console);
    console.readonly = true;
    tell_names(&console);
    press(&console, "Enter");
    tell_lines(&console);
    assert_int_equal(asked.first, 2);
    press(&console, "Enter Down Down t");
    assert_int_equal(asked.first, 2);
    end_first(&console);
}

/* Hosts are known: it is opened by A, and Esc goes back. */
static void
test_it_is_opened_by_A_too(void **state)
{
    struct ft_console console;

    (void)state;
    begin_first(&console);
    press(&console, "Esc");
    assert_int_equal(console.depth, 1);
    load_hosts(added);
    ft_console_set_picture(&console, &picture);
    press(&console, "A");
    assert_int_equal(ft_console_page(&console)->view->id, FT_VIEW_FIRST);
    assert_int_equal(asked.first, 1); /* the names are known */
    tell_names(&console);
    press(&console, "Enter"); /* those that are added are not asked */
    assert_string_equal(asked.command, "ftadmin discover kvm3 --follow --json");
    end_first(&console);
}

/* A host that is known tells of others, which are marked then. */
static void
test_neighbours_are_listed(void **state)
{
    struct ft_console console;

    (void)state;
    begin_first(&console);
    load_hosts(added);
    json_array_append_new(picture.pairs,
                          json_pack("{s:s,s:s,s:s}", "primary", "kvm2",
                                    "standby", "kvm9", "witness", "w9"));
    ft_console_set_picture(&console, &picture);
    tell_names(&console);
    press(&console, "Enter");
    assert_string_equal(asked.command, "ftadmin discover kvm3 kvm9 w9 --follow "
                                       "--json");
    end_first(&console);
}

/* Whatever comes, of whatever sort, at whatever time. */
static void
test_odd_answers(void **state)
{
    static const char *const odd[] = {
        "",
        "x",
        "[]",
        "{\"row\":3}",
        "{\"row\":{}}",
        "{\"row\":{\"name\":7,\"state\":[]}}",
        "{\"row\":{\"name\":\"kvm1\",\"state\":\"failed\",\"reach\":"
        "\"key-unknown\",\"keys\":{}}}",
        "{\"row\":{\"name\":\"\\u001b[2Jz\",\"state\":\"looked\",\"vm_names\":"
        "[3,null]}}",
    };
    struct ft_console console;

    (void)state;
    begin_first(&console);
    tell_names(&console);
    press(&console, "Enter");
    for (size_t i = 0; i < FT_ARRAY_SIZE(odd); i++) {
        FT_AUTOFREE char *text = NULL;

        ft_first_line(&console, odd[i]);
        press(&console, "t e Esc Down Space");
        text = drawn(&console, 80, 24, true);
        assert_null(strchr(text, 0x1b));
    }
    ft_first_ended(&console, FT_FIRST_LOOK, NULL, 130, "interrupted");
    for (int size = 1; size < 60; size++)
        free(drawn(&console, 2 * size, size, size & 1));
    end_first(&console);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enter_alone),
        cmocka_unit_test(test_a_key_is_trusted_as_it_was_shown),
        cmocka_unit_test(test_a_changed_key_is_not_offered),
        cmocka_unit_test(test_marks_say_who_is_asked),
        cmocka_unit_test(test_one_logs_in_with_a_password),
        cmocka_unit_test(test_nothing_is_sent_by_Esc),
        cmocka_unit_test(test_q_leaves_and_esc_shows_the_overview),
        cmocka_unit_test(test_what_was_not_added_can_be_tried_again),
        cmocka_unit_test(test_ranges_are_typed),
        cmocka_unit_test(test_read_only_looks_and_changes_nothing),
        cmocka_unit_test(test_it_is_opened_by_A_too),
        cmocka_unit_test(test_neighbours_are_listed),
        cmocka_unit_test(test_odd_answers),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
