/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The linear console: whole conversations, with what was typed where a terminal
 * would show it, compared with screens/linear-NAME.txt; its questions are as
 * strict as the screen's; and news come no faster than they can be heard.
 */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "ui/tui/linear.h"
#include "ui/tui/login.h"
#include "ui/tui/pages.h"

struct session {
    struct ft_console console;
    struct ft_picture picture;
    struct ft_linear linear;
    FILE *out;
    char *text;
    size_t size, from;
};

static void
open_session(struct session *s, const char *picture)
{
    memset(s, 0, sizeof(*s));
    begin(&s->console, &s->picture, picture);
    strcpy(s->console.left_at, "2026-11-28T03:10:10Z");
    s->out = open_memstream(&s->text, &s->size);
    assert_non_null(s->out);
    ft_linear_begin(&s->linear, &s->console, s->out, 0);
}

static void
say(struct session *s, const char *line)
{
    fprintf(s->out, "%s\n", line);
    ft_linear_take(&s->linear, line);
}

/* What was told up to now. */
static const char *
told(struct session *s)
{
    fflush(s->out);
    return s->text + s->from;
}

/* Only what comes from now on. */
static void
forget(struct session *s)
{
    fflush(s->out);
    s->from = s->size;
}

static void
close_session(struct session *s)
{
    ft_linear_end(&s->linear);
    fclose(s->out);
    free(s->text);
    end(&s->console, &s->picture);
}

/* No escape sequence, no control character, no drawing, whatever is told. */
static void
assert_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 && *text != '\n')
            fail_msg("byte %02x is told", (unsigned char)*text);
        else if (!strncmp(text, "\xe2\x94", 2) || !strncmp(text, "\xe2\x95", 2))
            fail_msg("a frame is told: %.40s", text);
}

static const struct {
    const char *name, *picture;
    const char *lines[12];
} conversations[] = {
    { "linear-calm", "calm", { "db-01", "b", "hosts", "2", "b", "q" } },
    { "linear-trouble", "trouble", { "1", "a", "", "events", "jobs", "q" } },
    { "linear-hostile", "mixed", { "what if", "q" } },
    { "linear-switchover", "calm", { "j", "a", "s", "yes", "q" } },
    { "linear-severe", "calm", { "a", "u", "db-02", "a", "u", "db-01", "q" } },
    { "linear-film", "calm", { "events", "12", "takeover", "]", "q" } },
    { "linear-empty", "empty", { "overview", "status", "q" } },
};

static void
test_conversations(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(conversations); i++) {
        struct session s;

        open_session(&s, conversations[i].picture);
        for (size_t k = 0; conversations[i].lines[k]; k++)
            say(&s, conversations[i].lines[k]);
        assert_true(s.console.leave);
        assert_plain(told(&s));
        compare_text(conversations[i].name, told(&s));
        close_session(&s);
    }
}

/* ---- questions ---- */

static void
test_only_a_written_yes_does_it(void **state)
{
    static const char *const others[] = { "",        "y",      "Y",  "no",
                                          "ye",      "s",      "1",  " yes",
                                          "yes yes", "yesyes", "\t", "\033[A" };
    struct session s;

    (void)state;
    open_session(&s, "calm");
    for (size_t i = 0; i < FT_ARRAY_SIZE(others); i++) {
        say(&s, "a");
        say(&s, "s");
        assert_true(ft_linear_asks(&s.linear));
        say(&s, others[i]);
        if (asked.runs)
            fail_msg("\"%s\" was a yes", others[i]);
        while (s.console.overlay != FT_OVERLAY_NONE)
            say(&s, "");
    }
    say(&s, "a");
    say(&s, "s");
    say(&s, "yes");
    assert_int_equal(asked.runs, 1);
    assert_string_equal(
        asked.command,
        "ftadmin switchover 00000001-aaaa-4000-8000-000000000000 --yes");
    close_session(&s);
}

static void
test_the_severe_want_the_name(void **state)
{
    static const char *const others[] = { "", "yes", "db-0", "db-011", "DB-01" };
    struct session s;

    (void)state;
    open_session(&s, "calm");
    for (size_t i = 0; i < FT_ARRAY_SIZE(others); i++) {
        say(&s, "a");
        say(&s, "u");
        say(&s, others[i]);
        assert_int_equal(asked.runs, 0);
        assert_int_equal(s.console.overlay, FT_OVERLAY_NONE);
    }
    say(&s, "a");
    say(&s, "u");
    say(&s, "db-01");
    assert_int_equal(asked.runs, 1);
    close_session(&s);
}

static void
test_read_only(void **state)
{
    struct session s;

    (void)state;
    open_session(&s, "calm");
    s.console.readonly = true;
    say(&s, "a");
    say(&s, "s");
    say(&s, "yes");
    say(&s, "unprotect db-01 --yes");
    say(&s, ":protect build --yes");
    say(&s, "build");
    say(&s, "protect");
    assert_int_equal(asked.runs, 0);
    assert_int_equal(asked.plans, 0);
    close_session(&s);
}

static void
test_a_secret(void **state)
{
    struct ft_entry entry = { .typed_only = false };
    struct ft_login_wish wish = { 9, "Password for root@kvm1:",
                                  "ftadmin host add kvm1", false, &entry };
    struct session s;

    (void)state;
    open_session(&s, "calm");
    assert_true(ft_login_open(&s.console, &wish));
    forget(&s);
    ft_linear_news(&s.linear, 1); /* at once */
    assert_true(ft_linear_asks_secret(&s.linear));
    assert_true(ft_linear_asks(&s.linear));
    assert_non_null(strstr(told(&s), "ftadmin host add kvm1 asks: Password for "
                                     "root@kvm1:\n"));
    ft_linear_take(&s.linear, "two  words");
    assert_false(ft_linear_asks_secret(&s.linear));
    assert_int_equal(asked.answered, 9);
    assert_string_equal(asked.secret, "two  words");
    assert_null(strstr(told(&s), "two"));
    assert_true(ft_login_open(&s.console, &wish));
    ft_linear_news(&s.linear, 2);
    ft_linear_take(&s.linear, "");
    assert_string_equal(asked.secret, "-");
    assert_non_null(strstr(told(&s), "nothing was sent"));
    close_session(&s);
}

/* ---- the sheet, as questions ---- */

static const char plan[] =
    "{\"schema\":1,\"vm\":\"build\",\"primary\":\"kvm3\",\"standby\":\"kvm1\","
    "\"witness\":\"w1\",\"standby_memory_bytes\":8000000000,\"steps\":[{"
    "\"description\":\"kvm3: make sure that the engine is installed\"},{"
    "\"description\":\"copy 40.0 GiB of disks and 8.0 GiB of memory\"}],"
    "\"checks\":[{\"verdict\":\"pass\",\"id\":\"vm.running\"},{\"verdict\":"
    "\"warn\",\"id\":\"vm.kvm\",\"evidence\":\"not proven on KVM.\","
    "\"remedy\":\"Verify it once it is protected.\"}],\"candidates\":[{\"host\":"
    "\"kvm1\",\"verdict\":\"pass\",\"reason\":\"most memory would be left\","
    "\"memory_available_bytes\":60000000000},{\"host\":\"kvm2\",\"verdict\":"
    "\"warn\",\"reason\":\"less memory\"},{\"host\":\"kvm4\",\"verdict\":\"fail\","
    "\"reason\":\"it has not enough memory\"}]}";

/* Enter alone is a good setup; a number is a choice; yes is written out. */
static void
test_the_sheet_asks(void **state)
{
    static const char *const said[] = { "3", "2",       "",  "",    "",
                                        "",  "standby", "9", "plan" };
    FT_AUTOJSON json_t *document = json_loads(plan, 0, NULL);
    struct session s;

    (void)state;
    assert_non_null(document);
    open_session(&s, "calm");
    say(&s, "build");
    forget(&s);
    say(&s, "protect");
    ft_console_answer(&s.console, asked.ticket, document, 0, "");
    ft_linear_news(&s.linear, 60000);
    for (size_t i = 0; i < FT_ARRAY_SIZE(said); i++) {
        unsigned ticket = asked.ticket;

        say(&s, said[i]);
        if (asked.ticket != ticket) { /* planned anew */
            json_object_set_new(document, "standby", json_string("kvm2"));
            ft_console_answer(&s.console, asked.ticket, document, 0, "");
            ft_linear_news(&s.linear, 120000);
        }
    }
    assert_int_equal(asked.plans, 2);
    assert_non_null(strstr(asked.plan, "--standby kvm2 --dry-run"));
    say(&s, ""); /* no yes */
    assert_int_equal(asked.plans, 2);
    say(&s, "yes");
    assert_non_null(strstr(asked.plan, "--standby kvm2 --yes --json"));
    compare_text("linear-sheet", told(&s));
    close_session(&s);
}

/* ---- pasted ---- */

static void
test_what_is_pasted_answers_no_question(void **state)
{
    struct session s;

    (void)state;
    open_session(&s, "calm");
    say(&s, "a");
    say(&s, "s");
    assert_int_equal(s.console.overlay, FT_OVERLAY_QUESTION);
    say(&s, "\033[200~yes\033[201~");
    assert_int_equal(asked.runs, 0);
    assert_int_equal(s.console.overlay, FT_OVERLAY_QUESTION);
    ft_linear_refuse(&s.linear); /* several lines at once */
    assert_int_equal(s.console.overlay, FT_OVERLAY_QUESTION);
    say(&s, "yes");
    assert_int_equal(asked.runs, 1);
    forget(&s);
    say(&s, "\033[200~hosts\033[201~"); /* a line is a line */
    assert_non_null(strstr(told(&s), "1  kvm1:"));
    close_session(&s);
}

/* ---- how much, and how often ---- */

static unsigned
lines_of(const char *text)
{
    unsigned lines = 0;

    for (; (text = strchr(text, '\n')); text++)
        lines++;
    return lines;
}

static void
test_a_long_text_comes_in_parts(void **state)
{
    FT_AUTOFREE char *text = malloc(100 * 10 + 1);
    struct session s;

    (void)state;
    for (int i = 0; i < 100; i++)
        snprintf(text + i * 10, 11, "line %04d\n", i);
    open_session(&s, "calm");
    forget(&s);
    ft_console_show_text(&s.console, "a command", FT_STEAL(text));
    ft_linear_news(&s.linear, 1);
    assert_int_equal(lines_of(told(&s)), FT_LINEAR_PART + 2);
    assert_non_null(strstr(told(&s), "61 lines more: Enter.\n[more] "));
    say(&s, "");
    say(&s, "");
    assert_non_null(strstr(told(&s), "line 0099\nText [again] "));
    close_session(&s);
}

static void
test_news_come_slowly_and_few(void **state)
{
    struct ft_picture later;
    struct session s;

    (void)state;
    open_session(&s, "calm");
    load("trouble", &later);
    forget(&s);
    ft_console_set_picture(&s.console, &later);
    ft_linear_news(&s.linear, FT_LINEAR_NEWS_MS - 1);
    assert_string_equal(told(&s), "");
    ft_linear_news(&s.linear, FT_LINEAR_NEWS_MS);
    assert_non_null(strstr(told(&s), "db-01: protected to alone."));
    assert_non_null(strstr(told(&s), "kvm2: ok to stale."));
    assert_true(lines_of(told(&s)) <= FT_LINEAR_NEWS_LINES + 3);
    assert_plain(told(&s));
    forget(&s);
    ft_linear_news(&s.linear, 10 * FT_LINEAR_NEWS_MS);
    assert_string_equal(told(&s), ""); /* nothing is said twice */
    ft_console_set_picture(&s.console, &s.picture);
    ft_linear_news(&s.linear, 11 * FT_LINEAR_NEWS_MS - 1);
    assert_string_equal(told(&s), "");
    ft_linear_news(&s.linear, 11 * FT_LINEAR_NEWS_MS);
    assert_non_null(strstr(told(&s), "db-01: alone to protected."));
    unload(&later);
    close_session(&s);
}

/* What is asked stands; news go on beside it and answer nothing. */
static void
test_news_while_it_asks(void **state)
{
    struct ft_picture later;
    struct session s;

    (void)state;
    open_session(&s, "calm");
    load("trouble", &later);
    say(&s, "a");
    say(&s, "s");
    ft_console_set_picture(&s.console, &later);
    forget(&s);
    ft_linear_news(&s.linear, FT_LINEAR_NEWS_MS);
    assert_non_null(strstr(told(&s), "Type yes to do it, or Enter for no: "));
    say(&s, "yes"); /* it is alone by now */
    assert_int_equal(asked.runs, 0);
    assert_non_null(strstr(told(&s), "WARN: switch over of db-01: not now"));
    ft_console_set_picture(&s.console, &s.picture);
    unload(&later);
    close_session(&s);
}

/* Whatever is typed: plain lines come, and nothing is begun without a yes. */
static void
test_random_lines(void **state)
{
    static const char *const words[] = {
        "",        "1",        "2",        "3",
        "7",       "99",       "a",        "s",
        "u",       "v",        "b",        "x",
        "e",       "j",        "k",        "o",
        "!",       "/db",      "n",        "\\db",
        "hosts",   "events",   "jobs",     "checks",
        "?",       "open",     "p",        "[",
        "]",       "{",        "}",        "Esc",
        "H",       "V",        "f",        "i",
        "db-01",   "kvm1",     "mark",     "*",
        "what if", "down",     "overview", "no such command",
        ":",       "\xc3\xa9",
    };
    static const char *const pictures[] = { "calm", "trouble", "mixed",
                                            "empty" };

    (void)state;
    srandom(3);
    for (int round = 0; round < 60; round++) {
        struct session s;

        open_session(&s, pictures[round % 4]);
        for (int i = 0; i < 100 && !s.console.leave; i++) {
            say(&s, words[(size_t)random() % FT_ARRAY_SIZE(words)]);
            ft_linear_news(&s.linear, i * 700);
            if (strstr(asked.command, "--yes"))
                fail_msg("begun: %s", asked.command);
        }
        assert_plain(told(&s));
        close_session(&s);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conversations),
        cmocka_unit_test(test_only_a_written_yes_does_it),
        cmocka_unit_test(test_the_severe_want_the_name),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_a_secret),
        cmocka_unit_test(test_the_sheet_asks),
        cmocka_unit_test(test_what_is_pasted_answers_no_question),
        cmocka_unit_test(test_a_long_text_comes_in_parts),
        cmocka_unit_test(test_news_come_slowly_and_few),
        cmocka_unit_test(test_news_while_it_asks),
        cmocka_unit_test(test_random_lines),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
