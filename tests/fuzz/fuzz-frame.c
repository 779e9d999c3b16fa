/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream of frames, as the link reads it, and the small payloads. */
#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "link/payload.h"

static const uint64_t disks[] = { 1 << 30, 12345 };

/* What comes back is what such a frame says; behind it nothing is told. */
static void
take_question(const struct ft_frame_header *header, const uint8_t *data)
{
    unsigned char again[FT_DISK_WRITE_HEADER_SIZE];
    struct ft_error err = FT_ERROR_INIT;
    struct ft_disk_change asked;

    if (ft_disk_asked_decode(data, header->length, disks, 2, &asked, &err)) {
        FUZZ_CHECK(err.code == EPROTO && err.text[0]);
        return;
    }
    FUZZ_CHECK(asked.disk < 2 && asked.length > 0 && !asked.data &&
               asked.length <= FT_FRAME_DATA_MAX &&
               asked.offset + asked.length <= disks[asked.disk]);
    ft_disk_write_encode(&asked, again);
    FUZZ_CHECK(!memcmp(again, data, sizeof(again)));
}

static void
take_control(const struct ft_frame_header *header, const uint8_t *data)
{
    unsigned char again[FT_CONTROL_WORD_SIZE];
    struct ft_error err = FT_ERROR_INIT;
    struct ft_control_word word;

    if (ft_control_word_decode(data, header->length, &word, &err)) {
        FUZZ_CHECK(err.code == EPROTO && err.text[0]);
        return;
    }
    FUZZ_CHECK((int64_t)word.number >= 0 && (int64_t)(2 * word.number) >= 0);
    ft_control_word_encode(&word, again);
    FUZZ_CHECK(!memcmp(again, data, sizeof(again)));
}

static void
take_payload(const struct ft_frame_header *header, const uint8_t *data)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_disk_change change;
    struct ft_epoch_summary summary;
    struct ft_epoch_begin begin;

    switch (header->type) {
    case FT_FRAME_DISK_WRITE:
    case FT_FRAME_DISK_ZERO:
        if (ft_disk_decode(header->type, data, header->length, disks, 2,
                           &change, &err)) {
            FUZZ_CHECK(err.code == EPROTO && err.text[0]);
            break;
        }
        FUZZ_CHECK(change.disk < 2 && change.length > 0 &&
                   change.offset + change.length <= disks[change.disk]);
        break;
    case FT_FRAME_EPOCH_BEGIN:
        if (ft_epoch_begin_decode(data, header->length, &begin, &err)) {
            FUZZ_CHECK(err.code == EPROTO && err.text[0]);
            break;
        }
        FUZZ_CHECK(begin.lag_ns <= FT_EPOCH_LAG_MAX &&
                   begin.tsc_hz <= FT_EPOCH_TSC_MAX);
        break;
    case FT_FRAME_DISK_READ:
    case FT_FRAME_DISK_HASH:
        take_question(header, data);
        break;
    case FT_FRAME_CONTROL:
        take_control(header, data);
        break;
    case FT_FRAME_EPOCH_END:
        FUZZ_CHECK(ft_epoch_end_decode(data, header->length, &summary, &err) ==
                   0);
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ft_frame_header header;
    struct ft_error err = FT_ERROR_INIT;
    unsigned char again[FT_FRAME_HEADER_SIZE];

    for (uint64_t sequence = 0; size >= FT_FRAME_HEADER_SIZE; sequence++) {
        if (ft_frame_decode(data, sequence, &header, &err)) {
            FUZZ_CHECK(err.code == EPROTO && err.text[0]);
            return 0;
        }
        FUZZ_CHECK(header.length <= FT_FRAME_PAYLOAD_MAX);
        ft_frame_encode(&header, again);
        FUZZ_CHECK(!memcmp(again, data, sizeof(again)));
        data += FT_FRAME_HEADER_SIZE;
        size -= FT_FRAME_HEADER_SIZE;
        if (header.length > size)
            return 0;
        take_payload(&header, data);
        data += header.length;
        size -= header.length;
    }
    return 0;
}
