/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "protect/image.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

#define PROGRAM "qemu-img"
#define INHERITED 3 /* its number of the socket */

static int
missing(struct ft_error *err)
{
    return ft_fail(err, ENOENT, "Install it: apt-get install qemu-utils.",
                   "there is no " PROGRAM " here, which writes the image");
}

int
ft_image_possible(struct ft_error *err)
{
    const char *path = getenv("PATH");
    FT_AUTOFREE char *copy = strdup(path != NULL ? path : "/usr/bin");
    char *rest = copy;
    char file[4096];

    for (char *folder; rest != NULL && (folder = strsep(&rest, ":")) != NULL;)
        if ((size_t)snprintf(file, sizeof(file), "%s/" PROGRAM, folder) <
                sizeof(file) &&
            access(file, X_OK) == 0)
            return 0;
    return missing(err);
}

/* Of a group of its own: a Ctrl-C of the terminal is for us, who end it then. */
static int
spawn_apart(struct ft_image *image, const posix_spawn_file_actions_t *actions,
            char *const *argv)
{
    posix_spawnattr_t attributes;
    int rc = posix_spawnattr_init(&attributes);

    if (rc != 0)
        return rc;
    rc = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    if (rc == 0)
        rc = posix_spawnp(&image->pid, PROGRAM, actions, &attributes, argv,
                          environ);
    posix_spawnattr_destroy(&attributes);
    return rc;
}

/* ends: 0 and 1 of the socket, 2 and 3 of progress, 4 and 5 of errors. */
static int
spawn(struct ft_image *image, const int ends[6], char *const *argv)
{
    posix_spawn_file_actions_t actions;
    int rc = posix_spawn_file_actions_init(&actions);

    if (rc != 0)
        return -rc;
    rc = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, ends[3], 1);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, ends[5], 2);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, ends[1], INHERITED);
    if (rc == 0)
        rc = spawn_apart(image, &actions, argv);
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

static void
close_all(int ends[6])
{
    for (int i = 0; i < 6; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* None of them is one of the first: a child's are put there. */
static int
make_ends(int ends[6])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
        pipe2(ends + 2, O_CLOEXEC) < 0 || pipe2(ends + 4, O_CLOEXEC) < 0)
        return -errno;
    for (int i = 0; i < 6; i++) {
        int fd = fcntl(ends[i], F_DUPFD_CLOEXEC, INHERITED + 1);

        if (fd < 0)
            return -errno;
        close(ends[i]);
        ends[i] = fd;
    }
    for (int i = 2; i < 6; i += 2)
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    return 0;
}

static int
start(struct ft_image *image, char *const *argv)
{
    int ends[6] = { -1, -1, -1, -1, -1, -1 };
    int rc = make_ends(ends);

    if (rc == 0)
        rc = spawn(image, ends, argv);
    if (rc < 0) {
        close_all(ends);
        return rc;
    }
    image->socket = ends[0];
    image->progress = ends[2];
    image->errors = ends[4];
    close(ends[1]);
    close(ends[3]);
    close(ends[5]);
    return 0;
}

int
ft_image_start(const char *export, const char *format, const char *path,
               const char *base, struct ft_image *image, struct ft_error *err)
{
    const char *argv[16] = { PROGRAM, "convert", "-p", "-O", format };
    FT_AUTOFREE char *source = NULL;
    size_t n = 5;
    int rc = -ENOMEM;

    *image = (struct ft_image){ .pid = -1, .socket = -1 };
    if (asprintf(&source,
                 "driver=raw,file.driver=nbd,file.server.type=fd,"
                 "file.server.str=%d,file.export=%s",
                 INHERITED, export) < 0)
        source = NULL;
    else
        rc = 0;
    if (base != NULL) {
        argv[n++] = "-B";
        argv[n++] = base;
        argv[n++] = "-F";
        argv[n++] = "qcow2";
    }
    argv[n++] = "--image-opts";
    argv[n++] = source;
    argv[n] = path;
    if (rc == 0)
        rc = start(image, (char *const *)(uintptr_t)argv);
    if (rc == -ENOENT)
        return missing(err);
    return rc < 0 ? ft_fail(err, -rc, NULL, "cannot start " PROGRAM ": %s",
                            strerror(-rc))
                  : 0;
}

/* "    (12.34/100%)\r" again and again. */
static void
take_progress(struct ft_image *image, const char *data, size_t size)
{
    size_t length = strlen(image->line);

    for (size_t i = 0; i < size; i++) {
        if (data[i] == '(') {
            length = 0;
        } else if (data[i] == '/') {
            double percent = strtod(image->line, NULL);

            image->percent = percent >= 0 && percent <= 100 ? percent : 0;
        } else if (length + 1 < sizeof(image->line)) {
            image->line[length++] = data[i];
        }
        image->line[length] = '\0';
    }
}

static void
take_complaint(struct ft_image *image, const char *data, size_t size)
{
    while (size > 0) {
        const char *end = memchr(data, '\n', size);
        size_t length = end != NULL ? (size_t)(end - data) : size;

        if (length > 0)
            snprintf(image->complaint, sizeof(image->complaint), "%.*s",
                     (int)FT_MIN(length, sizeof(image->complaint) - 1), data);
        length = FT_MIN(length + 1, size);
        data += length;
        size -= length;
    }
}

void
ft_image_look(struct ft_image *image)
{
    char data[4096];
    ssize_t n;

    while ((n = read(image->progress, data, sizeof(data))) > 0)
        take_progress(image, data, (size_t)n);
    while ((n = read(image->errors, data, sizeof(data))) > 0)
        take_complaint(image, data, (size_t)n);
}

/* qemu-img leaves what it wrote to the page cache. */
static int
sync_file(const char *path, struct ft_error *err)
{
    FT_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);

    return fd < 0 || fsync(fd) < 0
               ? ft_fail(err, errno, NULL, "%s: %s", path, strerror(errno))
               : 0;
}

static int
failed(const struct ft_image *image, const char *path, struct ft_error *err)
{
    const char *text = image->complaint;

    if (strncmp(text, PROGRAM ": ", strlen(PROGRAM) + 2) == 0)
        text += strlen(PROGRAM) + 2;
    if (strstr(text, strerror(ENOSPC)) != NULL)
        return ft_fail(err, ENOSPC, "Make room there.", "%s: %s", path, text);
    return ft_fail(err, EIO, NULL, PROGRAM ": %s",
                   *text != '\0' ? text : "it ended too early");
}

int
ft_image_end(struct ft_image *image, const char *path, bool stop,
             struct ft_error *err)
{
    int status = -1;

    close(image->socket);
    if (stop)
        kill(image->pid, SIGKILL);
    while (waitpid(image->pid, &status, 0) < 0 && errno == EINTR)
        ;
    ft_image_look(image);
    close(image->progress);
    close(image->errors);
    if (stop)
        return ft_fail(err, EINTR, NULL, "stopped");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0
               ? sync_file(path, err)
               : failed(image, path, err);
}
