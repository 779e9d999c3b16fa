/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/paths.h"
#include "disk/disk-sink.h"
#include "drift/drift-run.h"
#include "engine/control-server.h"
#include "engine/daemon.h"
#include "engine/drain.h"
#include "engine/measure-command.h"
#include "engine/metrics.h"
#include "inventory/compare-cpu.h"
#include "inventory/flushes.h"
#include "inventory/probe.h"
#include "link/frame-size.h"
#include "link/throughput.h"
#include "link/trips.h"
#include "primary/primary.h"
#include "standby/standby.h"
#include "virt/guest-freeze.h"
#include "witness/witness.h"
#include "worker/worker-main.h"

#define QUESTION_MAX (1 << 20)

static int
usage(FILE *to)
{
    fputs(
        "usage: ftengine daemon [--background] [--port PORT]\n"
        "       ftengine witness [--port PORT]\n"
        "       ftengine probe\n"
        "       ftengine measure VM [--seconds SECONDS]\n"
        "       ftengine trips ADDRESS PORT [COUNT]\n"
        "       ftengine throughput ADDRESS PORT TOKEN [brief]\n"
        "       ftengine flushes FOLDER\n"
        "       ftengine compare-cpu                      (a question on stdin)\n"
        "       ftengine control\n"
        "       ftengine backup UUID                      (started by ftadmin)\n"
        "       ftengine metrics\n"
        "       ftengine drain [--end]\n"
        "       ftengine worker --pair UUID [--give-up]   (started by the daemon)\n"
        "       ftengine disks                            (started by a worker)\n"
        "       ftengine drift                            (started by the daemon)\n"
        "       ftengine freeze UUID FOLDER MS            (started by a worker)\n"
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

/* What could not be tried is left out: nothing is known of it. */
static void
add_frame_size(json_t *json, const char *address)
{
    struct ft_frame_size_seen seen;

    if (ft_frame_size_try(address, &seen, NULL) == 0)
        json_object_set_new(json, "mtu",
                            json_pack("{s:i,s:i,s:i,s:i}", "size", seen.mtu,
                                      "small", seen.small, "full", seen.full,
                                      "full_sent", seen.full_sent));
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
run_measure(int argc, char **argv)
{
    static const struct option options[] = {
        { "seconds", required_argument, NULL, 's' },
        { NULL, 0, NULL, 0 },
    };
    unsigned long seconds = FT_MEASURED_SECONDS;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (c != 's')
            return usage(stderr);
        seconds = strtoul(optarg, NULL, 10);
    }
    if (optind + 1 != argc || seconds < FT_MEASURED_SECONDS_MIN ||
        seconds > FT_MEASURED_SECONDS_MAX)
        return usage(stderr);
    return print_json(ft_measure_command(argv[optind], (int)seconds, &c),
                      JSON_INDENT(2)) ||
           c;
}

static int
run_trips(int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_trips_seen seen;
    unsigned long sent = FT_TRIPS_SENT;
    json_t *json;
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
    json = trips_json(&seen);
    add_frame_size(json, argv[1]);
    return print_json(json, JSON_COMPACT);
}

static int
run_throughput(int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    bool brief = argc == 5 && !strcmp(argv[4], "brief");
    double bytes_per_s;
    uint16_t port;

    if ((argc != 4 && !brief) || parse_port(argv[2], &port))
        return usage(stderr);
    if (ft_throughput_measure(argv[1], port, argv[3], brief, &bytes_per_s,
                              &err)) {
        fprintf(stderr, "ftengine: %s\n", err.text);
        return 1;
    }
    return print_json(json_pack("{s:f}", "bytes_per_s", bytes_per_s),
                      JSON_COMPACT);
}

static int
run_flushes(int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_flushes_seen seen;
    json_t *list;

    if (argc != 2)
        return usage(stderr);
    if (ft_flushes_measure(argv[1], &seen, &err)) {
        fprintf(stderr, "ftengine: %s\n", err.text);
        return 1;
    }
    list = json_array();
    for (unsigned i = 0; i < seen.count; i++)
        json_array_append_new(list, json_integer(seen.us[i]));
    return print_json(json_pack("{s:o}", "us", list), JSON_COMPACT);
}

static int
run_compare_cpu(int argc, char **argv)
{
    FT_AUTOJSON json_t *question = NULL;
    struct ft_error err = FT_ERROR_INIT;

    (void)argv;
    if (argc != 1)
        return usage(stderr);
    if (ft_json_load("/dev/stdin", QUESTION_MAX, &question, &err)) {
        fprintf(stderr, "ftengine: %s\n", err.text);
        return 1;
    }
    return print_json(ft_compare_cpu(question), JSON_COMPACT);
}

static int
run_control(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? usage(stderr)
                    : ft_control_bridge(FT_CONTROL_SOCKET, "the daemon");
}

/* What its worker serves of the copy, between backup-begin and backup-end. */
static int
run_backup(int argc, char **argv)
{
    char path[128];

    if (argc != 2 || !ft_uuid_valid(argv[1]))
        return usage(stderr);
    snprintf(path, sizeof(path), FT_RUN_FOLDER "/%s/" FT_BACKUP_SOCKET, argv[1]);
    return ft_control_bridge(path, "no copy is backed up: the worker");
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

/* MS 0: to thaw. */
static int
run_freeze(int argc, char **argv)
{
    char *end = argv[0];
    long ms = argc == 4 ? strtol(argv[3], &end, 10) : -1;

    if (argc != 4 || *end != '\0' || ms < 0 || ms > 60000 ||
        !ft_uuid_valid(argv[1]))
        return usage(stderr);
    return ft_guest_freeze_main(argv[1], argv[2], (int)ms);
}

static int
run_drift(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? usage(stderr) : ft_drift_main();
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} subcommands[] = {
    { "daemon", run_daemon },
    { "worker", run_worker },
    { "witness", run_witness },
    { "probe", run_probe },
    { "measure", run_measure },
    { "trips", run_trips },
    { "throughput", run_throughput },
    { "flushes", run_flushes },
    { "compare-cpu", run_compare_cpu },
    { "control", run_control },
    { "backup", run_backup },
    { "metrics", run_metrics },
    { "drain", run_drain },
    { "disks", run_disks },
    { "drift", run_drift },
    { "freeze", run_freeze },
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
