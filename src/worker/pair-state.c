/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record: what a side of a pair must not forget. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/boot.h"
#include "base/cleanup.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/json.h"
#include "base/slots.h"
#include "virt/run-state.h"
#include "worker/made.h"
#include "worker/pair-store.h"

#define RECORD "state"        /* its slots are state.0 and state.1 */
#define OLD_FILE "state.json" /* of before slots */
#define OLD_FILE_MAX (256u << 10)

static int
parse_state(const struct ft_pair_config *config, const json_t *json,
            struct ft_pair_record *out, struct ft_error *err)
{
    struct ft_ownership_record *r = &out->record;
    const char *boot = ft_json_string(json, "boot", "");
    char now[FT_BOOT_ID_SIZE];
    const char *role = ft_json_string(json, "role", "");
    const char *owner = ft_json_string(json, "owner", "");

    r->generation = ft_json_int(json, "generation", 1, INT64_MAX, 0);
    r->owner = !strcmp(owner, config->hosts[1].name);
    r->role = strcmp(role, ft_role_name(FT_ROLE_PRIMARY)) ? FT_ROLE_STANDBY
                                                          : FT_ROLE_PRIMARY;
    r->peer_may_take_over = ft_json_bool(json, "peer_may_take_over", 1) &&
                            r->role == FT_ROLE_PRIMARY;
    r->was_protected = ft_json_bool(json, "was_protected", 0);
    r->unrun = ft_json_bool(json, "unrun", 0);
    r->off = ft_json_bool(json, "off", 0);
    r->offered = ft_json_bool(json, "offered", 0);
    ft_boot_id(now);
    out->rebooted = *boot && *now && strcmp(boot, now) != 0;
    if (!r->generation || strcmp(role, ft_role_name(r->role)) ||
        (!r->owner && strcmp(owner, config->hosts[0].name)))
        return ft_fail(err, EINVAL, "Run ftadmin unprotect and protect again.",
                       "the state of pair %s is damaged", config->pair);
    out->autostart = ft_json_bool(json, "autostart", 0);
    out->epoch = ft_json_int(json, "epoch", 0, INT64_MAX, 0);
    out->last_takeover = json_incref(json_object_get(json, "last_takeover"));
    out->made = json_incref(json_object_get(json, "made"));
    if (!out->made)
        out->made = ft_made_of_before(json, config->pools[config->self]);
    out->images = json_incref(json_object_get(json, "images"));
    out->disks = json_incref(json_object_get(json, "disks"));
    out->stood = (int)ft_json_int(json, "stood", 0, FT_RUN_COUNT - 1, 0);
    out->unsettled = ft_json_bool(json, "unsettled", 0);
    return out->made ? 0 : ft_fail(err, ENOMEM, NULL, "no memory");
}

/* -ENOENT: neither the slots nor a file of before are there. */
static int
read_record(const char *pair, json_t **json, struct ft_error *err)
{
    FT_AUTOFREE char *text = NULL;
    char path[PATH_MAX];
    size_t size = 0;
    int rc;

    ft_pair_path(pair, RECORD, path);
    rc = ft_slots_read(path, &text, &size);
    if (rc == -ENOENT) {
        ft_pair_path(pair, OLD_FILE, path);
        return ft_json_load(path, OLD_FILE_MAX, json, err);
    }
    if (rc == -EBADMSG)
        return ft_fail(err, EINVAL, "Run ftadmin unprotect and protect again.",
                       "%s.0 and %s.1 are damaged", path, path);
    return rc ? ft_fail(err, -rc, NULL, "cannot read %s.0 or %s.1: %s", path,
                        path, strerror(-rc))
              : ft_json_parse(text, size, json, err);
}

int
ft_pair_state_load(const struct ft_pair_config *config,
                   struct ft_pair_record *out, struct ft_error *err)
{
    FT_AUTOJSON json_t *json = NULL;
    int rc;

    memset(out, 0, sizeof(*out));
    out->record.generation = 1;
    out->record.role = config->self ? FT_ROLE_STANDBY : FT_ROLE_PRIMARY;
    rc = read_record(config->pair, &json, err);
    if (rc)
        return rc == -ENOENT ? 0 : rc;
    return parse_state(config, json, out, err);
}

static json_t *
state_json(const struct ft_pair_config *config,
           const struct ft_pair_record *state, json_t *images)
{
    const struct ft_ownership_record *r = &state->record;
    char boot[FT_BOOT_ID_SIZE];

    ft_boot_id(boot);
    return json_pack(
        "{s:i,s:I,s:s,s:s,s:b,s:b,s:b,s:b,s:b,s:s,s:b,s:I,s:O?,s:O?,s:O?,"
        "s:O?,s:b,s:i}",
        "schema", 1, "generation", (json_int_t)r->generation, "owner",
        config->hosts[r->owner].name, "role", ft_role_name(r->role),
        "peer_may_take_over", r->peer_may_take_over, "was_protected",
        r->was_protected, "unrun", r->unrun, "off", r->off, "offered",
        r->offered, "boot", boot, "autostart", state->autostart, "epoch",
        (json_int_t)state->epoch, "last_takeover", state->last_takeover, "made",
        state->made, "images", images, "disks", state->disks, "unsettled",
        state->unsettled, "stood", state->stood);
}

/* As much as fits: the oldest images go. NULL: no memory. */
static char *
state_text(const struct ft_pair_config *config,
           const struct ft_pair_record *state)
{
    FT_AUTOJSON json_t *images = json_copy(state->images);

    for (;;) {
        FT_AUTOJSON json_t *json = state_json(config, state, images);
        FT_AUTOFREE char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;

        if (!text || strlen(text) <= FT_SLOT_TEXT_MAX ||
            json_array_remove(images, 0))
            return FT_STEAL(text);
    }
}

static int
write_record(const char *pair, const char *text, struct ft_error *err)
{
    char path[PATH_MAX];
    int rc;

    ft_pair_path(pair, RECORD, path);
    rc = ft_slots_write(path, text, strlen(text));
    if (rc)
        return ft_fail(err, -rc, NULL, "cannot write %s.0 or %s.1: %s", path,
                       path, strerror(-rc));
    ft_pair_path(pair, OLD_FILE, path);
    unlink(path); /* the slots count for more, should it come back */
    return 0;
}

int
ft_pair_state_save(const struct ft_pair_config *config,
                   const struct ft_pair_record *state, struct ft_error *err)
{
    FT_AUTOFREE char *text = state_text(config, state);
    int rc = FT_FAULT("state-save");

    if (rc || !text)
        return ft_fail(err, rc ? -rc : ENOMEM, NULL,
                       "cannot write the record of %s: %s", config->vm,
                       strerror(rc ? -rc : ENOMEM));
    return write_record(config->pair, text, err);
}

int
ft_pair_state_carry_over(const char *pair, struct ft_error *err)
{
    FT_AUTOFREE char *slots = NULL;
    FT_AUTOFREE char *old = NULL;
    char path[PATH_MAX];
    size_t size;
    int rc;

    ft_pair_path(pair, RECORD, path);
    if (ft_slots_read(path, &slots, &size) != -ENOENT)
        return 0;
    ft_pair_path(pair, OLD_FILE, path);
    rc = ft_file_read(path, OLD_FILE_MAX, &old, &size);
    if (rc)
        return rc == -ENOENT ? 0
                             : ft_fail(err, -rc, NULL, "cannot read %s: %s",
                                       path, strerror(-rc));
    return write_record(pair, old, err);
}

void
ft_pair_state_clear(struct ft_pair_record *state)
{
    json_decref(state->last_takeover);
    json_decref(state->made);
    json_decref(state->images);
    json_decref(state->disks);
    state->last_takeover = state->made = state->images = state->disks = NULL;
}
