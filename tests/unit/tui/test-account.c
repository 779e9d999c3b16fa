/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As whom and by which key file: the form, of a machine of the first start and
 * of a host that is known, on the screen (screens/account-*.txt) and line by
 * line; the commands that come of it, and what is refused.
 */
#include "config.h"

#include "fixture.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/tui/first.h"
#include "ui/tui/linear.h"

#define REFUSED(name)                                                 \
    "{\"row\":{\"name\":\"" name "\",\"state\":\"failed\",\"reach\":" \
    "\"login-refused\",\"error\":\"" name                             \
    ": nobody let anna in; tried public keys\",\"hint\":\"It takes: " \
    "publickey, password.\"}}"
#define LOOKED(name)                                        \
    "{\"row\":{\"name\":\"" name "\",\"state\":\"looked\"," \
    "\"libvirt\":\"9.0.0\",\"qemu\":\"7.2.15\",\"kvm\":true,\"vms\":1}}"

/* Machines that were asked: kvm8 let us in, hv1 and ops@hv2 did not. */
static void
begin_machines(struct ft_console *console, struct ft_picture *picture)
{
    begin(console, picture, "empty");
    ft_first_ended(console, FT_FIRST_NAMES, NULL, 0, "");
    press(console, "A");
    type(console, "kvm8 hv1 ops@hv2");
    press(console, "Enter");
    ft_first_line(console, LOOKED("kvm8"));
    ft_first_line(console, REFUSED("hv1"));
    ft_first_line(console, REFUSED("ops@hv2"));
    ft_first_ended(console, FT_FIRST_LOOK, NULL, 0, "");
    press(console, "Down");
}

static void
test_another_user_and_a_key_file(void **state)
{
    struct ft_picture picture;
    struct ft_console console;
    FT_AUTOFREE char *text = NULL;

    (void)state;
    begin_machines(&console, &picture);
    press(&console, "i");
    assert_int_equal(console.overlay, FT_OVERLAY_ACCOUNT);
    type(&console, "ops");
    press(&console, "Tab");
    type(&console, "~/keys/a b");
    compare(&console, "account-machine", 80, 24, true);
    compare(&console, "account-narrow", 41, 13, false);
    press(&console, "F5"); /* to see for oneself, and back into the form */
    assert_string_equal(asked.program,
                        "ftadmin ssh -i '~/keys/a b' -l ops -- hv1");
    assert_int_equal(console.overlay, FT_OVERLAY_ACCOUNT);
    press(&console, "Enter Enter"); /* no others */
    assert_int_equal(console.overlay, FT_OVERLAY_NONE);
    assert_true(asked.may_ask);
    assert_string_equal(asked.command,
                        "ftadmin discover --user ops --identity '~/keys/a b' "
                        "hv1 --follow --json");
    ft_first_line(&console, LOOKED("hv1"));
    ft_first_ended(&console, FT_FIRST_LOOK, NULL, 0, "");
    text = drawn(&console, 200, 24, true);
    assert_non_null(strstr(text, "$ ftadmin host add kvm8; ftadmin host add "
                                 "--user ops --identity '~/keys/a b' hv1"));
    asked.first = 0;
    press(&console, "Enter"); /* each as it is logged in to */
    assert_int_equal(asked.first, 2);
    assert_string_equal(asked.command,
                        "ftadmin host add --user ops --identity '~/keys/a b' "
                        "hv1 --json");
    end(&console, &picture);
}

static void
test_the_same_for_others_that_refused(void **state)
{
    struct ft_picture picture;
    struct ft_console console;

    (void)state;
    begin_machines(&console, &picture);
    press(&console, "i");
    type(&console, "boss");
    press(&console, "Enter Enter Space"); /* not unless it was said */
    compare(&console, "account-others", 80, 24, true);
    press(&console, "Enter");
    assert_string_equal(asked.command,
                        "ftadmin discover --user boss hv1 hv2 --follow --json");
    press(&console, "i"); /* it is being asked */
    assert_int_equal(console.overlay, FT_OVERLAY_NONE);
    end(&console, &picture);
}

static void
test_what_is_no_user(void **state)
{
    static const char *const bad[] = { "-oProxyCommand=x", "a b", "a@b", "a:b" };
    struct ft_picture picture;
    struct ft_console console;

    (void)state;
    begin_machines(&console, &picture);
    asked.first = 0;
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++) {
        press(&console, "i");
        type(&console, bad[i]);
        press(&console, "F5 Enter Enter Enter Enter");
        assert_int_equal(console.overlay, FT_OVERLAY_ACCOUNT);
        press(&console, "Esc");
    }
    assert_int_equal(asked.first, 0);
    assert_int_equal(asked.shells, 0);
    end(&console, &picture);
}

/* ---- a host that is known ---- */

static void
set_host(struct ft_picture *picture, const char *key, const char *value)
{
    json_object_set_new(json_array_get(picture->hosts, 0), key,
                        json_string(value));
}

static void
begin_host(struct ft_console *console, struct ft_picture *picture)
{
    begin(console, picture, "calm");
    set_host(picture, "address", "ops@10.0.0.11:2222");
    set_host(picture, "identity", "/keys/ops");
    ft_console_set_picture(console, picture);
    press(console, "2 / k v m 1 Enter Esc i");
    assert_int_equal(console->overlay, FT_OVERLAY_ACCOUNT);
    assert_string_equal(console->account.host, "kvm1");
}

static void
test_a_known_host(void **state)
{
    struct ft_picture picture;
    struct ft_console console;

    (void)state;
    begin_host(&console, &picture);
    press(&console, "F5");
    assert_string_equal(asked.program,
                        "ftadmin ssh -p 2222 -i /keys/ops -l ops -- 10.0.0.11");
    press(&console, "Enter Enter"); /* nothing changed: only looked at */
    assert_string_equal(asked.command, "ftadmin discover --identity /keys/ops "
                                       "ops@10.0.0.11:2222");
    press(&console, "i ^U");
    type(&console, "anna");
    press(&console, "Down ^U");
    compare(&console, "account-host", 80, 24, true);
    press(&console, "Enter");
    assert_string_equal(asked.command,
                        "ftadmin host add --user anna --identity none "
                        "kvm1=10.0.0.11:2222");
    console.readonly = true;
    asked.runs = 0;
    press(&console, "i x Enter Enter");
    assert_int_equal(asked.runs, 0);
    press(&console, "i Enter Enter"); /* to look is no change */
    assert_int_equal(asked.runs, 1);
    end(&console, &picture);
}

/* ---- line by line ---- */

static void
test_line_by_line(void **state)
{
    static const char *const said[] = { "hosts",  "log in", "anna",   "",
                                        "log in", ".",      "log in", "",
                                        "-",      "q" };
    struct ft_picture picture;
    struct ft_console console;
    struct ft_linear linear;
    char *text = NULL;
    size_t size = 0;
    FILE *out;

    (void)state;
    begin(&console, &picture, "calm");
    set_host(&picture, "identity", "/keys/ops");
    out = open_memstream(&text, &size);
    assert_non_null(out);
    ft_linear_begin(&linear, &console, out, 0);
    for (size_t i = 0; i < FT_ARRAY_SIZE(said); i++) {
        fprintf(out, "%s\n", said[i]);
        ft_linear_take(&linear, said[i]);
        if (console.overlay == FT_OVERLAY_ACCOUNT)
            assert_true(ft_linear_asks(&linear)); /* no paste answers it */
    }
    assert_string_equal(asked.command,
                        "ftadmin host add --identity none kvm1=10.0.0.11");
    ft_linear_end(&linear);
    fclose(out);
    compare_text("linear-account", text);
    free(text);
    end(&console, &picture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_another_user_and_a_key_file),
        cmocka_unit_test(test_the_same_for_others_that_refused),
        cmocka_unit_test(test_what_is_no_user),
        cmocka_unit_test(test_a_known_host),
        cmocka_unit_test(test_line_by_line),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
