/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which program keeps the host's firewall, so that a remedy can be said in its words.
 * What its rules are is not asked: whether others are let in is tried (plan/connections.h).
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "inventory/probe-private.h"

#define UFW_CONF "/etc/ufw/ufw.conf"
#define CONF_MAX (64u << 10)

/* A program of that name, as the kernel has it (proc_pid_comm(5)). */
static bool
runs(const char *name)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    bool found = false;

    while (folder && !found && (entry = readdir(folder))) {
        FT_AUTOFREE char *comm = NULL;
        char path[300];
        size_t size;

        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
        if (ft_file_read(path, 64, &comm, &size) < 0)
            continue;
        comm[strcspn(comm, "\n")] = '\0';
        found = !strcmp(comm, name);
    }
    if (folder)
        closedir(folder);
    return found;
}

/* ufw(8) is rules of the kernel; its file says whether it is enabled. */
bool
ft_probe_ufw_of(const char *conf)
{
    static const char key[] = "ENABLED=";
    bool enabled = false;

    for (; conf && *conf; conf = strchr(conf, '\n')) {
        conf += strspn(conf, " \t\n");
        if (!strncmp(conf, key, sizeof(key) - 1))
            enabled = !strncasecmp(conf + sizeof(key) - 1, "yes", 3);
    }
    return enabled;
}

const char *
ft_probe_firewall(void)
{
    FT_AUTOFREE char *conf = NULL;
    size_t size;

    if (runs("firewalld"))
        return "firewalld";
    if (ft_file_read(UFW_CONF, CONF_MAX, &conf, &size) == 0 &&
        ft_probe_ufw_of(conf))
        return "ufw";
    return "";
}
