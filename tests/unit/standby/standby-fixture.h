/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A replica whose QEMU is this process and whose disks are files in the scratch
 * folder, and a primary that sends it frames and counts them.
 */
#ifndef FT_TESTS_STANDBY_FIXTURE_H
#define FT_TESTS_STANDBY_FIXTURE_H

#include "tests/unit/scratch.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "standby/replica.h"

#define BLOCK_PAGES 64
#define BLOCK_SIZE ((size_t)BLOCK_PAGES * FT_PAGE_SIZE)
#define STATE_ONE "state of epoch one ................."
#define DISK_SIZE (UINT64_C(200) << 10) /* not a whole number of 64 KiB */

static unsigned char *memory[2];
static struct ft_replica replica;
static struct ft_epoch_summary counted[2]; /* by epoch & 1 */
static struct ft_page_encoder *encoder;
static struct ft_error last;

static inline int
begin(void **state)
{
    static const char *const paths[] = { "disk0", "disk1" };

    (void)state;
    memset(&replica, 0, sizeof(replica));
    memset(counted, 0, sizeof(counted));
    encoder = ft_page_encoder_new(1);
    replica.pid = getpid();
    replica.n_blocks = replica.n_disks = 2;
    for (int i = 0; i < 2; i++) {
        struct ft_replica_disk *d = &replica.disks[i];

        memory[i] = mmap(NULL, BLOCK_SIZE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        snprintf(replica.blocks[i].name, 64, "block%d", i);
        replica.blocks[i].host = (uintptr_t)memory[i];
        replica.blocks[i].size = BLOCK_SIZE;
        snprintf(d->target, sizeof(d->target), "vd%c", 'a' + i);
        d->path = strdup(paths[i]);
        d->fd = open(paths[i], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        d->capacity = DISK_SIZE;
        if (ftruncate(d->fd, DISK_SIZE))
            return -1;
    }
    return ft_replica_open(&replica, ".", &last);
}

static inline int
end(void **state)
{
    (void)state;
    ft_replica_clear(&replica);
    ft_page_encoder_free(encoder);
    for (int i = 0; i < 2; i++)
        munmap(memory[i], BLOCK_SIZE);
    return 0;
}

/* Gives the replica a frame; what it says. */
__attribute__((unused)) static int
send_frame(uint64_t epoch, unsigned type, unsigned flags, const void *payload,
           size_t size)
{
    struct ft_frame frame = { type, flags, epoch, payload, size };
    struct iovec piece = { (void *)(uintptr_t)payload, size };

    ft_epoch_summary_add(&counted[epoch & 1], type, &piece, 1);
    memset(&last, 0, sizeof(last));
    return ft_replica_frame(&replica, &frame, &last);
}

static inline int
emit_frame(void *opaque, enum ft_frame_type type, const struct iovec *payload,
           size_t n)
{
    FT_AUTOFREE char *whole = malloc(FT_FRAME_PAYLOAD_MAX);
    const uint64_t *epoch = opaque;
    size_t size = 0;

    for (size_t i = 0; i < n; i++) {
        memcpy(whole + size, payload[i].iov_base, payload[i].iov_len);
        size += payload[i].iov_len;
    }
    return send_frame(*epoch, type, 0, whole, size);
}

/* n pages from first on, each filled with value. */
__attribute__((unused)) static int
send_pages(uint64_t epoch, unsigned block, unsigned first, unsigned n,
           unsigned char value)
{
    struct ft_page_span run = { (uint64_t)first * FT_PAGE_SIZE,
                                (uint64_t)n * FT_PAGE_SIZE };
    FT_AUTOFREE unsigned char *data = malloc(run.length);
    struct ft_page_counts counts = { 0 };
    int rc;

    memset(data, value, run.length);
    rc = ft_pages_encode(encoder, block, &run, 1, data, emit_frame, &epoch,
                         &counts);
    counted[epoch & 1].ram_pages += counts.data;
    counted[epoch & 1].zero_pages += counts.zero;
    return rc;
}

/* As payload.h has them; by hand, since these may be wrong. */
__attribute__((unused)) static int
send_write(uint64_t epoch, unsigned disk, uint64_t offset, const char *text)
{
    unsigned char payload[FT_DISK_WRITE_HEADER_SIZE + 64] = "";
    size_t length = strlen(text);

    ft_put_le16(payload, (uint16_t)disk);
    ft_put_le32(payload + 4, (uint32_t)length);
    ft_put_le64(payload + 8, offset);
    memcpy(payload + FT_DISK_WRITE_HEADER_SIZE, text, length);
    return send_frame(epoch, FT_FRAME_DISK_WRITE, 0, payload,
                      FT_DISK_WRITE_HEADER_SIZE + length);
}

__attribute__((unused)) static int
send_zero_frame(uint64_t epoch, unsigned disk, unsigned flags, uint64_t offset,
                uint64_t length)
{
    unsigned char payload[FT_DISK_ZERO_SIZE] = "";

    ft_put_le16(payload, (uint16_t)disk);
    ft_put_le16(payload + 2, (uint16_t)flags);
    ft_put_le64(payload + 8, offset);
    ft_put_le64(payload + 16, length);
    return send_frame(epoch, FT_FRAME_DISK_ZERO, 0, payload, sizeof(payload));
}

__attribute__((unused)) static int
send_zeros(uint64_t epoch, unsigned disk, uint64_t offset, uint64_t length)
{
    return send_zero_frame(epoch, disk, 0, offset, length);
}

__attribute__((unused)) static int
send_trim(uint64_t epoch, unsigned disk, uint64_t offset, uint64_t length)
{
    return send_zero_frame(epoch, disk, 1, offset, length);
}

/* previous NULL: the whole state. */
__attribute__((unused)) static int
send_state(uint64_t epoch, const char *text, const char *previous)
{
    struct ft_state state = { (unsigned char *)(uintptr_t)text, strlen(text) };
    struct ft_state before = { (unsigned char *)(uintptr_t)previous,
                               previous ? strlen(previous) : 0 };
    struct ft_state encoded = { 0 };
    int is_delta, rc;

    assert_int_equal(ft_state_encode(&state, previous ? &before : NULL,
                                     &encoded, &is_delta),
                     0);
    assert_int_equal(is_delta, previous != NULL);
    rc = send_frame(epoch,
                    is_delta ? FT_FRAME_DEVICE_STATE_DELTA
                             : FT_FRAME_DEVICE_STATE,
                    0, encoded.data, encoded.size);
    ft_state_free(&encoded);
    return rc;
}

__attribute__((unused)) static int
send_end(uint64_t epoch)
{
    unsigned char payload[FT_EPOCH_END_SIZE];
    struct ft_frame frame = { FT_FRAME_EPOCH_END, 0, epoch, payload,
                              sizeof(payload) };

    ft_epoch_end_encode(&counted[epoch & 1], payload);
    memset(&last, 0, sizeof(last));
    return ft_replica_check_epoch(&replica, &frame, &last);
}

/* Ends an epoch that must be right, and applies it. */
__attribute__((unused)) static void
commit(uint64_t epoch)
{
    if (send_end(epoch) || ft_replica_apply(&replica, &last))
        fail_msg("epoch %d: %s", (int)epoch, last.text);
    memset(&counted[epoch & 1], 0, sizeof(counted[0]));
}

__attribute__((unused)) static unsigned char
page_value(unsigned block, unsigned page)
{
    const unsigned char *at = memory[block] + (size_t)page * FT_PAGE_SIZE;

    for (unsigned i = 1; i < FT_PAGE_SIZE; i++)
        assert_int_equal(at[i], at[0]);
    return at[0];
}

__attribute__((unused)) static void
assert_disk(unsigned disk, uint64_t offset, const char *text)
{
    char found[64] = "";

    assert_int_equal(ft_pread_full(replica.disks[disk].fd, found, strlen(text),
                                   offset),
                     0);
    assert_string_equal(found, text);
}

/* Nothing is there: as many zeros as text is long. */
__attribute__((unused)) static void
assert_no_disk(unsigned disk, uint64_t offset, const char *text)
{
    char found[64], none[64] = "";

    assert_int_equal(ft_pread_full(replica.disks[disk].fd, found, strlen(text),
                                   offset),
                     0);
    assert_memory_equal(found, none, strlen(text));
}

__attribute__((unused)) static void
assert_state(const char *text)
{
    assert_int_equal(replica.state.size, strlen(text));
    assert_memory_equal(replica.state.data, text, strlen(text));
}

/* The first copy, committed: pages of 1, "first" at the disks' beginning. */
__attribute__((unused)) static void
first_copy(void)
{
    for (unsigned block = 0; block < 2; block++) {
        assert_int_equal(send_pages(1, block, 0, BLOCK_PAGES, 1), 0);
        assert_int_equal(send_write(1, block, 0, "first"), 0);
    }
    assert_int_equal(send_state(1, STATE_ONE, NULL), 0);
    commit(1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

#endif
