/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/libvirt-names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const char *
in_xml(char c, char plain[2])
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    default:
        plain[0] = c;
        return plain;
    }
}

char *
ft_libvirt_pid_file(const char *vm)
{
    FT_AUTOFREE char *name = calloc(strlen(vm) + 1, sizeof("&quot;"));
    char plain[2] = "", *end = name, *path;

    if (!name)
        return NULL;
    for (; *vm; vm++)
        end = stpcpy(end, in_xml(*vm, plain));
    return asprintf(&path, "/run/libvirt/qemu/%s.pid", name) < 0 ? NULL : path;
}
