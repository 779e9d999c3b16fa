/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small helpers over libxml2 for domain XML, private to src/virt.
 *
 * Ownership: strings are copies of malloc(3), documents are freed with
 * xmlFreeDoc (FT_AUTOXML). Threads: thread safe, each thread its own document.
 */
#ifndef FT_VIRT_XML_H
#define FT_VIRT_XML_H

#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

#include "base/cleanup.h"
#include "base/error.h"

#define FT_AUTOXML FT_CLEANUP(ft_cleanup_xml)

static inline void
ft_cleanup_xml(xmlDocPtr *doc)
{
    if (*doc)
        xmlFreeDoc(*doc);
}

/* Parses text; -EINVAL when it is not XML with the named root element. */
int ft_xml_parse(const char *text, const char *root, xmlDocPtr *doc,
                 struct ft_error *err);

/* The nodes that path (XPath, relative to node) finds: *nodes is an array of
 * *n, freed by the caller, in document order. */
int ft_xml_find(xmlNodePtr node, const char *path, xmlNodePtr **nodes,
                size_t *n);

/* Text of the first match, or NULL. */
char *ft_xml_text(xmlNodePtr node, const char *path);

/* The same into out; empty when absent. -ERANGE when it does not fit. */
int ft_xml_copy(xmlNodePtr node, const char *path, char *out, size_t size);

/* Removes all matches (elements or attributes). */
int ft_xml_remove(xmlNodePtr node, const char *path);

/* Number of matches. */
size_t ft_xml_count(xmlNodePtr node, const char *path);

/* First child element of that name, made when it is absent. NULL: no memory. */
xmlNodePtr ft_xml_child(xmlNodePtr node, const char *name);

/* Sets or replaces an attribute. */
int ft_xml_set(xmlNodePtr node, const char *name, const char *value);

/* The document as text, freed by the caller. */
int ft_xml_print(xmlDocPtr doc, char **out);

#endif
