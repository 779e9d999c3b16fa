/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disks of a copy, for NBD clients on this machine. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "ui/work/backup.h"

#define CLIENTS_WAITING 16

/* The descriptor, or -errno. */
static int
listen_at(const char *path, struct ft_error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    FT_AUTOCLOSE int fd = -1;

    if (strlen(path) >= sizeof(address.sun_path))
        return ft_fail(err, ENAMETOOLONG, NULL,
                       "the path of a socket may have %zu bytes: %s",
                       sizeof(address.sun_path) - 1, path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* the mode that bind(2) gives the file */
    if (fd >= 0 && fchmod(fd, 0600) == 0 &&
        bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
        if (listen(fd, CLIENTS_WAITING) == 0)
            return ft_fd_steal(&fd);
        unlink(path);
    }
    if (errno == EADDRINUSE)
        return ft_fail(err, EEXIST, "Name another one, or remove it.",
                       "%s is there already", path);
    return ft_fail(err, errno, NULL, "%s: %s", path, strerror(errno));
}

/*
 * As the NBD URI specification has it
 * (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/uri.md).
 */
static json_t *
uri(const char *target, const char *path)
{
    char text[3 * sizeof(((struct sockaddr_un *)0)->sun_path) + 64];
    int n = snprintf(text, sizeof(text), "nbd+unix:///%s?socket=", target);

    for (const char *c = path; *c; c++)
        n += snprintf(text + n, sizeof(text) - (size_t)n,
                      isalnum((unsigned char)*c) || strchr("/._-~", *c)
                          ? "%c"
                          : "%%%02X",
                      (unsigned char)*c);
    return json_string(text);
}

static json_t *
document_of(const struct ft_work_pair *found,
            const struct ft_backup_begun *begun, const char *path)
{
    json_t *document = ft_work_backup_document(found, begun);
    json_t *exports = json_array();

    for (size_t i = 0; i < begun->n_disks; i++)
        json_array_append_new(
            exports, json_pack("{s:s,s:o,s:I}", "disk", begun->disks[i].target,
                               "uri", uri(begun->disks[i].target, path), "size",
                               (json_int_t)begun->disks[i].size));
    json_object_set_new(document, "exports", exports);
    return document;
}

static int
serve(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
      const char *path, bool freeze, int listener,
      const struct ft_progress *progress, ft_work_backup_ready *ready,
      void *data, struct ft_error *err)
{
    FT_AUTOJSON json_t *document = NULL;
    struct ft_error why = FT_ERROR_INIT;
    struct ft_backup_begun begun;
    int rc =
        ft_backup_begin(&fleet->fleet, &found->ref, freeze, NULL, &begun, err);

    if (rc)
        return rc;
    document = document_of(found, &begun, path);
    ready(data, document);
    rc = ft_backup_serve(&fleet->fleet, &begun, listener, progress, err);
    ft_backup_end(&fleet->fleet, &begun, NULL, &why);
    if (rc == -EINTR && !why.code)
        return 0;
    return rc == -EINTR || rc == -ESTALE
               ? ft_backup_void(found->pair.vm, &why, err)
               : rc;
}

int
ft_work_backup_serve(struct ft_work_fleet *fleet,
                     const struct ft_work_pair *found, const char *path,
                     bool freeze, ft_work_backup_ready *ready, void *data,
                     struct ft_job_outcome *outcome, struct ft_error *err)
{
    struct ft_progress progress;
    struct ft_trace trace;
    struct ft_job *job;
    int listener = listen_at(path, err), rc;

    memset(outcome, 0, sizeof(*outcome));
    if (listener < 0)
        return listener;
    rc = ft_job_begin(fleet->work, "backup", found->pair.vm, found->pair.pair,
                      &job, err);
    if (!rc) {
        progress = ft_job_progress(job, NULL);
        trace = ft_job_trace(job);
        ft_fleet_set_trace(&fleet->fleet, &trace);
        rc = serve(fleet, found, path, freeze, listener, &progress, ready, data,
                   err);
        ft_fleet_set_trace(&fleet->fleet, NULL);
        ft_job_end(job, rc, false, "was read by others", rc ? err : NULL,
                   outcome);
    }
    close(listener);
    unlink(path);
    return rc;
}
