/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/device-state.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* qemu/migration/savevm.h and qemu-file: all numbers are big endian. */
#define FILE_MAGIC 0x5145564du /* "QEVM" */
#define FILE_VERSION 3u
#define HEADER_SIZE 8u /* magic, version */
#define SECTION_EOF 0x00u
#define SECTION_FULL 0x04u
#define SECTION_VMDESCRIPTION 0x06u
#define SECTION_CONFIGURATION 0x07u
#define MACHINE_MAX 63u
#define DESCRIPTION "{}"

static uint32_t
get_be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

static uint8_t *
put_be32(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
    return at + 4;
}

static uint8_t *
put_bytes(uint8_t *at, const void *data, size_t size)
{
    memcpy(at, data, size);
    return at + size;
}

static int
check(const uint8_t *blob, size_t size, struct ft_error *err)
{
    if (size > FT_DEVICE_STATE_MAX)
        return ft_fail(err, EFBIG, NULL, "device state of %zu bytes", size);
    if (size < HEADER_SIZE + 2 || get_be32(blob) != FILE_MAGIC ||
        get_be32(blob + 4) != FILE_VERSION)
        return ft_fail(err, EINVAL, NULL, "this is no device state of QEMU");
    if (blob[HEADER_SIZE] != SECTION_FULL || blob[size - 1] != SECTION_EOF)
        return ft_fail(err, EINVAL, NULL, "the device state is not complete");
    return 0;
}

int
ft_device_stream(const void *blob, size_t size, const char *machine,
                 uint8_t **out, size_t *out_size, struct ft_error *err)
{
    const uint8_t *state = blob;
    size_t name = strlen(machine);
    uint8_t *at;
    int rc = check(state, size, err);

    *out = NULL;
    if (rc < 0)
        return rc;
    if (name == 0 || name > MACHINE_MAX)
        return ft_fail(err, EINVAL, NULL, "machine type '%s'", machine);
    *out_size = size + 1 + 4 + name + 1 + 4 + strlen(DESCRIPTION);
    at = *out = malloc(*out_size);
    if (!at)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    at = put_bytes(at, state, HEADER_SIZE);
    *at++ = SECTION_CONFIGURATION;
    at = put_be32(at, (uint32_t)name);
    at = put_bytes(at, machine, name);
    at = put_bytes(at, state + HEADER_SIZE, size - HEADER_SIZE);
    *at++ = SECTION_VMDESCRIPTION;
    at = put_be32(at, (uint32_t)strlen(DESCRIPTION));
    put_bytes(at, DESCRIPTION, strlen(DESCRIPTION));
    return 0;
}
