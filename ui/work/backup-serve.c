/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disks of a copy, for NBD clients on this machine. */
#include "config.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
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
uri_of_socket(const char *target, const char *path)
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

/* A backup while it is served; the fleet's threads look after it. */
struct serving {
    const struct ft_work_served *how;
    const char *path; /* of the socket */
    struct ft_progress progress;
    ft_work_backup_ready *ready;
    void *data;
    json_t *document;
    struct ft_nbd_tls *tls; /* NULL: the socket is all */
    bool told;
    struct ft_error failed; /* the network's end; code 0: it has not */
};

static json_t *
uri(const struct serving *s, size_t disk, const char *target)
{
    char text[512];

    if (!s->how->creds)
        return uri_of_socket(target, s->path);
    ft_nbd_address_uri(&s->how->address, disk, target, text, sizeof(text));
    return json_string(text);
}

static json_t *
document_of(const struct serving *s, const struct ft_work_pair *found,
            const struct ft_backup_begun *begun)
{
    json_t *document = ft_work_backup_document(found, begun);
    json_t *exports = json_array();

    for (size_t i = 0; i < begun->n_disks; i++)
        json_array_append_new(
            exports, json_pack("{s:s,s:o,s:I}", "disk", begun->disks[i].target,
                               "uri", uri(s, i, begun->disks[i].target), "size",
                               (json_int_t)begun->disks[i].size));
    json_object_set_new(document, "exports", exports);
    return document;
}

/* Whether it is to end. Who waits for it is told once others can connect. */
static int
look(void *data)
{
    struct serving *s = data;
    int rc = s->progress.interrupted(s->progress.data);

    if (rc)
        return rc;
    rc = s->tls ? ft_nbd_tls_look(s->tls, &s->failed) : 1;
    if (rc > 0 && !s->told) {
        s->told = true;
        s->ready(s->data, s->document);
    }
    return rc < 0;
}

static int
serve_begun(struct ft_work_fleet *fleet, struct serving *s,
            const struct ft_backup_begun *begun, int listener,
            struct ft_error *err)
{
    const struct ft_progress watch = { .interrupted = look, .data = s };
    int rc = s->how->creds ? ft_nbd_tls_start(&s->how->address, s->how->creds,
                                              s->path, begun, &s->tls, err)
                           : 0;

    if (!rc)
        rc = ft_backup_serve(&fleet->fleet, begun, listener, &watch, err);
    ft_nbd_tls_stop(s->tls);
    if (rc == -EINTR && s->failed.code) {
        *err = s->failed;
        rc = -err->code;
    }
    return rc;
}

static int
serve(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
      struct serving *s, int listener, struct ft_error *err)
{
    struct ft_error why = FT_ERROR_INIT;
    struct ft_backup_begun begun;
    int rc = ft_backup_begin(&fleet->fleet, &found->ref, s->how->freeze, NULL,
                             &begun, err);

    if (rc)
        return rc;
    s->document = document_of(s, found, &begun);
    rc = serve_begun(fleet, s, &begun, listener, err);
    ft_backup_end(&fleet->fleet, &begun, NULL, &why);
    json_decref(s->document);
    if (rc == -EINTR && !why.code)
        return 0;
    return rc == -EINTR || rc == -ESTALE
               ? ft_backup_void(found->pair.vm, &why, err)
               : rc;
}

static int
serve_as_job(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
             struct serving *s, int listener, struct ft_job_outcome *outcome,
             struct ft_error *err)
{
    struct ft_trace trace;
    struct ft_job *job;
    int rc = ft_job_begin(fleet->work, "backup", found->pair.vm,
                          found->pair.pair, &job, err);

    if (rc)
        return rc;
    s->progress = ft_job_progress(job, NULL);
    trace = ft_job_trace(job);
    ft_fleet_set_trace(&fleet->fleet, &trace);
    rc = serve(fleet, found, s, listener, err);
    ft_fleet_set_trace(&fleet->fleet, NULL);
    ft_job_end(job, rc, false, "was read by others", rc ? err : NULL, outcome);
    return rc;
}

/* A folder of this process, where the network's end finds the socket. */
static int
make_folder(char folder[PATH_MAX], struct ft_error *err)
{
    const char *parent = getenv("TMPDIR");

    snprintf(folder, PATH_MAX, "%.200s/ftadmin-XXXXXX",
             parent && *parent == '/' ? parent : "/tmp");
    return mkdtemp(folder)
               ? 0
               : ft_fail(err, errno, NULL, "%s: %s", folder, strerror(errno));
}

int
ft_work_backup_serve(struct ft_work_fleet *fleet,
                     const struct ft_work_pair *found,
                     const struct ft_work_served *how,
                     ft_work_backup_ready *ready, void *data,
                     struct ft_job_outcome *outcome, struct ft_error *err)
{
    char folder[PATH_MAX] = "", path[PATH_MAX + 16];
    struct serving s = { .how = how, .path = path, .ready = ready, .data = data };
    int listener, rc = how->creds ? make_folder(folder, err) : 0;

    memset(outcome, 0, sizeof(*outcome));
    if (rc)
        return rc;
    snprintf(path, sizeof(path), "%s%s", folder,
             how->creds ? "/nbd.sock" : how->socket);
    listener = listen_at(path, err);
    rc = listener < 0 ? listener
                      : serve_as_job(fleet, found, &s, listener, outcome, err);
    if (listener >= 0) {
        close(listener);
        unlink(path);
    }
    if (*folder)
        rmdir(folder);
    return rc;
}
