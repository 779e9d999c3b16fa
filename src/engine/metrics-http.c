/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ftmetrics: the figures of this host's engine at http://ADDRESS:PORT/metrics. A
 * process of its own, so that what strangers send is read by none of the engine's;
 * and a program of its own, so that an engine needs no library for it on each
 * host. It asks the daemon once for each request.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "base/cleanup.h"
#include "base/paths.h"
#include "base/privileges.h"
#include "engine/metrics.h"
#include "engine/open-metrics.h"

#define PORT "7333"
#define CONNECTIONS_MAX 16u
#define TIMEOUT_S 10u
#define MEMORY_MAX ((size_t)16 << 10) /* bytes a connection may make us keep */

static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const char *type,
      char *text, size_t size)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
    enum MHD_Result rc;

    if (!response) {
        free(text);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    rc = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return rc;
}

static enum MHD_Result
say(struct MHD_Connection *connection, unsigned status, const char *words)
{
    char *text = NULL;
    int size = asprintf(&text, "%s\n", words);

    return size < 0 ? MHD_NO
                    : reply(connection, status, "text/plain; charset=utf-8",
                            text, (size_t)size);
}

static enum MHD_Result
figures(struct MHD_Connection *connection)
{
    struct ft_error err = FT_ERROR_INIT;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    int rc;

    if (!to)
        return MHD_NO;
    rc = ft_metrics_write(to, FT_CONTROL_SOCKET, &err);
    fclose(to);
    if (!rc)
        return reply(connection, MHD_HTTP_OK, FT_OPEN_METRICS_TYPE, text, size);
    free(text);
    return say(connection, MHD_HTTP_SERVICE_UNAVAILABLE, err.text);
}

static enum MHD_Result
answer(void *opaque, struct MHD_Connection *connection, const char *url,
       const char *method, const char *version, const char *upload,
       size_t *upload_size, void **request)
{
    (void)opaque;
    (void)version;
    (void)upload;
    (void)request;
    if (*upload_size) {
        *upload_size = 0; /* nobody reads it */
        return MHD_YES;
    }
    if (strcmp(url, "/metrics") != 0)
        return say(connection, MHD_HTTP_NOT_FOUND, "See /metrics.");
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
        strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return say(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET.");
    return figures(connection);
}

static struct MHD_Daemon *
listen_at(const struct addrinfo *at)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG;

    if (at->ai_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    return MHD_start_daemon(flags, 0, NULL, NULL, answer, NULL,
                            MHD_OPTION_SOCK_ADDR, at->ai_addr,
                            MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
                            MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_MAX,
                            MHD_OPTION_END);
}

/* Numeric, so that it cannot come to mean another address. */
static struct addrinfo *
resolve(const char *address, const char *port)
{
    static const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST |
                                                       AI_NUMERICSERV |
                                                       AI_PASSIVE,
                                           .ai_socktype = SOCK_STREAM };
    struct addrinfo *list = NULL;
    int rc = getaddrinfo(address, port, &hints, &list);

    if (rc)
        fprintf(stderr, "ftmetrics: %s port %s: %s\n", address, port,
                gai_strerror(rc));
    return rc ? NULL : list;
}

int
main(int argc, char **argv)
{
    struct MHD_Daemon *daemon;
    struct addrinfo *at;
    sigset_t ends;
    int signal_number;

    if (ft_privileges_keep(0))
        fputs("ftmetrics: cannot give up privileges\n", stderr);
    if (argc < 2 || argc > 3) {
        fputs("usage: ftmetrics ADDRESS [PORT]\n", stderr);
        return 2;
    }
    at = resolve(argv[1], argc > 2 ? argv[2] : PORT);
    if (!at)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL); /* in its threads, too */
    daemon = listen_at(at);
    freeaddrinfo(at);
    if (!daemon) {
        perror("ftmetrics: cannot listen");
        return 1;
    }
    sigwait(&ends, &signal_number);
    MHD_stop_daemon(daemon);
    return 0;
}
