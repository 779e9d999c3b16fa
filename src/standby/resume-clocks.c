/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/resume-clocks.h"

#include "base/clock.h"
#include "qemu/device-clocks.h"

#define LOAD_NS (8 * FT_NS_PER_MS) /* loading and start, at least */

int64_t
ft_resume_clocks(const struct ft_replica_clock *c, int64_t later_ns,
                 uint8_t *stream, size_t size)
{
    int64_t passed = ft_clock_ns() - c->stopped_ns + LOAD_NS + later_ns;
    int64_t lack = passed + (int64_t)c->told.lag_ns;

    if (!c->stopped_ns || passed <= 0 ||
        !ft_device_clocks_forward(stream, size, (uint64_t)lack,
                                  (uint64_t)passed, c->told.tsc_hz))
        return 0;
    return lack;
}
