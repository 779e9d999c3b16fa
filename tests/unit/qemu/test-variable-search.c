/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search for variables in a process that stands, on a child of this test:
 * what looks like one, moves, vanishes, is too much. Needs ptrace and Linux 6.7.
 */
#include "config.h"

#include "tests/unit/virt-test.h"

#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "qemu/uffd.h"
#include "qemu/variable-search.h"
#include "tests/unit/qemu/puppet.h"

#define BUDGET_NS (700 * FT_NS_PER_US)
#define LOOKS_MAX 4000
#define CROWD (2 * FT_CANDIDATES_MAX)

enum { BSS, HEAP, MAPPED, COUNT };

static struct {
    uint64_t crowd[CROWD];
    uint64_t first, filler[5], second; /* as in QEMU's TimersState */
    uint64_t copies[8];
} bss;
static uint64_t *heap, *mapped;

static uint64_t values[COUNT]; /* now */
static bool known[COUNT];
static uint64_t *places[COUNT];    /* NULL: nowhere */
static unsigned looks, long_looks; /* by this thread's own time */

static int64_t
thread_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * FT_NS_PER_S + t.tv_nsec;
}

/* New values in the child; nothing of ours holds them as they are. */
static void
change(void)
{
    static uint64_t step;
    unsigned k;

    step++;
    for (k = 0; k < COUNT; k++) {
        values[k] =
            (0xfeed000000000000 | (uint64_t)k << 40) + step * 1000003 * (k + 1);
        known[k] = true;
        if (places[k])
            puppet_set(places[k], values[k]);
    }
}

static void
look(struct ft_variable_search *s, int64_t budget)
{
    int64_t begin = thread_ns(), took;

    ft_variable_search_look(s, budget);
    took = thread_ns() - begin;
    long_looks += took > BUDGET_NS + 5 * FT_NS_PER_MS;
    looks++;
}

/* A moment: the child stands, is looked at, and tells afterwards. */
static void
moment(struct ft_variable_search *s)
{
    change();
    look(s, BUDGET_NS);
    ft_variable_search_match(s, values, known);
}

static void
whole_round(struct ft_variable_search *s)
{
    unsigned round = ft_variable_search_rounds(s), n = 0;

    while (ft_variable_search_rounds(s) == round) {
        assert_true(n++ < LOOKS_MAX);
        moment(s);
    }
}

static void
moments(struct ft_variable_search *s, unsigned n)
{
    while (n--)
        moment(s);
}

/* What is there when this begins is found and sure at its end. */
static void
search_all(struct ft_variable_search *s)
{
    whole_round(s); /* begun before */
    whole_round(s);
    moments(s, FT_CANDIDATE_SURE);
}

static const struct ft_candidate *
candidate_at(struct ft_variable_search *s, const void *address)
{
    size_t n, i;
    const struct ft_candidate *list = ft_variable_search_candidates(s, &n);

    for (i = 0; i < n; i++)
        if (list[i].address == (uintptr_t)address)
            return &list[i];
    return NULL;
}

/* 0: it is no candidate. */
static unsigned
agreed(struct ft_variable_search *s, const void *address)
{
    const struct ft_candidate *c = candidate_at(s, address);

    return c ? c->agreed : 0;
}

static void *
only(struct ft_variable_search *s, unsigned variable)
{
    size_t n;
    const struct ft_candidate *list = ft_variable_search_candidates(s, &n);
    const struct ft_candidate *c = ft_candidate_only(list, n, variable);

    return c ? (void *)(uintptr_t)c->address : NULL;
}

static bool
pair(struct ft_variable_search *s)
{
    size_t n;
    const struct ft_candidate *list = ft_variable_search_candidates(s, &n);
    const struct ft_candidate *first, *second;

    return ft_candidate_pair(list, n, 0, 1, 64, &first, &second) &&
           first->address == (uintptr_t)&bss.first &&
           second->address == (uintptr_t)&bss.second;
}

static void
put(uint64_t *a, uint64_t *b, uint64_t *c)
{
    places[0] = a;
    places[1] = b;
    places[2] = c;
}

static struct ft_variable_search *
begin(pid_t *pid)
{
    struct ft_variable_search *s;

    *pid = puppet_start();
    s = ft_variable_search_new(*pid, COUNT, NULL, 0);
    assert_non_null(s);
    assert_int_equal(ft_variable_search_rounds(s), 0);
    looks = long_looks = 0;
    return s;
}

static void
end(struct ft_variable_search *s, pid_t pid)
{
    ft_variable_search_free(s);
    puppet_end(pid);
}

static void
check_candidate(struct ft_variable_search *s, const void *address,
                unsigned variable, bool in_heap)
{
    const struct ft_candidate *c = candidate_at(s, address);

    if (!c) {
        fail_msg("no candidate for variable %u", variable);
        return;
    }
    assert_int_equal(c->variable, variable);
    assert_int_equal(c->heap, in_heap);
    assert_true(c->seen == values[variable]);
}

static void
test_found(void **state)
{
    struct ft_variable_search *s;
    pid_t pid;

    (void)state;
    put(&bss.first, heap, mapped);
    s = begin(&pid);
    whole_round(s);
    moments(s, FT_CANDIDATE_SURE);
    assert_true(ft_variable_search_is_whole(s));
    assert_ptr_equal(only(s, BSS), &bss.first);
    assert_ptr_equal(only(s, HEAP), heap);
    assert_ptr_equal(only(s, MAPPED), mapped);
    check_candidate(s, &bss.first, BSS, false);
    check_candidate(s, heap, HEAP, true);
    check_candidate(s, mapped, MAPPED, false);
    end(s, pid);
}

/* The program's own data come first: sure after some looks, not before. */
static void
test_not_before_it_is_sure(void **state)
{
    struct ft_variable_search *s;
    unsigned i;
    pid_t pid;

    (void)state;
    put(&bss.first, NULL, NULL);
    s = begin(&pid);
    for (i = 0; !candidate_at(s, &bss.first); i++) {
        assert_true(i < 100);
        moment(s);
    }
    for (i = 1; i < FT_CANDIDATE_SURE; i++) {
        assert_int_equal(agreed(s, &bss.first), i);
        assert_null(only(s, BSS));
        moment(s);
    }
    assert_ptr_equal(only(s, BSS), &bss.first);
    /* a moment at which it is not known says nothing */
    change();
    look(s, BUDGET_NS);
    memset(known, 0, sizeof(known));
    values[BSS] = 5;
    ft_variable_search_match(s, values, known);
    assert_int_equal(agreed(s, &bss.first), FT_CANDIDATE_SURE);
    /* a look without a match, and a match without a look, say nothing either */
    change();
    look(s, BUDGET_NS);
    change();
    look(s, BUDGET_NS);
    ft_variable_search_match(s, values, known);
    values[BSS] = 5;
    ft_variable_search_match(s, values, known);
    assert_ptr_equal(only(s, BSS), &bss.first);
    end(s, pid);
}

/* Equal once, equal for three looks, equal for good. */
static void
test_look_alikes(void **state)
{
    struct ft_variable_search *s;
    unsigned i;
    pid_t pid;

    (void)state;
    put(&bss.first, &bss.second, NULL);
    s = begin(&pid);
    while (!candidate_at(s, &bss.copies[0])) {
        assert_true(looks < 100);
        change();
        puppet_set(&bss.copies[0], values[1]);
        look(s, BUDGET_NS);
        ft_variable_search_match(s, values, known);
    }
    moment(s);
    assert_null(candidate_at(s, &bss.copies[0]));
    whole_round(s);
    for (i = 0; i < LOOKS_MAX && !candidate_at(s, &bss.copies[1]); i++) {
        change();
        puppet_set(&bss.copies[1], values[1]);
        look(s, BUDGET_NS);
        ft_variable_search_match(s, values, known);
    }
    for (i = 1; i < 3; i++) {
        assert_int_equal(agreed(s, &bss.copies[1]), i);
        change();
        puppet_set(&bss.copies[1], values[1]);
        look(s, BUDGET_NS);
        ft_variable_search_match(s, values, known);
    }
    assert_ptr_equal(only(s, 1), &bss.second);
    moment(s);
    assert_null(candidate_at(s, &bss.copies[1]));
    /* a copy for good: it is not clear which, but for the pair */
    for (i = 0; i < LOOKS_MAX && agreed(s, mapped) < FT_CANDIDATE_SURE; i++) {
        change();
        puppet_set(mapped, values[1]);
        look(s, BUDGET_NS);
        ft_variable_search_match(s, values, known);
    }
    assert_true(i < LOOKS_MAX);
    assert_null(only(s, 1));
    assert_true(pair(s));
    end(s, pid);
}

static void
test_which(void **state)
{
    const struct ft_candidate list[] = {
        { 0x1000, 0, 4, false, 0 }, { 0x1040, 1, 4, false, 0 },
        { 0x5000, 1, 9, false, 0 }, { 0x6000, 2, 4, false, 0 },
        { 0x7000, 2, 4, true, 0 },  { 0x1010, 1, 3, false, 0 },
        { 0x8000, 2, 4, true, 0 },  { 0x1020, 1, 4, false, 0 },
        { 0x0ff8, 1, 4, false, 0 },
    };
    const struct ft_candidate *a, *b;

    (void)state;
    assert_ptr_equal(ft_candidate_only(list, 1, 0), list);
    assert_null(ft_candidate_only(list, 0, 0));
    assert_null(ft_candidate_only(list, 3, 1));
    assert_ptr_equal(ft_candidate_only(list, 5, 2), &list[4]);
    assert_null(ft_candidate_only(list, 7, 2)); /* two in the heap */
    assert_false(ft_candidate_pair(list, 3, 0, 1, 0x3f, &a, &b));
    assert_true(ft_candidate_pair(list, 3, 0, 1, 0x40, &a, &b));
    assert_ptr_equal(a, &list[0]);
    assert_ptr_equal(b, &list[1]);
    assert_true(ft_candidate_pair(list, 7, 0, 1, 0x40, &a, &b));
    assert_false(ft_candidate_pair(list, 8, 0, 1, 0x40, &a, &b)); /* two */
    assert_true(ft_candidate_pair(list, 9, 0, 1, 0x20, &a, &b));
    assert_ptr_equal(b, &list[7]);
}

/* A realloc: the old place still holds what it held. */
static void
test_moves_away(void **state)
{
    struct ft_variable_search *s;
    pid_t pid;

    (void)state;
    put(NULL, NULL, mapped);
    s = begin(&pid);
    whole_round(s);
    moments(s, FT_CANDIDATE_SURE);
    assert_ptr_equal(only(s, MAPPED), mapped);
    places[MAPPED] = mapped + 777;
    moment(s);
    assert_null(candidate_at(s, mapped));
    search_all(s);
    assert_ptr_equal(only(s, MAPPED), mapped + 777);
    end(s, pid);
}

/* Between two looks, and between what is to be read and the reading. */
static void
test_mapping_vanishes(void **state)
{
    uint64_t *gone = puppet_memory(64 * PUPPET_PAGE), *page;
    struct ft_variable_search *s;
    unsigned i;
    pid_t pid;

    (void)state;
    put(heap, NULL, gone);
    s = begin(&pid);
    whole_round(s);
    moments(s, FT_CANDIDATE_SURE);
    assert_ptr_equal(only(s, MAPPED), gone);
    change();
    puppet_unmap(gone, 64 * PUPPET_PAGE);
    places[MAPPED] = mapped;
    puppet_set(mapped, values[MAPPED]);
    look(s, BUDGET_NS);
    ft_variable_search_match(s, values, known);
    assert_null(candidate_at(s, gone));
    search_all(s);
    assert_ptr_equal(only(s, MAPPED), mapped);
    assert_ptr_equal(only(s, 0), heap);
    end(s, pid);
    munmap(gone, 64 * PUPPET_PAGE);

    /* a page of what is searched is missing at each look */
    gone = puppet_memory(512 * PUPPET_PAGE);
    put(heap, NULL, mapped);
    s = begin(&pid);
    for (i = 0; i < 512; i += 8) {
        page = gone + i * (PUPPET_PAGE / 8);
        puppet_unmap(page, PUPPET_PAGE);
        moment(s);
    }
    search_all(s);
    assert_ptr_equal(only(s, MAPPED), mapped);
    end(s, pid);
    munmap(gone, 512 * PUPPET_PAGE);
}

static void
test_left_out(void **state)
{
    uint64_t *ram = puppet_memory(16 * PUPPET_PAGE);
    struct ft_ram_block out = { .name = "pc.ram",
                                .host = (uintptr_t)ram + PUPPET_PAGE,
                                .size = 8 };
    struct ft_variable_search *s;
    pid_t pid;

    (void)state;
    put(&bss.first, NULL, ram);
    pid = puppet_start();
    s = ft_variable_search_new(pid, COUNT, &out, 1);
    whole_round(s);
    moments(s, FT_CANDIDATE_SURE);
    assert_ptr_equal(only(s, BSS), &bss.first);
    assert_null(candidate_at(s, ram));
    end(s, pid);
    munmap(ram, 16 * PUPPET_PAGE);
}

/* More of them than there is room for, for a round. */
static void
test_crowd(void **state)
{
    struct ft_variable_search *s;
    uint64_t same[CROWD];
    struct iovec local = { same, sizeof(same) };
    struct iovec remote = { bss.crowd, sizeof(same) };
    unsigned i, n = 0;
    pid_t pid;
    size_t count;

    (void)state;
    put(&bss.first, NULL, mapped);
    s = begin(&pid);
    do {
        assert_true(n++ < LOOKS_MAX);
        change();
        for (i = 0; i < CROWD; i++)
            same[i] = values[MAPPED];
        assert_int_equal(ft_process_memory_write(pid, &local, &remote, 1, NULL),
                         0);
        look(s, BUDGET_NS);
        ft_variable_search_match(s, values, known);
        ft_variable_search_candidates(s, &count);
        assert_true(count <= FT_CANDIDATES_MAX);
    } while (ft_variable_search_rounds(s) == 0);
    assert_int_equal(count, FT_CANDIDATES_MAX);
    assert_false(ft_variable_search_is_whole(s));
    assert_null(only(s, MAPPED));
    whole_round(s);
    moments(s, FT_CANDIDATE_SURE);
    assert_true(ft_variable_search_is_whole(s));
    assert_ptr_equal(only(s, MAPPED), mapped);
    end(s, pid);
}

/* Much to be searched takes many looks, and they are not much longer. */
static void
test_budget(void **state)
{
    size_t size = (size_t)32 << 20;
    uint64_t *large = puppet_memory(size);
    struct ft_variable_search *s;
    pid_t pid;

    (void)state;
    put(&bss.first, NULL, large + size / 8 - 1);
    s = begin(&pid);
    whole_round(s);
    assert_true(looks >= 16); /* 2 MiB each */
    moments(s, FT_CANDIDATE_SURE);
    assert_ptr_equal(only(s, MAPPED), large + size / 8 - 1);
    /* not all: what a hypervisor takes counts as this thread's */
    assert_true(long_looks <= looks / 2);
    ft_variable_search_free(s);
    /* no time at all: a piece of 128 KiB a look */
    s = ft_variable_search_new(pid, COUNT, NULL, 0);
    looks = 0;
    while (ft_variable_search_rounds(s) == 0 && looks < 64) {
        change();
        look(s, 0);
        ft_variable_search_match(s, values, known);
    }
    assert_int_equal(looks, 64);
    while (ft_variable_search_rounds(s) == 0 && looks < LOOKS_MAX) {
        change();
        look(s, 0);
        ft_variable_search_match(s, values, known);
    }
    assert_true(looks >= size / (128 << 10));
    moments(s, FT_CANDIDATE_SURE);
    assert_ptr_equal(only(s, MAPPED), large + size / 8 - 1);
    end(s, pid);
    munmap(large, size);
}

static void
test_process_ends(void **state)
{
    struct ft_variable_search *s;
    size_t n;
    pid_t pid;

    (void)state;
    put(&bss.first, heap, mapped);
    s = begin(&pid);
    whole_round(s);
    puppet_end(pid);
    look(s, BUDGET_NS);
    ft_variable_search_match(s, values, known);
    ft_variable_search_candidates(s, &n);
    assert_int_equal(n, 0);
    look(s, BUDGET_NS);
    ft_variable_search_match(s, values, known);
    ft_variable_search_free(s);
    s = ft_variable_search_new(pid, COUNT, NULL, 0);
    look(s, BUDGET_NS);
    ft_variable_search_match(s, values, known);
    assert_int_equal(ft_variable_search_rounds(s), 0);
    ft_variable_search_free(s);
    ft_variable_search_free(NULL);
    assert_null(ft_variable_search_new(pid, FT_VARIABLES_MAX + 1, NULL, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_not_before_it_is_sure),
        cmocka_unit_test(test_look_alikes),
        cmocka_unit_test(test_which),
        cmocka_unit_test(test_moves_away),
        cmocka_unit_test(test_mapping_vanishes),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_crowd),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_process_ends),
    };

    struct ft_error err = FT_ERROR_INIT;

    if (ft_uffd_supported(&err) < 0) {
        fprintf(stderr, "skipped: %s (%s)\n", err.text, err.hint);
        return 77;
    }
    memset(&bss, 1, sizeof(bss));
    heap = puppet_heap(4 * PUPPET_PAGE);
    mapped = puppet_memory(4 * PUPPET_PAGE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
