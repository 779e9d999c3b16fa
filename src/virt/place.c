/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "virt/retire.h"
#include "virt/vm.h"
#include "virt/volume.h"

static bool
is_file(const struct ft_vm_disk *disk)
{
    struct stat st;

    return disk->source[0] == '/' && !disk->readonly && !disk->shareable &&
           strcmp(disk->device, "disk") == 0 && lstat(disk->source, &st) == 0 &&
           S_ISREG(st.st_mode);
}

/* Both are whole for a while, and the guest may fill the new one. */
static bool
has_room(const char *image, uint64_t capacity)
{
    struct statvfs fs;

    return statvfs(image, &fs) == 0 &&
           (uint64_t)fs.f_bavail * fs.f_frsize >= capacity;
}

static bool
is_free(const char *path)
{
    struct stat st;

    return lstat(path, &st) < 0 && errno == ENOENT;
}

/* The disk in this host's own definition; false: there is none. */
static bool
find_disk(virConnectPtr conn, const char *vm_uuid, const char *target,
          struct ft_vm_disk *out)
{
    virDomainPtr dom = virDomainLookupByUUIDString(conn, vm_uuid);
    FT_AUTOFREE char *xml =
        dom && virDomainIsPersistent(dom) == 1
            ? virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE)
            : NULL;
    struct ft_vm vm = { 0 };
    bool found = false;

    if (dom)
        virDomainFree(dom);
    if (!xml || ft_vm_from_xml(xml, &vm, NULL) < 0)
        return false;
    for (size_t i = 0; i < vm.n_disks && !found; i++) {
        found = strcmp(vm.disks[i].target, target) == 0;
        if (found)
            *out = vm.disks[i];
    }
    ft_vm_free(&vm);
    return found;
}

static bool
is_raw(const struct ft_vm_disk *disk)
{
    return !disk->format[0] || strcmp(disk->format, "raw") == 0;
}

/* A raw file with the ending of another format would be taken for that. */
static int
name_place(const struct ft_vm_disk *disk, struct ft_place *out)
{
    bool raw = is_raw(disk);

    out->image = strdup(disk->source);
    if (asprintf(&out->path, "%s%s", disk->source, raw ? "" : ".raw") < 0)
        out->path = NULL;
    return out->image && out->path ? 0 : -ENOMEM;
}

int
ft_place_find(virConnectPtr conn, const char *vm_uuid, const char *target,
              uint64_t capacity,
              bool (*was_its)(const void *opaque, const char *image),
              const void *opaque, struct ft_place *out, struct ft_error *err)
{
    struct ft_vm_disk disk;
    int rc;

    memset(out, 0, sizeof(*out));
    if (!find_disk(conn, vm_uuid, target, &disk) || !is_file(&disk) ||
        !was_its(opaque, disk.source) || !has_room(disk.source, capacity))
        return ft_fail(err, ENOENT, NULL, "disk %s has no image here", target);
    rc = name_place(&disk, out);
    if (rc == 0 && strcmp(out->path, out->image) != 0 && !is_free(out->path))
        rc = -EEXIST;
    if (rc < 0)
        rc = ft_fail(err, ENOENT, NULL, "disk %s has no place here", target);
    if (rc == 0)
        rc = ft_retire_may(conn, vm_uuid, out->image, err);
    if (rc == 0)
        rc = ft_retire_name(out->image, &out->stale, out->written, err);
    if (rc < 0)
        ft_place_free(out);
    return rc == -EBUSY ? -ENOENT : rc;
}

bool
ft_place_format(virConnectPtr conn, const char *vm_uuid, const char *target,
                const char *image, char format[FT_PLACE_FORMAT_SIZE])
{
    struct ft_vm_disk disk;

    if (!find_disk(conn, vm_uuid, target, &disk) ||
        strcmp(disk.source, image) != 0)
        return false;
    snprintf(format, FT_PLACE_FORMAT_SIZE, "%s",
             is_raw(&disk) ? "raw" : disk.format);
    return true;
}

static int
sync_folder(const char *path)
{
    FT_AUTOFREE char *folder = strdup(path);
    FT_AUTOCLOSE int fd = -1;

    if (!folder || !strrchr(folder, '/'))
        return -ENOMEM;
    strrchr(folder, '/')[1] = '\0';
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int
make_file(const char *path, const struct stat *like, uint64_t capacity)
{
    FT_AUTOCLOSE int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    /* the mode first: of another's file it is not ours to change */
    if (fd < 0 || fchmod(fd, like->st_mode & 0777) < 0 ||
        fchown(fd, like->st_uid, like->st_gid) < 0 ||
        ftruncate(fd, (off_t)capacity) < 0 || fsync(fd) < 0)
        return -errno;
    return sync_folder(path);
}

int
ft_place_make(virConnectPtr conn, const char *path, const char *stale,
              uint64_t capacity, struct ft_error *err)
{
    struct stat st, like = { .st_mode = 0600 };
    int rc;

    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
        (uint64_t)st.st_size == capacity)
        return 0;
    rc = ft_place_delete(path, err);
    if (rc < 0)
        return rc;
    stat(stale, &like); /* gone: ours is root's, until QEMU has it */
    rc = make_file(path, &like, capacity);
    ft_volume_refresh(virStorageVolLookupByPath(conn, stale));
    return rc < 0 ? ft_fail(err, -rc, "See to the storage of this host.",
                            "cannot make %s: %s", path, strerror(-rc))
                  : 0;
}

int
ft_place_delete(const char *path, struct ft_error *err)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return 0;
    return ft_fail(err, errno, NULL, "%s cannot be deleted: %s", path,
                   strerror(errno));
}

int
ft_place_restore(const char *image, const char *stale, struct ft_error *err)
{
    if (is_free(stale) ||
        renameat2(AT_FDCWD, stale, AT_FDCWD, image, RENAME_NOREPLACE) == 0)
        return 0;
    return ft_fail(err, errno, NULL, "%s cannot have its name %s again: %s",
                   stale, image, strerror(errno));
}

void
ft_place_free(struct ft_place *place)
{
    free(FT_STEAL(place->path));
    free(FT_STEAL(place->image));
    free(FT_STEAL(place->stale));
}
