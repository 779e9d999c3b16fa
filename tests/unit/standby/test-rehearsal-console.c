/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's console as QEMU would bring it: read without waiting, and within bounds. */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "standby/rehearsal-console.h"

static struct ft_rehearsal_console_end *
listening(const char *pattern)
{
    struct ft_rehearsal_console_end *console = NULL;
    struct ft_error err = FT_ERROR_INIT;

    if (ft_rehearsal_console_open("console", getuid(), getgid(), pattern,
                                  &console, &err))
        fail_msg("%s", err.text);
    return console;
}

/* QEMU's end. */
static int
come(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX,
                                   .sun_path = "console" };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)),
                     0);
    return fd;
}

static void
show(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void
test_seen(void **state)
{
    struct ft_rehearsal_console_end *console = listening("login:");
    FT_AUTOCLOSE int fd = -1;
    char typed[8];

    (void)state;
    assert_false(ft_rehearsal_console_look(console)); /* nobody has come */
    fd = come();
    assert_false(ft_rehearsal_console_look(console));
    /* Enter, and not once more at once */
    assert_int_equal(recv(fd, typed, sizeof(typed), 0), 1);
    assert_int_equal(typed[0], '\r');
    show(fd, "\r\nvm1 log");
    assert_false(ft_rehearsal_console_look(console));
    assert_int_equal(recv(fd, typed, sizeof(typed), 0), -1);
    show(fd, "in: ");
    assert_true(ft_rehearsal_console_look(console));
    show(fd, "\nsomething else\n");
    assert_true(ft_rehearsal_console_look(console));
    ft_rehearsal_console_close(console);
    assert_int_equal(access("console", F_OK), -1);
}

/* What it shows last is read, also when QEMU has gone meanwhile. */
static void
test_gone(void **state)
{
    struct ft_rehearsal_console_end *console = listening("panic");
    int fd = come();

    (void)state;
    show(fd, "Kernel panic\n");
    close(fd);
    assert_true(ft_rehearsal_console_look(console));
    assert_true(ft_rehearsal_console_look(console));
    ft_rehearsal_console_close(console);

    console = listening("panic");
    close(come());
    for (int i = 0; i < 3; i++)
        assert_false(ft_rehearsal_console_look(console));
    ft_rehearsal_console_close(console);
    ft_rehearsal_console_close(NULL);
}

/* A guest that never ends to write: a look takes what it may, and comes back. */
static void
test_floods(void **state)
{
    struct ft_rehearsal_console_end *console = listening("never");
    FT_AUTOCLOSE int fd = come();
    char data[4096];
    ssize_t sent = 0;

    (void)state;
    memset(data, 'x', sizeof(data));
    for (int i = 0; i < 100; i++) {
        while (send(fd, data, sizeof(data), MSG_NOSIGNAL) > 0)
            sent++;
        assert_int_equal(errno, EAGAIN);
        assert_false(ft_rehearsal_console_look(console));
    }
    assert_true(sent >= 100);
    ft_rehearsal_console_close(console);
}

static void
test_cannot(void **state)
{
    struct ft_rehearsal_console_end *console = NULL;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_rehearsal_console_open("no/where", getuid(), getgid(),
                                               "x", &console, &err),
                     -ENOENT);
    assert_non_null(strstr(err.text, "no/where"));
    assert_null(console);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seen),
        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_floods),
        cmocka_unit_test(test_cannot),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
