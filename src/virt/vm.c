/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/vm.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/libvirt-names.h"
#include "base/json.h"
#include "virt/qmp.h"
#include "virt/xml.h"

#define CMDLINE_LIMIT (256 << 10)
#define XML_TOO_LONG "a name or path in the domain's XML is too long"

/* Bytes of libvirt's scaled integers (formatdomain, "unit"). */
static uint64_t
scaled(xmlNodePtr node, const char *path)
{
    static const struct {
        const char *unit;
        uint64_t bytes;
    } units[] = {
        { "b", 1 },       { "bytes", 1 },     { "KB", 1000 },
        { "k", 1024 },    { "KiB", 1024 },    { "MB", 1000000 },
        { "M", 1 << 20 }, { "MiB", 1 << 20 }, { "GB", 1000000000 },
        { "G", 1 << 30 }, { "GiB", 1 << 30 }, { "TiB", UINT64_C(1) << 40 },
    };
    FT_AUTOFREE xmlNodePtr *nodes = NULL;
    FT_AUTOFREE char *text = ft_xml_text(node, path);
    FT_AUTOFREE char *unit = NULL;
    size_t n, i;

    if (!text || ft_xml_find(node, path, &nodes, &n) < 0 || n == 0)
        return 0;
    unit = ft_xml_text(nodes[0], "@unit");
    for (i = 0; unit && i < FT_ARRAY_SIZE(units); i++)
        if (strcmp(unit, units[i].unit) == 0)
            return strtoull(text, NULL, 10) * units[i].bytes;
    return strtoull(text, NULL, 10) * 1024;
}

static int
read_disk(xmlNodePtr node, struct ft_vm_disk *disk)
{
    const char *where =
        ft_xml_count(node, "source/@file") ? "source/@file" : "source/@dev";

    disk->readonly = ft_xml_count(node, "readonly") > 0;
    disk->shareable = ft_xml_count(node, "shareable") > 0;
    if (ft_xml_copy(node, "target/@dev", disk->target, sizeof(disk->target)) <
            0 ||
        ft_xml_copy(node, "alias/@name", disk->alias, sizeof(disk->alias)) < 0 ||
        ft_xml_copy(node, where, disk->source, sizeof(disk->source)) < 0 ||
        ft_xml_copy(node, "driver/@type", disk->format, sizeof(disk->format)) <
            0 ||
        ft_xml_copy(node, "@device", disk->device, sizeof(disk->device)) < 0)
        return -ERANGE;
    if (!disk->device[0])
        snprintf(disk->device, sizeof(disk->device), "disk");
    return 0;
}

static int
read_nic(xmlNodePtr node, struct ft_vm_nic *nic)
{
    char queues[16], driver[16];
    size_t i;

    if (ft_xml_copy(node, "alias/@name", nic->alias, sizeof(nic->alias)) < 0 ||
        ft_xml_copy(node, "mac/@address", nic->mac, sizeof(nic->mac)) < 0 ||
        ft_xml_copy(node, "model/@type", nic->model, sizeof(nic->model)) < 0 ||
        ft_xml_copy(node, "@type", nic->type, sizeof(nic->type)) < 0 ||
        ft_xml_copy(node, "source/@bridge", nic->bridge, sizeof(nic->bridge)) <
            0 ||
        ft_xml_copy(node, "target/@dev", nic->tap, sizeof(nic->tap)) < 0 ||
        ft_xml_copy(node, "driver/@queues", queues, sizeof(queues)) < 0 ||
        ft_xml_copy(node, "driver/@name", driver, sizeof(driver)) < 0)
        return -ERANGE;
    for (i = 0; nic->mac[i]; i++)
        nic->mac[i] = (char)tolower((unsigned char)nic->mac[i]);
    nic->queues = queues[0] ? (unsigned)strtoul(queues, NULL, 10) : 1;
    nic->vhost = strcmp(driver, "vhost") == 0;
    /* libvirt names a NIC's backend "host" + its alias. */
    if ((size_t)snprintf(nic->netdev, sizeof(nic->netdev), "host%s",
                         nic->alias) >= sizeof(nic->netdev))
        return -ERANGE;
    return 0;
}

static int
read_disks(xmlNodePtr root, struct ft_vm *out, struct ft_error *err)
{
    FT_AUTOFREE xmlNodePtr *nodes = NULL;
    size_t n, i;

    if (ft_xml_find(root, "devices/disk", &nodes, &n) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    if (n > FT_VM_DISKS_MAX)
        return ft_fail(err, E2BIG, NULL, "%zu disks; at most %d are supported",
                       n, FT_VM_DISKS_MAX);
    out->disks = calloc(n + 1, sizeof(*out->disks));
    if (!out->disks)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    for (i = 0; i < n; i++)
        if (read_disk(nodes[i], &out->disks[i]) < 0)
            return ft_fail(err, ERANGE, NULL, XML_TOO_LONG);
    out->n_disks = n;
    return 0;
}

static int
read_nics(xmlNodePtr root, struct ft_vm *out, struct ft_error *err)
{
    FT_AUTOFREE xmlNodePtr *nodes = NULL;
    size_t n, i;

    if (ft_xml_find(root, "devices/interface", &nodes, &n) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    if (n > FT_VM_NICS_MAX)
        return ft_fail(err, E2BIG, NULL, "%zu NICs; at most %d are supported",
                       n, FT_VM_NICS_MAX);
    out->nics = calloc(n + 1, sizeof(*out->nics));
    if (!out->nics)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    for (i = 0; i < n; i++)
        if (read_nic(nodes[i], &out->nics[i]) < 0)
            return ft_fail(err, ERANGE, NULL, XML_TOO_LONG);
    out->n_nics = n;
    return 0;
}

int
ft_vm_from_xml(const char *xml, struct ft_vm *out, struct ft_error *err)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    char vcpus[16], plugged[16];
    xmlNodePtr root;
    int rc = ft_xml_parse(xml, "domain", &doc, err);

    memset(out, 0, sizeof(*out));
    if (rc < 0)
        return rc;
    root = xmlDocGetRootElement(doc);
    if (ft_xml_copy(root, "name", out->name, sizeof(out->name)) < 0 ||
        ft_xml_copy(root, "uuid", out->uuid, sizeof(out->uuid)) < 0 ||
        ft_xml_copy(root, "os/type/@machine", out->machine,
                    sizeof(out->machine)) < 0 ||
        ft_xml_copy(root, "vcpu", vcpus, sizeof(vcpus)) < 0 ||
        ft_xml_copy(root, "vcpu/@current", plugged, sizeof(plugged)) < 0)
        return ft_fail(err, ERANGE, NULL, XML_TOO_LONG);
    out->vcpus = (unsigned)strtoul(plugged[0] ? plugged : vcpus, NULL, 10);
    out->memory = scaled(root, "memory");
    rc = read_disks(root, out, err);
    if (rc == 0)
        rc = read_nics(root, out, err);
    if (rc < 0)
        ft_vm_free(out);
    return rc;
}

int
ft_vm_find(virConnectPtr conn, const char *uuid, virDomainPtr *dom,
           struct ft_error *err)
{
    *dom = virDomainLookupByUUIDString(conn, uuid);
    if (*dom || virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
        return 0;
    return ft_virt_fail(err, EHOSTUNREACH, NULL, "search for the VM");
}

int
ft_vm_state(virDomainPtr dom, int *state, int *reason, struct ft_error *err)
{
    *state = VIR_DOMAIN_NOSTATE;
    if (virDomainGetState(dom, state, reason, 0) == 0)
        return 0;
    *state = VIR_DOMAIN_NOSTATE;
    if (virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
        return 0;
    return ft_virt_fail(err, EHOSTUNREACH, NULL, "state of the VM");
}

virDomainPtr
ft_vm_by(virConnectPtr conn, virDomainPtr dom)
{
    unsigned char uuid[VIR_UUID_BUFLEN];

    return virDomainGetUUID(dom, uuid) < 0 ? NULL
                                           : virDomainLookupByUUID(conn, uuid);
}

void
ft_vm_free(struct ft_vm *domain)
{
    if (!domain)
        return;
    free(domain->disks);
    free(domain->nics);
    domain->disks = NULL;
    domain->nics = NULL;
    domain->n_disks = domain->n_nics = 0;
}

/* QEMU's command line with its arguments separated by NULs. */
static int
read_cmdline(pid_t pid, char **text, size_t *size)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    return ft_file_read(path, CMDLINE_LIMIT, text, size);
}

int
ft_vm_pid(const char *name, const char *uuid, pid_t *pid, struct ft_error *err)
{
    FT_AUTOFREE char *path = ft_libvirt_pid_file(name);
    FT_AUTOFREE char *text = NULL;
    FT_AUTOFREE char *cmdline = NULL;
    size_t size;
    long number;

    if (!path)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    if (strchr(name, '/'))
        return ft_fail(err, EINVAL, NULL, "'%s' is no name of a VM", name);
    if (ft_file_read(path, 32, &text, &size) < 0)
        return ft_fail(err, ESRCH, "start the VM",
                       "libvirt has no process of VM %s (%s)", name, path);
    number = strtol(text, NULL, 10);
    if (number <= 1 || number > INT32_MAX ||
        read_cmdline((pid_t)number, &cmdline, &size) < 0 ||
        !memmem(cmdline, size, uuid, strlen(uuid)))
        return ft_fail(err, ESRCH, "is libvirtd healthy?",
                       "process %ld in %s is not QEMU of VM %s", number, path,
                       name);
    *pid = (pid_t)number;
    return 0;
}

bool
ft_vm_process_ends(pid_t pid)
{
    FT_AUTOFREE char *text = NULL;
    char path[64];
    size_t size;
    int rc;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    rc = ft_file_read(path, 64 << 10, &text, &size);
    if (rc < 0)
        return rc == -ENOENT || rc == -ESRCH;
    return !strstr(text, "\nVmSize:") || strstr(text, "\nCoreDumping:\t1");
}

/* Effective owner: /proc/PID itself belongs to root, QEMU being undumpable. */
static int
read_owner(pid_t pid, uid_t *uid, gid_t *gid)
{
    FT_AUTOFREE char *text = NULL;
    const char *u, *g;
    char path[64];
    size_t size;
    int rc;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    rc = ft_file_read(path, 64 << 10, &text, &size);
    if (rc < 0)
        return rc;
    u = strstr(text, "\nUid:");
    g = strstr(text, "\nGid:");
    if (!u || !g || sscanf(u, "\nUid: %*u %u", uid) != 1 ||
        sscanf(g, "\nGid: %*u %u", gid) != 1)
        return -EPROTO;
    return 0;
}

static bool
process_has_open(pid_t pid, const char *device)
{
    char folder[64], path[320], link[64];
    struct dirent *entry;
    bool found = false;
    DIR *dir;

    snprintf(folder, sizeof(folder), "/proc/%d/fd", pid);
    dir = opendir(folder);
    while (dir && !found && (entry = readdir(dir))) {
        ssize_t n;

        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        n = readlink(path, link, sizeof(link) - 1);
        link[n > 0 ? n : 0] = '\0';
        found = strcmp(link, device) == 0;
    }
    if (dir)
        closedir(dir);
    return found;
}

/*
 * Which NICs the kernel's vhost serves. The XML does not say when libvirt took
 * its default, QEMU's command line does; a NIC plugged in later is not on it,
 * so there any open /dev/vhost-net counts.
 */
static int
find_vhost(struct ft_vm *domain)
{
    FT_AUTOFREE char *cmdline = NULL;
    bool any = process_has_open(domain->pid, "/dev/vhost-net");
    size_t size, at, i;
    int rc = read_cmdline(domain->pid, &cmdline, &size);

    if (rc < 0)
        return rc;
    for (i = 0; i < domain->n_nics; i++) {
        struct ft_vm_nic *nic = &domain->nics[i];
        bool listed = false;

        for (at = 0; at < size && !listed; at += strlen(cmdline + at) + 1) {
            const char *argument = cmdline + at;
            const char *id = strstr(argument, nic->netdev);

            listed = id && strstr(argument, "tap") &&
                     !isalnum((unsigned char)id[strlen(nic->netdev)]);
            if (listed)
                nic->vhost = strstr(argument, "vhost") != NULL;
        }
        if (!listed && strcmp(nic->type, "user") != 0 &&
            strncmp(nic->model, "virtio", 6) == 0)
            nic->vhost = any;
    }
    return 0;
}

static int
ask_qemu(virDomainPtr dom, struct ft_vm *out, struct ft_error *err)
{
    FT_AUTOJSON json_t *version = NULL;
    FT_AUTOJSON json_t *type = NULL;
    const json_t *qemu;
    const char *name;
    size_t n;
    int rc = ft_qmp(dom, "query-version", NULL, &version, err);

    if (rc == 0)
        rc = ft_qmp(dom, "qom-get",
                    json_pack("{s:s, s:s}", "path", "/machine", "property",
                              "type"),
                    &type, err);
    if (rc < 0)
        return rc;
    qemu = json_object_get(version, "qemu");
    snprintf(out->qemu_version, sizeof(out->qemu_version), "%d.%d.%d",
             (int)ft_json_int(qemu, "major", 0, 999, 0),
             (int)ft_json_int(qemu, "minor", 0, 999, 0),
             (int)ft_json_int(qemu, "micro", 0, 999, 0));
    /* The QOM type of a machine is its name and "-machine" (hw/boards.h). */
    name = json_is_string(type) ? json_string_value(type) : "";
    n = strlen(name);
    if (n < 9 || n - 8 >= sizeof(out->machine) ||
        strcmp(name + n - 8, "-machine") != 0)
        return ft_fail(err, EPROTO, NULL,
                       "QEMU's machine type '%s' is not understood", name);
    snprintf(out->machine, sizeof(out->machine), "%.*s", (int)(n - 8), name);
    return 0;
}

static int
ask_capacities(virDomainPtr dom, struct ft_vm *out, struct ft_error *err)
{
    virDomainBlockInfo info;
    size_t i;

    for (i = 0; i < out->n_disks; i++) {
        struct ft_vm_disk *disk = &out->disks[i];

        if (!disk->source[0])
            continue; /* an empty drive, or a network disk */
        if (virDomainGetBlockInfo(dom, disk->target, &info, 0) < 0)
            return ft_virt_fail(err, EIO, NULL, disk->target);
        disk->capacity = info.capacity;
    }
    return 0;
}

static int
ask_libvirt(virDomainPtr dom, struct ft_vm *out, struct ft_error *err)
{
    int state = 0, reason = 0, autostart = 0;

    if (virDomainGetState(dom, &state, &reason, 0) < 0)
        return ft_virt_fail(err, EIO, NULL, "state of the VM");
    if (state == VIR_DOMAIN_SHUTOFF)
        return ft_fail(err, ESRCH, "start the VM", "VM %s does not run",
                       virDomainGetName(dom));
    out->running = state == VIR_DOMAIN_RUNNING || state == VIR_DOMAIN_BLOCKED;
    out->persistent = virDomainIsPersistent(dom) == 1;
    if (out->persistent && virDomainGetAutostart(dom, &autostart) == 0)
        out->autostart = autostart != 0;
    return 0;
}

int
ft_vm_inspect(virDomainPtr dom, struct ft_vm *out, struct ft_error *err)
{
    char *xml = virDomainGetXMLDesc(dom, 0);
    int rc;

    memset(out, 0, sizeof(*out));
    if (!xml)
        return ft_virt_fail(err, EIO, NULL, "definition of the VM");
    rc = ft_vm_from_xml(xml, out, err);
    free(xml);
    if (rc < 0)
        return rc;
    rc = ask_libvirt(dom, out, err);
    if (rc == 0)
        rc = ft_vm_pid(out->name, out->uuid, &out->pid, err);
    if (rc == 0 &&
        (read_owner(out->pid, &out->uid, &out->gid) < 0 || find_vhost(out) < 0))
        rc = ft_fail(err, ESRCH, NULL, "QEMU of VM %s went away", out->name);
    if (rc == 0)
        rc = ask_qemu(dom, out, err);
    if (rc == 0)
        rc = ask_capacities(dom, out, err);
    if (rc < 0)
        ft_vm_free(out);
    return rc;
}

int
ft_disk_is_replicated(const struct ft_vm_disk *disk)
{
    return !strcmp(disk->device, "disk") && !disk->readonly && disk->source[0];
}
