/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/owed.h"

#include "base/json.h"

bool
ft_owed_add(struct ft_owed *owed, struct ft_request request)
{
    if (owed->n == FT_OWED_MAX)
        return false;
    owed->requests[owed->n++] = request;
    return true;
}

static void
forget(struct ft_owed *owed, struct ft_request request)
{
    size_t i = 0;

    while (i < owed->n && (owed->requests[i].client != request.client ||
                           owed->requests[i].id != request.id))
        i++;
    if (i < owed->n)
        owed->requests[i] = owed->requests[--owed->n];
}

void
ft_owed_reply(struct ft_owed *owed, const json_t *message)
{
    struct ft_request request = {
        ft_json_int(message, "reply", 0, INT64_MAX, 0),
        ft_json_int(message, "id", 0, INT64_MAX, 0),
    };
    const json_t *error = json_object_get(message, "error");
    struct ft_error err;

    forget(owed, request);
    if (!error) {
        ft_control_reply(request,
                         json_incref(json_object_get(message, "result")));
        return;
    }
    ft_json_to_error(error, &err);
    ft_control_reply_error(request, &err);
}

void
ft_owed_fail(struct ft_owed *owed, const struct ft_error *err)
{
    while (owed->n)
        ft_control_reply_error(owed->requests[--owed->n], err);
}
