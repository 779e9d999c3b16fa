/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/rehearsal-xml.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "virt/disk-source.h"
#include "virt/xml.h"

#define AGENT "org.qemu.guest_agent.0"

/* What has its state outside of QEMU, where there is one of it. */
static const struct {
    const char *path, *what;
} refused[] = {
    { "devices/tpm", "a TPM" },
    { "devices/hostdev", "a device of the host" },
    { "devices/interface[@type='hostdev' or @type='vdpa' or "
      "@type='vhostuser']",
      "a NIC of the host" },
    { "devices/redirdev | devices/smartcard", "a redirected device" },
    { "devices/filesystem | devices/shmem | devices/vsock | devices/pstore | "
      "devices/crypto",
      "a device that shares something with the host" },
    { "devices/rng[backend/@model='egd']", "random numbers by a connection" },
    { "os/nvram[@type and not(@type='file')]",
      "UEFI variables that are in no file" },
};

/* Of the machine's world, its host or its administrator; not of the machine. */
static const char *const removed[] = {
    "uuid",
    "title",
    "metadata",
    "cputune",
    "blkiotune",
    "memtune",
    "memoryBacking/locked",
    "sysinfo/system/entry[@name='uuid']",
    "seclabel",
    "os/nvram/@type", /* it is a file, named in the short form */
    "devices/disk/driver/@io",
    "devices/disk/iotune",
    "devices/interface/source",
    "devices/interface/target",
    "devices/interface/virtualport",
    "devices/interface/vlan",
    "devices/interface/filterref",
    "devices/interface/bandwidth",
    "devices/interface/port",
    "devices/interface/backend",
    "devices/interface/script",
    "devices/interface/downscript",
    "devices/interface/ip",
    "devices/interface/route",
    "devices/interface/backenddomain",
    "devices/interface/teaming",
    "devices/interface/@managed",
    "devices/interface/@trustGuestRxFilters",
    "devices/graphics[not(@type='vnc' or @type='spice')]",
    "devices/graphics/@*[name()!='type']",
    "devices/graphics/*",
    "devices/audio/*",
    "devices/audio/@serverName",
};

#define AGENT_CHANNEL \
    "devices/channel[@type='unix' and target/@name='" AGENT "']"

#define CHARDEVS                                              \
    "(devices/serial | devices/parallel | devices/console | " \
    "devices/channel[not(@type='unix' and target/@name='" AGENT "')])"

static const struct {
    const char *path, *attribute, *value;
} set[] = {
    { "devices/interface", "type", "ethernet" },
    { "devices/disk/driver", "error_policy", "stop" },
    { "devices/audio", "type", "none" },
    { "devices/watchdog", "action", "pause" },
    { CHARDEVS, "type", "null" },
};

/* The kinds of children of a character device that are of its old backend. */
static const char *const of_backend[] = {
    CHARDEVS "/source",
    CHARDEVS "/protocol",
    CHARDEVS "/log",
    CHARDEVS "/@tty",
    "devices/channel[target/@name='" AGENT "']/source",
    "devices/channel[target/@name='" AGENT "']/log",
};

/* What a guest does to itself is seen, and is its end here. */
static const struct {
    const char *element, *text;
} on[] = {
    { "on_poweroff", "destroy" },
    { "on_reboot", "destroy" },
    { "on_crash", "preserve" },
};

static int
refuse(xmlNodePtr root, struct ft_error *err)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(refused); i++)
        if (ft_xml_count(root, refused[i].path))
            return ft_fail(err, ENOTSUP, NULL,
                           "a VM with %s cannot be rehearsed", refused[i].what);
    return 0;
}

static int
demand(xmlNodePtr root, const struct ft_rehearsal_place *place,
       struct ft_error *err)
{
    if (place->agent && !ft_xml_count(root, AGENT_CHANNEL))
        return ft_fail(err, ENOTSUP, NULL,
                       "the VM has no channel for a guest agent");
    if (place->console &&
        !ft_xml_count(root, "devices/serial | devices/console"))
        return ft_fail(err, ENOTSUP, NULL,
                       "the VM has no serial port and no console");
    return 0;
}

static int
remove_all(xmlNodePtr root, const char *const *paths, size_t n)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = ft_xml_remove(root, paths[i]);
    return rc;
}

static int
set_attribute(xmlNodePtr root, const char *path, const char *name,
              const char *value)
{
    FT_AUTOFREE xmlNodePtr *nodes = NULL;
    size_t n = 0;
    int rc = ft_xml_find(root, path, &nodes, &n);

    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = ft_xml_set(nodes[i], name, value);
    return rc;
}

/* A child of each that path finds, with one attribute; made where it is not. */
static int
set_child(xmlNodePtr root, const char *path, const char *child,
          const char *name, const char *value)
{
    FT_AUTOFREE xmlNodePtr *nodes = NULL;
    size_t n = 0;
    int rc = ft_xml_find(root, path, &nodes, &n);

    for (size_t i = 0; rc == 0 && i < n; i++) {
        xmlNodePtr node = ft_xml_child(nodes[i], child);

        rc = node ? ft_xml_set(node, name, value) : -ENOMEM;
    }
    return rc;
}

static int
set_text(xmlNodePtr root, const char *element, const char *text)
{
    xmlNodePtr node = ft_xml_child(root, element);
    xmlNodePtr content = xmlNewDocText(root->doc, BAD_CAST text);

    if (!node || !content) {
        xmlFreeNode(content);
        return -ENOMEM;
    }
    xmlNodeSetContent(node, NULL);
    return xmlAddChild(node, content) ? 0 : -ENOMEM;
}

static int
change_disks(xmlNodePtr root, const struct ft_replica_path *replicas, size_t n,
             const char *socket)
{
    FT_AUTOFREE xmlNodePtr *disks = NULL;
    char target[64];
    size_t count = 0;
    int rc = ft_xml_find(root, "devices/disk", &disks, &count);

    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = ft_xml_copy(disks[i], "target/@dev", target, sizeof(target));
        for (size_t k = 0; rc == 0 && k < n; k++)
            if (strcmp(replicas[k].target, target) == 0)
                rc = ft_disk_source_nbd(disks[i], socket, target);
    }
    return rc;
}

/*
 * All of its memory is there before any of it is copied: a page that the kernel has to
 * find yet, a huge one at worst, takes long, and an epoch may wait for it then.
 */
static int
take_memory_at_once(xmlNodePtr root)
{
    xmlNodePtr backing = ft_xml_child(root, "memoryBacking");
    xmlNodePtr allocation = backing ? ft_xml_child(backing, "allocation") : NULL;

    return allocation ? ft_xml_set(allocation, "mode", "immediate") : -ENOMEM;
}

/*
 * QEMU itself writes to the tap, which refuses everything while it is down; vhost-net
 * hands batches to the network stack on a way of its own (drivers/net/tun.c). The
 * device state is the same: vhost gives its rings back to QEMU at each stop of the VM
 * (hw/virtio/vhost.c, vhost_virtqueue_stop), and offers the guest nothing that QEMU
 * does not (hw/net/virtio-net.c, virtio_net_get_features).
 */
static int
keep_nics_from_vhost(xmlNodePtr root)
{
    return set_child(root,
                     "devices/interface[starts-with(model/@type, 'virtio')]",
                     "driver", "name", "qemu");
}

/*
 * The first serial port is the first console as well, where libvirt shows it as both
 * (formatdomain.html, "Console"); without any it is the first console of another kind.
 */
static int
lead_console(xmlNodePtr root, const char *socket)
{
    static const char *const serial =
        "devices/serial[1] | devices/console[1][target/@type='serial']";
    const char *path =
        ft_xml_count(root, "devices/serial") ? serial : "devices/console[1]";
    int rc = set_attribute(root, path, "type", "unix");

    if (rc == 0)
        rc = set_child(root, path, "source", "mode", "connect");
    return rc == 0 ? set_child(root, path, "source", "path", socket) : rc;
}

static int
change_names(xmlNodePtr root, const struct ft_rehearsal_place *place)
{
    char description[200];
    int rc = set_text(root, "name", place->name);

    snprintf(description, sizeof(description),
             "A rehearsal of %.100s by ftadmin, which ends it and keeps nothing",
             place->vm);
    if (rc == 0)
        rc = set_text(root, "description", description);
    if (rc == 0 && ft_xml_count(root, "os/nvram"))
        rc = set_text(ft_xml_child(root, "os"), "nvram", place->nvram);
    return rc;
}

static int
change(xmlNodePtr root, const struct ft_replica_path *replicas, size_t n,
       const struct ft_rehearsal_place *place)
{
    int rc = remove_all(root, removed, FT_ARRAY_SIZE(removed));

    if (rc == 0)
        rc = remove_all(root, of_backend, FT_ARRAY_SIZE(of_backend));
    for (size_t i = 0; rc == 0 && i < FT_ARRAY_SIZE(set); i++)
        rc = set_attribute(root, set[i].path, set[i].attribute, set[i].value);
    if (rc == 0 && place->console)
        rc = lead_console(root, place->console);
    if (rc == 0)
        rc = set_child(root, "devices/interface", "link", "state", "down");
    if (rc == 0)
        rc = keep_nics_from_vhost(root);
    if (rc == 0)
        rc = set_child(root, "devices/graphics", "listen", "type", "none");
    for (size_t i = 0; rc == 0 && i < FT_ARRAY_SIZE(on); i++)
        rc = set_text(root, on[i].element, on[i].text);
    if (rc == 0)
        rc = change_disks(root, replicas, n, place->socket);
    if (rc == 0)
        rc = take_memory_at_once(root);
    return rc == 0 ? change_names(root, place) : rc;
}

int
ft_rehearsal_xml(const char *waiting_xml, const struct ft_replica_path *replicas,
                 size_t n_replicas, const struct ft_rehearsal_place *place,
                 char **out, struct ft_error *err)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    FT_AUTOFREE char *plain = NULL;
    xmlNodePtr root;
    int rc = ft_standby_xml(waiting_xml, replicas, n_replicas, &plain, err);

    if (rc == 0)
        rc = ft_xml_parse(plain, "domain", &doc, err);
    if (rc < 0)
        return rc;
    root = xmlDocGetRootElement(doc);
    rc = refuse(root, err);
    if (rc == 0)
        rc = demand(root, place, err);
    if (rc < 0)
        return rc;
    if (change(root, replicas, n_replicas, place) < 0 ||
        ft_xml_print(doc, out) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    return 0;
}
