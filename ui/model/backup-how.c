/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/backup-how.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/nbd-address.h"

static bool
is_address(const char *text)
{
    struct ft_nbd_address address;
    unsigned char binary[16];

    return !ft_nbd_address_parse(text, &address) &&
           (strchr(text, ':') || inet_pton(AF_INET, address.host, binary) == 1);
}

/* A socket has a slash, or is no address. */
static const char *
wrong_address(const struct ft_backup_how *how)
{
    struct ft_nbd_address address;

    if (!how->nbd || strchr(how->nbd, '/'))
        return how->tls ? "--tls is of an address of --nbd" : NULL;
    if (how->tls && ft_nbd_address_parse(how->nbd, &address))
        return "--nbd with --tls needs ADDRESS, ADDRESS:PORT or "
               "[IPV6-ADDRESS]:PORT";
    if (!how->tls && is_address(how->nbd))
        return "an address of --nbd needs --tls: nothing of a VM goes over the "
               "network in the clear";
    return NULL;
}

static bool
is_qcow2(const char *format)
{
    return !format || !strcmp(format, "qcow2");
}

static const char *
wrong(const struct ft_backup_how *how)
{
    const char *address = wrong_address(how);

    if (!how->output == !how->nbd)
        return "backup needs --output or --nbd";
    if (how->nbd && how->format)
        return "--format is of the file of --output";
    if (address)
        return address;
    if (how->incremental && (how->nbd || !is_qcow2(how->format)))
        return "--incremental makes files of the format qcow2";
    return NULL;
}

bool
ft_backup_how_wrong(const struct ft_backup_how *how, char *out, size_t size)
{
    const char *why = wrong(how);

    if (why)
        snprintf(out, size, "%s", why);
    else if (!is_qcow2(how->format) && strcmp(how->format, "raw") != 0)
        snprintf(out, size, "--format is qcow2 or raw, not \"%.32s\"",
                 how->format);
    else
        return false;
    return true;
}
