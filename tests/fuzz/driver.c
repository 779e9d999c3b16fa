/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a harness without libFuzzer: every file of its corpus, then mutations
 * of them that are the same in every run. Each input ends at an unmapped page,
 * so that reading behind it crashes with any compiler.
 *
 * usage: fuzz-NAME [FILE...]      default: $srcdir/tests/fuzz/corpus/NAME
 * FUZZ_RUNS sets how many mutations a file gets (default 400), FUZZ_SEED the
 * first seed. A crash leaves its input in NAME.crash.
 */
#include "config.h"

#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_MAX (1u << 16)
#define FILES_MAX 256

struct input {
    unsigned char *data;
    size_t size;
};

static struct input corpus[FILES_MAX];
static size_t corpus_size;
static unsigned char *window; /* INPUT_MAX bytes, then nothing */
static const unsigned char *current;
static size_t current_size;
static char crash_path[256];

static uint64_t
next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void
on_crash(int number)
{
    int fd = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd >= 0 && write(fd, current, current_size) >= 0)
        close(fd);
    signal(number, SIG_DFL);
    raise(number);
}

static void
run_one(const unsigned char *data, size_t size)
{
    unsigned char *at = window + INPUT_MAX - size;

    memcpy(at, data, size);
    current = at;
    current_size = size;
    LLVMFuzzerTestOneInput(at, size);
}

/* One random change of the kinds that find most. Returns the new size. */
static size_t
mutate(unsigned char *data, size_t size, uint64_t *random)
{
    static const unsigned char odd[] = { 0, 1, 0x7f, 0x80, 0xff, 0x40, 0x10 };
    uint64_t r = next_random(random);
    size_t at = size ? (r >> 8) % size : 0;
    const struct input *other = &corpus[(r >> 32) % corpus_size];
    size_t part;

    switch (r % 7) {
    case 0: /* flip a bit */
        if (size)
            data[at] ^= (unsigned char)(1u << (r >> 40) % 8);
        return size;
    case 1: /* a byte that is an edge of something */
        if (size)
            data[at] = odd[(r >> 40) % sizeof(odd)];
        return size;
    case 2: /* four of them */
        for (size_t i = at; i < size && i < at + 4; i++)
            data[i] = odd[(r >> 40) % sizeof(odd)];
        return size;
    case 3: /* cut short */
        return at;
    case 4: /* take a piece out */
        part = size - at < 16 ? size - at : (r >> 40) % 16;
        memmove(data + at, data + at + part, size - at - part);
        return size - part;
    case 5: /* say a piece twice */
        part = size - at;
        if (size + part > INPUT_MAX)
            return size;
        memmove(data + at + part, data + at, part);
        return size + part;
    default: /* go on as another input does */
        part = other->size > at ? other->size - at : 0;
        if (part)
            memcpy(data + at, other->data + at, part);
        return part ? at + part : size;
    }
}

static void
run_mutations(const struct input *input, unsigned runs, uint64_t seed)
{
    static unsigned char data[2 * INPUT_MAX];

    for (unsigned i = 0; i < runs; i++) {
        uint64_t random = seed + i;
        size_t size = input->size;

        memcpy(data, input->data, size);
        for (uint64_t n = 1 + next_random(&random) % 4; n; n--)
            size = mutate(data, size, &random);
        run_one(data, size);
    }
}

static void
load(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct input *input = &corpus[corpus_size];

    if (!file || corpus_size == FILES_MAX) {
        fprintf(stderr, "cannot load %s\n", path);
        exit(1);
    }
    input->data = malloc(INPUT_MAX);
    if (!input->data)
        exit(1);
    input->size = fread(input->data, 1, INPUT_MAX, file);
    corpus_size++;
    fclose(file);
}

static int
is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void
load_folder(const char *folder)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, is_visible, alphasort);
    char path[1024];

    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        load(path);
        free(entries[i]);
    }
    if (n > 0)
        free(entries);
}

static unsigned
number(const char *name, unsigned fallback)
{
    const char *text = getenv(name);

    return text ? (unsigned)strtoul(text, NULL, 10) : fallback;
}

static void
make_window(void)
{
    window = mmap(NULL, INPUT_MAX + 4096, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (window == MAP_FAILED ||
        mprotect(window + INPUT_MAX, 4096, PROT_NONE) < 0)
        exit(1);
}

int
main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/');
    const char *source = getenv("srcdir");
    unsigned runs = number("FUZZ_RUNS", 400);
    char folder[512];

    name = name ? name + 1 : argv[0];
    snprintf(crash_path, sizeof(crash_path), "%s.crash", name);
    snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
             source ? source : ".", strncmp(name, "fuzz-", 5) ? name : name + 5);
    for (int i = 1; i < argc; i++)
        load(argv[i]);
    if (argc == 1)
        load_folder(folder);
    if (!corpus_size) {
        fprintf(stderr, "no corpus in %s\n", folder);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGSEGV, on_crash);
    signal(SIGABRT, on_crash);
    signal(SIGBUS, on_crash);
    make_window();
    for (size_t i = 0; i < corpus_size; i++)
        run_one(corpus[i].data, corpus[i].size);
    for (size_t i = 0; argc == 1 && i < corpus_size; i++)
        run_mutations(&corpus[i], runs, number("FUZZ_SEED", 1) + i * runs);
    printf("%s: %zu inputs, %u mutations of each\n", name, corpus_size,
           argc == 1 ? runs : 0);
    return 0;
}
