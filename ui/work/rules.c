/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "db/rules.h"
#include "ui/model/copy.h"
#include "ui/model/utc.h"

int
ft_work_rule_add(const struct ft_work *work, const char *first,
                 const char *second, struct ft_error *err)
{
    struct ft_store_rule rule = { .kind = "apart", .made_at = ft_work_now_ms() };

    if (!*first || !*second || strlen(first) >= sizeof(rule.first) ||
        strlen(second) >= sizeof(rule.second) || !strcmp(first, second))
        return ft_fail(err, EINVAL, "ftadmin rule add apart VM VM",
                       "a rule keeps two VMs apart, not %.80s and %.80s", first,
                       second);
    FT_COPY(rule.first, first);
    FT_COPY(rule.second, second);
    return ft_store_rule_add(work->store, &rule, err);
}

int
ft_work_rule_remove(const struct ft_work *work, const char *number,
                    struct ft_error *err)
{
    char *end;
    long long id = strtoll(number, &end, 10);

    if (end == number || *end)
        return ft_fail(err, EINVAL, "ftadmin rule list shows them",
                       "\"%.40s\" is no number of a rule", number);
    return ft_store_rule_remove(work->store, id, err);
}

int
ft_work_rules_list(const struct ft_work *work, json_t **rows,
                   struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_rule *rules = NULL;
    size_t count = 0;
    int rc = ft_store_rule_list(work->store, &rules, &count, err);

    *rows = json_array();
    for (size_t i = 0; i < count && !rc; i++) {
        char made[32];

        ft_format_utc(rules[i].made_at, made);
        json_array_append_new(*rows, json_pack("{s:I,s:s,s:s,s:s,s:s}", "rule",
                                               (json_int_t)rules[i].id, "kind",
                                               rules[i].kind, "first",
                                               rules[i].first, "second",
                                               rules[i].second, "made", made));
    }
    return rc;
}
