/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is tried again, when and how long; and over a real sshd, whose
 * connection breaks in the middle of work: nothing of it stays.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "protect/fleet.h"
#include "remote/again.h"
#include "remote/install-commands.h"
#include "tests/unit/remote/sshd-fixture.h"

#define MS(n) ((int64_t)(n)*FT_NS_PER_MS)
#define PATIENCE 10000
#define DEADLINE_NS (20 * FT_NS_PER_S)
/* sh's parent is the sshd of this connection, or sudo's caller: both are ours. */
#define BREAK "kill -9 $PPID; sleep 30"

/* ---- pure ---- */

/* Only what passes by itself, and only of a host that was there before. */
static void
test_what(void **state)
{
    static const struct ft_again cases[] = { { .reached = false },
                                             { .reached = true },
                                             { .reached = true,
                                               .heard = true } };
    /* from which case on it is tried again; 9: never */
    static const int from[FT_REACH_COUNT] = {
        [FT_REACH_NONE] = 9,
        [FT_REACH_NAME_UNKNOWN] = 1,
        [FT_REACH_NO_ROUTE] = 1,
        [FT_REACH_REFUSED] = 1,
        [FT_REACH_TIMEOUT] = 1,
        [FT_REACH_KEY_UNKNOWN] = 9,
        [FT_REACH_KEY_CHANGED] = 9,
        [FT_REACH_LOGIN_REFUSED] = 9,
        [FT_REACH_SHELL_UNUSABLE] = 9,
        [FT_REACH_NO_SUDO] = 9,
        [FT_REACH_LIBVIRT_REFUSED] = 9,
        [FT_REACH_ENGINE_MISSING] = 9,
        [FT_REACH_ENGINE_REFUSED] = 2,
        [FT_REACH_ENGINE_SILENT] = 2,
        [FT_REACH_LOST] = 1,
        [FT_REACH_PROTOCOL] = 9,
    };

    (void)state;
    for (int reach = 0; reach < FT_REACH_COUNT; reach++)
        for (int i = 0; i < (int)FT_ARRAY_SIZE(cases); i++) {
            struct ft_again again = cases[i];

            assert_true(from[reach] != 0);
            assert_int_equal(ft_again_after(&again, (enum ft_reach)reach, MS(1),
                                            MS(1), PATIENCE) >= 0,
                             i >= from[reach]);
            if (!ft_reach_may_retry((enum ft_reach)reach))
                assert_int_equal(from[reach], 9);
        }
}

/* Longer and longer, up to a bound, until patience would be over. */
static void
test_when(void **state)
{
    static const int pauses[] = { 250, 500, 1000, 2000, 4000, -1 };
    struct ft_again again = { 0 };
    int64_t now = MS(5000);

    (void)state;
    ft_again_reached(&again);
    for (size_t i = 0; i < FT_ARRAY_SIZE(pauses); i++) {
        assert_int_equal(ft_again_after(&again, FT_REACH_LOST, now - MS(100000),
                                        now, PATIENCE),
                         pauses[i]);
        now += MS(pauses[i]);
    }
    /* who is not heard meanwhile gets no patience anew */
    assert_int_equal(ft_again_after(&again, FT_REACH_LOST, now, now, PATIENCE),
                     -1);
    ft_again_done(&again, true);
    assert_int_equal(ft_again_after(&again, FT_REACH_REFUSED, now, now,
                                    PATIENCE),
                     250);
}

/* A host that is there, but breaks every connection over this. */
static void
test_breaks(void **state)
{
    struct ft_again again = { .reached = false };
    int64_t now = MS(5000);
    int tries = 0;

    (void)state;
    for (int wait = 0; wait >= 0 && tries < 100; tries++) {
        ft_again_reached(&again);
        now += MS(60000); /* it took its time each time: that is no silence */
        wait = ft_again_after(&again, FT_REACH_LOST, now - MS(60000), now,
                              PATIENCE);
    }
    assert_int_equal(tries, FT_AGAIN_BREAKS + 1);
    ft_again_done(&again, false);
    assert_int_equal(ft_again_after(&again, FT_REACH_LOST, now, now, PATIENCE),
                     FT_AGAIN_FIRST_MS);
}

/* Silence that was waited out has used up the patience, a short one has not. */
static void
test_silence(void **state)
{
    struct ft_again again = { .reached = true, .heard = true };
    struct ft_again other = again;

    (void)state;
    assert_int_equal(ft_again_after(&again, FT_REACH_ENGINE_SILENT, MS(1),
                                    MS(1 + PATIENCE), PATIENCE),
                     -1);
    assert_int_equal(ft_again_after(&other, FT_REACH_TIMEOUT, MS(1),
                                    MS(1 + PATIENCE / 2), PATIENCE),
                     250);
}

/* ---- over SSH ---- */

static struct sshd sshd;
static struct ft_fleet fleet;
static struct ft_member *member;
static int told;
static char last[1024];

static void
on_again(void *data, const char *text)
{
    (void)data;
    told++;
    snprintf(last, sizeof(last), "%s", text);
}

static int
begin(void **state)
{
    static const struct ft_fleet_watch watch = { .again = on_again };

    (void)state;
    memset(&fleet, 0, sizeof(fleet));
    sshd_options(&sshd, &fleet.ssh);
    fleet.ssh.accept_new_host_keys = true;
    ft_fleet_set_watch(&fleet, &watch);
    told = 0;
    return ft_fleet_add(&fleet, "h1", sshd.destination, &member, NULL);
}

static int
end(void **state)
{
    (void)state;
    ft_fleet_free(&fleet);
    return 0;
}

/* A job that breaks its connection the first times, in the middle of a command. */
struct work {
    int breaks;
    int runs;
    char folders[FT_AGAIN_BREAKS + 1][200]; /* that each had made */
};

static int
work(struct ft_ssh *ssh, void *data, struct ft_error *err)
{
    struct ft_ssh_stream *keeper;
    struct work *w = data;
    char *folder = w->folders[w->runs];
    ssize_t n;
    int rc = ft_ssh_stream_open(ssh, probe_folder, &keeper, err);

    assert_int_equal(rc, 0);
    n = ft_ssh_stream_read(keeper, folder, sizeof(w->folders[0]) - 1, 20000);
    assert_true(n > 0);
    folder[n - 1] = '\0';
    assert_int_equal(access(folder, W_OK), 0);
    rc = ft_ssh_must(ssh, w->runs++ < w->breaks ? BREAK : "true", NULL, err);
    ft_ssh_stream_close(keeper);
    return rc;
}

static void
await_gone(const char *folder)
{
    int64_t deadline = ft_clock_ns() + DEADLINE_NS;

    while (access(folder, F_OK) == 0) {
        assert_true(ft_clock_ns() < deadline);
        ft_clock_sleep(20 * FT_NS_PER_MS);
    }
}

static void
test_broken_connection(void **state)
{
    struct work w = { .breaks = 1 };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    if (ft_member_do(&fleet, member, work, &w, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(w.runs, 2);
    assert_int_equal(told, 1);
    assert_non_null(strstr(last, "h1: tried again in 0.25 s: "));
    for (int i = 0; i < w.runs; i++)
        await_gone(w.folders[i]);
}

static int
break_twice(struct ft_ssh *ssh, void *data, struct ft_error *err)
{
    char command[400];

    if ((*(int *)data)++ > 0)
        return ft_ssh_must(ssh, "true", NULL, err);
    snprintf(command, sizeof(command), "touch %s/trip; " BREAK, sshd.folder);
    return ft_ssh_must(ssh, command, NULL, err);
}

/* The next one breaks while it logs in: that is no login that was refused. */
static void
test_broken_login(void **state)
{
    char command[1024];
    struct ft_error err = FT_ERROR_INIT;
    int runs = 0;

    (void)state;
    /* sshd asks a command for the keys, which ends that sshd when told to */
    snprintf(command, sizeof(command),
             "cd %s && sed -i '/^AuthorizedKeysFile/d' sshd_config && "
             "cat >>sshd_config <<'END'\nAuthorizedKeysFile none\n"
             "AuthorizedKeysCommandUser root\nAuthorizedKeysCommand /bin/sh -c "
             "\"rm %s/trip 2>/dev/null && kill -9 $PPID; cat %s/authorized\"\n"
             "END\n",
             sshd.folder, sshd.folder, sshd.folder);
    assert_int_equal(system(command), 0);
    sshd_restart(&sshd);
    if (ft_member_do(&fleet, member, break_twice, &runs, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(runs, 2);
    assert_int_equal(told, 2);
    assert_non_null(strstr(last, "lost while"));
}

/* It ends, with the reason, and nothing stays there. */
static void
test_always_broken(void **state)
{
    struct work w = { .breaks = 1000 };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_member_do(&fleet, member, work, &w, &err), -EPIPE);
    assert_int_equal(ft_reach_of(&err), FT_REACH_LOST);
    assert_int_equal(w.runs, FT_AGAIN_BREAKS + 1);
    assert_int_equal(told, FT_AGAIN_BREAKS);
    for (int i = 0; i < w.runs; i++)
        await_gone(w.folders[i]);
}

static int
refuse(struct ft_ssh *ssh, void *data, struct ft_error *err)
{
    (*(int *)data)++;
    return ft_ssh_must(ssh, "exit 3", NULL, err);
}

/* What a host refuses is not asked twice, nor one that lets nobody in. */
static void
test_refusal(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    int runs = 0;

    (void)state;
    assert_int_equal(ft_member_do(&fleet, member, refuse, &runs, &err),
                     -EREMOTEIO);
    assert_int_equal(runs, 1);
    end(state);
    begin(state);
    strcpy(member->identity, sshd.stranger_key);
    assert_int_equal(ft_member_do(&fleet, member, refuse, &runs, &err), -EACCES);
    assert_int_equal(runs, 1);
    assert_int_equal(told, 0);
}

static int
start(void **state)
{
    (void)state;
    sshd_start(&sshd);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    sshd_stop(&sshd);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest pure[] = {
        cmocka_unit_test(test_what),
        cmocka_unit_test(test_when),
        cmocka_unit_test(test_breaks),
        cmocka_unit_test(test_silence),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what),
        cmocka_unit_test(test_when),
        cmocka_unit_test(test_breaks),
        cmocka_unit_test(test_silence),
        cmocka_unit_test_setup_teardown(test_broken_connection, begin, end),
        cmocka_unit_test_setup_teardown(test_broken_login, begin, end),
        cmocka_unit_test_setup_teardown(test_always_broken, begin, end),
        cmocka_unit_test_setup_teardown(test_refusal, begin, end),
    };

    signal(SIGPIPE, SIG_IGN);
    if (!sshd_available())
        return cmocka_run_group_tests(pure, NULL, NULL);
    return cmocka_run_group_tests(tests, start, stop);
}
