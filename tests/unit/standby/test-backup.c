/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backup of a copy begins beside the control thread, which waits for no epoch that
 * is being applied; and comes to nothing at once when the copy is needed.
 */
#include "config.h"

#include "tests/unit/standby/standby-fixture.h"

#include <pthread.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/json.h"
#include "standby/backup.h"
#include "standby/snapshot-slot.h"
#include "standby/standby-private.h"
#include "virt/loop.h"

#define SOON_NS (100 * FT_NS_PER_MS)

static struct ft_worker worker;
static struct ft_standby standby;
static bool whole;
static struct {
    int count;
    struct ft_error err;
    json_t *result;
} reply;
static char noted[512]; /* kinds of events */

/* ---- what a worker has ---- */

void
ft_worker_reply(struct ft_worker *w, struct ft_asker *asker, json_t *result,
                const struct ft_error *err)
{
    (void)w;
    if (!asker->client) {
        json_decref(result);
        return;
    }
    reply.count++;
    reply.err = err ? *err : (struct ft_error)FT_ERROR_INIT;
    json_decref(reply.result);
    reply.result = result;
    asker->client = 0;
}

void
ft_worker_note(struct ft_worker *w, const char *severity, const char *kind,
               const char *format, ...)
{
    size_t n = strlen(noted);

    (void)w;
    (void)severity;
    (void)format;
    snprintf(noted + n, sizeof(noted) - n, "%s ", kind);
}

bool
ft_ownership_valid(const struct ft_ownership *own)
{
    (void)own;
    return whole;
}

void
ft_pair_path(const char *pair, const char *file, char *out)
{
    (void)pair;
    (void)file;
    strcpy(out, ".");
}

/* ---- a copy ---- */

static int
set_up(void **state)
{
    int rc = begin(state);

    whole = true;
    *noted = '\0';
    replica.slot = ft_snapshot_slot_new();
    first_copy();
    pthread_mutex_init(&worker.own_lock, NULL);
    snprintf(worker.config.vm, sizeof(worker.config.vm), "vm1");
    snprintf(worker.run_folder, sizeof(worker.run_folder), ".");
    standby.worker = &worker;
    standby.replica = replica;
    standby.backup = ft_standby_backup_new(&standby);
    memset(&reply, 0, sizeof(reply));
    return rc;
}

static int
tear_down(void **state)
{
    struct ft_snapshot_slot *slot = replica.slot;

    json_decref(reply.result);
    end(state);
    ft_snapshot_slot_free(slot);
    free(standby.backup);
    return 0;
}

static int
begin_backup(bool frozen)
{
    FT_AUTOJSON json_t *args = json_pack("{s:b}", "frozen", frozen);

    return ft_standby_backup_begin(&standby, args, (struct ft_asker){ 1, 1 },
                                   &last);
}

static void
await_replies(int count)
{
    int64_t until = ft_clock_ns() + 10 * FT_NS_PER_S;

    while (reply.count < count && ft_clock_ns() < until)
        ft_loop_turn(5);
    assert_int_equal(reply.count, count);
}

static void
end_backup(void)
{
    FT_AUTOJSON json_t *args =
        json_pack("{s:I}", "id",
                  ft_json_int(reply.result, "id", 1, INT64_MAX, 0));
    int count = reply.count;

    assert_int_equal(ft_standby_backup_end(&standby, args,
                                           (struct ft_asker){ 1, 2 }, &last),
                     0);
    await_replies(count + 1);
    assert_false(ft_standby_backup_busy(&standby));
}

/* As while an epoch is applied. */
static void
test_waits_for_no_epoch(void **state)
{
    int64_t before = ft_clock_ns();

    (void)state;
    ft_snapshot_slot_lock(replica.slot);
    assert_int_equal(begin_backup(false), 0);
    ft_loop_turn(20);
    assert_true(ft_clock_ns() - before < SOON_NS);
    assert_int_equal(reply.count, 0);
    assert_int_equal(begin_backup(false), -EBUSY);
    assert_int_equal(ft_standby_backup_check(&standby,
                                             (struct ft_asker){ 1, 3 }, &last),
                     -EBUSY);
    assert_in(last.text, "being backed up already");
    ft_snapshot_slot_unlock(replica.slot);
    await_replies(1);
    assert_int_equal(reply.err.code, 0);
    assert_int_equal(ft_json_int(reply.result, "epoch", 0, 10, 0), 1);
    assert_string_equal(noted, "backup-began ");
    assert_int_equal(begin_backup(false), -EBUSY);
    end_backup();
    assert_string_equal(noted, "backup-began backup-ended ");
}

/* The control thread looks at nothing that an epoch has locked meanwhile, either. */
static void
test_waits_for_the_frozen_one(void **state)
{
    int64_t before = ft_clock_ns();

    (void)state;
    ft_snapshot_slot_lock(replica.slot);
    assert_int_equal(begin_backup(true), 0);
    ft_loop_turn(30);
    assert_true(ft_clock_ns() - before < SOON_NS);
    ft_snapshot_slot_unlock(replica.slot);
    ft_loop_turn(30);
    assert_int_equal(reply.count, 0);
    ft_snapshot_slot_lock(replica.slot);
    standby.replica.frozen = FT_FRAME_FROZEN;
    ft_snapshot_slot_unlock(replica.slot);
    await_replies(1);
    assert_true(ft_json_bool(reply.result, "frozen", 0));
    assert_true(ft_clock_ns() - before < FT_BACKUP_FROZEN_NS);
    end_backup();
}

/* A takeover while it begins: there is none, and the slot stays empty. */
static void
test_stopped_meanwhile(void **state)
{
    const struct ft_error needed = { ECANCELED, "it takes over", "", NULL };

    (void)state;
    assert_int_equal(begin_backup(true), 0);
    ft_standby_backup_stop(&standby, &needed);
    ft_snapshot_slot_end(replica.slot, &needed);
    await_replies(1);
    assert_int_equal(reply.err.code, ECANCELED);
    assert_string_equal(reply.err.text, "it takes over");
    assert_false(ft_snapshot_slot_is_taken(replica.slot));
    assert_false(ft_standby_backup_busy(&standby));
    assert_string_equal(noted, "");
    /* also when it waits for the epoch only, and had looked before */
    ft_snapshot_slot_lock(replica.slot);
    assert_int_equal(begin_backup(false), 0);
    ft_loop_turn(50);
    ft_standby_backup_stop(&standby, &needed);
    ft_snapshot_slot_end(replica.slot, &needed);
    ft_snapshot_slot_unlock(replica.slot);
    await_replies(2);
    assert_int_equal(reply.err.code, ECANCELED);
    assert_false(ft_snapshot_slot_is_taken(replica.slot));
    /* what was needed then does not stop the next one */
    assert_int_equal(begin_backup(false), 0);
    await_replies(3);
    assert_int_equal(reply.err.code, 0);
    end_backup();
}

static void
test_check(void **state)
{
    const struct ft_asker asker = { 1, 1 };

    (void)state;
    assert_int_equal(ft_standby_backup_check(&standby, asker, &last), 0);
    assert_int_equal(reply.count, 1);
    whole = false;
    assert_int_equal(ft_standby_backup_check(&standby, asker, &last), -EAGAIN);
    assert_int_equal(begin_backup(false), -EAGAIN);
    assert_int_equal(reply.count, 1);
}

int
main(void)
{
#define BACKUP_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        BACKUP_TEST(test_waits_for_no_epoch),
        BACKUP_TEST(test_waits_for_the_frozen_one),
        BACKUP_TEST(test_stopped_meanwhile),
        BACKUP_TEST(test_check),
    };

    if (ft_loop_init())
        return 99;
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
