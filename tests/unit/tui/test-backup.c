/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question before a backup: the commands that come of its form, what it refuses, and
 * how it looks (screens/backup-*.txt), also line by line.
 */
#include "config.h"

#include "fixture.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/tui/linear.h"

#define VM "00000001-aaaa-4000-8000-000000000000" /* the first of "calm" */

static void
begin_form(struct ft_console *console, struct ft_picture *picture)
{
    begin(console, picture, "calm");
    press(console, "a f");
    assert_int_equal(console->overlay, FT_OVERLAY_BACKUP);
}

static void
test_as_before(void **state)
{
    struct ft_picture picture;
    struct ft_console console;

    (void)state;
    begin_form(&console, &picture);
    compare(&console, "backup-form", 80, 24, true);
    press(&console, "Enter Enter Enter Enter");
    assert_int_equal(asked.runs, 0);
    assert_int_equal(console.overlay, FT_OVERLAY_BACKUP);
    press(&console, "Enter");
    assert_int_equal(console.overlay, FT_OVERLAY_NONE);
    assert_int_equal(asked.runs, 1);
    assert_string_equal(asked.command, "ftadmin backup " VM " --output .");
    end(&console, &picture);
}

static void
test_choices(void **state)
{
    struct ft_picture picture;
    struct ft_console console;

    (void)state;
    begin_form(&console, &picture);
    press(&console, "^U");
    type(&console, "/srv/backup/new");
    press(&console, "Tab");
    type(&console, "/srv/backup/old one");
    press(&console, "Up Up Space");
    compare(&console, "backup-since", 80, 24, true);
    press(&console, "Enter");
    assert_string_equal(asked.command,
                        "ftadmin backup " VM " --output /srv/backup/new "
                        "--incremental '/srv/backup/old one' --no-freeze");
    /* the choices are of one backup */
    press(&console, "a f Tab Tab");
    type(&console, "192.0.2.10:10809");
    press(&console, "Tab");
    type(&console, "/etc/keys");
    compare(&console, "backup-tls", 80, 24, true);
    compare(&console, "backup-small", 41, 13, false);
    press(&console, "Enter Enter");
    assert_string_equal(asked.command,
                        "ftadmin backup " VM " --nbd 192.0.2.10:10809 --tls "
                        "/etc/keys");
    end(&console, &picture);
}

/* What the command would refuse is said before, and nothing is begun. */
static void
test_refused(void **state)
{
    struct ft_picture picture;
    struct ft_console console;

    (void)state;
    begin_form(&console, &picture);
    press(&console, "Tab Tab");
    type(&console, "192.0.2.10");
    compare(&console, "backup-refused", 80, 24, true);
    press(&console, "Tab Tab Enter");
    assert_int_equal(asked.runs, 0);
    assert_int_equal(console.overlay, FT_OVERLAY_BACKUP);
    assert_non_null(strstr(console.message, "needs --tls"));
    press(&console, "Down ^U");
    type(&console, "-o");
    press(&console, "Up Enter");
    assert_int_equal(asked.runs, 0);
    press(&console, "Esc");
    assert_int_equal(console.overlay, FT_OVERLAY_NONE);
    assert_int_equal(asked.runs, 0);
    end(&console, &picture);
}

/* It lost its copy while somebody typed. */
static void
test_not_any_more(void **state)
{
    struct ft_picture picture, later;
    struct ft_console console;

    (void)state;
    begin_form(&console, &picture);
    load("empty", &later);
    ft_console_set_picture(&console, &later);
    press(&console, "Up Enter");
    assert_int_equal(asked.runs, 0);
    assert_int_equal(console.overlay, FT_OVERLAY_NONE);
    assert_non_null(strstr(console.message, "not there any more"));
    ft_console_set_picture(&console, &picture);
    unload(&later);
    end(&console, &picture);
}

static void
test_line_by_line(void **state)
{
    static const char *const said[] = {
        "a", "f", "/srv/new", "/srv/old",   "",  "",     "no", "a",
        "f", "",  "",         "192.0.2.10", "-", "yes",  ".",  "a",
        "f", "",  "",         "",           "",  "what", "q",
    };
    struct ft_picture picture;
    struct ft_console console;
    struct ft_linear linear;
    char *text = NULL;
    size_t size = 0;
    FILE *out;

    (void)state;
    begin(&console, &picture, "calm");
    out = open_memstream(&text, &size);
    assert_non_null(out);
    ft_linear_begin(&linear, &console, out, 0);
    for (size_t i = 0; i < FT_ARRAY_SIZE(said); i++) {
        fprintf(out, "%s\n", said[i]);
        ft_linear_take(&linear, said[i]);
        if (console.overlay == FT_OVERLAY_BACKUP)
            assert_true(ft_linear_asks(&linear)); /* no paste answers it */
    }
    assert_int_equal(asked.runs, 1);
    assert_string_equal(asked.command, "ftadmin backup " VM " --output /srv/new "
                                       "--incremental /srv/old --no-freeze");
    ft_linear_end(&linear);
    fclose(out);
    compare_text("linear-backup", text);
    free(text);
    end(&console, &picture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_before),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_not_any_more),
        cmocka_unit_test(test_line_by_line),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
