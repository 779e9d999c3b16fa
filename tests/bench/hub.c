/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it costs ftadmin to follow many hosts and to ask them: connections of
 * src/remote/hub.h to one sshd, each to a simulated engine (fake-engine) that
 * streams as `watch` does. Prints one line for each number of hosts.
 *     hub [SECONDS]       in the build folder, as root; 77: cannot run here
 */
#include "config.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "remote/hub.h"
#include "tests/unit/remote/sshd-fixture.h"

#define HOSTS_MAX 40
#define CALLS_MAX 100000
#define RATE_MS 1000 /* as status --watch asks for */
#define PAUSE_MS 20  /* between two calls, so that nothing queues up */
#define LIVE_MS 120000

static struct sshd sshd;
static char engine[4200];
static int64_t times[CALLS_MAX];

static int
by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int64_t
cpu_ns(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * FT_NS_PER_S +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * FT_NS_PER_US;
}

static void
connect_all(struct ft_hub *hub, struct ft_hub_host **hosts, int count)
{
    struct ft_hub_where where = { .name = "host",
                                  .destination = sshd.destination,
                                  .command = engine };
    struct ft_error err = FT_ERROR_INIT;

    sshd_options(&sshd, &where.ssh);
    where.ssh.accept_new_host_keys = true;
    for (int i = 0; i < count; i++) {
        assert_int_equal(ft_hub_add(hub, &where, &hosts[i], &err), 0);
        ft_hub_keep(hosts[i], true);
    }
    for (int i = 0; i < count; i++) {
        if (ft_hub_call(hosts[i], "echo", NULL, LIVE_MS, NULL, &err) < 0)
            fail_msg("%s", err.text);
        ft_hub_follow(hosts[i], "watch", json_pack("{s:i}", "rate_ms", RATE_MS),
                      0, NULL, &err);
    }
}

static int
drain(struct ft_hub *hub, int timeout_ms)
{
    struct ft_hub_message message;
    int events = 0;

    while (ft_hub_next(hub, timeout_ms, &message)) {
        events += message.what == FT_HUB_EVENT;
        json_decref(message.body);
        timeout_ms = 0;
    }
    return events;
}

/* Percent of a processor while nothing but the streams is there. */
static double
follow_for(struct ft_hub *hub, int64_t ns)
{
    int64_t begin = ft_clock_ns(), cpu = cpu_ns();

    while (ft_clock_ns() - begin < ns)
        drain(hub, 100);
    return 100.0 * (double)(cpu_ns() - cpu) / (double)(ft_clock_ns() - begin);
}

/* How many calls were made, one host after the other. */
static size_t
ask_for(struct ft_hub *hub, struct ft_hub_host **hosts, int count, int64_t ns)
{
    int64_t begin = ft_clock_ns();
    struct ft_error err = FT_ERROR_INIT;
    size_t n = 0;

    while (n < CALLS_MAX && ft_clock_ns() - begin < ns) {
        int64_t asked = ft_clock_ns();

        if (ft_hub_call(hosts[n % (size_t)count], "echo", NULL, 0, NULL, &err) <
            0)
            fail_msg("%s", err.text);
        times[n++] = ft_clock_ns() - asked;
        drain(hub, 0);
        ft_clock_sleep(PAUSE_MS * FT_NS_PER_MS);
    }
    qsort(times, n, sizeof(*times), by_time);
    return n;
}

static void
measure(int count, int64_t ns)
{
    struct ft_hub_host *hosts[HOSTS_MAX];
    struct ft_hub *hub = NULL;
    double cpu;
    size_t n;

    assert_int_equal(ft_hub_open(&hub, NULL), 0);
    connect_all(hub, hosts, count);
    cpu = follow_for(hub, ns);
    n = ask_for(hub, hosts, count, ns);
    printf("%5d %10.2f %10.2f %10.2f %10.2f\n", count, cpu,
           (double)times[n / 2] / FT_NS_PER_MS,
           (double)times[n * 99 / 100] / FT_NS_PER_MS,
           (double)times[n - 1] / FT_NS_PER_MS);
    fflush(stdout);
    ft_hub_close(hub);
}

static int64_t seconds = 10;

static void
test_all(void **state)
{
    static const int counts[] = { 1, 3, 10, HOSTS_MAX };

    (void)state;
    assert_int_equal(system("ip link set lo up"), 0);
    sshd_start(&sshd);
    printf("hosts  following     a call     a call     a call\n"
           "        %% of CPU     p50 ms     p99 ms     max ms\n");
    for (size_t i = 0; i < FT_ARRAY_SIZE(counts); i++)
        measure(counts[i], seconds * FT_NS_PER_S);
    sshd_stop(&sshd);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_all) };
    char here[4000];

    if (argc > 1)
        seconds = FT_MAX(1, FT_MIN(atoi(argv[1]), 600));
    if (!sshd_available() || unshare(CLONE_NEWNET) < 0 ||
        getcwd(here, sizeof(here)) == NULL)
        return 77;
    snprintf(engine, sizeof(engine), "exec %s/tests/unit/remote/fake-engine",
             here);
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
