/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/volume.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "virt/qmp.h"
#include "virt/xml.h"

#define FT_AUTOPOOL FT_CLEANUP(free_pool)
#define FT_AUTOVOLUME FT_CLEANUP(free_volume)
#define NAME_SIZE 512
#define MIB(bytes) ((unsigned long long)((bytes) >> 20))

static void
free_pool(virStoragePoolPtr *pool)
{
    if (*pool)
        virStoragePoolFree(*pool);
}

static void
free_volume(virStorageVolPtr *volume)
{
    if (*volume)
        virStorageVolFree(*volume);
}

/* Pools whose volumes are files; others have rules of their own for names. */
static bool
holds_files(virStoragePoolPtr pool)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    FT_AUTOFREE char *type = NULL;
    char *xml = virStoragePoolGetXMLDesc(pool, 0);

    if (!xml)
        return false;
    if (ft_xml_parse(xml, "pool", &doc, NULL) == 0)
        type = ft_xml_text(xmlDocGetRootElement(doc), "@type");
    free(xml);
    return type && (strcmp(type, "dir") == 0 || strcmp(type, "fs") == 0 ||
                    strcmp(type, "netfs") == 0);
}

/* Bytes free in an active pool of files; 0 for any other. */
static uint64_t
room_in(virStoragePoolPtr pool)
{
    virStoragePoolInfo info;

    if (!holds_files(pool))
        return 0;
    virStoragePoolRefresh(pool, 0); /* older figures do when it fails */
    if (virStoragePoolGetInfo(pool, &info) < 0)
        return 0;
    return info.available;
}

static int
no_room(struct ft_error *err, const char *pool, uint64_t bytes, uint64_t room)
{
    char hint[160];

    /* a text that changes would be an event at each try */
    snprintf(hint, sizeof(hint),
             "Free some space, or name another pool: %llu MiB are free, the "
             "replica needs %llu MiB.",
             MIB(room), MIB(bytes + (1 << 20) - 1));
    return ft_fail(err, ENOSPC, hint, "storage pool %s is full", pool);
}

static int
open_pool(virConnectPtr conn, const char *name, virStoragePoolPtr *pool,
          struct ft_error *err)
{
    *pool = virStoragePoolLookupByName(conn, name);
    if (!*pool)
        return ft_fail(err, ENOENT, "see virsh pool-list --all",
                       "there is no storage pool %s", name);
    if (virStoragePoolIsActive(*pool) == 1)
        return 0;
    virStoragePoolFree(*pool);
    *pool = NULL;
    return ft_fail(err, ENOENT, "start it: virsh pool-start",
                   "storage pool %s is not active", name);
}

static int
check_wanted(virConnectPtr conn, const char *wanted, uint64_t bytes,
             char **name, struct ft_error *err)
{
    FT_AUTOPOOL virStoragePoolPtr pool = NULL;
    uint64_t room;
    int rc = open_pool(conn, wanted, &pool, err);

    if (rc < 0)
        return rc;
    if (!holds_files(pool))
        return ft_fail(err, ENOENT, "name a pool of type dir, fs or netfs",
                       "storage pool %s does not hold files", wanted);
    room = room_in(pool);
    if (room < bytes)
        return no_room(err, wanted, bytes, room);
    *name = strdup(wanted);
    return *name ? 0 : ft_fail(err, ENOMEM, NULL, "no memory");
}

int
ft_volume_find_pool(virConnectPtr conn, const char *wanted, uint64_t bytes,
                    char **name, struct ft_error *err)
{
    virStoragePoolPtr *pools = NULL;
    uint64_t best_room = 0;
    int best = -1, n, i;

    *name = NULL;
    if (wanted)
        return check_wanted(conn, wanted, bytes, name, err);
    n = virConnectListAllStoragePools(conn, &pools,
                                      VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE);
    if (n < 0)
        return ft_virt_fail(err, EIO, NULL, "list of storage pools");
    for (i = 0; i < n; i++) {
        uint64_t room = room_in(pools[i]);

        if (room > best_room) {
            best_room = room;
            best = i;
        }
    }
    if (best >= 0)
        *name = strdup(virStoragePoolGetName(pools[best]));
    for (i = 0; i < n; i++)
        virStoragePoolFree(pools[i]);
    free(pools);
    if (best < 0)
        return ft_fail(err, ENOENT, "define one: virsh pool-define-as",
                       "the host has no active storage pool for files");
    if (!*name)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    if (best_room >= bytes)
        return 0;
    no_room(err, *name, bytes, best_room);
    free(FT_STEAL(*name));
    return -ENOSPC;
}

/* Names of VMs may hold anything but '/'; names of volumes should be plain. */
static int
volume_name(const char *vm, const char *target, char out[NAME_SIZE],
            struct ft_error *err)
{
    if (strchr(vm, '/') || strchr(target, '/') || vm[0] == '.' ||
        (size_t)snprintf(out, NAME_SIZE, "%s-%s" FT_VOLUME_SUFFIX, vm,
                         target) >= NAME_SIZE ||
        strlen(out) > 255)
        return ft_fail(err, EINVAL, NULL,
                       "no volume can be named after VM '%s'", vm);
    return 0;
}

static int
path_of(virStorageVolPtr volume, char **path, struct ft_error *err)
{
    *path = virStorageVolGetPath(volume);
    return *path ? 0 : ft_virt_fail(err, EIO, NULL, "path of the replica");
}

/* The one that is there, when it can serve. */
static int
take_existing(virStorageVolPtr volume, const char *name, uint64_t capacity,
              char **path, struct ft_error *err)
{
    virStorageVolInfo info;

    if (virStorageVolGetInfo(volume, &info) < 0)
        return ft_virt_fail(err, EIO, NULL, name);
    if (info.type != VIR_STORAGE_VOL_FILE || info.capacity != capacity)
        return ft_fail(err, EEXIST, "delete it: virsh vol-delete",
                       "volume %s is in the way: it has %llu bytes, not %llu",
                       name, info.capacity, (unsigned long long)capacity);
    return path_of(volume, path, err);
}

static int
volume_xml(const char *name, uint64_t capacity, char **out)
{
    FT_AUTOXML xmlDocPtr doc = xmlNewDoc(BAD_CAST "1.0");
    xmlNodePtr volume, target, format;
    char bytes[32];

    volume = doc ? xmlNewDocNode(doc, NULL, BAD_CAST "volume", NULL) : NULL;
    if (!volume)
        return -ENOMEM;
    xmlDocSetRootElement(doc, volume);
    snprintf(bytes, sizeof(bytes), "%llu", (unsigned long long)capacity);
    target = xmlNewChild(volume, NULL, BAD_CAST "target", NULL);
    format = target ? ft_xml_child(target, "format") : NULL;
    if (!format || ft_xml_set(format, "type", "raw") < 0 ||
        !xmlNewTextChild(volume, NULL, BAD_CAST "name", BAD_CAST name) ||
        !xmlNewChild(volume, NULL, BAD_CAST "capacity", BAD_CAST bytes) ||
        !xmlNewChild(volume, NULL, BAD_CAST "allocation", BAD_CAST "0"))
        return -ENOMEM;
    return ft_xml_print(doc, out);
}

static int
make_volume(virStoragePoolPtr pool, const char *name, uint64_t capacity,
            char **path, struct ft_error *err)
{
    FT_AUTOVOLUME virStorageVolPtr volume = NULL;
    FT_AUTOFREE char *xml = NULL;
    uint64_t room = room_in(pool);

    /* The file is sparse, but the disk may fill up: promise no room that is
     * not there. */
    if (room < capacity)
        return no_room(err, virStoragePoolGetName(pool), capacity, room);
    if (volume_xml(name, capacity, &xml) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    volume = virStorageVolCreateXML(pool, xml, 0);
    if (!volume)
        return ft_virt_fail(err, EIO, NULL, "creation of the replica");
    return path_of(volume, path, err);
}

int
ft_volume_create(virConnectPtr conn, const char *pool_name, const char *vm,
                 const char *target, uint64_t capacity, char **path,
                 struct ft_error *err)
{
    FT_AUTOPOOL virStoragePoolPtr pool = NULL;
    FT_AUTOVOLUME virStorageVolPtr volume = NULL;
    char name[NAME_SIZE];
    int rc = volume_name(vm, target, name, err);

    if (rc == 0)
        rc = open_pool(conn, pool_name, &pool, err);
    if (rc < 0)
        return rc;
    virStoragePoolRefresh(pool, 0);
    volume = virStorageVolLookupByName(pool, name);
    if (volume)
        return take_existing(volume, name, capacity, path, err);
    return make_volume(pool, name, capacity, path, err);
}

/* The replica's volume; -ENOENT when there is none. */
static int
find_volume(virConnectPtr conn, const char *pool_name, const char *vm,
            const char *target, virStorageVolPtr *volume, struct ft_error *err)
{
    FT_AUTOPOOL virStoragePoolPtr pool = NULL;
    char name[NAME_SIZE];
    int rc = volume_name(vm, target, name, err);

    if (rc == 0)
        rc = open_pool(conn, pool_name, &pool, err);
    if (rc < 0)
        return rc;
    *volume = virStorageVolLookupByName(pool, name);
    return *volume ? 0
                   : ft_fail(err, ENOENT, NULL,
                             "there is no volume %s in "
                             "storage pool %s",
                             name, pool_name);
}

int
ft_volume_path(virConnectPtr conn, const char *pool, const char *vm,
               const char *target, char **path, struct ft_error *err)
{
    FT_AUTOVOLUME virStorageVolPtr volume = NULL;
    int rc = find_volume(conn, pool, vm, target, &volume, err);

    return rc < 0 ? rc : path_of(volume, path, err);
}

int
ft_volume_delete(virConnectPtr conn, const char *pool_name, const char *vm,
                 const char *target, struct ft_error *err)
{
    FT_AUTOPOOL virStoragePoolPtr pool = NULL;
    FT_AUTOVOLUME virStorageVolPtr volume = NULL;
    char name[NAME_SIZE];
    int rc = volume_name(vm, target, name, err);

    if (rc == 0)
        rc = open_pool(conn, pool_name, &pool, err);
    if (rc < 0)
        return rc;
    virStoragePoolRefresh(pool, 0);
    volume = virStorageVolLookupByName(pool, name);
    if (!volume && virGetLastErrorCode() == VIR_ERR_NO_STORAGE_VOL)
        return 0;
    if (!volume || virStorageVolDelete(volume, 0) < 0)
        return ft_virt_fail(err, EIO, NULL, name);
    return 0;
}

void
ft_volume_refresh(virStorageVolPtr volume)
{
    virStoragePoolPtr pool =
        volume ? virStoragePoolLookupByVolume(volume) : NULL;

    if (pool) {
        virStoragePoolRefresh(pool, 0);
        virStoragePoolFree(pool);
    }
    if (volume)
        virStorageVolFree(volume);
}
