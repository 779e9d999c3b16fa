/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which epoch a frame belongs to, and whether EPOCH_END says of it what a
 * standby counts. Session and link are this program's: they note the frames.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <pthread.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "primary/outgoing.h"

struct ft_session {
    int references;
};

#define FRAMES_MAX 64

static struct {
    unsigned type;
    uint64_t epoch;
    unsigned char payload[256];
    size_t size;
} sent[FRAMES_MAX];
static unsigned sent_count;

static struct ft_outgoing out;
static struct ft_session session;
static int send_error, link_error;      /* what the link says */
static int (*on_read)(uint64_t number); /* what the standby does, or NULL */

struct ft_session *
ft_session_ref(struct ft_session *s)
{
    s->references++;
    return s;
}

void
ft_session_unref(struct ft_session *s)
{
    if (s)
        s->references--;
}

struct ft_link *
ft_session_link(struct ft_session *s)
{
    return (struct ft_link *)s;
}

int
ft_link_error(struct ft_link *link, struct ft_error *err)
{
    (void)link;
    return link_error ? ft_fail(err, -link_error, NULL, "as told") : 0;
}

int
ft_link_send(struct ft_link *link, enum ft_frame_type type, unsigned flags,
             uint64_t epoch, const struct iovec *payload, size_t n)
{
    size_t size = 0;

    (void)flags;
    assert_ptr_equal(link, &session);
    if (send_error)
        return send_error;
    assert_true(sent_count < FRAMES_MAX);
    for (size_t i = 0; i < n; i++) {
        assert_true(size + payload[i].iov_len <= sizeof(sent[0].payload));
        memcpy(sent[sent_count].payload + size, payload[i].iov_base,
               payload[i].iov_len);
        size += payload[i].iov_len;
    }
    sent[sent_count].type = type;
    sent[sent_count].epoch = epoch;
    sent[sent_count++].size = size;
    return (type == FT_FRAME_DISK_READ || type == FT_FRAME_DISK_HASH) && on_read
               ? on_read(epoch)
               : 0;
}

static int
begin(void **state)
{
    (void)state;
    sent_count = 0;
    send_error = link_error = 0;
    on_read = NULL;
    session.references = 1;
    ft_outgoing_init(&out);
    ft_outgoing_begin(&out, &session);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    ft_outgoing_end_session(&out);
    assert_int_equal(session.references, 1);
    ft_outgoing_end_session(&out);
    assert_int_equal(session.references, 1);
    return 0;
}

static void
send_state(uint64_t epoch, enum ft_frame_type type, const char *text)
{
    struct iovec pieces[2] = { { (void *)(uintptr_t)text, 1 },
                               { (void *)(uintptr_t)(text + 1),
                                 strlen(text) - 1 } };

    assert_int_equal(ft_outgoing_send(&out, epoch, type, 0, pieces, 2), 0);
}

static void
send_write(size_t length)
{
    static const char data[200];

    assert_int_equal(ft_outgoing_write_disk(&out, 1, 512, data, length), 0);
}

/* Sends EPOCH_END, which must agree with the frames of that epoch. */
static void
end_epoch(uint64_t epoch, uint64_t data_pages, uint64_t zero_pages,
          uint64_t frames)
{
    struct ft_epoch_summary received = { .ram_pages = data_pages,
                                         .zero_pages = zero_pages },
                            claimed;
    struct ft_error err = FT_ERROR_INIT;

    for (unsigned i = 0; i < sent_count; i++) {
        struct iovec piece = { sent[i].payload, sent[i].size };

        if (sent[i].epoch == epoch)
            ft_epoch_summary_add(&received, sent[i].type, &piece, 1);
    }
    assert_int_equal(received.frames, frames);
    assert_int_equal(ft_outgoing_end(&out, epoch), 0);
    assert_int_equal(sent[sent_count - 1].type, FT_FRAME_EPOCH_END);
    assert_int_equal(sent[sent_count - 1].epoch, epoch);
    assert_int_equal(ft_epoch_end_decode(sent[sent_count - 1].payload,
                                         sent[sent_count - 1].size, &claimed,
                                         &err),
                     0);
    if (ft_epoch_summary_compare(&received, &claimed, &err))
        fail_msg("epoch %d: %s", (int)epoch, err.text);
}

/* Disk writes go on while pages of the epoch before are on their way. */
static void
test_two_epochs_at_once(void **state)
{
    (void)state;
    send_write(100);
    assert_int_equal(ft_outgoing_close_epoch(&out), 1);
    send_write(10);
    send_state(1, FT_FRAME_RAM, "pages");
    ft_outgoing_count_pages(&out, 1, 5, 0);
    send_write(20);
    send_state(1, FT_FRAME_RAM_ZERO, "zeros");
    ft_outgoing_count_pages(&out, 1, 0, 7);
    send_state(1, FT_FRAME_DEVICE_STATE, "state");
    end_epoch(1, 5, 7, 4);
    assert_int_equal(ft_outgoing_close_epoch(&out), 2);
    send_write(1);
    send_state(2, FT_FRAME_DEVICE_STATE_DELTA, "delta");
    end_epoch(2, 0, 0, 3);
    /* the third has the first one's place, and nothing of it */
    assert_int_equal(ft_outgoing_close_epoch(&out), 3);
    end_epoch(3, 0, 0, 1);
    assert_int_equal(ft_outgoing_close_epoch(&out), 4);
    end_epoch(4, 0, 0, 0);
}

/* What was not sent whole nobody holds, whatever he says. */
static void
test_only_what_has_ended_is_acknowledged(void **state)
{
    (void)state;
    assert_false(ft_outgoing_has_ended(&out, 0));
    assert_false(ft_outgoing_has_ended(&out, 1));
    assert_int_equal(ft_outgoing_close_epoch(&out), 1);
    assert_false(ft_outgoing_has_ended(&out, 1));
    assert_int_equal(ft_outgoing_end(&out, 1), 0);
    assert_true(ft_outgoing_has_ended(&out, 1));
    assert_false(ft_outgoing_has_ended(&out, 2));
    assert_false(ft_outgoing_has_ended(&out, UINT64_MAX));
    /* another copy begins anew */
    ft_outgoing_end_session(&out);
    ft_outgoing_begin(&out, &session);
    assert_false(ft_outgoing_has_ended(&out, 1));
}

static void
test_disk_bytes(void **state)
{
    (void)state;
    send_write(100);
    send_write(50);
    assert_int_equal(ft_outgoing_disk_bytes(&out), 150);
    ft_outgoing_close_epoch(&out);
    assert_int_equal(ft_outgoing_disk_bytes(&out), 0);
    assert_int_equal(ft_outgoing_disk_total(&out), 150);
    send_write(1);
    assert_int_equal(ft_outgoing_disk_bytes(&out), 1);
    /* a new session begins anew, the total does not */
    ft_outgoing_end_session(&out);
    ft_outgoing_begin(&out, &session);
    assert_int_equal(ft_outgoing_disk_bytes(&out), 0);
    assert_int_equal(ft_outgoing_disk_total(&out), 151);
    sent_count = 0;
    assert_int_equal(ft_outgoing_close_epoch(&out), 1);
    end_epoch(1, 0, 0, 0);
}

static void
test_mute(void **state)
{
    struct iovec piece = { (void *)(uintptr_t) "x", 1 };
    char data[8];

    (void)state;
    sent_count = 0;
    ft_outgoing_mute(&out);
    assert_int_equal(ft_outgoing_send(&out, 1, FT_FRAME_RAM, 0, &piece, 1),
                     -ECANCELED);
    assert_int_equal(ft_outgoing_write_disk(&out, 0, 0, "x", 1), -ECANCELED);
    assert_int_equal(ft_outgoing_read_disk(&out, 0, 0, data, 8), -ECANCELED);
    assert_int_equal(sent_count, 0);
    /* for this session only */
    ft_outgoing_end_session(&out);
    ft_outgoing_begin(&out, &session);
    assert_int_equal(ft_outgoing_send(&out, 1, FT_FRAME_RAM, 0, &piece, 1), 0);
    assert_int_equal(sent_count, 1);
}

/* ---- reads of the replica ---- */

static int
answer(uint64_t number)
{
    /* an old answer comes first, which nobody waits for any more */
    assert_int_equal(ft_outgoing_take_data(&out, number - 1, "wrong!!!", 8), 0);
    return ft_outgoing_take_data(&out, number, "the data", 8);
}

static int
answer_too_short(uint64_t number)
{
    assert_int_equal(ft_outgoing_take_data(&out, number, "short", 5), -EPROTO);
    link_error = -EPROTO; /* as the receiver then ends the link */
    return 0;
}

static int
lose_link(uint64_t number)
{
    (void)number;
    link_error = -EPIPE;
    ft_outgoing_take_data(&out, 0, NULL, 0); /* wakes */
    return 0;
}

static void
test_read(void **state)
{
    char data[9] = "before..";

    (void)state;
    on_read = answer;
    assert_int_equal(ft_outgoing_read_disk(&out, 3, 4096, data, 8), 0);
    assert_string_equal(data, "the data");
    assert_int_equal(sent[0].type, FT_FRAME_DISK_READ);
    assert_int_equal(ft_get_le16(sent[0].payload), 3);
    assert_int_equal(ft_get_le32(sent[0].payload + 4), 8);
    assert_int_equal(ft_get_le64(sent[0].payload + 8), 4096);
    /* an answer too late touches nothing */
    memcpy(data, "returned", 8);
    assert_int_equal(ft_outgoing_take_data(&out, sent[0].epoch, "late....", 8),
                     0);
    assert_string_equal(data, "returned");
    /* the next read has another number */
    assert_int_equal(ft_outgoing_read_disk(&out, 3, 4096, data, 8), 0);
    assert_true(sent[1].epoch != sent[0].epoch);
}

static int
answer_hash(uint64_t number)
{
    char hashes[2 * FT_DISK_HASH_SIZE + 1] = "the first of them, and the second";

    return ft_outgoing_take_data(&out, number, hashes, 2 * FT_DISK_HASH_SIZE);
}

static void
test_hash(void **state)
{
    unsigned char hashes[FT_DISK_HASHES_MAX];

    (void)state;
    on_read = answer_hash;
    assert_int_equal(ft_outgoing_hash_disk(&out, 3, 4096, FT_DISK_HASH_UNIT + 1,
                                           hashes),
                     0);
    assert_memory_equal(hashes, "the first of them, and the secon", 32);
    assert_int_equal(sent[0].type, FT_FRAME_DISK_HASH);
    assert_int_equal(ft_get_le32(sent[0].payload + 4), FT_DISK_HASH_UNIT + 1);
    on_read = answer; /* of another length than two hashes */
    assert_int_equal(ft_outgoing_hash_disk(&out, 3, 4096, 1, hashes), -EPROTO);
}

static void *
mute(void *unused)
{
    (void)unused;
    ft_outgoing_mute(&out);
    return NULL;
}

static int
mute_meanwhile(uint64_t number)
{
    pthread_t thread;

    (void)number;
    assert_int_equal(pthread_create(&thread, NULL, mute, NULL), 0);
    assert_int_equal(pthread_detach(thread), 0);
    return 0;
}

static void
test_read_and_the_session_ends(void **state)
{
    char data[9] = "before..";

    (void)state;
    on_read = mute_meanwhile;
    assert_int_equal(ft_outgoing_read_disk(&out, 0, 0, data, 8), -ECANCELED);
    assert_null(out.reading);
    assert_string_equal(data, "before..");
}

/* A link that ends keeps nobody waiting, also when it ends before the wait. */
static void
test_read_fails(void **state)
{
    char data[9] = "before..";
    int64_t began = ft_clock_ns();

    (void)state;
    on_read = answer_too_short;
    assert_int_equal(ft_outgoing_read_disk(&out, 0, 0, data, 8), -EPROTO);
    assert_string_equal(data, "before..");
    assert_null(out.reading);
    link_error = 0;
    on_read = lose_link;
    assert_int_equal(ft_outgoing_read_disk(&out, 0, 0, data, 8), -EPIPE);
    assert_null(out.reading);
    assert_true(ft_clock_ns() - began < 5 * FT_NS_PER_S);
    /* one that could not even be asked says why */
    send_error = -EPIPE;
    assert_int_equal(ft_outgoing_read_disk(&out, 0, 0, data, 8), -EPIPE);
    assert_null(out.reading);
    /* one at a time */
    out.reading = data;
    assert_int_equal(ft_outgoing_read_disk(&out, 0, 0, data, 8), -EBUSY);
    assert_string_equal(data, "before..");
}

/* ---- hashes of memory ---- */

static unsigned char page_hashes[FT_PAGE_HASHES_MAX];

static uint64_t
ask_pages(size_t pages)
{
    struct ft_page_range range = { 5, 8192, pages * FT_PAGE_SIZE };
    uint64_t number = 0;

    assert_int_equal(ft_outgoing_ask_pages(&out, &range, &number), 0);
    assert_true(number);
    assert_int_equal(sent[sent_count - 1].type, FT_FRAME_RAM_HASH);
    assert_int_equal(sent[sent_count - 1].epoch, number);
    assert_int_equal(ft_get_le16(sent[sent_count - 1].payload), 5);
    return number;
}

static int
fetch_pages(uint64_t number, int ms)
{
    memset(page_hashes, 0, sizeof(page_hashes));
    return ft_outgoing_fetch_pages(&out, number,
                                   ft_clock_ns() + ms * FT_NS_PER_MS,
                                   page_hashes);
}

static void
test_pages(void **state)
{
    struct ft_page_range range = { 0, 0, FT_PAGE_SIZE };
    uint64_t numbers[FT_PAGES_ASKED_MAX], more;
    unsigned char answer[FT_PAGE_HASHES_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < FT_PAGES_ASKED_MAX; i++)
        numbers[i] = ask_pages(i + 1);
    assert_int_equal(ft_outgoing_ask_pages(&out, &range, &more), -EBUSY);
    assert_int_equal(sent_count, FT_PAGES_ASKED_MAX);
    assert_int_equal(fetch_pages(numbers[0], 1), -ETIMEDOUT);
    for (i = FT_PAGES_ASKED_MAX; i-- > 0;) { /* they need not come in order */
        memset(answer, 'a' + (int)i, sizeof(answer));
        assert_int_equal(ft_outgoing_take_pages(&out, numbers[i], answer,
                                                (i + 1) * FT_PAGE_HASH_SIZE),
                         0);
    }
    for (i = 0; i < FT_PAGES_ASKED_MAX; i++) {
        assert_int_equal(fetch_pages(numbers[i], 1), 0);
        assert_int_equal(page_hashes[0], 'a' + i);
        assert_int_equal(page_hashes[(i + 1) * FT_PAGE_HASH_SIZE - 1], 'a' + i);
        assert_int_equal(page_hashes[(i + 1) * FT_PAGE_HASH_SIZE], 0);
        ask_pages(1); /* there is room for one again */
    }
    sent_count = 0;
}

static void
test_pages_of_a_hostile_standby(void **state)
{
    unsigned char answer[FT_PAGE_HASHES_MAX] = "theirs";
    uint64_t number = ask_pages(2), before = number - 1;
    const size_t size = 2 * FT_PAGE_HASH_SIZE;

    (void)state;
    assert_int_equal(ft_outgoing_take_pages(&out, 0, answer, size), -EPROTO);
    assert_int_equal(ft_outgoing_take_pages(&out, number + 1, answer, size),
                     -EPROTO);
    assert_int_equal(ft_outgoing_take_pages(&out, UINT64_MAX, answer, size),
                     -EPROTO);
    assert_int_equal(ft_outgoing_take_pages(&out, number, answer, size - 16),
                     -EPROTO);
    assert_int_equal(ft_outgoing_take_pages(&out, number, answer,
                                            FT_PAGE_HASHES_MAX),
                     -EPROTO);
    assert_int_equal(fetch_pages(number, 1), -ETIMEDOUT);
    /* the right one; a second one is too late, and changes nothing */
    assert_int_equal(ft_outgoing_take_pages(&out, number, answer, size), 0);
    assert_int_equal(ft_outgoing_take_pages(&out, number, "other", 5), 0);
    assert_int_equal(fetch_pages(number, 1), 0);
    assert_string_equal((char *)page_hashes, "theirs");
    assert_int_equal(ft_outgoing_take_pages(&out, number, answer, size), 0);
    if (before)
        assert_int_equal(ft_outgoing_take_pages(&out, before, answer, size), 0);
}

/* A copy that is given up over a link that is not: nothing of it is in the next. */
static void
test_pages_of_a_copy_before(void **state)
{
    unsigned char answer[FT_PAGE_HASH_SIZE] = "old";
    uint64_t old = ask_pages(1), number;

    (void)state;
    ft_outgoing_mute(&out);
    assert_int_equal(fetch_pages(old, 1000), -ECANCELED);
    ft_outgoing_end_session(&out);
    ft_outgoing_begin(&out, &session);
    assert_int_equal(ft_outgoing_take_pages(&out, old, answer, sizeof(answer)),
                     0);
    for (size_t i = 0; i < FT_PAGES_ASKED_MAX; i++) {
        number = ask_pages(1);
        assert_true(number > old);
        assert_int_equal(fetch_pages(number, 0), -ETIMEDOUT);
    }
    sent_count = 0;
}

static void
test_pages_and_the_link_ends(void **state)
{
    struct ft_page_range range = { 0, 0, FT_PAGE_SIZE };
    uint64_t number = ask_pages(1), more;

    (void)state;
    link_error = -EPIPE;
    assert_int_equal(fetch_pages(number, 5000), -EPIPE);
    send_error = -EPIPE;
    assert_int_equal(ft_outgoing_ask_pages(&out, &range, &more), -EPIPE);
    ft_outgoing_mute(&out);
    assert_int_equal(ft_outgoing_ask_pages(&out, &range, &more), -ECANCELED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_two_epochs_at_once),
        TEST(test_only_what_has_ended_is_acknowledged),
        TEST(test_disk_bytes),
        TEST(test_mute),
        TEST(test_read),
        TEST(test_hash),
        TEST(test_read_and_the_session_ends),
        TEST(test_read_fails),
        TEST(test_pages),
        TEST(test_pages_of_a_hostile_standby),
        TEST(test_pages_of_a_copy_before),
        TEST(test_pages_and_the_link_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
