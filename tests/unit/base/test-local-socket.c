/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/local-socket.h"

static void
has_mode(const char *path, mode_t mode)
{
    struct stat status;

    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 07777, mode);
}

static int
connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strncat(address.sun_path, path, sizeof(address.sun_path) - 1);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)),
                     0);
    return fd;
}

static void
test_listens(void **state)
{
    FT_AUTOCLOSE int first = -1, second = -1, client = -1, served = -1;

    (void)state;
    umask(0);
    assert_int_equal(ft_socket_listen("s", (uid_t)-1, (gid_t)-1, &first), 0);
    has_mode("s", 0600);
    assert_int_equal(accept(first, NULL, NULL), -1); /* and does not wait */
    assert_int_equal(errno, EAGAIN);
    client = connect_to("s");
    served = accept(first, NULL, NULL);
    assert_true(served >= 0);
    /* what one left that died is replaced */
    assert_int_equal(ft_socket_listen("s", getuid(), getgid(), &second), 0);
    has_mode("s", 0600);
    close(client);
    client = connect_to("s");
    assert_int_equal(accept(first, NULL, NULL), -1);
}

static void
test_in_the_way(void **state)
{
    char path[200];
    int fd = -1;

    (void)state;
    put_file("file", "x");
    assert_int_equal(ft_socket_listen("file", (uid_t)-1, (gid_t)-1, &fd),
                     -EADDRINUSE);
    assert_file("file", "x");
    assert_int_equal(ft_socket_listen("no/where", (uid_t)-1, (gid_t)-1, &fd),
                     -ENOENT);
    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(ft_socket_listen(path, (uid_t)-1, (gid_t)-1, &fd),
                     -ENAMETOOLONG);
    assert_int_equal(fd, -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listens),
        cmocka_unit_test(test_in_the_way),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
