/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many calls libvirt works on at once: max_workers of its daemon's file. The
 * daemon tells it itself only to a library of administration that nothing else
 * here needs (virsh srv-threadpool-info is of it).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "inventory/probe-private.h"

#define BY_ITSELF 20 /* where the file says nothing: libvirtd.conf */
#define CONF_MAX (256u << 10)

static const char *
skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* The number of a line "max_workers = N"; 0: it is none. */
static unsigned
of_line(const char *line)
{
    static const char key[] = "max_workers";
    unsigned long n;

    line = skip_blanks(line);
    if (strncmp(line, key, sizeof(key) - 1) != 0)
        return 0;
    line = skip_blanks(line + sizeof(key) - 1);
    if (*line != '=')
        return 0;
    n = strtoul(skip_blanks(line + 1), NULL, 10);
    return n > 1000000 ? 1000000 : (unsigned)n;
}

unsigned
ft_probe_workers_of(const char *conf)
{
    unsigned found = 0;

    while (conf && *conf) {
        unsigned n = of_line(conf);

        found = n ? n : found;
        conf = strchr(conf, '\n');
        conf = conf ? conf + 1 : NULL;
    }
    return found ? found : BY_ITSELF;
}

unsigned
ft_probe_workers(void)
{
    FT_AUTOFREE char *text = NULL;
    const char *path = access("/run/libvirt/libvirt-sock", F_OK) == 0
                           ? "/etc/libvirt/libvirtd.conf"
                           : "/etc/libvirt/virtqemud.conf";

    ft_file_read(path, CONF_MAX, &text, NULL);
    return ft_probe_workers_of(text);
}
