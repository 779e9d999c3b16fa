/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the console is liked for must stay so: no green without an age, an act
 * goes to what was asked about, shapes before colours, Enter is safe, and what
 * is off the screen is said. (The others: one axis in test-past, the sentences
 * in unit/model/test-verdict, silent hosts in tui/test-silent, commands and a
 * killed console in lab/test-keys.sh, Enter alone in lab/test-first-start.sh.)
 */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "fixture.h"
#include "ui/model/pair-rows.h"

/* ---- no green without an age ---- */

static bool
has_word(const char *text, const char *word)
{
    static const char ends[] = " \n.,:;()[]";
    size_t length = strlen(word);

    for (const char *at = text; (at = strstr(at, word)); at += length)
        if ((at == text || strchr(ends, at[-1])) && strchr(ends, at[length]))
            return true;
    return false;
}

/* All that is known, as it is 10 s after the last word of any host. */
static void
freeze(struct ft_picture *p)
{
    json_t *row;
    size_t index;

    json_array_foreach(p->pairs, index, row) {
        json_object_set_new(row, "heard", json_false());
        json_object_set_new(row, "age_s", json_real(10));
        json_object_set_new(row, "primary_live", json_false());
        json_object_set_new(row, "standby_live", json_false());
        json_object_set_new(row, "witness_live", json_false());
        ft_pair_row_judge(row);
    }
    json_array_foreach(p->hosts, index, row) {
        json_object_set_new(row, "state", json_string("stale"));
        json_object_set_new(row, "age_s", json_real(10));
    }
    ft_picture_sum(p); /* all is from the database, 10 s old */
}

static void
test_no_green_without_an_age(void **state)
{
    static const char *const pages[] = { "", "Enter", "2", "2 Enter", "x", "5" };
    static const char *const green[] = { "OK", "yes", "live", "\u2713" };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(pages); i++) {
        FT_AUTOFREE char *text = NULL;
        struct ft_console console;
        struct ft_picture picture;

        begin(&console, &picture, "calm");
        freeze(&picture);
        ft_console_set_picture(&console, &picture);
        press(&console, pages[i]);
        text = drawn(&console, 132, 43, true);
        for (size_t k = 0; k < FT_ARRAY_SIZE(green); k++)
            if (has_word(text, green[k]))
                fail_msg("\"%s\" on the page of \"%s\":\n%s", green[k],
                         pages[i], text);
        end(&console, &picture);
    }
}

/* ---- the selection is a VM ---- */

static void
test_an_act_goes_to_what_was_asked_about(void **state)
{
    static const char *const pictures[] = { "calm", "trouble", "mixed" };
    static const int widths[] = { 80, 132, 41, 100 };
    struct ft_picture others[3];
    unsigned done = 0;

    (void)state;
    srandom(1);
    for (size_t i = 0; i < FT_ARRAY_SIZE(pictures); i++)
        load(pictures[i], &others[i]);
    for (int round = 0; round < 300; round++) {
        struct ft_console console;
        struct ft_picture picture;
        char subject[FT_IDENTITY];
        unsigned before;

        begin(&console, &picture, "calm");
        for (long i = random() % 8; i > 0; i--)
            press(&console, "Down");
        press(&console, "a s");
        memcpy(subject, console.question.subject, sizeof(subject));
        for (int i = 0; i < 5 && console.overlay == FT_OVERLAY_QUESTION; i++) {
            FT_AUTOFREE char *text = drawn(&console, widths[random() % 4],
                                           13 + (int)(random() % 30), true);

            assert_non_null(text);
            ft_console_set_picture(&console, &others[random() % 3]);
            assert_string_equal(console.question.subject, subject);
        }
        before = asked.runs;
        if (console.overlay == FT_OVERLAY_QUESTION)
            press(&console, "Tab Enter");
        if (asked.runs > before) {
            done++;
            assert_non_null(strstr(asked.command, subject));
        }
        ft_console_set_picture(&console, &picture);
        end(&console, &picture);
    }
    for (size_t i = 0; i < FT_ARRAY_SIZE(pictures); i++)
        unload(&others[i]);
    assert_true(done > 20);
}

/* ---- shape before colour ---- */

/* The line of this VM in the list. */
static void
line_of(const char *text, const char *vm, char *out, size_t size)
{
    const char *list = strstr(text, "\n VM "); /* its head */
    const char *begin = list ? strstr(list, vm) : NULL;

    if (!begin) {
        fail_msg("%s is not on the screen:\n%s", vm, text);
        return;
    }
    while (begin > text && begin[-1] != '\n')
        begin--;
    snprintf(out, size, "%.*s", (int)strcspn(begin, "\n"), begin);
}

static void
test_shape_before_colour(void **state)
{
    (void)state;
    for (int utf8 = 0; utf8 < 2; utf8++)
        for (int i = 0; i < 3; i++) {
            static const char *const pictures[] = { "calm", "trouble", "mixed" };
            FT_AUTOFREE char *text = NULL;
            struct ft_console console;
            struct ft_picture picture;
            const json_t *row;
            size_t index;

            begin(&console, &picture, pictures[i]);
            console.utf8 = utf8;
            text = drawn(&console, 132, 43, utf8);
            json_array_foreach(picture.pairs, index, row) {
                const char *vm = ft_json_string(row, "vm", "");
                char line[1024];

                if (strchr(vm, '\033') || (vm[0] & 0x80))
                    continue;
                line_of(text, vm, line, sizeof(line));
                assert_non_null(
                    strstr(line, ft_json_string(row, "standing", "?")));
            }
            end(&console, &picture);
        }
}

/* ---- Enter is safe ---- */

static bool
enter_says_so(struct ft_console *console)
{
    FT_AUTOFREE char *text = drawn(console, 132, 43, true);
    const char *keys = text;

    for (int line = 0; line < 41; line++) /* the last but one */
        keys = strchr(keys, '\n') + 1;
    return !strncmp(keys, " Enter apply", 12) ||
           !strncmp(keys, " Enter add", 10);
}

static void
test_enter_changes_nothing_unless_it_says_so(void **state)
{
    static const char *const keys[] = {
        "Down", "Up", "1", "2", "3", "5", "x", "a", "Esc", "p", "o",
        "!",    "V",  "f", "i", "H", "e", "?", "{", "}",   "G", "g",
    };
    static const char *const pictures[] = { "calm", "trouble", "mixed",
                                            "empty" };

    (void)state;
    srandom(2);
    for (int round = 0; round < 200; round++) {
        struct ft_console console;
        struct ft_picture picture;

        begin(&console, &picture, pictures[round % 4]);
        for (int i = 0; i < 30; i++) {
            unsigned before;
            bool says;

            press(&console, keys[(size_t)random() % FT_ARRAY_SIZE(keys)]);
            says = enter_says_so(&console);
            before = asked.runs;
            asked.shown = true;
            press(&console, "Enter");
            /* what is only shown changes nothing: status, jobs show */
            if (asked.runs > before && !asked.shown && !says &&
                !strstr(asked.command, "host add "))
                fail_msg("Enter began %s", asked.command);
        }
        end(&console, &picture);
    }
}

/* ---- what is off the screen ---- */

static void
test_what_is_below_is_said(void **state)
{
    FT_AUTOFREE char *text = NULL;
    struct ft_console console;
    struct ft_picture picture;
    json_t *one;

    (void)state;
    begin(&console, &picture, "calm");
    one = json_deep_copy(json_array_get(picture.pairs, 0));
    for (int i = 0; i < 200; i++) {
        json_t *row = json_deep_copy(one);
        char name[16], uuid[48];

        snprintf(name, sizeof(name), "web-%03d", i);
        snprintf(uuid, sizeof(uuid), "bbbbbbbb-0000-4000-8000-%012d", i);
        json_object_set_new(row, "vm", json_string(name));
        json_object_set_new(row, "uuid", json_string(uuid));
        json_object_set_new(row, "pair", json_string(uuid));
        if (i == 117) {
            json_object_set_new(row, "state", json_string("alone"));
            json_object_set_new(row, "standing", json_string("alone"));
            json_object_set_new(row, "reason",
                                json_string("the other host is not reachable"));
            ft_pair_row_judge(row);
        }
        json_array_append_new(picture.pairs, row);
    }
    json_decref(one);
    ft_console_set_picture(&console, &picture);
    press(&console, "o"); /* by the first column */
    text = drawn(&console, 80, 24, true);
    if (!strstr(text, "1 of them not well: web-117 first"))
        fail_msg("%s", text);
    end(&console, &picture);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_green_without_an_age),
        cmocka_unit_test(test_an_act_goes_to_what_was_asked_about),
        cmocka_unit_test(test_shape_before_colour),
        cmocka_unit_test(test_enter_changes_nothing_unless_it_says_so),
        cmocka_unit_test(test_what_is_below_is_said),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
