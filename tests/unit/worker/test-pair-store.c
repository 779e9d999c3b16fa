/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host keeps about a pair: every member of PAIR and of the state missing
 * or wrong, there and back, modes, and the old file when the new one fails.
 * The state folder is "state" in the scratch folder (local.mk).
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <limits.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/slots.h"
#include "worker/made.h"
#include "worker/pair-store.h"

#define PAIR "6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e81"
#define OTHER "00000000-0000-4000-8000-00000000000F"
#define VM_UUID "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
#define WITNESS_KEY \
    "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define FOLDER FT_PAIRS_FOLDER "/" PAIR
#define RECORD FOLDER "/state"
#define OLD FOLDER "/state.json"
#define GAPS "{\"generation\":7,\"owner\":\"h1\",\"role\":\"primary\"}"

static json_t *
good_pair(void)
{
    json_t *json =
        json_pack("{s:i,s:s,s:s,s:s,s:i,"
                  "s:[{s:s,s:[s,s],s:i},{s:s,s:[s]}],s:{s:s,s:[s]},s:[s,s],"
                  "s:{s:i,s:i,s:i,s:i,s:i,s:b}}",
                  "schema", 1, "pair", PAIR, "vm", "vm1", "vm_uuid", VM_UUID,
                  "self", 1, "hosts", "name", "h1", "addresses", "192.0.2.1",
                  "fe80::1", "port", 17, "name", "h2", "addresses", "192.0.2.2",
                  "witness", "name", "w", "addresses", "192.0.2.3", "pools",
                  "fast", "slow", "settings", "silence_ms", 300, "interval_ms",
                  50, "idle_interval_ms", 600, "min_spacing_ms", 20,
                  "pause_share_percent", 40, "alone_without_witness", 1);

    assert_non_null(json);
    return json;
}

static struct ft_pair_config
good_config(void)
{
    FT_AUTOJSON json_t *json = good_pair();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pair_config config;

    if (ft_pair_config_parse(json, &config, &err))
        fail_msg("%s", err.text);
    return config;
}

static void
test_config(void **state)
{
    struct ft_pair_config c = good_config();

    (void)state;
    assert_string_equal(c.pair, PAIR);
    assert_string_equal(c.vm, "vm1");
    assert_string_equal(c.vm_uuid, VM_UUID);
    assert_int_equal(c.self, 1);
    assert_string_equal(c.hosts[0].name, "h1");
    assert_int_equal(c.hosts[0].address_count, 2);
    assert_string_equal(c.hosts[0].addresses[0], "192.0.2.1");
    assert_string_equal(c.hosts[0].addresses[1], "fe80::1");
    assert_int_equal(c.hosts[0].port, 17);
    assert_string_equal(c.hosts[1].name, "h2");
    assert_int_equal(c.hosts[1].address_count, 1);
    assert_int_equal(c.hosts[1].port, FT_ENGINE_PORT);
    assert_string_equal(c.witness.name, "w");
    assert_int_equal(c.witness.port, FT_WITNESS_PORT);
    assert_string_equal(c.pools[0], "fast");
    assert_string_equal(c.pools[1], "slow");
    assert_int_equal(c.silence_ms, 300);
    assert_int_equal(c.commit_timeout_ms, 1000);
    assert_int_equal(c.interval_ms, 50);
    assert_int_equal(c.idle_interval_ms, 600);
    assert_int_equal(c.min_spacing_ms, 20);
    assert_int_equal(c.pause_share_percent, 40);
    assert_int_equal(c.alone_without_witness, 1);
}

/* What may be missing, and then is as ft-protocol(7) says. */
static void
test_config_defaults(void **state)
{
    FT_AUTOJSON json_t *json = good_pair();
    struct ft_pair_config c;

    (void)state;
    json_object_del(json, "pools");
    json_object_del(json, "settings");
    json_object_set_new(json, "witness", json_null());
    assert_int_equal(ft_pair_config_parse(json, &c, NULL), 0);
    assert_string_equal(c.pools[0], "default");
    assert_string_equal(c.pools[1], "default");
    assert_string_equal(c.witness.name, "");
    assert_int_equal(c.silence_ms, 200);
    assert_int_equal(c.interval_ms, 100);
    assert_int_equal(c.idle_interval_ms, 500);
    assert_int_equal(c.min_spacing_ms, 1);
    assert_int_equal(c.pause_share_percent, 50);
    assert_int_equal(c.cpu_budget_percent, 30);
    assert_int_equal(c.max_rate_mib, 0);
    assert_int_equal(c.alone_without_witness, 0);
}

/* A pair of before that setting: who may be silent for longer is not left sooner. */
static void
test_config_without_commit_timeout(void **state)
{
    static const int cases[][2] = { { 50, 1000 },
                                    { 2000, 2000 },
                                    { 60000, 5000 } };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *json = good_pair();
        json_t *settings = json_object_get(json, "settings");
        struct ft_pair_config c;

        json_object_set_new(settings, "silence_ms", json_integer(cases[i][0]));
        assert_int_equal(ft_pair_config_parse(json, &c, NULL), 0);
        assert_int_equal(c.commit_timeout_ms, cases[i][1]);
        json_object_set_new(settings, "commit_timeout_ms", json_integer(300));
        assert_int_equal(ft_pair_config_parse(json, &c, NULL), 0);
        assert_int_equal(c.commit_timeout_ms, 300);
    }
}

/* No setting outside of its bounds is ever used. */
static void
test_config_settings_out_of_bounds(void **state)
{
    static const struct {
        const char *name;
        int low, high;
    } bounds[] = {
        { "silence_ms", 49, 60001 },      { "commit_timeout_ms", 199, 5001 },
        { "interval_ms", 4, 10001 },      { "idle_interval_ms", 4, 60001 },
        { "min_spacing_ms", 0, 1001 },    { "pause_share_percent", 0, 91 },
        { "cpu_budget_percent", 0, 101 }, { "rehearse_days", -1, 366 },
        { "rehearse_agent", -1, 2 },      { "rehearse_console", 0, 1 },
        { "max_rate_mib", -1, 1048577 },
    };

    (void)state;
    for (int high = 0; high < 2; high++) {
        FT_AUTOJSON json_t *json = good_pair();
        json_t *settings = json_object_get(json, "settings");
        struct ft_pair_config c;

        for (size_t i = 0; i < FT_ARRAY_SIZE(bounds); i++)
            json_object_set_new(settings, bounds[i].name,
                                json_integer(high ? bounds[i].high
                                                  : bounds[i].low));
        json_object_set_new(settings, "alone_without_witness", json_integer(1));
        assert_int_equal(ft_pair_config_parse(json, &c, NULL), 0);
        assert_int_equal(c.silence_ms, 200);
        assert_int_equal(c.commit_timeout_ms, 1000);
        assert_int_equal(c.interval_ms, 100);
        assert_int_equal(c.idle_interval_ms, 500);
        assert_int_equal(c.min_spacing_ms, 1);
        assert_int_equal(c.pause_share_percent, 50);
        assert_int_equal(c.cpu_budget_percent, 30);
        assert_int_equal(c.max_rate_mib, 0);
        assert_int_equal(c.rehearse_days, 0);
        assert_int_equal(c.rehearse_agent, 0);
        assert_string_equal(c.rehearse_console, "");
        assert_int_equal(c.alone_without_witness, 0);
    }
}

/* The member at a path such as "hosts/1/name"; *key is the last part of it. */
static json_t *
parent_of(json_t *json, const char *path, const char **key)
{
    static char part[64];
    const char *slash;

    while ((slash = strchr(path, '/'))) {
        snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
        json = json_is_array(json) ? json_array_get(json, (size_t)atoi(part))
                                   : json_object_get(json, part);
        assert_non_null(json);
        path = slash + 1;
    }
    *key = path;
    return json;
}

/* Puts value (JSON, or NULL for nothing) there. */
static void
change(json_t *json, const char *path, const char *value)
{
    const char *key;
    json_t *parent = parent_of(json, path, &key);

    if (!value)
        json_object_del(parent, key);
    else if (json_is_array(parent))
        json_array_set_new(parent, (size_t)atoi(key),
                           json_loads(value, JSON_DECODE_ANY, NULL));
    else
        json_object_set_new(parent, key,
                            json_loads(value, JSON_DECODE_ANY, NULL));
}

#define TEXT_64                                \
    "0123456789012345678901234567890123456789" \
    "012345678901234567890123"

static void
test_config_wrong(void **state)
{
    static const struct {
        const char *path, *value, *says;
        int code;
    } cases[] = {
        { "schema", NULL, "schema", EPROTO },
        { "schema", "2", "schema", EPROTO },
        { "schema", "\"1\"", "schema", EPROTO },
        { "pair", NULL, "\"pair\"", EINVAL },
        { "pair", "7", "\"pair\"", EINVAL },
        { "pair", "\"../../../etc\"", "\"pair\"", EINVAL },
        { "pair", "\"" PAIR "0\"", "\"pair\"", EINVAL },
        { "vm_uuid", NULL, "\"vm_uuid\"", EINVAL },
        { "vm_uuid", "\"not-a-uuid\"", "\"vm_uuid\"", EINVAL },
        { "vm", NULL, "\"vm\"", EINVAL },
        { "vm", "\"" TEXT_64 TEXT_64 "\"", "\"vm\"", EINVAL },
        { "self", NULL, "\"self\"", EINVAL },
        { "self", "2", "\"self\"", EINVAL },
        { "self", "-1", "\"self\"", EINVAL },
        { "hosts", NULL, "two hosts", EINVAL },
        { "hosts", "{}", "two hosts", EINVAL },
        { "hosts", "[{\"name\":\"h1\",\"addresses\":[\"::1\"]}]", "two hosts",
          EINVAL },
        { "hosts/0", "7", "\"name\"", EINVAL },
        { "hosts/0/name", NULL, "\"name\"", EINVAL },
        { "hosts/0/name", "\"\"", "name", EINVAL },
        { "hosts/0/name", "\"h2\"", "h2", EINVAL },
        { "hosts/1/name", "\"" TEXT_64 "\"", "\"name\"", EINVAL },
        { "hosts/1/addresses", NULL, "address", EINVAL },
        { "hosts/1/addresses", "[]", "address", EINVAL },
        { "hosts/1/addresses", "\"192.0.2.1\"", "address", EINVAL },
        { "hosts/1/addresses", "[7]", "host h2", EINVAL },
        { "hosts/1/addresses", "[\"" TEXT_64 "\"]", "host h2", EINVAL },
        { "hosts/1/addresses",
          "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]", "host h2",
          EINVAL },
        { "witness/name", NULL, "\"name\"", EINVAL },
        { "witness/addresses", "[]", "address", EINVAL },
        { "pools", "[\"" TEXT_64 "\",\"slow\"]", "\"pools\"", EINVAL },
        { "pools", "[\"fast\",7]", "\"pools\"", EINVAL },
        { "pools", "[\"fast\"]", "\"pools\"", EINVAL },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *json = good_pair();
        struct ft_error err = FT_ERROR_INIT;
        struct ft_pair_config c;
        int rc;

        change(json, cases[i].path, cases[i].value);
        rc = ft_pair_config_parse(json, &c, &err);
        if (rc != -cases[i].code)
            fail_msg("%s %s: %d", cases[i].path, cases[i].value, rc);
        assert_in(err.text, cases[i].says);
    }
}

static void
test_uuid(void **state)
{
    (void)state;
    assert_true(ft_uuid_valid(PAIR));
    assert_true(ft_uuid_valid("ABCDEF00-0000-4000-8000-00000000000F"));
    assert_false(ft_uuid_valid(NULL));
    assert_false(ft_uuid_valid(""));
    assert_false(ft_uuid_valid("6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e8"));
    assert_false(ft_uuid_valid("6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e811"));
    assert_false(ft_uuid_valid("6d2f1c1e00f4b-4a53-9f0e-3b0d5c6a7e81"));
    assert_false(ft_uuid_valid("6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e8g"));
    assert_false(ft_uuid_valid("6d2f1c1e-0f4b-4a53-9f0e-../..6a7e81."));
}

static void
test_key_from_hex(void **state)
{
    uint8_t key[FT_KEY_SIZE];
    char text[66];

    (void)state;
    assert_int_equal(ft_key_from_hex(KEY, key), 0);
    for (unsigned i = 0; i < FT_KEY_SIZE; i++)
        assert_int_equal(key[i], i);
    assert_int_equal(ft_key_from_hex(NULL, key), -EINVAL);
    assert_int_equal(ft_key_from_hex("", key), -EINVAL);
    assert_int_equal(ft_key_from_hex(KEY "0", key), -EINVAL);
    /* sscanf(3) would take all of these for numbers */
    for (const char *odd = " x+-g"; *odd; odd++)
        for (unsigned at = 0; at < 64; at += 21) {
            strcpy(text, KEY);
            text[at] = *odd;
            assert_int_equal(ft_key_from_hex(text, key), -EINVAL);
        }
}

static void
save_good(void)
{
    FT_AUTOJSON json_t *json = good_pair();
    struct ft_error err = FT_ERROR_INIT;

    if (ft_pair_save(json, KEY, WITNESS_KEY, &err))
        fail_msg("%s", err.text);
}

static void
test_save_and_load(void **state)
{
    struct ft_pair_config expected = good_config(), c;
    struct ft_error err = FT_ERROR_INIT;
    uint8_t key[FT_KEY_SIZE];

    (void)state;
    umask(0);
    save_good();
    assert_int_equal(ft_pair_load(PAIR, &c, &err), 0);
    assert_memory_equal(&c, &expected, sizeof(c));
    assert_int_equal(ft_pair_load_key(PAIR, "key", key, &err), 0);
    assert_int_equal(key[31], 31);
    assert_int_equal(ft_pair_load_key(PAIR, "witness-key", key, &err), 0);
    assert_int_equal(key[0], 0xff);

    /* keys are for root only, whatever the umask */
    assert_int_equal(mode_of(FOLDER), 0700);
    assert_int_equal(mode_of(FOLDER "/key"), 0600);
    assert_int_equal(mode_of(FOLDER "/witness-key"), 0600);
    assert_int_equal(mode_of(FOLDER "/pair.json"), 0600);
}

#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static int
move_witness(const char *step, const char *name, const char *key)
{
    FT_AUTOJSON json_t *witness =
        name ? json_pack("{s:s,s:[s],s:i}", "name", name, "addresses",
                         "10.0.0.9", "port", 7332)
             : NULL;
    struct ft_error err = FT_ERROR_INIT;

    return ft_pair_move_witness(PAIR, step, witness, key, &err);
}

/* The first byte of the key in a slot; -1: there is none. */
static int
key_in(unsigned slot)
{
    uint8_t key[FT_KEY_SIZE];

    return ft_pair_load_key(PAIR, ft_pair_witness_key(slot), key, NULL)
               ? -1
               : key[0];
}

/* Which witnesses are stored; keys of 0 are not looked at. */
static void
assert_witnesses(const char *now, int now_key, const char *next, int next_key)
{
    struct ft_pair_config c;

    assert_int_equal(ft_pair_load(PAIR, &c, NULL), 0);
    assert_string_equal(c.witness.name, now);
    assert_string_equal(c.next_witness.name, next);
    if (now_key)
        assert_int_equal(key_in(c.witness_slot), now_key);
    if (next_key)
        assert_int_equal(key_in(!c.witness_slot), next_key);
}

static void
test_move_witness(void **state)
{
    struct ft_pair_config before = { 0 };
    const char *old = before.witness.name;

    (void)state;
    save_good();
    assert_int_equal(ft_pair_load(PAIR, &before, NULL), 0);
    assert_int_equal(move_witness("move", "n1", NULL), -EPERM);
    assert_int_equal(move_witness("join", "n1", "short"), -EINVAL);
    assert_int_equal(move_witness("join", "n1", NULL), -EINVAL);
    assert_int_equal(move_witness("jump", "n1", KEY_A), -EINVAL);
    assert_witnesses(old, 0, "", 0);
    assert_int_equal(move_witness("back", NULL, NULL), 0);
    assert_int_equal(move_witness("join", "n1", KEY_A), 0);
    assert_witnesses(old, 0, "n1", 0xaa);
    assert_int_equal(move_witness("join", "n1", KEY_B), 0); /* begun anew */
    assert_witnesses(old, 0, "n1", 0xbb);
    assert_int_equal(move_witness("join", "n2", KEY_A), -EPERM);
    assert_int_equal(move_witness("move", "n2", NULL), -EPERM);
    assert_int_equal(move_witness("back", NULL, NULL), 0);
    assert_witnesses(old, 0, "", 0);
    assert_int_equal(move_witness("join", "n1", KEY_A), 0);
    assert_int_equal(move_witness("move", "n1", NULL), 0);
    assert_witnesses("n1", 0xaa, "", 0);
    assert_int_equal(move_witness("move", "n1", NULL), 0);
    assert_int_equal(move_witness("join", "n1", KEY_B), 0); /* it is the one */
    assert_witnesses("n1", 0xaa, "", 0);
    assert_int_equal(move_witness("join", "n3", KEY_B), 0); /* and on */
    assert_witnesses("n1", 0xaa, "n3", 0xbb);
    assert_int_equal(move_witness("move", "n3", NULL), 0);
    assert_witnesses("n3", 0xbb, "", 0);
}

static int
change_settings(const char *text, struct ft_error *err)
{
    FT_AUTOJSON json_t *json = json_loads(text, 0, NULL);

    return ft_pair_change_settings(PAIR, json, err);
}

static void
test_change_settings(void **state)
{
    static const char *const bad[] = {
        "{\"min_spacing_ms\":0}",
        "{\"min_spacing_ms\":1001}",
        "{\"min_spacing_ms\":\"5\"}",
        "{\"min_spacing_ms\":51}", /* above the interval, 50 */
        "{\"interval_ms\":700}",   /* above the idle one, 600 */
        "{\"pause_share_percent\":91}",
        "{\"cpu_budget_percent\":101}",
        "{\"max_rate_mib\":-1}",
        "{\"max_rate_mib\":1048577}",
        "{\"max_rate_mib\":\"100M\"}",
        "{\"commit_timeout_ms\":199}",
        "{\"commit_timeout_ms\":5001}",
        "{\"silence_ms\":500}", /* needs a new worker */
        "{\"rehearse_agent\":true}",
        "{\"rehearse_console\":7}",
        "{\"rehearse_console\":\"*\"}",
        "{\"rehearse_console\":\"a\\nb\"}",
        "{\"rehearse_console\":null}",
        "{\"min_spacing_ms\":5,\"other\":1}",
    };
    struct ft_pair_config expected, c, running = good_config();
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *shown = NULL;

    (void)state;
    save_good();
    assert_int_equal(change_settings("{\"min_spacing_ms\":7,"
                                     "\"commit_timeout_ms\":2500,"
                                     "\"rehearse_agent\":1,"
                                     "\"rehearse_console\":\"in:\","
                                     "\"max_rate_mib\":100,"
                                     "\"cpu_budget_percent\":11}",
                                     &err),
                     0);
    assert_int_equal(ft_pair_load(PAIR, &c, &err), 0);
    expected = good_config();
    expected.min_spacing_ms = 7;
    expected.commit_timeout_ms = 2500;
    expected.cpu_budget_percent = 11;
    expected.max_rate_mib = 100;
    expected.rehearse_agent = 1;
    strcpy(expected.rehearse_console, "in:");
    assert_memory_equal(&c, &expected, sizeof(c));
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++) {
        if (change_settings(bad[i], &err) != -EINVAL)
            fail_msg("%s was taken", bad[i]);
        assert_int_equal(ft_pair_load(PAIR, &c, &err), 0);
        assert_memory_equal(&c, &expected, sizeof(c));
    }
    assert_true(ft_pair_change_settings(OTHER, NULL, &err) < 0);
    /* what a worker takes over while it runs, and what it does not */
    c.silence_ms = 5000;
    ft_pair_take_settings(&running, &c);
    assert_memory_equal(&running, &expected, sizeof(running));
    shown = ft_pair_settings_json(&running);
    assert_string_equal(ft_json_string(shown, "rehearse_console", ""), "in:");
    assert_int_equal(ft_json_int(shown, "cpu_budget_percent", 0, 100, 0), 11);
    assert_int_equal(ft_json_int(shown, "max_rate_mib", 0, 100, 0), 100);
    assert_int_equal(ft_json_int(shown, "silence_ms", 0, 1000, 0),
                     expected.silence_ms);
}

static void
test_save_refuses(void **state)
{
    FT_AUTOJSON json_t *json = good_pair();
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_pair_save(json, NULL, NULL, &err), -EINVAL);
    assert_in(err.text, "key");
    assert_int_equal(ft_pair_save(json, "abc", NULL, &err), -EINVAL);
    assert_int_equal(ft_pair_save(json, KEY, "abc", &err), -EINVAL);
    assert_in(err.text, "witness-key");
    /* without its configuration there is no pair */
    assert_false(is_there(FOLDER "/pair.json"));
    json_object_set_new(json, "pair", json_string("../elsewhere"));
    assert_int_equal(ft_pair_save(json, KEY, NULL, &err), -EINVAL);
    assert_false(is_there(FT_STATE_FOLDER "/elsewhere"));
}

static void
test_load_damaged(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pair_config c;
    uint8_t key[FT_KEY_SIZE];
    char *text;

    (void)state;
    assert_int_equal(ft_pair_load(PAIR, &c, &err), -ENOENT);
    assert_int_equal(ft_pair_load_key(PAIR, "key", key, &err), -ENOENT);
    assert_true(err.hint[0] != '\0');
    save_good();
    text = get_file(FOLDER "/key", NULL);
    put_file_bytes(FOLDER "/key", text, FT_KEY_SIZE - 1);
    assert_int_equal(ft_pair_load_key(PAIR, "key", key, &err), -EINVAL);
    put_file_bytes(FOLDER "/key", text, FT_KEY_SIZE + 1);
    assert_true(ft_pair_load_key(PAIR, "key", key, &err) < 0);
    assert_in(err.text, FOLDER "/key");
    free(text);
    put_file(FOLDER "/pair.json", "{\"schema\":1,");
    assert_int_equal(ft_pair_load(PAIR, &c, &err), -EINVAL);
    assert_in(err.text, "pair.json");
}

/* ---- state ---- */

static struct ft_pair_record
some_state(void)
{
    struct ft_pair_record s = {
        .record = { .generation = UINT64_C(1) << 40,
                    .owner = 1,
                    .role = FT_ROLE_PRIMARY,
                    .peer_may_take_over = true,
                    .was_protected = true,
                    .unrun = true },
        .autostart = 1,
        .epoch = UINT64_C(1) << 50,
        .last_takeover = json_pack("{s:f}", "detect_ms", 201.5),
        .made = json_pack("[{s:s,s:s}]", "kind", "nvram", "path",
                          "/nvram/vm1_VARS.fd"),
        .stood = 3,
    };

    return s;
}

static void
test_state_of_a_new_pair(void **state)
{
    struct ft_pair_config c = good_config();
    struct ft_pair_record s;

    (void)state;
    assert_int_equal(ft_pair_state_load(&c, &s, NULL), 0);
    assert_int_equal(s.record.generation, 1);
    assert_int_equal(s.record.owner, 0);
    assert_int_equal(s.record.role, FT_ROLE_STANDBY);
    assert_false(s.record.peer_may_take_over);
    assert_null(s.made);
    c.self = 0;
    assert_int_equal(ft_pair_state_load(&c, &s, NULL), 0);
    assert_int_equal(s.record.role, FT_ROLE_PRIMARY);
}

static void
test_state_there_and_back(void **state)
{
    struct ft_pair_config c = good_config();
    struct ft_pair_record s = some_state(), back;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    umask(0);
    save_good();
    assert_int_equal(ft_pair_state_save(&c, &s, &err), 0);
    assert_int_equal(mode_of(RECORD ".0"), 0600);
    assert_int_equal(mode_of(RECORD ".1"), 0600);
    assert_int_equal(ft_pair_state_load(&c, &back, &err), 0);
    assert_true(back.record.generation == s.record.generation);
    assert_int_equal(back.record.owner, 1);
    assert_int_equal(back.record.role, FT_ROLE_PRIMARY);
    assert_true(back.record.peer_may_take_over);
    assert_true(back.record.was_protected);
    assert_true(back.record.unrun);
    assert_int_equal(back.autostart, 1);
    assert_true(back.epoch == s.epoch);
    assert_true(json_equal(back.last_takeover, s.last_takeover));
    assert_true(json_equal(back.made, s.made));
    assert_int_equal(back.stood, 3);
    ft_pair_state_clear(&back);
    assert_null(back.last_takeover);
    assert_null(back.made);

    /* the other role, and all that can be off */
    ft_pair_state_clear(&s);
    s.record = (struct ft_ownership_record){ .generation = 2,
                                             .role = FT_ROLE_STANDBY };
    s.autostart = 0;
    s.epoch = 0;
    assert_int_equal(ft_pair_state_save(&c, &s, &err), 0);
    assert_int_equal(ft_pair_state_load(&c, &back, &err), 0);
    assert_int_equal(back.record.generation, 2);
    assert_int_equal(back.record.owner, 0);
    assert_int_equal(back.record.role, FT_ROLE_STANDBY);
    assert_false(back.record.peer_may_take_over);
    assert_false(back.record.was_protected);
    assert_false(back.record.unrun);
    assert_int_equal(back.autostart, 0);
    ft_pair_state_clear(&back);

    /* saving the configuration again leaves the state alone */
    save_good();
    assert_int_equal(ft_pair_state_load(&c, &back, &err), 0);
    assert_int_equal(back.record.generation, 2);
    ft_pair_state_clear(&back);
}

/* Each bit of a record by itself: one that is not read back makes two owners. */
static void
test_state_has_every_bit(void **state)
{
    struct ft_pair_config c = good_config();
    struct ft_pair_record s = { .record = { .generation = 7,
                                            .role = FT_ROLE_PRIMARY } };
    struct ft_ownership_record *r = &s.record;
    bool *const bits[] = { &r->peer_may_take_over, &r->was_protected, &r->unrun,
                           &r->off, &r->offered };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    save_good();
    for (size_t i = 0; i < FT_ARRAY_SIZE(bits); i++) {
        struct ft_pair_record back;

        *bits[i] = true;
        assert_int_equal(ft_pair_state_save(&c, &s, &err), 0);
        assert_int_equal(ft_pair_state_load(&c, &back, &err), 0);
        assert_int_equal(back.record.peer_may_take_over, r->peer_may_take_over);
        assert_int_equal(back.record.was_protected, r->was_protected);
        assert_int_equal(back.record.unrun, r->unrun);
        assert_int_equal(back.record.off, r->off);
        assert_int_equal(back.record.offered, r->offered);
        ft_pair_state_clear(&back);
        *bits[i] = false;
    }
}

static json_t *
get_record(void)
{
    FT_AUTOFREE char *text = NULL;
    size_t size;

    assert_int_equal(ft_slots_read(RECORD, &text, &size), 0);
    return json_loads(text, 0, NULL);
}

static void
put_record(const char *text)
{
    assert_int_equal(ft_slots_write(RECORD, text, strlen(text)), 0);
}

/* A lie about who owns the VM would be worse than no state. */
static void
test_state_damaged(void **state)
{
    static const struct {
        const char *path, *value;
    } cases[] = {
        { "generation", NULL },
        { "generation", "0" },
        { "generation", "-1" },
        { "generation", "\"5\"" },
        { "generation", "5.0" },
        { "owner", NULL },
        { "owner", "\"h3\"" },
        { "owner", "1" },
        { "role", NULL },
        { "role", "\"\"" },
        { "role", "\"secondary\"" },
        { "role", "0" },
    };
    struct ft_pair_config c = good_config();
    struct ft_pair_record s = some_state(), back;

    (void)state;
    save_good();
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *json = NULL;
        FT_AUTOFREE char *text = NULL;
        struct ft_error err = FT_ERROR_INIT;
        int rc;

        assert_int_equal(ft_pair_state_save(&c, &s, &err), 0);
        json = get_record();
        change(json, cases[i].path, cases[i].value);
        text = json_dumps(json, 0);
        put_record(text);
        rc = ft_pair_state_load(&c, &back, &err);
        if (rc != -EINVAL)
            fail_msg("%s %s: %d", cases[i].path, cases[i].value, rc);
        assert_in(err.text, PAIR);
        assert_true(err.hint[0] != '\0');
        ft_pair_state_clear(&back);
    }
    put_record("");
    assert_int_equal(ft_pair_state_load(&c, &back, NULL), -EINVAL);
    put_file(RECORD ".0", "");
    put_file(RECORD ".1", "");
    put_file(OLD, GAPS); /* of long ago */
    assert_int_equal(ft_pair_state_load(&c, &back, NULL), -EINVAL);
    ft_pair_state_clear(&s);
}

/* What is missing beside these is taken for the careful answer. */
static void
test_state_with_gaps(void **state)
{
    struct ft_pair_config c = good_config();
    struct ft_pair_record s;

    (void)state;
    save_good();
    put_record(GAPS);
    assert_int_equal(ft_pair_state_load(&c, &s, NULL), 0);
    assert_true(s.record.peer_may_take_over);
    assert_false(s.record.was_protected);
    assert_int_equal(s.epoch, 0);
    assert_int_equal(s.autostart, 0);
    assert_int_equal(json_array_size(s.made), 0);
    ft_pair_state_clear(&s);
    put_record("{\"generation\":7,\"owner\":\"h1\",\"role\":\"standby\","
               "\"peer_may_take_over\":true,\"epoch\":-4}");
    assert_int_equal(ft_pair_state_load(&c, &s, NULL), 0);
    assert_false(s.record.peer_may_take_over);
    assert_int_equal(s.epoch, 0);
}

static void
test_state_that_cannot_be_written(void **state)
{
    struct ft_pair_config c = good_config();
    struct ft_pair_record s = some_state();
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    save_good();
    assert_int_equal(mkdir(RECORD ".1.new", 0700), 0);
    assert_int_equal(ft_pair_state_save(&c, &s, &err), -EISDIR);
    assert_in(err.text, RECORD ".0");
    assert_int_equal(rmdir(RECORD ".1.new"), 0);
    assert_int_equal(ft_pair_state_save(&c, &s, &err), 0);
    ft_pair_state_clear(&s);
}

/* What was made before there was a list of it is in the list. */
static void
test_state_before_the_list(void **state)
{
    struct ft_pair_config c = good_config();
    struct ft_pair_record s;
    struct ft_made made;

    (void)state;
    save_good();
    put_record("{\"generation\":7,\"owner\":\"h1\",\"role\":\"standby\","
               "\"replicas\":[\"vda\",\"vdb\",5],\"nvram\":\"/nvram/x\","
               "\"defined\":true,\"disks\":{\"vda\":{\"path\":\"/p/vda\"},"
               "\"vdc\":{\"path\":\"/i/c.raw\",\"image\":\"/i/c\","
               "\"stale\":\"/i/c.stale\",\"ran\":true}}}");
    assert_int_equal(ft_pair_state_load(&c, &s, NULL), 0);
    assert_int_equal(json_array_size(s.made), 6);
    assert_true(ft_made_find(s.made, FT_MADE_VOLUME, "vda", &made));
    assert_string_equal(made.path, c.pools[c.self]);
    assert_true(ft_made_find(s.made, FT_MADE_VOLUME, "vdb", &made));
    assert_true(ft_made_find(s.made, FT_MADE_RENAMED, "vdc", &made));
    assert_string_equal(made.path, "/i/c");
    assert_string_equal(made.now, "/i/c.stale");
    assert_true(made.used);
    assert_true(ft_made_find(s.made, FT_MADE_FILE, "vdc", &made));
    assert_string_equal(made.path, "/i/c.raw");
    assert_true(ft_made_find(s.made, FT_MADE_NVRAM, "", &made));
    assert_string_equal(made.path, "/nvram/x");
    assert_true(ft_made_find(s.made, FT_MADE_DEFINITION, "", &made));
    ft_pair_state_clear(&s);
}

/* A record of before slots is read, and then has its slots, as it is. */
static void
test_state_of_before(void **state)
{
    struct ft_pair_config c = good_config();
    struct ft_pair_record s;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    save_good();
    assert_int_equal(ft_pair_state_carry_over(PAIR, &err), 0);
    assert_false(is_there(RECORD ".0"));
    put_file(OLD, GAPS);
    assert_int_equal(ft_pair_state_load(&c, &s, &err), 0);
    assert_true(s.record.generation == 7);
    assert_int_equal(mkdir(RECORD ".1.new", 0700), 0);
    assert_int_equal(ft_pair_state_carry_over(PAIR, &err), -EISDIR);
    assert_int_equal(rmdir(RECORD ".1.new"), 0);
    assert_file(OLD, GAPS);
    assert_int_equal(ft_pair_state_carry_over(PAIR, &err), 0);
    assert_false(is_there(OLD));
    assert_int_equal(ft_pair_state_load(&c, &s, &err), 0);
    assert_true(s.record.generation == 7);
    /* one that comes back counts for less */
    put_file(OLD, "{\"generation\":9,\"owner\":\"h1\",\"role\":\"primary\"}");
    assert_int_equal(ft_pair_state_carry_over(PAIR, &err), 0);
    assert_int_equal(ft_pair_state_load(&c, &s, &err), 0);
    assert_true(s.record.generation == 7);
}

/* A slot has its size: of images, those that were known first are left out. */
static void
test_state_with_long_paths(void **state)
{
    struct ft_pair_config c = good_config();
    struct ft_pair_record s = some_state(), back;
    struct ft_error err = FT_ERROR_INIT;
    char path[1024];

    (void)state;
    save_good();
    for (int i = 0; i < 200; i++) {
        snprintf(path, sizeof(path), "/%0900d", i);
        assert_true(ft_pair_state_add_image(&s, path));
    }
    assert_int_equal(ft_pair_state_save(&c, &s, &err), 0);
    assert_int_equal(ft_pair_state_load(&c, &back, &err), 0);
    assert_true(ft_pair_state_has_image(&back, path));
    assert_true(json_array_size(back.images) > 50);
    assert_true(json_array_size(back.images) < 200);
    assert_true(back.record.generation == s.record.generation);
    ft_pair_state_clear(&s);
    ft_pair_state_clear(&back);
}

#ifdef FT_FAULT_INJECTION
static void
test_state_fault(void **state)
{
    struct ft_pair_config c = good_config();
    struct ft_pair_record s = { .record = { .generation = 1 } };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    /* main() armed ENOSPC at the first save of this program */
    save_good();
    assert_int_equal(ft_pair_state_save(&c, &s, &err), -ENOSPC);
    assert_false(is_there(RECORD ".1"));
}
#endif

/* ---- all pairs ---- */

static void
test_list_and_forget(void **state)
{
    FT_AUTOJSON json_t *list = NULL, *rest = NULL, *none = ft_pair_list();
    FT_AUTOJSON json_t *other = good_pair();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pair_config c = good_config();
    struct ft_pair_record s = { .record = { .generation = 9 } };

    (void)state;
    assert_int_equal(json_array_size(none), 0);
    save_good();
    assert_int_equal(ft_pair_state_save(&c, &s, &err), 0);
    json_object_set_new(other, "pair", json_string(OTHER));
    assert_int_equal(ft_pair_save(other, KEY, NULL, &err), 0);
    assert_int_equal(mkdir(FT_PAIRS_FOLDER "/not-a-pair", 0700), 0);
    assert_int_equal(ft_make_folder(FT_RUN_FOLDER "/" PAIR, 0700), 0);
    put_file(FT_RUN_FOLDER "/" PAIR "/nbd.sock", "");
    list = ft_pair_list();
    assert_int_equal(json_array_size(list), 2);

    assert_int_equal(ft_pair_forget(PAIR, &err), 0);
    assert_false(is_there(FOLDER));
    assert_false(is_there(FT_RUN_FOLDER "/" PAIR));
    rest = ft_pair_list();
    assert_int_equal(json_array_size(rest), 1);
    assert_string_equal(json_string_value(json_array_get(rest, 0)), OTHER);
    assert_int_equal(ft_pair_forget(PAIR, &err), 0);
    /* nothing of its former life comes back */
    save_good();
    assert_int_equal(ft_pair_state_load(&c, &s, &err), 0);
    assert_int_equal(s.record.generation, 1);
    assert_int_equal(ft_pair_forget(OTHER, &err), 0);
}

static int removing_fails;

/* What ft_pair_forget empties a folder with. */
int
unlinkat(int folder, const char *name, int flags)
{
    if (removing_fails) {
        errno = EROFS;
        return -1;
    }
    return (int)syscall(SYS_unlinkat, folder, name, flags);
}

/* The configuration goes first: what is left after a crash is no pair. */
static void
test_forget_half(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pair_config c;

    (void)state;
    save_good();
    removing_fails = 1;
    assert_int_equal(ft_pair_forget(PAIR, &err), -EROFS);
    removing_fails = 0;
    assert_in(err.text, FOLDER);
    assert_true(is_there(FOLDER "/key"));
    assert_int_equal(ft_pair_load(PAIR, &c, &err), -ENOENT);
    assert_int_equal(ft_pair_forget(PAIR, &err), 0);
    assert_false(is_there(FOLDER));
}

static int
clean(void **state)
{
    (void)state;
    nftw(FT_STATE_FOLDER, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    nftw(FT_RUN_FOLDER, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup(function, clean)

int
main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef FT_FAULT_INJECTION
        TEST(test_state_fault),
#endif
        TEST(test_config),
        TEST(test_config_defaults),
        TEST(test_config_without_commit_timeout),
        TEST(test_config_settings_out_of_bounds),
        TEST(test_config_wrong),
        TEST(test_uuid),
        TEST(test_key_from_hex),
        TEST(test_save_and_load),
        TEST(test_move_witness),
        TEST(test_change_settings),
        TEST(test_save_refuses),
        TEST(test_load_damaged),
        TEST(test_state_of_a_new_pair),
        TEST(test_state_there_and_back),
        TEST(test_state_has_every_bit),
        TEST(test_state_damaged),
        TEST(test_state_with_gaps),
        TEST(test_state_that_cannot_be_written),
        TEST(test_state_before_the_list),
        TEST(test_state_of_before),
        TEST(test_state_with_long_paths),
        TEST(test_list_and_forget),
        TEST(test_forget_half),
    };

    setenv("FT_FAULTS", "state-save=28", 1);
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
