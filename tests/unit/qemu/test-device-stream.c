/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/virt-test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "qemu/device-state.h"
#include "qemu/saver-marker.h"

static const uint8_t blob[] = { 'Q', 'E', 'V', 'M', 0, 0, 0, 3, 4, 1, 2, 3, 0 };

static int
stream(const void *data, size_t size, const char *machine, uint8_t **out,
       size_t *n)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc = ft_device_stream(data, size, machine, out, n, &err);

    if (rc < 0) {
        assert_null(*out);
        assert_true(err.text[0]);
    }
    return rc;
}

static void
test_stream(void **state)
{
    static const uint8_t expected[] = { 'Q', 'E', 'V', 'M', 0, 0,   0,   3,
                                        7,   0,   0,   0,   6, 'p', 'c', '-',
                                        '7', '.', '2', 4,   1, 2,   3,   0,
                                        6,   0,   0,   0,   2, '{', '}' };
    FT_AUTOFREE uint8_t *out = NULL;
    size_t n;

    (void)state;
    assert_int_equal(stream(blob, sizeof(blob), "pc-7.2", &out, &n), 0);
    assert_int_equal(n, sizeof(expected));
    assert_memory_equal(out, expected, n);
}

static void
test_refusals(void **state)
{
    uint8_t changed[sizeof(blob)], *out;
    char long_name[100];
    size_t n, i;

    (void)state;
    for (i = 0; i < sizeof(blob); i++) /* cut anywhere */
        assert_int_equal(stream(blob, i, "pc", &out, &n), -EINVAL);
    for (i = 0; i < 9; i++) { /* magic, version, first section */
        memcpy(changed, blob, sizeof(blob));
        changed[i] ^= 1;
        assert_int_equal(stream(changed, sizeof(blob), "pc", &out, &n), -EINVAL);
    }
    memset(long_name, 'x', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    assert_int_equal(stream(blob, sizeof(blob), long_name, &out, &n), -EINVAL);
    assert_int_equal(stream(blob, sizeof(blob), "", &out, &n), -EINVAL);
    assert_int_equal(stream(blob, FT_DEVICE_STATE_MAX + 1, "pc", &out, &n),
                     -EFBIG);
}

static void
test_marker(void **state)
{
    char folder[] = "/tmp/test-marker-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(ft_saver_mark_get(folder), FT_SAVER_RUNS);
    assert_int_equal(ft_saver_mark_set(folder, FT_SAVER_RUNS), 0);
    assert_int_equal(ft_saver_mark_set(folder, FT_SAVER_CHECKPOINT), 0);
    assert_int_equal(ft_saver_mark_get(folder), FT_SAVER_CHECKPOINT);
    assert_int_equal(ft_saver_mark_set(folder, FT_SAVER_HELD), 0);
    assert_int_equal(ft_saver_mark_get(folder), FT_SAVER_HELD);
    assert_int_equal(ft_saver_mark_set(folder, FT_SAVER_RUNS), 0);
    assert_int_equal(ft_saver_mark_get(folder), FT_SAVER_RUNS);
    assert_int_equal(rmdir(folder), 0);
    assert_true(ft_saver_mark_set(folder, FT_SAVER_HELD) < 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_marker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
