/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bridges of Open vSwitch and the ports that lead out of them, as its database tells
 * (RFC 7047; ovs-vswitchd.conf.db(5)). What is made for VMs, and the host's own ports,
 * are left out.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "inventory/probe-private.h"

#define SOCKET "/run/openvswitch/db.sock"
#define PATIENCE_MS 2000
#define REPLY_MAX (8 << 20)

static const char request[] =
    "{\"method\":\"transact\",\"id\":0,\"params\":[\"Open_vSwitch\","
    "{\"op\":\"select\",\"table\":\"Bridge\",\"where\":[],"
    "\"columns\":[\"name\",\"ports\",\"controller\"]},"
    "{\"op\":\"select\",\"table\":\"Port\",\"where\":[],"
    "\"columns\":[\"_uuid\",\"name\",\"tag\",\"trunks\",\"interfaces\"]},"
    "{\"op\":\"select\",\"table\":\"Interface\",\"where\":[],"
    "\"columns\":[\"_uuid\",\"type\",\"link_state\",\"external_ids\"]}]}";

/* ---- values of RFC 7047, 5.1 ---- */

static const char *
text_of(const json_t *value)
{
    return json_is_string(value) ? json_string_value(value) : "";
}

/* The i-th value of a set, or of the single value that stands for one; or NULL. */
static const json_t *
element(const json_t *value, size_t i)
{
    const json_t *list = json_array_get(value, 1);

    if (strcmp(text_of(json_array_get(value, 0)), "set") == 0)
        return json_array_get(list, i);
    return i == 0 ? value : NULL;
}

/* A map's value; "" when it has no such key. */
static const char *
map_value(const json_t *map, const char *key)
{
    const json_t *pair;
    size_t i;

    json_array_foreach(json_array_get(map, 1), i, pair)
        if (strcmp(text_of(json_array_get(pair, 0)), key) == 0)
            return text_of(json_array_get(pair, 1));
    return "";
}

/* The rows of a table by their UUIDs; new. */
static json_t *
by_uuid(const json_t *rows)
{
    json_t *index = json_object(), *row;
    size_t i;

    json_array_foreach(rows, i, row)
        json_object_set(index,
                        text_of(json_array_get(json_object_get(row, "_uuid"), 1)),
                        row);
    return index;
}

/* The row that ["uuid", TEXT] refers to, or NULL. */
static const json_t *
row_of(const json_t *index, const json_t *reference)
{
    return json_object_get(index, text_of(json_array_get(reference, 1)));
}

/* ---- ports ---- */

static json_t *
trunks_of(const json_t *port)
{
    char text[512] = "";
    const json_t *vlan;
    size_t used = 0;

    for (size_t i = 0;
         (vlan = element(json_object_get(port, "trunks"), i)) != NULL &&
         used < sizeof(text) - 8;
         i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d",
                                 used > 0 ? "," : "",
                                 (int)json_integer_value(vlan) & 0xfff);
    return json_string(text);
}

/* libvirt and others say in external_ids whose port it is. */
static bool
is_guest(const json_t *interface)
{
    const json_t *ids = json_object_get(interface, "external_ids");

    return *map_value(ids, "attached-mac") != '\0' ||
           *map_value(ids, "iface-id") != '\0';
}

/* NULL: it does not lead out of the host. */
static json_t *
port_json(const json_t *port, const json_t *interfaces)
{
    const json_t *references = json_object_get(port, "interfaces"), *reference;
    const char *kind = "internal";
    bool up = false;

    for (size_t i = 0; (reference = element(references, i)) != NULL; i++) {
        const json_t *row = row_of(interfaces, reference);

        kind = ft_json_string(row, "type", "internal");
        if (strcmp(kind, "internal") == 0 || is_guest(row))
            return NULL;
        /* a tunnel, or a patch to another bridge, has no state of its own */
        up = up || (*kind != '\0' && strcmp(kind, "system") != 0) ||
             strcmp(ft_json_string(row, "link_state", ""), "up") == 0;
    }
    if (strcmp(kind, "internal") == 0)
        return NULL;
    return json_pack("{s:O,s:s,s:b,s:i,s:o}", "name",
                     json_object_get(port, "name"), "kind", kind, "up", up,
                     "tag", (int)ft_json_int(port, "tag", 0, 4095, 0), "trunks",
                     trunks_of(port));
}

static json_t *
bridge_json(const json_t *bridge, const json_t *ports, const json_t *interfaces)
{
    json_t *list = json_array();
    const json_t *reference;

    for (size_t i = 0;
         (reference = element(json_object_get(bridge, "ports"), i)) != NULL;
         i++) {
        json_t *port = port_json(row_of(ports, reference), interfaces);

        if (port != NULL)
            json_array_append_new(list, port);
    }
    return json_pack("{s:O?,s:b,s:o}", "name", json_object_get(bridge, "name"),
                     "controlled",
                     element(json_object_get(bridge, "controller"), 0) != NULL,
                     "ports", list);
}

static const json_t *
rows(const json_t *reply, size_t table)
{
    return json_object_get(json_array_get(json_object_get(reply, "result"),
                                          table),
                           "rows");
}

json_t *
ft_probe_ovs_of(const json_t *reply)
{
    FT_AUTOJSON json_t *ports = by_uuid(rows(reply, 1));
    FT_AUTOJSON json_t *interfaces = by_uuid(rows(reply, 2));
    json_t *list = json_array();
    const json_t *bridge;
    size_t i;

    json_array_foreach(rows(reply, 0), i, bridge)
        json_array_append_new(list, bridge_json(bridge, ports, interfaces));
    return json_pack("{s:b,s:o}", "told", json_is_array(rows(reply, 2)),
                     "bridges", list);
}

/* ---- asking ---- */

struct answer {
    int fd;
    int64_t end_ns;
    size_t left;
};

/* Of json_load_callback: what has come, 0 at the end, -1. */
static size_t
take(void *buffer, size_t size, void *data)
{
    struct answer *answer = data;
    struct pollfd ready = { answer->fd, POLLIN, 0 };
    int64_t left = answer->end_ns - ft_clock_ns();
    ssize_t n = -1;

    size = FT_MIN(size, answer->left);
    if (left > 0 && poll(&ready, 1, (int)(left / FT_NS_PER_MS) + 1) > 0)
        n = recv(answer->fd, buffer, size, MSG_DONTWAIT);
    answer->left -= n > 0 ? (size_t)n : 0;
    return n < 0 ? (size_t)-1 : (size_t)n;
}

json_t *
ft_probe_ovs_at(const char *path)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    FT_AUTOCLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FT_AUTOJSON json_t *reply = NULL;
    struct answer answer = { fd, ft_clock_ns() + PATIENCE_MS * FT_NS_PER_MS,
                             REPLY_MAX };

    snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
        return json_pack("{s:b,s:[]}", "told",
                         errno == ENOENT || errno == ECONNREFUSED, "bridges");
    if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) ==
        (ssize_t)sizeof(request) - 1)
        reply = json_load_callback(take, &answer, JSON_DISABLE_EOF_CHECK, NULL);
    return ft_probe_ovs_of(reply);
}

json_t *
ft_probe_ovs(void)
{
    return ft_probe_ovs_at(SOCKET);
}
