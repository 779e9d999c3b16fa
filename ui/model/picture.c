/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/picture.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

void
ft_picture_sum_begin(struct ft_picture_sum *sum, struct ft_picture *p)
{
    memset(sum, 0, sizeof(*sum));
    sum->oldest = -1;
    memset(&p->totals, 0, sizeof(p->totals));
    ft_plugs_begin(&p->plugs, p->hosts);
    p->none = 0;
}

void
ft_picture_sum_pair(struct ft_picture_sum *sum, struct ft_picture *p,
                    const json_t *row)
{
    double age = json_number_value(json_object_get(row, "age_s"));

    ft_verdict_sum_pair(&sum->verdict, row);
    ft_totals_add_pair(&p->totals, row);
    ft_plugs_add_pair(&p->plugs, row);
    if (ft_json_bool(row, "heard", 0))
        sum->oldest = FT_MAX(sum->oldest, age);
    sum->stored = FT_MAX(sum->stored, age);
}

void
ft_picture_sum_vm(struct ft_picture *p, const json_t *row)
{
    p->none += !strcmp(ft_json_string(row, "protection", ""), "none");
    ft_plugs_add_vm(&p->plugs, row);
}

void
ft_picture_sum_end(struct ft_picture_sum *sum, struct ft_picture *p)
{
    const json_t *row;
    size_t index;

    ft_verdict_sum_end(&sum->verdict, p->hosts);
    p->verdict = sum->verdict.worst;
    ft_totals_add_hosts(&p->totals, p->hosts);
    json_array_foreach(p->hosts, index, row)
        if (!strcmp(ft_json_string(row, "state", ""), "ok"))
            sum->oldest =
                FT_MAX(sum->oldest,
                       json_number_value(json_object_get(row, "age_s")));
    p->from_store = sum->oldest < 0;
    p->age_s = p->from_store ? sum->stored : sum->oldest;
}

void
ft_picture_sum(struct ft_picture *p)
{
    struct ft_picture_sum sum;
    const json_t *row;
    size_t index;

    ft_plugs_free(&p->plugs);
    ft_picture_sum_begin(&sum, p);
    json_array_foreach(p->pairs, index, row)
        ft_picture_sum_pair(&sum, p, row);
    json_array_foreach(p->vms, index, row)
        ft_picture_sum_vm(p, row);
    ft_picture_sum_end(&sum, p);
}
