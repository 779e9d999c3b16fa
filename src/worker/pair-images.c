/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files on this host are disks of a pair's VM, or were. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "worker/pair-store.h"

#define IMAGES_MAX 256 /* of a pair: the newest */

bool
ft_pair_state_has_image(const struct ft_pair_record *state, const char *path)
{
    const json_t *known;
    size_t i;

    json_array_foreach(state->images, i, known)
        if (json_is_string(known) && !strcmp(json_string_value(known), path))
            return true;
    return false;
}

static bool
add_image(struct ft_pair_record *state, const char *path)
{
    json_t *images = state->images;

    if (ft_pair_state_has_image(state, path))
        return false;
    if (json_array_size(images) >= IMAGES_MAX)
        json_array_remove(images, 0);
    return json_array_append_new(images, json_string(path)) == 0;
}

bool
ft_pair_state_add_image(struct ft_pair_record *state, const char *path)
{
    FT_AUTOFREE char *real = realpath(path, NULL);
    bool added;

    if (!json_is_array(state->images)) {
        json_decref(state->images);
        state->images = json_array();
    }
    added = add_image(state, path);
    return (real && add_image(state, real)) || added;
}
