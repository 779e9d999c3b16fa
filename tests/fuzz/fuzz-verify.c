/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VERIFY payloads, as a standby takes them: each is a u16 of its length and so many
 * bytes; a first bit says that its hashes are made the right ones, which nobody
 * guesses. The waiting VM's memory is this process's, its disks are files.
 *
 * The judge counts for itself: of what is let through all is compared, and all that
 * differs is told; what is refused leaves no trace.
 */
#include "config.h"

#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "link/verify-wire.h"
#include "standby/verify-standby.h"

#define BLOCK_PAGES 300 /* more than are read at once */
#define DISK_SIZE (4 * FT_VERIFY_DISK_UNIT + 12345)
#define RIGHT 0x8000u /* in the length: with right hashes */

static unsigned char *memory[2];
static unsigned char disks[2][DISK_SIZE];
static struct ft_replica replica;
static const json_t *answered;

/* Instead of the link's. */
int
ft_link_send_json(struct ft_link *link, enum ft_frame_type type, uint64_t epoch,
                  const json_t *value)
{
    FUZZ_CHECK(!link && !epoch && type == FT_FRAME_VERIFY_RESULT);
    answered = json_incref((json_t *)(uintptr_t)value);
    return 0;
}

static void
make_replica(void)
{
    replica.pid = getpid();
    replica.n_blocks = replica.n_disks = 2;
    replica.committed = 5;
    replica.state.data = (unsigned char *)strdup("the devices' state");
    FUZZ_CHECK(replica.state.data);
    replica.state.size = strlen((const char *)replica.state.data);
    for (unsigned i = 0; i < 2; i++) {
        struct ft_replica_disk *d = &replica.disks[i];
        /* one page more that is not of it: to be read by nobody */
        size_t size = (BLOCK_PAGES + i) * (size_t)FT_PAGE_SIZE;

        memory[i] = mmap(NULL, size + FT_PAGE_SIZE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        FUZZ_CHECK(memory[i] != MAP_FAILED &&
                   !mprotect(memory[i] + size, FT_PAGE_SIZE, PROT_NONE));
        for (size_t at = 0; at < size; at += 8)
            memory[i][at] = (unsigned char)(at / FT_PAGE_SIZE + i);
        for (size_t at = 0; at < DISK_SIZE; at += 64)
            disks[i][at] = (unsigned char)(at / FT_VERIFY_DISK_UNIT + i);
        snprintf(replica.blocks[i].name, sizeof(replica.blocks[i].name),
                 "ram%u", i);
        replica.blocks[i].host = (uintptr_t)memory[i];
        replica.blocks[i].size = size;
        snprintf(d->target, sizeof(d->target), "vd%u", i);
        d->path = d->target;
        d->capacity = DISK_SIZE;
        d->fd = memfd_create("fuzz", MFD_CLOEXEC);
        FUZZ_CHECK(d->fd >= 0 &&
                   pwrite(d->fd, disks[i], DISK_SIZE, 0) == DISK_SIZE);
    }
}

/* Where a unit of ours is, and its bytes; 0: it is none. */
static size_t
unit_at(uint32_t kind, uint32_t index, uint64_t at, const unsigned char **data)
{
    size_t size = kind == FT_VERIFY_DISK ? DISK_SIZE : 0;
    size_t unit = kind == FT_VERIFY_DISK ? FT_VERIFY_DISK_UNIT : FT_PAGE_SIZE;

    if (kind > FT_VERIFY_DISK || index > 1)
        return 0;
    if (kind == FT_VERIFY_MEMORY)
        size = (size_t)replica.blocks[index].size;
    if (at % unit || at >= size)
        return 0;
    *data = (kind == FT_VERIFY_DISK ? disks[index] : memory[index]) + at;
    return FT_MIN(unit, size - (size_t)at);
}

/* What a payload says, without the decoder. */
struct said {
    uint32_t kind, index;
    uint64_t offset;
    size_t n;
};

static struct said
read_payload(const unsigned char *payload, size_t size)
{
    return (struct said){ ft_get_le32(payload), ft_get_le32(payload + 4),
                          ft_get_le64(payload + 8),
                          (size - FT_VERIFY_HEADER_SIZE) / 8 };
}

static void
make_right(unsigned char *payload, size_t size)
{
    struct said said = read_payload(payload, size);
    const unsigned char *data;
    uint64_t at = said.offset;

    for (size_t i = 0; i < said.n; i++) {
        size_t unit = unit_at(said.kind, said.index, at, &data);

        if (!unit)
            return;
        ft_put_le64(payload + FT_VERIFY_HEADER_SIZE + 8 * i,
                    XXH3_64bits(data, unit));
        at += unit;
    }
}

/* What the counts have to be after a part that was taken. */
static void
count(struct ft_verify_check *sum, const unsigned char *payload, size_t size)
{
    struct said said = read_payload(payload, size);
    uint64_t at = said.offset;

    FUZZ_CHECK(said.kind <= FT_VERIFY_DISK && said.n > 0);
    for (size_t i = 0; i < said.n; i++) {
        const unsigned char *data;
        size_t unit = unit_at(said.kind, said.index, at, &data);
        uint64_t told = ft_get_le64(payload + FT_VERIFY_HEADER_SIZE + 8 * i);
        bool differs;

        FUZZ_CHECK(unit > 0); /* else it was not ours to read */
        differs = XXH3_64bits(data, unit) != told;
        sum->ram_pages += said.kind == FT_VERIFY_MEMORY;
        sum->ram_different += said.kind == FT_VERIFY_MEMORY && differs;
        sum->disk_bytes += said.kind == FT_VERIFY_DISK ? unit : 0;
        sum->disk_different += said.kind == FT_VERIFY_DISK && differs ? unit : 0;
        at += unit;
    }
}

static void
check_answer(const struct ft_verify_check *sum)
{
    const json_t *a = answered;

    FUZZ_CHECK(ft_json_int(a, "ram_pages", 0, INT64_MAX, -1) ==
                   (int64_t)sum->ram_pages &&
               ft_json_int(a, "ram_different", 0, INT64_MAX, -1) ==
                   (int64_t)sum->ram_different &&
               ft_json_int(a, "disk_bytes", 0, INT64_MAX, -1) ==
                   (int64_t)sum->disk_bytes &&
               ft_json_int(a, "disk_different", 0, INT64_MAX, -1) ==
                   (int64_t)sum->disk_different);
    /* where something differs, the first place is told */
    FUZZ_CHECK((*ft_json_string(a, "first_difference", "") != '\0') ==
               (sum->ram_different || sum->disk_different));
}

static bool
is_as(const struct ft_verify_check *a, const struct ft_verify_check *b)
{
    return a->ram_pages == b->ram_pages && a->disk_bytes == b->disk_bytes &&
           a->ram_different == b->ram_different &&
           a->disk_different == b->disk_different &&
           !strcmp(a->first, b->first);
}

static void
take(struct ft_verify_check *check, struct ft_verify_check *sum,
     const unsigned char *payload, size_t size)
{
    const struct ft_frame frame = { FT_FRAME_VERIFY, 0, 0, payload,
                                    (uint32_t)size };
    struct ft_verify_check before = *check;
    struct ft_error err = FT_ERROR_INIT;
    bool ends = ft_verify_ends(&frame);
    int rc;

    answered = NULL;
    rc = ft_verify_standby(check, &replica, NULL, &frame, &err);
    FUZZ_CHECK(rc == 0 || (err.code == EPROTO && err.text[0]));
    FUZZ_CHECK(ends || !answered);
    if (rc) {
        FUZZ_CHECK(is_as(check, &before) && !answered);
    } else if (ends) {
        FUZZ_CHECK(answered && size == FT_VERIFY_HEADER_SIZE + 8);
        check_answer(sum);
        memset(sum, 0, sizeof(*sum));
    } else {
        count(sum, payload, size);
    }
    json_decref((json_t *)(uintptr_t)answered);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ft_verify_check check = { 0 }, sum = { 0 };

    if (!replica.n_blocks)
        make_replica();
    while (size >= 2) {
        unsigned word = ft_get_le16(data);
        size_t length = FT_MIN((size_t)(word & ~RIGHT), size - 2);
        unsigned char *payload = malloc(length + 1);

        if (!payload)
            return 0;
        memcpy(payload, data + 2, length);
        if (word & RIGHT && length >= FT_VERIFY_HEADER_SIZE)
            make_right(payload, length);
        take(&check, &sum, payload, length);
        free(payload);
        data += 2 + length;
        size -= 2 + length;
    }
    return 0;
}
