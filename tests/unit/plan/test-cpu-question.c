/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libvirt is asked about a VM's CPU, its answer, and what is said of that.
 */
#include "config.h"

#include "plan/checks-private.h"
#include "plan/cpu-question.h"
#include "tests/unit/inventory-fixture.h"

#define XML(cpu)                                                            \
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64'>hvm</type>" \
    "</os>" cpu "<devices/></domain>"
#define CUSTOM                                                                \
    "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>" \
    "Skylake-Server</model><feature policy='disable' name='mpx'/></cpu>"

/* As libxml2 writes it. */
#define CUSTOM_AS_TEXT                                                       \
    "<cpu mode=\"custom\" match=\"exact\" check=\"full\"><model "            \
    "fallback=\"forbid\">Skylake-Server</model><feature policy=\"disable\" " \
    "name=\"mpx\"/></cpu>"

static void
test_question(void **state)
{
    static const struct {
        const char *xml;
        bool kvm, asked;
    } cases[] = {
        { XML(CUSTOM), true, true },
        { XML(CUSTOM), false, false },
        { XML("<cpu mode='host-passthrough' check='none'/>"), true, false },
        { XML("<cpu mode='maximum'/>"), true, false },
        { XML("<cpu mode='custom'/>"), true, false },
        { XML(""), true, false },
        { "<domain", true, false },
        { "", true, false },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *question = NULL;

        free(f->vm->xml);
        f->vm->xml = strdup(cases[i].xml);
        f->vm->kvm = cases[i].kvm;
        question = ft_cpu_question(f->vm);
        if (!question != !cases[i].asked)
            fail_msg("case %zu", i);
        if (!question)
            continue;
        assert_string_equal(ft_json_string(question, "cpu", ""), CUSTOM_AS_TEXT);
        assert_string_equal(ft_json_string(question, "emulator", ""),
                            "/usr/bin/qemu-system-x86_64");
        assert_string_equal(ft_json_string(question, "machine", ""),
                            "pc-i440fx-7.2");
        assert_string_equal(ft_json_string(question, "arch", ""), "x86_64");
        assert_string_equal(ft_json_string(question, "type", ""), "kvm");
    }
    free(f->vm->xml);
    f->vm->xml = NULL;
    assert_null(ft_cpu_question(f->vm));
}

static void
test_verdicts(void **state)
{
    static const struct {
        const char *answer; /* NULL: not asked */
        const char *there;  /* features of the host there */
        enum ft_verdict verdict;
        const char *evidence;
    } cases[] = {
        { NULL, "fpu sse sse2 avx", FT_PASS, "has all the primary's has" },
        { NULL, "fpu sse sse2", FT_WARN, "lacks 1 features" },
        { "{\"result\":\"yes\",\"text\":\"\"}", "fpu sse sse2", FT_PASS,
          "libvirt on h2 says that KVM there has all features" },
        { "{\"result\":\"no\",\"text\":\"Host CPU does not provide required "
          "features: avx512f\"}",
          "fpu sse sse2 avx", FT_FAIL, "required features: avx512f" },
        { "{\"result\":\"error\",\"text\":\"no\\u0007 \\u001bway\"}",
          "fpu sse sse2 avx", FT_UNKNOWN, "cannot compare CPUs: no   way" },
        { "{\"result\":\"maybe\"}", "fpu sse sse2 avx", FT_PASS,
          "has all the primary's has" },
        { "[7]", "fpu sse sse2", FT_WARN, "lacks 1 features" },
    };
    struct fixture *f = *state;

    free(f->vm->xml);
    f->vm->xml = strdup(XML(CUSTOM));
    f->vm->kvm = f->h1->kernel.kvm = f->h2->kernel.kvm = true;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *answer =
            cases[i].answer ? json_loads(cases[i].answer, 0, NULL) : NULL;
        struct ft_findings findings = FT_FINDINGS_INIT;
        const struct ft_finding *found;

        free(f->h2->cpu.flags);
        f->h2->cpu.flags = strdup(cases[i].there);
        ft_cpu_answer(answer, f->h2);
        assert_int_equal(ft_check_cpu(f->h1, f->vm, f->h2, &findings), 0);
        found = ft_findings_find(&findings, FT_CHECK_STANDBY_CPU);
        if (!found || found->verdict != cases[i].verdict ||
            !strstr(found->evidence, cases[i].evidence))
            fail_msg("case %zu: %s", i, found ? found->evidence : "nothing");
        ft_findings_free(&findings);
    }
    ft_cpu_answer(NULL, f->h2);
    assert_int_equal(f->h2->cpu_answer, FT_CPU_NOT_ASKED);
}

static void
test_long(void **state)
{
    struct fixture *f = *state;
    char text[1000] = "";
    FT_AUTOJSON json_t *answer = NULL;

    memset(text, 'x', sizeof(text) - 1);
    answer = json_pack("{s:s,s:s}", "result", "no", "text", text);
    ft_cpu_answer(answer, f->h2);
    assert_int_equal(f->h2->cpu_answer, FT_CPU_LACKS);
    assert_int_equal(strlen(f->h2->cpu_answer_text),
                     sizeof(f->h2->cpu_answer_text) - 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_question, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_verdicts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
