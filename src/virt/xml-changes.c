/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/xml-changes.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "virt/standby-xml.h"
#include "virt/xml.h"

#define PARTS_MAX 512 /* of a definition; more are not compared */
#define NAME_SIZE 96

struct part {
    char name[NAME_SIZE]; /* "disk sda" */
    xmlBufferPtr text;
    bool device;
};

struct parts {
    struct part list[PARTS_MAX];
    size_t count;
};

/* Of a VM that runs; its devices are parts of their own. */
static bool
is_left_out(const char *element, bool whole)
{
    static const char *const names[] = { "memory", "currentMemory", "vcpu",
                                         "vcpus", "clock" };

    for (size_t i = 0; !whole && i < FT_ARRAY_SIZE(names); i++)
        if (!strcmp(element, names[i]))
            return true;
    return !strcmp(element, "devices");
}

/* Names of volumes and the like are the administrator's: made fit for a line. */
static void
name_part(xmlNodePtr node, char name[NAME_SIZE])
{
    char which[64] = "";

    ft_xml_copy(node, "(target/@dev | mac/@address)[last()]", which,
                sizeof(which));
    if (!strcmp((const char *)node->name, "interface"))
        ft_xml_copy(node, "mac/@address", which, sizeof(which));
    snprintf(name, NAME_SIZE, "%.24s%s%s", (const char *)node->name,
             *which ? " " : "", which);
    for (; *name; name++)
        if ((unsigned char)*name < 0x20 || *name == 0x7f)
            *name = ' ';
}

static int
take_parts(struct parts *parts, xmlNodePtr of, bool device, bool whole)
{
    for (xmlNodePtr node = of->children; node; node = node->next) {
        struct part *part = &parts->list[parts->count];

        if (node->type != XML_ELEMENT_NODE ||
            (!device && is_left_out((const char *)node->name, whole)))
            continue;
        if (parts->count == PARTS_MAX)
            return 0;
        part->device = device;
        part->text = xmlBufferCreate();
        if (!part->text)
            return -ENOMEM;
        parts->count++;
        name_part(node, part->name);
        if (xmlNodeDump(part->text, node->doc, node, 0, 0) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int
read_parts(const char *xml, bool whole, struct parts *parts,
           struct ft_error *err)
{
    FT_AUTOFREE char *plain = NULL;
    FT_AUTOXML xmlDocPtr doc = NULL;
    xmlNodePtr root;
    int rc = ft_persistent_xml(xml, &plain, err);

    if (!rc)
        rc = ft_xml_parse(plain, "domain", &doc, err);
    if (rc)
        return rc;
    root = xmlDocGetRootElement(doc);
    rc = ft_xml_remove(root,
                       "devices/interface/link[@state='up']"); /* as none */
    if (!rc)
        rc = take_parts(parts, root, false, whole);
    if (!rc && ft_xml_count(root, "devices"))
        rc = take_parts(parts, ft_xml_child(root, "devices"), true, whole);
    return rc ? ft_fail(err, -rc, NULL, "no memory") : 0;
}

static void
free_parts(struct parts *parts)
{
    if (!parts)
        return;
    for (size_t i = 0; i < parts->count; i++)
        xmlBufferFree(parts->list[i].text);
    free(parts);
}

static bool
has(const struct parts *parts, const struct part *part, bool as_it_is)
{
    for (size_t i = 0; i < parts->count; i++)
        if (!strcmp(parts->list[i].name, part->name) &&
            (!as_it_is || xmlStrEqual(xmlBufferContent(parts->list[i].text),
                                      xmlBufferContent(part->text))))
            return true;
    return false;
}

/* A name of two parts is told once. */
static bool
is_told(const char *names, const char *name)
{
    const char *at = strstr(names, name);
    size_t length = strlen(name);

    return at && (at == names || at[-1] == ' ') &&
           (!at[length] || at[length] == ',');
}

static int
tell(const char *name, char *names, size_t size)
{
    size_t used = strlen(names);

    if (is_told(names, name))
        return 0;
    if (strstr(names, "..."))
        return 1;
    if (used + strlen(name) + sizeof(", ...") + 2 < size)
        snprintf(names + used, size - used, "%s%s", used ? ", " : "", name);
    else if (used + sizeof(", ...") <= size)
        snprintf(names + used, size - used, ", ...");
    return 1;
}

/* Parts of one that are not so in the other. */
static int
compare(const struct parts *one, const struct parts *other, bool whole,
        char *names, size_t size)
{
    int count = 0;

    for (size_t i = 0; i < one->count; i++) {
        const struct part *part = &one->list[i];

        if (!has(other, part, true) &&
            (!part->device || whole || has(other, part, false)))
            count += tell(part->name, names, size);
    }
    return count;
}

int
ft_xml_changes(const char *before, const char *after, bool whole, char *names,
               size_t size, struct ft_error *err)
{
    struct parts *old = calloc(1, sizeof(*old)), *new = calloc(1, sizeof(*new));
    int rc = -ENOMEM;

    *names = '\0';
    if (old && new)
        rc = read_parts(before, whole, old, err);
    else
        ft_fail(err, ENOMEM, NULL, "no memory");
    if (!rc)
        rc = read_parts(after, whole, new, err);
    if (!rc)
        rc = compare(old, new, whole, names, size) +
             compare(new, old, whole, names, size);
    free_parts(old);
    free_parts(new);
    return rc;
}
