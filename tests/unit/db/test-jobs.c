/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs in the topology database: living, ended, dead, and bounded.
 */
#include "config.h"

#include "store-fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/jobs.h"

static struct ft_store_job
begin(struct ft_store *store, const char *subject, int *alive)
{
    struct ft_store_job job = { .verb = "protect", .pair = PAIR };

    snprintf(job.subject, sizeof(job.subject), "%s", subject);
    MUST(ft_store_job_begin(store, &job, alive, &err));
    return job;
}

static struct ft_store_job
get(struct ft_store *store, int64_t id)
{
    struct ft_store_job job;

    MUST(ft_store_job_get(store, id, &job, &err));
    return job;
}

static void
test_from_begin_to_end(void **state)
{
    struct ft_store *store = open_store(), *other = open_store();
    int alive = -1;
    struct ft_store_job job = begin(store, "vm1", &alive), seen;

    (void)state;
    assert_int_equal(job.id, 1);
    seen = get(other, 1);
    assert_string_equal(seen.state, "running");
    assert_string_equal(seen.subject, "vm1");
    assert_true(*seen.who && seen.pid == getpid() && seen.started_at > 0);
    assert_int_equal(seen.left_from_s, -1);
    strcpy(job.phase, "memory");
    job.done = 5;
    job.total = 10;
    job.left_from_s = 1;
    job.left_to_s = 3;
    MUST(ft_store_job_put(store, &job, &err));
    MUST(ft_store_job_stop(other, 1, &err));
    MUST(ft_store_job_put(store, &job, &err)); /* does not take that back */
    seen = get(other, 1);
    assert_string_equal(seen.phase, "memory");
    assert_true(seen.stop && seen.done == 5 && seen.total == 10);
    assert_true(seen.left_from_s == 1 && seen.left_to_s == 3);
    strcpy(job.state, "done");
    strcpy(job.result, "runs on h1");
    job.ended_at = 99;
    MUST(ft_store_job_put(store, &job, &err));
    close(alive);
    seen = get(other, 1);
    assert_string_equal(seen.state, "done");
    assert_string_equal(seen.result, "runs on h1");
    FAILS(EALREADY, ft_store_job_stop(other, 1, &err));
    FAILS(ENOENT, ft_store_job_stop(other, 2, &err));
    FAILS(ENOENT, ft_store_job_get(other, 2, &seen, &err));
    *job.verb = '\0';
    FAILS(EINVAL, ft_store_job_begin(store, &job, &alive, &err));
    ft_store_close(store);
    ft_store_close(other);
}

static void
put_step(struct ft_store *store, int64_t job, int64_t ordinal, const char *how)
{
    struct ft_store_job_step step = {
        .job = job, .ordinal = ordinal, .kind = "standby", .started_at = 7
    };

    snprintf(step.text, sizeof(step.text), "h%d: do", (int)ordinal);
    snprintf(step.state, sizeof(step.state), "%s", how);
    MUST(ft_store_job_step_put(store, &step, &err));
}

static void
test_steps(void **state)
{
    struct ft_store *store = open_store();
    int alive = -1;
    struct ft_store_job job = begin(store, "vm1", &alive);
    struct ft_store_job_step *steps;
    struct ft_store_job_step lost = { .job = 99, .state = "done" };
    size_t count;

    (void)state;
    put_step(store, job.id, 1, "waiting");
    put_step(store, job.id, 0, "started");
    put_step(store, job.id, 0, "done");
    MUST(ft_store_job_steps(store, job.id, &steps, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(steps[0].state, "done");
    assert_string_equal(steps[0].kind, "standby");
    assert_string_equal(steps[1].text, "h1: do");
    free(steps);
    FAILS(ENOENT, ft_store_job_step_put(store, &lost, &err));
    close(alive);
    ft_store_close(store);
}

static void
test_log_is_bounded(void **state)
{
    struct ft_store *store = open_store();
    int alive = -1;
    struct ft_store_job job = begin(store, "vm1", &alive);
    struct ft_store_job_line line = { .job = job.id,
                                      .host = "h1",
                                      .status = -EPIPE,
                                      .ms = 12 },
                             *lines;
    size_t count;

    (void)state;
    MUST(ft_store_begin(store, &err));
    for (int i = 0; i < FT_STORE_JOB_LOG_KEPT + 3; i++) {
        snprintf(line.command, sizeof(line.command), "true %d", i);
        MUST(ft_store_job_log_add(store, &line, &err));
    }
    MUST(ft_store_commit(store, &err));
    MUST(ft_store_job_log(store, job.id, 0, &lines, &count, &err));
    assert_int_equal(count, FT_STORE_JOB_LOG_KEPT);
    assert_string_equal(lines[0].command, "true 3");
    assert_true(lines[0].status == -EPIPE && lines[0].ms == 12);
    line.id = lines[count - 2].id;
    free(lines);
    MUST(ft_store_job_log(store, job.id, line.id, &lines, &count, &err));
    assert_int_equal(count, 1);
    free(lines);
    close(alive);
    ft_store_close(store);
}

/* A job whose process is killed: everybody sees that, and the next continues. */
static void
test_killed(void **state)
{
    struct ft_store *store = open_store();
    struct ft_store_job *jobs, next;
    int ready[2], alive = -1, status;
    size_t count;
    char byte;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        struct ft_store *own;

        if (ft_store_open(path, FT_STORE_EXISTING, &own, NULL))
            _exit(1);
        begin(own, "vm1", &alive);
        if (write(ready[1], "r", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_string_equal(get(store, 1).state, "running");
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    MUST(ft_store_job_list(store, 10, &jobs, &count, &err));
    assert_int_equal(count, 1);
    assert_string_equal(jobs[0].state, "interrupted");
    assert_true(jobs[0].ended_at >= jobs[0].started_at);
    free(jobs);
    FAILS(EALREADY, ft_store_job_stop(store, 1, &err));
    next = begin(store, "vm2", &alive);
    assert_int_equal(next.continues, 0);
    assert_int_equal(number_of("SELECT count(*) FROM jobs "
                               "WHERE state = 'interrupted'"),
                     1);
    close(alive);
    next = begin(store, "vm1", &alive);
    assert_int_equal(next.continues, 1);
    MUST(ft_store_job_list(store, 10, &jobs, &count, &err));
    assert_int_equal(count, 3);
    assert_int_equal(jobs[0].id, 3); /* the newest first */
    free(jobs);
    close(alive);
    ft_store_close(store);
}

/* A rollback goes on with no protect, nor a protect with what was taken back. */
static void
test_another_verb_continues_nothing(void **state)
{
    struct ft_store *store = open_store();
    struct ft_store_job other = { .verb = "rollback", .subject = "vm1" };
    struct ft_store_job job;
    int alive = -1;

    (void)state;
    job = begin(store, "vm1", &alive);
    close(alive); /* it dies */
    MUST(ft_store_job_begin(store, &other, &alive, &err));
    assert_int_equal(other.continues, 0);
    close(alive);
    job = begin(store, "vm1", &alive);
    assert_int_equal(job.continues, 0);
    close(alive);
    assert_int_equal(begin(store, "vm1", &alive).continues, job.id);
    close(alive);
    ft_store_close(store);
}

/* One that runs is among them however many have ended since. */
static void
test_jobs_are_bounded(void **state)
{
    struct ft_store *store = open_store();
    struct ft_store_job *jobs;
    int alive = -1, long_alive = -1;
    size_t count;

    (void)state;
    begin(store, "vm9", &long_alive);
    MUST(ft_store_begin(store, &err));
    for (int i = 0; i < FT_STORE_JOBS_KEPT + 5; i++) {
        struct ft_store_job job = begin(store, "vm1", &alive);

        put_step(store, job.id, 0, "done");
        strcpy(job.state, "done");
        MUST(ft_store_job_put(store, &job, &err));
        close(alive);
    }
    MUST(ft_store_commit(store, &err));
    MUST(ft_store_job_running(store, &jobs, &count, &err));
    assert_int_equal(count, 1);
    assert_string_equal(jobs[0].subject, "vm9");
    free(jobs);
    close(long_alive);
    MUST(ft_store_job_running(store, &jobs, &count, &err));
    assert_int_equal(count, 0); /* it has died */
    free(jobs);
    ft_store_close(store);
    assert_int_equal(number_of("SELECT count(*) FROM jobs"),
                     FT_STORE_JOBS_KEPT + 1);
    assert_int_equal(number_of("SELECT count(*) FROM job_steps"),
                     FT_STORE_JOBS_KEPT);
    assert_int_equal(number_of("SELECT min(id) FROM jobs WHERE subject = 'vm1'"),
                     7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_from_begin_to_end, setup),
        cmocka_unit_test_setup(test_steps, setup),
        cmocka_unit_test_setup(test_log_is_bounded, setup),
        cmocka_unit_test_setup(test_killed, setup),
        cmocka_unit_test_setup(test_another_verb_continues_nothing, setup),
        cmocka_unit_test_setup(test_jobs_are_bounded, setup),
    };

    RUN_IN_FOLDER(tests);
}
