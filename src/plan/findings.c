/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fit.h"
#include "base/json.h"
#include "plan/findings.h"

#define EVIDENCE_MAX 4096 /* before it is made to fit */

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
                enum ft_check_id check, const char *subject, const char *why,
                const char *remedy, const char *evidence, ...)
{
    struct ft_finding *finding = next_finding(findings);
    char seen[EVIDENCE_MAX];
    va_list args;

    if (finding == NULL) {
        findings->failed = 1;
        return -ENOMEM;
    }
    memset(finding, 0, sizeof(*finding));
    finding->verdict = verdict;
    finding->check = check;
    finding->id = ft_check_lines[check].id;
    copy(finding->subject, sizeof(finding->subject), subject);
    copy(finding->why, sizeof(finding->why), why);
    ft_text_fit(finding->remedy, sizeof(finding->remedy), remedy ? remedy : "");
    va_start(args, evidence);
    vsnprintf(seen, sizeof(seen), evidence, args);
    va_end(args);
    ft_text_fit(finding->evidence, sizeof(finding->evidence), seen);
    findings->count++;
    return 0;
}

void
ft_findings_fix(struct ft_findings *findings, enum ft_fix_kind kind,
                const char *host, const char *object)
{
    struct ft_finding *last =
        findings->count > 0 ? &findings->list[findings->count - 1] : NULL;

    if (last == NULL || last->verdict == FT_PASS)
        return;
    last->fix.kind = kind;
    copy(last->fix.host, sizeof(last->fix.host), host);
    copy(last->fix.object, sizeof(last->fix.object), object);
}

static bool
is_among(const struct ft_fix *fixes, size_t count, const struct ft_fix *fix)
{
    for (size_t i = 0; i < count; i++)
        if (fixes[i].kind == fix->kind &&
            strcmp(fixes[i].host, fix->host) == 0 &&
            strcmp(fixes[i].object, fix->object) == 0)
            return true;
    return false;
}

size_t
ft_findings_fixes(const struct ft_findings *findings,
                  struct ft_fix fixes[FT_FIXES_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < findings->count && count < FT_FIXES_MAX; i++) {
        const struct ft_finding *f = &findings->list[i];

        if (f->fix.kind != FT_FIX_NONE && *f->waived == '\0' &&
            !is_among(fixes, count, &f->fix))
            fixes[count++] = f->fix;
    }
    return count;
}

enum ft_verdict
ft_findings_worst(const struct ft_findings *findings)
{
    enum ft_verdict worst = findings->failed ? FT_FAIL : FT_PASS;

    for (size_t i = 0; i < findings->count; i++)
        if (*findings->list[i].waived == '\0' &&
            findings->list[i].verdict > worst)
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
ft_findings_find(const struct ft_findings *findings, enum ft_check_id check)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].check == check)
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
    static const char *const names[] = { "pass", "warn", "unknown", "fail" };

    return verdict < FT_VERDICTS ? names[verdict] : "fail";
}

json_t *
ft_findings_to_json(const struct ft_findings *findings)
{
    json_t *list = json_array();

    for (size_t i = 0; i < findings->count; i++) {
        const struct ft_finding *f = &findings->list[i];
        bool fixable = f->fix.kind != FT_FIX_NONE;
        char fix[FT_FIX_TEXT];

        ft_fix_text(&f->fix, false, fix);
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:b,s:s?}",
                            "verdict", ft_verdict_name(f->verdict), "id", f->id,
                            "subject", f->subject, "evidence", f->evidence,
                            "why", f->why, "remedy", f->remedy, "waived",
                            *f->waived != '\0' ? f->waived : NULL, "fixable",
                            (int)fixable, "fix", fixable ? fix : NULL));
    }
    return list;
}

static enum ft_verdict
verdict_of(const char *name)
{
    enum ft_verdict verdict = FT_PASS;

    while (verdict < FT_VERDICTS && strcmp(ft_verdict_name(verdict), name) != 0)
        verdict++;
    return verdict;
}

int
ft_findings_from_json(struct ft_findings *findings, const json_t *list)
{
    const json_t *one;
    size_t i;
    int rc = 0;

    json_array_foreach(list, i, one) {
        enum ft_verdict verdict = verdict_of(ft_json_string(one, "verdict", ""));
        enum ft_check_id check = ft_check_find(ft_json_string(one, "id", ""));

        if (rc == 0 && verdict < FT_VERDICTS && check < FT_CHECKS)
            rc = ft_findings_add(findings, verdict, check,
                                 ft_json_string(one, "subject", ""),
                                 ft_json_string(one, "why", NULL),
                                 ft_json_string(one, "remedy", NULL), "%s",
                                 ft_json_string(one, "evidence", ""));
    }
    return rc;
}
