/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"

const char *
ft_json_string(const json_t *object, const char *key, const char *fallback)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : fallback;
}

int64_t
ft_json_int(const json_t *object, const char *key, int64_t min, int64_t max,
            int64_t fallback)
{
    const json_t *value = json_object_get(object, key);
    int64_t number;

    if (!json_is_integer(value))
        return fallback;
    number = json_integer_value(value);
    return number < min || number > max ? fallback : number;
}

int
ft_json_bool(const json_t *object, const char *key, int fallback)
{
    const json_t *value = json_object_get(object, key);

    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

void
ft_json_join(const json_t *array, char *out, size_t size)
{
    size_t index, used = 0;
    json_t *item;

    *out = '\0';
    json_array_foreach(array, index, item) {
        if (!json_is_string(item) || used + 1 >= size)
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s%s",
                                 used ? "; " : "", json_string_value(item));
    }
    for (; *out != '\0'; out++)
        if (*out < ' ' || *out > '~')
            *out = '?';
}

int
ft_json_need_string(const json_t *object, const char *key, char *out,
                    size_t size, struct ft_error *err)
{
    const char *text = ft_json_string(object, key, NULL);

    if (!text || strlen(text) >= size)
        return ft_fail(err, EINVAL, NULL,
                       "member \"%s\" is missing, no string or too long", key);
    memcpy(out, text, strlen(text) + 1);
    return 0;
}

int
ft_json_need_int(const json_t *object, const char *key, int64_t min,
                 int64_t max, int64_t *out, struct ft_error *err)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max)
        return ft_fail(err, EINVAL, NULL,
                       "member \"%s\" is missing or out of bounds", key);
    *out = json_integer_value(value);
    return 0;
}

int
ft_json_parse(const char *text, size_t size, json_t **out, struct ft_error *err)
{
    json_error_t where;
    json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);

    if (!value)
        return ft_fail(err, EINVAL, NULL, "not JSON: %s at byte %d", where.text,
                       where.position);
    if (!json_is_object(value)) {
        json_decref(value);
        return ft_fail(err, EINVAL, NULL, "not a JSON object");
    }
    *out = value;
    return 0;
}

json_t *
ft_json_text(const char *text)
{
    json_t *value = json_string(text);
    FT_AUTOFREE char *copy = value ? NULL : strdup(text);
    char *at;

    for (at = copy; at && *at; at++)
        if ((unsigned char)*at > 0x7f)
            *at = '?';
    return copy ? json_string(copy) : value;
}

json_t *
ft_json_figure(double value)
{
    double size = value < 0 ? -value : value;
    json_int_t whole;

    if (!(size < 1e15))
        return json_real(value);
    whole = (json_int_t)(value < 0 ? value - 0.5 : value + 0.5);
    return size >= 1000 || (double)whole == value ? json_integer(whole)
                                                  : json_real(value);
}

json_t *
ft_json_from_error(const struct ft_error *err)
{
    return json_pack("{s:i,s:o,s:o}", "code", err->code, "text",
                     ft_json_text(err->text), "hint", ft_json_text(err->hint));
}

int
ft_json_to_error(const json_t *object, struct ft_error *err)
{
    int code = ft_json_int(object, "code", 1, 4095, EIO);

    return ft_fail(err, code, ft_json_string(object, "hint", ""), "%s",
                   ft_json_string(object, "text", "unknown error"));
}

int
ft_json_load(const char *path, size_t limit, json_t **out, struct ft_error *err)
{
    FT_AUTOFREE char *text = NULL;
    size_t size;
    int rc = ft_file_read(path, limit, &text, &size);

    if (rc)
        return ft_fail(err, -rc, NULL, "cannot read %s: %s", path,
                       strerror(-rc));
    rc = ft_json_parse(text, size, out, err);
    if (rc)
        ft_error_prefix(err, "%s", path);
    return rc;
}

int
ft_json_save(const char *path, const json_t *value)
{
    FT_AUTOFREE char *text = json_dumps(value, JSON_INDENT(2));

    return text ? ft_file_replace(path, text, strlen(text), 0600) : -ENOMEM;
}
