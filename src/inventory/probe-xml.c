/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading libvirt's XML, of capabilities, networks, pools and domains alike, by XPath.
 * What an expression does not find is empty text, as a fact that is not there.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "base/cleanup.h"
#include "inventory/probe-libvirt-private.h"

int
ft_probe_xml_open(struct ft_probe_xml *xml, const char *text)
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

void
ft_probe_xml_close(struct ft_probe_xml *xml)
{
    xmlXPathFreeContext(xml->path);
    xmlFreeDoc(xml->document);
}

char *
ft_probe_xml_text(struct ft_probe_xml *xml, xmlNodePtr node,
                  const char *expression)
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

json_t *
ft_probe_xml_json(struct ft_probe_xml *xml, xmlNodePtr node,
                  const char *expression)
{
    FT_AUTOFREE char *text = ft_probe_xml_text(xml, node, expression);

    return json_string(text != NULL ? text : "");
}

bool
ft_probe_xml_true(struct ft_probe_xml *xml, xmlNodePtr node,
                  const char *expression)
{
    FT_AUTOFREE char *text = NULL;
    char wrapped[256];

    snprintf(wrapped, sizeof(wrapped), "boolean(%s)", expression);
    text = ft_probe_xml_text(xml, node, wrapped);
    return text != NULL && strcmp(text, "true") == 0;
}

int
ft_probe_xml_each(struct ft_probe_xml *xml, xmlNodePtr node,
                  const char *expression,
                  int (*each)(struct ft_probe_xml *, xmlNodePtr, void *),
                  void *data)
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

int
ft_probe_add(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0 ? 0 : -ENOMEM;
}
