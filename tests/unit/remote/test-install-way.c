/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which engine a host is to run, by what is there. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "remote/install-way.h"

static void
test_ways(void **state)
{
    static const struct {
        bool uploaded, running, current, stale;
        const char *packaged;
        enum ft_install_way way;
    } cases[] = {
        { false, false, false, false, "", FT_INSTALL_UPLOAD },
        { true, true, false, false, "", FT_INSTALL_UPLOAD },
        { true, false, true, false, "", FT_INSTALL_START },
        { true, true, true, false, "", FT_INSTALL_NOTHING },
        /* the package's, whatever was uploaded before */
        { false, true, false, false, "ftengine 1.2", FT_INSTALL_NOTHING },
        { false, false, false, false, "ftengine 1.2", FT_INSTALL_PACKAGE },
        { true, true, false, false, "ftengine 1.2", FT_INSTALL_PACKAGE },
        { true, true, true, false, "ftengine 1.2", FT_INSTALL_PACKAGE },
        /* another version's is as none */
        { false, true, false, false, "ftengine 1.1", FT_INSTALL_UPLOAD },
        { false, true, false, false, "ftengine 1.2.1", FT_INSTALL_UPLOAD },
        { true, true, true, false, "ftengine 1.1", FT_INSTALL_NOTHING },
        { true, false, true, false, "1.2", FT_INSTALL_START },
        /* what is there was not started: somebody was interrupted */
        { true, true, true, true, "", FT_INSTALL_START },
        { true, true, false, true, "", FT_INSTALL_UPLOAD },
        { false, true, false, true, "ftengine 1.2", FT_INSTALL_PACKAGE },
        { true, false, true, true, "", FT_INSTALL_START },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_install_state s = { .uploaded = cases[i].uploaded,
                                      .running = cases[i].running,
                                      .current = cases[i].current,
                                      .stale = cases[i].stale };

        snprintf(s.packaged, sizeof(s.packaged), "%s", cases[i].packaged);
        if (ft_install_way(&s, "1.2") != cases[i].way)
            fail_msg("case %zu: %d", i, (int)ft_install_way(&s, "1.2"));
        assert_int_equal(ft_install_any(&s), s.uploaded || *s.packaged != '\0');
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
