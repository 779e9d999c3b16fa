/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control channel over a real sshd; the far end is a shell script that
 * speaks (or breaks) the protocol, so that every kind of wrong answer is tried.
 */
#include "config.h"

#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "remote/control.h"
#include "remote/reach.h"
#include "tests/unit/remote/sshd-fixture.h"

#define HELLO     \
    "read line; " \
    "echo '{\"id\":1,\"ok\":true,\"result\":{\"version\":\"9.9\",\"control\":1}}'; "

#define KEY "0123456789abcdef"

static struct sshd sshd;
static struct ft_ssh *ssh;

static int
start(void **state)
{
    (void)state;
    sshd_start(&sshd);
    ssh = sshd_log_in(&sshd);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    ft_ssh_close(ssh);
    sshd_stop(&sshd);
    return 0;
}

static struct ft_control *
open_with(const char *script)
{
    struct ft_control *control = NULL;
    struct ft_error err = FT_ERROR_INIT;

    if (ft_control_open_command(ssh, script, &control, &err) < 0)
        fail_msg("%s", err.text);
    return control;
}

static void
test_call(void **state)
{
    struct ft_control *c = open_with(
        HELLO "read line; case $line in *'\"id\":2'*'\"verb\":\"status\"'*"
              "'\"args\":{\"a\":1}'*) echo '{\"id\":2,\"ok\":true,\"result\":"
              "{\"x\":7}}';; esac; read line; "
              "echo '{\"id\":3,\"ok\":true}'; cat >/dev/null");
    struct ft_error err = FT_ERROR_INIT;
    json_t *result = NULL;

    (void)state;
    assert_string_equal(ft_control_engine_version(c), "9.9");
    assert_int_equal(ft_control_call(c, "status", json_pack("{s:i}", "a", 1),
                                     &result, 0, &err),
                     0);
    assert_int_equal(ft_json_int(result, "x", 0, 9, -1), 7);
    json_decref(result);
    assert_int_equal(ft_control_call(c, "any", NULL, &result, 0, &err), 0);
    assert_true(json_is_object(result));
    json_decref(result);
    ft_control_close(c);
    ft_control_close(NULL);
}

static void
test_remote_error(void **state)
{
    struct ft_control *c = open_with(
        HELLO "read line; echo '{\"id\":2,\"ok\":false,\"error\":{\"code\":16,"
              "\"text\":\"it is busy\",\"hint\":\"Wait.\"}}'; cat >/dev/null");
    struct ft_error err = FT_ERROR_INIT;
    json_t *result = NULL;

    (void)state;
    assert_int_equal(ft_control_call(c, "x", NULL, &result, 0, &err), -EBUSY);
    assert_null(result);
    assert_non_null(strstr(err.text, "it is busy"));
    assert_non_null(strstr(err.text, sshd.destination));
    assert_string_equal(err.hint, "Wait.");
    ft_control_close(c);
}

/* Answers nobody asked for are left aside. */
static void
test_stray_lines(void **state)
{
    struct ft_control *c = open_with(
        HELLO "read line; echo '{\"id\":99,\"ok\":true,\"result\":{\"x\":1}}'; "
              "echo '{\"id\":2,\"event\":{\"kind\":\"x\"}}'; "
              "printf '{\"id\":2,\"ok\":tr'; sleep 0.3; "
              "echo 'ue,\"result\":{\"x\":2}}'; cat >/dev/null");
    struct ft_error err = FT_ERROR_INIT;
    json_t *result = NULL;

    (void)state;
    assert_int_equal(ft_control_call(c, "x", NULL, &result, 0, &err), 0);
    assert_int_equal(ft_json_int(result, "x", 0, 9, -1), 2);
    json_decref(result);
    ft_control_close(c);
}

/* Replies may be much larger than requests: facts about a big host. */
static void
test_large_reply(void **state)
{
    struct ft_control *c = open_with(
        HELLO
        "read line; printf '{\"id\":2,\"ok\":true,\"result\":{\"x\":\"'; "
        "head -c 8000000 /dev/zero | tr '\\0' y; echo '\"}}'; cat >/dev/null");
    struct ft_error err = FT_ERROR_INIT;
    json_t *result = NULL;

    (void)state;
    if (ft_control_call(c, "x", NULL, &result, 0, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(json_string_length(json_object_get(result, "x")), 8000000);
    json_decref(result);
    ft_control_close(c);
}

static void
test_bad_answers(void **state)
{
    static const struct {
        const char *script;
        int code;
        const char *text;
    } cases[] = {
        { "echo hello there", EPROTO, "not an answer" },
        { "echo '{\"id\":2,'", EPROTO, "not an answer" },
        { "echo '[1]'", EPROTO, "not an answer" },
        { "printf '\\377\\376\\000\\n'", EPROTO, "not an answer" },
        { "head -c 20000000 /dev/zero | tr '\\0' y", EPROTO, "too large" },
        { "echo '{\"id\":2,\"ok\":false}'", EPROTO, "understood" },
        { "echo '{\"id\":2,\"ok\":false,\"error\":7}'", EPROTO, "understood" },
        { "printf '{\"id\":2'", EPIPE, "lost" },
        { "exit 0", EPIPE, "lost" },
        { "kill -9 $$", EPIPE, "lost" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        char script[400];
        struct ft_control *c;
        struct ft_error err = FT_ERROR_INIT;
        json_t *result = NULL;

        snprintf(script, sizeof(script), "%s read line; %s", HELLO,
                 cases[i].script);
        c = open_with(script);
        assert_int_equal(ft_control_call(c, "x", NULL, &result, 10000, &err),
                         -cases[i].code);
        assert_null(result);
        if (strstr(err.text, cases[i].text) == NULL)
            fail_msg("%s: \"%s\"", cases[i].script, err.text);
        ft_control_close(c);
    }
}

static void
test_no_answer(void **state)
{
    struct ft_control *c = open_with(HELLO "cat >/dev/null");
    struct ft_error err = FT_ERROR_INIT;
    int64_t began = ft_clock_ns();

    (void)state;
    assert_int_equal(ft_control_call(c, "x", NULL, NULL, 700, &err), -ETIMEDOUT);
    assert_true(ft_clock_ns() - began >= 600 * FT_NS_PER_MS);
    assert_non_null(strstr(err.text, "\"x\""));
    /* a late answer must not be taken for the next one */
    assert_int_equal(ft_control_call(c, "y", NULL, NULL, 700, &err), -EPIPE);
    ft_control_close(c);
}

static void
test_opening(void **state)
{
    static const struct {
        const char *script;
        int code;
        enum ft_reach reach;
    } cases[] = {
        { "exec /nonexistent/ftengine control", ENOENT,
          FT_REACH_ENGINE_MISSING },
        { "echo 'ftengine: the daemon does not answer' >&2; exit 1",
          ECONNREFUSED, FT_REACH_ENGINE_REFUSED },
        { "echo '{\"id\":0,\"ok\":false,\"error\":{\"code\":16,\"text\":"
          "\"too many\",\"hint\":\"Wait.\"}}'",
          EBUSY, FT_REACH_ENGINE_REFUSED },
        { "echo Welcome; exit 0", EACCES, FT_REACH_SHELL_UNUSABLE },
        { "exit 0", EPIPE, FT_REACH_LOST },
        { "read l; echo '{\"id\":1,\"ok\":true,\"result\":{\"control\":2}}'; "
          "cat >/dev/null",
          EPROTO, FT_REACH_PROTOCOL },
        { "read l; echo '{\"id\":1,\"ok\":true,\"result\":{}}'; cat >/dev/null",
          EPROTO, FT_REACH_PROTOCOL },
        { "echo 'sudo: a password is required' >&2; exit 1", EACCES,
          FT_REACH_NO_SUDO },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_control *c = NULL;
        struct ft_error err = FT_ERROR_INIT;

        assert_int_equal(ft_control_open_command(ssh, cases[i].script, &c, &err),
                         -cases[i].code);
        assert_null(c);
        assert_int_equal(ft_reach_of(&err), cases[i].reach);
        assert_true(err.hint[0] != '\0');
    }
}

static void
test_request_too_large(void **state)
{
    struct ft_control *c = open_with(HELLO "cat >/dev/null");
    struct ft_error err = FT_ERROR_INIT;
    char *text = malloc(FT_CONTROL_REQUEST_MAX);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', FT_CONTROL_REQUEST_MAX - 1);
    text[FT_CONTROL_REQUEST_MAX - 1] = '\0';
    assert_int_equal(ft_control_call(c, "x", json_pack("{s:s}", "t", text),
                                     NULL, 0, &err),
                     -EMSGSIZE);
    free(text);
    ft_control_close(c);
}

static bool key_was_freed;

/* What jansson releases. */
static void
look_and_free(void *memory)
{
    if (memory != NULL && memmem(memory, malloc_usable_size(memory), KEY,
                                 sizeof(KEY) - 1) != NULL)
        key_was_freed = true;
    free(memory);
}

/* A key that was sent must not stay in the memory of its JSON value. */
static void
test_wipe(void **state)
{
    (void)state;
    json_set_alloc_funcs(malloc, look_and_free);
    json_decref(json_string(KEY));
    assert_true(key_was_freed); /* as it would be */
    key_was_freed = false;
    ft_json_wipe(json_pack("{s:s,s:[s]}", "a", "b", "keys", KEY));
    json_set_alloc_funcs(malloc, free);
    assert_false(key_was_freed);
    ft_json_wipe(NULL);
}

/* What goes to several hosts is whole for the next one. */
static void
test_wipe_shared(void **state)
{
    json_t *list = json_pack("[{s:s}]", "reason", "tonight");

    (void)state;
    ft_json_wipe(json_pack("{s:s,s:O}", "pair", "p", "waivers", list));
    assert_string_equal(json_string_value(
                            json_object_get(json_array_get(list, 0), "reason")),
                        "tonight");
    ft_json_wipe(list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_remote_error),
        cmocka_unit_test(test_stray_lines),
        cmocka_unit_test(test_large_reply),
        cmocka_unit_test(test_bad_answers),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_opening),
        cmocka_unit_test(test_request_too_large),
        cmocka_unit_test(test_wipe),
        cmocka_unit_test(test_wipe_shared),
    };

    if (!sshd_available())
        return 77;
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, start, stop);
}
