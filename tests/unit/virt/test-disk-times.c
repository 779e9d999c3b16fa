/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's count of the guest's requests and their times, and the mean of some. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "virt/disk-times.h"

static json_t *
entry(json_int_t reads, json_int_t read_ns, json_int_t writes,
      json_int_t write_ns)
{
    return json_pack("{s:s,s:{s:I,s:I,s:I,s:I,s:I,s:I},s:{s:{s:I}}}", "qdev",
                     "/machine/peripheral/virtio-disk0/virtio-backend", "stats",
                     "rd_operations", reads, "rd_total_time_ns", read_ns,
                     "wr_operations", writes, "wr_total_time_ns", write_ns,
                     "flush_operations", (json_int_t)1000,
                     "flush_total_time_ns", (json_int_t)1000, "parent", "stats",
                     "rd_operations", (json_int_t)1000);
}

static void
sums_all_disks(void **state)
{
    FT_AUTOJSON json_t *answer =
        json_pack("[o,o]", entry(1, 20, 300, 4000), entry(50000, 600000, 0, 0));
    struct ft_disk_times t;

    (void)state;
    ft_disk_times_read(answer, &t);
    assert_int_equal(t.requests, 50301);
    assert_int_equal(t.ns, 604020);
}

static void
nonsense_is_nothing(void **state)
{
    FT_AUTOJSON json_t *answer =
        json_pack("[n,{},{s:n},o,{s:{s:s,s:f}},o]", "stats",
                  entry(-1, -2, INT64_MAX, 7), "stats", "rd_operations", "x",
                  "wr_operations", 0.5, entry(2, 30, 0, 0));
    struct ft_disk_times t = { 9, 9 };

    (void)state;
    ft_disk_times_read(answer, &t);
    assert_int_equal(t.requests, 2);
    assert_int_equal(t.ns, 37);
    ft_disk_times_read(NULL, &t);
    assert_int_equal(t.requests, 0);
    assert_int_equal(t.ns, 0);
}

static void
means(void **state)
{
    static const struct {
        struct ft_disk_times before, now;
        uint64_t least;
        int64_t mean;
    } cases[] = {
        { { 0, 0 }, { 10, 55 }, 1, 5 },
        { { 10, 55 }, { 10, 55 }, 1, -1 },
        { { 10, 55 }, { 17, 125 }, 8, -1 },
        { { 10, 55 }, { 18, 135 }, 8, 10 },
        { { 10, 55 }, { 20, 55 }, 8, 0 },
        /* another QEMU */
        { { 100, 0 }, { 10, 55 }, 1, -1 },
        { { 0, 100 }, { 10, 55 }, 1, -1 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++)
        assert_int_equal(ft_disk_times_mean(&cases[i].before, &cases[i].now,
                                            cases[i].least),
                         cases[i].mean);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_all_disks),
        cmocka_unit_test(nonsense_is_nothing),
        cmocka_unit_test(means),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
