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
#include "plan/flags.h"

#define WHY_CPU \
    "A guest that uses a CPU feature the other host lacks dies there."

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
    return ft_findings_add(findings, verdict, FT_CHECK_STANDBY_CPU, standby,
                           WHY_CPU, remedy, "%s", text);
}

/* libvirt knows what the guest has been given, and not only what the hosts have. */
static int
check_answer(const struct ft_host *standby, struct ft_findings *findings)
{
    char text[320];

    switch (standby->cpu_answer) {
    case FT_CPU_FITS:
        snprintf(text, sizeof(text),
                 "libvirt on %.60s says that KVM there has all features of the VM's "
                 "CPU",
                 standby->name);
        return add_cpu(findings, FT_PASS, standby->name, "", text);
    case FT_CPU_LACKS:
        snprintf(text, sizeof(text), "libvirt on %.60s says: %s", standby->name,
                 standby->cpu_answer_text);
        return add_cpu(findings, FT_FAIL, standby->name,
                       "Give the VM a CPU model that both hosts have (virsh "
                       "hypervisor-cpu-baseline, virsh edit) and start it anew, or "
                       "choose another standby.",
                       text);
    default:
        snprintf(text, sizeof(text), "libvirt on %.60s cannot compare CPUs: %s",
                 standby->name, standby->cpu_answer_text);
        return add_cpu(findings, FT_UNKNOWN, standby->name,
                       "See what it says there: virsh hypervisor-cpu-compare.",
                       text);
    }
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
    count =
        ft_flags_missing(here->flags, there->flags, missing, sizeof(missing));
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
    if (standby->cpu_answer != FT_CPU_NOT_ASKED)
        return check_answer(standby, findings);
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
