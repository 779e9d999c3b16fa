/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disks of a domain: where each lies, how large it is, what runs on it.
 * Size and block job may be questions for its QEMU, so they are asked with a limit.
 * Element names: https://libvirt.org/formatdomain.html
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include <libvirt/libvirt.h>

#include "base/cleanup.h"
#include "base/paths.h"
#include "inventory/probe-libvirt-private.h"
#include "inventory/probe-private.h"

static json_t *
pool_of(virConnectPtr conn, const char *path)
{
    virStorageVolPtr volume =
        *path == '/' ? virStorageVolLookupByPath(conn, path) : NULL;
    virStoragePoolPtr pool =
        volume != NULL ? virStoragePoolLookupByVolume(volume) : NULL;
    json_t *name = json_string(pool != NULL ? virStoragePoolGetName(pool) : "");

    if (pool != NULL)
        virStoragePoolFree(pool);
    if (volume != NULL)
        virStorageVolFree(volume);
    return name;
}

/* Left by an engine that died: the next one ends it. */
#define OUR_MIRROR                                                           \
    "mirror//host[@transport='unix' and starts-with(@socket,'" FT_RUN_FOLDER \
    "/')]"

struct disk_walk {
    virDomainPtr domain;
    json_t *disks;
    bool gently;
};

struct disk_question {
    char target[64];
    virDomainBlockInfo info;
    bool job;
};

static void
ask_disk(virDomainPtr domain, void *opaque)
{
    struct disk_question *q = opaque;
    virDomainBlockJobInfo job;

    virDomainGetBlockInfo(domain, q->target, &q->info, 0);
    q->job = virDomainIsActive(domain) == 1 &&
             virDomainGetBlockJobInfo(domain, q->target, &job, 0) == 1;
}

/* What its file or device says by itself: "missing", "size", "allocated" (bytes). */
static void
add_file(json_t *disk, const char *source)
{
    struct stat st;

    if (*source != '/')
        return;
    if (stat(source, &st) < 0)
        json_object_set_new(disk, "missing", json_boolean(errno == ENOENT));
    else if (S_ISREG(st.st_mode))
        json_object_update_new(disk,
                               json_pack("{s:I,s:I}", "size",
                                         (json_int_t)st.st_size, "allocated",
                                         (json_int_t)st.st_blocks * 512));
}

static int
take_disk(struct ft_probe_xml *xml, xmlNodePtr node, void *data)
{
    struct disk_walk *walk = data;
    FT_AUTOFREE char *target =
        ft_probe_xml_text(xml, node, "string(target/@dev)");
    FT_AUTOFREE char *source =
        ft_probe_xml_text(xml, node, "string(source/@file | source/@dev)");
    struct disk_question about = { 0 };
    json_t *disk;

    if (target == NULL || source == NULL)
        return -ENOMEM;
    snprintf(about.target, sizeof(about.target), "%s", target);
    if (*source != '\0' && !walk->gently)
        ft_probe_ask(walk->domain, ask_disk, &about, sizeof(about));
    disk = json_pack("{s:s,s:s,s:o,s:o,s:o,s:I,s:b,s:b,s:i}", "target", target,
                     "source", source, "device",
                     ft_probe_xml_json(xml, node, "string(@device)"), "format",
                     ft_probe_xml_json(xml, node, "string(driver/@type)"),
                     "pool", pool_of(virDomainGetConnect(walk->domain), source),
                     "capacity", (json_int_t)about.info.capacity, "readonly",
                     ft_probe_xml_true(xml, node, "readonly"), "job",
                     about.job && !ft_probe_xml_true(xml, node, OUR_MIRROR),
                     "snapshots",
                     *source == '/' ? (int)ft_probe_snapshots(source) : 0);
    add_file(disk, source);
    return json_array_append_new(walk->disks, disk) == 0 ? 0 : -ENOMEM;
}

int
ft_probe_disks(struct ft_probe_xml *xml, virDomainPtr domain, bool gently,
               json_t *disks)
{
    struct disk_walk walk = { domain, disks, gently };

    return ft_probe_xml_each(xml, NULL, "/domain/devices/disk", take_disk,
                             &walk);
}
