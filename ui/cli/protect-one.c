/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One VM: its plan, what is asked, and what comes of it. */
#include "config.h"

#include <stdarg.h>

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/effects.h"
#include "ui/cli/findings.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/progress.h"
#include "ui/cli/protect.h"
#include "ui/cli/settings.h"
#include "ui/model/estimate-rows.h"
#include "ui/text/text.h"
#include "ui/work/estimate.h"

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

enum ft_exit
ft_cli_protect_plan_failed(struct ft_cli *cli, struct ft_work_protect *job,
                           const struct ft_error *err)
{
    const struct ft_findings *findings = &job->plan.findings;
    bool check = (err->code == EPERM || err->code == EEXIST) &&
                 ft_findings_first(findings, FT_FAIL);
    enum ft_exit code;

    if (cli->style.output == FT_OUTPUT_JSON && check) {
        FT_AUTOJSON json_t *document =
            json_pack("{s:i,s:s,s:o}", "schema", 1, "vm", job->plan.vm,
                      "checks", ft_findings_to_json(findings));

        ft_cli_print(cli, document, NULL, NULL, 0);
    } else if (err->code != EEXIST) { /* what it is checked for is there */
        ft_cli_print_findings(cli, cli->messages, findings);
    }
    code = ft_cli_fail_lookup(cli, err);
    return check ? FT_EXIT_CHECK_FAILED : code;
}

/* A sentence, folded to the terminal. */
__attribute__((format(printf, 3, 4))) static void
say(FILE *stream, const char *label, const char *format, ...)
{
    struct ft_style style = ft_style_for(stream, FT_OUTPUT_TABLE);
    char text[800];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    ft_cli_print_folded(stream, &style, 0, label, text);
}

/* What the silence is, and why; one that is too short is among the findings. */
static void
print_silence(FILE *stream, const struct ft_plan *plan)
{
    const struct ft_finding *jitter =
        ft_findings_find(&plan->findings, FT_CHECK_LINK_JITTER);
    bool fits = jitter && jitter->verdict == FT_PASS;

    say(stream, "", "A host is suspected after %d ms without a word%s%s%s.",
        plan->settings.silence_ms, fits ? " (" : "",
        fits ? jitter->evidence : "", fits ? ")" : "");
    say(stream, "",
        "Programs that watch libvirt see it paused at each checkpoint: let "
        "monitoring ask ftadmin status --json or ftengine metrics.");
}

/* Where ftadmin estimate has measured the VM; and how it would be. */
static void
print_estimate(FILE *stream, const struct ft_work_protect *job)
{
    struct ft_work_estimate found;
    const struct ft_estimate *e = &found.estimate;
    char age[24], pause[32], most[32], often[32], link[32], later[32], sync[32];

    if (!ft_work_estimate_recall(job, &found)) {
        say(stream, "", "What that costs is not known yet: ftadmin estimate %s.",
            job->plan.vm);
        return;
    }
    ft_format_age((double)(ft_work_now_ms() - found.at_ms) / 1000, age);
    ft_estimate_figure_text(e, FT_ESTIMATE_PAUSE_P50, pause);
    ft_estimate_figure_text(e, FT_ESTIMATE_PAUSE_P99, most);
    ft_estimate_figure_text(e, FT_ESTIMATE_EPOCHS, often);
    ft_estimate_figure_text(e, FT_ESTIMATE_LINK, link);
    ft_estimate_figure_text(e, FT_ESTIMATE_LATENCY_P50, later);
    ft_estimate_figure_text(e, FT_ESTIMATE_FIRST_SYNC, sync);
    say(stream, "",
        "By what was measured (age: %s) it stands for about %s (p99 %s), %s, "
        "answers %s later, and takes %s of the network%s; first copy in about %s.",
        age, pause, most, often, later, link,
        e->link_is_full ? ", which is too slow for it" : "", sync);
}

static void
print_summary(FILE *stream, const struct ft_work_protect *job)
{
    const struct ft_plan *plan = &job->plan;
    char memory[16], disk[16], text[400];

    if (!plan->config) { /* both engines have the pair: only to be awaited */
        say(stream, "", "%s runs on %s; its copy on %s is being made already.",
            plan->vm, plan->primary, plan->standby);
        return;
    }
    ft_format_bytes(plan->memory, memory);
    ft_format_bytes(plan->disk, disk);
    say(stream, "", "%s%s runs on %s; its copy will wait on %s (pool %s).",
        job->resumed ? "Continuing an unfinished protect. " : "", plan->vm,
        plan->primary, plan->standby, plan->pool);
    if (*plan->witness)
        say(stream, "", "%s decides who may go on.", plan->witness);
    else
        say(stream, "",
            "There is no witness: the copy will not take over by itself when the "
            "host dies.");
    ft_cli_settings_text(&plan->settings, text, sizeof(text));
    say(stream, "", "%s", text);
    print_silence(stream, plan);
    say(stream, "", "To copy first: %s of memory, %s of disks, over %s -> %s.",
        memory, disk, plan->primary_address, plan->standby_address);
    print_estimate(stream, job);
}

static void
print_step(struct ft_cli *cli, size_t number, const char *description)
{
    char label[24];

    snprintf(label, sizeof(label), "%zu. ", number);
    if (cli->style.output == FT_OUTPUT_PLAIN)
        fprintf(cli->out, "%zu\t%s\n", number, description);
    else
        say(cli->out, label, "%s", description);
}

static enum ft_exit
show_plan(struct ft_cli *cli, struct ft_work_protect *job)
{
    if (cli->style.output == FT_OUTPUT_JSON) {
        FT_AUTOJSON json_t *document = ft_work_estimate_plan(job);

        return ft_cli_print(cli, document, NULL, NULL, 0);
    }
    ft_cli_print_findings(cli, cli->messages, &job->plan.findings);
    if (cli->style.output == FT_OUTPUT_TABLE)
        print_summary(cli->out, job);
    for (size_t i = 0; i < job->plan.step_count; i++)
        print_step(cli, i + 1, job->plan.steps[i].description);
    if (cli->style.output == FT_OUTPUT_TABLE) /* to others its lines are none */
        ft_cli_print_effects(cli, &job->plan.effects);
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
    ft_work_estimate_keep(job);
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
               ? ft_cli_protect_plan_failed(cli, job, &err)
               : FT_EXIT_OK;
}

enum ft_exit
ft_cli_protect_show(struct ft_cli *cli, struct ft_work_protect *job)
{
    if (cli->options.dry_run)
        return show_plan(cli, job);
    ft_cli_print_findings(cli, cli->messages, &job->plan.findings);
    print_summary(cli->messages, job);
    return FT_EXIT_OK;
}
