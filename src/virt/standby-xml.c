/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/standby-xml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "virt/disk-source.h"
#include "virt/xml.h"

#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"
#define QEMU_ARGS                       \
    "*[local-name()='commandline' and " \
    "namespace-uri()='" QEMU_NAMESPACE "']"
#define QEMU_ARG QEMU_ARGS "/*[local-name()='arg']"

/* What libvirt adds to the XML of a running domain and what is only true of
 * this run or this host; removing it gives the definition back. */
static const char *const run_only[] = {
    "@id",
    /* Made anew at each start; a static label is the administrator's. */
    "seclabel[@type='dynamic']",
    "seclabel[not(@type)]",
    "devices//alias[not(starts-with(@name, 'ua-'))]",
    "devices/disk/mirror",
    "devices/disk/backingStore",
    "devices/disk/source/@index",
    "devices/disk/source/privateData",
    "devices/interface/target[starts-with(@dev, 'vnet') or "
    "starts-with(@dev, 'macvtap') or starts-with(@dev, 'macvlan') or "
    "starts-with(@dev, 'tap')]/@dev",
    "devices/interface/target[not(@*)]",
    "devices/interface/source/@portid",
    "devices/console/@tty",
    "devices/console[@type='pty']/source",
    "devices/serial[@type='pty']/source",
    "devices/parallel[@type='pty']/source",
    "devices/channel[@type='pty']/source",
    "devices/channel/target/@state",
    /* libvirt's own folder of the run: /var/lib/libvirt/qemu/channel/... */
    "devices/channel[@type='unix']/source[@mode='bind' and "
    "contains(@path, '/libvirt/qemu/')]",
    "devices/graphics[@autoport='yes']/@port",
    "devices/graphics[@autoport='yes']/@tlsPort",
    "devices/graphics/listen[@type='socket']/@socket",
    "devices/graphics[@socket]/@socket",
};

static int
remove_run_only(xmlNodePtr root)
{
    size_t i;

    for (i = 0; i < FT_ARRAY_SIZE(run_only); i++) {
        int rc = ft_xml_remove(root, run_only[i]);

        if (rc < 0)
            return rc;
    }
    return 0;
}

static bool
is_arg(xmlNodePtr node, const char *value)
{
    xmlChar *text = xmlGetProp(node, BAD_CAST "value");
    bool equal = text && strcmp((const char *)text, value) == 0;

    xmlFree(text);
    return equal;
}

/* Takes `-incoming defer` out of qemu:commandline, and that when it is empty. */
static int
remove_incoming(xmlNodePtr root)
{
    FT_AUTOFREE xmlNodePtr *args = NULL;
    size_t n, i;
    int rc = ft_xml_find(root, QEMU_ARG, &args, &n);

    for (i = 0; rc == 0 && i + 1 < n; i++) {
        if (!is_arg(args[i], "-incoming") || !is_arg(args[i + 1], "defer"))
            continue;
        xmlUnlinkNode(args[i]);
        xmlFreeNode(args[i]);
        xmlUnlinkNode(args[i + 1]);
        xmlFreeNode(args[i + 1]);
        i++;
    }
    if (rc == 0)
        rc = ft_xml_remove(root, QEMU_ARGS "[not(*)]");
    return rc;
}

static bool
has_incoming(xmlNodePtr root)
{
    FT_AUTOFREE xmlNodePtr *args = NULL;
    bool found = false;
    size_t n, i;

    if (ft_xml_find(root, QEMU_ARG, &args, &n) < 0)
        return false;
    for (i = 0; i + 1 < n && !found; i++)
        found = is_arg(args[i], "-incoming") && is_arg(args[i + 1], "defer");
    return found;
}

bool
ft_standby_xml_waits(const char *live_xml)
{
    FT_AUTOXML xmlDocPtr doc = NULL;

    return ft_xml_parse(live_xml, "domain", &doc, NULL) == 0 &&
           has_incoming(xmlDocGetRootElement(doc));
}

static int
add_arg(xmlNodePtr commandline, const char *value)
{
    xmlNodePtr arg =
        xmlNewChild(commandline, commandline->ns, BAD_CAST "arg", NULL);

    return arg ? ft_xml_set(arg, "value", value) : -ENOMEM;
}

static int
add_incoming(xmlNodePtr root)
{
    FT_AUTOFREE xmlNodePtr *nodes = NULL;
    xmlNodePtr commandline;
    xmlNsPtr ns;
    size_t n;
    int rc = ft_xml_find(root, QEMU_ARGS, &nodes, &n);

    if (rc < 0)
        return rc;
    ns = xmlSearchNsByHref(root->doc, root, BAD_CAST QEMU_NAMESPACE);
    if (!ns)
        ns = xmlNewNs(root, BAD_CAST QEMU_NAMESPACE, BAD_CAST "qemu");
    if (!ns)
        return -ENOMEM;
    commandline =
        n ? nodes[0] : xmlNewChild(root, ns, BAD_CAST "commandline", NULL);
    if (!commandline)
        return -ENOMEM;
    rc = add_arg(commandline, "-incoming");
    return rc < 0 ? rc : add_arg(commandline, "defer");
}

static const struct ft_replica_path *
find_replica(const struct ft_replica_path *replicas, size_t n,
             const char *target)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcmp(replicas[i].target, target) == 0)
            return &replicas[i];
    return NULL;
}

static int
replace_disk(xmlNodePtr disk, const struct ft_replica_path *replicas, size_t n,
             struct ft_error *err)
{
    const struct ft_replica_path *replica;
    char target[64];

    if (ft_xml_copy(disk, "target/@dev", target, sizeof(target)) < 0)
        return ft_fail(err, ERANGE, NULL, "a disk's target name is too long");
    replica = find_replica(replicas, n, target);
    if (replica)
        return ft_disk_source_file(disk, replica->path) < 0
                   ? ft_fail(err, ENOMEM, NULL, "no memory")
                   : 0;
    /* Read-only media are not replicated: the same path must exist there, or
     * the drive is empty. */
    if (ft_xml_count(disk, "readonly") || !ft_xml_count(disk, "source"))
        return 0;
    return ft_fail(err, ENOENT, NULL, "disk %s has no replica", target);
}

static int
replace_disks(xmlNodePtr root, const struct ft_replica_path *replicas, size_t n,
              struct ft_error *err)
{
    FT_AUTOFREE xmlNodePtr *disks = NULL;
    size_t count, i;
    int rc = ft_xml_find(root, "devices/disk", &disks, &count);

    if (rc < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    for (i = 0; i < count && rc == 0; i++)
        rc = replace_disk(disks[i], replicas, n, err);
    return rc;
}

int
ft_standby_xml(const char *live_xml, const struct ft_replica_path *replicas,
               size_t n_replicas, char **out, struct ft_error *err)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    xmlNodePtr root;
    int rc = ft_xml_parse(live_xml, "domain", &doc, err);

    if (rc < 0)
        return rc;
    root = xmlDocGetRootElement(doc);
    if (remove_run_only(root) < 0 || remove_incoming(root) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    rc = replace_disks(root, replicas, n_replicas, err);
    if (rc < 0)
        return rc;
    if (add_incoming(root) < 0 || ft_xml_print(doc, out) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    return 0;
}

int
ft_standby_machine_xml(const char *live_xml, char **out, struct ft_error *err)
{
    static const char *const beside[] = {
        "title",
        "description",
        "metadata",
        "currentMemory",
        "cputune",
        "memtune",
        "blkiotune",
        "devices/disk/iotune",
        "devices/interface/bandwidth",
        "devices/channel/target/@state",
    };
    FT_AUTOXML xmlDocPtr doc = NULL;
    int rc = ft_xml_parse(live_xml, "domain", &doc, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < FT_ARRAY_SIZE(beside); i++)
        rc = ft_xml_remove(xmlDocGetRootElement(doc), beside[i]);
    if (rc < 0 || ft_xml_print(doc, out) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    return 0;
}

int
ft_persistent_xml(const char *live_xml, char **out, struct ft_error *err)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    xmlNodePtr root;
    int rc = ft_xml_parse(live_xml, "domain", &doc, err);

    if (rc < 0)
        return rc;
    root = xmlDocGetRootElement(doc);
    if (remove_run_only(root) < 0 || remove_incoming(root) < 0 ||
        ft_xml_print(doc, out) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    return 0;
}

static bool
is_there(xmlNodePtr disk, const char *path)
{
    FT_AUTOFREE char *file = ft_xml_text(disk, "source/@file");
    FT_AUTOFREE char *type = ft_xml_text(disk, "driver/@type");

    return file && strcmp(file, path) == 0 &&
           (!type || strcmp(type, "raw") == 0);
}

int
ft_definition_xml(const char *definition,
                  const struct ft_replica_path *replicas, size_t n_replicas,
                  bool *changed, char **out, struct ft_error *err)
{
    FT_AUTOFREE xmlNodePtr *disks = NULL;
    FT_AUTOXML xmlDocPtr doc = NULL;
    char target[64];
    size_t n, i;
    int rc = ft_xml_parse(definition, "domain", &doc, err);

    *changed = false;
    if (rc < 0)
        return rc;
    rc = ft_xml_find(xmlDocGetRootElement(doc), "devices/disk", &disks, &n);
    for (i = 0; rc == 0 && i < n; i++) {
        const struct ft_replica_path *replica = NULL;

        if (!ft_xml_copy(disks[i], "target/@dev", target, sizeof(target)))
            replica = find_replica(replicas, n_replicas, target);
        if (!replica || is_there(disks[i], replica->path))
            continue;
        *changed = true;
        rc = ft_xml_remove(disks[i], "backingStore");
        if (rc == 0)
            rc = ft_disk_source_file(disks[i], replica->path);
    }
    if (rc < 0 || ft_xml_print(doc, out) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    return 0;
}
