/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/device-sections.h"

#include <string.h>

#include "base/bytes.h"

#define SECTION_FULL 0x04
#define SUBSECTION 0x05
#define FOOTER 0x7e
#define FOOTER_SIZE 5
#define BEFORE_SECTIONS 8 /* magic, version */

/* Between the begin of a section and its fields, but for the name. */
#define BEFORE_NAME 6 /* type, id, length of the name */
#define AFTER_NAME 8  /* instance, version */

static const struct ft_device_section cpu_common = { "cpu_common", 1, 8 };

/* Whether the name at this place is that of such a section, with a right end. */
static bool
is_section(const struct ft_device_section *s, const uint8_t *name, size_t left)
{
    const uint8_t *head = name - BEFORE_NAME;
    const uint8_t *fields = name + strlen(s->name) + AFTER_NAME;
    const uint8_t *end = fields + s->size;

    if (left < strlen(s->name) + AFTER_NAME + s->size + 5)
        return false;
    if (head[0] != SECTION_FULL || ft_get_be32(fields - 4) != s->version)
        return false;
    return end[0] == SUBSECTION ||
           (end[0] == FOOTER && memcmp(end + 1, head + 1, 4) == 0);
}

size_t
ft_device_section_next(const struct ft_device_section *s, const uint8_t *state,
                       size_t size, size_t at)
{
    size_t length = strlen(s->name);
    uint8_t pattern[16];

    pattern[0] = (uint8_t)length;
    memcpy(pattern + 1, s->name, length);
    while (at < size) {
        const uint8_t *found =
            memmem(state + at, size - at, pattern, length + 1);

        if (!found)
            return 0;
        at = (size_t)(found - state) + 1;
        if (at >= BEFORE_NAME && is_section(s, state + at, size - at))
            return at + length + AFTER_NAME;
    }
    return 0;
}

bool
ft_device_section_at(const struct ft_device_section *s, const uint8_t *state,
                     size_t size, size_t fields)
{
    size_t length = strlen(s->name), name = fields - AFTER_NAME - length;

    return fields >= BEFORE_NAME + length + AFTER_NAME && name < size &&
           state[name - 1] == length &&
           is_section(s, state + name, size - name) &&
           !memcmp(state + name, s->name, length);
}

uint32_t
ft_device_section_instance(const uint8_t *state, size_t fields)
{
    return ft_get_be32(state + fields - AFTER_NAME);
}

unsigned
ft_device_vcpus(const uint8_t *state, size_t size)
{
    unsigned n = 0;

    for (size_t at = ft_device_section_next(&cpu_common, state, size, 0); at;
         at = ft_device_section_next(&cpu_common, state, size, at))
        n++;
    return n;
}

/* Whether a section begins there: its name is one that can be read. */
static bool
begins(const uint8_t *state, size_t size, size_t at)
{
    size_t length, i;

    if (at + BEFORE_NAME >= size || state[at] != SECTION_FULL)
        return false;
    length = state[at + BEFORE_NAME - 1];
    if (!length || length > size - at - BEFORE_NAME)
        return false;
    for (i = 0; i < length; i++)
        if (state[at + BEFORE_NAME + i] < ' ' ||
            state[at + BEFORE_NAME + i] > '~')
            return false;
    return true;
}

/* Behind the section that begins there; 0: it has no end. */
static size_t
behind(const uint8_t *state, size_t size, size_t section)
{
    uint8_t footer[FOOTER_SIZE] = { FOOTER };
    size_t at = section + BEFORE_NAME, next;

    memcpy(footer + 1, state + section + 1, 4);
    while (at < size) {
        const uint8_t *found =
            memmem(state + at, size - at, footer, sizeof(footer));

        if (!found)
            return 0;
        at = (size_t)(found - state) + 1;
        next = at - 1 + FOOTER_SIZE;
        if (begins(state, size, next) || next + 1 == size)
            return next;
    }
    return 0;
}

unsigned
ft_device_count(const uint8_t *state, size_t size)
{
    size_t at = BEFORE_SECTIONS;
    unsigned n = 0;

    while (begins(state, size, at)) {
        at = behind(state, size, at);
        if (!at)
            return 0;
        n++;
    }
    return n;
}
