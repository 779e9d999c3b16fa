/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream of frames, as the link reads it, and the small payloads. */
#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "link/payload.h"

static const uint64_t disks[] = { 1 << 30, 12345 };

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
