/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values out of a domain's definition. Pure.
 */
#ifndef FT_PLAN_XML_VALUES_H
#define FT_PLAN_XML_VALUES_H

/*
 * Calls each with the text of every node that path (XPath) finds, in document
 * order, until it returns something else than 0, which is the result then. xml
 * may be NULL; of what is no XML nothing is found. -ENOMEM.
 */
int ft_xml_values(const char *xml, const char *path,
                  int (*each)(void *data, const char *text), void *data);

#endif
