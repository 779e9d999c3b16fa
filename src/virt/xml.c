/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/xml.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"

int
ft_xml_parse(const char *text, const char *root, xmlDocPtr *doc,
             struct ft_error *err)
{
    xmlDocPtr parsed;
    xmlNodePtr top;

    xmlInitParser();
    parsed = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
                           XML_PARSE_NONET | XML_PARSE_NOERROR |
                               XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS);
    if (!parsed)
        return ft_fail(err, EINVAL, NULL, "this is not well-formed XML");
    top = xmlDocGetRootElement(parsed);
    if (!top || strcmp((const char *)top->name, root) != 0) {
        xmlFreeDoc(parsed);
        return ft_fail(err, EINVAL, NULL, "the XML is not that of a %s", root);
    }
    *doc = parsed;
    return 0;
}

/* The result set of path, or NULL; free with xmlXPathFreeObject. */
static xmlXPathObjectPtr
evaluate(xmlNodePtr node, const char *path)
{
    xmlXPathContextPtr context = xmlXPathNewContext(node->doc);
    xmlXPathObjectPtr result;

    if (!context)
        return NULL;
    context->node = node;
    xmlXPathRegisterNs(context, BAD_CAST "qemu", BAD_CAST QEMU_NAMESPACE);
    result = xmlXPathEval(BAD_CAST path, context);
    xmlXPathFreeContext(context);
    return result;
}

int
ft_xml_find(xmlNodePtr node, const char *path, xmlNodePtr **nodes, size_t *n)
{
    xmlXPathObjectPtr result = evaluate(node, path);
    int count, i;

    *nodes = NULL;
    *n = 0;
    if (!result)
        return -ENOMEM;
    count = result->nodesetval ? result->nodesetval->nodeNr : 0;
    *nodes = calloc((size_t)count + 1, sizeof(**nodes));
    if (!*nodes) {
        xmlXPathFreeObject(result);
        return -ENOMEM;
    }
    for (i = 0; i < count; i++)
        (*nodes)[i] = result->nodesetval->nodeTab[i];
    *n = (size_t)count;
    xmlXPathFreeObject(result);
    return 0;
}

char *
ft_xml_text(xmlNodePtr node, const char *path)
{
    FT_AUTOFREE xmlNodePtr *nodes = NULL;
    xmlChar *content;
    char *copy;
    size_t n;

    if (ft_xml_find(node, path, &nodes, &n) < 0 || n == 0)
        return NULL;
    content = xmlNodeGetContent(nodes[0]);
    if (!content)
        return NULL;
    copy = strdup((const char *)content);
    xmlFree(content);
    return copy;
}

int
ft_xml_copy(xmlNodePtr node, const char *path, char *out, size_t size)
{
    FT_AUTOFREE char *text = ft_xml_text(node, path);

    out[0] = '\0';
    if (!text)
        return 0;
    if (strlen(text) >= size)
        return -ERANGE;
    memcpy(out, text, strlen(text) + 1);
    return 0;
}

int
ft_xml_remove(xmlNodePtr node, const char *path)
{
    FT_AUTOFREE xmlNodePtr *nodes = NULL;
    size_t n;
    int rc = ft_xml_find(node, path, &nodes, &n);

    while (rc == 0 && n > 0) {
        n--;
        if (nodes[n]->type == XML_ATTRIBUTE_NODE) {
            xmlRemoveProp((xmlAttrPtr)nodes[n]);
        } else {
            xmlUnlinkNode(nodes[n]);
            xmlFreeNode(nodes[n]);
        }
    }
    return rc;
}

size_t
ft_xml_count(xmlNodePtr node, const char *path)
{
    FT_AUTOFREE xmlNodePtr *nodes = NULL;
    size_t n = 0;

    if (ft_xml_find(node, path, &nodes, &n) < 0)
        return 0;
    return n;
}

xmlNodePtr
ft_xml_child(xmlNodePtr node, const char *name)
{
    xmlNodePtr child;

    for (child = node->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE &&
            strcmp((const char *)child->name, name) == 0)
            return child;
    return xmlNewChild(node, NULL, BAD_CAST name, NULL);
}

int
ft_xml_set(xmlNodePtr node, const char *name, const char *value)
{
    return xmlSetProp(node, BAD_CAST name, BAD_CAST value) ? 0 : -ENOMEM;
}

int
ft_xml_print(xmlDocPtr doc, char **out)
{
    xmlChar *text = NULL;
    int size = 0;

    xmlDocDumpFormatMemory(doc, &text, &size, 1);
    if (!text)
        return -ENOMEM;
    *out = strdup((const char *)text);
    xmlFree(text);
    return *out ? 0 : -ENOMEM;
}
