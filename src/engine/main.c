/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/paths.h"
#include "disk/disk-sink.h"
#include "engine/control-server.h"
#include "engine/daemon.h"
#include "engine/drain.h"
#include "engine/metrics.h"
#include "inventory/probe.h"
#include "link/trips.h"
#include "primary/primary.h"
#include "standby/standby.h"
#include "witness/witness.h"
#include "worker/worker-main.h"

static int
usage(FILE *to)
{
    fputs("usage: ftengine daemon [--background] [--port PORT]\n"
          "       ftengine witness [--port PORT]\n"
          "       ftengine probe\n"
          "       ftengine trips ADDRESS PORT [COUNT]\n"
          "       ftengine control\n"
          "       ftengine metrics\n"
          "       ftengine drain [--end]\n"
          "       ftengine worker --pair UUID [--give-up]   (started by the daemon)\n"
          "       ftengine disks                            (started by a worker)\n"
          "       ftengine --version | --help\n",
          to);
    return to == stdout ? 0 : 2;
}

static int
parse_port(const char *text, uint16_t *port)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (!*text || *end || n < 1 || n > 65535) {
        fprintf(stderr, "ftengine: \"%s\" is no port number\n", text);
        return -EINVAL;
    }
    *port = n;
    return 0;
}

static int
run_daemon(int argc, char **argv)
{
    static const struct option options[] = {
        { "background", no_argument, NULL, 'b' },
        { "port", required_argument, NULL, 'p' },
        { NULL, 0, NULL, 0 },
    };
    struct ft_daemon_options daemon = { 0, FT_ENGINE_PORT };
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (c == 'b')
            daemon.background = 1;
        else if (c != 'p' || parse_port(optarg, &daemon.port))
            return usage(stderr);
    }
    return optind < argc ? usage(stderr) : ft_daemon_main(&daemon);
}

static int
run_worker(int argc, char **argv)
{
    static const struct option options[] = {
        { "pair", required_argument, NULL, 'p' },
        { "give-up", no_argument, NULL, 'g' },
        { NULL, 0, NULL, 0 },
    };
    const char *pair = NULL;
    static const struct ft_sides sides = {
        { [FT_ROLE_PRIMARY] = &ft_primary_side, [FT_ROLE_STANDBY] = &ft_standby_side }
    };
    int c, give_up = 0;

    while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (c == 'p')
            pair = optarg;
        else if (c == 'g')
            give_up = 1;
        else
            return usage(stderr);
    }
    if (!pair || optind < argc)
        return usage(stderr);
    return ft_worker_main(pair, give_up, &sides);
}

static int
run_witness(int argc, char **argv)
{
    static const struct option options[] = {
        { "port", required_argument, NULL, 'p' },
        { NULL, 0, NULL, 0 },
    };
    uint16_t port = FT_WITNESS_PORT;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
        if (c != 'p' || parse_port(optarg, &port))
            return usage(stderr);
    return optind < argc ? usage(stderr) : ft_witness_main(port);
}

/* json is released. */
static int
print_json(json_t *json, size_t flags)
{
    int rc = json == NULL ? -1 : json_dumpf(json, stdout, flags);

    json_decref(json);
    putchar('\n');
    return rc < 0 || ferror(stdout) || fflush(stdout) ? 1 : 0;
}

static int
run_probe(int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *facts = NULL;

    (void)argv;
    if (argc > 1)
        return usage(stderr);
    if (ft_probe(&facts, &err)) {
        fprintf(stderr, "ftengine: %s\n", err.text);
        return 1;
    }
    return print_json(FT_STEAL(facts), JSON_INDENT(2));
}

static json_t *
trips_json(const struct ft_trips_seen *seen)
{
    json_t *list = json_array();
    json_t *json;

    for (unsigned i = 0; i < seen->count; i++)
        json_array_append_new(list, json_integer(seen->us[i]));
    json = json_pack("{s:i,s:i,s:o}", "sent", (int)seen->sent, "refused",
                     (int)seen->refused, "us", list);
    if (seen->error != 0)
        json_object_set_new(json, "error", json_string(strerror(seen->error)));
    return json;
}

static int
run_trips(int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_trips_seen seen;
    unsigned long sent = FT_TRIPS_SENT;
    uint16_t port;

    if (argc == 4)
        sent = strtoul(argv[3], NULL, 10);
    if (argc < 3 || argc > 4 || parse_port(argv[2], &port) || sent < 1 ||
        sent > FT_TRIPS_SENT)
        return usage(stderr);
    if (ft_trips_measure(argv[1], port, (unsigned)sent, &seen, &err)) {
        fprintf(stderr, "ftengine: %s\n", err.text);
        return 1;
    }
    return print_json(trips_json(&seen), JSON_COMPACT);
}

static int
run_control(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? usage(stderr) : ft_control_bridge(FT_CONTROL_SOCKET);
}

static int
run_metrics(int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)argv;
    if (argc > 1)
        return usage(stderr);
    if (ft_metrics_write(stdout, FT_CONTROL_SOCKET, &err)) {
        fprintf(stderr, "ftengine: %s\n", err.text);
        return 1;
    }
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}

static int
run_drain(int argc, char **argv)
{
    static const struct option options[] = {
        { "end", no_argument, NULL, 'e' },
        { NULL, 0, NULL, 0 },
    };
    struct ft_error err = FT_ERROR_INIT;
    int c, rc, end = 0;

    while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (c != 'e')
            return usage(stderr);
        end = 1;
    }
    if (optind < argc)
        return usage(stderr);
    rc = end ? ft_drain_end(FT_CONTROL_SOCKET, &err)
             : ft_drain(FT_CONTROL_SOCKET, &err);
    if (rc < 0)
        fprintf(stderr, "ftengine: %s\n", err.text);
    return rc ? 1 : 0;
}

/* Started by a worker, with what it is to do behind a descriptor. */
static int
run_disks(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? usage(stderr) : ft_disk_sink_main();
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} subcommands[] = {
    { "daemon", run_daemon },   { "worker", run_worker },
    { "witness", run_witness }, { "probe", run_probe },
    { "trips", run_trips },     { "control", run_control },
    { "metrics", run_metrics }, { "drain", run_drain },
    { "disks", run_disks },
};

int
main(int argc, char **argv)
{
    size_t i;

    if (argc < 2)
        return usage(stderr);
    if (!strcmp(argv[1], "--version")) {
        printf("ftengine %s\n", PACKAGE_VERSION);
        return 0;
    }
    if (!strcmp(argv[1], "--help"))
        return usage(stdout);
    for (i = 0; i < FT_ARRAY_SIZE(subcommands); i++)
        if (!strcmp(argv[1], subcommands[i].name))
            return subcommands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "ftengine: unknown subcommand \"%s\"\n", argv[1]);
    return usage(stderr);
}
