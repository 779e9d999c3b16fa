/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/boot.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id" /* random(4) */

void
ft_boot_id(char out[FT_BOOT_ID_SIZE])
{
    FT_AUTOFREE char *text = NULL;
    size_t size = 0;

    out[0] = '\0';
    if (ft_file_read(BOOT_ID_FILE, 64, &text, &size) ||
        size < FT_BOOT_ID_SIZE - 1)
        return;
    memcpy(out, text, FT_BOOT_ID_SIZE - 1);
    out[FT_BOOT_ID_SIZE - 1] = '\0';
}
