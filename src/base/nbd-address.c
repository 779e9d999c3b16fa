/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/nbd-address.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_host(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr(".-:%_", *c) == NULL)
            return false;
    return *text != '\0';
}

static int
parse_port(const char *text, uint16_t *port)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (!isdigit((unsigned char)*text) || *end != '\0' || number < 1 ||
        number > 65535)
        return -EINVAL;
    *port = (uint16_t)number;
    return 0;
}

int
ft_nbd_address_parse(const char *text, struct ft_nbd_address *out)
{
    bool bracket = *text == '[';
    const char *host = text + bracket;
    const char *end = bracket ? strchr(text, ']') : strchr(text, ':');
    size_t length;

    *out = (struct ft_nbd_address){ .port = FT_NBD_PORT };
    if (bracket && end == NULL)
        return -EINVAL;
    if (!bracket && (end == NULL || strchr(end + 1, ':') != NULL))
        end = text + strlen(text); /* no port: a name, or bare IPv6 */
    length = (size_t)(end - host);
    end += bracket;
    if (length >= sizeof(out->host) || (*end != '\0' && *end != ':'))
        return -EINVAL;
    memcpy(out->host, host, length);
    if (!is_host(out->host))
        return -EINVAL;
    return *end == ':' ? parse_port(end + 1, &out->port) : 0;
}

void
ft_nbd_address_uri(const struct ft_nbd_address *a, size_t disk,
                   const char *target, char *out, size_t size)
{
    bool brackets = strchr(a->host, ':') != NULL;

    snprintf(out, size, "nbds://%s%s%s:%u/%s", brackets ? "[" : "", a->host,
             brackets ? "]" : "", a->port + (unsigned)disk, target);
}
