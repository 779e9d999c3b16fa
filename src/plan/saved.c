/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/saved.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

#define HINT "ftadmin protect VM --dry-run --json >FILE writes such a file."
#define EFFECTS_MAX 512

/* ---- whether it is one ---- */

static int
wrong(struct ft_error *err, const char *list, size_t index, const char *member)
{
    if (list != NULL)
        return ft_fail(err, EINVAL, HINT,
                       "the plan's %s, number %zu, has no right \"%s\"", list,
                       index + 1, member);
    return ft_fail(err, EINVAL, HINT, "the plan has no right \"%s\"", member);
}

static bool
is_text(const json_t *value, size_t size)
{
    return json_is_string(value) && json_string_length(value) < size &&
           strlen(json_string_value(value)) == json_string_length(value);
}

/* It gets into paths on the hosts. */
static bool
is_uuid(const json_t *value)
{
    const char *text = json_string_value(value);

    if (text == NULL || json_string_length(value) != FT_UUID_SIZE - 1)
        return false;
    for (size_t i = 0; i < FT_UUID_SIZE - 1; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23
                ? text[i] != '-'
                : strchr("0123456789abcdefABCDEF", text[i]) == NULL)
            return false;
    return true;
}

static bool
is_whole(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

/* Texts that must be there and not empty, shorter than so many bytes. */
static int
check_texts(const json_t *saved, struct ft_error *err)
{
    static const struct {
        const char *key;
        size_t size;
    } texts[] = {
        { "vm", FT_NAME_SIZE },      { "primary", FT_NAME_SIZE },
        { "standby", FT_NAME_SIZE }, { "pool", FT_NAME_SIZE },
        { "primary_address", 46 },   { "standby_address", 46 },
    };
    const json_t *witness = json_object_get(saved, "witness");

    for (size_t i = 0; i < FT_ARRAY_SIZE(texts); i++) {
        const json_t *value = json_object_get(saved, texts[i].key);

        if (!is_text(value, texts[i].size) || json_string_length(value) == 0)
            return wrong(err, NULL, 0, texts[i].key);
    }
    if (!is_uuid(json_object_get(saved, "pair")))
        return wrong(err, NULL, 0, "pair");
    if (!is_uuid(json_object_get(saved, "vm_uuid")))
        return wrong(err, NULL, 0, "vm_uuid");
    if (!json_is_null(witness) && !is_text(witness, FT_NAME_SIZE))
        return wrong(err, NULL, 0, "witness");
    if (!is_whole(json_object_get(saved, "memory_bytes")))
        return wrong(err, NULL, 0, "memory_bytes");
    return is_whole(json_object_get(saved, "disk_bytes"))
               ? 0
               : wrong(err, NULL, 0, "disk_bytes");
}

/* As many and of such types as this version writes them. */
static int
check_settings(const json_t *saved, struct ft_error *err)
{
    struct ft_pair_settings settings = FT_PAIR_SETTINGS_INIT;
    FT_AUTOJSON json_t *ours = ft_settings_to_json(&settings);
    const json_t *theirs = json_object_get(saved, "settings");
    const char *key;
    json_t *value;

    if (!json_is_object(theirs))
        return wrong(err, NULL, 0, "settings");
    json_object_foreach(ours, key, value) {
        const json_t *other = json_object_get(theirs, key);
        bool same = json_is_boolean(value)
                        ? json_is_boolean(other)
                        : other && json_typeof(other) == json_typeof(value);

        if (!same)
            return wrong(err, NULL, 0, key);
    }
    ft_settings_from_json(&settings, theirs);
    return ft_settings_check(&settings, err);
}

/* A list of objects that have these texts. */
static int
check_list(const json_t *saved, const char *list, size_t most,
           const char *const *texts, struct ft_error *err)
{
    const json_t *array = json_object_get(saved, list), *each;
    size_t i;

    if (!json_is_array(array) || json_array_size(array) > most)
        return wrong(err, NULL, 0, list);
    json_array_foreach(array, i, each)
        for (const char *const *key = texts; *key != NULL; key++)
            if (!is_text(json_object_get(each, *key), FT_PATH_SIZE))
                return wrong(err, list, i, *key);
    return 0;
}

static int
check_effects(const json_t *saved, struct ft_error *err)
{
    static const char *const texts[] = { "host", "kind",    "what", "detail",
                                         "step", "undoing", NULL };
    const json_t *each;
    size_t i;
    int rc = check_list(saved, "effects", EFFECTS_MAX, texts, err);

    if (rc < 0)
        return rc;
    json_array_foreach(json_object_get(saved, "effects"), i, each) {
        const json_t *bytes = json_object_get(each, "bytes");

        if (!json_is_null(bytes) && !is_whole(bytes))
            return wrong(err, "effects", i, "bytes");
        if (!json_is_boolean(json_object_get(each, "later")))
            return wrong(err, "effects", i, "later");
    }
    return 0;
}

int
ft_saved_check(const json_t *saved, struct ft_error *err)
{
    static const char *const of_step[] = { "step", "host", "description", NULL };
    static const char *const of_check[] = { "id", "subject", "verdict", NULL };
    const json_t *schema = json_object_get(saved, "schema");
    int rc;

    if (!json_is_object(saved) || !json_is_integer(schema))
        return ft_fail(err, EINVAL, HINT, "this is no plan: it has no schema");
    if (json_integer_value(schema) != 1)
        return ft_fail(err, EPROTO, "Apply it with the ftadmin that wrote it.",
                       "the plan has schema %lld, this ftadmin knows 1",
                       (long long)json_integer_value(schema));
    if (json_object_get(saved, "vms") != NULL)
        return ft_fail(err, EINVAL, "Save the plan of each VM by itself.",
                       "these are plans of several VMs");
    rc = check_texts(saved, err);
    if (rc == 0)
        rc = check_settings(saved, err);
    if (rc == 0)
        rc = check_list(saved, "steps", FT_PLAN_STEPS_MAX, of_step, err);
    if (rc == 0)
        rc = check_list(saved, "checks", 10000, of_check, err);
    return rc == 0 ? check_effects(saved, err) : rc;
}

void
ft_saved_choices(const json_t *saved, struct ft_plan_choices *choices)
{
    *choices = (struct ft_plan_choices){
        .vm = ft_json_string(saved, "vm_uuid", ""),
        .standby = ft_json_string(saved, "standby", NULL),
        .witness = ft_json_string(saved, "witness", "none"),
        .pair = ft_json_string(saved, "pair", NULL),
        .pool = ft_json_string(saved, "pool", NULL),
        .address = ft_json_string(saved, "standby_address", NULL),
        .settings = FT_PAIR_SETTINGS_INIT,
        .silence_named = true,
    };
    ft_settings_from_json(&choices->settings,
                          json_object_get(saved, "settings"));
}

/* ---- in what it differs ---- */

/* The pair that the VM leaves by it. */
static void
flatten_leaves(json_t *leaves, json_t *flat)
{
    char name[FT_PATH_SIZE];
    const char *key;
    json_t *value;

    if (!json_is_object(leaves)) {
        json_object_set(flat, "leaves", leaves);
        return;
    }
    json_object_set_new(flat, "leaves", json_true());
    json_object_foreach(leaves, key, value) {
        snprintf(name, sizeof(name), "leaves, %.200s", key);
        json_object_set(flat, name, value);
    }
}

/* All that is compared, as one object of plain values: their names are for people. */
static json_t *
flatten(const json_t *plan)
{
    static const char *const plain[] = {
        "pair",    "vm",           "vm_uuid",         "primary",
        "standby", "pool",         "primary_address", "standby_address",
        "witness", "memory_bytes", "disk_bytes",
    };
    json_t *flat = json_object();
    const json_t *each;
    const char *key;
    json_t *value;
    char name[2 * FT_PATH_SIZE];
    size_t i;

    for (i = 0; i < FT_ARRAY_SIZE(plain); i++)
        json_object_set(flat, plain[i], json_object_get(plan, plain[i]));
    flatten_leaves(json_object_get(plan, "leaves"), flat);
    json_object_foreach(json_object_get(plan, "settings"), key, value)
        json_object_set(flat, key, value);
    json_array_foreach(json_object_get(plan, "steps"), i, each) {
        snprintf(name, sizeof(name), "step %zu", i + 1);
        json_object_set(flat, name, json_object_get(each, "description"));
        snprintf(name, sizeof(name), "step %zu, kind", i + 1);
        json_object_set(flat, name, json_object_get(each, "step"));
        snprintf(name, sizeof(name), "step %zu, host", i + 1);
        json_object_set(flat, name, json_object_get(each, "host"));
    }
    json_array_foreach(json_object_get(plan, "effects"), i, each) {
        static const char *const members[] = { "detail", "bytes", "step",
                                               "later", "undoing" };

        for (size_t k = 0; k < FT_ARRAY_SIZE(members); k++) {
            snprintf(name, sizeof(name), "%.255s: %.40s %.900s, %s",
                     ft_json_string(each, "host", ""),
                     ft_json_string(each, "kind", ""),
                     ft_json_string(each, "what", ""), members[k]);
            json_object_set(flat, name, json_object_get(each, members[k]));
        }
    }
    return flat;
}

static void
add(json_t *differences, const char *what, json_t *was, json_t *is)
{
    if (json_array_size(differences) < FT_SAVED_DIFFERENCES_MAX)
        json_array_append_new(differences, json_pack("{s:o,s:O?,s:O?}", "what",
                                                     ft_json_text(what), "was",
                                                     was, "is", is));
}

/* What a check found; NULL: nothing of this kind. */
static const json_t *
find_check(const json_t *plan, const json_t *like)
{
    const json_t *each;
    size_t i;

    json_array_foreach(json_object_get(plan, "checks"), i, each)
        if (json_equal(json_object_get(each, "id"),
                       json_object_get(like, "id")) &&
            json_equal(json_object_get(each, "subject"),
                       json_object_get(like, "subject")))
            return each;
    return NULL;
}

static int
badness(const json_t *check)
{
    const char *verdict = ft_json_string(check, "verdict", "pass");

    return strcmp(verdict, "fail") == 0   ? 3
           : strcmp(verdict, "warn") == 0 ? 2
           : strcmp(verdict, "pass") == 0 ? 0
                                          : 1;
}

static void
compare_checks(const json_t *saved, const json_t *now, json_t *differences)
{
    const json_t *each;
    char name[600];
    size_t i;

    json_array_foreach(json_object_get(now, "checks"), i, each) {
        const json_t *before = find_check(saved, each);

        if (json_is_string(json_object_get(each, "waived")) ||
            badness(each) <= badness(before))
            continue;
        snprintf(name, sizeof(name), "check %.200s of %.300s",
                 ft_json_string(each, "id", ""),
                 ft_json_string(each, "subject", ""));
        add(differences, name, json_object_get(before, "verdict"),
            json_object_get(each, "verdict"));
    }
}

json_t *
ft_saved_differences(const json_t *saved, const json_t *now)
{
    FT_AUTOJSON json_t *before = flatten(saved);
    FT_AUTOJSON json_t *after = flatten(now);
    json_t *differences = json_array();
    const char *key;
    json_t *value;

    if (before == NULL || after == NULL || differences == NULL) {
        json_decref(differences);
        return NULL;
    }
    json_object_foreach(before, key, value)
        if (!json_equal(value, json_object_get(after, key)))
            add(differences, key, value, json_object_get(after, key));
    json_object_foreach(after, key, value)
        if (json_object_get(before, key) == NULL)
            add(differences, key, NULL, value);
    compare_checks(saved, now, differences);
    return differences;
}
