/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests that need files: a folder of the program's own, which is its
 * working folder from scratch_enter to scratch_leave (a group's set-up and
 * tear-down), and what stands in them.
 */
#ifndef FT_TESTS_SCRATCH_H
#define FT_TESTS_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char scratch[] = "/tmp/ft-test-XXXXXX";

static inline int
scratch_enter(void **state)
{
    (void)state;
    return mkdtemp(scratch) && chdir(scratch) == 0 ? 0 : -1;
}

static inline int
scratch_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static inline int
scratch_leave(void **state)
{
    (void)state;
    return chdir("/") == 0
               ? nftw(scratch, scratch_remove, 16, FTW_DEPTH | FTW_PHYS)
               : -1;
}

static inline void
put_file_bytes(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void
put_file(const char *path, const char *text)
{
    put_file_bytes(path, text, strlen(text));
}

/* Its bytes, followed by a NUL, for the caller to free. */
static inline char *
get_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");
    char *data;
    struct stat st;

    if (!file)
        fail_msg("no %s", path);
    assert_int_equal(fstat(fileno(file), &st), 0);
    data = calloc(1, (size_t)st.st_size + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)st.st_size, file), st.st_size);
    fclose(file);
    if (size)
        *size = (size_t)st.st_size;
    return data;
}

static inline void
assert_file(const char *path, const char *text)
{
    char *found = get_file(path, NULL);

    assert_string_equal(found, text);
    free(found);
}

/* Permission bits, or 0 for a file that is not there. */
static inline unsigned
mode_of(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static inline int
is_there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static inline void
assert_in(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" lacks \"%s\"", text ? text : "", part);
}

#endif
