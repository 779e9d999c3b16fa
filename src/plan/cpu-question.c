/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/cpu-question.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/cleanup.h"
#include "base/json.h"

static xmlNodePtr
child(xmlNodePtr node, const char *name)
{
    xmlNodePtr c = node != NULL ? node->children : NULL;

    while (c != NULL && (c->type != XML_ELEMENT_NODE ||
                         strcmp((const char *)c->name, name) != 0))
        c = c->next;
    return c;
}

static bool
has(xmlNodePtr node, const char *name, const char *wanted)
{
    xmlChar *value = xmlGetProp(node, (const xmlChar *)name);
    bool same = value != NULL && strcmp((const char *)value, wanted) == 0;

    xmlFree(value);
    return same;
}

/* <cpu> as text; the running VM's has the model, and every feature that differs. */
static json_t *
cpu_text(xmlDocPtr document, xmlNodePtr cpu)
{
    xmlBufferPtr buffer = xmlBufferCreate();
    json_t *text = NULL;

    if (buffer != NULL && xmlNodeDump(buffer, document, cpu, 0, 0) > 0)
        text = json_string((const char *)xmlBufferContent(buffer));
    xmlBufferFree(buffer);
    return text;
}

static json_t *
question(xmlDocPtr document, const struct ft_domain *domain)
{
    xmlNodePtr root = xmlDocGetRootElement(document);
    xmlNodePtr cpu = child(root, "cpu");
    xmlChar *arch =
        xmlGetProp(child(child(root, "os"), "type"), (const xmlChar *)"arch");
    json_t *made = NULL;

    if (cpu != NULL && child(cpu, "model") != NULL && has(cpu, "mode", "custom"))
        made = json_pack("{s:s,s:s,s:s,s:s,s:o}", "emulator", domain->emulator,
                         "arch", arch != NULL ? (const char *)arch : "x86_64",
                         "machine", domain->machine, "type", "kvm", "cpu",
                         cpu_text(document, cpu));
    xmlFree(arch);
    return made;
}

json_t *
ft_cpu_question(const struct ft_domain *domain)
{
    xmlDocPtr document;
    json_t *made;

    if (!domain->kvm || domain->xml == NULL)
        return NULL;
    document =
        xmlReadMemory(domain->xml, (int)strlen(domain->xml), "domain.xml", NULL,
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    made = document != NULL ? question(document, domain) : NULL;
    xmlFreeDoc(document);
    return made;
}

void
ft_cpu_answer(const json_t *answer, struct ft_host *host)
{
    static const char *const words[] = {
        [FT_CPU_FITS] = "yes",
        [FT_CPU_LACKS] = "no",
        [FT_CPU_NOT_TOLD] = "error",
    };
    const char *result = ft_json_string(answer, "result", "");

    host->cpu_answer = FT_CPU_NOT_ASKED;
    for (size_t i = FT_CPU_FITS; i < FT_ARRAY_SIZE(words); i++)
        if (strcmp(result, words[i]) == 0)
            host->cpu_answer = (enum ft_cpu_answer)i;
    snprintf(host->cpu_answer_text, sizeof(host->cpu_answer_text), "%s",
             ft_json_string(answer, "text", ""));
    for (char *at = host->cpu_answer_text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
}
