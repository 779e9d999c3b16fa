/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts of QEMU, the kernel, libvirt and ssh. The first byte says which; the rest is
 * the text.
 */
#include "config.h"

#include "fuzz.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/load.h"
#include "inventory/system.h"
#include "qemu/ram-blocks.h"
#include "remote/ssh-config.h"
#include "virt/qemu-log.h"

static void
check_blocks(int rc, const struct ft_ram_block *blocks, size_t count,
             const struct ft_error *err)
{
    FUZZ_CHECK(rc <= 0 && (rc == 0 || err->text[0] != '\0'));
    for (size_t i = 0; rc == 0 && i < count; i++)
        FUZZ_CHECK(memchr(blocks[i].name, 0, sizeof(blocks[i].name)));
    FUZZ_CHECK(rc != 0 || count <= FT_RAM_BLOCKS_MAX);
}

static void
take_some_blocks(const char *text, bool roms)
{
    struct ft_ram_block blocks[FT_RAM_BLOCKS_MAX];
    struct ft_error err = FT_ERROR_INIT;
    uint64_t address, offset;
    size_t count = 0;
    int rc = ft_ram_blocks_parse(text, roms, blocks, FT_RAM_BLOCKS_MAX, &count,
                                 &err);

    check_blocks(rc, blocks, count, &err);
    ft_ram_region_find(text, "pc.ram", &address, &offset);
}

static void
take_blocks(const char *text)
{
    take_some_blocks(text, false);
    take_some_blocks(text, true);
}

static void
take_mappings(const char *text)
{
    struct ft_ram_block blocks[FT_RAM_BLOCKS_MAX];
    struct ft_error err = FT_ERROR_INIT;
    size_t count = 0;
    int rc =
        ft_ram_mappings_parse(text, blocks, FT_RAM_BLOCKS_MAX, &count, &err);

    FUZZ_CHECK(rc != 0 || count <= FT_RAM_BLOCKS_MAX);
}

static void
take_ssh(const char *text)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh_config config;
    FT_AUTOFREE char *command = NULL;

    if (ft_ssh_config_parse(text, strlen(text), &config, &err)) {
        FUZZ_CHECK(err.text[0] != '\0');
        return;
    }
    FUZZ_CHECK(config.identity_count <= FT_SSH_CONFIG_FILES &&
               config.certificate_count <= FT_SSH_CONFIG_FILES);
    command = ft_ssh_config_expand(config.proxy_command, "given",
                                   config.hostname, config.port, config.user);
    FUZZ_CHECK(command != NULL || errno == EINVAL);
}

static void
take_kernel(const char *text)
{
    struct ft_memory memory;
    double pressure = ft_load_pressure_parse(text, 10);

    FUZZ_CHECK(!isnan(pressure));
    ft_load_memory_parse(text, &memory);
}

static void
take_system(const char *text)
{
    struct ft_system system;

    ft_system_parse(text, &system);
    FUZZ_CHECK(memchr(system.id, 0, sizeof(system.id)) &&
               memchr(system.version, 0, sizeof(system.version)) &&
               memchr(system.like, 0, sizeof(system.like)) &&
               memchr(system.name, 0, sizeof(system.name)));
    ft_qemu_log_tells_signal(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const takes[])(const char *) = { take_blocks, take_mappings,
                                                   take_ssh, take_kernel,
                                                   take_system };
    FT_AUTOFREE char *text = NULL;

    if (size == 0)
        return 0;
    text = malloc(size);
    if (text == NULL)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    takes[data[0] % FT_ARRAY_SIZE(takes)](text);
    return 0;
}
