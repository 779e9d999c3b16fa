/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions between processes, and what is kept of their answers. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/work/ask.h"
#include "ui/work/secrets.h"

#define OPS "Password of ops at hv-west: "

static void
test_what_was_typed_is_known(void **state)
{
    struct ft_work_secrets *secrets = ft_work_secrets_open();
    char out[FT_WORK_SECRET_MAX];

    (void)state;
    assert_int_equal(ft_work_secrets_find(secrets, OPS, 0, out, sizeof(out)),
                     -ENOENT);
    ft_work_secrets_keep(secrets, OPS, 0, "sesame");
    assert_int_equal(ft_work_secrets_find(secrets, OPS, 0, out, sizeof(out)), 0);
    assert_string_equal(out, "sesame");
    /* of another connection, once more */
    assert_int_equal(ft_work_secrets_find(secrets, OPS, 0, out, sizeof(out)), 0);
    /* asked again by the same one: it was wrong */
    assert_int_equal(ft_work_secrets_find(secrets, OPS, 1, out, sizeof(out)),
                     -ENOENT);
    assert_int_equal(ft_work_secrets_find(secrets, OPS, 0, out, sizeof(out)),
                     -ENOENT);
    ft_work_secrets_close(secrets);
    ft_work_secrets_close(NULL);
}

static void
test_what_is_asked_once_is_not_kept(void **state)
{
    struct ft_work_secrets *secrets = ft_work_secrets_open();
    char out[FT_WORK_SECRET_MAX];

    (void)state;
    ft_work_secrets_keep(secrets, "ops@hv: Verification code: ", 1, "123456");
    assert_int_equal(ft_work_secrets_find(secrets,
                                          "ops@hv: Verification code: ", 1, out,
                                          sizeof(out)),
                     -ENOENT);
    ft_work_secrets_close(secrets);
}

static void
test_not_more_than_so_many(void **state)
{
    struct ft_work_secrets *secrets = ft_work_secrets_open();
    char prompt[64], out[FT_WORK_SECRET_MAX];

    (void)state;
    for (int i = 0; i <= FT_WORK_SECRETS_MAX; i++) {
        snprintf(prompt, sizeof(prompt), "Password of root at h%d: ", i);
        ft_work_secrets_keep(secrets, prompt, 0, "x");
    }
    assert_int_equal(ft_work_secrets_find(secrets, prompt, 0, out, sizeof(out)),
                     0);
    assert_int_equal(ft_work_secrets_find(secrets, "Password of root at h0: ", 0,
                                          out, sizeof(out)),
                     -ENOENT);
    ft_work_secrets_close(secrets);
}

static int
others_secret(void *data, unsigned asked, const char *prompt, char *out,
              size_t size)
{
    (void)asked;
    (void)prompt;
    ++*(unsigned *)data;
    return snprintf(out, size, "of the file") > 0 ? 0 : -ECANCELED;
}

static void
test_others_are_asked_where_nothing_is_kept(void **state)
{
    struct ft_work_secrets *secrets = ft_work_secrets_open();
    unsigned calls = 0;
    struct ft_work_prompts others = { .secret = others_secret, .data = &calls };
    struct ft_work_prompts prompts = ft_work_secrets_prompts(secrets, &others);
    char out[FT_WORK_SECRET_MAX];

    (void)state;
    assert_null(prompts.host_key);
    assert_int_equal(prompts.secret(prompts.data, 0, OPS, out, sizeof(out)), 0);
    assert_int_equal(calls, 1);
    ft_work_secrets_keep(secrets, OPS, 0, "sesame");
    assert_int_equal(prompts.secret(prompts.data, 0, OPS, out, sizeof(out)), 0);
    assert_int_equal(calls, 1);
    assert_string_equal(out, "sesame");
    others.secret = NULL;
    prompts = ft_work_secrets_prompts(secrets, &others);
    assert_int_equal(prompts.secret(prompts.data, 0,
                                    "Password of x at y: ", out, sizeof(out)),
                     -ECANCELED);
    ft_work_secrets_close(secrets);
}

/* ---- the socket ---- */

struct asker {
    int fd, rc;
    unsigned asked;
    const char *prompt;
    char out[FT_WORK_SECRET_MAX];
};

static void *
ask(void *data)
{
    struct asker *asker = data;

    asker->rc = ft_ask(asker->fd, asker->asked, asker->prompt, asker->out,
                       sizeof(asker->out));
    return NULL;
}

/* Waits for the question, which another thread asks. */
static void
take(int fd, unsigned *asked, char prompt[FT_ASK_PROMPT_MAX])
{
    int rc;

    fcntl(fd, F_SETFL, 0);
    do
        rc = ft_ask_take(fd, asked, prompt);
    while (rc == -EAGAIN);
    assert_int_equal(rc, 0);
}

static void
test_a_question_and_its_answer(void **state)
{
    static const char *const answers[] = { "s3same \xc3\xa9", NULL, "" };
    char prompt[FT_ASK_PROMPT_MAX];
    int ours, other;
    unsigned asked;

    (void)state;
    assert_int_equal(ft_ask_open(&ours, &other), 0);
    assert_int_equal(ft_ask_take(ours, &asked, prompt), -EAGAIN);
    for (size_t i = 0; i < FT_ARRAY_SIZE(answers); i++) {
        struct asker asker = { .fd = other, .asked = 2, .prompt = OPS };
        pthread_t thread;

        memset(asker.out, 'z', sizeof(asker.out));
        assert_int_equal(pthread_create(&thread, NULL, ask, &asker), 0);
        take(ours, &asked, prompt);
        assert_int_equal(asked, 2);
        assert_string_equal(prompt, OPS);
        assert_int_equal(ft_ask_answer(ours, answers[i]), 0);
        pthread_join(thread, NULL);
        assert_int_equal(asker.rc, answers[i] ? 0 : -ECANCELED);
        assert_string_equal(asker.out, answers[i] ? answers[i] : "");
    }
    close(ours);
    close(other);
}

static void
test_nobody_is_there(void **state)
{
    char prompt[FT_ASK_PROMPT_MAX], out[16];
    int ours, other;
    unsigned asked;

    (void)state;
    assert_int_equal(ft_ask_open(&ours, &other), 0);
    close(ours);
    assert_int_equal(ft_ask(other, 0, OPS, out, sizeof(out)), -EPIPE);
    close(other);
    assert_int_equal(ft_ask_open(&ours, &other), 0);
    close(other);
    assert_int_equal(ft_ask_take(ours, &asked, prompt), -EPIPE);
    assert_int_equal(ft_ask_answer(ours, "x"), -EPIPE);
    close(ours);
}

static void
test_a_long_question_is_cut(void **state)
{
    char prompt[FT_ASK_PROMPT_MAX], text[3000];
    struct asker asker = { .asked = 1000, .prompt = text };
    pthread_t thread;
    int ours;
    unsigned asked;

    (void)state;
    memset(text, 'p', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(ft_ask_open(&ours, &asker.fd), 0);
    assert_int_equal(pthread_create(&thread, NULL, ask, &asker), 0);
    take(ours, &asked, prompt);
    assert_int_equal(strlen(prompt), FT_ASK_PROMPT_MAX - 1);
    assert_int_equal(asked, 255);
    ft_ask_answer(ours, NULL);
    pthread_join(thread, NULL);
    close(ours);
    close(asker.fd);
}

/* Only a socket of this kind is taken, and what is begun has no part in it. */
static void
test_the_environment(void **state)
{
    char number[16];
    int ours, other;

    (void)state;
    unsetenv(FT_ASK_ENVIRONMENT);
    assert_int_equal(ft_ask_inherited(), -1);
    setenv(FT_ASK_ENVIRONMENT, "x", 1);
    assert_int_equal(ft_ask_inherited(), -1);
    setenv(FT_ASK_ENVIRONMENT, "1", 1);
    assert_int_equal(ft_ask_inherited(), -1);
    setenv(FT_ASK_ENVIRONMENT, "", 1);
    assert_int_equal(ft_ask_inherited(), -1);
    assert_int_equal(ft_ask_open(&ours, &other), 0);
    snprintf(number, sizeof(number), "%d", other);
    setenv(FT_ASK_ENVIRONMENT, number, 1);
    assert_int_equal(ft_ask_inherited(), other);
    assert_null(getenv(FT_ASK_ENVIRONMENT));
    assert_true(fcntl(other, F_GETFD) & FD_CLOEXEC);
    close(ours);
    close(other);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_typed_is_known),
        cmocka_unit_test(test_what_is_asked_once_is_not_kept),
        cmocka_unit_test(test_not_more_than_so_many),
        cmocka_unit_test(test_others_are_asked_where_nothing_is_kept),
        cmocka_unit_test(test_a_question_and_its_answer),
        cmocka_unit_test(test_nobody_is_there),
        cmocka_unit_test(test_a_long_question_is_cut),
        cmocka_unit_test(test_the_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
