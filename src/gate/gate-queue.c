/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "gate/gate-queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static void
append(struct ft_gate_list *list, struct ft_gate_frame *frame)
{
    if (!list->tail)
        list->tail = &list->first;
    frame->next = NULL;
    *list->tail = frame;
    list->tail = &frame->next;
    list->packets++;
    list->bytes += frame->size;
}

static struct ft_gate_frame *
take_first(struct ft_gate_list *list)
{
    struct ft_gate_frame *frame = list->first;

    list->first = frame->next;
    if (!list->first)
        list->tail = &list->first;
    list->packets--;
    list->bytes -= frame->size;
    return frame;
}

static uint32_t
get_be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

/* Bytes that the frame whose header is complete will have. */
static size_t
frame_size(const struct ft_gate_queue *queue)
{
    return FT_GATE_HEADER + get_be32(queue->header);
}

/* After the header: room for the packet, or none when it shall be dropped. */
static void
begin_frame(struct ft_gate_queue *queue, const struct ft_gate_policy *policy)
{
    size_t size = frame_size(queue);

    if (get_be32(queue->header) > FT_GATE_PACKET_MAX ||
        get_be32(queue->header + 4) > get_be32(queue->header)) {
        queue->broken = true;
        return;
    }
    if (size > policy->limit || *policy->used > policy->limit - size)
        return;
    queue->partial = malloc(sizeof(*queue->partial) + size);
    if (!queue->partial)
        return;
    *policy->used += size;
    queue->partial->size = (uint32_t)size;
    memcpy(queue->partial->bytes, queue->header, FT_GATE_HEADER);
}

/* Returns 1 when the frame became held. */
static size_t
end_frame(struct ft_gate_queue *queue, const struct ft_gate_policy *policy)
{
    struct ft_gate_frame *frame = FT_STEAL(queue->partial);

    queue->received = 0;
    if (!frame) {
        queue->dropped++;
        return 0;
    }
    frame->mark = policy->mark;
    frame->at_ns = policy->now_ns;
    append(policy->open ? &queue->leaving : &queue->held, frame);
    return !policy->open;
}

static size_t
receive_header(struct ft_gate_queue *queue, const uint8_t *data, size_t size)
{
    size_t n = FT_MIN(size, FT_GATE_HEADER - queue->received);

    memcpy(queue->header + queue->received, data, n);
    queue->received += n;
    return n;
}

static size_t
receive_packet(struct ft_gate_queue *queue, const uint8_t *data, size_t size)
{
    size_t n = FT_MIN(size, frame_size(queue) - queue->received);

    if (queue->partial)
        memcpy(queue->partial->bytes + queue->received, data, n);
    queue->received += n;
    return n;
}

size_t
ft_gate_queue_receive(struct ft_gate_queue *queue,
                      const struct ft_gate_policy *policy, const uint8_t *data,
                      size_t size)
{
    size_t held = 0;

    /* Out of step with QEMU nothing can be told apart any more: whatever
     * comes is thrown away. */
    while (size && !queue->broken) {
        size_t n;

        if (queue->received < FT_GATE_HEADER) {
            n = receive_header(queue, data, size);
            if (queue->received == FT_GATE_HEADER)
                begin_frame(queue, policy);
        } else {
            n = receive_packet(queue, data, size);
        }
        data += n;
        size -= n;
        if (!queue->broken && queue->received >= FT_GATE_HEADER &&
            queue->received == frame_size(queue))
            held += end_frame(queue, policy);
    }
    return held;
}

size_t
ft_gate_queue_release(struct ft_gate_queue *queue, uint64_t mark)
{
    size_t n = 0;

    while (queue->held.first && queue->held.first->mark <= mark) {
        append(&queue->leaving, take_first(&queue->held));
        n++;
    }
    return n;
}

int
ft_gate_queue_vectors(const struct ft_gate_queue *queue, struct iovec *vectors,
                      int n)
{
    struct ft_gate_frame *frame = queue->leaving.first;
    size_t skip = queue->written;
    int i;

    for (i = 0; i < n && frame; i++, frame = frame->next) {
        vectors[i] = (struct iovec){ frame->bytes + skip, frame->size - skip };
        skip = 0;
    }
    return i;
}

size_t
ft_gate_queue_sent(struct ft_gate_queue *queue, size_t size, size_t *used,
                   uint64_t *bytes)
{
    size_t packets = 0;

    queue->written += size;
    while (queue->leaving.first && queue->written >= queue->leaving.first->size) {
        struct ft_gate_frame *frame = take_first(&queue->leaving);

        queue->written -= frame->size;
        *used -= frame->size;
        *bytes += frame->size - FT_GATE_HEADER;
        packets++;
        free(frame);
    }
    return packets;
}

static void
drop_list(struct ft_gate_queue *queue, struct ft_gate_list *list, size_t *used)
{
    while (list->first) {
        struct ft_gate_frame *frame = take_first(list);

        *used -= frame->size;
        queue->dropped++;
        free(frame);
    }
}

void
ft_gate_queue_drop_held(struct ft_gate_queue *queue, size_t *used)
{
    drop_list(queue, &queue->held, used);
}

void
ft_gate_queue_free(struct ft_gate_queue *queue)
{
    size_t unused = SIZE_MAX;

    drop_list(queue, &queue->held, &unused);
    drop_list(queue, &queue->leaving, &unused);
    free(FT_STEAL(queue->partial));
}
