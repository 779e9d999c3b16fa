/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/variable-search.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "qemu/kernel-abi.h"

#define SLICE_MAX ((size_t)2 << 20)
#define READ_MAX ((size_t)128 << 10)
#define RUNS_MAX 256u
#define MAPS_MAX ((size_t)8 << 20) /* bytes of /proc/PID/maps */
#define AREAS_MAX 65536u
#define AREAS_STEP 64u

enum rank { RANK_PROGRAM, RANK_HEAP, RANK_OTHER, RANK_COUNT };

struct area {
    uint64_t start, end;
    enum rank rank;
};

/* A piece of the current slice. */
struct run {
    uint64_t address;
    size_t size, got; /* bytes */
    size_t area;
};

struct ft_variable_search {
    pid_t pid;
    unsigned n_variables;
    const struct ft_ram_block *left_out;
    size_t n_out;

    struct area *areas; /* of this round, by rank */
    size_t n_areas, area;
    uint64_t at; /* where the next slice begins, in that area; 0: at its begin */
    unsigned rounds;
    bool crowded; /* in this round a candidate found no room */
    bool whole;   /* in one of the rounds each had room */

    struct ft_pm_region found[RUNS_MAX]; /* by the kernel */
    struct run runs[RUNS_MAX];           /* the slice */
    size_t n_runs;
    uint8_t *buffer; /* SLICE_MAX */
    bool looked;

    struct ft_candidate list[FT_CANDIDATES_MAX];
    size_t n;
};

/* ----- what there is to search ----- */

static bool
is_left_out(const struct ft_variable_search *s, uint64_t start, uint64_t end)
{
    size_t i;

    for (i = 0; i < s->n_out; i++)
        if (start < s->left_out[i].host + s->left_out[i].size &&
            end > s->left_out[i].host)
            return true;
    return false;
}

/* The rank of a mapping; -1: not to be searched. */
static int
rank_of(const char *permissions, const char *name, const char *program,
        uint64_t start, uint64_t program_end)
{
    if (strcmp(permissions, "rw-p") || !strncmp(name, "[stack", 6) ||
        !strncmp(name, "[v", 2))
        return -1;
    if (*program && (!strcmp(name, program) || (!*name && start == program_end)))
        return RANK_PROGRAM; /* its data; what follows is its bss */
    return strcmp(name, "[heap]") ? RANK_OTHER : RANK_HEAP;
}

static int
compare_areas(const void *a, const void *b)
{
    const struct area *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->start < y->start ? -1 : x->start > y->start;
}

static void
add_area(struct ft_variable_search *s, uint64_t start, uint64_t end,
         enum rank rank)
{
    struct area *larger;

    if (s->n_areas == AREAS_MAX)
        return;
    if (s->n_areas % AREAS_STEP == 0) {
        larger =
            realloc(s->areas, (s->n_areas + AREAS_STEP) * sizeof(*s->areas));
        if (!larger)
            return; /* searched without it */
        s->areas = larger;
    }
    s->areas[s->n_areas++] = (struct area){ start, end, rank };
}

static void
read_maps(struct ft_variable_search *s)
{
    FT_AUTOFREE char *maps = NULL;
    char path[64], program[PATH_MAX], *line, *rest;
    uint64_t program_end = 0;
    ssize_t length;

    s->n_areas = s->area = 0;
    s->at = 0;
    snprintf(path, sizeof(path), "/proc/%d/exe", s->pid);
    length = readlink(path, program, sizeof(program) - 1);
    program[length > 0 ? length : 0] = '\0';
    snprintf(path, sizeof(path), "/proc/%d/maps", s->pid);
    if (ft_file_read(path, MAPS_MAX, &maps, NULL) < 0)
        return;
    for (line = strtok_r(maps, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        uint64_t start, end;
        char permissions[8];
        int named = 0, rank;

        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %*s %n", &start,
                   &end, permissions, &named) < 3)
            continue;
        rank = rank_of(permissions, line + named, program, start, program_end);
        if (!strcmp(line + named, program))
            program_end = end;
        if (rank >= 0 && !is_left_out(s, start, end))
            add_area(s, start, end, (enum rank)rank);
    }
    qsort(s->areas, s->n_areas, sizeof(*s->areas), compare_areas);
}

/* ----- the next slice ----- */

/* Adds the present pages of [s->at, end of the area); true when it is full. */
static bool
add_runs(struct ft_variable_search *s, int pagemap, size_t *bytes)
{
    const struct area *a = &s->areas[s->area];
    struct ft_pm_scan scan = {
        .size = sizeof(scan),
        .start = FT_MAX(s->at, a->start),
        .end = a->end,
        .vec = (uintptr_t)s->found,
        .vec_len = RUNS_MAX,
        .category_mask = FT_PAGE_IS_PRESENT,
        .return_mask = FT_PAGE_IS_PRESENT,
    };
    long n = ioctl(pagemap, FT_PAGEMAP_SCAN, &scan), i;

    for (i = 0; i < n; i++) {
        uint64_t at = s->found[i].start;

        while (at < s->found[i].end) {
            size_t size = FT_MIN(s->found[i].end - at, READ_MAX);

            if (s->n_runs == RUNS_MAX || *bytes + size > SLICE_MAX) {
                s->at = at;
                return true;
            }
            s->runs[s->n_runs++] = (struct run){ at, size, 0, s->area };
            *bytes += size;
            at += size;
        }
    }
    if (n > 0 && scan.walk_end < a->end && scan.walk_end > s->at) {
        s->at = scan.walk_end;
        return false;
    }
    s->area++;
    s->at = 0;
    return false;
}

static void
end_round(struct ft_variable_search *s)
{
    if (s->n_areas == 0)
        return;
    s->rounds++;
    s->whole |= !s->crowded;
    s->crowded = false;
}

/* While the process runs: what the next look is to read. */
static void
prepare_slice(struct ft_variable_search *s)
{
    FT_AUTOCLOSE int pagemap = -1;
    size_t bytes = 0;
    char path[64];

    s->n_runs = 0;
    if (s->area >= s->n_areas) {
        end_round(s);
        read_maps(s);
    }
    snprintf(path, sizeof(path), "/proc/%d/pagemap", s->pid);
    pagemap = open(path, O_RDONLY | O_CLOEXEC);
    if (pagemap < 0)
        return;
    while (s->area < s->n_areas && !add_runs(s, pagemap, &bytes))
        ;
}

struct ft_variable_search *
ft_variable_search_new(pid_t pid, unsigned n,
                       const struct ft_ram_block *left_out, size_t n_out)
{
    struct ft_variable_search *s = calloc(1, sizeof(*s));

    if (!s || n > FT_VARIABLES_MAX || !(s->buffer = malloc(SLICE_MAX))) {
        free(s);
        return NULL;
    }
    s->pid = pid;
    s->n_variables = n;
    s->left_out = left_out;
    s->n_out = n_out;
    prepare_slice(s);
    return s;
}

void
ft_variable_search_free(struct ft_variable_search *s)
{
    if (!s)
        return;
    free(s->areas);
    free(s->buffer);
    free(s);
}

/* ----- look ----- */

static bool
read_candidate(pid_t pid, struct ft_candidate *c)
{
    struct iovec local = { &c->seen, sizeof(c->seen) };
    struct iovec remote = { (void *)(uintptr_t)c->address, sizeof(c->seen) };

    return process_vm_readv(pid, &local, 1, &remote, 1, 0) ==
           (ssize_t)sizeof(c->seen);
}

/* Candidates whose mapping is gone are candidates no more. */
static void
read_candidates(struct ft_variable_search *s)
{
    size_t i, kept = 0;

    for (i = 0; i < s->n; i++)
        if (read_candidate(s->pid, &s->list[i]))
            s->list[kept++] = s->list[i];
    s->n = kept;
}

void
ft_variable_search_look(struct ft_variable_search *s, int64_t budget)
{
    int64_t end = ft_clock_ns() + budget;
    size_t i, at = 0;

    read_candidates(s);
    for (i = 0; i < s->n_runs; i++) {
        struct run *r = &s->runs[i];
        struct iovec local = { s->buffer + at, r->size };
        struct iovec remote = { (void *)(uintptr_t)r->address, r->size };
        ssize_t n;

        if (i && ft_clock_ns() >= end)
            break;
        n = process_vm_readv(s->pid, &local, 1, &remote, 1, 0);
        r->got = n > 0 ? (size_t)n : 0;
        at += r->size;
    }
    if (i < s->n_runs) { /* no time: they come first in the next slice */
        s->area = s->runs[i].area;
        s->at = s->runs[i].address;
        s->n_runs = i;
    }
    s->looked = true;
}

/* ----- match ----- */

static bool
is_candidate(const struct ft_variable_search *s, uint64_t address)
{
    size_t i;

    for (i = 0; i < s->n; i++)
        if (s->list[i].address == address)
            return true;
    return false;
}

static void
drop_candidates(struct ft_variable_search *s, const uint64_t *values,
                const bool *known)
{
    size_t i, kept = 0;

    for (i = 0; i < s->n; i++) {
        struct ft_candidate c = s->list[i];

        if (known[c.variable] && c.seen != values[c.variable])
            continue;
        c.agreed += known[c.variable];
        s->list[kept++] = c;
    }
    s->n = kept;
}

static void
match_word(struct ft_variable_search *s, const struct run *r, uint64_t word,
           uint64_t address, const uint64_t *values, const bool *known)
{
    unsigned k;

    for (k = 0; k < s->n_variables; k++) {
        if (!known[k] || word != values[k] || is_candidate(s, address))
            continue;
        if (s->n == FT_CANDIDATES_MAX) {
            s->crowded = true;
            return;
        }
        s->list[s->n++] =
            (struct ft_candidate){ address, k, 1,
                                   s->areas[r->area].rank == RANK_HEAP, word };
    }
}

static void
match_slice(struct ft_variable_search *s, const uint64_t *values,
            const bool *known)
{
    size_t i, j, at = 0;

    for (i = 0; i < s->n_runs; at += s->runs[i++].size) {
        const struct run *r = &s->runs[i];

        for (j = 0; j + 8 <= r->got; j += 8) {
            uint64_t word;

            memcpy(&word, s->buffer + at + j, sizeof(word));
            match_word(s, r, word, r->address + j, values, known);
        }
    }
}

void
ft_variable_search_match(struct ft_variable_search *s, const uint64_t *values,
                         const bool *known)
{
    if (!s->looked)
        return;
    s->looked = false;
    drop_candidates(s, values, known);
    match_slice(s, values, known);
    prepare_slice(s);
}

unsigned
ft_variable_search_rounds(const struct ft_variable_search *s)
{
    return s->rounds;
}

bool
ft_variable_search_is_whole(const struct ft_variable_search *s)
{
    return s->whole;
}

const struct ft_candidate *
ft_variable_search_candidates(const struct ft_variable_search *s, size_t *n)
{
    *n = s->n;
    return s->list;
}

/* ----- which of them ----- */

static bool
is_sure(const struct ft_candidate *c, unsigned variable)
{
    return c->variable == variable && c->agreed >= FT_CANDIDATE_SURE;
}

const struct ft_candidate *
ft_candidate_only(const struct ft_candidate *list, size_t n, unsigned variable)
{
    const struct ft_candidate *any = NULL, *heap = NULL;
    unsigned all = 0, in_heap = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        if (!is_sure(&list[i], variable))
            continue;
        any = &list[i];
        all++;
        if (any->heap) {
            heap = any;
            in_heap++;
        }
    }
    return all == 1 ? any : in_heap == 1 ? heap : NULL;
}

bool
ft_candidate_pair(const struct ft_candidate *list, size_t n,
                  unsigned first_variable, unsigned second_variable,
                  uint64_t within, const struct ft_candidate **first,
                  const struct ft_candidate **second)
{
    unsigned pairs = 0;
    size_t i, j;

    for (i = 0; i < n; i++)
        for (j = 0; is_sure(&list[i], first_variable) && j < n; j++) {
            if (!is_sure(&list[j], second_variable) ||
                list[j].address <= list[i].address ||
                list[j].address - list[i].address > within)
                continue;
            *first = &list[i];
            *second = &list[j];
            pairs++;
        }
    return pairs == 1;
}
