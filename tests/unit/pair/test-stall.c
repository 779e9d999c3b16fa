/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an epoch that does not end waits for, and what is done about it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/stall.h"

#define MS INT64_C(1000000)
#define BEGAN (100 * MS)

static struct ft_stall_facts
after(int64_t ms)
{
    return (struct ft_stall_facts){ .now_ns = BEGAN + ms * MS,
                                    .epoch_ns = BEGAN,
                                    .qemu_ns = BEGAN,
                                    .patience_ns = 2000 * MS };
}

static void
is(const struct ft_stall_facts *facts, enum ft_stall by, bool ask, bool end)
{
    struct ft_stall_answer answer = ft_stall_judge(facts);

    assert_int_equal(answer.by, by);
    assert_int_equal(answer.ask_libvirt, ask);
    assert_int_equal(answer.end_qemu, end);
    assert_int_equal(answer.for_ns,
                     by == FT_STALL_NONE ? 0 : facts->now_ns - facts->epoch_ns);
}

static void
nothing(void **state)
{
    struct ft_stall_facts none = { .now_ns = 1000000 * MS,
                                   .patience_ns = MS,
                                   .stopped = true };
    struct ft_stall_facts soon = after(999), later = after(1999);

    (void)state;
    is(&none, FT_STALL_NONE, false, false);
    is(&soon, FT_STALL_NONE, false, false);
    is(&later, FT_STALL_NONE, true, false);
    later.libvirt_ns = later.now_ns - 399 * MS;
    is(&later, FT_STALL_NONE, false, false);
}

static void
stopped_qemu(void **state)
{
    struct ft_stall_facts f = after(2000);

    (void)state;
    f.stopped = f.may_give_up = true;
    is(&f, FT_STALL_STOPPED, true, false);
    f = after(3000);
    f.stopped = true;
    is(&f, FT_STALL_STOPPED, true, false); /* nobody could go on */
    f.may_give_up = true;
    is(&f, FT_STALL_STOPPED, true, true);
    f.qemu_ns = BEGAN + 500 * MS; /* the patience is of the question */
    is(&f, FT_STALL_STOPPED, true, false);
}

/* Who does not answer: never an end of QEMU by what libvirtd does. */
static void
silence(void **state)
{
    struct ft_stall_facts f = after(60000);

    (void)state;
    f.may_give_up = true;
    is(&f, FT_STALL_LIBVIRT, true, false);
    f.libvirt_ns = BEGAN - MS; /* of before does not count */
    is(&f, FT_STALL_LIBVIRT, true, false);
    f.libvirt_ns = BEGAN + MS; /* and that is old */
    is(&f, FT_STALL_QEMU, true, false);
    f.libvirt_ns = f.now_ns;
    f.job = true;
    is(&f, FT_STALL_JOB, false, false);
}

/* An epoch whose pages are sent behind the VM stops it several times. */
static void
asked_several_times(void **state)
{
    struct ft_stall_facts f = after(4000);

    (void)state;
    f.may_go_alone = true;
    f.link_rate = FT_STALL_LITTLE;
    f.qemu_ns = f.now_ns - 999 * MS;
    is(&f, FT_STALL_STANDBY, false, false); /* that is what takes so long */
    assert_false(ft_stall_judge(&f).go_alone);
    f.link_blocked = true;
    is(&f, FT_STALL_LINK, false, false);
    f.link_blocked = false;
    f.qemu_ns = f.now_ns - 1000 * MS;
    is(&f, FT_STALL_LIBVIRT, true, false);
    assert_false(ft_stall_judge(&f).go_alone); /* it has its own patience */
    f.qemu_ns = f.now_ns - 2000 * MS;
    assert_true(ft_stall_judge(&f).go_alone);
}

/* It owes libvirtd an answer: its main loop, or the guest's processors, are stuck. */
static void
hung_qemu(void **state)
{
    struct ft_stall_facts f = after(4000);

    (void)state;
    f.may_give_up = true;
    f.libvirt_ns = f.now_ns;
    is(&f, FT_STALL_QEMU, false, false); /* it owes nothing that is known */
    f.owes_ns = 3999 * MS;
    is(&f, FT_STALL_QEMU, false, false);
    f.owes_ns = 4000 * MS;
    is(&f, FT_STALL_QEMU, false, true);
    f.may_give_up = false; /* nobody could go on */
    is(&f, FT_STALL_QEMU, false, false);
    f.may_give_up = true;
    f.link_blocked = true; /* what it waits for is there */
    is(&f, FT_STALL_LINK, false, false);
    f.link_blocked = false;
    f.qemu_ns = BEGAN + MS; /* by somebody else before: our turn counts, too */
    is(&f, FT_STALL_QEMU, false, false);
    f.libvirt_ns = BEGAN; /* libvirtd has gone quiet since */
    is(&f, FT_STALL_LIBVIRT, true, false);
}

static void
link(void **state)
{
    struct ft_stall_facts f = after(3000);

    (void)state;
    f.qemu_ns = 0;
    f.may_give_up = true;
    is(&f, FT_STALL_STANDBY, false, false);
    f.stopped = true; /* since its answer */
    is(&f, FT_STALL_STANDBY, false, false);
    f.link_blocked = true;
    is(&f, FT_STALL_LINK, false, false);
    /* what QEMU waits for is a write that is on its way */
    f = after(60000);
    f.link_blocked = f.may_give_up = true;
    f.libvirt_ns = BEGAN + MS;
    is(&f, FT_STALL_LINK, true, false);
    assert_string_equal(ft_stall_word(FT_STALL_LINK), "link");
    assert_string_equal(ft_stall_word(FT_STALL_COUNT), "");
}

static bool
goes_alone(int64_t ms, uint64_t rate, bool allowed)
{
    struct ft_stall_facts f = after(ms);

    f.qemu_ns = 0;
    f.link_rate = rate;
    f.may_go_alone = allowed;
    return ft_stall_judge(&f).go_alone;
}

static void
alone(void **state)
{
    struct ft_stall_facts hung = after(60000);

    (void)state;
    assert_true(FT_STALL_STANDBY > FT_STALL_LINK);
    assert_false(goes_alone(1999, 0, true));
    assert_true(goes_alone(2000, 0, true));
    assert_false(goes_alone(60000, 0, false));
    assert_false(goes_alone(9999, FT_STALL_LITTLE, true));
    assert_true(goes_alone(10000, FT_STALL_LITTLE, true));
    hung.may_go_alone = true;
    hung.libvirt_ns = BEGAN + MS; /* QEMU itself: a new link would not help */
    assert_false(ft_stall_judge(&hung).go_alone);
    hung.libvirt_ns = 0; /* libvirtd: what the guest sends needs it not */
    assert_true(ft_stall_judge(&hung).go_alone);
    hung.now_ns = BEGAN + 1999 * MS;
    assert_false(ft_stall_judge(&hung).go_alone);
    hung.now_ns = BEGAN + 2000 * MS;
    assert_true(ft_stall_judge(&hung).go_alone);
    hung.may_go_alone = false;
    assert_false(ft_stall_judge(&hung).go_alone);
}

/*
 * QEMU died while libvirtd hung: going alone would void the only copy of the
 * guest, and ending what has ended says nothing. By chaos, FT_SEED=74064.
 */
static void
a_qemu_that_is_gone(void **state)
{
    struct ft_stall_facts f = after(1999);

    (void)state;
    f.gone = f.may_give_up = f.may_go_alone = true;
    assert_false(ft_stall_judge(&f).tell_end); /* libvirtd has its time */
    f = after(60000);
    assert_false(ft_stall_judge(&f).tell_end);
    f.gone = f.stopped = f.may_give_up = f.may_go_alone = true;
    for (int held = 0; held < 2; held++) {
        struct ft_stall_answer answer = ft_stall_judge(&f);

        assert_true(answer.tell_end);
        assert_false(answer.go_alone);
        assert_false(answer.end_qemu);
        f.may_give_up = f.may_go_alone =
            false;     /* no witness: told all the same */
        f.qemu_ns = 0; /* it answered, and died then */
    }
}

/* The patience is a setting; libvirtd is asked in the first half of it. */
static void
patience(void **state)
{
    static const int64_t patiences[] = { 200, 1000, 1500, 2000, 5000 };

    (void)state;
    assert_int_equal(ft_stall_look_ns(200 * MS), 100 * MS);
    assert_int_equal(ft_stall_look_ns(5000 * MS), 1000 * MS);
    for (size_t i = 0; i < sizeof(patiences) / sizeof(patiences[0]); i++) {
        int64_t ms = patiences[i], half = ms < 2000 ? ms / 2 : 1000;
        struct ft_stall_facts f = after(half - 1);

        f.patience_ns = ms * MS;
        assert_false(ft_stall_judge(&f).ask_libvirt);
        f.now_ns = BEGAN + half * MS;
        assert_true(ft_stall_judge(&f).ask_libvirt);

        f.may_go_alone = true; /* nobody confirms it */
        f.qemu_ns = 0;
        f.now_ns = BEGAN + (ms - 1) * MS;
        assert_false(ft_stall_judge(&f).go_alone);
        f.now_ns = BEGAN + ms * MS;
        assert_true(ft_stall_judge(&f).go_alone);
        is(&f, FT_STALL_STANDBY, false, false); /* and is said then */
        f.link_rate = FT_STALL_LITTLE;
        f.now_ns = BEGAN + (5 * ms - 1) * MS;
        assert_false(ft_stall_judge(&f).go_alone);
        f.now_ns = BEGAN + 5 * ms * MS;
        assert_true(ft_stall_judge(&f).go_alone);

        f = after(ms); /* QEMU, so long as libvirtd answers: it is waited for */
        f.patience_ns = ms * MS;
        f.may_go_alone = true;
        f.libvirt_ns = f.now_ns;
        assert_false(ft_stall_judge(&f).go_alone);
        f.may_go_alone = false; /* a short patience says nothing sooner */
        f.libvirt_ns = 0;
        f.now_ns = BEGAN + 1999 * MS;
        is(&f, FT_STALL_NONE, true, false);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),   cmocka_unit_test(stopped_qemu),
        cmocka_unit_test(silence),   cmocka_unit_test(asked_several_times),
        cmocka_unit_test(hung_qemu), cmocka_unit_test(link),
        cmocka_unit_test(alone),     cmocka_unit_test(a_qemu_that_is_gone),
        cmocka_unit_test(patience),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
