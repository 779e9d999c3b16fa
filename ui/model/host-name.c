/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/host-name.h"

#include <stdio.h>
#include <string.h>

#include "base/host-names.h"

static int
malformed(const char *text, struct ft_error *err)
{
    return ft_fail(err, EINVAL,
                   "write it as [NAME=][user@]host[:port], an IPv6 "
                   "address with a port in brackets",
                   "\"%.200s\" is not a host", text);
}

/* The parts of [user@]host[:port]; port NULL: none. */
struct parts {
    const char *host;
    size_t host_size;
    const char *port;
    bool user;
    bool bracketed;
};

static int
split(const char *text, struct parts *parts)
{
    const char *at = strrchr(text, '@');
    const char *colon;

    memset(parts, 0, sizeof(*parts));
    parts->user = at != NULL;
    parts->host = at ? at + 1 : text;
    if (*parts->host == '[') {
        const char *end = strchr(parts->host, ']');

        if (!end || (end[1] && end[1] != ':'))
            return -EINVAL;
        parts->bracketed = true;
        parts->host++;
        parts->host_size = end - parts->host;
        parts->port = end[1] ? end + 2 : NULL;
        return 0;
    }
    colon = strchr(parts->host, ':');
    if (colon && strchr(colon + 1, ':')) /* an IPv6 address as it is */
        colon = NULL;
    parts->host_size =
        colon ? (size_t)(colon - parts->host) : strlen(parts->host);
    parts->port = colon ? colon + 1 : NULL;
    return 0;
}

static bool
good_port(const char *port)
{
    size_t digits = port ? strspn(port, "0123456789") : 0;

    if (!port)
        return true;
    return digits > 0 && digits <= 5 && !port[digits] && atoi(port) > 0 &&
           atoi(port) <= 65535;
}

static int
set_name(struct ft_store_host *host, const char *name, size_t size)
{
    if (size >= sizeof(host->name))
        return -EINVAL;
    memcpy(host->name, name, size);
    host->name[size] = '\0';
    return ft_host_name_valid(host->name) ? 0 : -EINVAL;
}

static int
set_address(struct ft_store_host *host, const char *text,
            const struct parts *parts, const char *user, int64_t port)
{
    bool add_port = port && !parts->port;
    bool brackets = add_port && !parts->bracketed &&
                    memchr(parts->host, ':', parts->host_size);
    int prefix = (int)(parts->host - text) - parts->bracketed;
    char suffix[16] = "";
    int used;

    if (add_port)
        snprintf(suffix, sizeof(suffix), ":%d", (int)port);
    used = snprintf(host->address, sizeof(host->address), "%s%s%.*s%s%s%s%s",
                    user && !parts->user ? user : "",
                    user && !parts->user ? "@" : "", prefix, text,
                    brackets ? "[" : "", text + prefix, brackets ? "]" : "",
                    suffix);
    return used > 0 && (size_t)used < sizeof(host->address) ? 0 : -EINVAL;
}

int
ft_host_name_parse(const char *text, const char *user, int64_t port,
                   struct ft_store_host *host, struct ft_error *err)
{
    const char *equals = strchr(text, '=');
    const char *destination = equals ? equals + 1 : text;
    struct parts parts;

    memset(host, 0, sizeof(*host));
    if (split(destination, &parts) || !parts.host_size ||
        !good_port(parts.port) || !ft_host_address_valid(destination))
        return malformed(text, err);
    if (equals ? set_name(host, text, equals - text)
               : set_name(host, parts.host, parts.host_size))
        return malformed(text, err);
    if (set_address(host, destination, &parts, user, port))
        return malformed(text, err);
    return 0;
}

int
ft_host_name_split(const char *text, struct ft_host_parts *out)
{
    struct parts parts;
    size_t user;

    memset(out, 0, sizeof(*out));
    if (split(text, &parts) || !good_port(parts.port))
        return -EINVAL;
    user = parts.user ? (size_t)(strrchr(text, '@') - text) : 0;
    if (user >= sizeof(out->user) || !parts.host_size ||
        parts.host_size >= sizeof(out->host))
        return -EINVAL;
    memcpy(out->user, text, user);
    memcpy(out->host, parts.host, parts.host_size);
    if (parts.port)
        strcpy(out->port, parts.port);
    return 0;
}
