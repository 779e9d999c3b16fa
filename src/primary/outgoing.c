/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "primary/outgoing.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"

#define READ_NS (5 * FT_NS_PER_S)

void
ft_outgoing_init(struct ft_outgoing *out)
{
    pthread_condattr_t attr;

    memset(out, 0, sizeof(*out));
    pthread_mutex_init(&out->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&out->answered, &attr);
}

void
ft_outgoing_begin(struct ft_outgoing *out, struct ft_session *session)
{
    pthread_mutex_lock(&out->lock);
    out->session = ft_session_ref(session);
    out->muted = 0;
    out->open = 1;
    out->ended = 0;
    out->disk_bytes = 0;
    memset(out->summary, 0, sizeof(out->summary));
    for (size_t i = 0; i < FT_PAGES_ASKED_MAX; i++)
        out->pages[i].size = 0;
    pthread_mutex_unlock(&out->lock);
}

void
ft_outgoing_end_session(struct ft_outgoing *out)
{
    struct ft_session *session;

    pthread_mutex_lock(&out->lock);
    session = FT_STEAL(out->session);
    pthread_mutex_unlock(&out->lock);
    ft_session_unref(session);
}

void
ft_outgoing_mute(struct ft_outgoing *out)
{
    pthread_mutex_lock(&out->lock);
    out->muted = 1;
    pthread_cond_broadcast(&out->answered); /* who reads waits no longer */
    pthread_mutex_unlock(&out->lock);
}

static int
is_muted(struct ft_outgoing *out)
{
    int muted;

    pthread_mutex_lock(&out->lock);
    muted = out->muted;
    pthread_mutex_unlock(&out->lock);
    return muted;
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

bool
ft_outgoing_has_disk(struct ft_outgoing *out)
{
    bool has;

    pthread_mutex_lock(&out->lock);
    has = out->disk_bytes || out->summary[out->open & 1].disk_frames;
    pthread_mutex_unlock(&out->lock);
    return has;
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

    if (is_muted(out))
        return -ECANCELED;
    ft_epoch_summary_add(&part, type, payload, n);
    count(out, epoch, &part);
    return ft_link_send(ft_session_link(out->session), type, flags, epoch,
                        payload, n);
}

static int
send_disk(struct ft_outgoing *out, enum ft_frame_type type,
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

int
ft_outgoing_write_disk(struct ft_outgoing *out, unsigned disk, uint64_t offset,
                       const void *data, size_t length)
{
    unsigned char header[FT_DISK_WRITE_HEADER_SIZE];
    struct ft_disk_change change = { disk, 0, offset, length, data };
    struct iovec iov[2] = { { header, sizeof(header) },
                            { (void *)(uintptr_t)data, length } };

    ft_disk_write_encode(&change, header);
    return send_disk(out, FT_FRAME_DISK_WRITE, iov, 2, length);
}

int
ft_outgoing_zero_disk(struct ft_outgoing *out, unsigned disk, uint64_t offset,
                      uint64_t length, int trim)
{
    unsigned char payload[FT_DISK_ZERO_SIZE];
    struct iovec iov = { payload, sizeof(payload) };
    struct ft_disk_change change = { disk, trim, offset, length, NULL };

    ft_disk_zero_encode(&change, payload);
    return send_disk(out, FT_FRAME_DISK_ZERO, &iov, 1, 0);
}

void
ft_outgoing_count_pages(struct ft_outgoing *out, uint64_t epoch,
                        uint64_t data_pages, uint64_t zero_pages)
{
    struct ft_epoch_summary part = { .ram_pages = data_pages,
                                     .zero_pages = zero_pages };

    count(out, epoch, &part);
}

/* Why no answer will come. Called locked. */
static int
no_answer(struct ft_outgoing *out)
{
    struct ft_error err;

    return out->muted ? -ECANCELED
                      : ft_link_error(ft_session_link(out->session), &err);
}

/* What ends a read may have come before this waits, and wakes nobody then. */
static int
await_data(struct ft_outgoing *out, int64_t deadline)
{
    struct timespec t = { deadline / FT_NS_PER_S, deadline % FT_NS_PER_S };
    int rc = 0;

    pthread_mutex_lock(&out->lock);
    while (out->reading && ft_clock_ns() < deadline && !(rc = no_answer(out)))
        pthread_cond_timedwait(&out->answered, &out->lock, &t);
    if (out->reading && !rc)
        rc = -ETIMEDOUT;
    out->reading = NULL;
    pthread_mutex_unlock(&out->lock);
    return rc;
}

/* Asks about what; size bytes of data are the answer. */
static int
ask(struct ft_outgoing *out, enum ft_frame_type type,
    const struct ft_disk_change *what, void *data, size_t size)
{
    unsigned char payload[FT_DISK_WRITE_HEADER_SIZE];
    struct iovec iov = { payload, sizeof(payload) };
    uint64_t number;
    int rc, answered;

    pthread_mutex_lock(&out->lock);
    rc = out->muted ? -ECANCELED : out->reading ? -EBUSY : 0;
    if (!rc) {
        out->reading = data;
        out->reading_length = size;
    }
    number = ++out->read_number;
    pthread_mutex_unlock(&out->lock);
    if (rc)
        return rc;
    ft_disk_write_encode(what, payload);
    rc = ft_link_send(ft_session_link(out->session), type, 0, number, &iov, 1);
    answered = await_data(out, rc ? 0 : ft_clock_ns() + READ_NS);
    return rc ? rc : answered;
}

int
ft_outgoing_read_disk(struct ft_outgoing *out, unsigned disk, uint64_t offset,
                      void *data, size_t length)
{
    struct ft_disk_change what = { disk, 0, offset, length, NULL };

    return ask(out, FT_FRAME_DISK_READ, &what, data, length);
}

int
ft_outgoing_hash_disk(struct ft_outgoing *out, unsigned disk, uint64_t offset,
                      size_t length, unsigned char hashes[FT_DISK_HASHES_MAX])
{
    struct ft_disk_change what = { disk, 0, offset, length, NULL };
    size_t units = (length + FT_DISK_HASH_UNIT - 1) / FT_DISK_HASH_UNIT;

    return ask(out, FT_FRAME_DISK_HASH, &what, hashes,
               units * FT_DISK_HASH_SIZE);
}

int
ft_outgoing_take_data(struct ft_outgoing *out, uint64_t number,
                      const void *data, size_t length)
{
    int rc = 0;

    pthread_mutex_lock(&out->lock);
    if (out->reading && out->read_number == number) {
        rc = out->reading_length == length ? 0 : -EPROTO;
        if (!rc)
            memcpy(out->reading, data, length);
        out->reading = rc ? out->reading : NULL;
    }
    pthread_cond_broadcast(&out->answered);
    pthread_mutex_unlock(&out->lock);
    return rc;
}

static struct ft_pages_asked *
asked(struct ft_outgoing *out, uint64_t number)
{
    return &out->pages[number % FT_PAGES_ASKED_MAX];
}

int
ft_outgoing_ask_pages(struct ft_outgoing *out,
                      const struct ft_page_range *range, uint64_t *number)
{
    unsigned char payload[FT_RAM_HASH_SIZE];
    struct iovec iov = { payload, sizeof(payload) };
    struct ft_pages_asked *a;
    int rc;

    pthread_mutex_lock(&out->lock);
    a = asked(out, out->pages_number + 1);
    rc = out->muted ? -ECANCELED : a->size ? -EBUSY : 0;
    if (!rc) {
        a->number = *number = ++out->pages_number;
        a->size = ft_page_hashes_size(range->length);
        a->answered = 0;
    }
    pthread_mutex_unlock(&out->lock);
    if (rc)
        return rc;
    ft_ram_hash_encode(range, payload);
    return ft_link_send(ft_session_link(out->session), FT_FRAME_RAM_HASH, 0,
                        *number, &iov, 1);
}

int
ft_outgoing_fetch_pages(struct ft_outgoing *out, uint64_t number,
                        int64_t deadline,
                        unsigned char hashes[FT_PAGE_HASHES_MAX])
{
    struct timespec t = { deadline / FT_NS_PER_S, deadline % FT_NS_PER_S };
    struct ft_pages_asked *a = asked(out, number);
    int rc = 0;

    pthread_mutex_lock(&out->lock);
    while (!a->answered && ft_clock_ns() < deadline && !(rc = no_answer(out)))
        pthread_cond_timedwait(&out->answered, &out->lock, &t);
    if (a->answered) {
        memcpy(hashes, a->hashes, a->size);
        a->size = 0;
        rc = 0;
    } else if (!rc) {
        rc = -ETIMEDOUT;
    }
    pthread_mutex_unlock(&out->lock);
    return rc;
}

int
ft_outgoing_take_pages(struct ft_outgoing *out, uint64_t number,
                       const void *data, size_t length)
{
    struct ft_pages_asked *a = asked(out, number);
    bool waits;
    int rc = 0;

    pthread_mutex_lock(&out->lock);
    waits = a->size && a->number == number && !a->answered;
    if (!number || number > out->pages_number || (waits && a->size != length))
        rc = -EPROTO;
    if (waits && !rc) {
        memcpy(a->hashes, data, length);
        a->answered = 1;
    }
    pthread_cond_broadcast(&out->answered);
    pthread_mutex_unlock(&out->lock);
    return rc;
}

int
ft_outgoing_end(struct ft_outgoing *out, uint64_t epoch)
{
    unsigned char payload[FT_EPOCH_END_SIZE];
    struct iovec iov = { payload, sizeof(payload) };

    ft_epoch_end_encode(&out->summary[epoch & 1], payload);
    pthread_mutex_lock(&out->lock);
    out->ended = epoch; /* its answer may be here before this returns */
    pthread_mutex_unlock(&out->lock);
    return ft_link_send(ft_session_link(out->session), FT_FRAME_EPOCH_END, 0,
                        epoch, &iov, 1);
}

bool
ft_outgoing_has_ended(struct ft_outgoing *out, uint64_t epoch)
{
    bool ended;

    pthread_mutex_lock(&out->lock);
    ended = epoch > 0 && epoch <= out->ended;
    pthread_mutex_unlock(&out->lock);
    return ended;
}
