#include "config.h"

#include "engine/outgoing.h"

#include <string.h>

void
ft_outgoing_init(struct ft_outgoing *out, struct ft_session *session)
{
    memset(out, 0, sizeof(*out));
    pthread_mutex_init(&out->lock, NULL);
    out->session = ft_session_ref(session);
    out->open = 1;
}

void
ft_outgoing_clear(struct ft_outgoing *out)
{
    ft_session_unref(out->session);
    out->session = NULL;
    pthread_mutex_destroy(&out->lock);
}

uint64_t
ft_outgoing_close_epoch(struct ft_outgoing *out)
{
    uint64_t closed;

    pthread_mutex_lock(&out->lock);
    closed = out->open++;
    memset(&out->summary[out->open & 1], 0, sizeof(out->summary[0]));
    out->disk_bytes = 0;
    pthread_mutex_unlock(&out->lock);
    return closed;
}

uint64_t
ft_outgoing_disk_bytes(struct ft_outgoing *out)
{
    uint64_t bytes;

    pthread_mutex_lock(&out->lock);
    bytes = out->disk_bytes;
    pthread_mutex_unlock(&out->lock);
    return bytes;
}

uint64_t
ft_outgoing_disk_total(struct ft_outgoing *out)
{
    uint64_t bytes;

    pthread_mutex_lock(&out->lock);
    bytes = out->disk_total;
    pthread_mutex_unlock(&out->lock);
    return bytes;
}

static void
count(struct ft_outgoing *out, uint64_t epoch,
      const struct ft_epoch_summary *part)
{
    pthread_mutex_lock(&out->lock);
    ft_epoch_summary_merge(&out->summary[epoch & 1], part);
    pthread_mutex_unlock(&out->lock);
}

int
ft_outgoing_send(struct ft_outgoing *out, uint64_t epoch,
                 enum ft_frame_type type, unsigned flags,
                 const struct iovec *payload, size_t n)
{
    struct ft_epoch_summary part = { 0 };

    ft_epoch_summary_add(&part, type, payload, n);
    count(out, epoch, &part);
    return ft_link_send(ft_session_link(out->session), type, flags, epoch,
                        payload, n);
}

int
ft_outgoing_send_disk(struct ft_outgoing *out, enum ft_frame_type type,
                      const struct iovec *payload, size_t n, uint64_t length)
{
    uint64_t epoch;

    pthread_mutex_lock(&out->lock);
    epoch = out->open;
    out->disk_bytes += length;
    out->disk_total += length;
    pthread_mutex_unlock(&out->lock);
    return ft_outgoing_send(out, epoch, type, 0, payload, n);
}

void
ft_outgoing_count_pages(struct ft_outgoing *out, uint64_t epoch,
                        uint64_t data_pages, uint64_t zero_pages)
{
    struct ft_epoch_summary part = { .ram_pages = data_pages,
                                     .zero_pages = zero_pages };

    count(out, epoch, &part);
}

int
ft_outgoing_end(struct ft_outgoing *out, uint64_t epoch)
{
    unsigned char payload[FT_EPOCH_END_SIZE];
    struct iovec iov = { payload, sizeof(payload) };

    ft_epoch_end_encode(&out->summary[epoch & 1], payload);
    return ft_link_send(ft_session_link(out->session), FT_FRAME_EPOCH_END, 0,
                        epoch, &iov, 1);
}
