/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

#define READ_TRIES 5 /* a writer is at it now and then */
#define READ_PAUSE_NS (2 * FT_NS_PER_MS)
#define CRC_POLYNOMIAL UINT32_C(0x04c11db7)

struct slot {
    char path[PATH_MAX];
    bool there;
    uint64_t serial; /* 0: it is not whole */
    char *data;      /* FT_SLOT_SIZE bytes and a NUL, or NULL */
    size_t size;     /* of the text */
};

/* ---- the checksum of cksum(1): that of POSIX, over the length as well */

static uint32_t
crc_byte(uint32_t crc, unsigned char byte)
{
    crc ^= (uint32_t)byte << 24;
    for (int bit = 0; bit < 8; bit++)
        crc = crc & UINT32_C(0x80000000) ? crc << 1 ^ CRC_POLYNOMIAL : crc << 1;
    return crc;
}

static uint32_t
crc_bytes(uint32_t crc, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        crc = crc_byte(crc, (unsigned char)data[i]);
    return crc;
}

static uint32_t
checksum(uint64_t serial, const char *text, size_t size)
{
    char line[32];
    int n = snprintf(line, sizeof(line), "%" PRIu64 "\n", serial);
    uint32_t crc = crc_bytes(crc_bytes(0, line, (size_t)n), text, size);

    for (size_t length = (size_t)n + size; length; length >>= 8)
        crc = crc_byte(crc, (unsigned char)length);
    return ~crc;
}

/* ---- one slot */

static void
parse(struct slot *slot, size_t size)
{
    char head[FT_SLOT_HEAD + 1];
    uint64_t serial;
    uint32_t crc;
    size_t length;

    if (size != FT_SLOT_SIZE)
        return;
    memcpy(head, slot->data, FT_SLOT_HEAD);
    head[FT_SLOT_HEAD] = '\0';
    if (sscanf(head, "ftadmin-record %" SCNu64 " %zu %" SCNu32, &serial,
               &length, &crc) != 3 ||
        length > FT_SLOT_TEXT_MAX ||
        crc != checksum(serial, slot->data + FT_SLOT_HEAD, length))
        return;
    slot->serial = serial;
    slot->size = length;
}

static int
read_slot(const char *path, int number, struct slot *slot)
{
    size_t size = 0;
    int rc;

    *slot = (struct slot){ 0 };
    if ((size_t)snprintf(slot->path, sizeof(slot->path), "%s.%d", path,
                         number) >= sizeof(slot->path))
        return -ENAMETOOLONG;
    rc = ft_file_read(slot->path, FT_SLOT_SIZE, &slot->data, &size);
    slot->there = rc != -ENOENT;
    if (!rc)
        parse(slot, size);
    return rc == -ENOENT || rc == -EFBIG ? 0 : rc;
}

static int
write_in_place(const char *path, const char *data)
{
    FT_AUTOCLOSE int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    int rc = fd < 0 ? -errno : ft_pwrite_full(fd, data, FT_SLOT_SIZE, 0);

    return !rc && fdatasync(fd) < 0 ? -errno : rc;
}

static int
write_slot(const struct slot *slot, uint64_t serial, const char *text,
           size_t size)
{
    FT_AUTOFREE char *data = malloc(FT_SLOT_SIZE);
    int n;

    if (!data)
        return -ENOMEM;
    memset(data, '\n', FT_SLOT_SIZE);
    memset(data, ' ', FT_SLOT_HEAD - 1);
    n = snprintf(data, FT_SLOT_HEAD, "ftadmin-record %" PRIu64 " %zu %" PRIu32,
                 serial, size, checksum(serial, text, size));
    data[n] = ' ';
    memcpy(data + FT_SLOT_HEAD, text, size);
    return slot->there ? write_in_place(slot->path, data)
                       : ft_file_replace(slot->path, data, FT_SLOT_SIZE, 0600);
}

/* ---- both */

static int
read_both(const char *path, struct slot slots[2])
{
    int rc = read_slot(path, 0, &slots[0]);
    int rc1 = read_slot(path, 1, &slots[1]);

    return rc ? rc : rc1;
}

static void
free_both(struct slot slots[2])
{
    free(slots[0].data);
    free(slots[1].data);
}

static int
take_newest(struct slot slots[2], char **text, size_t *size)
{
    struct slot *newest = &slots[slots[1].serial > slots[0].serial];

    if (!newest->serial)
        return slots[0].there || slots[1].there ? -EBADMSG : -ENOENT;
    memmove(newest->data, newest->data + FT_SLOT_HEAD, newest->size);
    newest->data[newest->size] = '\0';
    *size = newest->size;
    *text = FT_STEAL(newest->data);
    return 0;
}

int
ft_slots_read(const char *path, char **text, size_t *size)
{
    struct slot slots[2];
    int rc = -EBADMSG;

    for (int i = 0; i < READ_TRIES && rc == -EBADMSG; i++) {
        if (i)
            ft_clock_sleep(READ_PAUSE_NS);
        rc = read_both(path, slots);
        if (!rc)
            rc = take_newest(slots, text, size);
        free_both(slots);
    }
    return rc;
}

int
ft_slots_write(const char *path, const char *text, size_t size)
{
    struct slot slots[2];
    int newest, rc;

    if (size > FT_SLOT_TEXT_MAX)
        return -EFBIG;
    rc = read_both(path, slots);
    newest = slots[1].serial > slots[0].serial;
    if (!rc)
        rc = write_slot(&slots[!newest], slots[newest].serial + 1, text, size);
    if (!rc) /* once more: then nothing older is left to be taken for it */
        (void)write_slot(&slots[newest], slots[newest].serial + 2, text, size);
    free_both(slots);
    return rc;
}
