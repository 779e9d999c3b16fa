/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A second is whole, whoever measures; what comes later is the next one's. */
#include "config.h"

#include "tests/unit/scratch.h"

#include <pthread.h>

#include "worker/figures.h"

#define THREADS 4
#define EPOCHS 20000

static struct ft_figures figures;

static void
test_turn(void **state)
{
    struct ft_second done;

    (void)state;
    ft_figures_init(&figures, 100);
    ft_figures_add(&figures, FT_METRIC_RTT, 2);
    ft_figures_add(&figures, FT_METRIC_RTT, -1); /* not known: no value */
    assert_false(ft_figures_turn(&figures, 100, &done));
    ft_figures_last(&figures, &done);
    assert_int_equal(done.metrics[FT_METRIC_RTT].count, 0);
    assert_true(ft_figures_turn(&figures, 101, &done));
    assert_int_equal(done.at, 100);
    assert_int_equal(done.metrics[FT_METRIC_RTT].count, 1);
    ft_figures_last(&figures, &done);
    assert_int_equal(done.at, 100);
    assert_int_equal(done.metrics[FT_METRIC_RTT].count, 1);
    /* nothing is left over, and a clock that is set back does not stop it */
    assert_true(ft_figures_turn(&figures, 7, &done));
    assert_int_equal(done.at, 101);
    assert_int_equal(done.metrics[FT_METRIC_RTT].count, 0);
}

static void *
measure(void *opaque)
{
    const struct ft_figure both[] = { { FT_METRIC_WAIT, 1 },
                                      { FT_METRIC_EPOCH, 1 } };

    (void)opaque;
    for (int i = 0; i < EPOCHS; i++)
        ft_figures_add_all(&figures, both, 2);
    return NULL;
}

/* What is added together is never torn apart by the end of a second. */
static void
test_threads(void **state)
{
    pthread_t threads[THREADS];
    struct ft_second done;
    unsigned counted = 0;

    (void)state;
    ft_figures_init(&figures, 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, measure, NULL), 0);
    for (int64_t at = 1; counted < THREADS * EPOCHS; at++) {
        assert_true(ft_figures_turn(&figures, at, &done));
        assert_int_equal(done.metrics[FT_METRIC_WAIT].count,
                         done.metrics[FT_METRIC_EPOCH].count);
        counted += done.metrics[FT_METRIC_WAIT].count;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(counted, THREADS * EPOCHS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turn),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
