/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of a backup that is not whole yet: one writes it, and no other. */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "ui/work/backup-part.h"

#define PROCESSES 4
#define ROUNDS 1000

static struct ft_error last;
static char file[PATH_MAX]; /* absolute */
static char part_path[PATH_MAX + 8];

static int
set_up(void **state)
{
    int rc = scratch_enter(state);

    if (rc || !getcwd(file, PATH_MAX - 8))
        return -1;
    strcat(file, "/x.img");
    snprintf(part_path, sizeof(part_path), "%s.part", file);
    return 0;
}

static int
nothing_there(void **state)
{
    (void)state;
    unlink(file);
    unlink(part_path);
    return 0;
}

static off_t
size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) < 0 ? -1 : status.st_size;
}

static void
test_one_at_a_time(void **state)
{
    struct ft_work_part part, other;

    (void)state;
    assert_int_equal(ft_work_part_make(file, &part, &last), 0);
    assert_string_equal(part.path, part_path);
    put_file_bytes(part_path, "guest", 5);
    assert_int_equal(ft_work_part_make(file, &other, &last), -EBUSY);
    assert_in(last.text, "another backup is being written to ");
    assert_in(last.text, "x.img.part");
    assert_in(last.hint, "name another file");
    assert_string_equal(other.path, "");
    ft_work_part_remove(&other); /* as after any failure */
    assert_int_equal(size_of(part_path), 5);
    ft_work_part_remove(&part);
    assert_int_equal(size_of(part_path), -1);
    assert_int_equal(ft_work_part_make(file, &other, &last), 0);
    ft_work_part_remove(&other);
}

static void
test_named(void **state)
{
    struct ft_work_part part, other;

    (void)state;
    assert_int_equal(ft_work_part_make(file, &part, &last), 0);
    put_file_bytes(part_path, "guest", 5);
    assert_int_equal(ft_work_part_name(&part, file, &last), 0);
    assert_int_equal(size_of(file), 5);
    assert_int_equal(size_of(part_path), -1);
    assert_int_equal(ft_work_part_make(file, &other, &last), -EEXIST);
    assert_int_equal(size_of(part_path), -1);
    unlink(file);
    assert_int_equal(ft_work_part_make(file, &part, &last), 0);
    put_file_bytes(file, "mine", 4);
    assert_int_equal(ft_work_part_name(&part, file, &last), -EEXIST);
    ft_work_part_remove(&part);
    assert_int_equal(size_of(file), 4);
}

/* What one that died has left; what is no file stays. */
static void
test_what_is_there(void **state)
{
    struct ft_work_part part;
    struct stat status;

    (void)state;
    put_file_bytes(part_path, "left by a dead one", 18);
    assert_int_equal(chmod(part_path, 0644), 0);
    assert_int_equal(ft_work_part_make(file, &part, &last), 0);
    assert_int_equal(stat(part_path, &status), 0);
    assert_int_equal(status.st_size, 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    ft_work_part_remove(&part);
    assert_int_equal(mkfifo(part_path, 0600), 0);
    assert_true(ft_work_part_make(file, &part, &last) < 0);
    assert_int_equal(lstat(part_path, &status), 0);
    unlink(part_path);
    assert_int_equal(symlink("elsewhere", part_path), 0);
    assert_int_equal(ft_work_part_make(file, &part, &last), -ELOOP);
    assert_int_equal(size_of("elsewhere"), -1);
}

/* QEMU's own locks are of other bytes. */
static void
test_beside_qemu(void **state)
{
    struct ft_work_part part, other;

    (void)state;
    assert_int_equal(ft_work_part_make(file, &part, &last), 0);
    assert_int_equal(system("qemu-img create -q -f qcow2 x.img.part 1M && "
                            "qemu-img bitmap --add -f qcow2 x.img.part b"),
                     0);
    assert_int_equal(ft_work_part_make(file, &other, &last), -EBUSY);
    ft_work_part_remove(&part);
}

/* Whole, it is read by others a moment later. */
static int
is_mine(unsigned char mine)
{
    FT_AUTOCLOSE int fd = open(file, O_RDONLY | O_CLOEXEC);
    unsigned char found = 0;

    usleep(100);
    return fd >= 0 && read(fd, &found, 1) == 1 && found == mine;
}

/* Makes, names and removes it again and again: an exit code. */
static int
rival(unsigned char mine)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_part part;

    for (int i = 0; i < ROUNDS; i++) {
        if (ft_work_part_make(file, &part, &err)) {
            if (err.code != EBUSY && err.code != EEXIST)
                return 2;
            continue;
        }
        if (pwrite(part.fd, &mine, 1, 0) != 1)
            return 3;
        if (i % 2 == 0) {
            ft_work_part_remove(&part);
            continue;
        }
        if (ft_work_part_name(&part, file, &err))
            return 4; /* a rival has removed it, or has one as well */
        if (!is_mine(mine))
            return 5; /* or has emptied what was whole */
        unlink(file);
    }
    return 0;
}

static void
test_rivals(void **state)
{
    int status;

    (void)state;
    for (unsigned char i = 1; i <= PROCESSES; i++) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (!pid)
            _exit(rival(i));
    }
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
}

int
main(void)
{
#define PART_TEST(name) cmocka_unit_test_teardown(name, nothing_there)
    const struct CMUnitTest tests[] = {
        PART_TEST(test_one_at_a_time), PART_TEST(test_named),
        PART_TEST(test_what_is_there), PART_TEST(test_beside_qemu),
        PART_TEST(test_rivals),
    };

    return cmocka_run_group_tests(tests, set_up, scratch_leave);
}
