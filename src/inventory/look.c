/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "inventory/look.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/load.h"
#include "inventory/probe-private.h"

/* ---- libvirt ---- */

static void
ignore_error(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

/* One VM; info.state is VIR_DOMAIN_NOSTATE when it vanished while we looked. */
struct seen {
    virDomainPtr domain;
    virDomainInfo info;
    char uuid[VIR_UUID_STRING_BUFLEN];
    int again; /* its pause may be a checkpoint's */
};

/* Needs no answer of QEMU's: a monitor may be held by a checkpoint. */
static void
look_at(struct seen *vm, const json_t *waiting)
{
    if (virDomainGetInfo(vm->domain, &vm->info))
        vm->info.state = VIR_DOMAIN_NOSTATE;
    vm->again = vm->info.state == VIR_DOMAIN_PAUSED &&
                !json_object_get(waiting, vm->uuid);
}

static int
look_again(struct seen *vms, int count, const json_t *waiting)
{
    int left = 0;

    for (int i = 0; i < count; i++) {
        if (vms[i].again)
            look_at(&vms[i], waiting);
        left += vms[i].again;
    }
    return left;
}

static json_t *
vm_json(const struct seen *vm)
{
    return json_pack("{s:o,s:s,s:s,s:I,s:I}", "name",
                     ft_json_text(virDomainGetName(vm->domain)), "uuid",
                     vm->uuid, "state", ft_probe_state_name(vm->info.state),
                     "memory_bytes", (json_int_t)vm->info.maxMem << 10, "vcpus",
                     (json_int_t)vm->info.nrVirtCpu);
}

/* libvirt knows the room in a folder as it was at its last refresh. */
static void
refresh(const json_t *place, virStoragePoolInfo *info)
{
    const char *type = ft_json_string(place, "type", "");
    const char *path = ft_json_string(place, "path", "");
    struct statvfs fs;

    if ((strcmp(type, "dir") && strcmp(type, "fs")) || statvfs(path, &fs) < 0)
        return;
    info->capacity = (uint64_t)fs.f_blocks * fs.f_frsize;
    info->available = (uint64_t)fs.f_bavail * fs.f_frsize;
}

static json_t *
look_at_pool(virStoragePoolPtr pool)
{
    FT_AUTOJSON json_t *place = ft_probe_pool_place(pool);
    int active = virStoragePoolIsActive(pool) == 1;
    virStoragePoolInfo info = { 0 };

    virStoragePoolGetInfo(pool, &info);
    if (active)
        refresh(place, &info);
    return json_pack("{s:o,s:O,s:b,s:I,s:I}", "name",
                     ft_json_text(virStoragePoolGetName(pool)), "path",
                     json_object_get(place, "path"), "active", active,
                     "capacity", (json_int_t)info.capacity, "available",
                     (json_int_t)info.available);
}

static void
look_at_all(struct seen *vms, int count, const json_t *waiting, json_t *list)
{
    int left = 0;

    for (int i = 0; i < count; i++) {
        virDomainGetUUIDString(vms[i].domain, vms[i].uuid);
        look_at(&vms[i], waiting);
        left += vms[i].again;
    }
    for (int i = 0; left && i < FT_PROBE_AGAIN_TIMES; i++) {
        ft_clock_sleep(FT_PROBE_AGAIN_NS(i));
        left = look_again(vms, count, waiting);
    }
    for (int i = 0; i < count; i++) {
        json_t *vm =
            vms[i].info.state == VIR_DOMAIN_NOSTATE ? NULL : vm_json(&vms[i]);

        if (vm)
            json_array_append_new(list, vm);
    }
}

static int
look_at_vms(virConnectPtr conn, const json_t *waiting, json_t *list)
{
    virDomainPtr *domains = NULL;
    int count = virConnectListAllDomains(conn, &domains, 0);
    FT_AUTOFREE struct seen *vms =
        count > 0 ? calloc((size_t)count, sizeof(*vms)) : NULL;

    for (int i = 0; vms && i < count; i++)
        vms[i].domain = domains[i];
    if (vms)
        look_at_all(vms, count, waiting, list);
    for (int i = 0; i < count; i++)
        virDomainFree(domains[i]);
    free(domains);
    return count > 0 && !vms ? -1 : count;
}

static int
look_at_pools(virConnectPtr conn, json_t *list)
{
    virStoragePoolPtr *pools = NULL;
    int count = virConnectListAllStoragePools(conn, &pools, 0);

    for (int i = 0; i < count; i++) {
        json_t *pool = look_at_pool(pools[i]);

        if (pool)
            json_array_append_new(list, pool);
        virStoragePoolFree(pools[i]);
    }
    free(pools);
    return count;
}

int
ft_look_libvirt(const json_t *waiting, json_t **vms, json_t **pools,
                struct ft_error *err)
{
    FT_AUTOJSON json_t *vm_list = json_array();
    FT_AUTOJSON json_t *pool_list = json_array();
    virConnectPtr conn;
    int rc = 0;

    *vms = *pools = NULL;
    virSetErrorFunc(NULL, ignore_error);
    conn = virConnectOpenReadOnly("qemu:///system");
    if (!conn || look_at_vms(conn, waiting, vm_list) < 0 ||
        look_at_pools(conn, pool_list) < 0)
        rc = ft_fail(err, ENOTCONN, "Is libvirtd running on this host?",
                     "libvirt does not answer: %s", virGetLastErrorMessage());
    if (conn)
        virConnectClose(conn);
    if (rc)
        return rc;
    *vms = FT_STEAL(vm_list);
    *pools = FT_STEAL(pool_list);
    return 0;
}

/* ---- load ---- */

int
ft_look_cpu_parse(const char *text, struct ft_look_cpu *cpu)
{
    uint64_t user, nice, system, idle, iowait, irq, softirq, steal;

    if (sscanf(text,
               "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
               " %" SCNu64 " %" SCNu64 " %" SCNu64,
               &user, &nice, &system, &idle, &iowait, &irq, &softirq,
               &steal) != 8)
        return -EBADMSG;
    cpu->busy = user + nice + system + irq + softirq + steal;
    cpu->all = cpu->busy + idle + iowait;
    return 0;
}

int
ft_look_cpu(struct ft_look_cpu *cpu)
{
    FT_AUTOFREE char *text = NULL;
    size_t size;
    int rc = ft_file_read("/proc/stat", 4 << 20, &text, &size);

    return rc ? rc : ft_look_cpu_parse(text, cpu);
}

double
ft_look_cpu_percent(const struct ft_look_cpu *before,
                    const struct ft_look_cpu *after)
{
    uint64_t all = after->all - before->all, busy = after->busy - before->busy;

    if (after->all <= before->all || after->busy < before->busy)
        return -1;
    return 100.0 * (double)FT_MIN(busy, all) / (double)all;
}

/* null where the kernel does not tell. */
static json_t *
pressure(const char *path)
{
    double avg10 = ft_load_pressure(path, 10);

    return avg10 < 0 ? json_null() : json_real(avg10);
}

json_t *
ft_look_load(void)
{
    return json_pack("{s:o,s:I,s:{s:o,s:o,s:o}}", "memory", ft_probe_memory(),
                     "cpus", (json_int_t)sysconf(_SC_NPROCESSORS_ONLN),
                     "pressure", "cpu", pressure(FT_PRESSURE_CPU), "memory",
                     pressure(FT_PRESSURE_MEMORY), "io",
                     pressure(FT_PRESSURE_IO));
}
