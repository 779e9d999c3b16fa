/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds variables of another process by the values that they are known to have
 * at certain moments. At each of these the memory is searched a slice at a time
 * (ft_variable_search_look, the process stands) for values that are told
 * afterwards (ft_variable_search_match). What held the value is a candidate;
 * one that does not hold the next moments' values as well is none any more.
 *
 * Looked at are writable private mappings without execute permission, present
 * pages only, but for the ranges that the caller leaves out and the stack. The
 * program's own data come first, then its heap, then the rest.
 *
 * Ownership: freed by ft_variable_search_free. Threads: one at a time.
 * Nothing is ever written, and the process is not stopped from here.
 * Source: proc(5), process_vm_readv(2), Documentation/admin-guide/mm/pagemap.rst.
 */
#ifndef FT_QEMU_VARIABLE_SEARCH_H
#define FT_QEMU_VARIABLE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "qemu/ram-blocks.h"

#define FT_VARIABLES_MAX 8
#define FT_CANDIDATES_MAX 256

/* Agreements after which a candidate counts. */
#define FT_CANDIDATE_SURE 4

struct ft_candidate {
    uint64_t address; /* in the process */
    unsigned variable;
    unsigned agreed; /* moments at which it held the value */
    bool heap;       /* in [heap] */
    uint64_t seen;   /* at the last look */
};

struct ft_variable_search;

/* Begins anew, for n variables. left_out is borrowed. NULL without memory. */
struct ft_variable_search *ft_variable_search_new(
    pid_t pid, unsigned n, const struct ft_ram_block *left_out, size_t n_out);
void ft_variable_search_free(struct ft_variable_search *search);

/*
 * While the process stands: reads all candidates, and the next slice for at
 * most budget ns (and one read of 128 KiB).
 */
void ft_variable_search_look(struct ft_variable_search *search, int64_t budget);

/*
 * The values that the variables had at the last look; known[i] false: variable i
 * had none. The process may run. May be called once a look, or not at all.
 */
void ft_variable_search_match(struct ft_variable_search *search,
                              const uint64_t *values, const bool *known);

/* How often all memory has been searched. */
unsigned ft_variable_search_rounds(const struct ft_variable_search *search);

/*
 * Whether the candidates are all there are: there was room for them during one
 * of these rounds at least.
 */
bool ft_variable_search_is_whole(const struct ft_variable_search *search);

const struct ft_candidate *ft_variable_search_candidates(
    const struct ft_variable_search *search, size_t *n);

/*
 * The only sure candidate for a variable, or, of several, the only one of them
 * in the heap. NULL: none, or it is not clear which.
 */
const struct ft_candidate *ft_candidate_only(const struct ft_candidate *list,
                                             size_t n, unsigned variable);

/*
 * The only pair of sure candidates for two variables of one struct: second lies
 * behind first, at most within bytes. False: none, or not clear which.
 */
bool ft_candidate_pair(const struct ft_candidate *list, size_t n,
                       unsigned first_variable, unsigned second_variable,
                       uint64_t within, const struct ft_candidate **first,
                       const struct ft_candidate **second);

#endif
