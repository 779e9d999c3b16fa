/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk over a definition: each node has a rule, or is refused. */
#include "config.h"

#include "allow/allow.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "allow/allow-private.h"
#include "allow/device-rules.h"
#include "allow/rules.h"
#include "base/cleanup.h"

#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"
#define PATH_SIZE 160
#define DO_REMOVE                                                                \
    "Take it out of the VM (virsh detach-device, or virsh edit and a restart), " \
    "or leave the VM unprotected."

struct walk {
    const struct ft_allow_terms *terms;
    const char *name; /* of the VM */
    struct ft_allow_refusal *list;
    size_t max, count;
    unsigned names, uuids;
};

/* Text of another host, for a terminal and for JSON. */
static void
make_plain(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
            *text = '?';
}

static void refuse(struct walk *w, xmlNodePtr node, const char *path,
                   const char *attribute, const char *remedy, const char *format,
                   ...) __attribute__((format(printf, 6, 7)));

static void
refuse(struct walk *w, xmlNodePtr node, const char *path, const char *attribute,
       const char *remedy, const char *format, ...)
{
    struct ft_allow_refusal *r;
    va_list args;

    if (w->count++ >= w->max)
        return;
    r = &w->list[w->count - 1];
    snprintf(r->path, sizeof(r->path), "%s%s%s", path, attribute ? "/@" : "",
             attribute ? attribute : "");
    va_start(args, format);
    vsnprintf(r->reason, sizeof(r->reason), format, args);
    va_end(args);
    make_plain(r->path);
    make_plain(r->reason);
    r->remedy = remedy;
    r->node = node;
}

/* Whether one of "a|b|*" is the component of so many characters. */
static bool
fits(const char *pattern, size_t size, const char *component, size_t length)
{
    const char *end = pattern + size;

    while (pattern < end) {
        const char *bar = memchr(pattern, '|', (size_t)(end - pattern));
        size_t n = (size_t)((bar ? bar : end) - pattern);

        if ((n == 1 && *pattern == '*') ||
            (n == length && !memcmp(pattern, component, n)))
            return true;
        pattern += n + 1;
    }
    return false;
}

static bool
matches(const char *pattern, const char *path)
{
    for (;;) {
        size_t size = strcspn(pattern, "/"), length = strcspn(path, "/");

        if (!fits(pattern, size, path, length))
            return false;
        pattern += size;
        path += length;
        if (!*pattern || !*path)
            return *pattern == *path;
        pattern++;
        path++;
    }
}

static const struct allow_rule *
find_in(const struct allow_rule *rules, size_t n, const char *path)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (matches(rules[i].path, path))
            return &rules[i];
    return NULL;
}

static const struct allow_rule *
find_rule(const char *path)
{
    const struct allow_rule *rule =
        find_in(machine_rules, FT_ARRAY_SIZE(machine_rules), path);

    return rule ? rule
                : find_in(device_rules, FT_ARRAY_SIZE(device_rules), path);
}

static const struct ft_allow_kind *
find_kind(const struct ft_allow_kind *kinds, size_t n, const char *name,
          size_t length)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strlen(kinds[i].name) == length &&
            !strncmp(kinds[i].name, name, length))
            return &kinds[i];
    return NULL;
}

/* Value against "=word|word" or ":kind"; says what is wrong with it. */
static void
check_value(struct walk *w, xmlNodePtr node, const char *path,
            const char *attribute, const char *rule, size_t size,
            const char *value)
{
    const struct ft_allow_place place = { w->terms, w->name, node };
    const struct ft_allow_kind *kind;

    if (*rule == '=') {
        if (fits(rule + 1, size - 1, value, strlen(value)))
            return;
        refuse(w, node, path, attribute, DO_REMOVE,
               "'%.64s' is not one of %.*s", value, (int)(size - 1), rule + 1);
        return;
    }
    kind = find_kind(ft_allow_value_kinds, ft_allow_value_kinds_count, rule + 1,
                     size - 1);
    if (!kind)
        kind = find_kind(ft_allow_file_kinds, ft_allow_file_kinds_count,
                         rule + 1, size - 1);
    if (kind && kind->holds(&place, value))
        return;
    refuse(w, node, path, attribute,
           kind && kind->remedy ? kind->remedy : DO_REMOVE,
           "'%.96s' must be %s", value, kind ? kind->must : "of a known kind");
}

/* What "a:kind b=word" says of the attribute, or NULL; *size gets its length. */
static const char *
find_attribute(const char *attributes, const char *name, size_t *size)
{
    size_t length = strlen(name);
    const char *at = attributes ? attributes : "";

    for (; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");

        if (n > length && !strncmp(at, name, length) &&
            (at[length] == '=' || at[length] == ':')) {
            *size = n - length;
            return at + length;
        }
        at += n;
    }
    return NULL;
}

static void
check_attributes(struct walk *w, xmlNodePtr node, const char *path,
                 const struct allow_rule *rule)
{
    xmlAttrPtr a;

    for (a = node->properties; a; a = a->next) {
        const char *name = (const char *)a->name, *says;
        size_t size = 0;
        xmlChar *value;

        says = a->ns ? NULL : find_attribute(rule->attributes, name, &size);
        if (!says) {
            refuse(w, node, path, name, DO_REMOVE,
                   "a definition for another host may not say this");
            continue;
        }
        value = xmlNodeListGetString(node->doc, a->children, 1);
        check_value(w, node, path, name, says, size,
                    value ? (const char *)value : "");
        xmlFree(value);
    }
}

static bool
is_blank(const xmlChar *text)
{
    return !text || text[strspn((const char *)text, " \t\r\n")] == '\0';
}

/* The text right below node; elements below it have texts of their own. */
static void
check_text(struct walk *w, xmlNodePtr node, const char *path,
           const struct allow_rule *rule)
{
    xmlNodePtr child;
    unsigned parts = 0;

    for (child = node->children; child; child = child->next) {
        if (child->type == XML_ELEMENT_NODE || child->type == XML_COMMENT_NODE)
            continue;
        if (child->type != XML_TEXT_NODE &&
            child->type != XML_CDATA_SECTION_NODE)
            refuse(w, node, path, NULL, DO_REMOVE,
                   "entities and instructions are not taken");
        else if (is_blank(child->content))
            continue;
        else if (!rule->text || parts++)
            refuse(w, node, path, NULL, DO_REMOVE, "text is not expected here");
        else
            check_value(w, node, path, NULL, rule->text, strlen(rule->text),
                        (const char *)child->content);
    }
}

static bool
has_child(xmlNodePtr node, const char *name)
{
    xmlNodePtr child;

    for (child = node->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE &&
            !strcmp((const char *)child->name, name))
            return true;
    return false;
}

/*
 * What of a disk decides where it lies here: one that the guest writes gets a
 * replica (primary/disk-feed.h), a medium is there, and a medium that the guest
 * writes has no rule.
 */
static const char *
kind_of_disk(xmlNodePtr disk)
{
    xmlChar *device = xmlGetProp(disk, BAD_CAST "device");
    bool medium = device && strcmp((const char *)device, "disk") != 0;

    xmlFree(device);
    if (has_child(disk, "readonly") || !has_child(disk, "source"))
        return "media";
    return medium ? "written" : "replica";
}

static bool
is_one_of(const char *name, const char *names)
{
    return fits(names, strlen(names), name, strlen(name));
}

/* The component of a path: its name, and what tells its rules apart. */
static void
name_node(xmlNodePtr node, char *out, size_t size)
{
    const char *name = (const char *)node->name;
    const char *above = (const char *)node->parent->name;
    const char *by = NULL;
    xmlChar *type = NULL;

    /* a colon without a namespace must not pass for one of ours below */
    if (node->ns || strchr(name, ':')) {
        bool qemu = node->ns && node->ns->href &&
                    !strcmp((const char *)node->ns->href, QEMU_NAMESPACE);

        snprintf(out, size, "%s:%s", qemu ? "qemu" : "?", name);
        return;
    }
    if (node->parent->type != XML_ELEMENT_NODE) {
        snprintf(out, size, "%s", name);
        return;
    }
    if (!strcmp(name, "disk") && !strcmp(above, "devices")) {
        snprintf(out, size, "disk:%s", kind_of_disk(node));
        return;
    }
    if (!strcmp(name, "source") &&
        is_one_of(above, "serial|parallel|console|channel|redirdev|smartcard")) {
        type = xmlGetProp(node->parent, BAD_CAST "type");
        by = type ? (const char *)type : "pty";
    } else if (!strcmp(name, "backend") && is_one_of(above, "rng|tpm")) {
        type = xmlGetProp(node, BAD_CAST(*above == 'r' ? "model" : "type"));
        by = type ? (const char *)type : "";
    }
    snprintf(out, size, "%s%s%.24s", name, by ? ":" : "", by ? by : "");
    xmlFree(type);
}

/* Without what tells rules apart: as an administrator knows it. */
static void
show_path(const char *path, char *out, size_t size)
{
    size_t n = 0;
    bool skip = false;

    for (; *path && n + 1 < size; path++) {
        const char *component = path;

        while (component[-1] != '/' && component[-1] != '\0')
            component--;
        if (*path == '/')
            skip = false;
        else if (*path == ':' && strncmp(component, "qemu:", 5) != 0 &&
                 strncmp(component, "?:", 2) != 0)
            skip = true;
        if (!skip)
            out[n++] = *path;
    }
    out[n] = '\0';
}

static void walk_node(struct walk *w, xmlNodePtr node, const char *above);

static void
walk_children(struct walk *w, xmlNodePtr node, const char *path)
{
    xmlNodePtr child;

    for (child = node->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE)
            walk_node(w, child, path);
}

/* Whether the flag says all about the node and what is below it. */
static bool
is_told_by_flag(struct walk *w, xmlNodePtr node, const struct allow_rule *rule,
                const char *shown)
{
    if (rule->flag == ALLOW_ANYTHING)
        return true;
    if (rule->flag == ALLOW_AS_SAID)
        return false;
    if (!w->terms->ours)
        return rule->flag == ALLOW_REPLACED || !rule->attributes;
    if (rule->flag == ALLOW_OF_RUN)
        refuse(w, node, shown, NULL, DO_REMOVE,
               "this is of the run on the other host only");
    return rule->flag == ALLOW_OF_RUN;
}

static void
walk_node(struct walk *w, xmlNodePtr node, const char *above)
{
    const struct allow_rule *rule;
    /* a byte before it, for show_path */
    char room[PATH_SIZE + 1] = "", *path = room + 1;
    char component[80], shown[PATH_SIZE];

    name_node(node, component, sizeof(component));
    if ((size_t)snprintf(path, PATH_SIZE, "%s%s%s", above, *above ? "/" : "",
                         component) >= PATH_SIZE) {
        refuse(w, node, above, NULL, DO_REMOVE, "its elements are too deep");
        return;
    }
    show_path(path, shown, sizeof(shown));
    rule = find_rule(path);
    if (!rule) {
        refuse(w, node, shown, NULL, DO_REMOVE,
               "a definition for another host may not have this element");
        return;
    }
    if (is_told_by_flag(w, node, rule, shown))
        return;
    check_attributes(w, node, shown, rule);
    if (rule->flag == ALLOW_OF_RUN)
        return;
    check_text(w, node, shown, rule);
    w->names += !strcmp(path, "domain/name");
    w->uuids += !strcmp(path, "domain/uuid");
    walk_children(w, node, path);
}

/* The VM's name as the XML has it, for what is named after it. */
static char *
find_name(xmlNodePtr root)
{
    xmlNodePtr child;

    for (child = root->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE &&
            !strcmp((const char *)child->name, "name"))
            return (char *)xmlNodeGetContent(child);
    return NULL;
}

size_t
ft_allow_tree(xmlNodePtr root, const struct ft_allow_terms *terms,
              struct ft_allow_refusal *list, size_t max)
{
    struct walk w = { .terms = terms, .list = list, .max = max };
    char *name = find_name(root);

    w.name = terms->name ? terms->name : name ? name : "";
    if (root->doc->intSubset || root->doc->extSubset)
        refuse(&w, root, "domain", NULL, DO_REMOVE,
               "a document type is not taken");
    walk_node(&w, root, "");
    if (w.names != 1 || w.uuids != 1)
        refuse(&w, root, "domain", NULL, DO_REMOVE,
               "it must have one name and one uuid");
    xmlFree(name);
    return w.count;
}

int
ft_allow_xml(const char *xml, const struct ft_allow_terms *terms,
             struct ft_error *err)
{
    struct ft_allow_refusal first;
    size_t size = xml ? strlen(xml) : 0;
    xmlDocPtr doc = NULL;
    xmlNodePtr root;
    size_t count = 0;

    if (size > 0 && size <= FT_ALLOW_XML_MAX)
        doc = xmlReadMemory(xml, (int)size, "domain.xml", NULL,
                            XML_PARSE_NONET | XML_PARSE_NOERROR |
                                XML_PARSE_NOWARNING);
    root = doc ? xmlDocGetRootElement(doc) : NULL;
    if (root)
        count = ft_allow_tree(root, terms, &first, 1);
    xmlFreeDoc(doc);
    if (!root)
        return ft_fail(err, EINVAL, NULL,
                       "the definition is not XML of at most 1 MiB");
    return count ? ft_fail(err, EPERM, first.remedy,
                           "the definition is refused: %s: %s", first.path,
                           first.reason)
                 : 0;
}
