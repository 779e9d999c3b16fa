/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/older-image.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "link/payload.h"

/* Of any length but 0. */
static bool
is_zeros(const unsigned char *data, size_t length)
{
    return !data[0] && memcmp(data, data + 1, length - 1) == 0;
}

static size_t
unit_at(size_t at, size_t length)
{
    return FT_MIN(length - at, (size_t)FT_DISK_HASH_UNIT);
}

/* Where the run of units that begins at a unit ends: all zeros, or none. */
static size_t
end_of_run(const unsigned char *data, size_t at, size_t length, bool zeros)
{
    while (at < length && is_zeros(data + at, unit_at(at, length)) == zeros)
        at += unit_at(at, length);
    return at;
}

static bool
read_image(struct ft_disk_reader **image, void *data, size_t length,
           uint64_t offset)
{
    struct ft_error err = FT_ERROR_INIT;

    if (!ft_disk_reader_read(*image, data, length, offset, &err))
        return true;
    ft_log_error(&err, "the VM's own image of before");
    ft_disk_reader_close(FT_STEAL(*image));
    memset(data, 0, length);
    return false;
}

/* What is not zeros of what was read. */
static int
write_units(uint64_t offset, const unsigned char *data, size_t length,
            ft_older_image_write *write, void *opaque, struct ft_error *err)
{
    size_t begin, end;
    int rc = 0;

    for (begin = 0; !rc && begin < length; begin = end) {
        bool zeros = is_zeros(data + begin, unit_at(begin, length));

        end = end_of_run(data, begin, length, zeros);
        if (!zeros)
            rc = write(opaque, offset + begin, data + begin, end - begin, err);
    }
    return rc;
}

int
ft_older_image_fill(struct ft_disk_reader **image, uint64_t offset,
                    unsigned char *data, size_t length,
                    ft_older_image_write *write, void *opaque,
                    struct ft_error *err)
{
    size_t begin, end;
    int rc = 0;

    for (begin = 0; !rc && *image && begin < length; begin = end) {
        bool zeros = is_zeros(data + begin, unit_at(begin, length));

        end = end_of_run(data, begin, length, zeros);
        if (zeros &&
            read_image(image, data + begin, end - begin, offset + begin))
            rc = write_units(offset + begin, data + begin, end - begin, write,
                             opaque, err);
    }
    return rc;
}
