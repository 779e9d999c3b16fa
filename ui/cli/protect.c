/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/progress.h"
#include "ui/text/text.h"
#include "ui/work/journal.h"

static const struct ft_option options[] = {
    { "standby", 's', FT_OPTION_TEXT, "HOST",
      offsetof(struct ft_cli_options, standby), 0, 0,
      "host of the copy (default: the best one)" },
    { "witness", 'w', FT_OPTION_TEXT, "HOST|none",
      offsetof(struct ft_cli_options, witness), 0, 0,
      "host that decides who may go on (default: one that can)" },
    { "pool", 0, FT_OPTION_TEXT, "POOL", offsetof(struct ft_cli_options, pool),
      0, 0, "storage pool for the copy's disks on the standby" },
    { "address", 0, FT_OPTION_TEXT, "ADDRESS",
      offsetof(struct ft_cli_options, address), 0, 0,
      "address of the standby to replicate to" },
    { "silence", 0, FT_OPTION_INTEGER, "MS",
      offsetof(struct ft_cli_options, silence_ms), 50, 60000,
      "silence after which a host is suspected (default: 200)" },
    { "alone-without-witness", 0, FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, alone_without_witness), 0, 0,
      "without witness the VM may go on alone where it is" },
    { "dry-run", 'n', FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, dry_run), 0, 0,
      "print the checks and steps, change nothing" },
    { "engine", 0, FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, engine), 0, 0,
      "the ftengine to install where it is missing or older" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static const struct ft_column finding_columns[] = {
    { "VERDICT", "verdict", FT_COLUMN_SEVERITY },
    { "CHECK", "id", FT_COLUMN_TEXT },
    { "ABOUT", "subject", FT_COLUMN_TEXT },
    { "FOUND", "evidence", FT_COLUMN_TEXT },
    { "REMEDY", "remedy", FT_COLUMN_TEXT },
};

/* What one run of the command works with. */
struct job {
    struct ft_cli *cli;
    struct ft_fleet usable; /* members of the fleet that count here */
    struct ft_journal_ops journal;
    struct ft_plan plan;
    bool resumed;
    int64_t started_ns;
};

static int
make_uuid(char out[FT_UUID_SIZE], struct ft_error *err)
{
    FT_AUTOCLOSE int fd =
        open("/proc/sys/kernel/random/uuid", O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -errno : ft_read_full(fd, out, FT_UUID_SIZE - 1);

    out[FT_UUID_SIZE - 1] = '\0';
    return rc ? ft_fail(err, -rc, NULL, "no random numbers: %s", strerror(-rc))
              : 0;
}

static void
fill_choices(const struct ft_cli *cli, const char *vm, const char *pair,
             struct ft_plan_choices *choices)
{
    struct ft_pair_settings settings = FT_PAIR_SETTINGS_INIT;

    if (cli->options.silence_ms)
        settings.silence_ms = (int)cli->options.silence_ms;
    settings.alone_without_witness = cli->options.alone_without_witness;
    *choices = (struct ft_plan_choices){
        .vm = vm,
        .standby = cli->options.standby,
        .witness = cli->options.witness,
        .pool = cli->options.pool,
        .address = cli->options.address,
        .pair = pair,
        .settings = settings,
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
        ft_table_print(cli->messages, &style, finding_columns,
                       FT_ARRAY_SIZE(finding_columns), shown);
}

static enum ft_exit
plan_failed(struct job *job, const struct ft_error *err)
{
    const struct ft_findings *findings = &job->plan.findings;
    bool check = (err->code == EPERM || err->code == EEXIST) &&
                 ft_findings_first(findings, FT_FAIL);
    enum ft_exit code;

    if (job->cli->style.output == FT_OUTPUT_JSON && check) {
        FT_AUTOJSON json_t *document =
            json_pack("{s:i,s:s,s:o}", "schema", 1, "vm", job->plan.vm,
                      "findings", ft_findings_to_json(findings));

        ft_print_json(job->cli->out, document);
    } else if (err->code != EEXIST) { /* what it is checked for is there */
        print_findings(job->cli, findings);
    }
    code = ft_cli_fail(job->cli, err);
    if (err->code == ENOENT)
        ft_cli_complain(job->cli, &job->cli->fleet);
    return check ? FT_EXIT_CHECK_FAILED : code;
}

static void
print_summary(FILE *stream, const struct ft_plan *plan, bool resumed)
{
    char memory[16], disk[16];

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
    fprintf(stream, "To copy first: %s of memory, %s of disks, over %s -> %s.\n",
            memory, disk, plan->primary_address, plan->standby_address);
}

static enum ft_exit
dry_run(struct job *job)
{
    if (job->cli->style.output == FT_OUTPUT_JSON) {
        FT_AUTOJSON json_t *document = ft_plan_to_json(&job->plan);

        return ft_cli_print(job->cli, document, NULL, NULL, 0);
    }
    print_findings(job->cli, &job->plan.findings);
    if (job->cli->style.output == FT_OUTPUT_TABLE)
        print_summary(job->cli->out, &job->plan, job->resumed);
    for (size_t i = 0; i < job->plan.step_count; i++)
        fprintf(job->cli->out, "%zu%s%s\n", i + 1,
                job->cli->style.output == FT_OUTPUT_PLAIN ? "\t" : ". ",
                job->plan.steps[i].description);
    return FT_EXIT_OK;
}

static enum ft_exit
print_result(struct job *job, const char *result)
{
    const struct ft_plan *plan = &job->plan;
    double seconds = (double)(ft_clock_ns() - job->started_ns) / FT_NS_PER_S;
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:f}", "schema", 1,
                  "result", result, "vm", plan->vm, "uuid", plan->vm_uuid,
                  "pair", plan->pair, "primary", plan->primary, "standby",
                  plan->standby, "witness",
                  *plan->witness ? plan->witness : NULL, "seconds", seconds);

    if (job->cli->style.output == FT_OUTPUT_JSON)
        return ft_cli_print(job->cli, document, NULL, NULL, 0);
    fprintf(job->cli->out, "%s is %s: runs on %s, copy on %s (%.1f s)\n",
            plan->vm, result, plan->primary, plan->standby, seconds);
    return FT_EXIT_OK;
}

static struct job *waiting_job; /* for on_step, which has no other way */

/* The long wait at the end changes nothing here: others may work meanwhile. */
static void
unlock_for_sync(struct ft_cli_progress *progress, size_t index)
{
    const struct ft_plan *plan = &waiting_job->plan;

    (void)progress;
    if (index < plan->step_count && plan->steps[index].kind == FT_STEP_SYNC)
        ft_work_unlock(&waiting_job->cli->work);
}

static enum ft_exit
detached(struct job *job)
{
    print_result(job, "detached");
    ft_cli_note(job->cli,
                "Detached; the hosts go on by themselves.\n"
                "  ftadmin status %s      shows how far it is\n"
                "  ftadmin protect %s     attaches again\n"
                "  ftadmin unprotect %s   ends it",
                job->plan.vm, job->plan.vm, job->plan.vm);
    return FT_EXIT_INTERRUPTED;
}

static enum ft_exit
apply(struct job *job)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_cli_progress shown;
    struct ft_progress progress = ft_cli_progress_start(&shown, job->cli);
    int rc;

    waiting_job = job;
    shown.on_step = unlock_for_sync;
    ft_cli_catch_interrupts();
    rc = ft_protect_apply(&job->usable, &job->plan, &progress, &job->journal,
                          &err);
    ft_cli_progress_end(&shown);
    if (rc == -EINTR)
        return detached(job);
    return rc ? ft_cli_fail(job->cli, &err) : print_result(job, "protected");
}

static enum ft_exit
confirm_and_apply(struct job *job)
{
    enum ft_exit code;

    print_findings(job->cli, &job->plan.findings);
    print_summary(job->cli->messages, &job->plan, job->resumed);
    code = ft_cli_confirm(job->cli, "Protect %s?", job->plan.vm);
    return code ? code : apply(job);
}

static bool
is_named(const struct job *job, const struct ft_store_pair *pair,
         const char *host)
{
    const struct ft_cli_options *given = &job->cli->options;

    return !strcmp(host, given->standby ? given->standby : "") ||
           !strcmp(host, given->witness ? given->witness : "") ||
           !strcmp(host, pair->primary) || !strcmp(host, pair->standby) ||
           !strcmp(host, pair->witness);
}

/*
 * Hosts that just did not answer and are not asked for by name stay out, so
 * that nobody waits for each of them once more. The members stay the fleet's.
 */
static int
select_usable(struct job *job, const char *vm)
{
    struct ft_work_fleet *all = &job->cli->fleet;
    struct ft_store_pair pair;

    if (ft_store_pair_get(job->cli->work.store, vm, &pair, NULL))
        memset(&pair, 0, sizeof(pair));
    job->usable = all->fleet;
    job->usable.count = 0;
    job->usable.members = calloc(all->count + 1, sizeof(struct ft_member *));
    for (size_t i = 0; job->usable.members && i < all->count; i++)
        if (!all->errors[i].code || is_named(job, &pair, all->hosts[i].name))
            job->usable.members[job->usable.count++] = all->fleet.members[i];
    return job->usable.members ? 0 : -ENOMEM;
}

/* Facts of all hosts, at once. */
static enum ft_exit
look(struct job *job, const char *vm)
{
    size_t answered;

    if (!job->cli->fleet.count)
        return ft_cli_fail_text(job->cli, FT_EXIT_NOT_FOUND,
                                "ftadmin host add HOST... adds some",
                                "no hosts are known yet");
    answered = ft_work_fleet_probe(&job->cli->fleet);
    if (!answered) {
        ft_cli_complain(job->cli, &job->cli->fleet);
        return ft_cli_fleet_exit(&job->cli->fleet);
    }
    if (select_usable(job, vm))
        return ft_cli_fail_text(job->cli, FT_EXIT_FAILED, NULL, "out of memory");
    return FT_EXIT_OK;
}

static enum ft_exit
plan_and_apply(struct job *job, const char *vm)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan_choices choices;
    char pair[FT_UUID_SIZE];
    enum ft_exit code = look(job, vm);
    int rc;

    if (code)
        return code;
    rc = make_uuid(pair, &err);
    if (rc)
        return ft_cli_fail(job->cli, &err);
    fill_choices(job->cli, vm, pair, &choices);
    rc = ft_protect_prepare(&job->usable, &choices, &job->journal, &job->plan,
                            &job->resumed, &err);
    if (rc)
        return plan_failed(job, &err);
    return job->cli->options.dry_run ? dry_run(job) : confirm_and_apply(job);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct job job = { .cli = cli, .started_ns = ft_clock_ns() };
    struct ft_error err = FT_ERROR_INIT;
    enum ft_exit code;

    (void)argc;
    if (!cli->options.dry_run &&
        ft_work_lock(&cli->work, "protect", argv[0], &err))
        return ft_cli_fail(cli, &err);
    job.journal = ft_work_journal(cli->work.store);
    code = plan_and_apply(&job, argv[0]);
    ft_plan_free(&job.plan);
    free(job.usable.members);
    return code;
}

const struct ft_command ft_command_protect = {
    .name = "protect",
    .usage = "VM",
    .summary = "Make a running VM fault tolerant",
    .details =
        "Looks at all hosts, picks a standby and a witness, checks everything\n"
        "that could make a failover fail, copies disks and memory while the VM\n"
        "runs, and waits until it is protected. Ctrl-C detaches: the hosts go\n"
        "on by themselves. Given again after an interruption it continues.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_ENGINE,
    .run = run,
};
