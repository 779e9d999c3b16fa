/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ':' line of the console: completion by the program's own tables. */
#include "config.h"

#include "../tui/fixture.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/commands.h"
#include "ui/cli/complete.h"

static void
op_complete(void *data, const struct ft_words *before, const char *part,
            struct ft_completion *completion)
{
    (void)data;
    ft_cli_complete(ft_commands, before, part, completion);
}

static void
begin_line(struct ft_console *console, struct ft_picture *picture)
{
    begin(console, picture, "calm");
    console->ops.complete = op_complete;
    press(console, ":");
}

/* The line after this was typed and Tab pressed, from an empty one. */
static const char *
tab(struct ft_console *console, const char *text)
{
    press(console, "Esc :");
    type(console, text);
    press(console, "^I");
    return console->entry.text;
}

static bool
offers(const struct ft_console *console, const char *word)
{
    for (size_t i = 0; i < console->completion.count; i++)
        if (!strcmp(console->completion.list[i].word, word))
            return true;
    return false;
}

static void
test_words_of_the_table(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin_line(&console, &picture);
    assert_string_equal(tab(&console, "prot"), "protect ");
    assert_string_equal(tab(&console, "ftadmin unp"), "ftadmin unprotect ");
    assert_string_equal(tab(&console, "host a"), "host add ");
    assert_string_equal(tab(&console, "jobs st"), "jobs stop ");
    assert_string_equal(tab(&console, "protect --st"), "protect --standby ");
    assert_string_equal(tab(&console, "protect --ye"), "protect --yes ");
    assert_string_equal(tab(&console, "nothing-like-it"), "nothing-like-it");
    assert_string_equal(tab(&console, "status 'un"), "status 'un");
    tab(&console, "host ");
    assert_true(offers(&console, "add") && offers(&console, "remove"));
    tab(&console, "");
    assert_true(offers(&console, "host") && offers(&console, "overview"));
    assert_false(offers(&console, "host add"));
    end(&console, &picture);
}

static void
test_names_of_the_picture(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin_line(&console, &picture);
    assert_string_equal(tab(&console, "switchover er"), "switchover erp-prod ");
    assert_string_equal(tab(&console, "protect build --standby w"),
                        "protect build --standby w1 ");
    assert_string_equal(tab(&console, "protect build -w no"),
                        "protect build -w none ");
    assert_string_equal(tab(&console, "status --if-lost kvm2 x"),
                        "status --if-lost kvm2 x");
    /* there is one VM already */
    assert_string_equal(tab(&console, "unprotect build er"),
                        "unprotect build er");
    assert_string_equal(tab(&console, "protect build er"),
                        "protect build erp-prod ");
    json_object_set_new(json_array_get(picture.vms, 0), "vm",
                        json_string("my vm"));
    assert_string_equal(tab(&console, "protect my"), "protect 'my vm' ");
    end(&console, &picture);
}

static void
test_one_of_several_is_chosen(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin_line(&console, &picture);
    assert_string_equal(tab(&console, "protect build --standby k"),
                        "protect build --standby kvm");
    press(&console, "^I ^I");
    assert_string_equal(console.entry.text, "protect build --standby kvm2");
    compare(&console, "command-completed", 80, 24, true);
    press(&console, "S-Tab S-Tab");
    assert_string_equal(console.entry.text, "protect build --standby kvm3");
    type(&console, " --witness w");
    assert_int_equal(console.completion.count, 0);
    press(&console, "^I Enter");
    assert_string_equal(asked.command, "ftadmin protect build --standby kvm3 "
                                       "--witness w1");
    end(&console, &picture);
}

static void
test_what_is_not_remembered(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin_line(&console, &picture);
    type(&console, "status");
    press(&console, "Enter :");
    type(&console, "status"); /* the same again */
    press(&console, "Enter :");
    type(&console, " events"); /* with a blank before it */
    press(&console, "Enter :");
    assert_int_equal(json_array_size(console.history), 1);
    assert_int_equal(asked.runs, 3);
    for (int i = 0; i < FT_TYPED_MAX + 20; i++) {
        press(&console, "Esc :");
        type(&console, i % 2 ? "status" : "vm list");
        press(&console, "Enter");
    }
    assert_int_equal(json_array_size(console.history), FT_TYPED_MAX);
    end(&console, &picture);
}

/* Whatever stands in the line, at every size. */
static void
test_any_line(void **state)
{
    static const char *const words[] = { "host",    "add", "--",   "-w",
                                         "protect", "'",   "\xff", "--json",
                                         "kvm1",    "=",   "-",    "jobs",
                                         "show",    "help" };
    struct ft_console console;
    struct ft_picture picture;
    unsigned seed = 15;

    (void)state;
    begin_line(&console, &picture);
    for (int i = 0; i < 3000; i++) {
        unsigned r = (unsigned)rand_r(&seed);

        if (r % 5 == 0)
            press(&console, "Esc :");
        type(&console, words[r / 5 % FT_ARRAY_SIZE(words)]);
        if (r % 3)
            type(&console, " ");
        press(&console, r % 2 ? "^I" : "S-Tab");
        free(drawn(&console, 1 + (int)(r / 7 % 120), 1 + (int)(r / 11 % 40),
                   r & 1));
    }
    end(&console, &picture);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_the_table),
        cmocka_unit_test(test_names_of_the_picture),
        cmocka_unit_test(test_one_of_several_is_chosen),
        cmocka_unit_test(test_what_is_not_remembered),
        cmocka_unit_test(test_any_line),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
