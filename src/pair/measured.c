/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/measured.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

/* Beyond it is nothing that a host can have: 1 EiB, a day, ... */
#define BYTES_MAX 1152921504606846976.0
#define MS_MAX 86400000.0

/* A number of the struct: where it is, its bounds. */
struct number {
    const char *key;
    size_t at;
    double min, max;
};

#define NUMBER(member, min, max)                                   \
    {                                                              \
#member, offsetof(struct ft_measurement, member), min, max \
    }
#define OF_LENGTH(member, min, max)                                       \
    {                                                                     \
#member, offsetof(struct ft_measurement_length, member), min, max \
    }

static const struct number numbers[] = {
    NUMBER(seconds, 0, 86400),
    NUMBER(scan_ms, 0, MS_MAX),
    NUMBER(copy_bytes_per_s, 0, BYTES_MAX),
    NUMBER(data, 0, 1),
    NUMBER(dirty_data, 0, 1),
    NUMBER(write_bytes_per_s, 0, BYTES_MAX),
    NUMBER(writes_per_s, 0, BYTES_MAX),
    NUMBER(write_ms, 0, MS_MAX),
    NUMBER(flush_ms, 0, MS_MAX),
    NUMBER(packets_per_s, 0, BYTES_MAX),
    NUMBER(sent_bytes_per_s, 0, BYTES_MAX),
    NUMBER(monitor_ms, 0, MS_MAX),
    NUMBER(held_ms, 0, MS_MAX),
    NUMBER(pressure, -1, 100),
};

static const struct number of_length[] = {
    OF_LENGTH(interval_ms, 0.001, MS_MAX), OF_LENGTH(mean, 0, BYTES_MAX),
    OF_LENGTH(p50, 0, BYTES_MAX),          OF_LENGTH(p99, 0, BYTES_MAX),
    OF_LENGTH(most, 0, BYTES_MAX),         OF_LENGTH(sent, 0, 1),
};

static const struct {
    const char *key;
    size_t at;
} sizes[] = {
    { "memory", offsetof(struct ft_measurement, memory) },
    { "disk_capacity", offsetof(struct ft_measurement, disk_capacity) },
    { "disk_allocated", offsetof(struct ft_measurement, disk_allocated) },
};

/* -- to JSON -- */

static void
put_numbers(json_t *object, const void *from, const struct number *list,
            size_t n)
{
    for (size_t i = 0; i < n; i++)
        json_object_set_new(object, list[i].key,
                            ft_json_figure(*(const double *)((const char *)from +
                                                             list[i].at)));
}

static json_t *
lengths_to_json(const struct ft_measurement *measured)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < measured->n_lengths; i++) {
        const struct ft_measurement_length *length = &measured->lengths[i];
        json_t *one = json_pack("{s:I}", "count", (json_int_t)length->count);

        put_numbers(one, length, of_length, FT_ARRAY_SIZE(of_length));
        json_array_append_new(list, one);
    }
    return list;
}

json_t *
ft_measurement_to_json(const struct ft_measurement *measured)
{
    json_t *json =
        json_pack("{s:i,s:o,s:s,s:s,s:I,s:o}", "schema", FT_MEASURED_SCHEMA,
                  "vm", ft_json_text(measured->vm), "uuid", measured->uuid,
                  "qemu", measured->qemu, "vcpus", (json_int_t)measured->vcpus,
                  "lengths", lengths_to_json(measured));

    if (!json)
        return NULL;
    for (size_t i = 0; i < FT_ARRAY_SIZE(sizes); i++)
        json_object_set_new(json, sizes[i].key,
                            json_integer(
                                (json_int_t) *
                                (const uint64_t *)((const char *)measured +
                                                   sizes[i].at)));
    put_numbers(json, measured, numbers, FT_ARRAY_SIZE(numbers));
    json_object_set_new(json, "packed", ft_json_figure(measured->packed));
    return json;
}

/* -- from JSON -- */

static int
wrong(struct ft_error *err, const char *key)
{
    return ft_fail(err, EPROTO, NULL,
                   "what was measured makes no sense: \"%s\"", key);
}

static int
take_numbers(const json_t *object, void *to, const struct number *list,
             size_t n, struct ft_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_object_get(object, list[i].key);
        double number = json_number_value(value);

        if (!json_is_number(value) || !isfinite(number) ||
            number < list[i].min || number > list[i].max)
            return wrong(err, list[i].key);
        *(double *)((char *)to + list[i].at) = number;
    }
    return 0;
}

static int
take_length(const json_t *json, struct ft_measurement_length *length,
            struct ft_error *err)
{
    int64_t count = ft_json_int(json, "count", 1, UINT32_MAX, 0);

    length->count = (unsigned)count;
    return count ? take_numbers(json, length, of_length,
                                FT_ARRAY_SIZE(of_length), err)
                 : wrong(err, "count");
}

static int
take_lengths(const json_t *list, struct ft_measurement *out,
             struct ft_error *err)
{
    size_t n = json_array_size(list);
    int rc = n && n <= FT_MEASURED_LENGTHS_MAX ? 0 : wrong(err, "lengths");

    for (size_t i = 0; i < n && !rc; i++) {
        rc = take_length(json_array_get(list, i), &out->lengths[i], err);
        if (!rc && i &&
            out->lengths[i].interval_ms <= out->lengths[i - 1].interval_ms)
            rc = wrong(err, "interval_ms");
        out->n_lengths = (unsigned)i + 1;
    }
    return rc;
}

static int
take_strings(const json_t *json, struct ft_measurement *out,
             struct ft_error *err)
{
    if (ft_json_need_string(json, "vm", out->vm, sizeof(out->vm), NULL))
        return wrong(err, "vm");
    if (ft_json_need_string(json, "uuid", out->uuid, sizeof(out->uuid), NULL))
        return wrong(err, "uuid");
    if (ft_json_need_string(json, "qemu", out->qemu, sizeof(out->qemu), NULL))
        return wrong(err, "qemu");
    return 0;
}

static int
take_sizes(const json_t *json, struct ft_measurement *out, struct ft_error *err)
{
    int64_t vcpus = ft_json_int(json, "vcpus", 0, 65536, -1);

    for (size_t i = 0; i < FT_ARRAY_SIZE(sizes); i++) {
        int64_t size =
            ft_json_int(json, sizes[i].key, 0, (int64_t)BYTES_MAX, -1);

        if (size < 0)
            return wrong(err, sizes[i].key);
        *(uint64_t *)((char *)out + sizes[i].at) = (uint64_t)size;
    }
    out->vcpus = (unsigned)vcpus;
    return vcpus < 0 ? wrong(err, "vcpus") : 0;
}

/* An engine of before does not tell. */
static int
take_packed(const json_t *json, struct ft_measurement *out, struct ft_error *err)
{
    const struct number packed = NUMBER(packed, 0, 1);

    out->packed = 1;
    return json_object_get(json, "packed")
               ? take_numbers(json, out, &packed, 1, err)
               : 0;
}

int
ft_measurement_from_json(const json_t *json, struct ft_measurement *out,
                         struct ft_error *err)
{
    int64_t schema = ft_json_int(json, "schema", 0, INT32_MAX, -1);
    int rc;

    memset(out, 0, sizeof(*out));
    if (schema != FT_MEASURED_SCHEMA)
        return ft_fail(err, EPROTO, "Use one version of ftadmin and ftengine.",
                       "what was measured is of schema %d, not %d", (int)schema,
                       FT_MEASURED_SCHEMA);
    rc = take_strings(json, out, err);
    if (!rc)
        rc = take_sizes(json, out, err);
    if (!rc)
        rc = take_numbers(json, out, numbers, FT_ARRAY_SIZE(numbers), err);
    if (!rc)
        rc = take_packed(json, out, err);
    return rc ? rc : take_lengths(json_object_get(json, "lengths"), out, err);
}
