/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * On which TCP ports something listens: proc_net_tcp(5) of the kernel's
 * documentation, Documentation/networking/proc_net_tcp.rst.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "inventory/host.h"
#include "inventory/probe-private.h"

#define LISTEN 0x0a
#define TABLE_MAX (1 << 20)

void
ft_probe_add_ports(const char *table, json_t *ports)
{
    const char *line = table;

    while (line && json_array_size(ports) < FT_LISTENING_MAX) {
        unsigned port, state;

        /* "  0: 0100007F:1771 00000000:0000 0A ..."; addresses may be long */
        if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &port,
                   &state) == 2 &&
            state == LISTEN)
            json_array_append_new(ports, json_integer(port));
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
}

json_t *
ft_probe_ports(void)
{
    static const char *const files[] = { "/proc/net/tcp", "/proc/net/tcp6" };
    json_t *ports = json_array();

    for (size_t i = 0; i < FT_ARRAY_SIZE(files); i++) {
        FT_AUTOFREE char *table = NULL;
        size_t size;

        if (ft_file_read(files[i], TABLE_MAX, &table, &size) == 0)
            ft_probe_add_ports(table, ports);
    }
    return ports;
}
