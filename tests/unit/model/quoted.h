/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON in the text of a test, with ' for ". New; what is none fails the test. */
#ifndef FT_TEST_MODEL_QUOTED_H
#define FT_TEST_MODEL_QUOTED_H

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static json_t *
from(const char *text)
{
    char *copy = strdup(text);
    json_t *json;

    for (char *at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    json = json_loads(copy, 0, NULL);
    free(copy);
    assert_non_null(json);
    return json;
}

#endif
