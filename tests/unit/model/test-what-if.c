/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What would become of a VM: the hosts' own decisions, played. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/pair-rows.h"
#include "ui/model/pair-world.h"
#include "ui/model/what-if.h"

#define MS INT64_C(1000000)

/* ---- the little world ---- */

static void
begin(struct ft_world *world, bool witness, bool alone)
{
    struct ft_ownership_config config = FT_OWNERSHIP_CONFIG_INIT;

    config.witness = witness;
    config.alone_without_witness = alone;
    ft_world_begin(world, &config);
    assert_int_equal(ft_world_speaker(world), 0);
    assert_true(ft_world_protected(world));
}

static void
test_world_stands(void **state)
{
    struct ft_world world;

    (void)state;
    begin(&world, true, false);
    assert_int_equal(ft_world_run(&world, 60000 * MS), 0);
    assert_true(ft_world_protected(&world));
    assert_int_equal(world.silent_ns, 0);
    assert_false(world.lost);
}

/* Takeover after the silence, and the survivor's own after three quarters. */
static void
test_world_times(void **state)
{
    struct ft_world world;

    (void)state;
    begin(&world, true, false);
    ft_world_kill(&world, 0);
    assert_int_equal(ft_world_run(&world, 20000 * MS), 1);
    assert_true(world.silent_ns >= 150 * MS && world.silent_ns <= 250 * MS);
    begin(&world, true, false);
    ft_world_kill(&world, 1);
    assert_int_equal(ft_world_run(&world, 20000 * MS), 0);
    assert_true(world.silent_ns >= 100 * MS && world.silent_ns <= 200 * MS);
    assert_false(ft_world_protected(&world));
}

/* ---- rows ---- */

static json_t *
side(const char *host, const char *role, const char *state, json_t *witness)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:o,s:b}",
                     "pair", "p", "vm", "vm1", "host", host, "role", role,
                     "state", state, "reason", "", "primary", "h1", "standby",
                     "h2", "witness", "w1", "generation", 3,
                     "witness_reachable", witness, "alone_without_witness", 0);
}

struct given {
    const char *state;
    bool h1, h2;             /* answers */
    bool witness1, witness2; /* answers h1, h2 */
    bool no_witness, alone;
};

static json_t *
row_of(const struct given *given)
{
    FT_AUTOJSON json_t *primary =
        side("h1", "primary", given->state, json_boolean(given->witness1));
    FT_AUTOJSON json_t *standby =
        side("h2", "standby", given->state, json_boolean(given->witness2));
    FT_AUTOJSON json_t *merged = NULL;
    struct ft_word words[2];
    size_t count = 0;

    if (given->no_witness) {
        json_object_set_new(primary, "witness", json_null());
        json_object_set_new(standby, "witness", json_null());
        json_object_set_new(primary, "alone_without_witness",
                            json_boolean(given->alone));
    }
    if (given->h1)
        words[count++] = (struct ft_word){ "h1", primary, 100, -1, NULL };
    if (given->h2)
        words[count++] = (struct ft_word){ "h2", standby, 100, -1, NULL };
    merged = count ? ft_words_merge(words, count)
                   : json_pack("[o]", json_incref(primary));
    return ft_pair_row(json_array_get(merged, 0), count ? 0.1 : 60, count > 0);
}

#define HOST(name)             \
    {                          \
        FT_LOSS_HOST, name, "" \
    }
#define WITNESS                   \
    {                             \
        FT_LOSS_WITNESS, "w1", "" \
    }
#define LINK(a, b)         \
    {                      \
        FT_LOSS_LINK, a, b \
    }
#define OUTCOME(name) FT_OUTCOME_##name

static const struct {
    struct given given;
    struct ft_loss loss;
    enum ft_outcome outcome;
    const char *on;
} cases[] = {
    /* protected, all well */
    { { "protected", 1, 1, 1, 1, 0, 0 }, HOST("h1"), OUTCOME(ELSEWHERE), "h2" },
    { { "protected", 1, 1, 1, 1, 0, 0 }, HOST("h2"), OUTCOME(LOSES_COPY), "h1" },
    { { "protected", 1, 1, 1, 1, 0, 0 }, HOST("h3"), OUTCOME(UNTOUCHED), "h1" },
    { { "protected", 1, 1, 1, 1, 0, 0 }, WITNESS, OUTCOME(NO_TAKEOVER), "h1" },
    { { "protected", 1, 1, 1, 1, 0, 0 },
      LINK("h1", "h2"),
      OUTCOME(LOSES_COPY),
      "h1" },
    { { "protected", 1, 1, 1, 1, 0, 0 },
      LINK("h2", "h1"),
      OUTCOME(LOSES_COPY),
      "h1" },
    { { "protected", 1, 1, 1, 1, 0, 0 },
      LINK("h2", "w1"),
      OUTCOME(NO_TAKEOVER),
      "h1" },
    { { "protected", 1, 1, 1, 1, 0, 0 },
      LINK("h2", "h3"),
      OUTCOME(UNTOUCHED),
      "h1" },
    /* the witness is gone already: any further loss cuts it off */
    { { "protected", 1, 1, 0, 0, 0, 0 }, HOST("h1"), OUTCOME(STOPS), NULL },
    { { "protected", 1, 1, 0, 0, 0, 0 }, HOST("h2"), OUTCOME(HELD), NULL },
    { { "protected", 1, 1, 0, 0, 0, 0 }, LINK("h1", "h2"), OUTCOME(HELD), NULL },
    /* it answers only one of them */
    { { "protected", 1, 1, 1, 0, 0, 0 }, HOST("h1"), OUTCOME(STOPS), NULL },
    { { "protected", 1, 1, 0, 1, 0, 0 },
      LINK("h1", "h2"),
      OUTCOME(ELSEWHERE),
      "h2" },
    /* without a witness */
    { { "protected", 1, 1, 0, 0, 1, 0 }, HOST("h1"), OUTCOME(STOPS), NULL },
    { { "protected", 1, 1, 0, 0, 1, 0 }, HOST("h2"), OUTCOME(HELD), NULL },
    { { "protected", 1, 1, 0, 0, 1, 1 }, HOST("h2"), OUTCOME(LOSES_COPY), "h1" },
    { { "protected", 1, 1, 0, 0, 1, 1 },
      LINK("h1", "h2"),
      OUTCOME(LOSES_COPY),
      "h1" },
    /* somebody is silent */
    { { "protected", 1, 0, 1, 1, 0, 0 }, HOST("h1"), OUTCOME(CANNOT_TELL), NULL },
    { { "protected", 1, 0, 1, 1, 0, 0 }, HOST("h2"), OUTCOME(LOSES_COPY), "h1" },
    { { "protected", 0, 1, 1, 1, 0, 0 }, HOST("h1"), OUTCOME(CANNOT_TELL), NULL },
    { { "protected", 0, 0, 1, 1, 0, 0 }, HOST("h2"), OUTCOME(CANNOT_TELL), NULL },
    { { "alone", 0, 0, 1, 1, 0, 0 }, HOST("h9"), OUTCOME(CANNOT_TELL), NULL },
    /* without a copy */
    { { "alone", 1, 0, 1, 1, 0, 0 }, HOST("h1"), OUTCOME(STOPS), NULL },
    { { "alone", 1, 0, 1, 1, 0, 0 }, HOST("h2"), OUTCOME(UNTOUCHED), "h1" },
    { { "syncing", 1, 1, 1, 1, 0, 0 }, HOST("h1"), OUTCOME(STOPS), NULL },
    { { "resyncing", 1, 1, 1, 1, 0, 0 }, HOST("h2"), OUTCOME(UNTOUCHED), "h1" },
    { { "unprotected", 1, 1, 1, 1, 0, 0 }, HOST("h1"), OUTCOME(STOPS), NULL },
    { { "failed", 1, 1, 1, 1, 0, 0 }, HOST("h2"), OUTCOME(STOPS), NULL },
};

static void
test_outcomes(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *row = row_of(&cases[i].given);
        struct ft_what_if what;

        ft_what_if(row, &cases[i].loss, &what);
        if (what.outcome != cases[i].outcome)
            fail_msg("case %zu: %s, not %s (%s)", i,
                     ft_outcome_word(what.outcome),
                     ft_outcome_word(cases[i].outcome), what.reason);
        assert_int_equal(!what.on, !cases[i].on);
        if (what.on)
            assert_string_equal(what.on, cases[i].on);
        if (what.outcome == FT_OUTCOME_CANNOT_TELL)
            assert_true(*what.reason);
    }
}

static void
test_loss(void **state)
{
    FT_AUTOJSON json_t *hosts =
        json_pack("[{s:s,s:s},{s:s,s:s},{s:s,s:s}]", "name", "h1", "kind",
                  "hypervisor", "name", "h2", "kind", "hypervisor", "name",
                  "w1", "kind", "witness");
    struct ft_error err = FT_ERROR_INIT;
    struct ft_loss loss;

    (void)state;
    assert_int_equal(ft_loss_parse("h1", hosts, &loss, &err), 0);
    assert_int_equal(loss.kind, FT_LOSS_HOST);
    assert_int_equal(ft_loss_parse("w1", hosts, &loss, &err), 0);
    assert_int_equal(loss.kind, FT_LOSS_WITNESS);
    assert_int_equal(ft_loss_parse("h2,h1", hosts, &loss, &err), 0);
    assert_int_equal(loss.kind, FT_LOSS_LINK);
    assert_string_equal(loss.host, "h2");
    assert_string_equal(loss.other, "h1");
    assert_int_equal(ft_loss_parse("h9", hosts, &loss, &err), -ENOENT);
    assert_int_equal(ft_loss_parse("h1,h9", hosts, &loss, &err), -ENOENT);
    assert_int_equal(ft_loss_parse("", hosts, &loss, &err), -ENOENT);
}

/* Unprotected VMs stop with their host; the worst is told first. */
static void
test_rows(void **state)
{
    const struct given well = { "protected", 1, 1, 1, 1, 0, 0 };
    FT_AUTOJSON json_t *pairs = json_pack("[o]", row_of(&well));
    FT_AUTOJSON json_t *vms =
        json_pack("[{s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s}]",
                  "vm", "lonely", "host", "h1", "state", "running",
                  "protection", "none", "vm", "resting", "host", "h1", "state",
                  "off", "protection", "none", "vm", "vm1", "host", "h1",
                  "state", "running", "protection", "protected");
    const struct ft_loss loss = HOST("h1");
    FT_AUTOJSON json_t *rows = ft_what_if_rows(pairs, vms, &loss);
    const json_t *first = json_array_get(rows, 0);
    const json_t *second = json_array_get(rows, 1);

    (void)state;
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(ft_json_string(first, "vm", ""), "lonely");
    assert_string_equal(ft_json_string(first, "outcome", ""), "stops");
    assert_string_equal(ft_json_string(second, "outcome", ""),
                        "goes on elsewhere");
    assert_true(json_number_value(json_object_get(second, "after_ms")) > 100);
    assert_int_equal(ft_what_if_worst(rows), FT_OUTCOME_STOPS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_world_stands), cmocka_unit_test(test_world_times),
        cmocka_unit_test(test_outcomes),     cmocka_unit_test(test_loss),
        cmocka_unit_test(test_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
