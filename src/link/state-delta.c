/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/state-delta.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bytes.h"
#include "base/cleanup.h"

#define FULL_HEADER_SIZE 16
#define DELTA_HEADER_SIZE 40
#define RANGE_SIZE 8

/* Equal bytes between two differences that are cheaper to send than a range. */
#define GAP 16

void
ft_state_free(struct ft_state *state)
{
    free(state->data);
    *state = (struct ft_state){ 0 };
}

static void
put_identity(unsigned char *out, const struct ft_state *state)
{
    ft_put_le64(out, state->size);
    ft_put_le64(out + 8, XXH3_64bits(state->data, state->size));
}

static int
encode_full(const struct ft_state *state, struct ft_state *encoded)
{
    encoded->size = FULL_HEADER_SIZE + state->size;
    encoded->data = malloc(encoded->size);
    if (!encoded->data)
        return -ENOMEM;
    put_identity(encoded->data, state);
    memcpy(encoded->data + FULL_HEADER_SIZE, state->data, state->size);
    return 0;
}

/* Where two states differ, found one range after another. */
struct finder {
    const struct ft_state *state, *previous;
    size_t at;
};

static int
same(const struct finder *finder, size_t i)
{
    return i < finder->previous->size &&
           finder->state->data[i] == finder->previous->data[i];
}

/* The first byte from i on that differs, or the end of the state. */
static size_t
skip_same(const struct finder *finder, size_t i)
{
    size_t common = FT_MIN(finder->state->size, finder->previous->size);

    while (i + 64 <= common &&
           !memcmp(finder->state->data + i, finder->previous->data + i, 64))
        i += 64;
    while (i < finder->state->size && same(finder, i))
        i++;
    return i;
}

/* The next range that differs; 0 when there is none. */
static int
find_range(struct finder *finder, size_t *start, size_t *end)
{
    size_t size = finder->state->size, next;

    *start = next = skip_same(finder, finder->at);
    if (next >= size)
        return 0;
    do {
        *end = next + 1;
        while (*end < size && !same(finder, *end))
            ++*end;
        next = skip_same(finder, *end);
    } while (next < size && next - *end < GAP);
    finder->at = next;
    return 1;
}

/* The size of the delta and how many ranges it has, as far as limit. */
static size_t
measure_delta(const struct ft_state *state, const struct ft_state *previous,
              size_t limit, uint32_t *ranges)
{
    struct finder finder = { state, previous, 0 };
    size_t size = DELTA_HEADER_SIZE, start, end;

    *ranges = 0;
    while (size < limit && find_range(&finder, &start, &end)) {
        size += RANGE_SIZE + (end - start);
        ++*ranges;
    }
    return size;
}

static int
encode_delta(const struct ft_state *state, const struct ft_state *previous,
             size_t size, uint32_t ranges, struct ft_state *encoded)
{
    struct finder finder = { state, previous, 0 };
    unsigned char *range, *data;
    size_t start, end;

    encoded->size = size;
    encoded->data = malloc(size);
    if (!encoded->data)
        return -ENOMEM;
    put_identity(encoded->data, state);
    put_identity(encoded->data + 16, previous);
    ft_put_le32(encoded->data + 32, ranges);
    ft_put_le32(encoded->data + 36, 0);
    range = encoded->data + DELTA_HEADER_SIZE;
    data = range + (size_t)ranges * RANGE_SIZE;
    while (find_range(&finder, &start, &end)) {
        ft_put_le32(range, (uint32_t)start);
        ft_put_le32(range + 4, (uint32_t)(end - start));
        memcpy(data, state->data + start, end - start);
        range += RANGE_SIZE;
        data += end - start;
    }
    return 0;
}

int
ft_state_encode(const struct ft_state *state, const struct ft_state *previous,
                struct ft_state *encoded, int *is_delta)
{
    size_t full = FULL_HEADER_SIZE + state->size;
    uint32_t ranges;

    if (!state->size)
        return -EINVAL;
    if (state->size > FT_STATE_MAX)
        return -E2BIG;
    *is_delta = 0;
    if (previous && previous->size) {
        size_t size = measure_delta(state, previous, full, &ranges);

        *is_delta = size < full;
        if (*is_delta)
            return encode_delta(state, previous, size, ranges, encoded);
    }
    return encode_full(state, encoded);
}

/* Whether state is the one that a sender described at in. */
static int
is_identical(const unsigned char *in, const struct ft_state *state)
{
    return ft_get_le64(in) == state->size &&
           ft_get_le64(in + 8) == XXH3_64bits(state->data, state->size);
}

/* Makes the new state as far as it is like the old one. */
static int
start_state(const unsigned char *in, const struct ft_state *previous,
            struct ft_state *state, struct ft_error *err)
{
    uint64_t size = ft_get_le64(in);

    if (!size || size > FT_STATE_MAX)
        return ft_fail(err, EPROTO, NULL, "device state of %llu bytes",
                       (unsigned long long)size);
    state->size = size;
    state->data = calloc(1, size);
    if (!state->data)
        return ft_fail(err, ENOMEM, NULL,
                       "no memory for %llu bytes of device "
                       "state",
                       (unsigned long long)size);
    if (previous)
        memcpy(state->data, previous->data, FT_MIN(size, previous->size));
    return 0;
}

/*
 * Puts the ranges in. What lies behind the old state's end must be covered,
 * which the checksum proves, as everything else.
 */
static int
put_ranges(const unsigned char *in, size_t size, struct ft_state *state,
           struct ft_error *err)
{
    uint32_t ranges = ft_get_le32(in + 32);
    const unsigned char *range = in + DELTA_HEADER_SIZE, *data;
    size_t left, end = 0;

    if (ranges > (size - DELTA_HEADER_SIZE) / RANGE_SIZE)
        return ft_fail(err, EPROTO, NULL, "device state delta with %u ranges",
                       ranges);
    data = range + (size_t)ranges * RANGE_SIZE;
    left = size - DELTA_HEADER_SIZE - (size_t)ranges * RANGE_SIZE;
    for (uint32_t i = 0; i < ranges; i++, range += RANGE_SIZE) {
        size_t start = ft_get_le32(range), length = ft_get_le32(range + 4);

        if (!length || (i && start <= end) || start > state->size ||
            length > state->size - start || length > left)
            return ft_fail(err, EPROTO, NULL,
                           "device state delta with a bad range (%zu, %zu)",
                           start, length);
        memcpy(state->data + start, data, length);
        data += length;
        left -= length;
        end = start + length;
    }
    if (left)
        return ft_fail(err, EPROTO, NULL,
                       "device state delta with %zu bytes too many", left);
    return 0;
}

static int
decode_delta(const unsigned char *in, size_t size,
             const struct ft_state *previous, struct ft_state *state,
             struct ft_error *err)
{
    int rc;

    if (size < DELTA_HEADER_SIZE)
        return ft_fail(err, EPROTO, NULL, "device state delta is cut short");
    if (ft_get_le32(in + 36))
        return ft_fail(err, EPROTO, NULL,
                       "device state delta with 0x%x in its reserved field",
                       ft_get_le32(in + 36));
    if (!previous || !previous->size)
        return ft_fail(err, EPROTO, NULL,
                       "device state delta without a state before it");
    if (!is_identical(in + 16, previous))
        return ft_fail(err, EBADMSG, NULL,
                       "device state delta against another state");
    /* What is new must be in the ranges: no small frame makes a large state. */
    if (ft_get_le64(in) > previous->size + size)
        return ft_fail(err, EPROTO, NULL,
                       "device state delta of %zu bytes for a state of %llu",
                       size, (unsigned long long)ft_get_le64(in));
    rc = start_state(in, previous, state, err);
    return rc ? rc : put_ranges(in, size, state, err);
}

static int
decode_full(const unsigned char *in, size_t size, struct ft_state *state,
            struct ft_error *err)
{
    int rc;

    if (size < FULL_HEADER_SIZE)
        return ft_fail(err, EPROTO, NULL, "device state is cut short");
    if (ft_get_le64(in) != size - FULL_HEADER_SIZE)
        return ft_fail(err, EPROTO, NULL,
                       "device state says %llu bytes and has %zu",
                       (unsigned long long)ft_get_le64(in),
                       size - FULL_HEADER_SIZE);
    rc = start_state(in, NULL, state, err);
    if (!rc && state->data)
        memcpy(state->data, in + FULL_HEADER_SIZE, state->size);
    return rc;
}

int
ft_state_decode(const void *encoded, size_t size, int is_delta,
                const struct ft_state *previous, struct ft_state *state,
                struct ft_error *err)
{
    struct ft_state fresh = { 0 };
    int rc = is_delta ? decode_delta(encoded, size, previous, &fresh, err)
                      : decode_full(encoded, size, &fresh, err);

    if (!rc && !is_identical(encoded, &fresh))
        rc = ft_fail(err, EBADMSG, NULL,
                     "device state is not what the sender had");
    if (rc) {
        ft_state_free(&fresh);
        return rc;
    }
    *state = fresh;
    return 0;
}
