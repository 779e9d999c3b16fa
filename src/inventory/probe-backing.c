/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies below the files of a folder, where it may have less room than the file
 * system says, or cannot keep any: by sysfs, so that no tool has to be there.
 *
 * A thin volume of LVM stands on a device that LVM calls by the layer "tpool", one
 * of VDO on "vpool" (lib/activate/dev_manager.c of lvm2); both show in dm/uuid.
 */
#include "config.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "inventory/probe-private.h"

#define ZFS_MAGIC 0x2fc12fc1
#define DEPTH_MAX 16

/* The first line of FOLDER/NAME; empty when there is none. */
static void
read_line(const char *folder, const char *name, char *line, size_t size)
{
    FT_AUTOFREE char *text = NULL;
    char path[PATH_MAX];
    size_t length;

    line[0] = '\0';
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) <
            sizeof(path) &&
        !ft_file_read(path, 4096, &text, &length))
        snprintf(line, size, "%.*s", (int)strcspn(text, "\n"), text);
}

static bool
ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), n = strlen(end);

    return length >= n && strcmp(text + length - n, end) == 0;
}

static bool
is_thin_pool(const char *folder)
{
    char uuid[256];

    read_line(folder, "dm/uuid", uuid, sizeof(uuid));
    return strncmp(uuid, "LVM-", 4) == 0 &&
           (ends_with(uuid, "-tpool") || ends_with(uuid, "-vpool"));
}

static bool
is_zvol(const char *folder)
{
    char real[PATH_MAX];

    return realpath(folder, real) && strncmp(strrchr(real, '/'), "/zd", 3) == 0;
}

static const char *look_below(const char *folder, unsigned depth);

/* The devices that this one is made of, one of them after the other. */
static const char *
look_at_slaves(const char *folder, unsigned depth)
{
    char path[PATH_MAX], slave[PATH_MAX];
    const char *found = "";
    struct dirent *entry;
    DIR *dir;

    if ((size_t)snprintf(path, sizeof(path), "%s/slaves", folder) >=
        sizeof(path))
        return "";
    dir = opendir(path);
    while (dir && !*found && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' &&
            (size_t)snprintf(slave, sizeof(slave), "%s/%s", path,
                             entry->d_name) < sizeof(slave))
            found = look_below(slave, depth + 1);
    if (dir)
        closedir(dir);
    return found;
}

/* folder is a block device's of sysfs, or a link to it. */
static const char *
look_below(const char *folder, unsigned depth)
{
    char whole[PATH_MAX], partition[16];

    if (depth > DEPTH_MAX)
        return "";
    if (is_thin_pool(folder))
        return "thin";
    if (is_zvol(folder))
        return "zvol";
    read_line(folder, "partition", partition, sizeof(partition));
    if (!partition[0])
        return look_at_slaves(folder, depth);
    return (size_t)snprintf(whole, sizeof(whole), "%s/..", folder) <
                   sizeof(whole)
               ? look_below(whole, depth + 1)
               : "";
}

const char *
ft_probe_below(const char *sys, unsigned major, unsigned minor)
{
    char folder[PATH_MAX];

    return (size_t)snprintf(folder, sizeof(folder), "%s/dev/block/%u:%u", sys,
                            major, minor) < sizeof(folder)
               ? look_below(folder, 0)
               : "";
}

const char *
ft_probe_backing(const char *path)
{
    struct statfs fs;
    struct stat st;

    if (stat(path, &st) < 0 || statfs(path, &fs) < 0)
        return "";
    if ((uint64_t)fs.f_type == ZFS_MAGIC)
        return "zfs";
    if ((uint64_t)fs.f_type == BTRFS_SUPER_MAGIC)
        return "btrfs";
    return ft_probe_below("/sys", major(st.st_dev), minor(st.st_dev));
}
