/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes device states as QEMU does, as far as their clocks go. */
#ifndef FT_TESTS_STATE_BUILDER_H
#define FT_TESTS_STATE_BUILDER_H

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

#define STATE_MAX 65536
#define CPU_FIELDS 1817
#define CPU_TSC_AT 1157

struct state {
    uint8_t data[STATE_MAX];
    size_t size;
    uint32_t id; /* of the last section */
};

static inline uint8_t *
state_add(struct state *s, const void *data, size_t size)
{
    uint8_t *at = s->data + s->size;

    if (data)
        memcpy(at, data, size);
    else
        memset(at, 0, size);
    s->size += size;
    return at;
}

static inline void
state_add_be32(struct state *s, uint32_t value)
{
    ft_put_be32(state_add(s, NULL, 4), value);
}

static inline void
state_add_be64(struct state *s, uint64_t value)
{
    ft_put_be64(state_add(s, NULL, 8), value);
}

static inline void
state_add_name(struct state *s, const char *name)
{
    uint8_t length = (uint8_t)strlen(name);

    state_add(s, &length, 1);
    state_add(s, name, length);
}

static inline void
state_begin(struct state *s)
{
    s->size = 0;
    s->id = 0;
    state_add(s, "QEVM\0\0\0\3", 8);
}

static inline void
state_section(struct state *s, const char *name, uint32_t instance,
              uint32_t version)
{
    state_add(s, "\4", 1);
    state_add_be32(s, s->id);
    state_add_name(s, name);
    state_add_be32(s, instance);
    state_add_be32(s, version);
}

static inline void
state_footer(struct state *s)
{
    state_add(s, "\x7e", 1);
    state_add_be32(s, s->id++);
}

static inline void
state_timer(struct state *s, uint64_t ticks, uint64_t virtual_ns)
{
    state_section(s, "timer", 0, 2);
    state_add_be64(s, ticks);
    state_add_be64(s, 0);
    state_add_be64(s, virtual_ns);
    state_footer(s);
}

static inline void
state_kvmclock(struct state *s, uint64_t ns)
{
    state_section(s, "kvmclock", 0, 1);
    state_add_be64(s, ns);
    state_add(s, "\5", 1);
    state_add_name(s, "kvmclock/clock_is_reliable");
    state_add_be32(s, 1);
    state_add(s, "\1", 1);
    state_footer(s);
}

/* khz 0: without that subsection. */
static inline void
state_cpu(struct state *s, uint32_t instance, uint64_t tsc, int64_t khz)
{
    uint8_t *fields;

    state_section(s, "cpu", instance, 12);
    fields = state_add(s, NULL, CPU_FIELDS);
    memset(fields, 0xa5, CPU_FIELDS);
    ft_put_be64(fields + CPU_TSC_AT, tsc);
    if (khz) {
        state_add(s, "\5", 1);
        state_add_name(s, "cpu/tsc_khz");
        state_add_be32(s, 1);
        state_add_be64(s, (uint64_t)khz);
    }
    state_footer(s);
}

/* Some device of no interest. */
static inline void
state_device(struct state *s, const char *name, size_t size)
{
    state_section(s, name, 0, 3);
    memset(state_add(s, NULL, size), 0x3c, size);
    state_footer(s);
}

static inline void
state_end(struct state *s)
{
    state_add(s, "\0", 1);
}

#endif
