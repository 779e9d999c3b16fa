/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/virt-test.h"

#include "base/cleanup.h"
#include "gate/gate-queue.h"

#define LIMIT (1 << 20)

static size_t used;

static size_t
put_frame(uint8_t *at, uint32_t length, uint32_t vnet, uint8_t fill)
{
    at[0] = (uint8_t)(length >> 24);
    at[1] = (uint8_t)(length >> 16);
    at[2] = (uint8_t)(length >> 8);
    at[3] = (uint8_t)length;
    at[4] = at[5] = at[6] = 0;
    at[7] = (uint8_t)vnet;
    memset(at + 8, fill, length);
    return 8 + length;
}

static size_t
receive(struct ft_gate_queue *queue, uint64_t mark, int open, size_t limit,
        const uint8_t *data, size_t size)
{
    struct ft_gate_policy policy = { mark, 1, open, limit, &used };

    return ft_gate_queue_receive(queue, &policy, data, size);
}

/* Takes everything that leaves out of the queue, `step` bytes at a time. */
static size_t
drain(struct ft_gate_queue *queue, uint8_t *out, size_t step)
{
    struct iovec vectors[4];
    size_t total = 0;
    uint64_t bytes = 0;

    while (ft_gate_queue_vectors(queue, vectors, 4) > 0) {
        size_t n = FT_MIN(step, vectors[0].iov_len);

        memcpy(out + total, vectors[0].iov_base, n);
        ft_gate_queue_sent(queue, n, &used, &bytes);
        total += n;
    }
    return total;
}

/* Whatever the pieces, the same bytes come out, in order. */
static void
test_pieces(void **state)
{
    FT_AUTOFREE uint8_t *in = malloc(300000);
    FT_AUTOFREE uint8_t *out = malloc(300000);
    static const uint32_t lengths[] = { 60, 1514,  0,
                                        1,  65549, FT_GATE_PACKET_MAX };
    size_t size = 0, i, step;

    (void)state;
    for (i = 0; i < FT_ARRAY_SIZE(lengths); i++)
        size += put_frame(in + size, lengths[i], lengths[i] ? 1 : 0, (uint8_t)i);
    for (step = 1; step < 200000; step = step * 3 + 1) {
        struct ft_gate_queue queue = { 0 };
        size_t at, held = 0;

        used = 0;
        for (at = 0; at < size; at += step)
            held +=
                receive(&queue, 1, 0, LIMIT, in + at, FT_MIN(step, size - at));
        assert_int_equal(held, FT_ARRAY_SIZE(lengths));
        assert_int_equal(used, size);
        assert_int_equal(drain(&queue, out, 7), 0);
        assert_int_equal(ft_gate_queue_release(&queue, 1), held);
        assert_int_equal(drain(&queue, out, step), size);
        assert_memory_equal(in, out, size);
        assert_int_equal(used, 0);
        ft_gate_queue_free(&queue);
    }
}

static void
test_marks(void **state)
{
    struct ft_gate_queue queue = { 0 };
    uint8_t frame[200], out[1000];
    size_t size = put_frame(frame, 100, 12, 1);

    (void)state;
    used = 0;
    receive(&queue, 1, 0, LIMIT, frame, size);
    receive(&queue, 2, 0, LIMIT, frame, size);
    receive(&queue, 2, 0, LIMIT, frame, size);
    receive(&queue, 3, 0, LIMIT, frame, size);
    assert_int_equal(ft_gate_queue_release(&queue, 0), 0);
    assert_int_equal(ft_gate_queue_release(&queue, 2), 3);
    assert_int_equal(queue.held.packets, 1);
    assert_int_equal(drain(&queue, out, 1000), 3 * size);
    assert_int_equal(ft_gate_queue_release(&queue, 3), 1);
    assert_int_equal(drain(&queue, out, 1000), size);
    ft_gate_queue_free(&queue);
}

/* A packet belongs to the mark at which its last byte came. */
static void
test_half_a_packet_over_a_mark(void **state)
{
    struct ft_gate_queue queue = { 0 };
    uint8_t frame[200];
    size_t size = put_frame(frame, 100, 12, 1);

    (void)state;
    used = 0;
    assert_int_equal(receive(&queue, 1, 0, LIMIT, frame, size - 1), 0);
    assert_int_equal(receive(&queue, 2, 0, LIMIT, frame + size - 1, 1), 1);
    assert_int_equal(ft_gate_queue_release(&queue, 1), 0);
    assert_int_equal(ft_gate_queue_release(&queue, 2), 1);
    ft_gate_queue_free(&queue);
}

static void
test_limit(void **state)
{
    struct ft_gate_queue queue = { 0 };
    uint8_t frame[200];
    size_t size = put_frame(frame, 100, 12, 1), i;

    (void)state;
    used = 0;
    for (i = 0; i < 10; i++)
        receive(&queue, 1, 0, 3 * size + 1, frame, size);
    assert_int_equal(queue.held.packets, 3);
    assert_int_equal(queue.dropped, 7);
    assert_int_equal(used, 3 * size);
    assert_false(queue.broken);
    ft_gate_queue_drop_held(&queue, &used);
    assert_int_equal(queue.dropped, 10);
    assert_int_equal(used, 0);
    assert_int_equal(receive(&queue, 1, 0, 3 * size, frame, size), 1);
    ft_gate_queue_free(&queue);
}

static void
test_open_passes(void **state)
{
    struct ft_gate_queue queue = { 0 };
    uint8_t frame[200], out[400];
    size_t size = put_frame(frame, 100, 12, 1);

    (void)state;
    used = 0;
    assert_int_equal(receive(&queue, 1, 1, LIMIT, frame, size), 0);
    assert_int_equal(queue.held.packets, 0);
    assert_int_equal(drain(&queue, out, 400), size);
    ft_gate_queue_free(&queue);
}

static void
test_broken_stream(void **state)
{
    static const uint8_t huge[8] = { 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0 };
    struct ft_gate_queue queue = { 0 };
    uint8_t frame[200];
    size_t size = put_frame(frame, 100, 12, 1);

    (void)state;
    used = 0;
    receive(&queue, 1, 0, LIMIT, huge, sizeof(huge));
    assert_true(queue.broken);
    assert_int_equal(receive(&queue, 1, 0, LIMIT, frame, size), 0);
    assert_int_equal(queue.held.packets, 0);
    ft_gate_queue_free(&queue);
    queue = (struct ft_gate_queue){ 0 };
    frame[7] = 101; /* a header longer than the packet */
    receive(&queue, 1, 0, LIMIT, frame, size);
    assert_true(queue.broken);
    assert_int_equal(used, 0);
    ft_gate_queue_free(&queue);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_half_a_packet_over_a_mark),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_open_passes),
        cmocka_unit_test(test_broken_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
