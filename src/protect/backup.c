/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "protect/backup.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/json.h"
#include "protect/image.h"
#include "protect/protect-private.h"
#include "remote/reach.h"
#include "remote/ssh-join.h"

#define FREEZE_MS 20000 /* the engine waits for half of it */
#define BEGIN_MS 30000
#define END_MS 60000

static bool
is_target(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c))
            return false;
    return *text != '\0' &&
           strlen(text) < sizeof(((struct ft_backup_disk *)0)->target);
}

static int
take_disk(struct ft_backup_begun *begun, const json_t *json,
          struct ft_error *err)
{
    struct ft_backup_disk *disk = &begun->disks[begun->n_disks];
    const char *target = ft_json_string(json, "target", "");
    int64_t size = ft_json_int(json, "size", 1, INT64_MAX, 0);

    if (begun->n_disks == FT_BACKUP_DISKS_MAX || !is_target(target) || !size)
        return ft_reach_fail(err, FT_REACH_PROTOCOL, NULL,
                             "%s: the engine's answer cannot be understood",
                             begun->host);
    snprintf(disk->target, sizeof(disk->target), "%s", target);
    disk->size = (uint64_t)size;
    begun->n_disks++;
    return 0;
}

static int
take_begun(struct ft_backup_begun *begun, const json_t *reply,
           struct ft_error *err)
{
    const json_t *disks = json_object_get(reply, "disks"), *disk;
    size_t i;
    int rc = 0;

    begun->id = ft_json_int(reply, "id", 1, INT64_MAX, 0);
    begun->epoch = ft_json_int(reply, "epoch", 0, INT64_MAX, 0);
    snprintf(begun->at, sizeof(begun->at), "%s",
             ft_json_string(reply, "at", ""));
    begun->frozen = ft_json_bool(reply, "frozen", 0);
    begun->incremental = ft_json_bool(reply, "incremental", 0);
    snprintf(begun->moment, sizeof(begun->moment), "%s",
             ft_json_string(reply, "moment", ""));
    json_array_foreach(disks, i, disk)
        if (rc == 0)
            rc = take_disk(begun, disk, err);
    return rc;
}

static struct ft_member *
find_host(struct ft_fleet *fleet, const char *host, struct ft_error *err)
{
    struct ft_member *member = ft_fleet_find(fleet, host);

    if (member == NULL)
        ft_fail(err, ENOENT, "add it with ftadmin host add",
                "%s, which has the copy, is not known here", host);
    return member;
}

/* ---- the guest's file systems ---- */

/* Whether they are frozen now; or why not, in begun. */
static bool
freeze_guest(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
             struct ft_backup_begun *begun)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_member *member = find_host(fleet, pair->hosts[0], &err);
    int rc = member == NULL
                 ? -ENOENT
                 : ft_member_call(fleet, member, "freeze",
                                  json_pack("{s:s}", "pair", pair->pair), NULL,
                                  FREEZE_MS, &err);

    if (rc < 0)
        snprintf(begun->why, sizeof(begun->why), "%.255s", err.text);
    return rc == 0;
}

/* What is not said in time is done without. */
static void
thaw_guest(struct ft_fleet *fleet, const struct ft_pair_ref *pair)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_member *member = find_host(fleet, pair->hosts[0], &err);

    if (member != NULL)
        ft_member_call(fleet, member, "thaw",
                       json_pack("{s:s}", "pair", pair->pair), NULL, FREEZE_MS,
                       &err);
}

/*
 * Before the guest is frozen for what is refused then. A daemon or a worker that is
 * older does not know the question: its answer comes later.
 */
static int
check(struct ft_fleet *fleet, struct ft_member *member,
      const struct ft_pair_ref *pair, struct ft_error *err)
{
    int rc = ft_member_call(fleet, member, "backup-check",
                            json_pack("{s:s}", "pair", pair->pair), NULL,
                            BEGIN_MS, err);

    return rc == -EOPNOTSUPP || rc == -EREMOTE ? 0 : rc;
}

static int
begin(struct ft_fleet *fleet, struct ft_member *member,
      const struct ft_pair_ref *pair, bool frozen, const char *since,
      struct ft_backup_begun *begun, struct ft_error *err)
{
    FT_AUTOJSON json_t *reply = NULL;
    int rc = ft_member_call(fleet, member, "backup-begin",
                            json_pack("{s:s,s:b,s:s*}", "pair", pair->pair,
                                      "frozen", frozen, "since", since),
                            &reply, BEGIN_MS, err);

    if (rc == -EOPNOTSUPP)
        ft_error_hint(err, "Replace its engine: ftadmin host upgrade.");
    if (rc == -EREMOTE)
        return ft_fail(err, EAGAIN, "Wait until ftadmin status says protected.",
                       "%s has just taken %s over", begun->host, pair->vm);
    return rc < 0 ? rc : take_begun(begun, reply, err);
}

int
ft_backup_begin(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                bool freeze, const char *since, struct ft_backup_begun *begun,
                struct ft_error *err)
{
    struct ft_member *member = find_host(fleet, pair->hosts[1], err);
    bool frozen;
    int rc;

    memset(begun, 0, sizeof(*begun));
    if (member == NULL)
        return -ENOENT;
    snprintf(begun->host, sizeof(begun->host), "%s", pair->hosts[1]);
    snprintf(begun->pair, sizeof(begun->pair), "%s", pair->pair);
    rc = freeze ? check(fleet, member, pair, err) : 0;
    if (rc < 0)
        return rc;
    frozen = freeze && freeze_guest(fleet, pair, begun);
    rc = frozen ? FT_FAULT("backup-frozen") : 0;
    if (rc == 0)
        rc = begin(fleet, member, pair, frozen, since, begun, err);
    else
        ft_fail(err, -rc, NULL, "the backup was not begun");
    if (frozen)
        thaw_guest(fleet, pair);
    if (rc == 0 && frozen && !begun->frozen)
        snprintf(begun->why, sizeof(begun->why),
                 "it was thawed before its copy had that moment");
    return rc;
}

int
ft_backup_end(struct ft_fleet *fleet, const struct ft_backup_begun *begun,
              int64_t *kept, struct ft_error *err)
{
    struct ft_member *member = find_host(fleet, begun->host, err);
    FT_AUTOJSON json_t *reply = NULL;
    int rc;

    if (member == NULL)
        return -ENOENT;
    rc = ft_member_insist(fleet, member, "backup-end",
                          json_pack("{s:s,s:I}", "pair", begun->pair, "id",
                                    (json_int_t)begun->id),
                          &reply, END_MS, err);
    if (rc == 0 && kept != NULL)
        *kept = ft_json_int(reply, "kept_bytes", 0, INT64_MAX, 0);
    return rc;
}

/* The engine's end of what an NBD client talks with. */
static void
command_of(const struct ft_backup_begun *begun, char *out, size_t size)
{
    snprintf(out, size,
             "e=" FT_ENGINE_PATH "; [ -x $e ] || e=" FT_ENGINE_PACKAGED
             "; exec $e backup %s",
             begun->pair);
}

int
ft_backup_void(const char *vm, const struct ft_error *why, struct ft_error *err)
{
    char text[sizeof(err->text)];

    snprintf(text, sizeof(text), "%s", why->code != 0 ? why->text : err->text);
    return ft_fail(err, EIO, "Begin anew.",
                   "the backup of %s is inconclusive, and nothing of it is "
                   "whole: %s",
                   vm, text);
}

/* ---- one disk ---- */

struct copying {
    const struct ft_backup_begun *begun;
    const struct ft_backup_disk *disk;
    const char *format, *path, *base;
    const struct ft_progress *progress;
    struct ft_image image;
};

/* While it is copied, on the thread that does. */
static int
look(void *data)
{
    struct copying *c = data;
    const struct ft_progress *p = c->progress;

    ft_image_look(&c->image);
    if (p->bytes != NULL)
        p->bytes(p->data, c->disk->target,
                 (uint64_t)((double)c->disk->size * c->image.percent / 100),
                 c->disk->size, 0);
    return ft_progress_interrupted(p) ? -EINTR : 0;
}

/* qemu-img knows only that nobody answers any more: why comes with the end. */
static int
join(struct ft_ssh *session, struct ft_ssh_stream *stream, struct copying *c,
     struct ft_error *err)
{
    int rc = ft_ssh_stream_join(session, stream, c->image.socket, look, c);
    int ended = ft_image_end(&c->image, c->path, rc == -EINTR, err);

    if (rc == -EPIPE)
        return ft_reach_fail(err, FT_REACH_LOST, NULL,
                             "%s: the SSH connection was lost", c->begun->host);
    if (ended == -EIO && *ft_ssh_stream_errors(stream) != '\0')
        ft_fail(err, EIO, NULL, "%s: %.200s", c->begun->host,
                ft_ssh_stream_errors(stream));
    return ended;
}

static int
copy(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct copying *c = data;
    struct ft_ssh_stream *stream;
    char command[256];
    int rc;

    command_of(c->begun, command, sizeof(command));
    rc = ft_ssh_stream_open(session, command, &stream, err);
    if (rc < 0)
        return rc;
    rc = ft_image_start(c->disk->target, c->format, c->path, c->base, &c->image,
                        err);
    if (rc == 0)
        rc = join(session, stream, c, err);
    ft_ssh_stream_close(stream);
    return rc;
}

int
ft_backup_copy(struct ft_fleet *fleet, const struct ft_backup_begun *begun,
               size_t disk, const char *format, const char *path,
               const char *base, const struct ft_progress *progress,
               struct ft_error *err)
{
    struct ft_member *member = find_host(fleet, begun->host, err);
    struct copying copying = {
        begun, &begun->disks[disk], format, path, base, progress, { .pid = -1 }
    };

    return member == NULL ? -ENOENT
                          : ft_member_do(fleet, member, copy, &copying, err);
}

/* ---- for the clients of others ---- */

struct serving {
    const struct ft_backup_begun *begun;
    int listener;
    const struct ft_progress *progress;
};

static int
is_over(void *data)
{
    const struct serving *s = data;

    return ft_progress_interrupted(s->progress) ? -EINTR : 0;
}

static int
serve(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct serving *s = data;
    char command[256];
    int rc;

    command_of(s->begun, command, sizeof(command));
    rc = ft_ssh_serve(session, s->listener, command, is_over, s, err);
    if (rc == -EPIPE)
        return ft_reach_fail(err, FT_REACH_LOST, NULL,
                             "%s: the SSH connection was lost", s->begun->host);
    return rc == -EINTR ? ft_fail(err, EINTR, NULL, "stopped") : rc;
}

int
ft_backup_serve(struct ft_fleet *fleet, const struct ft_backup_begun *begun,
                int listener, const struct ft_progress *progress,
                struct ft_error *err)
{
    struct ft_member *member = find_host(fleet, begun->host, err);
    struct serving serving = { begun, listener, progress };

    return member == NULL ? -ENOENT
                          : ft_member_do(fleet, member, serve, &serving, err);
}
