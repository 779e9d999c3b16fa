/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daily check of the whole file: when it is due, what it finds, and who
 * is told.
 */
#include "config.h"

#include "store-fixture.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "db/check.h"
#include "db/lock.h"

#define PATIENCE_MS 60000
#define SOUND "SELECT result = 'sound' AND checked_at > 5 FROM health"

static void
test_fresh_file(void **state)
{
    struct ft_store *store = open_with_pair();

    (void)state;
    MUST(ft_check_begin(store, &err));
    MUST(ft_check_result(store, PATIENCE_MS, &err));
    assert_int_equal(number_of(SOUND), 1);
    ft_store_close(store);
}

static void
test_once_a_day(void **state)
{
    struct ft_store *store = open_with_pair();

    (void)state;
    execute_sql("UPDATE health SET checked_at = 5, result = 'unfinished'");
    MUST(ft_check_begin(store, &err));
    MUST(ft_check_begin(store, &err)); /* it is at work */
    MUST(ft_check_result(store, PATIENCE_MS, &err));
    assert_int_equal(number_of(SOUND), 1);
    MUST(ft_check_result(store, PATIENCE_MS, &err));
    ft_store_close(store);
}

/* Nobody waits for it at the end, and the next one does not begin again. */
static void
test_ended_early(void **state)
{
    struct ft_store *store = open_with_pair();

    (void)state;
    execute_sql("UPDATE health SET checked_at = 5");
    MUST(ft_check_begin(store, &err));
    ft_store_close(store);
    assert_int_equal(number_of("SELECT checked_at > 5 FROM health"), 1);
    assert_int_equal(number_of("SELECT result <> 'damaged' FROM health"), 1);
}

static void
write_page(int64_t page, const char *data, size_t size)
{
    FILE *file = fopen(path, "r+");

    assert_non_null(file);
    assert_int_equal(fseek(file, (long)((page - 1) * (int64_t)size), SEEK_SET),
                     0);
    assert_int_equal(fwrite(data, size, 1, file), 1);
    assert_int_equal(fclose(file), 0);
}

static void
check_now(int code)
{
    struct ft_store *store = open_store();
    struct ft_error err = FT_ERROR_INIT;

    ft_check_begin(store, NULL);
    assert_int_equal(ft_check_result(store, PATIENCE_MS, &err), -code);
    assert_int_equal(*err.text != '\0', code != 0);
    ft_store_close(store);
}

static void
test_damaged_table(void **state)
{
    FT_AUTOFREE char *data = NULL;
    char garbage[4096];
    struct ft_store *store;
    struct ft_store_host host;
    int64_t page;
    size_t size;

    (void)state;
    ft_store_close(open_with_pair());
    execute_sql("UPDATE health SET checked_at = 5");
    page = number_of("SELECT rootpage FROM sqlite_schema WHERE name = 'links'");
    assert_int_equal(number_of("PRAGMA page_size"), sizeof(garbage));
    assert_int_equal(ft_file_read(path, 1 << 24, &data, &size), 0);
    memset(garbage, 0xa5, sizeof(garbage));
    write_page(page, garbage, sizeof(garbage));
    check_now(EBADMSG); /* said by the one that found it */
    store = open_store();
    FAILS(EBADMSG, ft_check_begin(store, &err)); /* and by the next */
    MUST(ft_store_host_get(store, "h1", &host, &err));
    FAILS(EBADMSG, ft_store_lock(store, "vm 1", FT_LOCK_ALONE, "x", &err));
    ft_store_close(store);
    /* Once it is mended, a new check takes it back. */
    write_page(page, data + (page - 1) * sizeof(garbage), sizeof(garbage));
    check_now(0);
    store = open_store();
    MUST(ft_check_begin(store, &err));
    ft_store_close(store);
    assert_int_equal(number_of(SOUND), 1);
}

static void
test_truncated(void **state)
{
    FT_AUTOFREE char *data = NULL;
    struct ft_store *store;
    size_t size;

    (void)state;
    ft_store_close(open_with_pair());
    assert_int_equal(ft_file_read(path, 1 << 24, &data, &size), 0);
    assert_int_equal(ft_file_replace(path, data, size / 2, 0600), 0);
    FAILS(EBADMSG, ft_store_open(path, FT_STORE_CREATE, &store, &err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_fresh_file, setup),
        cmocka_unit_test_setup(test_once_a_day, setup),
        cmocka_unit_test_setup(test_ended_early, setup),
        cmocka_unit_test_setup(test_damaged_table, setup),
        cmocka_unit_test_setup(test_truncated, setup),
    };

    RUN_IN_FOLDER(tests);
}
