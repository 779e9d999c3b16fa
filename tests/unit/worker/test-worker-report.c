/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker tells its daemon reaches it, whatever the text is. */
#include "config.h"

#include "tests/unit/scratch.h"

#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "worker/channel.h"
#include "worker/worker-report.h"

static struct ft_worker worker = { .config = { .pair = "p", .vm = "web" } };

/* The text of the event that the daemon has now. */
static void
expect_event(int daemon, const char *kind, const char *text)
{
    FT_AUTOJSON json_t *message = NULL;
    const json_t *event;
    int passed = -1;

    assert_int_equal(ft_channel_receive(daemon, &message, &passed), 0);
    event = json_object_get(message, "event");
    assert_string_equal(ft_json_string(event, "kind", ""), kind);
    assert_string_equal(ft_json_string(event, "vm", ""), "web");
    assert_non_null(strstr(ft_json_string(event, "text", ""), text));
}

/* A long one is cut, and be it within a character. */
static void
test_note_of_any_text(void **state)
{
    char long_text[1024];
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0,
                                ends),
                     0);
    pthread_mutex_init(&worker.channel_lock, NULL);
    worker.channel = ends[0];
    ft_worker_note(&worker, "warn", "drift", "pool %s is full", "gr\303\274n");
    expect_event(ends[1], "drift", "pool gr\303\274n is full");
    for (size_t i = 0; i + 1 < sizeof(long_text); i += 2)
        memcpy(long_text + i, "\303\274", 2);
    long_text[sizeof(long_text) - 2] = '\0';
    ft_worker_note(&worker, "crit", "drift", "pool %s", long_text);
    expect_event(ends[1], "drift", "pool ");
    ft_worker_note(&worker, "crit", "drift", "pools %s", long_text);
    expect_event(ends[1], "drift", "pools ");
    for (size_t i = 0; i + 2 < sizeof(long_text); i++)
        long_text[i] = "disk, "[i % 6]; /* 170 of them, and "di" */
    ft_worker_note(&worker, "warn", "drift", "no room for %s", long_text);
    expect_event(ends[1], "drift", "disk, disk, and 47 more");
    close(ends[0]);
    close(ends[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_note_of_any_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
