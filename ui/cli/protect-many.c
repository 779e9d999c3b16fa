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
#include "ui/cli/batch.h"
#include "ui/cli/protect.h"
#include "ui/model/crowd.h"
#include "ui/text/text.h"
#include "ui/work/estimate.h"
#include "ui/work/locks.h"

struct many {
    struct ft_cli *cli;
    struct ft_batch_item *items;
    struct ft_protect_wish *wishes; /* what was planned for each */
    size_t count;
    json_t *plans; /* of those that can be protected */
};

/* ---- planning ---- */

static enum ft_exit
plan(struct many *many, size_t index)
{
    const struct ft_batch_item *item = &many->items[index];
    struct ft_protect_wish *wish = &many->wishes[index];
    struct ft_cli *cli = many->cli;
    struct ft_work_protect job;
    struct ft_error err = FT_ERROR_INIT;
    enum ft_exit code;

    if (ft_work_protect_begin(&job, &cli->fleet, item->vm, true, &err))
        return ft_cli_fail(cli, &err);
    ft_cli_protect_wish(cli, item->vm, wish);
    code = ft_cli_protect_plan(cli, &job, item->vm, wish);
    if (!code)
        code = ft_cli_protect_show(cli, &job);
    if (!code && job.plan.config) { /* else it is being made already */
        json_array_append_new(many->plans, ft_work_estimate_plan(&job));
        snprintf(wish->standby, sizeof(wish->standby), "%.255s",
                 job.plan.standby);
        if (*job.plan.witness)
            snprintf(wish->witness, sizeof(wish->witness), "%.255s",
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

    for (size_t i = 0; i < many->count; i++) {
        if (i && apart)
            putc('\n', stream);
        ft_batch_begin(many->cli);
        ft_batch_end(many->cli, &many->items[i], plan(many, i));
        ready += !many->items[i].code;
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
protect(struct many *many, size_t index)
{
    const char *vm = many->items[index].vm;
    struct ft_cli *cli = many->cli;
    struct ft_work_protect job;
    struct ft_error err = FT_ERROR_INIT;
    enum ft_exit code;

    if (ft_work_protect_look(&job, &cli->fleet, vm, false, &err))
        code = ft_cli_protect_look_failed(cli, &err);
    else
        code = ft_cli_protect_plan(cli, &job, vm, &many->wishes[index]);
    if (!code)
        code = ft_cli_protect_apply(cli, &job);
    ft_work_protect_free(&job);
    ft_work_unlock(&cli->work);
    return code;
}

static enum ft_exit
protect_next(void *data, size_t index)
{
    return protect(data, index);
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
        return ft_batch_print(cli, many->items, many->count, code);
    if (!cli->options.dry_run && ready) {
        code = ft_cli_confirm(cli, "Protect %s%d VM%s, one after another?",
                              ready < (int)many->count ? "the other " : "these ",
                              ready, ready == 1 ? "" : "s");
        if (code)
            return code;
        ft_batch_run(cli, many->items, many->count, protect_next, many);
    }
    return ft_batch_print(cli, many->items, many->count, FT_EXIT_OK);
}

enum ft_exit
ft_cli_protect_many(struct ft_cli *cli, int count, char **vms)
{
    FT_AUTOFREE struct ft_batch_item *items =
        calloc((size_t)count, sizeof(*items));
    FT_AUTOFREE struct ft_protect_wish *wishes =
        calloc((size_t)count, sizeof(*wishes));
    FT_AUTOJSON json_t *plans = json_array();
    struct many many = { cli, items, wishes, (size_t)count, plans };
    enum ft_exit code = FT_EXIT_FAILED;

    cli->batch = json_array();
    for (int i = 0; items && i < count; i++)
        items[i].vm = vms[i];
    if (items && wishes && plans && cli->batch)
        code = plan_and_protect(&many);
    ft_batch_free(cli, items, items ? (size_t)count : 0);
    return code;
}
