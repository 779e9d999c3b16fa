/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drift: what a standby was when its protection began is no news, what it became is.
 */
#include "config.h"

#include "drift/drift.h"
#include "tests/unit/inventory-fixture.h"

static const struct ft_drift_pair pair = { PAIR_UUID, "vm1", VM_UUID,
                                           "default" };

static struct ft_findings
judge(const struct fixture *f)
{
    struct ft_findings findings = FT_FINDINGS_INIT;

    assert_int_equal(ft_drift_judge(&pair, f->h1, f->h2, &findings), 0);
    return findings;
}

/* What a look tells with that known, as "verdict id id ...". known is released. */
static const char *
told(struct ft_findings findings, json_t *known)
{
    static char text[512];
    FT_AUTOJSON json_t *report = ft_drift_report(&findings, known);
    const json_t *one;
    size_t i;

    snprintf(text, sizeof(text), "%s", ft_json_string(report, "verdict", "?"));
    json_array_foreach(json_object_get(report, "findings"), i, one) {
        strcat(text, " ");
        strcat(text, ft_json_string(one, "id", "?"));
    }
    assert_int_equal(json_integer_value(json_object_get(report, "checks")),
                     findings.count);
    ft_findings_free(&findings);
    json_decref(known);
    return text;
}

static void
lose_bridge(struct fixture *f)
{
    strcpy(f->h2->nics[0].name, "br1");
}

static void
test_nothing_drifted(void **state)
{
    struct fixture *f = *state;
    struct ft_findings findings;

    findings = judge(f);
    assert_false(ft_drift_saw_nothing(&findings));
    assert_string_equal(told(findings, NULL), "pass");
}

static void
test_failure_is_told(void **state)
{
    struct fixture *f = *state;
    struct ft_findings findings;

    lose_bridge(f);
    assert_string_equal(told(judge(f), NULL), "fail standby.network");
    /* also when it was so at the first look */
    findings = judge(f);
    assert_string_equal(told(judge(f), ft_drift_known(&findings, NULL)),
                        "fail standby.network");
    ft_findings_free(&findings);
}

/* A warning of the first look is known, until it was mended once. */
static void
test_warnings_of_before(void **state)
{
    struct fixture *f = *state;
    FT_AUTOJSON json_t *first = NULL;
    FT_AUTOJSON json_t *mended = NULL;
    struct ft_findings findings;

    f->h2->condition.reboot_due = true;
    findings = judge(f);
    first = ft_drift_known(&findings, NULL);
    ft_findings_free(&findings);
    assert_int_equal(json_array_size(first), 1);
    assert_string_equal(told(judge(f), json_incref(first)), "pass");

    f->h2->condition.clock_set = 0; /* and this is new */
    assert_string_equal(told(judge(f), json_incref(first)), "warn standby.time");

    f->h2->condition.reboot_due = false;
    findings = judge(f);
    mended = ft_drift_known(&findings, first);
    ft_findings_free(&findings);
    assert_int_equal(json_array_size(mended), 0);
    f->h2->condition.clock_set = 1;
    f->h2->condition.reboot_due = true;
    assert_string_equal(told(judge(f), json_incref(mended)),
                        "warn standby.reboot");
}

/* After an upgrade of its host a VM runs on in the old QEMU. */
static void
test_qemu(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *runs, *installed;
        int older; /* -1: nothing is said */
    } cases[] = {
        { "7.2.22", "7.2.22", 0 }, { "7.2.13", "7.2.22", 1 },
        { "7.2.13", "10.0.2", 1 }, { "7.2.22", "7.2.13", 0 },
        { "", "7.2.22", -1 },      { "7.2.22", "", -1 },
    };

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *said = NULL;

        strcpy(f->vm->qemu_version, cases[i].runs);
        strcpy(f->h1->emulators[0].version, cases[i].installed);
        said = ft_drift_qemu(f->h1, VM_UUID);
        assert_int_equal(said == NULL, cases[i].older < 0);
        if (said == NULL)
            continue;
        assert_int_equal(ft_json_bool(said, "older", 0), cases[i].older);
        assert_string_equal(ft_json_string(said, "runs", ""), cases[i].runs);
        assert_string_equal(ft_json_string(said, "installed", ""),
                            cases[i].installed);
    }
    assert_null(ft_drift_qemu(f->h2, VM_UUID)); /* it does not run there */
    strcpy(f->h1->emulators[0].path, "/opt/qemu");
    assert_null(ft_drift_qemu(f->h1, VM_UUID));
}

/* Silence is never known, nor is it as good as a pass. */
static void
test_silence(void **state)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    json_t *known;

    (void)state;
    ft_findings_add(&findings, FT_UNKNOWN, FT_CHECK_STANDBY_TOLD, "h2", "why",
                    "do", "%s", "nothing for 95 s");
    known = ft_drift_known(&findings, NULL);
    assert_int_equal(json_array_size(known), 0);
    assert_true(ft_drift_saw_nothing(&findings));
    assert_string_equal(told(findings, known), "unknown standby.told");
}

/* A waiver of "check subject evidence", given at that time. */
static json_t *
waiver(const char *check, const char *evidence, int given)
{
    return json_pack("[{s:s,s:s,s:s,s:s,s:i}]", "check", check, "subject", "h2",
                     "evidence", evidence, "reason", "a lab", "given", given);
}

/* What the last look found is judged by these waivers; ended is taken and given. */
static const char *
waived(const struct fixture *f, json_t *waivers, json_t **ended)
{
    struct ft_findings findings = judge(f);
    json_t *after = ft_drift_waive(waivers, *ended, &findings);

    json_decref(*ended);
    *ended = after;
    return told(findings, NULL);
}

/* What could not be told is a risk until it is waived, and again when it is worse. */
static void
test_waived(void **state)
{
    struct fixture *f = *state;
    FT_AUTOJSON json_t *ended = NULL;
    FT_AUTOJSON json_t *accepted = NULL;
    FT_AUTOJSON json_t *anew = NULL;
    struct ft_findings findings;
    const struct ft_finding *time;

    f->h2->condition.clock_set = -1;
    findings = judge(f);
    time = ft_findings_find(&findings, FT_CHECK_STANDBY_TIME);
    assert_non_null(time);
    accepted = waiver("standby.time", time->evidence, 1);
    anew = waiver("standby.time", time->evidence, 2);
    ft_findings_free(&findings);
    assert_string_equal(waived(f, NULL, &ended), "unknown standby.time");
    assert_string_equal(waived(f, accepted, &ended), "pass standby.time");
    assert_int_equal(json_array_size(ended), 0);

    f->h2->condition.reboot_due = true; /* what is not waived comes first */
    assert_string_equal(waived(f, accepted, &ended),
                        "warn standby.reboot standby.time");
    f->h2->condition.reboot_due = false;

    f->h2->condition.clock_set = 0; /* something else is found */
    assert_string_equal(waived(f, accepted, &ended), "warn standby.time");
    assert_int_equal(json_array_size(ended), 1);
    f->h2->condition.clock_set = -1; /* it has ended for good */
    assert_string_equal(waived(f, accepted, &ended), "unknown standby.time");
    assert_int_equal(json_array_size(ended), 1);
    assert_string_equal(waived(f, anew, &ended), "pass standby.time");
    assert_int_equal(json_array_size(ended), 0);
}

/* A failure is not waived, whatever somebody wrote into the file. */
static void
test_failure_is_not_waived(void **state)
{
    struct fixture *f = *state;
    FT_AUTOJSON json_t *ended = NULL;
    FT_AUTOJSON json_t *accepted = NULL;
    struct ft_findings findings;

    lose_bridge(f);
    findings = judge(f);
    accepted =
        waiver("standby.network",
               ft_findings_find(&findings, FT_CHECK_STANDBY_NETWORK)->evidence,
               1);
    ft_findings_free(&findings);
    assert_string_equal(waived(f, accepted, &ended), "fail standby.network");
    json_decref(accepted);
    accepted = json_pack("[i,{},{s:s}]", 1, "check", "standby.network");
    assert_string_equal(waived(f, accepted, &ended), "fail standby.network");
}

static void
test_worst_first(void **state)
{
    struct fixture *f = *state;

    f->h2->condition.reboot_due = true;
    f->h2->condition.clock_set = -1;
    lose_bridge(f);
    assert_string_equal(told(judge(f), NULL),
                        "fail standby.network standby.time standby.reboot");
}

static void
test_bounded(void **state)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    const char *text;
    int n = 0;

    (void)state;
    for (int i = 0; i < 100; i++)
        ft_findings_add(&findings, i < 50 ? FT_WARN : FT_FAIL,
                        i < 50 ? FT_CHECK_STANDBY_TIME : FT_CHECK_STANDBY_CPU,
                        "h2", NULL, NULL, "%d", i);
    text = told(findings, NULL);
    for (const char *p = text; (p = strchr(p, ' ')) != NULL; p++)
        n++;
    assert_int_equal(n, FT_DRIFT_TOLD_MAX);
    assert_null(strstr(text, "standby.time"));
}

/* How busy a host is comes and goes. */
static void
test_pressure_is_no_drift(void **state)
{
    struct fixture *f = *state;

    f->h2->condition.cpu_pressure = 9000;
    assert_string_equal(told(judge(f), NULL), "pass");
}

/* Of the files that the standby tells of, those of this VM count. */
static void
test_files(void **state)
{
    struct fixture *f = *state;
    struct ft_host_file *files = calloc(2, sizeof(*files));

    replace_xml(f->vm,
                "<domain type='qemu'><os><kernel>/boot/its-own</kernel></os>"
                "</domain>");
    strcpy(files[0].path, "/boot/of-another-vm");
    strcpy(files[1].path, "/boot/its-own");
    files[1].there = files[1].readable = true;
    f->h2->files = files;
    f->h2->file_count = 2;
    assert_string_equal(told(judge(f), NULL), "pass");
    files[1].there = files[1].readable = false;
    assert_string_equal(told(judge(f), NULL), "fail standby.file");
    f->h2->file_count = 1; /* nothing is known of it */
    assert_string_equal(told(judge(f), NULL), "pass");
}

static void
test_clock(void **state)
{
    struct fixture *f = *state;

    f->h1->clock_known = f->h2->clock_known = true;
    f->h2->clock_offset_ms = 3000;
    assert_string_equal(told(judge(f), NULL), "warn standby.clock");
}

static void
test_vm_not_there(void **state)
{
    struct fixture *f = *state;
    struct ft_findings findings = FT_FINDINGS_INIT;

    f->h1->domain_count = 0;
    assert_int_equal(ft_drift_judge(&pair, f->h1, f->h2, &findings), -ENOENT);
    f->h1->domain_count = 1;
    assert_int_equal(findings.count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_drifted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failure_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_warnings_of_before, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_qemu, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_silence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_waived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failure_is_not_waived, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worst_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pressure_is_no_drift, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_vm_not_there, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
