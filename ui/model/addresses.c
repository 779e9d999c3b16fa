/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/addresses.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define SHOWN 4 /* ranges and names that a description names */

/* What a word means. */
struct meaning {
    bool is_range;
    struct ft_address_range range;
    struct ft_address_range whole; /* with a network's own addresses */
};

/* ---- reading ---- */

static bool
read_address(const char *text, size_t length, uint32_t *address)
{
    char copy[FT_ADDRESS_TEXT];
    struct in_addr in;

    if (!length || length >= sizeof(copy))
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (inet_pton(AF_INET, copy, &in) != 1)
        return false;
    *address = ntohl(in.s_addr);
    return true;
}

static bool
read_number(const char *text, unsigned most, unsigned *number)
{
    size_t length = strspn(text, "0123456789");

    if (!length || length > 3 || text[length])
        return false;
    *number = (unsigned)strtoul(text, NULL, 10);
    return *number <= most;
}

static int
refuse(const char *text, const char *why, struct ft_error *err)
{
    return ft_fail(err, EINVAL,
                   "Write 10.0.0.0/24, 10.0.0.1-10.0.0.20, 10.0.0.1-20, an "
                   "address, or a host as ssh(1) takes it.",
                   "\"%.100s\" %s", text, why);
}

static int
read_network(const char *text, const char *slash, struct meaning *meaning,
             struct ft_error *err)
{
    uint32_t address, mask;
    unsigned bits;

    if (!read_address(text, (size_t)(slash - text), &address) ||
        !read_number(slash + 1, 32, &bits))
        return refuse(text, "is no network", err);
    mask = bits ? UINT32_MAX << (32 - bits) : 0;
    meaning->is_range = true;
    meaning->whole.first = address & mask;
    meaning->whole.last = meaning->whole.first | ~mask;
    meaning->range = meaning->whole;
    if (bits <= 30) {
        meaning->range.first++;
        meaning->range.last--;
    }
    return 0;
}

/* True for a range; false leaves a name with a dash in it. */
static bool
read_range(const char *text, const char *dash, struct meaning *meaning)
{
    struct ft_address_range *range = &meaning->range;
    unsigned last;

    if (!read_address(text, (size_t)(dash - text), &range->first))
        return false;
    if (read_number(dash + 1, 255, &last))
        range->last = (range->first & ~UINT32_C(255)) | last;
    else if (!read_address(dash + 1, strlen(dash + 1), &range->last))
        return false;
    meaning->is_range = true;
    meaning->whole = *range;
    return true;
}

/* Letters of names, users, ports and IPv6: what a shell takes as it is. */
static bool
is_name(const char *text)
{
    if (*text == '-' || !*text || strlen(text) >= FT_ADDRESS_NAME)
        return false;
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(".-_@:[]%", *c))
            return false;
    return true;
}

static int
read_word(const char *text, struct meaning *meaning, struct ft_error *err)
{
    const char *slash = strchr(text, '/'), *dash = strchr(text, '-');
    uint32_t address;

    memset(meaning, 0, sizeof(*meaning));
    if (slash)
        return read_network(text, slash, meaning, err);
    if (dash && read_range(text, dash, meaning))
        return meaning->range.first <= meaning->range.last
                   ? 0
                   : refuse(text, "ends before it begins", err);
    if (read_address(text, strlen(text), &address)) {
        meaning->is_range = true;
        meaning->range = meaning->whole =
            (struct ft_address_range){ address, address };
        return 0;
    }
    return is_name(text) ? 0 : refuse(text, "is neither host nor range", err);
}

/* ---- the set ---- */

size_t
ft_addresses_count(const struct ft_addresses *a)
{
    size_t count = 0;

    for (size_t i = 0; i < a->range_count; i++)
        count += (size_t)a->ranges[i].last - a->ranges[i].first + 1;
    return count;
}

/* Puts it in its place and joins it with those that it meets. */
static int
add_range(struct ft_addresses *a, struct ft_address_range range)
{
    struct ft_address_range *ranges =
        calloc(a->range_count + 1, sizeof(*ranges));
    size_t n = 0, i = 0;

    if (!ranges)
        return -ENOMEM;
    while (i < a->range_count &&
           (uint64_t)a->ranges[i].last + 1 < (uint64_t)range.first)
        ranges[n++] = a->ranges[i++];
    for (; i < a->range_count &&
           (uint64_t)a->ranges[i].first <= (uint64_t)range.last + 1;
         i++) {
        range.first = FT_MIN(range.first, a->ranges[i].first);
        range.last = FT_MAX(range.last, a->ranges[i].last);
    }
    ranges[n++] = range;
    while (i < a->range_count)
        ranges[n++] = a->ranges[i++];
    free(a->ranges);
    a->ranges = ranges;
    a->range_count = n;
    return 0;
}

static int
cut_range(struct ft_addresses *a, struct ft_address_range cut)
{
    struct ft_address_range *ranges =
        calloc(2 * a->range_count + 1, sizeof(*ranges));
    size_t n = 0;

    if (!ranges)
        return -ENOMEM;
    for (size_t i = 0; i < a->range_count; i++) {
        struct ft_address_range r = a->ranges[i];

        if (r.last < cut.first || r.first > cut.last) {
            ranges[n++] = r;
            continue;
        }
        if (r.first < cut.first)
            ranges[n++] = (struct ft_address_range){ r.first, cut.first - 1 };
        if (r.last > cut.last)
            ranges[n++] = (struct ft_address_range){ cut.last + 1, r.last };
    }
    free(a->ranges);
    a->ranges = ranges;
    a->range_count = n;
    return 0;
}

static size_t
find_name(const struct ft_addresses *a, const char *name)
{
    size_t i = 0;

    while (i < a->name_count && strcmp(a->names[i], name) != 0)
        i++;
    return i;
}

static int
add_name(struct ft_addresses *a, const char *name)
{
    char(*names)[FT_ADDRESS_NAME];

    if (find_name(a, name) < a->name_count)
        return 0;
    names = realloc(a->names, (a->name_count + 1) * sizeof(*names));
    if (!names)
        return -ENOMEM;
    a->names = names;
    snprintf(names[a->name_count++], FT_ADDRESS_NAME, "%s", name);
    return 0;
}

int
ft_addresses_add(struct ft_addresses *a, const char *text, struct ft_error *err)
{
    struct meaning meaning;
    size_t more = 1;
    int rc = read_word(text, &meaning, err);

    if (rc)
        return rc;
    if (meaning.is_range)
        more = (size_t)meaning.range.last - meaning.range.first + 1;
    if (ft_addresses_count(a) + a->name_count + more > FT_ADDRESSES_MAX)
        return ft_fail(err, E2BIG, "Look at one part after the other.",
                       "with \"%.100s\" these are more than %d addresses", text,
                       FT_ADDRESSES_MAX);
    rc = meaning.is_range ? add_range(a, meaning.range) : add_name(a, text);
    return rc ? ft_fail(err, ENOMEM, NULL, "out of memory") : 0;
}

int
ft_addresses_add_lines(struct ft_addresses *a, const char *text,
                       struct ft_error *err)
{
    char word[FT_ADDRESS_NAME + 2];
    int rc = 0;

    while (!rc && *text) {
        size_t length;

        text += strspn(text, " \t\r\n,");
        if (*text == '#') {
            text += strcspn(text, "\n");
            continue;
        }
        length = strcspn(text, " \t\r\n,#");
        if (!length)
            continue;
        snprintf(word, sizeof(word), "%.*s",
                 (int)FT_MIN(length, sizeof(word) - 1), text);
        rc = ft_addresses_add(a, word, err);
        text += length;
    }
    return rc;
}

int
ft_addresses_exclude(struct ft_addresses *a, const char *text,
                     struct ft_error *err)
{
    struct meaning meaning;
    size_t at;
    int rc = read_word(text, &meaning, err);

    if (rc)
        return rc;
    if (meaning.is_range)
        return cut_range(a, meaning.whole)
                   ? ft_fail(err, ENOMEM, NULL, "out of memory")
                   : 0;
    at = find_name(a, text);
    if (at < a->name_count)
        memmove(a->names[at], a->names[at + 1],
                (--a->name_count - at) * sizeof(*a->names));
    return 0;
}

static void
format(uint32_t address, char out[FT_ADDRESS_TEXT])
{
    snprintf(out, FT_ADDRESS_TEXT, "%u.%u.%u.%u", address >> 24,
             address >> 16 & 255, address >> 8 & 255, address & 255);
}

bool
ft_addresses_at(const struct ft_addresses *a, size_t index,
                char out[FT_ADDRESS_TEXT])
{
    for (size_t i = 0; i < a->range_count; i++) {
        size_t size = (size_t)a->ranges[i].last - a->ranges[i].first + 1;

        if (index < size) {
            format(a->ranges[i].first + (uint32_t)index, out);
            return true;
        }
        index -= size;
    }
    return false;
}

void
ft_addresses_describe(const struct ft_addresses *a, char *out, size_t size)
{
    size_t all = a->range_count + a->name_count, used = 0;
    char first[FT_ADDRESS_TEXT], last[FT_ADDRESS_TEXT];

    *out = '\0';
    for (size_t i = 0; i < FT_MIN(all, (size_t)SHOWN) && used < size; i++) {
        const char *comma = i ? ", " : "";

        if (i >= a->range_count) {
            used += (size_t)snprintf(out + used, size - used, "%s%s", comma,
                                     a->names[i - a->range_count]);
            continue;
        }
        format(a->ranges[i].first, first);
        format(a->ranges[i].last, last);
        used += (size_t)snprintf(out + used, size - used, "%s%s%s%s", comma,
                                 first, strcmp(first, last) ? "-" : "",
                                 strcmp(first, last) ? last : "");
    }
    if (all > SHOWN && used < size)
        snprintf(out + used, size - used, " and %zu more", all - SHOWN);
}

void
ft_addresses_close(struct ft_addresses *a)
{
    free(a->ranges);
    free(a->names);
    memset(a, 0, sizeof(*a));
}
