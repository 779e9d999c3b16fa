/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a key does is what the command of the last row would do, for everything
 * that can be done (ui/tui/deeds.c): the program's own parser takes both, they
 * differ by nothing but a VM's name for its UUID, and the ':' line runs it.
 */
#include "config.h"

#include "../tui/fixture.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/parse.h"
#include "pair/ownership.h"
#include "ui/tui/deeds.h"
#include "ui/tui/page.h"

/* ---- two commands ---- */

static void
split(const char *text, struct ft_words *words)
{
    assert_int_equal(strncmp(text, "ftadmin ", 8), 0);
    assert_int_equal(ft_words_split(text + 8, words), 0);
}

/* That it needs no terminal, and prints for a program, is of the console. */
static bool
is_of_console(const char *word)
{
    return !strcmp(word, "--yes") || !strcmp(word, "--json");
}

static void
drop_ours(struct ft_words *words)
{
    size_t used = 0;

    for (size_t i = 0; i < words->count; i++)
        if (!is_of_console(words->list[i]))
            memmove(words->list[used++], words->list[i], FT_WORD_SIZE);
    words->count = used;
}

/* By the program's own parser. */
static const struct ft_command *
parsed(const struct ft_words *words)
{
    char *argv[FT_WORDS_MAX + 2] = { (char[]){ "ftadmin" } }, **rest = argv;
    struct ft_cli cli = { .commands = ft_commands, .messages = stderr };
    struct ft_words copy = *words;
    int argc = 1;

    for (size_t i = 0; i < copy.count; i++)
        argv[argc++] = copy.list[i];
    assert_int_equal(ft_cli_parse(&cli, &argc, &rest), FT_EXIT_OK);
    assert_non_null(cli.command);
    return cli.command;
}

static void
assert_same(const char *shown, const char *run, const json_t *row,
            const struct ft_deed *deed)
{
    const struct ft_command *command;
    struct ft_words a, b;

    split(shown, &a);
    split(run, &b);
    command = parsed(&a);
    assert_ptr_equal(parsed(&b), command);
    assert_int_equal(strncmp(deed->command, command->name,
                             strlen(command->name)),
                     0);
    drop_ours(&a);
    drop_ours(&b);
    assert_int_equal(a.count, b.count);
    for (size_t i = 0; i < a.count; i++)
        if (strcmp(a.list[i], b.list[i]) != 0) {
            assert_string_equal(a.list[i], ft_row_name(row));
            assert_string_equal(b.list[i], ft_json_string(row, "uuid", "?"));
        }
}

/* ---- the screen ---- */

/* The command of the last row. */
static void
last_row(struct ft_console *console, char *out, size_t size)
{
    FT_AUTOFREE char *text = drawn(console, 300, 24, true);
    const char *at = strstr(text, "$ ftadmin "), *behind;

    if (!at)
        fail_msg("no command in the last row:\n%s", text);
    behind = strstr(at, "   ");
    behind = behind && behind < strchr(at, '\n') ? behind : strchr(at, '\n');
    snprintf(out, size, "%.*s", (int)(behind - at - 2), at + 2);
}

/* A row of this page that the deed can be done to; NULL. */
static const json_t *
possible_row(struct ft_console *console, const struct ft_deed *deed)
{
    struct ft_page *page = ft_console_page(console);
    const char *why = "";
    json_t *row;
    size_t index;

    json_array_foreach(page->rows, index, row)
        if (deed->possible(row, &why)) {
            ft_page_move(console, page, (long)index - (long)page->list.position);
            return ft_console_row(console);
        }
    return NULL;
}

static void
answer_plan(struct ft_console *console, const char *vm)
{
    FT_AUTOJSON json_t *plan =
        json_pack("{s:s,s:s,s:s,s:[{s:s}],s:[],s:[]}", "vm", vm, "standby",
                  "kvm1", "witness", "w1", "steps", "description",
                  "make the copy", "checks", "candidates");

    ft_console_answer(console, asked.ticket, plan, 0, "");
}

static void
type_line(struct ft_console *console, const char *text)
{
    press(console, ":");
    type(console, text + strlen("ftadmin "));
    press(console, "Enter");
}

static void
do_it(struct ft_console *console, const struct ft_deed *deed, const json_t *row)
{
    char key[2] = { deed->letter, 0 }, shown[512], run[4096];
    const char *name = ft_row_name(row);
    unsigned runs;

    press(console, "a");
    if (deed->letter == 'f' && !deed->host) { /* a form, as it is filled in */
        struct ft_words words;

        ft_deed_words(deed, row, true, &words);
        ft_words_text(&words, shown, sizeof(shown));
        press(console, key);
        assert_int_equal(console->overlay, FT_OVERLAY_BACKUP);
        press(console, "Up Enter");
    } else if (deed->care != FT_DEED_HARMLESS) {
        press(console, key);
        assert_int_equal(console->overlay, FT_OVERLAY_QUESTION);
        ft_words_text(&console->question.shown, shown, sizeof(shown));
        assert_non_null(strstr(shown, name));
        if (deed->care == FT_DEED_SEVERE)
            type(console, name);
        else
            press(console, "Tab");
        press(console, "Enter");
    } else if (deed->letter == 'p') {
        press(console, key);
        answer_plan(console, name);
        press(console, "5");
        last_row(console, shown, sizeof(shown));
        press(console, "Enter Esc");
    } else {
        struct ft_words words;

        ft_deed_words(deed, row, true, &words);
        ft_words_text(&words, shown, sizeof(shown));
        press(console, key);
    }
    assert_int_equal(console->overlay, FT_OVERLAY_NONE);
    snprintf(run, sizeof(run), "%s", asked.command);
    assert_same(shown, run, row, deed);
    type_line(console, shown); /* as it is shown */
    if (deed->letter == 'p') {
        assert_int_equal(ft_console_page(console)->view->id, FT_VIEW_SHEET);
        return;
    }
    assert_string_equal(asked.command, shown);
    if (!strstr(shown, " --yes"))
        return;
    *strstr(shown, " --yes") = '\0'; /* nobody answers it there: it asks */
    runs = asked.runs;
    type_line(console, shown);
    assert_int_equal(asked.runs, runs);
    assert_int_equal(console->overlay, FT_OVERLAY_QUESTION);
    assert_ptr_equal(console->question.deed, deed);
    press(console, "Esc");
}

/* Somewhere among the pictures it is possible. */
static bool
try_in(const char *picture_name, enum ft_ownership_reason reason,
       const struct ft_deed *deed)
{
    struct ft_console console;
    struct ft_picture picture;
    const json_t *row;
    bool done;

    begin(&console, &picture, picture_name);
    if (reason) {
        json_t *pair = json_array_get(picture.pairs, 0);

        json_object_set_new(pair, "heard",
                            json_boolean(reason != FT_REASON_STARTING));
        json_object_set_new(pair, "state", json_string("unprotected"));
        json_object_set_new(pair, "reason",
                            json_string(ft_ownership_reason_text(reason)));
        json_object_set_new(pair, "pending",
                            json_pack("{s:s,s:s,s:s}", "verb", "protect",
                                      "resume", "ftadmin resume db-01",
                                      "rollback", "ftadmin rollback db-01"));
        json_object_set_new(json_array_get(picture.hosts, 0), "maintenance_s",
                            json_real(60));
        ft_console_set_picture(&console, &picture);
    }
    press(&console, deed->host ? "2" : "1");
    row = possible_row(&console, deed);
    done = row != NULL;
    if (done)
        do_it(&console, deed, row);
    end(&console, &picture);
    return done;
}

static void
test_all_that_can_be_done(void **state)
{
    (void)state;
    assert_true(ft_deed_count >= 8);
    for (size_t i = 0; i < ft_deed_count; i++)
        if (!try_in("calm", FT_REASON_NONE, &ft_deeds[i]) &&
            !try_in("trouble", FT_REASON_NONE, &ft_deeds[i]) &&
            !try_in("calm", FT_REASON_VM_OFF, &ft_deeds[i]) &&
            !try_in("calm", FT_REASON_STARTING, &ft_deeds[i]) &&
            !try_in("calm", FT_REASON_PEER_NEWER, &ft_deeds[i]) &&
            !try_in("calm", FT_REASON_NO_TAKEOVER, &ft_deeds[i]))
            fail_msg("no picture in which to %s", ft_deeds[i].title);
}

static bool
is_possible(char letter, const json_t *row)
{
    const char *why = NULL;

    return ft_deed_by_letter(false, letter)->possible(row, &why);
}

/*
 * The host that had the VM is silent and so is the witness: the copy is all that
 * answers. It may be told to run; that it be destroyed takes force.
 */
static void
test_only_the_copy_answers(void **state)
{
    FT_AUTOJSON json_t *row =
        json_pack("{s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:[{s:s,s:f}]}", "vm", "vm1",
                  "pair", "p", "primary", "h2", "standby", "h1", "heard", 1,
                  "state", "failed", "reason",
                  ft_ownership_reason_text(FT_REASON_WAITING_WITNESS), "sides",
                  "host", "h1", "age_s", 0.1);

    (void)state;
    assert_non_null(row);
    assert_true(is_possible('C', row));
    assert_false(is_possible('u', row));
    assert_true(is_possible('U', row));
    json_array_append_new(json_object_get(row, "sides"),
                          json_pack("{s:s,s:f}", "host", "h2", "age_s", 60.0));
    assert_false(is_possible('u', row)); /* what it said is old */
    json_object_set_new(json_array_get(json_object_get(row, "sides"), 1),
                        "age_s", json_real(0.1));
    assert_true(is_possible('u', row));
    assert_false(is_possible('U', row));
    json_object_set_new(row, "state", json_string("syncing"));
    assert_false(is_possible('C', row)); /* the first copy waits for w1 */
}

/* Of a page: the command that shows the same is one that the parser takes. */
static void
test_what_a_page_says_of_itself(void **state)
{
    static const char *const keys[] = { "1",     "2",       "3",       "5",
                                        "Enter", "2 Enter", "5 Enter", "x",
                                        "1 4",   "T" };
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(keys); i++) {
        struct ft_console console;
        struct ft_picture picture;
        struct ft_words words;
        char shown[512];

        begin(&console, &picture, "calm");
        press(&console, keys[i]);
        last_row(&console, shown, sizeof(shown));
        split(shown, &words);
        parsed(&words);
        assert_false(ft_words_change(&words)); /* Enter only shows */
        end(&console, &picture);
    }
}

/* What a console that may change nothing lets through. */
static void
test_what_changes(void **state)
{
    static const struct {
        const char *line;
        bool changes;
    } cases[] = {
        { "host diff h1 h2", false },
        { "host show h1 --history", false },
        { "checks", false },
        { "waivers vm1", false },
        { "rule list", false },
        { "facts export", false },
        { "estimate vm1", false },
        { "check vm1", false },
        { "protect vm1 --dry-run", false },
        { "check vm1 --fix", true },
        { "check vm1 --undo-fix", true },
        { "facts import f.json", true },
        { "rule remove 1", true },
        { "rule add apart a b", true },
        { "waive vm1 standby.time --end", true },
        { "backup vm1 --output .", true },
        { "rehearse vm1", true },
        { "resume", true },
        { "rollback vm1", true },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_words words;

        assert_int_equal(ft_words_split(cases[i].line, &words), 0);
        if (ft_words_change(&words) != cases[i].changes)
            fail_msg("%s", cases[i].line);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_changes),
        cmocka_unit_test(test_all_that_can_be_done),
        cmocka_unit_test(test_only_the_copy_answers),
        cmocka_unit_test(test_what_a_page_says_of_itself),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
