/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole reads and writes over descriptors that give and take little at a time,
 * and files that are the old or the new version whichever step fails.
 *
 * The system calls of ft_file_replace are this program's own, see below.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/io.h"

#define BULK (3u << 20)

/* ---- steps of ft_file_replace: noted, and the n-th of them fails ---- */

static struct {
    int on;
    int fail_at; /* 0: none */
    int count;
    char trace[200];
} steps;

/* Whether this one is to fail. */
static int
step(const char *name)
{
    if (!steps.on)
        return 0;
    snprintf(steps.trace + strlen(steps.trace),
             sizeof(steps.trace) - strlen(steps.trace), "%s ", name);
    if (++steps.count != steps.fail_at)
        return 0;
    errno = EIO;
    return 1;
}

int
fchmod(int fd, mode_t mode)
{
    return step("fchmod") ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

ssize_t
write(int fd, const void *data, size_t size)
{
    if (step("write"))
        return -1;
    /* a little at a time, as a full pipe would */
    return syscall(SYS_write, fd, data, steps.on && size > 3 ? 3 : size);
}

/* These always are so. */
ssize_t
pread(int fd, void *data, size_t size, off_t offset)
{
    return syscall(SYS_pread64, fd, data, size > 2 ? 2 : size, offset);
}

ssize_t
pwrite(int fd, const void *data, size_t size, off_t offset)
{
    return syscall(SYS_pwrite64, fd, data, size > 2 ? 2 : size, offset);
}

int
fsync(int fd)
{
    struct stat st;
    int folder = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);

    return step(folder ? "fsync-folder" : "fsync")
               ? -1
               : (int)syscall(SYS_fsync, fd);
}

int
rename(const char *from, const char *to)
{
    return step("rename") ? -1 : (int)syscall(SYS_rename, from, to);
}

static int
replace_failing_at(int n, const char *text)
{
    int rc;

    memset(&steps, 0, sizeof(steps));
    steps.fail_at = n;
    steps.on = 1;
    rc = ft_file_replace("file", text, strlen(text), 0640);
    steps.on = 0;
    return rc;
}

static void
test_replace_in_order(void **state)
{
    (void)state;
    umask(077);
    put_file("file", "old");
    chmod("file", 0600);
    assert_int_equal(replace_failing_at(0, "renewed"), 0);
    assert_string_equal(steps.trace,
                        "fchmod write write write fsync rename fsync-folder ");
    assert_file("file", "renewed");
    assert_int_equal(mode_of("file"), 0640);
    assert_false(is_there("file.new"));
}

static void
test_replace_failing_anywhere(void **state)
{
    int n = 1, rc;

    (void)state;
    for (;; n++) {
        put_file("file", "old");
        rc = replace_failing_at(n, "renewed");
        if (!rc)
            break;
        assert_int_equal(rc, -EIO);
        assert_false(is_there("file.new"));
        assert_file("file",
                    strstr(steps.trace, "fsync-folder") ? "renewed" : "old");
    }
    assert_int_equal(n, 8);
    assert_file("file", "renewed");
}

static void
test_replace_where_it_cannot(void **state)
{
    char path[5000];

    (void)state;
    assert_int_equal(ft_file_replace("no/folder/x", "a", 1, 0600), -ENOENT);
    mkdir("taken", 0700);
    put_file("taken/inside", "x");
    assert_int_equal(ft_file_replace("taken", "a", 1, 0600), -EISDIR);
    assert_false(is_there("taken.new"));
    assert_file("taken/inside", "x");
    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(ft_file_replace(path, "a", 1, 0600), -ENAMETOOLONG);
    assert_int_equal(ft_file_replace("empty", "", 0, 0600), 0);
    assert_file("empty", "");
}

/* What a crash, or somebody, has left under the temporary name. */
static void
test_replace_over_leftovers(void **state)
{
    (void)state;
    put_file("file", "old");
    put_file("file.new", "much longer than what comes, from before a crash");
    chmod("file.new", 0666);
    assert_int_equal(ft_file_replace("file", "new", 3, 0600), 0);
    assert_file("file", "new");
    assert_int_equal(mode_of("file"), 0600);
    put_file("precious", "keep");
    assert_int_equal(symlink("precious", "file.new"), 0);
    assert_int_equal(ft_file_replace("file", "newer", 5, 0600), -ELOOP);
    assert_file("precious", "keep");
    assert_file("file", "new");
    assert_int_equal(ft_file_replace("file", "newer", 5, 0600), 0);
    assert_file("file", "newer");
}

/* No room: the write is cut short by the kernel, as on a full disk. */
static void
test_replace_without_room(void **state)
{
    struct rlimit old, small;
    char data[9000] = "x";
    int rc;

    (void)state;
    put_file("file", "old");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    rc = ft_file_replace("file", data, sizeof(data), 0600);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(rc, -EFBIG);
    assert_file("file", "old");
    assert_false(is_there("file.new"));
}

/* ---- reading files ---- */

static void
test_file_read(void **state)
{
    char big[100001], *text = NULL;
    size_t size = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(big); i++)
        big[i] = (char)('a' + i % 23);
    put_file_bytes("big", big, sizeof(big));
    assert_int_equal(ft_file_read("big", sizeof(big) - 1, &text, &size), -EFBIG);
    assert_null(text);
    assert_int_equal(ft_file_read("big", sizeof(big), &text, &size), 0);
    assert_int_equal(size, sizeof(big));
    assert_memory_equal(text, big, sizeof(big));
    assert_int_equal(text[size], '\0');
    free(text);
    put_file("none", "");
    assert_int_equal(ft_file_read("none", 0, &text, NULL), 0);
    assert_string_equal(text, "");
    free(text);
    assert_int_equal(ft_file_read("gone", 10, &text, &size), -ENOENT);
    assert_int_equal(ft_file_read(".", 10, &text, &size), -EISDIR);
    /* a file without an end is not read for ever */
    assert_int_equal(ft_file_read("/dev/zero", 70000, &text, &size), -EFBIG);
}

/* ---- descriptors ---- */

struct transfer {
    int fd;
    pthread_t reader;
    unsigned char *data;
    size_t size, piece;
    int signals;
};

static void
on_signal(int number)
{
    (void)number;
}

/* Writes data piece by piece, and signals the reader before each. */
static void *
send_pieces(void *opaque)
{
    struct transfer *t = opaque;

    for (size_t at = 0; at < t->size; at += t->piece) {
        size_t n = FT_MIN(t->piece, t->size - at);

        if (t->signals) {
            sched_yield();
            pthread_kill(t->reader, SIGUSR1);
        }
        if (syscall(SYS_write, t->fd, t->data + at, n) != (ssize_t)n)
            break;
    }
    close(t->fd);
    return NULL;
}

static void
read_pieces(int nonblocking, size_t size, size_t piece, int signals)
{
    unsigned char *data = malloc(size), *back = calloc(1, size);
    struct transfer t = { .reader = pthread_self(),
                          .data = data,
                          .size = size,
                          .piece = piece,
                          .signals = signals };
    pthread_t writer;
    int fds[2];

    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)(i * 7 + i / 251);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(ft_set_nonblocking(fds[0], nonblocking), 0);
    t.fd = fds[1];
    assert_int_equal(pthread_create(&writer, NULL, send_pieces, &t), 0);
    assert_int_equal(ft_read_full(fds[0], back, size), 0);
    assert_memory_equal(back, data, size);
    pthread_join(writer, NULL);
    /* and then the stream ends */
    assert_int_equal(ft_read_full(fds[0], back, 1), -EPIPE);
    assert_int_equal(ft_read_full(fds[0], back, 0), 0);
    close(fds[0]);
    free(data);
    free(back);
}

static void
test_read_full(void **state)
{
    struct sigaction action = { .sa_handler = on_signal };

    (void)state;
    sigaction(SIGUSR1, &action, NULL); /* no SA_RESTART */
    read_pieces(0, 5000, 1, 0);
    read_pieces(1, 5000, 1, 0);
    read_pieces(0, 2000, 1, 1);
    read_pieces(1, 2000, 1, 1);
}

static void
test_read_ends_early(void **state)
{
    int fds[2];
    char data[10] = "";

    (void)state;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(ft_write_full(fds[1], "12345", 5), 0);
    close(fds[1]);
    assert_int_equal(ft_read_full(fds[0], data, 6), -EPIPE);
    close(fds[0]);
    assert_int_equal(ft_read_full(fds[0], data, 1), -EBADF);
}

struct drain {
    int fd;
    unsigned char *data;
};

static void *
read_all(void *opaque)
{
    struct drain *d = opaque;
    size_t used = 0;
    ssize_t n;

    while (used < BULK && (n = read(d->fd, d->data + used, 1000)) > 0)
        used += (size_t)n;
    return NULL;
}

/* More than a pipe holds, to one that says EAGAIN in between. */
static void
test_write_full(void **state)
{
    unsigned char *data = malloc(BULK);
    struct drain d = { .data = calloc(1, BULK + 1000) };
    pthread_t reader;
    int fds[2];

    (void)state;
    for (size_t i = 0; i < BULK; i++)
        data[i] = (unsigned char)(i * 5 + i / 253);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(ft_set_nonblocking(fds[1], 1), 0);
    d.fd = fds[0];
    assert_int_equal(pthread_create(&reader, NULL, read_all, &d), 0);
    assert_int_equal(ft_write_full(fds[1], data, BULK), 0);
    pthread_join(reader, NULL);
    assert_memory_equal(d.data, data, BULK);
    close(fds[0]);
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(ft_write_full(fds[1], data, 1), -EPIPE);
    close(fds[1]);
    free(d.data);
    free(data);
}

static void
test_at_an_offset(void **state)
{
    const uint64_t far = UINT64_C(5) << 30;
    int fd = open("far", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char back[5] = "";

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(ft_pwrite_full(fd, "abcde", 5, far), 0);
    assert_int_equal(ft_pread_full(fd, back, 5, far), 0);
    assert_memory_equal(back, "abcde", 5);
    assert_int_equal(ft_pread_full(fd, back, 3, far - 1), 0);
    assert_memory_equal(back, "\0ab", 3);
    assert_int_equal(ft_pread_full(fd, back, 5, far + 1), -EIO);
    assert_int_equal(ft_pread_full(fd, back, 1, far + 100), -EIO);
    close(fd);
    fd = open("far", O_RDONLY | O_CLOEXEC);
    assert_int_equal(ft_pwrite_full(fd, "x", 1, 0), -EBADF);
    close(fd);
    fd = open("/dev/full", O_RDWR | O_CLOEXEC);
    assert_int_equal(ft_pwrite_full(fd, "x", 1, 0), -ENOSPC);
    assert_int_equal(ft_write_full(fd, "x", 1), -ENOSPC);
    close(fd);
}

static void
test_nonblocking(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(ft_set_nonblocking(fds[0], 1), 0);
    assert_true(fcntl(fds[0], F_GETFL) & O_NONBLOCK);
    assert_int_equal(ft_set_nonblocking(fds[0], 0), 0);
    assert_false(fcntl(fds[0], F_GETFL) & O_NONBLOCK);
    close(fds[0]);
    close(fds[1]);
    assert_int_equal(ft_set_nonblocking(fds[0], 1), -EBADF);
}

static void
test_make_folder(void **state)
{
    char path[5000];

    (void)state;
    umask(077);
    assert_int_equal(ft_make_folder("a/b/c", 0751), 0);
    assert_int_equal(mode_of("a/b/c"), 0751);
    put_file("a/b/c/file", "x");
    assert_int_equal(ft_make_folder("a/b/c", 0700), 0);
    assert_int_equal(mode_of("a/b/c"), 0700);
    assert_file("a/b/c/file", "x");
    assert_int_equal(ft_make_folder("a/b/c/file/d", 0700), -ENOTDIR);
    snprintf(path, sizeof(path), "%s/absolute/one", scratch);
    assert_int_equal(ft_make_folder(path, 0700), 0);
    assert_int_equal(mode_of("absolute/one"), 0700);
    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(ft_make_folder(path, 0700), -ENAMETOOLONG);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replace_in_order),
        cmocka_unit_test(test_replace_failing_anywhere),
        cmocka_unit_test(test_replace_where_it_cannot),
        cmocka_unit_test(test_replace_over_leftovers),
        cmocka_unit_test(test_replace_without_room),
        cmocka_unit_test(test_file_read),
        cmocka_unit_test(test_read_full),
        cmocka_unit_test(test_read_ends_early),
        cmocka_unit_test(test_write_full),
        cmocka_unit_test(test_at_an_offset),
        cmocka_unit_test(test_nonblocking),
        cmocka_unit_test(test_make_folder),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
