/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manual test of the parts that touch QEMU, on a host of the lab:
 *
 *   checkpoint-probe blocks VM              where its RAM lies
 *   checkpoint-probe again VM TIMES         attach and detach, count what stays
 *   checkpoint-probe run VM COUNT MS [DIR]  checkpoints, each compared with all
 *                                           of guest RAM; the last one is held
 *                                           and saved to DIR, the VM destroyed
 *   checkpoint-probe gate VM COUNT MS       the same with the output gate
 *   checkpoint-probe die VM STEP            SIGKILL of itself: idle, stopped,
 *                                           held, or any (at a random moment)
 *   checkpoint-probe cleanup VM             what a daemon does after a death
 *   checkpoint-probe mirror VM SOCKET       copy all disks to that NBD server,
 *                                           until ready; exports are targets
 *   checkpoint-probe unmirror VM PREFIX     end such copies
 *   checkpoint-probe progress VM            print them
 *   checkpoint-probe resume DIR TARGET=FILE...   in a second QEMU
 *
 * Exits 0 only when everything was as it must be.
 */
#include "config.h"

#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libvirt/libvirt.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/io.h"
#include "gate/gate.h"
#include "qemu/device-state.h"
#include "qemu/guest-memory.h"
#include "virt/block-copy.h"
#include "virt/qmp.h"
#include "virt/standby-xml.h"
#include "virt/standby.h"
#include "virt/vm.h"

#define FOLDER "/run"
#define TIMEOUT_MS 5000

static virConnectPtr conn;
static virDomainPtr dom;
static struct ft_vm domain;

static void
check(int rc, const struct ft_error *err, const char *what)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "%s: %s (%s)\n", what, err->text, err->hint);
    exit(1);
}

#define CHECK(call, what)                                       \
    do {                                                        \
        struct ft_error error_ = FT_ERROR_INIT, *err = &error_; \
        check((call), err, what);                               \
    } while (0)

static void *
event_loop(void *unused)
{
    (void)unused;
    while (virEventRunDefaultImpl() == 0)
        ;
    return NULL;
}

static void
open_connection(void)
{
    pthread_t thread;

    virEventRegisterDefaultImpl();
    conn = virConnectOpen("qemu:///system");
    if (!conn)
        exit(1);
    if (pthread_create(&thread, NULL, event_loop, NULL))
        exit(1);
}

static void
open_domain(const char *name)
{
    open_connection();
    dom = virDomainLookupByName(conn, name);
    if (!dom)
        exit(1);
    CHECK(ft_vm_inspect(dom, &domain, err), "inspect");
    printf("%s %s machine %s qemu %s pid %d uid %u memory %" PRIu64
           " disks %zu nics %zu\n",
           domain.name, domain.uuid, domain.machine, domain.qemu_version,
           domain.pid, domain.uid, domain.memory, domain.n_disks, domain.n_nics);
}

static int
count_fds(void)
{
    char path[64];
    DIR *dir;
    int n = 0;

    snprintf(path, sizeof(path), "/proc/%d/fd", domain.pid);
    dir = opendir(path);
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

/* What QEMU says of its NICs, chardevs and objects, and its descriptors. */
static char *
fingerprint(void)
{
    FT_AUTOJSON json_t *chardevs = NULL;
    FT_AUTOJSON json_t *objects = NULL;
    FT_AUTOJSON json_t *fdsets = NULL;
    FT_AUTOFREE char *network = NULL;
    FT_AUTOFREE char *a = NULL;
    FT_AUTOFREE char *b = NULL;
    FT_AUTOFREE char *c = NULL;
    char *all;

    CHECK(ft_qmp(dom, "query-chardev", NULL, &chardevs, err), "chardevs");
    CHECK(ft_qmp(dom, "qom-list", json_pack("{s:s}", "path", "/objects"),
                 &objects, err),
          "objects");
    CHECK(ft_qmp(dom, "query-fdsets", NULL, &fdsets, err), "fdsets");
    CHECK(ft_hmp(dom, "info network", &network, err), "network");
    a = json_dumps(chardevs, JSON_SORT_KEYS);
    b = json_dumps(objects, JSON_SORT_KEYS);
    c = json_dumps(fdsets, JSON_SORT_KEYS);
    if (asprintf(&all, "%d fds\n%s\n%s\n%s\n%s\n", count_fds(), a, b, c,
                 network) < 0)
        exit(1);
    return all;
}

static void
same_fingerprint(const char *before)
{
    FT_AUTOFREE char *after = fingerprint();

    if (strcmp(before, after) == 0) {
        printf("QEMU is as it was found\n");
        return;
    }
    fprintf(stderr, "QEMU DIFFERS\nbefore: %s\nafter: %s\n", before, after);
    exit(1);
}

static int
print_blocks(void)
{
    struct ft_ram_block blocks[FT_RAM_BLOCKS_MAX];
    size_t n, i;

    CHECK(ft_ram_blocks_find(dom, domain.pid, true, blocks, FT_RAM_BLOCKS_MAX,
                             &n, err),
          "blocks");
    for (i = 0; i < n; i++)
        printf("%-40s %#" PRIx64 " %" PRIu64 "\n", blocks[i].name,
               blocks[i].host, blocks[i].size);
    return 0;
}

static int
again(int times)
{
    FT_AUTOFREE char *before = fingerprint();
    struct ft_guest_memory *memory;
    struct ft_saver *saver;
    struct ft_gate *gate;
    int64_t start = ft_clock_ns();
    int i;

    for (i = 0; i < times; i++) {
        CHECK(ft_guest_memory_attach(dom, domain.pid, true, &memory, err),
              "attach");
        CHECK(ft_saver_open(dom, domain.pid, FOLDER, &saver, err), "saver");
        CHECK(ft_gate_attach(dom, domain.nics, domain.n_nics, 16 << 20, NULL,
                             NULL, &gate, err),
              "gate");
        CHECK(ft_gate_detach(&gate, 2000, err), "gate detach");
        ft_saver_close(saver);
        CHECK(ft_guest_memory_detach(memory, err), "detach");
    }
    printf("%d rounds, %.1f ms each\n", times,
           (ft_clock_ns() - start) / 1e6 / times);
    same_fingerprint(before);
    return 0;
}

static uint8_t *shadow[FT_RAM_BLOCKS_MAX], *fresh;

static void
allocate_shadow(const struct ft_ram_block *blocks, size_t n)
{
    uint64_t largest = FT_PAGE_SIZE;
    size_t i;

    for (i = 0; i < n; i++) {
        shadow[i] = mmap(NULL, blocks[i].size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        largest = FT_MAX(largest, blocks[i].size);
    }
    fresh = mmap(NULL, largest, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
}

static long
compare(struct ft_guest_memory *memory)
{
    const struct ft_ram_block *blocks;
    long different = 0;
    uint64_t at;
    size_t n, i;

    blocks = ft_guest_memory_blocks(memory, &n);
    for (i = 0; i < n; i++) {
        CHECK(ft_guest_memory_read(memory, i, 0, fresh, blocks[i].size, err),
              "read");
        for (at = 0; at < blocks[i].size; at += FT_PAGE_SIZE)
            if (memcmp(fresh + at, shadow[i] + at, FT_PAGE_SIZE) != 0)
                different++;
    }
    return different;
}

static void
copy_runs(struct ft_guest_memory *memory, const struct ft_page_set *set,
          uint8_t **buffer, size_t *capacity)
{
    uint64_t used = 0;
    size_t i;

    if (!*buffer || set->bytes > *capacity) {
        free(*buffer);
        *capacity = set->bytes * 2;
        *buffer = malloc(*capacity ? *capacity : 1);
        if (!*buffer)
            exit(1);
    }
    CHECK(ft_guest_memory_read_runs(memory, set->runs, set->n, *buffer,
                                    *capacity, err),
          "runs");
    for (i = 0; i < set->n; i++) {
        memcpy(shadow[set->runs[i].block] + set->runs[i].offset, *buffer + used,
               set->runs[i].length);
        used += set->runs[i].length;
    }
}

static int
compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void
write_file(const char *folder, const char *name, const void *data, size_t size)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (ft_file_replace(path, data, size, 0600) < 0)
        exit(1);
}

/* Everything that resume needs. */
static void
save_all(struct ft_guest_memory *memory, const struct ft_device_state *state,
         const char *folder)
{
    const struct ft_ram_block *blocks;
    char *xml = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_SECURE);
    char list[8192] = "", name[32];
    size_t n, i;

    blocks = ft_guest_memory_blocks(memory, &n);
    for (i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "ram-%zu", i);
        write_file(folder, name, shadow[i], blocks[i].size);
        snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s\n",
                 blocks[i].name);
    }
    write_file(folder, "blocks", list, strlen(list));
    write_file(folder, "state", state->data, state->size);
    write_file(folder, "machine", domain.machine, strlen(domain.machine));
    write_file(folder, "domain.xml", xml, strlen(xml));
    free(xml);
}

static int wakes;

static void
count_wake(void *unused)
{
    (void)unused;
    __atomic_add_fetch(&wakes, 1, __ATOMIC_RELAXED);
}

static int
run(int count, int interval_ms, bool with_gate, const char *folder)
{
    FT_AUTOFREE char *before = fingerprint();
    FT_AUTOFREE int64_t *pauses = calloc((size_t)count + 1, sizeof(*pauses));
    FT_AUTOFREE int64_t *by_qemu = calloc((size_t)count + 1, sizeof(*by_qemu));
    struct ft_guest_memory *memory;
    struct ft_device_state state = { 0 };
    struct ft_page_set set = { 0 };
    struct ft_saver *saver;
    struct ft_gate *gate = NULL;
    const struct ft_ram_block *blocks;
    uint8_t *buffer = NULL;
    size_t capacity = 0, n;
    uint64_t bytes = 0;
    int64_t stop_ns = 0, scan_ns = 0, copy_ns = 0, save_ns = 0, at;
    long different = 0;
    int i;

    at = ft_clock_ns();
    CHECK(ft_guest_memory_attach(dom, domain.pid, true, &memory, err), "attach");
    printf("attached in %.2f ms\n", (ft_clock_ns() - at) / 1e6);
    CHECK(ft_saver_open(dom, domain.pid, FOLDER, &saver, err), "saver");
    CHECK(ft_saver_watch_events(saver, virDomainGetConnect(dom), err), "events");
    if (with_gate)
        CHECK(ft_gate_attach(dom, domain.nics, domain.n_nics, 16 << 20,
                             count_wake, NULL, &gate, err),
              "gate");
    blocks = ft_guest_memory_blocks(memory, &n);
    allocate_shadow(blocks, n);
    for (i = 0; i <= count; i++) {
        bool hold = folder && i == count;
        struct ft_saver_times times;
        uint64_t mark = 0;
        int64_t pause;

        usleep((useconds_t)interval_ms * 1000);
        CHECK(ft_saver_stop(saver, hold, TIMEOUT_MS, err), "stop");
        if (gate)
            mark = ft_gate_mark(gate);
        at = ft_clock_ns();
        CHECK(ft_guest_memory_scan(memory, &set, err), "scan");
        pause = ft_clock_ns() - at;
        scan_ns += i ? pause : 0;
        at = ft_clock_ns();
        copy_runs(memory, &set, &buffer, &capacity);
        copy_ns += i ? ft_clock_ns() - at : 0;
        pause += ft_clock_ns() - at;
        if (!getenv("NOVERIFY"))
            different += compare(memory);
        CHECK(ft_saver_finish(saver, TIMEOUT_MS, &state, &times, err), "finish");
        if (gate)
            ft_gate_release(gate, mark);
        pauses[i] = pause + times.stop_ns + times.save_ns;
        by_qemu[i] = times.qemu_pause_ns;
        if (i == 0)
            continue; /* the first one copies everything */
        stop_ns += times.stop_ns;
        save_ns += times.save_ns;
        bytes += set.bytes;
    }
    qsort(pauses + 1, (size_t)count, sizeof(*pauses), compare_times);
    qsort(by_qemu + 1, (size_t)count, sizeof(*by_qemu), compare_times);
    printf("%s: mean stop %.2f + scan %.2f + copy %.2f + save %.2f ms; pause "
           "p50 %.2f p99 %.2f ms, by QEMU's events p50 %.2f ms; %.0f pages, "
           "%zu bytes of state; %ld pages differ\n",
           ft_saver_method(saver), stop_ns / 1e6 / count, scan_ns / 1e6 / count,
           copy_ns / 1e6 / count, save_ns / 1e6 / count,
           pauses[1 + count / 2] / 1e6, pauses[1 + count * 99 / 100] / 1e6,
           by_qemu[1 + count / 2] / 1e6, bytes / 4096.0 / count, state.size,
           different);
    if (gate) {
        struct ft_gate_stats stats;

        ft_gate_stats(gate, &stats);
        printf("gate: released %" PRIu64 " packets, %" PRIu64 " bytes, held "
               "%" PRIu64 ", dropped %" PRIu64 ", wakes %d, broken %d\n",
               stats.released, stats.released_bytes, stats.held_packets,
               stats.dropped, wakes, stats.broken);
        CHECK(ft_gate_detach(&gate, 2000, err), "gate detach");
    }
    if (folder)
        save_all(memory, &state, folder);
    ft_saver_close(saver);
    CHECK(ft_guest_memory_detach(memory, err), "detach");
    if (folder)
        virDomainDestroy(dom);
    else
        same_fingerprint(before);
    return different ? 1 : 0;
}

static void *
kill_soon(void *unused)
{
    (void)unused;
    srandom((unsigned)ft_clock_ns());
    usleep((useconds_t)(random() % 40000));
    kill(getpid(), SIGKILL);
    return NULL;
}

/* Checkpoints until the end. */
static void
checkpoint_forever(struct ft_guest_memory *memory, struct ft_saver *saver,
                   struct ft_gate *gate)
{
    struct ft_device_state state = { 0 };
    struct ft_page_set set = { 0 };
    pthread_t thread;

    if (pthread_create(&thread, NULL, kill_soon, NULL))
        exit(1);
    for (;;) {
        uint64_t mark;

        CHECK(ft_saver_stop(saver, false, TIMEOUT_MS, err), "stop");
        mark = ft_gate_mark(gate);
        CHECK(ft_guest_memory_scan(memory, &set, err), "scan");
        CHECK(ft_saver_finish(saver, TIMEOUT_MS, &state, NULL, err), "finish");
        ft_gate_release(gate, mark);
    }
}

static int
die(const char *step)
{
    struct ft_guest_memory *memory;
    struct ft_page_set set = { 0 };
    struct ft_saver *saver;
    struct ft_gate *gate;

    CHECK(ft_guest_memory_attach(dom, domain.pid, true, &memory, err), "attach");
    CHECK(ft_saver_open(dom, domain.pid, FOLDER, &saver, err), "saver");
    CHECK(ft_gate_attach(dom, domain.nics, domain.n_nics, 16 << 20, NULL, NULL,
                         &gate, err),
          "gate");
    if (strcmp(step, "stopped") == 0 || strcmp(step, "held") == 0) {
        CHECK(ft_saver_stop(saver, strcmp(step, "held") == 0, TIMEOUT_MS, err),
              "stop");
        CHECK(ft_guest_memory_scan(memory, &set, err), "scan");
    }
    fflush(stdout);
    if (strcmp(step, "any") == 0)
        checkpoint_forever(memory, saver, gate);
    kill(getpid(), SIGKILL);
    return 1;
}

static int
cleanup(void)
{
    unsigned closed, removed;
    bool resumed;

    CHECK(ft_saver_recover(dom, FOLDER, true, &resumed, err), "recover");
    ft_saver_remove_leftovers(dom);
    CHECK(ft_guest_memory_remove_leftovers(dom, domain.pid, &closed, err),
          "leftovers");
    CHECK(ft_gate_remove_leftovers(dom, &removed, err), "gate");
    printf("resumed %d, closed %u, removed %u\n", resumed, closed, removed);
    return 0;
}

static int
print_progress(bool wait)
{
    struct ft_block_copy_progress progress;
    int64_t deadline = ft_clock_ns() + 30 * FT_NS_PER_S;
    size_t i;

    for (i = 0; i < domain.n_disks; i++) {
        do {
            CHECK(ft_block_copy_progress(dom, domain.disks[i].target, &progress,
                                         err),
                  "progress");
        } while (wait && progress.active && !progress.ready &&
                 ft_clock_ns() < deadline);
        printf("%s: active %d ready %d, %" PRIu64 " of %" PRIu64 " bytes\n",
               domain.disks[i].target, progress.active, progress.ready,
               progress.done, progress.total);
    }
    return 0;
}

static int
mirror(const char *socket)
{
    size_t i;

    for (i = 0; i < domain.n_disks; i++)
        CHECK(ft_block_copy_start(dom, domain.disks[i].target, socket,
                                  domain.disks[i].target, 0, err),
              "start");
    return print_progress(true);
}

static int
unmirror(const char *prefix)
{
    unsigned ended;

    CHECK(ft_block_copy_end_leftovers(dom, prefix, &ended, err), "leftovers");
    printf("ended %u\n", ended);
    return print_progress(false);
}

static char *
load(const char *folder, const char *name, size_t *size)
{
    char path[512], *text;
    int rc;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    rc = ft_file_read(path, (size_t)8 << 30, &text, size);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(-rc));
        exit(1);
    }
    return text;
}

static void
write_block(const char *folder, size_t index, const char *name,
            const struct ft_ram_block *blocks, size_t n, pid_t pid)
{
    char file[32];
    size_t size, i;
    char *data;

    snprintf(file, sizeof(file), "ram-%zu", index);
    data = load(folder, file, &size);
    for (i = 0; i < n; i++) {
        struct iovec local = { data, size };
        struct iovec remote = { (void *)(uintptr_t)blocks[i].host, size };

        if (strcmp(blocks[i].name, name) != 0)
            continue;
        if (blocks[i].size != size)
            exit(1);
        CHECK(ft_process_memory_write(pid, &local, &remote, 1, err), "write");
        free(data);
        return;
    }
    fprintf(stderr, "no block %s here\n", name);
    exit(1);
}

static int
resume(const char *folder, int n_disks, char **disks)
{
    struct ft_replica_path replicas[16];
    struct ft_ram_block blocks[FT_RAM_BLOCKS_MAX];
    struct ft_standby_times times;
    char *xml, *live = load(folder, "domain.xml", NULL);
    char *list = load(folder, "blocks", NULL), *name;
    char *machine = load(folder, "machine", NULL), *state;
    uint8_t *stream;
    size_t n, i, size, stream_size;
    pid_t pid;

    for (i = 0; i < (size_t)n_disks && i < 16; i++) {
        char *equals = strchr(disks[i], '=');

        if (!equals) {
            fprintf(stderr, "%s: not TARGET=FILE\n", disks[i]);
            exit(2);
        }
        *equals = '\0';
        replicas[i] = (struct ft_replica_path){ disks[i], equals + 1 };
    }
    open_connection();
    CHECK(ft_standby_xml(live, replicas, i, &xml, err), "xml");
    CHECK(ft_standby_start(conn, xml, &dom, err), "start");
    CHECK(ft_vm_inspect(dom, &domain, err), "inspect");
    pid = domain.pid;
    CHECK(ft_ram_blocks_find(dom, pid, true, blocks, FT_RAM_BLOCKS_MAX, &n, err),
          "blocks");
    for (i = 0; (name = strsep(&list, "\n")) && *name; i++)
        write_block(folder, i, name, blocks, n, pid);
    state = load(folder, "state", &size);
    CHECK(ft_device_stream(state, size, machine, &stream, &stream_size, err),
          "stream");
    CHECK(ft_standby_load(dom, stream, stream_size, 5000, &times, err), "load");
    CHECK(ft_standby_run(dom, &times, err), "run");
    printf("submit %.2f load %.2f start %.2f announce %.2f ms\n",
           times.submit_ns / 1e6, times.load_ns / 1e6, times.start_ns / 1e6,
           times.announce_ns / 1e6);
    return 0;
}

int
main(int argc, char **argv)
{
    const char *verb = argc > 2 ? argv[1] : "";

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(verb, "resume") == 0)
        return resume(argv[2], argc - 3, argv + 3);
    if (argc < 3)
        return 2;
    open_domain(argv[2]);
    if (strcmp(verb, "blocks") == 0)
        return print_blocks();
    if (strcmp(verb, "cleanup") == 0)
        return cleanup();
    if (strcmp(verb, "progress") == 0)
        return print_progress(false);
    if (strcmp(verb, "mirror") == 0 && argc == 4)
        return mirror(argv[3]);
    if (strcmp(verb, "unmirror") == 0 && argc == 4)
        return unmirror(argv[3]);
    if (strcmp(verb, "again") == 0 && argc == 4)
        return again(atoi(argv[3]));
    if (strcmp(verb, "die") == 0 && argc == 4)
        return die(argv[3]);
    if (strcmp(verb, "run") == 0 && argc >= 5)
        return run(atoi(argv[3]), atoi(argv[4]), false, argv[5]);
    if (strcmp(verb, "gate") == 0 && argc >= 5)
        return run(atoi(argv[3]), atoi(argv[4]), true, argv[5]);
    return 2;
}
