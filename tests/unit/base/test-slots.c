/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/slots.h"

static void
write_text(const char *text)
{
    assert_int_equal(ft_slots_write("r", text, strlen(text)), 0);
}

static void
assert_text(const char *text)
{
    FT_AUTOFREE char *found = NULL;
    size_t size = 0;

    assert_int_equal(ft_slots_read("r", &found, &size), 0);
    assert_string_equal(found, text);
    assert_int_equal(size, strlen(text));
}

static int
cannot_read(void)
{
    FT_AUTOFREE char *found = NULL;
    size_t size = 0;

    return ft_slots_read("r", &found, &size);
}

/* As a write that was cut off there leaves it. */
static void
spoil(const char *path, long at)
{
    FILE *file = fopen(path, "r+e");

    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fputc('#', file), '#');
    assert_int_equal(fclose(file), 0);
}

static int
forget(void **state)
{
    (void)state;
    unlink("r.0");
    unlink("r.1");
    return 0;
}

static void
test_the_last_one_is_read(void **state)
{
    char text[32];

    (void)state;
    assert_int_equal(cannot_read(), -ENOENT);
    for (int i = 0; i < 12; i++) {
        snprintf(text, sizeof(text), "{\"n\":%d}%.*s", i, i % 3, "   ");
        write_text(text);
        assert_text(text);
    }
    write_text("");
    assert_text("");
    assert_int_equal(mode_of("r.0"), 0600);
    assert_int_equal(mode_of("r.1"), 0600);
}

/* Whatever of a slot is torn, what was written before is read, or the same. */
static void
test_one_slot_is_torn(void **state)
{
    static const long places[] = {
        0, 15, 17, 20, FT_SLOT_HEAD, FT_SLOT_HEAD + 4
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(places); i++) {
        forget(NULL);
        write_text("before");
        spoil("r.1", places[i]);
        assert_text("before");
        write_text("after");
        assert_text("after");
        spoil("r.0", places[i]);
        assert_text("after");
    }
}

static void
test_both_are_torn(void **state)
{
    (void)state;
    write_text("text");
    spoil("r.0", FT_SLOT_HEAD);
    spoil("r.1", FT_SLOT_HEAD);
    assert_int_equal(cannot_read(), -EBADMSG);
    put_file("r.0", "");
    assert_int_equal(cannot_read(), -EBADMSG);
    unlink("r.1");
    assert_int_equal(cannot_read(), -EBADMSG);
    write_text("again");
    assert_text("again");
}

static void
test_one_is_missing(void **state)
{
    (void)state;
    write_text("one");
    unlink("r.1");
    assert_text("one");
    write_text("two");
    assert_true(is_there("r.1"));
    unlink("r.0");
    assert_text("two");
}

static void
test_how_long(void **state)
{
    FT_AUTOFREE char *text = calloc(1, FT_SLOT_TEXT_MAX + 2);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', FT_SLOT_TEXT_MAX + 1);
    assert_int_equal(ft_slots_write("r", text, FT_SLOT_TEXT_MAX + 1), -EFBIG);
    text[FT_SLOT_TEXT_MAX] = '\0';
    write_text(text);
    assert_text(text);
}

/* The hook computes it with cksum(1). */
static void
test_the_checksum_is_cksum_s(void **state)
{
    (void)state;
    write_text("{\n  \"role\": \"primary\"\n}");
    // NOLINTNEXTLINE(cert-env33-c): a test's own command
    assert_int_equal(
        system("read -r magic serial length crc <r.1 && "
               "[ \"$magic\" = ftadmin-record ] && "
               "text=$(tail -c +65 r.1 | head -c \"$length\") && "
               "set -- $(printf '%s\\n%s' \"$serial\" \"$text\" | cksum) && "
               "[ \"$1\" = \"${crc%% *}\" ]"),
        0);
}

/* In a child, for its mounts; 77: they are not ours to make. */
static int
on_a_full_disk(void)
{
    FT_AUTOFREE char *found = NULL;
    char more[8192] = "";
    size_t size;
    int fd;

    if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
        return 77;
    if (mkdir("full", 0700) ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("none", "full", "tmpfs", 0, "size=256k") || chdir("full"))
        return 77;
    if (ft_slots_write("r", "before", 6))
        return 2;
    fd = open("fill", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (!ft_write_full(fd, more, sizeof(more)))
        ;
    close(fd);
    if (ft_file_replace("other", more, sizeof(more), 0600) != -ENOSPC)
        return 1;
    for (int i = 0; i < 4; i++)
        if (ft_slots_write("r", "on a full disk", 14))
            return 3;
    if (ft_slots_read("r", &found, &size))
        return 4;
    return strcmp(found, "on a full disk") ? 5 : 0;
}

static void
test_a_full_disk(void **state)
{
    int status;
    pid_t child = fork();

    (void)state;
    if (!child)
        _exit(on_a_full_disk());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        print_message("# not tried: needs a mount of its own\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
}

#define TEST(function) cmocka_unit_test_teardown(function, forget)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_last_one_is_read),
        TEST(test_one_slot_is_torn),
        TEST(test_both_are_torn),
        TEST(test_one_is_missing),
        TEST(test_how_long),
        TEST(test_the_checksum_is_cksum_s),
        TEST(test_a_full_disk),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
