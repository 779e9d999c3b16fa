/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each request gets one answer: the worker's, or that there will be none. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "base/cleanup.h"
#include "engine/owed.h"

static int answers[FT_OWED_MAX + 2], code[FT_OWED_MAX + 2];

void
ft_control_reply(struct ft_request request, json_t *result)
{
    answers[request.client]++;
    code[request.client] = 0;
    json_decref(result);
}

void
ft_control_reply_error(struct ft_request request, const struct ft_error *err)
{
    answers[request.client]++;
    code[request.client] = err->code;
}

static void
reply(struct ft_owed *owed, int client, int id)
{
    FT_AUTOJSON json_t *message =
        json_pack("{s:i,s:i,s:{}}", "reply", client, "id", id, "result");

    ft_owed_reply(owed, message);
}

static void
one_answer_each(void **state)
{
    struct ft_owed owed = { .n = 0 };
    struct ft_error gone = FT_ERROR_INIT;

    (void)state;
    ft_fail(&gone, EAGAIN, NULL, "it ended");
    for (unsigned i = 0; i < FT_OWED_MAX; i++)
        assert_true(ft_owed_add(&owed, (struct ft_request){ i, 7 }));
    assert_false(ft_owed_add(&owed, (struct ft_request){ FT_OWED_MAX, 7 }));
    reply(&owed, 3, 7);
    assert_true(ft_owed_add(&owed, (struct ft_request){ FT_OWED_MAX, 7 }));
    ft_owed_fail(&owed, &gone);
    for (unsigned i = 0; i <= FT_OWED_MAX; i++) {
        assert_int_equal(answers[i], 1);
        assert_int_equal(code[i], i == 3 ? 0 : EAGAIN);
    }
    ft_owed_fail(&owed, &gone); /* nothing is left */
    assert_int_equal(answers[0], 1);
    reply(&owed, FT_OWED_MAX + 1, 7); /* a removal's, which is not kept here */
    assert_int_equal(answers[FT_OWED_MAX + 1], 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_answer_each) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
