/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/this-host.h"

#include <string.h>
#include <unistd.h>

void
ft_this_host_name(char out[64])
{
    if (gethostname(out, 64) < 0)
        strcpy(out, "localhost");
    out[63] = '\0';
    out[strcspn(out, ".")] = '\0';
}
