/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/findings.h"

static struct ft_finding *
next_finding(struct ft_findings *findings)
{
    if (findings->count == findings->room) {
        size_t room = findings->room > 0 ? findings->room * 2 : 16;
        struct ft_finding *grown =
            realloc(findings->list, room * sizeof(*grown));

        if (grown == NULL)
            return NULL;
        findings->list = grown;
        findings->room = room;
    }
    return &findings->list[findings->count];
}

static void
copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text != NULL ? text : "");
}

int
ft_findings_add(struct ft_findings *findings, enum ft_verdict verdict,
                const char *id, const char *subject, const char *why,
                const char *remedy, const char *evidence, ...)
{
    struct ft_finding *finding = next_finding(findings);
    va_list args;

    if (finding == NULL) {
        findings->failed = 1;
        return -ENOMEM;
    }
    memset(finding, 0, sizeof(*finding));
    finding->verdict = verdict;
    copy(finding->id, sizeof(finding->id), id);
    copy(finding->subject, sizeof(finding->subject), subject);
    copy(finding->why, sizeof(finding->why), why);
    copy(finding->remedy, sizeof(finding->remedy), remedy);
    va_start(args, evidence);
    vsnprintf(finding->evidence, sizeof(finding->evidence), evidence, args);
    va_end(args);
    findings->count++;
    return 0;
}

enum ft_verdict
ft_findings_worst(const struct ft_findings *findings)
{
    enum ft_verdict worst = findings->failed ? FT_FAIL : FT_PASS;

    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].verdict > worst)
            worst = findings->list[i].verdict;
    return worst;
}

const struct ft_finding *
ft_findings_first(const struct ft_findings *findings, enum ft_verdict verdict)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].verdict == verdict)
            return &findings->list[i];
    return NULL;
}

const struct ft_finding *
ft_findings_find(const struct ft_findings *findings, const char *id)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->list[i].id, id) == 0)
            return &findings->list[i];
    return NULL;
}

void
ft_findings_free(struct ft_findings *findings)
{
    free(findings->list);
    memset(findings, 0, sizeof(*findings));
}

const char *
ft_verdict_name(enum ft_verdict verdict)
{
    switch (verdict) {
    case FT_PASS:
        return "pass";
    case FT_WARN:
        return "warn";
    case FT_FAIL:
        break;
    }
    return "fail";
}

json_t *
ft_findings_to_json(const struct ft_findings *findings)
{
    json_t *list = json_array();

    for (size_t i = 0; i < findings->count; i++) {
        const struct ft_finding *f = &findings->list[i];

        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "verdict",
                                        ft_verdict_name(f->verdict), "id",
                                        f->id, "subject", f->subject,
                                        "evidence", f->evidence, "why", f->why,
                                        "remedy", f->remedy));
    }
    return list;
}
