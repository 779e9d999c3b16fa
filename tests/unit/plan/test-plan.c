/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Placement and plans: which host, why not the others, and what then is done.
 */
#include "config.h"

#include <limits.h>

#include "plan/plan.h"
#include "tests/unit/inventory-fixture.h"

static struct ft_plan_choices
choices(void)
{
    struct ft_plan_choices c = { .vm = "vm1",
                                 .pair = PAIR_UUID,
                                 .settings = FT_PAIR_SETTINGS_INIT };

    return c;
}

static struct ft_placement
place(const struct fixture *f)
{
    struct ft_placement p;

    assert_int_equal(ft_place(&f->inventory, f->h1, f->vm, &p), 0);
    return p;
}

static const struct ft_candidate *
candidate(const struct ft_placement *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->candidates[i].host->name, name) == 0)
            return &p->candidates[i];
    fail_msg("no candidate %s", name);
    abort();
}

static void
expect_standby(const struct fixture *f, const char *name, const char *other,
               const char *reason)
{
    struct ft_placement p = place(f);

    if (name == NULL) {
        assert_null(p.standby);
    } else {
        assert_non_null(p.standby);
        assert_string_equal(p.standby->name, name);
        assert_true(candidate(&p, name)->taken);
        assert_ptr_equal(&p.candidates[0], candidate(&p, name));
    }
    if (strstr(candidate(&p, other)->reason, reason) == NULL)
        fail_msg("%s: \"%s\" lacks \"%s\"", other, candidate(&p, other)->reason,
                 reason);
    for (size_t i = 0; i < p.count; i++)
        assert_true(p.candidates[i].reason[0] != '\0');
    ft_placement_free(&p);
}

static void
test_place_by_name_when_equal(void **state)
{
    struct fixture *f = *state;

    expect_standby(f, "h2", "h3", "name decides");
    f->list[1] = f->h3; /* the order of the inventory is no matter */
    f->list[2] = f->h2;
    expect_standby(f, "h2", "h3", "name decides");
    expect_standby(f, "h2", "w1", "libvirt");
}

static void
test_place_by_memory(void **state)
{
    struct fixture *f = *state;

    f->h3->memory_available++;
    expect_standby(f, "h3", "h2", "less memory");
}

static void
test_place_by_storage(void **state)
{
    struct fixture *f = *state;

    f->h3->pools[0].available++;
    expect_standby(f, "h3", "h2", "less storage");
}

static void
test_place_by_warnings_before_memory(void **state)
{
    struct fixture *f = *state;

    f->h2->memory_available *= 2;
    strcpy(f->h2->libvirt.version, "9.1.0");
    expect_standby(f, "h3", "h2", "warnings");
}

static void
test_place_refuses(void **state)
{
    struct fixture *f = *state;

    f->h2->memory_available = GIB_BYTES;
    expect_standby(f, "h3", "h2", "available");
    strcpy(f->h3->emulators[0].version, "7.1.0");
    expect_standby(f, NULL, "h3", "7.1.0");
    /* a newer one will do, where no other host has the very same */
    strcpy(f->h3->emulators[0].version, "8.0.0");
    expect_standby(f, "h3", "h2", "available");
    f->h2->memory_available = f->h3->memory_available;
    expect_standby(f, "h2", "h3", "warnings");
}

static void
test_place_alone(void **state)
{
    struct fixture *f = *state;
    struct ft_placement p;

    f->inventory.host_count = 1;
    p = place(f);
    assert_null(p.standby);
    assert_int_equal(p.count, 0);
    ft_placement_free(&p);
}

/* ---- plans ---- */

static const char *
text_at(const json_t *json, const char *key)
{
    return ft_json_string(json, key, "(none)");
}

static void
test_plan(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;
    const json_t *hosts, *witness;

    if (ft_plan_make(&f->inventory, &c, &plan, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(plan.pair, PAIR_UUID);
    assert_string_equal(plan.vm_uuid, VM_UUID);
    assert_string_equal(plan.primary, "h1");
    assert_string_equal(plan.standby, "h2");
    assert_string_equal(plan.witness, "w1"); /* no KVM host: before h3 */
    assert_string_equal(plan.pool, "default");
    assert_string_equal(plan.primary_address, "10.78.0.1");
    assert_string_equal(plan.standby_address, "10.78.0.2");
    assert_int_equal(plan.memory, GIB_BYTES);
    assert_int_equal(plan.disk, 10 * GIB_BYTES);

    hosts = json_object_get(plan.config, "hosts");
    assert_int_equal(json_array_size(hosts), 2);
    assert_string_equal(text_at(json_array_get(hosts, 0), "name"), "h1");
    assert_string_equal(
        json_string_value(json_array_get(
            json_object_get(json_array_get(hosts, 1), "addresses"), 0)),
        "10.78.0.2");
    assert_string_equal(
        json_string_value(json_array_get(
            json_object_get(json_array_get(hosts, 1), "addresses"), 1)),
        "10.77.0.2");
    assert_int_equal(ft_json_int(json_array_get(hosts, 0), "port", 0, 65535, 0),
                     7331);
    witness = json_object_get(plan.config, "witness");
    assert_string_equal(text_at(witness, "name"), "w1");
    assert_int_equal(ft_json_int(witness, "port", 0, 65535, 0), 7332);
    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(witness, "addresses"), 0)),
                        "10.78.0.9");
    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(plan.config, "pools"), 1)),
                        "default");
    assert_int_equal(ft_json_int(json_object_get(plan.config, "settings"),
                                 "silence_ms", 0, 9999, 0),
                     200);
    assert_int_equal(ft_json_int(json_object_get(plan.config, "settings"),
                                 "commit_timeout_ms", 0, 9999, 0),
                     1000);
    ft_plan_free(&plan);
}

static void
test_plan_config_has_self(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), 0);
    for (int self = 0; self < 2; self++) {
        FT_AUTOJSON json_t *config = ft_plan_config(&plan, self);

        assert_int_equal(ft_json_int(config, "self", 0, 1, -1), self);
        assert_int_equal(ft_json_int(config, "schema", 0, 9, -1), 1);
    }
    assert_null(json_object_get(plan.config, "self"));
    ft_plan_free(&plan);
}

static void
expect_steps(const struct ft_plan *plan, const char *const *expected)
{
    char line[400];
    size_t i;

    for (i = 0; expected[i] != NULL; i++) {
        assert_true(i < plan->step_count);
        snprintf(line, sizeof(line), "%s %s",
                 ft_step_kind_name(plan->steps[i].kind), plan->steps[i].host);
        assert_string_equal(line, expected[i]);
        assert_true(plan->steps[i].description[0] != '\0');
    }
    assert_int_equal(plan->step_count, i);
}

static void
test_steps(void **state)
{
    static const char *const with[] = {
        "engine h1",  "engine h2",       "engine w1",
        "witness w1", "witness-pair w1", "standby h2",
        "primary h1", "sync h1",         NULL
    };
    static const char *const without[] = { "engine h1",  "engine h2",
                                           "standby h2", "primary h1",
                                           "sync h1",    NULL };
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), 0);
    expect_steps(&plan, with);
    ft_plan_free(&plan);
    c.witness = "none";
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), 0);
    expect_steps(&plan, without);
    assert_true(json_is_null(json_object_get(plan.config, "witness")));
    assert_int_equal(ft_findings_worst(&plan.findings), FT_WARN);
    ft_plan_free(&plan);
}

static void
test_chosen_by_hand(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    c.standby = "h3";
    c.witness = "h2";
    c.address = "10.77.0.3";
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), 0);
    assert_string_equal(plan.standby, "h3");
    assert_string_equal(plan.witness, "h2");
    assert_string_equal(plan.standby_address, "10.77.0.3");
    assert_string_equal(plan.primary_address, "10.77.0.1");
    assert_string_equal(
        json_string_value(json_array_get(
            json_object_get(json_array_get(json_object_get(plan.config, "hosts"),
                                           1),
                            "addresses"),
            1)),
        "10.78.0.3");
    ft_plan_free(&plan);
    c.address = "10.99.0.3";
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), -EINVAL);
    assert_non_null(strstr(err.text, "10.99.0.3"));
    ft_plan_free(&plan);
}

static void
test_witness_by_preference(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    f->h3->is_witness = true; /* it serves already */
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), 0);
    assert_string_equal(plan.witness, "h3");
    ft_plan_free(&plan);
    f->inventory.host_count = 2; /* no third host at all */
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), -EPERM);
    assert_non_null(ft_findings_find(&plan.findings, FT_CHECK_WITNESS_MISSING));
    ft_plan_free(&plan);
}

static void
expect_error(const struct fixture *f, const struct ft_plan_choices *c, int code,
             const char *text)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    assert_int_equal(ft_plan_make(&f->inventory, c, &plan, &err), -code);
    if (strstr(err.text, text) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", err.text, text);
    assert_null(plan.config);
    assert_int_equal(plan.step_count, 0);
    ft_plan_free(&plan);
}

static void
test_errors(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();
    struct ft_known_pair pair = { .pair = "other",
                                  .vm = "vm1",
                                  .vm_uuid = VM_UUID,
                                  .primary = "h1",
                                  .standby = "h2",
                                  .state = "protected" };

    c.vm = "nix";
    expect_error(f, &c, ENOENT, "nix");
    c = choices();
    c.standby = "h9";
    expect_error(f, &c, ENOENT, "h9");
    c = choices();
    c.witness = "w9";
    expect_error(f, &c, ENOENT, "w9");
    c = choices();
    c.standby = "h1";
    expect_error(f, &c, EPERM, "h1");
    c = choices();
    c.witness = "h1";
    expect_error(f, &c, EPERM, "h1");
    c = choices();
    c.pool = "tank";
    expect_error(f, &c, EPERM, "tank");
    c = choices();
    f->vm->state = FT_DOMAIN_OFF;
    expect_error(f, &c, EPERM, "off");
    f->vm->state = FT_DOMAIN_RUNNING;
    f->inventory.pairs = &pair;
    f->inventory.pair_count = 1;
    expect_error(f, &c, EEXIST, "protected already");
    f->inventory.pair_count = 0;
}

static void
test_long_name(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    memset(f->h1->name, 'n', 80);
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), -EPERM);
    assert_non_null(strstr(err.text, "longer than"));
    assert_int_equal(
        ft_findings_find(&plan.findings, FT_CHECK_PLAN_NAME)->verdict, FT_FAIL);
    ft_plan_free(&plan);
}

/* ---- many VMs, one after the other ---- */

#define HOSTS 5
#define VMS 14

struct world {
    struct ft_host *hosts[HOSTS];
    struct ft_known_pair pairs[VMS];
    struct ft_inventory inventory;
    unsigned seed;
};

static int
chance(struct world *w, int limit)
{
    return rand_r(&w->seed) % limit;
}

static void
make_world(struct world *w, unsigned seed)
{
    memset(w, 0, sizeof(*w));
    w->seed = seed;
    for (int i = 0; i < HOSTS; i++) {
        char name[8];

        snprintf(name, sizeof(name), "h%d", i + 1);
        w->hosts[i] = make_host(name, i + 1, 1, "");
        w->hosts[i]->cpu.count = 1 + chance(w, 6);
        w->hosts[i]->memory_available = (uint64_t)(2 + chance(w, 30)) << 30;
        w->hosts[i]->domains = calloc(VMS, sizeof(struct ft_domain));
        assert_non_null(w->hosts[i]->domains);
    }
    w->inventory.hosts = (const struct ft_host *const *)w->hosts;
    w->inventory.host_count = HOSTS;
    w->inventory.pairs = w->pairs;
}

/* A VM that runs on some host, as vm1 of the fixture is made. */
static struct ft_domain *
start_vm(struct world *w, const struct ft_domain *model, int number)
{
    struct ft_host *host = w->hosts[chance(w, HOSTS)];
    struct ft_domain *vm = &host->domains[host->domain_count++];

    *vm = *model;
    vm->xml = strdup(model->xml);
    vm->disks = NULL;
    vm->disk_count = 0;
    vm->macs = NULL;
    vm->mac_count = 0;
    vm->vcpus = 1 + chance(w, 8);
    vm->memory = (uint64_t)(1 + chance(w, 4)) << 30;
    snprintf(vm->name, sizeof(vm->name), "vm%d", number);
    snprintf(vm->uuid, sizeof(vm->uuid), "uuid-%d", number);
    return vm;
}

static int
cpus_of(const struct world *w, const char *name)
{
    for (int i = 0; i < HOSTS; i++)
        if (!strcmp(w->hosts[i]->name, name))
            return w->hosts[i]->cpu.count;
    return 0;
}

/* vCPUs on there when lost is lost: the model, by itself. */
static int
load_after(const struct world *w, const char *there, const char *lost)
{
    int sum = 0;

    for (int i = 0; i < HOSTS; i++)
        for (size_t d = 0; d < w->hosts[i]->domain_count; d++) {
            const struct ft_domain *vm = &w->hosts[i]->domains[d];
            const char *copy = "";

            for (size_t p = 0; p < w->inventory.pair_count; p++)
                if (!strcmp(w->pairs[p].vm_uuid, vm->uuid))
                    copy = w->pairs[p].standby;
            if (!strcmp(w->hosts[i]->name, there) ||
                (!strcmp(w->hosts[i]->name, lost) && !strcmp(copy, there)))
                sum += vm->vcpus;
        }
    return sum;
}

static bool
overloads(struct world *w, const char *standby)
{
    for (int i = 0; i < HOSTS; i++)
        if (strcmp(w->hosts[i]->name, standby) != 0 &&
            load_after(w, standby, w->hosts[i]->name) > 4 * cpus_of(w, standby))
            return true;
    return false;
}

static void
take_pair(struct world *w, const struct ft_domain *vm, const char *primary,
          const char *standby)
{
    struct ft_known_pair *pair = &w->pairs[w->inventory.pair_count++];

    strcpy(pair->vm, vm->name);
    strcpy(pair->vm_uuid, vm->uuid);
    strcpy(pair->primary, primary);
    strcpy(pair->standby, standby);
}

/* Whether another host would have done that is not crowded by any one loss. */
static bool
had_room_elsewhere(struct world *w, const struct ft_domain *vm,
                   const char *primary, const struct ft_placement *p)
{
    bool found = false;

    for (size_t i = 0; i < p->count && !found; i++) {
        if (p->candidates[i].verdict == FT_FAIL)
            continue;
        take_pair(w, vm, primary, p->candidates[i].host->name);
        found = !overloads(w, p->candidates[i].host->name);
        w->inventory.pair_count--;
    }
    return found;
}

static const struct ft_host *
host_of(const struct world *w, const struct ft_domain *vm)
{
    for (int i = 0; i < HOSTS; i++)
        if (ft_host_domain(w->hosts[i], vm->uuid))
            return w->hosts[i];
    return NULL;
}

static void
place_one(struct world *w, struct ft_domain *vm, unsigned seed)
{
    const struct ft_host *primary = host_of(w, vm);
    struct ft_placement p;
    struct ft_host *there;

    assert_int_equal(ft_place(&w->inventory, primary, vm, &p), 0);
    if (p.standby) {
        there = w->hosts[p.standby->name[1] - '1'];
        assert_ptr_not_equal(there, primary);
        assert_true(there->memory_available >= vm->memory + FT_ENGINE_MEMORY);
        take_pair(w, vm, primary->name, there->name);
        if (overloads(w, there->name)) {
            w->inventory.pair_count--;
            if (had_room_elsewhere(w, vm, primary->name, &p))
                fail_msg("seed %u: %s on %s crowds it", seed, vm->name,
                         there->name);
            w->inventory.pair_count++;
        }
        there->memory_available -= vm->memory + FT_ENGINE_MEMORY;
    }
    ft_placement_free(&p);
}

/* Memory is never promised twice, and no host is crowded by the loss of any other one
 * where that can be helped. */
static void
test_single_loss(void **state)
{
    const struct fixture *f = *state;
    int placed = 0;

    for (unsigned seed = 1; seed <= 150; seed++) {
        struct world w;

        make_world(&w, seed);
        for (int i = 0; i < VMS; i++)
            place_one(&w, start_vm(&w, f->vm, i), seed);
        placed += (int)w.inventory.pair_count;
        for (int i = 0; i < HOSTS; i++)
            ft_host_free(w.hosts[i]);
    }
    assert_true(placed > 150 * VMS / 2);
}

static void
test_no_standby(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    f->h2->memory_available = 0;
    f->h3->memory_available = 0;
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), -EPERM);
    assert_string_equal(plan.standby, "");
    assert_non_null(
        ft_findings_find(&plan.findings, FT_CHECK_PLACEMENT_CANDIDATE));
    ft_plan_free(&plan);
    f->inventory.host_count = 1;
    c.witness = "none";
    assert_int_equal(ft_plan_make(&f->inventory, &c, &plan, &err), -EPERM);
    assert_non_null(ft_findings_find(&plan.findings, FT_CHECK_PLACEMENT_NONE));
    ft_plan_free(&plan);
}

static void
test_settings(void **state)
{
    static const struct {
        struct ft_pair_settings settings;
        const char *text; /* NULL: good */
    } cases[] = {
        { FT_PAIR_SETTINGS_INIT, NULL },
        { { 49, 1000, 100, 500, 10, 30, 30, 0, 0, false, 0, "" }, "silence_ms" },
        { { 60001, 1000, 100, 500, 10, 30, 30, 0, 0, false, 0, "" },
          "silence_ms" },
        { { 200, 199, 100, 500, 10, 30, 30, 0, 0, false, 0, "" },
          "commit_timeout_ms" },
        { { 200, 5001, 100, 500, 10, 30, 30, 0, 0, false, 0, "" },
          "commit_timeout_ms" },
        { { 200, 1000, 4, 500, 4, 30, 30, 0, 0, false, 0, "" }, "interval_ms" },
        { { 200, 1000, 100, 99, 10, 30, 30, 0, 0, false, 0, "" },
          "idle_interval_ms" },
        { { 200, 1000, 100, 500, 0, 30, 30, 0, 0, false, 0, "" },
          "min_spacing_ms" },
        { { 200, 1000, 100, 500, 101, 30, 30, 0, 0, false, 0, "" },
          "min_spacing_ms" },
        { { 200, 1000, 100, 500, 10, 0, 30, 0, 0, false, 0, "" },
          "pause_share_percent" },
        { { 200, 1000, 100, 500, 10, 91, 30, 0, 0, false, 0, "" },
          "pause_share_percent" },
        { { 200, 1000, 100, 500, 10, 30, 0, 0, 0, false, 0, "" },
          "cpu_budget_percent" },
        { { 200, 1000, 100, 500, 10, 30, 101, 0, 0, false, 0, "" },
          "cpu_budget_percent" },
        { { 200, 1000, 100, 500, 10, 30, 30, -1, 0, false, 0, "" },
          "max_rate_mib" },
        { { 200, 1000, 100, 500, 10, 30, 30, 1048577, 0, false, 0, "" },
          "max_rate_mib" },
        { { 200, 1000, 100, 500, 10, 30, 30, 0, -1, false, 0, "" },
          "rehearse_days" },
        { { 200, 1000, 100, 500, 10, 30, 30, 0, 366, false, 0, "" },
          "rehearse_days" },
        { { 200, 1000, 100, 500, 10, 30, 30, 0, 0, false, -1, "" },
          "rehearse_agent" },
        { { 200, 1000, 100, 500, 10, 30, 30, 0, 0, false, 2, "" },
          "rehearse_agent" },
        { { 50, 1000, 5, 5, 1, 90, 1, 1048576, 365, true, 1, "login:" }, NULL },
    };
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_error err = FT_ERROR_INIT;
        int rc = ft_settings_check(&cases[i].settings, &err);

        assert_int_equal(rc, cases[i].text != NULL ? -EINVAL : 0);
        if (cases[i].text != NULL)
            assert_non_null(strstr(err.text, cases[i].text));
    }
    c.settings.silence_ms = 1;
    expect_error(f, &c, EINVAL, "silence_ms");
}

/* Latency is spacing and an epoch; what would not fit is made to. */
static void
test_latency(void **state)
{
    struct ft_pair_settings s = FT_PAIR_SETTINGS_INIT;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_settings_latency(&s), FT_SETTINGS_LATENCY_MIN);
    for (int ms = FT_SETTINGS_LATENCY_MIN; ms <= FT_SETTINGS_LATENCY_MAX; ms++) {
        s = (struct ft_pair_settings)FT_PAIR_SETTINGS_INIT;
        ft_settings_set_latency(&s, ms);
        assert_int_equal(ft_settings_latency(&s), ms);
        assert_int_equal(ft_settings_check(&s, &err), 0);
    }
    assert_int_equal(s.idle_interval_ms, 1000);
    ft_settings_set_latency(&s, 0);
    assert_int_equal(s.min_spacing_ms, 1);
    ft_settings_set_latency(&s, INT_MAX);
    assert_int_equal(s.min_spacing_ms, 1000);
}

/* Who may be silent for longer is not left sooner; a short silence changes none. */
static void
test_silence(void **state)
{
    static const int cases[][2] = {
        { 50, 1000 },   { 1000, 1000 }, { 1001, 1001 },
        { 5000, 5000 }, { 5001, 5000 }, { 60000, 5000 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_pair_settings s = FT_PAIR_SETTINGS_INIT;

        ft_settings_set_silence(&s, cases[i][0]);
        assert_int_equal(s.silence_ms, cases[i][0]);
        assert_int_equal(s.commit_timeout_ms, cases[i][1]);
    }
}

static void
test_settings_rate(void **state)
{
    static const struct {
        const char *text;
        int mib; /* -1: refused */
    } cases[] = {
        { "none", 0 },
        { "1M", 1 },
        { "100M", 100 },
        { "100m", 100 },
        { "2G", 2048 },
        { "1g", 1024 },
        { "1024G", 1048576 },
        { "1048576M", 1048576 },
        { "007M", 7 },
        { "", -1 },
        { "M", -1 },
        { "100", -1 },
        { "0M", -1 },
        { "-1M", -1 },
        { "+1M", -1 },
        { " 1M", -1 },
        { "1 M", -1 },
        { "1MB", -1 },
        { "1.5G", -1 },
        { "1K", -1 },
        { "1025G", -1 },
        { "1048577M", -1 },
        { "99999999999999999999M", -1 },
        { "None", -1 },
        { "none ", -1 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        int mib = 7, rc = ft_settings_parse_rate(cases[i].text, &mib);

        if (rc != (cases[i].mib < 0 ? -EINVAL : 0) ||
            (!rc && mib != cases[i].mib))
            fail_msg("%s: %d, %d", cases[i].text, rc, mib);
    }
}

static void
test_settings_json(void **state)
{
    struct ft_pair_settings s = { 300, 1500, 50, 600,  7, 40,
                                  20,  100,  9,  true, 1, "in:" };
    struct ft_pair_settings back = FT_PAIR_SETTINGS_INIT, other = s;
    FT_AUTOJSON json_t *json = ft_settings_to_json(&s);
    FT_AUTOJSON json_t *odd =
        json_pack("{s:s,s:i,s:i}", "interval_ms", "7", "pause_share_percent",
                  11, "rehearse_console", 5);
    FT_AUTOJSON json_t *none = ft_settings_changes(&s, &other);
    FT_AUTOJSON json_t *some = NULL;

    (void)state;
    ft_settings_from_json(&back, json);
    assert_memory_equal(&back, &s, sizeof(s));
    ft_settings_from_json(&back, odd);
    assert_int_equal(back.interval_ms, 50);
    assert_int_equal(back.pause_share_percent, 11);
    assert_string_equal(back.rehearse_console, "in:");
    assert_int_equal(json_object_size(none), 0);
    other.min_spacing_ms = 8;
    other.cpu_budget_percent = 9;
    other.max_rate_mib = 0;
    other.commit_timeout_ms = 2000;
    other.silence_ms = 1000; /* no engine changes that in a running pair */
    other.rehearse_console[0] = '\0';
    some = ft_settings_changes(&s, &other);
    assert_int_equal(json_object_size(some), 5);
    assert_int_equal(ft_json_int(some, "max_rate_mib", 0, 99, 7), 0);
    assert_string_equal(ft_json_string(some, "rehearse_console", "?"), "");
    assert_int_equal(ft_json_int(some, "commit_timeout_ms", 0, 9999, 0), 2000);
    assert_int_equal(ft_json_int(some, "min_spacing_ms", 0, 100, 0), 8);
    assert_int_equal(ft_json_int(some, "cpu_budget_percent", 0, 100, 0), 9);
}

static void
test_same_input_same_answer(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan a, b;
    FT_AUTOJSON json_t *ja = NULL, *jb = NULL;
    const struct ft_host *swap;

    assert_int_equal(ft_plan_make(&f->inventory, &c, &a, &err), 0);
    swap = f->list[0];
    f->list[0] = f->list[3];
    f->list[3] = swap;
    assert_int_equal(ft_plan_make(&f->inventory, &c, &b, &err), 0);
    ja = ft_plan_to_json(&a);
    jb = ft_plan_to_json(&b);
    assert_non_null(ja);
    assert_true(json_equal(ja, jb));
    ft_plan_free(&a);
    ft_plan_free(&b);
}

/* A pair that stands is checked as it is; a standby that is full is no news. */
static void
test_checks_of_a_pair_that_stands(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices c = choices();
    struct ft_known_pair pair = { .pair = PAIR_UUID,
                                  .vm = "vm1",
                                  .primary = "h1",
                                  .standby = "h2",
                                  .state = "protected" };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    strcpy(pair.vm_uuid, f->vm->uuid);
    f->inventory.pairs = &pair;
    f->inventory.pair_count = 1;
    c.standby = "h2";
    assert_int_equal(ft_plan_check(&f->inventory, &c, &plan, &err), 0);
    assert_int_equal(
        ft_findings_find(&plan.findings, FT_CHECK_VM_PROTECTED)->verdict,
        FT_FAIL);
    assert_null(plan.config);
    ft_plan_free(&plan);
    f->inventory.resuming = PAIR_UUID;
    f->inventory.standing = true;
    assert_int_equal(ft_plan_check(&f->inventory, &c, &plan, &err), 0);
    assert_int_equal(
        ft_findings_find(&plan.findings, FT_CHECK_VM_PROTECTED)->verdict,
        FT_PASS);
    assert_null(ft_findings_find(&plan.findings, FT_CHECK_STANDBY_MEMORY));
    assert_null(ft_findings_find(&plan.findings, FT_CHECK_STANDBY_POOL));
    assert_non_null(ft_findings_find(&plan.findings, FT_CHECK_STANDBY_NETWORK));
    assert_int_equal(plan.step_count, 0);
    ft_plan_free(&plan);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_place_by_name_when_equal),
        TEST(test_place_by_memory),
        TEST(test_place_by_storage),
        TEST(test_place_by_warnings_before_memory),
        TEST(test_place_refuses),
        TEST(test_place_alone),
        TEST(test_plan),
        TEST(test_plan_config_has_self),
        TEST(test_steps),
        TEST(test_chosen_by_hand),
        TEST(test_witness_by_preference),
        TEST(test_errors),
        TEST(test_long_name),
        TEST(test_single_loss),
        TEST(test_no_standby),
        TEST(test_settings),
        TEST(test_latency),
        TEST(test_silence),
        TEST(test_settings_rate),
        TEST(test_settings_json),
        TEST(test_same_input_same_answer),
        TEST(test_checks_of_a_pair_that_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
