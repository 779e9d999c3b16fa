/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A definition that a peer sends. Input is its XML; or, from 0x01 on, changes to
 * a recorded one: which node, and which hostile value or element it gets.
 *
 * What is let through is judged here in another way than by the allow-list: no
 * path in it may lead to where a VM has nothing, whatever element it is in.
 */
#include "config.h"

#include "fuzz.h"

#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "allow/allow.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "virt/standby-xml.h"

#define NODES_MAX 4096

static const char *const values[] = {
    "/etc/shadow",
    "/etc/shadow.iso",
    "/var/lib/libvirt/images/../../../../etc/shadow.iso",
    "/dev/sda",
    "/root/x",
    "../x",
    "",
    "pty",
    "file",
    "unix",
    "tcp",
    "connect",
    "bind",
    "127.0.0.1",
    "192.0.2.1",
    "disk",
    "cdrom",
    "lun",
    "vda",
    "raw",
    "qcow2",
    "-1",
    "18446744073709551616",
    "static",
    "vhostuser",
    "network",
    "/var/log/libvirt/qemu/x.log",
    "/run/q1-a.sock",
    "/var/lib/libvirt/images/a.iso",
};

static const char *const names[] = {
    "emulator", "script",      "hostdev", "source", "log",      "readonly",
    "driver",   "backend",     "disk",    "kernel", "seclabel", "target",
    "rom",      "file",        "path",    "dev",    "type",     "mode",
    "host",     "commandline", "alias",   "name",   "uuid",     "metadata",
};

/* Where a definition of ours may lead. */
static const char *const good[] = {
    "/usr/bin/",
    "/usr/libexec/",
    "/usr/share/",
    "/usr/local/bin/",
    "/run/libvirt/nix-",
    "/var/lib/libvirt/boot/",
    "/var/lib/libvirt/images/",
    "/var/lib/libvirt/qemu/nvram/",
    "/var/log/libvirt/",
    "/dev/pts/",
    "/dev/urandom",
    "/dev/random",
    "/dev/hwrng",
    "/dev/sr",
    "/dev/cdrom",
    "/dev/dvd",
    "/dev/net/tun",
    "/dev/vhost-net",
    "/machine",
    "/ftreplica/",
};

static const char *const bad[] = { "/etc",  "/root", "/dev",  "/proc", "/sys",
                                   "/boot", "/bin",  "/sbin", "/lib",  "/usr" };

static char *recorded[4];

static void
load_recorded(void)
{
    static const char *const files[] = { "pc-raw-mirrored", "q35-qcow2-vga",
                                         "q35-raw-after-takeover",
                                         "q35-uefi-spice" };
    const char *top = getenv("srcdir");
    char path[512];

    for (size_t i = 0; i < FT_ARRAY_SIZE(files); i++) {
        snprintf(path, sizeof(path), "%s/tests/unit/data/domain/%s.xml",
                 top ? top : ".", files[i]);
        FUZZ_CHECK(ft_file_read(path, 1 << 20, &recorded[i], NULL) == 0);
    }
}

static bool
starts_with_one_of(const char *value, const char *const *with, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strncmp(value, with[i], strlen(with[i])))
            return true;
    return false;
}

static void
judge_value(const char *value)
{
    value += strspn(value, " \t\r\n");
    if (*value != '/')
        return;
    FUZZ_CHECK(!strstr(value, "/../"));
    FUZZ_CHECK(starts_with_one_of(value, good, FT_ARRAY_SIZE(good)) ||
               !starts_with_one_of(value, bad, FT_ARRAY_SIZE(bad)));
}

static void
judge(xmlNodePtr node)
{
    static const char *const free_text[] = {
        "metadata", "title", "description", "cmdline", "sysinfo",
        "serial",   "wwn",   "vendor",      "product"
    };
    static const char *const never[] = { "hostdev", "filesystem",
                                         "script",  "downscript",
                                         "shmem",   "seclabel",
                                         "mirror",  "launchSecurity" };
    const char *name = (const char *)node->name;

    for (size_t i = 0; i < FT_ARRAY_SIZE(free_text); i++)
        if (!strcmp(name, free_text[i]) && strcmp(name, "serial"))
            return;
    for (size_t i = 0; i < FT_ARRAY_SIZE(never); i++)
        FUZZ_CHECK(strcmp(name, never[i]) != 0);
    for (xmlAttrPtr a = node->properties; a; a = a->next) {
        xmlChar *value = xmlNodeListGetString(node->doc, a->children, 1);

        if (value && strcmp((const char *)a->name, "passwd"))
            judge_value((const char *)value);
        xmlFree(value);
    }
    for (xmlNodePtr child = node->children; child; child = child->next) {
        if (child->type == XML_ELEMENT_NODE)
            judge(child);
        else if (child->type == XML_TEXT_NODE && strcmp(name, "serial"))
            judge_value((const char *)child->content);
    }
}

static void
try_xml(const char *xml)
{
    static const struct ft_replica_path made[] = { { "vda", "/ftreplica/vda" },
                                                   { "sdb", "/ftreplica/sdb" } };
    static const struct ft_allow_replica replicas[] = {
        { "vda", "/ftreplica/vda" }, { "sdb", "/ftreplica/sdb" }
    };
    struct ft_allow_terms there = { 0 }, here = { .ours = true,
                                                  .replicas = replicas,
                                                  .n_replicas = 2 };
    struct ft_error err = FT_ERROR_INIT;
    char *ours = NULL;
    xmlDocPtr doc;
    int rc = ft_allow_xml(xml, &there, &err);

    FUZZ_CHECK(rc == 0 || rc == -EINVAL || (rc == -EPERM && *err.hint));
    for (const char *c = err.text; *c; c++)
        FUZZ_CHECK(*c >= 0x20 && *c <= 0x7e);
    if (rc || ft_standby_xml(xml, made, 2, &ours, &err) ||
        ft_allow_xml(ours, &here, &err)) {
        free(ours);
        return;
    }
    doc = xmlReadMemory(ours, (int)strlen(ours), NULL, NULL, XML_PARSE_NONET);
    FUZZ_CHECK(doc != NULL);
    judge(xmlDocGetRootElement(doc));
    xmlFreeDoc(doc);
    free(ours);
}

static size_t
list_nodes(xmlNodePtr node, xmlNodePtr *list, size_t n)
{
    if (n < NODES_MAX && node->type == XML_ELEMENT_NODE)
        list[n++] = node;
    for (xmlNodePtr child = node->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE)
            n = list_nodes(child, list, n);
    return n;
}

/* Four bytes: which node (two), what is done, with what. */
static void
change(xmlNodePtr node, unsigned how, unsigned with)
{
    const char *value = values[with % FT_ARRAY_SIZE(values)];
    const char *name = names[with % FT_ARRAY_SIZE(names)];
    xmlAttrPtr a = node->properties;

    switch (how % 6) {
    case 0: /* an attribute it has */
        for (unsigned i = how / 6 % 4; a && a->next && i > 0; i--)
            a = a->next;
        if (a)
            xmlSetProp(node, a->name, BAD_CAST value);
        break;
    case 1: /* one more */
        xmlSetProp(node, BAD_CAST names[how / 6 % FT_ARRAY_SIZE(names)],
                   BAD_CAST value);
        break;
    case 2: /* an element */
        xmlNewChild(node, NULL, BAD_CAST name, NULL);
        break;
    case 3: /* its text */
        if (!node->children || node->children->type == XML_TEXT_NODE)
            xmlNodeSetContent(node, BAD_CAST value);
        break;
    case 4: /* another name */
        xmlNodeSetName(node, BAD_CAST name);
        break;
    default:
        if (a)
            xmlRemoveProp(a);
    }
}

static void
try_changes(const uint8_t *data, size_t size)
{
    static xmlNodePtr list[NODES_MAX];
    const char *base = recorded[size ? data[0] % 4 : 0];
    xmlDocPtr doc = xmlReadMemory(base, (int)strlen(base), NULL, NULL, 0);
    xmlChar *text = NULL;
    int length = 0;

    FUZZ_CHECK(doc != NULL);
    for (size_t i = 1; i + 4 <= size && i < 64; i += 4) {
        size_t n = list_nodes(xmlDocGetRootElement(doc), list, 0);

        change(list[(data[i] | data[i + 1] << 8) % n], data[i + 2], data[i + 3]);
    }
    xmlDocDumpMemory(doc, &text, &length);
    if (text)
        try_xml((const char *)text);
    xmlFree(text);
    xmlFreeDoc(doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *xml;

    if (!recorded[0]) {
        load_recorded();
        for (size_t i = 0; i < FT_ARRAY_SIZE(recorded); i++)
            try_xml(recorded[i]);
    }
    if (size && data[0] == 1) {
        try_changes(data + 1, size - 1);
        return 0;
    }
    xml = malloc(size + 1);
    if (!xml)
        return 0;
    if (size)
        memcpy(xml, data, size);
    xml[size] = '\0';
    try_xml(xml);
    free(xml);
    return 0;
}
