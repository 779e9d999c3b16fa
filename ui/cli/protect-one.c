/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One VM: its plan, what is asked, and what comes of it. */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/progress.h"
#include "ui/cli/protect.h"
#include "ui/cli/settings.h"
#include "ui/model/columns.h"
#include "ui/text/text.h"

void
ft_cli_protect_wish(const struct ft_cli *cli, const char *vm,
                    struct ft_protect_wish *wish)
{
    ft_choice_of(cli->options.standby, vm, wish->standby);
    ft_choice_of(cli->options.witness, vm, wish->witness);
}

static void
fill_choices(const struct ft_cli *cli, const char *vm,
             const struct ft_protect_wish *wish, struct ft_plan_choices *choices)
{
    struct ft_pair_settings settings = FT_PAIR_SETTINGS_INIT;

    if (cli->options.silence_ms)
        ft_settings_set_silence(&settings, (int)cli->options.silence_ms);
    ft_cli_settings_apply(&cli->options, &settings);
    settings.alone_without_witness = cli->options.alone_without_witness;
    *choices = (struct ft_plan_choices){
        .vm = vm,
        .standby = *wish->standby ? wish->standby : NULL,
        .witness = *wish->witness ? wish->witness : NULL,
        .pool = cli->options.pool,
        .address = cli->options.address,
        .settings = settings,
        .silence_named = cli->options.silence_ms > 0,
    };
}

/* Failed checks and warnings; with --verbose all. */
static void
print_findings(struct ft_cli *cli, const struct ft_findings *findings)
{
    FT_AUTOJSON json_t *all = ft_findings_to_json(findings);
    FT_AUTOJSON json_t *shown = json_array();
    struct ft_style style = ft_style_for(cli->messages, FT_OUTPUT_TABLE);
    json_t *finding;
    size_t index;

    json_array_foreach(all, index, finding)
        if (cli->options.verbose || findings->list[index].verdict != FT_PASS)
            json_array_append(shown, finding);
    if (json_array_size(shown))
        ft_table_print(cli->messages, &style, ft_finding_columns.list,
                       ft_finding_columns.count, shown);
}

static enum ft_exit
plan_failed(struct ft_cli *cli, struct ft_work_protect *job,
            const struct ft_error *err)
{
    const struct ft_findings *findings = &job->plan.findings;
    bool check = (err->code == EPERM || err->code == EEXIST) &&
                 ft_findings_first(findings, FT_FAIL);
    enum ft_exit code;

    if (cli->style.output == FT_OUTPUT_JSON && check) {
        FT_AUTOJSON json_t *document =
            json_pack("{s:i,s:s,s:o}", "schema", 1, "vm", job->plan.vm,
                      "findings", ft_findings_to_json(findings));

        ft_cli_print(cli, document, NULL, NULL, 0);
    } else if (err->code != EEXIST) { /* what it is checked for is there */
        print_findings(cli, findings);
    }
    code = ft_cli_fail_lookup(cli, err);
    return check ? FT_EXIT_CHECK_FAILED : code;
}

/* What the silence is, and why; one that is too short is among the findings. */
static void
print_silence(FILE *stream, const struct ft_plan *plan)
{
    const struct ft_finding *jitter =
        ft_findings_find(&plan->findings, "link.jitter");

    fprintf(stream, "A host is suspected after %d ms without a word",
            plan->settings.silence_ms);
    if (jitter && jitter->verdict == FT_PASS)
        fprintf(stream, " (%s)", jitter->evidence);
    fputs(".\nPrograms that watch libvirt see it paused at each checkpoint: let "
          "monitoring ask ftadmin status --json or ftengine metrics.\n",
          stream);
}

static void
print_summary(FILE *stream, const struct ft_plan *plan, bool resumed)
{
    char memory[16], disk[16], text[320];

    if (!plan->config) { /* both engines have the pair: only to be awaited */
        fprintf(stream, "%s runs on %s; its copy on %s is being made already.\n",
                plan->vm, plan->primary, plan->standby);
        return;
    }
    ft_format_bytes(plan->memory, memory);
    ft_format_bytes(plan->disk, disk);
    fprintf(stream, "%s%s runs on %s; its copy will wait on %s (pool %s).\n",
            resumed ? "Continuing an interrupted protect. " : "", plan->vm,
            plan->primary, plan->standby, plan->pool);
    if (*plan->witness)
        fprintf(stream, "%s decides who may go on.\n", plan->witness);
    else
        fputs("There is no witness: the copy will not take over by itself when "
              "the host dies.\n",
              stream);
    ft_cli_settings_text(&plan->settings, text, sizeof(text));
    fprintf(stream, "%s\n", text);
    print_silence(stream, plan);
    fprintf(stream, "To copy first: %s of memory, %s of disks, over %s -> %s.\n",
            memory, disk, plan->primary_address, plan->standby_address);
}

static enum ft_exit
show_plan(struct ft_cli *cli, struct ft_work_protect *job)
{
    if (cli->style.output == FT_OUTPUT_JSON) {
        FT_AUTOJSON json_t *document = ft_plan_to_json(&job->plan);

        return ft_cli_print(cli, document, NULL, NULL, 0);
    }
    print_findings(cli, &job->plan.findings);
    if (cli->style.output == FT_OUTPUT_TABLE)
        print_summary(cli->out, &job->plan, job->resumed);
    for (size_t i = 0; i < job->plan.step_count; i++)
        fprintf(cli->out, "%zu%s%s\n", i + 1,
                cli->style.output == FT_OUTPUT_PLAIN ? "\t" : ". ",
                job->plan.steps[i].description);
    return FT_EXIT_OK;
}

static enum ft_exit
print_result(struct ft_cli *cli, struct ft_work_protect *job, const char *result)
{
    const struct ft_plan *plan = &job->plan;
    double seconds = ft_work_protect_seconds(job);
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:f}", "schema", 1,
                  "result", result, "vm", plan->vm, "uuid", plan->vm_uuid,
                  "pair", plan->pair, "primary", plan->primary, "standby",
                  plan->standby, "witness",
                  *plan->witness ? plan->witness : NULL, "seconds", seconds);

    if (cli->style.output == FT_OUTPUT_JSON)
        return ft_cli_print(cli, document, NULL, NULL, 0);
    if (*job->outcome.left.goes_on)
        return FT_EXIT_OK; /* that says it */
    fprintf(cli->out, "%s is %s: runs on %s, copy on %s (%.1f s)\n", plan->vm,
            result, plan->primary, plan->standby, seconds);
    return FT_EXIT_OK;
}

/* Detached while the hosts do the rest, or stopped before they could. */
static enum ft_exit
left_alone(struct ft_cli *cli, struct ft_work_protect *job)
{
    const struct ft_job_outcome *outcome = &job->outcome;

    print_result(cli, job, outcome->goes_on ? "detached" : "stopped");
    ft_cli_say_left(cli, outcome);
    return FT_EXIT_INTERRUPTED;
}

enum ft_exit
ft_cli_protect_apply(struct ft_cli *cli, struct ft_work_protect *job)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_cli_progress shown;
    struct ft_progress progress = ft_cli_progress_start(&shown, cli);
    int rc;

    ft_cli_catch_interrupts();
    rc = ft_work_protect_apply(job, &progress, &err);
    ft_cli_progress_end(&shown);
    if (rc == -EINTR || rc == -ECANCELED)
        return left_alone(cli, job);
    return rc ? ft_cli_fail(cli, &err) : print_result(cli, job, "protected");
}

/* Nobody to plan with. */
enum ft_exit
ft_cli_protect_look_failed(struct ft_cli *cli, const struct ft_error *err)
{
    if (err->code != ENOTCONN)
        return ft_cli_fail(cli, err);
    ft_cli_complain(cli, &cli->fleet);
    return ft_cli_fleet_exit(&cli->fleet);
}

enum ft_exit
ft_cli_protect_plan(struct ft_cli *cli, struct ft_work_protect *job,
                    const char *vm, const struct ft_protect_wish *wish)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan_choices choices;

    fill_choices(cli, vm, wish, &choices);
    return ft_work_protect_plan(job, &choices, &err)
               ? plan_failed(cli, job, &err)
               : FT_EXIT_OK;
}

enum ft_exit
ft_cli_protect_show(struct ft_cli *cli, struct ft_work_protect *job)
{
    if (cli->options.dry_run)
        return show_plan(cli, job);
    print_findings(cli, &job->plan.findings);
    print_summary(cli->messages, &job->plan, job->resumed);
    return FT_EXIT_OK;
}
