/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/drain.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "engine/control-client.h"
#include "engine/drain-plan.h"

#define HAND_OVER_MS 60000 /* silence of the daemon: one of all has an answer */
#define COPIES_NS (30 * FT_NS_PER_S)
#define LOOK_AGAIN_NS (100 * FT_NS_PER_MS)

static int
tell_daemon(struct ft_control_client *c, bool on, json_t **result,
            struct ft_error *err)
{
    return ft_control_client_ask(c, "drain", json_pack("{s:b}", "on", on),
                                 result, err);
}

static const char *
vm_of(const json_t *pairs, int64_t index)
{
    return ft_json_string(json_array_get(pairs, (size_t)index), "vm", "?");
}

/* All at once; a request's number is the pair's place. How many were asked for. */
static int
ask_for_all(struct ft_control_client *c, const json_t *pairs, int *stay,
            struct ft_error *err)
{
    int asked = 0, rc;
    json_t *pair;
    size_t i;

    json_array_foreach(pairs, i, pair) {
        const char *why;
        enum ft_drain drain = ft_drain_judge(pair, &why);

        if (drain == FT_DRAIN_STAYS) {
            printf("%s stays: %s\n", vm_of(pairs, (int64_t)i), why);
            ++*stay;
        }
        if (drain != FT_DRAIN_HAND_OVER)
            continue;
        rc = ft_control_client_send(c, (json_int_t)i, "switchover",
                                    json_pack("{s:O}", "pair",
                                              json_object_get(pair, "pair")),
                                    err);
        if (rc)
            return rc;
        asked++;
    }
    return asked;
}

static int
hear_one(struct ft_control_client *c, const json_t *pairs, int *stay,
         struct ft_error *err)
{
    FT_AUTOJSON json_t *result = NULL;
    int64_t id;
    int rc = ft_control_client_hear(c, &id, &result, err);

    if (rc && id < 0)
        return rc;
    if (rc) {
        printf("%s stays: %s\n", vm_of(pairs, id), err->text);
        ++*stay;
    } else {
        printf("%s goes on on %s\n", vm_of(pairs, id),
               ft_json_string(result, "primary", "?"));
    }
    fflush(stdout);
    return 0;
}

static int
hand_over(struct ft_control_client *c, int *stay, struct ft_error *err)
{
    FT_AUTOJSON json_t *status = NULL;
    const json_t *pairs;
    int asked, rc = ft_control_client_ask(c, "status", NULL, &status, err);

    if (rc)
        return rc;
    pairs = json_object_get(status, "pairs");
    asked = ask_for_all(c, pairs, stay, err);
    for (rc = asked; rc > 0; rc = --asked) {
        int heard = hear_one(c, pairs, stay, err);

        if (heard)
            return heard;
    }
    return rc;
}

/* Those of before and those of what was handed over just now. */
static int
wait_for_copies(struct ft_control_client *c, int *stay, struct ft_error *err)
{
    int64_t deadline = ft_clock_ns() + COPIES_NS;

    for (;;) {
        FT_AUTOJSON json_t *result = NULL;
        int rc = tell_daemon(c, true, &result, err);
        int64_t left = ft_json_int(result, "copies", 0, INT64_MAX, 0);

        if (rc || !left)
            return rc;
        if (ft_clock_ns() > deadline) {
            printf("%lld copies still wait here\n", (long long)left);
            ++*stay;
            return 0;
        }
        ft_clock_sleep(LOOK_AGAIN_NS);
    }
}

int
ft_drain(const char *socket, struct ft_error *err)
{
    struct ft_control_client client;
    int stay = 0,
        rc = ft_control_client_open(&client, socket, HAND_OVER_MS, err);

    if (rc)
        return rc;
    rc = tell_daemon(&client, true, NULL, err);
    if (!rc)
        rc = hand_over(&client, &stay, err);
    if (!rc)
        rc = wait_for_copies(&client, &stay, err);
    ft_control_client_close(&client);
    return rc ? rc : stay > 0;
}

int
ft_drain_end(const char *socket, struct ft_error *err)
{
    struct ft_control_client client;
    int rc = ft_control_client_open(&client, socket, HAND_OVER_MS, err);

    if (rc)
        return rc;
    rc = tell_daemon(&client, false, NULL, err);
    ft_control_client_close(&client);
    return rc;
}
