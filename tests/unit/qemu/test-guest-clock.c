/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's clocks get back what our stops take: the whole of guest-clock.c on
 * a child of this test that keeps QEMU's variables, and a guest that is made up
 * here and does with them what QEMU does. Needs ptrace and Linux 6.7.
 */
#include "config.h"

#include "tests/unit/virt-test.h"

#include <time.h>
#include <x86intrin.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "qemu/device-clocks.h"
#include "qemu/guest-clock.h"
#include "qemu/uffd.h"
#include "tests/unit/qemu/puppet.h"
#include "tests/unit/qemu/state-builder.h"

#define PAUSE_NS (200 * FT_NS_PER_US)
#define EPOCHS_MAX 5000

/* As in QEMU 7.2: timers_state, in its bss. */
static struct {
    uint64_t cpu_ticks_prev, cpu_ticks_offset, filler[5], cpu_clock_offset;
} timers;
static uint64_t *kvmclock; /* in its heap */

/* What is wrong with the device states from now on. */
enum trouble {
    FINE,
    WITHOUT_TIMER,
    WITHOUT_KVMCLOCK,
    KVMCLOCK_MADE_UP,
    LATE_KVMCLOCK,
    NOT_TOO_LATE,
    OTHER_VALUE,
};

struct guest {
    struct ft_guest_clock *clock;
    uint64_t *at[FT_CLOCK_COUNT];     /* its variables; NULL: it has none */
    bool hidden;                      /* they hold other values */
    uint64_t offset[FT_CLOCK_COUNT];  /* to the host's clock while it runs */
    uint64_t stopped[FT_CLOCK_COUNT]; /* its clocks at the stop */
    enum trouble trouble;
    struct state state;
    int64_t last_ns;  /* from its give until it ran */
    int64_t slack_ns; /* what can be taken for a stop of ours, of this epoch */
    struct ft_error why;
    unsigned news;
};

static struct guest g;

static uint64_t
host(unsigned k)
{
    struct timespec t;

    if (k == FT_CLOCK_TICKS)
        return __rdtsc();
    clock_gettime(k == FT_CLOCK_KVM ? CLOCK_MONOTONIC_RAW : CLOCK_MONOTONIC, &t);
    return (uint64_t)(t.tv_sec * FT_NS_PER_S + t.tv_nsec);
}

static void
spin(int64_t ns)
{
    int64_t end = ft_clock_ns() + ns;

    while (ft_clock_ns() < end)
        ;
}

/* ----- what QEMU does (cpu_disable_ticks and cpu_enable_ticks) ----- */

static void
stop(void)
{
    unsigned k;

    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        g.stopped[k] = host(k) + g.offset[k];
        if (g.at[k])
            puppet_set(g.at[k], g.stopped[k] + g.hidden * 12345);
    }
}

static void
resume(void)
{
    unsigned k;

    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        uint64_t now =
            g.at[k] ? puppet_get(g.at[k]) - g.hidden * 12345 : g.stopped[k];

        assert_true(now - g.stopped[k] < UINT64_C(1) << 62); /* forward */
        g.offset[k] = now - host(k);
        if (g.at[k] && k != FT_CLOCK_KVM)
            puppet_set(g.at[k], g.offset[k]);
    }
}

static void
save(void)
{
    state_begin(&g.state);
    if (g.trouble != WITHOUT_TIMER)
        state_timer(&g.state, g.stopped[FT_CLOCK_TICKS],
                    g.stopped[FT_CLOCK_VIRTUAL]);
    if (g.trouble == LATE_KVMCLOCK || g.trouble == NOT_TOO_LATE)
        state_device(&g.state, "large", 40000);
    if (g.trouble == KVMCLOCK_MADE_UP)
        state_kvmclock(&g.state, 0x123456789abcdef);
    else if (g.at[FT_CLOCK_KVM] && g.trouble != WITHOUT_KVMCLOCK)
        state_kvmclock(&g.state,
                       g.stopped[FT_CLOCK_KVM] + (g.trouble == OTHER_VALUE));
    if (g.trouble == NOT_TOO_LATE)
        state_device(&g.state, "behind", 8000);
    state_end(&g.state);
}

/* How far the guest's clock is behind one that never stood, but for a constant,
 * in ns (of the TSC: ticks). */
static int64_t
behind(unsigned k)
{
    return -(int64_t)g.offset[k];
}

/* ----- what the replicator does ----- */

static bool
ran(bool with_state)
{
    bool news = ft_guest_clock_ran(g.clock, with_state ? g.state.data : NULL,
                                   with_state ? g.state.size : 0, &g.why);

    g.news += news;
    return news;
}

static bool
epoch_of(int64_t pause_ns)
{
    int64_t begin = ft_clock_ns(), stopped, given, runs;
    bool news;

    ft_guest_clock_stopping(g.clock);
    stop();
    stopped = ft_clock_ns();
    spin(pause_ns);
    given = ft_clock_ns();
    ft_guest_clock_give(g.clock);
    resume();
    runs = ft_clock_ns();
    save();
    news = ran(true);
    g.last_ns = runs - given;
    g.slack_ns = stopped - begin + ft_clock_ns() - runs;
    return news;
}

static bool
epoch(void)
{
    return epoch_of(PAUSE_NS);
}

static struct ft_guest_clock_report
report(void)
{
    struct ft_guest_clock_report r;

    ft_guest_clock_report(g.clock, &r);
    return r;
}

static void
until(enum ft_guest_clock_state state)
{
    unsigned n = 0;

    while (report().state != state) {
        assert_true(n++ < EPOCHS_MAX);
        epoch();
    }
}

static void
begin(bool kvm)
{
    unsigned k;

    g = (struct guest){ .at = { &timers.cpu_ticks_offset,
                                &timers.cpu_clock_offset,
                                kvm ? kvmclock : NULL } };
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        g.offset[k] = UINT64_C(0x1234567800) * (k + 1) - host(k);
    g.why = (struct ft_error)FT_ERROR_INIT;
    puppet_start();
    assert_int_equal(ft_guest_clock_new(puppet, NULL, 0, &g.clock), 0);
    assert_int_equal(report().state, FT_GUEST_CLOCK_SEARCHING);
}

static void
begin_kept(bool kvm)
{
    begin(kvm);
    until(FT_GUEST_CLOCK_KEPT);
    assert_int_equal(g.news, 1);
    assert_int_equal(g.why.code, 0);
    assert_true(g.why.text[0]);
    epoch(); /* what it lacked is given here */
}

static void
end(void)
{
    ft_guest_clock_free(g.clock);
    puppet_end(puppet);
}

/* ----- the tests ----- */

/*
 * Behind and first are of the same line: what lies between is the latency of
 * the resume, then and now. TSCs have ticks where the rest has ns.
 */
static void
check_drift(const int64_t *first, int64_t first_ns, int64_t allowed_ns)
{
    double rate = (double)report().tsc_hz / 1e9;
    unsigned k;

    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        double drift = (double)(behind(k) - first[k]);

        if (!g.at[k])
            continue;
        if (k == FT_CLOCK_TICKS)
            drift /= rate;
        assert_true(drift >= -(double)first_ns - 2000);
        assert_true(drift <= (double)(g.last_ns + allowed_ns) + 2000);
    }
}

static void
keep(bool kvm)
{
    int64_t first[FT_CLOCK_COUNT], first_ns, given;
    unsigned k, i;

    begin_kept(kvm);
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        first[k] = behind(k);
    first_ns = g.last_ns;
    given = report().given_ns;
    for (i = 0; i < 500; i++) {
        epoch();
        check_drift(first, first_ns, 0);
    }
    assert_int_equal(report().state, FT_GUEST_CLOCK_KEPT);
    assert_int_equal(g.news, 1);
    given = report().given_ns - given;
    assert_true(given >= 499 * PAUSE_NS);
    assert_true(report().lag_ns >= 0);
    end();
}

static void
test_kept_kvm(void **state)
{
    (void)state;
    keep(true);
}

static void
test_kept_tcg(void **state)
{
    (void)state;
    keep(false);
}

/* An administrator's suspend is no stop of ours. */
static void
test_foreign_stop(void **state)
{
    int64_t first[FT_CLOCK_COUNT], allowed = 30 * FT_NS_PER_MS, lag, slack;
    unsigned k, i;

    (void)state;
    begin_kept(true);
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        first[k] = behind(k);
    stop();
    spin(allowed);
    resume();
    lag = behind(FT_CLOCK_KVM);
    assert_true(lag - first[FT_CLOCK_KVM] >= allowed);
    epoch();
    /* What lies between our order and the stop counts as ours; no more does. */
    slack = g.slack_ns + g.last_ns;
    lag = behind(FT_CLOCK_KVM) - first[FT_CLOCK_KVM];
    assert_true(lag >= allowed - slack - 2 * FT_NS_PER_MS);
    for (i = 0; i < 50; i++)
        epoch();
    assert_int_equal(report().state, FT_GUEST_CLOCK_KEPT);
    assert_true(behind(FT_CLOCK_KVM) - first[FT_CLOCK_KVM] >= lag - slack);
    assert_true(behind(FT_CLOCK_VIRTUAL) - first[FT_CLOCK_VIRTUAL] >=
                lag - slack);
    end();
}

/* A VM that was held for a switchover gets all of it, however long. */
static void
test_held(void **state)
{
    int64_t first[FT_CLOCK_COUNT], first_ns, given;
    unsigned k;

    (void)state;
    begin_kept(true);
    first_ns = g.last_ns;
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        first[k] = behind(k);
    ft_guest_clock_stopping(g.clock);
    stop();
    spin(50 * FT_NS_PER_MS);
    given = ft_clock_ns();
    ft_guest_clock_give(g.clock);
    resume();
    g.last_ns = ft_clock_ns() - given;
    assert_false(ran(false));
    check_drift(first, first_ns, 0);
    epoch();
    check_drift(first, first_ns, 0);
    assert_int_equal(report().state, FT_GUEST_CLOCK_KEPT);
    end();
}

/* What a stop took that ended in a failure comes with the next. */
static void
test_failures(void **state)
{
    int64_t first[FT_CLOCK_COUNT], first_ns;
    unsigned k, i;

    (void)state;
    begin_kept(true);
    first_ns = g.last_ns;
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        first[k] = behind(k);
    for (i = 0; i < 10; i++) { /* never stood */
        ft_guest_clock_stopping(g.clock);
        assert_false(ran(false));
    }
    for (i = 0; i < 3; i++) { /* stood, and was given up before the end */
        ft_guest_clock_stopping(g.clock);
        stop();
        spin(5 * FT_NS_PER_MS);
        resume();
        assert_false(ran(false));
    }
    assert_true(report().lag_ns >= 15 * FT_NS_PER_MS);
    assert_true(behind(FT_CLOCK_KVM) - first[FT_CLOCK_KVM] >=
                15 * FT_NS_PER_MS - first_ns);
    /* stood, was set, and then failed */
    ft_guest_clock_stopping(g.clock);
    stop();
    ft_guest_clock_give(g.clock);
    resume();
    assert_false(ran(false));
    epoch();
    check_drift(first, first_ns, 0);
    assert_int_equal(report().state, FT_GUEST_CLOCK_KEPT);
    end();
}

static void
check_lost(void)
{
    assert_int_equal(report().state, FT_GUEST_CLOCK_SEARCHING);
    assert_int_equal(g.news, 2);
    assert_int_equal(g.why.code, EBADMSG);
    g.trouble = FINE;
    until(FT_GUEST_CLOCK_KEPT);
    assert_int_equal(g.news, 3);
}

/* The variable was changed by somebody: it is not touched, and searched anew. */
static void
test_changed(void **state)
{
    uint64_t odd;
    unsigned k;

    (void)state;
    for (k = 0; k < FT_CLOCK_COUNT; k++) {
        begin_kept(true);
        ft_guest_clock_stopping(g.clock);
        stop();
        odd = g.stopped[k] - 3600 * UINT64_C(1000000000);
        puppet_set(g.at[k], odd);
        ft_guest_clock_give(g.clock);
        assert_true(puppet_get(g.at[k]) == odd);
        puppet_set(g.at[k], g.stopped[k]);
        resume();
        save();
        assert_true(ran(true));
        check_lost();
        end();
    }
}

/* It lies within what is plausible, but is not what the state tells. */
static void
test_other_value(void **state)
{
    (void)state;
    begin_kept(true);
    g.trouble = OTHER_VALUE;
    assert_true(epoch());
    check_lost();
    end();
}

/* The clocks of a state must be those that are kept. */
static void
test_other_clocks(void **state)
{
    enum trouble t[] = { WITHOUT_TIMER, WITHOUT_KVMCLOCK };
    size_t i;

    (void)state;
    for (i = 0; i < FT_ARRAY_SIZE(t); i++) {
        begin_kept(true);
        g.trouble = t[i];
        assert_true(epoch());
        check_lost();
        end();
    }
    /* what a guest makes up beside them is none of them */
    begin_kept(false);
    puppet_set(kvmclock, 0x123456789abcdef);
    g.trouble = KVMCLOCK_MADE_UP;
    assert_false(epoch());
    assert_int_equal(report().state, FT_GUEST_CLOCK_KEPT);
    assert_true(puppet_get(kvmclock) == 0x123456789abcdef);
    end();
}

/* QEMU may run on before such a section was read: nothing is written then. */
static void
test_late_kvmclock(void **state)
{
    uint64_t before[FT_CLOCK_COUNT];
    unsigned k;

    (void)state;
    begin_kept(true);
    assert_int_equal(ft_guest_clock_needs(g.clock), 0);
    g.trouble = LATE_KVMCLOCK;
    epoch();
    assert_int_equal(ft_guest_clock_needs(g.clock), 32769);
    ft_guest_clock_stopping(g.clock);
    stop();
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        before[k] = puppet_get(g.at[k]);
    ft_guest_clock_give(g.clock);
    for (k = 0; k < FT_CLOCK_COUNT; k++)
        assert_true(puppet_get(g.at[k]) == before[k]);
    resume();
    save();
    assert_true(ran(true));
    until(FT_GUEST_CLOCK_NOT_FOUND);
    end();
}

/* Many vCPUs come before it: the first byte of QEMU's second buffer is enough. */
static void
test_kvmclock_behind_many(void **state)
{
    int i;

    (void)state;
    begin(true);
    g.trouble = NOT_TOO_LATE;
    until(FT_GUEST_CLOCK_KEPT);
    for (i = 0; i < 20; i++)
        epoch();
    assert_int_equal(ft_guest_clock_needs(g.clock), 32769);
    assert_int_equal(report().state, FT_GUEST_CLOCK_KEPT);
    end();
}

/* A guest without KVM makes a section up, with a number that stands in QEMU. */
static void
test_made_up(void **state)
{
    (void)state;
    begin(false);
    puppet_set(kvmclock, 0x123456789abcdef);
    g.trouble = KVMCLOCK_MADE_UP;
    until(FT_GUEST_CLOCK_NOT_FOUND);
    assert_true(puppet_get(kvmclock) == 0x123456789abcdef);
    end();
}

/* Protection goes on, and says how much the guest lags. */
static void
test_not_found(void **state)
{
    int64_t first, since, lag, slack;
    int i;

    (void)state;
    begin(true);
    g.hidden = true;
    spin(60 * FT_NS_PER_MS); /* the lines begin with a known rate */
    epoch();
    first = behind(FT_CLOCK_KVM);
    since = report().lag_ns;
    slack = g.slack_ns + g.last_ns;
    until(FT_GUEST_CLOCK_NOT_FOUND);
    assert_int_equal(g.news, 1);
    assert_int_equal(g.why.code, ENOENT);
    for (i = 0; i < 20; i++)
        epoch();
    lag = report().lag_ns - since;
    assert_int_equal(g.news, 1);
    assert_int_equal(report().given_ns, 0);
    assert_true(lag <= behind(FT_CLOCK_KVM) - first + g.slack_ns + g.last_ns);
    /* a report counts until it is made: the guest ran the last of that */
    assert_true(lag >= behind(FT_CLOCK_KVM) - first - slack);
    end();
}

/* No clock jumps by more than a second: who waited so long has helped himself. */
static void
test_old_lag(void **state)
{
    int64_t first;
    int i;

    (void)state;
    begin(true);
    g.hidden = true;
    spin(60 * FT_NS_PER_MS);
    for (i = 0; i < 3; i++)
        epoch_of(FT_GUEST_CLOCK_JUMP_NS / 2);
    assert_true(report().lag_ns > FT_GUEST_CLOCK_JUMP_NS);
    g.hidden = false;
    until(FT_GUEST_CLOCK_KEPT);
    first = behind(FT_CLOCK_KVM);
    epoch();
    assert_true(report().lag_ns < FT_GUEST_CLOCK_JUMP_NS / 2);
    assert_true(first - behind(FT_CLOCK_KVM) < FT_GUEST_CLOCK_JUMP_NS / 2);
    end();
}

static void
test_nothing_told(void **state)
{
    (void)state;
    begin(true);
    g.trouble = WITHOUT_TIMER;
    assert_true(epoch());
    assert_int_equal(report().state, FT_GUEST_CLOCK_NOT_FOUND);
    assert_false(epoch());
    end();
}

/* Somebody calls in the wrong places: nothing breaks. */
static void
test_odd_calls(void **state)
{
    (void)state;
    begin_kept(true);
    assert_false(ran(false));
    ft_guest_clock_give(g.clock); /* a VM that runs: its values are not these */
    ft_guest_clock_stopping(g.clock);
    ft_guest_clock_stopping(g.clock);
    assert_false(ran(false));
    end();
    ft_guest_clock_free(NULL);
    assert_string_equal(ft_guest_clock_state_name(FT_GUEST_CLOCK_KEPT), "kept");
    assert_string_equal(ft_guest_clock_state_name(9), "unknown");
}

#ifdef FT_FAULT_INJECTION
static void
test_fault_point(void **state)
{
    char path[] = "/tmp/test-guest-clock-XXXXXX";
    static const char text[] = "clock-compare=5@10";
    int fd = mkstemp(path), i;

    (void)state;
    assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
    close(fd);
    begin_kept(true);
    ft_fault_load(path);
    unlink(path);
    for (i = 1; i < 10; i++)
        assert_false(epoch());
    assert_true(epoch());
    check_lost();
    end();
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_kvm),
        cmocka_unit_test(test_kept_tcg),
        cmocka_unit_test(test_foreign_stop),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_other_value),
        cmocka_unit_test(test_other_clocks),
        cmocka_unit_test(test_late_kvmclock),
        cmocka_unit_test(test_kvmclock_behind_many),
        cmocka_unit_test(test_made_up),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_old_lag),
        cmocka_unit_test(test_nothing_told),
        cmocka_unit_test(test_odd_calls),
#ifdef FT_FAULT_INJECTION
        cmocka_unit_test(test_fault_point),
#endif
    };
    struct ft_error err = FT_ERROR_INIT;

    if (ft_uffd_supported(&err) < 0) {
        fprintf(stderr, "skipped: %s (%s)\n", err.text, err.hint);
        return 77;
    }
    memset(&timers, 1, sizeof(timers));
    kvmclock = puppet_heap(4 * PUPPET_PAGE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
