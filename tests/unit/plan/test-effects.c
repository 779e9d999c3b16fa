/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a plan leaves on the hosts: all that there is, by hosts, and what takes it
 * away; and what is there already.
 */
#include "config.h"

#include "plan/plan.h"
#include "tests/unit/inventory-fixture.h"

static struct ft_plan
make(struct fixture *f, const char *witness)
{
    struct ft_plan_choices c = { .vm = "vm1",
                                 .standby = "h2",
                                 .witness = witness,
                                 .pair = PAIR_UUID,
                                 .settings = FT_PAIR_SETTINGS_INIT };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    if (ft_plan_make(&f->inventory, &c, &plan, &err) < 0)
        fail_msg("%s", err.text);
    return plan;
}

/* "kind what" of all that a host has of a step, a line each. */
static void
list(const struct ft_plan *plan, const char *host, const char *step, char *out,
     size_t size)
{
    *out = '\0';
    for (size_t i = 0; i < plan->effects.count; i++) {
        const struct ft_effect *e = &plan->effects.list[i];
        size_t n = strlen(out);

        if (!strcmp(e->host, host) && !strcmp(e->step, step))
            snprintf(out + n, size - n, "%s%s %s\n", e->later ? "later " : "",
                     ft_effect_kind_name(e->kind), e->what);
    }
}

#define P "/var/lib/ftadmin/pairs/" PAIR_UUID
#define ENGINE_OF(hook)                                  \
    "file /usr/local/lib/ftadmin/ftengine\n"             \
    "file /etc/systemd/system/ftengine.service\n"        \
    "file /etc/systemd/system/ftengine-drain.service\n"  \
    "file /etc/init.d/ftengine\n" hook                   \
    "folder /var/lib/ftadmin\nfolder /var/log/ftadmin\n" \
    "folder /run/ftadmin\nservice ftengine\nport tcp 7331\n"
#define HOOK "file /etc/libvirt/hooks/qemu.d/ftadmin\n"
#define OF_PAIR                                             \
    "folder " P "\nkey " P "/key\nprocess ftengine worker " \
    "--pair " PAIR_UUID "\n"

static void
test_all(void **state)
{
    static const struct {
        const char *host, *step, *effects;
    } cases[] = {
        { "h1", "engine", ENGINE_OF(HOOK) },
        { "h2", "engine", ENGINE_OF(HOOK) },
        { "w1", "engine", ENGINE_OF("") },
        { "w1", "witness",
          "folder /var/lib/ftadmin/witness\nprocess ftengine witness\n"
          "port tcp 7332\n" },
        { "w1", "witness-pair",
          "witness pair " PAIR_UUID "\n"
          "key /var/lib/ftadmin/witness/keys/" PAIR_UUID "\n" },
        { "h2", "standby",
          OF_PAIR "key " P "/witness-key\n"
                  "later volume vm1-vda.ftreplica\nlater domain vm1\n" },
        { "h1", "primary",
          OF_PAIR "key " P "/witness-key\n"
                  "later autostart vm1\nlater mirror vda\nlater memory vm1\n"
                  "later gate 52:54:00:11:22:33\n" },
        { "h1", "standby", "" },
        { "h2", "primary", "" },
        { "h3", "engine", "" },
        { "h1", "sync", "" },
    };
    struct ft_plan plan = make(*state, "w1");
    char text[4096];

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        list(&plan, cases[i].host, cases[i].step, text, sizeof(text));
        assert_string_equal(text, cases[i].effects);
    }
    ft_plan_free(&plan);
}

static void
test_without_witness(void **state)
{
    struct ft_plan plan = make(*state, "none");

    for (size_t i = 0; i < plan.effects.count; i++) {
        assert_string_not_equal(plan.effects.list[i].host, "w1");
        assert_null(strstr(plan.effects.list[i].what, "witness"));
    }
    ft_plan_free(&plan);
}

/* What is there already is no effect, and is told. */
static void
test_already_there(void **state)
{
    struct fixture *f = *state;
    struct ft_plan plan;
    char text[4096];

    f->h2->engine_runs = f->w1->engine_runs = f->w1->is_witness = true;
    plan = make(f, "w1");
    list(&plan, "h2", "engine", text, sizeof(text));
    assert_string_equal(text, "service ftengine\n");
    list(&plan, "w1", "witness", text, sizeof(text));
    assert_string_equal(text, "process ftengine witness\n");
    for (size_t i = 0; i < plan.effects.count; i++)
        if (strcmp(plan.effects.list[i].step, "engine") == 0 &&
            strcmp(plan.effects.list[i].host, "h1") != 0) {
            assert_string_equal(plan.effects.list[i].undoing, "stays as it is");
            assert_non_null(strstr(plan.effects.list[i].detail, "0.1.0"));
        }
    ft_plan_free(&plan);
}

static const struct ft_effect *
find(const struct ft_plan *plan, enum ft_effect_kind kind, const char *what)
{
    for (size_t i = 0; i < plan->effects.count; i++)
        if (plan->effects.list[i].kind == kind &&
            strcmp(plan->effects.list[i].what, what) == 0)
            return &plan->effects.list[i];
    return NULL;
}

static const struct ft_effect *
must_find(const struct ft_plan *plan, enum ft_effect_kind kind, const char *what)
{
    const struct ft_effect *found = find(plan, kind, what);

    if (found != NULL)
        return found;
    fail_msg("no %s %s", ft_effect_kind_name(kind), what);
    abort();
}

#define NIC(mac, rest)                                                 \
    "<interface type='bridge'><mac address='52:54:00:00:00:" mac "'/>" \
    "<source bridge='br0'/><model type='virtio'/>" rest "</interface>"

/* Each NIC as src/gate/gate.c would hold it. */
static void
test_gates(void **state)
{
    static const char xml[] =
        "<domain type='kvm'><name>vm1</name><devices>" NIC("01", "")
            NIC("02", "<driver name='qemu'/>")
                NIC("03", "<driver name='vhost'/>")
                    NIC("04", "<driver name='qemu' queues='4'/>")
                        NIC("05", "<driver queues='1'/>") "</devices></domain>";
    static const struct {
        const char *mac;
        bool plug, plug_by_vhost;
    } nics[] = {
        { "52:54:00:00:00:01", false, true },
        { "52:54:00:00:00:02", false, false },
        { "52:54:00:00:00:03", true, true },
        { "52:54:00:00:00:04", true, true },
        { "52:54:00:00:00:05", false, true },
    };
    struct fixture *f = *state;

    for (int vhost = 0; vhost < 2; vhost++) {
        struct ft_effects effects = { NULL, 0 };
        const struct ft_effects_wish wish = { PAIR_UUID, "default", f->h1,
                                              f->h2,     f->w1,     f->vm };
        struct ft_plan plan = { .pair = PAIR_UUID };

        replace_xml(f->vm, xml);
        f->vm->vhost = vhost;
        assert_int_equal(ft_effects_make(&wish, &effects), 0);
        plan.effects = effects;
        for (size_t i = 0; i < FT_ARRAY_SIZE(nics); i++) {
            const struct ft_effect *gate =
                must_find(&plan, FT_EFFECT_GATE, nics[i].mac);
            bool plug = vhost ? nics[i].plug_by_vhost : nics[i].plug;

            assert_int_equal(strncmp(gate->detail, plug ? "plug" : "filter", 4),
                             0);
            assert_int_equal(find(&plan, FT_EFFECT_QDISC, nics[i].mac) != NULL,
                             plug);
        }
        ft_effects_free(&effects);
    }
}

static void
test_firmware_and_tpm(void **state)
{
    struct fixture *f = *state;
    struct ft_effects effects = { NULL, 0 };
    const struct ft_effects_wish wish = { PAIR_UUID, "default", f->h1,
                                          f->h2,     NULL,      f->vm };
    struct ft_plan plan = { .pair = PAIR_UUID };
    const struct ft_effect *found;

    replace_xml(f->vm,
                "<domain type='kvm'><os><nvram>/var/lib/libvirt/qemu/nvram/"
                "vm1_VARS.fd</nvram></os><devices><tpm model='tpm-tis'>"
                "<backend type='emulator'/></tpm></devices></domain>");
    f->vm->autostart = false;
    assert_int_equal(ft_effects_make(&wish, &effects), 0);
    plan.effects = effects;
    found = must_find(&plan, FT_EFFECT_NVRAM,
                      "/var/lib/libvirt/qemu/nvram/vm1_VARS.fd");
    assert_string_equal(found->host, "h2");
    assert_true(found->later);
    assert_non_null(find(&plan, FT_EFFECT_TPM, "swtpm"));
    assert_null(find(&plan, FT_EFFECT_AUTOSTART, "vm1"));
    found = must_find(&plan, FT_EFFECT_VOLUME, "vm1-vda.ftreplica");
    assert_int_equal(found->bytes, 10 * GIB_BYTES);
    assert_non_null(strstr(found->detail, "pool default"));
    ft_effects_free(&effects);
}

static void
test_json(void **state)
{
    struct ft_plan plan = make(*state, "w1");
    FT_AUTOJSON json_t *document = ft_plan_to_json(&plan);
    const json_t *effects = json_object_get(document, "effects");
    const json_t *each;
    size_t i;

    assert_int_equal(json_array_size(effects), plan.effects.count);
    json_array_foreach(effects, i, each) {
        assert_true(*ft_json_string(each, "host", "") != '\0');
        assert_true(*ft_json_string(each, "kind", "") != '\0');
        assert_true(*ft_json_string(each, "what", "") != '\0');
        assert_true(*ft_json_string(each, "undoing", "") != '\0');
        assert_true(json_is_boolean(json_object_get(each, "later")));
    }
    assert_string_equal(ft_effect_kind_name(FT_EFFECT_KINDS), "unknown");
    ft_plan_free(&plan);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all),   TEST(test_without_witness),  TEST(test_already_there),
        TEST(test_gates), TEST(test_firmware_and_tpm), TEST(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
