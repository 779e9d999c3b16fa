/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/retire.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "virt/qmp.h"
#include "virt/vm.h"
#include "virt/volume.h"
#include "virt/xml.h"

#define SAME_SECOND_MAX 9 /* names tried when one is taken */
#define STAMP_SIZE 24

/* 20261128T175912Z: no colon, which means a protocol to QEMU. */
static void
stamp(time_t at, char out[STAMP_SIZE])
{
    struct tm utc;

    if (!gmtime_r(&at, &utc) ||
        !strftime(out, STAMP_SIZE, "%Y%m%dT%H%M%SZ", &utc))
        snprintf(out, STAMP_SIZE, "%lld", (long long)at);
}

static bool
is_free(const char *path)
{
    struct stat st;

    return lstat(path, &st) < 0 && errno == ENOENT;
}

/* Tries names until one is free. */
static int
name_by_age(const char *path, time_t at, char **now)
{
    char when[STAMP_SIZE];

    stamp(at, when);
    for (int i = 1; i <= SAME_SECOND_MAX; i++) {
        char more[8] = "";

        if (i > 1)
            snprintf(more, sizeof(more), "-%d", i);
        if (asprintf(now, "%s.stale-%s%s", path, when, more) < 0) {
            *now = NULL;
            return -ENOMEM;
        }
        if (is_free(*now))
            return 0;
        free(FT_STEAL(*now));
    }
    return -EEXIST;
}

int
ft_retire_name(const char *path, char **now, char written[32],
               struct ft_error *err)
{
    struct stat st;
    int rc;

    *now = NULL;
    if (lstat(path, &st) < 0)
        return ft_fail(err, errno, NULL, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
        return ft_fail(err, ENOTSUP, NULL,
                       "%s is no file and keeps its name; what is on it is "
                       "older than the VM",
                       path);
    rc = name_by_age(path, st.st_mtim.tv_sec, now);
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "%s has no other name: %s", path,
                       strerror(-rc));
    ft_clock_format(st.st_mtim.tv_sec * FT_NS_PER_S + st.st_mtim.tv_nsec,
                    written);
    return 0;
}

int
ft_retire_rename(virConnectPtr conn, const char *path, const char *now,
                 struct ft_error *err)
{
    virStorageVolPtr volume = virStorageVolLookupByPath(conn, path);
    int rc = renameat2(AT_FDCWD, path, AT_FDCWD, now, RENAME_NOREPLACE) < 0
                 ? -errno
                 : 0;

    ft_volume_refresh(volume);
    return rc < 0 ? ft_fail(err, -rc, NULL, "%s cannot be renamed: %s", path,
                            strerror(-rc))
                  : 0;
}

static void
say_left(json_t *report, const char *text)
{
    json_array_append_new(json_object_get(report, "left"), json_string(text));
}

/* The file of a definition that is no more. Durable before anything is taken. */
static int
keep_definition(virDomainPtr dom, const char *folder, json_t *report,
                struct ft_error *err)
{
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE |
                                                         VIR_DOMAIN_XML_SECURE);
    char path[PATH_MAX], when[STAMP_SIZE];
    int rc;

    if (!xml)
        return ft_virt_fail(err, EIO, NULL, "its definition");
    stamp((time_t)(ft_clock_realtime_ns() / FT_NS_PER_S), when);
    if ((size_t)snprintf(path, sizeof(path), "%s/%s-%s.xml", folder,
                         virDomainGetName(dom), when) >= sizeof(path))
        return ft_fail(err, ENAMETOOLONG, NULL, "its name is too long");
    rc = ft_make_folder(folder, 0700);
    if (rc == 0)
        rc = ft_file_replace(path, xml, strlen(xml), 0600);
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "cannot write %s: %s", path,
                       strerror(-rc));
    json_object_set_new(report, "definition", json_string(path));
    return 0;
}

/* Whether that domain has the disk. */
static bool
uses(virDomainPtr dom, const char *path)
{
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(dom, 0);
    struct ft_vm vm = { 0 };
    bool found = false;

    if (!xml || ft_vm_from_xml(xml, &vm, NULL) < 0)
        return false;
    for (size_t i = 0; i < vm.n_disks && !found; i++)
        found = strcmp(vm.disks[i].source, path) == 0;
    ft_vm_free(&vm);
    return found;
}

/* Another VM of this host that has the disk, too: its name, or false. */
static bool
is_shared(virConnectPtr conn, const char *vm_uuid, const char *path,
          char other[256])
{
    virDomainPtr *list = NULL;
    int n = virConnectListAllDomains(conn, &list, 0);
    bool shared = false;

    for (int i = 0; i < n; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN] = "";

        virDomainGetUUIDString(list[i], uuid);
        if (!shared && strcasecmp(uuid, vm_uuid) != 0 && uses(list[i], path)) {
            snprintf(other, 256, "%s", virDomainGetName(list[i]));
            shared = true;
        }
        virDomainFree(list[i]);
    }
    free(list);
    return shared;
}

int
ft_retire_may(virConnectPtr conn, const char *vm_uuid, const char *path,
              struct ft_error *err)
{
    char other[256];

    return is_shared(conn, vm_uuid, path, other)
               ? ft_fail(err, EBUSY, NULL,
                         "%s keeps its name: VM %s has it, too", path, other)
               : 0;
}

/* An image, or its UEFI variables. */
static void
take_file(virConnectPtr conn, const char *vm_uuid, const char *path,
          json_t *report)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE char *now = NULL;
    char written[32];
    int rc = ft_retire_may(conn, vm_uuid, path, &err);

    if (rc == 0)
        rc = ft_retire_name(path, &now, written, &err);
    if (rc == 0)
        rc = ft_retire_rename(conn, path, now, &err);
    if (rc == 0)
        json_array_append_new(json_object_get(report, "images"),
                              json_pack("{s:s,s:s,s:s}", "path", path, "now",
                                        now, "written", written));
    else if (rc != -ENOENT)
        say_left(report, err.text);
}

/* A definition that comes back by hand would find them older than its disks. */
static void
take_nvram(virConnectPtr conn, const char *vm_uuid, const char *xml,
           json_t *report)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    FT_AUTOFREE char *path = NULL;

    if (ft_xml_parse(xml, "domain", &doc, NULL) == 0)
        path = ft_xml_text(xmlDocGetRootElement(doc), "os/nvram");
    if (path && *path == '/')
        take_file(conn, vm_uuid, path, report);
}

/* What the guest wrote to, and nobody else does. */
static int
take_images(virConnectPtr conn, virDomainPtr dom, const char *vm_uuid,
            json_t *report, struct ft_error *err)
{
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE);
    struct ft_vm vm = { 0 };
    int rc = xml ? ft_vm_from_xml(xml, &vm, err)
                 : ft_virt_fail(err, EIO, NULL, "its definition");

    for (size_t i = 0; rc == 0 && i < vm.n_disks; i++) {
        const struct ft_vm_disk *disk = &vm.disks[i];

        if (disk->source[0] == '/' && !disk->readonly && !disk->shareable &&
            strcmp(disk->device, "cdrom") != 0 &&
            strcmp(disk->device, "floppy") != 0)
            take_file(conn, vm_uuid, disk->source, report);
    }
    if (rc == 0)
        take_nvram(conn, vm_uuid, xml, report);
    ft_vm_free(&vm);
    return rc;
}

/* A snapshot's own data is in the image. */
static int
undefine(virDomainPtr dom, struct ft_error *err)
{
    unsigned flags = VIR_DOMAIN_UNDEFINE_KEEP_NVRAM |
                     VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
                     VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA;

    /* a driver that knows no flags has no such things either */
    if (virDomainUndefineFlags(dom, flags) == 0 ||
        virDomainUndefineFlags(dom, 0) == 0)
        return 0;
    return ft_virt_fail(err, EIO, "Undefine it by hand: virsh undefine.",
                        "its definition stays");
}

static int
retire(virConnectPtr conn, virDomainPtr dom, const char *vm_uuid,
       const char *folder, json_t *report, struct ft_error *err)
{
    int rc;

    if (virDomainIsActive(dom) != 0)
        return ft_fail(err, EBUSY, NULL, "%s runs here", virDomainGetName(dom));
    if (virDomainIsPersistent(dom) != 1)
        return 0;
    rc = keep_definition(dom, folder, report, err);
    if (rc == 0)
        rc = take_images(conn, dom, vm_uuid, report, err);
    return rc ? rc : undefine(dom, err);
}

int
ft_retire(virConnectPtr conn, const char *vm_uuid, const char *folder,
          json_t **report, struct ft_error *err)
{
    virDomainPtr dom = NULL;
    int rc;

    *report = json_pack("{s:n,s:[],s:[]}", "definition", "images", "left");
    if (!*report)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    rc = ft_vm_find(conn, vm_uuid, &dom, err);
    if (dom)
        rc = retire(conn, dom, vm_uuid, folder, *report, err);
    if (dom)
        virDomainFree(dom);
    return rc;
}
