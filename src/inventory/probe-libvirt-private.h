/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of ft_probe_libvirt, and what they read libvirt's XML with; not for
 * others. An open document belongs to one thread.
 */
#ifndef FT_INVENTORY_PROBE_LIBVIRT_PRIVATE_H
#define FT_INVENTORY_PROBE_LIBVIRT_PRIVATE_H

#include <stdbool.h>

#include <jansson.h>
#include <libvirt/libvirt.h>
#include <libxml/xpath.h>

/* Each adds a list of its name to facts. 0, -ENOMEM. */
int ft_probe_emulators(virConnectPtr conn, json_t *facts); /* and libvirt.uuid */
int ft_probe_pools(virConnectPtr conn, json_t *facts);
int ft_probe_domains(virConnectPtr conn, json_t *facts, bool gently);

struct ft_probe_xml {
    xmlDocPtr document;
    xmlXPathContextPtr path;
};

/* 0, or -EINVAL also for NULL; to be closed either way. */
int ft_probe_xml_open(struct ft_probe_xml *xml, const char *text);
void ft_probe_xml_close(struct ft_probe_xml *xml);

/*
 * The value of an expression below node (NULL: the document). The string is to be
 * freed, NULL when memory ran out; the JSON is a string, too.
 */
char *ft_probe_xml_text(struct ft_probe_xml *xml, xmlNodePtr node,
                        const char *expression);
json_t *ft_probe_xml_json(struct ft_probe_xml *xml, xmlNodePtr node,
                          const char *expression);
bool ft_probe_xml_true(struct ft_probe_xml *xml, xmlNodePtr node,
                       const char *expression);

/* Calls each for every node of the set; stops at the first -errno, which it returns. */
int ft_probe_xml_each(struct ft_probe_xml *xml, xmlNodePtr node,
                      const char *expression,
                      int (*each)(struct ft_probe_xml *, xmlNodePtr, void *),
                      void *data);

/* Adds a value, which it takes over. 0, -ENOMEM. */
int ft_probe_add(json_t *object, const char *key, json_t *value);

/* The <disk> elements of a domain as a list, whose owner is the caller; gently: QEMU
 * is not asked. 0, -ENOMEM. */
int ft_probe_disks(struct ft_probe_xml *xml, virDomainPtr domain, bool gently,
                   json_t *disks);

#endif
