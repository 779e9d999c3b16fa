/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which findings are told, and when they are over. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "worker/drift-news.h"

#define S INT64_C(1000000000)

static void
tell(void *opaque, const json_t *finding, bool over)
{
    char *text = opaque;

    snprintf(text + strlen(text), 200 - strlen(text), "%c%s:%s ",
             over ? '-' : '+', ft_json_string(finding, "id", "?"),
             ft_json_string(finding, "evidence", "?"));
}

/* Findings as "id:evidence"; what is told of them. */
static const char *
take(struct ft_drift_news *news, int64_t at_s, const char *a, const char *b)
{
    static char text[200];
    FT_AUTOJSON json_t *report = json_pack("{s:[]}", "findings");
    const char *all[] = { a, b };

    for (size_t i = 0; i < FT_ARRAY_SIZE(all); i++) {
        const char *colon = all[i] ? strchr(all[i], ':') : NULL;

        if (colon)
            json_array_append_new(json_object_get(report, "findings"),
                                  json_pack("{s:s%,s:s}", "id", all[i],
                                            (size_t)(colon - all[i]),
                                            "evidence", colon + 1));
    }
    *text = '\0';
    ft_drift_news_take(news, report, at_s * S, tell, text);
    return text;
}

/* What is waived is told when its waiver ends, and not before. */
static void
test_waived(void **state)
{
    FT_AUTOJSON json_t *waived =
        json_pack("{s:[{s:s,s:s,s:s}]}", "findings", "id", "room", "evidence",
                  "1 GiB left", "waived", "a lab");
    struct ft_drift_news news = { 0 };
    char text[200] = "";

    (void)state;
    ft_drift_news_take(&news, waived, 100 * S, tell, text);
    assert_string_equal(text, "");
    assert_string_equal(take(&news, 110, "room:1 GiB left", NULL),
                        "+room:1 GiB left ");
    ft_drift_news_take(&news, waived, 120 * S, tell, text);
    ft_drift_news_take(&news, waived, 200 * S, tell, text);
    assert_string_equal(text, "");
    assert_string_equal(take(&news, 210, "room:1 GiB left", NULL),
                        "+room:1 GiB left ");
    ft_drift_news_free(&news);
}

static void
test_news(void **state)
{
    struct ft_drift_news news = { 0 };

    (void)state;
    assert_string_equal(take(&news, 100, NULL, NULL), "");
    assert_string_equal(take(&news, 110, "room:1 GiB left", NULL),
                        "+room:1 GiB left ");
    assert_string_equal(take(&news, 120, "room:2 GiB left", "port:closed"),
                        "+port:closed ");
    /* it hovers at its bound */
    assert_string_equal(take(&news, 130, "port:closed", NULL), "");
    assert_string_equal(take(&news, 179, "room:1 GiB left", NULL), "");
    assert_string_equal(take(&news, 189, "room:1 GiB left", NULL), "");
    /* last seen at 130 */
    assert_string_equal(take(&news, 190, "room:1 GiB left", NULL),
                        "-port:closed ");
    /* other words are another finding, and the one before is over in time */
    assert_string_equal(take(&news, 200, "room:gone", NULL), "+room:gone ");
    assert_string_equal(take(&news, 250, "room:gone", "port:closed"),
                        "+port:closed -room:1 GiB left ");
    /* nobody looked for long, and both are there still */
    assert_string_equal(take(&news, 999, "room:gone", "port:closed"), "");
    assert_string_equal(take(&news, 1100, NULL, NULL),
                        "-port:closed -room:gone ");
    ft_drift_news_free(&news);
    assert_null(news.told);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_news),
                                        cmocka_unit_test(test_waived) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
