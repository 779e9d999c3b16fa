/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "protect/nbd-tls.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

#define PROGRAM "qemu-nbd"
#define CLIENTS_MAX "16" /* of a disk */

/* While the connection to the copy's host is made again, in seconds. */
#define RECONNECT_S "60"

struct server {
    pid_t pid; /* 0: none */
    int said;  /* what it prints */
    char pid_file[PATH_MAX];
};

struct ft_nbd_tls {
    size_t count;
    struct server servers[FT_BACKUP_DISKS_MAX];
};

/* ---- processes ---- */

/* As a value among others of QEMU's options, where a comma is written twice. */
static int
quote(const char *text, char out[PATH_MAX])
{
    size_t n = 0;

    for (; *text != '\0' && n + 2 < PATH_MAX; text++) {
        if (*text == ',')
            out[n++] = ',';
        out[n++] = *text;
    }
    out[n] = '\0';
    return *text == '\0' ? 0 : -ENAMETOOLONG;
}

/* Only what may be called between fork(2) and exec in a program with threads. */
static void
exec_server(char *const *argv, int said)
{
    setpgid(0, 0); /* Ctrl-C is for the one that ends it */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(said, 1);
    dup2(said, 2);
    execvp(argv[0], argv);
    _exit(127);
}

static int
start_server(struct server *server, char *const *argv)
{
    server->said = memfd_create(PROGRAM, MFD_CLOEXEC);
    if (server->said < 0)
        return -errno;
    server->pid = fork();
    if (server->pid == 0)
        exec_server(argv, server->said);
    if (server->pid > 0)
        return 0;
    server->pid = 0;
    return -errno;
}

static int
start_disk(struct ft_nbd_tls *tls, const struct ft_nbd_address *address,
           const char *object, const char *socket, const char *target)
{
    struct server *server = &tls->servers[tls->count];
    FT_AUTOFREE char *source = NULL, *port = NULL;
    char path[PATH_MAX];
    int rc = quote(socket, path);

    if (rc < 0 || (size_t)snprintf(server->pid_file, sizeof(server->pid_file),
                                   "%.4000s.%s", socket, target) >= PATH_MAX)
        return -ENAMETOOLONG;
    if (asprintf(&source,
                 "driver=raw,file.driver=nbd,file.server.type=unix,"
                 "file.server.path=%s,file.export=%s,"
                 "file.reconnect-delay=" RECONNECT_S,
                 path, target) < 0)
        return -ENOMEM;
    if (asprintf(&port, "%u", address->port + (unsigned)tls->count) < 0)
        return -ENOMEM;
    rc = start_server(server,
                      (char *[]){
                          (char *)PROGRAM, (char *)"--read-only",
                          (char *)"--persistent",
                          (char *)"--shared=" CLIENTS_MAX, (char *)"--object",
                          (char *)(uintptr_t)object, (char *)"--tls-creds=tls",
                          (char *)"--export-name", (char *)(uintptr_t)target,
                          (char *)"--bind", (char *)(uintptr_t)address->host,
                          (char *)"--port", port, (char *)"--pid-file",
                          server->pid_file, (char *)"--image-opts", source,
                          NULL });
    tls->count++;
    return rc;
}

static int
object_of(const char *creds, char out[2 * PATH_MAX], struct ft_error *err)
{
    char folder[PATH_MAX], keys[PATH_MAX + 16], real[PATH_MAX];
    bool psk;

    if (realpath(creds, real) == NULL)
        return ft_fail(err, errno, NULL, "%s: %s", creds, strerror(errno));
    snprintf(keys, sizeof(keys), "%s/keys.psk", real);
    psk = access(keys, F_OK) == 0;
    if (quote(real, folder) < 0)
        return ft_fail(err, ENAMETOOLONG, NULL, "%s: %s", creds,
                       strerror(ENAMETOOLONG));
    snprintf(out, (size_t)2 * PATH_MAX,
             "tls-creds-%s,id=tls,endpoint=server,dir=%s%s",
             psk ? "psk" : "x509", folder, psk ? "" : ",verify-peer=on");
    return 0;
}

int
ft_nbd_tls_start(const struct ft_nbd_address *address, const char *creds,
                 const char *socket, const struct ft_backup_begun *begun,
                 struct ft_nbd_tls **out, struct ft_error *err)
{
    char object[2 * PATH_MAX];
    struct ft_nbd_tls *tls;
    int rc = object_of(creds, object, err);

    if (rc < 0)
        return rc;
    if (address->port + begun->n_disks > 65536)
        return ft_fail(err, E2BIG, "Name a lower one.",
                       "%zu disks have no ports from %u on", begun->n_disks,
                       address->port);
    tls = calloc(1, sizeof(*tls));
    if (tls == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    for (size_t i = 0; rc == 0 && i < begun->n_disks; i++)
        rc = start_disk(tls, address, object, socket, begun->disks[i].target);
    if (rc == 0) {
        *out = tls;
        return 0;
    }
    ft_nbd_tls_stop(tls);
    return ft_fail(err, -rc, NULL, "cannot start " PROGRAM ": %s",
                   strerror(-rc));
}

/* The last line of what it has said. */
static int
explain(const struct server *server, int status, struct ft_error *err)
{
    char said[512] = "", *line;
    ssize_t n = pread(server->said, said, sizeof(said) - 1, 0);

    if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && n <= 0)
        return ft_fail(err, ENOENT, "Install it: apt-get install qemu-utils.",
                       "there is no " PROGRAM " here, which serves the network");
    for (line = said + strlen(said); line > said && line[-1] == '\n'; line--)
        line[-1] = '\0';
    line = strrchr(said, '\n');
    line = line != NULL ? line + 1 : said;
    return ft_fail(err, EIO, NULL, "%s",
                   *line != '\0' ? line : PROGRAM " has ended");
}

int
ft_nbd_tls_look(struct ft_nbd_tls *tls, struct ft_error *err)
{
    int all = 1, status;

    for (size_t i = 0; i < tls->count; i++) {
        struct server *server = &tls->servers[i];

        if (server->pid > 0 &&
            waitpid(server->pid, &status, WNOHANG) == server->pid) {
            server->pid = 0;
            return explain(server, status, err);
        }
        if (access(server->pid_file, F_OK) < 0)
            all = 0;
    }
    return all;
}

void
ft_nbd_tls_stop(struct ft_nbd_tls *tls)
{
    if (tls == NULL)
        return;
    for (size_t i = 0; i < tls->count; i++) {
        struct server *server = &tls->servers[i];

        if (server->pid > 0) {
            kill(server->pid, SIGKILL);
            while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
                ;
        }
        if (server->said >= 0)
            close(server->said);
        unlink(server->pid_file);
    }
    free(tls);
}
