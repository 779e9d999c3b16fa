/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is copied onto what a waiting QEMU holds already, while the guest
 * writes: what is not sent is equal, or was written since the stop. The way out and
 * the guest's memory are this program's: it is the standby, page for page.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "primary/page-compare.h"

#define PAGE ((size_t)FT_PAGE_SIZE)
#define BLOCKS 3

static const size_t sizes[BLOCKS] = { 40 << 20, 3 * FT_PAGE_SIZE,
                                      (2 << 20) + FT_PAGE_SIZE };
static unsigned char *guest[BLOCKS], *standby[BLOCKS];
static unsigned char *written[BLOCKS]; /* a byte a page: since the stop */
static unsigned char copied[1 << 20];
static uint64_t sent; /* bytes */
static unsigned asked, under_way, most_under_way, answered;
static int ask_error, fetch_error;
static bool guest_writes, silent;
static struct ft_page_range ranges[FT_PAGES_ASKED_MAX]; /* by number */

static void
write_something(void)
{
    unsigned block = (unsigned)random() % BLOCKS;
    size_t at = (size_t)random() % sizes[block];

    guest[block][at]++;
    written[block][at / PAGE] = 1;
}

int
ft_outgoing_ask_pages(struct ft_outgoing *out,
                      const struct ft_page_range *range, uint64_t *number)
{
    (void)out;
    assert_true(range->block < BLOCKS && range->length &&
                range->length <= FT_FRAME_DATA_MAX &&
                range->offset + range->length <= sizes[range->block]);
    if (ask_error)
        return ask_error;
    assert_true(under_way < FT_PAGES_ASKED_MAX);
    under_way++;
    most_under_way = FT_MAX(most_under_way, under_way);
    *number = ++asked;
    ranges[*number % FT_PAGES_ASKED_MAX] = *range;
    return 0;
}

/* Hashed as late as can be: after all that was sent before the question. */
int
ft_outgoing_fetch_pages(struct ft_outgoing *out, uint64_t number,
                        int64_t deadline,
                        unsigned char hashes[FT_PAGE_HASHES_MAX])
{
    const struct ft_page_range *range = &ranges[number % FT_PAGES_ASKED_MAX];

    (void)out;
    assert_true(deadline <= ft_clock_ns() + FT_NS_PER_S);
    if (silent)
        return -ETIMEDOUT;
    if (fetch_error)
        return fetch_error;
    assert_int_equal(number, ++answered);
    under_way--;
    ft_page_hashes(standby[range->block] + range->offset, range->length, hashes);
    if (guest_writes)
        write_something();
    return 0;
}

int
ft_page_sender_copy(struct ft_page_sender *sender,
                    const struct ft_page_set *set, struct ft_error *err)
{
    const struct ft_page_run *r = set->runs;

    (void)sender;
    (void)err;
    assert_int_equal(set->n, 1);
    assert_true(r->length <= sizeof(copied));
    memcpy(copied, guest[r->block] + r->offset, r->length);
    if (guest_writes)
        write_something();
    return 0;
}

unsigned char *
ft_page_sender_copied(struct ft_page_sender *sender)
{
    (void)sender;
    return copied;
}

int
ft_page_sender_send(struct ft_page_sender *sender, const struct ft_page_set *set,
                    uint64_t epoch, struct ft_error *err)
{
    const unsigned char *from = copied;

    (void)sender;
    (void)err;
    assert_int_equal(epoch, 1);
    for (size_t i = 0; i < set->n; i++) {
        const struct ft_page_run *r = &set->runs[i];

        memcpy(standby[r->block] + r->offset, from, r->length);
        from += r->length;
        sent += r->length;
    }
    return 0;
}

static int
begin(void **state)
{
    (void)state;
    for (unsigned b = 0; b < BLOCKS; b++) {
        guest[b] = malloc(sizes[b]);
        standby[b] = malloc(sizes[b]);
        written[b] = calloc(sizes[b] / PAGE, 1);
        for (size_t i = 0; i < sizes[b]; i += 512)
            memset(guest[b] + i, (int)(b + i / 512), 512);
        memcpy(standby[b], guest[b], sizes[b]);
    }
    sent = 0;
    asked = under_way = most_under_way = answered = 0;
    ask_error = fetch_error = 0;
    guest_writes = silent = false;
    return 0;
}

static int
end(void **state)
{
    (void)state;
    for (unsigned b = 0; b < BLOCKS; b++) {
        free(guest[b]);
        free(standby[b]);
        free(written[b]);
    }
    return 0;
}

static uint64_t
all(void)
{
    uint64_t bytes = 0;

    for (unsigned b = 0; b < BLOCKS; b++)
        bytes += sizes[b];
    return bytes;
}

static uint64_t done_last;
static unsigned calls, stop_at;

static int
on_progress(void *opaque, uint64_t done)
{
    assert_ptr_equal(opaque, &calls);
    assert_true(done >= done_last);
    done_last = done;
    return ++calls == stop_at ? -ECANCELED : 0;
}

static int
copy(uint64_t *same)
{
    struct ft_page_set set = { 0 };
    struct ft_error err = FT_ERROR_INIT;
    int rc;

    for (unsigned b = 0; b < BLOCKS; b++)
        assert_int_equal(ft_page_set_add(&set, (uint16_t)b, 0, sizes[b]), 0);
    done_last = calls = 0;
    rc = ft_page_compare_stream(NULL, NULL, &set, 1, on_progress, &calls, same,
                                &err);
    assert_true(rc == 0 || rc == -ECANCELED || err.code == -rc);
    ft_page_set_free(&set);
    return rc;
}

/* What differs must have been written since the stop, which the next one finds. */
static void
assert_copied(void)
{
    for (unsigned b = 0; b < BLOCKS; b++)
        for (size_t at = 0; at < sizes[b]; at += PAGE)
            if (!written[b][at / PAGE] &&
                memcmp(guest[b] + at, standby[b] + at, PAGE) != 0)
                fail_msg("page %zu of block %u is lost", at / PAGE, b);
}

static void
test_all_is_there(void **state)
{
    uint64_t same;

    (void)state;
    assert_int_equal(copy(&same), 0);
    assert_int_equal(sent, 0);
    assert_int_equal(same, all());
    assert_int_equal(done_last, all());
    assert_int_equal(asked, 40 + 1 + 3);
    assert_int_equal(answered, asked);
    assert_int_equal(most_under_way, FT_PAGES_ASKED_MAX);
    assert_copied();
}

static void
test_some_differ(void **state)
{
    uint64_t same;

    (void)state;
    standby[0][0] ^= 1; /* the first, the last, two in a row, one alone */
    standby[0][(size_t)(5 << 20) - 1] ^= 1;
    standby[0][(size_t)5 << 20] ^= 1;
    standby[1][2 * PAGE] ^= 1;
    standby[2][sizes[2] - 1] ^= 1;
    assert_int_equal(copy(&same), 0);
    assert_int_equal(sent, 5 * PAGE);
    assert_int_equal(same, all() - sent);
    assert_copied();
}

static void
test_nothing_is_there(void **state)
{
    uint64_t same;

    (void)state;
    for (unsigned b = 0; b < BLOCKS; b++)
        for (size_t at = 0; at < sizes[b]; at += PAGE)
            standby[b][at] ^= 1;
    assert_int_equal(copy(&same), 0);
    assert_int_equal(sent, all());
    assert_int_equal(same, 0);
    assert_true(asked < 40); /* it was soon of no use */
    assert_int_equal(answered, asked);
    assert_copied();
}

static void
test_a_guest_that_writes(void **state)
{
    uint64_t same;

    (void)state;
    for (unsigned seed = 0; seed < 20; seed++) {
        end(NULL);
        begin(NULL);
        srandom(seed);
        for (unsigned i = 0; i < seed * seed; i++) {
            unsigned b = (unsigned)random() % BLOCKS;

            standby[b][(size_t)random() % sizes[b]] ^= 1;
        }
        guest_writes = true;
        assert_int_equal(copy(&same), 0);
        assert_int_equal(same + sent, all());
        assert_copied();
    }
}

static void
test_it_ends(void **state)
{
    uint64_t same;

    (void)state;
    stop_at = 3;
    assert_int_equal(copy(&same), -ECANCELED);
    assert_int_equal(calls, 3);
    assert_int_equal(same, 3 << 20);
    /* also while an answer is waited for */
    under_way = 0;
    silent = true;
    stop_at = 2;
    assert_int_equal(copy(&same), -ECANCELED);
    assert_int_equal(calls, 2);
    assert_int_equal(same, 0);
    stop_at = 0;
    under_way = 0;
    silent = false;
    fetch_error = -EPIPE;
    assert_int_equal(copy(&same), -EPIPE);
    assert_int_equal(calls, 0);
    under_way = 0;
    ask_error = -EPIPE;
    assert_int_equal(copy(&same), -EPIPE);
    assert_int_equal(calls, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_is_there),     TEST(test_some_differ),
        TEST(test_nothing_is_there), TEST(test_a_guest_that_writes),
        TEST(test_it_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
