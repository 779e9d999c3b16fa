/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host asks the witness, line by line, of a store in memory that knows its
 * pair; and, behind '<', what somebody answers in the witness's place.
 *
 * The judge knows nothing of the requests: a record never becomes older, has one owner
 * in each generation, once removed stays so, changes only for who is told that he has
 * won, and is what the answer says, as the client reads it.
 */
#include "config.h"

#include "fuzz.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/log.h"
#include "witness/witness-client.h"
#include "witness/witness-pairs.h"
#include "witness/witness-requests.h"

#define PAIR "01234567-89ab-cdef-0123-456789abcdef"
#define LINES_MAX 64

static struct ft_witness_store *store;
static char folder[64];

static void
clear(void)
{
    ft_witness_store_remove(store, PAIR, NULL); /* else the folder stays */
    ft_witness_store_close(store);
    ft_witness_clear(folder);
    rmdir(folder);
}

/* Where a write that has to be on stable storage costs nothing. */
static void
open_store(void)
{
    strcpy(folder, "/dev/shm/ft-fuzz-XXXXXX");
    if (!mkdtemp(folder)) {
        strcpy(folder, "ft-fuzz-XXXXXX");
        FUZZ_CHECK(mkdtemp(folder));
    }
    FUZZ_CHECK(ft_log_open("/dev/null", "fuzz", FT_LOG_ERROR) == 0);
    FUZZ_CHECK(ft_witness_store_open(folder, &store, NULL) == 0);
    atexit(clear);
}

static struct ft_witness_record
recorded(void)
{
    struct ft_witness_record record = { 0 };

    FUZZ_CHECK(ft_witness_store_get(store, PAIR, &record, NULL) == 0);
    FUZZ_CHECK(record.generation >= 1 &&
               record.generation <= FT_WITNESS_GENERATION_MAX);
    FUZZ_CHECK(ft_witness_owner_valid(record.owner));
    return record;
}

static bool
same(const struct ft_witness_record *a, const struct ft_witness_record *b)
{
    return a->generation == b->generation && !strcmp(a->owner, b->owner) &&
           a->offered == b->offered && a->removed == b->removed;
}

static void
judge(const struct ft_witness_record *before,
      const struct ft_witness_record *after,
      const struct ft_witness_answer *answer)
{
    FUZZ_CHECK(answer->generation == after->generation &&
               !strcmp(answer->owner, after->owner) &&
               answer->offered == after->offered &&
               answer->removed == after->removed);
    FUZZ_CHECK(answer->won || same(before, after));
    FUZZ_CHECK(after->generation >= before->generation);
    FUZZ_CHECK(!before->removed || same(before, after));
    FUZZ_CHECK(after->generation > before->generation ||
               !strcmp(after->owner, before->owner));
    FUZZ_CHECK(!after->removed || !after->offered);
}

static void
ask(const json_t *request)
{
    struct ft_witness_record before = recorded(), after;
    FT_AUTOJSON json_t *json = ft_witness_request(store, PAIR, request);
    FT_AUTOFREE char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_witness_answer answer;
    int rc;

    FUZZ_CHECK(text && strlen(text) + 1 < 2 * (size_t)FT_WITNESS_LINE_MAX);
    after = recorded();
    rc = ft_witness_answer_from_json(json, &answer, &err);
    if (json_is_true(json_object_get(json, "ok"))) {
        FUZZ_CHECK(rc == 0);
        judge(&before, &after, &answer);
    } else {
        FUZZ_CHECK(rc < 0 && err.code == -rc && err.text[0]);
        FUZZ_CHECK(rc == -EINVAL || rc == -EOPNOTSUPP);
        FUZZ_CHECK(same(&before, &after));
    }
}

/* What is no answer makes none; what is one can be told on. */
static void
hear(const json_t *json)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_witness_answer answer;

    if (ft_witness_answer_from_json(json, &answer, &err)) {
        FUZZ_CHECK(err.code > 0 && err.text[0]);
        FUZZ_CHECK(!answer.generation && !*answer.owner && !answer.won &&
                   !answer.offered && !answer.removed && !answer.full);
        return;
    }
    FUZZ_CHECK(answer.generation >= 1 &&
               answer.generation <= FT_WITNESS_GENERATION_MAX &&
               ft_witness_owner_valid(answer.owner));
}

/* As the server has it: longer ones end the connection before. */
static void
take_line(const char *line, size_t size)
{
    bool answer = size && *line == '<';
    FT_AUTOJSON json_t *json = NULL;

    if (size >= FT_WITNESS_LINE_MAX ||
        ft_json_parse(line + answer, size - answer, &json, NULL))
        return;
    if (answer)
        hear(json);
    else
        ask(json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ft_witness_record first = { .generation = 5,
                                                    .owner = "h1" };
    const char *at = (const char *)data, *end = at + size;

    if (!store)
        open_store();
    FUZZ_CHECK(ft_witness_store_remove(store, PAIR, NULL) == 0);
    FUZZ_CHECK(ft_witness_store_set(store, PAIR, &first, NULL) == 0);
    for (int i = 0; i < LINES_MAX && at < end; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;

        take_line(at, (size_t)(stop - at));
        at = newline ? newline + 1 : end;
    }
    return 0;
}
