/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/witness.h"

#include <string.h>

#include "base/paths.h"
#include "inventory/identity.h"
#include "plan/links.h"

static bool
is_better(const struct ft_host *a, const struct ft_host *b)
{
    bool plain_a, plain_b;

    if (b == NULL)
        return true;
    if ((a->maintenance_at != 0) != (b->maintenance_at != 0))
        return a->maintenance_at == 0;
    if (a->is_witness != b->is_witness)
        return a->is_witness;
    plain_a = *a->libvirt.version == '\0';
    plain_b = *b->libvirt.version == '\0';
    if (plain_a != plain_b)
        return plain_a;
    return strcmp(a->name, b->name) < 0;
}

static bool
is_third(const struct ft_host *h, const struct ft_host *primary,
         const struct ft_host *standby)
{
    return h != primary && h != standby &&
           ft_host_identity(h, primary) != FT_IDENTITY_SAME &&
           (standby == NULL || ft_host_identity(h, standby) != FT_IDENTITY_SAME);
}

const struct ft_host *
ft_witness_best(const struct ft_inventory *inventory,
                const struct ft_host *primary, const struct ft_host *standby,
                const char *but)
{
    const struct ft_host *best = NULL;

    for (size_t i = 0; i < inventory->host_count; i++) {
        const struct ft_host *h = inventory->hosts[i];

        if ((but == NULL || strcmp(h->name, but) != 0) &&
            is_third(h, primary, standby) && is_better(h, best))
            best = h;
    }
    return best;
}

static int
append_text(json_t *list, const char *text)
{
    size_t i;
    json_t *known;

    json_array_foreach(list, i, known)
        if (strcmp(json_string_value(known), text) == 0)
            return 0;
    return json_array_append_new(list, json_string(text));
}

json_t *
ft_witness_endpoint(const struct ft_host *primary,
                    const struct ft_host *standby, const struct ft_host *witness)
{
    struct ft_link_path paths[FT_LINKS_MAX];
    json_t *list = json_array();
    size_t count = ft_link_paths(primary, witness, paths);

    for (size_t i = 0; i < count; i++)
        append_text(list, paths[i].standby);
    count = ft_link_paths(standby, witness, paths);
    for (size_t i = 0; i < count; i++)
        append_text(list, paths[i].standby);
    for (size_t i = 0; i < witness->nic_count; i++)
        for (size_t k = 0; k < witness->nics[i].address_count; k++)
            append_text(list, witness->nics[i].addresses[k].text);
    while (json_array_size(list) > FT_LINKS_MAX)
        json_array_remove(list, FT_LINKS_MAX);
    return json_pack("{s:s,s:o,s:i}", "name", witness->name, "addresses", list,
                     "port", FT_WITNESS_PORT);
}
