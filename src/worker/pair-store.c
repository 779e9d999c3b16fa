/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/pair-store.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/json.h"
#include "base/paths.h"

#define PAIR_FILE_MAX (1 << 20)
#define COMMIT_TIMEOUT_MAX_MS 5000

int
ft_uuid_valid(const char *text)
{
    size_t i;

    if (!text || strlen(text) != 36)
        return 0;
    for (i = 0; i < 36; i++) {
        int dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return 0;
    }
    return 1;
}

static int
need_uuid(const json_t *json, const char *key, char out[37],
          struct ft_error *err)
{
    int rc = ft_json_need_string(json, key, out, 37, err);

    if (!rc && !ft_uuid_valid(out))
        rc = ft_fail(err, EINVAL, NULL, "member \"%s\" is no UUID", key);
    return rc;
}

static int
parse_endpoint(const json_t *json, unsigned default_port,
               struct ft_endpoint *out, struct ft_error *err)
{
    const json_t *addresses = json_object_get(json, "addresses");
    const json_t *address;
    size_t i;
    int rc =
        ft_json_need_string(json, "name", out->name, sizeof(out->name), err);

    if (rc)
        return rc;
    out->port = ft_json_int(json, "port", 1, 65535, default_port);
    json_array_foreach(addresses, i, address) {
        const char *text = json_string_value(address);

        if (!text || strlen(text) >= sizeof(out->addresses[0]) ||
            out->address_count == FT_PAIR_ADDRESSES_MAX)
            return ft_fail(err, EINVAL, NULL, "bad addresses of host %s",
                           out->name);
        strcpy(out->addresses[out->address_count++], text);
    }
    if (!out->name[0] || !out->address_count)
        return ft_fail(err, EINVAL, NULL, "a host without name or address");
    return 0;
}

static int
parse_hosts(const json_t *json, struct ft_pair_config *out, struct ft_error *err)
{
    const json_t *hosts = json_object_get(json, "hosts");
    const json_t *witness = json_object_get(json, "witness");
    const json_t *next = json_object_get(json, "next_witness");
    int64_t self;
    unsigned i;
    int rc = ft_json_need_int(json, "self", 0, 1, &self, err);

    if (rc)
        return rc;
    out->self = self;
    if (json_array_size(hosts) != 2)
        return ft_fail(err, EINVAL, NULL, "a pair has two hosts");
    for (i = 0; i < 2 && !rc; i++)
        rc = parse_endpoint(json_array_get(hosts, i), FT_ENGINE_PORT,
                            &out->hosts[i], err);
    if (!rc && !strcmp(out->hosts[0].name, out->hosts[1].name))
        rc = ft_fail(err, EINVAL, NULL, "both hosts of a pair are %s",
                     out->hosts[0].name);
    if (!rc && json_is_object(witness))
        rc = parse_endpoint(witness, FT_WITNESS_PORT, &out->witness, err);
    if (!rc && json_is_object(next))
        rc = parse_endpoint(next, FT_WITNESS_PORT, &out->next_witness, err);
    out->witness_slot = (unsigned)ft_json_int(json, "witness_slot", 0, 1, 0);
    return rc;
}

static const struct setting {
    const char *name;
    size_t offset; /* of an unsigned of struct ft_pair_config */
    unsigned min, max, standard;
    bool in_place; /* can be changed while the worker runs */
} settings[] = {
#define SETTING(name, ...)                                        \
    {                                                             \
#name, offsetof(struct ft_pair_config, name), __VA_ARGS__ \
    }
    SETTING(silence_ms, 50, 60000, 200, false),
    SETTING(commit_timeout_ms, 200, COMMIT_TIMEOUT_MAX_MS, 1000, true),
    SETTING(interval_ms, 5, 10000, 100, true),
    SETTING(idle_interval_ms, 5, 60000, 500, true),
    SETTING(min_spacing_ms, 1, 1000, 1, true),
    SETTING(pause_share_percent, 1, 90, 50, true),
    SETTING(cpu_budget_percent, 1, 100, 30, true),
    SETTING(max_rate_mib, 0, 1 << 20, 0, true),
    SETTING(rehearse_days, 0, 365, 0, true),
    SETTING(rehearse_agent, 0, 1, 0, true),
#undef SETTING
};

#define CONSOLE "rehearse_console" /* the only text of them; empty: none */

static bool
is_console(const json_t *value)
{
    const char *text = json_string_value(value);

    return text && (!*text || !ft_console_pattern_check(text, NULL));
}

static unsigned *
setting_in(struct ft_pair_config *config, const struct setting *setting)
{
    return (unsigned *)(void *)((char *)config + setting->offset);
}

static void
parse_settings(const json_t *s, struct ft_pair_config *out)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(settings); i++)
        *setting_in(out, &settings[i]) =
            ft_json_int(s, settings[i].name, settings[i].min, settings[i].max,
                        settings[i].standard);
    if (is_console(json_object_get(s, CONSOLE)))
        strcpy(out->rehearse_console, ft_json_string(s, CONSOLE, ""));
    /* of before that setting: who may be silent for longer is not left sooner */
    if (!json_object_get(s, "commit_timeout_ms"))
        out->commit_timeout_ms =
            FT_MAX(out->commit_timeout_ms,
                   FT_MIN(out->silence_ms, COMMIT_TIMEOUT_MAX_MS));
    out->alone_without_witness = ft_json_bool(s, "alone_without_witness", 0);
}

void
ft_pair_take_settings(struct ft_pair_config *to,
                      const struct ft_pair_config *from)
{
    struct ft_pair_config copy = *from;

    for (size_t i = 0; i < FT_ARRAY_SIZE(settings); i++)
        if (settings[i].in_place)
            *setting_in(to, &settings[i]) = *setting_in(&copy, &settings[i]);
    strcpy(to->rehearse_console, from->rehearse_console);
}

json_t *
ft_pair_settings_json(const struct ft_pair_config *config)
{
    struct ft_pair_config copy = *config;
    json_t *json = json_object();

    for (size_t i = 0; i < FT_ARRAY_SIZE(settings); i++)
        json_object_set_new(json, settings[i].name,
                            json_integer(*setting_in(&copy, &settings[i])));
    json_object_set_new(json, CONSOLE, json_string(config->rehearse_console));
    json_object_set_new(json, "alone_without_witness",
                        json_boolean(config->alone_without_witness));
    return json;
}

static int
parse_pools(const json_t *json, struct ft_pair_config *out, struct ft_error *err)
{
    const json_t *pools = json_object_get(json, "pools");
    unsigned i;

    for (i = 0; i < 2; i++) {
        const char *name =
            pools ? json_string_value(json_array_get(pools, i)) : "default";

        if (!name || strlen(name) >= sizeof(out->pools[i]))
            return ft_fail(err, EINVAL, NULL,
                           "member \"pools\" is not two names of pools");
        strcpy(out->pools[i], name);
    }
    return 0;
}

int
ft_pair_config_parse(const json_t *json, struct ft_pair_config *out,
                     struct ft_error *err)
{
    int rc;

    memset(out, 0, sizeof(*out));
    if (ft_json_int(json, "schema", 1, 1, 0) != 1)
        return ft_fail(err, EPROTO, "Use ftadmin and ftengine of one version.",
                       "pair configuration of an unknown schema");
    rc = need_uuid(json, "pair", out->pair, err);
    if (!rc)
        rc = need_uuid(json, "vm_uuid", out->vm_uuid, err);
    if (!rc)
        rc = ft_json_need_string(json, "vm", out->vm, sizeof(out->vm), err);
    if (!rc)
        rc = parse_hosts(json, out, err);
    if (!rc)
        rc = parse_pools(json, out, err);
    if (rc)
        return rc;
    parse_settings(json_object_get(json, "settings"), out);
    return 0;
}

void
ft_pair_path(const char *pair, const char *file, char *out)
{
    snprintf(out, PATH_MAX, "%s/%s%s%s", FT_PAIRS_FOLDER, pair, file ? "/" : "",
             file ? file : "");
}

int
ft_key_from_hex(const char *hex, uint8_t out[FT_KEY_SIZE])
{
    unsigned byte;
    size_t i;

    if (!hex || strlen(hex) != 2ul * FT_KEY_SIZE)
        return -EINVAL;
    for (i = 0; i < FT_KEY_SIZE; i++) {
        if (!isxdigit((unsigned char)hex[2 * i]) ||
            !isxdigit((unsigned char)hex[2 * i + 1]) ||
            sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return -EINVAL;
        out[i] = byte;
    }
    return 0;
}

const char *
ft_pair_witness_key(unsigned slot)
{
    return slot ? "witness-key.1" : "witness-key";
}

static int
save_key(const char *pair, const char *file, const char *hex,
         struct ft_error *err)
{
    uint8_t key[FT_KEY_SIZE];
    char path[PATH_MAX];
    int rc = ft_key_from_hex(hex, key);

    if (rc)
        return ft_fail(err, EINVAL, NULL, "the %s is not 64 hex digits", file);
    ft_pair_path(pair, file, path);
    rc = ft_file_replace(path, key, sizeof(key), 0600);
    explicit_bzero(key, sizeof(key));
    return rc ? ft_fail(err, -rc, NULL, "cannot write %s: %s", path,
                        strerror(-rc))
              : 0;
}

int
ft_pair_save(const json_t *config, const char *key, const char *witness_key,
             struct ft_error *err)
{
    struct ft_pair_config parsed;
    char path[PATH_MAX];
    int rc = ft_pair_config_parse(config, &parsed, err);

    if (rc)
        return rc;
    ft_pair_path(parsed.pair, NULL, path);
    rc = ft_make_folder(path, 0700);
    if (rc)
        return ft_fail(err, -rc, NULL, "cannot make %s: %s", path,
                       strerror(-rc));
    rc = save_key(parsed.pair, "key", key, err);
    if (!rc && witness_key)
        rc = save_key(parsed.pair, ft_pair_witness_key(parsed.witness_slot),
                      witness_key, err);
    if (rc)
        return rc;
    ft_pair_path(parsed.pair, "pair.json", path);
    rc = ft_json_save(path, config);
    return rc ? ft_fail(err, -rc, NULL, "cannot write %s: %s", path,
                        strerror(-rc))
              : 0;
}

static int
check_setting(const char *name, const json_t *value, struct ft_error *err)
{
    json_int_t n = json_integer_value(value);
    size_t i = 0;

    if (!strcmp(name, CONSOLE))
        return is_console(value)
                   ? 0
                   : ft_fail(err, EINVAL, NULL,
                             CONSOLE " must be a text of one line "
                                     "and at most %d bytes",
                             FT_CONSOLE_PATTERN_MAX);
    while (i < FT_ARRAY_SIZE(settings) &&
           (!settings[i].in_place || strcmp(settings[i].name, name)))
        i++;
    if (i == FT_ARRAY_SIZE(settings))
        return ft_fail(err, EINVAL, NULL,
                       "%.64s is no setting of a pair that can be changed",
                       name);
    if (!json_is_integer(value) || n < settings[i].min || n > settings[i].max)
        return ft_fail(err, EINVAL, NULL, "%s must be a number from %u to %u",
                       name, settings[i].min, settings[i].max);
    return 0;
}

/* As they will be, with those that stay. */
static int
check_order(const json_t *pair, struct ft_error *err)
{
    struct ft_pair_config c;
    int rc = ft_pair_config_parse(pair, &c, err);

    if (!rc && (c.min_spacing_ms > c.interval_ms ||
                c.interval_ms > c.idle_interval_ms))
        rc = ft_fail(err, EINVAL, NULL,
                     "min_spacing_ms <= interval_ms <= idle_interval_ms does "
                     "not hold");
    return rc;
}

static int
change_settings(json_t *pair, const json_t *changes, struct ft_error *err)
{
    json_t *now = json_object_get(pair, "settings");
    const char *name;
    json_t *value;
    int rc = 0;

    if (!json_is_object(now)) {
        now = json_object();
        json_object_set_new(pair, "settings", now);
    }
    json_object_foreach((json_t *)(uintptr_t)changes, name, value) {
        rc = check_setting(name, value, err);
        if (rc)
            return rc;
        json_object_set(now, name, value);
    }
    return check_order(pair, err);
}

int
ft_pair_change_settings(const char *pair, const json_t *changes,
                        struct ft_error *err)
{
    FT_AUTOJSON json_t *json = NULL;
    char path[PATH_MAX];
    int rc;

    ft_pair_path(pair, "pair.json", path);
    rc = ft_json_load(path, PAIR_FILE_MAX, &json, err);
    if (!rc)
        rc = change_settings(json, changes, err);
    if (rc)
        return rc;
    rc = ft_json_save(path, json);
    return rc ? ft_fail(err, -rc, NULL, "cannot write %s: %s", path,
                        strerror(-rc))
              : 0;
}

int
ft_pair_load(const char *pair, struct ft_pair_config *out, struct ft_error *err)
{
    FT_AUTOJSON json_t *json = NULL;
    char path[PATH_MAX];
    int rc;

    ft_pair_path(pair, "pair.json", path);
    rc = ft_json_load(path, PAIR_FILE_MAX, &json, err);
    return rc ? rc : ft_pair_config_parse(json, out, err);
}

int
ft_pair_load_key(const char *pair, const char *file, uint8_t key[FT_KEY_SIZE],
                 struct ft_error *err)
{
    FT_AUTOFREE char *data = NULL;
    char path[PATH_MAX];
    size_t size = 0;
    int rc;

    ft_pair_path(pair, file, path);
    rc = ft_file_read(path, FT_KEY_SIZE, &data, &size);
    if (rc || size != FT_KEY_SIZE)
        return ft_fail(err, rc ? -rc : EINVAL,
                       "Run ftadmin unprotect and protect again.",
                       "the key in %s cannot be read", path);
    memcpy(key, data, FT_KEY_SIZE);
    explicit_bzero(data, size);
    return 0;
}

/* A folder of ours and the files in it; there are no folders in it. */
static int
remove_folder(const char *path, struct ft_error *err)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    int rc = 0;

    if (!folder && errno == ENOENT)
        return 0;
    while (folder && !rc && (entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
            unlinkat(dirfd(folder), entry->d_name, 0) < 0 && errno != ENOENT)
            rc = -errno;
    if (folder)
        closedir(folder);
    if (!rc && rmdir(path) < 0 && errno != ENOENT)
        rc = -errno;
    return rc ? ft_fail(err, -rc, NULL, "cannot remove %s: %s", path,
                        strerror(-rc))
              : 0;
}

int
ft_pair_forget(const char *pair, struct ft_error *err)
{
    char path[PATH_MAX];
    int rc;

    /* first: without it the rest means nothing, should we die now */
    ft_pair_path(pair, "pair.json", path);
    unlink(path);
    ft_pair_path(pair, NULL, path);
    rc = remove_folder(path, err);
    snprintf(path, sizeof(path), "%s/%s", FT_RUN_FOLDER, pair);
    return rc ? rc : remove_folder(path, err);
}

json_t *
ft_pair_list(void)
{
    json_t *list = json_array();
    DIR *folder = opendir(FT_PAIRS_FOLDER);
    struct dirent *entry;

    while (folder && (entry = readdir(folder)))
        if (ft_uuid_valid(entry->d_name))
            json_array_append_new(list, json_string(entry->d_name));
    if (folder)
        closedir(folder);
    return list;
}
