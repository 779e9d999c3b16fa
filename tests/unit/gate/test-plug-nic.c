/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of a gate of several NICs, of which more than one is in trouble. */
#include "config.h"

#include "tests/unit/virt-test.h"

#include "base/cleanup.h"
#include "gate/plug-nic.h"

#define XDP "an XDP program"
#define TAKEN "the redirect was taken away"

/* None of them is asked for its plug: the kernel has no part in this. */
static const struct ft_plug_nic bypassed = { .gone = true,
                                             .others = FT_PLUG_OTHERS_BEFORE,
                                             .others_text = XDP };
static const struct ft_plug_nic broken = { .gone = true, .broken_text = TAKEN };
static const struct ft_plug_nic silent = { .gone = true };

static const struct {
    const struct ft_plug_nic *first, *second;
    const char *told;
} cases[] = {
    { &bypassed, &broken, XDP }, { &broken, &bypassed, XDP },
    { &bypassed, &silent, XDP }, { &silent, &bypassed, XDP },
    { &broken, &silent, TAKEN }, { &silent, &broken, TAKEN },
    { &silent, &silent, "" },
};

static void
test_worst_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_gate_stats stats = { 0 };

        ft_plug_nic_stats(NULL, cases[i].first, &stats);
        ft_plug_nic_stats(NULL, cases[i].second, &stats);
        assert_string_equal(stats.others, cases[i].told);
        assert_true(stats.broken);
        assert_int_equal(stats.bypassed, strcmp(cases[i].told, XDP) == 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worst_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
