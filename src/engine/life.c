/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/life.h"

#include "base/clock.h"
#include "base/json.h"

#define SIGN_OF_LIFE_NS (8 * FT_NS_PER_S)
#define SLOW_DISK_NS (3 * FT_NS_PER_S)

void
ft_life_begin(struct ft_life *life, int64_t now_ns)
{
    *life = (struct ft_life){ .spoke_ns = now_ns };
}

void
ft_life_heard(struct ft_life *life, int64_t now_ns, const json_t *message)
{
    const json_t *busy = json_object_get(message, "busy");

    life->spoke_ns = now_ns;
    life->told = false;
    if (!busy && !json_object_get(message, "status"))
        return; /* it says nothing of that */
    life->persists = ft_json_bool(busy, "persists", 0);
    life->takes_over = ft_json_bool(busy, "takes_over", 0);
}

enum ft_life_sign
ft_life_judge(struct ft_life *life, int64_t now_ns)
{
    int64_t silent = now_ns - life->spoke_ns;

    if (life->persists && !life->told && silent >= SLOW_DISK_NS) {
        life->told = true;
        return FT_LIFE_SLOW_DISK;
    }
    if (life->persists || life->takes_over || silent < SIGN_OF_LIFE_NS)
        return FT_LIFE_FINE;
    return FT_LIFE_HANGS;
}
