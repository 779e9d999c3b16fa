/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-retire.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/paths.h"
#include "virt/retire.h"

bool
ft_worker_is_stale(const struct ft_worker *w)
{
    const struct ft_ownership_record *r = &w->state.record;
    /* as a first primary, or since a takeover: else it is none of our business */
    bool ran_here = !w->config.self || w->state.last_takeover != NULL;

    return ran_here && !strcmp(w->runs_on, ft_worker_peer_name(w)) &&
           (r->role == FT_ROLE_STANDBY || r->peer_may_take_over);
}

static void
note_images(struct ft_worker *w)
{
    const json_t *image;
    size_t i;

    json_array_foreach(json_object_get(w->parting, "images"), i, image)
        ft_worker_note(w, "info", "image-renamed",
                       "%s, last written %s, is %s now: %s runs on %s",
                       ft_json_string(image, "path", ""),
                       ft_json_string(image, "written", ""),
                       ft_json_string(image, "now", ""), w->config.vm,
                       ft_worker_peer_name(w));
}

void
ft_worker_retire(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;
    const char *kept;
    char text[1024];

    json_decref(w->parting);
    if (ft_retire(w->conn, w->config.vm_uuid, FT_RETIRED_FOLDER, &w->parting,
                  &err)) {
        snprintf(text, sizeof(text),
                 "the old definition of %s is not put away: %s", w->config.vm,
                 err.text);
        ft_worker_note(w, "warn", "not-retired", "%s", text);
        json_array_append_new(json_object_get(w->parting, "left"),
                              json_string(text));
    }
    kept = ft_json_string(w->parting, "definition", NULL);
    if (kept)
        ft_worker_note(w, "info", "definition-kept",
                       "the old definition of %s is kept as %s: it runs on %s",
                       w->config.vm, kept, ft_worker_peer_name(w));
    note_images(w);
}
