/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worker's half: starts the process, and hears of it. */
#include "config.h"

#include "virt/guest-freeze.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "virt/guest-freeze-private.h"
#include "virt/loop.h"

struct ft_guest_freeze {
    int fd, watch;
    pid_t pid;
    bool over; /* the last word was said */
    ft_guest_freeze_told told;
    void *opaque;
    char line[FREEZE_LINE_MAX];
    size_t length;
};

bool
ft_guest_freeze_marked(const char *folder)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/" FREEZE_MARK, folder);
    return access(path, F_OK) == 0;
}

int
ft_guest_freeze_parse(const char *line, struct ft_guest_freeze_news *news)
{
    long long until;
    int end = 0;

    *news = (struct ft_guest_freeze_news){ .word = FT_GUEST_THAWED };
    if (!strcmp(line, "thawed"))
        return 0;
    if (sscanf(line, "frozen %9d %18lld%n", &news->count, &until, &end) == 2 &&
        line[end] == '\0' && news->count > 0 && until > 0) {
        news->word = FT_GUEST_FROZEN;
        news->until_ns = until;
        return 0;
    }
    news->count = 0;
    if (strncmp(line, "unfrozen ", 9) != 0 && strncmp(line, "still ", 6) != 0)
        return -EPROTO;
    news->word = *line == 'u' ? FT_GUEST_UNFROZEN : FT_GUEST_STILL_FROZEN;
    snprintf(news->text, sizeof(news->text), "%s", strchr(line, ' ') + 1);
    return 0;
}

static void
tell(struct ft_guest_freeze *f, const struct ft_guest_freeze_news *news)
{
    f->over = news->word == FT_GUEST_UNFROZEN || news->word == FT_GUEST_THAWED;
    f->told(f->opaque, news);
}

/* It has closed the socket, with which it ends: that is waited for. */
static void
finish(struct ft_guest_freeze *f)
{
    ft_loop_unwatch(f->watch);
    close(f->fd);
    while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    f->told(f->opaque, &(struct ft_guest_freeze_news){
                           .word = f->over ? FT_GUEST_FREEZE_ENDED
                                           : FT_GUEST_FREEZE_LOST });
    free(f);
}

static void
take_line(struct ft_guest_freeze *f)
{
    struct ft_guest_freeze_news news;

    f->line[f->length] = '\0';
    f->length = 0;
    if (!f->over && !ft_guest_freeze_parse(f->line, &news))
        tell(f, &news);
}

static void
on_ready(int fd, void *opaque)
{
    struct ft_guest_freeze *f = opaque;
    char piece[FREEZE_LINE_MAX];
    ssize_t n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    for (ssize_t i = 0; i < n; i++)
        if (piece[i] == '\n')
            take_line(f);
        else if (f->length < sizeof(f->line) - 1)
            f->line[f->length++] = piece[i];
    if (n <= 0)
        finish(f);
}

static int
run_process(struct ft_guest_freeze *f, const char *domain, const char *folder,
            int limit_ms, int theirs)
{
    char name[] = "ftengine", subcommand[] = "freeze", uuid[64], path[256],
         limit[16];
    char *const argv[] = { name, subcommand, uuid, path, limit, NULL };
    posix_spawn_file_actions_t actions;
    int rc = posix_spawn_file_actions_init(&actions);

    snprintf(uuid, sizeof(uuid), "%s", domain);
    snprintf(path, sizeof(path), "%s", folder);
    snprintf(limit, sizeof(limit), "%d", limit_ms);
    if (rc)
        return -rc;
    rc = posix_spawn_file_actions_adddup2(&actions, theirs, FREEZE_FD);
    if (!rc)
        rc = posix_spawn(&f->pid, "/proc/self/exe", &actions, NULL, argv,
                         environ);
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

static int
start(struct ft_guest_freeze *f, const char *domain, const char *folder,
      int limit_ms)
{
    FT_AUTOCLOSE int theirs = -1;
    int fds[2], rc;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    f->fd = fds[0];
    theirs = fds[1];
    f->watch = ft_loop_watch(f->fd, on_ready, f);
    if (f->watch < 0)
        return -ENOMEM;
    rc = run_process(f, domain, folder, limit_ms, theirs);
    if (rc)
        ft_loop_unwatch(f->watch);
    return rc;
}

int
ft_guest_freeze_start(const char *domain, const char *folder, int limit_ms,
                      ft_guest_freeze_told told, void *opaque,
                      struct ft_guest_freeze **out, struct ft_error *err)
{
    struct ft_guest_freeze *f = calloc(1, sizeof(*f));
    int rc = -ENOMEM;

    if (f) {
        f->fd = -1;
        f->told = told;
        f->opaque = opaque;
        rc = start(f, domain, folder, limit_ms);
    }
    if (!rc) {
        *out = f;
        return 0;
    }
    if (f && f->fd >= 0)
        close(f->fd);
    free(f);
    return ft_fail(err, -rc, NULL, "no process to freeze the guest: %s",
                   strerror(-rc));
}

void
ft_guest_freeze_end(struct ft_guest_freeze *f)
{
    shutdown(f->fd, SHUT_WR);
}
