/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "protect/image-mark.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"

#define PROGRAM "qemu-img"
#define PREFIX "ftadmin:"
#define SAID_MAX (1u << 20)

void
ft_image_mark_name(const struct ft_image_mark *mark,
                   char name[FT_IMAGE_MARK_SIZE])
{
    snprintf(name, FT_IMAGE_MARK_SIZE, PREFIX "%s:%s:%s", mark->vm_uuid,
             mark->target, mark->moment);
}

/* Takes what is before the next colon, or the end. */
static int
take_word(const char **from, char *out, size_t size)
{
    size_t length = strcspn(*from, ":");

    if (length == 0 || length >= size)
        return -EINVAL;
    memcpy(out, *from, length);
    out[length] = '\0';
    *from += length;
    if (**from == ':')
        ++*from;
    return 0;
}

int
ft_image_mark_parse(const char *name, struct ft_image_mark *mark)
{
    const char *rest = name + strlen(PREFIX);

    memset(mark, 0, sizeof(*mark));
    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0 ||
        take_word(&rest, mark->vm_uuid, sizeof(mark->vm_uuid)) < 0 ||
        take_word(&rest, mark->target, sizeof(mark->target)) < 0 ||
        take_word(&rest, mark->moment, sizeof(mark->moment)) < 0 ||
        *rest != '\0')
        return -EINVAL;
    return 0;
}

/* ---- qemu-img ---- */

static int
spawn(char *const *argv, int said, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int rc = posix_spawn_file_actions_init(&actions);

    if (rc != 0)
        return -rc;
    rc = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, said, 1);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, said, 2);
    if (rc == 0)
        rc = posix_spawnp(pid, PROGRAM, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

/* What it has said, from the beginning; *text is the caller's. */
static int
read_all(int fd, char **text, size_t *size)
{
    struct stat status;
    int rc;

    if (fstat(fd, &status) < 0)
        return -errno;
    if (status.st_size > SAID_MAX)
        return -EFBIG;
    *size = (size_t)status.st_size;
    *text = calloc(1, *size + 1);
    if (*text == NULL)
        return -ENOMEM;
    rc = ft_pread_full(fd, *text, *size, 0);
    return rc;
}

/* Runs it to its end: 0, or 1 for an exit code of its own. *text is the caller's. */
static int
run(char *const *argv, char **text, size_t *size)
{
    FT_AUTOCLOSE int said = memfd_create(PROGRAM, MFD_CLOEXEC);
    int status = 0, rc;
    pid_t pid;

    if (said < 0)
        return -errno;
    rc = spawn(argv, said, &pid);
    if (rc < 0)
        return rc;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    rc = read_all(said, text, size);
    return rc < 0 ? rc : !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static int
explain(int rc, const char *path, char *said, struct ft_error *err)
{
    if (rc == -ENOENT)
        return ft_fail(err, ENOENT, "Install it: apt-get install qemu-utils.",
                       "there is no " PROGRAM " here");
    if (rc < 0)
        return ft_fail(err, -rc, NULL, PROGRAM ": %s", strerror(-rc));
    said[strcspn(said, "\n")] = '\0';
    return ft_fail(err, EIO, NULL, "%s: %.200s", path, said);
}

int
ft_image_mark_set(const char *path, const struct ft_image_mark *mark,
                  struct ft_error *err)
{
    char name[FT_IMAGE_MARK_SIZE];
    char *const argv[] = { (char *)PROGRAM,
                           (char *)"bitmap",
                           (char *)"--add",
                           (char *)"--disable",
                           (char *)"-f",
                           (char *)"qcow2",
                           (char *)(uintptr_t)path,
                           name,
                           NULL };
    FT_AUTOFREE char *said = NULL;
    FT_AUTOCLOSE int fd = -1;
    size_t size;
    int rc;

    ft_image_mark_name(mark, name);
    rc = run(argv, &said, &size);
    if (rc != 0)
        return explain(rc, path, said, err);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 || fsync(fd) < 0
               ? ft_fail(err, errno, NULL, "%s: %s", path, strerror(errno))
               : 0;
}

/* The last one: an image that was committed into another has it later. */
static int
find_mark(const json_t *info, struct ft_image_mark *mark)
{
    const json_t *data =
        json_object_get(json_object_get(info, "format-specific"), "data");
    const json_t *bitmap;
    struct ft_image_mark one;
    int rc = -EINVAL;
    size_t i;

    json_array_foreach(json_object_get(data, "bitmaps"), i, bitmap)
        if (ft_image_mark_parse(ft_json_string(bitmap, "name", ""), &one) == 0) {
            *mark = one;
            rc = 0;
        }
    return rc;
}

int
ft_image_mark_get(const char *path, struct ft_image_mark *mark, uint64_t *size,
                  struct ft_error *err)
{
    char *const argv[] = {
        (char *)PROGRAM, (char *)"info",  (char *)"--output=json", (char *)"-U",
        (char *)"-f",    (char *)"qcow2", (char *)(uintptr_t)path, NULL
    };
    FT_AUTOFREE char *said = NULL;
    FT_AUTOJSON json_t *info = NULL;
    size_t length = 0;
    int rc = access(path, R_OK) < 0
                 ? ft_fail(err, errno, NULL, "%s: %s", path, strerror(errno))
                 : 0;

    if (rc < 0)
        return rc;
    rc = run(argv, &said, &length);
    if (rc < 0)
        return explain(rc, path, said, err);
    if (rc == 0 && ft_json_parse(said, length, &info, err) == 0 &&
        find_mark(info, mark) == 0) {
        *size = (uint64_t)ft_json_int(info, "virtual-size", 0, INT64_MAX, 0);
        return 0;
    }
    return ft_fail(err, EINVAL, "Make a full backup: without --incremental.",
                   "%s is no backup that another one can be made upon", path);
}
