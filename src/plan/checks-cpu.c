/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Will the guest find the CPU it knows on the other host?
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "plan/checks-private.h"

#define WHY_CPU \
    "A guest that uses a CPU feature the other host lacks dies there."

/* Is word one of the words of list? */
static bool
has_word(const char *list, const char *word, size_t length)
{
    for (const char *at = list; (at = strstr(at, word)) != NULL; at++)
        if ((at == list || at[-1] == ' ') &&
            (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

/* Writes the flags of ours that theirs lacks; returns their number. */
static size_t
missing_flags(const char *ours, const char *theirs, char *out, size_t size)
{
    size_t count = 0;
    size_t used = 0;
    char word[64];

    *out = '\0';
    while (*ours != '\0') {
        size_t length = strcspn(ours, " ");

        snprintf(word, sizeof(word), "%.*s", (int)length, ours);
        if (length > 0 && length < sizeof(word) &&
            !has_word(theirs, word, length)) {
            count++;
            if (used < size)
                used += (size_t)snprintf(out + used, size - used, " %s", word);
        }
        ours += length;
        ours += strspn(ours, " ");
    }
    return count;
}

/* <cpu mode='host-passthrough'> gives the guest whatever the host has. */
static bool
passes_host_through(const char *xml)
{
    xmlXPathContextPtr context = NULL;
    xmlXPathObjectPtr found = NULL;
    xmlDocPtr document =
        xml == NULL ? NULL
                    : xmlReadMemory(xml, (int)strlen(xml), "domain.xml", NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR |
                                        XML_PARSE_NOWARNING);
    bool yes;

    if (document != NULL)
        context = xmlXPathNewContext(document);
    if (context != NULL)
        found = xmlXPathEval(
            (const xmlChar
                 *)"/domain/cpu[@mode='host-passthrough' or @mode='maximum']",
            context);
    yes = found != NULL && found->nodesetval != NULL &&
          found->nodesetval->nodeNr > 0;
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    xmlFreeDoc(document);
    return yes;
}

static int
add_cpu(struct ft_findings *findings, enum ft_verdict verdict,
        const char *standby, const char *remedy, const char *text)
{
    return ft_findings_add(findings, verdict, "standby.cpu", standby, WHY_CPU,
                           remedy, "%s", text);
}

int
ft_check_cpu(const struct ft_host *primary, const struct ft_domain *domain,
             const struct ft_host *standby, struct ft_findings *findings)
{
    const struct ft_cpu *here = &primary->cpu, *there = &standby->cpu;
    char missing[160];
    char text[320];
    size_t count;

    if (!domain->kvm)
        return add_cpu(findings, FT_PASS, standby->name, "",
                       "QEMU emulates the CPU: it is the same on both hosts");
    if (!standby->kernel.kvm)
        return add_cpu(findings, FT_FAIL, standby->name,
                       "Enable virtualisation in its firmware, load the kvm "
                       "module, or choose another standby.",
                       "the VM runs with KVM, the standby has none");
    count = missing_flags(here->flags, there->flags, missing, sizeof(missing));
    if (strcmp(here->vendor, there->vendor) != 0) {
        snprintf(text, sizeof(text), "CPUs of different makers: %.60s and %.60s",
                 here->vendor, there->vendor);
        return add_cpu(findings, FT_FAIL, standby->name,
                       "Choose a standby with a CPU of the same maker.", text);
    }
    if (passes_host_through(domain->xml) &&
        (count > 0 || strcmp(here->model, there->model) != 0)) {
        snprintf(text, sizeof(text),
                 "the guest sees the host's own CPU, and the "
                 "two differ: %.100s and %.100s",
                 here->model, there->model);
        return add_cpu(findings, FT_FAIL, standby->name,
                       "Give the VM a CPU model both hosts have (virsh edit, "
                       "<cpu mode='custom'>), or choose another standby.",
                       text);
    }
    if (count > 0) {
        snprintf(text, sizeof(text),
                 "the standby's CPU lacks %zu features the "
                 "primary's has:%s",
                 count, missing);
        return add_cpu(findings, FT_WARN, standby->name,
                       "Make sure the VM's CPU model needs none of them (virsh "
                       "cpu-compare), or choose another standby.",
                       text);
    }
    snprintf(text, sizeof(text), "the standby's CPU has all the primary's has");
    return add_cpu(findings, FT_PASS, standby->name, "", text);
}
