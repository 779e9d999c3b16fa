/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event log: numbers that never go back, bounded files and memory, and
 * what a crash leaves on the disk. The state folder is "state" in the scratch
 * folder (local.mk); the followers are this program's.
 */
#include "config.h"

#include "tests/unit/scratch.h"

/* its statics, so that a daemon can be started again in one process */
#include "engine/events.c" // NOLINT(bugprone-suspicious-include)

static int64_t heard; /* number of the last event that followers were told */

void
ft_followers_event(json_t *event)
{
    heard = ft_json_int(event, "seq", 0, INT64_MAX, -1);
}

static void
stop_daemon(void)
{
    if (events.fd >= 0)
        close(events.fd);
    json_decref(events.recent);
    memset(&events, 0, sizeof(events));
    events.fd = -1;
}

static void
restart(void)
{
    struct ft_error err = FT_ERROR_INIT;

    stop_daemon();
    if (ft_events_open("h1", &err))
        fail_msg("%s", err.text);
}

static int
begin(void **state)
{
    (void)state;
    heard = 0;
    mkdir(FT_STATE_FOLDER, 0700);
    unlink(EVENTS_FILE);
    unlink(EVENTS_OLD_FILE);
    restart();
    return 0;
}

static int
end(void **state)
{
    (void)state;
    stop_daemon();
    return 0;
}

static void
note(const char *text)
{
    ft_events_note("info", "test", NULL, NULL, text);
}

/* What is remembered after since: from first to last, without a gap. */
static void
assert_since(int64_t since, int64_t first, int64_t last)
{
    FT_AUTOJSON json_t *list = ft_events_since(since);

    assert_int_equal(json_array_size(list), last - first + 1);
    for (size_t i = 0; i < json_array_size(list); i++)
        assert_int_equal(ft_json_int(json_array_get(list, i), "seq", 0,
                                     INT64_MAX, -1),
                         first + (int64_t)i);
}

static void
assert_text(int64_t seq, const char *text)
{
    FT_AUTOJSON json_t *list = ft_events_since(seq - 1);

    assert_string_equal(ft_json_string(json_array_get(list, 0), "text", ""),
                        text);
}

static void
append(const void *data, size_t size)
{
    FILE *file = fopen(EVENTS_FILE, "ae");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    fclose(file);
}

static off_t
size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
}

static void
test_members(void **state)
{
    FT_AUTOJSON json_t *list = NULL;
    const json_t *event;

    (void)state;
    ft_events_note("warn", "worker-died", "the-pair", "vm1", "it died");
    list = ft_events_since(0);
    assert_int_equal(json_array_size(list), 1);
    event = json_array_get(list, 0);
    assert_string_equal(ft_json_string(event, "severity", ""), "warn");
    assert_string_equal(ft_json_string(event, "kind", ""), "worker-died");
    assert_string_equal(ft_json_string(event, "pair", ""), "the-pair");
    assert_string_equal(ft_json_string(event, "vm", ""), "vm1");
    assert_string_equal(ft_json_string(event, "text", ""), "it died");
    assert_string_equal(ft_json_string(event, "host", ""), "h1");
    assert_int_equal(strlen(ft_json_string(event, "at", "")), 24);
    assert_int_equal(mode_of(EVENTS_FILE), 0600);
    /* what a worker says about number, time and host does not count */
    ft_events_add(
        json_pack("{s:i,s:s,s:s}", "seq", 77, "host", "liar", "at", "never"));
    assert_since(0, 1, 2);
    json_decref(list);
    list = ft_events_since(1);
    assert_string_equal(ft_json_string(json_array_get(list, 0), "host", ""),
                        "h1");
    ft_events_add(NULL);
    assert_since(0, 1, 2);
}

static void
test_since(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++)
        note("x");
    assert_since(-1, 1, 10);
    assert_since(0, 1, 10);
    assert_since(7, 8, 10);
    assert_since(10, 11, 10);
    assert_since(INT64_MAX, 11, 10);
}

static void
test_restart(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        note("before");
    restart();
    assert_since(0, 1, 5);
    note("after");
    assert_since(5, 6, 6);
    assert_text(5, "before");
    assert_text(6, "after");
}

static void
test_memory_is_bounded(void **state)
{
    (void)state;
    for (int i = 0; i < EVENTS_KEPT + 200; i++)
        note("x");
    assert_since(0, 201, EVENTS_KEPT + 200);
    restart();
    assert_since(0, 201, EVENTS_KEPT + 200);
}

/* Events of about 4 KiB, so that the file turns after some 250. */
static void
note_large(int n)
{
    char text[4001];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    while (n-- > 0)
        note(text);
}

static void
test_files_are_bounded(void **state)
{
    (void)state;
    note_large(1500);
    assert_true(size_of(EVENTS_FILE) <= EVENTS_FILE_MAX + 5000);
    assert_true(size_of(EVENTS_OLD_FILE) <= EVENTS_FILE_MAX + 5000);
    assert_true(size_of(EVENTS_OLD_FILE) > EVENTS_FILE_MAX);
    assert_false(is_there(EVENTS_FILE ".2"));
}

/* However the file has just turned, numbers go on and events are known. */
static void
test_restart_after_the_turn(void **state)
{
    int64_t seq;

    (void)state;
    while (!is_there(EVENTS_OLD_FILE))
        note_large(1);
    seq = events.seq;
    restart();
    assert_int_equal(events.seq, seq);
    assert_since(0, 1, seq);
    /* and when the new file could not take a line yet: a crash, a full disk */
    assert_int_equal(truncate(EVENTS_FILE, 0), 0);
    restart();
    assert_int_equal(events.seq, seq - 1);
    note("next");
    assert_text(seq, "next");
    unlink(EVENTS_FILE);
    restart();
    assert_int_equal(events.seq, seq - 1);
}

/* A line that a crash cut short costs itself, and not the one behind it. */
static void
test_torn_line(void **state)
{
    static const char torn[] = "{\"seq\":3,\"kind\":\"te";
    char *text;

    (void)state;
    note("one");
    note("two");
    append(torn, sizeof(torn) - 1);
    restart();
    assert_since(0, 1, 2);
    note("three");
    assert_text(3, "three");
    restart();
    assert_since(0, 1, 3);
    assert_text(3, "three");
    /* no empty lines pile up */
    restart();
    restart();
    note("four");
    restart();
    assert_since(0, 1, 4);
    text = get_file(EVENTS_FILE, NULL);
    assert_null(strstr(text, "\n\n"));
    free(text);
}

/* Blocks of zeros, which a power cut leaves, and other garbage. */
static void
test_garbage(void **state)
{
    static const char *const odd[] = {
        "\n\nhello\n",
        "[1,2]\n",
        "{\"seq\":\"9\"}\n",
        "{\"seq\":-5,\"text\":\"x\"}\n",
        "{\"seq\":9223372036854775807}\n",
        "{\"text\":\"no number\"}\n",
        "\xff\xfe\n",
    };
    static const char zeros[5000];
    int64_t seq = 0;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(odd); i++) {
        note("good");
        append(odd[i], strlen(odd[i]));
        restart();
        assert_int_equal(events.seq, ++seq);
        assert_text(seq, "good");
    }
    append(zeros, sizeof(zeros));
    restart();
    assert_int_equal(events.seq, seq);
    note("behind the zeros");
    restart();
    assert_int_equal(events.seq, ++seq);
    assert_text(seq, "behind the zeros");
    assert_since(0, 1, seq);
}

/* A file as large as no daemon makes it, and one that cannot be read. */
static void
test_odd_files(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    stop_daemon();
    unlink(EVENTS_FILE);
    assert_int_equal(mkdir(EVENTS_FILE, 0700), 0);
    assert_int_equal(ft_events_open("h1", &err), -EISDIR);
    assert_in(err.text, EVENTS_FILE);
    assert_int_equal(rmdir(EVENTS_FILE), 0);
}

/* No room on the disk: the event is there, its line is not; then there is. */
static void
test_disk_full(void **state)
{
    int good;

    (void)state;
    note("one");
    good = events.fd;
    events.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(events.fd >= 0);
    note("lost on disk");
    assert_text(2, "lost on disk");
    close(events.fd);
    events.fd = good;
    append("{\"seq\":2,\"ki", 12); /* as much as had room */
    note("three");
    restart();
    assert_int_equal(events.seq, 3);
    assert_text(3, "three");
}

/* A text that is no UTF-8 is no reason to say nothing. */
static void
test_odd_text(void **state)
{
    (void)state;
    ft_events_note("crit", "test", NULL, "vm", "cut: \xe2\x82");
    assert_text(1, "cut: ??");
    ft_events_note("crit", "test", NULL, "v\xe9m", "x");
    assert_since(0, 1, 2);
}

static void
test_followers_are_told(void **state)
{
    (void)state;
    assert_int_equal(ft_events_last(), 0);
    note("one");
    note("two");
    assert_int_equal(heard, 2);
    assert_int_equal(ft_events_last(), 2);
    restart();
    assert_int_equal(ft_events_last(), 2);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

static int
enter(void **state)
{
    int rc = scratch_enter(state);

    return rc ? rc : ft_log_open("log", "test-events", FT_LOG_ERROR);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_members),           TEST(test_since),
        TEST(test_restart),           TEST(test_memory_is_bounded),
        TEST(test_files_are_bounded), TEST(test_restart_after_the_turn),
        TEST(test_torn_line),         TEST(test_garbage),
        TEST(test_odd_files),         TEST(test_disk_full),
        TEST(test_odd_text),          TEST(test_followers_are_told),
    };

    return cmocka_run_group_tests(tests, enter, scratch_leave);
}
