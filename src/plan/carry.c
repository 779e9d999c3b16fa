/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "allow/allow.h"
#include "base/cleanup.h"
#include "base/paths.h"
#include "inventory/host.h"
#include "plan/carry-rules.h"
#include "plan/carry.h"
#include "plan/chardevs.h"

/* Limits of the engine: FT_VM_DISKS_MAX and FT_VM_NICS_MAX there. */
#define DISKS_MAX 64
#define NICS_MAX 32
#define REFUSALS_MAX 16 /* more are not told */

#define WHY_PLUG                                                          \
    "QEMU does not see what such a NIC sends: its output is held in the " \
    "kernel, by sch_plug."
#define DO_PLUG                                                              \
    "Install all modules of the host's kernel (ifb, sch_plug; Ubuntu: "      \
    "linux-modules-extra, RHEL: kernel-modules-extra; Debian's have them), " \
    "or give the NIC <driver name='qemu'/> and one queue (virsh edit) and "  \
    "restart the VM."
#define VIRTIO_OF_KVM \
    "/domain[@type='kvm']/devices/interface[starts-with(model/@type, 'virtio')"
#define BY_VHOST "driver/@name='vhost'"
#define BY_QUEUES "driver/@queues > 1"

struct walk {
    xmlXPathContextPtr path;
    const struct ft_carry_facts *facts;
    struct ft_findings *findings;
};

/* The string value of an expression at node; out is cut to size. */
static void
text_at(struct walk *walk, xmlNodePtr node, const char *expression, char *out,
        size_t size)
{
    xmlXPathObjectPtr found;
    xmlChar *text = NULL;

    *out = '\0';
    walk->path->node = node;
    found = xmlXPathEval((const xmlChar *)expression, walk->path);
    if (found != NULL)
        text = xmlXPathCastToString(found);
    if (text != NULL)
        snprintf(out, size, "%s", (const char *)text);
    xmlFree(text);
    xmlXPathFreeObject(found);
    /* What comes from a VM's description is shown on terminals. */
    for (; *out != '\0'; out++)
        if ((unsigned char)*out < 0x20 || *out == 0x7f)
            *out = ' ';
}

static unsigned
hex_at(struct walk *walk, xmlNodePtr node, const char *expression)
{
    char text[32];

    text_at(walk, node, expression, text, sizeof(text));
    return (unsigned)strtoul(text, NULL, 16);
}

/* "hostdev pci 0000:3b:00.0", "hostdev usb 046d:c52b", "hostdev mdev UUID" */
static void
name_hostdev(struct walk *walk, xmlNodePtr node, char *out, size_t size)
{
    char type[32], vendor[32], product[32], other[80];

    text_at(walk, node, "string(@type)", type, sizeof(type));
    text_at(walk, node, "string(source/vendor/@id)", vendor, sizeof(vendor));
    text_at(walk, node, "string(source/product/@id)", product, sizeof(product));
    text_at(walk, node,
            "string(source/address/@uuid | source/adapter/@name | "
            "source/block | source/char)",
            other, sizeof(other));
    if (strcmp(type, "pci") == 0)
        snprintf(out, size, "hostdev pci %04x:%02x:%02x.%x",
                 hex_at(walk, node, "string(source/address/@domain)"),
                 hex_at(walk, node, "string(source/address/@bus)"),
                 hex_at(walk, node, "string(source/address/@slot)"),
                 hex_at(walk, node, "string(source/address/@function)"));
    else if (*vendor != '\0')
        snprintf(out, size, "hostdev %s %s:%s", type,
                 strncmp(vendor, "0x", 2) == 0 ? vendor + 2 : vendor,
                 strncmp(product, "0x", 2) == 0 ? product + 2 : product);
    else
        snprintf(out, size, "hostdev %s %s", type, other);
}

/* What an administrator calls the element. */
static void
name_element(struct walk *walk, xmlNodePtr node, char *out, size_t size)
{
    const char *element = (const char *)node->name;
    char name[100];

    if (strcmp(element, "hostdev") == 0) {
        name_hostdev(walk, node, out, size);
        return;
    }
    text_at(walk, node,
            "string((ancestor-or-self::disk/target/@dev | "
            "ancestor-or-self::interface/mac/@address | alias/@name | "
            "parent::*/alias/@name | target/@name | target/@dir | "
            "@name)[1])",
            name, sizeof(name));
    if (strcmp(element, "disk") == 0)
        text_at(walk, node, "string(target/@dev)", name, sizeof(name));
    else if (strcmp(element, "interface") == 0)
        text_at(walk, node, "string(mac/@address)", name, sizeof(name));
    snprintf(out, size, "%s%s%s", element, *name != '\0' ? " " : "", name);
}

typedef int (*node_check)(struct walk *walk, xmlNodePtr node, const void *data);

/* Calls check for each element that path finds, until it fails. */
static int
at_each(struct walk *walk, const char *path, node_check check, const void *data)
{
    xmlXPathObjectPtr found;
    int rc = 0;

    walk->path->node = (xmlNodePtr)walk->path->doc;
    found = xmlXPathEval((const xmlChar *)path, walk->path);
    if (found == NULL)
        return -ENOMEM; /* the expressions are right: tested */
    for (int i = 0;
         found->nodesetval != NULL && i < found->nodesetval->nodeNr && rc == 0;
         i++)
        rc = check(walk, found->nodesetval->nodeTab[i], data);
    xmlXPathFreeObject(found);
    return rc;
}

static int
break_rule(struct walk *walk, xmlNodePtr node, const void *data)
{
    const struct carry_rule *rule = data;
    char subject[128];
    char detail[200] = "";

    if (rule->verdict == FT_FAIL)
        node->_private = walk; /* see check_allowed */
    name_element(walk, node, subject, sizeof(subject));
    if (rule->detail != NULL)
        text_at(walk, node, rule->detail, detail, sizeof(detail));
    return ft_findings_add(walk->findings, rule->verdict, rule->check, subject,
                           rule->why, rule->remedy, "%s%s%s", rule->evidence,
                           *detail != '\0' ? " " : "", detail);
}

static int
apply_rule(struct walk *walk, const struct carry_rule *rule)
{
    return at_each(walk, rule->path, break_rule, rule);
}

/* A NIC whose output is held in the kernel. */
struct plug_nic {
    const char *which; /* XPath */
    enum ft_check_id check;
    const char *evidence, *detail;
};

/* What holds its output, where that can be done; what is in the way of it. */
static int
check_plug_nic(struct walk *walk, const struct plug_nic *nic, bool likely)
{
    const bool lacks = walk->facts != NULL && walk->facts->no_plug;
    char path[400];
    const struct carry_rule rule = {
        path,
        !lacks   ? FT_PASS
        : likely ? FT_WARN
                 : FT_FAIL,
        nic->check,
        nic->evidence,
        nic->detail,
        WHY_PLUG,
        lacks ? DO_PLUG : NULL,
    };
    const struct carry_rule bandwidth = {
        path,
        likely ? FT_WARN : FT_FAIL,
        FT_CHECK_CARRY_NIC_BANDWIDTH,
        "the NIC has a limit of bandwidth",
        NULL,
        "libvirt puts it where the output of this NIC is held, and virsh "
        "domiftune fails as long as it is held.",
        "Remove <bandwidth/> (virsh domiftune, virsh edit), or limit it on the "
        "bridge."
    };
    int rc;

    snprintf(path, sizeof(path), "%s", nic->which);
    rc = apply_rule(walk, &rule);
    snprintf(path, sizeof(path), "%s[bandwidth]", nic->which);
    return rc == 0 ? apply_rule(walk, &bandwidth) : rc;
}

/*
 * libvirt gives a virtio NIC of a KVM guest to vhost wherever it can, unless
 * told otherwise: src/qemu/qemu_interface.c, qemuInterfaceOpenVhostNet.
 */
static int
check_plug_nics(struct walk *walk)
{
    const struct ft_carry_facts *facts = walk->facts;
    static const struct plug_nic asked = {
        DEVICES "interface[model/@type='virtio' and " BY_VHOST "]",
        FT_CHECK_CARRY_NIC_VHOST, "the NIC uses vhost-net", NULL
    };
    static const struct plug_nic queues = {
        DEVICES "interface[" BY_QUEUES " and not(" BY_VHOST ")]",
        FT_CHECK_CARRY_NIC_QUEUES,
        "the NIC has several queues:", "string(driver/@queues)"
    };
    struct plug_nic unsaid = { VIRTIO_OF_KVM
                               " and not(driver/@name) and not(" BY_QUEUES ")]",
                               FT_CHECK_CARRY_NIC_VHOST,
                               "the NIC uses vhost-net by default", NULL };
    bool known = facts != NULL && facts->vhost_known;
    int rc = check_plug_nic(walk, &asked, false);

    if (rc == 0)
        rc = check_plug_nic(walk, &queues, false);
    if (rc < 0 || (known && !facts->vhost) ||
        (!known && facts != NULL && !facts->vhost_net))
        return rc;
    if (!known)
        unsaid.evidence = "the NIC uses vhost-net wherever a host has it";
    return check_plug_nic(walk, &unsaid, !known);
}

/* A console may be libvirt's second name of the first serial port. */
#define CHARDEVS                                                         \
    DEVICES "*[self::serial or self::parallel or self::channel or "      \
            "self::redirdev or self::smartcard[@mode='passthrough'] or " \
            "self::console[not(target/@type='serial' and ../serial)]]"

static int
check_chardev(struct walk *walk, xmlNodePtr node, const void *data)
{
    char subject[128], backend[32], target[32], name[64];
    const struct ft_chardev c = { (const char *)node->name, backend, target,
                                  name };
    const struct ft_chardev_decision *d;

    (void)data;
    text_at(walk, node, "string(@type)", backend, sizeof(backend));
    text_at(walk, node, "string(target/@type)", target, sizeof(target));
    text_at(walk, node, "string(target/@name)", name, sizeof(name));
    d = ft_chardev_decide(&c);
    if (d->verdict == FT_FAIL)
        node->_private = walk;
    name_element(walk, node, subject, sizeof(subject));
    return ft_findings_add(walk->findings, d->verdict, d->check, subject, d->why,
                           d->remedy, "%s %s: %s", c.device, backend, d->sees);
}

/* One into an engine's folder is what a dead one left: it is ended before. */
static int
check_mirrors(struct walk *walk)
{
    static const struct carry_rule rule = {
        DEVICES "disk[mirror[not(.//host[@transport='unix' and "
                "starts-with(@socket,'" FT_RUN_FOLDER "/')])]]",
        FT_FAIL,
        FT_CHECK_CARRY_BLOCK_JOB,
        "a block job runs on the disk:",
        "string(mirror/@job)",
        "Only one job at a time can mirror a disk.",
        "Wait until it has ended, or end it (virsh blockjob DOMAIN DISK --abort)."
    };

    return walk->facts != NULL && walk->facts->attached
               ? 0
               : apply_rule(walk, &rule);
}

/*
 * From 8.1 on QEMU tells where each RAM block is (x-query-ramblock). Before, a
 * block of a device that no guest has set up is known by its size alone.
 */
static int
check_equal_blocks(struct walk *walk)
{
    static const char why[] =
        "QEMU before 8.1 does not tell which of them is which, so the waiting "
        "copy could not be filled.";
    static const struct carry_rule qxl = {
        DEVICES "video[model/@type='qxl' and model/@ram = model/@vram]",
        FT_FAIL,
        FT_CHECK_CARRY_VIDEO_QXL,
        "QXL's two memories are of one size, in KiB:",
        "string(model/@vram)",
        why,
        "Give <model type='qxl'/> vram='32768' (virsh edit) or another model "
        "(virtio, vga), and restart the VM; or use QEMU 8.1 or later."
    };
    static const struct carry_rule tpm = {
        DEVICES "tpm[@model='tpm-crb']",
        FT_FAIL,
        FT_CHECK_CARRY_TPM_CRB,
        "the TPM's two memories are of one size",
        NULL,
        why,
        "Give <tpm/> model='tpm-tis' (virsh edit) and restart the VM, which "
        "keeps what is in it; or use QEMU 8.1 or later."
    };
    const char *version = walk->facts != NULL ? walk->facts->qemu : NULL;
    unsigned major, minor;
    int rc;

    if (version == NULL || sscanf(version, "%u.%u", &major, &minor) != 2 ||
        major > 8 || (major == 8 && minor >= 1))
        return 0;
    rc = apply_rule(walk, &qxl);
    return rc == 0 ? apply_rule(walk, &tpm) : rc;
}

static int
check_count(struct walk *walk, const char *what, const char *expression,
            int limit)
{
    char text[32];

    text_at(walk, (xmlNodePtr)walk->path->doc, expression, text, sizeof(text));
    if (atoi(text) <= limit)
        return 0;
    return ft_findings_add(walk->findings, FT_FAIL, FT_CHECK_CARRY_COUNT, what,
                           "The engine has a limit.", "Remove some.",
                           "the VM has %s %s, more than %d", text, what, limit);
}

static bool
has_failed_already(xmlNodePtr node)
{
    for (; node != NULL && node->type == XML_ELEMENT_NODE; node = node->parent)
        if (node->_private != NULL)
            return true;
    return false;
}

/* What the other host would refuse; but for what has failed a rule of ours. */
static int
check_allowed(struct walk *walk)
{
    const struct ft_allow_terms terms = { .ours = false };
    struct ft_allow_refusal refusals[REFUSALS_MAX];
    xmlNodePtr root = xmlDocGetRootElement(walk->path->doc);
    size_t count = ft_allow_tree(root, &terms, refusals, REFUSALS_MAX);
    char subject[128];
    int rc = 0;

    for (size_t i = 0; i < count && i < REFUSALS_MAX && rc == 0; i++) {
        const struct ft_allow_refusal *r = &refusals[i];

        if (has_failed_already(r->node))
            continue;
        name_element(walk, r->node, subject, sizeof(subject));
        rc = ft_findings_add(walk->findings, FT_FAIL, FT_CHECK_CARRY_REFUSED,
                             subject,
                             "The other host takes only what cannot harm it: "
                             "whoever has one host must not have both "
                             "(ft-security(7)).",
                             r->remedy, "%s: %s", r->path, r->reason);
    }
    return rc;
}

static int
check_all(struct walk *walk)
{
    int rc = 0;

    for (size_t i = 0; i < FT_ARRAY_SIZE(carry_rules) && rc == 0; i++)
        rc = apply_rule(walk, &carry_rules[i]);
    if (rc == 0)
        rc = at_each(walk, CHARDEVS, check_chardev, NULL);
    if (rc == 0)
        rc = check_plug_nics(walk);
    if (rc == 0)
        rc = check_mirrors(walk);
    if (rc == 0)
        rc = check_equal_blocks(walk);
    if (rc == 0)
        rc = check_count(walk, "disks", "string(count(" DEVICES "disk))",
                         DISKS_MAX);
    if (rc == 0)
        rc = check_count(walk, "NICs", "string(count(" DEVICES "interface))",
                         NICS_MAX);
    return rc == 0 ? check_allowed(walk) : rc;
}

static bool
has_failed(const struct ft_findings *findings, size_t from)
{
    for (size_t i = from; i < findings->count; i++)
        if (findings->list[i].verdict == FT_FAIL)
            return true;
    return false;
}

int
ft_carry_check(const char *xml, const struct ft_carry_facts *facts,
               struct ft_findings *findings, struct ft_error *err)
{
    size_t before = findings->count;
    size_t size = xml != NULL ? strlen(xml) : 0;
    struct walk walk = { NULL, facts, findings };
    xmlDocPtr document = NULL;
    xmlNodePtr root;
    int rc = -EINVAL;

    if (size > 0 && size <= FT_HOST_XML_MAX)
        document = xmlReadMemory(xml, (int)size, "domain.xml", NULL,
                                 XML_PARSE_NONET | XML_PARSE_NOERROR |
                                     XML_PARSE_NOWARNING);
    root = document != NULL ? xmlDocGetRootElement(document) : NULL;
    if (root != NULL && strcmp((const char *)root->name, "domain") == 0) {
        walk.path = xmlXPathNewContext(document);
        rc = walk.path != NULL ? check_all(&walk) : -ENOMEM;
    }
    if (rc == 0 && !has_failed(findings, before))
        rc = ft_findings_add(findings, FT_PASS, FT_CHECK_CARRY_DEVICES,
                             "devices", NULL, NULL,
                             "the engine can carry every device");
    xmlXPathFreeContext(walk.path);
    xmlFreeDoc(document);
    if (rc == -EINVAL)
        return ft_fail(err, EINVAL, NULL, "not the description of a domain");
    return rc < 0 ? ft_fail(err, ENOMEM, NULL, "out of memory") : 0;
}
