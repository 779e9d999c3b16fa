/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/payload.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bytes.h"
#include "base/cleanup.h"

#define ZERO_TRIM 1u

void
ft_disk_write_encode(const struct ft_disk_change *change,
                     unsigned char out[FT_DISK_WRITE_HEADER_SIZE])
{
    assert(change->disk < FT_DISKS_MAX);
    assert(change->length && change->length <= FT_FRAME_DATA_MAX);
    ft_put_le16(out, (uint16_t)change->disk);
    ft_put_le16(out + 2, 0);
    ft_put_le32(out + 4, (uint32_t)change->length);
    ft_put_le64(out + 8, change->offset);
}

void
ft_disk_zero_encode(const struct ft_disk_change *change,
                    unsigned char out[FT_DISK_ZERO_SIZE])
{
    assert(change->disk < FT_DISKS_MAX && change->length);
    ft_put_le16(out, (uint16_t)change->disk);
    ft_put_le16(out + 2, change->trim ? ZERO_TRIM : 0);
    ft_put_le32(out + 4, 0);
    ft_put_le64(out + 8, change->offset);
    ft_put_le64(out + 16, change->length);
}

static int
decode_write(const unsigned char *in, size_t size,
             struct ft_disk_change *change, struct ft_error *err)
{
    if (size <= FT_DISK_WRITE_HEADER_SIZE)
        return ft_fail(err, EPROTO, NULL, "disk write is cut short");
    change->length = ft_get_le32(in + 4);
    change->data = in + FT_DISK_WRITE_HEADER_SIZE;
    if (ft_get_le16(in + 2))
        return ft_fail(err, EPROTO, NULL, "disk write with flags 0x%x",
                       ft_get_le16(in + 2));
    if (change->length != size - FT_DISK_WRITE_HEADER_SIZE ||
        change->length > FT_FRAME_DATA_MAX)
        return ft_fail(err, EPROTO, NULL,
                       "disk write says %llu bytes of data and has %zu",
                       (unsigned long long)change->length,
                       size - FT_DISK_WRITE_HEADER_SIZE);
    return 0;
}

static int
decode_zero(const unsigned char *in, size_t size, struct ft_disk_change *change,
            struct ft_error *err)
{
    unsigned flags;

    if (size != FT_DISK_ZERO_SIZE)
        return ft_fail(err, EPROTO, NULL, "disk zero of %zu bytes", size);
    flags = ft_get_le16(in + 2);
    if ((flags & ~ZERO_TRIM) || ft_get_le32(in + 4))
        return ft_fail(err, EPROTO, NULL, "disk zero with flags 0x%x", flags);
    change->trim = flags & ZERO_TRIM;
    change->length = ft_get_le64(in + 16);
    return 0;
}

/* Bytes of one of the disks. */
static int
check_place(const struct ft_disk_change *change, const uint64_t *disk_sizes,
            size_t n, const char *what, struct ft_error *err)
{
    if (change->disk >= n)
        return ft_fail(err, EPROTO, NULL, "%s of disk %u, which is none", what,
                       change->disk);
    if (!change->length || change->offset > disk_sizes[change->disk] ||
        change->length > disk_sizes[change->disk] - change->offset)
        return ft_fail(err, EPROTO, NULL,
                       "%s of disk %u outside it (offset %llu, length %llu)",
                       what, change->disk, (unsigned long long)change->offset,
                       (unsigned long long)change->length);
    return 0;
}

int
ft_disk_decode(unsigned type, const void *payload, size_t size,
               const uint64_t *disk_sizes, size_t n,
               struct ft_disk_change *change, struct ft_error *err)
{
    const unsigned char *in = payload;
    int rc;

    *change = (struct ft_disk_change){ 0 };
    rc = type == FT_FRAME_DISK_WRITE ? decode_write(in, size, change, err)
                                     : decode_zero(in, size, change, err);
    if (rc)
        return rc;
    change->disk = ft_get_le16(in);
    change->offset = ft_get_le64(in + 8);
    return check_place(change, disk_sizes, n, "change", err);
}

int
ft_disk_asked_decode(const void *payload, size_t size,
                     const uint64_t *disk_sizes, size_t n,
                     struct ft_disk_change *change, struct ft_error *err)
{
    const unsigned char *in = payload;

    *change = (struct ft_disk_change){ 0 };
    if (size != FT_DISK_WRITE_HEADER_SIZE)
        return ft_fail(err, EPROTO, NULL, "question about a disk of %zu bytes",
                       size);
    if (ft_get_le16(in + 2))
        return ft_fail(err, EPROTO, NULL,
                       "question about a disk with flags 0x%x",
                       ft_get_le16(in + 2));
    change->disk = ft_get_le16(in);
    change->length = ft_get_le32(in + 4);
    change->offset = ft_get_le64(in + 8);
    if (change->length > FT_FRAME_DATA_MAX)
        return ft_fail(err, EPROTO, NULL,
                       "question about %llu bytes of a disk at once",
                       (unsigned long long)change->length);
    return check_place(change, disk_sizes, n, "question", err);
}

void
ft_control_word_encode(const struct ft_control_word *control,
                       unsigned char out[FT_CONTROL_WORD_SIZE])
{
    ft_put_le32(out, control->message);
    ft_put_le32(out + 4, 0);
    ft_put_le64(out + 8, control->number);
}

int
ft_control_word_decode(const void *payload, size_t size,
                       struct ft_control_word *control, struct ft_error *err)
{
    const unsigned char *in = payload;

    if (size != FT_CONTROL_WORD_SIZE || ft_get_le32(in + 4))
        return ft_fail(err, EPROTO, NULL, "control message of %zu bytes%s",
                       size, size == FT_CONTROL_WORD_SIZE ? " with flags" : "");
    control->message = ft_get_le32(in);
    control->number = ft_get_le64(in + 8);
    if (control->number > FT_CONTROL_WORD_MAX)
        return ft_fail(err, EPROTO, NULL, "control message %u of number %llu",
                       control->message, (unsigned long long)control->number);
    return 0;
}

size_t
ft_disk_hashes(const void *data, size_t length,
               unsigned char out[FT_DISK_HASHES_MAX])
{
    const unsigned char *p = data;
    XXH128_canonical_t hash;
    size_t done, n = 0;

    assert(length <= FT_FRAME_DATA_MAX);
    for (done = 0; done < length; done += FT_DISK_HASH_UNIT) {
        size_t part = FT_MIN(length - done, FT_DISK_HASH_UNIT);

        XXH128_canonicalFromHash(&hash, XXH3_128bits(p + done, part));
        memcpy(out + n, hash.digest, FT_DISK_HASH_SIZE);
        n += FT_DISK_HASH_SIZE;
    }
    return n;
}

static uint64_t
digest(unsigned type, const struct iovec *payload, size_t n)
{
    XXH3_state_t state;

    if (n == 1)
        return XXH3_64bits_withSeed(payload->iov_base, payload->iov_len, type);
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset_withSeed(&state, type);
    for (size_t i = 0; i < n; i++)
        XXH3_64bits_update(&state, payload[i].iov_base, payload[i].iov_len);
    return XXH3_64bits_digest(&state);
}

void
ft_epoch_summary_add(struct ft_epoch_summary *summary, unsigned type,
                     const struct iovec *payload, size_t n)
{
    summary->frames++;
    if (type == FT_FRAME_DISK_WRITE || type == FT_FRAME_DISK_ZERO)
        summary->disk_frames++;
    for (size_t i = 0; i < n; i++)
        summary->bytes += payload[i].iov_len;
    summary->digest += digest(type, payload, n);
}

/* The members as a table, so that no function forgets one. */
static const struct member {
    const char *name;
    size_t place;
} members[] = {
    { "frames", offsetof(struct ft_epoch_summary, frames) },
    { "pages with data", offsetof(struct ft_epoch_summary, ram_pages) },
    { "zero pages", offsetof(struct ft_epoch_summary, zero_pages) },
    { "disk frames", offsetof(struct ft_epoch_summary, disk_frames) },
    { "bytes", offsetof(struct ft_epoch_summary, bytes) },
    { "digest", offsetof(struct ft_epoch_summary, digest) },
};

_Static_assert(FT_ARRAY_SIZE(members) * 8 == FT_EPOCH_END_SIZE,
               "every member is on the wire");
_Static_assert(sizeof(struct ft_epoch_summary) == FT_EPOCH_END_SIZE,
               "every member is in the table");

static uint64_t
get_member(const struct ft_epoch_summary *summary, size_t i)
{
    uint64_t value;

    memcpy(&value, (const char *)summary + members[i].place, sizeof(value));
    return value;
}

static void
set_member(struct ft_epoch_summary *summary, size_t i, uint64_t value)
{
    memcpy((char *)summary + members[i].place, &value, sizeof(value));
}

void
ft_epoch_summary_merge(struct ft_epoch_summary *summary,
                       const struct ft_epoch_summary *part)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(members); i++)
        set_member(summary, i, get_member(summary, i) + get_member(part, i));
}

void
ft_epoch_begin_encode(const struct ft_epoch_begin *begin,
                      unsigned char out[FT_EPOCH_BEGIN_SIZE])
{
    ft_put_le64(out, begin->age_ns);
    ft_put_le64(out + 8, begin->lag_ns);
    ft_put_le64(out + 16, begin->tsc_hz);
}

int
ft_epoch_begin_decode(const void *payload, size_t size,
                      struct ft_epoch_begin *begin, struct ft_error *err)
{
    const unsigned char *in = payload;

    if (size != FT_EPOCH_BEGIN_SIZE)
        return ft_fail(err, EPROTO, NULL, "epoch begin of %zu bytes", size);
    begin->age_ns = ft_get_le64(in);
    begin->lag_ns = ft_get_le64(in + 8);
    begin->tsc_hz = ft_get_le64(in + 16);
    if (begin->age_ns > FT_EPOCH_AGE_MAX || begin->lag_ns > FT_EPOCH_LAG_MAX ||
        begin->tsc_hz > FT_EPOCH_TSC_MAX)
        return ft_fail(err, EPROTO, NULL,
                       "epoch begin with age %llu ns, lag %llu ns, TSC %llu Hz",
                       (unsigned long long)begin->age_ns,
                       (unsigned long long)begin->lag_ns,
                       (unsigned long long)begin->tsc_hz);
    return 0;
}

void
ft_epoch_end_encode(const struct ft_epoch_summary *summary,
                    unsigned char out[FT_EPOCH_END_SIZE])
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(members); i++)
        ft_put_le64(out + 8 * i, get_member(summary, i));
}

int
ft_epoch_end_decode(const void *payload, size_t size,
                    struct ft_epoch_summary *summary, struct ft_error *err)
{
    const unsigned char *in = payload;

    if (size != FT_EPOCH_END_SIZE)
        return ft_fail(err, EPROTO, NULL, "epoch end of %zu bytes", size);
    for (size_t i = 0; i < FT_ARRAY_SIZE(members); i++)
        set_member(summary, i, ft_get_le64(in + 8 * i));
    return 0;
}

int
ft_epoch_summary_compare(const struct ft_epoch_summary *received,
                         const struct ft_epoch_summary *claimed,
                         struct ft_error *err)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(members); i++) {
        uint64_t got = get_member(received, i), want = get_member(claimed, i);

        if (got != want)
            return ft_fail(err, EBADMSG, NULL,
                           "the epoch is not whole: %s 0x%llx instead of 0x%llx",
                           members[i].name, (unsigned long long)got,
                           (unsigned long long)want);
    }
    return 0;
}

void
ft_copy_id_after(const char *id, char out[FT_COPY_ID_SIZE])
{
    XXH128_canonical_t hash;
    size_t at = 0;

    XXH128_canonicalFromHash(&hash, XXH3_128bits(id, strlen(id)));
    for (size_t i = 0; i < sizeof(hash.digest); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        at += (size_t)snprintf(out + at, 3, "%02x", hash.digest[i]);
    }
}
