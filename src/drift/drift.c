/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "drift/drift.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "plan/checks.h"
#include "plan/host-files.h"
#include "plan/qemu-fit.h"
#include "plan/waivers.h"

#define KEY_SIZE 224
#define WAIVERS_MAX \
    64 /* of a pair; more are not kept (worker/pair-waivers.h) */

static const struct ft_host_file *
told_of(const struct ft_host *host, const char *path)
{
    for (size_t i = 0; i < host->file_count; i++)
        if (strcmp(host->files[i].path, path) == 0)
            return &host->files[i];
    return NULL;
}

/* Of the files that standby tells of, those of this VM. */
static int
take_files(const struct ft_domain *domain, const struct ft_host *standby,
           struct ft_host_file **files, size_t *count)
{
    size_t all, kept = 0;
    int rc = ft_host_files(domain->xml, files, &all);

    for (size_t i = 0; rc == 0 && i < all; i++) {
        const struct ft_host_file *file = told_of(standby, (*files)[i].path);

        if (file != NULL)
            (*files)[kept++] = *file;
    }
    *count = kept;
    return rc;
}

static int
check(const struct ft_drift_pair *pair, const struct ft_host *primary,
      const struct ft_domain *domain, const struct ft_host *standby,
      struct ft_findings *findings)
{
    struct ft_known_pair known = { .state = "protected" };
    const struct ft_host *hosts[] = { primary, standby };
    struct ft_inventory inventory = {
        .hosts = hosts,
        .host_count = FT_ARRAY_SIZE(hosts),
        .pairs = &known,
        .pair_count = 1,
        .resuming = pair->pair,
        .standing = true,
        .running = true,
    };

    snprintf(known.pair, sizeof(known.pair), "%s", pair->pair);
    snprintf(known.vm, sizeof(known.vm), "%s", pair->vm);
    snprintf(known.vm_uuid, sizeof(known.vm_uuid), "%s", pair->vm_uuid);
    snprintf(known.primary, sizeof(known.primary), "%s", primary->name);
    snprintf(known.standby, sizeof(known.standby), "%s", standby->name);
    return ft_check_standby(&inventory, primary, domain, standby, pair->pool,
                            findings);
}

int
ft_drift_judge(const struct ft_drift_pair *pair, const struct ft_host *primary,
               const struct ft_host *standby, struct ft_findings *findings)
{
    const struct ft_domain *domain = ft_host_domain(primary, pair->vm_uuid);
    struct ft_host there = *standby; /* with other files; borrows the rest */
    FT_AUTOFREE struct ft_host_file *files = NULL;
    struct ft_findings all = FT_FINDINGS_INIT;
    int rc;

    if (domain == NULL)
        return -ENOENT;
    rc = take_files(domain, standby, &files, &there.file_count);
    there.files = files;
    if (rc == 0)
        rc = check(pair, primary, domain, &there, &all);
    for (size_t i = 0; i < all.count && rc == 0; i++) {
        const struct ft_finding *f = &all.list[i];

        if (f->check != FT_CHECK_STANDBY_PRESSURE)
            rc = ft_findings_add(findings, f->verdict, f->check, f->subject,
                                 f->why, f->remedy, "%s", f->evidence);
    }
    ft_findings_free(&all);
    return rc;
}

static const char *
key_of(const struct ft_finding *finding, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "%s %s", finding->id, finding->subject);
    return key;
}

static bool
is_known(const json_t *known, const struct ft_finding *finding)
{
    char key[KEY_SIZE];
    const json_t *one;
    size_t i;

    key_of(finding, key);
    json_array_foreach(known, i, one)
        if (json_is_string(one) && strcmp(json_string_value(one), key) == 0)
            return true;
    return false;
}

/* Silence is news each time: nobody has accepted it. */
static bool
may_be_known(const struct ft_finding *finding)
{
    return finding->verdict != FT_PASS && finding->verdict != FT_FAIL &&
           finding->check != FT_CHECK_STANDBY_TOLD;
}

json_t *
ft_drift_known(const struct ft_findings *findings, const json_t *known)
{
    json_t *out = json_array();
    char key[KEY_SIZE];

    for (size_t i = 0; i < findings->count; i++) {
        const struct ft_finding *f = &findings->list[i];

        if (may_be_known(f) && (known == NULL || is_known(known, f)))
            json_array_append_new(out, ft_json_text(key_of(f, key)));
    }
    return out;
}

bool
ft_drift_saw_nothing(const struct ft_findings *findings)
{
    return ft_findings_find(findings, FT_CHECK_STANDBY_TOLD) != NULL;
}

static bool
is_drift(const struct ft_finding *finding, const json_t *known)
{
    return finding->verdict == FT_FAIL ||
           (finding->verdict != FT_PASS &&
            !(may_be_known(finding) && is_known(known, finding)));
}

/* One that is given anew for the same finding is another one. */
static json_t *
waiver_key(const struct ft_waiver *waiver)
{
    return json_sprintf("%s %s %lld", waiver->check, waiver->subject,
                        (long long)waiver->given_ms);
}

static bool
has_key(const json_t *list, const json_t *key)
{
    const json_t *one;
    size_t i;

    json_array_foreach(list, i, one)
        if (json_equal(one, key))
            return true;
    return false;
}

json_t *
ft_drift_waive(const json_t *waivers, const json_t *ended,
               struct ft_findings *findings)
{
    struct ft_waiver given[WAIVERS_MAX];
    size_t count = ft_waivers_from_json(waivers, given, WAIVERS_MAX);
    json_t *out = json_array();

    for (size_t i = 0; i < count; i++) {
        FT_AUTOJSON json_t *key = waiver_key(&given[i]);
        bool over = has_key(ended, key);

        if (!over)
            ft_waivers_apply(&given[i], 1, findings);
        if (over || given[i].instead != NULL)
            json_array_append(out, key);
    }
    return out;
}

/* Adds those of this verdict that are drift, and waived or not. */
static void
tell(const struct ft_findings *findings, enum ft_verdict verdict, bool waived,
     const json_t *known, struct ft_findings *told)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct ft_finding *f = &findings->list[i];

        if (f->verdict != verdict || (*f->waived != '\0') != waived ||
            told->count >= FT_DRIFT_TOLD_MAX || !is_drift(f, known) ||
            ft_findings_add(told, f->verdict, f->check, f->subject, f->why,
                            f->remedy, "%s", f->evidence) < 0)
            continue;
        strcpy(told->list[told->count - 1].waived, f->waived);
    }
}

json_t *
ft_drift_report(const struct ft_findings *findings, const json_t *known)
{
    struct ft_findings told = FT_FINDINGS_INIT;
    json_t *report;

    for (int waived = false; waived <= true; waived++)
        for (int verdict = FT_FAIL; verdict > FT_PASS; verdict--)
            tell(findings, verdict, waived, known, &told);
    report =
        json_pack("{s:s,s:i,s:o}", "verdict",
                  ft_verdict_name(ft_findings_worst(&told)), "checks",
                  (int)findings->count, "findings", ft_findings_to_json(&told));
    ft_findings_free(&told);
    return report;
}

json_t *
ft_drift_qemu(const struct ft_host *host, const char *vm_uuid)
{
    const struct ft_domain *domain = ft_host_domain(host, vm_uuid);
    const struct ft_emulator *e =
        domain != NULL ? ft_host_emulator(host, domain->emulator) : NULL;
    enum ft_qemu_age age = e != NULL
                               ? ft_qemu_age(domain->qemu_version, e->version)
                               : FT_QEMU_UNKNOWN;

    if (age == FT_QEMU_UNKNOWN)
        return NULL;
    return json_pack("{s:s,s:s,s:b}", "runs", domain->qemu_version, "installed",
                     e->version, "older",
                     age == FT_QEMU_UPDATED || age == FT_QEMU_NEWER);
}
