/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/xml-values.h"

#include <errno.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>

int
ft_xml_values(const char *xml, const char *path,
              int (*each)(void *data, const char *text), void *data)
{
    xmlDocPtr doc =
        xml ? xmlReadMemory(xml, (int)strlen(xml), "domain.xml", NULL,
                            XML_PARSE_NONET | XML_PARSE_NOERROR |
                                XML_PARSE_NOWARNING)
            : NULL;
    xmlXPathContextPtr context = doc ? xmlXPathNewContext(doc) : NULL;
    xmlXPathObjectPtr found =
        context ? xmlXPathEval((const xmlChar *)path, context) : NULL;
    int n = found && found->nodesetval ? found->nodesetval->nodeNr : 0;
    int rc = doc && !found ? -ENOMEM : 0;

    for (int i = 0; i < n && rc == 0; i++) {
        xmlChar *text = xmlNodeGetContent(found->nodesetval->nodeTab[i]);

        rc = text ? each(data, (const char *)text) : -ENOMEM;
        xmlFree(text);
    }
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    xmlFreeDoc(doc);
    return rc;
}
