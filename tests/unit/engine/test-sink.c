/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a path carries, from the sender to the sink: in a process of its own the loop
 * with a listener, as the daemon has it; here the sender.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/sink.h"
#include "link/link.h"
#include "link/tcp.h"
#include "link/throughput.h"
#include "virt/loop.h"

#define TOKEN "6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e8"
#define UNKNOWN "00000000-0000-4000-8000-000000000000"

static pid_t daemon_pid;
static uint16_t port;

static int
expect(const char *token)
{
    json_t *args = json_pack("{s:s}", "token", token), *result = NULL;
    struct ft_error err = FT_ERROR_INIT;
    int rc = ft_verb_sink((struct ft_request){ 0 }, args, &result, &err);

    json_decref(args);
    return rc;
}

static void
on_listener(int fd, void *opaque)
{
    int accepted = accept(fd, NULL, NULL);
    struct ft_preamble preamble;

    (void)opaque;
    if (!ft_link_preamble_read(accepted, &preamble,
                               ft_clock_ns() + 5 * FT_NS_PER_S, NULL))
        ft_sink_begin(preamble.pair, accepted);
    close(accepted);
}

static void
run_daemon(int listener, int ready)
{
    bool good =
        !ft_loop_init() && ft_loop_watch(listener, on_listener, NULL) >= 0;

    good = good && expect("") == -EINVAL && expect("h1; rm -rf /") == -EINVAL;
    good = good && expect(TOKEN "1") == 0 && expect(TOKEN "1") == -EINVAL;
    good = good && expect(TOKEN "2") == 0 && expect(TOKEN "3") == 0 &&
           expect(TOKEN "4") == 0 && expect(TOKEN "5") == -EBUSY;
    if (!good || write(ready, "x", 1) != 1)
        _exit(1);
    ft_loop_run();
}

static int
set_up(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    int listener, ready[2];
    char c;

    (void)state;
    assert_int_equal(ft_tcp_listen(0, &listener, &err), 0);
    port = ft_tcp_port(listener);
    assert_int_equal(pipe(ready), 0);
    daemon_pid = fork();
    if (daemon_pid == 0)
        run_daemon(listener, ready[1]);
    close(listener);
    close(ready[1]);
    assert_int_equal(read(ready[0], &c, 1),
                     1); /* or it has died of its checks */
    return close(ready[0]);
}

static int
tear_down(void **state)
{
    int status;

    (void)state;
    kill(daemon_pid, SIGKILL);
    waitpid(daemon_pid, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -1;
}

/* A token is good for one connection, and for nobody who does not have it. */
static void
test_measured(void **state)
{
    int64_t began = ft_clock_ns();
    struct ft_error err = FT_ERROR_INIT;
    double rate = 0;

    (void)state;
    if (ft_throughput_measure("127.0.0.1", port, TOKEN "1", false, &rate,
                              &err) < 0)
        fail_msg("%s", err.text);
    assert_true(rate > 1e6 && rate < 1e12);
    assert_true(ft_clock_ns() - began < 10 * FT_NS_PER_S);
    assert_true(ft_throughput_measure("127.0.0.1", port, TOKEN "1", false,
                                      &rate, &err) < 0);
    assert_true(rate == 0);
    assert_true(ft_throughput_measure("127.0.0.1", port, UNKNOWN, false, &rate,
                                      &err) < 0);
    began = ft_clock_ns();
    assert_int_equal(ft_throughput_measure("127.0.0.1", port, TOKEN "2", true,
                                           &rate, &err),
                     0);
    assert_true(rate > 1e6 && rate < 1e12);
    assert_true(ft_clock_ns() - began < 10 * FT_NS_PER_S);
}

/* Nobody reads: it ends by itself, and a brief one before any pair is impatient. */
static void
test_brief(void **state)
{
    int64_t least[2];

    (void)state;
    for (int brief = 0; brief < 2; brief++) {
        struct ft_error err = FT_ERROR_INIT;
        int64_t began = ft_clock_ns();
        double rate;
        int listener;

        assert_int_equal(ft_tcp_listen(0, &listener, &err), 0);
        ft_throughput_measure("127.0.0.1", ft_tcp_port(listener), TOKEN "9",
                              brief, &rate, &err);
        least[brief] = ft_clock_ns() - began;
        close(listener);
    }
    assert_true(least[0] >= FT_THROUGHPUT_MS * FT_NS_PER_MS);
    assert_true(least[1] >= FT_THROUGHPUT_BRIEF_MS * FT_NS_PER_MS);
    assert_true(least[1] < least[0]);
}

static void
test_refused(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    double rate;

    (void)state;
    assert_int_equal(ft_throughput_measure("h1", port, TOKEN "3", false, &rate,
                                           &err),
                     -EINVAL);
    assert_int_equal(ft_throughput_measure("127.0.0.1", port, "x", false, &rate,
                                           &err),
                     -EINVAL);
    assert_int_equal(ft_throughput_measure("127.0.0.1", 1, TOKEN "3", false,
                                           &rate, &err),
                     -ECONNREFUSED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measured),
        cmocka_unit_test(test_brief),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
