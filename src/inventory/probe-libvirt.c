/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libvirt knows: emulators, networks, pools, domains. Element names:
 * https://libvirt.org/formatcaps.html and formatdomain.html
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/libvirt-names.h"
#include "base/paths.h"
#include "inventory/host.h"
#include "inventory/probe-private.h"
#include "inventory/probe.h"

#define VERSIONS_MAX 32

/* Versions already asked for, by the program's inode. */
struct versions {
    struct {
        dev_t device;
        ino_t inode;
        char version[FT_VERSION_SIZE];
    } known[VERSIONS_MAX];
    size_t count;
};

struct xml {
    xmlDocPtr document;
    xmlXPathContextPtr path;
};

static void
ignore_error(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

static int
xml_open(struct xml *xml, const char *text)
{
    memset(xml, 0, sizeof(*xml));
    if (text == NULL)
        return -EINVAL;
    xml->document = xmlReadMemory(text, (int)strlen(text), "libvirt.xml", NULL,
                                  XML_PARSE_NONET | XML_PARSE_NOERROR |
                                      XML_PARSE_NOWARNING);
    if (xml->document != NULL)
        xml->path = xmlXPathNewContext(xml->document);
    return xml->path != NULL ? 0 : -EINVAL;
}

static void
xml_close(struct xml *xml)
{
    xmlXPathFreeContext(xml->path);
    xmlFreeDoc(xml->document);
}

/* The string value of an expression below node (NULL: the root), malloc'd. */
static char *
xml_text(struct xml *xml, xmlNodePtr node, const char *expression)
{
    xmlXPathObjectPtr found;
    char *text = NULL;

    xml->path->node = node != NULL ? node : (xmlNodePtr)xml->document;
    found = xmlXPathEval((const xmlChar *)expression, xml->path);
    if (found != NULL) {
        xmlChar *cast = xmlXPathCastToString(found);

        text = cast != NULL ? strdup((const char *)cast) : NULL;
        xmlFree(cast);
        xmlXPathFreeObject(found);
    }
    return text;
}

static json_t *
xml_json(struct xml *xml, xmlNodePtr node, const char *expression)
{
    FT_AUTOFREE char *text = xml_text(xml, node, expression);

    return json_string(text != NULL ? text : "");
}

static int
xml_true(struct xml *xml, xmlNodePtr node, const char *expression)
{
    FT_AUTOFREE char *text = NULL;
    char wrapped[256];

    snprintf(wrapped, sizeof(wrapped), "boolean(%s)", expression);
    text = xml_text(xml, node, wrapped);
    return text != NULL && strcmp(text, "true") == 0;
}

/* Calls each for every node of the set; stops at the first -errno. */
static int
xml_each(struct xml *xml, xmlNodePtr node, const char *expression,
         int (*each)(struct xml *, xmlNodePtr, void *), void *data)
{
    xmlXPathObjectPtr found;
    int rc = 0;

    xml->path->node = node != NULL ? node : (xmlNodePtr)xml->document;
    found = xmlXPathEval((const xmlChar *)expression, xml->path);
    if (found != NULL && found->nodesetval != NULL)
        for (int i = 0; i < found->nodesetval->nodeNr && rc == 0; i++)
            rc = each(xml, found->nodesetval->nodeTab[i], data);
    xmlXPathFreeObject(found);
    return rc;
}

static int
add(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0 ? 0 : -ENOMEM;
}

/* ---- emulators ---- */

static json_t *
find_emulator(json_t *list, const char *path)
{
    size_t i;
    json_t *emulator;

    json_array_foreach(list, i, emulator)
        if (strcmp(json_string_value(json_object_get(emulator, "path")),
                   path) == 0)
            return emulator;
    return NULL;
}

static json_t *
add_emulator(json_t *list, const char *path)
{
    char version[FT_VERSION_SIZE];
    char package[128];
    json_t *emulator = find_emulator(list, path);

    if (emulator != NULL)
        return emulator;
    ft_probe_program_version(path, version, sizeof(version), package);
    emulator = json_pack("{s:s,s:s,s:s,s:[]}", "path", path, "version", version,
                         "package", package, "machines");
    json_array_append_new(list, emulator);
    return emulator;
}

/* <machine canonical='pc-i440fx-7.2'>pc</machine>: both names count. */
static int
take_machine(struct xml *xml, xmlNodePtr node, void *data)
{
    static const char *const names[] = { "string(.)", "string(@canonical)" };
    json_t *machines = data;

    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++) {
        FT_AUTOFREE char *name = xml_text(xml, node, names[i]);
        size_t index;
        json_t *known;
        int have = name == NULL || *name == '\0';

        json_array_foreach(machines, index, known)
            have = have || strcmp(json_string_value(known), name) == 0;
        if (!have && json_array_append_new(machines, json_string(name)) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int
take_arch(struct xml *xml, xmlNodePtr node, void *data)
{
    FT_AUTOFREE char *path = xml_text(xml, node, "string(emulator)");
    json_t *emulator;

    if (path == NULL || *path == '\0')
        return 0;
    emulator = add_emulator(data, path);
    if (emulator == NULL)
        return -ENOMEM;
    return xml_each(xml, node, "machine | domain/machine", take_machine,
                    json_object_get(emulator, "machines"));
}

static int
probe_emulators(virConnectPtr conn, json_t *facts)
{
    FT_AUTOFREE char *text = virConnectGetCapabilities(conn);
    json_t *list = json_array();
    struct xml xml;
    int rc = 0;

    if (xml_open(&xml, text) == 0) {
        json_object_set_new(json_object_get(facts, "libvirt"), "uuid",
                            xml_json(&xml, NULL,
                                     "string(/capabilities/host/uuid)"));
        rc = xml_each(&xml, NULL,
                      "/capabilities/guest[os_type='hvm']/"
                      "arch[@name='x86_64']",
                      take_arch, list);
    }
    xml_close(&xml);
    return add(facts, "emulators", list) < 0 ? -ENOMEM : rc;
}

/* ---- networks and pools ---- */

static int
add_network(json_t *list, virNetworkPtr network)
{
    FT_AUTOFREE char *text = virNetworkGetXMLDesc(network, 0);
    struct xml xml;
    int rc = 0;

    if (xml_open(&xml, text) == 0)
        rc = json_array_append_new(
            list,
            json_pack("{s:s,s:b,s:o,s:o}", "name", virNetworkGetName(network),
                      "active", virNetworkIsActive(network) == 1, "bridge",
                      xml_json(&xml, NULL, "string(/network/bridge/@name)"),
                      "forward",
                      xml_json(&xml, NULL, "string(/network/forward/@mode)")));
    xml_close(&xml);
    return rc < 0 ? -ENOMEM : 0;
}

static int
probe_networks(virConnectPtr conn, json_t *facts)
{
    virNetworkPtr *networks = NULL;
    json_t *list = json_array();
    int count = virConnectListAllNetworks(conn, &networks, 0);
    int rc = 0;

    for (int i = 0; i < count; i++) {
        if (rc == 0)
            rc = add_network(list, networks[i]);
        virNetworkFree(networks[i]);
    }
    free(networks);
    return add(facts, "networks", list) < 0 ? -ENOMEM : rc;
}

json_t *
ft_probe_pool_place(virStoragePoolPtr pool)
{
    FT_AUTOFREE char *text = virStoragePoolGetXMLDesc(pool, 0);
    json_t *place;
    struct xml xml;

    if (xml_open(&xml, text) == 0)
        place = json_pack("{s:o,s:o}", "type",
                          xml_json(&xml, NULL, "string(/pool/@type)"), "path",
                          xml_json(&xml, NULL, "string(/pool/target/path)"));
    else
        place = json_pack("{s:s,s:s}", "type", "", "path", "");
    xml_close(&xml);
    return place;
}

/* Of a pool of files; others have devices of their own. */
static const char *
backing_of(const json_t *path)
{
    const char *folder = json_string_value(path);
    struct stat st;

    return folder && stat(folder, &st) == 0 && S_ISDIR(st.st_mode)
               ? ft_probe_backing(folder)
               : "";
}

static int
add_pool(json_t *list, virStoragePoolPtr pool)
{
    FT_AUTOFREE char *text = NULL;
    FT_AUTOJSON json_t *path = NULL;
    virStoragePoolInfo info = { 0 };
    struct xml xml;
    int autostart = 0;
    int rc = 0;

    /* Only a refreshed pool knows what others have taken of its room. */
    if (virStoragePoolIsActive(pool) == 1)
        virStoragePoolRefresh(pool, 0);
    virStoragePoolGetInfo(pool, &info);
    virStoragePoolGetAutostart(pool, &autostart);
    text = virStoragePoolGetXMLDesc(pool, 0);
    if (xml_open(&xml, text) == 0) {
        path = xml_json(&xml, NULL, "string(/pool/target/path)");
        rc = json_array_append_new(
            list, json_pack("{s:s,s:o,s:O,s:s,s:b,s:b,s:I,s:I}", "name",
                            virStoragePoolGetName(pool), "type",
                            xml_json(&xml, NULL, "string(/pool/@type)"), "path",
                            path, "backing", backing_of(path), "active",
                            virStoragePoolIsActive(pool) == 1, "autostart",
                            autostart, "capacity", (json_int_t)info.capacity,
                            "available", (json_int_t)info.available));
    }
    xml_close(&xml);
    return rc < 0 ? -ENOMEM : 0;
}

static int
probe_pools(virConnectPtr conn, json_t *facts)
{
    virStoragePoolPtr *pools = NULL;
    json_t *list = json_array();
    int count = virConnectListAllStoragePools(conn, &pools, 0);
    int rc = 0;

    for (int i = 0; i < count; i++) {
        if (rc == 0)
            rc = add_pool(list, pools[i]);
        virStoragePoolFree(pools[i]);
    }
    free(pools);
    return add(facts, "pools", list) < 0 ? -ENOMEM : rc;
}

/* ---- domains ---- */

/* libvirt keeps the pid in its run folder; 0 when it is not there. */
static int64_t
pid_of(const char *name)
{
    FT_AUTOFREE char *path = ft_libvirt_pid_file(name);
    FT_AUTOFREE char *text = NULL;
    size_t size;

    if (path == NULL || ft_file_read(path, 64, &text, &size) < 0)
        return 0;
    return atoll(text);
}

static void
version_of(struct versions *versions, int64_t pid, char *out)
{
    struct stat st;
    char path[64];
    size_t i = versions->count;

    *out = '\0';
    snprintf(path, sizeof(path), "/proc/%lld/exe", (long long)pid);
    if (pid <= 0 || stat(path, &st) < 0)
        return;
    for (size_t k = 0; k < versions->count; k++)
        if (versions->known[k].inode == st.st_ino &&
            versions->known[k].device == st.st_dev) {
            strcpy(out, versions->known[k].version);
            return;
        }
    ft_probe_qemu_version(pid, out, FT_VERSION_SIZE);
    if (i == VERSIONS_MAX)
        return;
    versions->known[i].device = st.st_dev;
    versions->known[i].inode = st.st_ino;
    strcpy(versions->known[i].version, out);
    versions->count++;
}

static int
holds_vhost(int64_t pid)
{
    char path[300];
    char target[64];
    struct dirent *entry;
    int found = 0;
    DIR *folder;

    snprintf(path, sizeof(path), "/proc/%lld/fd", (long long)pid);
    folder = pid > 0 ? opendir(path) : NULL;
    while (folder != NULL && !found && (entry = readdir(folder)) != NULL) {
        ssize_t n = readlinkat(dirfd(folder), entry->d_name, target,
                               sizeof(target) - 1);

        target[n > 0 ? n : 0] = '\0';
        found = strcmp(target, "/dev/vhost-net") == 0;
    }
    if (folder != NULL)
        closedir(folder);
    return found;
}

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

static int
take_disk(struct xml *xml, xmlNodePtr node, void *data)
{
    struct disk_walk *walk = data;
    FT_AUTOFREE char *target = xml_text(xml, node, "string(target/@dev)");
    FT_AUTOFREE char *source =
        xml_text(xml, node, "string(source/@file | source/@dev)");
    struct disk_question about = { 0 };
    json_t *disk;

    if (target == NULL || source == NULL)
        return -ENOMEM;
    snprintf(about.target, sizeof(about.target), "%s", target);
    if (*source != '\0')
        ft_probe_ask(walk->domain, ask_disk, &about, sizeof(about));
    disk = json_pack("{s:s,s:s,s:o,s:o,s:o,s:I,s:b,s:b,s:i}", "target", target,
                     "source", source, "device",
                     xml_json(xml, node, "string(@device)"), "format",
                     xml_json(xml, node, "string(driver/@type)"), "pool",
                     pool_of(virDomainGetConnect(walk->domain), source),
                     "capacity", (json_int_t)about.info.capacity, "readonly",
                     xml_true(xml, node, "readonly"), "job",
                     about.job && !xml_true(xml, node, OUR_MIRROR), "snapshots",
                     *source == '/' ? (int)ft_probe_snapshots(source) : 0);
    return json_array_append_new(walk->disks, disk) == 0 ? 0 : -ENOMEM;
}

static int
take_mac(struct xml *xml, xmlNodePtr node, void *data)
{
    return json_array_append_new(data, xml_json(xml, node,
                                                "string(mac/@address)")) == 0
               ? 0
               : -ENOMEM;
}

const char *
ft_probe_state_name(int state)
{
    switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
        return ft_domain_state_name(FT_DOMAIN_RUNNING);
    case VIR_DOMAIN_PAUSED:
        return ft_domain_state_name(FT_DOMAIN_PAUSED);
    case VIR_DOMAIN_SHUTOFF:
        return ft_domain_state_name(FT_DOMAIN_OFF);
    case VIR_DOMAIN_CRASHED:
        return ft_domain_state_name(FT_DOMAIN_CRASHED);
    default:
        return ft_domain_state_name(FT_DOMAIN_OTHER);
    }
}

/*
 * A protected VM stands for a moment in each epoch, and is not paused for that:
 * it is looked at again. So is what somebody has paused, as some checkpoints
 * do, but not each waiting copy of a host that has many: left is for all.
 */
static const char *
state_of(virDomainPtr domain, int *left)
{
    int state, reason = 0;

    for (int i = 0;; i++) {
        state = VIR_DOMAIN_NOSTATE;
        virDomainGetState(domain, &state, &reason, 0);
        if (state != VIR_DOMAIN_PAUSED || i == FT_PROBE_AGAIN_TIMES ||
            (reason == VIR_DOMAIN_PAUSED_USER && (*left)-- <= 0))
            return ft_probe_state_name(state);
        ft_clock_sleep(FT_PROBE_AGAIN_NS(i));
    }
}

/* What the API says, without the XML. */
static json_t *
domain_head(virDomainPtr domain, struct versions *versions, int *left)
{
    const char *name = virDomainGetName(domain);
    int64_t pid = virDomainIsActive(domain) == 1 ? pid_of(name) : 0;
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    char version[FT_VERSION_SIZE];
    virDomainInfo info = { 0 };
    int autostart = 0;

    virDomainGetUUIDString(domain, uuid);
    virDomainGetInfo(domain, &info);
    virDomainGetAutostart(domain, &autostart);
    version_of(versions, pid, version);
    return json_pack("{s:s,s:s,s:s,s:b,s:b,s:b,s:I,s:I,s:I,s:s}", "name", name,
                     "uuid", uuid, "state", state_of(domain, left), "autostart",
                     autostart, "persistent",
                     virDomainIsPersistent(domain) == 1, "vhost",
                     holds_vhost(pid), "memory", (json_int_t)info.maxMem << 10,
                     "vcpus", (json_int_t)info.nrVirtCpu, "pid",
                     (json_int_t)pid, "qemu_version", version);
}

static int
add_domain_xml(json_t *facts, virDomainPtr domain, const char *text)
{
    struct disk_walk walk = { domain, json_array() };
    json_t *macs = json_array();
    struct xml xml;
    int rc = xml_open(&xml, text);

    if (rc == 0) {
        rc = xml_each(&xml, NULL, "/domain/devices/disk", take_disk, &walk);
        if (rc == 0)
            rc = xml_each(&xml, NULL, "/domain/devices/interface", take_mac,
                          macs);
        add(facts, "kvm",
            json_boolean(xml_true(&xml, NULL, "/domain[@type='kvm']")));
        add(facts, "machine",
            xml_json(&xml, NULL, "string(/domain/os/type/@machine)"));
        add(facts, "emulator",
            xml_json(&xml, NULL, "string(/domain/devices/emulator)"));
    }
    xml_close(&xml);
    add(facts, "disks", walk.disks);
    add(facts, "macs", macs);
    add(facts, "blocked", ft_probe_blocked(domain));
    return rc < 0 ? rc : add(facts, "xml", json_string(text));
}

static int
add_domain(json_t *list, virDomainPtr domain, struct versions *versions,
           int *left)
{
    FT_AUTOFREE char *text = virDomainGetXMLDesc(domain, 0);
    json_t *facts;

    /* A domain that vanished while we looked is no domain. */
    if (text == NULL || strlen(text) > FT_HOST_XML_MAX)
        return 0;
    facts = domain_head(domain, versions, left);
    if (facts == NULL || add_domain_xml(facts, domain, text) == -ENOMEM) {
        json_decref(facts);
        return -ENOMEM;
    }
    return json_array_append_new(list, facts) == 0 ? 0 : -ENOMEM;
}

static int
probe_domains(virConnectPtr conn, json_t *facts)
{
    struct versions versions = { .count = 0 };
    virDomainPtr *domains = NULL;
    json_t *list = json_array();
    int count = virConnectListAllDomains(conn, &domains, 0);
    int rc = 0, left = 3 * FT_PROBE_AGAIN_TIMES;

    for (int i = 0; i < count; i++) {
        if (rc == 0)
            rc = add_domain(list, domains[i], &versions, &left);
        virDomainFree(domains[i]);
    }
    free(domains);
    ft_probe_ask_end();
    return add(facts, "domains", list) < 0 ? -ENOMEM : rc;
}

static json_t *
libvirt_head(virConnectPtr conn)
{
    FT_AUTOFREE char *uri = conn != NULL ? virConnectGetURI(conn) : NULL;
    virErrorPtr error = virGetLastError();
    char version[FT_VERSION_SIZE] = "";
    unsigned long number = 0;

    if (conn != NULL && virConnectGetLibVersion(conn, &number) == 0)
        snprintf(version, sizeof(version), "%lu.%lu.%lu", number / 1000000,
                 number / 1000 % 1000, number % 1000);
    return json_pack("{s:s,s:i,s:s,s:s}", "version", version, "max_workers",
                     (int)ft_probe_workers(), "uri",
                     uri != NULL ? uri : "qemu:///system", "error",
                     conn != NULL ? ""
                     : error != NULL && error->message != NULL
                         ? error->message
                         : "no libvirt answers");
}

int
ft_probe_libvirt(json_t *facts)
{
    virConnectPtr conn;
    int rc;

    virSetErrorFunc(NULL, ignore_error);
    conn = virConnectOpen("qemu:///system");
    rc = add(facts, "libvirt", libvirt_head(conn));
    if (conn == NULL)
        return rc;
    if (rc == 0)
        rc = probe_emulators(conn, facts);
    if (rc == 0)
        rc = probe_networks(conn, facts);
    if (rc == 0)
        rc = probe_pools(conn, facts);
    if (rc == 0)
        rc = probe_domains(conn, facts);
    virConnectClose(conn);
    return rc;
}
