/* SPDX-License-Identifier: GPL-2.0-or-later */
/* protect --apply-plan: a plan that was saved is carried out as it was, or not. */
#include "config.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/protect.h"
#include "ui/work/saved.h"

static const struct ft_column columns[] = {
    { "WHAT", "what", FT_COLUMN_TEXT },
    { "WAS", "was", FT_COLUMN_TEXT },
    { "IS", "is", FT_COLUMN_TEXT },
};

/* Values of all types, for a table. */
static json_t *
as_text(const json_t *value)
{
    FT_AUTOFREE char *text = NULL;

    if (!value || json_is_null(value))
        return json_string("-");
    if (json_is_string(value))
        return ft_json_text(json_string_value(value));
    text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    return ft_json_text(text ? text : "?");
}

static enum ft_exit
refuse(struct ft_cli *cli, const char *vm, const json_t *differences)
{
    FT_AUTOJSON json_t *rows = json_array();
    FT_AUTOJSON json_t *document = json_pack("{s:i,s:s,s:O}", "schema", 1, "vm",
                                             vm, "differences", differences);
    size_t count = json_array_size(differences), i;
    const json_t *each;

    json_array_foreach(differences, i, each)
        json_array_append_new(rows,
                              json_pack("{s:O,s:o,s:o}", "what",
                                        json_object_get(each, "what"), "was",
                                        as_text(json_object_get(each, "was")),
                                        "is",
                                        as_text(json_object_get(each, "is"))));
    ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));
    return ft_cli_fail_text(cli, FT_EXIT_REFUSED,
                            "Plan anew, and look at it: ftadmin protect VM "
                            "--dry-run --json >FILE.",
                            "%s: nothing was done: %zu thing%s %s not as planned",
                            vm, count, count == 1 ? "" : "s",
                            count == 1 ? "is" : "are");
}

static enum ft_exit
plan(struct ft_cli *cli, struct ft_work_protect *job, const json_t *saved)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *differences = NULL;

    if (ft_work_protect_look(job, &cli->fleet,
                             ft_json_string(saved, "vm_uuid", ""),
                             cli->options.dry_run, &err))
        return ft_cli_protect_look_failed(cli, &err);
    if (ft_work_saved_plan(job, saved, &differences, &err))
        return ft_cli_protect_plan_failed(cli, job, &err);
    return json_array_size(differences) ? refuse(cli, job->plan.vm, differences)
                                        : ft_cli_protect_show(cli, job);
}

enum ft_exit
ft_cli_protect_saved(struct ft_cli *cli)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *saved = NULL;
    struct ft_work_protect job = { .fleet = NULL };
    enum ft_exit code;

    if (ft_work_saved_read(cli->options.apply_plan, &saved, &err))
        return ft_cli_fail(cli, &err);
    code = plan(cli, &job, saved);
    if (!code && !cli->options.dry_run)
        code = ft_cli_confirm(cli, "Protect %s as planned?", job.plan.vm);
    if (!code && !cli->options.dry_run)
        code = ft_cli_protect_apply(cli, &job);
    ft_work_protect_free(&job);
    return code;
}
