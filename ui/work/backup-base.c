/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/backup-base.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

/* A VM's name may have a slash to libvirt, and none in a file's. */
void
ft_work_backup_name(const char *vm, const char *target, const char *format,
                    char out[NAME_MAX + 1])
{
    snprintf(out, NAME_MAX + 1, "%.200s-%.31s.%.16s", vm, target, format);
    for (char *c = out; *c; c++)
        if (*c == '/')
            *c = '_';
}

static bool
is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int
in_folder(const char *folder, const char *name, char out[PATH_MAX],
          struct ft_error *err)
{
    return (size_t)snprintf(out, PATH_MAX, "%s/%s", folder, name) < PATH_MAX
               ? 0
               : ft_fail(err, ENAMETOOLONG, NULL, "%s: %s", folder,
                         strerror(ENAMETOOLONG));
}

/* The first file there that a backup of this VM could be. */
static int
find_file(const char *folder, const char *vm, char out[PATH_MAX],
          struct ft_error *err)
{
    char prefix[NAME_MAX + 1], *end;
    DIR *entries = opendir(folder);
    struct dirent *entry;
    int rc = 1;

    if (!entries)
        return ft_fail(err, errno, NULL, "%s: %s", folder, strerror(errno));
    ft_work_backup_name(vm, "", "qcow2", prefix);
    end = strrchr(prefix, '.');
    *end = '\0';
    while (rc > 0 && (entry = readdir(entries))) {
        const char *suffix = strrchr(entry->d_name, '.');

        if (!strncmp(entry->d_name, prefix, strlen(prefix)) && suffix &&
            !strcmp(suffix, ".qcow2"))
            rc = in_folder(folder, entry->d_name, out, err);
    }
    closedir(entries);
    return rc > 0
               ? ft_fail(err, ENOENT, NULL, "%s has no backup of %s", folder, vm)
               : rc;
}

int
ft_work_base_moment(const char *path, const char *vm, const char *vm_uuid,
                    struct ft_image_mark *mark, struct ft_error *err)
{
    char file[PATH_MAX];
    uint64_t size;
    int rc = is_folder(path)
                 ? find_file(path, vm, file, err)
                 : in_folder(*path == '/' ? "" : ".", path, file, err);

    if (!rc)
        rc = ft_image_mark_get(file, mark, &size, err);
    if (!rc && strcmp(mark->vm_uuid, vm_uuid) != 0)
        rc = ft_fail(err, EINVAL, NULL, "%s is a backup of another VM than %s",
                     file, vm);
    return rc;
}

/* A colon before a slash would be a protocol to QEMU. */
static void
name_for(const char *base, const char *output, char out[PATH_MAX])
{
    size_t folder = (size_t)(strrchr(base, '/') - base) + 1;
    bool same = (size_t)(strrchr(output, '/') - output) + 1 == folder &&
                !strncmp(base, output, folder);
    const char *name = same ? base + folder : base;

    snprintf(out, PATH_MAX, "%s%.*s", same && strchr(name, ':') ? "./" : "",
             PATH_MAX - 3, name);
}

int
ft_work_base_of(const char *path, const char *vm, const struct ft_image_mark *of,
                const struct ft_backup_disk *disk, const char *output,
                char out[PATH_MAX], struct ft_error *err)
{
    char name[NAME_MAX + 1], file[PATH_MAX], base[PATH_MAX];
    struct ft_image_mark mark;
    uint64_t size;
    int rc = 0;

    ft_work_backup_name(vm, disk->target, "qcow2", name);
    if (is_folder(path))
        rc = in_folder(path, name, file, err);
    else
        snprintf(file, sizeof(file), "%s", path);
    if (!rc && !realpath(file, base))
        rc = ft_fail(err, errno, NULL, "%s: %s", file, strerror(errno));
    if (!rc)
        rc = ft_image_mark_get(base, &mark, &size, err);
    if (rc)
        return rc;
    if (strcmp(mark.vm_uuid, of->vm_uuid) != 0 ||
        strcmp(mark.moment, of->moment) != 0 ||
        strcmp(mark.target, disk->target) != 0 || size != disk->size)
        return ft_fail(err, EINVAL, "Make a full backup: without --incremental.",
                       "%s is of another disk than %s, or of another moment",
                       base, disk->target);
    name_for(base, output, out);
    return 0;
}
