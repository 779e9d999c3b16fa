/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several VMs in one command: all are planned by what the hosts tell now, and
 * shown; then each is protected as a command of its own would, with the hosts
 * that were shown, one after another. One that fails holds up no other.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/protect.h"
#include "ui/model/crowd.h"
#include "ui/text/text.h"
#include "ui/work/locks.h"

struct item {
    const char *vm;
    struct ft_protect_wish wish; /* what was planned */
    enum ft_exit code;
    json_t *document; /* with --json: what is said of it */
};

struct many {
    struct ft_cli *cli;
    struct item *items;
    int count;
    json_t *plans; /* of those that can be protected */
};

/* ---- documents ---- */

/* From now on what is printed is about one VM. */
static void
begin_item(struct ft_cli *cli)
{
    json_array_clear(cli->batch);
    memset(&cli->failure, 0, sizeof(cli->failure));
}

static void
end_item(struct ft_cli *cli, struct item *item, enum ft_exit code)
{
    size_t count = json_array_size(cli->batch);

    item->code = code;
    json_decref(item->document);
    item->document = count  ? json_incref(json_array_get(cli->batch, count - 1))
                     : code ? ft_cli_failure(cli, code)
                            : json_object();
    json_object_del(item->document, "schema");
    if (code && !json_object_get(item->document, "error")) {
        FT_AUTOJSON json_t *failure = ft_cli_failure(cli, code);

        json_object_set(item->document, "error",
                        json_object_get(failure, "error"));
    }
    if (!json_object_get(item->document, "vm"))
        json_object_set_new(item->document, "vm", ft_json_text(item->vm));
    json_object_set_new(item->document, "exit", json_integer(code));
}

/* of_all: what keeps all of them from being begun, which was said last. */
static enum ft_exit
print_all(const struct many *many, enum ft_exit of_all)
{
    FT_AUTOJSON json_t *rows = json_array();
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:O}", "schema", 1, "vms", rows);
    enum ft_exit code = of_all, printed;
    struct ft_cli *cli = many->cli;

    if (of_all) {
        FT_AUTOJSON json_t *failure = ft_cli_failure(cli, of_all);

        json_object_set(document, "error", json_object_get(failure, "error"));
    }
    for (int i = 0; i < many->count; i++) {
        code = ft_exit_worse(code, many->items[i].code);
        json_array_append(rows, many->items[i].document);
    }
    json_decref(cli->batch);
    cli->batch = NULL;
    if (cli->style.output != FT_OUTPUT_JSON)
        return code;
    printed = ft_cli_print(cli, document, NULL, NULL, 0);
    return ft_exit_worse(code, printed);
}

/* ---- planning ---- */

static enum ft_exit
plan(struct many *many, struct item *item)
{
    struct ft_cli *cli = many->cli;
    struct ft_work_protect job;
    struct ft_error err = FT_ERROR_INIT;
    enum ft_exit code;

    if (ft_work_protect_begin(&job, &cli->fleet, item->vm, true, &err))
        return ft_cli_fail(cli, &err);
    ft_cli_protect_wish(cli, item->vm, &item->wish);
    code = ft_cli_protect_plan(cli, &job, item->vm, &item->wish);
    if (!code)
        code = ft_cli_protect_show(cli, &job);
    if (!code && job.plan.config) { /* else it is being made already */
        json_array_append_new(many->plans, ft_plan_to_json(&job.plan));
        snprintf(item->wish.standby, sizeof(item->wish.standby), "%.255s",
                 job.plan.standby);
        if (*job.plan.witness)
            snprintf(item->wish.witness, sizeof(item->wish.witness), "%.255s",
                     job.plan.witness);
    }
    ft_work_protect_free(&job);
    return code;
}

/* Hosts are asked once for all. */
static enum ft_exit
look(struct many *many)
{
    struct ft_cli *cli = many->cli;
    struct ft_work_protect job;
    struct ft_error err = FT_ERROR_INIT;
    int rc =
        ft_work_protect_look(&job, &cli->fleet, many->items[0].vm, true, &err);

    ft_work_protect_free(&job);
    return rc ? ft_cli_protect_look_failed(cli, &err) : FT_EXIT_OK;
}

static int
plan_all(struct many *many)
{
    FILE *stream =
        many->cli->options.dry_run ? many->cli->out : many->cli->messages;
    bool apart = many->cli->style.output == FT_OUTPUT_TABLE;
    int ready = 0;

    for (int i = 0; i < many->count; i++) {
        struct item *item = &many->items[i];

        if (i && apart)
            putc('\n', stream);
        begin_item(many->cli);
        end_item(many->cli, item, plan(many, item));
        ready += !item->code;
    }
    return ready;
}

/* Each alone has room. */
static enum ft_exit
check_room(const struct many *many)
{
    double needed, available;
    char a[16], b[16];
    const char *host;

    if (!ft_crowd_find(many->plans, &host, &needed, &available))
        return FT_EXIT_OK;
    ft_format_bytes((uint64_t)needed, a);
    ft_format_bytes((uint64_t)available, b);
    return ft_cli_fail_text(many->cli, FT_EXIT_CHECK_FAILED,
                            "Name another host for one of them: --standby "
                            "VM=HOST.",
                            "%s has not enough memory for all of them: their "
                            "copies need %s, %s is free",
                            host, a, b);
}

/* ---- doing ---- */

static enum ft_exit
protect(struct many *many, const struct item *item)
{
    struct ft_cli *cli = many->cli;
    struct ft_work_protect job;
    struct ft_error err = FT_ERROR_INIT;
    enum ft_exit code;

    if (ft_work_protect_look(&job, &cli->fleet, item->vm, false, &err))
        code = ft_cli_protect_look_failed(cli, &err);
    else
        code = ft_cli_protect_plan(cli, &job, item->vm, &item->wish);
    if (!code)
        code = ft_cli_protect_apply(cli, &job);
    ft_work_protect_free(&job);
    ft_work_unlock(&cli->work);
    return code;
}

/* Once it is broken off, nothing more is begun. */
static void
protect_all(struct many *many)
{
    bool stopped = false;

    for (int i = 0; i < many->count; i++) {
        struct item *item = &many->items[i];

        if (item->code)
            continue;
        begin_item(many->cli);
        if (stopped) {
            ft_cli_note(many->cli, "%s was not begun.", item->vm);
            json_array_append_new(many->cli->batch,
                                  json_pack("{s:s}", "result", "not begun"));
        }
        end_item(many->cli, item,
                 stopped ? FT_EXIT_INTERRUPTED : protect(many, item));
        stopped |= item->code == FT_EXIT_INTERRUPTED;
    }
}

static enum ft_exit
plan_and_protect(struct many *many)
{
    struct ft_cli *cli = many->cli;
    enum ft_exit code = look(many);
    int ready;

    if (code)
        return code;
    ready = plan_all(many);
    memset(&cli->failure, 0, sizeof(cli->failure));
    code = check_room(many);
    if (code)
        return print_all(many, code);
    if (!cli->options.dry_run && ready) {
        code = ft_cli_confirm(cli, "Protect %s%d VM%s, one after another?",
                              ready < many->count ? "the other " : "these ",
                              ready, ready == 1 ? "" : "s");
        if (code)
            return code;
        protect_all(many);
    }
    return print_all(many, FT_EXIT_OK);
}

enum ft_exit
ft_cli_protect_many(struct ft_cli *cli, int count, char **vms)
{
    FT_AUTOFREE struct item *items = calloc((size_t)count, sizeof(*items));
    FT_AUTOJSON json_t *plans = json_array();
    struct many many = { cli, items, count, plans };
    enum ft_exit code = FT_EXIT_FAILED;

    cli->batch = json_array();
    for (int i = 0; items && i < count; i++)
        items[i].vm = vms[i];
    if (items && plans && cli->batch)
        code = plan_and_protect(&many);
    for (int i = 0; items && i < count; i++)
        json_decref(items[i].document);
    json_decref(cli->batch);
    cli->batch = NULL;
    return code;
}
