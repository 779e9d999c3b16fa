/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "inventory/facts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int
ft_facts_malformed(struct ft_error *err, const char *key, const char *wrong)
{
    return ft_fail(err, EINVAL, NULL,
                   "the facts about the host are malformed: \"%s\" %s", key,
                   wrong);
}

static bool
is_missing(const json_t *value)
{
    return value == NULL || json_is_null(value);
}

static bool
is_clean(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

/* ---- each returns what is wrong, or NULL ---- */

const char *
ft_facts_text(const json_t *value, char *out, size_t size)
{
    const char *text = json_string_value(value);

    *out = '\0';
    if (is_missing(value))
        return NULL;
    if (text == NULL)
        return "is not a string";
    if (json_string_length(value) >= size || strlen(text) >= size)
        return "is too long";
    if (!is_clean(text))
        return "has control characters";
    strcpy(out, text);
    return NULL;
}

static const char *
take_text(const struct ft_fact *fact, const json_t *value, char *out)
{
    const char *wrong = ft_facts_text(value, out, fact->size);

    return wrong == NULL && fact->needed && *out == '\0' ? "is missing" : wrong;
}

static const char *
judge_long(const struct ft_fact *fact, const json_t *value)
{
    const char *text = json_string_value(value);

    if (is_missing(value))
        return NULL;
    if (text == NULL)
        return "is not a string";
    if (strlen(text) != json_string_length(value) ||
        strlen(text) > (size_t)fact->max)
        return "is too long";
    return fact->raw || is_clean(text) ? NULL : "has control characters";
}

static const char *
take_number(const struct ft_fact *fact, const json_t *value, void *out)
{
    int64_t number = json_integer_value(value);
    int32_t small = (int32_t)number;

    assert(fact->size == sizeof(number) || fact->size == sizeof(small));
    if (is_missing(value))
        return NULL;
    if (!json_is_integer(value))
        return "is not a whole number";
    if (number < fact->min || number > fact->max)
        return "is out of bounds";
    memcpy(out, fact->size == sizeof(small) ? (void *)&small : &number,
           fact->size);
    return NULL;
}

static const char *
take_word(const struct ft_fact *fact, const json_t *value, char *out)
{
    const char *text = json_string_value(value);

    if (text == NULL || strlen(text) < (size_t)fact->min ||
        strlen(text) >= fact->size || !is_clean(text))
        return fact->no_item;
    strcpy(out, text);
    return NULL;
}

/* ---- with memory of their own ---- */

static int
decode_long(const struct ft_fact *fact, const json_t *value, char **out,
            struct ft_error *err)
{
    const char *wrong = judge_long(fact, value);
    const char *text = json_string_value(value);

    if (wrong != NULL)
        return ft_facts_malformed(err, fact->key, wrong);
    if (text == NULL && fact->raw)
        return 0;
    *out = strdup(text != NULL ? text : "");
    return *out != NULL ? 0 : ft_fail(err, ENOMEM, NULL, "out of memory");
}

static int
decode_item(const struct ft_fact *fact, const json_t *item, void *out,
            struct ft_error *err)
{
    const char *wrong;

    if (fact->kind == FT_FACT_KIND_LIST)
        return ft_facts_decode(fact->members, item, out, err);
    wrong = take_word(fact, item, out);
    return wrong != NULL ? ft_facts_malformed(err, fact->key, wrong) : 0;
}

static int
decode_list(const struct ft_fact *fact, const json_t *list, char *out,
            struct ft_error *err)
{
    size_t length = json_array_size(list);
    char *items;

    if (is_missing(list) || (json_is_array(list) && length == 0))
        return 0;
    if (!json_is_array(list))
        return ft_facts_malformed(err, fact->key, "is not a list");
    if (length > (size_t)fact->max)
        return ft_facts_malformed(err, fact->key, "has too many members");
    items = calloc(length, fact->size);
    if (items == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    memcpy(out + fact->offset, &items, sizeof(items));
    *(size_t *)(void *)(out + fact->count) = length;
    for (size_t i = 0; i < length; i++) {
        int rc = decode_item(fact, json_array_get(list, i),
                             items + i * fact->size, err);

        if (rc < 0)
            return ft_error_prefix(err, "%s[%zu]", fact->key, i);
    }
    return 0;
}

/* ---- by the table ---- */

static int
decode_member(const struct ft_fact *fact, const json_t *value, char *out,
              struct ft_error *err)
{
    void *member = out + fact->offset;
    const char *wrong = NULL;

    switch (fact->kind) {
    case FT_FACT_KIND_TEXT:
        wrong = take_text(fact, value, member);
        break;
    case FT_FACT_KIND_LONG:
        return decode_long(fact, value, member, err);
    case FT_FACT_KIND_NUMBER:
        wrong = take_number(fact, value, member);
        break;
    case FT_FACT_KIND_FLAG:
        *(bool *)member = json_is_true(value);
        break;
    case FT_FACT_KIND_GROUP:
        return ft_facts_decode(fact->members, value, member, err);
    case FT_FACT_KIND_LIST:
    case FT_FACT_KIND_WORDS:
        return decode_list(fact, value, out, err);
    case FT_FACT_KIND_TAKEN:
        wrong = fact->take(value, member);
        break;
    }
    return wrong != NULL ? ft_facts_malformed(err, fact->key, wrong) : 0;
}

int
ft_facts_decode(const struct ft_fact *facts, const json_t *object, void *out,
                struct ft_error *err)
{
    int rc = 0;

    for (; facts->key != NULL && rc == 0; facts++)
        rc = decode_member(facts, json_object_get(object, facts->key), out, err);
    return rc;
}

static void
free_list(const struct ft_fact *fact, const char *out)
{
    size_t count = *(const size_t *)(const void *)(out + fact->count);
    char *items;

    memcpy(&items, out + fact->offset, sizeof(items));
    if (fact->kind == FT_FACT_KIND_LIST)
        for (size_t i = 0; i < count; i++)
            ft_facts_free(fact->members, items + i * fact->size);
    free(items);
}

void
ft_facts_free(const struct ft_fact *facts, void *out)
{
    for (; facts->key != NULL; facts++) {
        char *member = (char *)out + facts->offset;

        if (facts->kind == FT_FACT_KIND_GROUP) {
            ft_facts_free(facts->members, member);
        } else if (facts->kind == FT_FACT_KIND_LONG) {
            free(*(char **)(void *)member);
        } else if (facts->kind == FT_FACT_KIND_LIST ||
                   facts->kind == FT_FACT_KIND_WORDS) {
            free_list(facts, out);
        }
    }
}
