/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk image made by the real qemu-img, of what an NBD server of this process
 * serves; and how that ends otherwise.
 */
#include "config.h"

#include "tests/unit/scratch.h"
#include "tests/unit/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "disk/nbd-server.h"
#include "protect/image.h"

#define SIZE (UINT64_C(12) << 20)

struct server {
    int fd;
    uint64_t fail_at; /* reads from there on */
};

static unsigned char *disk;
static char path[4096 + 16]; /* absolute */

static int
on_read(void *opaque, unsigned export, void *data, uint64_t offset,
        size_t length)
{
    const struct server *s = opaque;

    (void)export;
    memcpy(data, disk + offset, length);
    return offset + length > s->fail_at ? -ESTALE : 0;
}

static int
on_extent(void *opaque, unsigned export, uint64_t offset, uint64_t length,
          uint64_t *run)
{
    (void)opaque;
    (void)export;
    *run = FT_MIN(length, (UINT64_C(1) << 20) - offset % (1 << 20));
    return ft_bytes_are_zero(disk + offset, *run);
}

static void *
serve(void *opaque)
{
    static const struct ft_nbd_handlers handlers = { .read = on_read,
                                                     .extent = on_extent };
    static const struct ft_nbd_export exports[] = { { "sda", 512 },
                                                    { "vda", SIZE } };
    struct server *s = opaque;

    ft_nbd_serve(s->fd, exports, 2, &handlers, s, NULL);
    return NULL;
}

/* 4 MiB of data, 4 of hole, 3 of data, 1 of zeros. */
static int
set_up(void **state)
{
    char folder[4096];

    (void)state;
    disk = calloc(1, SIZE);
    fill_random(disk, 4 << 20, 1);
    fill_random(disk + (8 << 20), 3 << 20, 2);
    assert_non_null(getcwd(folder, sizeof(folder)));
    snprintf(path, sizeof(path), "%s/image", folder);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    free(disk);
    unlink(path);
    return 0;
}

static int
make(const char *export, const char *format, uint64_t fail_at, double *percent,
     struct ft_error *err)
{
    struct server server = { .fail_at = fail_at };
    struct ft_image image;
    pthread_t thread;
    int rc;

    assert_int_equal(ft_image_start(export, format, path, NULL, &image, err), 0);
    server.fd = dup(image.socket);
    thread = spawn(serve, &server);
    join(thread); /* qemu-img has hung up */
    rc = ft_image_end(&image, path, false, err);
    *percent = image.percent;
    assert_int_equal(err->code, -rc);
    return rc;
}

static void
assert_whole(void)
{
    put_file_bytes("expected", disk, SIZE);
    assert_int_equal(system("qemu-img compare -q image expected"), 0);
}

static void
test_formats(void **state)
{
    static const char *const formats[] = { "qcow2", "raw" };
    struct ft_error err = FT_ERROR_INIT;
    struct stat status;
    double percent;

    (void)state;
    assert_int_equal(ft_image_possible(&err), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(make("vda", formats[i], UINT64_MAX, &percent, &err), 0);
        assert_true(percent > 99);
        assert_whole();
        assert_int_equal(stat(path, &status), 0);
        assert_true(status.st_blocks * 512 < 9 << 20);
        unlink(path);
    }
}

static void
test_source_fails(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    double percent;

    (void)state;
    assert_int_equal(make("vda", "qcow2", 9 << 20, &percent, &err), -EIO);
    assert_non_null(strstr(err.text, "qemu-img: "));
    assert_int_equal(make("vdb", "qcow2", UINT64_MAX, &percent, &err), -EIO);
    assert_non_null(strstr(err.text, "vdb"));
}

/* Nobody answers, until somebody wants out. */
static void
test_stopped(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_image image;

    (void)state;
    assert_int_equal(ft_image_start("vda", "qcow2", path, NULL, &image, &err),
                     0);
    ft_image_look(&image);
    assert_int_equal(getpgid(image.pid), image.pid); /* no Ctrl-C reaches it */
    assert_int_equal(ft_image_end(&image, path, true, &err), -EINTR);
    assert_int_equal(waitpid(image.pid, NULL, 0), -1);
}

static void
test_no_program(void **state)
{
    FT_AUTOFREE char *before = strdup(getenv("PATH"));
    struct ft_error err = FT_ERROR_INIT;
    struct ft_image image;

    (void)state;
    setenv("PATH", "/nowhere:/tmp", 1);
    assert_int_equal(ft_image_possible(&err), -ENOENT);
    assert_int_equal(ft_image_start("vda", "qcow2", path, NULL, &image, &err),
                     -ENOENT);
    assert_non_null(strstr(err.hint, "qemu-utils"));
    setenv("PATH", before, 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_formats),
        TEST(test_source_fails),
        TEST(test_stopped),
        TEST(test_no_program),
    };

    if (ft_image_possible(NULL))
        return 77; /* there is no qemu-img */
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
