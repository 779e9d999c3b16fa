/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decodes JSON into a struct by a table with a line for each member: what the fact
 * is called, where it goes, what bounds it. Pure; tables are static and read only.
 *
 * The facts come from a machine we do not control: what has the wrong type, is too
 * long or out of bounds, or has control characters, which would reach terminals and
 * logs, is an error that names the member, never a truncation. What is missing, or
 * null, is empty, 0, false. Members that no table names are passed over.
 */
#ifndef FT_INVENTORY_FACTS_H
#define FT_INVENTORY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

enum ft_fact_kind {
    FT_FACT_KIND_TEXT,
    FT_FACT_KIND_LONG,
    FT_FACT_KIND_NUMBER,
    FT_FACT_KIND_FLAG,
    FT_FACT_KIND_GROUP,
    FT_FACT_KIND_LIST,
    FT_FACT_KIND_WORDS,
    FT_FACT_KIND_TAKEN,
};

/* A line of a table, made by a macro below; the table ends with FT_FACT_END. */
struct ft_fact {
    const char *key;
    enum ft_fact_kind kind;
    bool needed, raw;
    size_t offset, size; /* of the member; LIST, WORDS: size of one item */
    size_t count;        /* LIST, WORDS: offset of how many there are */
    int64_t min, max;
    const struct ft_fact *members; /* GROUP, LIST */
    const char *no_item;           /* WORDS: what is wrong with one */
    const char *(*take)(const json_t *value, void *out);
};

#define FT_FACT_LINE(name, what, at, ...)                           \
    {                                                               \
        .key = (name), .kind = FT_FACT_KIND_##what, .offset = (at), \
        ##__VA_ARGS__                                               \
    }
#define FT_FACT_MEMBER(type, member) (((type *)0)->member)
#define FT_FACT_SIZE(type, member) sizeof(FT_FACT_MEMBER(type, member))

/* An offset, which does not compile unless the member is of the wanted type. */
#define FT_FACT_AT(wanted, type, member)  \
    (offsetof(type, member) /             \
     __builtin_types_compatible_p(wanted, \
                                  __typeof__(FT_FACT_MEMBER(type, member))))

#define FT_FACT_END \
    {               \
        .key = NULL \
    }

/* A text in an array of char; NEEDED: it must be there and not be empty. */
#define FT_FACT_TEXT(name, type, member)                       \
    FT_FACT_LINE(name, TEXT, FT_FACT_AT(char[], type, member), \
                 .size = FT_FACT_SIZE(type, member))
#define FT_FACT_NEEDED(name, type, member)                     \
    FT_FACT_LINE(name, TEXT, FT_FACT_AT(char[], type, member), \
                 .size = FT_FACT_SIZE(type, member), .needed = true)

/*
 * A text of at most limit characters in memory of its own (char *). RAW: it may have
 * control characters, and is NULL when it is missing; else it is empty then.
 */
#define FT_FACT_LONG(name, type, member, limit) \
    FT_FACT_LINE(name, LONG, FT_FACT_AT(char *, type, member), .max = (limit))
#define FT_FACT_RAW(name, type, member, limit)                                 \
    FT_FACT_LINE(name, LONG, FT_FACT_AT(char *, type, member), .max = (limit), \
                 .raw = true)

/* A whole number, in an integer of 4 or 8 bytes that has room for the bounds. */
#define FT_FACT_NUMBER(name, type, member, low, high)                \
    FT_FACT_LINE(name, NUMBER, offsetof(type, member), .min = (low), \
                 .max = (high), .size = FT_FACT_SIZE(type, member))

#define FT_FACT_FLAG(name, type, member) \
    FT_FACT_LINE(name, FLAG, FT_FACT_AT(bool, type, member))

/* An object whose members go into a struct of their own, or, HERE, of the table. */
#define FT_FACT_GROUP(name, type, member, table) \
    FT_FACT_LINE(name, GROUP, offsetof(type, member), .members = (table))
#define FT_FACT_HERE(name, table) \
    FT_FACT_LINE(name, GROUP, 0, .members = (table))

/* At most limit objects, in an array in memory of its own. */
#define FT_FACT_LIST(name, type, member, number, limit, table)           \
    FT_FACT_LINE(name, LIST, offsetof(type, member), .members = (table), \
                 .size = sizeof(*FT_FACT_MEMBER(type, member)),          \
                 .max = (limit), .count = FT_FACT_AT(size_t, type, number))

/* The same of texts, each an array of char, of at least shortest characters. */
#define FT_FACT_WORDS(name, type, member, number, limit, shortest, wrong) \
    FT_FACT_LINE(name, WORDS, offsetof(type, member), .no_item = (wrong), \
                 .size = sizeof(*FT_FACT_MEMBER(type, member)),           \
                 .min = (shortest), .max = (limit),                       \
                 .count = FT_FACT_AT(size_t, type, number))

/*
 * By a function, which is given the value (NULL: missing) and the struct of the table,
 * and returns what is wrong, as "is too long", or NULL.
 */
#define FT_FACT_TAKEN(name, function) \
    FT_FACT_LINE(name, TAKEN, 0, .take = (function))

/*
 * out is the struct of the table, all zero; ft_facts_free is due also after an
 * error. -EINVAL with a text that names the member, -ENOMEM.
 */
int ft_facts_decode(const struct ft_fact *facts, const json_t *object,
                    void *out, struct ft_error *err);

/* Frees what the members own, not the struct. */
void ft_facts_free(const struct ft_fact *facts, void *out);

/* As FT_FACT_TEXT, for a function of FT_FACT_TAKEN. */
const char *ft_facts_text(const json_t *value, char *out, size_t size);

/* -EINVAL, with such a text. */
int ft_facts_malformed(struct ft_error *err, const char *key, const char *wrong);

#endif
